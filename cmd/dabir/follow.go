package main

import (
	"context"
	"errors"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/stream"
)

// deafAfter is how long the log may be out of reach before kept pages are marked as perhaps old.
const deafAfter = time.Second

// backlog is the event behind which a node begins to hear: what happened lately is told to pages that were open before.
func backlog(newest int64) int64 { return max(0, newest-stream.Backlog) }

// followOthers tells the kept pages what other nodes publish, and then open pages what anybody did: in this order, as they fetch the
// kept ones. What this process commits the kept pages hear before that (committed), so one node alone loses nothing here.
func (a *app) followOthers(ctx context.Context) {
	after := backlog(a.begun)
	for ctx.Err() == nil {
		err := a.store.Follow(ctx, store.Follower{
			After: after,
			Hear: func(events []news.Event) error {
				a.pages.Apply(events)
				a.streams.Hear(events)
				if a.cdn != nil {
					a.cdn.Hear(events)
				}
				return nil
			},
			Lost: a.deaf(),
		})
		if !errors.Is(err, store.ErrOtherLog) {
			return
		}
		a.log.Warn("the database was restored or has lost its last events: all pages are made anew")
		at, err := a.store.Position(ctx)
		if err != nil {
			a.log.Error("the event log cannot be read", "err", err) // hearing everything again is harmless
		}
		after = at.Event
		a.pages.Reset(after)
		a.streams.Reset(at.Log, after)
		if a.cdn != nil {
			a.cdn.Reset(at.Log, after)
		}
	}
}

// deaf marks the pages while the log has been out of reach for longer than a moment.
func (a *app) deaf() func(error) {
	var since time.Time
	return func(err error) {
		switch {
		case err == nil:
			since = time.Time{}
			a.pages.Hear(true)
		case since.IsZero():
			since = time.Now()
			a.log.Warn("the event log cannot be read for now", "err", err)
		case time.Since(since) >= deafAfter:
			a.pages.Hear(false)
		}
	}
}
