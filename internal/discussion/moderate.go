package discussion

import (
	"context"
	"slices"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// QueueStorage is where the queue and its claims are kept.
type QueueStorage interface {
	Queue(ctx context.Context, f news.QueueFilter) (news.CommentPage, error)
	CommentTotals(ctx context.Context, sections []news.SectionID) (map[news.QueueTab]int, error)
	CommentsByID(ctx context.Context, ids []news.CommentID) ([]news.QueuedComment, error)
	SearchComments(ctx context.Context, f news.CommentSearch) (news.CommentPage, error)
	TakeComments(ctx context.Context, f news.QueueFilter, until time.Time) ([]news.QueuedComment, error)
	ClaimComments(ctx context.Context, user news.UserID, ids []news.CommentID, now, until time.Time) ([]news.CommentID, error)
	ReleaseComments(ctx context.Context, user news.UserID) error
	Claims(ctx context.Context, now time.Time) ([]news.Colleague, error)
}

// DecisionStorage is where decisions are kept and counted.
type DecisionStorage interface {
	ModerateComments(ctx context.Context, actor news.Actor, action string, ids []news.CommentID,
		change func(c *news.Comment, decider string, last news.CommentDecision) (news.CommentChange, error)) ([]news.ModeratedComment, error)
	PastDecisions(ctx context.Context, user news.UserID, limit int) ([]news.PastDecision, error)
	ModerationNumbers(ctx context.Context, from, until time.Time) (news.ModerationNumbers, error)
}

// Moderation is the moderators' side of the discussion.
type Moderation struct {
	queue     QueueStorage
	decisions DecisionStorage
	texts     TextStorage
	engine    *Engine // learns from decisions; nil: nobody does
	now       func() time.Time
}

// NewModeration makes the moderators' side. engine may be nil; now is the clock.
func NewModeration(queue QueueStorage, decisions DecisionStorage, texts TextStorage, engine *Engine, now func() time.Time) *Moderation {
	return &Moderation{queue: queue, decisions: decisions, texts: texts, engine: engine, now: now}
}

// Decision is what a moderator does to one comment.
type Decision struct {
	Action  string
	Comment news.CommentID
	From    news.CommentState // what the moderator saw it to be
	Revised time.Time         // the RevisedAt of the text that the moderator read
	Reason  news.Reason       // needed to reject
	Text    string            // needed to edit, and to answer
}

// Seen is how a comment stood when a moderator read it.
type Seen struct {
	State   news.CommentState
	Revised time.Time // its RevisedAt, to the millisecond
}

func (in Decision) seen() Seen { return Seen{in.From, in.Revised} }

// still is nil while a comment stands as it was seen: Conflict "error.already_decided" when somebody decided since, "error.revised_meanwhile"
// when its writer used their one edit and the text is another one.
func (s Seen) still(c *news.Comment, decider string) error {
	if c.State != s.State || c.State == news.CommentWithdrawn {
		return alreadyDecided(c, decider)
	}
	if c.State == news.CommentPending && !c.RevisedAt.Equal(s.Revised) {
		return news.Fail(news.Conflict, "error.revised_meanwhile")
	}
	return nil
}

// queueMost is the largest page of the queue.
const queueMost = 200

// Queue is a page of the queue for a moderator: what colleagues have claimed is not on it.
func (m *Moderation) Queue(ctx context.Context, actor news.Actor, f news.QueueFilter) (news.CommentPage, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.CommentPage{}, err
	}
	return m.queue.Queue(ctx, m.filter(actor, f))
}

// filter is what was asked for, within its bounds, in the actor's name and sections.
func (m *Moderation) filter(actor news.Actor, f news.QueueFilter) news.QueueFilter {
	if !slices.Contains(news.QueueTabs(), f.Tab) {
		f.Tab = news.TabPending
	}
	if !slices.Contains(news.QueueSorts(), f.Sort) {
		f.Sort = news.SortTime
	}
	if f.Limit < 1 || f.Limit > queueMost {
		f.Limit = 50
	}
	f.For, f.Now, f.Sections = actor.User, m.now(), actor.Sections
	return f
}

// Counts are the numbers of comments by tab, in the actor's sections; TabMine has none.
func (m *Moderation) Counts(ctx context.Context, actor news.Actor) (map[news.QueueTab]int, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return nil, err
	}
	return m.queue.CommentTotals(ctx, actor.Sections)
}

// Search finds comments of any state in the actor's sections.
func (m *Moderation) Search(ctx context.Context, actor news.Actor, f news.CommentSearch) (news.CommentPage, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.CommentPage{}, err
	}
	if f.Limit < 1 || f.Limit > queueMost {
		f.Limit = 50
	}
	f.Sections = actor.Sections
	return m.queue.SearchComments(ctx, f)
}

// ByID are comments with what is needed to judge them, in the order of the ids; unknown ones and those of other sections are left out.
func (m *Moderation) ByID(ctx context.Context, actor news.Actor, ids []news.CommentID) ([]news.QueuedComment, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return nil, err
	}
	found, err := m.queue.CommentsByID(ctx, ids[:min(len(ids), queueMost)])
	return slices.DeleteFunc(found, func(c news.QueuedComment) bool { return !actor.MayIn(news.RightModerate, c.Section) }), err
}

// Approve publishes a comment. Conflict "error.already_decided" when it is not in Decision.From any more.
func (m *Moderation) Approve(ctx context.Context, actor news.Actor, in Decision) (news.Comment, error) {
	return m.one(ctx, actor, in, m.publishes(actor, in.seen(), news.CommentChange{Kind: news.CommentApproved, Act: news.ActPublish}))
}

// Reject keeps a comment from the public for a reason that its writer is told. Invalid at "reason" without one; Conflict as Approve.
func (m *Moderation) Reject(ctx context.Context, actor news.Actor, in Decision) (news.Comment, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.Comment{}, err
	}
	if !slices.Contains(news.Reasons(), in.Reason) {
		return news.Comment{}, news.FieldError("reason", "error.reason")
	}
	return m.one(ctx, actor, in, m.rejects(actor, in.seen(), in.Reason))
}

// EditAndPublish changes a comment's text and publishes it; readers see that the newsroom edited it. Invalid at "text" for a text that no
// reader could have sent, or for the same text; Conflict as Approve.
func (m *Moderation) EditAndPublish(ctx context.Context, actor news.Actor, in Decision) (news.Comment, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.Comment{}, err
	}
	text, err := commentText(in.Text)
	if err != nil {
		return news.Comment{}, err
	}
	publish := m.publishes(actor, in.seen(), news.CommentChange{Kind: news.CommentEdited, Act: news.ActEdit})
	return m.one(ctx, actor, in, func(c *news.Comment, decider string, last news.CommentDecision) (news.CommentChange, error) {
		if c.Text == text {
			return news.CommentChange{}, news.FieldError("text", "error.comment_unchanged")
		}
		c.Text, c.EditedAt, c.EditedBy = text, m.now(), actor.User
		return publish(c, decider, last)
	})
}

// Answer writes the newsroom's answer beneath a comment, and publishes the comment when it was not public. Invalid at "text"; Conflict as Approve.
func (m *Moderation) Answer(ctx context.Context, actor news.Actor, in Decision) (news.Comment, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.Comment{}, err
	}
	text, err := commentText(in.Text)
	if err != nil {
		return news.Comment{}, err
	}
	return m.one(ctx, actor, in, func(c *news.Comment, decider string, last news.CommentDecision) (news.CommentChange, error) {
		now := m.now()
		reply := &news.Comment{Article: c.Article, Parent: c.ID, State: news.CommentPublished, Text: text, ByNewsroom: true, CreatedAt: now, DecidedAt: now, DecidedBy: actor.User}
		if c.Parent != 0 {
			reply.Parent = c.Parent // replies have one level
		}
		return m.publishes(actor, in.seen(), news.CommentChange{Kind: news.CommentApproved, Act: news.ActAnswer, Reply: reply})(c, decider, last)
	})
}

// Keep settles readers' reports of a comment that stays as it is. Conflict as Approve, also when somebody settled them already.
func (m *Moderation) Keep(ctx context.Context, actor news.Actor, in Decision) (news.Comment, error) {
	return m.one(ctx, actor, in, func(c *news.Comment, decider string, _ news.CommentDecision) (news.CommentChange, error) {
		if c.State != in.From || c.Reports == 0 {
			return news.CommentChange{}, alreadyDecided(c, decider)
		}
		c.Reports, c.DecidedAt, c.DecidedBy = 0, m.now(), actor.User
		return news.CommentChange{Kind: news.CommentKept, Act: news.ActKeep}, nil
	})
}

// Undo takes the actor's own last decision on a comment back: it stands as before. Conflict "error.already_decided" when somebody else
// decided since, or nothing is left to undo.
func (m *Moderation) Undo(ctx context.Context, actor news.Actor, in Decision) (news.Comment, error) {
	return m.one(ctx, actor, in, func(c *news.Comment, decider string, last news.CommentDecision) (news.CommentChange, error) {
		if last.ID == 0 || last.By != actor.User || c.State != last.To || !c.DecidedAt.Equal(last.At) {
			return news.CommentChange{}, alreadyDecided(c, decider)
		}
		b := last.Before
		c.State, c.Reason, c.DecidedAt, c.DecidedBy = b.State, b.Reason, instant(b.DecidedAt), b.DecidedBy
		c.EditedAt, c.EditedBy, c.Reports = instant(b.EditedAt), b.EditedBy, b.Reports
		if b.Text != "" {
			c.Text = b.Text
		}
		return news.CommentChange{Kind: news.CommentReopened, Act: news.ActUndo, Withdraw: last.Reply}, nil
	})
}

// instant reads Unix milliseconds; 0 is the zero time.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// UndoDepth is how many of their decisions a moderator is shown to take back.
const UndoDepth = 20

// LastDecisions are the actor's last decisions that still stand, newest first, UndoDepth at the most.
func (m *Moderation) LastDecisions(ctx context.Context, actor news.Actor) ([]news.PastDecision, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return nil, err
	}
	return m.decisions.PastDecisions(ctx, actor.User, UndoDepth)
}

// Bulk is one decision on many comments, each with the state in which it was seen.
type Bulk struct {
	Action string
	Seen   map[news.CommentID]Seen
	Reason news.Reason // "": publish
}

// Decide applies a decision to many comments in one step. What somebody decided meanwhile, or is gone, stays as it is and says so in its
// outcome; what is in another section does so too. Invalid at "reason" for an unknown reason, at "comments" for none or more than 200.
func (m *Moderation) Decide(ctx context.Context, actor news.Actor, in Bulk) ([]news.ModeratedComment, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return nil, err
	}
	if in.Reason != "" && !slices.Contains(news.Reasons(), in.Reason) {
		return nil, news.FieldError("reason", "error.reason")
	}
	if len(in.Seen) == 0 || len(in.Seen) > queueMost {
		return nil, news.FieldError("comments", "error.bulk_none", queueMost)
	}
	var ids []news.CommentID
	for id := range in.Seen {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	out, err := m.decisions.ModerateComments(ctx, actor, in.Action, ids, m.within(actor, func(c *news.Comment, decider string, last news.CommentDecision) (news.CommentChange, error) {
		if in.Reason != "" {
			return m.rejects(actor, in.Seen[c.ID], in.Reason)(c, decider, last)
		}
		return m.publishes(actor, in.Seen[c.ID], news.CommentChange{Kind: news.CommentApproved, Act: news.ActPublish})(c, decider, last)
	}))
	if err != nil {
		return nil, err
	}
	var decided []news.Comment
	for _, one := range out {
		if one.Err == nil {
			decided = append(decided, one.Comment)
		}
	}
	m.engine.learn(decided...)
	return out, nil
}

// step is a change of one comment as the storage asks for it.
type step = func(c *news.Comment, decider string, last news.CommentDecision) (news.CommentChange, error)

func (m *Moderation) publishes(actor news.Actor, seen Seen, what news.CommentChange) step {
	return func(c *news.Comment, decider string, _ news.CommentDecision) (news.CommentChange, error) {
		if err := seen.still(c, decider); err != nil {
			return news.CommentChange{}, err
		}
		c.State, c.Reason, c.Reports, c.DecidedAt, c.DecidedBy = news.CommentPublished, "", 0, m.now(), actor.User
		return what, nil
	}
}

func (m *Moderation) rejects(actor news.Actor, seen Seen, reason news.Reason) step {
	return func(c *news.Comment, decider string, _ news.CommentDecision) (news.CommentChange, error) {
		if err := seen.still(c, decider); err != nil {
			return news.CommentChange{}, err
		}
		c.State, c.Reason, c.Reports, c.DecidedAt, c.DecidedBy = news.CommentRejected, reason, 0, m.now(), actor.User
		return news.CommentChange{Kind: news.CommentTurnedDown, Act: news.ActReject}, nil
	}
}

// within lets a change happen in the actor's sections only; elsewhere it is Forbidden "error.other_section".
func (m *Moderation) within(actor news.Actor, change step) step {
	return func(c *news.Comment, decider string, last news.CommentDecision) (news.CommentChange, error) {
		if err := actor.RequireIn(news.RightModerate, c.Section); err != nil {
			return news.CommentChange{}, err
		}
		return change(c, decider, last)
	}
}

// one is a change of a single comment.
func (m *Moderation) one(ctx context.Context, actor news.Actor, in Decision, change step) (news.Comment, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.Comment{}, err
	}
	out, err := m.decisions.ModerateComments(ctx, actor, in.Action, []news.CommentID{in.Comment}, m.within(actor, change))
	if err != nil {
		return news.Comment{}, err
	}
	m.engine.learn(out[0].Comment)
	return out[0].Comment, nil
}

// alreadyDecided tells a moderator who was faster, when, and what they did.
func alreadyDecided(c *news.Comment, decider string) error {
	return news.Fail(news.Conflict, "error.already_decided", decider, c.DecidedAt, string(c.State))
}
