-- What a person was typing. Of an article there is one row a person; a new one is named by its draft until it has a code (article_code 0),
-- so that two that are begun at once are two rows. window_id is the window that wrote last and seq how often it was written: another
-- window that has not seen that is told instead of overwriting it.
CREATE TABLE autosave_of_window (
    article_code BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    draft        TEXT NOT NULL,
    window_id    TEXT NOT NULL,
    seq          BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    base         INTEGER NOT NULL,
    form         TEXT NOT NULL,
    PRIMARY KEY (article_code, user_id, draft)
);
INSERT INTO autosave_of_window (article_code, user_id, draft, window_id, seq, at, base, form)
    SELECT article_code, user_id, CASE WHEN article_code = 0 THEN 'before' ELSE '' END, '', 1, at, base, form FROM autosave;
DROP TABLE autosave;
ALTER TABLE autosave_of_window RENAME TO autosave;
