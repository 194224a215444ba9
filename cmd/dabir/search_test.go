package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/search"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// indexed waits until both indexes know everything that has happened to articles so far.
func (n *newsroomUnderTest) indexed(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	var last int64
	for after := int64(0); ; {
		events, err := n.store.Events(ctx, after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 {
			break
		}
		for _, e := range events {
			if after = e.Seq; e.SubjectKind == "article" {
				last = e.Seq
			}
		}
	}
	waitFor(t, "the search indexes", func() bool {
		for _, k := range n.indexes() {
			if at, err := k.Position(ctx); err != nil || at < last {
				return false
			}
		}
		return true
	})
}

func searchAddress(q string) string { return "/search?q=" + url.QueryEscape(q) }

// written publishes an article by the acts of editors.
func (n *newsroomUnderTest) written(t *testing.T, headline, body string) news.Article {
	t.Helper()
	a, err := n.editorial.Save(t.Context(), chief, editorial.Save{Content: news.Content{Kind: news.KindNews, Lang: "fa", Headline: headline, Lede: "لید", Body: body}})
	if err == nil {
		a, err = n.editorial.Publish(t.Context(), chief, editorial.Publish{Code: a.Code, Base: a.Revision, Confirmed: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestSearchFollowsEvents: what is published, changed and withdrawn is so in search within a second, on the node that did it and on
// another one; the newsroom finds its drafts, readers do not.
func TestSearchFollowsEvents(t *testing.T) {
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "" }, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			address := dsn(t)
			here := start(t, address)
			nodes := []*newsroomUnderTest{here}
			if address != "" {
				nodes = append(nodes, start(t, address))
			}
			for _, n := range nodes {
				n.indexed(t)
			}
			shows := func(what, query string, want bool) {
				t.Helper()
				for i, n := range nodes {
					begun := time.Now()
					waitFor(t, what, func() bool {
						return strings.Contains(n.browser(t).get(searchAddress(query)).body, "/news/") == want
					})
					t.Logf("node %d: %s after %v", i, what, time.Since(begun).Round(time.Millisecond))
				}
			}
			a := here.written(t, "کتاب‌های تازه در نمایشگاه", "<p>ناشران کتابهای خود را آوردند.</p>")
			shows("the publication", "كتاب ها نمايشگاه", true) // Arabic letters, a space for the half-space

			changed := a.Content
			changed.Headline, changed.Body = "نوشت‌افزار در نمایشگاه", "<p>مداد و دفتر.</p>"
			a, err := here.editorial.Save(t.Context(), chief, editorial.Save{Code: a.Code, Base: a.Revision, Content: changed})
			if err != nil {
				t.Fatal(err)
			}
			here.indexed(t)
			shows("nothing of a working copy", "مداد", false)
			if found, err := here.deskFound.Search(t.Context(), search.Query{Text: "مداد"}); err != nil || len(found.Hits) != 1 {
				t.Errorf("the newsroom finds %d drafts, %v", len(found.Hits), err)
			}
			if _, err := here.editorial.Publish(t.Context(), chief, editorial.Publish{Code: a.Code, Base: a.Revision, Confirmed: true}); err != nil {
				t.Fatal(err)
			}
			shows("the change", "مداد", true)
			shows("nothing of the text before", "ناشران", false)
			if _, err := here.editorial.Withdraw(t.Context(), chief, editorial.Withdraw{Code: a.Code, Reason: "به درخواست منبع"}); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(here.browser(t).get(searchAddress("مداد")).body, "/news/"+a.Code.String()) {
				t.Error("a withdrawn article is shown before its entry is gone")
			}
			here.indexed(t)
			if found, err := here.found.Search(t.Context(), search.Query{Text: "مداد"}); err != nil || len(found.Hits) != 0 {
				t.Errorf("the index still finds it: %v, %v", found.Hits, err)
			}
		})
	}
}

// TestPublicIndexHoldsOnlyPublic: of a newsroom full of hidden things the readers' index has none, in no file of its folder; searching
// and suggesting find none, whatever the address asks.
func TestPublicIndexHoldsOnlyPublic(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, n *newsroomUnderTest, _ *clock) {
		g := build(t, n, n.now().Add(time.Hour))
		g.indexed(t)
		for word, want := range map[string]int{bird: 0, owl: 0, coal: 1} {
			found, err := g.found.Search(t.Context(), search.Query{Text: word})
			if err != nil || len(found.Hits) != want {
				t.Errorf("%s: %d articles, %v; want %d", word, len(found.Hits), err, want)
			}
		}
		if found, err := g.deskFound.Search(t.Context(), search.Query{Text: bird}); err != nil || len(found.Hits) == 0 {
			t.Errorf("the control: the newsroom's index finds no bird: %v", err)
		}
		if !folderHolds(t, filepath.Join(g.cfg.Data, "search"), "public-*", coal) {
			t.Error("the control: coal is in no file of the readers' index")
		}
		for _, word := range []string{bird, owl} {
			if folderHolds(t, filepath.Join(g.cfg.Data, "search"), "public-*", word) {
				t.Errorf("%s is in a file of the readers' index", word)
			}
		}
		b := g.browser(t)
		for _, path := range []string{searchAddress("تیتر"), searchAddress(bird), "/search?tag=" + url.QueryEscape(g.tag), "/search?section=" + url.QueryEscape(g.section),
			"/search?reporter=" + url.QueryEscape(bird+" نویسنده"), "/search/suggest?q=" + url.QueryEscape(bird), "/search/suggest?q=" + url.QueryEscape("تیتر"), "/opensearch.xml"} {
			for _, word := range []string{bird, owl} {
				if where := g.leaks(path, b.get(path), word); where != "" && !strings.Contains(path, url.QueryEscape(word)) && !strings.Contains(path, "section=") {
					t.Errorf("%s shows %s: %s", path, word, where)
				}
			}
		}
	})
}

// folderHolds looks for a word in the bytes of every file below the folders of a pattern.
func folderHolds(t *testing.T, parent, pattern, word string) bool {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(parent, pattern))
	if err != nil || len(folders) == 0 {
		t.Fatal(folders, err)
	}
	found := false
	for _, folder := range folders {
		err := filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
			if err != nil || info.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			found = found || strings.Contains(string(text), word)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// TestTopicsAreMapped: a topic stands in the sitemap while readers see its page, and not before; taking it away keeps the tag.
func TestTopicsAreMapped(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, n *newsroomUnderTest, _ *clock) {
		b, editor := n.browser(t), n.signIn(t, "sardabir9", news.ChiefEditor)
		n.imports(t, news.Article{PublishedAt: n.now(), Content: news.Content{Headline: "باران در رشت", Body: "<p>متن</p>", Tags: []string{"رشت"}}}, "")
		if got := b.get("/sitemap/topics.xml"); got.StatusCode != http.StatusNotFound || strings.Contains(b.get("/sitemap.xml").body, "topics.xml") {
			t.Errorf("without a topic its sitemap answers %d", got.StatusCode)
		}
		action, fields := form(t, editor.get("/newsroom/topics").page(t), "main details form")
		fields.Set("name", "رشت")
		fields.Set("kind", "place")
		fields.Set("text", "شهر باران")
		if got := editor.post(action, fields); got.StatusCode != http.StatusSeeOther {
			t.Fatalf("saving the topic: %d", got.StatusCode)
		}
		tag := n.url + "/tag/" + url.PathEscape("رشت")
		if got := b.get("/sitemap/topics.xml"); got.StatusCode != http.StatusOK || !strings.Contains(got.body, "<loc>"+tag+"</loc>") || !strings.Contains(b.get("/sitemap.xml").body, "/sitemap/topics.xml") {
			t.Errorf("the sitemap of topics: %d %s", got.StatusCode, got.body)
		}
		edit, ok := editor.get("/newsroom/topics").page(t).Find("td.h a").Attr("href")
		page := editor.get(edit).page(t)
		if asks := page.Find("details:not([open]) form button.grave").Length(); !ok || asks != 1 {
			t.Errorf("%d buttons take the topic away behind a question, want 1", asks)
		}
		action, fields = form(t, page, "details form:has(button.grave)")
		if got := editor.post(action, fields); got.StatusCode != http.StatusSeeOther {
			t.Fatalf("taking it away: %d", got.StatusCode)
		}
		if got := b.get("/sitemap/topics.xml"); got.StatusCode != http.StatusNotFound {
			t.Errorf("a topic that is none any more is in the sitemap: %d", got.StatusCode)
		}
		if got := b.get("/tag/" + url.PathEscape("رشت")); got.StatusCode != http.StatusOK || strings.Contains(got.body, "شهر باران") {
			t.Errorf("the tag's page: %d", got.StatusCode)
		}
	})
}

// TestMeantIsSaidToBothSides: a word that is in no article is read as one that is, and both searches say so as people spell it.
func TestMeantIsSaidToBothSides(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, n *newsroomUnderTest, _ *clock) {
		n.imports(t, news.Article{PublishedAt: n.now(), Content: news.Content{Headline: "نمایشگاه بین‌المللی کتاب", Body: "<p>متن</p>"}}, "")
		n.indexed(t)
		editor := n.signIn(t, "sardabir9", news.ChiefEditor)
		for what, page := range map[string]answer{"readers": n.browser(t).get(searchAddress("بینالملللی")), "newsroom": editor.get("/newsroom/articles?q=" + url.QueryEscape("بینالملللی"))} {
			if got := strings.TrimSpace(page.page(t).Find("main a:contains('بین‌المللی')").First().Text()); got != "بین‌المللی" {
				t.Errorf("%s: meant is %q", what, got)
			}
		}
	})
}

// database is what whole processes work on, and where a test looks behind their backs.
type database struct{ data, driver, dsn string }

// with is a command line that works on it.
func (d database) with(args ...string) []string { return append(args, "--data", d.data, "--db", d.dsn) }

func (d database) rows(table string) int { return count(d.driver, d.dsn, table) }

// onEachServed runs a test of whole processes on each kind of database.
func onEachServed(t *testing.T, run func(t *testing.T, d database)) {
	for _, backend := range []string{"sqlite", "postgres"} {
		t.Run(backend, func(t *testing.T) {
			data, driver, dsn := folderAndDatabase(t, backend)
			run(t, database{data, driver, dsn})
		})
	}
}

// TestIndexDamagedRebuilds: an index whose files are spoilt, or that belongs to another log, is built anew by itself; meanwhile the
// database answers, and the page says so.
func TestIndexDamagedRebuilds(t *testing.T) {
	t.Parallel()
	onEachServed(t, func(t *testing.T, d database) { damages(t, d.data, d.with) })
}

func damages(t *testing.T, data string, with func(args ...string) []string) {
	output, err := command(with("import", "jsonl", archive(t, 300))...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	s := startProcess(t, with("serve")...)
	finds := func() bool {
		_, page := fetch(t, s.url+searchAddress("شماره ۲۱۷"))
		return strings.Contains(page, "تیتر شمارهٔ 217") && !strings.Contains(page, `class="notice"`)
	}
	waitFor(t, "the first index", finds)
	for _, spoil := range []struct {
		name string
		do   func(path string, size int64) error
	}{
		{"garbage", func(path string, size int64) error {
			return os.WriteFile(path, []byte(strings.Repeat("خراب", int(size)/8+1)), 0o600)
		}},
		{"empty", func(path string, _ int64) error { return os.Truncate(path, 0) }},
		{"gone", func(path string, _ int64) error { return os.Remove(path) }},
	} {
		if err := s.end(t); err != nil {
			t.Log(err)
		}
		files := 0
		err := filepath.Walk(filepath.Join(data, "search"), func(path string, info os.FileInfo, err error) error {
			if err != nil || info.IsDir() {
				return err
			}
			files++
			return spoil.do(path, info.Size())
		})
		if err != nil || files < 4 {
			t.Fatalf("%s: %d files, %v", spoil.name, files, err)
		}
		s = startProcess(t, with("serve")...)
		if code, page := fetch(t, s.url+searchAddress("شمارهٔ 217")); code != http.StatusOK || !strings.Contains(page, "/news/") {
			t.Errorf("%s: while it is built: %d", spoil.name, code)
		}
		waitFor(t, "the new index after "+spoil.name, finds)
		waitFor(t, "the log to say that it was built", func() bool { return strings.Contains(s.output(), "is built anew") })
	}
	if output, err := command(with("reindex")...).CombinedOutput(); err != nil || !strings.Contains(string(output), "are built") {
		t.Errorf("reindex beside a serving process: %v: %s", err, output)
	}
	if !finds() {
		t.Error("after reindex nothing is found")
	}
	if err := s.end(t); err != nil {
		t.Log(err)
	}
	if output, err := command(with("reindex")...).CombinedOutput(); err != nil || !strings.Contains(string(output), "are built") {
		t.Errorf("reindex alone: %v: %s", err, output)
	}
}

// TestIndexSurvivesKill: a process that is killed while articles stream into its index finds all of them after it is started again,
// without building anew once it had an index.
func TestIndexSurvivesKill(t *testing.T) {
	t.Parallel()
	onEachServed(t, func(t *testing.T, d database) { killsIndexing(t, d.with, d.rows) })
}

func killsIndexing(t *testing.T, with func(args ...string) []string, rows func(table string) int) {
	const total = 1000
	s := startProcess(t, with("serve")...)
	found := func() int {
		code, page := fetch(t, s.url+"/search?tag="+url.QueryEscape("آب"))
		if code != http.StatusOK || strings.Contains(page, `class="notice"`) {
			return -1
		}
		var n int
		fmt.Sscanf(strings.NewReplacer("٬", "").Replace(latin(between(page, `<span role="status">`, " خبر"))), "%d", &n)
		return n
	}
	waitFor(t, "the empty index", func() bool { return found() == 0 || strings.Contains(s.output(), "listening") })
	importing := command(with("import", "jsonl", archive(t, total))...)
	if err := importing.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the index to fill", func() bool { return found() > 50 })
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.cmd.Wait()
	importing.Wait() // it lost its server
	s = startProcess(t, with("serve")...)
	articles := rows("article")
	if articles < 50 {
		t.Fatalf("only %d articles at the kill", articles)
	}
	waitFor(t, "the rest of the articles", func() bool { return found() == articles })
	if strings.Contains(s.output(), "is built anew") {
		t.Errorf("it was built anew: %s", s.output())
	}
	if output, err := command(with("import", "jsonl", archive(t, total))...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	waitFor(t, "all articles", func() bool { return found() == total })
}

// TestMatchingSurvivesKill: a process that is killed while it works out what is suggested goes on with it after the start: every article
// that had a job then has its list.
func TestMatchingSurvivesKill(t *testing.T) {
	t.Parallel()
	onEachServed(t, func(t *testing.T, d database) {
		const total = 600
		var lines strings.Builder
		places := strings.Fields("شیراز اصفهان تبریز مشهد اهواز کرمان یزد رشت ساری گرگان همدان اراک قم زنجان سنندج بوشهر ایلام")
		matters := strings.Fields("خشکسالی سیل آلودگی ترافیک مدرسه بیمارستان نمایشگاه والیبال کشتی سینما کتاب")
		for i := range total {
			place, matter := places[i%len(places)], matters[i%len(matters)]
			line, err := json.Marshal(map[string]any{"id": fmt.Sprint("m", i), "title": matter + " در " + place, "body": fmt.Sprintf("گزارش %d از %s و %s امسال.", i, matter, place),
				"tags": []string{place, matter}, "date": time.Date(2025, 3, 1+i%20, 8, 0, 0, 0, time.UTC).Format(time.RFC3339)})
			if err != nil {
				t.Fatal(err)
			}
			lines.Write(append(line, '\n'))
		}
		file := filepath.Join(t.TempDir(), "matters.jsonl")
		if err := os.WriteFile(file, []byte(lines.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		if output, err := command(d.with("import", "jsonl", file)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, output)
		}
		if due := d.rows("suggest_due"); due != total {
			t.Fatalf("%d jobs after the import, want %d", due, total)
		}
		s := startProcess(t, d.with("serve")...)
		waitFor(t, "the matcher to be at work", func() bool { return d.rows("article_profile") > 0 })
		if err := s.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		s.cmd.Wait()
		if d.rows("suggest_due") == 0 {
			t.Fatal("all was done before the kill: this proves nothing")
		}
		// The half minute for which the killed process has taken its last jobs passes here at once.
		if err := executeOn(d.driver, d.dsn, `UPDATE suggest_due SET claimed_until = claimed_until - 30000 WHERE claimed_until > 0`); err != nil {
			t.Fatal(err)
		}
		startProcess(t, d.with("serve")...)
		waitFor(t, "what was left to do", func() bool { return d.rows("suggest_due") == 0 })
		if profiles, listed := d.rows("article_profile"), d.rows("(SELECT DISTINCT article_code FROM suggestion) listed"); profiles != total || listed != total {
			t.Errorf("%d profiles and %d lists, want %d of each", profiles, listed, total)
		}
	})
}

// between is what stands in a text after one mark and before another.
func between(text, before, after string) string {
	_, text, _ = strings.Cut(text, before)
	text, _, _ = strings.Cut(text, after)
	return text
}

func latin(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '۰' && r <= '۹' {
			return r - '۰' + '0'
		}
		return r
	}, strings.TrimPrefix(text, "دست‌کم "))
}

// TestSearchTakesEverything: whatever is asked, the page is a page.
func TestSearchTakesEverything(t *testing.T) {
	t.Parallel()
	texts := []string{"", "ا", strings.Repeat("متن دراز ", 1250), "و از به در که را", "!@#$%^&*()_+{}|:\"<>?", "«»", "\"", "-", "-باران", "+title:x^9 AND (a OR [1 TO 2})~", "*", "a*b?",
		"/re.*/", "\x00", "\xff\xfe", "%00", "<script>alert(1)</script>", "'; DROP TABLE article;--"}
	if file, err := os.ReadFile(shared(t, "data", "import", "naughty-strings", "blns.json")); err == nil {
		var naughty []string
		if err := json.Unmarshal(file, &naughty); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, naughty...)
	}
	onEachDatabase(t, func(t *testing.T, n *newsroomUnderTest, _ *clock) {
		n.imports(t, news.Article{PublishedAt: n.now(), Content: news.Content{Headline: "باران در شمال", Body: "<p>متن دراز از باران</p>"}}, "")
		n.indexed(t)
		b := n.browser(t)
		editor := n.signIn(t, "sardabir9", news.ChiefEditor)
		for _, text := range texts {
			all := url.Values{}
			for _, name := range []string{"q", "section", "kind", "tag", "reporter", "from", "to", "sort", "after"} {
				all.Set(name, text[:min(len(text), 2000)]) // nine times the longest is more than an address may be
			}
			for _, path := range []string{searchAddress(text), "/search?" + all.Encode(), "/search/suggest?q=" + url.QueryEscape(text)} {
				if got := b.get(path); got.StatusCode != http.StatusOK || strings.Contains(got.body, "<script>alert(1)") {
					t.Errorf("%.80q: %d", path, got.StatusCode)
				}
			}
			if got := editor.get("/newsroom/articles?q=" + url.QueryEscape(text)); got.StatusCode != http.StatusOK {
				t.Errorf("newsroom %.80q: %d", text, got.StatusCode)
			}
		}
	})
}
