-- The desk's lists at a hundred thousand articles, and the notes between editors.

-- The section of the working copy, for the lists of those who work for some sections; section_id is the public one.
ALTER TABLE article ADD COLUMN desk_section BIGINT NOT NULL DEFAULT 0;
UPDATE article SET desk_section = (SELECT r.section_id FROM revision r WHERE r.id = article.working_revision);

-- Each list of the desk has one index that gives its order (inboxes in inbox.go).
DROP INDEX article_holder;
CREATE INDEX article_draft ON article (holder, updated_at, code) WHERE state = 'draft' AND trashed_at IS NULL;
CREATE INDEX article_state ON article (state, updated_at, code) WHERE trashed_at IS NULL;
CREATE INDEX article_desk ON article (desk_section, state, updated_at, code) WHERE trashed_at IS NULL;
CREATE INDEX article_change ON article (updated_at, code) WHERE change_at IS NOT NULL AND trashed_at IS NULL;
CREATE INDEX article_change_of ON article (desk_section, updated_at, code) WHERE change_at IS NOT NULL AND trashed_at IS NULL;
CREATE INDEX article_trash ON article (updated_at, code) WHERE trashed_at IS NOT NULL;
CREATE INDEX article_trash_of ON article (holder, updated_at, code) WHERE trashed_at IS NOT NULL;

-- Who wrote a note between editors into an article's text, and who settled it by taking it out. key is a digest of its words.
CREATE TABLE desk_note (
    article_code BIGINT NOT NULL REFERENCES article (code) ON DELETE CASCADE,
    key          TEXT NOT NULL,
    text         TEXT NOT NULL,
    by_user      BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    settled_by   BIGINT NOT NULL DEFAULT 0,
    settled_at   BIGINT,
    PRIMARY KEY (article_code, key)
);
