package editorial

import (
	"cmp"
	"context"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// settledShown is how many settled notes are told of.
const settledShown = 10

// Notes are the notes between editors of an article: those that stand in its text, in their order, then the ones settled last, at most ten.
func (d *Desk) Notes(ctx context.Context, actor news.Actor, a news.Article) ([]news.DeskNote, error) {
	if err := actor.Require(news.RightEnter); err != nil {
		return nil, err
	}
	kept, err := d.storage.DeskNotes(ctx, a.Code)
	if err != nil {
		return nil, err
	}
	var all []news.DeskNote
	for _, n := range markup.Notes(markup.HTML(a.Content.Body)) {
		note := news.DeskNote{Key: n.Key, Text: n.Text}
		if i := slices.IndexFunc(kept, func(k news.DeskNote) bool { return k.Key == n.Key && k.Open() }); i >= 0 {
			note = kept[i]
		}
		all = append(all, note)
	}
	settled := slices.DeleteFunc(kept, news.DeskNote.Open)
	slices.SortFunc(settled, func(x, y news.DeskNote) int {
		return cmp.Or(y.SettledAt.Compare(x.SettledAt), cmp.Compare(x.Key, y.Key))
	})
	return append(all, settled[:min(settledShown, len(settled))]...), nil
}

// SettleNote takes a note out of the text, which makes a new version; a note that is gone already changes nothing. Errors as Save.
func (d *Desk) SettleNote(ctx context.Context, actor news.Actor, in Step, key string) (news.Article, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return news.Article{}, err
	}
	if err := d.unlocked(ctx, actor, in.Code); err != nil {
		return news.Article{}, err
	}
	now := d.now()
	return d.storage.UpdateArticle(ctx, actor, in.Action, in.Code, func(a *news.Article) ([]news.EventKind, error) {
		if !actor.MayEdit(a) {
			return nil, news.Fail(news.Forbidden, "error.not_yours")
		}
		content := a.Content
		content.Body = string(markup.WithoutNote(markup.HTML(content.Body), key))
		if !a.Revise(content, actor.User, now) {
			return nil, nil
		}
		return []news.EventKind{news.ArticleSaved}, nil
	})
}
