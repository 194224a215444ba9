package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"
	_ "modernc.org/sqlite"             // registers the driver "sqlite"
)

// openRaw opens a database as the store does: the same drivers, for SQLite the same settings of durability and cache.
func openRaw(dsn string) (*sql.DB, error) {
	if strings.HasPrefix(dsn, "postgres") {
		return sql.Open("pgx", dsn)
	}
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)", "cache_size(-8192)", "wal_autocheckpoint(4000)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: dsn}).EscapedPath()+"?"+q.Encode())
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// freshPostgres makes a database on a server; done drops it.
func freshPostgres(ctx context.Context, server string) (dsn string, done func(), err error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", nil, err
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		return "", nil, err
	}
	name := "dabir_bench_" + strings.ToLower(rand.Text()[:12])
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		admin.Close()
		return "", nil, fmt.Errorf("make a database: %w", err)
	}
	u.Path = "/" + name
	return u.String(), func() {
		admin.Exec("DROP DATABASE " + name + " WITH (FORCE)")
		admin.Close()
	}, nil
}

// rawGroup is how many articles one raw transaction takes: as many as the importer hands over at once.
const rawGroup = 100

// rawImport inserts the texts of the file as they are and returns how many articles a second went in. Only the
// transactions are timed, not reading and unpacking: what is left is what the database itself needs for these bytes.
func rawImport(ctx context.Context, dsn, file string) (perSecond float64, err error) {
	db, err := openRaw(dsn)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `CREATE TABLE raw (id BIGINT PRIMARY KEY, origin TEXT, headline TEXT, lede TEXT, body TEXT,
		section TEXT, tags TEXT, date TEXT, url TEXT)`); err != nil {
		return 0, err
	}
	const query = `INSERT INTO raw VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	var spent time.Duration
	done := 0
	err = readArticles(file, rawGroup, func(articles []article) error {
		began := time.Now()
		err := inserted(ctx, db, query, len(articles), func(i int) []any {
			a := articles[i]
			return []any{done + i, a.ID, a.Title, a.Lead, a.Body, a.Section, strings.Join(a.Tags, "\n"), a.Date, a.URL}
		})
		spent += time.Since(began)
		done += len(articles)
		return err
	})
	return float64(done) / spent.Seconds(), err
}

// inserted runs a prepared statement n times in one transaction.
func inserted(ctx context.Context, db *sql.DB, query string, n int, args func(i int) []any) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	stmt, err := tx.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for i := range n {
		if _, err := stmt.ExecContext(ctx, args(i)...); err != nil {
			return err
		}
	}
	return tx.Commit()
}
