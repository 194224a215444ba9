package editorial

import (
	"context"
	"errors"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// DossierStorage keeps dossiers.
type DossierStorage interface {
	Dossiers(ctx context.Context) ([]news.Dossier, error)
	Dossier(ctx context.Context, id news.DossierID) (news.Dossier, error)
	CreateDossier(ctx context.Context, actor news.Actor, action string, d news.Dossier) (news.Dossier, error)
	UpdateDossier(ctx context.Context, actor news.Actor, action string, id news.DossierID, change func(*news.Dossier) ([]news.EventKind, error)) (news.Dossier, error)
}

// Dossiers are all dossiers, most recently changed first.
func (d *FrontDesk) Dossiers(ctx context.Context, actor news.Actor) ([]news.Dossier, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return nil, err
	}
	return d.dossiers.Dossiers(ctx)
}

// Dossier is one dossier; NotFound.
func (d *FrontDesk) Dossier(ctx context.Context, actor news.Actor, id news.DossierID) (news.Dossier, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return news.Dossier{}, err
	}
	return d.dossiers.Dossier(ctx, id)
}

// SaveDossier is a form with the whole content of a dossier.
type SaveDossier struct {
	Action  string
	ID      news.DossierID      // 0 makes a new one
	Base    int                 // the version that the form began from; 0 for a new one
	Slug    string              // "" takes the title's; what was published once keeps its own
	Content news.DossierContent // Text is sanitised here; TagName is what was typed
	Wrong   error               // what could not be read of the form: it is told together with the rest
}

// SaveDossier stores what was written as the working copy; readers see nothing of it before PublishDossier. Errors: Forbidden; Invalid at
// "title", "slug", "text", "items", "tag"; Conflict "error.dossier_edited" (who, when) when Base is not the version any more; NotFound.
func (d *FrontDesk) SaveDossier(ctx context.Context, actor news.Actor, in SaveDossier) (news.Dossier, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return news.Dossier{}, err
	}
	slug, content, err := d.prepareDossier(ctx, in)
	if err != nil {
		return news.Dossier{}, err
	}
	now := d.now()
	if in.ID == 0 {
		return d.dossiers.CreateDossier(ctx, actor, in.Action, news.Dossier{Slug: slug, State: news.Draft, Version: 1, Content: content,
			CreatedAt: now, UpdatedAt: now, UpdatedBy: actor.User})
	}
	return d.changeDossier(ctx, actor, in.Action, in.ID, in.Base, func(x *news.Dossier) ([]news.EventKind, error) {
		if !x.PublishedAt.IsZero() {
			slug = x.Slug
		}
		if !x.Revise(slug, content, actor.User, now) {
			return nil, nil
		}
		return []news.EventKind{news.DossierSaved}, nil
	})
}

func (d *FrontDesk) prepareDossier(ctx context.Context, in SaveDossier) (string, news.DossierContent, error) {
	c := in.Content
	c.Title = persian.CleanLine(c.Title)
	c.Text = markup.Sanitize(c.Text).String()
	slug := persian.Slug(in.Slug)
	if slug == "" {
		slug = persian.Slug(c.Title)
	}
	wrong := []error{in.Wrong, tooLong("title", c.Title, maxLine), tooLong("text", c.Text, maxBody), tooLong("slug", slug, maxLine)}
	switch {
	case c.Title == "":
		wrong = append(wrong, news.FieldError("title", "error.dossier_title"))
	case slug == "":
		wrong = append(wrong, news.FieldError("slug", "error.dossier_slug_missing"))
	}
	items, err := d.dossierItems(ctx, c.Items)
	if err != nil && news.KindOf(err) != news.Invalid {
		return "", c, err
	}
	c.Items, wrong = items, append(wrong, err)
	name := persian.CleanLine(c.TagName)
	c.TagName, c.TagSlug = "", ""
	if name != "" {
		tag, err := d.storage.FindTag(ctx, name)
		switch {
		case err == nil:
			c.TagName, c.TagSlug = tag.Name, tag.Slug
		case news.KindOf(err) == news.NotFound:
			wrong = append(wrong, news.FieldError("tag", "error.front_tag"))
		default:
			return "", c, err
		}
	}
	return slug, c, errors.Join(wrong...)
}

// dossierItems keeps each article once and refuses codes that are none.
func (d *FrontDesk) dossierItems(ctx context.Context, items []news.DossierItem) ([]news.DossierItem, error) {
	if len(items) > news.MaxDossierItems {
		return nil, news.FieldError("items", "error.dossier_items", news.MaxDossierItems)
	}
	var kept []news.DossierItem
	var codes []news.Code
	seen := map[news.Code]bool{}
	for _, item := range items {
		if !seen[item.Code] {
			seen[item.Code] = true
			kept, codes = append(kept, item), append(codes, item.Code)
		}
	}
	found, err := d.storage.FoundArticles(ctx, codes)
	if err != nil {
		return nil, err
	}
	for _, code := range codes {
		if _, ok := found[code]; !ok {
			return nil, news.FieldError("items", "error.dossier_unknown", code.String())
		}
	}
	return kept, nil
}

// DossierStep names a dossier and the form that moves it.
type DossierStep struct {
	Action string
	ID     news.DossierID
	Base   int // the version that the editor saw
}

// PublishDossier makes the working copy what readers see. Errors: Forbidden; Conflict "error.dossier_edited"; NotFound.
func (d *FrontDesk) PublishDossier(ctx context.Context, actor news.Actor, in DossierStep) (news.Dossier, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return news.Dossier{}, err
	}
	return d.changeDossier(ctx, actor, in.Action, in.ID, in.Base, func(x *news.Dossier) ([]news.EventKind, error) {
		x.Publish(actor.User, d.now())
		return []news.EventKind{news.DossierPublished}, nil
	})
}

// WithdrawDossier takes a dossier from readers. Errors: Forbidden; Conflict "error.dossier_not_published"; NotFound.
func (d *FrontDesk) WithdrawDossier(ctx context.Context, actor news.Actor, in DossierStep) (news.Dossier, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return news.Dossier{}, err
	}
	return d.changeDossier(ctx, actor, in.Action, in.ID, in.Base, func(x *news.Dossier) ([]news.EventKind, error) {
		return []news.EventKind{news.DossierWithdrawn}, x.Withdraw(actor.User, d.now())
	})
}

// changeDossier updates a dossier unless somebody saved it since base.
func (d *FrontDesk) changeDossier(ctx context.Context, actor news.Actor, action string, id news.DossierID, base int, fn func(*news.Dossier) ([]news.EventKind, error)) (news.Dossier, error) {
	var newer *news.Dossier
	x, err := d.dossiers.UpdateDossier(ctx, actor, action, id, func(x *news.Dossier) ([]news.EventKind, error) {
		if x.Version != base {
			newer = x
			return nil, news.Fail(news.Conflict, "error.dossier_edited")
		}
		return fn(x)
	})
	if err != nil && newer != nil {
		return x, news.Fail(news.Conflict, "error.dossier_edited", newer.ByName, newer.UpdatedAt)
	}
	return x, err
}
