package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// RecentComments are the fingerprints of comments behind the given id that came since the instant, by id; at most limit, the newest.
func (s *Store) RecentComments(ctx context.Context, after news.CommentID, since time.Time, limit int) ([]news.SeenComment, error) {
	var seen []news.SeenComment
	err := s.each(ctx, func(r scanner) error {
		var one news.SeenComment
		var at int64
		err := r.Scan(&one.ID, &one.Fingerprint, &at)
		one.At = fromMS(at)
		seen = append(seen, one)
		return err
	}, `SELECT id, fingerprint, created_at FROM (SELECT id, fingerprint, created_at FROM comment WHERE id > $1 ORDER BY id DESC LIMIT $3) AS newest
		WHERE created_at > $2 ORDER BY id`, int64(after), ms(since), limit)
	return seen, err
}

// WriterHistory counts what became of a commenter's comments since the instant. An empty name of either sort finds nothing.
func (s *Store) WriterHistory(ctx context.Context, pseudonym, person string, since time.Time) (news.WriterHistory, error) {
	var h news.WriterHistory
	count := func(n *int, query string, args ...any) error {
		return s.one(ctx, func(r scanner) error { return r.Scan(n) }, query, args...)
	}
	if person != "" {
		err := count(&h.Published, `SELECT COUNT(*) FROM comment WHERE person > '' AND person = $1 AND state = 'published' AND created_at > $2`, person, ms(since))
		if err != nil {
			return h, err
		}
		return h, count(&h.Rejected, `SELECT COUNT(*) FROM comment WHERE person > '' AND person = $1 AND state = 'rejected' AND created_at > $2`, person, ms(since))
	}
	if pseudonym == "" {
		return h, nil
	}
	return h, count(&h.Rejected, `SELECT COUNT(*) FROM comment WHERE pseudonym = $1 AND state = 'rejected' AND created_at > $2`, pseudonym, ms(since))
}

// CommentMode is the mode that is set for an article, its section or the site, the narrowest of them; "" when none is.
func (s *Store) CommentMode(ctx context.Context, code news.Code) (news.CommentMode, error) {
	var mode news.CommentMode
	err := s.one(ctx, func(r scanner) error { return r.Scan(&mode) }, `SELECT mode FROM comment_mode
		WHERE scope = 'article' AND id = $1 OR scope = 'section' AND id = (SELECT section_id FROM article WHERE code = $1) OR scope = 'site'
		ORDER BY CASE scope WHEN 'article' THEN 0 WHEN 'section' THEN 1 ELSE 2 END LIMIT 1`, int64(code))
	if isNotFound(err) {
		return "", nil
	}
	return mode, err
}

// CommentModes are all modes that are set: the site's, those of sections, those of articles by code.
func (s *Store) CommentModes(ctx context.Context) ([]news.ModeSetting, error) {
	var all []news.ModeSetting
	err := s.each(ctx, func(r scanner) error {
		var m news.ModeSetting
		err := r.Scan(&m.Scope, &m.ID, &m.Mode, &m.Name)
		all = append(all, m)
		return err
	}, `SELECT m.scope, m.id, m.mode, COALESCE(CASE m.scope WHEN 'section' THEN s.name WHEN 'article' THEN r.headline END, '')
		FROM comment_mode m
		LEFT JOIN section s ON m.scope = 'section' AND s.id = m.id
		LEFT JOIN article a ON m.scope = 'article' AND a.code = m.id
		LEFT JOIN revision r ON r.id = a.working_revision
		ORDER BY CASE m.scope WHEN 'site' THEN 0 WHEN 'section' THEN 1 ELSE 2 END, m.id`)
	return all, err
}

// SetCommentMode sets a mode or, with Mode "", takes it back. NotFound when there is no such article or section.
func (s *Store) SetCommentMode(ctx context.Context, actor news.Actor, m news.ModeSetting) error {
	return s.inTx(ctx, func(t *tx) error {
		subjects := map[news.ModeScope]string{news.ScopeSection: `SELECT id FROM section WHERE id = $1`, news.ScopeArticle: `SELECT code FROM article WHERE code = $1`}
		if query := subjects[m.Scope]; query != "" {
			if err := t.queryRow(query, m.ID).Scan(new(int64)); err != nil {
				return err
			}
		}
		t.event(news.Event{Actor: actor.EventActor(), Kind: news.CommentModeSet, SubjectKind: string(m.Scope), SubjectID: m.ID,
			Data: map[string]string{"mode": string(m.Mode)}})
		if m.Mode == "" {
			return t.exec(`DELETE FROM comment_mode WHERE scope = $1 AND id = $2`, string(m.Scope), m.ID)
		}
		return t.exec(`INSERT INTO comment_mode (scope, id, mode) VALUES ($1, $2, $3) ON CONFLICT (scope, id) DO UPDATE SET mode = excluded.mode`,
			string(m.Scope), m.ID, string(m.Mode))
	})
}

// DecidedComments are the newest comments that a person decided on, with what they decided.
func (s *Store) DecidedComments(ctx context.Context, limit int) ([]news.DecidedComment, error) {
	var all []news.DecidedComment
	err := s.each(ctx, func(r scanner) error {
		var d news.DecidedComment
		err := r.Scan(&d.ID, &d.Text, &d.State, &d.Reason)
		all = append(all, d)
		return err
	}, `SELECT id, text, state, reason FROM comment WHERE state IN ('published', 'rejected') AND decided_by > 0 AND by_newsroom = 0
		ORDER BY decided_at DESC, id DESC LIMIT $1`, limit)
	return all, err
}

// Kept is what is kept for the moderation under a name, with its data; NotFound when nothing is.
func (s *Store) Kept(ctx context.Context, name string) (news.KeptModel, error) {
	var k news.KeptModel
	var at int64
	err := s.one(ctx, func(r scanner) error { return r.Scan(&k.Version, &at, &k.Info, &k.Data) },
		`SELECT version, at, info, data FROM moderation_kept WHERE name = $1`, name)
	k.At = fromMS(at)
	return k, err
}

// KeptVersions are the versions of all that is kept for the moderation, by name.
func (s *Store) KeptVersions(ctx context.Context) (map[string]int64, error) {
	versions := map[string]int64{}
	err := s.each(ctx, func(r scanner) error {
		var name string
		var version int64
		err := r.Scan(&name, &version)
		versions[name] = version
		return err
	}, `SELECT name, version FROM moderation_kept`)
	return versions, err
}

// Keep replaces what is kept under a name and raises its version.
func (s *Store) Keep(ctx context.Context, actor news.Actor, name string, k news.KeptModel) error {
	return s.inTx(ctx, func(t *tx) error {
		t.event(news.Event{Actor: actor.EventActor(), Kind: news.ModelTrained, SubjectKind: "moderation", Data: map[string]string{"name": name}})
		return t.exec(`INSERT INTO moderation_kept (name, version, at, info, data) VALUES ($1, 1, $2, $3, $4)
			ON CONFLICT (name) DO UPDATE SET version = moderation_kept.version + 1, at = excluded.at, info = excluded.info, data = excluded.data`,
			name, ms(k.At), k.Info, k.Data)
	})
}

// ClaimWork tells the one caller among all nodes that may do a piece of work: the first since the instant.
func (s *Store) ClaimWork(ctx context.Context, name string, since time.Time) (bool, error) {
	mine := false
	err := s.inTx(ctx, func(t *tx) error {
		var at int64
		err := t.queryRow(`SELECT at FROM timed_work WHERE name = $1`, name).Scan(&at)
		if err != nil && err != sql.ErrNoRows {
			return err
		}
		if err == nil && at >= ms(since) {
			return nil
		}
		mine = true
		return t.exec(`INSERT INTO timed_work (name, at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET at = excluded.at`, name, ms(t.now))
	})
	return mine && err == nil, err
}
