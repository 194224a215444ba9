package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// frontFile is content/front.toml.
type frontFile struct {
	Breaking struct {
		Kind    string `toml:"kind"`
		Text    string `toml:"text"`
		Article int    `toml:"article"`
		Hours   int    `toml:"hours"` // from the demo's start on
	} `toml:"breaking"`
	Slot []struct {
		Place   string `toml:"place"`
		Article int    `toml:"article"`
		Rule    string `toml:"rule"`
		Section string `toml:"section"`
		Kind    string `toml:"kind"`
		Tag     string `toml:"tag"`
		Dossier string `toml:"dossier"`
		Count   int    `toml:"count"`
		Heading string `toml:"heading"`
	} `toml:"slot"`
	Dossier struct {
		Title    string `toml:"title"`
		Slug     string `toml:"slug"`
		Text     string `toml:"text"`
		Pinned   []int  `toml:"pinned"`
		Articles []int  `toml:"articles"`
		Tag      string `toml:"tag"`
	} `toml:"dossier"`
}

// editors arrange the front page as people do, by the same acts.
type editors struct {
	ctx    context.Context
	actor  news.Actor
	desks  Desks
	file   frontFile
	bySlug map[string]news.SectionID
}

// arrangeFront publishes the demo's dossier and its front page, unless somebody published one already.
func arrangeFront(ctx context.Context, actor news.Actor, desks Desks, now time.Time) error {
	state, err := desks.Front.State(ctx, actor)
	if err != nil || state.Published.Number > 0 || state.Draft.Version > 0 {
		return err
	}
	e := editors{ctx: ctx, actor: actor, desks: desks, bySlug: map[string]news.SectionID{}}
	if err := decode("content/front.toml", &e.file); err != nil {
		return err
	}
	sections, err := desks.Editorial.Sections(ctx)
	if err != nil {
		return err
	}
	for _, s := range sections {
		e.bySlug[s.Slug] = s.ID
	}
	if err := e.dossier(); err != nil {
		return fmt.Errorf("demo dossier: %w", err)
	}
	if err := e.slots(); err != nil {
		return fmt.Errorf("demo front page: %w", err)
	}
	bar := e.file.Breaking
	code, err := e.code(bar.Article)
	if err != nil {
		return err
	}
	_, err = desks.Front.Announce(ctx, actor, editorial.Announce{Breaking: news.Breaking{Kind: news.BreakingKind(bar.Kind), Text: bar.Text,
		Article: code, Until: now.Add(time.Duration(bar.Hours) * time.Hour)}})
	return err
}

// code is an article's, by the number of its file; 0 for none.
func (e *editors) code(number int) (news.Code, error) {
	if number == 0 {
		return 0, nil
	}
	return e.desks.Store.CodeByOrigin(e.ctx, origin(number))
}

func (e *editors) dossier() error {
	all, err := e.desks.Front.Dossiers(e.ctx, e.actor)
	if err != nil || len(all) > 0 {
		return err
	}
	d := e.file.Dossier
	content := news.DossierContent{Title: d.Title, Text: markup.FromMarkdown(d.Text).String(), TagName: d.Tag}
	for i, list := range [][]int{d.Pinned, d.Articles} {
		for _, number := range list {
			code, err := e.code(number)
			if err != nil {
				return err
			}
			content.Items = append(content.Items, news.DossierItem{Code: code, Pinned: i == 0})
		}
	}
	made, err := e.desks.Front.SaveDossier(e.ctx, e.actor, editorial.SaveDossier{Slug: d.Slug, Content: content})
	if err != nil {
		return err
	}
	_, err = e.desks.Front.PublishDossier(e.ctx, e.actor, editorial.DossierStep{ID: made.ID, Base: made.Version})
	return err
}

func (e *editors) slots() error {
	version := 0
	for _, s := range e.file.Slot {
		code, err := e.code(s.Article)
		if err != nil {
			return err
		}
		in := editorial.FrontEdit{Base: version, Do: editorial.FrontAddRule, Place: news.FrontPlace(s.Place), Article: code,
			Fill: news.FrontFill{Rule: news.FrontRule(s.Rule), Section: e.bySlug[s.Section], Kind: news.ArticleKind(s.Kind), Name: s.Tag, Slug: s.Dossier,
				Count: max(1, s.Count), Heading: s.Heading}}
		if code != 0 {
			in.Do = editorial.FrontAdd
		}
		state, slot, err := e.desks.Front.Edit(e.ctx, e.actor, in)
		if err != nil {
			return err
		}
		version = state.Draft.Version
		// An article among the blocks is added at their head; the file has it where it stands.
		if code != 0 && in.Place == news.FrontBlock {
			in = editorial.FrontEdit{Base: version, Do: editorial.FrontPut, Slot: slot, Place: in.Place, At: news.MaxFrontSlots}
			if state, _, err = e.desks.Front.Edit(e.ctx, e.actor, in); err != nil {
				return err
			}
			version = state.Draft.Version
		}
	}
	_, err := e.desks.Front.Publish(e.ctx, e.actor, editorial.PublishFront{Base: version})
	return err
}
