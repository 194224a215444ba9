package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/country"
	"github.com/dabir-newsroom/dabir/internal/demo"
	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/migrate"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/suggest"
	"github.com/dabir-newsroom/dabir/internal/web"
	"github.com/dabir-newsroom/dabir/internal/web/site"
	"github.com/dabir-newsroom/dabir/theme"
)

// These benchmarks run the handler in this process, so that -cpuprofile and -memprofile show where time and memory go:
//
//	go test ./bench -run - -bench ArticlePage -cpuprofile cpu.out && go tool pprof -top -cum bench.test cpu.out

// newsroom is what cmd/dabir builds, without its newsroom pages, on SQLite in a temporary folder.
type newsroom struct {
	store      *store.Store
	editorial  *editorial.Desk
	discussion *discussion.Desk
	handler    http.Handler
}

const siteURL = "http://localhost:8080"

func openNewsroom(b *testing.B, filled bool) *newsroom {
	b.Helper()
	must := func(err error) {
		if err != nil {
			b.Helper()
			b.Fatal(err)
		}
	}
	data := b.TempDir()
	st, err := store.Open(b.Context(), store.Options{DSN: filepath.Join(data, "dabir.db")})
	must(err)
	b.Cleanup(func() { st.Close() })
	library, err := media.New(filepath.Join(data, "media"), st)
	must(err)
	countries, err := country.Embedded("")
	must(err)
	b.Cleanup(func() { countries.Close() })
	n := &newsroom{store: st, editorial: editorial.New(st, "fa", time.Now)}
	n.discussion = discussion.New(st, discussion.NewBans(st, time.Now), func(a netip.Addr) string { return string(countries.Country(a)) },
		discussion.Settings{Limit: news.CommentLimit{Count: 5, Window: 10 * time.Minute}}, time.Now)
	if filled {
		must(demo.Fill(b.Context(), demo.Desks{Editorial: n.editorial, Library: library, Store: st}, time.Now()))
	}
	bundle, err := i18n.Load()
	must(err)
	assets, err := web.NewAssets(theme.Assets())
	must(err)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	suggested := suggest.New(st.Public(), st)
	readers, err := site.New(site.Settings{Name: "دبیر", URL: siteURL, Lang: i18n.FA}, site.Sources{
		Articles: st.Public(), Corrections: st.Public(), Lists: st.Public(), Archive: st.Public(), Suggestions: suggested, Discussion: n.discussion, Now: time.Now,
	}, bundle, assets)
	must(err)
	n.handler, err = web.New(web.Options{SiteURL: siteURL, Log: log, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}, readers.Area())
	must(err)
	return n
}

// sink is an answer that nobody reads.
type sink struct {
	header http.Header
	status int
	bytes  int
}

func (s *sink) Header() http.Header { return s.header }

func (s *sink) WriteHeader(status int) { s.status = status }

func (s *sink) Write(p []byte) (int, error) { s.bytes += len(p); return len(p), nil }

// ask passes a request through the whole chain; any other status than wanted ends the benchmark.
func (n *newsroom) ask(b *testing.B, r *http.Request, wanted int) *sink {
	b.Helper()
	s := &sink{header: http.Header{}, status: http.StatusOK}
	n.handler.ServeHTTP(s, r)
	if s.status != wanted {
		b.Fatalf("%s %s: status %d, wanted %d", r.Method, r.URL, s.status, wanted)
	}
	return s
}

func request(b *testing.B, method, path, body string) *http.Request {
	b.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, siteURL+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.RemoteAddr = "127.0.0.1:40000"
	return r
}

// busiest is the path of the public article with a picture and the most comments, as the page command chooses it.
func (n *newsroom) busiest(b *testing.B) string {
	b.Helper()
	public := n.store.Public()
	page, err := public.List(b.Context(), news.ListQuery{Limit: 1000})
	if err != nil {
		b.Fatal(err)
	}
	path, most := "", -1
	for _, card := range page.Cards {
		counts, err := public.CommentCounts(b.Context(), card.Code)
		if err != nil {
			b.Fatal(err)
		}
		if card.Picture.Media != 0 && counts.Published > most {
			path, most = card.Path(), counts.Published
		}
	}
	return path
}

func BenchmarkArticlePage(b *testing.B) {
	n := openNewsroom(b, true)
	path := n.busiest(b)
	for _, encoding := range []string{"identity", "gzip", "br"} {
		b.Run(encoding, func(b *testing.B) { n.benchmarkPage(b, path, encoding) })
	}
}

func BenchmarkFrontPage(b *testing.B) {
	n := openNewsroom(b, true)
	for _, encoding := range []string{"identity", "br"} {
		b.Run(encoding, func(b *testing.B) { n.benchmarkPage(b, "/", encoding) })
	}
}

func (n *newsroom) benchmarkPage(b *testing.B, path, encoding string) {
	r := request(b, http.MethodGet, path, "")
	r.Header.Set("Accept-Encoding", encoding)
	b.ReportAllocs()
	var s *sink
	for b.Loop() {
		s = n.ask(b, r, http.StatusOK)
	}
	b.ReportMetric(float64(s.bytes), "page-bytes")
}

// BenchmarkComment sends comments from many goroutines at once, each from an address of its own, so that they share commits.
func BenchmarkComment(b *testing.B) {
	n := openNewsroom(b, false)
	n.importFictional(b, 1)
	var next atomic.Int64
	b.SetParallelism(128)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := int(next.Add(1))
			r := request(b, http.MethodPost, "/news/1/comments", commentForm(i))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Forwarded-For", addressOf(i))
			n.ask(b, r, http.StatusSeeOther)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "comments/s")
}

// importFictional puts n made-up articles in and returns how long that took.
func (n *newsroom) importFictional(b *testing.B, count int) time.Duration {
	b.Helper()
	path := filepath.Join(b.TempDir(), "fictional.jsonl")
	if err := writeFictional(path, count); err != nil {
		b.Fatal(err)
	}
	return n.importFile(b, path, count)
}

func (n *newsroom) importFile(b *testing.B, path string, most int) time.Duration {
	b.Helper()
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	report, err := migrate.JSONL(b.Context(), file, importer{n.editorial}, migrate.JSONLOptions{})
	if err != nil {
		b.Fatal(err)
	}
	if report.Imported == 0 || report.Imported > most {
		b.Fatalf("imported %d of %d: %v", report.Imported, most, report.Problems)
	}
	return report.Elapsed
}

type importer struct{ desk *editorial.Desk }

func (i importer) Import(ctx context.Context, items []news.Import) ([]news.ImportOutcome, error) {
	return i.desk.Import(ctx, news.SystemActor("bench", news.Operator), items)
}

// BenchmarkImport imports the real articles where they are, else fictional ones; one iteration is the whole file.
func BenchmarkImport(b *testing.B) {
	const real = "../../shared/data/news/news.jsonl.gz"
	for b.Loop() {
		n := openNewsroom(b, false)
		if _, err := os.Stat(real); err == nil {
			took := n.importFile(b, real, fictional)
			b.ReportMetric(fictional/took.Seconds(), "articles/s")
			continue
		}
		b.Log(real + " is absent; importing fictional articles")
		const count = 5000
		b.ReportMetric(count/n.importFictional(b, count).Seconds(), "articles/s")
	}
}

func TestAddressesOfCommentsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for i := range 50_000 {
		a := addressOf(i)
		if _, err := netip.ParseAddr(a); err != nil || seen[a] {
			t.Fatalf("comment %d: address %s (seen before: %v, %v)", i, a, seen[a], err)
		}
		seen[a] = true
	}
}

func TestFictionalArticlesAreReadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fictional.jsonl")
	if err := writeFictional(path, 250); err != nil {
		t.Fatal(err)
	}
	ids, groups := map[string]bool{}, 0
	err := readArticles(path, 100, func(articles []article) error {
		groups++
		for _, a := range articles {
			if a.Title == "" || a.Body == "" {
				return fmt.Errorf("%s has no title or no body", a.ID)
			}
			ids[a.ID] = true
		}
		return nil
	})
	if err != nil || len(ids) != 250 || groups != 3 {
		t.Errorf("%d articles in %d groups, %v", len(ids), groups, err)
	}
}
