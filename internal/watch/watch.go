// Package watch tells the people who keep a newsroom running how it is doing: its nodes, what waits, how far each projection is
// behind the event log, and what is wrong.
//
// In this room: gathering and judging. Not in it: measuring, which each room does for itself, and pages.
package watch

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Shared is what the nodes have in common; *store.Store is it.
type Shared interface {
	Position(context.Context) (news.LogPosition, error)
	Queues(context.Context) ([]news.Queue, error)
	Nodes(context.Context) ([]news.Node, error)
	Backend() string
}

// Watch looks at a newsroom.
type Watch struct {
	shared Shared
	own    func(context.Context) news.Node
	faults func(context.Context) []news.Fault
	now    func() time.Time
}

// New makes a Watch. own is this node at this moment; faults are what can be seen to be wrong from outside.
func New(shared Shared, own func(context.Context) news.Node, faults func(context.Context) []news.Fault, now func() time.Time) *Watch {
	return &Watch{shared: shared, own: own, faults: faults, now: now}
}

// Condition is how the newsroom is doing. Errors: Forbidden without the right RightWatch, Unavailable while the database is away.
func (w *Watch) Condition(ctx context.Context, actor news.Actor) (news.Condition, error) {
	if err := actor.Require(news.RightWatch); err != nil {
		return news.Condition{}, err
	}
	at, err := w.shared.Position(ctx)
	if err != nil {
		return news.Condition{}, err
	}
	c := news.Condition{At: w.now(), Database: w.shared.Backend(), Event: at.Event}
	if c.Queues, err = w.shared.Queues(ctx); err != nil {
		return news.Condition{}, err
	}
	others, err := w.shared.Nodes(ctx)
	if err != nil {
		return news.Condition{}, err
	}
	own := w.own(ctx)
	c.Nodes = append([]news.Node{own}, slices.DeleteFunc(others, func(n news.Node) bool { return n.Name == own.Name })...)
	copied := slices.MaxFunc(c.Nodes, func(a, b news.Node) int { return a.CopiedAt.Compare(b.CopiedAt) }).CopiedAt
	for i := range c.Nodes {
		c.Nodes[i].CopiedAt = copied // one copy is of the whole newsroom, whoever made it
	}
	c.Faults = append(judge(c), w.faults(ctx)...)
	return c, nil
}

const (
	silentAfter = time.Minute      // a node that says nothing
	behindMost  = 30 * time.Second // a projection
	dueMost     = 30 * time.Second // an article that should have been released
	// commentsMost is how long a comment may wait for a moderator before the page asks for one.
	commentsMost = 24 * time.Hour
	spoolMost    = 5 * time.Minute
	purgeMost    = 30 * time.Second
)

// judge finds what is wrong in what the nodes say, the worst first.
func judge(c news.Condition) []news.Fault {
	type found struct {
		rank int
		news.Fault
	}
	var all []found
	add := func(rank int, key string, args ...any) {
		all = append(all, found{rank, news.Fault{Key: key, Args: args}})
	}
	late := func(since time.Time, most time.Duration) (minutes int64, is bool) {
		waited := c.At.Sub(since)
		return max(1, int64(waited.Minutes())), !since.IsZero() && waited > most
	}
	for _, n := range c.Nodes {
		if minutes, silent := late(n.SeenAt, silentAfter); silent {
			add(0, "status.fault_silent", n.Name, minutes)
			continue // what it said before is old
		}
		for _, p := range n.Projections {
			if minutes, behind := late(p.Since, behindMost); behind && !p.Building {
				add(2, "status_behind."+p.Name, n.Name, p.Behind, minutes)
			}
		}
		for _, q := range n.Queues {
			if minutes, waits := late(q.Oldest, spoolMost); waits && q.Name == "spool" {
				add(1, "status.fault_spool", n.Name, q.Length, minutes)
			}
			if minutes, waits := late(q.Oldest, purgeMost); waits && q.Name == "purge" {
				add(1, "status.fault_purge", n.Name, minutes)
			}
		}
	}
	for _, q := range c.Queues {
		switch minutes, _ := late(q.Oldest, 0); {
		case q.Name == "due" && c.At.Sub(q.Oldest) > dueMost && q.Length > 0:
			add(1, "status.fault_due", q.Length, minutes)
		case q.Name == "comments" && c.At.Sub(q.Oldest) > commentsMost && q.Length > 0:
			add(3, "status.fault_comments", q.Length, minutes/(24*60))
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.rank, b.rank) })
	faults := make([]news.Fault, len(all))
	for i, f := range all {
		faults[i] = f.Fault
	}
	return faults
}
