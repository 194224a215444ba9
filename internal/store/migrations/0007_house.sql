-- The house's style: terms that the newsroom writes in its own way, and words that it adds to the lexicon of the copy desk.

-- key tells entries that say the same; sort is the order of the alphabet, search what a search looks in. was is what the last act
-- replaced, as JSON; NULL where there is nothing to go back to.
CREATE TABLE house_entry (
    id         BIGINT PRIMARY KEY,
    kind       TEXT NOT NULL,
    text       TEXT NOT NULL,
    preferred  TEXT NOT NULL,
    note       TEXT NOT NULL,
    gone       INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    was        TEXT,
    key        TEXT NOT NULL,
    sort       TEXT NOT NULL,
    search     TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by BIGINT NOT NULL
);
CREATE UNIQUE INDEX house_entry_key ON house_entry (kind, key) WHERE gone = 0;
CREATE INDEX house_entry_sort ON house_entry (kind, sort, id) WHERE gone = 0;
CREATE INDEX house_entry_gone ON house_entry (updated_at) WHERE gone = 1;

-- house_version rises with every change, so that whoever holds the table in memory sees that it is old.
INSERT INTO counter (name, value) VALUES ('house_entry', 0), ('house_version', 0);

-- What the checklist asked about an article and an editor confirmed, with the revision, as JSON.
ALTER TABLE article ADD COLUMN answered TEXT NOT NULL DEFAULT '';
