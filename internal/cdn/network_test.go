package cdn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

var at = news.LogPosition{Log: "log", Event: 100}

// caches are what takes purges in a test.
type caches struct {
	mu     sync.Mutex
	during func() // runs once, while a purge is under way
	broken error
	purged []string // each purge with its names
}

// breaks has purges fail from now on; nil: they are taken again.
func (c *caches) breaks(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = err
}

func (c *caches) take(_ context.Context, names []news.Dependency) error {
	c.mu.Lock()
	during := c.during
	c.during = nil
	c.mu.Unlock()
	if during != nil {
		during()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken != nil {
		return c.broken
	}
	texts := make([]string, len(names))
	for i, d := range names {
		texts[i] = string(d)
	}
	c.purged = append(c.purged, strings.Join(texts, " "))
	return nil
}

// said is what was purged since it was asked last.
func (c *caches) said() []string {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	said := c.purged
	c.purged = nil
	return said
}

// network runs a Network over caches until the test ends; it must be made in a bubble.
func network(t *testing.T, file string, at news.LogPosition) (*Network, *caches, func()) {
	t.Helper()
	n, err := New(Options{Kind: "varnish", Keep: time.Hour, Every: time.Second, File: file, Maker: "maker", Log: slog.New(slog.DiscardHandler)}, at)
	if err != nil {
		t.Fatal(err)
	}
	c := &caches{}
	n.send = c.take
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan bool)
	go func() { defer close(done); n.Run(ctx) }()
	return n, c, func() { stop(); <-done }
}

func event(seq int64, kind news.EventKind, touches ...news.Dependency) []news.Event {
	return []news.Event{{Seq: seq, Kind: kind, Touches: touches}}
}

// TestPurgesAreWhatEventsTouched: exactly that, at once, together when they come fast, and a second time for pages that were on their way.
func TestPurgesAreWhatEventsTouched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, c, stop := network(t, filepath.Join(t.TempDir(), "purged"), at)
		defer stop()
		if got := c.said(); !slices.Equal(got, []string{"everything"}) {
			t.Errorf("nobody knows what the caches hold: %q", got)
		}
		time.Sleep(again + 2*time.Second)
		c.said()
		n.Hear(event(90, news.ArticlePublished, "front")) // before this node began
		n.Hear(event(101, news.ArticleSaved))             // nothing public
		n.Hear(event(102, news.ArticlePublished, "latest", "article/7"))
		if got := c.said(); !slices.Equal(got, []string{"article/7 latest"}) {
			t.Errorf("at once: %q", got)
		}
		n.Hear(event(103, news.ArticlePublished, "latest", "article/8"))
		n.Hear(event(104, news.CommentApproved, "comments/8"))
		n.Moved(news.MostReadList)
		if got := c.said(); len(got) != 0 {
			t.Errorf("within a second of the one before: %q", got)
		}
		time.Sleep(time.Second)
		if got := c.said(); !slices.Equal(got, []string{"article/8 comments/8 latest most-read"}) {
			t.Errorf("after a second: %q", got)
		}
		time.Sleep(again)
		if got := c.said(); !slices.Equal(got, []string{"article/7 latest", "article/8 comments/8 latest most-read"}) {
			t.Errorf("once more: %q", got)
		}
		time.Sleep(time.Second)
		n.Hear(event(105, "article.sung", "latest"))
		if got := c.said(); !slices.Equal(got, []string{"everything"}) {
			t.Errorf("of a kind that nobody knows: %q", got)
		}
		time.Sleep(time.Minute)
		c.said()
		n.Reset("other", 3)
		n.Hear(event(4, news.ArticlePublished, "latest"))
		if got := c.said(); !slices.Equal(got, []string{"everything"}) {
			t.Errorf("of another log: %q", got)
		}
		time.Sleep(time.Minute)
		if got := c.said(); !slices.Contains(got, "everything") {
			t.Errorf("of another log, once more: %q", got)
		}
	})
}

// TestNameTouchedDuringAPurgeIsPurgedAgain: whether the caches had done it when it was touched again nobody knows.
func TestNameTouchedDuringAPurgeIsPurgedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, c, stop := network(t, filepath.Join(t.TempDir(), "purged"), at)
		defer stop()
		time.Sleep(again + 2*time.Second)
		c.said()
		c.mu.Lock()
		c.during = func() { n.Hear(event(102, news.ArticlePublished, "latest")) }
		c.mu.Unlock()
		n.Hear(event(101, news.ArticlePublished, "latest"))
		time.Sleep(2 * time.Second)
		if got := c.said(); !slices.Equal(got, []string{"latest", "latest"}) {
			t.Errorf("%q", got)
		}
	})
}

// TestPagesAreLentOnlyWhilePurgesAreTaken: not before the first, not while one waits for long, and again afterwards.
func TestPagesAreLentOnlyWhilePurgesAreTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if n, err := New(Options{Kind: "varnish", Keep: time.Hour}, at); err != nil || n.Allows() != 0 {
			t.Errorf("before anything was purged it is allowed: %v", err)
		}
		n, c, stop := network(t, filepath.Join(t.TempDir(), "purged"), at)
		defer stop()
		synctest.Wait()
		if n.Allows() != time.Hour {
			t.Error("not allowed although the first purge was taken")
		}
		time.Sleep(time.Minute)
		c.said()
		c.breaks(errors.New("503"))
		n.Hear(event(101, news.ArticlePublished, "latest"))
		time.Sleep(5 * time.Second)
		if n.Allows() == 0 {
			t.Error("a purge that is a little late takes the permission away")
		}
		time.Sleep(10 * time.Second)
		n.Hear(event(102, news.ArticlePublished, "front"))
		synctest.Wait()
		s := n.Stats()
		if n.Allows() != 0 || s.Allowed || s.Waiting != 2 || s.Failed == 0 || time.Since(s.Since) != 15*time.Second {
			t.Errorf("after 15 s: %v, %+v", n.Allows(), s)
		}
		if failed := s.Failed; failed > 6 {
			t.Errorf("%d tries within 15 s", failed)
		}
		c.breaks(nil)
		time.Sleep(mostPause)
		if got := c.said(); len(got) == 0 || got[0] != "front latest" || n.Allows() == 0 {
			t.Errorf("when purges are taken again: %q, %v", got, n.Allows())
		}
		if s := n.Stats(); s.Waiting != 0 || !s.Since.IsZero() {
			t.Errorf("%+v", s)
		}
	})
}

// TestManyNamesAreEverything: a long time without purges does not fill the memory.
func TestManyNamesAreEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, c, stop := network(t, filepath.Join(t.TempDir(), "purged"), at)
		defer stop()
		time.Sleep(time.Minute)
		c.said()
		c.breaks(errors.New("503"))
		for i := range 2 * mostNames {
			n.Moved(news.Code(i + 1).Dependency())
		}
		if s := n.Stats(); s.Waiting > mostNames {
			t.Errorf("%d names wait", s.Waiting)
		}
		c.breaks(nil)
		time.Sleep(mostPause)
		if got := c.said(); len(got) == 0 || got[0] != "everything" {
			t.Errorf("%.100q", got)
		}
	})
}

// TestPurgingGoesOnWhereItEnded: what was not purged, or not twice, when the process was killed is purged by the next one.
func TestPurgingGoesOnWhereItEnded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "purged")
	synctest.Test(t, func(t *testing.T) {
		n, c, stop := network(t, file, at)
		time.Sleep(time.Minute)
		n.Hear(event(101, news.ArticlePublished, "latest"))
		time.Sleep(again + time.Second) // twice
		n.Hear(event(102, news.ArticlePublished, "front"))
		synctest.Wait()
		c.said()
		stop()

		n, c, stop = network(t, file, news.LogPosition{Log: "log", Event: 103})
		n.Hear(slices.Concat(event(101, news.ArticlePublished, "latest"), event(102, news.ArticlePublished, "front"), event(103, news.ArticlePublished, "article/9")))
		time.Sleep(2 * time.Second)
		stop()
		if got := strings.Join(c.said(), " "); !strings.Contains(got, "front") || !strings.Contains(got, "article/9") || !strings.Contains(got, "most-read") || strings.Contains(got, "latest") {
			t.Errorf("it goes on with %q", got)
		}

		for name, at := range map[string]news.LogPosition{
			"another log":            {Log: "other", Event: 103},
			"a log that lost events": {Log: "log", Event: 50},
			"long away":              {Log: "log", Event: 50_000},
		} {
			_, c, stop := network(t, file, at)
			got := c.said()
			stop()
			if !slices.Equal(got, []string{"everything"}) {
				t.Errorf("%s: %q", name, got)
			}
			if n, ok := readNote(file); !ok || n.event != 101 {
				t.Errorf("%s: noted is %+v", name, n)
			}
		}
		if err := os.WriteFile(file, []byte("log 101 other\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, c, stop = network(t, file, at)
		defer stop()
		if got := c.said(); !slices.Equal(got, []string{"everything"}) {
			t.Errorf("another program made the pages: %q", got)
		}
	})
}

// TestPurgesAreAskedForAsEachKindWants looks at the requests themselves.
func TestPurgesAreAskedForAsEachKindWants(t *testing.T) {
	type request struct {
		method string
		header http.Header
		body   string
	}
	var got []request
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, request{r.Method, r.Header, string(body)})
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	defer server.Close()
	names := make([]news.Dependency, 300)
	for i := range names {
		names[i] = news.Code(i + 1).Dependency()
	}
	for name, tt := range map[string]struct {
		requests int
		method   string
		header   map[string]string
		keys     func(request) []string
	}{
		"varnish": {2, "PURGE", nil, func(r request) []string { return strings.Fields(r.header.Get("xkey-purge")) }},
		"fastly":  {2, "POST", map[string]string{"Fastly-Key": "secret"}, func(r request) []string { return strings.Fields(r.header.Get("Surrogate-Key")) }},
		"cloudflare": {3, "POST", map[string]string{"Authorization": "Bearer secret", "Content-Type": "application/json"}, func(r request) []string {
			list, _ := strings.CutPrefix(r.body, `{"tags":["`)
			return strings.Split(strings.TrimSuffix(list, `"]}`), `","`)
		}},
	} {
		n, err := newNetwork(Options{Kind: name, Purge: []string{server.URL, server.URL + "/second"}, Token: "secret"})
		if err != nil {
			t.Fatal(err)
		}
		got, status = nil, http.StatusOK
		if err := n.post(t.Context(), names); err != nil || len(got) != 2*tt.requests {
			t.Errorf("%s: %v, %d requests", name, err, len(got))
			continue
		}
		all := map[string]bool{}
		for _, r := range got {
			for _, key := range tt.keys(r) {
				all[key] = true
			}
			for header, want := range tt.header {
				if r.header.Get(header) != want {
					t.Errorf("%s: %v", name, r.header)
				}
			}
			if r.method != tt.method {
				t.Errorf("%s: %s", name, r.method)
			}
		}
		carried := strings.FieldsFunc(n.Keys(names), func(r rune) bool { return r == ' ' || r == ',' })
		if len(all) != len(names) || len(carried) != len(names)+1 || !slices.Equal(slices.Sorted(maps.Keys(all)), slices.Sorted(slices.Values(carried[1:]))) {
			t.Errorf("%s: %d keys were purged, a page carries %d", name, len(all), len(carried))
		}
		for _, status = range []int{301, 403, 429, 500} {
			got = nil
			if err := n.post(t.Context(), names[:1]); err == nil || strings.Contains(err.Error(), "secret") || len(got) != 1 {
				t.Errorf("%s answers %d: %v, %d requests", name, status, err, len(got))
			}
		}
	}
	if err := Probe(t.Context(), Options{Kind: "varnish", Purge: []string{"http://127.0.0.1:1"}}); err == nil {
		t.Error("nobody is there, and the probe says nothing")
	}
	if _, err := New(Options{Kind: "carrier pigeon"}, at); err == nil {
		t.Error("a kind that there is not")
	}
}

// TestKeysFitIntoAHeader: below 4 kB whatever a page shows, or none.
func TestKeysFitIntoAHeader(t *testing.T) {
	n, err := newNetwork(Options{Kind: "cloudflare"})
	if err != nil {
		t.Fatal(err)
	}
	for _, many := range []int{0, 1, 60, 399, 400, 5000} {
		names := make([]news.Dependency, many)
		for i := range names {
			names[i] = news.Dependency(fmt.Sprint("tag/", i))
		}
		keys := n.Keys(names)
		if fits := many < mostKeys; len(keys) >= 4<<10 || (keys != "") != fits || fits && strings.Count(keys, ",") != many {
			t.Errorf("%d names: %d bytes", many, len(keys))
		}
	}
}
