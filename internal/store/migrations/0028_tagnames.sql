-- A tag's other names and its earlier addresses are rows of tag that lead to it (into_id): who types one of those names, or asks for one of
-- those addresses, gets the tag. No row leads to one that leads on. A row whose name is '' is an earlier address alone.
ALTER TABLE tag ADD COLUMN into_id BIGINT REFERENCES tag (id);
CREATE INDEX tag_into ON tag (into_id);

-- With which tag a row came along when that was merged; it goes with it again when the merge is taken back. NULL: it led here before, or was merged itself.
ALTER TABLE tag ADD COLUMN came_with BIGINT;

-- Which state of a tag a form began from, and who changed the tag last; topic.version is the same number.
ALTER TABLE tag ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tag ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tag ADD COLUMN updated_by BIGINT NOT NULL DEFAULT 0;
UPDATE tag SET version = (SELECT p.version FROM topic p WHERE p.tag_id = tag.id), updated_at = (SELECT p.updated_at FROM topic p WHERE p.tag_id = tag.id),
    updated_by = (SELECT p.updated_by FROM topic p WHERE p.tag_id = tag.id) WHERE id IN (SELECT tag_id FROM topic);

-- Where an earlier address leads, while readers can see the tag.
CREATE VIEW public_tag_address AS
    SELECT o.slug AS asked, t.id, t.slug, t.name
    FROM tag o
    JOIN tag t ON t.id = o.into_id
    WHERE EXISTS (SELECT 1 FROM article_tag x JOIN article a ON a.code = x.article_code WHERE x.tag_id = t.id AND a.state = 'published');
