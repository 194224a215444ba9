package store

import (
	"context"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// AddViews adds to the counts of views; two calls for one article and time add up.
func (s *Store) AddViews(ctx context.Context, views []news.Views) error {
	return s.inTx(ctx, func(t *tx) error {
		for _, v := range views {
			err := t.exec(`INSERT INTO article_view (hour, article_code, views) VALUES ($1, $2, $3)
				ON CONFLICT (hour, article_code) DO UPDATE SET views = article_view.views + excluded.views`, ms(v.Slot.Truncate(time.Hour)), int64(v.Article), v.Count)
			if err == nil {
				err = t.exec(`INSERT INTO article_view_lately (slot, article_code, views) VALUES ($1, $2, $3)
					ON CONFLICT (slot, article_code) DO UPDATE SET views = article_view_lately.views + excluded.views`, ms(v.Slot.Truncate(news.ViewSlot)), int64(v.Article), v.Count)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
