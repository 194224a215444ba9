-- The moderators' desk: the queue's orders and totals, decisions and their way back, bans, saved answers, what readers are told.

-- How many comments stand in each tab of the queue, kept by the transactions that move them (tx.tally).
CREATE TABLE comment_total (
    tab   TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO comment_total (tab, value)
    SELECT 'pending', COUNT(*) FROM comment WHERE state = 'pending' UNION ALL
    SELECT 'held', COUNT(*) FROM comment WHERE state = 'pending' AND held = 1 UNION ALL
    SELECT 'reported', COUNT(*) FROM comment WHERE state = 'published' AND reports > 0 UNION ALL
    SELECT 'published', COUNT(*) FROM comment WHERE state = 'published' UNION ALL
    SELECT 'rejected', COUNT(*) FROM comment WHERE state = 'rejected';

-- The orders of the queue. The minus puts the riskiest and the newest article first and the oldest comment first within them.
CREATE INDEX comment_by_risk ON comment (state, (-risk), id);
CREATE INDEX comment_by_article ON comment (state, (-article_code), id);
CREATE INDEX comment_held_by_time ON comment (created_at, id) WHERE state = 'pending' AND held = 1;
CREATE INDEX comment_held_by_risk ON comment ((-risk), id) WHERE state = 'pending' AND held = 1;
CREATE INDEX comment_held_by_article ON comment ((-article_code), id) WHERE state = 'pending' AND held = 1;
CREATE INDEX comment_reported ON comment (created_at, id) WHERE reports > 0;
CREATE INDEX comment_decider ON comment (decided_by, decided_at, id) WHERE decided_by > 0;
CREATE INDEX comment_settled ON comment (state, COALESCE(decided_at, created_at), id);
CREATE INDEX comment_by_time ON comment (created_at, id);
CREATE INDEX comment_claim ON comment (claimed_by, claimed_to) WHERE claimed_by > 0;

-- Every decision of a person about a comment. before holds what an undo restores, as JSON.
CREATE TABLE comment_decision (
    id         BIGINT PRIMARY KEY,
    comment_id BIGINT NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    at         BIGINT NOT NULL,
    decider    BIGINT NOT NULL,
    act        TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    reason     TEXT NOT NULL,
    rules      TEXT NOT NULL,              -- the rules that had held it, spaces between
    waited     BIGINT,                     -- milliseconds from its arrival to its first decision; NULL for later ones
    before     TEXT NOT NULL,
    reply_id   BIGINT,                     -- the newsroom's answer that was written with it
    undone     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX comment_decision_comment ON comment_decision (comment_id, id);
CREATE INDEX comment_decision_decider ON comment_decision (decider, id);
CREATE INDEX comment_decision_at ON comment_decision (at);

-- Who may not write as others do, and until when. A person's or network's value is a keyed hash under a key of the ban's own
-- (secret key_name), which does not rotate; value and key go when the ban ends, the line stays as the log.
CREATE TABLE ban (
    id         BIGINT PRIMARY KEY,
    kind       TEXT NOT NULL,
    effect     TEXT NOT NULL,
    value      TEXT NOT NULL,
    key_name   TEXT NOT NULL,
    term       TEXT NOT NULL,              -- as it was typed
    reason     TEXT NOT NULL,
    comment_id BIGINT NOT NULL,            -- for which it was made; 0 none
    created_at BIGINT NOT NULL,
    created_by BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    lifted_at  BIGINT,
    lifted_by  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX ban_ends ON ban (ends_at);

CREATE TABLE saved_answer (
    id         BIGINT PRIMARY KEY,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by BIGINT NOT NULL
);

-- Texts that the newsroom writes for readers, by name ("comment_policy").
CREATE TABLE site_text (
    name       TEXT PRIMARY KEY,
    body       TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by BIGINT NOT NULL
);

INSERT INTO counter (name, value) VALUES ('decision', 0), ('ban', 0), ('saved_answer', 0);

-- What the public may know of the moderation: no comment, no person, no text.
CREATE VIEW public_moderation AS
    SELECT at, act, from_state, to_state, reason, waited, CASE WHEN rules = '' THEN 0 ELSE 1 END AS held
    FROM comment_decision WHERE undone = 0;

CREATE VIEW public_comment_intake AS
    SELECT created_at FROM comment WHERE origin IS NULL AND by_newsroom = 0;

CREATE VIEW public_policy AS
    SELECT body, updated_at FROM site_text WHERE name = 'comment_policy';
