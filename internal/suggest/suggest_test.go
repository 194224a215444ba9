package suggest

import (
	"context"
	"crypto/rand"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// site is a public site in memory: what the real gate would answer for its cards.
type site struct {
	mu      sync.Mutex
	cards   []news.PublicCard // newest first, undated last
	related []news.Code
	most    []news.Code
	asked   int // calls of MostRead
	since   time.Time
	slow    time.Duration // what MostRead takes
	err     error
	stored  []news.Views
	failing error
}

func (s *site) Suggested(ctx context.Context, _ news.Code, limit int) ([]news.PublicCard, error) {
	cards, _ := s.Cards(ctx, s.related[:min(limit, len(s.related))])
	return cards, s.err
}

func (s *site) MostDiscussed(ctx context.Context, since time.Time, limit int) ([]news.PublicCard, error) {
	return nil, s.err
}

func (s *site) List(_ context.Context, q news.ListQuery) (news.CardPage, error) {
	var page news.CardPage
	for _, c := range s.cards {
		if c.Section.ID == q.Section && len(page.Cards) < q.Limit {
			page.Cards = append(page.Cards, c)
		}
	}
	return page, s.err
}

func (s *site) MostRead(_ context.Context, since time.Time, limit int) ([]news.PublicCard, error) {
	s.asked++
	s.since = since
	time.Sleep(s.slow)
	cards, _ := s.Cards(context.Background(), s.most)
	return cards[:min(limit, len(cards))], s.err
}

func (s *site) Cards(_ context.Context, codes []news.Code) ([]news.PublicCard, error) {
	var out []news.PublicCard
	for _, code := range codes {
		for _, c := range s.cards {
			if c.Code == code {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

func (s *site) AddViews(_ context.Context, views []news.Views) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing != nil {
		return s.failing
	}
	s.stored = append(s.stored, views...)
	return nil
}

// total adds up what was stored of an article.
func (s *site) total(code news.Code) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, v := range s.stored {
		if v.Article == code {
			n += v.Count
		}
	}
	return n
}

var noon = time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC)

// card makes an article of section 1 that is so many days older than noon; a negative number makes an undated one.
func card(code news.Code, days int) news.PublicCard {
	c := news.PublicCard{Code: code, Section: news.Section{ID: 1}}
	if days >= 0 {
		c.PublishedAt = noon.AddDate(0, 0, -days)
	}
	return c
}

func codes(cards []news.PublicCard) string {
	var out []string
	for _, c := range cards {
		out = append(out, c.Code.String())
	}
	return strings.Join(out, " ")
}

func TestSuggestionsStandNowhereElseOnThePage(t *testing.T) {
	latest := []news.PublicCard{card(20, 0), card(21, 1), card(22, 2), card(23, 3), card(3, 4), card(2, 9), card(1, 9), card(4, -1)}
	tests := []struct {
		name    string
		related []news.Code
		shown   []news.Code
		n       int
		want    string
	}{
		{"in their order", []news.Code{3, 2, 22, 4}, nil, 3, "3 2 22"},
		{"what the page shows is left out", []news.Code{3, 2, 22, 4}, []news.Code{2, 22}, 3, "3 4 20"},
		{"filled up with the section's latest", []news.Code{2}, []news.Code{20}, 6, "2 21 22"},
		{"three are enough", []news.Code{2, 3, 4}, nil, 6, "2 3 4"},
		{"nothing twice", []news.Code{21, 21}, nil, 6, "21 20 22"},
		{"never itself", []news.Code{1}, nil, 2, "20 21"},
		{"nothing goes with it", nil, nil, 9, "20 21 22"},
		{"none wanted", []news.Code{2}, nil, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := news.PublicArticle{PublicCard: card(1, 0)}
			got, err := New(&site{cards: latest, related: tt.related}, nil).For(t.Context(), a, tt.shown, tt.n)
			if err != nil || codes(got) != tt.want {
				t.Errorf("got %q, %v; want %q", codes(got), err, tt.want)
			}
		})
	}
}

func TestSuggestionsTellOfAFailingStore(t *testing.T) {
	s := &site{err: errors.New("no store")}
	if _, err := New(s, nil).For(t.Context(), news.PublicArticle{PublicCard: card(1, 0)}, nil, 3); !errors.Is(err, s.err) {
		t.Errorf("error %v", err)
	}
}

// somebody is another reader each time.
func somebody() netip.Addr {
	var ip [16]byte
	rand.Read(ip[:])
	return netip.AddrFrom16(ip)
}

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

func TestViewsReachTheStoreWithinSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{}
		sug := New(s, s)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- sug.Run(ctx) }()
		for range 3 {
			sug.Count(7, somebody(), firefox)
		}
		sug.Count(8, somebody(), firefox)
		sug.Count(0, somebody(), firefox)
		time.Sleep(flushEvery - time.Millisecond)
		synctest.Wait()
		if got := s.total(7); got != 0 {
			t.Errorf("%d views before the time", got)
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if s.total(7) != 3 || s.total(8) != 1 || len(s.stored) != 2 {
			t.Errorf("stored %v", s.stored)
		}
		slot := time.Now().UTC().Truncate(news.ViewSlot)
		if !s.stored[0].Slot.Equal(slot) || s.stored[0].Slot.Location() != time.UTC {
			t.Errorf("slot %v, want %v", s.stored[0].Slot, slot)
		}
		sug.Count(7, somebody(), firefox)
		stop()
		if err := <-done; err != nil || s.total(7) != 4 {
			t.Errorf("at the end: %v, %d views", err, s.total(7))
		}
	})
}

func TestViewsOutliveAFailingStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{failing: errors.New("disk full")}
		sug := New(s, s)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- sug.Run(ctx) }()
		time.Sleep(59 * time.Minute)
		sug.Count(7, somebody(), firefox)
		time.Sleep(2 * time.Minute)
		sug.Count(7, somebody(), firefox)
		time.Sleep(time.Minute)
		synctest.Wait()
		s.mu.Lock()
		s.failing = nil
		s.mu.Unlock()
		time.Sleep(flushEvery)
		synctest.Wait()
		if s.total(7) != 2 || len(s.stored) != 2 {
			t.Errorf("stored %v, want one view in each of two slots", s.stored)
		}
		s.mu.Lock()
		s.failing = errors.New("gone")
		s.mu.Unlock()
		sug.Count(7, somebody(), firefox)
		stop()
		if err := <-done; !errors.Is(err, s.failing) {
			t.Errorf("at the end: %v", err)
		}
	})
}

func TestCountsAreBounded(t *testing.T) {
	sug := New(nil, nil)
	for i := range maxCounts + 10 {
		sug.Count(news.Code(i+1), somebody(), firefox)
	}
	sug.Count(1, somebody(), firefox)
	if n := len(sug.counts.counts); n != maxCounts {
		t.Errorf("%d counts", n)
	}
	if views := sug.counts.take(); !slices.ContainsFunc(views, func(v news.Views) bool { return v.Article == 1 && v.Count == 2 }) {
		t.Error("a known article was not counted any more")
	}
}

func TestProgramsAreNotReaders(t *testing.T) {
	tests := map[string]bool{
		firefox: false,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": false,
		"Mozilla/5.0 (Linux; Android 11; CUBOT KINGKONG 5 Pro) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36":                              false,
		"Mozilla/5.0 (Linux; Android 13; SM-A135F; wv) AppleWebKit/537.36 Version/4.0 Chrome/126.0 Mobile Safari/537.36":                          false,
		"":   true,
		"  ": true,
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": true,
		"Mozilla/5.0 (compatible; bingbot/2.0)":                                    true,
		"TelegramBot (like TwitterBot)":                                            true,
		"WhatsApp/2.24":                                                            true,
		"facebookexternalhit/1.1":                                                  true,
		"Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0":                     true,
		"curl/8.5.0":          true,
		"python-requests/2.3": true,
		"Go-http-client/1.1":  true,
	}
	for ua, want := range tests {
		if isBot(ua) != want {
			t.Errorf("%q: %v", ua, !want)
		}
	}
}

func TestMostReadIsAskedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{cards: []news.PublicCard{card(1, 0), card(2, 1), card(3, 2)}, most: []news.Code{3, 1, 2}}
		sug := New(s, s)
		read := func(n int, want string) {
			t.Helper()
			got, err := sug.MostRead(t.Context(), n)
			if err != nil || codes(got) != want {
				t.Errorf("got %q, %v; want %q", codes(got), err, want)
			}
		}
		read(2, "3 1")
		if want := time.Now().Add(-24 * time.Hour); !s.since.Equal(want) {
			t.Errorf("since %v, want %v", s.since, want)
		}
		s.most = []news.Code{2}
		s.cards = slices.Delete(s.cards, 2, 3) // 3 is withdrawn
		time.Sleep(59 * time.Second)
		read(5, "1 2")
		if s.asked != 1 {
			t.Errorf("asked %d times", s.asked)
		}
		time.Sleep(time.Second)
		read(5, "2")
		s.most = nil
		time.Sleep(time.Minute)
		read(5, "")
		s.err = errors.New("no store")
		read(5, "")
		time.Sleep(time.Minute)
		if _, err := sug.MostRead(t.Context(), 5); !errors.Is(err, s.err) {
			t.Errorf("error %v", err)
		}
	})
}

// TestMostReadNeverMakesReadersWait: while one asks a slow store, the others get the order of before.
func TestMostReadNeverMakesReadersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{cards: []news.PublicCard{card(1, 0), card(2, 1)}, most: []news.Code{1}}
		sug := New(s, s)
		read := func(want string) {
			t.Helper()
			if cards, err := sug.MostRead(t.Context(), 3); err != nil || codes(cards) != want {
				t.Errorf("got %q, %v; want %q", codes(cards), err, want)
			}
		}
		read("1")
		time.Sleep(time.Minute)
		s.most, s.slow = []news.Code{2}, 10*time.Second
		var first sync.WaitGroup
		first.Go(func() { read("2") })
		synctest.Wait()
		begin := time.Now()
		for range 20 {
			read("1")
		}
		if time.Since(begin) != 0 || s.asked != 2 {
			t.Errorf("waited %v, asked %d times", time.Since(begin), s.asked)
		}
		first.Wait()
		read("2")
	})
}

func TestCountingFromManyPages(t *testing.T) {
	sug := New(nil, nil)
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() { sug.Count(news.Code(1+i%2), somebody(), firefox) })
	}
	wait.Wait()
	total := 0
	for _, v := range sug.counts.take() {
		total += v.Count
	}
	if total != 20 || len(sug.counts.take()) != 0 {
		t.Errorf("%d views", total)
	}
}
