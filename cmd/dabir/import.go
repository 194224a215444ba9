package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/dabir-newsroom/dabir/internal/migrate"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"golang.org/x/term"
)

type importCmd struct {
	Text  importTextCmd  `cmd:"" help:"Import an article page that was saved as text."`
	JSONL importJSONLCmd `cmd:"" name:"jsonl" help:"Import articles from a file with one JSON object a line, gzipped or not."`

	Comments importCommentsCmd `cmd:"" help:"Import the comments of another system under articles that are here."`
}

// importFlags are common to all importers.
type importFlags struct {
	common
	DryRun bool `help:"Read and judge everything, change nothing."`
	JSON   bool `name:"json" help:"End with one machine-readable line."`
}

// open finds the newsroom to import into.
func (f *importFlags) open(ctx context.Context) (commanded, func(), error) {
	cfg, err := f.load(nil)
	if err != nil {
		return nil, nil, err
	}
	return openNewsroom(ctx, cfg)
}

type importTextCmd struct {
	importFlags
	File string `arg:"" help:"The page." type:"existingfile"`
	At   string `help:"When it was published, such as «۱۶:۱۲ ۰۴ آذر ۱۴۰۰» or 2021-11-25T16:12:00+03:30; without it the day of the earliest comment." placeholder:"TIME"`
}

// Run imports one page.
func (c *importTextCmd) Run(ctx context.Context) error {
	options := migrate.TextOptions{Name: filepath.Base(c.File)}
	if c.At != "" {
		moment, err := persian.ParseTime(c.At)
		if err != nil {
			return fmt.Errorf("--at: %w", err)
		}
		options.At = moment.Time
	}
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	page, err := migrate.ReadText(file, options)
	if err != nil {
		return err
	}
	for _, w := range page.Warnings {
		fmt.Fprintln(os.Stderr, "warning:", w)
	}
	newsroom, done, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	do := newsroom.Import
	if c.DryRun {
		do = newsroom.CheckImport
	}
	outcomes, err := do(ctx, []news.Import{page.Import})
	if err != nil {
		return err
	}
	return c.report(page, outcomes[0])
}

func (c *importTextCmd) report(page migrate.TextPage, outcome news.ImportOutcome) error {
	var r migrate.Report
	switch {
	case outcome.Refused != "":
		r.Refused = 1
		fmt.Printf("refused: %s\n", outcome.Refused)
	case outcome.Existing:
		r.Existing = 1
		fmt.Printf("already there as article %d\n", outcome.Code)
	case c.DryRun:
		r.Imported = 1
		fmt.Printf("would import it with %d comments\n", len(page.Import.Comments))
	default:
		r.Imported = 1
		fmt.Printf("imported as article %d with %d comments: %s\n", outcome.Code, len(page.Import.Comments), page.Import.Article.Content.Headline)
	}
	if err := closingLine(c.JSON, r); err != nil {
		return err
	}
	if r.Refused > 0 {
		return fmt.Errorf("%s was refused", c.File)
	}
	return nil
}

type importJSONLCmd struct {
	importFlags
	File string `arg:"" help:"The file." type:"existingfile"`
}

// Run imports a file of articles.
func (c *importJSONLCmd) Run(ctx context.Context) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	newsroom, done, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	bar := migrate.NewBar(os.Stderr, term.IsTerminal(int(os.Stderr.Fd())), info.Size(), "articles")
	var last migrate.Progress
	report, err := migrate.JSONL(ctx, file, newsroom, migrate.JSONLOptions{
		DryRun: c.DryRun, Check: newsroom.CheckImport, Size: info.Size(),
		Progress: func(p migrate.Progress) {
			last = p
			bar.Update(p)
		},
	})
	bar.Finish(last)
	c.print(os.Stdout, report)
	if jerr := closingLine(c.JSON, report); jerr != nil {
		return jerr
	}
	return err
}

// print is the report for people.
func (c *importJSONLCmd) print(w io.Writer, r migrate.Report) {
	for _, p := range r.Problems {
		fmt.Fprintf(w, "line %d refused: %s\n", p.Line, p.Reason)
	}
	if hidden := r.Refused - len(r.Problems); hidden > 0 {
		fmt.Fprintf(w, "… and %d refused lines more\n", hidden)
	}
	word := "imported"
	if c.DryRun {
		word = "would import"
	}
	fmt.Fprintf(w, "%s %d, already there %d, refused %d, in %v\n", word, r.Imported, r.Existing, r.Refused, r.Elapsed.Round(time.Millisecond))
}

// closingLine is the machine-readable end of a report.
func closingLine(wanted bool, r migrate.Report) error {
	if !wanted {
		return nil
	}
	return json.NewEncoder(os.Stdout).Encode(struct {
		Imported int `json:"imported"`
		Existing int `json:"existing"`
		Refused  int `json:"refused"`
	}{r.Imported, r.Existing, r.Refused})
}
