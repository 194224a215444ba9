package main

import (
	"context"
	"errors"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
)

// deafAfter is how long the log may be out of reach before kept pages are marked as perhaps old.
const deafAfter = time.Second

// followOthers tells the kept pages what other nodes publish. What this process commits they hear before that (committed), so one
// node alone loses nothing here.
func (a *app) followOthers(ctx context.Context) {
	after := a.begun
	for ctx.Err() == nil {
		err := a.store.Follow(ctx, store.Follower{
			After: after,
			Hear: func(events []news.Event) error {
				a.pages.Apply(events)
				return nil
			},
			Lost: a.deaf(),
		})
		if !errors.Is(err, store.ErrOtherLog) {
			return
		}
		a.log.Warn("the database was restored: all pages are made anew")
		if after, err = a.store.NewestEvent(ctx); err != nil {
			a.log.Error("the event log cannot be read", "err", err)
			after = 0 // hearing everything again is harmless
		}
		a.pages.Reset(after)
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
