package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// TestReadsFailOverAndWritesWait: the primary is lost and the standby promoted. Meanwhile a write is refused with the error that says so, what may
// be old is read from the standby and told, what may not is refused; afterwards all goes on without a start, with nothing lost.
func TestReadsFailOverAndWritesWait(t *testing.T) {
	c := storetest.NewCluster(t)
	s := storetest.Open(t, storetest.DSN(c.Primary.Addr, c.Standby.Addr), nil)
	sec := section(t, s, "جامعه")
	a := create(t, s, article(sec.ID, "یک", noon))
	old := 0
	reading := news.MayBeOld(ctx, func() { old++ })
	if _, err := s.Public().Article(reading, a.Code); err != nil || old != 0 {
		t.Fatalf("with a primary: %v, read from a standby %d times", err, old)
	}
	c.Primary.Kill()
	begun := time.Now()
	_, err := s.SubmitComment(ctx, "the one that is refused", comment(a.Code), news.CommentLimit{}, open)
	if news.KindOf(err) != news.Unavailable || !errors.Is(err, news.ErrNoPrimary) {
		t.Errorf("a write without a primary: %v", err)
	}
	if _, err := s.Article(ctx, a.Code); !errors.Is(err, news.ErrNoPrimary) {
		t.Errorf("a read that must not be old: %v", err)
	}
	soon(t, "a read that may be old, when the standby has come so far", func() error {
		_, err := s.Public().Article(reading, a.Code)
		return err
	})
	if old == 0 {
		t.Error("it was not said that it may be old")
	}
	in, _, end, err := s.Public().Snapshot(reading)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Public().Article(in, a.Code); err != nil {
		t.Errorf("in a snapshot of the standby: %v", err)
	}
	end()
	if err := s.Ping(ctx); err != nil {
		t.Errorf("readers can be answered: %v", err)
	}
	t.Logf("all of that took %v", time.Since(begun))
	c.Promote(t)
	soon(t, "a write on the new primary", func() error {
		_, err := s.SubmitComment(ctx, "the one that is taken", comment(a.Code), news.CommentLimit{}, open)
		return err
	})
	old = 0
	if _, err := s.Public().Article(reading, a.Code); err != nil || old != 0 {
		t.Errorf("afterwards: %v, read from a standby %d times", err, old)
	}
}

// TestCutLineEndsInTime: a line that is cut says nothing. What is under way then ends within seconds, by itself, and goes on when it is whole.
func TestCutLineEndsInTime(t *testing.T) {
	c := storetest.NewCluster(t)
	p := storetest.NewProxy(t, c.Primary.Addr)
	s := storetest.Open(t, storetest.DSN(p.Addr), nil)
	sec := section(t, s, "جامعه")
	a := create(t, s, article(sec.ID, "یک", noon))
	p.Cut()
	for i := range 3 {
		waiting, cancel := context.WithTimeout(ctx, 30*time.Second)
		if _, err := s.Article(waiting, a.Code); !errors.Is(err, news.ErrNoPrimary) {
			t.Errorf("a read: %v", err)
		}
		if _, err := s.SubmitComment(waiting, fmt.Sprint("a comment on a cut line ", i), comment(a.Code), news.CommentLimit{}, open); !errors.Is(err, news.ErrNoPrimary) {
			t.Errorf("a write: %v", err)
		}
		if waiting.Err() != nil {
			t.Error("they waited for half a minute")
		}
		cancel()
	}
	p.Heal()
	soon(t, "a write on the healed line", func() error {
		_, err := s.SubmitComment(ctx, "after it was healed", comment(a.Code), news.CommentLimit{}, open)
		return err
	})
}

// TestCutNodeLosesItsTurn: a node that is cut off in the middle of a write cannot say that it ends; the others write on all the same.
func TestCutNodeLosesItsTurn(t *testing.T) {
	c := storetest.NewCluster(t)
	p := storetest.NewProxy(t, c.Primary.Addr)
	here, there := storetest.Open(t, storetest.DSN(c.Primary.Addr), nil), storetest.Open(t, storetest.DSN(p.Addr), nil)
	a := create(t, here, article(section(t, here, "جامعه").ID, "یک", noon))
	var group sync.WaitGroup
	defer group.Wait()
	defer p.Heal()
	within := make(chan bool)
	group.Go(func() {
		_, err := there.UpdateArticle(ctx, editor, "", a.Code, func(a *news.Article) ([]news.EventKind, error) {
			p.Cut()
			close(within)
			return []news.EventKind{news.ArticleTaken}, nil
		})
		if !errors.Is(err, news.ErrNoPrimary) {
			t.Errorf("the one who was cut off: %v", err)
		}
	})
	<-within
	waiting, cancel := context.WithTimeout(ctx, 20*time.Second) // what a request may take
	defer cancel()
	if _, err := here.SubmitComment(waiting, "of another node", comment(a.Code), news.CommentLimit{}, open); err != nil {
		t.Errorf("another node: %v", err)
	}
}

func soon(t *testing.T, what string, do func() error) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		err := do()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", what, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
