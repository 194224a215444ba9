package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// ErrNoCopy is returned by CopyTo where the database makes no copies of itself: on PostgreSQL that is pg_dump's work.
var ErrNoCopy = errors.New("store: PostgreSQL is copied by pg_dump")

// CopyTo writes the database as it is at one moment into a new SQLite file, without the keys named, and tells that moment. Readers and
// writers go on meanwhile. The file is written anew, not page by page: what was erased in the database is in no corner of
// it. It is durable when CopyTo returns; after an error it may be there in part.
func (s *Store) CopyTo(ctx context.Context, path string, without []string) (news.LogPosition, error) {
	var at news.LogPosition
	if s.dialect.listens {
		return at, ErrNoCopy
	}
	// Password hashes are in it: it is its owner's alone from the first byte on. VACUUM INTO takes a file that is empty.
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return at, err
	}
	defer file.Close()
	// A connection of its own: those for reading may write nowhere, and the one for writing is needed meanwhile.
	db, err := sql.Open("sqlite", sqliteAddress(s.dsn, "busy_timeout(10000)"))
	if err != nil {
		return at, err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `VACUUM INTO $1`, path); err != nil {
		return at, fmt.Errorf("copy the database: %w", s.dialect.translate(err))
	}
	if err := dropSecrets(ctx, path, without); err != nil {
		return at, fmt.Errorf("the copy of the database: %w", err)
	}
	if err := file.Sync(); err != nil {
		return at, err
	}
	return Look(ctx, path)
}

// dropSecrets takes keys out of a copy, overwriting their bytes. A name may be a pattern of LIKE, such as "ban.%".
func dropSecrets(ctx context.Context, path string, names []string) error {
	db, err := sql.Open("sqlite", sqliteAddress(path, "secure_delete(1)"))
	if err != nil {
		return err
	}
	defer db.Close()
	for _, name := range names {
		if _, err := db.ExecContext(ctx, `DELETE FROM secret WHERE name LIKE $1`, name); err != nil {
			return err
		}
	}
	return db.Close()
}

// Look tells how far a database is without changing it: no migration runs and nothing is locked. An SQLite file that is not
// there is fs.ErrNotExist; an empty database is at schema 0. A database that only a newer Dabir can read is ErrNewer.
func Look(ctx context.Context, dsn string) (news.LogPosition, error) {
	var at news.LogPosition
	driver, address := "pgx", dsn
	if !IsPostgres(dsn) {
		if _, err := os.Stat(dsn); err != nil {
			return at, err
		}
		driver, address = "sqlite", sqliteAddress(dsn, "query_only(1)", "busy_timeout(10000)")
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		return at, err
	}
	defer db.Close()
	if err := db.PingContext(ctx); err != nil {
		return at, err
	}
	var made int
	if err := db.QueryRowContext(ctx, dialectOf(dsn).tables, "migration").Scan(&made); err != nil || made == 0 {
		return at, err
	}
	var oldest int
	if err := db.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'oldest_reader'`).Scan(&oldest); err != nil {
		return at, err
	}
	if oldest > schemaReader {
		return at, newer(oldest)
	}
	err = scanPosition(db.QueryRowContext(ctx, positionQuery), &at)
	return at, err
}

const positionQuery = `SELECT (SELECT value FROM meta WHERE name = 'log_id'), (SELECT value FROM counter WHERE name = 'event'),
	(SELECT at FROM event ORDER BY seq DESC LIMIT 1), (SELECT MAX(number) FROM migration)`

func scanPosition(r scanner, at *news.LogPosition) error {
	var when sql.NullInt64
	err := r.Scan(&at.Log, &at.Event, &when, &at.Schema)
	at.At = fromNullMS(when)
	return err
}

// Position tells how far the log is.
func (s *Store) Position(ctx context.Context) (news.LogPosition, error) {
	var at news.LogPosition
	err := s.one(ctx, func(r scanner) error { return scanPosition(r, &at) }, positionQuery)
	return at, err
}

// BeginNewLog gives the log another name, so that whoever followed the old one begins anew, and drops the keys named; the log says that it happened. It is
// for a database that has been restored.
func (s *Store) BeginNewLog(ctx context.Context, without []string) error {
	var id [16]byte
	rand.Read(id[:])
	return s.inTx(ctx, func(t *tx) error {
		for _, name := range without {
			if err := t.exec(`DELETE FROM secret WHERE name LIKE $1`, name); err != nil {
				return err
			}
		}
		t.event(news.Event{Actor: news.SystemActor("restore").EventActor(), Kind: news.NewsroomRestored, SubjectKind: "newsroom"})
		return t.exec(`UPDATE meta SET value = $1 WHERE name = 'log_id'`, hex.EncodeToString(id[:]))
	})
}
