package stream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// gate is what the public may know of some articles.
type gate struct {
	mu     sync.Mutex
	counts map[news.Code]news.CommentCounts
	broken error
}

func (g *gate) CommentsState(_ context.Context, code news.Code) (news.CommentsState, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, ok := g.counts[code]
	if !ok {
		return news.CommentsState{}, news.Fail(news.NotFound, "error.not_found")
	}
	return news.CommentsState{CommentCounts: n}, g.broken
}

func (g *gate) set(change func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change()
}

// node is a running Hub in a bubble of its own time.
func node(t *testing.T, g *gate, begin int64) (h *Hub, stop func()) {
	t.Helper()
	h = New(Options{Gate: g, Most: 100})
	h.Reset("log", begin)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { h.Run(ctx) })
	stop = func() { cancel(); group.Wait() }
	t.Cleanup(stop)
	return h, stop
}

// page is an open page.
type page struct {
	mu    sync.Mutex
	told  []string // lines, without empty ones
	beats int      // messages without a line
	last  string
	fail  error
	over  chan struct{}
	once  sync.Once
	err   chan error
}

func (p *page) Wait()  { <-p.over }
func (p *page) Close() { p.leave() }
func (p *page) leave() { p.once.Do(func() { close(p.over) }) }

func (p *page) Send(message []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		return p.fail
	}
	empty := true
	for line := range strings.SplitSeq(string(message), "\n") {
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			p.last = id
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok && data != "" {
			p.told, empty = append(p.told, data), false
		}
	}
	if empty {
		p.beats++
	}
	if !strings.HasSuffix(string(message), "\n\n") {
		return fmt.Errorf("not a whole message: %q", message)
	}
	return nil
}

// hears are the lines since the last call, once all is quiet.
func (p *page) hears() string {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	said := strings.Join(p.told, "; ")
	p.told = nil
	return said
}

func (p *page) id() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last
}

// lives are the signs of life so far, once all is quiet.
func (p *page) lives() int {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.beats
}

// opens opens a page that follows things.
func opens(t *testing.T, h *Hub, last string, on ...string) *page {
	t.Helper()
	return joins(t, h, Ask{On: on, Last: last})
}

func joins(t *testing.T, h *Hub, ask Ask) *page {
	t.Helper()
	p := &page{over: make(chan struct{}), err: make(chan error, 1), last: ask.Last}
	go func() {
		joined, err := h.Join(t.Context(), ask)
		if err == nil {
			joined.Serve(p)
		}
		p.err <- err
	}()
	synctest.Wait()
	t.Cleanup(func() { p.leave(); synctest.Wait() })
	return p
}

func touched(seq int64, on ...news.Dependency) []news.Event {
	return []news.Event{{Seq: seq, Kind: news.ArticlePublished, Touches: on}}
}

func TestPagesAreToldWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{counts: map[news.Code]news.CommentCounts{7: {Published: 3, Pending: 1}}}
		h, _ := node(t, g, 100)
		front, article := opens(t, h, "", "latest", "front"), opens(t, h, "", "latest", "comments/7", "article/7")
		if got := article.hears(); got != "counts 7 3 1" || front.hears() != "" {
			t.Errorf("at its opening the article hears %q", got)
		}
		for i, tt := range []struct {
			events         []news.Event
			published      int
			front, article string
		}{
			{touched(101, "latest", "section/1", "article/9"), 3, "latest", "latest"},
			{touched(102, "front"), 3, "front", ""},
			{touched(103, "comments/7"), 3, "", ""}, // a comment that was counted already when the page was opened
			{touched(104, "comments/7"), 4, "", "counts 7 4 1"},
			{touched(105, "comments/8", "tag/3"), 4, "", ""},
			{[]news.Event{{Seq: 106, Kind: news.CommentVoted, Touches: []news.Dependency{"comments/7"}}}, 4, "", ""},
			{[]news.Event{{Seq: 107, Kind: news.ArticleCommentsClosed, Touches: []news.Dependency{"article/7"}}}, 4, "", ""},
			{touched(108, "article/7", "latest"), 4, "latest", "latest; article/7"},
			{append(touched(109, "latest"), touched(110, "front", "comments/7", "latest")...), 5, "latest; front", "latest; counts 7 5 1"},
			{touched(111, "comments/7", "latest"), 5, "latest", "latest"}, // two comments were counted together
			{touched(112, "comments/7"), 3, "", "counts 7 3 1"},
		} {
			time.Sleep(beat)
			g.set(func() { g.counts[7] = news.CommentCounts{Published: tt.published, Pending: 1} })
			h.Hear(tt.events)
			if got := front.hears(); got != tt.front {
				t.Errorf("%d: the front page hears %q, want %q", i, got, tt.front)
			}
			if got := article.hears(); got != tt.article {
				t.Errorf("%d: the article hears %q, want %q", i, got, tt.article)
			}
		}
		if h.Open() != 2 {
			t.Errorf("%d streams are open", h.Open())
		}
		front.leave()
		synctest.Wait()
		if err := <-front.err; err != nil || h.Open() != 1 {
			t.Errorf("one left: %v, %d open", err, h.Open())
		}
	})
}

// TestManyEventsFewMessages: whatever happens within a second reaches a page as one message, and nothing of it is left out.
func TestManyEventsFewMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{counts: map[news.Code]news.CommentCounts{7: {}}}
		h, _ := node(t, g, 0)
		p := opens(t, h, "", "comments/7", "latest")
		time.Sleep(beat)
		p.hears()
		for i := range 100 {
			g.set(func() { g.counts[7] = news.CommentCounts{Published: i + 1} })
			h.Hear(touched(int64(i+1), "comments/7", "latest"))
			synctest.Wait()
		}
		time.Sleep(2 * beat)
		if got := p.hears(); got != "counts 7 1 0; latest; counts 7 100 0; latest" && got != "latest; counts 7 1 0; latest; counts 7 100 0" {
			t.Errorf("it hears %s", got)
		}
	})
}

func TestSilentPageHearsThatItsStreamLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := node(t, &gate{}, 5)
		p := opens(t, h, "", "latest")
		h.Hear(touched(6, "section/1"))
		before := p.lives()
		time.Sleep(beats * beat)
		if p.lives() != before+1 || !strings.HasPrefix(p.id(), "6.") {
			t.Errorf("%d signs of life, the last with id %s", p.lives()-before, p.id())
		}
	})
}

func TestResumingPageHearsWhatItMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{counts: map[news.Code]news.CommentCounts{7: {Published: 1}}}
		h, _ := node(t, g, 10)
		mark := strings.TrimPrefix(opens(t, h, "", "latest").id(), "10.")
		h.Hear(slices.Concat(touched(11, "latest"), touched(12, "section/2"), touched(13, "front")))
		for last, want := range map[string]string{
			"10." + mark: "latest; front", "11." + mark: "front", "12." + mark: "front", "13." + mark: "",
			"14." + mark: "", // this node is behind the one that told it
			"9." + mark:  "reset", "10.other": "reset", "10": "reset", "-1." + mark: "reset", "x": "reset", "99999999999999999999." + mark: "reset",
		} {
			p := opens(t, h, last, "latest", "front")
			if got := p.hears(); got != want {
				t.Errorf("after %s it hears %q, want %q", last, got, want)
			}
			p.leave()
		}
		ahead := opens(t, h, "14."+mark, "latest")
		h.Hear(touched(14, "latest"))
		time.Sleep(2 * beat)
		if got := ahead.hears(); got != "" {
			t.Errorf("told by another node already, it hears %q again", got)
		}
		h.Hear(touched(15, "latest"))
		if got := ahead.hears(); got != "latest" {
			t.Errorf("of what is new it hears %q", got)
		}
		h.Reset("another log", 3)
		time.Sleep(2 * beat)
		if got := ahead.hears(); got != "reset" || !strings.HasPrefix(ahead.id(), "3.") || strings.HasSuffix(ahead.id(), mark) {
			t.Errorf("of another log it hears %q, id %s", got, ahead.id())
		}
	})
}

func TestNewPageHearsWhatItIsTooOldFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := node(t, &gate{}, 0)
		h.Hear(touched(1, "latest"))
		time.Sleep(10 * time.Second)
		for age, want := range map[time.Duration]string{0: "", 7 * time.Second: "", 8 * time.Second: "latest", time.Hour: "latest"} {
			if got := joins(t, h, Ask{On: []string{"latest"}, Age: age}).hears(); got != want {
				t.Errorf("a page %v old hears %q, want %q", age, got, want)
			}
		}
	})
}

// TestWhoForgetsAsksAnew: a node remembers so many touches and says reset to who asks for older ones.
func TestWhoForgetsAsksAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := node(t, &gate{}, 0)
		_, mark, _ := strings.Cut(opens(t, h, "", "latest").id(), ".")
		h.Hear(touched(1, "front"))
		for seq := int64(2); seq <= remembered+2; seq++ {
			h.Hear(touched(seq, news.Code(seq).CommentsDependency()))
		}
		for last, want := range map[string]string{"0." + mark: "reset", "1." + mark: "reset", "2." + mark: ""} {
			if got := opens(t, h, last, "front").hears(); got != want {
				t.Errorf("after %s it hears %q, want %q", last, got, want)
			}
		}
		if len(h.recent.last) > remembered {
			t.Errorf("it remembers %d touches", len(h.recent.last))
		}
	})
}

func TestOnlyWhatIsPublicIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{counts: map[news.Code]news.CommentCounts{7: {}}}
		h, _ := node(t, g, 0)
		for _, on := range [][]string{{"comments/8"}, {"latest", "comments/8"}, {}, {"article/8"}, {"article/"}, {"section/1"}, {"comments/07"}, {"comments/x"}, {"comments/"},
			{"latest", "latest"}, {"latest", "front", "comments/7", "comments/7"}, {""}} {
			p := opens(t, h, "", on...)
			if err := <-p.err; news.KindOf(err) != news.NotFound || p.id() != "" {
				t.Errorf("%v: %v, message %q", on, err, p.id())
			}
		}
		p := opens(t, h, "", "comments/7", "latest")
		p.hears()
		g.set(func() { delete(g.counts, 7) })
		time.Sleep(beat)
		h.Hear(touched(1, "comments/7", "latest"))
		time.Sleep(beat)
		if got := p.hears(); got != "latest" {
			t.Errorf("of an article that is hidden now a page hears %q", got)
		}
		if h.Open() != 1 || len(h.topics) != 1 {
			t.Errorf("%d open, %d topics", h.Open(), len(h.topics))
		}
	})
}

// narrow is a connection that takes so many bytes while its reader does not read, as the system's buffers do: what does not fit is cut off
// in the middle, and the stream ends.
type narrow struct {
	mu    sync.Mutex
	room  int
	holds []byte
	over  chan struct{}
	once  sync.Once
}

func (n *narrow) Send(message []byte) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	fits := min(len(message), n.room-len(n.holds))
	n.holds = append(n.holds, message[:fits]...)
	if fits < len(message) {
		return errors.New("no room")
	}
	return nil
}

func (n *narrow) Wait()  { <-n.over }
func (n *narrow) Close() { n.once.Do(func() { close(n.over) }) }

// read takes what came, as a browser does: a message that is not whole is none. Of each line it says up to which event its message knows.
func (n *narrow) read(knows map[string]int64) (last string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	whole, _, _ := strings.Cut(string(n.holds)+"\x00", "\x00")
	if end := strings.LastIndex(whole, "\n\n"); end >= 0 {
		whole = whole[:end]
	} else {
		whole = ""
	}
	for line := range strings.SplitSeq(whole, "\n") {
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			last = id
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			number, _, _ := strings.Cut(last, ".")
			upTo, _ := strconv.ParseInt(number, 10, 64)
			knows[data] = upTo
		}
	}
	n.holds = nil
	return last
}

// TestSlowReaderHasTheWholePictureAfterwards: whoever does not read for a while is cut; what was lost on the way comes when the page is back,
// as it resumes behind the last message that it got whole.
func TestSlowReaderHasTheWholePictureAfterwards(t *testing.T) {
	cuts := 0
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			g := &gate{counts: map[news.Code]news.CommentCounts{7: {}}}
			h, _ := node(t, g, 0)
			seq, last := int64(0), ""
			touchedAt, knows := map[string]int64{}, map[string]int64{}
			for range 6 {
				sink := &narrow{room: 60 + r.IntN(400), over: make(chan struct{})}
				page, err := h.Join(t.Context(), Ask{On: []string{"latest", "front", "comments/7"}, Last: last, Age: time.Hour})
				if err != nil {
					t.Fatal(err)
				}
				go page.Serve(sink)
				// It reads nothing while all this happens.
				for range r.IntN(12) {
					name := []string{"latest", "front", "comments/7"}[r.IntN(3)]
					seq++
					g.set(func() { g.counts[7] = news.CommentCounts{Published: int(seq)} })
					h.Hear(touched(seq, news.Dependency(name)))
					touchedAt[name] = seq
					time.Sleep(time.Duration(r.IntN(2000)) * time.Millisecond)
				}
				time.Sleep(3 * beat)
				synctest.Wait()
				select {
				case <-sink.over:
					cuts++
				default:
					sink.Close()
				}
				synctest.Wait()
				last = cmp.Or(sink.read(knows), last)
			}
			// Now it reads.
			p := opens(t, h, last, "latest", "front", "comments/7")
			time.Sleep(3 * beat)
			for line := range strings.SplitSeq(p.hears(), "; ") {
				knows[line] = seq
			}
			for _, name := range []string{"latest", "front"} {
				if touchedAt[name] > knows[name] && knows["reset"] < touchedAt[name] {
					t.Errorf("seed %d: %s was touched by event %d, the reader knows of none behind %d", seed, name, touchedAt[name], knows[name])
				}
			}
			if line := fmt.Sprintf("counts 7 %d 0", g.counts[7].Published); knows[line] < touchedAt["comments/7"] {
				t.Errorf("seed %d: the reader does not know %q", seed, line)
			}
		})
	}
	if cuts < 10 {
		t.Errorf("only %d streams were cut: nobody was slow", cuts)
	}
}

// TestWithdrawnArticleIsToldOnce: whoever has it open hears that there is something to ask for, and nothing more until it is back.
func TestWithdrawnArticleIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{counts: map[news.Code]news.CommentCounts{7: {}, 8: {}}}
		h, _ := node(t, g, 0)
		reader, other := opens(t, h, "", "comments/7", "article/7", "latest"), opens(t, h, "", "article/8")
		reader.hears()
		step := func(kind news.EventKind, on ...news.Dependency) string {
			time.Sleep(2 * beat)
			h.Hear([]news.Event{{Seq: h.newest + 1, Kind: kind, Touches: on}})
			return reader.hears()
		}
		g.set(func() { delete(g.counts, 7) })
		for _, tt := range []struct {
			kind news.EventKind
			want string
		}{{news.ArticleWithdrawn, "article/7; latest"}, {news.ArticleCorrected, "latest"}, {news.ArticleWithdrawn, "latest"}} {
			if got := step(tt.kind, "article/7", "comments/7", "latest"); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.kind, got, tt.want)
			}
		}
		g.set(func() { g.counts[7] = news.CommentCounts{} })
		if got := step(news.ArticlePublished, "article/7"); got != "article/7" {
			t.Errorf("back again: %q", got)
		}
		if got := other.hears(); got != "" {
			t.Errorf("of another article: %q", got)
		}
		reader.leave()
		synctest.Wait()
		if len(h.topics) != 1 {
			t.Errorf("%d topics are left of one who left", len(h.topics))
		}
	})
}

func TestWhatTheGateDidNotAnswerIsToldLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{counts: map[news.Code]news.CommentCounts{7: {}}}
		h, _ := node(t, g, 0)
		p := opens(t, h, "", "comments/7", "latest")
		p.hears()
		time.Sleep(beat)
		g.set(func() { g.broken = news.Fail(news.Unavailable, "error.unavailable") })
		h.Hear(touched(1, "comments/7", "latest"))
		if got := p.hears(); got != "latest" || !strings.HasPrefix(p.id(), "0.") {
			t.Errorf("meanwhile it hears %q, id %s", got, p.id())
		}
		g.set(func() { g.broken = nil; g.counts[7] = news.CommentCounts{Published: 1} })
		time.Sleep(3 * beat)
		if got := p.hears(); got != "counts 7 1 0" || !strings.HasPrefix(p.id(), "1.") {
			t.Errorf("then it hears %q, id %s", got, p.id())
		}
	})
}

func TestStreamsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, stop := node(t, &gate{}, 0)
		slow, fine := opens(t, h, "", "latest"), opens(t, h, "", "latest")
		time.Sleep(beat)
		slow.mu.Lock()
		slow.fail = errors.New("no room")
		slow.mu.Unlock()
		h.Hear(touched(1, "latest"))
		if err := <-slow.err; err != nil || h.Open() != 1 || fine.hears() != "latest" {
			t.Errorf("a slow reader: %v, %d open", err, h.Open())
		}
		stop()
		if err := <-fine.err; err != nil || h.Open() != 0 {
			t.Errorf("at the end: %v, %d open", err, h.Open())
		}
		if err := <-opens(t, h, "", "latest").err; news.KindOf(err) != news.Unavailable {
			t.Errorf("after the end: %v", err)
		}
	})
}

func TestStreamsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := node(t, &gate{}, 0)
		var all []*page
		for range 100 {
			all = append(all, opens(t, h, "", "latest"))
		}
		if err := <-opens(t, h, "", "latest").err; news.KindOf(err) != news.Unavailable {
			t.Errorf("one too many: %v", err)
		}
		all[0].leave()
		synctest.Wait()
		if p := opens(t, h, "", "latest"); p.id() == "" || h.Open() != 100 {
			t.Errorf("after one left: id %q, %d open", p.id(), h.Open())
		}
	})
}

// TestWanderingPageMissesNothing: a page is cut again and again and resumes on any of three nodes, some of them behind. Whatever was
// touched last it hears of, behind the touch; and it hears of nothing more often than it was touched.
func TestWanderingPageMissesNothing(t *testing.T) {
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 0))
			g := &gate{counts: map[news.Code]news.CommentCounts{7: {}}}
			var nodes []*Hub
			for range 3 {
				h, _ := node(t, g, 0)
				nodes = append(nodes, h)
			}
			var log []news.Event
			at := make([]int, len(nodes))
			touches, heard, knows := map[string]int{}, map[string]int{}, map[string]int{}
			p := opens(t, nodes[0], "", "latest", "front")
			take := func() {
				for _, line := range strings.Split(p.hears(), "; ") {
					heard[line]++
					knows[line] = len(log)
				}
			}
			for range 200 {
				switch r.IntN(5) {
				case 0, 1:
					name := []string{"latest", "front", "comments/7"}[r.IntN(3)]
					log = append(log, touched(int64(len(log)+1), news.Dependency(name))...)
					touches[name]++
				case 2, 3:
					i := r.IntN(len(nodes))
					to := at[i] + r.IntN(len(log)-at[i]+1)
					nodes[i].Hear(log[at[i]:to])
					at[i] = to
				case 4:
					p.leave()
					take()
					p = opens(t, nodes[r.IntN(len(nodes))], p.id(), "latest", "front")
				}
				time.Sleep(time.Duration(r.IntN(800)) * time.Millisecond)
				take()
			}
			for i, h := range nodes {
				h.Hear(log[at[i]:])
			}
			time.Sleep(3 * beat)
			take()
			for _, name := range []string{"latest", "front"} {
				lastTouch := 0
				for i, e := range log {
					if string(e.Touches[0]) == name {
						lastTouch = i + 1
					}
				}
				if knows[name] < lastTouch || heard[name] > touches[name] || heard["reset"] > 0 {
					t.Errorf("seed %d, %s: touched %d times, last by event %d; heard %d times, last at event %d; %d resets",
						seed, name, touches[name], lastTouch, heard[name], knows[name], heard["reset"])
				}
			}
		})
	}
}
