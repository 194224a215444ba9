package editorial

import (
	"context"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Flow keeps what is between people: locks, autosaves, what is due.
type Flow interface {
	DueArticles(ctx context.Context, now time.Time, limit int) ([]news.Code, error)
	Lock(ctx context.Context, user news.UserID, code news.Code, takeOver bool, word string) (lock news.Lock, mine bool, err error)
	Unlock(ctx context.Context, user news.UserID, code news.Code) error
	LockWord(ctx context.Context, user news.UserID, code news.Code) (news.LockWord, error)
	LockOf(ctx context.Context, code news.Code) (news.Lock, error)
	Autosave(ctx context.Context, user news.UserID, a news.Autosave) error
	Autosaved(ctx context.Context, user news.UserID, code news.Code) ([]news.Autosave, error)
	DropAutosave(ctx context.Context, user news.UserID, a news.Autosave) error
}

// step is one move of an article in the flow, by whoever has the right in its section.
func (d *Desk) step(ctx context.Context, actor news.Actor, action string, code news.Code, right news.Right, kind news.EventKind, move func(a *news.Article, now time.Time) error) (news.Article, error) {
	if err := actor.Require(right); err != nil {
		return news.Article{}, err
	}
	now := d.now()
	return d.storage.UpdateArticle(ctx, actor, action, code, func(a *news.Article) ([]news.EventKind, error) {
		if right == news.RightWrite && !actor.MayEdit(a) {
			return nil, news.Fail(news.Forbidden, "error.not_yours")
		}
		if right != news.RightWrite {
			if err := actor.RequireIn(right, a.Content.Section); err != nil {
				return nil, err
			}
		}
		return []news.EventKind{kind}, move(a, now)
	})
}

// Step names an article and the form that moves it.
type Step struct {
	Action string
	Code   news.Code
}

// Submit hands a draft to the desk. Errors: Forbidden, Conflict when it is no draft.
func (d *Desk) Submit(ctx context.Context, actor news.Actor, in Step) (news.Article, error) {
	return d.step(ctx, actor, in.Action, in.Code, news.RightWrite, news.ArticleSubmitted, func(a *news.Article, now time.Time) error {
		return a.Submit(actor.User, now)
	})
}

// Return gives an article back to its author. Errors: Forbidden; Invalid at "reason" without one; Conflict.
func (d *Desk) Return(ctx context.Context, actor news.Actor, in Step, reason string) (news.Article, error) {
	if err := actor.Require(news.RightPublish); err != nil {
		return news.Article{}, err
	}
	reason = persian.CleanLine(reason)
	if reason == "" {
		return news.Article{}, news.FieldError("reason", "error.return_reason")
	}
	if err := tooLong("reason", reason, maxReason); err != nil {
		return news.Article{}, err
	}
	return d.step(ctx, actor, in.Action, in.Code, news.RightPublish, news.ArticleReturned, func(a *news.Article, now time.Time) error {
		return a.Return(reason, actor.User, now)
	})
}

// Take makes the actor the one who has the article.
func (d *Desk) Take(ctx context.Context, actor news.Actor, in Step) (news.Article, error) {
	return d.step(ctx, actor, in.Action, in.Code, news.RightPublish, news.ArticleTaken, func(a *news.Article, now time.Time) error {
		return a.Take(actor.User, now)
	})
}

// Schedule lets the timer publish the article at a moment. Errors as Publish; Invalid at "publish_at" for a moment that has passed.
func (d *Desk) Schedule(ctx context.Context, actor news.Actor, in Publish, at time.Time) (news.Article, error) {
	if err := actor.Require(news.RightPublish); err != nil {
		return news.Article{}, err
	}
	if err := d.future("publish_at", at); err != nil {
		return news.Article{}, err
	}
	questions, err := d.questionsBefore(ctx, actor, in)
	if err != nil {
		return news.Article{}, err
	}
	return d.change(ctx, actor, in.Action, in.Code, in.Base, func(a *news.Article) ([]news.EventKind, error) {
		if err := mayGoOut(actor, a, questions, in.Confirmed); err != nil {
			return nil, err
		}
		if a.State == news.Published {
			return []news.EventKind{news.ArticleChangeScheduled}, a.ScheduleChange(at, actor.User, d.now())
		}
		return []news.EventKind{news.ArticleScheduled}, a.Schedule(at, actor.User, d.now())
	})
}

// Unschedule takes a scheduled article back to the desk, or drops the scheduled change of a public one.
func (d *Desk) Unschedule(ctx context.Context, actor news.Actor, in Step) (news.Article, error) {
	return d.step(ctx, actor, in.Action, in.Code, news.RightPublish, news.ArticleUnscheduled, func(a *news.Article, now time.Time) error {
		if a.State == news.Published {
			return a.CancelChange(actor.User, now)
		}
		return a.Unschedule(actor.User, now)
	})
}

// Embargo locks an article until a moment («انتشار ممنوع تا»); the zero time lifts it.
func (d *Desk) Embargo(ctx context.Context, actor news.Actor, in Step, until time.Time) (news.Article, error) {
	if !until.IsZero() {
		if err := d.future("embargo_until", until); err != nil {
			return news.Article{}, err
		}
	}
	return d.step(ctx, actor, in.Action, in.Code, news.RightPublish, news.ArticleEmbargoed, func(a *news.Article, now time.Time) error {
		return a.Embargo(until, actor.User, now)
	})
}

// Expire lets the timer withdraw the article at a moment, with the sentence readers get then; the zero time cancels it.
func (d *Desk) Expire(ctx context.Context, actor news.Actor, in Step, at time.Time, note string) (news.Article, error) {
	if !at.IsZero() {
		if err := d.future("unpublish_at", at); err != nil {
			return news.Article{}, err
		}
		var err error
		if note, err = withdrawalSentence(note); err != nil {
			return news.Article{}, err
		}
	}
	return d.step(ctx, actor, in.Action, in.Code, news.RightWithdraw, news.ArticleExpiry, func(a *news.Article, now time.Time) error {
		return a.Expire(at, note, actor.User, now)
	})
}

// Trash puts an article that is not public aside.
func (d *Desk) Trash(ctx context.Context, actor news.Actor, in Step) (news.Article, error) {
	return d.step(ctx, actor, in.Action, in.Code, news.RightWrite, news.ArticleTrashed, func(a *news.Article, now time.Time) error {
		return a.Trash(actor.User, now)
	})
}

// Untrash takes it out again, as it was.
func (d *Desk) Untrash(ctx context.Context, actor news.Actor, in Step) (news.Article, error) {
	return d.step(ctx, actor, in.Action, in.Code, news.RightWrite, news.ArticleUntrashed, func(a *news.Article, now time.Time) error {
		return a.Restore(actor.User, now)
	})
}

// future is an Invalid error at the field when the moment is not ahead, or more than two years away.
func (d *Desk) future(field string, at time.Time) error {
	now := d.now()
	if at.Before(now) {
		return news.FieldError(field, "error.time_passed")
	}
	if at.After(now.AddDate(2, 0, 0)) {
		return news.FieldError(field, "error.time_far")
	}
	return nil
}

const (
	// releaseEvery is short against the second within which readers see what has come due; looking costs one walk of an index.
	releaseEvery = 250 * time.Millisecond
	releaseMost  = 100
)

// Release publishes, swaps in and withdraws whatever is due, each exactly once whatever number of nodes runs it: the
// store runs one change at a time and the change looks again whether it is due. It returns how many articles moved.
func (d *Desk) Release(ctx context.Context) (int, error) {
	moved := 0
	timer := news.SystemActor("timer")
	for {
		codes, err := d.storage.DueArticles(ctx, d.now(), releaseMost)
		if err != nil || len(codes) == 0 {
			return moved, err
		}
		for _, code := range codes {
			_, err := d.storage.UpdateArticle(ctx, timer, "", code, func(a *news.Article) ([]news.EventKind, error) {
				happened := a.Release(d.now())
				if len(happened) > 0 {
					moved++
				}
				return happened, nil
			})
			if err != nil {
				return moved, err
			}
		}
		if len(codes) < releaseMost {
			return moved, nil
		}
	}
}

// Run releases what is due, looking four times a second, until ctx ends; failed tells of what went wrong, once for a row of failures.
func (d *Desk) Run(ctx context.Context, failed func(error)) {
	tick := time.NewTicker(releaseEvery)
	defer tick.Stop()
	failing := false
	for {
		_, err := d.Release(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			failed(err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
