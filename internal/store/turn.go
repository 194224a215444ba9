package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// poolWriter is PostgreSQL's: any connection to the primary, with one advisory lock that lasts until the commit.
type poolWriter struct {
	hosts    *hosts
	patience time.Duration // for the turn
	commit   time.Duration // for what confirms a commit
}

// writerLock is the advisory lock's key: "dabir" in ASCII.
const writerLock = 0x6461626972

// begin takes the turn. A connection that turns out to be broken is replaced by another one: nothing has been done on it yet.
func (w *poolWriter) begin(ctx context.Context) (session, context.Context, error) {
	session, within, err := w.take(ctx)
	if brokenConnection(err) && !w.hosts.away() {
		session, within, err = w.take(ctx)
	}
	if err != nil {
		return nil, nil, err
	}
	return session, within, nil
}

func (w *poolWriter) take(ctx context.Context) (*turn, context.Context, error) {
	if w.hosts.away() || w.hosts.unconfirmed.Load() {
		return nil, nil, noPrimary(nil)
	}
	bounded, end := w.hosts.bound(ctx)
	conn, err := w.hosts.conn(bounded, w.hosts.primary)
	if err != nil {
		err = lost(bounded, err)
		end()
		return nil, nil, err
	}
	// Whoever asked may leave, and their statements end; a commit that has begun does not: it would be stored and nobody told.
	life, kill := context.WithCancelCause(context.WithoutCancel(ctx))
	t := &turn{w: w, life: life, kill: kill, end: func() { conn.Close(); kill(nil); end() }}
	t.stop = context.AfterFunc(bounded, func() {
		if errors.Is(context.Cause(bounded), news.ErrNoPrimary) {
			kill(news.ErrNoPrimary)
		}
	})
	entering := time.AfterFunc(acquirePatience, func() { kill(news.ErrNoPrimary) })
	t.Tx, err = conn.BeginTx(life, nil)
	if entering.Stop(); err == nil {
		err = w.lock(bounded, t.Tx)
	}
	if err != nil {
		err = lost(life, lost(bounded, err))
		if t.Tx == nil {
			t.over()()
			return nil, nil, err
		}
		_ = t.Rollback()
		return nil, nil, err
	}
	return t, bounded, nil
}

// lock waits for the turn. The server is told too how long: a node that is cut off cannot give its turn back, and must not keep all others waiting.
func (w *poolWriter) lock(ctx context.Context, t *sql.Tx) error {
	waiting, cancel := context.WithTimeout(ctx, w.patience)
	defer cancel()
	if w.patience > turnPatience {
		slow := time.AfterFunc(turnPatience, func() {
			w.hosts.log.Warn("the start waits for its turn to write: another node may be bringing the database up to date", "most", w.patience)
		})
		defer slow.Stop()
	}
	_, err := t.ExecContext(waiting, "SELECT set_config('lock_timeout', $2, true), set_config('idle_in_transaction_session_timeout', $3, true), pg_advisory_xact_lock($1)",
		int64(writerLock), milliseconds(w.patience), milliseconds(silencePatience))
	if err != nil && ctx.Err() == nil && waiting.Err() != nil {
		return &news.Error{Kind: news.Unavailable, Key: "error.unavailable", Err: err}
	}
	return err
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// close leaves the pools to the store.
func (w *poolWriter) close() error { return nil }

// turn is a write transaction on PostgreSQL.
type turn struct {
	*sql.Tx
	w    *poolWriter
	life context.Context
	kill context.CancelCauseFunc
	stop func() bool
	end  func()
}

// Commit stores what was done. When it fails for another reason than the database's own refusal, nobody knows whether it was stored.
func (t *turn) Commit() error {
	slow := time.AfterFunc(commitPatience, t.slow)
	defer slow.Stop()
	defer t.over()()
	return lost(t.life, t.Tx.Commit())
}

// slow is for a commit that takes longer than one may.
func (t *turn) slow() {
	if t.w.commit > commitPatience { // while it starts nobody else waits
		t.w.hosts.log.Warn("the start waits for a commit to be confirmed: does it wait for a synchronous standby?", "most", t.w.commit)
		return
	}
	t.w.hosts.unconfirm()
}

// Rollback leaves nothing behind.
func (t *turn) Rollback() error {
	defer t.over()()
	return t.Tx.Rollback()
}

// over begins the end of a transaction, which has its time; what it returns gives everything back.
func (t *turn) over() func() {
	timer := time.AfterFunc(t.w.commit, func() { t.kill(news.ErrNoPrimary) })
	return func() {
		timer.Stop()
		t.stop()
		t.end()
	}
}

// brokenConnection tells whether an error is of the way to the primary, or of a server that is no primary any more (PostgreSQL manual,
// Appendix A: classes 08, 57P, 25006, 25P03), and not of what was asked.
func brokenConnection(err error) bool {
	var entry *pgconn.ConnectError
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return false
	case errors.As(err, &entry):
		return true // also when it took too long
	case errors.Is(err, context.DeadlineExceeded):
		return false
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return strings.HasPrefix(refused.Code, "08") || strings.HasPrefix(refused.Code, "57P") || refused.Code == "25006" || refused.Code == "25P03"
	}
	var line net.Error // of the system's calls too, such as a reset
	if errors.As(err, &line) || pgconn.SafeToRetry(err) {
		return true
	}
	return slices.ContainsFunc(endings, func(end error) bool { return errors.Is(err, end) })
}

// endings are what the layers of the driver say of a connection that has ended, or of a transaction that ended with it.
var endings = []error{driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone, pgx.ErrTxClosed, net.ErrClosed, io.EOF, io.ErrUnexpectedEOF}
