package stream

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Gate is what the public may know of an article's comments: NotFound or Gone when it may see nothing of the article. Its text is
// followed through the same gate.
type Gate interface {
	CommentsState(ctx context.Context, code news.Code) (news.CommentsState, error)
}

// Options are what a Hub needs.
type Options struct {
	Gate     Gate
	Most     int              // streams that may be open at once
	Rejected bool             // readers are told how many comments were rejected
	Now      func() time.Time // the clock; nil: time.Now
}

const (
	writers   = 8           // messages that are on their way at once
	beat      = time.Second // of the wheel
	beats     = 25          // after which a silent stream hears that it lives
	tellRetry = 200 * time.Millisecond
)

// Hub tells open pages what changed. Its methods may be called from many goroutines.
type Hub struct {
	options Options
	heard   chan struct{} // something waits to be told
	open    atomic.Int64

	mu      sync.Mutex
	filled  sync.Cond // queue holds something, or all is over
	closed  bool
	mark    string // of the log: numbers of another one mean nothing
	recent  recent
	newest  int64                     // heard up to here
	told    int64                     // told up to here, or on the way
	dirty   map[news.Dependency]int64 // touched and not told yet, with the event
	topics  map[news.Dependency]*topic
	wheel   [beats]map[*Page]struct{}
	turn    int // of the wheel; in each a page is told one thing at the most
	queue   []*Page
	delayed []*Page // were told something in this beat
}

// New makes a Hub. It takes no streams before Reset has named the log.
func New(o Options) *Hub {
	if o.Now == nil {
		o.Now = time.Now
	}
	h := &Hub{options: o, heard: make(chan struct{}, 1), dirty: map[news.Dependency]int64{}, topics: map[news.Dependency]*topic{}}
	h.filled.L = &h.mu
	for i := range h.wheel {
		h.wheel[i] = map[*Page]struct{}{}
	}
	return h
}

// Open is how many streams are open.
func (h *Hub) Open() int { return int(h.open.Load()) }

// Reset says which log will be heard from now on, behind which event. Open pages are told to ask for everything anew, unless this is
// the first log.
func (h *Hub) Reset(log string, newest int64) {
	sum := sha256.Sum256([]byte(log))
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mark = hex.EncodeToString(sum[:4])
	h.recent.begin(newest)
	h.newest, h.told = newest, newest
	clear(h.dirty)
	for _, slot := range h.wheel {
		for c := range slot {
			c.reset, c.seen, c.pending = true, newest, 0
			h.plan(c)
		}
	}
}

// Hear takes events in the order of the log, each once. It never waits for a reader.
func (h *Hub) Hear(events []news.Event) {
	if len(events) == 0 {
		return
	}
	now := h.options.Now()
	h.mu.Lock()
	for i := range events {
		e := &events[i]
		for _, d := range e.Touches {
			if !tells(e.Kind, d) {
				continue
			}
			h.recent.note(d, e.Seq, now)
			if h.topics[d] != nil {
				h.dirty[d] = e.Seq
			}
		}
		h.newest = e.Seq
	}
	h.mu.Unlock()
	h.wake()
}

func (h *Hub) wake() {
	select {
	case h.heard <- struct{}{}:
	default: // it will look anyway
	}
}

// Run tells what is heard until ctx ends; then it ends all streams, so that their pages go elsewhere.
func (h *Hub) Run(ctx context.Context) {
	var group sync.WaitGroup
	defer group.Wait()
	defer h.close()
	for range writers {
		group.Go(h.write)
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.heard:
			if !h.tell(ctx) {
				time.AfterFunc(tellRetry, h.wake)
			}
		case <-tick.C:
			h.beat()
		}
	}
}

func (h *Hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, slot := range h.wheel {
		for c := range slot {
			c.end()
		}
	}
	h.filled.Broadcast()
}

// tell asks what may be said of all that was touched and plans it for who follows it. It is false when the gate did not answer for
// something, which stays to be told.
func (h *Hub) tell(ctx context.Context) bool {
	h.mu.Lock()
	dirty, upTo, mark := h.dirty, h.newest, h.mark
	h.dirty = map[news.Dependency]int64{}
	h.mu.Unlock()
	lines, gone, whole := map[news.Dependency]string{}, []news.Dependency(nil), true
	for d := range dirty {
		line, err := h.say(ctx, d)
		switch kind := news.KindOf(err); {
		case err == nil:
			lines[d] = line
		case kind == news.NotFound || kind == news.Gone:
			gone = append(gone, d)
		default:
			whole = false
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.mark != mark {
		return true // all that is of a log that is no more
	}
	for _, d := range gone {
		h.lose(d, dirty[d])
		delete(dirty, d)
	}
	for d, line := range lines {
		if t := h.topics[d]; t != nil {
			t.gone = false
		}
		h.spread(d, line, dirty[d])
		delete(dirty, d)
	}
	for d, seq := range dirty { // the gate did not answer
		h.dirty[d] = max(h.dirty[d], seq)
	}
	if whole {
		h.told = max(h.told, upTo)
	}
	return whole
}

// spread plans a line for all who follow a thing and do not know it yet; the caller holds mu.
func (h *Hub) spread(d news.Dependency, line string, seq int64) {
	t := h.topics[d]
	if t == nil {
		return
	}
	t.line = line
	for c, bit := range t.followers {
		if c.seen < seq && c.counted != line {
			c.pending |= bit
			h.plan(c)
		}
	}
}

// lose has those told who follow the text of an article that is not public any more, once: their pages ask for it and hear what became of
// it. Of its comments nothing is told. The caller holds mu.
func (h *Hub) lose(d news.Dependency, seq int64) {
	t := h.topics[d]
	if t == nil {
		return
	}
	if _, counted, _ := follows(d); !counted {
		if !t.gone {
			t.gone = true
			h.spread(d, string(d), seq)
		}
		return
	}
	for c, bit := range t.followers {
		c.pending &^= bit
	}
	delete(h.topics, d)
}

// plan has a stream told what waits for it, at most once a beat; the caller holds mu.
func (h *Hub) plan(c *Page) {
	switch {
	case c.busy:
		return // whoever is writing to it looks again
	case c.turn == h.turn:
		h.delayed = append(h.delayed, c)
	default:
		h.queue = append(h.queue, c)
		h.filled.Signal()
	}
	c.busy = true
}

// beat turns the wheel: streams of its place hear that they live, and those that were told something lately hear the rest.
func (h *Hub) beat() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.turn++
	h.queue = append(h.queue, h.delayed...)
	h.delayed = h.delayed[:0]
	for c := range h.wheel[h.turn%beats] {
		if !c.busy {
			c.busy = true
			h.queue = append(h.queue, c)
		}
	}
	h.filled.Broadcast()
}

// write is one of the writers: it takes streams from the queue and sends them what waits, until all is over.
func (h *Hub) write() {
	var message []byte
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		for len(h.queue) == 0 && !h.closed {
			h.filled.Wait()
		}
		if h.closed {
			return
		}
		c := h.queue[0]
		h.queue[0] = nil
		h.queue = h.queue[1:]
		message = h.compose(c, message[:0])
		h.mu.Unlock()
		sent := c.send(message)
		runtime.Gosched() // whoever asks for a page does not wait for all who are told
		h.mu.Lock()
		c.busy = false
		switch {
		case !sent:
			c.end()
		case c.pending != 0 || c.reset:
			h.plan(c)
		}
	}
}
