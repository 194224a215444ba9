package editorial

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian/copydesk"
)

// Check is one line of the checklist before publishing.
type Check struct {
	Stops bool   // red: it cannot go out; otherwise yellow: it is asked about
	Field string // of the form
	Key   string // in the catalog
	Args  []any
	// Findings are the first of those that the line counts, when it is the copy desk's.
	Findings []copydesk.Finding
}

// question names what is asked, so that an answer can be kept; a line that says something else is another question.
func (c Check) question() string { return fmt.Sprint(append([]any{c.Key}, c.Args...)...) }

// Checks is a checklist; empty means that nothing stands in the way.
type Checks []Check

const (
	longHeadline = 110       // characters; beyond it lists and messengers cut it
	heavyText    = 30_000    // bytes, compressed: some 15,000 words
	heavyPage    = 1_000_000 // bytes with the pictures: ten seconds on a slow line of a phone (1 Mbit/s)
	heavyAlbum   = 4_000_000 // bytes of an article of pictures, where each is loaded as the reader comes to it
	shortBody    = 40        // words of a news item
	// findingsShown is how many of the copy desk's findings stand in the checklist; the editor has them all.
	findingsShown = 5
)

// needs says what each kind of article must have, beside a headline and a text.
var needs = map[news.ArticleKind]struct{ byline, picture bool }{
	news.KindReport:    {byline: true},
	news.KindInterview: {byline: true},
	news.KindOpinion:   {byline: true},
	news.KindPhoto:     {byline: true, picture: true},
}

// Checklist is what stands between an article of that weight and its readers, but for what the copy desk says.
func Checklist(c news.Content, weight PageWeight) Checks {
	var all Checks
	stop := func(bad bool, field, key string, args ...any) {
		if bad {
			all = append(all, Check{Stops: true, Field: field, Key: key, Args: args})
		}
	}
	ask := func(bad bool, field, key string, args ...any) {
		if bad {
			all = append(all, Check{Field: field, Key: key, Args: args})
		}
	}
	body := markup.WithoutNotes(markup.HTML(c.Body))
	words := markup.Words(body)
	stop(c.Headline == "", "headline", "error.headline_missing")
	stop(body == "" && c.Lede == "", "body", "error.body_missing")
	stop(needs[c.Kind].byline && len(c.Bylines) == 0, "bylines", "check.byline")
	stop(needs[c.Kind].picture && c.Picture.Media == 0 && !strings.Contains(c.Body, "<img"), "picture", "check.picture")
	stop(c.Picture.Media != 0 && c.Picture.Credit == "", "picture_credit", "error.picture_credit")

	ask(c.Lede == "", "lede", "check.lede")
	ask(utf8.RuneCountInString(c.Headline) > longHeadline, "headline", "check.headline_long", longHeadline)
	ask(strings.HasSuffix(c.Headline, "."), "headline", "check.headline_stop")
	ask(len(c.Tags) == 0, "tags", "check.tags")
	ask(c.Picture.Media != 0 && c.Picture.Alt == "", "picture_alt", "check.alt")
	ask(c.Source == "" && len(c.Bylines) == 0, "source", "check.nobody")
	ask(body != "" && words < shortBody && c.Kind == news.KindNews, "body", "check.short", words)
	most := int64(heavyPage)
	if c.Kind == news.KindPhoto {
		most = heavyAlbum
	}
	ask(weight.Text > heavyText || weight.Total() > most, "body", "check.heavy", weight.Total()/1000, weight.Pictures/1000)
	return all
}

// Questions is the whole checklist of an article, with what the copy desk says, but for the questions that an editor has answered for
// its working revision.
func (d *Desk) Questions(ctx context.Context, actor news.Actor, a news.Article) (Checks, error) {
	if err := actor.Require(news.RightEnter); err != nil {
		return nil, err
	}
	weight, err := d.weightOf(ctx, a.Content)
	if err != nil {
		return nil, err
	}
	all := Checklist(a.Content, weight)
	found, err := d.house.inContent(ctx, a.Content)
	if err != nil {
		return nil, err
	}
	if len(found.all) > 0 {
		safe := 0
		for _, f := range found.all {
			if f.Safe {
				safe++
			}
		}
		all = append(all, Check{Field: "body", Key: "check.copydesk", Args: []any{len(found.all), safe}, Findings: found.all[:min(len(found.all), findingsShown)]})
	}
	return slices.DeleteFunc(all, func(c Check) bool { return !c.Stops && a.HasAnswered(c.question()) }), nil
}

// questionsBefore is the checklist of the revision that is to go out. When another revision is the working one by then, whoever asks
// is refused for that.
func (d *Desk) questionsBefore(ctx context.Context, actor news.Actor, in Publish) (Checks, error) {
	a, err := d.storage.Article(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	return d.Questions(ctx, actor, a)
}

// Stop tells whether something red is on the list.
func (all Checks) Stop() bool {
	for _, c := range all {
		if c.Stops {
			return true
		}
	}
	return false
}

// answer keeps what was asked and confirmed with the article.
func (all Checks) answer(a *news.Article) {
	var asked []string
	for _, c := range all {
		if !c.Stops {
			asked = append(asked, c.question())
		}
	}
	a.Answer(asked...)
}

// verdict is an Invalid error at each field that stops, or a Conflict "error.checklist" when there is something to ask
// and nobody confirmed it.
func (all Checks) verdict(confirmed bool) error {
	var red []error
	for _, c := range all {
		if c.Stops {
			red = append(red, news.FieldError(c.Field, c.Key, c.Args...))
		}
	}
	if len(red) > 0 {
		return errors.Join(red...)
	}
	if len(all) > 0 && !confirmed {
		return news.Fail(news.Conflict, "error.checklist", len(all))
	}
	return nil
}
