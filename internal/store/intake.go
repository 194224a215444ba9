package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

const (
	intakeQueue = 4096                 // entries that may wait; beyond it a sender hears Unavailable at once
	intakeGroup = 256                  // entries of one commit
	intakeCrowd = 16                   // entries of a commit after which more are waited for
	intakePause = 5 * time.Millisecond // for which they are waited for
)

// intake is the group commit: small writes of many senders share one transaction and one fsync. One that fails answers only
// its own sender; a sender who leaves undoes nobody's; an entry is acknowledged after the commit, never before.
type intake struct {
	store   *Store
	queue   chan *entry
	none    <-chan time.Time // no patience: it is over
	done    chan struct{}
	mu      sync.RWMutex // guards closing against senders
	closing bool
}

// entry is one small write on its way.
type entry struct {
	run  func(*tx) error // may run more than once: it must be repeatable under its action id
	err  error
	done chan struct{}
}

func startIntake(s *Store) *intake {
	over := make(chan time.Time)
	close(over)
	in := &intake{store: s, queue: make(chan *entry, intakeQueue), none: over, done: make(chan struct{})}
	go in.loop()
	return in
}

// submit hands a write in and waits until it is durable or has failed. When ctx ends first the write may still happen;
// the sender learns by repeating it under the same action id.
func (in *intake) submit(ctx context.Context, run func(*tx) error) error {
	e := &entry{run: run, done: make(chan struct{})}
	if err := in.enqueue(e); err != nil {
		return err
	}
	select {
	case <-e.done:
		return e.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (in *intake) enqueue(e *entry) error {
	in.mu.RLock()
	defer in.mu.RUnlock()
	if in.closing {
		return news.Fail(news.Unavailable, "error.unavailable")
	}
	select {
	case in.queue <- e:
		return nil
	default:
		return news.Fail(news.Unavailable, "error.unavailable")
	}
}

// stop takes nothing more, finishes what waits and returns.
func (in *intake) stop() {
	in.mu.Lock()
	if !in.closing {
		in.closing = true
		close(in.queue)
	}
	in.mu.Unlock()
	<-in.done
}

func (in *intake) loop() {
	defer close(in.done)
	group := make([]*entry, 0, intakeGroup)
	for first := range in.queue {
		group = in.gather(append(group[:0], first), len(group) >= intakeCrowd)
		in.commit(group)
		for _, e := range group {
			close(e.done)
		}
	}
}

// gather adds whatever else already waits. In a crowd it waits a moment for more, since a commit costs as much as many entries: so all of them
// are answered sooner. A lone entry is not delayed.
func (in *intake) gather(group []*entry, crowd bool) []*entry {
	patience := in.none
	if crowd {
		pause := time.NewTimer(intakePause)
		defer pause.Stop()
		patience = pause.C
	}
	for len(group) < intakeGroup {
		var e *entry
		var open bool
		select {
		case e, open = <-in.queue:
		default:
			select {
			case e, open = <-in.queue:
			case <-patience:
				return group
			}
		}
		if !open {
			return group
		}
		group = append(group, e)
	}
	return group
}

// commit stores a group; when the commit itself fails, each entry is tried again alone, where there is a database to try it with.
func (in *intake) commit(group []*entry) {
	err := in.attempt(group)
	if errors.Is(err, news.ErrNoPrimary) && in.store.Reach() == news.ReachPrimary {
		err = in.attempt(group) // a connection broke; perhaps it was all that was wrong
	}
	if err == nil {
		return
	}
	if len(group) > 1 && !errors.Is(err, news.ErrNoPrimary) {
		in.store.log.Warn("a group commit failed, trying its entries one by one", "entries", len(group), "err", err)
		for i := range group {
			if err := in.attempt(group[i : i+1]); err != nil {
				group[i].err = err
			}
		}
		return
	}
	for _, e := range group {
		e.err = err
	}
}

// attempt runs the entries in one transaction. The returned error is the transaction's; an entry's own failure is in its err.
func (in *intake) attempt(group []*entry) error {
	err := in.together(group, (*tx).refusable)
	if errors.Is(err, errHalfWritten) { // seldom: one of them failed half-way
		err = in.together(group, (*tx).alone)
	}
	return err
}

// together runs the entries in one transaction, each in its own way of failing.
func (in *intake) together(group []*entry, apart func(*tx, func() error) error) error {
	return in.store.inTx(context.Background(), func(t *tx) error {
		if err := t.reserve("comment", len(group)); err != nil {
			return err
		}
		for _, e := range group {
			e.err = in.store.dialect.translate(apart(t, func() error { return e.guarded(t) }))
			if t.broken != nil {
				return t.broken
			}
		}
		if err := t.storeArrivals(); err != nil {
			return errors.Join(errHalfWritten, err)
		}
		return nil
	})
}

// guarded keeps one entry's panic from its neighbours.
func (e *entry) guarded(t *tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in the intake: %v", p)
		}
	}()
	return e.run(t)
}
