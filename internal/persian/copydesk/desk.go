// Package copydesk reads Persian as a copy editor does: it finds lost half-spaces, letters of other keyboards, loose
// punctuation and what else a newsroom corrects before printing. The same rules serve the editor's page, the checklist before
// publishing and the command dabir lint. [Rules] is the table of them.
//
// What is a word is told by the lexicon and its endings, never by a list of mistakes. A safe fix changes spacing, half-spaces,
// punctuation and code points only; the text stays equal under persian.Fold but for spaces and marks. Applying all safe fixes
// twice is the same as once. Nothing here touches Latin, addresses, code between backticks, or Arabic with its vowels in quotation marks.
//
// No I/O and no wording for people lives here: reasons are keys of the catalogs.
package copydesk

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/persian/lexicon"
)

// Finding is one thing to correct. Start and End are byte offsets in the text that was checked; Line and Col count from 1, Col in
// characters. Before is the text from Start to End. After is what should stand there; when it equals Before, there is no fix to
// offer. Reason is the key of the sentence for people. Note is the house's own note on a term.
type Finding struct {
	Field         string // from CheckArticle: "kicker", "headline", "short_headline", "lede", "picture_caption", "picture_credit", "picture_alt", "body"; else empty
	Rule          Rule
	Start, End    int
	Line, Col     int
	Before, After string
	Reason        string
	Note          string
	Safe          bool // may be applied without asking
}

// Fixable reports whether there is something to put in place.
func (f Finding) Fixable() bool { return f.Before != f.After }

// HouseTerm is one row of the newsroom's own table: what not to write, what to write, and why.
type HouseTerm struct{ Forbidden, Preferred, Note string }

// Desk checks texts. It is safe for concurrent use.
type Desk struct {
	lex      *lexicon.Lexicon
	terms    map[string][]term // by their first word
	checkers sync.Pool         // of *checker, which remember what they said of a word
}

// New returns a desk with the newsroom's table of terms and the words it has added, with their half-spaces.
func New(lex *lexicon.Lexicon, house []HouseTerm, added []string) *Desk {
	// Pronouns take the plural of nouns, which the lexicon does not say.
	lex = lex.With(added...).WithClass(lexicon.PluralApart|lexicon.IsPluralApart, "آن", "این")
	return &Desk{lex: lex, terms: termTable(house)}
}

// checker is one walk over a text.
type checker struct {
	*Desk
	line
	base     int // where the line begins in the text
	found    []Finding
	readings []lexicon.Reading
	done     []bool // by token: a finding covers it already
	width    []int  // by token: the bytes of the word that it will be part of
	judged   map[string]verdict
}

// Check returns what is to be corrected in text, in the order of the text. Each line of it is a paragraph of its own. Text that
// is not valid UTF-8 is checked all the same; what is broken is passed over.
func (d *Desk) Check(text string) []Finding {
	c, ok := d.checkers.Get().(*checker)
	if !ok {
		c = &checker{Desk: d, judged: map[string]verdict{}}
	}
	found := c.check(text)
	c.found, c.text = nil, ""
	d.checkers.Put(c)
	return found
}

func (c *checker) check(text string) []Finding {
	fenced := false
	for rest, at := text, 0; at < len(text); {
		end := strings.IndexByte(rest, '\n')
		if end < 0 {
			end = len(rest)
		}
		if strings.HasPrefix(rest, "```") {
			fenced = !fenced
		} else if !fenced {
			c.base = at
			c.scan(rest[:end], c.toks)
			c.checkLine()
		}
		at += end + 1
		rest = text[min(at, len(text)):]
	}
	slices.SortStableFunc(c.found, func(a, b Finding) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	place(c.found, text)
	return c.found
}

func (c *checker) checkLine() {
	if !c.persian || c.alien {
		return
	}
	c.done = append(c.done[:0], make([]bool, len(c.toks))...)
	c.width = append(c.width[:0], make([]int, len(c.toks))...)
	c.holdForeign()
	c.quotes()
	c.words()
	c.numbers()
	c.numberSpaces()
	c.marks()
	c.spaces()
	c.repeated()
	c.dates()
	c.houseTerms()
}

// add notes that the tokens from first to last should read after. They count as done when the finding changes them safely.
func (c *checker) add(rule Rule, first, last int, after string, safe bool) {
	start, end := c.toks[first].start, c.toks[last].end
	c.addAt(rule, start, end, after, safe)
	if safe {
		for i := first; i <= last; i++ {
			c.done[i] = true
		}
	}
}

func (c *checker) addAt(rule Rule, start, end int, after string, safe bool) {
	c.found = append(c.found, Finding{Rule: rule, Start: c.base + start, End: c.base + end, Before: c.text[start:end], After: after,
		Reason: "copydesk." + string(rule), Safe: safe})
}

// place fills in lines and columns of findings in the order of text.
func place(found []Finding, text string) {
	at, lineNo, col := 0, 1, 1
	for i := range found {
		for at < found[i].Start {
			if text[at] == '\n' {
				lineNo, col = lineNo+1, 0
			}
			if utf8.RuneStart(text[at]) {
				col++
			}
			at++
		}
		found[i].Line, found[i].Col = lineNo, col
	}
}

// Fix returns text with all safe findings applied. Findings must come from Check of the same text.
func Fix(text string, found []Finding) string {
	safe := slices.DeleteFunc(slices.Clone(found), func(f Finding) bool { return !f.Safe })
	return Apply(text, safe...)
}

// Apply returns text with these findings applied, safe or not. Of two that overlap the first counts; one that does not belong to
// text is passed over.
func Apply(text string, found ...Finding) string {
	sorted := slices.Clone(found)
	slices.SortStableFunc(sorted, func(a, b Finding) int { return cmp.Compare(a.Start, b.Start) })
	var b strings.Builder
	at := 0
	for _, f := range sorted {
		if f.Start < at || f.End < f.Start || f.End > len(text) || text[f.Start:f.End] != f.Before {
			continue
		}
		b.WriteString(text[at:f.Start])
		b.WriteString(f.After)
		at = f.End
	}
	if at == 0 {
		return text
	}
	b.WriteString(text[at:])
	return b.String()
}
