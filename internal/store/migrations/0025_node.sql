-- What each of several nodes says of itself, for the status page (news.Node as JSON).
CREATE TABLE node (
    name    TEXT PRIMARY KEY,
    seen_at BIGINT NOT NULL,
    state   TEXT NOT NULL
);
