package persian

import (
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// kinds of timeToken
const (
	noToken = iota
	numberToken
	wordToken
	signToken
)

// timeToken is a number, a word or one sign of the text.
type timeToken struct {
	kind   int
	text   string
	n      int  // of a number with at most nine digits
	spaced bool // white space stands before it
}

func (t timeToken) is(text string) bool { return t.kind != noToken && t.text == text }

// isNumber reports whether t is a number of least to most digits.
func (t timeToken) isNumber(least, most int) bool {
	return t.kind == numberToken && len(t.text) >= least && len(t.text) <= most
}

// fraction returns the token as decimals of a second.
func (t timeToken) fraction() time.Duration {
	d := time.Duration(t.n)
	for range 9 - len(t.text) {
		d *= 10
	}
	return d
}

// splitTime cuts a folded text into tokens and turns ordinals written as
// words into numbers.
func splitTime(s string) []timeToken {
	var toks []timeToken
	spaced := false
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		t := timeToken{kind: kindOfRune(r), spaced: spaced}
		if t.kind == noToken {
			spaced = true
			s = s[n:]
			continue
		}
		for n < len(s) && t.kind != signToken {
			r, size := utf8.DecodeRuneInString(s[n:])
			if kindOfRune(r) != t.kind {
				break
			}
			n += size
		}
		t.text, s, spaced = s[:n], s[n:], false
		if t.kind == numberToken && n <= 9 {
			for _, d := range t.text {
				t.n = t.n*10 + int(d-'0')
			}
		}
		toks = append(toks, t)
	}
	return joinOrdinals(toks)
}

// kindOfRune returns the kind of token that r belongs to, noToken for space.
func kindOfRune(r rune) int {
	switch {
	case r == ' ':
		return noToken
	case r >= '0' && r <= '9':
		return numberToken
	case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r):
		return wordToken
	}
	return signToken
}

// joinOrdinals replaces ordinals, also those of several words (بیست و دوم), by
// numbers.
func joinOrdinals(toks []timeToken) []timeToken {
	out := toks[:0]
	for i := 0; i < len(toks); {
		n, size := ordinalAt(toks[i:])
		if size == 0 {
			out = append(out, toks[i])
			i++
			continue
		}
		out = append(out, timeToken{kind: numberToken, text: strconv.Itoa(n), n: n, spaced: toks[i].spaced})
		i += size
	}
	return out
}

// ordinalAt returns the ordinal at the beginning of toks and the number of its
// tokens; the longest wins.
func ordinalAt(toks []timeToken) (n, size int) {
	name := ""
	for i := 0; i < len(toks) && i < 3 && toks[i].kind == wordToken; i++ {
		name += toks[i].text
		if day, ok := ordinals[name]; ok {
			n, size = day, i+1
		}
	}
	return n, size
}
