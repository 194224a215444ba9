package page

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

const (
	renderTime = 10 * time.Second // for one page
	mostWait   = 1024             // readers that may wait for a place to render; beyond that they hear Unavailable at once
)

// errAbandoned is what others hear whose page broke while somebody else made it.
var errAbandoned = errors.New("page: whoever made it broke off")

// Make renders a page from what it reads with the context.
type Make func(ctx context.Context) (Rendered, error)

// flight is a page being made, once for all who wait for it.
type flight struct {
	began    uint64 // when, in the order of arrivals
	done     chan struct{}
	outdated bool // it must not be kept; guarded by Cache.mu
	standby  bool // it was made from a standby
	page     *Page
	err      error
}

// Age tells how new a page is.
type Age int

// The ages of a page.
const (
	Current     Age = iota // good at some moment after it was asked for
	PerhapsOld             // what the node has: the database or the events are away
	FromStandby            // made now from a standby, which may be behind
)

// Get is the page of that key: a kept one that is good, or one that is made now. Everybody gets a page that was good at some
// moment after they asked, unless its age says otherwise. Errors: what make returns; Unavailable when too many wait.
func (c *Cache) Get(ctx context.Context, key string, make Make) (*Page, Age, error) {
	kept, _ := c.pages.GetIfPresent(key)
	if kept != nil && c.good(kept) {
		c.count(kept)
		if c.blind.Load() {
			return kept, PerhapsOld, nil
		}
		return kept, Current, nil
	}
	if kept != nil && c.blind.Load() && c.bearable(kept) {
		c.stats.old.Add(1)
		return kept, PerhapsOld, nil // who hears no events most likely reaches no database either, and finding out takes time
	}
	p, age, err := c.fly(ctx, key, make)
	late := errors.Is(err, context.DeadlineExceeded) // too much at once
	if err != nil && (late || news.KindOf(err) == news.Unavailable) && kept != nil && c.bearable(kept) {
		c.stats.old.Add(1)
		return kept, PerhapsOld, nil
	}
	return p, age, err
}

// fly joins whoever makes the page already or makes it. A page from a flight that began before the caller came is good for them
// only if it is good now: what changed before they asked must be in it.
func (c *Cache) fly(ctx context.Context, key string, make Make) (*Page, Age, error) {
	c.mu.Lock()
	c.arrived++
	came := c.arrived
	for {
		f := c.flights[key]
		if f == nil {
			// Whoever made it may have ended between the caller's look at what is kept and now.
			if kept, _ := c.pages.GetIfPresent(key); kept != nil && c.good(kept) {
				c.mu.Unlock()
				c.count(kept)
				return kept, Current, nil
			}
			f = c.depart(key)
			c.mu.Unlock()
			c.make(ctx, key, f, make)
			return f.page, f.age(), f.err
		}
		c.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, Current, ctx.Err()
		case <-f.done:
		}
		if f.began > came || f.err == nil && c.good(f.page) {
			c.stats.joined.Add(1)
			return f.page, f.age(), f.err
		}
		c.mu.Lock()
	}
}

// age is that of the page of a flight which is over.
func (f *flight) age() Age {
	if f.standby {
		return FromStandby
	}
	return Current
}

// depart begins a flight; the caller holds mu.
func (c *Cache) depart(key string) *flight {
	c.arrived++
	f := &flight{began: c.arrived, done: make(chan struct{}), err: errAbandoned}
	c.flights[key] = f
	return f
}

// make renders the page of a flight and keeps it when it is good. Who asked first does the work, also for the others: the
// work goes on when they leave.
func (c *Cache) make(ctx context.Context, key string, f *flight, make Make) {
	defer func() {
		c.mu.Lock()
		delete(c.flights, key)
		c.mu.Unlock()
		close(f.done)
	}()
	leave, err := c.place(ctx)
	if err != nil {
		f.err = err
		return
	}
	defer leave()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renderTime)
	defer cancel()
	f.page, f.err = c.render(news.MayBeOld(ctx, func() { f.standby = true }), make)
	if f.err != nil {
		return
	}
	c.mu.Lock()
	keep := !f.outdated && f.page.Status == 200
	c.mu.Unlock()
	if keep && c.good(f.page) {
		c.pages.Set(key, f.page)
		return
	}
	c.drop(f.page)
}

// place waits for one of the places to render in.
func (c *Cache) place(ctx context.Context) (leave func(), err error) {
	if c.waiting.Add(1) > mostWait {
		c.waiting.Add(-1)
		c.stats.refused.Add(1)
		return nil, news.Fail(news.Unavailable, "error.unavailable")
	}
	defer c.waiting.Add(-1)
	select {
	case c.places <- struct{}{}:
		return func() { <-c.places }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *Cache) render(ctx context.Context, make Make) (*Page, error) {
	in, newest, end, err := c.options.Snapshots.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	c.stats.renders.Add(1)
	taken := &notes{versions: c.versions, seen: map[news.Dependency]bool{}}
	kept := false
	defer func() {
		if !kept {
			c.versions.release(taken.held)
		}
	}()
	rendered, err := make(news.WithNotes(in, taken))
	if err != nil {
		return nil, err
	}
	p, err := Ready(rendered, c.packer)
	if err != nil {
		return nil, err
	}
	p.newest, p.until = newest, taken.until
	p.depends, p.moving, p.made = slices.Clone(taken.held), taken.moving, time.Now()
	if c.options.Keys != nil {
		var names []news.Dependency
		for _, v := range p.depends {
			names = append(names, v.name)
		}
		p.keys = c.options.Keys(names)
	}
	p.checked.Store(-1)
	kept = true
	return p, nil
}

// notes takes down what a page is made from.
type notes struct {
	versions *versions
	mu       sync.Mutex
	seen     map[news.Dependency]bool
	held     []*version
	moving   []movingAt
	until    int64
}

// Depend is news.Notes.
func (n *notes) Depend(on ...news.Dependency) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, d := range on {
		if n.seen[d] {
			continue
		}
		n.seen[d] = true
		v := n.versions.hold(d)
		n.held = append(n.held, v)
		if d.Moves() {
			n.moving = append(n.moving, movingAt{v, v.touched.Load()})
		}
	}
}

// Until is news.Notes.
func (n *notes) Until(at time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if ms := at.UnixMilli(); n.until == 0 || ms < n.until {
		n.until = ms
	}
}
