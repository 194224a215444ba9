package suggest

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

const (
	flushEvery = 5 * time.Second
	// flushTimeout bounds the last flush, so that a store that hangs does not hold up the end of the process.
	flushTimeout = 5 * time.Second
	// maxCounts bounds the memory of counts that the store does not take; further articles are then not counted.
	maxCounts = 100_000
)

type viewKey struct {
	article news.Code
	slot    int64 // news.ViewSlots since 1970 in UTC
}

// counter holds the views that the store does not know yet.
type counter struct {
	mu     sync.Mutex
	counts map[viewKey]int
}

func (c *counter) add(key viewKey, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.counts[key]; !known && len(c.counts) >= maxCounts {
		return
	}
	c.counts[key] += n
}

// take empties the counter.
func (c *counter) take() []news.Views {
	c.mu.Lock()
	defer c.mu.Unlock()
	views := make([]news.Views, 0, len(c.counts))
	for key, n := range c.counts {
		views = append(views, news.Views{Article: key.article, Slot: time.Unix(key.slot*int64(news.ViewSlot/time.Second), 0).UTC(), Count: n})
	}
	clear(c.counts)
	return views
}

func slotOf(t time.Time) int64 { return t.Unix() / int64(news.ViewSlot/time.Second) }

// Count notes that an article's page was opened just now. Programs (by their User-Agent) and who opened it some minutes ago already
// do not count; of address and User-Agent nothing is kept.
func (s *Suggest) Count(code news.Code, address netip.Addr, userAgent string) {
	now := time.Now()
	if code <= 0 || isBot(userAgent) || !s.seen.first(code, address, userAgent, now) {
		return
	}
	s.present.note(address, userAgent, now)
	s.counts.add(viewKey{code, slotOf(now)}, 1)
}

// Run brings the counts to the store every five seconds, and once more when ctx is done; then it returns that last error, if
// any. Counts that could not be stored are kept for the next time; the first failure of a row is logged.
func (s *Suggest) Run(ctx context.Context) error {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	// Pages that are kept ask nobody for the order: it is looked at here.
	look := time.NewTicker(time.Minute)
	defer look.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
			defer cancel()
			return s.flush(last)
		case <-look.C:
			for list, m := range s.most {
				if _, err := s.order(ctx, list, m); err != nil && ctx.Err() == nil {
					slog.WarnContext(ctx, "the order of the most read is not known for now", "error", err)
				}
			}
		case <-tick.C:
			err := s.flush(ctx)
			if err != nil && !failing && !errors.Is(err, context.Canceled) {
				slog.WarnContext(ctx, "views are not stored for now", "error", err)
			}
			failing = err != nil
		}
	}
}

func (s *Suggest) flush(ctx context.Context) error {
	views := s.counts.take()
	if len(views) == 0 {
		return nil
	}
	err := s.views.AddViews(ctx, views)
	if err != nil {
		for _, v := range views {
			s.counts.add(viewKey{v.Article, slotOf(v.Slot)}, v.Count)
		}
	}
	return err
}

// botMarks are words in the User-Agents of programs that are not a person reading: search engines, link previews of messengers,
// feed readers, monitors, libraries. All in small letters.
var botMarks = []string{
	"bot", "crawl", "spider", "slurp", "archiver", "scrape", "fetch", "preview", "facebookexternalhit", "whatsapp/", "mediapartners",
	"feed", "rss", "monitor", "uptime", "pingdom", "lighthouse", "headless", "phantomjs", "selenium",
	"curl/", "wget/", "python", "java/", "go-http-client", "okhttp", "libwww", "httpclient", "axios", "node-fetch", "ruby", "perl", "php/",
}

// isBot tells whether a User-Agent is that of a program. Every browser sends one, so none is a program too.
func isBot(userAgent string) bool {
	ua := strings.ToLower(userAgent)
	ua = strings.ReplaceAll(ua, "cubot", "") // a maker of telephones
	if strings.TrimSpace(ua) == "" {
		return true
	}
	for _, mark := range botMarks {
		if strings.Contains(ua, mark) {
			return true
		}
	}
	return false
}
