package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// importSlice is how long an import may hold the writer before editors and readers get their turn.
const importSlice = 50 * time.Millisecond

// ImportArticles stores articles with their comments, each wholly or not at all, in slices of at most 50 ms. An article whose
// origin is there already is left as it is. An outcome stands for each item, in order; the error is for the rest of
// the batch, and what was stored before it stays stored.
func (s *Store) ImportArticles(ctx context.Context, actor news.Actor, items []news.Import) ([]news.ImportOutcome, error) {
	return inSlices(ctx, s, items, []string{"article", "revision"}, func(t *tx, item *news.Import) (news.ImportOutcome, error) {
		return s.importOne(t, actor, item)
	})
}

// inSlices stores items one after the other in transactions of at most 50 ms, with the numbers of counters drawn ahead. An outcome
// stands for each item, in order; the error is for the rest, and what was stored before it stays stored.
func inSlices[Item, Outcome any](ctx context.Context, s *Store, items []Item, counters []string, one func(*tx, *Item) (Outcome, error)) ([]Outcome, error) {
	outcomes := make([]Outcome, 0, len(items))
	for len(outcomes) < len(items) {
		done := len(outcomes)
		err := s.inTx(ctx, func(t *tx) error {
			begun := time.Now()
			rest := items[done:]
			for _, counter := range counters {
				if err := t.reserve(counter, len(rest)); err != nil {
					return err
				}
			}
			for i := range rest {
				if i > 0 && time.Since(begun) > importSlice*4/5 {
					break
				}
				outcome, err := one(t, &rest[i])
				if err != nil {
					return err
				}
				outcomes = append(outcomes, outcome)
			}
			return t.unreserve(counters...)
		})
		if err != nil {
			return outcomes[:done], err
		}
	}
	return outcomes, nil
}

// importOne stores one article with its comments, or finds that it is there.
func (s *Store) importOne(t *tx, actor news.Actor, item *news.Import) (news.ImportOutcome, error) {
	var outcome news.ImportOutcome
	err := t.queryRow(`SELECT code FROM article WHERE origin = $1`, item.Article.Origin).Scan(&outcome.Code)
	if err == nil {
		outcome.Existing = true
		return outcome, nil
	}
	if err != sql.ErrNoRows {
		return outcome, err
	}
	a := item.Article
	refused, err := s.tryImport(t, a.Origin, func() error { return t.insertImport(actor, &a, item) })
	if err == nil && refused == "" {
		outcome.Code = a.Code
	}
	outcome.Refused = refused
	return outcome, err
}

// tryImport stores one item under a savepoint: a conflict or a value that the database refuses is the item's own, an unavailable
// database is everybody's.
func (s *Store) tryImport(t *tx, origin string, insert func() error) (refused string, err error) {
	err = t.savepoint(insert)
	switch {
	case err == nil:
		return "", nil
	case t.ctx.Err() != nil || news.KindOf(s.dialect.translate(err)) == news.Unavailable:
		return "", err
	default:
		s.log.Error("something imported was refused by the database", "origin", origin, "err", err)
		return "the database refused it; the log says why", nil
	}
}

func (t *tx) insertImport(actor news.Actor, a *news.Article, item *news.Import) error {
	name := item.SectionName
	if name == "" {
		name = generalName
	}
	if a.Content.Section == 0 {
		section, err := t.ensureSection(actor, news.Section{Name: name})
		if err != nil {
			return err
		}
		a.Content.Section = section.ID
	}
	if err := t.insertArticle(a); err != nil {
		return err
	}
	t.articleEvent(actor, news.ArticleImported, a)
	ids := make([]news.CommentID, len(item.Comments))
	for i, c := range item.Comments {
		c.Article = a.Code
		if c.Parent != 0 {
			if int(c.Parent) > i {
				return fmt.Errorf("comment %d answers comment %d, which does not stand before it", i+1, c.Parent)
			}
			c.Parent = ids[c.Parent-1]
		}
		if err := t.insertComment(&c); err != nil {
			return err
		}
		ids[i] = c.ID
		t.commentEvent(actor.EventActor(), news.CommentImported, &c)
	}
	return nil
}

// CodeByOrigin finds what an importer brought in; NotFound when it did not.
func (s *Store) CodeByOrigin(ctx context.Context, origin string) (news.Code, error) {
	var code news.Code
	err := s.one(ctx, func(r scanner) error { return r.Scan(&code) }, `SELECT code FROM article WHERE origin = $1`, origin)
	return code, err
}

// unreserve gives back the numbers of a counter that were drawn ahead and not used, so that codes have no gaps.
func (t *tx) unreserve(counters ...string) error {
	for _, counter := range counters {
		r := t.reserved[counter]
		delete(t.reserved, counter)
		if r.next == r.end {
			continue
		}
		if err := t.exec(`UPDATE counter SET value = value - $2 WHERE name = $1`, counter, r.end-r.next); err != nil {
			return err
		}
	}
	return nil
}
