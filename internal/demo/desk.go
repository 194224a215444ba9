package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// deskFile is content/desk.toml.
type deskFile struct {
	Article  []deskArticle `toml:"article"`
	Template []struct {
		Kind string `toml:"kind"`
		Lede string `toml:"lede"`
		Body string `toml:"body"`
	} `toml:"template"`
	Change []struct {
		Article    int    `toml:"article"`
		By         string `toml:"by"`
		MinutesAgo int    `toml:"minutes_ago"`
		InHours    int    `toml:"in_hours"`
		Lede       string `toml:"lede"`
	} `toml:"change"`
}

// deskArticle is an article on its way: who wrote it when, and the steps it took.
type deskArticle struct {
	By         string        `toml:"by"`
	Section    string        `toml:"section"`
	Kind       string        `toml:"kind"`
	Kicker     string        `toml:"kicker"`
	Headline   string        `toml:"headline"`
	Lede       string        `toml:"lede"`
	Tags       []string      `toml:"tags"`
	Bylines    []news.Byline `toml:"bylines"`
	Source     string        `toml:"source"`
	MinutesAgo int           `toml:"minutes_ago"`
	Body       string        `toml:"body"`
	Steps      []deskStep    `toml:"steps"`
}

// deskStep is one step of an article; without By its author takes it.
type deskStep struct {
	Do         string `toml:"do"` // submit, note, return, take, embargo, schedule, trash
	By         string `toml:"by"`
	MinutesAgo int    `toml:"minutes_ago"`
	InHours    int    `toml:"in_hours"` // from the demo's start: until when it is locked, when it comes out
	Reason     string `toml:"reason"`
	Text       string `toml:"text"`
}

// day lets the newsroom's people go through the hours before the demo's start: each act has its own time.
type day struct {
	ctx    context.Context
	desks  Desks
	people map[string]news.Actor // by username
	bySlug map[string]news.SectionID
	start  time.Time
	at     time.Time // of the act that is done
}

// FillDesk puts work on the desks of a newsroom that Fill filled: what its people, named by username, write, return, schedule and hold
// back. at makes an editorial desk with a clock. A newsroom that has the first of these articles is left as it is.
func FillDesk(ctx context.Context, desks Desks, people map[string]news.Actor, at func(clock func() time.Time) *editorial.Desk, now time.Time) error {
	var file deskFile
	if err := decode("content/desk.toml", &file); err != nil {
		return err
	}
	d := day{ctx: ctx, desks: desks, people: people, bySlug: map[string]news.SectionID{}, start: now, at: now}
	d.desks.Editorial = at(func() time.Time { return d.at })
	for _, username := range []string{"sardabir", "dabir", "khabarnegar", "omid"} {
		if people[username].User == 0 {
			return fmt.Errorf("the demo's newsroom has no %q", username)
		}
	}
	found, err := desks.Editorial.Articles(ctx, people["sardabir"], news.ArticleFilter{Text: file.Article[0].Headline, Limit: 1})
	if err != nil || len(found.Rows) > 0 {
		return err
	}
	sections, err := desks.Editorial.Sections(ctx)
	if err != nil {
		return err
	}
	for _, s := range sections {
		d.bySlug[s.Slug] = s.ID
	}
	for _, t := range file.Template {
		c := news.Content{Kind: news.ArticleKind(t.Kind), Lang: "fa", Lede: t.Lede, Body: markup.FromMarkdown(t.Body).String(), EndMark: true}
		if err := desks.Editorial.SaveTemplate(ctx, people["sardabir"], c); err != nil {
			return fmt.Errorf("demo template %s: %w", t.Kind, err)
		}
	}
	for _, a := range file.Article {
		if err := d.write(a); err != nil {
			return fmt.Errorf("demo article %q: %w", a.Headline, err)
		}
	}
	for _, c := range file.Change {
		if err := d.change(c.Article, c.By, c.Lede, c.MinutesAgo, c.InHours); err != nil {
			return fmt.Errorf("demo change of %d: %w", c.Article, err)
		}
	}
	return nil
}

func (d *day) goBack(minutes int) { d.at = d.start.Add(-time.Duration(minutes) * time.Minute) }

func (d *day) write(a deskArticle) error {
	d.goBack(a.MinutesAgo)
	made, err := d.desks.Editorial.Save(d.ctx, d.people[a.By], editorial.Save{Content: news.Content{Lang: "fa", Kind: news.ArticleKind(a.Kind), Kicker: a.Kicker,
		Headline: a.Headline, Lede: a.Lede, Body: markup.FromMarkdown(a.Body).String(), Source: a.Source, EndMark: true, Section: d.bySlug[a.Section],
		Tags: a.Tags, Bylines: a.Bylines}})
	for _, s := range a.Steps {
		if err != nil {
			return err
		}
		if s.By == "" {
			s.By = a.By
		}
		d.goBack(s.MinutesAgo)
		made, err = d.step(made, s)
	}
	return err
}

func (d *day) step(a news.Article, s deskStep) (news.Article, error) {
	who, step := d.people[s.By], editorial.Step{Code: a.Code}
	moment := d.start.Add(time.Duration(s.InHours) * time.Hour).Truncate(time.Hour)
	desk := d.desks.Editorial
	switch s.Do {
	case "submit":
		return desk.Submit(d.ctx, who, step)
	case "note":
		content := a.Content
		content.Body += `<aside class="desk-note"><p>` + s.Text + `</p></aside>`
		return desk.Save(d.ctx, who, editorial.Save{Code: a.Code, Base: a.Revision, Content: content})
	case "return":
		return desk.Return(d.ctx, who, step, s.Reason)
	case "take":
		return desk.Take(d.ctx, who, step)
	case "embargo":
		return desk.Embargo(d.ctx, who, step, moment)
	case "schedule":
		return desk.Schedule(d.ctx, who, editorial.Publish{Code: a.Code, Base: a.Revision, Confirmed: true}, moment)
	case "trash":
		return desk.Trash(d.ctx, who, step)
	}
	return a, fmt.Errorf("there is no step %q", s.Do)
}

// change writes a new lede into a public article and lets it come out later.
func (d *day) change(number int, by, lede string, minutesAgo, inHours int) error {
	d.goBack(minutesAgo)
	code, err := d.desks.Store.CodeByOrigin(d.ctx, origin(number))
	if err != nil {
		return err
	}
	a, err := d.desks.Editorial.Article(d.ctx, d.people[by], code)
	if err != nil {
		return err
	}
	a.Content.Lede = lede
	a, err = d.desks.Editorial.Save(d.ctx, d.people[by], editorial.Save{Code: code, Base: a.Revision, Content: a.Content})
	if err != nil {
		return err
	}
	_, err = d.step(a, deskStep{Do: "schedule", By: by, InHours: inHours})
	return err
}
