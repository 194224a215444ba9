package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dabir-newsroom/dabir/internal/persian/terms"
	"github.com/dabir-newsroom/dabir/internal/search"
)

// besideIndex is what another full text search cost over the same tokens: the terms of each article with spaces between them.
type besideIndex struct {
	took  time.Duration
	bytes int64
	times map[string]latency
	asked int // questions of each kind: fewer than Dabir's where an answer takes long
}

const (
	// besideGroup is how many articles one transaction takes.
	besideGroup = 500
	// besideTime ends the asking of one kind of question after the answer that goes beyond it.
	besideTime = 20 * time.Second
	// besideMany is how many articles one answer has, as a page of ours.
	besideMany = 20
)

// besideSearch is another full text search.
type besideSearch interface {
	put(ctx context.Context, rows []besideRow) error
	finish(ctx context.Context) error
	bytes(ctx context.Context) (int64, error)
	// ask answers a question whose words are terms.
	ask(ctx context.Context, words []string, phrase bool, q question) error
}

// besideRow is an article; at is in seconds since 1970.
type besideRow struct {
	id, section, at int64
	text            string
}

// measureBeside indexes n articles and asks the questions.
func measureBeside(ctx context.Context, articles *manyArticles, n int, questions map[string][]question, in besideSearch) (*besideIndex, error) {
	s, err := terms.NewSplitter(terms.All)
	if err != nil {
		return nil, err
	}
	var spent time.Duration
	var rows []besideRow
	put := func() error {
		began := time.Now()
		err := in.put(ctx, rows)
		spent += time.Since(began)
		rows = rows[:0]
		return err
	}
	for d := range articles.all(n) {
		rows = append(rows, besideRow{d.Code, d.Section, d.At.Unix(), spacedTerms(s, d)})
		if len(rows) == besideGroup {
			if err := put(); err != nil {
				return nil, err
			}
		}
	}
	if err := put(); err != nil {
		return nil, err
	}
	began := time.Now()
	if err := in.finish(ctx); err != nil {
		return nil, err
	}
	m := &besideIndex{took: spent + time.Since(began), times: map[string]latency{}}
	if m.bytes, err = in.bytes(ctx); err != nil {
		return nil, err
	}
	for _, kind := range questionKinds {
		times, err := askBeside(ctx, s, in, kind, questions[kind])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
		m.asked = len(times)
		slices.Sort(times)
		m.times[kind] = latency{P50: quantile(times, 0.5), P99: quantile(times, 0.99)}
	}
	return m, nil
}

// spacedTerms are the terms of an article.
func spacedTerms(s *terms.Splitter, d search.Document) string {
	var b strings.Builder
	for _, part := range []string{d.Headline, d.Lede, d.Body} {
		for _, term := range s.Split(part) {
			b.Write(term.Text)
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func askBeside(ctx context.Context, s *terms.Splitter, in besideSearch, kind string, questions []question) ([]time.Duration, error) {
	var times []time.Duration
	begun := time.Now()
	for _, q := range questions {
		var words []string
		for _, term := range s.Split(strings.Trim(q.Text, `"`)) {
			words = append(words, string(term.Text))
		}
		if len(words) == 0 {
			continue
		}
		began := time.Now()
		if err := in.ask(ctx, words, kind == questionKinds[3], q); err != nil {
			return nil, err
		}
		times = append(times, time.Since(began))
		if time.Since(begun) > besideTime {
			break
		}
	}
	return times, nil
}

// fts5 is SQLite's full text search in the driver that Dabir uses. The texts are not kept, only their index.
type fts5 struct {
	db   *sql.DB
	file string
}

func openFTS5(ctx context.Context, folder string) (*fts5, error) {
	f := &fts5{file: filepath.Join(folder, "fts5.db")}
	if err := errors.Join(os.RemoveAll(f.file), os.MkdirAll(folder, 0o700)); err != nil {
		return nil, err
	}
	var err error
	if f.db, err = openRaw(f.file); err != nil {
		return nil, err
	}
	for _, query := range []string{`PRAGMA synchronous=OFF`, `CREATE TABLE article (id INTEGER PRIMARY KEY, section INTEGER, at INTEGER)`,
		`CREATE VIRTUAL TABLE text USING fts5(words, content='', tokenize="unicode61 remove_diacritics 0 tokenchars '.'")`} {
		if _, err := f.db.ExecContext(ctx, query); err != nil {
			return nil, errors.Join(err, f.db.Close())
		}
	}
	return f, nil
}

func (f *fts5) put(ctx context.Context, rows []besideRow) error {
	if err := inserted(ctx, f.db, `INSERT INTO article VALUES ($1, $2, $3)`, len(rows), func(i int) []any {
		return []any{rows[i].id, rows[i].section, rows[i].at}
	}); err != nil {
		return err
	}
	return inserted(ctx, f.db, `INSERT INTO text (rowid, words) VALUES ($1, $2)`, len(rows), func(i int) []any { return []any{rows[i].id, rows[i].text} })
}

func (f *fts5) finish(ctx context.Context) error {
	if _, err := f.db.ExecContext(ctx, `INSERT INTO text (text) VALUES ('optimize')`); err != nil {
		return err
	}
	_, err := f.db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}

func (f *fts5) bytes(context.Context) (int64, error) {
	info, err := os.Stat(f.file)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f *fts5) ask(ctx context.Context, words []string, phrase bool, q question) error {
	for i, word := range words {
		words[i] = `"` + strings.ReplaceAll(word, `"`, "") + `"`
	}
	if phrase {
		return drained(f.db.QueryContext(ctx, `SELECT text.rowid FROM text JOIN article ON article.id = text.rowid
			WHERE text MATCH $1 AND section = $2 AND at >= $3 AND at < $4 ORDER BY rank LIMIT $5`,
			strings.Join(words, " + "), q.Section, q.From.Unix(), q.Until.Unix(), besideMany))
	}
	return drained(f.db.QueryContext(ctx, `SELECT rowid FROM text WHERE text MATCH $1 ORDER BY rank LIMIT $2`, strings.Join(words, " OR "), besideMany))
}

// drained reads all rows.
func drained(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
	}
	return rows.Err()
}

// postgresText is PostgreSQL's full text search with its configuration "simple" and a GIN index.
type postgresText struct {
	conn *pgx.Conn
}

func openPostgresText(ctx context.Context, dsn string) (*postgresText, error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	_, err = conn.Exec(ctx, `CREATE TABLE article (id BIGINT PRIMARY KEY, section BIGINT, at BIGINT, words TSVECTOR)`)
	return &postgresText{conn}, err
}

func (p *postgresText) put(ctx context.Context, rows []besideRow) error {
	var batch pgx.Batch
	for _, r := range rows {
		batch.Queue(`INSERT INTO article VALUES ($1, $2, $3, to_tsvector('simple', $4))`, r.id, r.section, r.at, r.text)
	}
	return p.conn.SendBatch(ctx, &batch).Close()
}

func (p *postgresText) finish(ctx context.Context) error {
	if _, err := p.conn.Exec(ctx, `CREATE INDEX ON article USING GIN (words)`); err != nil {
		return err
	}
	_, err := p.conn.Exec(ctx, `VACUUM ANALYZE article`)
	return err
}

func (p *postgresText) bytes(ctx context.Context) (n int64, err error) {
	err = p.conn.QueryRow(ctx, `SELECT pg_total_relation_size('article')`).Scan(&n)
	return n, err
}

func (p *postgresText) ask(ctx context.Context, words []string, phrase bool, q question) error {
	for i, word := range words {
		words[i] = `'` + strings.ReplaceAll(strings.ReplaceAll(word, `\`, ""), `'`, "") + `'`
	}
	if phrase {
		return drainedRows(p.conn.Query(ctx, `SELECT id FROM article, to_tsquery('simple', $1) wanted WHERE words @@ wanted AND section = $2 AND at >= $3 AND at < $4
			ORDER BY ts_rank_cd(words, wanted) DESC LIMIT `+strconv.Itoa(besideMany), strings.Join(words, " <-> "), q.Section, q.From.Unix(), q.Until.Unix()))
	}
	return drainedRows(p.conn.Query(ctx, `SELECT id FROM article, to_tsquery('simple', $1) wanted WHERE words @@ wanted
		ORDER BY ts_rank_cd(words, wanted) DESC LIMIT `+strconv.Itoa(besideMany), strings.Join(words, " | ")))
}

func drainedRows(rows pgx.Rows, err error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
	}
	return rows.Err()
}
