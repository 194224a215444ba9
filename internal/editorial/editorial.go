// Package editorial is what editors do to articles: save, publish, withdraw, import. Every act is a named action that checks the
// right to do it, then what was typed, and changes one article; storing is the store's, showing is the web's.
package editorial

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Storage is what the editors need kept.
type Storage interface {
	Articles
	Imports
	Flow
	Desks
	HouseStorage
	Sections(ctx context.Context) ([]news.Section, error)
	User(ctx context.Context, id news.UserID) (news.User, error)
	Media(ctx context.Context, id news.MediaID) (news.Media, error)
}

// Articles keeps articles.
type Articles interface {
	CreateArticle(ctx context.Context, actor news.Actor, action string, a news.Article) (news.Article, error)
	UpdateArticle(ctx context.Context, actor news.Actor, action string, code news.Code, change func(*news.Article) ([]news.EventKind, error)) (news.Article, error)
	Article(ctx context.Context, code news.Code) (news.Article, error)
	Articles(ctx context.Context, f news.ArticleFilter) (news.ArticleRows, error)
	DeskNotes(ctx context.Context, code news.Code) ([]news.DeskNote, error)
}

// Imports keeps what importers bring.
type Imports interface {
	ImportArticles(ctx context.Context, actor news.Actor, items []news.Import) ([]news.ImportOutcome, error)
	CodeByOrigin(ctx context.Context, origin string) (news.Code, error)
}

// Desk runs the editors' acts.
type Desk struct {
	storage Storage
	house   *House
	lang    string
	now     func() time.Time
}

// New makes a Desk; lang is the language of an article that names none, now is the clock.
func New(storage Storage, lang string, now func() time.Time) *Desk {
	return &Desk{storage: storage, house: &House{storage: storage, now: now}, lang: lang, now: now}
}

// House is the house's style, which the checklist reads articles by.
func (d *Desk) House() *House { return d.house }

// Save is a form with the whole content of an article.
type Save struct {
	Action  string
	Code    news.Code // 0 makes a new article
	Base    int       // number of the revision that the form began from; 0 for a new article
	Content news.Content
	Typed   news.Autosave // names what the form kept while it was typed in, which is forgotten once it is saved; without a Window nothing
}

// Save stores what was written as the working copy; readers see nothing of it before Publish. Content that did not change makes no
// revision. Errors: Forbidden; Invalid at each wrong field; Conflict "error.edited_meanwhile" (who, when) when Base is not the
// working revision any more; NotFound.
func (d *Desk) Save(ctx context.Context, actor news.Actor, in Save) (news.Article, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return news.Article{}, err
	}
	content, err := d.prepare(ctx, in.Content)
	if err != nil {
		return news.Article{}, err
	}
	now := d.now()
	if in.Code == 0 {
		made, err := d.storage.CreateArticle(ctx, actor, in.Action, news.Article{State: news.Draft, Content: content,
			CreatedAt: now, UpdatedAt: now, Author: actor.User, UpdatedBy: actor.User, Flow: news.Flow{Holder: actor.User}})
		return made, d.saved(ctx, actor, 0, in.Typed, err)
	}
	if err := d.unlocked(ctx, actor, in.Code); err != nil {
		return news.Article{}, err
	}
	a, err := d.change(ctx, actor, in.Action, in.Code, in.Base, func(a *news.Article) ([]news.EventKind, error) {
		if !actor.MayEdit(a) {
			return nil, news.Fail(news.Forbidden, "error.not_yours")
		}
		if !a.Revise(content, actor.User, now) {
			return nil, nil
		}
		return []news.EventKind{news.ArticleSaved}, nil
	})
	return a, d.saved(ctx, actor, in.Code, in.Typed, err)
}

// saved forgets what was kept of an article's typing once it is stored. What another window of the person wrote stays.
func (d *Desk) saved(ctx context.Context, actor news.Actor, code news.Code, typed news.Autosave, err error) error {
	if err != nil || actor.User == 0 || typed.Window == "" {
		return err
	}
	typed.Article = code
	return d.storage.DropAutosave(ctx, actor.User, typed)
}

// Publish names the revision that goes out.
type Publish struct {
	Action string
	Code   news.Code
	Base   int // the revision that the editor saw
	// Confirmed says that the editor saw what the checklist asks about; without it questions are an error.
	Confirmed bool
}

// Publish makes the working copy what readers see. Its first publication sets the article's date. Errors as Save; Invalid for what the
// checklist stops; Conflict "error.checklist" for what it asks; Conflict "error.embargo" while the embargo lasts.
func (d *Desk) Publish(ctx context.Context, actor news.Actor, in Publish) (news.Article, error) {
	if err := actor.Require(news.RightPublish); err != nil {
		return news.Article{}, err
	}
	now := d.now()
	questions, err := d.questionsBefore(ctx, actor, in)
	if err != nil {
		return news.Article{}, err
	}
	return d.change(ctx, actor, in.Action, in.Code, in.Base, func(a *news.Article) ([]news.EventKind, error) {
		if err := mayGoOut(actor, a, questions, in.Confirmed); err != nil {
			return nil, err
		}
		return []news.EventKind{news.ArticlePublished}, a.Publish(actor.User, now)
	})
}

// mayGoOut checks the section and the checklist, and keeps the answers with the article.
func mayGoOut(actor news.Actor, a *news.Article, questions Checks, confirmed bool) error {
	if err := actor.RequireIn(news.RightPublish, a.Content.Section); err != nil {
		return err
	}
	if err := questions.verdict(confirmed); err != nil {
		return err
	}
	questions.answer(a)
	return nil
}

// Withdraw names the article and the sentence that readers get instead.
type Withdraw struct {
	Action string
	Code   news.Code
	Reason string
}

// Withdraw takes a published article out of every output. Errors: Forbidden; Invalid at "reason" without a sentence; Conflict
// "error.not_published"; NotFound.
func (d *Desk) Withdraw(ctx context.Context, actor news.Actor, in Withdraw) (news.Article, error) {
	if err := actor.Require(news.RightWithdraw); err != nil {
		return news.Article{}, err
	}
	reason, err := withdrawalSentence(in.Reason)
	if err != nil {
		return news.Article{}, err
	}
	now := d.now()
	return d.storage.UpdateArticle(ctx, actor, in.Action, in.Code, func(a *news.Article) ([]news.EventKind, error) {
		if err := actor.RequireIn(news.RightWithdraw, a.Content.Section); err != nil {
			return nil, err
		}
		return []news.EventKind{news.ArticleWithdrawn}, a.Withdraw(reason, actor.User, now)
	})
}

// CommentsSwitch opens or closes the comments of an article.
type CommentsSwitch struct {
	Action string
	Code   news.Code
	Closed bool
	Note   string // for readers while they are closed; "" for the usual sentence
}

// maxCommentsNote bounds the sentence that tells readers why the comments of an article are closed, in characters.
const maxCommentsNote = 300

// SetComments opens or closes the comments of an article, with a sentence for readers; those already there stay. Errors: Forbidden,
// NotFound, Invalid at "note".
func (d *Desk) SetComments(ctx context.Context, actor news.Actor, in CommentsSwitch) (news.Article, error) {
	if err := actor.Require(news.RightComments); err != nil {
		return news.Article{}, err
	}
	note := persian.CleanLine(in.Note)
	if n := utf8.RuneCountInString(note); n > maxCommentsNote {
		return news.Article{}, news.FieldError("note", "error.note_long", maxCommentsNote, n)
	}
	if !in.Closed {
		note = ""
	}
	return d.storage.UpdateArticle(ctx, actor, in.Action, in.Code, func(a *news.Article) ([]news.EventKind, error) {
		if err := actor.RequireIn(news.RightComments, a.Content.Section); err != nil {
			return nil, err
		}
		if a.CommentsClosed == in.Closed && a.CommentsNote == note {
			return nil, nil
		}
		a.CommentsClosed, a.CommentsNote = in.Closed, note
		if in.Closed {
			return []news.EventKind{news.ArticleCommentsClosed}, nil
		}
		return []news.EventKind{news.ArticleCommentsOpened}, nil
	})
}

// change updates an article unless somebody saved it since base.
func (d *Desk) change(ctx context.Context, actor news.Actor, action string, code news.Code, base int, fn func(*news.Article) ([]news.EventKind, error)) (news.Article, error) {
	var newer *news.Article
	a, err := d.storage.UpdateArticle(ctx, actor, action, code, func(a *news.Article) ([]news.EventKind, error) {
		if a.Revision != base {
			newer = a
			return nil, news.Fail(news.Conflict, "error.edited_meanwhile")
		}
		return fn(a)
	})
	if err != nil && newer != nil {
		return a, news.Fail(news.Conflict, "error.edited_meanwhile", d.userName(ctx, newer.UpdatedBy), newer.UpdatedAt)
	}
	return a, err
}

// userName is the display name of a user, "" when there is none.
func (d *Desk) userName(ctx context.Context, id news.UserID) string {
	u, err := d.storage.User(ctx, id)
	if err != nil {
		return ""
	}
	return u.Name
}

// articlesMost is the largest page of the newsroom's list.
const articlesMost = 200

// Articles is a page of the newsroom's list, most recently changed first.
func (d *Desk) Articles(ctx context.Context, actor news.Actor, f news.ArticleFilter) (news.ArticleRows, error) {
	if err := actor.Require(news.RightEnter); err != nil {
		return news.ArticleRows{}, err
	}
	if f.Limit < 1 || f.Limit > articlesMost {
		f.Limit = 50
	}
	f.Viewer = actor.User
	return d.storage.Articles(ctx, f)
}

// Article is the newsroom's view of one article. Errors: Forbidden, NotFound.
func (d *Desk) Article(ctx context.Context, actor news.Actor, code news.Code) (news.Article, error) {
	if err := actor.Require(news.RightEnter); err != nil {
		return news.Article{}, err
	}
	return d.storage.Article(ctx, code)
}

// Sections lists all sections by position.
func (d *Desk) Sections(ctx context.Context) ([]news.Section, error) { return d.storage.Sections(ctx) }
