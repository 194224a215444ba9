package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/dabir-newsroom/dabir/internal/migrate"
	"golang.org/x/term"
)

type importCommentsCmd struct {
	importFlags
	File     string                `arg:"" help:"The file: gzipped or not, and for isso its database." type:"existingfile"`
	Format   migrate.CommentFormat `required:"" enum:"disqus,wxr,isso,jsonl,remark42" help:"What wrote the file: disqus (XML), wxr (WordPress), isso (its SQLite file), jsonl or remark42 (its own backup)."`
	Map      string                `help:"CSV with two columns: an article's address or id as the file has it, and its code or origin here." type:"existingfile" placeholder:"FILE"`
	Codes    bool                  `help:"The numbers in the file's addresses are this newsroom's codes, whatever their host."`
	Articles string                `help:"What stands before the id in the articles' origins." default:"jsonl" placeholder:"PREFIX"`
	Origin   string                `help:"What stands before the id in the comments' origins; the format without it. For a second site with the same ids." placeholder:"PREFIX"`
}

// Run imports a file of comments.
func (c *importCommentsCmd) Run(ctx context.Context) error {
	cfg, err := c.load(nil)
	if err != nil {
		return err
	}
	options := migrate.CommentOptions{Format: c.Format, DryRun: c.DryRun, Codes: c.Codes, Articles: c.Articles, Origin: c.Origin}
	if site, err := url.Parse(commandURL(cfg)); err == nil {
		options.Host = site.Host
	}
	if options.Map, err = c.articleMap(); err != nil {
		return err
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	newsroom, done, err := openNewsroom(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	size := info.Size()
	if c.Format == migrate.FormatIsso { // which is not read from its beginning to its end
		size = 0
	}
	bar := migrate.NewBar(os.Stderr, term.IsTerminal(int(os.Stderr.Fd())), size, "comments")
	var last migrate.Progress
	options.Progress = func(p migrate.Progress) {
		last = p
		bar.Update(p)
	}
	report, err := migrate.ImportComments(ctx, c.File, newsroom, options)
	bar.Finish(last)
	c.print(os.Stdout, report)
	if c.JSON {
		err = errors.Join(err, json.NewEncoder(os.Stdout).Encode(report))
	}
	return err
}

func (c *importCommentsCmd) articleMap() (migrate.ArticleMap, error) {
	if c.Map == "" {
		return nil, nil
	}
	file, err := os.Open(c.Map)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return migrate.ReadArticleMap(file)
}

// print is the report for people.
func (c *importCommentsCmd) print(w io.Writer, r migrate.CommentReport) {
	place := "line"
	if c.Format == migrate.FormatIsso {
		place = "comment"
	}
	for _, m := range r.Remarks {
		fmt.Fprintf(w, "%s %d %s: %s\n", place, m.Line, m.Fate, m.Reason)
	}
	if hidden := r.Refused + r.Skipped + r.Noted - len(r.Remarks); hidden > 0 {
		fmt.Fprintf(w, "… and %d more\n", hidden)
	}
	word := "imported"
	if c.DryRun {
		word = "would import"
	}
	fmt.Fprintf(w, "%s %d, already there %d, skipped %d, refused %d, notes %d, in %v\n", word, r.Imported, r.Existing, r.Skipped, r.Refused, r.Noted,
		r.Elapsed.Round(time.Millisecond))
}

type exportCmd struct {
	Comments exportCommentsCmd `cmd:"" help:"Export all comments; e-mails only when asked for."`
}

type exportCommentsCmd struct {
	common
	Format migrate.CommentFormat `required:"" enum:"disqus,wxr,isso,jsonl" help:"The form: disqus (XML), wxr (WordPress), isso (an SQLite file) or jsonl, which loses nothing."`
	Emails bool                  `help:"With the e-mails of those who wrote; noted in the log."`
	Out    string                `help:"The file to write; without it the standard output." type:"path" placeholder:"FILE"`
	JSON   bool                  `name:"json" help:"End with one machine-readable line on the standard error."`
}

// Run exports the comments.
func (c *exportCommentsCmd) Run(ctx context.Context) error {
	if c.Format == migrate.FormatIsso && c.Out == "" {
		return errors.New("a database cannot go to the standard output: say --out FILE")
	}
	cfg, err := c.load(nil)
	if err != nil {
		return err
	}
	newsroom, done, err := openNewsroom(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	options := migrate.ExportOptions{Format: c.Format, Emails: c.Emails, SiteURL: commandURL(cfg), SiteName: cfg.Site.Name}
	var report migrate.ExportReport
	write := func(file *os.File) (err error) {
		if c.Format == migrate.FormatIsso {
			report, err = migrate.ExportIsso(ctx, newsroom, file.Name(), options)
		} else {
			report, err = migrate.ExportComments(ctx, newsroom, file, options)
		}
		return err
	}
	if c.Out == "" {
		err = write(os.Stdout)
	} else {
		err = writeWhole(c.Out, write)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stderr).Encode(report)
	}
	fmt.Fprintf(os.Stderr, "exported %d comments of %d articles", report.Comments, report.Articles)
	if report.LeftOut > 0 {
		fmt.Fprintf(os.Stderr, "; %d were left out, for whose state the form has no place", report.LeftOut)
	}
	fmt.Fprintln(os.Stderr)
	return nil
}

// writeWhole lets write fill a file that only its owner can read and puts it in place when it is whole.
func writeWhole(path string, write func(*os.File) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".dabir-export-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // nothing is there any more when all went well
	err = write(file)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
