package store

import (
	"database/sql"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// touchArticle notes every list in which the public sees an article now; nothing when it does not see it. Around a change it is
// called before and after, so that the lists that lose the article are noted with those that gain it.
func (t *tx) touchArticle(code news.Code) error {
	var section news.SectionID
	var kind news.ArticleKind
	err := t.queryRow(`SELECT section_id, kind FROM public_article WHERE code = $1`, int64(code)).Scan(&section, &kind)
	if err == sql.ErrNoRows {
		return nil
	}
	if err != nil {
		return err
	}
	rows, err := t.session.QueryContext(t.ctx, `SELECT id FROM public_tag WHERE article_code = $1`, int64(code))
	if err != nil {
		return err
	}
	err = eachRow(rows, func(r scanner) error {
		var id news.TagID
		err := r.Scan(&id)
		t.touch(id.Dependency())
		return err
	})
	if err != nil {
		return err
	}
	if err := t.touchBylines(code); err != nil {
		return err
	}
	return t.touchLists(code, section, kind)
}

// touchLists notes the lists of a public article but its tags'.
func (t *tx) touchLists(code news.Code, section news.SectionID, kind news.ArticleKind) error {
	t.touch(code.Dependency(), news.LatestList, section.Dependency(), kind.Dependency(), news.SitemapList, code.SitemapDependency())
	var others bool
	err := t.queryRow(`SELECT EXISTS (SELECT 1 FROM public_article WHERE section_id = $1 AND code <> $2)`, int64(section), int64(code)).Scan(&others)
	if !others {
		t.touch(news.SectionList)
	}
	return err
}

// touchMediaUsers notes the lists of every public article that shows a media item, and the topics that do.
func (t *tx) touchMediaUsers(id news.MediaID) error {
	rows, err := t.session.QueryContext(t.ctx, `SELECT p.code FROM public_article p JOIN article a ON a.code = p.code
		JOIN revision_media m ON m.revision_id = a.public_revision WHERE m.media_id = $1`, int64(id))
	if err != nil {
		return err
	}
	var codes []news.Code
	err = eachRow(rows, func(r scanner) error {
		var code news.Code
		err := r.Scan(&code)
		codes = append(codes, code)
		return err
	})
	for _, code := range codes {
		if err == nil {
			err = t.touchArticle(code)
		}
	}
	if err != nil {
		return err
	}
	topics, err := t.session.QueryContext(t.ctx, `SELECT tag_id FROM topic WHERE media_id = $1`, int64(id))
	if err != nil {
		return err
	}
	return eachRow(topics, func(r scanner) error {
		var tag news.TagID
		err := r.Scan(&tag)
		t.touch(tag.Dependency(), news.TopicList)
		return err
	})
}
