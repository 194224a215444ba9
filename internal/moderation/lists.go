package moderation

import (
	"slices"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Lists are terms ready to be found in texts. A value is never changed: whoever edits a list makes a new one beside it.
type Lists struct {
	terms  []news.Term
	parsed []parsedTerm
	auto   *automaton
}

// Hit is a term that was found, and the place in the text that it was found at, in bytes.
type Hit struct {
	Term     news.Term
	From, To int
}

// NewLists makes lists; a term that cannot be compared (see [TermKey]) is left out.
func NewLists(terms []news.Term) *Lists {
	l := &Lists{}
	var patterns []string
	for _, t := range terms {
		p, err := parseTerm(t.Text)
		if err != nil {
			continue
		}
		p.madda = strings.ContainsRune(persian.Clean(t.Text), 'آ')
		l.terms, l.parsed = append(l.terms, t), append(l.parsed, p)
		patterns = append(patterns, p.pattern())
	}
	l.auto = build(patterns)
	return l
}

// Len is how many terms there are.
func (l *Lists) Len() int { return len(l.terms) }

// pattern is what the automaton looks for: the words with their boundaries, and of a term with stars its longest piece.
func (p parsedTerm) pattern() string {
	switch p.form {
	case whole:
		return " " + p.text + " "
	case stem, prefix:
		return " " + p.text
	}
	longest := ""
	for _, piece := range p.pieces {
		if len(piece) > len(longest) {
			longest = piece
		}
	}
	return longest
}

// Find returns the terms of a text, each once, in the order of their places. The places are those of the text that was unmasked.
func (l *Lists) Find(u persian.Unmasked) []Hit {
	if len(l.terms) == 0 {
		return nil
	}
	s := search{lists: l, seen: map[int32]bool{}}
	s.line(u.Words, func(w persian.Word) bool { return !w.Symbol() })
	for i, w := range u.Words {
		if w.Symbol() {
			s.line(u.Words[i:i+1], nil)
		}
		if w.Latin() {
			s.finglish(u.Words[i:])
		}
	}
	for i := range u.Readings {
		s.line(u.Readings[i:i+1], nil)
		if u.Readings[i].Latin() {
			s.finglish(u.Readings[i : i+1])
		}
	}
	slices.SortStableFunc(s.hits, func(a, b Hit) int { return a.From - b.From })
	return s.hits
}

// search is one text's run through the automaton.
type search struct {
	lists *Lists
	seen  map[int32]bool
	hits  []Hit

	text  []byte // codes of the words with boundaries around them
	words []int  // by place in text: the word
	steps int    // left to Finglish
	latin []persian.Letters
}

// line looks through words that stand beside one another; those that take refuses are not there.
func (s *search) line(words []persian.Word, take func(persian.Word) bool) {
	a := s.lists.auto
	s.text, s.words = append(s.text[:0], a.code(boundary)), append(s.words[:0], 0)
	for i, w := range words {
		if take != nil && !take(w) {
			continue
		}
		s.text = append(a.encode(s.text, w.Text), a.code(boundary))
		for len(s.words) < len(s.text) {
			s.words = append(s.words, i)
		}
	}
	a.scan(s.text, func(pattern int32, last int) {
		p := &s.lists.parsed[pattern]
		end := s.words[last]
		if s.seen[pattern] || !p.fits(words[end].Text) {
			return
		}
		from := end
		if n := strings.Count(p.text, " "); n > 0 {
			for from > 0 && n > 0 {
				if from--; take == nil || take(words[from]) {
					n--
				}
			}
		}
		if p.madda || !slices.ContainsFunc(words[from:end+1], func(w persian.Word) bool { return w.Madda }) {
			s.hit(pattern, words[from].From, words[end].To)
		}
	})
}

// fits tells whether the word in which a pattern ended is really what the term says.
func (p *parsedTerm) fits(word string) bool {
	switch p.form {
	case stem:
		last := p.text[strings.LastIndexByte(p.text, ' ')+1:]
		rest, ok := strings.CutPrefix(word, last)
		return ok && isEnding(rest)
	case glob:
		return matchGlob(p.pieces, word)
	}
	return true
}

func (s *search) hit(pattern int32, from, to int) {
	s.seen[pattern] = true
	s.hits = append(s.hits, Hit{s.lists.terms[pattern], from, to})
}

// finglishSteps bounds how many spellings of one Latin word are tried; the automaton cuts most of them at the second letter.
const finglishSteps = 4000

// finglish looks for terms that begin with a Latin word, letter by letter in every spelling that some term has.
func (s *search) finglish(words []persian.Word) {
	a := s.lists.auto
	start := a.child(0, a.code(boundary))
	if start == 0 || len(words[0].Text) < 2 { // an x is no word
		return
	}
	s.steps = finglishSteps
	s.latin = persian.AppendFinglish(s.latin[:0], words[0].Text)
	s.spell(start, s.latin, words[0], words)
}

// spell follows the letters of a Latin word, and goes on with the next word where a phrase does.
func (s *search) spell(node int32, letters []persian.Letters, first persian.Word, words []persian.Word) {
	if s.steps--; s.steps < 0 || node == 0 {
		return
	}
	a := s.lists.auto
	for p := a.found[node]; p >= 0; p = a.same[p] {
		if form := s.lists.parsed[p].form; !s.seen[p] && (form == prefix || form == stem && spellsEnding(letters)) {
			s.hit(p, first.From, words[0].To)
		}
	}
	if len(letters) > 0 {
		for _, alternative := range letters[0] {
			to := node
			for _, r := range alternative {
				if to = a.child(to, a.code(r)); to == 0 {
					break
				}
			}
			s.spell(to, letters[1:], first, words)
		}
		return
	}
	end := a.child(node, a.code(boundary))
	if end == 0 {
		return
	}
	for p := a.found[end]; p >= 0; p = a.same[p] {
		if !s.seen[p] && s.lists.parsed[p].form == whole {
			s.hit(p, first.From, words[0].To)
		}
	}
	if phrases := a.children[end] < a.children[end+1]; phrases && len(words) > 1 && words[1].Latin() {
		s.spell(end, persian.AppendFinglish(nil, words[1].Text), first, words[1:])
	}
}

// longestEnding is how many Latin letters an ending may have.
const longestEnding = 12

// spellsEnding tells whether Latin letters may stand for an ending of Persian, or for nothing.
func spellsEnding(letters []persian.Letters) bool {
	return len(letters) <= longestEnding &&
		(spells(letters, "") || slices.ContainsFunc(endings, func(e string) bool { return spells(letters, e) }))
}

// spells tells whether Latin letters may stand for a Persian text.
func spells(letters []persian.Letters, text string) bool {
	if len(letters) == 0 {
		return text == ""
	}
	return slices.ContainsFunc(letters[0], func(alternative string) bool {
		rest, ok := strings.CutPrefix(text, alternative)
		return ok && spells(letters[1:], rest)
	})
}
