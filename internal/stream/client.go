package stream

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Sink is where the messages of one stream go.
type Sink interface {
	// Send sends a whole message in the form of server-sent events (HTML standard, 9.2) at once. It must not wait for a slow reader; an
	// error ends the stream.
	Send(message []byte) error
	// Wait returns when the reader is gone or the sink was closed.
	Wait()
	// Close ends the stream. It may be called from anywhere, more than once, and does not wait.
	Close()
}

// Ask is what a page wants to follow.
type Ask struct {
	On   []string      // names of dependencies: latest, front, article/1234, comments/1234
	Last string        // the id of the last message that it got; "" for a page that is new
	Age  time.Duration // how long ago a new page was asked for: what was touched since is told at once
}

// Page is an open page that follows things. Its fields are guarded by Hub.mu where nothing else is said.
type Page struct {
	hub      *Hub
	names    []news.Dependency
	greeting []string // the counters as they were when it came
	counted  string   // the counters that it was told last: a node may hear of a comment after they have been told with it
	seen     int64    // it knows everything up to this event
	pending  uint8    // bits of the topics that wait to be told
	reset    bool     // it must ask for everything anew
	busy     bool     // queued, delayed or being written to, or not served yet
	over     bool     // the stream is to end
	turn     int      // in which it was told something last
	slot     int      // its place in the wheel
	sink     Sink

	sending sync.Mutex
	left    bool // nothing is written any more; guarded by sending
}

// end has the stream end; the caller holds Hub.mu.
func (c *Page) end() {
	c.over = true
	if c.sink != nil {
		c.sink.Close()
	}
}

// send is false when the reader is slow or gone.
func (c *Page) send(message []byte) bool {
	c.sending.Lock()
	defer c.sending.Unlock()
	return !c.left && c.sink.Send(message) == nil
}

// slack is how much later than a page was made this node may have heard of what is not in it.
const slack = 2 * time.Second

// Join enters a page; whoever gets one must have it served. Errors: NotFound or Gone for what the public may not see, Unavailable when too
// many streams are open.
func (h *Hub) Join(ctx context.Context, ask Ask) (*Page, error) {
	names, err := checked(ask.On)
	if err != nil {
		return nil, err
	}
	if h.open.Add(1) > int64(h.options.Most) {
		h.open.Add(-1)
		return nil, news.Fail(news.Unavailable, "error.unavailable")
	}
	c := &Page{hub: h, names: names, busy: true, turn: -1, slot: rand.IntN(beats)}
	if err := h.join(c, ask); err != nil {
		h.leave(c)
		return nil, err
	}
	// Behind join, so that nothing is missed between the answer and what is heard.
	for _, d := range names {
		line, err := h.say(ctx, d)
		if err != nil {
			h.leave(c)
			return nil, err
		}
		if line != string(d) {
			c.greeting = append(c.greeting, line)
			h.mu.Lock()
			c.counted = line
			h.mu.Unlock()
		}
	}
	return c, nil
}

// Serve tells the page what changes until it is gone, falls behind or the Hub ends. The first message says when to come back after a cut,
// not all at the same moment, and the counters as they are.
func (c *Page) Serve(sink Sink) {
	h := c.hub
	defer h.leave(c)
	h.mu.Lock()
	over := c.over
	c.sink = sink
	greeting := h.compose(c, fmt.Appendf(nil, "retry: %d\n", 2000+rand.IntN(6000)), c.greeting...)
	c.greeting = nil
	h.mu.Unlock()
	if over || !c.send(greeting) {
		sink.Close()
		return
	}
	h.mu.Lock()
	c.busy = false
	if c.pending != 0 || c.reset {
		h.plan(c)
	}
	h.mu.Unlock()
	sink.Wait()
}

// join enters a stream where it is told things, and notes what it has missed. Nothing is sent to it yet.
func (h *Hub) join(c *Page, ask Ask) error {
	now := h.options.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.mark == "" {
		return news.Fail(news.Unavailable, "error.unavailable")
	}
	h.wheel[c.slot][c] = struct{}{}
	last, known := h.parse(ask.Last)
	c.reset = ask.Last != "" && (!known || last < h.recent.floor)
	c.seen = max(last, h.newest)
	for i, d := range c.names {
		t := h.topics[d]
		if t == nil {
			t = &topic{line: string(d), followers: map[*Page]uint8{}}
			h.topics[d] = t
		}
		t.followers[c] = 1 << i
		_, counted, _ := follows(d)
		touched, ok := h.recent.last[d]
		switch {
		case counted || c.reset || !ok: // counters are greeted with anyway
		case ask.Last != "" && touched.seq > last, ask.Last == "" && now.Sub(touched.at) <= ask.Age+slack:
			c.pending |= 1 << i
		}
	}
	return nil
}

// leave takes a stream out, after which nothing is written to it.
func (h *Hub) leave(c *Page) {
	h.mu.Lock()
	for _, d := range c.names {
		if t := h.topics[d]; t != nil {
			delete(t.followers, c)
			if len(t.followers) == 0 {
				delete(h.topics, d)
			}
		}
	}
	delete(h.wheel[c.slot], c)
	h.mu.Unlock()
	c.sending.Lock()
	c.left = true
	c.sending.Unlock()
	h.open.Add(-1)
}

// compose appends the message with some lines and what waits for a stream; one that nothing waits for hears how far the log is. The
// caller holds mu.
func (h *Hub) compose(c *Page, message []byte, lines ...string) []byte {
	c.seen = max(c.seen, h.told)
	if c.pending != 0 || c.reset {
		c.turn = h.turn
	}
	message = append(message, "id: "...)
	message = strconv.AppendInt(message, c.seen, 10)
	message = append(append(append(message, '.'), h.mark...), '\n')
	if c.reset {
		lines = append(lines, "reset")
	}
	for i, d := range c.names {
		if t := h.topics[d]; t != nil && c.pending&(1<<i) != 0 {
			lines = append(lines, t.line)
			if t.line != string(d) {
				c.counted = t.line
			}
		}
	}
	if len(lines) == 0 {
		lines = append(lines, "")
	}
	for _, line := range lines {
		message = append(append(append(message, "data: "...), line...), '\n')
	}
	c.pending, c.reset = 0, false
	return append(message, '\n')
}

// parse reads the id of a message, which must be of this log.
func (h *Hub) parse(id string) (seq int64, known bool) {
	number, mark, _ := strings.Cut(id, ".")
	seq, err := strconv.ParseInt(number, 10, 64)
	if err != nil || seq < 0 || mark != h.mark {
		return 0, false
	}
	return seq, true
}
