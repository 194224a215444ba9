// Package suggest chooses what a reader may want next: articles that go with the one being read, and those that others read.
// It also counts the views from which the most read are known, in memory and without telling readers apart.
//
// It sees public articles only, through store.Public, and returns nothing that did not come out of the gate a moment ago.
// Storage of the counts and the drawing of lists are the business of others.
package suggest

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Public is the readers' gate, as store.Public has it.
type Public interface {
	SharingTags(ctx context.Context, code news.Code, limit int) ([]news.Related, error)
	List(ctx context.Context, q news.ListQuery) (news.CardPage, error)
	MostRead(ctx context.Context, since time.Time, limit int) ([]news.PublicCard, error)
	Cards(ctx context.Context, codes []news.Code) ([]news.PublicCard, error)
}

// Views keeps the counts of views. Adding is cumulative: two calls for one article and hour add up.
type Views interface {
	AddViews(ctx context.Context, views []news.Views) error
}

// Suggest answers what is suggested and what is most read. It may be used from many goroutines.
type Suggest struct {
	public Public
	views  Views
	counts counter
	most   mostRead
}

// New makes a Suggest. Its counts reach the store only while Run runs.
func New(public Public, views Views) *Suggest {
	return &Suggest{public: public, views: views, counts: counter{counts: map[viewKey]int{}}}
}

const (
	// candidates is how many articles with common tags are weighed for each one that is wanted.
	candidates = 8
	// halfLife is the distance in time from the article being read at which a common tag counts three quarters: what
	// happened around the same days explains it best, but an old article on the same matter is still better than a fresh one on another.
	halfLife = 30 * 24 * time.Hour
)

// For suggests up to n articles to go with a: those that share the most tags, the ones nearer in time first among equals, and
// when they are not enough the latest of its section. Undated ones stand last. Neither a nor any article twice is among them.
func (s *Suggest) For(ctx context.Context, a news.PublicArticle, n int) ([]news.PublicCard, error) {
	if n <= 0 {
		return nil, nil
	}
	var related []news.Related
	if len(a.Tags) > 0 {
		var err error
		if related, err = s.public.SharingTags(ctx, a.Code, n*candidates); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(related, func(x, y news.Related) int {
		return cmp.Or(
			datedFirst(x.Card, y.Card),
			cmp.Compare(score(a, y), score(a, x)),
			y.Card.PublishedAt.Compare(x.Card.PublishedAt),
			cmp.Compare(y.Card.Code, x.Card.Code),
		)
	})
	list := chosen{self: a.Code, n: n}
	for _, r := range related {
		list.add(r.Card)
	}
	if len(list.cards) < n && a.Section.ID != 0 {
		// Everything that is on the list already may stand among the latest too.
		page, err := s.public.List(ctx, news.ListQuery{Section: a.Section.ID, Limit: n + len(list.cards) + 1})
		if err != nil {
			return nil, err
		}
		for _, card := range page.Cards {
			list.add(card)
		}
	}
	slices.SortStableFunc(list.cards, datedFirst)
	return list.cards, nil
}

func datedFirst(x, y news.PublicCard) int {
	switch ux, uy := x.PublishedAt.IsZero(), y.PublishedAt.IsZero(); {
	case ux == uy:
		return 0
	case ux:
		return 1
	}
	return -1
}

// score is the number of common tags, less by up to half with the distance in time between the two articles. Without a time
// on either side distance is not known and takes nothing away.
func score(a news.PublicArticle, r news.Related) float64 {
	shared := float64(r.Shared)
	if a.PublishedAt.IsZero() || r.Card.PublishedAt.IsZero() {
		return shared
	}
	distance := a.PublishedAt.Sub(r.Card.PublishedAt).Abs()
	return shared * (0.5 + 0.5*math.Exp2(-float64(distance)/float64(halfLife)))
}

// chosen is a list that takes each article once.
type chosen struct {
	self  news.Code
	n     int
	cards []news.PublicCard
}

func (c *chosen) add(card news.PublicCard) {
	if len(c.cards) >= c.n || card.Code == c.self {
		return
	}
	if slices.ContainsFunc(c.cards, func(have news.PublicCard) bool { return have.Code == card.Code }) {
		return
	}
	c.cards = append(c.cards, card)
}
