package discussion

import (
	"context"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// ClaimTime is how long a comment stays with the moderator who has it on the screen without a sign of life of theirs.
const ClaimTime = 2 * time.Minute

// Take gives a moderator the next comments of a tab that nobody else has, in the filter's order: what one gets no other gets.
func (m *Moderation) Take(ctx context.Context, actor news.Actor, f news.QueueFilter) ([]news.QueuedComment, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return nil, err
	}
	f = m.filter(actor, f)
	return m.queue.TakeComments(ctx, f, f.Now.Add(ClaimTime))
}

// Claim claims the comments on a moderator's screen, or renews that, and returns those that are theirs now; the others are on a colleague's.
func (m *Moderation) Claim(ctx context.Context, actor news.Actor, ids []news.CommentID) ([]news.CommentID, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, nil
	}
	if actor.Sections != nil {
		found, err := m.ByID(ctx, actor, ids)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		ids = nil
		for _, c := range found {
			ids = append(ids, c.ID)
		}
	}
	now := m.now()
	return m.queue.ClaimComments(ctx, actor.User, ids[:min(len(ids), queueMost)], now, now.Add(ClaimTime))
}

// Release gives back what a moderator has on the screen, for one who leaves.
func (m *Moderation) Release(ctx context.Context, actor news.Actor) error {
	if err := actor.Require(news.RightModerate); err != nil {
		return err
	}
	return m.queue.ReleaseComments(ctx, actor.User)
}

// Colleagues are the moderators who have comments on the screen now, the actor too.
func (m *Moderation) Colleagues(ctx context.Context, actor news.Actor) ([]news.Colleague, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return nil, err
	}
	return m.queue.Claims(ctx, m.now())
}
