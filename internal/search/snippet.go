package search

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/persian/terms"
)

// Span is a piece of a snippet.
type Span struct {
	Text string
	Mark bool // what was looked for
}

// Snippet is the sentence of a plain text that has most of words ([Results.Words]), rarer in the text counting more, cut to about so many
// characters around the first of them. Without any of the words it is the beginning of the text.
func (x *Index) Snippet(ctx context.Context, text string, words []string, characters int) ([]Span, error) {
	s, err := x.splitter(ctx)
	if err != nil {
		return nil, err
	}
	defer x.release(s)
	wanted := map[string]bool{}
	for _, w := range words {
		wanted[w] = !x.light[w]
	}
	best, bestScore := "", -1
	for sentence := range sentences(text) {
		seen, score := map[string]bool{}, 0
		for _, term := range s.Split(sentence) {
			important, asked := wanted[string(term.Text)]
			if !asked || seen[string(term.Text)] {
				continue
			}
			seen[string(term.Text)] = true
			score++
			if important {
				score += 4
			}
		}
		if score > bestScore {
			best, bestScore = sentence, score
		}
	}
	return marked(best, s.Split(best), wanted, characters), nil
}

// sentences cuts a text after the marks that end a sentence, and at line ends.
func sentences(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for text != "" {
			i := strings.IndexAny(text, ".!?؟\n؛")
			size := len(text)
			if i >= 0 {
				_, n := utf8.DecodeRuneInString(text[i:])
				size = i + n
			}
			if sentence := strings.TrimSpace(text[:size]); utf8.RuneCountInString(sentence) > 2 && !yield(sentence) {
				return
			}
			text = text[size:]
		}
	}
}

// marked cuts a sentence around its first wanted word and marks the words in it.
func marked(sentence string, found []terms.Term, wanted map[string]bool, characters int) []Span {
	from, to := window(sentence, found, wanted, characters)
	var spans []Span
	add := func(text string, mark bool) {
		if text != "" {
			spans = append(spans, Span{text, mark})
		}
	}
	if from > 0 {
		add("… ", false)
	}
	at := from
	for _, term := range found {
		if _, ok := wanted[string(term.Text)]; ok && term.Start >= at && term.End <= to {
			add(sentence[at:term.Start], false)
			add(sentence[term.Start:term.End], true)
			at = term.End
		}
	}
	add(sentence[at:to], false)
	if to < len(sentence) {
		add(" …", false)
	}
	return spans
}

// window is the part of a sentence that is shown: whole words, the first wanted one in its first third.
func window(sentence string, found []terms.Term, wanted map[string]bool, characters int) (from, to int) {
	if utf8.RuneCountInString(sentence) <= characters {
		return 0, len(sentence)
	}
	for _, term := range found {
		if wanted[string(term.Text)] {
			from = term.Start
			break
		}
	}
	for n := 0; from > 0 && n < characters/3; n++ {
		_, size := utf8.DecodeLastRuneInString(sentence[:from])
		from -= size
	}
	if from > 0 {
		if i := strings.IndexFunc(sentence[from:], unicode.IsSpace); i >= 0 {
			from += i + 1
		}
	}
	to = from
	for n := 0; to < len(sentence) && n < characters; n++ {
		_, size := utf8.DecodeRuneInString(sentence[to:])
		to += size
	}
	if to < len(sentence) {
		if i := strings.LastIndexFunc(sentence[from:to], unicode.IsSpace); i > 0 {
			to = from + i
		}
	}
	return from, to
}
