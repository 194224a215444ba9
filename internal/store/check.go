package store

import (
	"context"
	"fmt"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// checks are what must hold in every database at every moment: each query counts what breaks the rule, in one statement and thereby at
// one moment.
var checks = [...]struct{ key, query string }{
	{"verify.log_gap", `SELECT c.value - (SELECT COUNT(*) FROM event e WHERE e.seq BETWEEN 1 AND c.value) FROM counter c WHERE c.name = 'event'`},
	{"verify.log_beyond", `SELECT COUNT(*) FROM event WHERE seq < 1 OR seq > (SELECT value FROM counter WHERE name = 'event')`},
	{"verify.numbers_beyond", `SELECT COUNT(*) FROM (
		SELECT 'article' AS name, MAX(code) AS most FROM article UNION ALL SELECT 'revision', MAX(id) FROM revision UNION ALL
		SELECT 'comment', MAX(id) FROM comment UNION ALL SELECT 'media', MAX(id) FROM media UNION ALL SELECT 'newsuser', MAX(id) FROM newsuser
		) drawn JOIN counter c ON c.name = drawn.name WHERE drawn.most > c.value`},
	{"verify.article_without_revision", `SELECT COUNT(*) FROM article a
		WHERE NOT EXISTS (SELECT 1 FROM revision r WHERE r.id = a.working_revision AND r.article_code = a.code)
		OR a.public_revision IS NOT NULL AND NOT EXISTS (SELECT 1 FROM revision r WHERE r.id = a.public_revision AND r.article_code = a.code)
		OR a.state = 'published' AND a.public_revision IS NULL`},
	{"verify.article_without_event", `SELECT COUNT(*) FROM article a
		WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.subject_kind = 'article' AND e.subject_id = a.code)`},
	{"verify.comment_without_event", `SELECT COUNT(*) FROM comment c WHERE c.origin IS NULL
		AND NOT EXISTS (SELECT 1 FROM event e WHERE e.subject_kind = 'comment' AND e.subject_id = c.id)`},
	{"verify.counters_wrong", `SELECT COUNT(*) FROM article a WHERE a.comments_published <> (SELECT COUNT(*) FROM comment c WHERE c.article_code = a.code AND c.state = 'published')
		OR a.comments_pending <> (SELECT COUNT(*) FROM comment c WHERE c.article_code = a.code AND c.state = 'pending')
		OR a.comments_rejected <> (SELECT COUNT(*) FROM comment c WHERE c.article_code = a.code AND c.state = 'rejected')`},
	// Who voted is forgotten after a time while the sums stay, so there may be fewer votes than the sums say, never more.
	{"verify.votes_wrong", `SELECT COUNT(*) FROM comment c WHERE c.votes_up < (SELECT COUNT(*) FROM comment_vote v WHERE v.comment_id = c.id AND v.up = 1)
		OR c.votes_down < (SELECT COUNT(*) FROM comment_vote v WHERE v.comment_id = c.id AND v.up = 0)`},
	{"verify.media_without_event", `SELECT COUNT(*) FROM media m
		WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.subject_kind = 'media' AND e.subject_id = m.id)`},
}

// Check looks whether the database is whole: its own structures (on SQLite; PostgreSQL's are for its own tools), the event log without
// gaps, and what must agree with each other. It reads everything, beside readers and writers.
func (s *Store) Check(ctx context.Context) ([]news.Fault, error) {
	ctx, cancel := bounded(ctx, longTime)
	defer cancel()
	faults, err := s.checkStructure(ctx)
	if err != nil {
		return faults, err
	}
	for _, c := range checks {
		var broken int
		if err := s.one(ctx, func(r scanner) error { return r.Scan(&broken) }, c.query); err != nil {
			return faults, fmt.Errorf("%s: %w", c.key, err)
		}
		if broken != 0 {
			faults = append(faults, news.Fault{Key: c.key, Args: []any{broken}})
		}
	}
	return faults, nil
}

// mostStructure bounds how many broken pages are told one by one.
const mostStructure = 20

func (s *Store) checkStructure(ctx context.Context) ([]news.Fault, error) {
	if s.dialect.listens {
		return nil, nil
	}
	var faults []news.Fault
	said := func(r scanner) error {
		var line string
		if err := r.Scan(&line); err != nil {
			return err
		}
		if line != "ok" && len(faults) < mostStructure {
			faults = append(faults, news.Fault{Key: "verify.structure", Args: []any{line}})
		}
		return nil
	}
	if err := s.each(ctx, said, `PRAGMA integrity_check`); err != nil {
		return nil, err
	}
	return faults, s.each(ctx, said, `SELECT 'foreign key: ' || "table" || ' → ' || "parent" FROM pragma_foreign_key_check`)
}
