// Package storetest opens real databases for tests: SQLite always, PostgreSQL where DABIR_TEST_POSTGRES names a server. Without
// it those tests are skipped and say so; with DABIR_TEST_STRICT=1, as `make test` sets, a missing part fails instead.
package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/store"
)

// Each runs a test on a fresh SQLite and on a fresh PostgreSQL database.
func Each(t *testing.T, run func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachAt(t, nil, run)
}

// EachAt is Each with a clock.
func EachAt(t *testing.T, now func() time.Time, run func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, Open(t, filepath.Join(t.TempDir(), "dabir.db"), now)) })
	t.Run("postgres", func(t *testing.T) { run(t, Open(t, Postgres(t), now)) })
}

// SQLite opens a fresh SQLite database.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, filepath.Join(t.TempDir(), "dabir.db"), nil)
}

// Open opens a database and closes it when the test ends.
func Open(t testing.TB, dsn string, now func() time.Time) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), store.Options{DSN: dsn, Now: now})
	if err != nil {
		t.Fatalf("open %s: %v", dsn, err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// template is the migrated database that each test's own is copied from, made once a test binary.
var template = sync.OnceValues(func() (string, error) {
	name := fmt.Sprintf("dabir_template_%d", os.Getpid())
	if err := onServer(`CREATE DATABASE ` + name); err != nil {
		return "", err
	}
	s, err := store.Open(context.Background(), store.Options{DSN: address(name)})
	if err != nil {
		return "", err
	}
	return name, s.Close()
})

var databases atomic.Int64

// Postgres makes a fresh, migrated PostgreSQL database and returns its address; it is dropped when the test ends.
func Postgres(t testing.TB) string {
	t.Helper()
	Need(t, os.Getenv("DABIR_TEST_POSTGRES") != "", "no PostgreSQL: DABIR_TEST_POSTGRES is not set (make test sets it)")
	from, err := template()
	if err != nil {
		t.Fatalf("template database: %v", err)
	}
	name := fmt.Sprintf("dabir_test_%d_%d", os.Getpid(), databases.Add(1))
	if err := onServer(`CREATE DATABASE ` + name + ` TEMPLATE ` + from); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { onServer(`DROP DATABASE ` + name + ` WITH (FORCE)`) })
	return address(name)
}

// Need skips a test whose part is missing, and fails it where DABIR_TEST_STRICT asks for all parts.
func Need(t testing.TB, have bool, message string) {
	t.Helper()
	if have {
		return
	}
	if os.Getenv("DABIR_TEST_STRICT") == "1" {
		t.Fatal(message)
	}
	t.Skip(message)
}

func address(database string) string {
	u, err := url.Parse(os.Getenv("DABIR_TEST_POSTGRES"))
	if err != nil {
		panic(err)
	}
	u.Path = "/" + database
	return u.String()
}

func onServer(statement string) error {
	db, err := sql.Open("pgx", address("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(statement)
	return err
}
