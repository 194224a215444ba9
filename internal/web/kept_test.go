package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/page"
)

// stillness are snapshots of a newsroom in which nothing happens.
type stillness struct{}

func (stillness) Snapshot(ctx context.Context) (context.Context, int64, func(), error) {
	return ctx, 1, func() {}, nil
}

// keptSite is a chain with one kept route that says what it saw of the request.
func keptSite(tb testing.TB, handler Handler, viewed Viewed) (http.Handler, *page.Cache) {
	tb.Helper()
	pages := page.New(page.Options{Snapshots: stillness{}, Bytes: 1 << 20, Renders: 1})
	h, err := New(Options{SiteURL: "http://x", Log: slog.New(slog.DiscardHandler), Pages: pages, Viewed: viewed}, Area{Routes: []Route{
		{Pattern: "GET /news/{code}", Audience: AudiencePublic, Rate: RateRead, Kept: true, Query: []string{"after"}, Handler: handler},
	}})
	if err != nil {
		tb.Fatal(err)
	}
	return h, pages
}

func ask(h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestKeptPageIsTheSameForAll(t *testing.T) {
	h, pages := keptSite(t, func(w http.ResponseWriter, r *http.Request) error {
		who := fmt.Sprint(r.Header, r.Host, r.RemoteAddr, r.RequestURI, ClientAddr(r), r.URL.RawQuery, r.PathValue("code"))
		return Write(w, r, http.StatusOK, "text/html; charset=utf-8", []byte(who+strings.Repeat("خبر ", 500)))
	}, nil)
	first := ask(h, "GET", "/news/5", "Cookie", "who=reza", "User-Agent", "one")
	if body := first.Body.String(); strings.Contains(body, "reza") || strings.Contains(body, "192.0.2.1") || !strings.Contains(body, "5") {
		t.Errorf("the handler saw the reader: %.200s", body)
	}
	for target, renders := range map[string]uint64{"/news/5": 1, "/news/5?utm_source=x&fbclid=1": 1} {
		if w := ask(h, "GET", target, "Cookie", "who=sara"); w.Body.String() != first.Body.String() || pages.Stats().Renders != renders {
			t.Errorf("%s: another page (%d renderings)", target, pages.Stats().Renders)
		}
	}
	if w := ask(h, "GET", "/news/5?x=1&after=7"); !strings.Contains(w.Body.String(), "after=7") || strings.Contains(w.Body.String(), "x=1") {
		t.Errorf("with a parameter that the route knows: %.200s", w.Body)
	}
}

func TestKeptPageIsSentAsItShould(t *testing.T) {
	views := 0
	h, _ := keptSite(t, func(w http.ResponseWriter, r *http.Request) error {
		ShowsArticle(w, 5)
		return Write(w, r, http.StatusOK, "text/html; charset=utf-8", []byte(strings.Repeat("خبر ", 500)))
	}, func(news.Code, netip.Addr, string) { views++ })
	for _, again := range []string{"first", "kept"} {
		br := ask(h, "GET", "/news/5", "Accept-Encoding", "gzip, deflate, br;q=0.9")
		tag := br.Header().Get("ETag")
		if br.Code != 200 || br.Header().Get("Content-Encoding") != "br" || br.Header().Get("Cache-Control") != "no-cache" ||
			br.Header().Get("Vary") != "Accept-Encoding" || tag == "" || br.Header().Get("Content-Security-Policy") == "" || br.Header().Get("X-Request-Id") == "" ||
			br.Header().Get("Content-Length") != fmt.Sprint(br.Body.Len()) {
			t.Errorf("%s: %d %v", again, br.Code, br.Header())
		}
		if w := ask(h, "GET", "/news/5", "Accept-Encoding", "br;q=0, gzip"); w.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s, who takes gzip: %v", again, w.Header())
		}
		if w := ask(h, "GET", "/news/5"); w.Header().Get("Content-Encoding") != "" || w.Body.Len() != 3500 {
			t.Errorf("%s, who takes neither: %d bytes, %v", again, w.Body.Len(), w.Header())
		}
		if w := ask(h, "GET", "/news/5", "Accept-Encoding", "br", "If-None-Match", tag); w.Code != 304 || w.Body.Len() != 0 || w.Header().Get("ETag") != tag {
			t.Errorf("%s, who has it: %d %v", again, w.Code, w.Header())
		}
		if w := ask(h, "HEAD", "/news/5", "Accept-Encoding", "br"); w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("ETag") != tag {
			t.Errorf("%s, HEAD: %d %v", again, w.Code, w.Header())
		}
		if w := ask(h, "POST", "/news/5"); w.Code != 405 {
			t.Errorf("%s, POST: %d", again, w.Code)
		}
	}
	if views != 8 {
		t.Errorf("%d views of 8 pages that were sent with GET", views)
	}
}

func TestKeptRouteKeepsNoErrorsAndNoRedirects(t *testing.T) {
	codes := map[string]int{"1": 404, "2": 410, "3": 301, "4": 500}
	h, pages := keptSite(t, func(w http.ResponseWriter, r *http.Request) error {
		switch r.PathValue("code") {
		case "1":
			return news.Fail(news.NotFound, "error.not_found")
		case "2":
			return news.Fail(news.Gone, "error.withdrawn", "چرا")
		case "3":
			http.Redirect(w, r, "/news/9", http.StatusMovedPermanently)
			return nil
		}
		panic("broken")
	}, nil)
	for code, want := range codes {
		for range 2 {
			w := ask(h, "GET", "/news/"+code)
			if w.Code != want || w.Header().Get("ETag") != "" {
				t.Errorf("%s: %d %v", code, w.Code, w.Header())
			}
		}
	}
	if s := pages.Stats(); s.Pages != 0 || s.Renders != 8 {
		t.Errorf("%+v", s)
	}
}

// BenchmarkKept is what the chain adds for a page that is kept, without the network.
func BenchmarkKept(b *testing.B) {
	h, _ := keptSite(b, func(w http.ResponseWriter, r *http.Request) error {
		return Write(w, r, http.StatusOK, "text/html; charset=utf-8", []byte(strings.Repeat("خبر ", 5000)))
	}, nil)
	r := httptest.NewRequest("GET", "/news/5", nil)
	r.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd")
	w := &discard{header: http.Header{}}
	h.ServeHTTP(w, r)
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		h.ServeHTTP(w, r)
	}
	if !slices.Equal(w.header["Content-Encoding"], []string{"br"}) {
		b.Fatal(w.header)
	}
}

type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}
