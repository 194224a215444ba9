package terms

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// stem is the beginning of a word up to cut, and what stands after it.
type stem struct {
	cut  int
	tail string
}

// append writes the stem of word to dst.
func (s stem) append(dst, word []byte) []byte {
	return append(append(dst, word[:s.cut]...), s.tail...)
}

// stemOf finds the stem of a folded word. joint is where its last half-space stood, 0 where there was none or nobody knows; t is
// what the lexicon tells of word.
func (g *grammar) stemOf(word []byte, joint int, t traits) stem {
	if t&irregular != 0 {
		return stem{tail: g.stems[string(word)]}
	}
	if joint > 0 && g.endings[string(word[joint:])] {
		if utf8.RuneCount(word[:joint]) >= 2 {
			if s, ok := g.verb(word); ok {
				return s
			}
			return g.stemOf(word[:joint], 0, g.words[string(word[:joint])])
		}
	}
	if t&listed != 0 && t&inflects == 0 || t&verbal != 0 || joint > 0 && isVerbPrefix(string(word[:joint])) {
		if s, ok := g.verb(word); ok {
			return s
		}
	}
	if s, ok := g.participle(word); ok {
		return s
	}
	s := g.nominal(word, t)
	if s.cut == len(word) && t&inflects == 0 {
		if v, ok := g.verb(word); ok {
			return v
		}
	}
	return s
}

// A rule takes an ending from a noun or an adjective.
type rule struct {
	ending string
	kind   ruleKind
}

type ruleKind uint8

const (
	many    ruleKind = iota // ها and what may follow it
	more                    // تر، ترین
	people                  // ان and what may follow it
	arabic                  // ات، ین، ون
	own                     // possessives and the short forms of بودن
	ye                      // ی of one, of quality and of the genitive
	yeAfter                 // ی after ا and و, ای after ه
)

// rules has the rules by the last byte of their endings, in the order in which they are tried: longer endings before the shorter ones
// that they end with.
var rules = buildRules()

func buildRules() *[256][]rule {
	var table [256][]rule
	add := func(kind ruleKind, endings string) {
		for e := range strings.FieldsSeq(endings) {
			last := e[len(e)-1]
			table[last] = append(table[last], rule{e, kind})
		}
	}
	add(many, "هایمان هایتان هایشان هایند هاشان هامان هاتان هایم هایت هایش هاست هایی های ها")
	add(more, "ترینهای ترینها ترین ترهای ترها تری تر")
	add(people, "انشان انمان انتان انی انش انم انت انند ان")
	add(arabic, "اتشان اتمان اتی اتش ات یون ین ون")
	add(own, "یمان یتان یشان مان تان شان یم یش ام اش م ش ت ند ست")
	add(yeAfter, "یی ای")
	add(ye, "ی")
	return &table
}

// nominal finds the stem of a noun or an adjective.
func (g *grammar) nominal(word []byte, t traits) stem {
	if len(word) == 0 {
		return stem{}
	}
	list := rules[word[len(word)-1]]
	for i := range list {
		r := &list[i]
		if !bytes.HasSuffix(word, []byte(r.ending)) {
			continue
		}
		rest := word[:len(word)-len(r.ending)]
		if utf8.RuneCount(rest) < 2 {
			continue
		}
		if s, ok := g.without(r, word, rest, t); ok {
			return s
		}
	}
	return stem{cut: len(word)}
}

// again finds the stem of what an ending was taken from.
func (g *grammar) again(rest []byte) stem {
	t := g.words[string(rest)]
	if t&irregular != 0 {
		return stem{tail: g.stems[string(rest)]}
	}
	return g.nominal(rest, t)
}

// without decides whether word, of which t is known, is rest with the ending of r.
func (g *grammar) without(r *rule, word, rest []byte, t traits) (stem, bool) {
	known := g.words[string(rest)]
	switch r.kind {
	case many:
		if t&lexeme != 0 || known&listed == 0 && (t&listed != 0 || utf8.RuneCount(rest) < 3) {
			return stem{}, false
		}
		return g.again(rest), true
	case more:
		if known&adjective != 0 && utf8.RuneCount(rest) >= 2 {
			return g.again(rest), true
		}
	case people:
		return g.withoutPeople(r, rest, t, known)
	case arabic:
		return g.withoutArabic(r, rest, t, known)
	case own:
		if t&listed == 0 && known&inflects != 0 && (len(r.ending) > 4 || utf8.RuneCount(rest) >= 3) {
			return g.again(rest), true
		}
	case yeAfter:
		after := "ا و"
		if r.ending == "ای" {
			after = "ه"
		}
		if t&adjective == 0 && known&inflects != 0 && endsWithOne(rest, after) {
			return g.again(rest), true
		}
	case ye:
		if known&(inflects|lexeme) == 0 || utf8.RuneCount(rest) < 2 {
			return stem{}, false
		}
		if t&inflects == 0 || endsWithOne(rest, "ا و") && t&adjective == 0 {
			return g.again(rest), true
		}
	}
	return stem{}, false
}

func endsWithOne(word []byte, letters string) bool {
	r, _ := utf8.DecodeLastRune(word)
	return r != ' ' && strings.ContainsRune(letters, r)
}

// has reports whether rest followed by tail is a noun or an adjective.
func (g *grammar) has(rest []byte, tail string) bool {
	var buf [64]byte
	return g.words[string(append(append(buf[:0], rest...), tail...))]&inflects != 0
}

// hasOwnName reports whether rest with the plural ending is a word of its own (آسان, جریان) or on the list of plurals.
func (g *grammar) hasOwnName(rest []byte, ending string) bool {
	var buf [64]byte
	word := append(append(buf[:0], rest...), ending...)
	return g.words[string(word)]&(irregular|lexeme) != 0
}

// withoutPeople takes ان: of کودکان, of بندگان (بنده) and of دانشجویان.
func (g *grammar) withoutPeople(r *rule, rest []byte, t, known traits) (stem, bool) {
	if t&lexeme != 0 || t&listed != 0 && t&(plural|compound) == 0 || g.hasOwnName(rest, "ان") {
		return stem{}, false
	}
	if before, ok := bytes.CutSuffix(rest, []byte("گ")); ok && g.has(before, "ه") {
		return stem{len(before), "ه"}, true
	}
	if known&inflects != 0 && known&plural == 0 {
		return g.again(rest), true
	}
	if before, ok := bytes.CutSuffix(rest, []byte("ی")); ok && g.words[string(before)]&inflects != 0 && endsWithOne(before, "ا و") {
		return stem{cut: len(before)}, true
	}
	return stem{}, false
}

// withoutArabic takes ات (with ه or ت where the singular has it), ین and ون.
func (g *grammar) withoutArabic(r *rule, rest []byte, t, known traits) (stem, bool) {
	if t&lexeme != 0 || t&listed != 0 && t&plural == 0 {
		return stem{}, false
	}
	if strings.HasPrefix(r.ending, "ات") {
		if g.hasOwnName(rest, "ات") {
			return stem{}, false
		}
		if known&inflects != 0 && utf8.RuneCount(rest) >= 4 && !bytes.HasPrefix(rest, []byte("م")) {
			return g.again(rest), true // تولیدات; مقالات and جملات are below
		}
		if before, ok := bytes.CutSuffix(rest, []byte("ج")); ok && g.has(before, "ه") {
			return stem{len(before), "ه"}, true
		}
		for _, tail := range []string{"ه", "ت"} {
			if g.has(rest, tail) {
				return stem{len(rest), tail}, true
			}
		}
	} else if t&plural == 0 {
		return stem{}, false
	}
	if known&inflects != 0 {
		return g.again(rest), true
	}
	return stem{}, false
}
