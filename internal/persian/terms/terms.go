// Package terms turns Persian text into the terms that search compares: it finds the words of a text, folds them ([persian.Fold]), brings the three
// ways to write a half-space together, and takes inflection away. Nothing here knows of an index.
//
// # What becomes of a text
//
//   - A word is a run of letters of one script with its marks. Digits are a term of their own beside Persian letters (سال۱۴۰۳) and part
//     of it beside Latin ones (g20). Capitals, accents, and the letters of Arabic keyboards fold as everywhere.
//   - Numbers are written with ASCII digits and without separators of thousands: ۱۲٬۰۰۰ and 12,000 are 12000, ۲٫۵ is 2.5.
//   - Letters with a full stop after each are one term: ج.ا.ا. and U.N.
//   - A half-space before an ending is forgotten (کتاب‌ها), and so is a space (کتاب ها, می رود). A compound that the lexicon knows
//     (بین‌المللی) is one term, written with half-space, space or nothing; an unknown one with a half-space is its parts, as with a space.
//   - Stems: see stem.go. Plurals (by rule, by list), possessives, ی and ezafe, تر and ترین go; forms of a verb become its past stem.
//
// A stem is for comparing, not for showing, and need be no word. The lexicon tells which beginning of a word is a word; what it does not know is
// left as it is, but for endings that nothing else can be (ها).
package terms

import (
	"fmt"
	"sync"
)

// Parts are the steps of the analysis that can be left out, to measure what each adds.
type Parts uint8

// The steps.
const (
	HalfSpace Parts = 1 << iota // half-space forms meet
	Stems                       // inflection is taken away
	All       = HalfSpace | Stems
)

// A Term is one word of a text.
type Term struct {
	Text       []byte // folded and stemmed; valid until the splitter is used again
	Start, End int    // the bytes of the text that it stands for
}

// A Splitter finds the terms of texts. It keeps its memory between calls, and only one goroutine may use it at a time.
type Splitter struct {
	grammar *grammar
	parts   Parts
	folded  []byte // words of the text, folded, one after another
	out     []byte // terms, one after another
	words   []word
	terms   []Term
	known   memo
}

// NewSplitter returns a splitter that does the steps of parts. The first call reads the lexicon (about 100 ms); an error means that the
// binary is broken.
func NewSplitter(parts Parts) (*Splitter, error) {
	g, err := load()
	if err != nil {
		return nil, fmt.Errorf("read the Persian word lists: %w", err)
	}
	return &Splitter{grammar: g, parts: parts}, nil
}

// pool keeps splitters of all steps for Stem.
var pool = sync.Pool{New: func() any {
	s, err := NewSplitter(All)
	if err != nil {
		return err
	}
	return s
}}

// Stem returns the stem of one word; the word itself, folded, where the binary's lexicon cannot be read or word is not one word.
func Stem(word string) string {
	s, ok := pool.Get().(*Splitter)
	if !ok {
		return word
	}
	defer pool.Put(s)
	return s.Stem(word)
}
