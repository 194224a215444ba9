-- The library of media: what an item is, what its file said of it, its focal point, how far its renditions are. Rows of before
-- are pictures whose renditions are to be made anew; search is filled when that is done.
ALTER TABLE media ADD COLUMN kind TEXT NOT NULL DEFAULT 'image';
ALTER TABLE media ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN creator TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN copyright TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN focal_x INTEGER NOT NULL DEFAULT 50;
ALTER TABLE media ADD COLUMN focal_y INTEGER NOT NULL DEFAULT 50;
ALTER TABLE media ADD COLUMN renditions INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN edits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN search TEXT NOT NULL DEFAULT '';
CREATE INDEX media_hash ON media (hash);
CREATE INDEX media_pending ON media (id) WHERE renditions = 0;

-- Which media a revision uses, in its picture and in its body.
CREATE TABLE revision_media (
    revision_id BIGINT NOT NULL REFERENCES revision (id) ON DELETE CASCADE,
    media_id    BIGINT NOT NULL REFERENCES media (id),
    PRIMARY KEY (revision_id, media_id)
);
CREATE INDEX revision_media_media ON revision_media (media_id);
INSERT INTO revision_media (revision_id, media_id)
    SELECT r.id, m.id FROM revision r JOIN media m ON r.media_id = m.id OR r.body LIKE '%/media/' || m.id || '/%';

-- A part of the gate: an item is public while the public revision of a published article uses it.
CREATE VIEW public_media AS
    SELECT x.media_id, a.code AS article_code
    FROM article a
    JOIN revision_media x ON x.revision_id = a.public_revision
    WHERE a.state = 'published';

-- The focal point of a picture, as one number: x * 1000 + y.
CREATE VIEW picture_focal AS
    SELECT id, focal_x * 1000 + focal_y AS point FROM media;
