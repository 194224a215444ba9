package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// TestEveryQueryHasAnEnd: a caller who sets no end gets one, a nearer one of the caller's stays.
func TestEveryQueryHasAnEnd(t *testing.T) {
	soon, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	want, _ := soon.Deadline()
	in, done := store.Bounded(soon, time.Hour)
	defer done()
	if got, _ := in.Deadline(); got != want {
		t.Errorf("the caller's end became %v, want %v", got, want)
	}
	in, done = store.Bounded(t.Context(), time.Hour)
	defer done()
	if got, set := in.Deadline(); !set || time.Until(got) > time.Hour {
		t.Errorf("no end was set: %v %v", got, set)
	}
}

// TestAQueryEndsWithItsTime: one that has no time left answers at once and leaves the store usable, for reading and for writing.
func TestAQueryEndsWithItsTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		over, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer cancel()
		if _, err := s.Position(over); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("reading: %v", err)
		}
		if _, err := s.Secret(over, "late", 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("writing: %v", err)
		}
		if _, err := s.Secret(t.Context(), "in time", 0); err != nil {
			t.Errorf("afterwards: %v, kind %v", err, news.KindOf(err))
		}
	})
}
