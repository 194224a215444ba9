package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// TestWriterSurvivesSendersWhoHangUp: a request that ends while its transaction begins must not leave it open for all that follow.
func TestWriterSurvivesSendersWhoHangUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for i := range 200 {
					left, cancel := context.WithTimeout(ctx, time.Duration(i)*time.Microsecond)
					s.DropToken(left, "none")
					cancel()
				}
			})
		}
		group.Wait()
		if err := s.DropToken(ctx, "none"); err != nil {
			t.Fatalf("after senders hung up nothing can be written: %v", err)
		}
	})
}

// TestFullDiskStoresWhatItSays: SQLite ends a transaction by itself when the disk is full; what was acknowledged is there,
// and the log tells of nothing else.
func TestFullDiskStoresWhatItSays(t *testing.T) {
	s := storetest.SQLite(t)
	sec := section(t, s, "جامعه")
	a := create(t, s, article(sec.ID, "یک", noon))
	if err := store.LimitPages(s, "80"); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	acknowledged, refused := 0, 0
	var group sync.WaitGroup
	for range 400 {
		group.Go(func() {
			c := comment(a.Code)
			c.Text = strings.Repeat("نظر بلند ", 200)
			_, err := s.SubmitComment(ctx, c, news.CommentLimit{}, open)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				acknowledged++
			case news.KindOf(err) == news.Unavailable:
				refused++
			default:
				t.Errorf("a sender hears %v", err)
			}
		})
	}
	group.Wait()
	if refused == 0 {
		t.Fatal("the disk was never full")
	}
	totals, err := s.CommentTotals(ctx, nil)
	if err != nil || totals[news.TabPending] != acknowledged {
		t.Errorf("%d acknowledged, stored %v (%v)", acknowledged, totals, err)
	}
	events, err := s.Events(ctx, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, e := range events {
		if e.Kind == news.CommentSubmitted {
			told++
		}
	}
	if told != acknowledged {
		t.Errorf("%d acknowledged, the log tells of %d", acknowledged, told)
	}
}
