package store

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// What a reader does but for sending a comment: votes, reports, their own comment by its receipt. And what came from whom.

// reviseColumns are those that a writer's own act may change.
const reviseColumns = `UPDATE comment SET state = $2, name = $3, email = $4, text = $5, held = $6, risk = $7, findings = $8, fingerprint = $9,
	revised_at = $10, person = $11, pseudonym = $12, network = $13, reason = $14, reports = $15, claimed_by = $16 WHERE id = $1`

// UpdateOwnComment loads the comment of a receipt, lets change alter it and stores it with the event that change names, in one
// transaction; where it names none, nothing is stored. The same action id again does nothing and returns the comment as it is. NotFound when no comment has the receipt.
func (s *Store) UpdateOwnComment(ctx context.Context, action, receipt string, change func(*news.Comment) (news.EventKind, error)) (news.Comment, error) {
	var c news.Comment
	err := s.inTx(ctx, func(t *tx) error {
		var err error
		c, err = scanComment(t.queryRow(`SELECT `+commentColumns+` FROM comment c WHERE c.receipt = $1`, receipt))
		if err != nil {
			return err
		}
		before := c
		_, err = t.once("own/"+strconv.FormatInt(int64(c.ID), 10), action, func() (string, error) {
			kind, err := change(&c)
			if err != nil || kind == "" {
				return "", err
			}
			findings, err := findingsText(c.Findings)
			if err != nil {
				return "", err
			}
			err = t.exec(reviseColumns, int64(c.ID), string(c.State), c.Name, c.Email, c.Text, flag(c.Held), c.Risk, findings, c.Fingerprint,
				nullMS(c.RevisedAt), c.Person, c.Pseudonym, c.Network, string(c.Reason), c.Reports, int64(c.ClaimedBy))
			if err == nil && c.State == news.CommentWithdrawn {
				err = t.forgetWords(&c)
			}
			if err != nil {
				return "", err
			}
			t.commentEvent("reader", kind, &c)
			t.tally(&before, &c)
			return "done", t.moved(&c, before.State)
		})
		return err
	})
	return c, err
}

// forgetWords clears what else is kept of a withdrawn comment's words: the texts to which an undo would go back, and what readers wrote
// about it, whose reports are settled with it.
func (t *tx) forgetWords(c *news.Comment) error {
	if err := t.exec(`UPDATE comment_report SET note = '', settled_at = COALESCE(settled_at, $2) WHERE comment_id = $1`, int64(c.ID), ms(t.now)); err != nil {
		return err
	}
	return t.exec(`UPDATE comment_decision SET before = '{}' WHERE comment_id = $1`, int64(c.ID))
}

// QueuePlace tells how many pending comments were sent before one; it counts no further than most.
func (s *Store) QueuePlace(ctx context.Context, c news.CommentID, sent time.Time, most int) (int, error) {
	var n int
	err := s.one(ctx, func(r scanner) error { return r.Scan(&n) }, `SELECT COUNT(*) FROM (SELECT 1 AS one FROM comment
		WHERE state = 'pending' AND (created_at, id) < ($1, $2) LIMIT $3) ahead`, ms(sent), int64(c), most)
	return n, err
}

// CommentTraffic counts the comments of a writer and of their network after an instant, each no further than most.
func (s *Store) CommentTraffic(ctx context.Context, article news.Code, pseudonym, network string, after time.Time, most int) (news.CommentTraffic, error) {
	var n news.CommentTraffic
	err := s.one(ctx, func(r scanner) error { return r.Scan(&n.OnArticle, &n.Own, &n.Near) }, `SELECT
		(SELECT COUNT(*) FROM (SELECT 1 AS one FROM comment WHERE pseudonym = $1 AND created_at > $3 AND article_code = $4 LIMIT $5) a),
		(SELECT COUNT(*) FROM (SELECT 1 AS one FROM comment WHERE pseudonym = $1 AND created_at > $3 LIMIT $5) b),
		(SELECT COUNT(*) FROM (SELECT 1 AS one FROM comment WHERE network = $2 AND created_at > $3 LIMIT $5) c)`,
		pseudonym, network, ms(after), int64(article), most)
	return n, err
}

// voterOf is under which name a reader's vote or report is kept: that of their cookie, else that of their address.
func voterOf(person, pseudonym string) string {
	if person != "" {
		return "p:" + person
	}
	return "a:" + pseudonym
}

// VoteComment keeps a reader's vote on a public comment in place of their earlier one, and returns the sums. limit bounds the votes
// of one address within its window, and sameAddress those of one address on one comment. Errors: NotFound for a comment that is not
// public there, Conflict "error.own_vote", TooMany "error.vote_rate".
func (s *Store) VoteComment(ctx context.Context, v news.CommentVote, limit news.CommentLimit, sameAddress int) (up, down int, err error) {
	err = s.inTx(ctx, func(t *tx) error {
		var writer string
		err := t.queryRow(`SELECT c.votes_up, c.votes_down, c.person FROM comment c JOIN public_comment p ON p.id = c.id
			WHERE c.id = $1 AND c.article_code = $2`, int64(v.Comment), int64(v.Article)).Scan(&up, &down, &writer)
		if err != nil {
			return err
		}
		if writer != "" && writer == v.Person {
			return news.Fail(news.Conflict, "error.own_vote")
		}
		voter := voterOf(v.Person, v.Pseudonym)
		var was bool
		err = t.queryRow(`SELECT up FROM comment_vote WHERE comment_id = $1 AND voter = $2`, int64(v.Comment), voter).Scan(&was)
		switch {
		case err == sql.ErrNoRows && v.Vote == news.VoteNone:
			return nil
		case err == sql.ErrNoRows:
			if err := t.mayVote(v, limit, sameAddress); err != nil {
				return err
			}
		case err != nil:
			return err
		case was:
			up--
		default:
			down--
		}
		return t.storeVote(v, voter, &up, &down)
	})
	return up, down, err
}

// storeVote writes the vote; up and down are the sums without it, and come back with it.
func (t *tx) storeVote(v news.CommentVote, voter string, up, down *int) error {
	var err error
	switch v.Vote {
	case news.VoteNone:
		err = t.exec(`DELETE FROM comment_vote WHERE comment_id = $1 AND voter = $2`, int64(v.Comment), voter)
	default:
		if v.Vote == news.VoteUp {
			*up++
		} else {
			*down++
		}
		err = t.exec(`INSERT INTO comment_vote (comment_id, voter, pseudonym, up, at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (comment_id, voter) DO UPDATE SET up = excluded.up, pseudonym = excluded.pseudonym, at = excluded.at`,
			int64(v.Comment), voter, v.Pseudonym, flag(v.Vote == news.VoteUp), ms(v.At))
	}
	if err != nil {
		return err
	}
	t.commentEvent("reader", news.CommentVoted, &news.Comment{ID: v.Comment, Article: v.Article})
	return t.exec(`UPDATE comment SET votes_up = $2, votes_down = $3, score = $4 WHERE id = $1`, int64(v.Comment), *up, *down, news.Wilson(*up, *down))
}

// mayVote bounds what one address can do with many cookies.
func (t *tx) mayVote(v news.CommentVote, limit news.CommentLimit, sameAddress int) error {
	var here, all int
	err := t.queryRow(`SELECT COUNT(*) FILTER (WHERE comment_id = $1), COUNT(*) FROM comment_vote WHERE pseudonym = $2 AND at > $3`,
		int64(v.Comment), v.Pseudonym, ms(v.At.Add(-limit.Window))).Scan(&here, &all)
	if err == nil && (here >= sameAddress || all >= limit.Count) {
		err = news.Fail(news.TooMany, "error.vote_rate")
	}
	return err
}

// ReportComment keeps a reader's report of a public comment for the moderators. A second one of the same reader changes nothing. limit
// bounds the reports of one address. Errors: NotFound for a comment that is not public there, TooMany "error.report_rate".
func (s *Store) ReportComment(ctx context.Context, r news.CommentReport, limit news.CommentLimit) error {
	return s.inTx(ctx, func(t *tx) error {
		var sent int
		err := t.queryRow(`SELECT (SELECT COUNT(*) FROM comment_report WHERE pseudonym = $1 AND at > $2)
			FROM public_comment c WHERE c.id = $3 AND c.article_code = $4`,
			r.Pseudonym, ms(r.At.Add(-limit.Window)), int64(r.Comment), int64(r.Article)).Scan(&sent)
		if err != nil {
			return err
		}
		if sent >= limit.Count {
			return news.Fail(news.TooMany, "error.report_rate")
		}
		done, err := t.session.ExecContext(t.ctx, `INSERT INTO comment_report (comment_id, reporter, pseudonym, reason, note, at)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (comment_id, reporter) DO NOTHING`,
			int64(r.Comment), voterOf(r.Person, r.Pseudonym), r.Pseudonym, string(r.Reason), r.Note, ms(r.At))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
		t.event(news.Event{Actor: "reader", Kind: news.CommentReported, SubjectKind: "comment", SubjectID: int64(r.Comment),
			Data: map[string]string{"article": r.Article.String(), "reason": string(r.Reason)}})
		before, err := t.comment(r.Comment)
		if err != nil {
			return err
		}
		after := before
		after.Reports++
		t.tally(&before, &after)
		return t.exec(`UPDATE comment SET reports = $2 WHERE id = $1`, int64(r.Comment), after.Reports)
	})
}

// CommentsState is what everybody may know of a public article's discussion, as Public.CommentsState.
func (s *Store) CommentsState(ctx context.Context, code news.Code) (news.CommentsState, error) {
	return s.public.CommentsState(ctx, code)
}

// CommentSwitch is the state of the switch for the comments of the whole site.
func (s *Store) CommentSwitch(ctx context.Context) (news.CommentSwitch, error) {
	var w news.CommentSwitch
	var at int64
	err := s.one(ctx, func(r scanner) error { return r.Scan(&w.Closed, &w.Note, &at, &w.By) },
		`SELECT closed, note, at, by_user FROM comment_switch WHERE id = 1`)
	if at != 0 {
		w.At = fromMS(at)
	}
	return w, err
}

// SetCommentSwitch turns the switch for the comments of the whole site, with its event. The same action id again does nothing.
func (s *Store) SetCommentSwitch(ctx context.Context, actor news.Actor, action string, w news.CommentSwitch) error {
	return s.inTx(ctx, func(t *tx) error {
		_, err := t.once("comment_switch", action, func() (string, error) {
			kind := news.CommentsOpenedOnSite
			if w.Closed {
				kind = news.CommentsClosedOnSite
			}
			t.touch(news.CommentsSwitch)
			t.event(news.Event{Actor: actor.EventActor(), Kind: kind, SubjectKind: "site", Data: map[string]string{"note": w.Note}})
			return "done", t.exec(`UPDATE comment_switch SET closed = $1, note = $2, at = $3, by_user = $4 WHERE id = 1`,
				flag(w.Closed), w.Note, ms(w.At), int64(w.By))
		})
		return err
	})
}
