package store

import (
	"context"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// LimitPages makes an SQLite database as full as a disk can be: no more than n pages.
func LimitPages(s *Store, n string) error {
	_, err := s.write.(*singleWriter).conn.ExecContext(context.Background(), "PRAGMA max_page_count="+n)
	return err
}

// Bounded is the end that every query gets.
var Bounded = bounded

// DeskPlan is how SQLite goes about a list of the desk, a line a step.
func DeskPlan(s *Store, f news.ArticleFilter) ([]string, error) {
	query, args := s.deskList(f)
	return s.plan(query, args)
}

// QueuePlan is how SQLite goes about a page of the moderators' queue.
func QueuePlan(s *Store, f news.QueueFilter) ([]string, error) {
	query, args, _ := queueList(f)
	return s.plan(query, args)
}

func (s *Store) plan(query string, args []any) ([]string, error) {
	var steps []string
	err := s.each(context.Background(), func(r scanner) error {
		var id, parent, unused int
		var detail string
		err := r.Scan(&id, &parent, &unused, &detail)
		steps = append(steps, detail)
		return err
	}, "EXPLAIN QUERY PLAN "+query, args...)
	return steps, err
}

// CountViews is how many rows the counts of views have.
func CountViews(s *Store) (n int, err error) {
	err = s.one(context.Background(), func(r scanner) error { return r.Scan(&n) }, `SELECT COUNT(*) FROM article_view`)
	return n, err
}

// SetLogID makes the log another one, as a restore does.
func (s *Store) SetLogID(ctx context.Context, id string) error {
	return s.inTx(ctx, func(t *tx) error { return t.exec(`UPDATE meta SET value = $1 WHERE name = 'log_id'`, id) })
}

// TranslatePostgres is what becomes of an error of PostgreSQL's driver.
func TranslatePostgres(err error) error { return dialectOf("postgres://").translate(err) }

// Positional is how SQLite is asked.
var Positional = positional
