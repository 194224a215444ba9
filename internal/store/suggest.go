package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// suggestDueAgain ends the insertion of jobs: one that waits already becomes as urgent as the new one, and still reads the text where either
// was to (even steps).
const suggestDueAgain = `ON CONFLICT (article_code) DO UPDATE SET mark = excluded.mark, claimed_until = 0, order_at = excluded.order_at,
	step = CASE WHEN excluded.step % 2 = 0 OR suggest_due.step % 2 = 0 THEN 0 ELSE 1 END + CASE WHEN excluded.step < 2 OR suggest_due.step < 2 THEN 0 ELSE 2 END,
	spread = CASE WHEN excluded.spread > suggest_due.spread THEN excluded.spread ELSE suggest_due.spread END`

// dueSuggest notes that the suggestions of a public article are to be made.
func (t *tx) dueSuggest(code news.Code, step news.MatchStep, spread bool) error {
	mark, err := t.nextID("suggest")
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO suggest_due (article_code, step, spread, order_at, mark, claimed_until)
		SELECT code, CAST($2 AS INTEGER), CAST($3 AS INTEGER), order_at, CAST($4 AS BIGINT), 0 FROM article WHERE code = $1 AND state = 'published' `+suggestDueAgain,
		int64(code), int(step), flag(spread), mark)
}

// suggestAgain notes what a change of an article means for what is suggested, under it and elsewhere. It is called after the change.
func (t *tx) suggestAgain(before, after *news.Article) error {
	if after.State == news.Published {
		if err := t.touchCodes(`SELECT article_code FROM suggestion_choice WHERE other_code = $1 AND pinned = 1`, after.Code); err != nil {
			return err
		}
		return t.dueSuggest(after.Code, news.MatchText, true)
	}
	if before.State != news.Published {
		return nil
	}
	affected, err := t.codes(`SELECT article_code FROM suggestion WHERE other_code = $1
		UNION SELECT article_code FROM suggestion_choice WHERE other_code = $1 AND pinned = 1`, int64(after.Code))
	if err != nil {
		return err
	}
	for _, code := range affected {
		t.touch(code.SuggestDependency())
		if err := t.dueSuggest(code, news.MatchList, false); err != nil {
			return err
		}
	}
	for _, forget := range []string{
		`DELETE FROM suggestion WHERE other_code = $1`, `DELETE FROM suggestion WHERE article_code = $1`,
		`DELETE FROM article_profile WHERE article_code = $1`, `DELETE FROM suggest_due WHERE article_code = $1`,
	} {
		if err := t.exec(forget, int64(after.Code)); err != nil {
			return err
		}
	}
	return nil
}

// codes reads a list of codes within the transaction.
func (t *tx) codes(query string, of int64) ([]news.Code, error) {
	var codes []news.Code
	err := t.each(func(r scanner) error {
		var code news.Code
		err := r.Scan(&code)
		codes = append(codes, code)
		return err
	}, query, of)
	return codes, err
}

func (t *tx) touchCodes(query string, of news.Code) error {
	codes, err := t.codes(query, int64(of))
	for _, code := range codes {
		t.touch(code.SuggestDependency())
	}
	return err
}

// matchClaim is how long a node that took jobs may take; after that another one takes them.
const matchClaim = 30 * time.Second

// matchSpan is how far apart in time the articles of jobs taken together may be: they are compared with one span of the archive.
const matchSpan = 15 * 24 * time.Hour

// ClaimMatches takes up to limit jobs of the lowest step there is, near in time to one another. No other node gets them for half a minute.
func (s *Store) ClaimMatches(ctx context.Context, limit int) ([]news.MatchJob, error) {
	const due = `FROM suggest_due WHERE claimed_until <= $1`
	var waiting bool
	err := s.one(ctx, func(r scanner) error { return r.Scan(&waiting) }, `SELECT EXISTS (SELECT 1 `+due+`)`, ms(s.now()))
	if err != nil || !waiting {
		return nil, err
	}
	var jobs []news.MatchJob
	err = s.inTx(ctx, func(t *tx) error {
		rows, err := t.session.QueryContext(ctx, `SELECT article_code, step, spread, order_at, mark `+due+` ORDER BY step, order_at, article_code LIMIT $2`, ms(t.now), limit)
		if err != nil {
			return err
		}
		first := int64(0)
		err = eachRow(rows, func(r scanner) error {
			var j news.MatchJob
			var at int64
			if err := r.Scan(&j.Code, &j.Step, &j.Spread, &at, &j.Mark); err != nil {
				return err
			}
			if len(jobs) == 0 {
				first = at
			}
			if len(jobs) == 0 || jobs[0].Step == j.Step && at-first <= matchSpan.Milliseconds() {
				j.At = fromOrderAt(at)
				jobs = append(jobs, j)
			}
			return nil
		})
		for _, j := range jobs {
			if err == nil {
				err = t.exec(`UPDATE suggest_due SET claimed_until = $2 WHERE article_code = $1`, int64(j.Code), ms(t.now.Add(matchClaim)))
			}
		}
		return err
	})
	return jobs, err
}

func fromOrderAt(at int64) time.Time {
	if at == undated {
		return time.Time{}
	}
	return fromMS(at)
}

// StoreProfiles keeps the profiles that jobs came to and makes the lists of their articles due. An article that is public no more
// is left out of profiles.
func (s *Store) StoreProfiles(ctx context.Context, jobs []news.MatchJob, profiles []news.Profile) error {
	return s.inTx(ctx, func(t *tx) error {
		for _, p := range profiles {
			words := make([]string, len(p.Tags))
			for i, tag := range p.Tags {
				words[i] = strconv.FormatInt(int64(tag), 10)
			}
			err := t.exec(`INSERT INTO article_profile (article_code, order_at, section_id, kind, tags, words)
				SELECT code, CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT) FROM article WHERE code = $1 AND state = 'published'
				ON CONFLICT (article_code) DO UPDATE SET order_at = excluded.order_at, section_id = excluded.section_id, kind = excluded.kind,
					tags = excluded.tags, words = excluded.words`,
				int64(p.Code), orderAt(p.At), int64(p.Section), string(p.Kind), strings.Join(words, " "), p.Words)
			if err != nil {
				return err
			}
		}
		for _, j := range jobs {
			if err := t.exec(`UPDATE suggest_due SET step = step + 1, claimed_until = 0 WHERE article_code = $1 AND mark = $2`, int64(j.Code), j.Mark); err != nil {
				return err
			}
		}
		return nil
	})
}

const profileColumns = `p.article_code, p.order_at, p.section_id, p.kind, p.tags, p.words`

func scanProfile(r scanner) (news.Profile, error) {
	var p news.Profile
	var at int64
	var tags string
	if err := r.Scan(&p.Code, &at, &p.Section, &p.Kind, &tags, &p.Words); err != nil {
		return p, err
	}
	p.At = fromOrderAt(at)
	for word := range strings.FieldsSeq(tags) {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return p, err
		}
		p.Tags = append(p.Tags, news.TagID(id))
	}
	return p, nil
}

// Profiles are those of the articles published from from until until, at most most of them on each side of the middle, nearest to it
// first. Around the undated (zero middle) there are the undated, nearest by code.
func (s *Store) Profiles(ctx context.Context, middle news.MatchJob, from, until time.Time, most int) ([]news.Profile, error) {
	low, high := int64(undated), int64(undated)
	if !middle.At.IsZero() {
		low, high = ms(from), ms(until)
	}
	var all []news.Profile
	read := func(query string, bound int64) error {
		return s.each(ctx, func(r scanner) error {
			p, err := scanProfile(r)
			all = append(all, p)
			return err
		}, `SELECT `+profileColumns+` FROM article_profile p WHERE `+query+` LIMIT $4`, orderAt(middle.At), int64(middle.Code), bound, most)
	}
	if err := read(`(order_at, article_code) >= ($1, $2) AND order_at <= $3 ORDER BY order_at, article_code`, high); err != nil {
		return nil, err
	}
	err := read(`(order_at, article_code) < ($1, $2) AND order_at >= $3 ORDER BY order_at DESC, article_code DESC`, low)
	return all, err
}

// ProfilesOfTag are those of the most articles with a tag that were published last.
func (s *Store) ProfilesOfTag(ctx context.Context, tag news.TagID, most int) ([]news.Profile, error) {
	var all []news.Profile
	err := s.each(ctx, func(r scanner) error {
		p, err := scanProfile(r)
		all = append(all, p)
		return err
	}, `SELECT `+profileColumns+` FROM (SELECT article_code FROM article_tag WHERE tag_id = $1 ORDER BY order_at DESC, article_code DESC LIMIT $2) x
		JOIN article_profile p ON p.article_code = x.article_code`, int64(tag), most)
	return all, err
}

// StoreMatches keeps the lists that jobs came to. Pages of a list that differs from the one before are old from then on.
func (s *Store) StoreMatches(ctx context.Context, done []news.Matched) error {
	return s.inTx(ctx, func(t *tx) error {
		changed := 0
		for _, m := range done {
			differs, err := t.storeMatch(m)
			if err != nil {
				return err
			}
			if differs {
				changed++
				t.touch(m.Job.Code.SuggestDependency())
			}
		}
		if changed > 0 {
			t.event(news.Event{Actor: "suggest", Kind: news.SuggestComputed, SubjectKind: "suggest", Data: map[string]string{"articles": strconv.Itoa(changed)}})
		}
		return nil
	})
}

// mostHolders bounds whose lists are made anew because they have an article that changed.
const mostHolders = 50

func (t *tx) storeMatch(m news.Matched) (differs bool, err error) {
	code := m.Job.Code
	var mark int64
	err = t.queryRow(`SELECT mark FROM suggest_due WHERE article_code = $1`, int64(code)).Scan(&mark)
	if err == sql.ErrNoRows || err == nil && mark != m.Job.Mark {
		return false, nil // withdrawn, done by another node, or changed meanwhile: then it is made again
	}
	if err != nil {
		return false, err
	}
	if err := t.exec(`DELETE FROM suggest_due WHERE article_code = $1`, int64(code)); err != nil {
		return false, err
	}
	affected := m.Affected
	if m.Job.Spread {
		holders, err := t.codes(`SELECT article_code FROM suggestion WHERE other_code = $1 ORDER BY article_code DESC LIMIT `+strconv.Itoa(mostHolders), int64(code))
		if err != nil {
			return false, err
		}
		affected = append(affected, holders...)
	}
	for _, other := range affected {
		if err := t.dueSuggest(other, news.MatchList, false); err != nil {
			return false, err
		}
	}
	before, err := t.matchesOf(code)
	if err != nil || sameMatches(before, m.List) {
		return false, err
	}
	if err := t.exec(`DELETE FROM suggestion WHERE article_code = $1`, int64(code)); err != nil {
		return false, err
	}
	for place, one := range m.List {
		// Only what is still public: it may have been withdrawn while the list was made.
		err := t.exec(`INSERT INTO suggestion (article_code, place, other_code, shared, likeness)
			SELECT CAST($1 AS BIGINT), CAST($2 AS INTEGER), code, CAST($4 AS INTEGER), CAST($5 AS INTEGER) FROM article WHERE code = $3 AND state = 'published'`,
			int64(code), place, int64(one.Other), one.Shared, one.Likeness)
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

func (t *tx) matchesOf(code news.Code) ([]news.Match, error) {
	rows, err := t.session.QueryContext(t.ctx, `SELECT other_code, shared, likeness FROM suggestion WHERE article_code = $1 ORDER BY place`, int64(code))
	if err != nil {
		return nil, err
	}
	var all []news.Match
	err = eachRow(rows, func(r scanner) error {
		var m news.Match
		err := r.Scan(&m.Other, &m.Shared, &m.Likeness)
		all = append(all, m)
		return err
	})
	return all, err
}

// sameMatches tells whether two lists read alike. How alike the texts are moves with every article around them: the number is
// brought up to date only when the list changes.
func sameMatches(a, b []news.Match) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Other != b[i].Other || a[i].Shared != b[i].Shared {
			return false
		}
	}
	return true
}

// SuggestedDesk is what is suggested under an article, for editors.
func (s *Store) SuggestedDesk(ctx context.Context, code news.Code) (news.SuggestedDesk, error) {
	var d news.SuggestedDesk
	err := s.each(ctx, func(r scanner) error {
		var row news.SuggestedRow
		var published sql.NullInt64
		var state news.State
		var choice int
		err := r.Scan(&row.Other, &row.Shared, &row.Likeness, &row.Headline, &published, &state, &choice, &row.By)
		row.PublishedAt, row.Public, row.Pinned = fromNullMS(published), state == news.Published, choice == 1
		if choice == 0 {
			d.Banned = append(d.Banned, row)
		} else {
			d.Listed = append(d.Listed, row)
		}
		return err
	}, `SELECT x.other_code, COALESCE(s.shared, 0), COALESCE(s.likeness, 0), r.headline, a.published_at, a.state, x.choice, COALESCE(u.name, '')
		FROM (SELECT other_code, 1 - pinned AS turn, at AS place, pinned AS choice, by_user FROM suggestion_choice WHERE article_code = $1
			UNION ALL SELECT s.other_code, 2, s.place, 2, 0 FROM suggestion s WHERE s.article_code = $1 AND NOT EXISTS
				(SELECT 1 FROM suggestion_choice c WHERE c.article_code = s.article_code AND c.other_code = s.other_code)) x
		JOIN article a ON a.code = x.other_code
		JOIN revision r ON r.id = COALESCE(a.public_revision, a.working_revision)
		LEFT JOIN suggestion s ON s.article_code = $1 AND s.other_code = x.other_code
		LEFT JOIN newsuser u ON u.id = x.by_user
		ORDER BY x.turn, x.place, x.other_code`, int64(code))
	if err != nil {
		return d, err
	}
	err = s.one(ctx, func(r scanner) error { return r.Scan(&d.Due) }, `SELECT EXISTS (SELECT 1 FROM suggest_due WHERE article_code = $1)`, int64(code))
	return d, err
}

// choiceEvents are what the log says of a choice.
var choiceEvents = map[news.SuggestChoice]news.EventKind{
	news.SuggestPin: news.SuggestPinned, news.SuggestBan: news.SuggestBanned, news.SuggestFree: news.SuggestFreed,
}

// ChooseSuggested keeps what an editor decided on other under code. NotFound when there is no other; Invalid "error.suggest_full" at
// "other" when most are pinned already.
func (s *Store) ChooseSuggested(ctx context.Context, actor news.Actor, action string, code, other news.Code, choice news.SuggestChoice, most int) error {
	return s.inTx(ctx, func(t *tx) error {
		_, err := t.once("suggest", action, func() (string, error) {
			var exists bool
			var pinned int
			err := t.queryRow(`SELECT EXISTS (SELECT 1 FROM article WHERE code = $1), (SELECT COUNT(*) FROM suggestion_choice WHERE article_code = $2 AND pinned = 1 AND other_code <> $1)`,
				int64(other), int64(code)).Scan(&exists, &pinned)
			if err == nil && !exists {
				err = sql.ErrNoRows
			}
			if err != nil {
				return "", err
			}
			if choice == news.SuggestPin && pinned >= most {
				return "", news.FieldError("other", "error.suggest_full", most)
			}
			t.event(news.Event{Actor: actor.EventActor(), Kind: choiceEvents[choice], SubjectKind: "article", SubjectID: int64(code),
				Data: map[string]string{"other": other.String()}})
			t.touch(code.SuggestDependency())
			if choice == news.SuggestFree {
				return "done", t.exec(`DELETE FROM suggestion_choice WHERE article_code = $1 AND other_code = $2`, int64(code), int64(other))
			}
			return "done", t.exec(`INSERT INTO suggestion_choice (article_code, other_code, pinned, at, by_user) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (article_code, other_code) DO UPDATE SET pinned = excluded.pinned, at = excluded.at, by_user = excluded.by_user`,
				int64(code), int64(other), flag(choice == news.SuggestPin), ms(t.now), int64(actor.User))
		})
		return err
	})
}
