// Package store keeps everything in one SQL database: SQLite by default, PostgreSQL where several nodes share one. One SQL text
// serves both; dialect.go holds what differs. A write is one transaction of rows, revision and events. What readers may
// see leaves only through Public. No rule of the newsroom lives here, and no other package knows SQL.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Store is an open database. Its methods may be called from many goroutines.
type Store struct {
	dialect *dialect
	dsn     string
	read    *sql.DB  // of SQLite
	stmts   sync.Map // SQL text → *sql.Stmt on read
	hosts   *hosts   // of PostgreSQL, in place of read
	write   writer
	now     func() time.Time
	log     *slog.Logger
	intake  *intake
	public  *Public
	wakers  wakers
	own     ownEvents // on SQLite
	stop    func()    // ends what runs beside
	aside   sync.WaitGroup
	// statements counts those that were sent to the database.
	statements atomic.Uint64
	// searching is held by the one search by words that may read at a time.
	searching chan struct{}
	heard     func([]news.Event) // told of every commit of this process before its writer returns; nil: nobody
}

// Options say which database to open.
type Options struct {
	// DSN is a path of an SQLite file, created when absent, or a postgres:// address. It may name several hosts: the one that takes writes is
	// the primary, and while there is none what may be old is read from another.
	DSN string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Committed is told the events of every commit of this process, after it and before the act returns. Commits of several
	// goroutines may be told at once and out of their order.
	Committed func([]news.Event)
	// Log takes what the store does on its own (migrations, retried commits); nil discards it.
	Log *slog.Logger
}

// Open opens the database and brings its schema up to date. It fails with a sentence for the operator when the
// database cannot be reached or was written by a Dabir too new for this one.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := dialectOf(o.DSN)
	s := &Store{dialect: d, dsn: o.DSN, now: o.Now, log: o.Log, heard: o.Committed, searching: make(chan struct{}, 1)}
	if err := s.connect(ctx); err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	s.public = &Public{s: s}
	if err := s.migrate(ctx); err != nil {
		s.closeDatabases()
		return nil, fmt.Errorf("bring the database up to date: %w", err)
	}
	beside, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	if s.hosts != nil {
		s.write = &poolWriter{hosts: s.hosts, patience: turnPatience, commit: commitPatience}
		s.aside.Go(func() { s.listen(beside) })
		s.aside.Go(func() { s.hosts.watch(beside) })
	}
	s.intake = startIntake(s)
	return s, nil
}

func (s *Store) connect(ctx context.Context) (err error) {
	if !s.dialect.listens {
		s.read, s.write, err = openSQLite(ctx, s.dsn)
		return err
	}
	if s.hosts, err = openHosts(ctx, s.dsn, s.log); err != nil {
		return err
	}
	s.write = &poolWriter{hosts: s.hosts, patience: migratePatience, commit: migratePatience}
	return nil
}

// Close finishes what was taken in and closes the database.
func (s *Store) Close() error {
	s.intake.stop()
	s.stop()
	s.aside.Wait()
	return s.closeDatabases()
}

func (s *Store) closeDatabases() error {
	s.stmts.Range(func(_, stmt any) bool { stmt.(*sql.Stmt).Close(); return true })
	err := s.write.close()
	if s.hosts != nil {
		return errors.Join(err, s.hosts.close())
	}
	return errors.Join(err, s.read.Close())
}

// Ping tells whether readers can be answered: the database is there, or a standby of it.
func (s *Store) Ping(ctx context.Context) error {
	if s.hosts != nil {
		return s.dialect.translate(s.hosts.ping(ctx))
	}
	return s.dialect.translate(s.read.PingContext(ctx))
}

// Public is the gate: the only way to read what the public may see.
func (s *Store) Public() *Public { return s.public }

// Backend names the database for people: "SQLite" or "PostgreSQL".
func (s *Store) Backend() string { return s.dialect.name }

// stmt is the prepared form of a query for reading SQLite; PostgreSQL's driver keeps its own.
func (s *Store) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if kept, ok := s.stmts.Load(query); ok {
		return kept.(*sql.Stmt), nil
	}
	made, err := s.read.PrepareContext(ctx, positional(query))
	if err != nil {
		return nil, fmt.Errorf("prepare %.60q: %w", query, err)
	}
	if kept, raced := s.stmts.LoadOrStore(query, made); raced {
		made.Close()
		return kept.(*sql.Stmt), nil
	}
	return made, nil
}

// scanner is a row or the current row of a result.
type scanner interface{ Scan(dest ...any) error }

// one reads a single row; no row is the domain's NotFound.
func (s *Store) one(ctx context.Context, scan func(scanner) error, query string, args ...any) error {
	return s.dialect.translate(scan(s.row(ctx, query, args...)))
}

// row is a single row, read when it is scanned; sql.ErrNoRows when there is none.
func (s *Store) row(ctx context.Context, query string, args ...any) scanner {
	return scanning(func(dest ...any) error {
		return s.rows(ctx, func(rows *sql.Rows) error {
			defer rows.Close()
			if rows.Next() {
				return rows.Scan(dest...)
			}
			if err := rows.Err(); err != nil {
				return err
			}
			return sql.ErrNoRows
		}, query, args...)
	})
}

// scanning is a scanner by what Scan does.
type scanning func(dest ...any) error

// Scan is scanner.
func (scan scanning) Scan(dest ...any) error { return scan(dest...) }

// each reads all rows.
func (s *Store) each(ctx context.Context, scan func(scanner) error, query string, args ...any) error {
	return s.dialect.translate(s.rows(ctx, func(rows *sql.Rows) error { return eachRow(rows, scan) }, query, args...))
}

// rows reads where the context is: in its snapshot, else in the database. take closes what it is given.
func (s *Store) rows(ctx context.Context, take func(*sql.Rows) error, query string, args ...any) error {
	ctx, cancel := bounded(ctx, queryTime)
	defer cancel()
	s.statements.Add(1)
	open := s.snapshotOf(ctx)
	switch {
	case s.hosts == nil:
		st, err := s.stmt(ctx, query)
		if err != nil {
			return err
		}
		if open != nil {
			st = open.tx.StmtContext(ctx, st)
		}
		rows, err := st.QueryContext(ctx, args...)
		if err != nil {
			return err
		}
		return take(rows)
	case open != nil:
		rows, err := open.tx.QueryContext(ctx, query, args...)
		if err == nil {
			err = take(rows)
		}
		return lost(ctx, err)
	}
	return s.hosts.read(ctx, take, query, args...)
}

// eachRow scans every row and closes the result.
func eachRow(rows *sql.Rows, scan func(scanner) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Secret returns the key of that name, 32 random bytes made at its first use. A key older than maxAge is replaced, so that
// whatever it keyed can no longer be linked; maxAge 0 keeps it for ever.
func (s *Store) Secret(ctx context.Context, name string, maxAge time.Duration) ([]byte, error) {
	var key []byte
	read := func(r scanner) error {
		var value string
		var created int64
		if err := r.Scan(&value, &created); err != nil {
			return err
		}
		if maxAge > 0 && s.now().Sub(fromMS(created)) > maxAge {
			return sql.ErrNoRows
		}
		var err error
		key, err = hex.DecodeString(value)
		return err
	}
	const query = `SELECT value, created_at FROM secret WHERE name = $1`
	if err := s.one(ctx, read, query, name); !isNotFound(err) {
		return key, err
	}
	err := s.inTx(ctx, func(t *tx) error {
		if err := read(t.queryRow(query, name)); err != sql.ErrNoRows {
			return err
		}
		key = make([]byte, 32)
		rand.Read(key)
		return t.exec(`INSERT INTO secret (name, value, created_at) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value, created_at = excluded.created_at`,
			name, hex.EncodeToString(key), ms(t.now))
	})
	return key, err
}

// undated is the order_at of an article without a date: before everything that has one.
const undated = -1 << 53

func ms(t time.Time) int64 { return t.UnixMilli() }

func fromMS(n int64) time.Time { return time.UnixMilli(n).UTC() }

// nullMS writes the zero time as NULL.
func nullMS(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

func fromNullMS(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return fromMS(n.Int64)
}

// nullID writes 0 as NULL.
func nullID[T ~int64](id T) sql.NullInt64 { return sql.NullInt64{Int64: int64(id), Valid: id != 0} }

// nullText writes "" as NULL, for columns that are unique where present.
func nullText(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// likePattern makes a LIKE pattern that finds text anywhere, with ! as its escape character.
func likePattern(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text) + "%"
}
