package search

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/persian/terms"
)

// Query is what a reader asks. The zero Query finds everything, newest first.
type Query struct {
	Text     string // words; phrases in quotes of any kind; -word leaves out. Nothing in it is an error.
	Section  int64  // 0: any
	Kind     string // "": any
	Tag      int64  // a tag or topic; 0: any
	Reporter string // "": any
	From     time.Time
	Until    time.Time // published at or after From and before Until; zero: no bound
	Newest   bool      // newest first, not best first
	Facets   bool      // count sections, kinds, tags and reporters
	After    string    // Results.Next of the page before; "" or what is none: the first page
	Limit    int       // articles on a page, 1 to maxResults; 0: 20
	Now      time.Time // for recency; zero: recency does not count
	Ranking  Ranking
}

// Ranking switches parts of the ranking off, to measure what each adds.
type Ranking struct{ NoAllWords, NoRecency, NoSynonyms, NoFeedback, NoLight, NoNeighbours, NoLength bool }

// Bounds of a query. What is longer is cut.
const (
	maxText    = 1000 // bytes
	maxWords   = 24
	maxResults = 1000 // how deep pages go
)

// asked is a query that was read.
type asked struct {
	words   []string   // stems, each once
	shown   []string   // the same words as they were typed, for spelling
	phrases [][]string // stems of each phrase, one after another
	without []string   // stems
	asks    bool       // a question, which wants an answer more than a topic
}

// read reads the text of a query.
func (x *Index) read(text string, s *terms.Splitter) asked {
	text = cut(text, maxText)
	var a asked
	words := func(text string) []string {
		var stems []string
		for _, term := range s.Split(text) {
			stems = append(stems, string(term.Text))
			a.add(string(term.Text), text[term.Start:term.End])
		}
		return stems
	}
	outside, quoted := cutQuotes(text)
	var plain []string
	for field := range strings.FieldsSeq(outside) {
		rest, minus := strings.CutPrefix(field, "-")
		if !minus {
			rest, minus = strings.CutPrefix(field, "−")
		}
		if minus && strings.ContainsFunc(rest, unicode.IsLetter) {
			for _, term := range s.Split(rest) {
				a.without = append(a.without, string(term.Text))
			}
			continue
		}
		plain = append(plain, field)
	}
	words(strings.Join(plain, " "))
	a.asks = strings.ContainsAny(text, "؟?") || slices.ContainsFunc(a.words, func(stem string) bool { return x.asking[stem] })
	for _, phrase := range quoted {
		if stems := words(phrase); len(stems) > 1 {
			a.phrases = append(a.phrases, stems)
		}
	}
	return a
}

func (a *asked) add(stem, shown string) {
	for _, word := range a.words {
		if word == stem {
			return
		}
	}
	if len(a.words) < maxWords {
		a.words, a.shown = append(a.words, stem), append(a.shown, shown)
	}
}

// cut shortens text to at most n bytes of whole characters.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}

// cutQuotes takes the texts between quotes out. A quote that is not closed is none.
func cutQuotes(text string) (outside string, quoted []string) {
	var b strings.Builder
	for text != "" {
		i := strings.IndexAny(text, `"«“”„`)
		if i < 0 {
			break
		}
		open, size := rune(0), 0
		for _, r := range text[i:] {
			open = r
			break
		}
		size = len(string(open))
		closing := `"”“`
		if open == '«' {
			closing = "»"
		}
		end := strings.IndexAny(text[i+size:], closing)
		if end < 0 {
			b.WriteString(text[:i] + " ")
			text = text[i+size:]
			continue
		}
		b.WriteString(text[:i] + " ")
		quoted = append(quoted, text[i+size:i+size+end])
		text = text[i+size+end:]
		for _, r := range text {
			text = text[len(string(r)):]
			break
		}
	}
	b.WriteString(text)
	return b.String(), quoted
}

// plain returns the folded words of a text, half-spaces brought together and nothing else taken away.
func (x *Index) plain(text string) []string {
	var words []string
	for field := range strings.FieldsFuncSeq(persian.Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		words = append(words, field)
	}
	return words
}

// Light words bind or ask, and say little of what is wanted.
const (
	bindingWords = `از به در با برای را که این آن و یا تا بر هر هم است بود شد نیز اما اگر پس خود باید می کرد توسط دارد داشت طی نام`
	askingWords  = `چه چیست کیست کجا کجاست چرا چگونه چطور کدام کدامند چند چقدر کی آیا`
)

// stemsOf returns the stems of a text as a set.
func stemsOf(s *terms.Splitter, text string) map[string]bool {
	stems := map[string]bool{}
	for _, term := range s.Split(text) {
		stems[string(term.Text)] = true
	}
	return stems
}
