package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/dabir-newsroom/dabir/internal/search"
)

// The goals of searching (issue 5).
const (
	goalSearch = 20 * time.Millisecond
	goalTyping = 10 * time.Millisecond
	goalHeap   = 100_000_000
)

type speedCmd struct {
	common
	News      string `help:"The articles (default ../shared/data/news/news.jsonl.gz); more than there are get changed names and sentences." placeholder:"FILE"`
	Sizes     []int  `help:"How many articles." default:"28519,114000,1000000" placeholder:"N,…"`
	Questions int    `help:"Questions of each kind." default:"200" placeholder:"N"`
	Folder    string `help:"Keep the indexes here, and take those that lie here." type:"path" placeholder:"FOLDER"`
	Beside    int    `help:"Ask SQLite FTS5 and, with --postgres, PostgreSQL too, for as many articles at most; 0: none." default:"114000" placeholder:"N"`
	Postgres  string `help:"This PostgreSQL server; its user must be able to make databases." env:"DABIR_TEST_POSTGRES" placeholder:"URL"`
	Plot      string `help:"Draw cost against size into this SVG file." type:"path" placeholder:"FILE"`
}

// builtIndex is what making an index cost; it lies beside the index that is kept.
type builtIndex struct {
	Articles int           `json:"articles"`
	Took     time.Duration `json:"took"`
	Used     time.Duration `json:"used"` // of the processors
	Bytes    int64         `json:"bytes"`
	Load     string        `json:"load"`
}

// rate is how many articles a second of some time.
func (b builtIndex) rate(of time.Duration) string {
	if of == 0 {
		return "–"
	}
	return number(float64(b.Articles) / of.Seconds())
}

// Run measures.
func (c *speedCmd) Run(ctx context.Context) error {
	w, err := openWorkshop(ctx, os.Args[0]) // this program asks the indexes
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("searchspeed", w.root)
	if c.News == "" {
		c.News = filepath.Join(w.root, "..", "shared", "data", "news", "news.jsonl.gz")
	}
	articles, from, err := loadMany(w, c.News)
	if err != nil {
		return err
	}
	r.note("articles of %s; %d questions of each kind, asked twice and measured the second time, as the page of results asks", from, c.Questions)
	if c.Folder == "" {
		c.Folder = w.temp
	}
	if err := os.MkdirAll(c.Folder, 0o700); err != nil {
		return err
	}
	questions := articles.questions(c.Questions)
	asked := filepath.Join(c.Folder, "questions.json")
	raw, err := json.Marshal(questions)
	if err != nil {
		return err
	}
	if err := os.WriteFile(asked, raw, 0o600); err != nil {
		return err
	}
	var rows []speedRow
	for _, n := range c.Sizes {
		row, err := c.measure(ctx, articles, n, asked)
		if err != nil {
			return err
		}
		if n <= c.Beside {
			if err := c.beside(ctx, w, articles, n, questions, &row); err != nil {
				return err
			}
		}
		rows = append(rows, row)
	}
	if c.Plot != "" {
		if err := os.WriteFile(c.Plot, []byte(drawSpeed(rows)), 0o644); err != nil {
			return err
		}
	}
	c.report(r, rows)
	return r.print(os.Stdout, c.JSON)
}

// speedRow is all that was measured at one size.
type speedRow struct {
	built builtIndex
	asked askedIndex
	load  string

	sqlite, postgres *besideIndex // nil: not measured at this size
}

// beside measures the other two over the same tokens.
func (c *speedCmd) beside(ctx context.Context, w *workshop, articles *manyArticles, n int, questions map[string][]question, row *speedRow) error {
	folder, err := w.folder("beside")
	if err != nil {
		return err
	}
	sqlite, err := openFTS5(ctx, folder)
	if err != nil {
		return fmt.Errorf("SQLite FTS5: %w", err)
	}
	row.sqlite, err = measureBeside(ctx, articles, n, questions, sqlite)
	if err = errors.Join(err, sqlite.db.Close()); err != nil {
		return fmt.Errorf("SQLite FTS5: %w", err)
	}
	if c.Postgres == "" {
		return nil
	}
	dsn, done, err := freshPostgres(ctx, c.Postgres)
	if err != nil {
		return err
	}
	defer done()
	postgres, err := openPostgresText(ctx, dsn)
	if err != nil {
		return fmt.Errorf("PostgreSQL: %w", err)
	}
	defer postgres.conn.Close(ctx)
	if row.postgres, err = measureBeside(ctx, articles, n, questions, postgres); err != nil {
		return fmt.Errorf("PostgreSQL: %w", err)
	}
	return nil
}

func (c *speedCmd) measure(ctx context.Context, articles *manyArticles, n int, questions string) (speedRow, error) {
	var row speedRow
	folder := filepath.Join(c.Folder, strconv.Itoa(n))
	var err error
	if row.built, err = builtAt(ctx, articles, n, folder); err != nil {
		return row, err
	}
	row.load = load()
	ask := exec.CommandContext(ctx, os.Args[0], "searchask", "--index", folder, "--questions", questions)
	ask.Stderr = os.Stderr
	out, err := ask.Output()
	if err != nil {
		return row, fmt.Errorf("ask the index of %d: %w", n, err)
	}
	return row, json.Unmarshal(out, &row.asked)
}

// builtAt makes an index of n articles, unless one lies there.
func builtAt(ctx context.Context, articles *manyArticles, n int, folder string) (builtIndex, error) {
	var built builtIndex
	facts := folder + ".json"
	if raw, err := os.ReadFile(facts); err == nil {
		return built, json.Unmarshal(raw, &built)
	}
	if err := search.Remove(folder); err != nil {
		return built, err
	}
	built = builtIndex{Articles: n, Load: load()}
	began := time.Now()
	var err error
	built.Used = processorTime(func() { err = buildIndex(ctx, articles, n, folder) })
	if err != nil {
		return built, fmt.Errorf("index %d articles: %w", n, err)
	}
	built.Took = time.Since(began)
	err = filepath.WalkDir(folder, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			built.Bytes += info.Size()
		}
		return err
	})
	if err != nil {
		return built, err
	}
	raw, err := json.Marshal(built)
	if err != nil {
		return built, err
	}
	return built, os.WriteFile(facts, raw, 0o600)
}

// buildIndex builds with two workers, as dabir reindex does.
func buildIndex(ctx context.Context, articles *manyArticles, n int, folder string) error {
	b, err := search.NewBuilder(folder, search.Options{})
	if err != nil {
		return err
	}
	const group = 100
	groups := make(chan []search.Document)
	failed := make(chan error, 2)
	for range 2 {
		go func() {
			var err error
			for documents := range groups {
				if err == nil {
					err = b.Put(ctx, documents)
				}
			}
			failed <- err
		}()
	}
	var documents []search.Document
	for d := range articles.all(n) {
		if ctx.Err() != nil {
			break
		}
		if documents = append(documents, d); len(documents) == group {
			groups <- documents
			documents = nil
		}
		if d.Code%50_000 == 0 {
			fmt.Fprintf(os.Stderr, "%d of %d articles indexed\n", d.Code, n)
		}
	}
	groups <- documents
	close(groups)
	for range 2 {
		if e := <-failed; e != nil {
			err = e
		}
	}
	if err != nil {
		return err
	}
	return b.Close(ctx, 1)
}
