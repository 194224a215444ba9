package discussion

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// TermImport is a file of terms: one a line, or CSV with the columns term, list, kind and note, of which the last three may be missing.
type TermImport struct {
	Action string
	Text   string
	List   news.TermList // of terms whose line names none
	Kind   news.Label
}

// BadLine is a line of a file that was not taken, and why.
type BadLine struct {
	Line int // from 1
	Text string
	Err  error
}

// TermOutcome is what became of a file.
type TermOutcome struct {
	Added, Replaced int
	Bad             []BadLine
}

// importMost is how many terms one file may have.
const importMost = 100_000

// ImportTerms takes in a file; lines that cannot be taken are told and stop nothing. A term that is there already is replaced. Errors:
// Forbidden; Invalid at list and kind, and at "text" ("error.terms_none", "error.terms_many") when nothing or too much is in the file.
func (b *Rulebook) ImportTerms(ctx context.Context, actor news.Actor, in TermImport) (TermOutcome, error) {
	if err := actor.RequireEverywhere(news.RightModerationSettings); err != nil {
		return TermOutcome{}, err
	}
	var wrong []error
	if !slices.Contains(news.TermLists(), in.List) {
		wrong = append(wrong, news.FieldError("list", "error.term_list"))
	}
	if !slices.Contains(news.TermKinds(), in.Kind) {
		wrong = append(wrong, news.FieldError("kind", "error.term_kind"))
	}
	if err := errors.Join(wrong...); err != nil {
		return TermOutcome{}, err
	}
	terms, out := b.readTerms(actor, in)
	if len(terms) > importMost {
		return out, news.FieldError("text", "error.terms_many", importMost)
	}
	if len(terms) == 0 {
		return out, news.FieldError("text", "error.terms_none")
	}
	added, err := b.storage.ImportTerms(ctx, actor, in.Action, terms)
	if err != nil {
		return out, err
	}
	out.Added, out.Replaced = added, len(terms)-added
	return out, b.engine.Load(ctx)
}

// readTerms reads the lines of a file. Of two lines with one key the later counts.
func (b *Rulebook) readTerms(actor news.Actor, in TermImport) ([]news.Term, TermOutcome) {
	var out TermOutcome
	var terms []news.Term
	place := map[string]int{}
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(in.Text, "\ufeff")) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		t, err := termOfLine(line, in)
		if err == nil && number == 1 && strings.EqualFold(t.Text, "term") {
			continue // the head of a table
		}
		if err == nil {
			err = b.complete(actor, &t)
		}
		if err != nil {
			out.Bad = append(out.Bad, BadLine{number, line, err})
			continue
		}
		if at, twice := place[t.Key]; twice {
			terms[at] = t
			continue
		}
		place[t.Key] = len(terms)
		terms = append(terms, t)
	}
	return terms, out
}

// termOfLine reads one line. A line without a comma, a semicolon or a tab is a term.
func termOfLine(line string, in TermImport) (news.Term, error) {
	t := news.Term{Text: line, List: in.List, Kind: in.Kind}
	comma := rune(0)
	for _, r := range "\t;," {
		if strings.ContainsRune(line, r) {
			comma = r
			break
		}
	}
	if comma == 0 {
		return t, nil
	}
	reader := csv.NewReader(strings.NewReader(line))
	reader.Comma, reader.FieldsPerRecord, reader.TrimLeadingSpace = comma, -1, true
	fields, err := reader.Read()
	if err != nil && !errors.Is(err, io.EOF) || len(fields) > 4 || len(fields) == 0 {
		return t, news.FieldError("text", "error.term_line")
	}
	fields = append(fields, "", "", "")
	t.Text, t.Note = news.PlainCell(fields[0]), news.PlainCell(fields[3])
	if strings.EqualFold(t.Text, "term") {
		return t, nil
	}
	if list := strings.TrimSpace(fields[1]); list != "" {
		t.List = news.TermList(list)
	}
	if kind := strings.TrimSpace(fields[2]); kind != "" {
		t.Kind = news.Label(kind)
	}
	return t, nil
}

// ExportTerms writes both lists as CSV, as ImportTerms reads it. Forbidden without the right.
func (b *Rulebook) ExportTerms(ctx context.Context, actor news.Actor, w io.Writer) error {
	if err := actor.Require(news.RightModerationSettings); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write([]string{"term", "list", "kind", "note"}); err != nil {
		return err
	}
	f := news.TermFilter{Limit: termsMost}
	for {
		page, err := b.storage.Terms(ctx, f)
		if err != nil {
			return err
		}
		for _, t := range page.Terms {
			if err := out.Write([]string{news.SafeCell(t.Text), string(t.List), string(t.Kind), news.SafeCell(t.Note)}); err != nil {
				return err
			}
		}
		if page.Next == "" {
			out.Flush()
			return out.Error()
		}
		f.After = page.Next
	}
}
