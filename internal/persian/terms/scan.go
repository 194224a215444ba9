package terms

import (
	"unicode"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

// kind is the kind of a character, and of a word that begins with it.
type kind uint8

const (
	other  kind = iota
	space       // between words that may belong together
	hidden      // vowel signs and controls: part of the word around them
	half        // half-space
	letter      // of Arabic script, and of any script but Latin
	latin
	digit
)

// kinds is the kind of each character below U+0800.
var kinds = buildKinds()

func buildKinds() *[0x800]kind {
	var table [0x800]kind
	for r := range table {
		table[r] = kindOfRune(rune(r))
	}
	return &table
}

func kindOfRune(r rune) kind {
	switch {
	case r == ' ' || r == '\u00a0':
		return space
	case r == '\u200c' || r == '\u200b':
		return half
	case r == 'ـ' || r == 'ء' || unicode.In(r, unicode.Mn, unicode.Cf):
		return hidden
	case unicode.IsDigit(r):
		return digit
	case unicode.Is(unicode.Latin, r) || r >= 'Ａ' && r <= 'ｚ':
		return latin
	case unicode.IsLetter(r):
		return letter
	}
	return other
}

// word is a word as it was found.
type word struct {
	start, end int // in the text
	from, to   int // in Splitter.folded
	joint      int // where the last half-space stood in the folded word; 0: nowhere
	first      int // where the first one stood
	kind       kind
	near       bool // one space and nothing else stands between this word and the one before
	dotted     bool // a full stop follows at once
}

// scan finds the words of text.
func (s *Splitter) scan(text string) {
	s.folded, s.words = s.folded[:0], s.words[:0]
	onlySpace := false
	for i := 0; i < len(text); {
		k, n := kindAt(text, i)
		switch {
		case k >= letter:
			var w word
			s.word(&w, text, i, k)
			w.near = onlySpace
			i, onlySpace = w.end, true
			if w.to > w.from {
				s.add(&w)
			}
		case k == space || k == half || k == hidden:
			i += n
		default:
			onlySpace = false
			i += n
		}
	}
}

func kindAt(text string, i int) (kind, int) {
	c := text[i]
	if c < utf8.RuneSelf {
		return kinds[c], 1
	}
	if c >= 0xc2 && c < 0xe0 && i+1 < len(text) && text[i+1]&0xc0 == 0x80 {
		return kinds[rune(c&0x1f)<<6|rune(text[i+1]&0x3f)], 2
	}
	r, n := utf8.DecodeRuneInString(text[i:])
	return kindOfRune(r), n
}

// word reads the word that begins at text[i] with a character of kind k, and folds it.
func (s *Splitter) word(w *word, text string, i int, k kind) {
	w.start, w.from, w.kind = i, len(s.folded), k
	from := i // what is not yet folded
	for i < len(text) {
		next, n := kindAt(text, i)
		if next == half && k == letter {
			if j, ok := s.overHalfSpace(text, i+n); ok {
				s.folded = persian.AppendFold(s.folded, text[from:i])
				w.joint = len(s.folded) - w.from
				if w.first == 0 {
					w.first = w.joint
				}
				from, i = j, j
				continue
			}
			break
		}
		if next != k && next != hidden && (k == letter || next != digit && next != latin) {
			if k != digit || !continuesNumber(text, i) {
				break
			}
			s.folded = persian.AppendFold(s.folded, text[from:i])
			if text[i] == '.' || text[i:i+n] == "٫" {
				s.folded = append(s.folded, '.')
			}
			from = i + n
		}
		if next == latin {
			w.kind = latin
			k = latin
		}
		i += n
	}
	s.folded = persian.AppendFold(s.folded, text[from:i])
	w.end, w.to = i, len(s.folded)
	w.dotted = i < len(text) && text[i] == '.'
}

// overHalfSpace returns where the word goes on after a half-space at or before text[i], if a letter follows.
func (s *Splitter) overHalfSpace(text string, i int) (int, bool) {
	for i < len(text) {
		k, n := kindAt(text, i)
		if k == letter {
			return i, true
		}
		if k != half && k != hidden {
			break
		}
		i += n
	}
	return i, false
}

// continuesNumber reports whether the mark at text[i] stands inside a number: a decimal point, or a separator of thousands.
func continuesNumber(text string, i int) bool {
	thousands := false
	n := 1
	switch {
	case text[i] == '.':
	case text[i] == ',':
		thousands = true
	case i+1 < len(text) && text[i:i+2] == "٫":
		n = 2
	case i+1 < len(text) && text[i:i+2] == "٬":
		thousands, n = true, 2
	default:
		return false
	}
	digits := 0
	for i += n; i < len(text); {
		k, n := kindAt(text, i)
		if k != digit {
			break
		}
		digits++
		i += n
	}
	return digits == 3 || digits > 0 && !thousands
}

// add appends w, or joins it to the abbreviation before it: ج.ا.ا.
func (s *Splitter) add(w *word) {
	if n := len(s.words); n > 0 && w.kind != digit {
		before := &s.words[n-1]
		if before.dotted && before.end+1 == w.start && before.kind == w.kind && single(s.folded[w.from:w.to]) &&
			(before.first < 0 || single(s.folded[before.from:before.to])) {
			before.end, before.to, before.dotted, before.first = w.end, w.to, w.dotted, -1
			return
		}
	}
	s.words = append(s.words, *w)
}

func single(b []byte) bool { return utf8.RuneCount(b) == 1 }
