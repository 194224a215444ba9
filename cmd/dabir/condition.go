package main

import (
	"cmp"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dabir-newsroom/dabir/internal/backup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// running is what a serving process knows of itself beside its rooms.
type running struct {
	name  string // this node's
	since time.Time
	site  *web.Site
	conns *web.Connections
}

const beatEvery = 10 * time.Second

// nodeName is how a node is called: its machine's name and the port.
func nodeName(listener net.Listener) string {
	host, _ := os.Hostname()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return net.JoinHostPort(cmp.Or(host, "localhost"), port)
}

// node is this node at this moment.
func (a *app) node(ctx context.Context) news.Node {
	pages := a.pages.Stats()
	n := news.Node{Name: a.running.name, Version: version(), SeenAt: a.now(), StartedAt: a.running.since, Readers: a.suggest.Present(),
		Hits: pages.Hits + pages.Joined + pages.Old, Renders: pages.Renders, Shed: pages.Refused, DiskFree: -1, Memory: processMemory(),
		CopiedAt: a.copied.last(), Projections: a.projections(ctx)}
	if a.running.site != nil {
		n.Shed += a.running.site.Load().Shed
	}
	if a.running.conns != nil {
		n.Connections = a.running.conns.Open()
		n.Shed += a.running.conns.Shed()
	}
	if a.streams != nil {
		n.Streams = a.streams.Open()
	}
	if free, known := diskFree(a.cfg.Data); known {
		n.DiskFree = int64(free)
	}
	_, waiting := a.store.Pool()
	n.Queues = []news.Queue{{Name: "intake", Length: waiting}}
	if a.spool != nil {
		many, since := a.spool.Waiting()
		n.Queues = append(n.Queues, news.Queue{Name: "spool", Length: many, Oldest: since})
	}
	if a.cdn != nil {
		purges := a.cdn.Stats()
		n.Queues = append(n.Queues, news.Queue{Name: "purge", Length: purges.Waiting, Oldest: purges.Since})
	}
	return n
}

// processMemory is how much memory the process has from the system, in bytes, less what it gave back.
func processMemory() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64() - sample[1].Value.Uint64())
}

// projections tells how far behind the log this node's pages and indexes are. While the log is out of reach nothing is known of it.
func (a *app) projections(ctx context.Context) []news.Projection {
	newest, err := a.store.NewestEvent(ctx)
	if err != nil {
		return nil
	}
	behind := func(name string, heard int64, building bool) news.Projection {
		p := news.Projection{Name: name, Behind: max(newest-heard, 0), Building: building}
		if p.Behind > 0 {
			p.Since, _ = a.store.EventAfter(ctx, heard) // unknown is not late
		}
		return p
	}
	all := []news.Projection{behind("pages", max(a.pages.Newest(), a.begun), false)}
	for i, index := range a.indexes() {
		all = append(all, behind([]string{"search", "desk"}[i], index.Heard(), index.Progress().Building))
	}
	return all
}

// beat tells the other nodes how this one is doing, until ctx ends. One node alone has nobody to tell.
func (a *app) beat(ctx context.Context) {
	if !a.store.Shared() {
		return
	}
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		limit, cancel := context.WithTimeout(ctx, beatEvery)
		if err := a.store.Beat(limit, a.node(limit)); err != nil && ctx.Err() == nil {
			a.log.Debug("this node could not tell the others how it is", "err", err)
		}
		cancel()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// checkup keeps what the doctor found for a while: looking at disk, database and places of copies takes time.
type checkup struct {
	mu     sync.Mutex
	at     time.Time
	faults []news.Fault
}

const (
	checkupFor  = 30 * time.Second
	checkupTime = 5 * time.Second
)

// faults are what dabir doctor says of this node.
func (a *app) faults(ctx context.Context) []news.Fault {
	c := &a.checkup
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := a.now(); c.at.IsZero() || now.Sub(c.at) > checkupFor {
		limit, cancel := context.WithTimeout(ctx, checkupTime)
		defer cancel()
		c.faults, c.at = examine(limit, a.cfg, now), now
	}
	return c.faults
}

// copiedFile notes in the newsroom's folder which copy was made last.
const copiedFile = "last-backup"

// copied knows when the newsroom was copied last by this node.
type copied struct{ at atomic.Int64 }

func (c *copied) last() time.Time {
	if at := c.at.Load(); at != 0 {
		return time.UnixMilli(at).UTC()
	}
	return time.Time{}
}

// load reads what earlier processes noted.
func (c *copied) load(data string) error {
	id, err := os.ReadFile(filepath.Join(data, copiedFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if made, err := backup.Made(strings.TrimSpace(string(id))); err == nil {
		c.at.Store(made.UnixMilli())
	}
	return nil
}

// note keeps a copy that was made.
func (c *copied) note(data, id string) error {
	if made, err := backup.Made(id); err == nil {
		c.at.Store(made.UnixMilli())
	}
	return os.WriteFile(filepath.Join(data, copiedFile), []byte(id+"\n"), 0o600)
}

// acts counts what this process committed, by its kind.
type acts struct {
	mu     sync.Mutex
	counts map[news.EventKind]uint64
}

func (c *acts) count(events []news.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = map[news.EventKind]uint64{}
	}
	for i := range events {
		c.counts[events[i].Kind]++
	}
}
