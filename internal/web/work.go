package web

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

const (
	// DefaultWork is how many requests are worked on at once where Options name no number.
	DefaultWork  = 512
	waitForWork  = 3 * time.Second // for a place among those who work
	waitingShare = 4               // so many times the places may wait
)

// work bounds how many requests are worked on at once. More wait for a moment and a bounded number of them, so that memory does not grow
// with a crowd; the rest hear 503. Who only sends what is ready, or reads what comes, holds no place.
type work struct {
	places  chan struct{}
	waiting atomic.Int64
	shed    atomic.Uint64
}

func newWork(places int) *work {
	if places <= 0 {
		places = DefaultWork
	}
	return &work{places: make(chan struct{}, places)}
}

// enter waits for a place. Unavailable when too many wait already or none becomes free in time.
func (k *work) enter(ctx context.Context) error {
	select {
	case k.places <- struct{}{}:
		return nil
	default:
	}
	if k.waiting.Add(1) > int64(cap(k.places))*waitingShare {
		k.waiting.Add(-1)
		return k.refuse()
	}
	defer k.waiting.Add(-1)
	patience := time.NewTimer(waitForWork)
	defer patience.Stop()
	select {
	case k.places <- struct{}{}:
		return nil
	case <-patience.C:
		return k.refuse()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (k *work) refuse() error {
	k.shed.Add(1)
	return news.Fail(news.Unavailable, "error.unavailable")
}

// Rest gives the place of a request among those who work to another. Handlers call it before they stream or wait for somebody; what they
// return afterwards counts as always. Write does so by itself.
func Rest(ctx context.Context) { infoOf(ctx).rest() }

// rest may be called again; a request outside the chain has no place.
func (in *info) rest() {
	if in != nil && in.at != nil {
		<-in.at.places
		in.at = nil
	}
}
