package store

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// connectPatience is how long one host may take to let us in, where the address sets no connect_timeout.
	connectPatience = 3 * time.Second
	// acquirePatience is how long a read or a write may wait for a connection.
	acquirePatience = 6 * time.Second
	// turnPatience is how long a write may wait for its turn: one at a time runs, over all nodes.
	turnPatience = 10 * time.Second
	// migratePatience is the same for one that starts: another node may be bringing the schema up to date.
	migratePatience = 10 * time.Minute
	// silencePatience is how long the server waits for the next statement of a write before it takes the turn away.
	silencePatience = 4 * time.Second
	// commitPatience is how long a commit may take. One that waits for a synchronous standby which is gone would wait for ever.
	commitPatience = 8 * time.Second
	// startPatience is how long a start waits for a server that answers to become the primary.
	startPatience = 30 * time.Second
	// lookEvery is how often the primary is looked at, and lookPatience how long it may take to answer.
	lookEvery    = 500 * time.Millisecond
	lookPatience = 2 * time.Second
	// probePatience is how long each host has to let the one in who looks.
	probePatience = 2 * time.Second
	// lossPatience is how long a new connection may take after the old one broke, before the primary counts as lost.
	lossPatience = 4 * time.Second
	// standbyPatience is how long a read may wait for a connection to a standby.
	standbyPatience = 3 * time.Second
	// standbyIdle is how long a connection to a standby is kept unused.
	standbyIdle = time.Minute
)

// hosts are the servers of a PostgreSQL address, which may name several: one takes writes, the others follow it. Whatever is under way on a
// primary ends when that is lost, so that nobody waits for a machine which is gone.
type hosts struct {
	config  *pgx.ConnConfig // of the primary, whichever host that is
	primary *sql.DB
	standby *sql.DB // any host, better one that follows; nil where the address names one alone
	log     *slog.Logger
	many    int // connections of a pool

	mu    sync.Mutex
	reach context.Context // ends when the primary is lost
	lose  context.CancelCauseFunc
	probe *pgx.Conn // by which the primary is looked at; only look uses it
	// unconfirmed tells that a commit was not confirmed in its time: the primary can be read, and takes no writes.
	unconfirmed atomic.Bool
	// unread tells that the standby did not answer either when it was last tried while there was no primary.
	unread atomic.Bool
}

// openHosts connects to the primary.
func openHosts(ctx context.Context, dsn string, log *slog.Logger) (*hosts, error) {
	config, err := postgresConfig(dsn, true)
	if err != nil {
		return nil, err
	}
	h := &hosts{config: config, log: log, many: max(8, 4*runtime.NumCPU())}
	h.reach, h.lose = context.WithCancelCause(context.Background())
	h.primary = h.pool(config)
	if len(config.Fallbacks) > 0 && severalHosts(config) {
		reading, err := postgresConfig(dsn, false)
		if err != nil {
			return nil, err
		}
		h.standby = h.pool(reading)
		h.standby.SetConnMaxIdleTime(standbyIdle)
	}
	if err := h.enter(ctx); err != nil {
		h.close()
		return nil, err
	}
	_ = h.look(ctx) // while the server has time; watch tries again
	return h, nil
}

// enter makes the first connection to the primary. It waits for a while when somebody answers who takes no writes: a server that starts, a
// standby that is being promoted, a proxy that has not found the primary yet. An address at which nobody is fails at once.
func (h *hosts) enter(ctx context.Context) error {
	told := false
	for begun := time.Now(); ; {
		err := h.primary.PingContext(ctx)
		if err == nil || !mayBecomePrimary(err) || time.Since(begun) > startPatience {
			return err
		}
		if !told {
			h.log.Warn("the start waits for a database that takes writes", "most", startPatience, "err", err)
			told = true
		}
		if !sleep(ctx, lookEvery) {
			return err
		}
	}
}

// mayBecomePrimary tells from how a connection was refused that it is worth trying again soon.
func mayBecomePrimary(err error) bool {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return strings.HasPrefix(refused.Code, "57P")
	}
	return errors.Is(err, pgconn.ErrReadOnlyConnection) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
}

// severalHosts tells a list of hosts from one host that is tried with TLS and without.
func severalHosts(config *pgx.ConnConfig) bool {
	for _, other := range config.Fallbacks {
		if other.Host != config.Host || other.Port != config.Port {
			return true
		}
	}
	return false
}

// postgresConfig reads an address. What writes looks for the host that takes writes, whatever the address says; what reads takes a standby when
// there is one, and writes nothing.
func postgresConfig(dsn string, writes bool) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	if !writes {
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsPreferStandby
		config.RuntimeParams["default_transaction_read_only"] = "on"
	}
	if config.ConnectTimeout <= 0 || config.ConnectTimeout > time.Minute { // the driver's own is two minutes
		config.ConnectTimeout = connectPatience
	}
	return config, nil
}

func (h *hosts) pool(config *pgx.ConnConfig) *sql.DB {
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(h.many)
	db.SetMaxIdleConns(h.many)
	return db
}

func (h *hosts) close() error {
	h.lose(nil) // whoever waits for it
	if h.probe != nil {
		h.drop()
	}
	err := h.primary.Close()
	if h.standby != nil {
		err = errors.Join(err, h.standby.Close())
	}
	return err
}

// noPrimary is the error of who wanted the primary.
func noPrimary(err error) error {
	return &news.Error{Kind: news.Unavailable, Key: "error.no_primary", Err: errors.Join(news.ErrNoPrimary, err)}
}

// bound is a context that ends with the primary too; end gives it back.
func (h *hosts) bound(ctx context.Context) (bounded context.Context, end func()) {
	h.mu.Lock()
	reach := h.reach
	h.mu.Unlock()
	bounded, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(reach, func() { cancel(news.ErrNoPrimary) })
	return bounded, func() { stop(); cancel(nil) }
}

func (h *hosts) away() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.reach.Err() != nil
}

func (h *hosts) reached() news.Reach {
	switch {
	case !h.away() && h.unconfirmed.Load():
		return news.ReachReading
	case !h.away():
		return news.ReachPrimary
	case h.standby != nil && !h.unread.Load():
		return news.ReachStandby
	}
	return news.ReachNothing
}

// unconfirm has writes refused until a commit is confirmed again. One connection waits for that: of those that are given up the server keeps a
// process until then.
func (h *hosts) unconfirm() {
	if h.unconfirmed.Swap(true) {
		return
	}
	h.log.Warn("a commit was not confirmed in time: does it wait for a synchronous standby? Nothing is written for now", "after", commitPatience)
	h.mu.Lock()
	reach := h.reach
	h.mu.Unlock()
	go func() {
		for reach.Err() == nil {
			if err := h.confirm(reach); err == nil {
				h.log.Info("commits are confirmed again")
				break
			}
			sleep(reach, lookEvery)
		}
		h.unconfirmed.Store(false) // of another primary nothing is known
	}()
}

// confirm commits something that changes nothing, and waits as long as that takes.
func (h *hosts) confirm(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, h.config.Copy())
	if err != nil {
		return err
	}
	defer shut(conn)
	_, err = conn.Exec(ctx, `UPDATE meta SET value = value WHERE name = 'log_id'`)
	return err
}

// lost is the error of something on the primary, told as what it is when the primary went away under it.
func lost(bounded context.Context, err error) error {
	var own *news.Error
	switch {
	case err == nil, errors.As(err, &own) && own.Kind != news.Internal:
		return err
	case errors.Is(context.Cause(bounded), news.ErrNoPrimary) || brokenConnection(err):
		return noPrimary(err)
	}
	return err
}

// conn takes a connection of a pool.
func (h *hosts) conn(ctx context.Context, db *sql.DB) (*sql.Conn, error) {
	patience := acquirePatience
	if db == h.standby {
		patience = standbyPatience
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := db.Conn(waiting)
	if err == nil || ctx.Err() != nil || waiting.Err() == nil {
		return conn, err
	}
	if db.Stats().InUse < h.many { // there would have been one to open
		return nil, noPrimary(err)
	}
	return nil, &news.Error{Kind: news.Unavailable, Key: "error.unavailable", Err: err}
}

// read runs a query on the primary, a second time when the connection was broken; while there is none on a standby, where the context allows it.
func (h *hosts) read(ctx context.Context, take func(*sql.Rows) error, query string, args ...any) error {
	if !h.away() {
		begun, err := h.readFrom(ctx, h.primary, take, query, args...)
		if err != nil && !begun && brokenConnection(err) {
			begun, err = h.readFrom(ctx, h.primary, take, query, args...)
		}
		if begun || !errors.Is(err, news.ErrNoPrimary) {
			return err
		}
	}
	told, ok := news.OldAllowed(ctx)
	if !ok || h.standby == nil || h.unread.Load() {
		return noPrimary(nil)
	}
	told()
	conn, err := h.conn(ctx, h.standby)
	if err != nil {
		h.unread.Store(ctx.Err() == nil)
		return noPrimary(err)
	}
	defer conn.Close()
	rows, err := conn.QueryContext(ctx, query, args...)
	if err != nil {
		return noPrimary(err)
	}
	return take(rows)
}

// readFrom runs a query on the primary. begun tells that rows were handed over: it must not be run again.
func (h *hosts) readFrom(ctx context.Context, db *sql.DB, take func(*sql.Rows) error, query string, args ...any) (begun bool, err error) {
	ctx, end := h.bound(ctx)
	defer end()
	conn, err := h.conn(ctx, db)
	if err != nil {
		return false, lost(ctx, err)
	}
	defer conn.Close()
	rows, err := conn.QueryContext(ctx, query, args...)
	if err != nil {
		return false, lost(ctx, err)
	}
	return true, lost(ctx, take(rows))
}

// snapshot begins a transaction that only reads, on a standby while there is no primary and the context allows it.
func (h *hosts) snapshot(ctx context.Context, options *sql.TxOptions) (in context.Context, tx *sql.Tx, end func(), err error) {
	if !h.away() {
		bounded, release := h.bound(ctx)
		tx, done, err := h.beginOn(bounded, h.primary, options)
		if err == nil {
			return bounded, tx, func() { done(); release() }, nil
		}
		err = lost(bounded, err)
		release()
		if !errors.Is(err, news.ErrNoPrimary) {
			return nil, nil, nil, err
		}
	}
	told, ok := news.OldAllowed(ctx)
	if !ok || h.standby == nil || h.unread.Load() {
		return nil, nil, nil, noPrimary(nil)
	}
	told()
	tx, end, err = h.beginOn(ctx, h.standby, options)
	if err != nil {
		h.unread.Store(ctx.Err() == nil)
		return nil, nil, nil, noPrimary(err)
	}
	return ctx, tx, end, nil
}

func (h *hosts) beginOn(ctx context.Context, db *sql.DB, options *sql.TxOptions) (tx *sql.Tx, end func(), err error) {
	conn, err := h.conn(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	if tx, err = conn.BeginTx(ctx, options); err != nil {
		conn.Close()
		return nil, nil, err
	}
	return tx, func() { _ = tx.Rollback(); conn.Close() }, nil
}

// ping tells whether readers can be answered: the primary is there, or a standby.
func (h *hosts) ping(ctx context.Context) error {
	ctx = news.MayBeOld(ctx, func() {})
	return h.read(ctx, func(rows *sql.Rows) error { return rows.Close() }, `SELECT 1`)
}

// watch looks at the primary until ctx ends. When it is lost, what is under way there ends and further work is refused at once; when one is
// found again, by whichever host, work goes on there.
func (h *hosts) watch(ctx context.Context) {
	for sleep(ctx, lookEvery) {
		again := h.probe != nil || !h.away()
		err := h.look(ctx)
		if err != nil && again && ctx.Err() == nil {
			// By a new connection: the old one may have been all that was wrong.
			entering, cancel := context.WithTimeout(ctx, lossPatience)
			err = h.look(entering)
			cancel()
		}
		switch away := h.away(); {
		case ctx.Err() != nil:
		case err != nil && !away:
			h.log.Warn("no database takes writes for now", "err", err)
			h.mu.Lock()
			h.lose(news.ErrNoPrimary)
			h.mu.Unlock()
			h.unread.Store(false)
			go h.forget()
			h.lookAtStandby(ctx)
		case err != nil:
			h.lookAtStandby(ctx)
		case err == nil && away:
			h.log.Info("a database takes writes again")
			h.mu.Lock()
			h.reach, h.lose = context.WithCancelCause(context.Background())
			h.mu.Unlock()
		}
	}
}

// forget lets go of the connections to a primary that was lost.
func (h *hosts) forget() {
	h.primary.SetMaxIdleConns(0)
	h.primary.SetMaxIdleConns(h.many)
}

// lookAtStandby tries whether readers can be answered from a standby, so that they need not find out each by themselves.
func (h *hosts) lookAtStandby(ctx context.Context) {
	if h.standby == nil {
		return
	}
	asking, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	h.unread.Store(h.standby.PingContext(asking) != nil)
}

// look asks the primary whether it takes writes, on a connection of its own.
func (h *hosts) look(ctx context.Context) error {
	if h.probe == nil {
		config := h.config.Copy() // it refuses a host that takes no writes
		config.ConnectTimeout = min(config.ConnectTimeout, probePatience)
		conn, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			return err
		}
		h.probe = conn
		return nil
	}
	asking, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	var readOnly string
	err := h.probe.QueryRow(asking, `SHOW transaction_read_only`).Scan(&readOnly)
	if err == nil && readOnly == "on" {
		err = pgconn.ErrReadOnlyConnection
	}
	if err != nil {
		h.drop()
	}
	return err
}

// drop closes the connection by which the primary is looked at without waiting for a machine that may be gone.
func (h *hosts) drop() {
	shut(h.probe)
	h.probe = nil
}

// shut closes a connection without a farewell.
func shut(conn *pgx.Conn) {
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_ = conn.Close(gone)
}
