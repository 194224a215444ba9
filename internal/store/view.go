package store

import (
	"context"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// AddViews adds to the counts of views; two calls for one article and hour add up.
func (s *Store) AddViews(ctx context.Context, views []news.Views) error {
	return s.inTx(ctx, func(t *tx) error {
		for _, v := range views {
			err := t.exec(`INSERT INTO article_view (hour, article_code, views) VALUES ($1, $2, $3)
				ON CONFLICT (hour, article_code) DO UPDATE SET views = article_view.views + excluded.views`, ms(v.Hour), int64(v.Article), v.Count)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
