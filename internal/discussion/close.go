package discussion

import (
	"context"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/rivo/uniseg"
)

// SwitchStorage is what is kept of the closing of comments.
type SwitchStorage interface {
	CommentsState(ctx context.Context, code news.Code) (news.CommentsState, error)
	CommentSwitch(ctx context.Context) (news.CommentSwitch, error)
	SetCommentSwitch(ctx context.Context, actor news.Actor, action string, w news.CommentSwitch) error
}

// MaxNote bounds the sentence that tells readers why comments are closed, in characters.
const MaxNote = 300

// open is nil while a public article takes comments; Conflict "error.comments_closed" otherwise, NotFound for one that is not public.
func (d *Desk) open(ctx context.Context, code news.Code) error {
	state, err := d.storage.CommentsState(ctx, code)
	if err != nil {
		return err
	}
	return d.takes(state)
}

// takes is nil for a discussion that takes comments; Conflict "error.comments_closed" otherwise.
func (d *Desk) takes(state news.CommentsState) error {
	if why, _ := state.Closing(d.now(), d.settings.CloseAfter); why != news.OpenComments {
		return news.Fail(news.Conflict, "error.comments_closed")
	}
	return nil
}

// believed is how long an article that took comments is believed to take them.
const believed = time.Second

// openArticles are those that took comments a moment ago: a discussion in which many write asks the database once a second. Who is let in
// by it is looked at again when the comment is stored.
type openArticles struct {
	mu sync.Mutex
	at map[news.Code]time.Time
}

// mostOpen bounds how many articles are remembered.
const mostOpen = 1000

func (o *openArticles) lately(code news.Code, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	at, ok := o.at[code]
	return ok && now.Sub(at).Abs() < believed
}

func (o *openArticles) remember(code news.Code, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.at == nil || len(o.at) >= mostOpen {
		o.at = map[news.Code]time.Time{}
	}
	o.at[code] = now
}

// openLately is open, as it was a second ago at the most.
func (d *Desk) openLately(ctx context.Context, code news.Code) error {
	now := d.now()
	if d.opened.lately(code, now) {
		return nil
	}
	err := d.open(ctx, code)
	if err == nil {
		d.opened.remember(code, now)
	}
	return err
}

// SiteSwitch closes or opens the comments of the whole site.
type SiteSwitch struct {
	Action string
	Closed bool
	Note   string // for readers; "" for the usual sentence
}

// Switch is how the switch for the whole site stands. Forbidden without RightModerationSettings.
func (d *Desk) Switch(ctx context.Context, actor news.Actor) (news.CommentSwitch, error) {
	if err := actor.Require(news.RightModerationSettings); err != nil {
		return news.CommentSwitch{}, err
	}
	return d.storage.CommentSwitch(ctx)
}

// SetSwitch closes or opens the comments of the whole site; those already there stay. Errors: Forbidden, Invalid at "note".
func (d *Desk) SetSwitch(ctx context.Context, actor news.Actor, in SiteSwitch) error {
	if err := actor.RequireEverywhere(news.RightModerationSettings); err != nil {
		return err
	}
	in.Note = persian.CleanLine(in.Note)
	if n := uniseg.GraphemeClusterCount(in.Note); n > MaxNote {
		return news.FieldError("note", "error.note_long", MaxNote, n)
	}
	if !in.Closed {
		in.Note = ""
	}
	return d.storage.SetCommentSwitch(ctx, actor, in.Action, news.CommentSwitch{Closed: in.Closed, Note: in.Note, At: d.now(), By: actor.User})
}
