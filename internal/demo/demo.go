// Package demo fills an empty newsroom with a fictional one: articles, pictures and comments that Dabir's authors wrote for it
// (content/README.md). It uses the actions that everybody uses; nothing here is needed to run a real newsroom.
package demo

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
)

//go:embed content pictures
var files embed.FS

// Desks are the actions that the demo calls. Without Front the front page arranges itself.
type Desks struct {
	Editorial *editorial.Desk
	Front     *editorial.FrontDesk
	Topics    *editorial.Topics // nil: none are written
	Library   *media.Library
	Store     Store
}

// Store is what the demo sets without an editor's act.
type Store interface {
	EnsureSection(ctx context.Context, actor news.Actor, section news.Section) (news.Section, error)
	AddViews(ctx context.Context, views []news.Views) error
	CodeByOrigin(ctx context.Context, origin string) (news.Code, error)
}

// Fill puts the fictional newsroom in: dates count back from now. What an earlier start put in already stays as it is, so
// that a second start goes on where the first stopped.
func Fill(ctx context.Context, desks Desks, now time.Time) error {
	actor := news.SystemActor("demo", news.Operator, news.ChiefEditor)
	sections, err := readSections()
	if err != nil {
		return err
	}
	for _, s := range sections {
		if _, err := desks.Store.EnsureSection(ctx, actor, s); err != nil {
			return err
		}
	}
	entries, err := readEntries(now)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, s := range sections {
		names[s.Slug] = s.Name
	}
	var fresh []entry
	var items []news.Import
	for _, e := range entries {
		e.item.SectionName = names[e.section]
		outcome, err := desks.Editorial.CheckImport(ctx, actor, []news.Import{e.item})
		if err != nil {
			return err
		}
		if outcome[0].Existing {
			continue
		}
		if err := addPicture(ctx, desks.Library, actor, &e); err != nil {
			return err
		}
		fresh, items = append(fresh, e), append(items, e.item)
	}
	outcomes, err := desks.Editorial.Import(ctx, actor, items)
	if err != nil {
		return err
	}
	var views []news.Views
	for i, outcome := range outcomes {
		views = append(views, news.Views{Article: outcome.Code, Slot: now.Truncate(time.Hour), Count: fresh[i].views(now)})
		if outcome.Refused != "" {
			return fmt.Errorf("demo article %s: %s", fresh[i].item.Article.Origin, outcome.Refused)
		}
		for _, c := range fresh[i].wrong {
			c.Article = outcome.Code
			if _, err := desks.Editorial.Correct(ctx, actor, "", c); err != nil {
				return fmt.Errorf("demo article %s: %w", fresh[i].item.Article.Origin, err)
			}
		}
		if fresh[i].withdrawal == "" {
			continue
		}
		if _, err := desks.Editorial.Withdraw(ctx, actor, editorial.Withdraw{Code: outcome.Code, Reason: fresh[i].withdrawal}); err != nil {
			return err
		}
	}
	if desks.Topics != nil {
		if err := saveTopics(ctx, actor, desks.Topics); err != nil {
			return err
		}
	}
	if err := desks.Store.AddViews(ctx, views); err != nil || desks.Front == nil {
		return err
	}
	return arrangeFront(ctx, actor, desks, now)
}

// views invents how often an article was read: what is discussed is read, and what is old is read less.
func (e *entry) views(now time.Time) int {
	days := int(now.Sub(e.item.Article.UpdatedAt).Hours() / 24)
	return (3 + 17*len(e.item.Comments)) / (1 + days)
}

// addPicture takes the entry's drawing into the library.
func addPicture(ctx context.Context, library *media.Library, actor news.Actor, e *entry) error {
	if e.picture == "" {
		return nil
	}
	drawing, err := files.ReadFile("pictures/" + e.picture)
	if err != nil {
		return err
	}
	p := &e.item.Article.Content.Picture
	m, err := library.Add(ctx, actor, media.Upload{Reader: bytes.NewReader(drawing), Caption: p.Caption, Credit: p.Credit, Alt: p.Alt})
	if err != nil {
		return fmt.Errorf("demo picture %s: %w", e.picture, err)
	}
	p.Media = m.ID
	return nil
}
