package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// queueOrder is an order of the queue: its keys as SQL, how a page's last comment becomes a cursor, and whether it runs backwards.
type queueOrder struct {
	keys       string
	cursor     func(news.Comment) int64
	descending bool
}

func orderOf(f news.QueueFilter) queueOrder {
	switch {
	case f.Tab == news.TabMine:
		return queueOrder{"c.decided_at", func(c news.Comment) int64 { return ms(c.DecidedAt) }, true}
	case f.Tab == news.TabPublished || f.Tab == news.TabRejected:
		return queueOrder{"COALESCE(c.decided_at, c.created_at)", func(c news.Comment) int64 {
			if c.DecidedAt.IsZero() {
				return ms(c.CreatedAt) // published by itself
			}
			return ms(c.DecidedAt)
		}, true}
	case f.Tab != news.TabReported && f.Sort == news.SortRisk && f.Article != 0:
		return queueOrder{"0 - c.risk", func(c news.Comment) int64 { return -int64(c.Risk) }, false} // not by the index over the whole queue
	case f.Tab != news.TabReported && f.Sort == news.SortRisk:
		return queueOrder{"-c.risk", func(c news.Comment) int64 { return -int64(c.Risk) }, false}
	case f.Tab != news.TabReported && f.Sort == news.SortArticle && f.Article == 0:
		return queueOrder{"-c.article_code", func(c news.Comment) int64 { return -int64(c.Article) }, false}
	}
	return queueOrder{"c.created_at", func(c news.Comment) int64 { return ms(c.CreatedAt) }, false}
}

// queueConditions are the filter as SQL. The constants stand in the text, so that the partial indexes are found; a state with an empty text
// behind it keeps SQLite from the indexes over all of that state where few of them are meant (TestEveryQueueHasItsIndex).
func queueConditions(f news.QueueFilter, order queueOrder) *conditions {
	c := &conditions{}
	switch f.Tab {
	case news.TabHeld:
		c.and("c.held = 1 AND c.state || '' = 'pending'")
	case news.TabReported:
		c.and("c.state || '' = 'published' AND c.reports > 0")
	case news.TabMine:
		c.and("c.decided_by > 0 AND c.decided_by = ?", int64(f.For))
	case news.TabPublished:
		c.and("c.state = 'published'")
	case news.TabRejected:
		c.and("c.state = 'rejected'")
	default:
		if f.Claimed {
			c.and("c.state || '' = 'pending'")
			break
		}
		c.and("c.state = 'pending'")
	}
	if f.Article != 0 {
		c.and("c.article_code = ?", int64(f.Article))
	}
	if f.Sections != nil {
		oneOf(c, commentSection, f.Sections)
	}
	if f.Claimed {
		c.and("c.claimed_by > 0 AND c.claimed_by = ? AND c.claimed_to > ?", int64(f.For), ms(f.Now))
	} else if f.For != 0 && !order.descending {
		c.and("(c.claimed_by = 0 OR c.claimed_by = ? OR c.claimed_to <= ?)", int64(f.For), ms(f.Now))
	}
	if !f.After.IsZero() {
		sign := ">"
		if order.descending {
			sign = "<"
		}
		// The first condition alone leads SQLite into an index over an expression.
		c.and(order.keys+" "+sign+"= ? AND ("+order.keys+", c.id) "+sign+" (?, ?)", f.After.At, f.After.At, f.After.ID)
	}
	return c
}

func (o queueOrder) by() string {
	if o.descending {
		return " ORDER BY " + o.keys + " DESC, c.id DESC"
	}
	return " ORDER BY " + o.keys + ", c.id"
}

// queueList is the query of a page of the queue.
func queueList(f news.QueueFilter) (query string, args []any, order queueOrder) {
	order = orderOf(f)
	c := queueConditions(f, order)
	return `SELECT ` + queuedColumns + queuedTables + c.where() + order.by() + ` LIMIT ` + c.arg(f.Limit+1), c.args, order
}

// Queue is a page of the moderators' queue, with what else is known of each comment.
func (s *Store) Queue(ctx context.Context, f news.QueueFilter) (news.CommentPage, error) {
	query, args, order := queueList(f)
	page, err := s.queuedPage(ctx, query, args)
	if len(page.Comments) > f.Limit {
		page.Comments = page.Comments[:f.Limit]
		last := page.Comments[f.Limit-1].Comment
		page.Next = news.Cursor{At: order.cursor(last), ID: int64(last.ID)}
	}
	if err == nil {
		err = s.knownOf(ctx, page.Comments)
	}
	return page, err
}

// knownOf fills in the histories of the writers and what readers reported.
func (s *Store) knownOf(ctx context.Context, comments []news.QueuedComment) error {
	if err := s.histories(ctx, comments); err != nil {
		return err
	}
	for i := range comments {
		c := &comments[i]
		if c.Reports == 0 {
			continue
		}
		err := s.each(ctx, func(r scanner) error {
			var one news.ReportGiven
			err := r.Scan(&one.Reason, &one.Note)
			c.Given = append(c.Given, one)
			return err
		}, `SELECT reason, note FROM comment_report WHERE comment_id = $1 AND settled_at IS NULL ORDER BY at, reporter LIMIT $2`, int64(c.ID), reportsShown)
		if err != nil {
			return err
		}
	}
	return nil
}

// reportsShown is how many reports of one comment a moderator reads.
const reportsShown = 20

func (s *Store) queuedPage(ctx context.Context, query string, args []any) (news.CommentPage, error) {
	var page news.CommentPage
	err := s.each(ctx, func(r scanner) error {
		q, err := scanQueued(r)
		page.Comments = append(page.Comments, q)
		return err
	}, query, args...)
	return page, err
}

// CommentsByID are the queue's views of comments, in the order of the ids; unknown ones are left out.
func (s *Store) CommentsByID(ctx context.Context, ids []news.CommentID) ([]news.QueuedComment, error) {
	c := &conditions{}
	oneOf(c, "c.id", ids)
	page, err := s.queuedPage(ctx, `SELECT `+queuedColumns+queuedTables+c.where(), c.args)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(page.Comments, func(a, b news.QueuedComment) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return page.Comments, s.knownOf(ctx, page.Comments)
}

// historyDepth is how many comments of a writer are looked at, so that a flood costs no more than a page.
const historyDepth = 200

// histories fills in what became of the other comments of each writer: by the signed cookie, else by the pseudonym.
func (s *Store) histories(ctx context.Context, comments []news.QueuedComment) error {
	known := map[string]news.WriterTally{}
	for i := range comments {
		c := &comments[i]
		column, value := "person > '' AND person", c.Person
		if value == "" {
			column, value = "pseudonym", c.Pseudonym
		}
		if value == "" || c.ByNewsroom {
			continue
		}
		h, seen := known[column+value]
		if !seen {
			err := s.each(ctx, func(r scanner) error {
				var state news.CommentState
				var n int
				err := r.Scan(&state, &n)
				switch state {
				case news.CommentPending:
					h.Pending = n
				case news.CommentPublished:
					h.Published = n
				case news.CommentRejected:
					h.Rejected = n
				}
				return err
			}, `SELECT state, COUNT(*) FROM (SELECT state FROM comment WHERE `+column+` = $1 ORDER BY created_at DESC LIMIT $2) last GROUP BY state`, value, historyDepth)
			if err != nil {
				return err
			}
			known[column+value] = h
		}
		c.Writer = h
	}
	return nil
}

// CommentTotals counts the comments of each tab but TabMine, as the last commit left them: all of them, or those in sections (nil: all).
func (s *Store) CommentTotals(ctx context.Context, sections []news.SectionID) (map[news.QueueTab]int, error) {
	totals := map[news.QueueTab]int{}
	if sections != nil {
		return totals, s.totalsIn(ctx, sections, totals)
	}
	err := s.each(ctx, func(r scanner) error {
		var tab news.QueueTab
		var n int
		err := r.Scan(&tab, &n)
		totals[tab] = n
		return err
	}, `SELECT tab, value FROM comment_total`)
	return totals, err
}

// totalsIn counts from the counters of the articles, and what these have none for from the indexes of the tabs.
func (s *Store) totalsIn(ctx context.Context, sections []news.SectionID, totals map[news.QueueTab]int) error {
	c := &conditions{}
	oneOf(c, "desk_section", sections)
	var pending, published, rejected, held, reported int
	in := ` AND article_code IN (SELECT code FROM article` + c.where() + `)`
	err := s.one(ctx, func(r scanner) error { return r.Scan(&pending, &published, &rejected, &held, &reported) },
		`SELECT COALESCE(SUM(comments_pending), 0), COALESCE(SUM(comments_published), 0), COALESCE(SUM(comments_rejected), 0),
			(SELECT COUNT(*) FROM comment WHERE state = 'pending' AND held = 1`+in+`),
			(SELECT COUNT(*) FROM comment WHERE state = 'published' AND reports > 0`+in+`)
		FROM article`+c.where(), c.args...)
	totals[news.TabPending], totals[news.TabPublished], totals[news.TabRejected] = pending, published, rejected
	totals[news.TabHeld], totals[news.TabReported] = held, reported
	return err
}

// tally notes that a comment stands otherwise than before; before is nil for a new one. Whoever writes state, held or reports of a comment
// must call it: the totals of the queue are these differences.
func (t *tx) tally(before, after *news.Comment) {
	if t.totals == nil {
		t.totals = map[news.QueueTab]int{}
	}
	if before != nil {
		for _, tab := range tabsOf(before) {
			t.totals[tab]--
		}
	}
	for _, tab := range tabsOf(after) {
		t.totals[tab]++
	}
}

func tabsOf(c *news.Comment) []news.QueueTab {
	var tabs []news.QueueTab
	switch c.State {
	case news.CommentPending:
		tabs = append(tabs, news.TabPending)
		if c.Held {
			tabs = append(tabs, news.TabHeld)
		}
	case news.CommentPublished:
		tabs = append(tabs, news.TabPublished)
		if c.Reports > 0 {
			tabs = append(tabs, news.TabReported)
		}
	case news.CommentRejected:
		tabs = append(tabs, news.TabRejected)
	}
	return tabs
}

// storeTotals writes what the transaction tallied.
func (t *tx) storeTotals() error {
	for tab, n := range t.totals {
		if n == 0 {
			continue
		}
		if err := t.exec(`UPDATE comment_total SET value = value + $2 WHERE tab = $1`, string(tab), n); err != nil {
			return err
		}
	}
	return nil
}

// TakeComments claims for the filter's person up to Limit comments that nobody else has, in the filter's order and beyond those they have
// already, and returns them. What one gets no other gets until the claim ends.
func (s *Store) TakeComments(ctx context.Context, f news.QueueFilter, until time.Time) ([]news.QueuedComment, error) {
	var ids []news.CommentID
	err := s.inTx(ctx, func(t *tx) error {
		order := orderOf(f)
		c := queueConditions(f, order)
		c.and("(c.claimed_by <> ? OR c.claimed_to <= ?)", int64(f.For), ms(f.Now))
		rows, err := t.session.QueryContext(ctx, `SELECT c.id FROM comment c`+c.where()+order.by()+` LIMIT `+c.arg(f.Limit), c.args...)
		if err != nil {
			return err
		}
		err = eachRow(rows, func(r scanner) error {
			var id news.CommentID
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := t.exec(`UPDATE comment SET claimed_by = $2, claimed_to = $3 WHERE id = $1`, int64(id), int64(f.For), ms(until)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return s.CommentsByID(ctx, ids)
}

// ClaimComments claims comments for a person, or renews their claims, as far as nobody else has them and they are undecided or reported. It
// returns those that are theirs now.
func (s *Store) ClaimComments(ctx context.Context, user news.UserID, ids []news.CommentID, now, until time.Time) ([]news.CommentID, error) {
	var theirs []news.CommentID
	err := s.inTx(ctx, func(t *tx) error {
		for _, id := range ids {
			var got int64
			err := t.queryRow(`UPDATE comment SET claimed_by = $2, claimed_to = $3 WHERE id = $1 AND (state = 'pending' OR reports > 0)
				AND (claimed_by = 0 OR claimed_by = $2 OR claimed_to <= $4) RETURNING id`, int64(id), int64(user), ms(until), ms(now)).Scan(&got)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return fmt.Errorf("claim comment %d: %w", id, err)
			}
			theirs = append(theirs, id)
		}
		return nil
	})
	return theirs, err
}

// ReleaseComments gives back whatever a person has claimed.
func (s *Store) ReleaseComments(ctx context.Context, user news.UserID) error {
	return s.inTx(ctx, func(t *tx) error {
		return t.exec(`UPDATE comment SET claimed_by = 0, claimed_to = 0 WHERE claimed_by > 0 AND claimed_by = $1`, int64(user))
	})
}

// Claims are the people who have comments on the screen, by name.
func (s *Store) Claims(ctx context.Context, now time.Time) ([]news.Colleague, error) {
	var all []news.Colleague
	err := s.each(ctx, func(r scanner) error {
		var c news.Colleague
		err := r.Scan(&c.User, &c.Name, &c.Count)
		all = append(all, c)
		return err
	}, `SELECT c.claimed_by, u.name, COUNT(*) FROM comment c JOIN newsuser u ON u.id = c.claimed_by
		WHERE c.claimed_by > 0 AND c.claimed_to > $1 GROUP BY c.claimed_by, u.name ORDER BY u.name, c.claimed_by`, ms(now))
	return all, err
}

// searchReach is how many comments one search by words reads at the most, some ten milliseconds; the next page goes on from there.
const searchReach = 4000

// SearchComments finds comments, newest first. A search by words reads at most searchReach comments: Next may be set on a page that is
// not full, and then older comments have not been looked at yet.
func (s *Store) SearchComments(ctx context.Context, f news.CommentSearch) (news.CommentPage, error) {
	if f.Words != "" {
		// It takes a processor for its time; ten who search at once must not take them all from those who decide.
		select {
		case s.searching <- struct{}{}:
			defer func() { <-s.searching }()
		case <-ctx.Done():
			return news.CommentPage{}, ctx.Err()
		}
	}
	ids, next, err := s.searchIDs(ctx, f)
	if err != nil || len(ids) == 0 {
		return news.CommentPage{Next: next}, err
	}
	found, err := s.CommentsByID(ctx, ids)
	return news.CommentPage{Comments: found, Next: next}, err
}

// errFound ends a search that has found enough.
var errFound = errors.New("enough is found")

func (s *Store) searchIDs(ctx context.Context, f news.CommentSearch) (ids []news.CommentID, next news.Cursor, err error) {
	c := searchConditions(f)
	words := strings.Fields(f.Words)
	reach := f.Limit + 1
	if len(words) > 0 {
		reach = searchReach + 1
	}
	query := `SELECT c.id, c.created_at, c.name, c.text FROM comment c` + c.where() + ` ORDER BY c.created_at DESC, c.id DESC LIMIT ` + c.arg(reach)
	seen := 0
	var last news.Cursor
	err = s.each(ctx, func(r scanner) error {
		var id, created int64
		var name, text string
		if err := r.Scan(&id, &created, &name, &text); err != nil {
			return err
		}
		if seen++; len(ids) == f.Limit || seen == reach {
			next = last
			return errFound
		}
		last = news.Cursor{At: created, ID: id}
		if holdsAll(persian.Fold(name+"\n"+text), words) {
			ids = append(ids, news.CommentID(id))
		}
		return nil
	}, query, c.args...)
	if errors.Is(err, errFound) {
		err = nil
	}
	return ids, next, err
}

func searchConditions(f news.CommentSearch) *conditions {
	c := &conditions{}
	for _, is := range []struct{ column, value string }{{"state", string(f.State)}, {"pseudonym", f.Pseudonym}, {"person", f.Person}, {"network", f.Network}} {
		if is.value != "" {
			c.and("c."+is.column+" = ?", is.value)
		}
	}
	if f.Person != "" {
		c.and("c.person > ''") // as its index says
	}
	if f.Article != 0 {
		c.and("c.article_code = ?", int64(f.Article))
	}
	if f.Sections != nil {
		oneOf(c, commentSection, f.Sections)
	}
	if !f.From.IsZero() {
		c.and("c.created_at >= ?", ms(f.From))
	}
	if !f.Until.IsZero() {
		c.and("c.created_at < ?", ms(f.Until))
	}
	if !f.After.IsZero() {
		c.and("(c.created_at, c.id) < (?, ?)", f.After.At, f.After.ID)
	}
	return c
}

func holdsAll(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
