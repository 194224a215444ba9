package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is what differs between the two databases; all else is one SQL text.
type dialect struct {
	name string
	// schema adapts the text of a migration.
	schema func(string) string
	// listens tells that other nodes may write too and signal it.
	listens bool
	// snapshot is the isolation in which a transaction that only reads sees one moment.
	snapshot sql.IsolationLevel
	// tables counts the tables of a name.
	tables string
	// unique, unavailable and badText recognise the driver's errors.
	unique      func(error) bool
	unavailable func(error) bool
	badText     func(error) bool
}

// IsPostgres tells whether a database address names a PostgreSQL server; anything else is a path of an SQLite file.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

func dialectOf(dsn string) *dialect {
	if IsPostgres(dsn) {
		return &dialect{name: "PostgreSQL", schema: func(s string) string { return s },
			snapshot: sql.LevelRepeatableRead, listens: true, tables: `SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1`,
			unique: postgresUnique, unavailable: postgresUnavailable, badText: postgresBadText}
	}
	return &dialect{name: "SQLite", schema: sqliteSchema, tables: `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1`, unique: sqliteUnique, unavailable: sqliteUnavailable,
		badText: func(error) bool { return false }}
}

// translate turns a driver's error into the domain's, once, beneath the store. Errors that are the domain's already pass.
func (d *dialect) translate(err error) error {
	var own *news.Error
	switch {
	case err == nil, errors.As(err, &own), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, sql.ErrNoRows):
		return &news.Error{Kind: news.NotFound, Key: "error.not_found", Err: err}
	case d.unique(err):
		return &news.Error{Kind: news.Conflict, Key: "error.conflict", Err: err}
	case d.badText(err):
		return &news.Error{Kind: news.Invalid, Key: "error.bad_form", Err: err}
	case d.listens && brokenConnection(err):
		return noPrimary(err)
	case d.unavailable(err):
		return &news.Error{Kind: news.Unavailable, Key: "error.unavailable", Err: err}
	}
	return err
}

func isNotFound(err error) bool { return err != nil && news.KindOf(err) == news.NotFound }

// sqliteSchema makes numeric keys aliases of the row id, which SQLite does for this spelling alone.
func sqliteSchema(s string) string {
	return strings.ReplaceAll(s, "BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY")
}

// positional writes a query for SQLite whose parameters stand in their order with nameless ones. It takes "$1" for a name, and its driver
// looks for each name among all of the statement's, every time the statement runs.
func positional(query string) string {
	var out strings.Builder
	for n, rest := 1, query; ; n++ {
		before, behind, more := strings.Cut(rest, "$")
		out.WriteString(before)
		if !more {
			return out.String()
		}
		digits := len(behind) - len(strings.TrimLeft(behind, "0123456789"))
		if behind[:digits] != strconv.Itoa(n) {
			return query
		}
		out.WriteByte('?')
		rest = behind[digits:]
	}
}

func openSQLite(ctx context.Context, path string) (*sql.DB, writer, error) {
	dsn := func(extra ...string) string {
		return sqliteAddress(path, append([]string{
			"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)",
		}, extra...)...)
	}
	// Password hashes and addresses of readers are in it: it is its owner's alone, whatever the folder lets through. SQLite
	// gives the files beside it the same mode.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, err
	}
	file.Close()
	// The log is carried over when it has 16 MB: a page that many comments write is written to the database once for all of them. That is as
	// much as one part of the log's index holds, so that readers look into no second one.
	write, err := sql.Open("sqlite", dsn("cache_size(-8192)", "wal_autocheckpoint(4000)"))
	if err != nil {
		return nil, nil, err
	}
	conn, err := write.Conn(ctx)
	if err != nil {
		write.Close()
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	// Each reader has a cache of its own, and there are many; what does not fit is in the system's, which costs no more processor time that could
	// be measured.
	read, err := sql.Open("sqlite", dsn("cache_size(-1024)", "query_only(1)"))
	if err != nil {
		conn.Close()
		write.Close()
		return nil, nil, err
	}
	// More than the processors need: database/sql hands a freed connection to any of those who wait, so a short pool has a long tail.
	readers := max(16, 4*runtime.NumCPU())
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	read.SetConnMaxIdleTime(time.Minute)
	return read, newSingleWriter(write, conn), nil
}

// sqliteAddress names a file for the driver, with what is set on each connection.
func sqliteAddress(path string, pragmas ...string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + url.Values{"_pragma": pragmas}.Encode()
}

func sqliteUnique(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}

func sqliteUnavailable(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		return true
	}
	return false
}

func postgresUnique(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "23505"
}

// postgresUnavailable: the server is away, shutting down, read-only, out of connections, memory or disk (class 53) or cannot read it (58), a turn did not come (55P03), a
// query was ended by somebody else (57014), or undone for another one (class 40), as a standby does when what it reads is changed under it.
func postgresUnavailable(err error) bool {
	var e *pgconn.PgError
	return brokenConnection(err) || errors.Is(err, pgx.ErrTxCommitRollback) || errors.As(err, &e) &&
		(strings.HasPrefix(e.Code, "53") || strings.HasPrefix(e.Code, "58") || strings.HasPrefix(e.Code, "40") || e.Code == "55P03" || e.Code == "57014")
}

// postgresBadText: somebody sent bytes that are no text (zero bytes, broken UTF-8); SQLite takes them and finds nothing.
func postgresBadText(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "22021"
}
