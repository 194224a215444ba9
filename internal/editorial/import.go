package editorial

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Import stores articles that an importer read, each with its comments and each wholly or not at all. An outcome stands for each
// item, in order: taken, already there by its origin, or refused and why. The error is Forbidden or the database's;
// what was stored before it stays, and importing again goes on from there.
func (d *Desk) Import(ctx context.Context, actor news.Actor, items []news.Import) ([]news.ImportOutcome, error) {
	if err := actor.Require(news.RightImport); err != nil {
		return nil, err
	}
	outcomes := make([]news.ImportOutcome, len(items))
	now := d.now()
	var good []news.Import
	var places []int
	for i := range items {
		item, err := d.prepareImport(items[i], now)
		if err != nil {
			outcomes[i].Refused = plain(err)
			continue
		}
		good = append(good, item)
		places = append(places, i)
	}
	stored, err := d.storage.ImportArticles(ctx, actor, good)
	for i, outcome := range stored {
		outcomes[places[i]] = outcome
	}
	return outcomes, err
}

// CheckImport tells what Import would do with the items and changes nothing.
func (d *Desk) CheckImport(ctx context.Context, actor news.Actor, items []news.Import) ([]news.ImportOutcome, error) {
	if err := actor.Require(news.RightImport); err != nil {
		return nil, err
	}
	outcomes := make([]news.ImportOutcome, len(items))
	now := d.now()
	for i := range items {
		item, err := d.prepareImport(items[i], now)
		if err != nil {
			outcomes[i].Refused = plain(err)
			continue
		}
		code, err := d.storage.CodeByOrigin(ctx, item.Article.Origin)
		if err != nil && news.KindOf(err) != news.NotFound {
			return nil, err
		}
		outcomes[i] = news.ImportOutcome{Code: code, Existing: err == nil}
	}
	return outcomes, nil
}

func (d *Desk) prepareImport(item news.Import, now time.Time) (news.Import, error) {
	a := &item.Article
	c := d.clean(a.Content)
	a.Content = c
	item.SectionName = persian.CleanLine(item.SectionName)
	wrong := checkLengths(c)
	if c.Headline == "" {
		wrong = append(wrong, errors.New("it has no headline"))
	}
	if a.Origin == "" {
		wrong = append(wrong, errors.New("it has no origin"))
	}
	switch a.State {
	case news.Published:
		if err := publishable(c); err != nil {
			wrong = append(wrong, errors.New("it has neither lede nor body"))
		}
		if a.PublishedAt.After(now) {
			wrong = append(wrong, fmt.Errorf("its date, %s, is in the future", a.PublishedAt.Format(time.RFC3339)))
		}
		a.ModifiedAt = a.PublishedAt
	case news.Draft:
		a.PublishedAt = time.Time{}
	default:
		wrong = append(wrong, fmt.Errorf("an article cannot be imported as %q", a.State))
	}
	a.CreatedAt, a.UpdatedAt = now, now
	if !a.PublishedAt.IsZero() {
		a.CreatedAt, a.UpdatedAt = a.PublishedAt, a.PublishedAt
	}
	return item, errors.Join(wrong...)
}

// plain says in English, for the operator's report, why an item was refused.
func plain(err error) string {
	var parts []string
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			parts = append(parts, plain(one))
		}
		return strings.Join(parts, "; ")
	}
	fields := news.Errors(err)
	if len(fields) == 0 {
		return err.Error()
	}
	field := strings.ReplaceAll(fields[0].Field, "_", " ")
	switch f := fields[0]; f.Key {
	case "error.too_long":
		return fmt.Sprintf("its %s has %d characters, more than %d", field, f.Args[1], f.Args[0])
	case "error.too_many_tags", "error.too_many_bylines":
		return fmt.Sprintf("it has more than %d %s", f.Args[0], field)
	default:
		return fmt.Sprintf("%s: %s", field, strings.TrimPrefix(f.Key, "error."))
	}
}
