package editorial

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// maxForm is how much a form may hold for autosave, in bytes.
const maxForm = 4 << 20

// Lock tells that the actor edits the article, or still does. Errors: Forbidden; Conflict "error.locked" (name, since when) while
// somebody else does; Conflict "error.lock_taken" (name, their word) when a senior took it over.
func (d *Desk) Lock(ctx context.Context, actor news.Actor, code news.Code) error {
	a, err := d.editable(ctx, actor, code)
	if err != nil {
		return err
	}
	lock, mine, err := d.storage.Lock(ctx, actor.User, a.Code, false, "")
	if err != nil || mine {
		return err
	}
	word, err := d.storage.LockWord(ctx, actor.User, code)
	if err == nil {
		return news.Fail(news.Conflict, "error.lock_taken", word.From, word.Word)
	}
	if news.KindOf(err) != news.NotFound {
		return err
	}
	return news.Fail(news.Conflict, "error.locked", lock.Name, lock.Since)
}

// TakeOver wins the lock from whoever holds it, with a word to them. Errors: Forbidden for whoever may not publish in the section.
func (d *Desk) TakeOver(ctx context.Context, actor news.Actor, code news.Code, word string) error {
	if err := actor.Require(news.RightPublish); err != nil {
		return err
	}
	a, err := d.storage.Article(ctx, code)
	if err != nil {
		return err
	}
	if err := actor.RequireIn(news.RightPublish, a.Content.Section); err != nil {
		return err
	}
	word = persian.CleanLine(word)
	if err := tooLong("word", word, maxReason); err != nil {
		return err
	}
	_, _, err = d.storage.Lock(ctx, actor.User, code, true, word)
	return err
}

// Unlock tells that the actor left the article.
func (d *Desk) Unlock(ctx context.Context, actor news.Actor, code news.Code) error {
	if err := actor.Require(news.RightWrite); err != nil {
		return err
	}
	return d.storage.Unlock(ctx, actor.User, code)
}

// LockOf tells who edits the article; NotFound when nobody does.
func (d *Desk) LockOf(ctx context.Context, actor news.Actor, code news.Code) (news.Lock, error) {
	if err := actor.Require(news.RightEnter); err != nil {
		return news.Lock{}, err
	}
	return d.storage.LockOf(ctx, code)
}

// unlocked is a Conflict "error.locked" while somebody else edits the article.
func (d *Desk) unlocked(ctx context.Context, actor news.Actor, code news.Code) error {
	lock, err := d.storage.LockOf(ctx, code)
	switch {
	case news.KindOf(err) == news.NotFound && err != nil:
		return nil
	case err != nil:
		return err
	case lock.User != actor.User:
		return news.Fail(news.Conflict, "error.locked", lock.Name, lock.Since)
	}
	return nil
}

// editable is the article, if the actor may write in it.
func (d *Desk) editable(ctx context.Context, actor news.Actor, code news.Code) (news.Article, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return news.Article{}, err
	}
	a, err := d.storage.Article(ctx, code)
	if err != nil {
		return a, err
	}
	if !actor.MayEdit(&a) {
		return a, news.Fail(news.Forbidden, "error.not_yours")
	}
	return a, nil
}

// maxMark is how long the names of drafts and windows are at the most, in bytes.
const maxMark = 64

// marked checks the names of draft and window: letters, digits, hyphens and underscores; a new article needs a draft, no other has one.
func marked(a news.Autosave) error {
	for _, mark := range []string{a.Draft, a.Window} {
		bad := func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
		}
		if len(mark) > maxMark || strings.ContainsFunc(mark, bad) {
			return news.Fail(news.Invalid, "error.bad_form")
		}
	}
	if a.Window == "" || (a.Article == 0) != (a.Draft != "") {
		return news.Fail(news.Invalid, "error.bad_form")
	}
	return nil
}

// Autosave keeps what the actor is typing; it is neither a version nor an event. Errors: Forbidden; Invalid for a form that names no
// window or is too long; Conflict "error.other_window" when another window of the actor wrote what this one has not seen.
func (d *Desk) Autosave(ctx context.Context, actor news.Actor, a news.Autosave) error {
	if a.Article != 0 {
		if _, err := d.editable(ctx, actor, a.Article); err != nil {
			return err
		}
	} else if err := actor.Require(news.RightWrite); err != nil {
		return err
	}
	if err := marked(a); err != nil {
		return err
	}
	if len(a.Form) > maxForm {
		return news.FieldError("body", "error.too_long", maxForm, len(a.Form))
	}
	return d.storage.Autosave(ctx, actor.User, a)
}

// Autosaved is what the actor was typing in an article, or in those that are new (code 0), and had not saved; the newest first.
func (d *Desk) Autosaved(ctx context.Context, actor news.Actor, code news.Code) ([]news.Autosave, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return nil, err
	}
	return d.storage.Autosaved(ctx, actor.User, code)
}

// DropAutosave throws away what the actor was typing in an article, or in the new one that a draft names.
func (d *Desk) DropAutosave(ctx context.Context, actor news.Actor, code news.Code, draft string) error {
	if err := actor.Require(news.RightWrite); err != nil {
		return err
	}
	return d.storage.DropAutosave(ctx, actor.User, news.Autosave{Article: code, Draft: draft})
}

// tooLong is an Invalid error at the field when the text has more than most characters.
func tooLong(field, text string, most int) error {
	if n := utf8.RuneCountInString(text); n > most {
		return news.FieldError(field, "error.too_long", most, n)
	}
	return nil
}
