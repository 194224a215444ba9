package main

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/migrate"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// TestSeedArticleRoundTrip: the page the product started from comes out again with every part it had, in Dabir's order.
func TestSeedArticleRoundTrip(t *testing.T) {
	seed := shared(t, "seed", "*.txt")
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		file, err := os.Open(seed)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		page, err := migrate.ReadText(file, migrate.TextOptions{})
		if err != nil {
			t.Fatal(err)
		}
		out, err := console{n.app, n.url}.Import(context.Background(), []news.Import{page.Import})
		if err != nil || out[0].Code == 0 {
			t.Fatal(err, out)
		}
		got := n.browser(t).article(out[0].Code)
		if got.StatusCode != http.StatusOK {
			t.Fatalf("status %d", got.StatusCode)
		}
		// The expected text is the seed's own: everything up to the end mark, then the comments, to the letter.
		head, rest, _ := strings.Cut(mustRead(t, seed), "انتهای پیام/")
		var paragraphs []string
		for p := range strings.SplitSeq(strings.TrimSpace(head), "\n\n") {
			paragraphs = append(paragraphs, strings.TrimSpace(p))
		}
		want := append(append([]string{}, paragraphs...), "انتهای پیام/", "اخبار پیشنهادی", "نظرات کاربران", "انتشار یافته: ۲", "در انتظار بررسی: ۰")
		_, comments, _ := strings.Cut(rest, "در انتظار بررسی: ۰\n")
		comments, _, _ = strings.Cut(comments, "\nآخرین اخبار")
		lines := strings.Split(strings.TrimSpace(comments), "\n")
		for i := 0; i+3 < len(lines); i += 4 {
			want = append(want, "ناشناس", "ایران", lines[i+2], lines[i+3])
		}
		text := got.page(t)
		text.Find("script, style").Remove()
		main := strings.Join(strings.Fields(text.Find("main").Text()), " ")
		for i := range want {
			want[i] = strings.Join(strings.Fields(want[i]), " ")
		}
		if len(want) < 20 {
			t.Fatalf("only %d parts were read from the seed", len(want))
		}
		// With a single article nothing can be suggested, so its heading may be absent; the rest stands in order.
		inOrder(t, main, without(want, "اخبار پیشنهادی")...)
		for _, times := range []string{`time[datetime="2021-11-25T16:12:00+03:30"]`, `time[datetime="2021-11-25T12:58:00+03:30"]`} {
			if text.Find(times).Length() == 0 {
				t.Errorf("the page has no %s", times)
			}
		}
		if !strings.Contains(main, "تبادل نظر") {
			t.Error("no comment form")
		}
		if strings.Count(main, "به گزارش باشگاه خبرنگاران جوان") != 1 || strings.Count(main, "انتهای پیام") != 1 {
			t.Error("attribution or end mark does not stand exactly once")
		}
	})
}

func without(list []string, one string) []string {
	var kept []string
	for _, s := range list {
		if s != one {
			kept = append(kept, s)
		}
	}
	return kept
}

// everyPublicPath is every reader's address that the test newsroom has, found by walking from its entrances.
func everyPublicPath(t *testing.T, b *browser) []string {
	t.Helper()
	seen := map[string]bool{}
	queue := []string{"/", "/latest", "/archive", "/rss.xml", "/sitemap.xml", "/robots.txt", "/about", "/contact", "/comments/receipt"}
	var all []string
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if seen[path] || len(seen) > 500 {
			continue
		}
		seen[path] = true
		all = append(all, path)
		got := b.get(path)
		for _, mark := range []string{`href="/`, `src="/`, `action="/`, "<loc>" + b.base + "/", "<link>" + b.base + "/"} {
			for _, piece := range strings.Split(got.body, mark)[1:] {
				end := strings.IndexAny(piece, `"<#`)
				next := "/" + strings.ReplaceAll(piece[:end], "&amp;", "&")
				if !strings.HasPrefix(next, "/newsroom") && !strings.HasPrefix(next, "/assets/") {
					queue = append(queue, next)
				}
			}
		}
		if location := got.Header.Get("Location"); location != "" {
			queue = append(queue, strings.TrimPrefix(location, b.base))
		}
	}
	return all
}

// TestPublicGate: nothing of a draft, of a working copy or of a withdrawn article is on any route, feed or sitemap; a
// published one, as the control, is.
func TestPublicGate(t *testing.T) {
	t.Parallel()
	const canary, control = "قناری‌پنهان", "پیدای‌آشکار"
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		ctx := context.Background()
		at := time.Now().Add(-time.Hour)
		plant := func(word string, state news.State, section string) news.Code {
			return n.imports(t, news.Article{State: state, PublishedAt: at, Origin: "plant:" + word + section, Content: news.Content{
				Kicker: word + " روتیتر", Headline: word + " تیتر " + section, Lede: word + " لید", Body: "<p>" + word + "</p>", Slug: word,
				Source: word, DeskCode: word, Tags: []string{word, "مشترک"}, Bylines: []news.Byline{{Name: word}}}}, section)
		}
		shown := plant(control, news.Published, "پیدا")
		draft := plant(canary, news.Draft, "پنهان")
		gone := plant(canary, news.Published, "پنهان‌تر")
		sent := n.browser(t).post(articlePath(gone)+"/comments", url.Values{"text": {"نظری پیش از حذف"}})
		if sent.StatusCode != http.StatusSeeOther {
			t.Fatalf("a comment: %d", sent.StatusCode)
		}
		if _, err := n.editorial.Withdraw(ctx, chief, editorial.Withdraw{Code: gone, Reason: "این خبر حذف شد."}); err != nil {
			t.Fatal(err)
		}
		live, err := n.editorial.Article(ctx, chief, shown)
		if err != nil {
			t.Fatal(err)
		}
		live.Content.Headline, live.Content.Tags = canary+" نسخهٔ کار", []string{canary}
		if _, err := n.editorial.Save(ctx, chief, editorial.Save{Code: shown, Base: live.Revision, Content: live.Content}); err != nil {
			t.Fatal(err)
		}
		b := n.browser(t)
		paths := everyPublicPath(t, b)
		paths = append(paths, articlePath(draft), articlePath(draft)+"/x", sent.Header.Get("Location"), articlePath(gone), "/print/"+gone.String(), "/print/"+draft.String(),
			"/fa/news/"+draft.String(), "/fa/news/"+gone.String(), "/tag/"+url.PathEscape(canary), "/section/"+url.PathEscape("پنهان"),
			"/section/"+url.PathEscape("پنهان")+"/rss.xml", "/sitemap/1.xml", "/archive")
		hits := 0
		for _, path := range paths {
			got := b.get(path)
			everything := got.body + got.Header.Get("Location")
			if plain, err := url.PathUnescape(everything); err == nil {
				everything += plain
			}
			if strings.Contains(everything, "قناری") {
				t.Errorf("%s (%d) shows what is hidden", path, got.StatusCode)
			}
			if strings.Contains(got.body, control) {
				hits++
			}
		}
		if len(paths) < 25 || hits < 8 {
			t.Errorf("walked %d addresses, %d show the public article: the walk has lost its grip", len(paths), hits)
		}
		for code, want := range map[news.Code]int{draft: 404, 99999: 404, gone: 410} {
			if got := b.get(articlePath(code)); got.StatusCode != want {
				t.Errorf("article %d answers %d, want %d", code, got.StatusCode, want)
			}
		}
		if got := b.get(articlePath(gone)); !strings.Contains(got.body, "این خبر حذف شد.") {
			t.Error("the 410 page does not say why")
		}
		hidden, unknown := b.get(articlePath(draft)), b.get("/news/99999")
		if hidden.body != unknown.body {
			t.Error("a hidden and an unknown code get different pages")
		}
		if got := b.post(articlePath(draft)+"/comments", url.Values{"text": {"سلام بر شما"}}); got.StatusCode != 404 {
			t.Errorf("a comment on a draft answers %d", got.StatusCode)
		}
	})
}

func TestCommentInvalidEmailKeepsInput(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		code := n.imports(t, news.Article{PublishedAt: time.Now().Add(-time.Hour), Content: news.Content{Headline: "تیتر", Body: "<p>متن</p>"}}, "")
		b := n.browser(t)
		action, fields := form(t, b.article(code).page(t), `form[action*="comments"][method="post"]`)
		fields.Set("name", `نگار <b>"ب"</b>`)
		fields.Set("email", "nadarad@")
		fields.Set("text", "خط یک\nخط دو & سه <script>")
		before := n.events(t)
		got := b.post(action, fields)
		if got.StatusCode != http.StatusUnprocessableEntity {
			t.Fatalf("status %d", got.StatusCode)
		}
		doc := got.page(t)
		field := doc.Find(`input[name="email"]`)
		described, _ := field.Attr("aria-describedby")
		if message := doc.Find("#" + described).Text(); message != "آدرس ایمیل خود را با فرمت مناسب وارد نمایید." {
			t.Errorf("at the field stands %q", message)
		}
		if invalid, _ := field.Attr("aria-invalid"); invalid != "true" {
			t.Error("the field is not marked as invalid")
		}
		_, kept := form(t, doc, `form[action*="comments"][method="post"]`)
		for _, name := range []string{"name", "email", "text"} {
			if strings.ReplaceAll(kept.Get(name), "\r\n", "\n") != fields.Get(name) {
				t.Errorf("%s came back as %q", name, kept.Get(name))
			}
		}
		if after := n.events(t); len(after) != len(before) {
			t.Errorf("something was stored: %v", after[len(before):])
		}
		kept.Set("email", "negar@example.ir")
		sent := b.post(action, kept)
		if sent.StatusCode != http.StatusSeeOther {
			t.Fatalf("mended, it answers %d: %s", sent.StatusCode, sent.body)
		}
		receipt := b.get(sent.Header.Get("Location"))
		if receipt.StatusCode != 200 || receipt.Header.Get("Cache-Control") != "no-store" || !strings.Contains(receipt.body, "در انتظار بررسی") {
			t.Errorf("receipt: %d %q", receipt.StatusCode, receipt.Header.Get("Cache-Control"))
		}
		if page := b.article(code); !strings.Contains(page.body, "در انتظار بررسی: ۱") || strings.Contains(page.body, "خط دو") {
			t.Error("the counter does not show the pending comment, or its text is public")
		}
		receiptCode := sent.Header.Get("Location")[strings.LastIndexByte(sent.Header.Get("Location"), '/')+1:]
		if len(receiptCode) != 12 || strings.Contains(n.log.String(), receiptCode) {
			t.Errorf("receipt %q, or it is in the log", receiptCode)
		}
		if strings.Contains(n.log.String(), "negar@example.ir") || strings.Contains(n.log.String(), "127.0.0.1") {
			t.Error("the log holds an e-mail or an address")
		}
	})
}

func (n *newsroomUnderTest) events(t *testing.T) []news.Event {
	t.Helper()
	events, err := n.store.Events(context.Background(), 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// TestCommentBadInput: each wrong field is told at its place, bounds hold to the letter, nothing is stored.
func TestCommentBadInput(t *testing.T) {
	n := start(t, "")
	ctx := context.Background()
	code := n.imports(t, news.Article{PublishedAt: time.Now().Add(-time.Hour), Content: news.Content{Headline: "تیتر", Body: "<p>متن</p>"}}, "")
	closed := n.imports(t, news.Article{PublishedAt: time.Now().Add(-time.Hour), CommentsClosed: true, Content: news.Content{Headline: "بسته", Body: "<p>متن</p>"}}, "")
	b := n.browser(t)
	family := "👨‍👩‍👧‍👦" // one character as people see it, eleven code points in UTF-16
	for name, c := range map[string]struct {
		on     news.Code
		fields url.Values
		status int
	}{
		"empty":                {code, url.Values{"text": {""}}, 422},
		"only white space":     {code, url.Values{"text": {" \u200c \n\t "}}, 422},
		"two characters":       {code, url.Values{"text": {"آی"}}, 422},
		"two families":         {code, url.Values{"text": {family + family}}, 422},
		"2001 characters":      {code, url.Values{"text": {strings.Repeat("ن", 2001)}}, 422},
		"long name":            {code, url.Values{"text": {"سلام بر شما"}, "name": {strings.Repeat("ن", 61)}}, 422},
		"honeypot":             {code, url.Values{"text": {"سلام بر شما"}, "subject": {"buy"}}, 422},
		"unknown parent":       {code, url.Values{"text": {"سلام بر شما"}, "parent": {"999"}}, 422},
		"closed":               {closed, url.Values{"text": {"سلام بر شما"}}, 409},
		"unknown article":      {4711, url.Values{"text": {"سلام بر شما"}}, 404},
		"2000 families":        {code, url.Values{"text": {strings.Repeat(family, 2000)}}, 303},
		"three characters":     {code, url.Values{"text": {"سلا"}}, 303},
		"e-mail with spaces":   {code, url.Values{"text": {"سلام بر شما"}, "email": {" a@b.ir "}}, 303},
		"e-mail without a dot": {code, url.Values{"text": {"سلام بر شما"}, "email": {"a@b"}}, 422},
		"e-mail with a name":   {code, url.Values{"text": {"سلام بر شما"}, "email": {"نگار <a@b.ir>"}}, 422},
	} {
		got := b.post(articlePath(c.on)+"/comments", c.fields)
		if got.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d", name, got.StatusCode, c.status)
		}
		if c.status == 422 && !strings.Contains(got.body, `aria-invalid="true"`) && name != "honeypot" && name != "unknown parent" {
			t.Errorf("%s: no field is marked", name)
		}
	}
	totals, err := n.store.CommentTotals(ctx, nil)
	if err != nil || totals[news.TabPending] != 3 {
		t.Errorf("stored %v (%v), want the 3 good ones", totals, err)
	}
}

// TestCommentRateLimit: the sixth comment within ten minutes is refused with a message and nothing typed is lost; another address is free.
func TestCommentRateLimit(t *testing.T) {
	n := start(t, "", "DABIR_SERVER_TRUSTED_PROXIES=127.0.0.0/8")
	code := n.imports(t, news.Article{PublishedAt: time.Now().Add(-time.Hour), Content: news.Content{Headline: "تیتر", Body: "<p>متن</p>"}}, "")
	send := func(from, text string) answer {
		r, err := http.NewRequest(http.MethodPost, n.url+articlePath(code)+"/comments", strings.NewReader(url.Values{"text": {text}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Forwarded-For", from)
		return n.browser(t).do(r)
	}
	for i := range 5 {
		if got := send("5.160.0.1", "نظر شمارهٔ "+strings.Repeat("ی", i+1)); got.StatusCode != 303 {
			t.Fatalf("comment %d: %d", i+1, got.StatusCode)
		}
	}
	got := send("5.160.0.1", "نظر ششم من")
	if got.StatusCode != http.StatusTooManyRequests || !strings.Contains(got.body, "نظر ششم من") {
		t.Errorf("the sixth answers %d and keeps its text: %v", got.StatusCode, strings.Contains(got.body, "نظر ششم من"))
	}
	if got := send("5.160.0.2", "از همسایه"); got.StatusCode != 303 {
		t.Errorf("a neighbour's address is blocked too: %d", got.StatusCode)
	}
	page, err := n.store.Queue(context.Background(), news.QueueFilter{Limit: 10})
	if err != nil || len(page.Comments) != 6 || page.Comments[0].Country != "IR" || strings.Contains(page.Comments[0].Pseudonym, "5.160") {
		t.Errorf("stored %+v %v", page, err)
	}
}

// TestEveryRouteDeclaresAudience walks the route tables of every area.
func TestEveryRouteDeclaresAudience(t *testing.T) {
	n := start(t, "")
	areas, err := n.areas(n.url)
	if err != nil {
		t.Fatal(err)
	}
	routes := 0
	for _, area := range areas {
		if err := web.Validate(area.Routes); err != nil {
			t.Error(err)
		}
		for _, route := range area.Routes {
			routes++
			inside := strings.Contains(route.Pattern, " /newsroom")
			if inside && route.Audience == web.AudiencePublic {
				t.Errorf("%s is in the newsroom and public", route.Pattern)
			}
			if !inside && route.Audience == web.AudienceNewsroom {
				t.Errorf("%s is outside the newsroom and needs a session", route.Pattern)
			}
		}
	}
	if routes < 30 {
		t.Errorf("only %d routes: the walk has lost its grip", routes)
	}
	if err := web.Validate([]web.Route{{Pattern: "GET /x", Rate: web.RateRead, Handler: func(http.ResponseWriter, *http.Request) error { return nil }}}); err == nil {
		t.Error("a route without an audience passes")
	}
}

// TestPagesAreTheSameForAllReaders: what is asked for twice has one ETag, and whoever has it gets 304.
func TestPagesAreTheSameForAllReaders(t *testing.T) {
	n := start(t, "")
	code := n.imports(t, news.Article{PublishedAt: time.Now().Add(-time.Hour), Content: news.Content{Headline: "تیتر", Slug: "titr", Body: "<p>متن</p>"}}, "")
	path := n.browser(t).get(articlePath(code)).Header.Get("Location")
	for _, path := range []string{path, "/", "/latest", "/rss.xml", "/print/" + code.String()} {
		one, two := n.browser(t).get(path), n.browser(t).get(path)
		if one.StatusCode != 200 || one.Header.Get("ETag") == "" || one.body != two.body {
			t.Errorf("%s: status %d, ETag %q, same bytes %v", path, one.StatusCode, one.Header.Get("ETag"), one.body == two.body)
		}
		r, err := http.NewRequest(http.MethodGet, n.url+strings.TrimPrefix(path, n.url), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("If-None-Match", one.Header.Get("ETag"))
		if got := n.browser(t).do(r); got.StatusCode != http.StatusNotModified {
			t.Errorf("%s: asked again with its ETag it answers %d", path, got.StatusCode)
		}
	}
}
