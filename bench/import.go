package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The goals of an import on SQLite.
const (
	goalArticles = 2000.0      // a second
	goalMemory   = 300_000_000 // bytes at the peak, of the whole process
)

type importCmd struct {
	common
	File     string `arg:"" optional:"" help:"Articles, one JSON object a line, gzipped or not (default ../shared/data/news/news.jsonl.gz)." type:"existingfile"`
	Generate int    `help:"Import this many fictional articles and no file." placeholder:"N"`
	Postgres string `help:"Measure this PostgreSQL server too; its user must be able to make databases." env:"DABIR_TEST_POSTGRES" placeholder:"URL"`
}

// fictional is how many articles are made when the default file is absent.
const fictional = 28_519

// imported is one import of the file by the binary.
type imported struct {
	rate     float64 // articles a second, from the start of the process to its end
	memory   float64 // bytes at the peak
	cpu      float64 // milliseconds of processor time for an article
	articles int
}

// Run measures.
func (c *importCmd) Run(ctx context.Context) error {
	w, err := openWorkshop(ctx, c.Bin)
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("import", w.root)
	file, err := c.source(w, r)
	if err != nil {
		return err
	}
	r.line("", "DABIR", "RAW INSERTS", "RATIO", "RUNS")
	sqlite := func(int) (string, func(), error) {
		folder, err := w.folder("raw")
		return filepath.Join(folder, "raw.db"), func() {}, err
	}
	rates, memory, err := c.measure(ctx, w, r, file, "sqlite", sqlite)
	if err != nil {
		return err
	}
	if c.Postgres != "" {
		postgres := func(int) (string, func(), error) { return freshPostgres(ctx, c.Postgres) }
		if _, _, err := c.measure(ctx, w, r, file, "postgres", postgres); err != nil {
			return err
		}
	}
	r.line()
	r.line("GOAL", "FIGURE", "WANTED", "")
	r.goal(rates.median() >= goalArticles, "articles a second, SQLite", number(rates.median()), "at least "+number(goalArticles))
	r.goal(memory.median() < goalMemory, "peak memory, SQLite", megabytes(int64(memory.median())), "below "+megabytes(goalMemory))
	return r.print(os.Stdout, c.JSON)
}

// source is the file to import, made up where there is none.
func (c *importCmd) source(w *workshop, r *report) (string, error) {
	if c.Generate == 0 {
		if c.File != "" {
			r.note("file: %s", c.File)
			return c.File, nil
		}
		file := filepath.Join(w.root, "..", "shared", "data", "news", "news.jsonl.gz")
		if _, err := os.Stat(file); err == nil {
			r.note("file: ../shared/data/news/news.jsonl.gz")
			return file, nil
		}
		r.note("../shared/data/news/news.jsonl.gz is absent")
		c.Generate = fictional
	}
	file := filepath.Join(w.temp, "fictional.jsonl")
	r.note("file: %d fictional articles", c.Generate)
	r.set("generated", c.Generate)
	return file, writeFictional(file, c.Generate)
}

// measure imports into one kind of database, each time followed by the raw inserts. database makes a fresh one.
func (c *importCmd) measure(ctx context.Context, w *workshop, r *report, file, kind string, database func(int) (string, func(), error)) (rates, memory samples, err error) {
	var raw, cpu samples
	articles := 0
	for i := range c.Runs {
		one, err := c.importOnce(ctx, w, file, kind)
		if err != nil {
			return nil, nil, err
		}
		dsn, done, err := database(i)
		if err != nil {
			return nil, nil, err
		}
		rate, err := rawImport(ctx, dsn, file)
		done()
		if err != nil {
			return nil, nil, fmt.Errorf("raw inserts: %w", err)
		}
		rates, memory, cpu, raw, articles = append(rates, one.rate), append(memory, one.memory), append(cpu, one.cpu), append(raw, rate), one.articles
	}
	all := ratios(rates, raw)
	r.line("articles a second, "+kind, number(rates.median()), number(raw.median()), ratio(all.median()), "dabir "+rates.String()+"; raw "+raw.String())
	r.line("processor time an article, "+kind, number(cpu.median())+" ms", "", "", "")
	r.line("peak memory, "+kind, megabytes(int64(memory.median())), "", "", "")
	r.line("articles, "+kind, number(float64(articles)), "", "", "")
	r.set(kind, map[string]any{"articles": articles, "per_second": rates.median(), "raw_per_second": raw.median(), "ratio": all.median(),
		"cpu_ms": cpu.median(), "peak_bytes": memory.median(), "runs": rates, "raw_runs": raw})
	return rates, memory, nil
}

// importOnce runs the binary on a fresh folder, and for PostgreSQL on a fresh database.
func (c *importCmd) importOnce(ctx context.Context, w *workshop, file, kind string) (imported, error) {
	data, err := w.folder("data")
	if err != nil {
		return imported{}, err
	}
	args := []string{"import", "jsonl", file, "--data", data, "--json"}
	if kind == "postgres" {
		dsn, done, err := freshPostgres(ctx, c.Postgres)
		if err != nil {
			return imported{}, err
		}
		defer done()
		args = append(args, "--db", dsn)
	}
	cmd := exec.CommandContext(ctx, w.bin, args...)
	cmd.Env = cleanEnv()
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return imported{}, fmt.Errorf("import: %w\n%s", err, bytes.TrimSpace(said.Bytes()))
	}
	took := time.Since(began).Seconds()
	closing, err := closingLine(out.String())
	if err != nil {
		return imported{}, err
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return imported{}, fmt.Errorf("this system does not tell a process's memory")
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return imported{
		rate: float64(closing.Imported) / took, memory: float64(usage.Maxrss) * 1024,
		cpu: cpu.Seconds() * 1000 / float64(closing.Imported), articles: closing.Imported,
	}, nil
}

type closing struct{ Imported, Existing, Refused int }

// closingLine reads the last line of a report.
func closingLine(report string) (closing, error) {
	lines := strings.Split(strings.TrimSpace(report), "\n")
	var c closing
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &c); err != nil {
		return c, fmt.Errorf("the import's closing line: %w", err)
	}
	if c.Imported == 0 {
		return c, fmt.Errorf("nothing was imported: %+v", c)
	}
	return c, nil
}

// article is a line of the file as the raw inserts store it.
type article struct {
	ID, Title, Lead, Body, Section, Date, URL string
	Tags                                      []string
}

// readArticles calls take with groups of articles. It keeps one group in memory, as the size of this process would
// otherwise show in what the system says of its children.
func readArticles(path string, group int, take func([]article) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewReaderSize(file, 1<<20)
	if magic, _ := lines.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(lines)
		if err != nil {
			return err
		}
		lines = bufio.NewReaderSize(z, 1<<20)
	}
	decoder := json.NewDecoder(lines)
	for {
		articles := make([]article, 0, group)
		for len(articles) < group {
			var a article
			if err := decoder.Decode(&a); err == io.EOF {
				break
			} else if err != nil {
				return err
			}
			articles = append(articles, a)
		}
		if len(articles) == 0 {
			return nil
		}
		if err := take(articles); err != nil {
			return err
		}
	}
}
