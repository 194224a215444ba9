package page_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/page"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

var (
	noon   = time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC)
	editor = news.SystemActor("test", news.ChiefEditor)
)

// newsroom is a store with a cache over its gate.
type newsroom struct {
	*store.Store
	cache *page.Cache
	made  atomic.Int64
}

func each(t *testing.T, run func(t *testing.T, n *newsroom)) {
	for name, dsn := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "dabir.db") },
		"postgres": func(t *testing.T) string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			n := &newsroom{}
			s, err := store.Open(t.Context(), store.Options{DSN: dsn(t), Committed: func(events []news.Event) {
				if n.cache != nil {
					n.cache.Apply(events)
				}
			}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			n.Store = s
			n.cache = page.New(page.Options{Snapshots: s.Public(), Bytes: 256 << 20, Renders: 4})
			run(t, n)
		})
	}
}

func (n *newsroom) articles(t *testing.T, from, many int, section string) {
	t.Helper()
	items := make([]news.Import, many)
	for i := range items {
		items[i] = news.Import{SectionName: section, Article: news.Article{
			State: news.Published, PublishedAt: noon.Add(time.Duration(i) * time.Second), Origin: fmt.Sprint("test:", from+i),
			Content: news.Content{Lang: "fa", Kind: news.KindNews, Headline: fmt.Sprint("خبر ", from+i), Slug: "x", Tags: []string{"آزمون"}},
		}}
	}
	if _, err := n.ImportArticles(t.Context(), editor, items); err != nil {
		t.Fatal(err)
	}
}

// show makes a page of an article, with the latest list beside it or without.
func (n *newsroom) show(code news.Code, latest bool) page.Make {
	return func(ctx context.Context) (page.Rendered, error) {
		n.made.Add(1)
		a, err := n.Public().Article(ctx, code)
		if err != nil {
			return page.Rendered{}, err
		}
		body := a.Headline
		if latest {
			list, err := n.Public().List(ctx, news.ListQuery{Dated: true, Limit: 1})
			if err != nil {
				return page.Rendered{}, err
			}
			body += " | " + list.Cards[0].Headline
		}
		return page.Rendered{Status: 200, Body: []byte(body)}, nil
	}
}

func (n *newsroom) get(t *testing.T, key string, make page.Make) *page.Page {
	t.Helper()
	p, age, err := n.cache.Get(t.Context(), key, make)
	if err != nil || age != page.Current {
		t.Fatalf("%s: age %v, %v", key, age, err)
	}
	return p
}

// TestPublishTouchesOnlyItsPages: over 10,000 kept pages, half of them without the latest list, one publication makes exactly
// those anew that show the list, each once and only when it is read; all others are the very same bytes.
func TestPublishTouchesOnlyItsPages(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		articles := 5000
		if n.Backend() == "PostgreSQL" {
			articles = 500 // each page costs round trips there, and what is judged is the same
		}
		n.articles(t, 0, articles, "جامعه")
		type kept struct {
			code   news.Code
			latest bool
		}
		read := func() map[kept]*page.Page {
			pages := map[kept]*page.Page{}
			for code := news.Code(1); code <= news.Code(articles); code++ {
				for _, latest := range []bool{false, true} {
					k := kept{code, latest}
					pages[k] = n.get(t, fmt.Sprint(code, latest), n.show(code, latest))
				}
			}
			return pages
		}
		before := read()
		if made := n.made.Swap(0); made != int64(2*articles) {
			t.Fatalf("%d pages were made for %d", made, 2*articles)
		}
		read()
		if made := n.made.Load(); made != 0 {
			t.Fatalf("%d pages were made anew although nothing happened", made)
		}
		n.articles(t, articles, 1, "جامعه")
		if made := n.made.Load(); made != 0 {
			t.Fatalf("a publication made %d pages by itself", made)
		}
		after := read()
		if made := n.made.Swap(0); made != int64(articles) {
			t.Errorf("%d pages were made anew, %d show the latest list", made, articles)
		}
		for k, p := range after {
			if (p == before[k]) == k.latest {
				t.Fatalf("article %d, with the list %v: the same page %v", k.code, k.latest, p == before[k])
			}
		}
		read()
		if made := n.made.Load(); made != 0 {
			t.Errorf("%d pages were made twice after one publication", made)
		}
	})
}

// TestCommentTouchesItsArticleAlone: views and comments elsewhere leave a page as it is.
func TestCommentTouchesItsArticleAlone(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		n.articles(t, 0, 2, "جامعه")
		counted := func(code news.Code) page.Make {
			return func(ctx context.Context) (page.Rendered, error) {
				n.made.Add(1)
				counts, err := n.Public().CommentCounts(ctx, code)
				return page.Rendered{Status: 200, Body: fmt.Append(nil, counts.Pending)}, err
			}
		}
		one, two := n.get(t, "1", counted(1)), n.get(t, "2", counted(2))
		if err := n.AddViews(t.Context(), []news.Views{{Article: 1, Slot: noon, Count: 7}}); err != nil {
			t.Fatal(err)
		}
		c := news.Comment{Article: 2, State: news.CommentPending, Text: "نظر", Pseudonym: "p", CreatedAt: noon}
		if _, err := n.SubmitComment(t.Context(), c, news.CommentLimit{}, func(news.CommentsState) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if n.get(t, "1", counted(1)) != one {
			t.Error("the other article's page was made anew")
		}
		if p := n.get(t, "2", counted(2)); p == two || string(p.Body) != "1" {
			t.Errorf("the article's page says %s", p.Body)
		}
	})
}

// TestReadersSeeWhatWasPublishedBeforeTheyAsked: while one article changes again and again and many read it, whoever asks
// after a change was acknowledged gets that change or a later one.
func TestReadersSeeWhatWasPublishedBeforeTheyAsked(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		n.articles(t, 0, 1, "جامعه")
		var public atomic.Int64 // the last acknowledged change
		make := func(ctx context.Context) (page.Rendered, error) {
			a, err := n.Public().Article(ctx, 1)
			return page.Rendered{Status: 200, Body: []byte(a.Lede)}, err
		}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() {
				for ctx.Err() == nil {
					least := public.Load()
					p, _, err := n.cache.Get(t.Context(), "1", make)
					if err != nil {
						t.Error(err)
						return
					}
					var got int64
					fmt.Sscan(string(p.Body), &got)
					if got < least {
						t.Errorf("a reader got change %d after %d was acknowledged", got, least)
						return
					}
				}
			})
		}
		for i := int64(1); i <= 40; i++ {
			_, err := n.UpdateArticle(t.Context(), editor, "", 1, func(a *news.Article) ([]news.EventKind, error) {
				a.Revision++
				a.PublicRevision = a.Revision
				a.Content.Lede = fmt.Sprint(i)
				return []news.EventKind{news.ArticlePublished}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			public.Store(i)
		}
		stop()
		readers.Wait()
	})
}

// fake are snapshots without a database.
type fake struct {
	newest  atomic.Int64
	err     error
	standby bool // what is read comes from a standby
}

func (f *fake) Snapshot(ctx context.Context) (context.Context, int64, func(), error) {
	if told, ok := news.OldAllowed(ctx); ok && f.standby {
		told()
	}
	return ctx, f.newest.Load(), func() {}, f.err
}

func says(text string, on ...news.Dependency) page.Make {
	return func(ctx context.Context) (page.Rendered, error) {
		news.Depend(ctx, on...)
		return page.Rendered{Status: 200, Body: []byte(text)}, nil
	}
}

func cacheOver(f *fake, now func() time.Time) *page.Cache {
	return page.New(page.Options{Snapshots: f, Bytes: 1 << 20, Renders: 2, Now: now})
}

func get(t *testing.T, c *page.Cache, make page.Make) (body string, old bool) {
	t.Helper()
	p, age, err := c.Get(t.Context(), "/", make)
	if err != nil {
		t.Fatal(err)
	}
	return string(p.Body), age == page.PerhapsOld
}

func TestPageIsOldWhen(t *testing.T) {
	now := noon
	for name, tt := range map[string]struct {
		happens func(c *page.Cache)
		anew    bool
	}{
		"what it shows is touched": {func(c *page.Cache) {
			c.Apply([]news.Event{{Seq: 8, Kind: news.ArticlePublished, Touches: []news.Dependency{"latest"}}})
		}, true},
		"something else is touched": {func(c *page.Cache) {
			c.Apply([]news.Event{{Seq: 8, Kind: news.ArticlePublished, Touches: []news.Dependency{"section/1"}}})
		}, false},
		"an event it already saw comes": {func(c *page.Cache) {
			c.Apply([]news.Event{{Seq: 7, Kind: news.ArticlePublished, Touches: []news.Dependency{"latest"}}})
		}, false},
		"an event of a newer Dabir comes": {func(c *page.Cache) { c.Apply([]news.Event{{Seq: 8, Kind: "article.sung"}}) }, true},
		"a known private event comes":     {func(c *page.Cache) { c.Apply([]news.Event{{Seq: 8, Kind: news.ArticleSaved}}) }, false},
		"the log is another one":          {func(c *page.Cache) { c.Reset(3) }, true},
		"the most read move":              {func(c *page.Cache) { c.Moved(news.MostReadList) }, true},
		"its time is over":                {func(*page.Cache) { now = noon.Add(time.Hour) }, true},
		"its time is not over":            {func(*page.Cache) { now = noon.Add(time.Hour - time.Millisecond) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			now = noon
			f := &fake{}
			f.newest.Store(7)
			c := cacheOver(f, func() time.Time { return now })
			first := func(ctx context.Context) (page.Rendered, error) {
				news.Until(ctx, noon.Add(time.Hour))
				return says("first", news.LatestList, news.MostReadList)(ctx)
			}
			get(t, c, first)
			tt.happens(c)
			want := "first"
			if tt.anew {
				want = "second"
			}
			if got, _ := get(t, c, says("second")); got != want {
				t.Errorf("the page is the %s", got)
			}
		})
	}
}

// TestEventDuringRendering: an event that comes while a page is made from an older moment leaves it unkept.
func TestEventDuringRendering(t *testing.T) {
	f := &fake{}
	c := cacheOver(f, nil)
	slow := func(ctx context.Context) (page.Rendered, error) {
		r, err := says("first", news.LatestList)(ctx)
		c.Apply([]news.Event{{Seq: 1, Kind: news.ArticlePublished, Touches: []news.Dependency{news.LatestList}}})
		return r, err
	}
	get(t, c, slow)
	f.newest.Store(1)
	if got, _ := get(t, c, says("second", news.LatestList)); got != "second" {
		t.Error("a page from before the event was kept")
	}
}

func TestInNeedWhatTheNodeHas(t *testing.T) {
	away := news.Fail(news.Unavailable, "error.unavailable")
	touched := news.Event{Seq: 1, Kind: news.ArticlePublished, Touches: []news.Dependency{news.LatestList}}
	withdrawn := news.Event{Seq: 1, Kind: news.ArticleWithdrawn, Touches: []news.Dependency{news.LatestList}}
	t.Run("an old page while the database is away", func(t *testing.T) {
		f := &fake{}
		c := cacheOver(f, nil)
		get(t, c, says("first", news.LatestList))
		c.Apply([]news.Event{touched})
		f.err = away
		if got, old := get(t, c, says("second")); got != "first" || !old {
			t.Errorf("%s, old %v", got, old)
		}
		f.err = nil
		if got, old := get(t, c, says("second")); got != "second" || old {
			t.Errorf("when it is back: %s, old %v", got, old)
		}
	})
	t.Run("an old page while too much is asked for at once", func(t *testing.T) {
		f := &fake{}
		c := cacheOver(f, nil)
		get(t, c, says("first", news.LatestList))
		c.Apply([]news.Event{touched})
		f.err = context.DeadlineExceeded
		if got, old := get(t, c, says("second")); got != "first" || !old {
			t.Errorf("%s, old %v", got, old)
		}
		c.Apply([]news.Event{withdrawn, {Seq: 2, Kind: news.ArticleWithdrawn, Touches: []news.Dependency{news.LatestList}}})
		if _, _, err := c.Get(t.Context(), "/", says("second")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("of what was withdrawn: %v", err)
		}
	})
	t.Run("never what was withdrawn", func(t *testing.T) {
		f := &fake{}
		c := cacheOver(f, nil)
		get(t, c, says("first", news.LatestList))
		c.Apply([]news.Event{withdrawn})
		f.err = away
		if _, _, err := c.Get(t.Context(), "/", says("second")); !errors.Is(err, away) {
			t.Errorf("err %v", err)
		}
	})
	t.Run("made from a standby, and kept as good as any other", func(t *testing.T) {
		f := &fake{standby: true}
		c := cacheOver(f, nil)
		if p, age, err := c.Get(t.Context(), "/", says("first", news.LatestList)); err != nil || age != page.FromStandby || string(p.Body) != "first" {
			t.Fatalf("%s, age %v, %v", p.Body, age, err)
		}
		f.standby = false
		if got, _ := get(t, c, says("second")); got != "first" {
			t.Errorf("nothing has happened since, and the page is the %s", got)
		}
		c.Apply([]news.Event{touched})
		if p, age, err := c.Get(t.Context(), "/", says("second", news.LatestList)); err != nil || age != page.Current || string(p.Body) != "second" {
			t.Errorf("%s, age %v, %v", p.Body, age, err)
		}
	})
	t.Run("marked while events are not heard", func(t *testing.T) {
		f := &fake{}
		c := cacheOver(f, nil)
		get(t, c, says("first"))
		c.Hear(false)
		if c.Fresh("/") != nil {
			t.Error("a page counts as fresh although nobody knows")
		}
		if got, old := get(t, c, says("second")); got != "first" || !old {
			t.Errorf("%s, old %v", got, old)
		}
		c.Hear(true)
		if got, old := get(t, c, says("second")); got != "first" || old {
			t.Errorf("when events are heard again: %s, old %v", got, old)
		}
	})
}

func TestManyReadersOneRendering(t *testing.T) {
	c := cacheOver(&fake{}, nil)
	var made atomic.Int64
	begun, release := make(chan bool), make(chan bool)
	slow := func(ctx context.Context) (page.Rendered, error) {
		if made.Add(1) == 1 {
			close(begun)
		}
		<-release
		return says("page")(ctx)
	}
	ctx, leave := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	readers.Go(func() { c.Get(ctx, "/", slow) })
	<-begun
	for range 50 {
		readers.Go(func() {
			if p, _, err := c.Get(t.Context(), "/", slow); err != nil || string(p.Body) != "page" {
				t.Errorf("%v", err)
			}
		})
	}
	leave() // who asked first goes away; the others still want it
	close(release)
	readers.Wait()
	if n := made.Load(); n != 1 {
		t.Errorf("%d renderings", n)
	}
}

func TestBrokenRenderingAnswersEverybody(t *testing.T) {
	c := cacheOver(&fake{}, nil)
	begun, release := make(chan bool), make(chan bool)
	var readers sync.WaitGroup
	readers.Go(func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not reach who rendered")
			}
		}()
		c.Get(t.Context(), "/", func(context.Context) (page.Rendered, error) {
			close(begun)
			<-release
			panic("broken")
		})
	})
	<-begun
	readers.Go(func() {
		// Either it waited for the broken one and hears so, or it came late and makes its own.
		if p, _, err := c.Get(t.Context(), "/", says("own")); err == nil && string(p.Body) != "own" {
			t.Error("a page came out of a broken rendering")
		}
	})
	close(release)
	readers.Wait()
	if got, _ := get(t, c, says("next")); got != "next" && got != "own" {
		t.Error("the page stays broken")
	}
}

func TestVariantsAreTheSamePage(t *testing.T) {
	c := cacheOver(&fake{}, nil)
	body := make([]byte, 20_000)
	for i := range body {
		body[i] = "خبر و "[i%9]
	}
	p, _, err := c.Get(t.Context(), "/", func(context.Context) (page.Rendered, error) {
		return page.Rendered{Status: 200, Body: append([]byte(nil), body...), Pack: true}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	tags := map[string]bool{}
	for _, encoding := range []page.Encoding{page.Brotli, page.Gzip, page.Plain} {
		v, err := p.In(encoding, c.Packer())
		if err != nil {
			t.Fatal(err)
		}
		if got := unpack(t, encoding, v.Body); got != string(body) {
			t.Errorf("%q: %d bytes come out of %d", encoding, len(got), len(body))
		}
		if tags[v.ETag[0]] {
			t.Errorf("%q has the tag of other bytes", encoding)
		}
		tags[v.ETag[0]] = true
		if !p.Has(v.ETag[0]) || !p.Has(`"x", W/`+v.ETag[0]) || p.Has(`"x"`) || p.Has("") {
			t.Errorf("%q: its tag is not known", encoding)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	c := cacheOver(&fake{}, nil)
	body := make([]byte, 10_000)
	for i := range 2000 {
		_, _, err := c.Get(t.Context(), fmt.Sprint(i), func(context.Context) (page.Rendered, error) {
			return page.Rendered{Status: 200, Body: body}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	c.Settle()
	if s := c.Stats(); s.Bytes > 1<<20 || s.Pages == 0 || s.Renders != 2000 {
		t.Errorf("%+v", s)
	}
}

func TestGzipFormsPushNoPageOut(t *testing.T) {
	c := cacheOver(&fake{}, nil)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		body := make([]byte, 10_000) // that no compressor makes smaller
		for j := range body {
			body[j] = byte(random.Uint32())
		}
		p, _, err := c.Get(t.Context(), fmt.Sprint(i), func(context.Context) (page.Rendered, error) {
			return page.Rendered{Status: 200, Body: body, Pack: true}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		first, err := c.In(p, page.Gzip)
		if err != nil {
			t.Fatal(err)
		}
		if got := unpack(t, page.Gzip, first.Body); got != string(body) {
			t.Fatalf("page %d: other bytes come out", i)
		}
		if again, _ := c.In(p, page.Gzip); i == 0 && again != first {
			t.Error("the gzip form is made again for each reader")
		}
	}
	c.Settle()
	if s := c.Stats(); s.Pages != 60 || s.Bytes > 1<<20 {
		t.Errorf("60 pages of 10 kB and their gzip forms in 1 MiB: %+v", s)
	}
}

func unpack(t *testing.T, encoding page.Encoding, body []byte) string {
	t.Helper()
	var r io.Reader = bytes.NewReader(body)
	switch encoding {
	case page.Brotli:
		r = brotli.NewReader(r)
	case page.Gzip:
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}
