package store

import (
	"context"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// UserNames are the display names of all users, disabled ones too: for pages that name who did what.
func (s *Store) UserNames(ctx context.Context) (map[news.UserID]string, error) {
	names := map[news.UserID]string{}
	err := s.each(ctx, func(r scanner) error {
		var id news.UserID
		var name string
		err := r.Scan(&id, &name)
		names[id] = name
		return err
	}, `SELECT id, name FROM newsuser`)
	return names, err
}
