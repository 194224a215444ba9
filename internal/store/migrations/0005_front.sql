-- The front page as editors arrange it, and the dossiers.

-- The one working copy; id is always 1.
CREATE TABLE front_draft (
    id         BIGINT PRIMARY KEY,
    version    INTEGER NOT NULL,
    front      TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by BIGINT NOT NULL
);

-- What was published; readers see the highest number.
CREATE TABLE front_version (
    number  BIGINT PRIMARY KEY,
    front   TEXT NOT NULL,
    at      BIGINT NOT NULL,
    by_user BIGINT NOT NULL,
    cause   TEXT NOT NULL,
    of_number BIGINT NOT NULL
);

CREATE VIEW public_front AS
    SELECT number, front, at FROM front_version WHERE number = (SELECT MAX(number) FROM front_version);

-- content is the working copy, public_content what was published last.
CREATE TABLE dossier (
    id             BIGINT PRIMARY KEY,
    slug           TEXT NOT NULL UNIQUE,
    state          TEXT NOT NULL,
    version        INTEGER NOT NULL,
    content        TEXT NOT NULL,
    public_content TEXT,
    published_at   BIGINT,
    modified_at    BIGINT,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    updated_by     BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('dossier', 0);

CREATE VIEW public_dossier AS
    SELECT id, slug, public_content AS content, published_at, modified_at FROM dossier
    WHERE state = 'published' AND public_content IS NOT NULL;
