-- The reader's side of the discussion: counters in the article's row, threads, votes, reports, closing.

-- Kept by the store with every comment that comes, goes or changes its state, so that 20,000 comments cost a page nothing.
ALTER TABLE article ADD COLUMN comments_published INTEGER NOT NULL DEFAULT 0;
ALTER TABLE article ADD COLUMN comments_pending   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE article ADD COLUMN comments_rejected  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE article ADD COLUMN comments_note      TEXT    NOT NULL DEFAULT '';  -- why its comments are closed, for readers
UPDATE article SET
    comments_published = (SELECT COUNT(*) FROM comment c WHERE c.article_code = article.code AND c.state = 'published'),
    comments_pending = (SELECT COUNT(*) FROM comment c WHERE c.article_code = article.code AND c.state = 'pending'),
    comments_rejected = (SELECT COUNT(*) FROM comment c WHERE c.article_code = article.code AND c.state = 'rejected');

ALTER TABLE comment ADD COLUMN thread  BIGINT  NOT NULL DEFAULT 0;  -- the comment that answers none, at the top of this one's line
ALTER TABLE comment ADD COLUMN level   INTEGER NOT NULL DEFAULT 0;  -- 0 answers none, 1 answers such a one, …
ALTER TABLE comment ADD COLUMN head    INTEGER NOT NULL DEFAULT 1;  -- readers see it at the top: it answers none that is public
ALTER TABLE comment ADD COLUMN replies INTEGER NOT NULL DEFAULT 0;  -- published ones of its thread, at the comment that answers none
ALTER TABLE comment ADD COLUMN score   BIGINT  NOT NULL DEFAULT 0;  -- for the order "best": Wilson's lower bound of its votes, in millionths
UPDATE comment SET thread = COALESCE(parent_id, id), level = CASE WHEN parent_id IS NULL THEN 0 ELSE 1 END,
    head = CASE WHEN parent_id IS NULL OR (SELECT p.state FROM comment p WHERE p.id = comment.parent_id) <> 'published' THEN 1 ELSE 0 END,
    replies = (SELECT COUNT(*) FROM comment r WHERE r.parent_id = comment.id AND r.state = 'published');
CREATE INDEX comment_head_time ON comment (article_code, created_at, id) WHERE state = 'published' AND head = 1;
CREATE INDEX comment_head_best ON comment (article_code, score, id) WHERE state = 'published' AND head = 1;
CREATE INDEX comment_thread ON comment (thread, created_at, id) WHERE state = 'published' AND head = 0;
CREATE INDEX comment_parent ON comment (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX comment_newest ON comment (created_at, id) WHERE state = 'published';

-- One vote a person and comment. person is the hash of a signed cookie, pseudonym that of an address; both go when their time is over,
-- the sums in the comment's row stay.
CREATE TABLE comment_vote (
    comment_id BIGINT NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    voter      TEXT NOT NULL,
    pseudonym  TEXT NOT NULL,
    up         INTEGER NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (comment_id, voter)
);
CREATE INDEX comment_vote_pseudonym ON comment_vote (pseudonym, at);
CREATE INDEX comment_vote_at ON comment_vote (at);

-- What readers reported, for the moderators. One a person and comment; settled_at is NULL while nobody has settled it.
CREATE TABLE comment_report (
    comment_id BIGINT NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    reporter   TEXT NOT NULL,
    pseudonym  TEXT NOT NULL,
    reason     TEXT NOT NULL,
    note       TEXT NOT NULL,
    at         BIGINT NOT NULL,
    settled_at BIGINT,
    settled_by BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (comment_id, reporter)
);
CREATE INDEX comment_report_open ON comment_report (at, comment_id) WHERE settled_at IS NULL;
CREATE INDEX comment_report_pseudonym ON comment_report (pseudonym, at);

-- The one switch for the comments of the whole site; id is always 1.
CREATE TABLE comment_switch (
    id      BIGINT PRIMARY KEY,
    closed  INTEGER NOT NULL,
    note    TEXT NOT NULL,
    at      BIGINT NOT NULL,
    by_user BIGINT NOT NULL
);
INSERT INTO comment_switch (id, closed, note, at, by_user) VALUES (1, 0, '', 0, 0);

-- The gate: counters and closing of a public article, and its published comments.
CREATE VIEW public_discussion AS
    SELECT a.code AS article_code, a.published_at, a.comments_published AS published, a.comments_pending AS pending,
           a.comments_rejected AS rejected, a.comments_closed AS closed, a.comments_note AS note,
           w.closed AS site_closed, w.note AS site_note
    FROM article a
    JOIN comment_switch w ON w.id = 1
    WHERE a.state = 'published';

DROP VIEW public_comment_state;
DROP VIEW public_comment;
CREATE VIEW public_comment AS
    SELECT c.id, c.article_code, c.parent_id, c.thread, c.level, c.head, c.replies, c.score, c.name, c.text, c.country, c.by_newsroom,
           c.created_at, c.votes_up, c.votes_down, CASE WHEN c.edited_at IS NULL THEN 0 ELSE 1 END AS edited
    FROM comment c
    JOIN article a ON a.code = c.article_code
    WHERE c.state = 'published' AND a.state = 'published';
