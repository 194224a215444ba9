-- What the discussion notes with a comment: why it waits, who may have written it, how it was received.
ALTER TABLE comment ADD COLUMN held        INTEGER NOT NULL DEFAULT 0;   -- a rule held it; its findings say why
ALTER TABLE comment ADD COLUMN risk        INTEGER NOT NULL DEFAULT 0;   -- thousandths, 0 to 1000
ALTER TABLE comment ADD COLUMN findings    TEXT    NOT NULL DEFAULT '';  -- JSON, every rule's outcome in order; '' for none
ALTER TABLE comment ADD COLUMN fingerprint BIGINT  NOT NULL DEFAULT 0;   -- of the folded text, for repeats; 0 unknown
ALTER TABLE comment ADD COLUMN network     TEXT    NOT NULL DEFAULT '';  -- keyed hash of the wider network; expires as the pseudonym does
ALTER TABLE comment ADD COLUMN person      TEXT    NOT NULL DEFAULT '';  -- keyed hash of the signed cookie; '' for one who declined it
ALTER TABLE comment ADD COLUMN votes_up    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN votes_down  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN reports     INTEGER NOT NULL DEFAULT 0;   -- readers' reports that nobody has settled
ALTER TABLE comment ADD COLUMN revised_at  BIGINT;                       -- when its writer used the one edit
ALTER TABLE comment ADD COLUMN edited_at   BIGINT;                       -- when the newsroom last changed its text; shown to readers
ALTER TABLE comment ADD COLUMN edited_by   BIGINT  NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN claimed_by  BIGINT  NOT NULL DEFAULT 0;   -- the moderator who has it on the screen
ALTER TABLE comment ADD COLUMN claimed_to  BIGINT  NOT NULL DEFAULT 0;   -- until when

CREATE INDEX comment_fingerprint ON comment (fingerprint, created_at);
CREATE INDEX comment_risk ON comment (state, held, risk, created_at, id);
CREATE INDEX comment_person ON comment (person, created_at);
CREATE INDEX comment_network ON comment (network, created_at);
