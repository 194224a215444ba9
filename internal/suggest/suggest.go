// Package suggest chooses what a reader may want next: articles that go with the one being read, and those that others read and discuss.
// It also counts the views from which the most read are known, in memory and without telling readers apart.
//
// # What goes with an article
//
// Articles are compared by their words (stems, those of headline and lede counting more) and tags, each the more the rarer it is among the
// articles of those days. What is alike counts more in the same section and near in time; how fast nearness fades is a matter of the kind.
// The nearest few speak for an article too: what goes with them goes with it. Repeats of a text stand for one another, and of one event of one
// day two stand before others. Candidates are the articles of a month on each side, a
// bounded number of them, and the latest of each tag, however old the article is. What an editor pinned comes first, what an editor banned not at all.
//
// Lists are made in the background (Matcher) and stored; a page reads them through the gate. A job is written in the transaction that makes it
// necessary, so nothing is lost when a node is killed, and each is done by one node.
//
// This room sees public articles only, through store.Public, and returns nothing that did not come out of the gate a moment ago.
// Storage and the drawing of lists are the business of others.
package suggest

import (
	"context"
	"slices"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Public is the readers' gate, as store.Public has it.
type Public interface {
	Suggested(ctx context.Context, code news.Code, limit int) ([]news.PublicCard, error)
	List(ctx context.Context, q news.ListQuery) (news.CardPage, error)
	MostRead(ctx context.Context, since time.Time, limit int) ([]news.PublicCard, error)
	MostDiscussed(ctx context.Context, since time.Time, limit int) ([]news.PublicCard, error)
	Cards(ctx context.Context, codes []news.Code) ([]news.PublicCard, error)
}

// Views keeps the counts of views. Adding is cumulative: two calls for one article and slot add up.
type Views interface {
	AddViews(ctx context.Context, views []news.Views) error
}

// Suggest answers what is suggested and what is most read. It may be used from many goroutines.
type Suggest struct {
	public  Public
	views   Views
	counts  counter
	seen    repeats
	present present
	most    map[news.MostList]*order // filled once
	moved   func(news.Dependency)
}

// New makes a Suggest. Its counts reach the store only while Run runs.
func New(public Public, views Views) *Suggest {
	s := &Suggest{public: public, views: views, counts: counter{counts: map[viewKey]int{}}, most: map[news.MostList]*order{}, moved: func(news.Dependency) {}}
	for _, list := range news.MostLists() {
		s.most[list] = &order{}
	}
	return s
}

// fewest is up to how many lines a short list is filled with the latest of the section.
const fewest = 3

// For suggests up to n articles to go with a, none of which is in shown, the lists that the reader's page has already. Where fewer than
// three go with it the latest of its section follow up to that number. Neither a nor any article twice is among them.
func (s *Suggest) For(ctx context.Context, a news.PublicArticle, shown []news.Code, n int) ([]news.PublicCard, error) {
	if n <= 0 {
		return nil, nil
	}
	found, err := s.public.Suggested(ctx, a.Code, listLength+mostPins)
	if err != nil {
		return nil, err
	}
	not := append(slices.Clone(shown), a.Code)
	var list []news.PublicCard
	take := func(cards []news.PublicCard, most int) {
		for _, card := range cards {
			if len(list) < most && !slices.Contains(not, card.Code) {
				list, not = append(list, card), append(not, card.Code)
			}
		}
	}
	take(found, n)
	if len(list) < min(fewest, n) && a.Section.ID != 0 {
		page, err := s.public.List(ctx, news.ListQuery{Section: a.Section.ID, Limit: fewest + len(not)})
		if err != nil {
			return nil, err
		}
		take(page.Cards, min(fewest, n))
	}
	return list, nil
}

// mostPins is more than editors can pin under one article.
const mostPins = 12
