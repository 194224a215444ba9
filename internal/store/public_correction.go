package store

import (
	"context"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Corrections of a public article, oldest first.
func (p *Public) Corrections(ctx context.Context, code news.Code) ([]news.Correction, error) {
	news.Depend(ctx, code.Dependency())
	var all []news.Correction
	err := p.s.each(ctx, func(r scanner) error {
		c, err := scanCorrection(r)
		all = append(all, c)
		return err
	}, `SELECT `+correctionColumns+` FROM public_correction c WHERE c.article_code = $1 ORDER BY c.at, c.id`, int64(code))
	return all, err
}

// AllCorrections is a page of the public archive of corrections, newest first.
func (p *Public) AllCorrections(ctx context.Context, after news.Cursor, limit int) ([]news.PublicCorrection, news.Cursor, error) {
	news.Depend(ctx, news.CorrectionList, news.LatestList)
	before := descending(after)
	var all []news.PublicCorrection
	var next news.Cursor
	err := p.s.each(ctx, func(r scanner) error {
		var slug string
		var one news.PublicCorrection
		c, err := scanCorrection(r, &one.Headline, &slug)
		if len(all) == limit {
			last := all[limit-1]
			next = news.Cursor{At: ms(last.At), ID: last.ID}
			return err
		}
		one.Correction, one.Path = c, news.ArticlePath(c.Article, slug)
		all = append(all, one)
		return err
	}, `SELECT `+correctionColumns+`, p.headline, p.slug FROM public_correction c JOIN public_article p ON p.code = c.article_code
		WHERE (c.at, c.id) < ($1, $2) ORDER BY c.at DESC, c.id DESC LIMIT $3`, before.At, before.ID, limit+1)
	return all, next, err
}
