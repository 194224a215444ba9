package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// ModerateComments lets change alter comments, one after the other in one transaction, and stores each with its event and its line of the
// decision log. change is told who decided last and the last decision that still stands (zero when none does); an Error of the domain that it returns
// leaves that comment as it was and is its outcome. The same action id again does nothing and returns the comments as they are.
func (s *Store) ModerateComments(ctx context.Context, actor news.Actor, action string, ids []news.CommentID,
	change func(c *news.Comment, decider string, last news.CommentDecision) (news.CommentChange, error)) ([]news.ModeratedComment, error) {
	var out []news.ModeratedComment
	err := s.inTx(ctx, func(t *tx) error {
		out = make([]news.ModeratedComment, len(ids))
		done := false
		_, err := t.once(actScope(ids), action, func() (string, error) {
			done = true
			for i, id := range ids {
				out[i] = news.ModeratedComment{ID: id}
				err := s.moderateOne(t, actor, &out[i], change)
				if err != nil && len(news.Errors(s.dialect.translate(err))) == 0 {
					return "", err
				}
				if out[i].Err = s.dialect.translate(err); err != nil && len(ids) == 1 {
					return "", err // nothing was done: the same action id may be tried again
				}
			}
			return "done", nil
		})
		if err != nil || done {
			return err
		}
		for i, id := range ids {
			out[i].ID = id
			out[i].Comment, err = t.comment(id)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// actScope keeps the action ids of acts on different comments apart.
func actScope(ids []news.CommentID) string {
	if len(ids) == 1 {
		return fmt.Sprintf("comment/%d", ids[0])
	}
	return "comments"
}

func (t *tx) comment(id news.CommentID) (news.Comment, error) {
	return scanComment(t.queryRow(`SELECT `+commentColumns+` FROM comment c WHERE c.id = $1`, int64(id)))
}

// moderateOne is one comment's part; its errors come before anything is written.
func (s *Store) moderateOne(t *tx, actor news.Actor, out *news.ModeratedComment,
	change func(*news.Comment, string, news.CommentDecision) (news.CommentChange, error)) error {
	before, err := t.comment(out.ID)
	if err != nil {
		return err
	}
	out.Comment = before
	decider, err := t.nameOf(before.DecidedBy)
	if err != nil {
		return err
	}
	last, err := t.lastDecision(out.ID)
	if err != nil {
		return err
	}
	c := before
	what, err := change(&c, decider, last)
	if err != nil {
		return err
	}
	if err := t.updateComment(&before, &c); err != nil {
		return err
	}
	t.commentEvent(actor.EventActor(), what.Kind, &c)
	reply, err := t.answers(actor, what)
	if err != nil {
		return err
	}
	out.Comment = c
	if what.Act == news.ActUndo {
		return t.exec(`UPDATE comment_decision SET undone = 1 WHERE id = $1`, last.ID)
	}
	return t.insertDecision(actor, what.Act, &before, &c, reply)
}

func (t *tx) nameOf(user news.UserID) (string, error) {
	if user == 0 {
		return "", nil
	}
	var name string
	err := t.queryRow(`SELECT name FROM newsuser WHERE id = $1`, int64(user)).Scan(&name)
	if err == sql.ErrNoRows {
		return "", nil
	}
	return name, err
}

// answers writes the newsroom's answer that goes with a change, or takes one out of sight.
func (t *tx) answers(actor news.Actor, what news.CommentChange) (news.CommentID, error) {
	if what.Withdraw != 0 {
		before, err := t.comment(what.Withdraw)
		if err != nil || before.State != news.CommentPublished {
			return 0, err
		}
		c := before
		c.State, c.DecidedAt, c.DecidedBy = news.CommentRejected, t.now, actor.User
		t.commentEvent(actor.EventActor(), news.CommentTurnedDown, &c)
		return 0, t.updateComment(&before, &c)
	}
	if what.Reply == nil {
		return 0, nil
	}
	if err := t.insertComment(what.Reply); err != nil {
		return 0, err
	}
	t.commentEvent(actor.EventActor(), news.CommentAnswered, what.Reply)
	return what.Reply.ID, nil
}

func (t *tx) insertDecision(actor news.Actor, act news.CommentAct, before, after *news.Comment, reply news.CommentID) error {
	id, err := t.nextID("decision")
	if err != nil {
		return err
	}
	stand := news.CommentStand{State: before.State, Reason: before.Reason, DecidedBy: before.DecidedBy, EditedBy: before.EditedBy, Reports: before.Reports}
	if before.Text != after.Text {
		stand.Text = before.Text
	}
	if !before.DecidedAt.IsZero() {
		stand.DecidedAt = ms(before.DecidedAt)
	}
	if !before.EditedAt.IsZero() {
		stand.EditedAt = ms(before.EditedAt)
	}
	kept, err := json.Marshal(stand)
	if err != nil {
		return err
	}
	var waited sql.NullInt64
	if before.State == news.CommentPending {
		waited = sql.NullInt64{Int64: max(0, ms(after.DecidedAt)-ms(before.CreatedAt)), Valid: true}
	}
	return t.exec(`INSERT INTO comment_decision (id, comment_id, at, decider, act, from_state, to_state, reason, rules, waited, before, reply_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, id, int64(after.ID), ms(after.DecidedAt), int64(actor.User), string(act),
		string(before.State), string(after.State), string(after.Reason), strings.Join(heldBy(before), " "), waited, string(kept), nullID(reply))
}

// heldBy are the names of the rules that held a comment.
func heldBy(c *news.Comment) []string {
	var rules []string
	for _, f := range c.Findings {
		if f.Outcome == news.OutcomeHold {
			rules = append(rules, f.Rule)
		}
	}
	return rules
}

const decisionColumns = `d.id, d.comment_id, d.at, d.decider, d.act, d.from_state, d.to_state, d.reason, d.rules, d.before, COALESCE(d.reply_id, 0), d.undone`

func scanDecision(r scanner, more ...any) (news.CommentDecision, error) {
	var d news.CommentDecision
	var at int64
	var rules, before string
	dest := []any{&d.ID, &d.Comment, &at, &d.By, &d.Act, &d.From, &d.To, &d.Reason, &rules, &before, &d.Reply, &d.Undone}
	if err := r.Scan(append(dest, more...)...); err != nil {
		return d, err
	}
	d.At, d.Rules = fromMS(at), strings.Fields(rules)
	return d, json.Unmarshal([]byte(before), &d.Before)
}

// lastDecision is the newest decision on a comment that still stands; zero when there is none.
func (t *tx) lastDecision(id news.CommentID) (news.CommentDecision, error) {
	d, err := scanDecision(t.queryRow(`SELECT `+decisionColumns+` FROM comment_decision d WHERE d.comment_id = $1 AND d.undone = 0 ORDER BY d.id DESC LIMIT 1`, int64(id)))
	if err == sql.ErrNoRows {
		return news.CommentDecision{}, nil
	}
	return d, err
}

// PastDecisions are a person's last decisions that still stand, newest first.
func (s *Store) PastDecisions(ctx context.Context, user news.UserID, limit int) ([]news.PastDecision, error) {
	var all []news.PastDecision
	err := s.each(ctx, func(r scanner) error {
		var p news.PastDecision
		var newest int64
		var err error
		p.CommentDecision, err = scanDecision(r, &p.Name, &p.Text, &p.ArticleHeadline, &newest)
		p.Latest = newest == p.ID
		all = append(all, p)
		return err
	}, `SELECT `+decisionColumns+`, c.name, c.text, r.headline,
			(SELECT MAX(n.id) FROM comment_decision n WHERE n.comment_id = d.comment_id AND n.undone = 0)
		FROM comment_decision d JOIN comment c ON c.id = d.comment_id JOIN article a ON a.code = c.article_code
		JOIN revision r ON r.id = COALESCE(a.public_revision, a.working_revision)
		WHERE d.decider = $1 AND d.undone = 0 ORDER BY d.id DESC LIMIT $2`, int64(user), limit)
	return all, err
}
