package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestEventsNeverSkipped writes from many goroutines, on PostgreSQL through two nodes, while followers on each node listen. Every
// follower hears every event once and in order, although one of them fails now and then.
func TestEventsNeverSkipped(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		s := storetest.Open(t, filepath.Join(t.TempDir(), "dabir.db"), nil)
		neverSkipped(t, s, s)
	})
	t.Run("postgres", func(t *testing.T) {
		dsn := storetest.Postgres(t)
		neverSkipped(t, storetest.Open(t, dsn, nil), storetest.Open(t, dsn, nil))
	})
}

func neverSkipped(t *testing.T, nodes ...*store.Store) {
	const writers, each = 8, 25
	sec := section(t, nodes[0], "جامعه")
	a := create(t, nodes[0], article(sec.ID, "یک", noon))
	begin, err := nodes[0].NewestEvent(ctx)
	if err != nil {
		t.Fatal(err)
	}
	following, stop := context.WithCancel(ctx)
	var followers sync.WaitGroup
	heard := make([][]int64, len(nodes))
	enough := make(chan bool)
	for i, node := range nodes {
		followers.Go(func() {
			calls := 0
			err := node.Follow(following, store.Follower{After: begin, Hear: func(events []news.Event) error {
				if calls++; calls%7 == 3 {
					return errors.New("a follower stumbles")
				}
				for _, e := range events {
					heard[i] = append(heard[i], e.Seq)
				}
				if len(heard[i]) >= writers*each {
					enough <- true
				}
				return nil
			}})
			if err != nil {
				t.Error(err)
			}
		})
	}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			node := nodes[w%len(nodes)]
			for range each {
				var err error
				if w < writers/2 {
					_, err = node.SubmitComment(ctx, comment(a.Code), news.CommentLimit{}, open)
				} else {
					_, err = node.UpdateArticle(ctx, editor, "", a.Code, func(a *news.Article) ([]news.EventKind, error) {
						return []news.EventKind{news.ArticleTaken}, nil
					})
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for range nodes {
		<-enough
	}
	stop()
	followers.Wait()
	for i, seqs := range heard {
		for j, seq := range seqs {
			if seq != begin+int64(j)+1 {
				t.Fatalf("follower %d: event %d stands at place %d", i, seq, j+1)
			}
		}
		if len(seqs) != writers*each {
			t.Errorf("follower %d heard %d events of %d", i, len(seqs), writers*each)
		}
	}
}

// TestFollowerHearsOfAShorterLog: a log that ends before what the follower has heard is not the one it heard.
func TestFollowerHearsOfAShorterLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		create(t, s, article(section(t, s, "جامعه").ID, "یک", noon))
		newest, err := s.NewestEvent(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Follow(ctx, store.Follower{After: newest + 1}); !errors.Is(err, store.ErrOtherLog) {
			t.Errorf("Follow returns %v", err)
		}
	})
}

// TestFollowerHearsOfAnotherLog: after a restore the numbers mean something else, and whoever followed must begin anew.
func TestFollowerHearsOfAnotherLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		err := s.Follow(ctx, store.Follower{Hear: func([]news.Event) error {
			if err := s.SetLogID(ctx, "another"); err != nil {
				t.Error(err)
			}
			create(t, s, article(sec.ID, "یک", noon))
			return nil
		}})
		if !errors.Is(err, store.ErrOtherLog) {
			t.Errorf("Follow returns %v", err)
		}
	})
}

// TestFollowerHearsWhatIsStored: a follower hears the same from the memory of who committed it as from the log.
func TestFollowerHearsWhatIsStored(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dabir.db")
	writes, reads := storetest.Open(t, path, nil), storetest.Open(t, path, nil)
	a := create(t, writes, article(section(t, writes, "جامعه").ID, "یک", noon))
	var group sync.WaitGroup
	for range 60 {
		group.Go(func() {
			c := comment(a.Code)
			c.State, c.DecidedAt = news.CommentPublished, noon
			if _, err := writes.SubmitComment(ctx, c, news.CommentLimit{}, open); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	newest, err := reads.NewestEvent(ctx)
	if err != nil || newest < 120 {
		t.Fatal(newest, err)
	}
	from := func(s *store.Store, after int64) (heard []news.Event) {
		following, stop := context.WithCancel(ctx)
		defer stop()
		err := s.Follow(following, store.Follower{After: after, Hear: func(events []news.Event) error {
			heard = append(heard, events...)
			stop()
			return nil
		}})
		if err != nil {
			t.Error(err)
		}
		return heard
	}
	for _, after := range []int64{0, 1, newest - 100, newest - 1} {
		stored := from(reads, after)
		if diff := cmp.Diff(stored, from(writes, after), cmpopts.EquateEmpty()); diff != "" || int64(len(stored)) != newest-after {
			t.Errorf("behind %d there are %d events; from memory they are others:\n%s", after, len(stored), diff)
		}
	}
}
