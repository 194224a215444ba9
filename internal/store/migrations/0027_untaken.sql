-- Comments that a node had accepted while no database took writes, and that name an article which is not there: their receipts tell so. They are
-- nobody's to decide on, and go with the pseudonyms that have expired.
CREATE TABLE comment_untaken (
    receipt      TEXT PRIMARY KEY,  -- keyed hash of the code
    article_code BIGINT NOT NULL,   -- of no article
    name         TEXT NOT NULL,
    text         TEXT NOT NULL,
    country      TEXT NOT NULL,
    sent_at      BIGINT NOT NULL,
    at           BIGINT NOT NULL
);
CREATE INDEX comment_untaken_at ON comment_untaken (at);
