package store

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// The migrations are append-only: a released file never changes, a later one mends it.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

const (
	// schemaReader is what this Dabir can read: it refuses a database whose "oldest_reader" is above.
	schemaReader = 1
	// bylinesFiled is the migration after which bylines are filed: they stand in JSON, which the two databases read differently.
	bylinesFiled = 16
	// generalName is the section for articles that name none (issue 2, point 4).
	generalName = "عمومی"
)

// migrate applies the migrations that the database does not have, all in one transaction.
func (s *Store) migrate(ctx context.Context) error {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return err
	}
	ctx, cancel := bounded(ctx, longTime)
	defer cancel()
	return s.inTx(ctx, func(t *tx) error {
		if err := t.exec(`CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, at BIGINT NOT NULL)`); err != nil {
			return err
		}
		var have int
		if err := t.queryRow(`SELECT COALESCE(MAX(number), 0) FROM migration`).Scan(&have); err != nil {
			return err
		}
		if err := refuseNewer(t, have); err != nil {
			return err
		}
		for _, name := range names {
			number, err := strconv.Atoi(strings.TrimPrefix(name, "migrations/")[:4])
			if err != nil {
				return fmt.Errorf("migration file %s: its name begins with no number", name)
			}
			// Looked for one by one: branches of the work are merged in another order than their numbers.
			var done bool
			if err := t.queryRow(`SELECT EXISTS (SELECT 1 FROM migration WHERE number = $1)`, number).Scan(&done); err != nil {
				return err
			}
			if done {
				continue
			}
			if err := s.apply(t, number, name); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		if have == 0 {
			return s.firstRows(t)
		}
		return nil
	})
}

// refuseNewer stops a Dabir that is too old for the database; "oldest_reader" lets two neighbouring versions run side by side.
func refuseNewer(t *tx, have int) error {
	if have == 0 {
		return nil
	}
	var oldest int
	if err := t.queryRow(`SELECT value FROM meta WHERE name = 'oldest_reader'`).Scan(&oldest); err != nil {
		return err
	}
	if oldest > schemaReader {
		return newer(oldest)
	}
	return nil
}

// ErrNewer is the error of a database that only a newer Dabir can read.
var ErrNewer = errors.New("this database needs a newer Dabir")

func newer(oldest int) error {
	return fmt.Errorf("%w: it asks for schema %d, this one knows %d", ErrNewer, oldest, schemaReader)
}

func (s *Store) apply(t *tx, number int, name string) error {
	text, err := fs.ReadFile(migrationFiles, name)
	if err != nil {
		return err
	}
	for _, statement := range statements(s.dialect.schema(string(text))) {
		if err := t.exec(statement); err != nil {
			return err
		}
	}
	if number == bylinesFiled {
		if err := t.fileOldBylines(); err != nil {
			return err
		}
	}
	s.log.Info("migrated", "migration", name)
	return t.exec(`INSERT INTO migration (number, name, at) VALUES ($1, $2, $3)`, number, name, ms(t.now))
}

// statements splits a migration at lines that end in a semicolon, leaving comments out.
func statements(text string) []string {
	var all []string
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "--") || strings.TrimSpace(line) == "" {
			continue
		}
		b.WriteString(line)
		if strings.HasSuffix(strings.TrimSpace(line), ";") {
			all = append(all, strings.TrimSuffix(strings.TrimSpace(b.String()), ";"))
			b.Reset()
		}
	}
	return all
}

// firstRows gives a new database its log id, its oldest reader and the general section.
func (s *Store) firstRows(t *tx) error {
	var logID [16]byte
	rand.Read(logID[:])
	if err := t.exec(`INSERT INTO meta (name, value) VALUES ('log_id', $1), ('oldest_reader', '1')`, hex.EncodeToString(logID[:])); err != nil {
		return err
	}
	id, err := t.nextID("section")
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO section (id, slug, fold, name, name_en, position) VALUES ($1, $2, $3, $4, 'General', 1000)`,
		id, news.GeneralSlug, persian.Fold(generalName), generalName)
}
