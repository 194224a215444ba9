package editorial

import (
	"context"
	"errors"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Desks keeps versions, corrections, templates and the audit log.
type Desks interface {
	Revisions(ctx context.Context, code news.Code) ([]news.RevisionInfo, error)
	Revision(ctx context.Context, code news.Code, number int) (news.Content, error)
	AddCorrection(ctx context.Context, actor news.Actor, action string, c *news.Correction) error
	Template(ctx context.Context, kind news.ArticleKind) (news.Content, error)
	SaveTemplate(ctx context.Context, actor news.Actor, c news.Content) error
	Audit(ctx context.Context, f news.EventFilter) ([]news.Event, error)
}

// Revisions is an article's history, newest first.
func (d *Desk) Revisions(ctx context.Context, actor news.Actor, code news.Code) ([]news.RevisionInfo, error) {
	if err := actor.Require(news.RightEnter); err != nil {
		return nil, err
	}
	return d.storage.Revisions(ctx, code)
}

// Revision is the content of one version.
func (d *Desk) Revision(ctx context.Context, actor news.Actor, code news.Code, number int) (news.Content, error) {
	if err := actor.Require(news.RightEnter); err != nil {
		return news.Content{}, err
	}
	return d.storage.Revision(ctx, code, number)
}

// RestoreRevision makes an old version the working copy, as a new version. Errors as Save.
func (d *Desk) RestoreRevision(ctx context.Context, actor news.Actor, in Publish, number int) (news.Article, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return news.Article{}, err
	}
	old, err := d.storage.Revision(ctx, in.Code, number)
	if err != nil {
		return news.Article{}, err
	}
	if err := d.unlocked(ctx, actor, in.Code); err != nil {
		return news.Article{}, err
	}
	return d.change(ctx, actor, in.Action, in.Code, in.Base, func(a *news.Article) ([]news.EventKind, error) {
		if !actor.MayEdit(a) {
			return nil, news.Fail(news.Forbidden, "error.not_yours")
		}
		if !a.Revise(old, actor.User, d.now()) {
			return nil, nil
		}
		return []news.EventKind{news.ArticleRestored}, nil
	})
}

// Correct adds a correction to a public article: readers see it at the article, in the archive of corrections and in the feeds.
// Errors: Forbidden; Invalid at "kind" and "text"; Conflict "error.not_published".
func (d *Desk) Correct(ctx context.Context, actor news.Actor, action string, c news.Correction) (news.Correction, error) {
	if err := actor.Require(news.RightPublish); err != nil {
		return c, err
	}
	a, err := d.storage.Article(ctx, c.Article)
	if err != nil {
		return c, err
	}
	if err := actor.RequireIn(news.RightPublish, a.Content.Section); err != nil {
		return c, err
	}
	if a.State != news.Published {
		return c, news.Fail(news.Conflict, "error.not_published")
	}
	c.Text, c.Changed, c.At = persian.CleanLine(c.Text), persian.CleanLine(c.Changed), d.now()
	wrong := []error{tooLong("text", c.Text, maxLede), tooLong("changed", c.Changed, maxLede)}
	if !slices.Contains(news.CorrectionKinds(), c.Kind) {
		wrong = append(wrong, news.FieldError("kind", "error.correction_kind"))
	}
	if c.Text == "" {
		wrong = append(wrong, news.FieldError("text", "error.correction_text"))
	}
	if err := errors.Join(wrong...); err != nil {
		return c, err
	}
	err = d.storage.AddCorrection(ctx, actor, action, &c)
	return c, err
}

// Template is what a new article of a kind begins with; empty when the newsroom made none.
func (d *Desk) Template(ctx context.Context, actor news.Actor, kind news.ArticleKind) (news.Content, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return news.Content{}, err
	}
	c, err := d.storage.Template(ctx, kind)
	if news.KindOf(err) == news.NotFound && err != nil {
		return news.Content{Kind: kind, Lang: d.lang, EndMark: true}, nil
	}
	return c, err
}

// SaveTemplate keeps what new articles of the content's kind begin with; a template may lack a headline.
func (d *Desk) SaveTemplate(ctx context.Context, actor news.Actor, c news.Content) error {
	if err := actor.Require(news.RightTemplate); err != nil {
		return err
	}
	c = cleanBody(d.clean(c))
	if wrong := append(checkLengths(c), checkChoices(c)...); len(wrong) > 0 {
		return errors.Join(wrong...)
	}
	return d.storage.SaveTemplate(ctx, actor, c)
}

// auditMost is the largest page of the audit log.
const auditMost = 10_000

// Audit is who did what, newest first.
func (d *Desk) Audit(ctx context.Context, actor news.Actor, f news.EventFilter) ([]news.Event, error) {
	if err := actor.Require(news.RightAudit); err != nil {
		return nil, err
	}
	if f.Limit < 1 || f.Limit > auditMost {
		f.Limit = 100
	}
	if !f.Until.IsZero() && f.Until.Before(f.From) {
		return nil, news.FieldError("until", "error.time_order")
	}
	return d.storage.Audit(ctx, f)
}
