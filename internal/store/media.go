package store

import (
	"context"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// AddMedia stores a media item's row and sets its id; its files are there already.
func (s *Store) AddMedia(ctx context.Context, actor news.Actor, m *news.Media) error {
	return s.inTx(ctx, func(t *tx) error {
		id, err := t.nextID("media")
		if err != nil {
			return err
		}
		m.ID = news.MediaID(id)
		t.event(news.Event{Actor: actor.EventActor(), Kind: news.MediaAdded, SubjectKind: "media", SubjectID: id})
		return t.exec(`INSERT INTO media (id, hash, type, width, height, caption, credit, alt, created_at, created_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			id, m.Hash, m.Type, m.Width, m.Height, m.Caption, m.Credit, m.Alt, ms(m.CreatedAt), int64(m.CreatedBy))
	})
}

const mediaColumns = `m.id, m.hash, m.type, m.width, m.height, m.caption, m.credit, m.alt, m.created_at, m.created_by`

func (s *Store) oneMedia(ctx context.Context, query string, id news.MediaID) (news.Media, error) {
	var m news.Media
	err := s.one(ctx, func(r scanner) error {
		var created int64
		err := r.Scan(&m.ID, &m.Hash, &m.Type, &m.Width, &m.Height, &m.Caption, &m.Credit, &m.Alt, &created, &m.CreatedBy)
		m.CreatedAt = fromMS(created)
		return err
	}, query, int64(id))
	return m, err
}

// Media finds a media item for the newsroom; NotFound when there is none.
func (s *Store) Media(ctx context.Context, id news.MediaID) (news.Media, error) {
	return s.oneMedia(ctx, `SELECT `+mediaColumns+` FROM media m WHERE m.id = $1`, id)
}

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
