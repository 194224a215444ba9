package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
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
	reaches(t, s, news.ReachPrimary)
	c.Primary.Kill()
	begun := time.Now()
	_, err := s.SubmitComment(ctx, comment(a.Code), news.CommentLimit{}, open)
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
	reaches(t, s, news.ReachStandby)
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
		_, err := s.SubmitComment(ctx, comment(a.Code), news.CommentLimit{}, open)
		return err
	})
	old = 0
	if _, err := s.Public().Article(reading, a.Code); err != nil || old != 0 {
		t.Errorf("afterwards: %v, read from a standby %d times", err, old)
	}
	reaches(t, s, news.ReachPrimary)
}

// TestCutLineEndsInTime: a line that is cut says nothing. What is under way then ends within seconds, by itself, and goes on when it is whole.
func TestCutLineEndsInTime(t *testing.T) {
	c := storetest.NewCluster(t)
	p := storetest.NewProxy(t, c.Primary.Addr)
	s := storetest.Open(t, storetest.DSN(p.Addr), nil)
	sec := section(t, s, "جامعه")
	a := create(t, s, article(sec.ID, "یک", noon))
	p.Cut()
	for range 3 {
		waiting, cancel := context.WithTimeout(ctx, 30*time.Second)
		if _, err := s.Article(waiting, a.Code); !errors.Is(err, news.ErrNoPrimary) {
			t.Errorf("a read: %v", err)
		}
		if _, err := s.SubmitComment(waiting, comment(a.Code), news.CommentLimit{}, open); !errors.Is(err, news.ErrNoPrimary) {
			t.Errorf("a write: %v", err)
		}
		if waiting.Err() != nil {
			t.Error("they waited for half a minute")
		}
		cancel()
	}
	reaches(t, s, news.ReachNothing)
	p.Heal()
	soon(t, "a write on the healed line", func() error {
		_, err := s.SubmitComment(ctx, comment(a.Code), news.CommentLimit{}, open)
		return err
	})
}

// TestUnconfirmedCommitsStopWriting: without its synchronous standby a primary confirms no commit. The first write learns that in its time, all others are
// refused at once, reading goes on, and with a standby writing does too.
func TestUnconfirmedCommitsStopWriting(t *testing.T) {
	c := storetest.NewCluster(t)
	s := storetest.Open(t, storetest.DSN(c.Primary.Addr), nil)
	a := create(t, s, article(section(t, s, "جامعه").ID, "یک", noon))
	c.Standby.Kill()
	write := func(receipt string) error {
		_, err := s.SubmitComment(ctx, received(a.Code, receipt), news.CommentLimit{}, open)
		return err
	}
	if err := write("the first without a standby"); !errors.Is(err, news.ErrNoPrimary) {
		t.Errorf("the first write: %v", err)
	}
	begun := time.Now()
	for i := range 20 {
		if err := write(fmt.Sprint("the next without a standby ", i)); !errors.Is(err, news.ErrNoPrimary) {
			t.Errorf("a write: %v", err)
		}
	}
	if _, err := s.Article(ctx, a.Code); err != nil {
		t.Errorf("a read: %v", err)
	}
	reaches(t, s, news.ReachReading)
	t.Logf("twenty writes were refused in %v", time.Since(begun))
	c.Start(t, c.Standby)
	soon(t, "the first write again", func() error { return write("the first without a standby") })
	totals, err := s.CommentTotals(ctx, nil)
	if err != nil || totals[news.TabPending] != 1 {
		t.Errorf("stored %v, %v", totals, err)
	}
	reaches(t, s, news.ReachPrimary)
}

// lines hears a log line by line.
type lines chan string

func (l lines) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}

// TestAStartWaitsForThePrimary: where a standby answers and no primary a start waits, says for what, and goes on with the standby when that is promoted.
// Where nobody answers it ends at once.
func TestAStartWaitsForThePrimary(t *testing.T) {
	c := storetest.NewCluster(t)
	c.Primary.Kill()
	said := make(lines, 1000)
	open := func(hosts ...string) (*store.Store, error) {
		return store.Open(ctx, store.Options{DSN: storetest.DSN(hosts...), Log: slog.New(slog.NewTextHandler(said, nil))})
	}
	if _, err := open(c.Primary.Addr); err == nil || len(said) != 0 {
		t.Errorf("without any server: %v, %d lines", err, len(said))
	}
	opened := make(chan error)
	go func() {
		s, err := open(c.Primary.Addr, c.Standby.Addr)
		if err == nil {
			err = s.Close()
		}
		opened <- err
	}()
	select {
	case line := <-said:
		if !strings.Contains(line, "the start waits for a database that takes writes") {
			t.Errorf("it says %s", line)
		}
	case err := <-opened:
		t.Fatalf("it did not wait: %v", err)
	}
	c.Promote(t)
	if err := <-opened; err != nil {
		t.Error(err)
	}
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
	if _, err := here.SubmitComment(waiting, comment(a.Code), news.CommentLimit{}, open); err != nil {
		t.Errorf("another node: %v", err)
	}
}

// TestTroubleOfTheServerIsForTheMoment: whatever happens to a connection or a server is Unavailable, and never told as a fault of ours.
func TestTroubleOfTheServerIsForTheMoment(t *testing.T) {
	for _, err := range []error{
		io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE, net.ErrClosed, os.ErrDeadlineExceeded, driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone,
		&net.OpError{Op: "read", Err: syscall.ECONNRESET}, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, &pgconn.ConnectError{},
		pgx.ErrTxClosed, pgx.ErrTxCommitRollback,
	} {
		if got := store.TranslatePostgres(fmt.Errorf("\"SELECT 1\": %w", err)); news.KindOf(got) != news.Unavailable {
			t.Errorf("%v: %v", err, got)
		}
	}
	for code, want := range map[string]news.Kind{
		"08006": news.Unavailable, // connection_failure
		"25006": news.Unavailable, // read_only_sql_transaction
		"25P03": news.Unavailable, // idle_in_transaction_session_timeout
		"40001": news.Unavailable, // serialization_failure: a standby's conflict with recovery
		"40P01": news.Unavailable, // deadlock_detected
		"53100": news.Unavailable, // disk_full
		"53300": news.Unavailable, // too_many_connections
		"55P03": news.Unavailable, // lock_not_available
		"57014": news.Unavailable, // query_canceled
		"57P01": news.Unavailable, // admin_shutdown
		"57P02": news.Unavailable, // crash_shutdown
		"57P03": news.Unavailable, // cannot_connect_now
		"58030": news.Unavailable, // io_error
		"23505": news.Conflict,    // unique_violation
		"22021": news.Invalid,     // character_not_in_repertoire
		"42P01": news.Internal,    // undefined_table
	} {
		if got := store.TranslatePostgres(&pgconn.PgError{Code: code}); news.KindOf(got) != want {
			t.Errorf("%s: %v", code, got)
		}
	}
}

// reaches waits until the store knows how much of its database it reaches.
func reaches(t *testing.T, s *store.Store, want news.Reach) {
	t.Helper()
	soon(t, "the reach to be known", func() error {
		if reach := s.Reach(); reach != want {
			return fmt.Errorf("the reach is %d, want %d", reach, want)
		}
		return nil
	})
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
