package main

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// edge is a small CDN: it keeps what it may for as long as it may, and gives up what it is told to. What it fetched while it was told so it
// does not keep.
type edge struct {
	t      *testing.T
	mu     sync.Mutex
	origin string
	kept   map[string]keptAnswer
	purges map[string]int // by key, when it was purged last
	clock  int
	hits   int
	broken bool
}

type keptAnswer struct {
	status int
	header http.Header
	body   []byte
	until  time.Time
	keys   []string
}

func startEdge(t *testing.T) (*edge, string) {
	t.Helper()
	e := &edge{t: t, kept: map[string]keptAnswer{}, purges: map[string]int{}}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return e, server.URL
}

func (e *edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == "PURGE" {
		e.purge(w, strings.Fields(r.Header.Get("xkey-purge")))
		return
	}
	name := r.URL.RequestURI() + " " + r.Header.Get("Accept-Encoding")
	e.mu.Lock()
	a, ok := e.kept[name]
	if ok = ok && r.Method == http.MethodGet && time.Now().Before(a.until); ok {
		e.hits++
	}
	begun := e.clock
	e.mu.Unlock()
	if !ok {
		a = e.fetch(r, name, begun)
	}
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	w.Write(a.body)
}

func (e *edge) purge(w http.ResponseWriter, keys []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.broken {
		http.Error(w, "broken", http.StatusServiceUnavailable)
		return
	}
	e.clock++
	for _, key := range keys {
		e.purges[key] = e.clock
	}
	for name, a := range e.kept {
		for _, key := range a.keys {
			if e.purges[key] == e.clock {
				delete(e.kept, name)
			}
		}
	}
}

var maxAge = regexp.MustCompile(`^max-age=(\d+)$`)

func (e *edge) fetch(r *http.Request, name string, begun int) keptAnswer {
	out, err := http.NewRequestWithContext(r.Context(), r.Method, e.origin+r.URL.RequestURI(), r.Body)
	if err != nil {
		e.t.Error(err)
		return keptAnswer{status: http.StatusBadGateway}
	}
	out.Header = r.Header.Clone()
	response, err := (&http.Transport{DisableCompression: true, DisableKeepAlives: true}).RoundTrip(out)
	if err != nil {
		e.t.Error(err)
		return keptAnswer{status: http.StatusBadGateway}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		e.t.Error(err)
	}
	a := keptAnswer{status: response.StatusCode, header: response.Header, body: body, keys: strings.Fields(response.Header.Get("xkey"))}
	control := response.Header.Get("CDN-Cache-Control")
	if control == "" {
		return a
	}
	seconds := maxAge.FindStringSubmatch(control)
	if seconds == nil || response.StatusCode != 200 || response.Header.Get("Set-Cookie") != "" || len(a.keys) == 0 || response.Header.Get("Cache-Control") != "public, no-cache" {
		e.t.Errorf("%s may be kept: %v", name, response.Header)
		return a
	}
	n, _ := strconv.Atoi(seconds[1])
	a.until = time.Now().Add(time.Duration(n) * time.Second)
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, key := range a.keys {
		if e.purges[key] > begun {
			return a
		}
	}
	e.kept[name] = a
	return a
}

func (e *edge) stats() (hits, kept int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.hits, len(e.kept)
}

// behindEdge starts a newsroom behind a small CDN.
func behindEdge(t *testing.T, dsn string) (*newsroomUnderTest, *edge) {
	t.Helper()
	e, address := startEdge(t)
	n := start(t, dsn, append([]string{"DABIR_CDN_KIND=varnish", "DABIR_CDN_PURGE=" + address, "DABIR_CDN_EVERY=100ms"}, anyNumber...)...)
	e.origin = n.url
	waitFor(t, "the first purge", func() bool { return n.cdn.Stats().Allowed })
	return n, e
}

// purged waits until the CDN has taken what happened up to now.
func (n *newsroomUnderTest) purged(t *testing.T) {
	t.Helper()
	newest, err := n.store.NewestEvent(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the CDN to be purged", func() bool { return n.cdn.Stats().UpTo >= newest })
}

// TestPagesBehindACDNAreNeverStale does random things in a newsroom and reads random pages through a CDN that may keep them for an hour:
// from the moment at which it has taken a purge, each is what would be made anew.
func TestPagesBehindACDNAreNeverStale(t *testing.T) {
	behind := func(t *testing.T, dsn string) {
		n, e := behindEdge(t, dsn)
		k := bothHandlers(t, n)
		k.kept = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n.purged(t)
			e.ServeHTTP(w, r)
		})
		walk(t, k, 20)
		if hits, kept := e.stats(); hits < 40 || kept == 0 {
			t.Errorf("only %d pages came from the CDN, %d are kept: it does not keep what it may", hits, kept)
		}
	}
	t.Run("sqlite", func(t *testing.T) { behind(t, "") })
	t.Run("postgres", func(t *testing.T) { behind(t, storetest.Postgres(t)) })
}

// TestCDNKeepsNothingOfPeople: through a CDN that keeps whatever it may, nobody gets what belongs to somebody.
func TestCDNKeepsNothingOfPeople(t *testing.T) {
	n, e := behindEdge(t, "")
	code := n.imports(t, news.Article{PublishedAt: time.Now(), Content: news.Content{Headline: "خبر یکم", Lede: "لید", Body: "<p>متن</p>"}}, "جامعه")
	n.purged(t)
	b := n.signIn(t, "sardabir", news.ChiefEditor)
	home, err := url.Parse(n.url + "/newsroom")
	if err != nil {
		t.Fatal(err)
	}
	for path, keeps := range map[string]bool{
		"/": true, articlePath(code) + "/خبر-یکم": true, articlePath(code) + "/خبر-یکم?utm_source=x": true, articlePath(code): false, "/rss.xml": true, "/part/latest": true, "/robots.txt": true,
		"/newsroom": false, "/newsroom/status": false, "/newsroom/signin": false, "/search?q=خبر": false, "/news/99": false, "/nowhere": false,
		"/comments/receipt/x": false, "/healthz": false, "/archive": false, "/preview/x": false, "/events?on=section/1": false,
	} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		for _, c := range b.http.Jar.Cookies(home) {
			r.AddCookie(c)
		}
		_, before := e.stats()
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		_, after := e.stats()
		control := w.Header().Get("Cache-Control")
		if keeps != (after > before) || keeps != (w.Header().Get("xkey") != "") || !keeps && !strings.HasPrefix(control, "private") {
			t.Errorf("%s answers %d, %q, %d keys; kept: %v", path, w.Code, control, len(strings.Fields(w.Header().Get("xkey"))), after > before)
		}
	}
	asset := regexp.MustCompile(`/assets/[a-z0-9.-]+\.css`).FindString(b.get("/").body)
	if got := b.get(asset).Header.Get("Cache-Control"); !strings.HasPrefix(got, "public, max-age=") {
		t.Errorf("%s: %q", asset, got)
	}
}

// TestCDNThatTakesNoPurgeGetsNoPermission: what waits is told, and the doctor names the settings.
func TestCDNThatTakesNoPurgeGetsNoPermission(t *testing.T) {
	e, address := startEdge(t)
	e.broken = true
	n := start(t, "", "DABIR_CDN_KIND=varnish", "DABIR_CDN_PURGE="+address)
	got := n.browser(t).get("/latest")
	if control := got.Header.Get("CDN-Cache-Control"); control != "" || got.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("before anything could be purged: %v", got.Header)
	}
	waitFor(t, "a purge to fail", func() bool { return n.cdn.Stats().Failed > 0 })
	found := false
	for _, fault := range examine(t.Context(), n.cfg, time.Now()) {
		found = found || fault.Key == "doctor.cdn"
	}
	queued := false
	for _, q := range n.node(t.Context()).Queues {
		queued = queued || q.Name == "purge" && q.Length > 0 && !q.Oldest.IsZero()
	}
	if !found || !queued || !strings.Contains(n.log.String(), "takes no purge") {
		t.Errorf("said by the doctor: %v, by the status: %v, log:\n%s", found, queued, n.log)
	}
}

// TestVarnishKeepsPagesUntilTheyArePurged runs Varnish with the settings of deploy/ before a newsroom.
func TestVarnishKeepsPagesUntilTheyArePurged(t *testing.T) {
	varnishd, err := exec.LookPath("varnishd")
	if err != nil {
		t.Skip("varnishd is not installed here (Debian packages varnish and varnish-modules)")
	}
	free := loopback(t)
	address := free.Addr().String()
	free.Close()
	n := start(t, "", "DABIR_CDN_KIND=varnish", "DABIR_CDN_PURGE=http://"+address+"/", "DABIR_CDN_EVERY=100ms")
	_, port, _ := strings.Cut(strings.TrimPrefix(n.url, "http://"), ":")
	dir := t.TempDir()
	settings := filepath.Join(dir, "varnish.vcl")
	text := strings.Replace(mustRead(t, filepath.Join(deployFolder, "varnish.vcl")), `"8080"`, strconv.Quote(port), 1)
	if err := os.WriteFile(settings, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var said journal
	varnish := exec.Command(varnishd, "-j", "none", "-F", "-f", settings, "-a", address, "-n", filepath.Join(dir, "varnish"), "-s", "malloc,32m", "-p", "http_gzip_support=off", "-p", "thread_pools=1", "-p", "thread_pool_min=10", "-T", "none")
	varnish.Stdout, varnish.Stderr = &said, &said
	if err := varnish.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		varnish.Process.Signal(os.Interrupt)
		varnish.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	waitFor(t, "Varnish to take a purge", func() bool {
		if strings.Contains(said.String(), "Error:") {
			t.Fatal("it does not start")
		}
		return n.cdn.Stats().Allowed
	})
	code := n.imports(t, news.Article{PublishedAt: time.Now(), Content: news.Content{Headline: "خبر یکم", Lede: "لید", Body: "<p>متن</p>"}}, "جامعه")
	n.purged(t)
	direct := n.browser(t)
	through := &browser{t, "http://" + address, direct.http}
	for _, path := range []string{"/latest", "/rss.xml"} {
		first, again := through.get(path), through.get(path)
		if first.body != direct.get(path).body || again.body != first.body || again.Header.Get("X-Varnish") == "" || !strings.Contains(again.Header.Get("X-Varnish"), " ") {
			t.Errorf("%s is not kept: %v", path, again.Header)
		}
		if again.Header.Get("xkey") != "" || again.Header.Get("CDN-Cache-Control") != "" || again.Header.Get("Cache-Control") != "public, no-cache" {
			t.Errorf("%s tells readers: %v", path, again.Header)
		}
	}
	for _, path := range []string{"/newsroom/signin", "/nowhere", "/search?q=خبر"} {
		through.get(path)
		if again := through.get(path); strings.Contains(again.Header.Get("X-Varnish"), " ") {
			t.Errorf("%s is kept: %v", path, again.Header)
		}
	}
	if _, err := n.editorial.Withdraw(t.Context(), chief, editorial.Withdraw{Code: code, Reason: "به درخواست منبع"}); err != nil {
		t.Fatal(err)
	}
	n.purged(t)
	if got := through.get("/latest"); strings.Contains(got.body, "خبر یکم") {
		t.Error("a withdrawn article stands in the list that Varnish shows, behind the purge")
	}
	r, err := http.NewRequest("PURGE", "http://"+address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := through.do(r); got.StatusCode != http.StatusBadRequest {
		t.Errorf("a purge without keys: %d", got.StatusCode)
	}
	l := listens(t, "http://"+address, "", "latest")
	l.next()
	l.leave()
}

// TestViewsAreCountedBehindACDN: a page that comes from the CDN is counted when it asks what is new, and one that resumes is not.
func TestViewsAreCountedBehindACDN(t *testing.T) {
	n, _ := behindEdge(t, "")
	code := n.imports(t, news.Article{PublishedAt: time.Now(), Content: news.Content{Headline: "خبر یکم", Lede: "لید", Body: "<p>متن</p>"}}, "")
	for i, tt := range []struct {
		agent, last string
		readers     int
	}{
		{"curl/8", "", 0},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "1.x", 0},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "", 1},
	} {
		ctx, leave := context.WithCancel(t.Context())
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, n.url+"/events?on=latest&on=article/"+code.String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("User-Agent", tt.agent)
		r.Header.Set("Last-Event-ID", tt.last)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		leave()
		response.Body.Close()
		if got := n.suggest.Present(); response.StatusCode != http.StatusOK || got != tt.readers {
			t.Errorf("%d: %d, %d readers", i, response.StatusCode, got)
		}
	}
}
