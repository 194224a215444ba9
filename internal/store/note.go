package store

import (
	"context"
	"database/sql"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// noteNotes keeps who wrote the notes of a new revision and who settled those that it has no more. Who rewords a note of their own has
// not settled it: it keeps its time.
func (t *tx) noteNotes(a *news.Article) error {
	notes := markup.Notes(markup.HTML(a.Content.Body))
	if a.Revision == 1 && len(notes) == 0 {
		return nil
	}
	known, err := t.keptNotes(a.Code)
	if err != nil {
		return err
	}
	stands := map[string]bool{}
	var fresh, gone []keptNote
	for _, n := range notes {
		stands[n.Key] = true
		if !known[n.Key].open {
			fresh = append(fresh, keptNote{key: n.Key, text: n.Text})
		}
	}
	for key, k := range known {
		if k.open && !stands[key] {
			gone = append(gone, k)
		}
	}
	if len(fresh) == 1 && len(gone) == 1 && gone[0].author == a.UpdatedBy && known[fresh[0].key].key == "" {
		return t.exec(`UPDATE desk_note SET key = $3, text = $4 WHERE article_code = $1 AND key = $2`, int64(a.Code), gone[0].key, fresh[0].key, fresh[0].text)
	}
	for _, n := range gone {
		err := t.exec(`UPDATE desk_note SET settled_by = $3, settled_at = $4 WHERE article_code = $1 AND key = $2`,
			int64(a.Code), n.key, int64(a.UpdatedBy), ms(a.UpdatedAt))
		if err != nil {
			return err
		}
	}
	for _, n := range fresh { // one that was settled stands there again
		err := t.exec(`INSERT INTO desk_note (article_code, key, text, by_user, at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (article_code, key) DO UPDATE SET settled_by = 0, settled_at = NULL`,
			int64(a.Code), n.key, n.text, int64(a.UpdatedBy), ms(a.UpdatedAt))
		if err != nil {
			return err
		}
	}
	return nil
}

// keptNote is what is kept of a note.
type keptNote struct {
	key, text string
	author    news.UserID
	open      bool
}

// keptNotes are an article's notes, also the settled ones, by their keys.
func (t *tx) keptNotes(code news.Code) (map[string]keptNote, error) {
	rows, err := t.session.QueryContext(t.ctx, `SELECT key, by_user, settled_at IS NULL FROM desk_note WHERE article_code = $1`, int64(code))
	if err != nil {
		return nil, err
	}
	known := map[string]keptNote{}
	err = eachRow(rows, func(r scanner) error {
		var n keptNote
		err := r.Scan(&n.key, &n.author, &n.open)
		known[n.key] = n
		return err
	})
	return known, err
}

// DeskNotes are the notes that an article has or had, the oldest first.
func (s *Store) DeskNotes(ctx context.Context, code news.Code) ([]news.DeskNote, error) {
	var all []news.DeskNote
	err := s.each(ctx, func(r scanner) error {
		var n news.DeskNote
		var at int64
		var settled sql.NullInt64
		err := r.Scan(&n.Key, &n.Text, &n.By, &at, &n.SettledBy, &settled)
		n.At, n.SettledAt = fromMS(at), fromNullMS(settled)
		all = append(all, n)
		return err
	}, `SELECT n.key, n.text, COALESCE(u.name, ''), n.at, COALESCE(s.name, ''), n.settled_at
		FROM desk_note n LEFT JOIN newsuser u ON u.id = n.by_user LEFT JOIN newsuser s ON s.id = n.settled_by
		WHERE n.article_code = $1 ORDER BY n.at, n.key`, int64(code))
	return all, err
}
