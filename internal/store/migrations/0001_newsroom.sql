-- The first schema. One text for SQLite and PostgreSQL; instants are Unix milliseconds UTC, booleans are 0 or 1.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Numbers are drawn here. The row stays locked until its transaction commits, so numbers appear in commit order
-- and a reader of "seq > last" can never skip an event that commits later.
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES
    ('event', 0), ('article', 0), ('revision', 0), ('section', 0), ('tag', 0), ('comment', 0), ('media', 0), ('newsuser', 0);

CREATE TABLE event (
    seq          BIGINT PRIMARY KEY,
    at           BIGINT NOT NULL,
    actor        TEXT NOT NULL,
    kind         TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id   BIGINT NOT NULL,
    data         TEXT NOT NULL
);
CREATE INDEX event_subject ON event (subject_kind, subject_id, seq);

-- What a form's action id led to, so that sending it again returns the first result.
CREATE TABLE action (
    id     TEXT PRIMARY KEY,
    at     BIGINT NOT NULL,
    result TEXT NOT NULL
);
CREATE INDEX action_at ON action (at);

CREATE TABLE secret (
    name       TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE newsuser (
    id            BIGINT PRIMARY KEY,
    username      TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    roles         TEXT NOT NULL,
    disabled      INTEGER NOT NULL DEFAULT 0,
    created_at    BIGINT NOT NULL
);

-- Sessions, sign-in links and set-up links, all kept as hashes.
CREATE TABLE token (
    hash       TEXT PRIMARY KEY,
    purpose    TEXT NOT NULL,
    user_id    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX token_expires ON token (expires_at);

CREATE TABLE attempt (
    key TEXT NOT NULL,
    at  BIGINT NOT NULL
);
CREATE INDEX attempt_key ON attempt (key, at);
CREATE INDEX attempt_at ON attempt (at);

CREATE TABLE section (
    id       BIGINT PRIMARY KEY,
    slug     TEXT NOT NULL UNIQUE,
    fold     TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    name_en  TEXT NOT NULL,
    position BIGINT NOT NULL
);

CREATE TABLE tag (
    id   BIGINT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    fold TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
);

CREATE TABLE media (
    id         BIGINT PRIMARY KEY,
    hash       TEXT NOT NULL,
    type       TEXT NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    caption    TEXT NOT NULL,
    credit     TEXT NOT NULL,
    alt        TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BIGINT NOT NULL
);

-- section_id, published_at, order_at and modified_at are those of the public revision. order_at is published_at, or the
-- beginning of time for an undated article, so that one index gives every list its order.
CREATE TABLE article (
    code             BIGINT PRIMARY KEY,
    state            TEXT NOT NULL,
    working_revision BIGINT NOT NULL,
    public_revision  BIGINT,
    section_id       BIGINT REFERENCES section (id),
    media_id         BIGINT REFERENCES media (id),
    published_at     BIGINT,
    order_at         BIGINT NOT NULL,
    modified_at      BIGINT,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    author           BIGINT NOT NULL,
    updated_by       BIGINT NOT NULL,
    withdrawal       TEXT NOT NULL,
    comments_closed  INTEGER NOT NULL,
    origin           TEXT UNIQUE
);
CREATE INDEX article_public ON article (order_at, code) WHERE state = 'published';
CREATE INDEX article_public_section ON article (section_id, order_at, code) WHERE state = 'published';
CREATE INDEX article_public_media ON article (media_id) WHERE state = 'published';
CREATE INDEX article_updated ON article (updated_at, code);

CREATE TABLE revision (
    id              BIGINT PRIMARY KEY,
    article_code    BIGINT NOT NULL REFERENCES article (code) ON DELETE CASCADE,
    number          INTEGER NOT NULL,
    at              BIGINT NOT NULL,
    author          BIGINT NOT NULL,
    lang            TEXT NOT NULL,
    kind            TEXT NOT NULL,
    kicker          TEXT NOT NULL,
    headline        TEXT NOT NULL,
    short_headline  TEXT NOT NULL,
    lede            TEXT NOT NULL,
    body            TEXT NOT NULL,
    source          TEXT NOT NULL,
    end_mark        INTEGER NOT NULL,
    desk_code       TEXT NOT NULL,
    slug            TEXT NOT NULL,
    section_id      BIGINT NOT NULL REFERENCES section (id),
    tags            TEXT NOT NULL,
    bylines         TEXT NOT NULL,
    media_id        BIGINT REFERENCES media (id),
    picture_caption TEXT NOT NULL,
    picture_credit  TEXT NOT NULL,
    picture_alt     TEXT NOT NULL,
    UNIQUE (article_code, number)
);

-- The tags of public revisions, in the order of a tag's page.
CREATE TABLE article_tag (
    tag_id       BIGINT NOT NULL REFERENCES tag (id),
    order_at     BIGINT NOT NULL,
    article_code BIGINT NOT NULL REFERENCES article (code) ON DELETE CASCADE,
    position     INTEGER NOT NULL,
    PRIMARY KEY (tag_id, order_at, article_code)
);
CREATE INDEX article_tag_article ON article_tag (article_code, position);

CREATE TABLE comment (
    id           BIGINT PRIMARY KEY,
    article_code BIGINT NOT NULL REFERENCES article (code) ON DELETE CASCADE,
    parent_id    BIGINT REFERENCES comment (id),
    state        TEXT NOT NULL,
    name         TEXT NOT NULL,
    email        TEXT NOT NULL,
    text         TEXT NOT NULL,
    country      TEXT NOT NULL,
    pseudonym    TEXT NOT NULL,
    by_newsroom  INTEGER NOT NULL,
    created_at   BIGINT NOT NULL,
    decided_at   BIGINT,
    decided_by   BIGINT NOT NULL,
    reason       TEXT NOT NULL,
    receipt      TEXT UNIQUE,
    origin       TEXT UNIQUE
);
CREATE INDEX comment_article ON comment (article_code, state, created_at, id);
CREATE INDEX comment_queue ON comment (state, created_at, id);
CREATE INDEX comment_decided ON comment (state, decided_at, id);
CREATE INDEX comment_pseudonym ON comment (pseudonym, created_at);

CREATE TABLE article_view (
    hour         BIGINT NOT NULL,
    article_code BIGINT NOT NULL,
    views        BIGINT NOT NULL,
    PRIMARY KEY (hour, article_code)
);

-- The gate. Whatever the public may see is read through these views and nothing else (see public.go and TestPublicGate).
CREATE VIEW public_article AS
    SELECT a.code, a.published_at, a.order_at, a.modified_at, a.comments_closed, a.section_id, a.media_id,
           r.number, r.lang, r.kind, r.kicker, r.headline, r.short_headline, r.lede, r.body, r.source, r.end_mark, r.desk_code,
           r.slug, r.bylines, r.picture_caption, r.picture_credit, r.picture_alt,
           s.slug AS section_slug, s.name AS section_name, s.name_en AS section_name_en, s.position AS section_position,
           COALESCE(m.width, 0) AS media_width, COALESCE(m.height, 0) AS media_height
    FROM article a
    JOIN revision r ON r.id = a.public_revision
    JOIN section s ON s.id = a.section_id
    LEFT JOIN media m ON m.id = a.media_id
    WHERE a.state = 'published';

CREATE VIEW public_comment AS
    SELECT c.id, c.article_code, c.parent_id, c.name, c.text, c.country, c.by_newsroom, c.created_at
    FROM comment c
    JOIN article a ON a.code = c.article_code
    WHERE c.state = 'published' AND a.state = 'published';

-- How many comments of a public article are pending is public; what they say is not.
CREATE VIEW public_comment_state AS
    SELECT c.article_code, c.state
    FROM comment c
    JOIN article a ON a.code = c.article_code
    WHERE c.state IN ('published', 'pending') AND a.state = 'published';

CREATE VIEW public_tag AS
    SELECT t.id, t.slug, t.name, x.order_at, x.article_code, x.position
    FROM article_tag x
    JOIN tag t ON t.id = x.tag_id
    JOIN article a ON a.code = x.article_code
    WHERE a.state = 'published';

-- What was public and is no more: only its code and the sentence that readers get.
CREATE VIEW withdrawn_article AS
    SELECT code, withdrawal FROM article WHERE state = 'withdrawn';
