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

// Sink takes a whole message in the form of server-sent events (HTML standard, 9.2) and sends it at once. It must not wait for a slow
// reader; an error ends the stream.
type Sink interface {
	Send(message []byte) error
}

// Ask is what a page wants to follow.
type Ask struct {
	On   []string      // names of dependencies: latest, front, comments/1234
	Last string        // the id of the last message that it got; "" for a page that is new
	Age  time.Duration // how long ago a new page was asked for: what was touched since is told at once
}

// client is one open stream. Its fields but send's are guarded by Hub.mu.
type client struct {
	names   []news.Dependency
	seen    int64 // it knows everything up to this event
	pending uint8 // bits of the topics that wait to be told
	reset   bool  // it must ask for everything anew
	busy    bool  // queued, delayed or being written to
	turn    int   // in which it was told something last
	slot    int   // its place in the wheel

	over sync.Once
	done chan struct{} // closed when the stream is to end

	sending sync.Mutex
	sink    Sink // nil when the reader left
}

// end has the stream end.
func (c *client) end() { c.over.Do(func() { close(c.done) }) }

// send is false when the reader is slow or gone.
func (c *client) send(message []byte) bool {
	c.sending.Lock()
	defer c.sending.Unlock()
	return c.sink != nil && c.sink.Send(message) == nil
}

// slack is how much later than a page was made this node may have heard of what is not in it.
const slack = 2 * time.Second

// Serve tells a page what changes until ctx ends, the page falls behind or the Hub ends; then it returns nil. An error comes before
// anything was sent: NotFound or Gone for what the public may not see, Unavailable when too many streams are open.
func (h *Hub) Serve(ctx context.Context, ask Ask, sink Sink) error {
	names, err := checked(ask.On)
	if err != nil {
		return err
	}
	c := &client{names: names, done: make(chan struct{}), sink: sink, busy: true, turn: -1, slot: rand.IntN(beats)}
	if h.open.Add(1) > int64(h.options.Most) {
		h.open.Add(-1)
		return news.Fail(news.Unavailable, "error.unavailable")
	}
	defer h.leave(c)
	if err := h.join(c, ask); err != nil {
		return err
	}
	// Behind join, so that nothing is missed between the answer and what is heard.
	var counters []string
	for _, d := range names {
		line, err := h.say(ctx, d)
		if err != nil {
			return err
		}
		if line != string(d) {
			counters = append(counters, line)
		}
	}
	if !c.send(h.greet(c, counters)) {
		return nil
	}
	h.mu.Lock()
	c.busy = false
	if c.pending != 0 || c.reset {
		h.plan(c)
	}
	h.mu.Unlock()
	select {
	case <-ctx.Done():
	case <-c.done:
	}
	return nil
}

// join enters a stream where it is told things, and notes what it has missed. Nothing is sent to it yet.
func (h *Hub) join(c *client, ask Ask) error {
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
			t = &topic{line: string(d), followers: map[*client]uint8{}}
			h.topics[d] = t
		}
		t.followers[c] = 1 << i
		article, _ := follows(d)
		touched, ok := h.recent.last[d]
		switch {
		case article != 0 || c.reset || !ok: // counters are greeted with anyway
		case ask.Last != "" && touched.seq > last, ask.Last == "" && now.Sub(touched.at) <= ask.Age+slack:
			c.pending |= 1 << i
		}
	}
	return nil
}

// leave takes a stream out, after which nothing is written to it.
func (h *Hub) leave(c *client) {
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
	c.sink = nil
	c.sending.Unlock()
	h.open.Add(-1)
}

// greet is the first message: when to come back after a cut, not all at the same moment, and the counters as they are.
func (h *Hub) greet(c *client, counters []string) []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.compose(c, fmt.Appendf(nil, "retry: %d\n", 2000+rand.IntN(6000)), counters...)
}

// compose appends the message with some lines and what waits for a stream; one that nothing waits for hears how far the log is. The
// caller holds mu.
func (h *Hub) compose(c *client, message []byte, lines ...string) []byte {
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
