package store

import (
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// setBylines files an article under the names above its public revision.
func (t *tx) setBylines(a *news.Article) error {
	bylines := a.Content.Bylines
	switch a.PublicRevision {
	case a.Revision:
	case 0:
		bylines = nil
	default:
		var text string
		err := t.queryRow(`SELECT bylines FROM revision WHERE article_code = $1 AND number = $2`, int64(a.Code), a.PublicRevision).Scan(&text)
		if err != nil {
			return err
		}
		bylines = nil
		if err := fromJSONList(text, &bylines); err != nil {
			return err
		}
	}
	if err := t.exec(`DELETE FROM article_byline WHERE article_code = $1`, int64(a.Code)); err != nil {
		return err
	}
	return t.fileBylines(a.Code, orderAt(a.PublishedAt), bylines)
}

func (t *tx) fileBylines(code news.Code, orderAt int64, bylines []news.Byline) error {
	seen := map[string]bool{}
	for i, b := range bylines {
		slug := persian.Slug(b.Name)
		if slug == "" || seen[slug] {
			continue
		}
		seen[slug] = true
		t.touchByline(slug)
		err := t.exec(`INSERT INTO article_byline (slug, order_at, article_code, position, name, fold) VALUES ($1, $2, $3, $4, $5, $6)`,
			slug, orderAt, int64(code), i, b.Name, persian.Fold(b.Name))
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) touchByline(slug string) { t.touch(news.Writer{Slug: slug}.Dependency()) }

// touchBylines notes the pages of those whose names stand above a public article now.
func (t *tx) touchBylines(code news.Code) error {
	rows, err := t.session.QueryContext(t.ctx, `SELECT slug FROM public_byline WHERE article_code = $1`, int64(code))
	if err != nil {
		return err
	}
	return eachRow(rows, func(r scanner) error {
		var slug string
		err := r.Scan(&slug)
		t.touchByline(slug)
		return err
	})
}

// fileOldBylines files what was published before migration 16, in the migration's transaction. It touches nothing: no page is kept yet.
func (t *tx) fileOldBylines() error {
	const slice = 1000
	type filed struct {
		code    news.Code
		orderAt int64
		bylines []news.Byline
	}
	for after := news.Code(0); ; {
		rows, err := t.session.QueryContext(t.ctx, `SELECT a.code, a.order_at, r.bylines FROM article a JOIN revision r ON r.id = a.public_revision
			WHERE a.code > $1 ORDER BY a.code LIMIT $2`, int64(after), slice)
		if err != nil {
			return err
		}
		var some []filed
		err = eachRow(rows, func(r scanner) error {
			var f filed
			var text string
			if err := r.Scan(&f.code, &f.orderAt, &text); err != nil {
				return err
			}
			some = append(some, f)
			return fromJSONList(text, &some[len(some)-1].bylines)
		})
		if err != nil {
			return err
		}
		for _, f := range some {
			if err := t.fileBylines(f.code, f.orderAt, f.bylines); err != nil {
				return err
			}
			after = f.code
		}
		if len(some) < slice {
			t.touched = nil
			return nil
		}
	}
}
