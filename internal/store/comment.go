package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// insertComment stores a comment under the next number, which is set.
func (t *tx) insertComment(c *news.Comment) error {
	at, err := t.admit(c)
	if err != nil {
		return err
	}
	args, err := appendComment(nil, c, at)
	if err != nil {
		return err
	}
	if err := t.exec(insertOneComment, args...); err != nil {
		return err
	}
	return t.arrived(c)
}

// admit gives a new comment its number and its place.
func (t *tx) admit(c *news.Comment) (place, error) {
	id, err := t.nextID("comment")
	if err != nil {
		return place{}, err
	}
	c.ID = news.CommentID(id)
	return t.placeOf(c)
}

// arrived keeps what hangs on a comment that was stored.
func (t *tx) arrived(c *news.Comment) error {
	t.tally(nil, c)
	return t.moved(c, "")
}

// commentInsert are the columns that appendComment fills.
var commentInsert = []string{"id", "article_code", "parent_id", "state", "name", "email", "text", "country", "pseudonym", "by_newsroom", "created_at",
	"decided_at", "decided_by", "reason", "receipt", "origin", "held", "risk", "findings", "fingerprint", "network", "person", "votes_up", "votes_down",
	"thread", "level", "head", "score"}

var insertOneComment = insertQuery("comment", commentInsert, 1)

// appendComment adds the values of a comment's row.
func appendComment(args []any, c *news.Comment, at place) ([]any, error) {
	findings, err := findingsText(c.Findings)
	return append(args, int64(c.ID), int64(c.Article), nullID(c.Parent), string(c.State), c.Name, c.Email, c.Text, c.Country, c.Pseudonym, flag(c.ByNewsroom), ms(c.CreatedAt),
		nullMS(c.DecidedAt), int64(c.DecidedBy), string(c.Reason), nullText(c.ReceiptHash), nullText(c.Origin),
		flag(c.Held), c.Risk, findings, c.Fingerprint, c.Network, c.Person, c.VotesUp, c.VotesDown,
		at.thread, at.level, flag(at.head), news.Wilson(c.VotesUp, c.VotesDown)), err
}

// place is where a comment stands among the others.
type place struct {
	thread int64
	level  int
	head   bool
}

// placeOf finds a new comment's place. One that would stand deeper than the deepest level answers what its parent answers.
func (t *tx) placeOf(c *news.Comment) (place, error) {
	at := place{thread: int64(c.ID), head: true}
	for c.Parent != 0 {
		var state news.CommentState
		var above int64
		err := t.queryRow(`SELECT thread, level + 1, state, COALESCE(parent_id, 0) FROM comment WHERE id = $1`, int64(c.Parent)).Scan(
			&at.thread, &at.level, &state, &above)
		if at.head = state != news.CommentPublished; err != nil || at.level <= news.MaxDepth {
			return at, err
		}
		c.Parent = news.CommentID(above)
	}
	return at, nil
}

// moved keeps what hangs on a comment's state, after the state was stored: its article's counters, how many replies its thread has,
// and which answers stand at the top. Whoever writes comment.state calls it; TestCountersAreAlwaysRight counts anew.
func (t *tx) moved(c *news.Comment, from news.CommentState) error {
	if c.State == from {
		return nil
	}
	t.counts = append(t.counts, counted{c.Article, from, -1}, counted{c.Article, c.State, 1})
	shown := c.State == news.CommentPublished
	if shown == (from == news.CommentPublished) {
		return nil
	}
	t.touch(news.CommentList)
	if c.Parent != 0 {
		change := -1
		if shown {
			change = 1
		}
		if err := t.exec(`UPDATE comment SET replies = replies + $2 WHERE id = (SELECT thread FROM comment WHERE id = $1)`, int64(c.ID), change); err != nil {
			return err
		}
	}
	if from == "" {
		return nil // nobody can have answered it yet
	}
	return t.exec(`UPDATE comment SET head = $2 WHERE parent_id = $1`, int64(c.ID), flag(!shown))
}

// counted is one step of an article's counter.
type counted struct {
	article news.Code
	state   news.CommentState
	step    int
}

// writeCounts adds the transaction's steps to the articles' rows, one statement an article.
func (t *tx) writeCounts() error {
	sums := map[news.Code]news.CommentCounts{}
	for _, c := range t.counts {
		sum := sums[c.article]
		switch c.state {
		case news.CommentPublished:
			sum.Published += c.step
		case news.CommentPending:
			sum.Pending += c.step
		case news.CommentRejected:
			sum.Rejected += c.step
		}
		sums[c.article] = sum
	}
	for code, sum := range sums {
		if sum == (news.CommentCounts{}) {
			continue
		}
		err := t.exec(`UPDATE article SET comments_published = comments_published + $2, comments_pending = comments_pending + $3,
			comments_rejected = comments_rejected + $4 WHERE code = $1`, int64(code), sum.Published, sum.Pending, sum.Rejected)
		if err != nil {
			return err
		}
	}
	return nil
}

// findingsText writes the rules' outcomes for their column; "" for none.
func findingsText(findings []news.Finding) (string, error) {
	if len(findings) == 0 {
		return "", nil
	}
	text, err := json.Marshal(findings)
	return string(text), err
}

// AddComment stores a comment as it is, for the newsroom's own answers and the demonstration; the id is set.
func (s *Store) AddComment(ctx context.Context, actor news.Actor, c news.Comment) (news.Comment, error) {
	err := s.inTx(ctx, func(t *tx) error {
		if err := t.insertComment(&c); err != nil {
			return err
		}
		t.commentEvent(actor.EventActor(), news.CommentImported, &c)
		return nil
	})
	return c, err
}

// UpdateComment loads a comment, lets change alter its decision, and stores it with the event that change names, in one
// transaction. change is told the name of who decided last. The same action id again does nothing and returns the comment as it is.
func (s *Store) UpdateComment(ctx context.Context, actor news.Actor, action string, id news.CommentID, change func(c *news.Comment, decider string) (news.EventKind, error)) (news.Comment, error) {
	var c news.Comment
	key := strconv.FormatInt(int64(id), 10)
	err := s.inTx(ctx, func(t *tx) error {
		var err error
		c, err = scanComment(t.queryRow(`SELECT `+commentColumns+` FROM comment c WHERE c.id = $1`, int64(id)))
		if err != nil {
			return err
		}
		var decider string
		err = t.queryRow(`SELECT name FROM newsuser WHERE id = $1`, int64(c.DecidedBy)).Scan(&decider)
		if err != nil && err != sql.ErrNoRows {
			return err
		}
		before := c
		_, err = t.once("comment/"+key, action, func() (string, error) {
			kind, err := change(&c, decider)
			if err != nil {
				return "", err
			}
			t.commentEvent(actor.EventActor(), kind, &c)
			return "done", t.updateComment(&before, &c)
		})
		return err
	})
	return c, err
}

// updateComment writes what an act of the newsroom may change. A comment that was decided is on nobody's screen any more.
func (t *tx) updateComment(before, c *news.Comment) error {
	t.tally(before, c)
	if before.State != c.State || before.Reports != c.Reports {
		c.ClaimedBy, c.ClaimedTo = 0, time.Time{}
	}
	claimed := int64(0)
	if !c.ClaimedTo.IsZero() {
		claimed = ms(c.ClaimedTo)
	}
	err := t.exec(`UPDATE comment SET state = $2, decided_at = $3, decided_by = $4, reason = $5, text = $6, held = $7, reports = $8,
			edited_at = $9, edited_by = $10, claimed_by = $11, claimed_to = $12 WHERE id = $1`,
		int64(c.ID), string(c.State), nullMS(c.DecidedAt), int64(c.DecidedBy), string(c.Reason), c.Text, flag(c.Held), c.Reports,
		nullMS(c.EditedAt), int64(c.EditedBy), int64(c.ClaimedBy), claimed)
	if err == nil {
		err = t.settleReports(before, c)
	}
	if err != nil {
		return err
	}
	return t.moved(c, before.State)
}

// settleReports closes the readers' reports of a comment with a decision, or opens those again that the decision closed which is undone.
func (t *tx) settleReports(before, c *news.Comment) error {
	switch {
	case before.Reports > 0 && c.Reports == 0:
		return t.exec(`UPDATE comment_report SET settled_at = $2, settled_by = $3 WHERE comment_id = $1 AND settled_at IS NULL`,
			int64(c.ID), ms(c.DecidedAt), int64(c.DecidedBy))
	case before.Reports == 0 && c.Reports > 0:
		return t.exec(`UPDATE comment_report SET settled_at = NULL, settled_by = 0 WHERE comment_id = $1 AND settled_at = $2`, int64(c.ID), nullMS(before.DecidedAt))
	}
	return nil
}

// commentEvent logs what happened to a comment: its article and its reason, never its text or its writer.
func (t *tx) commentEvent(actor string, kind news.EventKind, c *news.Comment) {
	data := map[string]string{"article": c.Article.String()}
	if c.Reason != "" {
		data["reason"] = string(c.Reason)
	}
	t.touch(c.Article.CommentsDependency())
	t.event(news.Event{Actor: actor, Kind: kind, SubjectKind: "comment", SubjectID: int64(c.ID), Data: data})
}

const commentColumns = `c.id, c.article_code, COALESCE(c.parent_id, 0), c.state, c.name, c.email, c.text, c.country, c.pseudonym, c.by_newsroom,
	c.created_at, c.decided_at, c.decided_by, c.reason, COALESCE(c.receipt, ''), COALESCE(c.origin, ''),
	c.held, c.risk, c.findings, c.fingerprint, c.network, c.person, c.votes_up, c.votes_down, c.reports, c.revised_at, c.edited_at, c.edited_by,
	c.claimed_by, c.claimed_to, ` + commentSection

// commentSection is the section in which the article of a comment is filed at the desk.
const commentSection = `(SELECT desk_section FROM article WHERE code = c.article_code)`

// scanComment reads commentColumns and, behind them, whatever more is asked for.
func scanComment(r scanner, more ...any) (news.Comment, error) {
	var c news.Comment
	var created, claimed int64
	var decided, revised, edited sql.NullInt64
	var findings string
	dest := []any{&c.ID, &c.Article, &c.Parent, &c.State, &c.Name, &c.Email, &c.Text, &c.Country, &c.Pseudonym, &c.ByNewsroom,
		&created, &decided, &c.DecidedBy, &c.Reason, &c.ReceiptHash, &c.Origin,
		&c.Held, &c.Risk, &findings, &c.Fingerprint, &c.Network, &c.Person, &c.VotesUp, &c.VotesDown, &c.Reports, &revised, &edited, &c.EditedBy,
		&c.ClaimedBy, &claimed, &c.Section}
	err := r.Scan(append(dest, more...)...)
	if err == nil && findings != "" {
		err = json.Unmarshal([]byte(findings), &c.Findings)
	}
	c.CreatedAt, c.DecidedAt, c.RevisedAt, c.EditedAt = fromMS(created), fromNullMS(decided), fromNullMS(revised), fromNullMS(edited)
	if claimed != 0 {
		c.ClaimedTo = fromMS(claimed)
	}
	return c, err
}

const queuedColumns = commentColumns + `, r.headline, r.slug, COALESCE(p.name, ''), COALESCE(p.text, ''), COALESCE(u.name, ''), COALESCE(h.name, '')`

const queuedTables = ` FROM comment c JOIN article a ON a.code = c.article_code
	JOIN revision r ON r.id = COALESCE(a.public_revision, a.working_revision)
	LEFT JOIN comment p ON p.id = c.parent_id LEFT JOIN newsuser u ON u.id = c.decided_by
	LEFT JOIN newsuser h ON h.id = c.claimed_by `

func scanQueued(r scanner) (news.QueuedComment, error) {
	var q news.QueuedComment
	var slug string
	c, err := scanComment(r, &q.ArticleHeadline, &slug, &q.ParentName, &q.ParentText, &q.DeciderName, &q.ClaimerName)
	q.Comment, q.ArticlePath = c, news.ArticlePath(c.Article, slug)
	return q, err
}

// CommentByReceipt finds the comment of a receipt by its keyed hash; NotFound when there is none.
func (s *Store) CommentByReceipt(ctx context.Context, hash string) (news.QueuedComment, error) {
	var q news.QueuedComment
	err := s.one(ctx, func(r scanner) (err error) {
		q, err = scanQueued(r)
		return err
	}, `SELECT `+queuedColumns+queuedTables+`WHERE c.receipt = $1`, hash)
	return q, err
}

// KeepUntaken keeps a comment that was accepted without a database and names an article that is not there, for its receipt to tell. Once more
// changes nothing.
func (s *Store) KeepUntaken(ctx context.Context, c news.Comment) error {
	return s.inTx(ctx, func(t *tx) error {
		return t.exec(`INSERT INTO comment_untaken (receipt, article_code, name, text, country, sent_at, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (receipt) DO NOTHING`, c.ReceiptHash, int64(c.Article), c.Name, c.Text, c.Country, ms(c.CreatedAt), ms(t.now))
	})
}

// Untaken finds such a comment by its receipt's keyed hash; NotFound when there is none.
func (s *Store) Untaken(ctx context.Context, hash string) (news.Comment, error) {
	c := news.Comment{ReceiptHash: hash}
	err := s.one(ctx, func(r scanner) error {
		var code, sent int64
		err := r.Scan(&code, &c.Name, &c.Text, &c.Country, &sent)
		c.Article, c.CreatedAt = news.Code(code), fromMS(sent)
		return err
	}, `SELECT article_code, name, text, country, sent_at FROM comment_untaken WHERE receipt = $1`, hash)
	return c, err
}

// ForgetPseudonyms clears the pseudonyms and networks of what is older than the instant: their key has expired. A vote or a report of
// one without a cookie goes with it; what it added to the comment stays. Comments that were never taken go too.
func (s *Store) ForgetPseudonyms(ctx context.Context, before time.Time) error {
	return s.inTx(ctx, func(t *tx) error {
		for _, statement := range []string{
			`UPDATE comment SET pseudonym = '', network = '' WHERE created_at < $1 AND pseudonym > ''`,
			`DELETE FROM comment_vote WHERE at < $1 AND voter LIKE 'a:%'`,
			`UPDATE comment_vote SET pseudonym = '' WHERE at < $1 AND pseudonym > ''`,
			`DELETE FROM comment_report WHERE at < $1 AND settled_at IS NOT NULL`,
			`UPDATE comment_report SET pseudonym = '' WHERE at < $1 AND pseudonym > ''`,
			`DELETE FROM comment_untaken WHERE at < $1`,
		} {
			if err := t.exec(statement, ms(before)); err != nil {
				return err
			}
		}
		return nil
	})
}
