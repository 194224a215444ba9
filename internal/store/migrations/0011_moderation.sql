-- The newsroom's lists of words, and what the moderation keeps beside them.
INSERT INTO counter (name, value) VALUES ('term', 0);

CREATE TABLE term (
    id         BIGINT PRIMARY KEY,
    key        TEXT   NOT NULL UNIQUE, -- what it is compared by, and its order in the list
    text       TEXT   NOT NULL,
    list       TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    note       TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by BIGINT NOT NULL
);

-- The mode of the site (id 0), of sections and of articles; the narrowest counts.
CREATE TABLE comment_mode (
    scope TEXT   NOT NULL,
    id    BIGINT NOT NULL,
    mode  TEXT   NOT NULL,
    PRIMARY KEY (scope, id)
);

-- The model, the examples it was begun with, and the version of the lists. Data are base64.
CREATE TABLE moderation_kept (
    name    TEXT   PRIMARY KEY,
    version BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    info    TEXT   NOT NULL,
    data    TEXT   NOT NULL
);
INSERT INTO moderation_kept (name, version, at, info, data) VALUES ('terms', 0, 0, '', '');

-- What one of several nodes does once, such as the training of a night.
CREATE TABLE timed_work (
    name TEXT   PRIMARY KEY,
    at   BIGINT NOT NULL
);
