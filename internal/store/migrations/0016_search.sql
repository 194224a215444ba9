-- Whose names stand above public articles, in the order of a reporter's page; filed as tags are. People need no account. What was
-- public before this table is filed right after this file (store/byline.go).
CREATE TABLE article_byline (
    slug         TEXT NOT NULL,
    order_at     BIGINT NOT NULL,
    article_code BIGINT NOT NULL REFERENCES article (code) ON DELETE CASCADE,
    position     INTEGER NOT NULL,
    name         TEXT NOT NULL,
    fold         TEXT NOT NULL,
    PRIMARY KEY (slug, order_at, article_code)
);
CREATE INDEX article_byline_article ON article_byline (article_code, position);
CREATE INDEX article_byline_fold ON article_byline (fold);

CREATE VIEW public_byline AS
    SELECT b.slug, b.order_at, b.article_code, b.position, b.name, b.fold
    FROM article_byline b
    JOIN article a ON a.code = b.article_code
    WHERE a.state = 'published';

-- When public articles were published, for what counts them: no text is read.
CREATE VIEW public_moment AS
    SELECT code, order_at FROM article WHERE state = 'published' AND public_revision IS NOT NULL;

-- What the newsroom says of a tag that is a person, an organisation, a place or an event.
CREATE TABLE topic (
    tag_id     BIGINT PRIMARY KEY REFERENCES tag (id),
    kind       TEXT NOT NULL,
    text       TEXT NOT NULL,
    media_id   BIGINT REFERENCES media (id),
    version    INTEGER NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by BIGINT NOT NULL
);
CREATE INDEX topic_media ON topic (media_id);

-- A topic is public while a public article has its tag.
CREATE VIEW public_topic AS
    SELECT p.tag_id, p.kind, p.text, p.media_id, t.slug, t.name,
           COALESCE(m.width, 0) AS media_width, COALESCE(m.height, 0) AS media_height,
           COALESCE(m.alt, '') AS media_alt, COALESCE(m.credit, '') AS media_credit
    FROM topic p
    JOIN tag t ON t.id = p.tag_id
    LEFT JOIN media m ON m.id = p.media_id
    WHERE EXISTS (SELECT 1 FROM article_tag x JOIN article a ON a.code = x.article_code
                  WHERE x.tag_id = p.tag_id AND a.state = 'published');

-- Names that are looked for in a text beside those of the topics; an operator loads them.
CREATE TABLE known_name (
    fold TEXT PRIMARY KEY,
    name TEXT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('known_names', 0);
