package discussion

import (
	"context"
	"slices"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Decision is what a moderator does to one comment.
type Decision struct {
	Action  string
	Comment news.CommentID
	From    news.CommentState // what the moderator saw it to be
	Reason  news.Reason       // needed to reject
}

// queueMost is the largest page of the queue.
const queueMost = 200

// Queue is a page of comments in one state for a moderator.
func (d *Desk) Queue(ctx context.Context, actor news.Actor, f news.CommentFilter) (news.CommentPage, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.CommentPage{}, err
	}
	if !slices.Contains(news.CommentStates(), f.State) {
		f.State = news.CommentPending
	}
	if f.Limit < 1 || f.Limit > queueMost {
		f.Limit = 50
	}
	return d.storage.Comments(ctx, f)
}

// Counts are the numbers of comments by state.
func (d *Desk) Counts(ctx context.Context, actor news.Actor) (map[news.CommentState]int, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return nil, err
	}
	return d.storage.CommentTotals(ctx)
}

// Approve publishes a comment. Conflict "error.already_decided" when it is not in Decision.From any more.
func (d *Desk) Approve(ctx context.Context, actor news.Actor, in Decision) (news.Comment, error) {
	return d.decide(ctx, actor, in, news.CommentPublished, "", news.CommentApproved)
}

// Reject keeps a comment from the public for a reason that its writer is told. Invalid at "reason" without one; Conflict as Approve.
func (d *Desk) Reject(ctx context.Context, actor news.Actor, in Decision) (news.Comment, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.Comment{}, err
	}
	if !slices.Contains(news.Reasons(), in.Reason) {
		return news.Comment{}, news.FieldError("reason", "error.reason")
	}
	return d.decide(ctx, actor, in, news.CommentRejected, in.Reason, news.CommentTurnedDown)
}

func (d *Desk) decide(ctx context.Context, actor news.Actor, in Decision, to news.CommentState, reason news.Reason, kind news.EventKind) (news.Comment, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.Comment{}, err
	}
	return d.storage.UpdateComment(ctx, actor, in.Action, in.Comment, func(c *news.Comment, decider string) (news.EventKind, error) {
		if c.State != in.From {
			return "", alreadyDecided(c, decider)
		}
		c.State, c.Reason, c.DecidedAt, c.DecidedBy = to, reason, d.now(), actor.User
		return kind, nil
	})
}

// Undo takes the actor's own last decision on a comment back: it is pending again. Conflict "error.already_decided" when
// somebody else decided since.
func (d *Desk) Undo(ctx context.Context, actor news.Actor, in Decision) (news.Comment, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.Comment{}, err
	}
	return d.storage.UpdateComment(ctx, actor, in.Action, in.Comment, func(c *news.Comment, decider string) (news.EventKind, error) {
		if c.State == news.CommentPending || c.DecidedBy != actor.User {
			return "", alreadyDecided(c, decider)
		}
		c.State, c.Reason, c.DecidedAt, c.DecidedBy = news.CommentPending, "", time.Time{}, 0
		return news.CommentReopened, nil
	})
}

// alreadyDecided tells a moderator who was faster, when, and what they did.
func alreadyDecided(c *news.Comment, decider string) error {
	return news.Fail(news.Conflict, "error.already_decided", decider, c.DecidedAt, string(c.State))
}
