-- How long a film or a recording plays, in milliseconds, and what the rendition of a picture that most readers load weighs, in
-- bytes; 0 is not known. All items are looked at again in the background: pictures get their new crops, recordings their length.
ALTER TABLE media ADD COLUMN duration BIGINT NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN weight BIGINT NOT NULL DEFAULT 0;
UPDATE media SET renditions = 0 WHERE renditions = 1;

-- Who works on the files of a hash: many may write them at once, whoever removes them is alone. A node that died leaves a row, which
-- counts for nothing after its moment.
CREATE TABLE media_hold (
    hash     TEXT NOT NULL,
    holder   TEXT NOT NULL,
    removing BIGINT NOT NULL,
    until    BIGINT NOT NULL,
    PRIMARY KEY (hash, holder)
);
