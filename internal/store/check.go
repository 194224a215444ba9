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
		SELECT 'comment', MAX(id) FROM comment UNION ALL SELECT 'media', MAX(id) FROM media UNION ALL SELECT 'newsuser', MAX(id) FROM newsuser UNION ALL
		SELECT 'section', MAX(id) FROM section UNION ALL SELECT 'tag', MAX(id) FROM tag UNION ALL SELECT 'dossier', MAX(id) FROM dossier UNION ALL
		SELECT 'term', MAX(id) FROM term UNION ALL SELECT 'ban', MAX(id) FROM ban UNION ALL SELECT 'decision', MAX(id) FROM comment_decision UNION ALL
		SELECT 'saved_answer', MAX(id) FROM saved_answer UNION ALL SELECT 'house_entry', MAX(id) FROM house_entry
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
	{"verify.totals_wrong", `SELECT COUNT(*) FROM (
		SELECT 'pending' AS tab, COUNT(*) AS n FROM comment WHERE state = 'pending' UNION ALL
		SELECT 'held', COUNT(*) FROM comment WHERE state = 'pending' AND held = 1 UNION ALL
		SELECT 'reported', COUNT(*) FROM comment WHERE state = 'published' AND reports > 0 UNION ALL
		SELECT 'published', COUNT(*) FROM comment WHERE state = 'published' UNION ALL
		SELECT 'rejected', COUNT(*) FROM comment WHERE state = 'rejected'
		) counted LEFT JOIN comment_total t ON t.tab = counted.tab WHERE COALESCE(t.value, 0) <> counted.n`},
	// The lists of words: what they are read by must be there, and their version, by which nodes see that they changed.
	{"verify.terms_wrong", `SELECT (SELECT COUNT(*) FROM term WHERE list NOT IN ('banned', 'suspect') OR key = '' OR text = '')
		+ (SELECT 1 - COUNT(*) FROM moderation_kept WHERE name = 'terms')`},
	{"verify.modes_wrong", `SELECT COUNT(*) FROM comment_mode m WHERE m.scope NOT IN ('site', 'section', 'article')
		OR m.scope = 'section' AND NOT EXISTS (SELECT 1 FROM section s WHERE s.id = m.id) OR m.scope = 'article' AND NOT EXISTS (SELECT 1 FROM article a WHERE a.code = m.id)`},
	// What leads to a tag leads there at once, and has no articles of its own.
	{"verify.tag_leads_wrong", `SELECT COUNT(*) FROM tag o WHERE o.into_id IS NOT NULL AND (NOT EXISTS (SELECT 1 FROM tag t WHERE t.id = o.into_id AND t.into_id IS NULL)
		OR EXISTS (SELECT 1 FROM article_tag x WHERE x.tag_id = o.id))`},
	{"verify.topics_wrong", `SELECT COUNT(*) FROM topic WHERE kind NOT IN ('person', 'organisation', 'place', 'event')`},
	// Nothing is suggested with itself, nor with what is not public, nor is any kept for what is not.
	{"verify.suggested_wrong", `SELECT (SELECT COUNT(*) FROM suggestion s JOIN article a ON a.code = s.article_code JOIN article o ON o.code = s.other_code
			WHERE a.state <> 'published' OR o.state <> 'published' OR s.article_code = s.other_code)
		+ (SELECT COUNT(*) FROM suggestion_choice WHERE article_code = other_code)
		+ (SELECT COUNT(*) FROM article_profile p JOIN article a ON a.code = p.article_code WHERE a.state <> 'published')
		+ (SELECT COUNT(*) FROM suggest_due d JOIN article a ON a.code = d.article_code WHERE a.state <> 'published')`},
	{"verify.suggested_missing", `SELECT COUNT(*) FROM article a WHERE a.state = 'published' AND NOT EXISTS (SELECT 1 FROM article_profile p WHERE p.article_code = a.code)
		AND NOT EXISTS (SELECT 1 FROM suggest_due d WHERE d.article_code = a.code)`},
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
	filed, err := s.checkFiling(ctx)
	return append(faults, filed...), err
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
