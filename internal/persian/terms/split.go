package terms

import (
	"hash/maphash"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Split returns the terms of text in their order. They and their bytes are valid until the next call.
func (s *Splitter) Split(text string) []Term {
	s.scan(text)
	s.out, s.terms = s.out[:0], s.terms[:0]
	for i := 0; i < len(s.words); {
		i += s.emit(i)
	}
	// The buffer may have moved while it grew: terms get their bytes at the end.
	at := 0
	for i := range s.terms {
		n := len(s.terms[i].Text)
		s.terms[i].Text = s.out[at : at+n : at+n]
		at += n
	}
	return s.terms
}

// Stem returns the stem of a single word with its half-spaces; of several words, the stems one after another.
func (s *Splitter) Stem(text string) string {
	s.Split(text)
	return string(s.out)
}

// emit writes the terms of the word at index i and returns how many words they took.
func (s *Splitter) emit(i int) int {
	w := &s.words[i]
	folded := s.folded[w.from:w.to]
	if w.kind != letter || w.first < 0 {
		s.put(folded, w.start, w.end)
		return 1
	}
	taken := 1
	if s.parts&HalfSpace != 0 {
		if n := s.joined(i); n > 1 {
			last := &s.words[i+n-1]
			joint := w.to - w.from
			s.putStem(s.folded[w.from:last.to], joint, w.start, last.end)
			taken = n
		} else if w.joint > 0 && !s.whole(folded, w) {
			s.putParts(w)
		} else {
			s.putStem(folded, w.joint, w.start, w.end)
		}
		return taken + s.endings(i+taken)
	}
	s.putStem(folded, w.joint, w.start, w.end)
	return 1
}

// joined returns how many words from i on are one: a compound of the lexicon or a form of a verb that was written with a space. The words
// stand one after the other in s.folded.
func (s *Splitter) joined(i int) int {
	if i+1 >= len(s.words) {
		return 1
	}
	w, next := &s.words[i], &s.words[i+1]
	if !next.near || next.kind != letter || next.first < 0 || w.joint > 0 {
		return 1
	}
	folded := s.folded[w.from:w.to]
	g := s.grammar
	switch {
	case isVerbPrefix(string(folded)):
		if _, ok := g.verb(s.folded[w.from:next.to]); ok {
			return 2
		}
	case g.words[string(folded)]&opens != 0:
		if s.compound(s.folded[w.from:next.to]) {
			return 2
		}
	}
	return 1
}

// compound reports whether a folded word or its stem is a compound of the lexicon.
func (s *Splitter) compound(folded []byte) bool {
	g := s.grammar
	if g.words[string(folded)]&compound != 0 {
		return true
	}
	var buf [96]byte
	stem := g.stemOf(folded, 0).append(buf[:0], folded)
	return g.words[string(stem)]&compound != 0
}

// whole reports whether a word with half-spaces is one term: only an ending or a prefix is set apart, or the lexicon knows it.
func (s *Splitter) whole(folded []byte, w *word) bool {
	g := s.grammar
	if isVerbPrefix(string(folded[:w.first])) {
		return true
	}
	if g.endings[string(folded[w.joint:])] {
		return w.first == w.joint || g.endings[string(folded[w.first:w.joint])] || s.compound(folded[:w.joint])
	}
	return g.words[string(folded)]&listed != 0 || s.compound(folded)
}

// putParts writes the parts of an unknown compound. Their places in the text are not kept: each stands for the whole word.
func (s *Splitter) putParts(w *word) {
	folded := s.folded[w.from:w.to]
	first, rest := folded[:w.first], folded[w.first:]
	s.putStem(first, 0, w.start, w.end)
	s.putStem(rest, max(w.joint-w.first, 0), w.start, w.end)
}

// endings returns how many words from i on are endings that were written with a space; the term before them grows over them.
func (s *Splitter) endings(i int) int {
	n := 0
	for ; i+n < len(s.words); n++ {
		w := &s.words[i+n]
		if !w.near || w.kind != letter || !alone(s.folded[w.from:w.to]) {
			break
		}
		s.terms[len(s.terms)-1].End = w.end
	}
	return n
}

// alone reports whether a folded word is an ending that is no word of its own.
func alone(folded []byte) bool {
	switch string(folded) {
	case "ها", "های", "هایی", "هایم", "هایت", "هایش", "هایمان", "هایتان", "هایشان", "تر", "ترین", "ترها", "ترهای":
		return true
	}
	return false
}

func (s *Splitter) put(text []byte, start, end int) {
	s.out = append(s.out, text...)
	s.terms = append(s.terms, Term{Text: text, Start: start, End: end})
}

// putStem writes the stem of a folded word.
func (s *Splitter) putStem(folded []byte, joint, start, end int) {
	if s.parts&Stems == 0 {
		s.put(folded, start, end)
		return
	}
	before := len(s.out)
	s.out = s.known.stem(s.out, s.grammar, folded, joint)
	s.terms = append(s.terms, Term{Text: s.out[before:], Start: start, End: end})
}

// memo remembers the stems of the words that came last: a few thousand words are most of any text.
type memo struct {
	seed  maphash.Seed
	slots []memoSlot
}

type memoSlot struct {
	word, stem [memoBytes]byte
	wordLen    uint8
	stemLen    uint8
	joint      uint8
}

const (
	memoBytes = 30
	memoSlots = 1 << 13
)

// stem appends the stem of folded to dst.
func (m *memo) stem(dst []byte, g *grammar, folded []byte, joint int) []byte {
	if len(folded) > memoBytes {
		return g.stemOf(folded, joint).append(dst, folded)
	}
	if m.slots == nil {
		m.seed, m.slots = maphash.MakeSeed(), make([]memoSlot, memoSlots)
	}
	slot := &m.slots[maphash.Bytes(m.seed, folded)%memoSlots]
	if int(slot.wordLen) == len(folded) && int(slot.joint) == joint && string(slot.word[:slot.wordLen]) == string(folded) {
		return append(dst, slot.stem[:slot.stemLen]...)
	}
	before := len(dst)
	dst = g.stemOf(folded, joint).append(dst, folded)
	if stem := dst[before:]; len(stem) <= memoBytes {
		slot.wordLen, slot.stemLen, slot.joint = uint8(copy(slot.word[:], folded)), uint8(copy(slot.stem[:], stem)), uint8(joint)
	}
	return dst
}

// Fold is [persian.Fold]: with it a caller compares words as a splitter without stems does.
func fold(s string) string { return persian.Fold(s) }
