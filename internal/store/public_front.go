package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// Front is the arrangement of the front page that was published last, never the working copy; NotFound when none was.
func (p *Public) Front(ctx context.Context) (news.PublicFront, error) {
	news.Depend(ctx, news.FrontPage)
	var f news.PublicFront
	err := p.s.one(ctx, func(r scanner) error {
		var text string
		var at int64
		if err := r.Scan(&f.Number, &text, &at); err != nil {
			return err
		}
		f.At = fromMS(at)
		return json.Unmarshal([]byte(text), &f.Front)
	}, `SELECT number, front, at FROM public_front`)
	return f, err
}

// kindReach is how far back OfKind looks, in articles: a kind that was not used for so long has nothing for a front page.
const kindReach = 2000

// OfKind are the newest public articles of a kind among the newest 2,000, newest first.
func (p *Public) OfKind(ctx context.Context, kind news.ArticleKind, limit int) ([]news.PublicCard, error) {
	news.Depend(ctx, kind.Dependency(), news.LatestList)
	var cards []news.PublicCard
	err := p.s.each(ctx, func(r scanner) error {
		card, _, err := scanCard(r)
		cards = append(cards, card)
		return err
	}, `SELECT `+cardColumns+` FROM public_article p
		WHERE p.kind = $1 AND p.order_at >= (SELECT MIN(n.order_at) FROM
			(SELECT order_at FROM public_article ORDER BY order_at DESC LIMIT $3) n)
		ORDER BY p.order_at DESC, p.code DESC LIMIT $2`, string(kind), limit, kindReach)
	return cards, err
}

const publicDossier = `SELECT id, slug, content, published_at, modified_at FROM public_dossier`

func scanPublicDossier(r scanner) (news.PublicDossier, error) {
	var d news.PublicDossier
	var text string
	var published, modified sql.NullInt64
	if err := r.Scan(&d.ID, &d.Slug, &text, &published, &modified); err != nil {
		return d, err
	}
	d.PublishedAt, d.ModifiedAt = fromNullMS(published), fromNullMS(modified)
	if err := json.Unmarshal([]byte(text), &d.DossierContent); err != nil {
		return d, err
	}
	d.Text = string(markup.WithoutNotes(markup.HTML(d.Text)))
	return d, nil
}

// Dossier is a published dossier as it was published last; NotFound for a hidden and an unknown one alike.
func (p *Public) Dossier(ctx context.Context, slug string) (news.PublicDossier, error) {
	news.Depend(ctx, news.DossierList)
	var d news.PublicDossier
	err := p.s.one(ctx, func(r scanner) (err error) { d, err = scanPublicDossier(r); return err }, publicDossier+` WHERE slug = $1`, slug)
	return d, err
}

// DossierList is a page of the published dossiers, most recently published first, and where it goes on; zero on the last page.
func (p *Public) DossierList(ctx context.Context, after news.Cursor, limit int) ([]news.PublicDossier, news.Cursor, error) {
	news.Depend(ctx, news.DossierList)
	before := descending(after)
	var all []news.PublicDossier
	err := p.s.each(ctx, func(r scanner) error {
		d, err := scanPublicDossier(r)
		all = append(all, d)
		return err
	}, publicDossier+` WHERE (modified_at, id) < ($1, $2) ORDER BY modified_at DESC, id DESC LIMIT $3`, before.At, before.ID, limit+1)
	if err != nil || len(all) <= limit {
		return all, news.Cursor{}, err
	}
	all = all[:limit]
	last := all[limit-1]
	return all, news.Cursor{At: ms(last.ModifiedAt), ID: int64(last.ID)}, nil
}

// Dossiers are the published dossiers, most recently published first, at most 10,000.
func (p *Public) Dossiers(ctx context.Context) ([]news.PublicDossier, error) {
	news.Depend(ctx, news.DossierList)
	var all []news.PublicDossier
	err := p.s.each(ctx, func(r scanner) error {
		d, err := scanPublicDossier(r)
		all = append(all, d)
		return err
	}, publicDossier+` ORDER BY modified_at DESC, id DESC LIMIT 10000`)
	return all, err
}
