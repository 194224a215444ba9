package terms

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
	known := s.known.look(s.grammar, folded, w.joint)
	if s.parts&HalfSpace == 0 {
		s.putKnown(known, folded, w.start, w.end)
		return 1
	}
	taken := 1
	if known != nil && known.traits&(opens|prefix) != 0 {
		taken = s.joined(i, known.traits&prefix != 0)
	}
	switch {
	case taken > 1:
		s.putStem(s.folded[w.from:s.words[i+taken-1].to], w.to-w.from, w.start, s.words[i+taken-1].end)
	case w.joint > 0 && !s.whole(folded, w):
		s.putParts(w)
	default:
		s.putKnown(known, folded, w.start, w.end)
	}
	return taken + s.endings(i+taken)
}

// joined returns how many words from i on, the first of which opens a compound or the forms of a verb, are one that was written with
// spaces. The words stand one after the other in s.folded.
func (s *Splitter) joined(i int, prefix bool) int {
	first := &s.words[i]
	if first.joint > 0 || !s.follows(i+1) {
		return 1
	}
	next := &s.words[i+1]
	second := string(s.folded[next.from:next.to]) // no copy is made for a comparison
	if second == "و" && s.follows(i+2) && s.pair(s.folded[first.from:s.words[i+2].to], next.from-first.from, prefix) {
		return 3 // گفت و گو
	}
	if s.pair(s.folded[first.from:next.to], next.from-first.from, prefix) {
		return 2
	}
	return 1
}

// follows reports whether word i is of letters and stands one space after the word before.
func (s *Splitter) follows(i int) bool {
	return i < len(s.words) && s.words[i].near && s.words[i].kind == letter && s.words[i].first >= 0
}

// pair reports whether words written together are a compound, or a form of a verb after می.
func (s *Splitter) pair(folded []byte, joint int, verb bool) bool {
	if opening := folded[:joint+len(beginning(folded[joint:]))]; !verb && (!s.grammar.opening.has(opening) || !s.grammar.openings[string(opening)]) {
		return false
	}
	return s.known.pair(folded, func() bool {
		if verb {
			_, ok := s.grammar.verb(folded)
			return ok
		}
		return s.compound(folded)
	})
}

// compound reports whether a folded word or its stem is a compound of the lexicon.
func (s *Splitter) compound(folded []byte) bool {
	g := s.grammar
	t := g.words[string(folded)]
	if t&compound != 0 {
		return true
	}
	var buf [96]byte
	stem := g.stemOf(folded, 0, t).append(buf[:0], folded)
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
		if !s.follows(i+n) || !alone(s.folded[w.from:w.to]) {
			break
		}
		s.terms[len(s.terms)-1].End = w.end
	}
	return n
}

// alone reports whether a folded word is an ending that is no word of its own.
func alone(folded []byte) bool {
	if c := folded[1]; c != "ه"[1] && c != "ت"[1] {
		return false
	}
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
	s.putKnown(s.known.look(s.grammar, folded, joint), folded, start, end)
}

// putKnown writes the stem of a folded word of which known was looked up.
func (s *Splitter) putKnown(known *known, folded []byte, start, end int) {
	switch {
	case s.parts&Stems == 0:
		s.put(folded, start, end)
	case known != nil:
		before := len(s.out)
		s.out = append(append(s.out, folded[:known.cut]...), known.tail...)
		s.terms = append(s.terms, Term{Text: s.out[before:], Start: start, End: end})
	default: // longer than what is remembered, and so no word that inflects
		s.put(folded, start, end)
	}
}
