package main

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// startBehind starts a node whose way to PostgreSQL can be made worse.
func startBehind(t *testing.T, env ...string) (*newsroomUnderTest, *storetest.Proxy) {
	t.Helper()
	dsn, err := url.Parse(storetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	proxy := storetest.NewProxy(t, dsn.Host)
	dsn.Host = proxy.Addr
	return start(t, dsn.String(), env...), proxy
}

// TestNothingTypedIsLostWithoutPrimary sends a form to every route that takes one while no database takes writes: each answers 503 with a sentence
// and with what was typed in a form to be sent again, but for a reader's comment, which is kept. Pages that the node has are shown, and say
// that they may be old.
func TestNothingTypedIsLostWithoutPrimary(t *testing.T) {
	n, proxy := startBehind(t)
	code := n.open(t)
	b := n.everyone(t, "hame")
	page := b.get(articlePath(code)).Header.Get("Location")
	if got := b.get(page); got.StatusCode != http.StatusOK || got.Header.Get("Cache-Status") != "" {
		t.Errorf("with a database the page answers %d, marked %q", got.StatusCode, got.Header.Get("Cache-Status"))
	}
	areas, err := n.areas(n.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy.Break()
	waitFor(t, "the loss to be noticed", func() bool {
		return n.store.Ping(t.Context()) != nil && b.get(page).Header.Get("Cache-Status") == "dabir; hit; detail=old"
	})
	if got := b.get("/section/unknown"); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a page that the node does not have answers %d", got.StatusCode)
	}
	const typed = "سطر یکم «آنچه نوشته شد»\nسطر دوم <b>آن</b>"
	forms := 0
	for _, area := range areas {
		for _, route := range area.Routes {
			path, writes := strings.CutPrefix(route.Pattern, "POST ")
			if !writes || strings.HasSuffix(path, "/signin/passkey/begin") { // which stores nothing
				continue
			}
			forms++
			path = regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, code.String())
			fields := url.Values{"action": {web.NewAction()}, "text": {typed}, "headline": {typed}, "up": {"1"}, "code": {"ABCD"}, "reason": {"insult"}, "password": {"گذرواژه‌ای که پس داده نمی‌شود"}}
			got := b.post(path, fields)
			said := strings.ReplaceAll(html.UnescapeString(got.body), "\r\n", "\n")
			if route.Pattern == "POST /news/{code}/comments" {
				if got.StatusCode != http.StatusAccepted || !strings.Contains(said, "پیگیری") || !strings.Contains(said, "روی این سرور نگه داشته") {
					t.Errorf("a comment: %d %s", got.StatusCode, said)
				}
				continue
			}
			if got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" || strings.Count(said, typed) < 2 {
				t.Errorf("%s: %d, what was typed is there %d times", route.Pattern, got.StatusCode, strings.Count(said, typed))
			}
			if strings.Contains(said, "گذرواژه‌ای") || !strings.Contains(said, "اکنون چیزی ذخیره نمی‌شود") {
				t.Errorf("%s says %.3000s", route.Pattern, said)
			}
		}
	}
	if forms < 60 {
		t.Errorf("only %d forms: the walk has lost its grip", forms)
	}
	nowhere := b.post("/news/99999/comments", url.Values{"action": {web.NewAction()}, "text": {typed}})
	receipt := receiptCode.FindStringSubmatch(nowhere.body)
	if nowhere.StatusCode != http.StatusAccepted || receipt == nil {
		t.Fatalf("a comment to an article that nobody can look for: %d %s", nowhere.StatusCode, nowhere.body)
	}
	proxy.Heal()
	waitFor(t, "the newsroom to go on", func() bool { return b.get(page).Header.Get("Cache-Status") == "" && n.store.Ping(t.Context()) == nil })
	waitFor(t, "the comment to be handed over", func() bool { return count("pgx", n.cfg.Database, "comment") == 1 })
	var untaken answer
	waitFor(t, "the other one's receipt to tell what became of it", func() bool {
		untaken = b.get("/comments/receipt/" + receipt[1])
		return strings.Contains(untaken.body, "نظر شما ثبت نشد")
	})
	if said := html.UnescapeString(untaken.body); untaken.StatusCode != http.StatusOK || !strings.Contains(said, "سطر دوم <b>آن</b>") || strings.Contains(said, "/withdraw") {
		t.Errorf("the receipt of what was not taken: %d %s", untaken.StatusCode, said)
	}
}
