package editorial

import (
	"context"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian/copydesk"
)

// findings are what the copy desk says of a content, and the way back into its body.
type findings struct {
	all  []copydesk.Finding // but for what the checklist asks in lines of its own
	safe []copydesk.Finding // what may be corrected without asking
	body *markup.Draft
}

// inContent reads a content as it is stored. What its body marks as another language is left alone, and notes to editors are no text.
func (h *House) inContent(ctx context.Context, c news.Content) (findings, error) {
	f := findings{body: markup.DraftOf(markup.HTML(c.Body))}
	if c.Lang != "fa" {
		return f, nil
	}
	desk, err := h.CopyDesk(ctx)
	if err != nil {
		return f, err
	}
	for _, found := range desk.CheckArticle(copydesk.Article{Kicker: c.Kicker, Headline: c.Headline, ShortHeadline: c.ShortHeadline, Lede: c.Lede,
		Caption: c.Picture.Caption, Credit: c.Picture.Credit, Alt: c.Picture.Alt, Body: f.body.Text}) {
		if found.Field == "body" && f.body.Holds(found.Start, found.End) {
			continue
		}
		if found.Safe {
			f.safe = append(f.safe, found)
		}
		if found.Rule == copydesk.LedeMissing || found.Rule == copydesk.HeadlineLong || found.Rule == copydesk.HeadlineStop && found.Field == "headline" {
			continue
		}
		f.all = append(f.all, found)
	}
	return f, nil
}

// fix is the content with what is safe corrected.
func (f findings) fix(c news.Content) news.Content {
	in := func(field string) []copydesk.Finding {
		return slices.DeleteFunc(slices.Clone(f.safe), func(found copydesk.Finding) bool { return found.Field != field })
	}
	for field, text := range map[string]*string{"kicker": &c.Kicker, "headline": &c.Headline, "short_headline": &c.ShortHeadline, "lede": &c.Lede,
		"picture_caption": &c.Picture.Caption, "picture_credit": &c.Picture.Credit, "picture_alt": &c.Picture.Alt} {
		*text = copydesk.Fix(*text, in(field))
	}
	var edits []markup.Edit
	for _, found := range in("body") {
		edits = append(edits, markup.Edit{Start: found.Start, End: found.End, After: found.After})
	}
	c.Body = f.body.Apply(edits...).String()
	return c
}

// FixSafe makes all safe fixes of the copy desk in an article, as a new version: restoring the one before undoes it. Errors as Save.
func (d *Desk) FixSafe(ctx context.Context, actor news.Actor, in Publish) (news.Article, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return news.Article{}, err
	}
	a, err := d.storage.Article(ctx, in.Code)
	if err != nil {
		return news.Article{}, err
	}
	if err := d.unlocked(ctx, actor, in.Code); err != nil {
		return news.Article{}, err
	}
	found, err := d.house.inContent(ctx, a.Content)
	if err != nil {
		return news.Article{}, err
	}
	fixed := d.clean(found.fix(a.Content))
	return d.change(ctx, actor, in.Action, in.Code, in.Base, func(now *news.Article) ([]news.EventKind, error) {
		if !actor.MayEdit(now) {
			return nil, news.Fail(news.Forbidden, "error.not_yours")
		}
		// a was read before: where it is another revision than the base, change has refused.
		if !now.Revise(fixed, actor.User, d.now()) {
			return nil, nil
		}
		return []news.EventKind{news.ArticleDeskFixed}, nil
	})
}
