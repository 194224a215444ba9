package store

import (
	"context"
	"database/sql"
	"strconv"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// termsKept is the name under which the version of the lists is kept.
const termsKept = "terms"

const termColumns = `t.id, t.key, t.text, t.list, t.kind, t.note, t.updated_at, t.updated_by`

func scanTerm(r scanner, more ...any) (news.Term, error) {
	var t news.Term
	var at int64
	err := r.Scan(append([]any{&t.ID, &t.Key, &t.Text, &t.List, &t.Kind, &t.Note, &at, &t.UpdatedBy}, more...)...)
	t.UpdatedAt = fromMS(at)
	return t, err
}

// AllTerms are the terms of both lists.
func (s *Store) AllTerms(ctx context.Context) ([]news.Term, error) {
	var all []news.Term
	err := s.each(ctx, func(r scanner) error {
		t, err := scanTerm(r)
		all = append(all, t)
		return err
	}, `SELECT `+termColumns+` FROM term t ORDER BY t.key`)
	return all, err
}

// Terms is a page of terms in the order of their keys.
func (s *Store) Terms(ctx context.Context, f news.TermFilter) (news.TermPage, error) {
	const where = ` WHERE (t.list = $1 OR $1 = '') AND (t.kind = $2 OR $2 = '')
		AND (t.text LIKE $3 ESCAPE '!' OR t.key LIKE $3 ESCAPE '!' OR t.note LIKE $3 ESCAPE '!')`
	args := []any{string(f.List), string(f.Kind), likePattern(f.Text)}
	var page news.TermPage
	if err := s.one(ctx, func(r scanner) error { return r.Scan(&page.Total) }, `SELECT COUNT(*) FROM term t`+where, args...); err != nil {
		return page, err
	}
	err := s.each(ctx, func(r scanner) error {
		var name string
		t, err := scanTerm(r, &name)
		t.ByName = name
		page.Terms = append(page.Terms, t)
		return err
	}, `SELECT `+termColumns+`, COALESCE(u.name, '') FROM term t LEFT JOIN newsuser u ON u.id = t.updated_by`+where+`
		AND t.key > $4 ORDER BY t.key LIMIT $5`, append(args, f.After, f.Limit+1)...)
	if len(page.Terms) > f.Limit {
		page.Terms = page.Terms[:f.Limit]
		page.Next = page.Terms[f.Limit-1].Key
	}
	return page, err
}

// Term is one term; NotFound when there is none of that id.
func (s *Store) Term(ctx context.Context, id news.TermID) (news.Term, error) {
	var t news.Term
	err := s.one(ctx, func(r scanner) (err error) {
		t, err = scanTerm(r)
		return err
	}, `SELECT `+termColumns+` FROM term t WHERE t.id = $1`, int64(id))
	return t, err
}

// SaveTerm adds a term (id 0) or changes one. Conflict "error.term_there" when another term has its key; NotFound for an unknown id.
func (s *Store) SaveTerm(ctx context.Context, actor news.Actor, action string, term news.Term) (news.Term, error) {
	err := s.inTx(ctx, func(t *tx) error {
		result, err := t.once("term", action, func() (string, error) {
			var other int64
			err := t.queryRow(`SELECT id FROM term WHERE key = $1`, term.Key).Scan(&other)
			if err == nil && other != int64(term.ID) {
				return "", &news.Error{Kind: news.Conflict, Key: "error.term_there", Field: "text"}
			}
			if err != nil && err != sql.ErrNoRows {
				return "", err
			}
			if term.ID != 0 {
				var there int64
				if err := t.queryRow(`SELECT id FROM term WHERE id = $1`, int64(term.ID)).Scan(&there); err != nil {
					return "", err
				}
			}
			if err := t.putTerm(&term); err != nil {
				return "", err
			}
			t.event(termEvent(actor, news.TermSaved, term.ID))
			return strconv.FormatInt(int64(term.ID), 10), t.touchTerms()
		})
		if err != nil || term.ID != 0 {
			return err
		}
		id, err := strconv.ParseInt(result, 10, 64) // the form was sent before
		term.ID = news.TermID(id)
		return err
	})
	return term, err
}

func termEvent(actor news.Actor, kind news.EventKind, id news.TermID) news.Event {
	return news.Event{Actor: actor.EventActor(), Kind: kind, SubjectKind: "term", SubjectID: int64(id)}
}

// putTerm writes a term over the one with its id; id 0 gets a new one.
func (t *tx) putTerm(term *news.Term) error {
	if term.ID == 0 {
		id, err := t.nextID("term")
		if err != nil {
			return err
		}
		term.ID = news.TermID(id)
	}
	return t.exec(`INSERT INTO term (id, key, text, list, kind, note, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET key = excluded.key, text = excluded.text, list = excluded.list, kind = excluded.kind, note = excluded.note,
			updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
		int64(term.ID), term.Key, term.Text, string(term.List), string(term.Kind), term.Note, ms(term.UpdatedAt), int64(term.UpdatedBy))
}

// touchTerms tells every node that the lists have changed.
func (t *tx) touchTerms() error {
	return t.exec(`UPDATE moderation_kept SET version = version + 1, at = $2 WHERE name = $1`, termsKept, ms(t.now))
}

// DeleteTerm takes a term off its list; NotFound when it is not there any more.
func (s *Store) DeleteTerm(ctx context.Context, actor news.Actor, id news.TermID) error {
	return s.inTx(ctx, func(t *tx) error {
		var gone int64
		if err := t.queryRow(`DELETE FROM term WHERE id = $1 RETURNING id`, int64(id)).Scan(&gone); err != nil {
			return err
		}
		t.event(termEvent(actor, news.TermDeleted, id))
		return t.touchTerms()
	})
}

// ImportTerms puts terms on the lists in one transaction; one whose key is there already is replaced. It returns how many were new. The
// same action again changes nothing.
func (s *Store) ImportTerms(ctx context.Context, actor news.Actor, action string, terms []news.Term) (added int, err error) {
	err = s.inTx(ctx, func(t *tx) error {
		result, err := t.once("terms", action, func() (string, error) {
			n := 0
			for _, term := range terms {
				err := t.queryRow(`SELECT id FROM term WHERE key = $1`, term.Key).Scan(&term.ID)
				if err == sql.ErrNoRows {
					n++
				} else if err != nil {
					return "", err
				}
				if err := t.putTerm(&term); err != nil {
					return "", err
				}
			}
			e := termEvent(actor, news.TermsImported, 0)
			e.Data = map[string]string{"terms": strconv.Itoa(len(terms)), "new": strconv.Itoa(n)}
			t.event(e)
			return strconv.Itoa(n), t.touchTerms()
		})
		if err == nil {
			added, err = strconv.Atoi(result)
		}
		return err
	})
	return added, err
}
