package page_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/page"
)

// atOne is a gate in which nothing ever happens but what a test says.
type atOne struct{}

// Snapshot is page.Snapshots.
func (atOne) Snapshot(ctx context.Context) (context.Context, int64, func(), error) {
	return ctx, 1, func() {}, nil
}

// TestHotPagesArePackedBetter: a page that is asked for often and stays as it is becomes smaller and remains the same page; one that nobody asks
// for, or that is old again at once, is not worth the work.
func TestHotPagesArePackedBetter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := page.New(page.Options{Snapshots: atOne{}, Bytes: 1 << 20, Renders: 1})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go c.Run(ctx)
		body := []byte(strings.Repeat("دبیر خبر را پیش از انتشار می‌خواند و نشانی آن را می‌نویسد. ", 40) + strings.Repeat("<p class=letter>", 30))
		get := func(key string, times int) (last *page.Page) {
			for range times {
				p, _, err := c.Get(t.Context(), key, func(ctx context.Context) (page.Rendered, error) {
					news.Depend(ctx, news.Dependency(key))
					return page.Rendered{Status: 200, Body: body, Pack: true}, nil
				})
				if err != nil {
					t.Fatal(err)
				}
				last = p
			}
			return last
		}
		size := func(p *page.Page) int {
			v, err := c.In(p, page.Brotli)
			if err != nil {
				t.Fatal(err)
			}
			return len(v.Body)
		}
		hot, cold, brief := get("hot", 100), get("cold", 10), get("brief", 100)
		first := size(hot)
		c.Apply([]news.Event{{Seq: 2, Kind: news.ArticleCorrected, Touches: []news.Dependency{"brief"}}})
		time.Sleep(time.Minute)
		synctest.Wait()
		if now := size(hot); now >= first || get("hot", 1) != hot {
			t.Errorf("the hot page has %d bytes, %d at first", now, first)
		}
		if size(cold) != first || size(brief) != first {
			t.Errorf("the cold page has %d bytes, the one that changed %d; %d at first", size(cold), size(brief), first)
		}
		plain, err := c.In(hot, page.Plain)
		if err != nil || !bytes.Equal(plain.Body, body) {
			t.Errorf("unpacked it is another page: %v", err)
		}
	})
}
