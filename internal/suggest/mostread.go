package suggest

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// A list's order is asked anew after mostFresh; that of a week moves slowly and costs more.
const (
	mostFresh     = time.Minute
	mostFreshWeek = 10 * time.Minute
)

// spanOf is over which time a list looks, how old its order may be, and what its pages depend on.
func spanOf(list news.MostList) (window, fresh time.Duration, on news.Dependency) {
	switch list {
	case news.MostReadHour:
		return time.Hour, mostFresh, news.MostReadHourList
	case news.MostReadWeek:
		return 7 * 24 * time.Hour, mostFreshWeek, news.MostReadWeekList
	case news.MostDiscussed:
		return 7 * 24 * time.Hour, mostFresh, news.MostDiscussedList
	}
	return 24 * time.Hour, mostFresh, news.MostReadList
}

// mostKept is more than any list shows, so that enough stay when some are withdrawn meanwhile.
const mostKept = 30

// order remembers the order of a list, not the articles: what is shown of them passes the gate each time.
type order struct {
	mu     sync.Mutex
	codes  []news.Code
	until  time.Time
	asking bool // somebody is asking the store
}

// WhenMoved has f called whenever the order of a list has changed, for each at most once a minute. It is set before Run.
func (s *Suggest) WhenMoved(f func(news.Dependency)) { s.moved = f }

// A page that shows the most read beside its own matter takes their order of between five and ten minutes ago at the most: what is merely read
// makes no such page old. If it did, all pages of an archive would be made anew at once, each minute.
const besideLeast, besideMost = 5 * time.Minute, 10 * time.Minute

// MostRead lists the up to n articles, at most 30, that were opened most often in the last 24 hours, for a page of something else. Whatever
// is kept of that page grows old by itself within ten minutes.
func (s *Suggest) MostRead(ctx context.Context, n int) ([]news.PublicCard, error) {
	news.Until(ctx, time.Now().Add(besideLeast+rand.N(besideMost-besideLeast)))
	return s.first(ctx, news.MostReadDay, n)
}

// Most is a list's first n articles, at most 30. The order is up to a minute old, that of a week ten; an article that was withdrawn within it is not
// shown. It is empty when nothing was read or discussed. NotFound for a list that is none.
func (s *Suggest) Most(ctx context.Context, list news.MostList, n int) ([]news.PublicCard, error) {
	_, _, on := spanOf(list)
	news.Depend(ctx, on)
	return s.first(ctx, list, n)
}

func (s *Suggest) first(ctx context.Context, list news.MostList, n int) ([]news.PublicCard, error) {
	m := s.most[list]
	if m == nil {
		return nil, news.Fail(news.NotFound, "error.not_found")
	}
	codes, err := s.order(ctx, list, m)
	if err != nil || len(codes) == 0 || n <= 0 {
		return nil, err
	}
	cards, err := s.public.Cards(ctx, codes)
	if err != nil {
		return nil, err
	}
	return cards[:min(n, len(cards))], nil
}

// order asks the store when what is remembered is too old. Who comes while somebody asks takes the order of before: nobody waits,
// perhaps holding a connection that the one who asks needs. Before the first answer each asks for himself.
func (s *Suggest) order(ctx context.Context, list news.MostList, m *order) ([]news.Code, error) {
	window, fresh, on := spanOf(list)
	m.mu.Lock()
	now := time.Now()
	if now.Before(m.until) || m.asking && !m.until.IsZero() {
		defer m.mu.Unlock()
		return m.codes, nil
	}
	m.asking = true
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		m.asking = false
		m.mu.Unlock()
	}()
	ask := s.public.MostRead
	if list == news.MostDiscussed {
		ask = s.public.MostDiscussed
	}
	cards, err := ask(ctx, now.Add(-window), mostKept)
	if err != nil {
		return nil, err
	}
	codes := make([]news.Code, len(cards))
	for i, card := range cards {
		codes[i] = card.Code
	}
	m.mu.Lock()
	changed := !slices.Equal(m.codes, codes)
	m.codes, m.until = codes, now.Add(fresh)
	m.mu.Unlock()
	if changed {
		s.moved(on)
	}
	return codes, nil
}
