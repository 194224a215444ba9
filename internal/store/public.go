package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// Public is the gate (docs/architecture.md): what the public may see, and nothing else. Each of its queries reads the views
// public_article, public_comment, public_discussion, public_tag, public_tag_address, public_media, public_front, public_dossier
// and withdrawn_article, never a table with hidden rows;
// TestPublicReadsViewsOnly holds it to that. Hidden and unknown codes answer alike.
type Public struct{ s *Store }

const cardColumns = `p.code, p.slug, p.lang, p.kind, p.kicker, p.headline, p.short_headline, p.lede,
	p.section_id, p.section_slug, p.section_name, p.section_name_en, p.section_position, p.published_at, p.modified_at, p.order_at,
	COALESCE(p.media_id, 0), p.picture_caption, p.picture_credit, p.picture_alt, p.media_width, p.media_height,
	COALESCE((SELECT point FROM picture_focal f WHERE f.id = p.media_id), 50050)`

// scanCard reads cardColumns and, behind them, whatever more is asked for.
func scanCard(r scanner, more ...any) (card news.PublicCard, orderAt int64, err error) {
	var published, modified sql.NullInt64
	c := &card
	var focal int
	dest := []any{&c.Code, &c.Slug, &c.Lang, &c.Kind, &c.Kicker, &c.Headline, &c.ShortHeadline, &c.Lede,
		&c.Section.ID, &c.Section.Slug, &c.Section.Name, &c.Section.NameEN, &c.Section.Position, &published, &modified, &orderAt,
		&c.Picture.Media, &c.Picture.Caption, &c.Picture.Credit, &c.Picture.Alt, &c.Size.Width, &c.Size.Height, &focal}
	err = r.Scan(append(dest, more...)...)
	c.PublishedAt, c.ModifiedAt = fromNullMS(published), fromNullMS(modified)
	c.Focal = news.Focal{X: focal / 1000, Y: focal % 1000}
	return card, orderAt, err
}

// Article is one public article. NotFound for a hidden or unknown code alike; Gone, with the sentence for readers in Args[0], for a withdrawn one.
func (p *Public) Article(ctx context.Context, code news.Code) (news.PublicArticle, error) {
	news.Depend(ctx, code.Dependency())
	var a news.PublicArticle
	var bylines string
	err := p.s.one(ctx, func(r scanner) (err error) {
		a.PublicCard, _, err = scanCard(r, &a.Revision, &a.Body, &a.Source, &a.EndMark, &a.DeskCode, &bylines, &a.CommentsClosed)
		return err
	}, `SELECT `+cardColumns+`, p.number, p.body, p.source, p.end_mark, p.desk_code, p.bylines, p.comments_closed
		FROM public_article p WHERE p.code = $1`, int64(code))
	if isNotFound(err) {
		return a, p.gone(ctx, code, err)
	}
	if err != nil {
		return a, err
	}
	if err := fromJSONList(bylines, &a.Bylines); err != nil {
		return a, err
	}
	// Notes to editors stand in the same text; here is where they stay behind.
	a.Body = string(markup.WithoutNotes(markup.HTML(a.Body)))
	err = p.s.each(ctx, func(r scanner) error {
		var t news.Tag
		err := r.Scan(&t.ID, &t.Slug, &t.Name)
		a.Tags = append(a.Tags, t)
		news.Depend(ctx, t.ID.NameDependency())
		return err
	}, `SELECT id, slug, name FROM public_tag WHERE article_code = $1 ORDER BY position`, int64(code))
	return a, err
}

// gone tells a withdrawn article from one that was never public.
func (p *Public) gone(ctx context.Context, code news.Code, notFound error) error {
	var sentence string
	err := p.s.one(ctx, func(r scanner) error { return r.Scan(&sentence) }, `SELECT withdrawal FROM withdrawn_article WHERE code = $1`, int64(code))
	if isNotFound(err) {
		return notFound
	}
	if err != nil {
		return err
	}
	return news.Fail(news.Gone, "error.withdrawn", sentence)
}

// List is a page of public articles, newest first, undated ones last.
func (p *Public) List(ctx context.Context, q news.ListQuery) (news.CardPage, error) {
	news.Depend(ctx, listDependency(q))
	from, until := int64(undated), int64(1<<63-1)
	if q.Dated {
		from = undated + 1
	}
	if !q.From.IsZero() {
		from = ms(q.From)
	}
	if !q.Until.IsZero() {
		until = ms(q.Until)
		from = max(from, undated+1)
	}
	after := descending(q.After)
	// One shape of query for each index, so that every list is a walk along it.
	query, key := `FROM public_article p WHERE p.order_at >= $1 AND p.order_at < $2 AND (p.order_at, p.code) < ($3, $4) AND $6 = 0`, any(int64(0))
	switch {
	case q.Section != 0:
		query, key = `FROM public_article p WHERE p.order_at >= $1 AND p.order_at < $2 AND (p.order_at, p.code) < ($3, $4) AND p.section_id = $6`, int64(q.Section)
	case q.Reporter != "":
		query, key = `FROM public_byline t JOIN public_article p ON p.code = t.article_code
			WHERE t.order_at >= $1 AND t.order_at < $2 AND (t.order_at, t.article_code) < ($3, $4) AND t.slug = $6`, q.Reporter
	case q.Tag != 0:
		query, key = `FROM public_tag t JOIN public_article p ON p.code = t.article_code
			WHERE t.order_at >= $1 AND t.order_at < $2 AND (t.order_at, t.article_code) < ($3, $4) AND t.id = $6`, int64(q.Tag)
	}
	order := ` ORDER BY p.order_at DESC, p.code DESC LIMIT $5`
	if q.Tag != 0 || q.Reporter != "" {
		order = ` ORDER BY t.order_at DESC, t.article_code DESC LIMIT $5`
	}
	return p.cardPage(ctx, q.Limit, `SELECT `+cardColumns+` `+query+order, from, until, after.At, after.ID, q.Limit+1, key)
}

// cardPage reads a page of cards; the query must allow one more than limit.
func (p *Public) cardPage(ctx context.Context, limit int, query string, args ...any) (news.CardPage, error) {
	var page news.CardPage
	var last news.Cursor
	err := p.s.each(ctx, func(r scanner) error {
		card, at, err := scanCard(r)
		if len(page.Cards) == limit {
			page.Next = last
			return err
		}
		last = news.Cursor{At: at, ID: int64(card.Code)}
		page.Cards = append(page.Cards, card)
		return err
	}, query, args...)
	return page, err
}

// listDependency is what a list moves with. Lists of some days move with all that is published: a day is not worth a name of its own.
func listDependency(q news.ListQuery) news.Dependency {
	switch {
	case q.Section != 0:
		return q.Section.Dependency()
	case q.Reporter != "":
		return news.Writer{Slug: q.Reporter}.Dependency()
	case q.Tag != 0:
		return q.Tag.Dependency()
	}
	return news.LatestList
}

// Cards are the public ones among the codes, in the given order.
func (p *Public) Cards(ctx context.Context, codes []news.Code) ([]news.PublicCard, error) {
	var cards []news.PublicCard
	for _, code := range codes {
		news.Depend(ctx, code.Dependency())
		err := p.s.one(ctx, func(r scanner) error {
			card, _, err := scanCard(r)
			if err == nil {
				cards = append(cards, card)
			}
			return err
		}, `SELECT `+cardColumns+` FROM public_article p WHERE p.code = $1`, int64(code))
		if err != nil && !isNotFound(err) {
			return nil, err
		}
	}
	return cards, nil
}

// Sections are the sections with at least one public article, by position.
func (p *Public) Sections(ctx context.Context) ([]news.Section, error) {
	news.Depend(ctx, news.SectionList)
	var all []news.Section
	err := p.s.each(ctx, func(r scanner) error {
		var section news.Section
		err := r.Scan(&section.ID, &section.Slug, &section.Name, &section.NameEN, &section.Position)
		all = append(all, section)
		return err
	}, `SELECT s.id, s.slug, s.name, s.name_en, s.position FROM section s
		WHERE EXISTS (SELECT 1 FROM public_article p WHERE p.section_id = s.id) ORDER BY s.position, s.id`)
	return all, err
}

// Section finds a section by slug; NotFound while nothing public is in it.
func (p *Public) Section(ctx context.Context, slug string) (news.Section, error) {
	news.Depend(ctx, news.SectionList)
	var section news.Section
	err := p.s.one(ctx, func(r scanner) error {
		return r.Scan(&section.ID, &section.Slug, &section.Name, &section.NameEN, &section.Position)
	}, `SELECT s.id, s.slug, s.name, s.name_en, s.position FROM section s
		WHERE s.slug = $1 AND EXISTS (SELECT 1 FROM public_article p WHERE p.section_id = s.id)`, slug)
	return section, err
}

// Tag finds a tag by its slug or an earlier one, which is then not that of the result; NotFound while no public article carries it.
func (p *Public) Tag(ctx context.Context, slug string) (news.Tag, error) {
	var tag news.Tag
	read := func(r scanner) error { return r.Scan(&tag.ID, &tag.Slug, &tag.Name) }
	err := p.s.one(ctx, read, `SELECT id, slug, name FROM public_tag WHERE slug = $1 LIMIT 1`, slug)
	if isNotFound(err) {
		news.Depend(ctx, news.TagAddresses)
		err = p.s.one(ctx, read, `SELECT id, slug, name FROM public_tag_address WHERE asked = $1`, slug)
	}
	if isNotFound(err) {
		news.Depend(ctx, news.LatestList) // its first article may bring it
	}
	news.Depend(ctx, tag.ID.Dependency())
	return tag, err
}

// Media finds a media item that a public article uses, in its picture or its body, or a public topic; NotFound otherwise.
func (p *Public) Media(ctx context.Context, id news.MediaID) (news.Media, error) {
	return p.s.oneMedia(ctx, `SELECT `+mediaColumns+` FROM media m
		WHERE m.id = $1 AND (EXISTS (SELECT 1 FROM public_media p WHERE p.media_id = m.id) OR EXISTS (SELECT 1 FROM public_topic t WHERE t.media_id = m.id))`, id)
}

// Around tells when something was last published before from, and first at or after until; zero where nothing was.
func (p *Public) Around(ctx context.Context, from, until time.Time) (before, after time.Time, err error) {
	news.Depend(ctx, news.LatestList)
	var b, a sql.NullInt64
	err = p.s.one(ctx, func(r scanner) error { return r.Scan(&b, &a) },
		`SELECT (SELECT MAX(order_at) FROM public_article WHERE order_at < $1 AND order_at > $3),
			(SELECT MIN(order_at) FROM public_article WHERE order_at >= $2)`, ms(from), ms(until), int64(undated))
	return fromNullMS(b), fromNullMS(a), err
}

// SitemapBlocks counts the sitemap files: codes 1 to 10,000 are in block 1, and so on.
func (p *Public) SitemapBlocks(ctx context.Context) (int, error) {
	news.Depend(ctx, news.SitemapList)
	var highest sql.NullInt64
	err := p.s.one(ctx, func(r scanner) error { return r.Scan(&highest) }, `SELECT MAX(code) FROM public_article`)
	return int((highest.Int64 + news.SitemapBlock - 1) / news.SitemapBlock), err
}

// Sitemap lists the public articles of a block, by code.
func (p *Public) Sitemap(ctx context.Context, block int) ([]news.SitemapEntry, error) {
	news.Depend(ctx, news.SitemapDependency(block))
	var all []news.SitemapEntry
	err := p.s.each(ctx, func(r scanner) error {
		var code news.Code
		var slug string
		var modified sql.NullInt64
		err := r.Scan(&code, &slug, &modified)
		all = append(all, news.SitemapEntry{Path: news.ArticlePath(code, slug), ModifiedAt: fromNullMS(modified)})
		return err
	}, `SELECT code, slug, modified_at FROM public_article WHERE code > $1 AND code <= $2 ORDER BY code`,
		int64(block-1)*news.SitemapBlock, int64(block)*news.SitemapBlock)
	return all, err
}
