package page

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/maypok86/otter/v2"
)

// Snapshots opens the gate at one moment: everything that is read with the returned context is as it was when event newest was
// the last. end is called when the page is made.
type Snapshots interface {
	Snapshot(ctx context.Context) (in context.Context, newest int64, end func(), err error)
}

// Options are what a Cache needs.
type Options struct {
	Snapshots Snapshots
	Bytes     int64            // most that the pages take together, in all their forms; about
	Renders   int              // most that are made at once
	Now       func() time.Time // the clock; nil: time.Now
	// Keys names what a page shows to a CDN; "" when it may not keep such a page. nil: there is no CDN.
	Keys func([]news.Dependency) string
}

// Cache keeps pages. Its methods may be called from many goroutines.
type Cache struct {
	options  Options
	packer   *Packer
	versions *versions
	pages    *otter.Cache[string, *Page]
	gzips    *otter.Cache[*Page, *Variant] // of pages that somebody without br asked for

	clock atomic.Int64 // rises whenever something may have made a page old
	floor atomic.Int64 // pages of an older moment are old, whatever they show
	blind atomic.Bool  // events are not heard at the moment

	mu      sync.Mutex
	flights map[string]*flight
	arrived uint64        // counts who asks for a page and who begins to make one, in their order
	places  chan struct{} // one for each page that may be made at once
	waiting atomic.Int64  // for a place
	hot     chan *Page    // waits to be packed better
	stats   counters
}

// New makes an empty Cache.
func New(o Options) *Cache {
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Cache{
		options: o, packer: NewPacker(), versions: newVersions(), flights: map[string]*flight{},
		places: make(chan struct{}, o.Renders), hot: make(chan *Page, 64),
	}
	c.gzips = otter.Must(&otter.Options[*Page, *Variant]{
		MaximumWeight: uint64(o.Bytes / gzipShare),
		Weigher:       func(_ *Page, v *Variant) uint32 { return uint32(cap(v.Body) + around) },
	})
	c.pages = otter.Must(&otter.Options[string, *Page]{
		MaximumWeight: uint64(o.Bytes - o.Bytes/gzipShare),
		Weigher:       func(_ string, p *Page) uint32 { return p.weight() },
		OnDeletion:    func(e otter.DeletionEvent[string, *Page]) { c.drop(e.Value) },
	})
	return c
}

// gzipShare is the part of the memory that gzip forms may take: every browser of the last ten years takes br, and what remains are
// programs and a few old devices.
const gzipShare = 8

// Packer is the compressor of the pages.
func (c *Cache) Packer() *Packer { return c.packer }

// In is a page in an encoding. The gzip form is made when the first reader asks for it and kept as long as there is room.
func (c *Cache) In(p *Page, encoding Encoding) (*Variant, error) {
	if encoding != Gzip || !p.Pack {
		return p.In(encoding, c.packer)
	}
	if v, ok := c.gzips.GetIfPresent(p); ok {
		return v, nil
	}
	v, err := p.In(Gzip, c.packer)
	if err == nil && !p.dropped.Load() {
		c.gzips.Set(p, v)
	}
	return v, err
}

// drop lets go of a page and of what it depends on. dropped comes first: who still holds the page must not take it for good afterwards.
func (c *Cache) drop(p *Page) {
	p.dropped.Store(true)
	c.gzips.Invalidate(p)
	c.versions.release(p.depends)
}

// Apply hears events: what they touched is old from now on. An event of a kind that this Dabir does not know may have
// touched anything.
func (c *Cache) Apply(events []news.Event) {
	if len(events) == 0 {
		return
	}
	for i := range events {
		raise(&c.versions.newest, events[i].Seq)
	}
	for i := range events {
		e := &events[i]
		if !e.Kind.Known() {
			raise(&c.floor, e.Seq)
		}
		taken := e.Kind == news.ArticleWithdrawn || e.Kind == news.CommentTurnedDown || e.Kind == news.CommentReopened
		for _, d := range e.Touches {
			c.versions.touch(d, e.Seq, taken)
		}
	}
	c.clock.Add(1)
}

// Moved says that something which moves without events has moved.
func (c *Cache) Moved(d news.Dependency) {
	c.versions.move(d)
	c.clock.Add(1)
}

// Reset forgets all pages: the log that they were judged by is another one now. newest is that log's last event.
func (c *Cache) Reset(newest int64) {
	c.versions.newest.Store(newest)
	c.floor.Store(1<<63 - 1) // what is being made now is of the old log
	c.clock.Add(1)
	c.pages.InvalidateAll()
	c.mu.Lock()
	for _, f := range c.flights {
		f.outdated = true
	}
	c.mu.Unlock()
	c.floor.Store(newest)
	c.clock.Add(1)
}

// Hear tells whether the events of other nodes are heard. While they are not, what is kept is still good as far as this node knows,
// and Get says so.
func (c *Cache) Hear(heard bool) { c.blind.Store(!heard) }

// Newest is the number of the newest event that was heard.
func (c *Cache) Newest() int64 { return c.versions.newest.Load() }

// Fresh is a kept page that is good at this moment; nil when there is none, or while events are not heard.
func (c *Cache) Fresh(key string) *Page {
	p, ok := c.pages.GetIfPresent(key)
	if !ok || c.blind.Load() || !c.good(p) {
		return nil
	}
	c.count(p)
	return p
}

// hot is how often a page is answered before packing it better pays.
const hot = 64

// count counts a page that was answered from what is kept, and has a hot one packed better. One that found the queue full is offered
// again when it is twice as hot.
func (c *Cache) count(p *Page) {
	c.stats.hits.Add(1)
	if n := p.served.Add(1); n >= hot && n&(n-1) == 0 && p.Pack && p.best.CompareAndSwap(false, true) {
		select {
		case c.hot <- p:
		default:
			p.best.Store(false)
		}
	}
}

// good tells whether a page is what a rendering of now would give.
func (c *Cache) good(p *Page) bool {
	if p.until != 0 && c.options.Now().UnixMilli() >= p.until {
		return false
	}
	// The clock is read first: whatever rises afterwards makes the next reader look again.
	clock := c.clock.Load()
	if p.checked.Load() == clock {
		return true
	}
	if p.newest < c.floor.Load() {
		return false
	}
	for _, v := range p.depends {
		if !v.name.Moves() && v.touched.Load() > p.newest {
			return false
		}
	}
	for _, m := range p.moving {
		if m.version.touched.Load() != m.at {
			return false
		}
	}
	if p.dropped.Load() {
		return false
	}
	p.checked.Store(clock)
	return true
}

// bearable tells whether a page may be shown in need: nothing that it shows was taken from the public since.
func (c *Cache) bearable(p *Page) bool {
	if p.dropped.Load() || p.newest < c.floor.Load() {
		return false
	}
	for _, v := range p.depends {
		if v.taken.Load() > p.newest {
			return false
		}
	}
	return true
}

const (
	// ripe is how old a page must be to be packed better: one that is old again in a moment is not worth it.
	ripe = 5 * time.Second
	// packRest is how many times as long as it packed Run rests: at most a twentieth of a processor goes into packing.
	packRest = 19
)

// Run packs hot pages better until ctx ends.
func (c *Cache) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case p := <-c.hot:
			if !pause(ctx, time.Until(p.made.Add(ripe))) {
				return
			}
			begun := time.Now()
			if c.good(p) {
				c.packBetter(p)
			}
			if !pause(ctx, packRest*time.Since(begun)) {
				return
			}
		}
	}
}

// pause waits; false when ctx ended before.
func pause(ctx context.Context, most time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(most):
		return true
	}
}

func (c *Cache) packBetter(p *Page) {
	body, err := p.unpacked()
	if err != nil {
		return // it stays as it is
	}
	packed, err := c.packer.PackBest(body)
	if err == nil && len(packed) < len(p.brotli.Load().Body) {
		p.brotli.Store(p.variant(Brotli, "-b", packed))
	}
}
