package store

import (
	"context"
	"strconv"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// SiteText is a text for readers with who wrote it last; NotFound while there is none.
func (s *Store) SiteText(ctx context.Context, name string) (news.SiteText, error) {
	var text news.SiteText
	var at int64
	err := s.one(ctx, func(r scanner) error { return r.Scan(&text.Body, &at, &text.ByName) },
		`SELECT t.body, t.updated_at, COALESCE(u.name, '') FROM site_text t LEFT JOIN newsuser u ON u.id = t.updated_by WHERE t.name = $1`, name)
	text.UpdatedAt = fromMS(at)
	return text, err
}

// SaveSiteText replaces a text for readers; an empty body removes it, and readers get the usual one again.
func (s *Store) SaveSiteText(ctx context.Context, actor news.Actor, name, body string) error {
	return s.inTx(ctx, func(t *tx) error {
		t.event(news.Event{Actor: actor.EventActor(), Kind: news.SiteTextSaved, SubjectKind: "site_text", Data: map[string]string{"name": name}})
		if body == "" {
			return t.exec(`DELETE FROM site_text WHERE name = $1`, name)
		}
		return t.exec(`INSERT INTO site_text (name, body, updated_at, updated_by) VALUES ($1, $2, $3, $4)
			ON CONFLICT (name) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
			name, body, ms(t.now), int64(actor.User))
	})
}

// SavedAnswers are all saved answers by title.
func (s *Store) SavedAnswers(ctx context.Context) ([]news.SavedAnswer, error) {
	var all []news.SavedAnswer
	err := s.each(ctx, func(r scanner) error {
		var a news.SavedAnswer
		var at int64
		err := r.Scan(&a.ID, &a.Title, &a.Body, &at)
		a.UpdatedAt = fromMS(at)
		all = append(all, a)
		return err
	}, `SELECT id, title, body, updated_at FROM saved_answer ORDER BY title, id`)
	return all, err
}

// SaveAnswer stores a new answer (ID 0) or changes one; NotFound when it is gone. The same action id again does nothing.
func (s *Store) SaveAnswer(ctx context.Context, actor news.Actor, action string, a news.SavedAnswer) error {
	return s.inTx(ctx, func(t *tx) error {
		_, err := t.once("answer", action, func() (string, error) {
			if a.ID == 0 {
				id, err := t.nextID("saved_answer")
				if err != nil {
					return "", err
				}
				return "done", t.exec(`INSERT INTO saved_answer (id, title, body, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5)`,
					id, a.Title, a.Body, ms(t.now), int64(actor.User))
			}
			var id int64
			err := t.queryRow(`UPDATE saved_answer SET title = $2, body = $3, updated_at = $4, updated_by = $5 WHERE id = $1 RETURNING id`,
				a.ID, a.Title, a.Body, ms(t.now), int64(actor.User)).Scan(&id)
			return strconv.FormatInt(id, 10), err
		})
		return err
	})
}

// DeleteAnswer removes a saved answer; one that is gone already is no error.
func (s *Store) DeleteAnswer(ctx context.Context, id int64) error {
	return s.inTx(ctx, func(t *tx) error { return t.exec(`DELETE FROM saved_answer WHERE id = $1`, id) })
}
