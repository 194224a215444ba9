package persian

import (
	"unicode"
	"unicode/utf8"
)

// Fold returns the form in which two spellings of one thing are equal; the
// table in the package comment says which differences it forgets. It is for
// comparing, searching and moderating, never for showing. The result is valid
// UTF-8 on one line without spaces around it. Fold is idempotent, and
// Fold(Clean(s)) equals Fold(s). When s is folded already it is returned
// without copying.
func Fold(s string) string {
	i := foldedPrefix(s)
	if i == len(s) {
		return s
	}
	out := make([]byte, i, len(s)+utf8.UTFMax)
	copy(out, s)
	space := i > 0 && out[i-1] == ' '
	if space {
		out = out[:i-1]
	}
	return string(appendFold(out, s[i:], space))
}

// AppendFold appends Fold(s) to dst and returns it, for callers that fold many words into one buffer.
func AppendFold(dst []byte, s string) []byte {
	// It folds into the empty rest of dst, where a space at the beginning of s has nothing before it. The copy is onto itself
	// when the rest was long enough.
	return append(dst, appendFold(dst[len(dst):], s, false)...)
}

// appendFold folds s onto out, which holds the folded beginning of the same text; space says that a space is held back.
func appendFold(out []byte, s string, space bool) []byte {
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		m := rune(0)
		switch {
		case r < utf8.RuneSelf:
			m = rune(foldLow[r])
		case r >= 0xc2 && r < 0xe0 && i+1 < len(s) && s[i+1]&0xc0 == 0x80:
			n = 2
			m = rune(foldLow[r&0x1f<<6|rune(s[i+1]&0x3f)])
		default:
			r, n = utf8.DecodeRuneInString(s[i:])
			var more string
			if m, more = foldRune(r); more != "" {
				out, space = appendSpace(out, space), false
				out = append(out, more...)
			}
		}
		i += n
		switch {
		case m == 0:
		case m == ' ':
			space = true
		case space:
			out, space = appendSpace(out, true), false
			out = utf8.AppendRune(out, m)
		case m < utf8.RuneSelf:
			out = append(out, byte(m))
		case m < 0x800:
			out = append(out, 0xc0|byte(m>>6), 0x80|byte(m)&0x3f)
		default:
			out = utf8.AppendRune(out, m)
		}
	}
	return out
}

// appendSpace appends the space that was held back, unless it would be the
// first character.
func appendSpace(out []byte, space bool) []byte {
	if space && len(out) > 0 {
		return append(out, ' ')
	}
	return out
}

// foldedPrefix returns the length of the longest beginning of s that Fold
// leaves as it is; len(s) means all of it.
func foldedPrefix(s string) int {
	for i := 0; i < len(s); {
		b := s[i]
		n := 1
		switch {
		case b == ' ':
			if i == 0 || s[i-1] == ' ' || i == len(s)-1 {
				return i
			}
		case b < utf8.RuneSelf:
			if b == 0 || foldLow[b] != uint16(b) {
				return i
			}
		default:
			var r rune
			r, n = utf8.DecodeRuneInString(s[i:])
			if m, _ := foldRune(r); m != r || n == 1 {
				return i
			}
		}
		i += n
	}
	return len(s)
}

// foldRune returns what one character folds to: a character, ' ' for any
// white space, 0 for nothing, or 0 and a text of several characters.
func foldRune(r rune) (rune, string) {
	switch {
	case r < 0x800:
		return rune(foldLow[r]), ""
	case r == zwnj || dropped(r):
		return 0, ""
	case r >= 0x2000 && r < 0x2070 && unicode.IsSpace(r):
		return ' ', ""
	case isForm(r):
		return foldForm(r)
	case r >= 0xff01 && r <= 0xff5e:
		return rune(foldLow[r-0xfee0]), ""
	}
	m := foldOther(r)
	if m < 0x800 { // such as the Kelvin sign, which is a k
		m = rune(foldLow[m])
	}
	return m, ""
}

// foldOther folds characters of which no table speaks.
func foldOther(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
		return 0
	case unicode.In(r, unicode.Mn, unicode.Me) && unicode.In(r, unicode.Inherited, unicode.Arabic, unicode.Latin):
		return 0
	}
	// Upper case first joins what lower case alone keeps apart, as ς and σ.
	return unicode.ToLower(unicode.ToUpper(r))
}

// foldForm folds an Arabic presentation form to its plain letters.
func foldForm(r rune) (rune, string) {
	plain, ok := presentationForms[r]
	if !ok {
		return foldOther(r), ""
	}
	first, n := utf8.DecodeRuneInString(plain)
	switch {
	case n == 0:
		return 0, ""
	case n == len(plain):
		return rune(foldLow[first]), ""
	}
	return 0, Fold(plain)
}
