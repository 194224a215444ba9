-- The editors' flow: who has an article, when it goes out and comes back, locks, autosaves, corrections, templates, trash.

ALTER TABLE newsuser ADD COLUMN sections TEXT NOT NULL DEFAULT '[]';

ALTER TABLE article ADD COLUMN holder BIGINT NOT NULL DEFAULT 0;
ALTER TABLE article ADD COLUMN return_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE article ADD COLUMN publish_at BIGINT;
ALTER TABLE article ADD COLUMN unpublish_at BIGINT;
ALTER TABLE article ADD COLUMN unpublish_note TEXT NOT NULL DEFAULT '';
ALTER TABLE article ADD COLUMN embargo_until BIGINT;
ALTER TABLE article ADD COLUMN change_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE article ADD COLUMN change_at BIGINT;
ALTER TABLE article ADD COLUMN trashed_at BIGINT;
ALTER TABLE article ADD COLUMN public_count INTEGER NOT NULL DEFAULT 0;
UPDATE article SET public_count = 1 WHERE public_revision IS NOT NULL;

-- The next moment at which the timer has something to do for an article.
ALTER TABLE article ADD COLUMN due_at BIGINT;
CREATE INDEX article_due ON article (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX article_holder ON article (holder, updated_at, code);

-- Who edits an article right now; it dies by itself when no sign of life comes.
CREATE TABLE article_lock (
    article_code BIGINT PRIMARY KEY,
    user_id      BIGINT NOT NULL,
    since        BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL
);

-- A word to whom a lock was taken from, until they have read it.
CREATE TABLE lock_word (
    article_code BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    from_user    BIGINT NOT NULL,
    word         TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (article_code, user_id)
);

-- What a person was typing: one row an article and person, neither a version nor an event. Code 0 is a new article.
CREATE TABLE autosave (
    article_code BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    base         INTEGER NOT NULL,
    form         TEXT NOT NULL,
    PRIMARY KEY (article_code, user_id)
);

CREATE TABLE correction (
    id           BIGINT PRIMARY KEY,
    article_code BIGINT NOT NULL REFERENCES article (code) ON DELETE CASCADE,
    kind         TEXT NOT NULL,
    text         TEXT NOT NULL,
    changed      TEXT NOT NULL,
    at           BIGINT NOT NULL,
    by_user      BIGINT NOT NULL
);
CREATE INDEX correction_article ON correction (article_code, at, id);
CREATE INDEX correction_at ON correction (at, id);
INSERT INTO counter (name, value) VALUES ('correction', 0);

CREATE TABLE template (
    kind       TEXT PRIMARY KEY,
    content    TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by BIGINT NOT NULL
);

CREATE INDEX event_at ON event (at, seq);
CREATE INDEX event_actor ON event (actor, seq);

CREATE VIEW public_correction AS
    SELECT c.id, c.article_code, c.kind, c.text, c.changed, c.at
    FROM correction c
    JOIN article a ON a.code = c.article_code
    WHERE a.state = 'published';
