package store

import (
	"context"
	"database/sql"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// A comment is known by its receipt, whose hash is a function of its form's action id: the row itself says that it was stored, so that no
// second one has to.

// arrival is a comment on its way into the database. Those of a group are written together when the last of them has been let in.
type arrival struct {
	comment news.Comment
	at      place
	err     error // of this one alone
}

// commentsState is what a transaction read of an article's discussion, or why it could not.
type commentsState struct {
	news.CommentsState
	err error
}

// SubmitComment takes in a reader's comment through the group commit and returns it as stored: durable when it returns.
// check sees the state of the article's discussion as it stands when the comment's group is stored, and may refuse. The same receipt again
// returns the first comment; a comment without one is always new.
// Errors: NotFound (no such public article, or no such published parent), TooMany, whatever check returns, Conflict (another comment has
// this receipt, or had the challenge), Unavailable.
func (s *Store) SubmitComment(ctx context.Context, c news.Comment, limit news.CommentLimit, check func(news.CommentsState) error) (news.Comment, error) {
	return s.takeComment(ctx, c, func(t *tx, c *news.Comment) error { return t.mayComment(c, limit, check) })
}

// DeliverComment stores a comment that was acknowledged while no database took writes, under the receipt by which SubmitComment would have:
// whichever of them stored it, it is there once. Nothing refuses it but that there is no such article (NotFound); orphan is told when what it
// answers is not public any more, after which it answers nothing. depth is how many levels of replies there are.
func (s *Store) DeliverComment(ctx context.Context, c news.Comment, depth int, orphan func(*news.Comment)) (news.Comment, error) {
	return s.takeComment(ctx, c, func(t *tx, c *news.Comment) error {
		var there int
		if err := t.queryRow(`SELECT 1 FROM article WHERE code = $1`, int64(c.Article)).Scan(&there); err != nil {
			return err
		}
		err := t.mayAnswer(c, max(1, depth))
		if err != nil && news.KindOf(err) == news.Invalid {
			c.Parent = 0
			orphan(c)
			return nil
		}
		return err
	})
}

// takeComment stores a comment through the group commit when may lets it.
func (s *Store) takeComment(ctx context.Context, c news.Comment, may func(*tx, *news.Comment) error) (news.Comment, error) {
	var in *arrival
	err := s.intake.submit(ctx, func(t *tx) (err error) {
		in, err = t.arrive(c, may)
		return err
	})
	if err != nil {
		return news.Comment{}, err // a sender who left must not look at what is still being written
	}
	if in.err != nil {
		return news.Comment{}, in.err
	}
	return in.comment, nil
}

// arrive lets a comment in, to be written with the others of its group.
func (t *tx) arrive(c news.Comment, may func(*tx, *news.Comment) error) (*arrival, error) {
	if c.ReceiptHash != "" {
		for _, other := range t.arrivals {
			if other.comment.ReceiptHash == c.ReceiptHash { // sent twice at once
				return other, sameComment(&other.comment, &c)
			}
		}
	}
	in := &arrival{comment: c}
	in.comment.Findings = slices.Clone(c.Findings) // it may run again
	if err := may(t, &in.comment); err != nil {
		if refused(err) && c.ReceiptHash != "" { // nothing refuses what is there already
			if first, found, err := t.first(&c); found || err != nil {
				return &arrival{comment: first}, err
			}
		}
		return nil, err
	}
	var err error
	if in.at, err = t.admit(&in.comment); err != nil {
		return nil, err
	}
	t.arrivals = append(t.arrivals, in)
	return in, nil
}

// first finds the comment that is stored under a comment's receipt.
func (t *tx) first(c *news.Comment) (first news.Comment, found bool, err error) {
	var id int64
	// Written once more: the first commit may still be on its way to a synchronous standby, and what is acknowledged now must be there too.
	err = t.queryRow(`UPDATE comment SET receipt = receipt WHERE receipt = $1 RETURNING id`, c.ReceiptHash).Scan(&id)
	if err == sql.ErrNoRows {
		return first, false, nil
	}
	if err == nil {
		first, err = scanComment(t.queryRow(`SELECT `+commentColumns+` FROM comment c WHERE c.id = $1`, id))
	}
	if err == nil {
		err = sameComment(&first, c)
	}
	return first, true, err
}

// sameComment is Conflict when two comments only share their receipt: a code of 55 bits may be drawn twice.
func sameComment(first, c *news.Comment) error {
	asSent := first.RevisedAt.IsZero() && first.EditedAt.IsZero() && first.State != news.CommentWithdrawn
	if first.Article != c.Article || asSent && first.Text != c.Text {
		return news.Fail(news.Conflict, "error.conflict")
	}
	return nil
}

// arrivalRows is how many comments one statement takes where there are as many.
const arrivalRows = 16

var (
	insertArrival  = insertQuery("comment", commentInsert, 1) + knownReceipt
	insertArrivals = insertQuery("comment", commentInsert, arrivalRows) + knownReceipt
)

// knownReceipt leaves out a comment that is there already.
const knownReceipt = ` ON CONFLICT (receipt) DO NOTHING`

// storeArrivals writes the comments that were let in, those that are not there already.
func (t *tx) storeArrivals() error {
	rest := t.arrivals
	t.arrivals = nil
	for len(rest) >= arrivalRows {
		if err := t.insertArrivals(insertArrivals, rest[:arrivalRows]); err != nil {
			return err
		}
		rest = rest[arrivalRows:]
	}
	for i := range rest {
		if err := t.insertArrivals(insertArrival, rest[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) insertArrivals(query string, group []*arrival) error {
	args := make([]any, 0, len(group)*len(commentInsert))
	var err error
	for _, in := range group {
		if args, err = appendComment(args, &in.comment, in.at); err != nil {
			return err
		}
	}
	done, err := t.session.ExecContext(t.ctx, query, args...)
	if err != nil {
		return err
	}
	stored, err := done.RowsAffected()
	if err != nil {
		return err
	}
	for _, in := range group {
		if stored < int64(len(group)) && in.comment.ReceiptHash != "" {
			first, _, err := t.first(&in.comment)
			if err != nil && !refused(err) {
				return err
			}
			if in.err = err; err != nil || first.ID != in.comment.ID {
				in.comment = first
				continue
			}
		}
		if err := t.arrived(&in.comment); err != nil {
			return err
		}
		t.commentEvent("reader", news.CommentSubmitted, &in.comment)
		if in.comment.State == news.CommentPublished {
			t.commentEvent("reader", news.CommentApproved, &in.comment)
		}
	}
	return nil
}

// alone runs an entry so that its failure undoes it alone.
func (t *tx) alone(entry func() error) error {
	return t.savepoint(func() error {
		if err := entry(); err != nil {
			return err
		}
		return t.storeArrivals()
	})
}

// mayComment checks what only the database knows: the article is public and open, the parent too, the writer within the
// limit, the challenge not used before. A reply that would stand too deep becomes one to the comment above.
func (t *tx) mayComment(c *news.Comment, limit news.CommentLimit, check func(news.CommentsState) error) error {
	state, err := t.commentsState(c.Article)
	if err != nil {
		return err
	}
	if err := check(state); err != nil {
		return err
	}
	if err := t.mayAnswer(c, max(1, limit.Depth)); err != nil {
		return err
	}
	if err := t.within(limit, c); err != nil {
		return err
	}
	return t.spend(limit)
}

// commentsState is the state of an article's discussion, read once for all comments of the transaction.
func (t *tx) commentsState(code news.Code) (news.CommentsState, error) {
	known, ok := t.states[code]
	if !ok {
		known.CommentsState, known.err = scanCommentsState(t.queryRow(commentsStateQuery, int64(code)))
		if t.states == nil {
			t.states = map[news.Code]commentsState{}
		}
		t.states[code] = known
	}
	return known.CommentsState, known.err
}

// within refuses the comment of a writer who reached the limit, with those that are being stored.
func (t *tx) within(limit news.CommentLimit, c *news.Comment) error {
	if limit.Count == 0 {
		return nil
	}
	from := c.CreatedAt.Add(-limit.Window)
	var sent int
	err := t.queryRow(`SELECT COUNT(*) FROM comment WHERE pseudonym = $1 AND created_at > $2 AND article_code = $3`,
		c.Pseudonym, ms(from), int64(c.Article)).Scan(&sent)
	for _, other := range t.arrivals {
		if other.comment.Pseudonym == c.Pseudonym && other.comment.Article == c.Article && other.comment.CreatedAt.After(from) {
			sent++
		}
	}
	if err == nil && sent >= limit.Count {
		err = news.Fail(news.TooMany, "error.comment_rate")
	}
	return err
}

// mayAnswer finds the public comment that a new one answers; Invalid at "parent" when there is none. depth is how many levels of
// replies there are.
func (t *tx) mayAnswer(c *news.Comment, depth int) error {
	for c.Parent != 0 {
		var level int
		var above int64
		err := t.queryRow(`SELECT level, COALESCE(parent_id, 0) FROM public_comment WHERE id = $1 AND article_code = $2`,
			int64(c.Parent), int64(c.Article)).Scan(&level, &above)
		if err == sql.ErrNoRows {
			return news.FieldError("parent", "error.parent_gone")
		}
		if err != nil || level < depth {
			return err
		}
		c.Parent = news.CommentID(above)
	}
	return nil
}

// passPurpose is under what an answered challenge is kept among the tokens.
const passPurpose = "comment.pass"

// spend uses up the answered challenge that a comment comes with; Conflict "error.challenge_used" when another comment had it.
func (t *tx) spend(limit news.CommentLimit) error {
	if limit.Pass == "" {
		return nil
	}
	done, err := t.session.ExecContext(t.ctx, `INSERT INTO token (hash, purpose, user_id, created_at, expires_at) VALUES ($1, $2, 0, $3, $4)
		ON CONFLICT (hash) DO NOTHING`, limit.Pass, passPurpose, ms(t.now), ms(limit.PassUntil))
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return news.Fail(news.Conflict, "error.challenge_used")
}
