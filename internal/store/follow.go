package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/jackc/pgx/v5"
)

const (
	// followPoll is how often a follower looks by itself, for when nobody wakes it.
	followPoll = time.Second
	// followRetry is how soon it looks again after the database did not answer.
	followRetry = 200 * time.Millisecond
	followMost  = 1000 // events at a time
	// followPatience is how long a look may take before the log counts as lost: a cut connection says nothing by itself.
	followPatience = time.Second
	// listenSilence is after how long without a signal the line is tried.
	listenSilence = 5 * time.Second
	eventSignal   = "dabir_event"
)

// wakers are the followers of this process.
type wakers struct {
	mu   sync.Mutex
	list map[chan struct{}]bool
}

func (w *wakers) add() (woken chan struct{}, remove func()) {
	woken = make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.list == nil {
		w.list = map[chan struct{}]bool{}
	}
	w.list[woken] = true
	return woken, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.list, woken)
	}
}

func (w *wakers) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for woken := range w.list {
		select {
		case woken <- struct{}{}:
		default: // it will look anyway
		}
	}
}

// ownEvents are the last events that this process committed, without a gap: where no other one writes, whoever follows need not read them
// back from the database.
type ownEvents struct {
	mu     sync.Mutex
	events []news.Event
}

// ownMost is how many are remembered. A group of comments has some hundreds.
const ownMost = 2048

// add remembers the events of a commit. Two commits may come the wrong way round; then those before are forgotten.
func (o *ownEvents) add(events []news.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if n := len(o.events); n > 0 && o.events[n-1].Seq+1 != events[0].Seq {
		o.events = nil
	}
	o.events = append(o.events, events...)
	o.events = o.events[max(0, len(o.events)-ownMost):]
}

// behind are the next events behind after, at most followMost; nil when some of those up to newest are not remembered.
func (o *ownEvents) behind(after, newest int64) []news.Event {
	o.mu.Lock()
	defer o.mu.Unlock()
	if n := len(o.events); n == 0 || o.events[0].Seq > after+1 || o.events[n-1].Seq != newest {
		return nil
	}
	next := o.events[after+1-o.events[0].Seq:]
	return slices.Clone(next[:min(len(next), followMost)])
}

// Follower is told what happens in a newsroom, by whichever node.
type Follower struct {
	After int64 // the event behind which it begins
	// Hear gets events in their order, each once. When it fails the same events come again a little later.
	Hear func([]news.Event) error
	// Lost is told when the log cannot be read (its error) and when it can be again (nil); it may be nil.
	Lost func(error)
}

// ErrOtherLog is returned by Follow when the log is not the one it began with: the database was restored, or a standby became the primary that
// had not received all.
var ErrOtherLog = errors.New("store: the event log is another one")

// Follow tells a follower every event, from all nodes, until ctx ends; then it returns nil. A commit of this process wakes it at once, one
// of another node through PostgreSQL's NOTIFY; besides it looks once a second. It returns ErrOtherLog when whoever
// follows must begin anew.
func (s *Store) Follow(ctx context.Context, f Follower) error {
	woken, remove := s.wakers.add()
	defer remove()
	log, err := s.LogID(ctx)
	for err != nil {
		f.lost(err)
		if !sleep(ctx, followRetry) {
			return nil
		}
		log, err = s.LogID(ctx)
	}
	tick := time.NewTicker(followPoll)
	defer tick.Stop()
	after, failing := f.After, true
	for {
		after, err = s.tell(ctx, f, log, after)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrOtherLog):
			return err
		case err != nil:
			f.lost(err)
			failing = true
			if !sleep(ctx, followRetry) {
				return nil
			}
			continue
		case failing:
			f.lost(nil)
			failing = false
		}
		select {
		case <-ctx.Done():
			return nil
		case <-woken:
		case <-tick.C:
		}
	}
}

// tell hands over what is behind after, and returns how far it came.
func (s *Store) tell(ctx context.Context, f Follower, log string, after int64) (int64, error) {
	for {
		events, err := s.behind(ctx, log, after)
		if err != nil || len(events) == 0 {
			return after, err
		}
		if err := f.Hear(events); err != nil {
			return after, err
		}
		after = events[len(events)-1].Seq
		if len(events) < followMost {
			return after, nil
		}
	}
}

// behind reads the next events of the log.
func (s *Store) behind(ctx context.Context, log string, after int64) ([]news.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, followPatience)
	defer cancel()
	var now string
	var newest int64
	err := s.one(ctx, func(r scanner) error { return r.Scan(&now, &newest) },
		`SELECT m.value, c.value FROM meta m CROSS JOIN counter c WHERE m.name = 'log_id' AND c.name = 'event'`)
	if err != nil {
		return nil, err
	}
	if now != log || newest < after {
		return nil, ErrOtherLog
	}
	if events := s.own.behind(after, newest); len(events) > 0 {
		return events, nil
	}
	return s.Events(ctx, after, followMost)
}

func (f *Follower) lost(err error) {
	if f.Lost != nil {
		f.Lost(err)
	}
}

// sleep waits; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// NewestEvent is the number of the last event; 0 when nothing happened yet.
func (s *Store) NewestEvent(ctx context.Context) (int64, error) {
	var seq int64
	err := s.one(ctx, func(r scanner) error { return r.Scan(&seq) }, `SELECT value FROM counter WHERE name = 'event'`)
	return seq, err
}

// listen wakes the followers whenever another node commits, until ctx ends. It has a connection of its own, made again when it breaks;
// meanwhile the followers look by themselves.
func (s *Store) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if s.hosts.away() { // which is said already
			sleep(ctx, followPoll)
			continue
		}
		if err := s.listenOnce(ctx); err != nil && ctx.Err() == nil && !s.hosts.away() {
			s.log.Warn("the other nodes' signals are not heard for now; looking once a second instead", "err", err)
		}
		sleep(ctx, followPoll)
	}
}

func (s *Store) listenOnce(ctx context.Context) error {
	ctx, end := s.hosts.bound(ctx)
	defer end()
	conn, err := pgx.ConnectConfig(ctx, s.hosts.config.Copy())
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookPatience)
		defer cancel()
		_ = conn.Close(closing)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+eventSignal); err != nil {
		return err
	}
	for {
		s.wakers.wake() // also at the beginning: something may have happened while nobody listened
		if err := heard(ctx, conn); err != nil {
			return err
		}
	}
}

// heard waits for a signal. A line that is cut says nothing, so in a long silence it asks whether the server is still there.
func heard(ctx context.Context, conn *pgx.Conn) error {
	for {
		waiting, cancel := context.WithTimeout(ctx, listenSilence)
		_, err := conn.WaitForNotification(waiting)
		cancel()
		if err == nil || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		asking, cancel := context.WithTimeout(ctx, followPatience)
		err = conn.Ping(asking)
		cancel()
		if err != nil {
			return err
		}
	}
}
