package store

import (
	"context"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Preview is a version of an article as its page would show it, public or not; number 0 is the working copy. NotFound when there is
// no such version. It is for those who may see what is hidden: who they are is the caller's question.
func (s *Store) Preview(ctx context.Context, code news.Code, number int) (news.Preview, error) {
	var p news.Preview
	var tags, bylines string
	// The version's row has the columns of public_article, so that a preview is read by the same text as what becomes of it.
	err := s.one(ctx, func(r scanner) (err error) {
		p.PublicCard, _, err = scanCard(r, &p.Revision, &p.Body, &p.Source, &p.EndMark, &p.DeskCode, &bylines, &p.CommentsClosed, &tags)
		return err
	}, `SELECT `+cardColumns+`, p.number, p.body, p.source, p.end_mark, p.desk_code, p.bylines, p.comments_closed, p.tags
		FROM (SELECT a.code, a.published_at, a.order_at, a.modified_at, a.comments_closed, r.section_id, r.media_id,
				r.number, r.lang, r.kind, r.kicker, r.headline, r.short_headline, r.lede, r.body, r.source, r.end_mark, r.desk_code,
				r.slug, r.bylines, r.tags, r.picture_caption, r.picture_credit, r.picture_alt,
				s.slug AS section_slug, s.name AS section_name, s.name_en AS section_name_en, s.position AS section_position,
				COALESCE(m.width, 0) AS media_width, COALESCE(m.height, 0) AS media_height
			FROM article a
			JOIN revision r ON r.article_code = a.code AND (r.number = $2 OR $2 = 0 AND r.id = a.working_revision)
			JOIN section s ON s.id = r.section_id
			LEFT JOIN media m ON m.id = r.media_id
			WHERE a.code = $1) p`, int64(code), number)
	if err != nil {
		return p, err
	}
	if err := fromJSONList(bylines, &p.Bylines); err != nil {
		return p, err
	}
	var names []string
	if err := fromJSONList(tags, &names); err != nil {
		return p, err
	}
	for _, name := range names {
		p.Tags = append(p.Tags, news.Tag{Name: name}) // it may have no page yet, so it has no address
	}
	return p, nil
}
