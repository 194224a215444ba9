-- What is suggested under an article, from what it is computed, and what editors decide on it.

-- The words of each public article by which others that go with it are found (package suggest). order_at is that of the article.
CREATE TABLE article_profile (
    article_code BIGINT PRIMARY KEY REFERENCES article (code) ON DELETE CASCADE,
    order_at     BIGINT NOT NULL,
    section_id   BIGINT NOT NULL,
    kind         TEXT NOT NULL,
    tags         TEXT NOT NULL,
    words        TEXT NOT NULL
);
CREATE INDEX article_profile_time ON article_profile (order_at, article_code);

-- What is to be computed (news.MatchStep), written in the transaction that makes it necessary. claimed_until keeps other nodes away.
CREATE TABLE suggest_due (
    article_code  BIGINT PRIMARY KEY REFERENCES article (code) ON DELETE CASCADE,
    step          INTEGER NOT NULL,
    spread        INTEGER NOT NULL,
    order_at      BIGINT NOT NULL,
    mark          BIGINT NOT NULL,
    claimed_until BIGINT NOT NULL
);
CREATE INDEX suggest_due_turn ON suggest_due (step, order_at, article_code);
INSERT INTO suggest_due (article_code, step, spread, order_at, mark, claimed_until)
    SELECT code, 2, 0, order_at, 0, 0 FROM article WHERE state = 'published';
INSERT INTO counter (name, value) VALUES ('suggest', 0);

CREATE TABLE suggestion (
    article_code BIGINT NOT NULL REFERENCES article (code) ON DELETE CASCADE,
    place        INTEGER NOT NULL,
    other_code   BIGINT NOT NULL REFERENCES article (code) ON DELETE CASCADE,
    shared       INTEGER NOT NULL,
    likeness     INTEGER NOT NULL,
    PRIMARY KEY (article_code, place)
);
CREATE INDEX suggestion_other ON suggestion (other_code);

CREATE TABLE suggestion_choice (
    article_code BIGINT NOT NULL REFERENCES article (code) ON DELETE CASCADE,
    other_code   BIGINT NOT NULL REFERENCES article (code) ON DELETE CASCADE,
    pinned       INTEGER NOT NULL,
    at           BIGINT NOT NULL,
    by_user      BIGINT NOT NULL,
    PRIMARY KEY (article_code, other_code)
);
CREATE INDEX suggestion_choice_other ON suggestion_choice (other_code);

-- Pinned ones first, in the order in which they were pinned; nothing that is not public.
CREATE VIEW public_suggestion AS
    SELECT c.article_code, c.other_code, 0 AS computed, c.at AS place
    FROM suggestion_choice c JOIN article a ON a.code = c.other_code
    WHERE c.pinned = 1 AND a.state = 'published'
    UNION ALL
    SELECT s.article_code, s.other_code, 1 AS computed, s.place
    FROM suggestion s JOIN article a ON a.code = s.other_code
    WHERE a.state = 'published' AND NOT EXISTS
        (SELECT 1 FROM suggestion_choice c WHERE c.article_code = s.article_code AND c.other_code = s.other_code);

-- Views of the last hours by five minutes, for the most read of the last hour; article_view has them by the hour.
CREATE TABLE article_view_lately (
    slot         BIGINT NOT NULL,
    article_code BIGINT NOT NULL,
    views        BIGINT NOT NULL,
    PRIMARY KEY (slot, article_code)
);
