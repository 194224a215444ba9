package store_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// BenchmarkReadsOnPostgres reads one row through the store, and beside it from a plain pool with the statement prepared, which is what it could
// cost at the least.
func BenchmarkReadsOnPostgres(b *testing.B) {
	dsn := storetest.Postgres(b)
	s := storetest.Open(b, dsn, nil)
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxIdleConns(16)
	db.SetMaxOpenConns(16)
	const query = `SELECT value FROM counter WHERE name = 'event'`
	prepared, err := db.Prepare(query)
	if err != nil {
		b.Fatal(err)
	}
	defer prepared.Close()
	timed := func(row func(context.Context) *sql.Row) func() error {
		return func() error {
			ctx, cancel := context.WithTimeout(ctx, time.Minute) // as every query has its end
			defer cancel()
			var n int64
			return row(ctx).Scan(&n)
		}
	}
	for name, read := range map[string]func() error{
		"store":    func() error { _, err := s.NewestEvent(ctx); return err },
		"prepared": timed(func(ctx context.Context) *sql.Row { return prepared.QueryRowContext(ctx) }),
		"plain":    timed(func(ctx context.Context) *sql.Row { return db.QueryRowContext(ctx, query) }),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := read(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/parallel", func(b *testing.B) {
			b.SetParallelism(8)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := read(); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
