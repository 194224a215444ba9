package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// DueArticles lists the codes for which the timer has something to do at now, at most limit, the most overdue first.
func (s *Store) DueArticles(ctx context.Context, now time.Time, limit int) ([]news.Code, error) {
	var codes []news.Code
	err := s.each(ctx, func(r scanner) error {
		var code news.Code
		err := r.Scan(&code)
		codes = append(codes, code)
		return err
	}, `SELECT code FROM article WHERE due_at <= $1 ORDER BY due_at, code LIMIT $2`, ms(now), limit)
	return codes, err
}

// Lock makes the user the one who edits an article, or renews it. It returns who holds it and whether that is the user; takeOver
// wins it from whoever holds it, who will find the word by LockWord.
func (s *Store) Lock(ctx context.Context, user news.UserID, code news.Code, takeOver bool, word string) (lock news.Lock, mine bool, err error) {
	err = s.inTx(ctx, func(t *tx) error {
		var since, seen int64
		err := t.queryRow(`SELECT l.user_id, COALESCE(u.name, ''), l.since, l.seen_at FROM article_lock l LEFT JOIN newsuser u ON u.id = l.user_id
			WHERE l.article_code = $1`, int64(code)).Scan(&lock.User, &lock.Name, &since, &seen)
		if err != nil && err != sql.ErrNoRows {
			return err
		}
		alive := err == nil && t.now.Sub(fromMS(seen)) < news.LockLife
		if alive && lock.User != user && !takeOver {
			lock.Since, lock.Seen = fromMS(since), fromMS(seen)
			return nil
		}
		if alive && lock.User != user {
			err := t.exec(`INSERT INTO lock_word (article_code, user_id, from_user, word, at) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (article_code, user_id) DO UPDATE SET from_user = excluded.from_user, word = excluded.word, at = excluded.at`,
				int64(code), int64(lock.User), int64(user), word, ms(t.now))
			if err != nil {
				return err
			}
			t.event(news.Event{Actor: news.Actor{User: user}.EventActor(), Kind: news.ArticleLockTaken, SubjectKind: "article", SubjectID: int64(code),
				Data: map[string]string{"from": strconv.FormatInt(int64(lock.User), 10)}})
		}
		if !alive || lock.User != user {
			since = ms(t.now)
		}
		mine = true
		lock = news.Lock{User: user, Since: fromMS(since), Seen: t.now}
		return t.exec(`INSERT INTO article_lock (article_code, user_id, since, seen_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (article_code) DO UPDATE SET user_id = excluded.user_id, since = excluded.since, seen_at = excluded.seen_at`,
			int64(code), int64(user), since, ms(t.now))
	})
	return lock, mine, err
}

// Unlock releases an article if the user holds it.
func (s *Store) Unlock(ctx context.Context, user news.UserID, code news.Code) error {
	return s.inTx(ctx, func(t *tx) error {
		return t.exec(`DELETE FROM article_lock WHERE article_code = $1 AND user_id = $2`, int64(code), int64(user))
	})
}

// LockWord is what the user was told when their lock was taken; NotFound when nothing. Reading it removes it.
func (s *Store) LockWord(ctx context.Context, user news.UserID, code news.Code) (news.LockWord, error) {
	var w news.LockWord
	err := s.inTx(ctx, func(t *tx) error {
		var at int64
		err := t.queryRow(`SELECT COALESCE(u.name, ''), w.word, w.at FROM lock_word w LEFT JOIN newsuser u ON u.id = w.from_user
			WHERE w.article_code = $1 AND w.user_id = $2`, int64(code), int64(user)).Scan(&w.From, &w.Word, &at)
		if err != nil {
			return err
		}
		w.At = fromMS(at)
		return t.exec(`DELETE FROM lock_word WHERE article_code = $1 AND user_id = $2`, int64(code), int64(user))
	})
	return w, err
}

// Autosave keeps what a person is typing. Of what is there already it overwrites what the same window wrote, or what the window has
// seen; Conflict "error.other_window" otherwise.
func (s *Store) Autosave(ctx context.Context, user news.UserID, a news.Autosave) error {
	return s.intake.submit(ctx, func(t *tx) error {
		var window string
		var seq int64
		err := t.queryRow(`SELECT window_id, seq FROM autosave WHERE article_code = $1 AND user_id = $2 AND draft = $3`,
			int64(a.Article), int64(user), a.Draft).Scan(&window, &seq)
		if err != nil && err != sql.ErrNoRows {
			return err
		}
		if err == nil && window != a.Window && seq != a.Seq {
			return news.Fail(news.Conflict, "error.other_window")
		}
		return t.exec(`INSERT INTO autosave (article_code, user_id, draft, window_id, seq, at, base, form) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (article_code, user_id, draft) DO UPDATE SET window_id = excluded.window_id, seq = excluded.seq, at = excluded.at,
				base = excluded.base, form = excluded.form`,
			int64(a.Article), int64(user), a.Draft, a.Window, seq+1, ms(t.now), a.Base, a.Form)
	})
}

// Autosaved is what a person was typing in an article, or in those that are new (code 0); the newest first.
func (s *Store) Autosaved(ctx context.Context, user news.UserID, code news.Code) ([]news.Autosave, error) {
	var all []news.Autosave
	err := s.each(ctx, func(r scanner) error {
		a := news.Autosave{Article: code}
		var at int64
		err := r.Scan(&a.Draft, &a.Window, &a.Seq, &at, &a.Base, &a.Form)
		a.At = fromMS(at)
		all = append(all, a)
		return err
	}, `SELECT draft, window_id, seq, at, base, form FROM autosave WHERE article_code = $1 AND user_id = $2 ORDER BY at DESC, draft`, int64(code), int64(user))
	return all, err
}

// DropAutosave forgets what a person was typing: whatever there is of the article and draft, or, where a window is named, only what that
// window wrote or what it has seen.
func (s *Store) DropAutosave(ctx context.Context, user news.UserID, a news.Autosave) error {
	return s.inTx(ctx, func(t *tx) error {
		return t.exec(`DELETE FROM autosave WHERE article_code = $1 AND user_id = $2 AND draft = $3 AND (window_id = $4 OR seq = $5 OR $4 = '')`,
			int64(a.Article), int64(user), a.Draft, a.Window, a.Seq)
	})
}

// Revisions is an article's history, newest first.
func (s *Store) Revisions(ctx context.Context, code news.Code) ([]news.RevisionInfo, error) {
	var all []news.RevisionInfo
	err := s.each(ctx, func(r scanner) error {
		var info news.RevisionInfo
		var at int64
		err := r.Scan(&info.Number, &at, &info.Author, &info.Headline, &info.Public)
		info.At = fromMS(at)
		all = append(all, info)
		return err
	}, `SELECT r.number, r.at, COALESCE(u.name, ''), r.headline, COALESCE(a.public_revision = r.id AND a.state = 'published', $2)
		FROM revision r JOIN article a ON a.code = r.article_code LEFT JOIN newsuser u ON u.id = r.author
		WHERE r.article_code = $1 ORDER BY r.number DESC`, int64(code), false)
	return all, err
}

// Revision is the content of one revision; NotFound when there is none of that number.
func (s *Store) Revision(ctx context.Context, code news.Code, number int) (news.Content, error) {
	var c news.Content
	err := s.one(ctx, func(r scanner) error {
		var tags, bylines string
		err := r.Scan(&c.Lang, &c.Kind, &c.Kicker, &c.Headline, &c.ShortHeadline, &c.Lede, &c.Body, &c.Source, &c.EndMark, &c.DeskCode, &c.Slug, &c.Section,
			&tags, &bylines, &c.Picture.Media, &c.Picture.Caption, &c.Picture.Credit, &c.Picture.Alt)
		if err != nil {
			return err
		}
		if err := fromJSONList(tags, &c.Tags); err != nil {
			return fmt.Errorf("article %d: tags: %w", code, err)
		}
		return fromJSONList(bylines, &c.Bylines)
	}, `SELECT `+contentColumns+` FROM revision r WHERE r.article_code = $1 AND r.number = $2`, int64(code), number)
	return c, err
}

// AddCorrection stores a correction of a public article with its event and sets its id.
func (s *Store) AddCorrection(ctx context.Context, actor news.Actor, action string, c *news.Correction) error {
	return s.inTx(ctx, func(t *tx) error {
		result, err := t.once("correction", action, func() (string, error) {
			id, err := t.nextID("correction")
			if err != nil {
				return "", err
			}
			t.event(news.Event{Actor: actor.EventActor(), Kind: news.ArticleCorrected, SubjectKind: "article", SubjectID: int64(c.Article),
				Data: map[string]string{"kind": string(c.Kind)}})
			if err := t.exec(`UPDATE article SET modified_at = $2 WHERE code = $1`, int64(c.Article), ms(c.At)); err != nil {
				return "", err
			}
			t.touch(news.CorrectionList)
			if err := t.touchArticle(c.Article); err != nil {
				return "", err
			}
			return strconv.FormatInt(id, 10), t.exec(`INSERT INTO correction (id, article_code, kind, text, changed, at, by_user) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
				id, int64(c.Article), string(c.Kind), c.Text, c.Changed, ms(c.At), int64(actor.User))
		})
		if err == nil {
			c.ID, err = strconv.ParseInt(result, 10, 64)
		}
		return err
	})
}

const correctionColumns = `c.id, c.article_code, c.kind, c.text, c.changed, c.at`

func scanCorrection(r scanner, more ...any) (news.Correction, error) {
	var c news.Correction
	var at int64
	err := r.Scan(append([]any{&c.ID, &c.Article, &c.Kind, &c.Text, &c.Changed, &at}, more...)...)
	c.At = fromMS(at)
	return c, err
}

// Template is what a new article of a kind begins with; NotFound when the newsroom made none.
func (s *Store) Template(ctx context.Context, kind news.ArticleKind) (news.Content, error) {
	var c news.Content
	err := s.one(ctx, func(r scanner) error {
		var text string
		if err := r.Scan(&text); err != nil {
			return err
		}
		return json.Unmarshal([]byte(text), &c)
	}, `SELECT content FROM template WHERE kind = $1`, string(kind))
	return c, err
}

// SaveTemplate keeps what new articles of the content's kind begin with.
func (s *Store) SaveTemplate(ctx context.Context, actor news.Actor, c news.Content) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(t *tx) error {
		t.event(news.Event{Actor: actor.EventActor(), Kind: news.TemplateSaved, SubjectKind: "template", Data: map[string]string{"kind": string(c.Kind)}})
		return t.exec(`INSERT INTO template (kind, content, updated_at, updated_by) VALUES ($1, $2, $3, $4)
			ON CONFLICT (kind) DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
			string(c.Kind), string(text), ms(t.now), int64(actor.User))
	})
}

// Audit reads the event log for people, newest first.
func (s *Store) Audit(ctx context.Context, f news.EventFilter) ([]news.Event, error) {
	until, before := int64(1<<62), int64(1<<62)
	if !f.Until.IsZero() {
		until = ms(f.Until)
	}
	if f.Before > 0 {
		before = f.Before
	}
	from := int64(0)
	if !f.From.IsZero() {
		from = ms(f.From)
	}
	var all []news.Event
	err := s.each(ctx, func(r scanner) error {
		e, err := scanEvent(r)
		all = append(all, e)
		return err
	}, `SELECT seq, at, actor, kind, subject_kind, subject_id, data, touches FROM event
		WHERE seq < $1 AND at >= $2 AND at < $3 AND (actor = $4 OR $4 = '') AND (kind = $5 OR $5 = '')
			AND (subject_kind = $6 OR $6 = '') AND (subject_id = $7 OR $7 = 0)
		ORDER BY seq DESC LIMIT $8`, before, from, until, f.Actor, string(f.Kind), f.Subject, f.ID, f.Limit)
	return all, err
}

// LockOf is who edits an article right now; NotFound when nobody does.
func (s *Store) LockOf(ctx context.Context, code news.Code) (news.Lock, error) {
	var l news.Lock
	err := s.one(ctx, func(r scanner) error {
		var since, seen int64
		err := r.Scan(&l.User, &l.Name, &since, &seen)
		l.Since, l.Seen = fromMS(since), fromMS(seen)
		return err
	}, `SELECT l.user_id, COALESCE(u.name, ''), l.since, l.seen_at FROM article_lock l LEFT JOIN newsuser u ON u.id = l.user_id
		WHERE l.article_code = $1 AND l.seen_at > $2`, int64(code), ms(s.now().Add(-news.LockLife)))
	return l, err
}
