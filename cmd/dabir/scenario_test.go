package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/dabir-newsroom/dabir/internal/auth"
	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/dabir-newsroom/dabir/internal/web"
	"github.com/dabir-newsroom/dabir/internal/web/control"
)

var (
	operator = news.SystemActor("test", news.Operator)
	chief    = news.SystemActor("test", news.ChiefEditor)
)

// newsroomUnderTest is the whole program but its command line: real database, real HTTP on a loopback port.
type newsroomUnderTest struct {
	*app
	url string
	log *journal
}

// eachDatabase runs a scenario on SQLite and on PostgreSQL.
func eachDatabase(t *testing.T, run func(t *testing.T, n *newsroomUnderTest)) {
	t.Run("sqlite", func(t *testing.T) { run(t, start(t, "")) })
	t.Run("postgres", func(t *testing.T) { run(t, start(t, storetest.Postgres(t))) })
}

func start(t *testing.T, dsn string, env ...string) *newsroomUnderTest {
	t.Helper()
	return startAt(t, time.Now, dsn, env...)
}

// startAt is start with a clock.
func startAt(t *testing.T, now func() time.Time, dsn string, env ...string) *newsroomUnderTest {
	t.Helper()
	cfg, err := config.Load(config.Sources{Data: t.TempDir(), Env: env,
		Flags: map[string]string{"database.url": dsn, "server.addr": "127.0.0.1:0", "site.name": "روزنامهٔ آزمون"}})
	if err != nil {
		t.Fatal(err)
	}
	log := &journal{}
	a, err := openApp(context.Background(), cfg, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), now)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		t.Fatal(err)
	}
	address := siteURL(cfg, listener)
	handler, err := a.handler(address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	wait := a.background(ctx)
	served := make(chan error, 1)
	go func() { served <- web.Serve(ctx, web.NewServer(handler, a.log), listener, time.Second) }()
	t.Cleanup(func() {
		stop()
		<-served
		wait()
		a.close()
	})
	return &newsroomUnderTest{app: a, url: address, log: log}
}

// journal is a log that can be read while others write.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// answer is what came back: status, headers and the page.
type answer struct {
	*http.Response
	body string
}

func (a answer) page(t *testing.T) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// browser keeps cookies and does not follow redirects.
type browser struct {
	t    *testing.T
	base string
	http *http.Client
}

func (n *newsroomUnderTest) browser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, n.url, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) do(r *http.Request) answer {
	b.t.Helper()
	response, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{response, string(body)}
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = b.base + path
	}
	r, err := http.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(r)
}

func (b *browser) post(path string, form url.Values) answer {
	b.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = b.base + path
	}
	r, err := http.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.base)
	return b.do(r)
}

// form reads a form of a page: where it goes and what its fields hold.
func form(t *testing.T, doc *goquery.Document, selector string) (action string, fields url.Values) {
	t.Helper()
	f := doc.Find(selector).First()
	if f.Length() == 0 {
		t.Fatalf("no form %s on the page", selector)
	}
	fields = url.Values{}
	f.Find("input[name], textarea[name], select[name]").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		switch goquery.NodeName(s) {
		case "textarea":
			fields.Add(name, s.Text())
		case "select":
			value, _ := s.Find("option[selected]").Attr("value")
			fields.Add(name, value)
		default:
			kind, _ := s.Attr("type")
			_, checked := s.Attr("checked")
			if kind == "submit" || kind == "file" || (kind == "checkbox" || kind == "radio") && !checked {
				return
			}
			value, _ := s.Attr("value")
			fields.Add(name, value)
		}
	})
	action, _ = f.Attr("action")
	return action, fields
}

// signIn brings a new user of a role into a browser by a one-time link.
func (n *newsroomUnderTest) signIn(t *testing.T, username string, role news.Role) *browser {
	t.Helper()
	link, err := console{n.app, n.url}.AddUser(context.Background(), control.NewUser{NewUser: auth.NewUser{Username: username, Name: "نام " + username, Roles: []news.Role{role}}})
	if err != nil {
		t.Fatal(err)
	}
	b := n.browser(t)
	doc := b.get(link).page(t)
	action, fields := form(t, doc, "main form")
	if action == "" {
		action = link
	}
	if got := b.post(action, fields); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing in answers %d: %s", got.StatusCode, got.body)
	}
	return b
}

// imports brings a published article in.
func (n *newsroomUnderTest) imports(t *testing.T, a news.Article, section string) news.Code {
	t.Helper()
	if a.State == "" {
		a.State = news.Published
	}
	if a.Content.Kind == "" {
		a.Content.Kind, a.Content.Lang = news.KindNews, "fa"
	}
	if a.Origin == "" {
		a.Origin = "test:" + a.Content.Headline
	}
	out, err := n.editorial.Import(context.Background(), operator, []news.Import{{Article: a, SectionName: section}})
	if err != nil || out[0].Refused != "" {
		t.Fatal(err, out)
	}
	return out[0].Code
}

// shared finds a file beside the project, or skips the test and says so.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "..", "shared"}, parts...)...)
	found, err := filepath.Glob(path)
	if err != nil || len(found) == 0 {
		t.Skipf("../shared is absent: %s is not there", path)
	}
	return found[0]
}

// inOrder fails unless the texts stand in the page one after the other.
func inOrder(t *testing.T, page string, texts ...string) {
	t.Helper()
	at := 0
	for _, text := range texts {
		i := strings.Index(page[at:], text)
		if i < 0 {
			where := "nowhere"
			if strings.Contains(page, text) {
				where = "earlier"
			}
			t.Fatalf("%q stands %s, not behind what comes before it", text, where)
		}
		at += i + len(text)
	}
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func articlePath(code news.Code) string { return fmt.Sprintf("/news/%d", code) }

// article follows the redirect to an article's page.
func (b *browser) article(code news.Code) answer {
	b.t.Helper()
	got := b.get(articlePath(code))
	if got.StatusCode == http.StatusMovedPermanently || got.StatusCode == http.StatusPermanentRedirect {
		location, _ := got.Location()
		return b.get(location.String())
	}
	return got
}
