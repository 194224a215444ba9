package suggest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

const (
	mostReadWindow = 24 * time.Hour
	mostReadFresh  = 60 * time.Second
	// mostReadKept is more than any list shows, so that enough stay when some are withdrawn meanwhile.
	mostReadKept = 30
)

// mostRead remembers the order of the most read articles, not the articles: what is shown of them passes the gate each time.
type mostRead struct {
	mu     sync.Mutex
	codes  []news.Code
	until  time.Time
	asking bool // somebody is asking the store
	moved  func()
}

// WhenMoved has f called whenever the order of the most read has changed, at most once a minute. It is set before Run.
func (s *Suggest) WhenMoved(f func()) { s.most.moved = f }

// MostRead lists the up to n articles, at most 30, that were opened most often in the last 24 hours. The order is up to a
// minute old; an article that was withdrawn within it is not shown. It is empty when nothing was read.
func (s *Suggest) MostRead(ctx context.Context, n int) ([]news.PublicCard, error) {
	news.Depend(ctx, news.MostReadList)
	codes, err := s.most.order(ctx, s.public)
	if err != nil || len(codes) == 0 || n <= 0 {
		return nil, err
	}
	cards, err := s.public.Cards(ctx, codes)
	if err != nil {
		return nil, err
	}
	return cards[:min(n, len(cards))], nil
}

// order asks the store at most once a minute. Who comes while somebody asks takes the order of the minute before: nobody waits,
// perhaps holding a connection that the one who asks needs. Before the first answer each asks for himself.
func (m *mostRead) order(ctx context.Context, public Public) ([]news.Code, error) {
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
	cards, err := public.MostRead(ctx, now.Add(-mostReadWindow), mostReadKept)
	if err != nil {
		return nil, err
	}
	codes := make([]news.Code, len(cards))
	for i, card := range cards {
		codes[i] = card.Code
	}
	m.mu.Lock()
	changed := !slices.Equal(m.codes, codes)
	m.codes, m.until = codes, now.Add(mostReadFresh)
	m.mu.Unlock()
	if changed && m.moved != nil {
		m.moved()
	}
	return codes, nil
}
