package store

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Events reads the log after seq, oldest first, at most limit (1 to 10,000) events. As numbers are drawn by one writer at a
// time, no event appears later with a number below one already read.
func (s *Store) Events(ctx context.Context, after int64, limit int) ([]news.Event, error) {
	var all []news.Event
	err := s.each(ctx, func(r scanner) error {
		e, err := scanEvent(r)
		all = append(all, e)
		return err
	}, `SELECT seq, at, actor, kind, subject_kind, subject_id, data, touches FROM event WHERE seq > $1 ORDER BY seq LIMIT $2`, after, limit)
	return all, err
}

func scanEvent(r scanner) (news.Event, error) {
	var e news.Event
	var at int64
	var data, touches string
	if err := r.Scan(&e.Seq, &at, &e.Actor, &e.Kind, &e.SubjectKind, &e.SubjectID, &data, &touches); err != nil {
		return e, err
	}
	e.At = fromMS(at)
	for _, d := range strings.Fields(touches) {
		e.Touches = append(e.Touches, news.Dependency(d))
	}
	return e, json.Unmarshal([]byte(data), &e.Data)
}

// LogID identifies the log; a restored database has another one, so that whoever followed the old log begins anew.
func (s *Store) LogID(ctx context.Context) (string, error) {
	var id string
	err := s.one(ctx, func(r scanner) error { return r.Scan(&id) }, `SELECT value FROM meta WHERE name = 'log_id'`)
	return id, err
}
