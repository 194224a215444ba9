package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian/copydesk"
	"github.com/dabir-newsroom/dabir/internal/persian/lexicon"
)

type lintCmd struct {
	common
	File  []string `arg:"" help:"Text files in Persian; - reads the standard input."`
	Fix   bool     `help:"Write the safe fixes back and list what is left; the standard input comes out corrected."`
	JSON  bool     `name:"json" help:"One JSON object a finding."`
	Terms string   `help:"House terms: a line each, forbidden, preferred and a note, with tabs between." type:"path" placeholder:"FILE"`
	Words string   `help:"Words that the lexicon lacks, with their half-spaces, one a line." type:"path" placeholder:"FILE"`
	House bool     `help:"Read by the house's style of the newsroom in the folder, if there is one." default:"true" negatable:""`
}

// lintLimit is the largest text that is read, in bytes.
const lintLimit = 64 << 20

// Run checks the files. Findings that stay are an error, so that a script sees them.
func (c *lintCmd) Run(ctx context.Context) error {
	desk, err := c.desk(ctx)
	if err != nil {
		return err
	}
	findings, failed := 0, 0
	for _, name := range c.File {
		n, err := c.lint(desk, name)
		if err != nil {
			fmt.Fprintf(os.Stderr, "dabir: %v\n", err)
			failed++
		}
		findings += n
	}
	switch {
	case failed > 0:
		return fmt.Errorf("%d of %d files could not be checked", failed, len(c.File))
	case findings > 0:
		return fmt.Errorf("%d findings", findings)
	}
	return nil
}

// desk reads by the files that were named and by the house's style.
func (c *lintCmd) desk(ctx context.Context) (*copydesk.Desk, error) {
	terms, err := readTerms(c.Terms)
	if err != nil {
		return nil, err
	}
	words, err := readLines(c.Words)
	if err != nil {
		return nil, err
	}
	lex, err := lexicon.Default()
	if err != nil {
		return nil, err
	}
	entries, err := c.house(ctx)
	if err != nil {
		return nil, fmt.Errorf("the house's style: %w (--no-house goes without it)", err)
	}
	houseTerms, houseWords := editorial.HouseStyle(entries)
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	return copydesk.New(lex, append(terms, houseTerms...), append(words, houseWords...)), nil
}

// house is the style of the newsroom in the folder; nothing where there is no newsroom.
func (c *lintCmd) house(ctx context.Context) ([]news.HouseEntry, error) {
	if !c.House {
		return nil, nil
	}
	cfg, err := c.load(nil)
	if err != nil {
		return nil, err
	}
	base := cfg.Database // the file of SQLite, or PostgreSQL with a folder beside it
	if strings.Contains(base, "://") {
		base = cfg.Data
	}
	if _, err := os.Stat(base); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	newsroom, done, err := openNewsroom(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer done()
	return newsroom.HouseEntries(ctx)
}

// lint checks one file and returns how many findings are left.
func (c *lintCmd) lint(desk *copydesk.Desk, name string) (int, error) {
	text, err := readText(name)
	if err != nil {
		return 0, err
	}
	found := desk.Check(text)
	out := io.Writer(os.Stdout)
	if c.Fix {
		fixed := copydesk.Fix(text, found)
		if name == "-" {
			out = os.Stderr
			if _, err := io.WriteString(os.Stdout, fixed); err != nil {
				return 0, err
			}
		} else if fixed != text {
			if err := replaceFile(name, fixed); err != nil {
				return 0, err
			}
		}
		found = desk.Check(fixed)
	}
	buffered := bufio.NewWriter(out)
	for _, f := range found {
		if c.JSON {
			err = printJSON(buffered, name, f)
		} else {
			_, err = fmt.Fprintln(buffered, findingLine(name, f))
		}
		if err != nil {
			return 0, err
		}
	}
	return len(found), buffered.Flush()
}

// findingLine is FILE:LINE:COL rule «before» → «after» reason, without the arrow when there is nothing to put in place.
func findingLine(name string, f copydesk.Finding) string {
	change := "«" + f.Before + "»"
	if f.Fixable() {
		change += " → «" + f.After + "»"
	}
	line := fmt.Sprintf("%s:%d:%d %s %s %s", name, f.Line, f.Col, f.Rule, change, f.Rule.Why())
	if f.Note != "" {
		line += ": " + f.Note
	}
	return strings.Map(printable, line)
}

// printable keeps control characters and bidi overrides of a text from steering the terminal.
func printable(r rune) rune {
	if unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
		return '\uFFFD'
	}
	return r
}

func printJSON(w io.Writer, name string, f copydesk.Finding) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		File   string        `json:"file"`
		Line   int           `json:"line"`
		Col    int           `json:"col"`
		Start  int           `json:"start"`
		End    int           `json:"end"`
		Rule   copydesk.Rule `json:"rule"`
		Before string        `json:"before"`
		After  string        `json:"after"`
		Reason string        `json:"reason"`
		Note   string        `json:"note,omitempty"`
		Safe   bool          `json:"safe"`
	}{name, f.Line, f.Col, f.Start, f.End, f.Rule, f.Before, f.After, f.Rule.Why(), f.Note, f.Safe})
}

// readText reads a whole text; its errors are sentences that name the file.
func readText(name string) (string, error) {
	if name == "-" {
		return readAllText("the standard input", os.Stdin)
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no file %s", name)
	case err != nil:
		return "", err
	case info.IsDir():
		return "", fmt.Errorf("%s is a folder; name the files in it", name)
	}
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	return readAllText(name, file)
}

func readAllText(name string, r io.Reader) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(r, lintLimit+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: %w", name, err)
	case len(raw) > lintLimit:
		return "", fmt.Errorf("%s is larger than %d MB", name, lintLimit>>20)
	case !utf8.Valid(raw):
		return "", fmt.Errorf("%s is not UTF-8 text", name)
	}
	return string(raw), nil
}

// replaceFile puts text in the place of a file in one step, with the mode of the old one. A link stays a link.
func replaceFile(name, text string) error {
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(target), ".dabir-lint-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // gone already when all went well
	_, err = temp.WriteString(text)
	err = errors.Join(err, temp.Chmod(info.Mode().Perm()), temp.Sync(), temp.Close())
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), target)
}

// readLines returns the lines of a file without the spaces around; comments become empty. No name is no line.
func readLines(name string) ([]string, error) {
	if name == "" {
		return nil, nil
	}
	text, err := readText(name)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if lines[i] = strings.Trim(line, " \r\ufeff"); strings.HasPrefix(lines[i], "#") {
			lines[i] = ""
		}
	}
	return lines, nil
}

func readTerms(name string) ([]copydesk.HouseTerm, error) {
	lines, err := readLines(name)
	if err != nil {
		return nil, err
	}
	var terms []copydesk.HouseTerm
	for i, line := range lines {
		if line == "" {
			continue
		}
		cells := append(strings.Split(line, "\t"), "", "")
		for j, cell := range cells {
			cells[j] = strings.TrimSpace(cell)
		}
		if len(cells) > 5 || cells[0] == "" || cells[1] == "" {
			return nil, fmt.Errorf("%s:%d: a term is forbidden, preferred and a note, with tabs between", name, i+1)
		}
		terms = append(terms, copydesk.HouseTerm{Forbidden: cells[0], Preferred: cells[1], Note: cells[2]})
	}
	return terms, nil
}
