// Package textdiff compares two texts word by word, for people who see them side by side.
//
// A half-space is inside a Persian word, not a boundary: «می رود» and «می‌رود» differ as words. Not in this room: which texts are
// compared, and how the difference is shown.
package textdiff

import (
	"strings"
	"time"
	"unicode"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Run is a stretch of one side of a row; Changed tells that the other side lacks it.
type Run struct {
	Text    string
	Changed bool
}

// Row is a paragraph as it stands in the old and in the new text; a side that has no such paragraph is nil. A side may hold "\n"
// where paragraphs were joined or split.
type Row struct {
	Old, New []Run
}

// Changed tells whether the sides of the row differ.
func (r Row) Changed() bool {
	for _, run := range append(append([]Run{}, r.Old...), r.New...) {
		if run.Changed {
			return true
		}
	}
	return false
}

// patience is how long the search for the smallest difference may take. Two texts that have nothing in common are told apart as
// wholes then: whoever waits for the page gains nothing from more.
const patience = 25 * time.Millisecond

// Compare gives the rows of both texts in order. The runs of the old sides, with "\n" between the rows, are the old text but for
// empty lines, those of the new sides the new one.
func Compare(old, new string) []Row {
	d := dictionary{numbers: map[string]rune{}}
	a, b := d.encode(split(old)), d.encode(split(new))
	differ := diffmatchpatch.New()
	differ.DiffTimeout = patience
	var steps []step
	for _, diff := range differ.DiffMainRunes(a, b, false) {
		steps = append(steps, step{kindOf[diff.Type], d.decode(diff.Text)})
	}
	return rows(slide(joinIslands(group(steps))))
}

type kind int

const (
	same kind = iota
	removed
	added
)

var kindOf = map[diffmatchpatch.Operation]kind{
	diffmatchpatch.DiffEqual: same, diffmatchpatch.DiffDelete: removed, diffmatchpatch.DiffInsert: added,
}

// step is a stretch of tokens that both texts have, or one.
type step struct {
	kind   kind
	tokens []string
}

// split cuts a text into words, runs of spaces, line breaks and single signs. Empty lines count for nothing.
func split(text string) []string {
	var tokens []string
	last := classNone
	for _, r := range strings.Trim(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		class := classOf(r, last)
		joins := class == last && class != classSign && class != classNone
		if joins && class == classBreak {
			continue
		}
		if joins || class == classMark {
			tokens[len(tokens)-1] += string(r)
			continue
		}
		tokens = append(tokens, string(r))
		last = class
	}
	return tokens
}

type class int

const (
	classNone class = iota
	classWord
	classSpace
	classBreak
	classSign
	classMark // belongs to the token before it
)

const (
	halfSpace = '\u200c'
	joiner    = '\u200d'
)

func classOf(r rune, last class) class {
	switch {
	case r == '\n':
		return classBreak
	case r == halfSpace && last == classWord, unicode.IsLetter(r), unicode.IsNumber(r):
		return classWord
	case unicode.IsSpace(r):
		return classSpace
	case last != classNone && last != classBreak && (unicode.IsMark(r) || r == joiner || unicode.Is(unicode.Variation_Selector, r)):
		return classMark
	}
	return classSign
}

// dictionary numbers tokens so that the differ, which compares runes, compares words.
type dictionary struct {
	numbers map[string]rune
	tokens  []string
}

const (
	firstSurrogate = 0xD800
	surrogates     = 0x800 // these numbers are no characters and would not survive in a string
)

func (d *dictionary) encode(tokens []string) []rune {
	text := make([]rune, len(tokens))
	for i, token := range tokens {
		number, known := d.numbers[token]
		if !known {
			d.tokens = append(d.tokens, token)
			number = rune(len(d.tokens))
			if number >= firstSurrogate {
				number += surrogates
			}
			d.numbers[token] = number
		}
		text[i] = number
	}
	return text
}

func (d *dictionary) decode(text string) []string {
	var tokens []string
	for _, number := range text {
		if number >= firstSurrogate {
			number -= surrogates
		}
		tokens = append(tokens, d.tokens[number-1])
	}
	return tokens
}

// group puts what was removed and what was added between two equal stretches into one step of each, in this order.
func group(steps []step) []step {
	var out []step
	var gone, come []string
	flush := func() {
		if len(gone) > 0 {
			out = append(out, step{removed, gone})
		}
		if len(come) > 0 {
			out = append(out, step{added, come})
		}
		gone, come = nil, nil
	}
	for _, s := range steps {
		switch s.kind {
		case removed:
			gone = append(gone, s.tokens...)
		case added:
			come = append(come, s.tokens...)
		default:
			flush()
			out = append(out, s)
		}
	}
	flush()
	return out
}

// joinIslands takes a space that stayed between two replaced words for replaced too: one reads phrases, not patches.
func joinIslands(steps []step) []step {
	replaced := func(i int) bool {
		return i >= 0 && i+1 < len(steps) && steps[i].kind == removed && steps[i+1].kind == added
	}
	var out []step
	for i, s := range steps {
		if s.kind == same && len(s.tokens) == 1 && strings.TrimSpace(s.tokens[0]) == "" && s.tokens[0] != "\n" && replaced(i-2) && replaced(i+1) {
			out = append(out, step{removed, s.tokens}, step{added, s.tokens})
			continue
		}
		out = append(out, s)
	}
	return group(out)
}

// slide moves a paragraph that was put in or taken out from «break, paragraph» to «paragraph, break», so that it is a row of its own.
func slide(steps []step) []step {
	for i := 1; i+1 < len(steps); i++ {
		before, here, after := &steps[i-1], &steps[i], &steps[i+1]
		if here.kind == same || before.kind != same || after.kind != same || here.tokens[0] != "\n" || after.tokens[0] != "\n" {
			continue
		}
		before.tokens = append(append([]string{}, before.tokens...), "\n")
		here.tokens = append(append([]string{}, here.tokens[1:]...), "\n")
		after.tokens = after.tokens[1:]
	}
	return steps
}

// rows breaks the steps where both texts have a line break, and where one has a whole paragraph of its own.
func rows(steps []step) []Row {
	var t table
	for i := 0; i < len(steps); i++ {
		s := steps[i]
		lines := s.lines()
		switch {
		case s.kind == removed && i+1 < len(steps) && steps[i+1].kind == added && len(lines) > 1 && len(steps[i+1].lines()) > 1:
			t.pair(lines, steps[i+1].lines())
			i++
		case s.kind == same, s.kind == removed && t.row.New == nil && aloneAt(steps, i), s.kind == added && t.row.Old == nil && aloneAt(steps, i):
			for k, line := range lines {
				if k > 0 {
					t.end()
				}
				t.put(s.kind, line)
			}
		default:
			t.put(s.kind, strings.Join(lines, "\n"))
		}
	}
	t.end()
	return t.rows
}

// aloneAt tells whether a step ends with its paragraph, so that what follows begins a new row on both sides.
func aloneAt(steps []step, i int) bool {
	tokens := steps[i].tokens
	return i+1 == len(steps) && len(steps) == 1 || tokens[len(tokens)-1] == "\n"
}

// lines are the paragraphs of a step.
func (s step) lines() []string { return strings.Split(strings.Join(s.tokens, ""), "\n") }

// table is the rows that are finished, and the one that is not.
type table struct {
	rows []Row
	row  Row
}

func (t *table) end() {
	if t.row.Old != nil || t.row.New != nil {
		t.rows = append(t.rows, t.row)
	}
	t.row = Row{}
}

// pair sets replaced paragraphs beside those that replace them. The last of each side stand together, for what follows is common.
func (t *table) pair(gone, come []string) {
	most := max(len(gone), len(come))
	side := func(k kind, lines []string, i int) {
		switch {
		case i == most-1:
			t.put(k, lines[len(lines)-1])
		case i < len(lines)-1:
			t.put(k, lines[i])
		}
	}
	for i := range most {
		if i > 0 {
			t.end()
		}
		side(removed, gone, i)
		side(added, come, i)
	}
}

func (t *table) put(k kind, text string) {
	if text != "" {
		t.row.put(k, text)
	}
}

func (r *Row) put(k kind, text string) {
	if k != added {
		r.Old = join(r.Old, Run{text, k == removed})
	}
	if k != removed {
		r.New = join(r.New, Run{text, k == added})
	}
}

// join lengthens the last run where it is of the same sort.
func join(runs []Run, run Run) []Run {
	if last := len(runs) - 1; last >= 0 && runs[last].Changed == run.Changed {
		runs[last].Text += run.Text
		return runs
	}
	return append(runs, run)
}
