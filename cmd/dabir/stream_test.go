package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/dabir-newsroom/dabir/internal/stream"
)

// message is what an open page is told at once.
type message struct {
	id    string
	lines []string
}

// listener is an open page that follows things.
type listener struct {
	t        *testing.T
	messages chan message // closed when the stream ends
	leave    context.CancelFunc
	last     string // the id of the last message that was taken
}

// listens opens a stream behind the message last ("" for a new page); it must be answered with 200.
func listens(t *testing.T, site, last string, on ...string) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	// A new page says that it is an hour old, so that it is told of whatever this node has heard of.
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, site+"/events?"+url.Values{"on": on, "age": {"3600"}}.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") ||
		response.Header.Get("X-Accel-Buffering") != "no" || !strings.Contains(response.Header.Get("Cache-Control"), "no-store") {
		t.Fatalf("the stream answers %d %v", response.StatusCode, response.Header)
	}
	l := &listener{t: t, messages: make(chan message, 1000), leave: cancel}
	go func() {
		defer close(l.messages)
		defer response.Body.Close()
		var m message
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "":
				l.messages <- m
				m = message{}
			case "id":
				m.id = value
			case "data":
				if value != "" {
					m.lines = append(m.lines, value)
				}
			}
		}
	}()
	return l
}

// next is the next message that says something.
func (l *listener) next() []string {
	l.t.Helper()
	limit := time.After(time.Minute) // for slow machines
	for {
		select {
		case m, open := <-l.messages:
			if !open {
				l.t.Fatal("the stream has ended")
			}
			l.last = m.id
			if len(m.lines) > 0 {
				return m.lines
			}
		case <-limit:
			l.t.Fatal("nothing is told")
		}
	}
}

// hears takes messages until each of the lines was in one; another line, or one twice, is an error.
func (l *listener) hears(want ...string) {
	l.t.Helper()
	for left := slices.Clone(want); len(left) > 0; {
		for _, line := range l.next() {
			i := slices.Index(left, line)
			if i < 0 {
				l.t.Fatalf("it hears %q, of %q there is left %q", line, want, left)
			}
			left = slices.Delete(left, i, i+1)
		}
	}
}

// TestStreamsResume: a page that was cut resumes behind the last message that it got, on the same node, on another one and on one that was
// killed and started again, and hears each thing that happened meanwhile once.
func TestStreamsResume(t *testing.T) {
	for _, backend := range []string{"sqlite", "postgres"} {
		t.Run(backend, func(t *testing.T) {
			data, dsn := t.TempDir(), ""
			args := []string{"serve", "--data", data}
			if backend == "postgres" {
				dsn = storetest.Postgres(t)
				args = append(args, "--db", dsn)
			}
			s := startProcess(t, args...)
			articles, comments := 0, 0
			publish := func() {
				t.Helper()
				articles++
				output, err := command("import", "jsonl", "--json", "--data", data, "--db", dsn, archive(t, articles)).Output()
				if imported, _, _ := closing(t, output); err != nil || imported != 1 {
					t.Fatalf("%v: %s", err, output)
				}
			}
			comment := func() string {
				t.Helper()
				comments++
				answer, err := http.PostForm(s.url+"/news/1/comments", url.Values{"text": {fmt.Sprint("نظر شمارهٔ ", comments)}})
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
				if answer.StatusCode != http.StatusOK { // the receipt's page
					t.Fatalf("the comment answers %d", answer.StatusCode)
				}
				return fmt.Sprintf("counts 1 0 %d", comments)
			}
			follows := []string{"latest", "comments/1"}
			publish()
			l := listens(t, s.url, "", follows...)
			l.hears("counts 1 0 0", "latest")
			l.hears(comment())
			publish()
			l.hears("latest")
			l.leave()

			comment()
			publish()
			two := comment()
			l = listens(t, s.url, l.last, follows...)
			l.hears("latest", two)
			l.hears(comment())
			cut := l.last

			publish()
			if err := s.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			s.cmd.Wait()
			s = startProcess(t, args...)
			l = listens(t, s.url, cut, follows...)
			l.hears("latest", fmt.Sprintf("counts 1 0 %d", comments))
			publish()
			l.hears("latest")
			if dsn != "" {
				other := startProcess(t, "serve", "--data", t.TempDir(), "--db", dsn)
				there := listens(t, other.url, cut, follows...)
				there.hears("latest", fmt.Sprintf("counts 1 0 %d", comments))
				publish()
				there.hears("latest")
				l.hears("latest")
			}
			if first := listens(t, s.url, "9.other", follows...).next(); !slices.Contains(first, "reset") {
				t.Errorf("of another log it hears %q", first)
			}
			if err := s.end(t); err != nil {
				t.Errorf("with a page open, Ctrl-C: %v: %s", err, s.output())
			}
			for range l.messages { // it ends with the process
			}
		})
	}
}

// TestStreamsTellWhatChanges does random things in a newsroom: whenever a part of a page becomes another, whoever follows it is told.
func TestStreamsTellWhatChanges(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		seed := uint64(time.Now().UnixNano())
		t.Log("seed", seed)
		m := &model{keptAndFresh: bothHandlers(t, n), r: rand.New(rand.NewPCG(seed, 0))}
		for i := range 3 {
			m.codes = append(m.codes, n.imports(t, news.Article{PublishedAt: time.Now().Add(-time.Duration(i) * time.Hour),
				Content: news.Content{Headline: fmt.Sprint("خبر ", i), Lede: "لید", Body: "<p>متن</p>"}}, m.section()))
		}
		var err error
		if m.sections, err = n.editorial.Sections(t.Context()); err != nil {
			t.Fatal(err)
		}
		counts := "/part/counts/" + m.codes[0].String()
		text := m.codes[0].Dependency()
		says := map[string]string{"/part/latest": "latest", "/part/bar": "front", "/part/version/" + m.codes[0].String(): string(text), counts: ""}
		follows := []string{"latest", "front", string(text), string(m.codes[0].CommentsDependency())}
		b := n.browser(t)
		l := listens(t, n.url, "", follows...)
		l.next()
		told, gone := 0, false
		for step := 0; step < 30 || told < 3 && step < 300; step++ { // an unlucky walk withdraws what it follows
			before := map[string]string{}
			for path := range says {
				before[path] = b.get(path).body
			}
			did := m.act()
			var wants []string
			for path, line := range says {
				now := b.get(path)
				switch {
				case now.StatusCode != http.StatusOK: // whoever has a withdrawn article open is told nothing more of it
					gone = true
				case path == counts && gone:
					l, gone = listens(t, n.url, "", follows...), false
				case now.body != before[path]:
					wants = append(wants, cmp.Or(line, now.body))
				}
			}
			told += len(wants)
			for heard := map[string]bool{}; slices.ContainsFunc(wants, func(line string) bool { return !heard[line] }); {
				t.Log(did, "is to be told as", wants)
				for _, line := range l.next() {
					heard[line] = true
				}
			}
		}
		if told < 3 {
			t.Errorf("only %d changes: the walk has lost its grip", told)
		}
	})
}

// TestStreamsThatAreRefused: what the public may not see cannot be followed, other sites open no streams, and one too many is told when to
// come back.
func TestStreamsThatAreRefused(t *testing.T) {
	n := start(t, "", "DABIR_PAGES_STREAMS=1")
	b := n.browser(t)
	for _, query := range []string{"", "?on=", "?on=comments/1", "?on=article/1", "?on=section/1", "?on=latest&on=latest", "?on=latest&on=comments/%D9%A1"} {
		b.get("/events"+query).wants(t, http.StatusNotFound)
	}
	r, err := http.NewRequest(http.MethodGet, n.url+"/events?on=latest", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if got := b.do(r); got.StatusCode != http.StatusNotFound {
		t.Errorf("another site's page: %d", got.StatusCode)
	}
	l := listens(t, n.url, "", "latest")
	if got := b.get("/events?on=latest"); got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
		t.Errorf("one too many: %d %v", got.StatusCode, got.Header)
	}
	l.leave()
	waitFor(t, "the place to be free", func() bool { return n.streams.Open() == 0 })
	if r, err = http.NewRequest(http.MethodHead, n.url+"/events?on=latest", nil); err != nil {
		t.Fatal(err)
	}
	if got := b.do(r); got.StatusCode != http.StatusOK {
		t.Errorf("HEAD: %d", got.StatusCode)
	}
}

// listensBefore opens a stream of everything that can be followed while something is hidden.
func (g *cage) listensBefore(t *testing.T) *listener {
	t.Helper()
	l := listens(t, g.url, "", "latest", "front", string(g.live.CommentsDependency()), string(g.live.Dependency()))
	g.hearsAllSoFar(t, l)
	return l
}

// hearsAllSoFar reads what a stream has to tell, up to the live article's counters after one more comment, which come behind all that was
// done before. It returns what is not of those counters.
func (g *cage) hearsAllSoFar(t *testing.T, l *listener) (others []string) {
	t.Helper()
	if got := g.browser(t).post(articlePath(g.live)+"/comments", url.Values{"text": {fmt.Sprint("از خواننده ", time.Now().UnixNano())}}); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("the comment answers %d", got.StatusCode)
	}
	state, err := g.store.Public().CommentsState(t.Context(), g.live)
	if err != nil {
		t.Fatal(err)
	}
	for {
		for _, line := range l.next() {
			if line == stream.Counts(g.live, state.CommentCounts, false) {
				return others
			}
			if !strings.HasPrefix(line, "counts "+g.live.String()+" ") {
				others = append(others, line)
			}
		}
	}
}

// heardNothing: until the moment a stream says nothing but the counters of the live article, and the hidden one cannot be followed, as if
// it did not exist.
func (g *cage) heardNothing(t *testing.T, l *listener) {
	t.Helper()
	ctx := t.Context()
	for _, closed := range []bool{true, false} {
		if _, err := g.editorial.SetComments(ctx, chief, editorial.CommentsSwitch{Code: g.hidden, Closed: closed}); err != nil {
			t.Fatal(err)
		}
	}
	b := g.browser(t)
	for _, what := range []string{"comments/", "article/"} {
		hidden, unknown := b.get("/events?on="+what+g.hidden.String()), b.get("/events?on="+what+"99999")
		if hidden.StatusCode != http.StatusNotFound || hidden.body != unknown.body || unknown.StatusCode != http.StatusNotFound {
			t.Errorf("a stream of the hidden %s answers %d, of an unknown one %d", what, hidden.StatusCode, unknown.StatusCode)
		}
	}
	for _, line := range g.hearsAllSoFar(t, l) {
		t.Errorf("before the moment a stream says %q", line)
	}
}

// hearsAppear: at the moment the stream says so.
func (l *listener) hearsAppear(t *testing.T) {
	t.Helper()
	for {
		if slices.Contains(l.next(), "latest") {
			return
		}
	}
}
