package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// nodeForgotten is how long a node that says nothing any more is remembered.
const nodeForgotten = 24 * time.Hour

// Queues is the work that waits in the database: comments for moderators, articles that should have been released, lists of what is suggested.
func (s *Store) Queues(ctx context.Context) ([]news.Queue, error) {
	var all []news.Queue
	err := s.each(ctx, func(r scanner) error {
		var q news.Queue
		var oldest sql.NullInt64
		err := r.Scan(&q.Name, &q.Length, &oldest)
		q.Oldest = fromNullMS(oldest)
		all = append(all, q)
		return err
	}, `SELECT 'comments', COALESCE((SELECT value FROM comment_total WHERE tab = 'pending'), 0),
			(SELECT MIN(COALESCE(decided_at, created_at)) FROM comment WHERE state = 'pending')
		UNION ALL SELECT 'due', COUNT(*), MIN(due_at) FROM article WHERE due_at <= $1
		UNION ALL SELECT 'suggest', COUNT(*), CAST(NULL AS BIGINT) FROM suggest_due`, ms(s.now()))
	return all, err
}

// EventAfter is when the first event behind a number happened; NotFound when there is none.
func (s *Store) EventAfter(ctx context.Context, seq int64) (time.Time, error) {
	var at int64
	err := s.one(ctx, func(r scanner) error { return r.Scan(&at) }, `SELECT at FROM event WHERE seq > $1 ORDER BY seq LIMIT 1`, seq)
	return fromMS(at), err
}

// Beat keeps what a node says of itself, for the others, and forgets nodes that have been silent for a day.
func (s *Store) Beat(ctx context.Context, n news.Node) error {
	state, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(t *tx) error {
		if err := t.exec(`INSERT INTO node (name, seen_at, state) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, state = excluded.state`, n.Name, ms(n.SeenAt), string(state)); err != nil {
			return err
		}
		return t.exec(`DELETE FROM node WHERE seen_at < $1`, ms(n.SeenAt.Add(-nodeForgotten)))
	})
}

// Nodes are those that have said something of themselves within a day, by name.
func (s *Store) Nodes(ctx context.Context) ([]news.Node, error) {
	var all []news.Node
	err := s.each(ctx, func(r scanner) error {
		var state string
		if err := r.Scan(&state); err != nil {
			return err
		}
		var n news.Node
		if err := json.Unmarshal([]byte(state), &n); err != nil {
			return err
		}
		all = append(all, n)
		return nil
	}, `SELECT state FROM node ORDER BY name`)
	return all, err
}

// Shared tells whether other nodes may be at work in the same database.
func (s *Store) Shared() bool { return s.dialect.listens }

// Reach is how much of the database this node reached when it last looked, twice a second; an SQLite file is always there. It asks nobody.
func (s *Store) Reach() news.Reach {
	if s.hosts == nil {
		return news.ReachPrimary
	}
	return s.hosts.reached()
}

// Pool is how busy the connections to the database (of several hosts, to the primary) are, and how many small writes wait for the next commit.
func (s *Store) Pool() (connections sql.DBStats, intake int) {
	pool := s.read
	if s.hosts != nil {
		pool = s.hosts.primary
	}
	return pool.Stats(), len(s.intake.queue)
}

// Statements is how many statements this process has sent to its database.
func (s *Store) Statements() uint64 { return s.statements.Load() }
