package cdn

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

const (
	purgeTime = 10 * time.Second // for one request
	// again is how long after a purge the same keys are purged once more: a page that was on its way to a cache during the first may have
	// been put there behind it.
	again = 5 * time.Second
	// patience is how long a purge may wait, two turns not counted, before pages go out without permission.
	patience   = 10 * time.Second
	mostPause  = time.Minute // between two tries
	mostNames  = 5000        // that wait; beyond it everything is purged
	mostBehind = 2000        // events that a start hears again; who is further behind purges everything
)

// Options are what a Network needs.
type Options struct {
	Kind  string        // varnish, fastly or cloudflare
	Purge []string      // addresses that take purges; each is told
	Token string        // the secret that goes with them
	Keep  time.Duration // for how long the network may keep a page
	Every time.Duration // between two purges at the least
	File  string        // where it is noted how far this node has purged
	Maker string        // what makes pages beside the newsroom's content, as program and settings: another than before purges everything
	Log   *slog.Logger
}

// round are names that were purged once.
type round struct {
	names []news.Dependency
	upTo  int64 // the newest event that touched them
	due   time.Time
}

// Network is a CDN. Its methods may be called from many goroutines.
type Network struct {
	options Options
	kind    kind
	client  *http.Client
	send    func(context.Context, []news.Dependency) error
	woken   chan struct{}
	taken   atomic.Bool  // a purge was, since the start
	waits   atomic.Int64 // since when something waits to be purged, in Unix nanoseconds; 0: nothing does

	mu     sync.Mutex
	log    string                  // that the numbers are of
	names  map[news.Dependency]int // that wait, with the number of the addition that brought them last
	added  int
	since  time.Time // when the first of names came
	upTo   int64     // the newest event that was heard
	rounds []round   // oldest first
	stats  Stats
	broken bool // the last purge failed
}

// Stats is what a Network did since it was made.
type Stats struct {
	Purges, Failed uint64    // tries; those of them that were not taken
	Names          uint64    // that were purged, each time counted
	Waiting        int       // names that wait for their first purge
	Since          time.Time // when the first of them came; zero when none waits
	Allowed        bool      // pages may be kept that go out now
	UpTo           int64     // what the events up to this one touched has been purged
}

func newNetwork(o Options) (*Network, error) {
	k, ok := kinds()[o.Kind]
	if !ok {
		return nil, fmt.Errorf("no such kind of CDN: %q", o.Kind)
	}
	n := &Network{options: o, kind: k, woken: make(chan struct{}, 1), names: map[news.Dependency]int{}}
	n.client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }} // the token is for this address alone
	n.send = n.post
	return n, nil
}

// New makes a Network that goes on purging where this node ended; at is how far the log is. Until the first purge was taken no page may
// be kept. The events that Heard is told must begin no later than 2,000 behind the newest.
func New(o Options, at news.LogPosition) (*Network, error) {
	n, err := newNetwork(o)
	if err != nil {
		return nil, err
	}
	n.log = at.Log
	noted, ok := readNote(o.File)
	if ok && noted.log == at.Log && noted.maker == o.Maker && noted.event <= at.Event && noted.event >= at.Event-mostBehind {
		n.upTo = noted.event
		// What moves without events may have moved since; and one purge shows that the network takes them.
		n.add(news.MostReadList, news.MostReadHourList, news.MostReadWeekList, news.MostDiscussedList)
		return n, nil
	}
	n.upTo = at.Event
	n.add(everything)
	return n, nil
}

// Headers are those that the network alone reads: one says how long it may keep an answer, the other names the answer's keys.
func (n *Network) Headers() (control, keys string) { return n.kind.control, n.kind.keys }

// Keys are the keys of a page that shows these; "" when they are too many for a header.
func (n *Network) Keys(of []news.Dependency) string {
	if len(of) >= mostKeys {
		return ""
	}
	keys := make([]string, 0, len(of)+1)
	keys = append(keys, keyOf(everything))
	for _, d := range of {
		keys = append(keys, keyOf(d))
	}
	return strings.Join(keys, n.kind.separator)
}

// Allows is for how long a page may be kept that goes out now; 0 while purges are not taken.
func (n *Network) Allows() time.Duration {
	if !n.taken.Load() {
		return 0
	}
	if since := n.waits.Load(); since != 0 && time.Since(time.Unix(0, since)) > patience+2*n.options.Every {
		return 0
	}
	return n.options.Keep
}

// Hear notes what events touched. This node's own pages must know of them already, or they would bring the old page back into the caches.
func (n *Network) Hear(events []news.Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range events {
		e := &events[i]
		if e.Seq <= n.upTo {
			continue
		}
		n.upTo = e.Seq
		if e.Kind.Known() {
			n.add(e.Touches...)
		} else {
			n.add(everything)
		}
	}
}

// Moved notes that something which moves without events has moved.
func (n *Network) Moved(d news.Dependency) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.add(d)
}

// Reset purges everything: the log is another one now.
func (n *Network) Reset(log string, newest int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.log, n.upTo, n.rounds = log, newest, nil
	n.add(everything)
}

// add has names purged; the caller holds mu.
func (n *Network) add(names ...news.Dependency) {
	if len(names) == 0 {
		return
	}
	if len(n.names) == 0 {
		n.since = time.Now()
	}
	n.added++
	for _, d := range names {
		n.names[d] = n.added
	}
	if len(n.names) > mostNames {
		n.names = map[news.Dependency]int{everything: n.added}
	}
	n.noteWaiting()
	select {
	case n.woken <- struct{}{}:
	default: // it will look anyway
	}
}

// noteWaiting says since when something waits; the caller holds mu.
func (n *Network) noteWaiting() {
	var since int64
	if len(n.names) > 0 {
		since = n.since.UnixNano()
	}
	if len(n.rounds) > 0 && (since == 0 || n.rounds[0].due.UnixNano() < since) {
		since = n.rounds[0].due.UnixNano()
	}
	n.waits.Store(since)
}

// Run purges until ctx ends.
func (n *Network) Run(ctx context.Context) {
	pause := n.options.Every
	for n.wait(ctx) {
		if n.turn(ctx) {
			pause = n.options.Every
		} else {
			pause = min(max(2*pause, time.Second), mostPause)
		}
		if !sleep(ctx, pause) {
			return
		}
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// wait returns when there is something to purge; false when ctx has ended.
func (n *Network) wait(ctx context.Context) bool {
	for {
		n.mu.Lock()
		left := time.Hour
		if len(n.rounds) > 0 {
			left = time.Until(n.rounds[0].due)
		}
		if len(n.names) > 0 {
			left = 0
		}
		n.mu.Unlock()
		if left <= 0 {
			return ctx.Err() == nil
		}
		timer := time.NewTimer(left)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-n.woken:
		}
		timer.Stop()
		if ctx.Err() != nil {
			return false
		}
	}
}

// turn purges what waits, and a second time what was purged a while ago. It tells whether that was taken.
func (n *Network) turn(ctx context.Context) bool {
	begun := time.Now()
	n.mu.Lock()
	first, log, added := round{names: slices.Sorted(maps.Keys(n.names)), upTo: n.upTo}, n.log, n.added
	names, repeated := slices.Clone(first.names), 0
	for repeated < len(n.rounds) && !n.rounds[repeated].due.After(begun) {
		names = append(names, n.rounds[repeated].names...)
		repeated++
	}
	n.mu.Unlock()
	slices.Sort(names)
	names = slices.Compact(names)
	if slices.Contains(names, everything) {
		names = []news.Dependency{everything}
	}

	err := n.send(ctx, names)

	n.mu.Lock()
	n.stats.Purges++
	if err != nil {
		n.stats.Failed++
		n.fails(ctx, err)
		n.mu.Unlock()
		return false
	}
	n.stats.Names += uint64(len(names))
	done := n.settle(first, log, added, repeated, begun)
	n.mu.Unlock()
	n.taken.Store(true)
	if done != nil {
		if err := done.write(n.options.File); err != nil {
			n.options.Log.Error("how far the CDN was purged cannot be noted", "err", err)
		}
	}
	return true
}

// settle notes what a turn has purged; what came meanwhile goes on waiting. The caller holds mu and writes the note that is returned.
func (n *Network) settle(first round, log string, added, repeated int, begun time.Time) (done *note) {
	if n.broken {
		n.broken = false
		n.options.Log.Info("the CDN takes purges again")
	}
	for d, addition := range n.names {
		if addition <= added {
			delete(n.names, d)
		}
	}
	n.since = begun // at the earliest
	n.stats.UpTo = first.upTo
	if n.log == log { // what was done for a log that is no more is said of no other
		if repeated > 0 {
			done = &note{n.log, n.rounds[repeated-1].upTo, n.options.Maker}
			n.rounds = slices.Delete(n.rounds, 0, repeated)
		}
		if first.due = time.Now().Add(again); len(first.names) > 0 {
			n.rounds = append(n.rounds, first)
		}
	}
	n.noteWaiting()
	return done
}

func (n *Network) fails(ctx context.Context, err error) {
	if ctx.Err() == nil && !n.broken {
		n.broken = true
		n.options.Log.Error("the CDN takes no purge; it is tried again, and pages go out without permission to be kept until it does", "err", err)
	}
}

// Stats tells what was done and what waits.
func (n *Network) Stats() Stats {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.stats
	s.Waiting, s.Allowed = len(n.names), n.Allows() > 0
	if s.Waiting > 0 {
		s.Since = n.since
	} else {
		s.UpTo = n.upTo
	}
	return s
}
