package persian

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	zwnj = '\u200c' // the half-space
	zwsp = '\u200b' // what some editors put in its place
	zwj  = '\u200d'
)

// Clean returns s as Dabir stores it: valid UTF-8, Arabic ي and ك as ی and ک,
// the decomposed letters of Persian composed, lines ended by \n, without
// control characters, bidi controls, byte order marks and soft hyphens, one
// half-space where several stood and none at the edge of a word, and no white
// space around the whole. All else comes through as it was; the table in the
// package comment has every case. The result holds only characters that XML
// and PostgreSQL accept. Clean is idempotent, and returns s itself, without
// copying, when nothing is to be done.
func Clean(s string) string {
	s = strings.TrimSpace(s)
	at := cleanUntil(s, 0)
	if at == len(s) {
		return s
	}
	out := make([]byte, 0, len(s))
	from := 0
	for at < len(s) {
		out = append(out, s[from:at]...)
		out, from = cleanRune(out, s, at)
		at = cleanUntil(s, from)
	}
	out = append(out, s[from:]...)
	return strings.TrimSpace(string(out))
}

// CleanLine is [Clean] for what stands on one line, such as a name or a
// headline: each run of spaces, tabs, no-break spaces and line ends becomes
// one space.
func CleanLine(s string) string {
	s = Clean(s)
	if oneLine(s) {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// oneLine reports whether the only white space in s is single ASCII spaces.
func oneLine(s string) bool {
	space := false
	for _, r := range s {
		if !unicode.IsSpace(r) {
			space = false
			continue
		}
		if r != ' ' || space {
			return false
		}
		space = true
	}
	return true
}

// cleanUntil returns the index of the first character at or after i that
// Clean may have to change, or len(s). It looks at bytes, since nearly all
// text passes it untouched.
func cleanUntil(s string, i int) int {
	for i < len(s) {
		b := s[i]
		switch {
		case b >= 0x20 && b < 0x7f || b == '\n' || b == '\t':
			i++
		case b >= 0xd8 && b <= 0xdb: // the Arabic block, where Persian is
			if i+1 >= len(s) || s[i+1]&0xc0 != 0x80 || b <= 0xd9 && cleanArabic[b-0xd8][s[i+1]&0x3f] && !staysApart(s, i) {
				return i
			}
			i += 2
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == zwnj && keepsHalfSpace(s, i, i+n) {
				i += n
				continue
			}
			if r == utf8.RuneError && n < 2 || r < 0xa0 || r == zwnj || r == '\u2028' || r == '\u2029' || dropped(r) {
				return i
			}
			i += n
		}
	}
	return i
}

// staysApart reports whether the character of s at i is a mark that makes no
// single letter with the one before it.
func staysApart(s string, i int) bool {
	mark, _ := utf8.DecodeRuneInString(s[i:])
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	return unicode.IsMark(mark) && inWord(before) && compose(before, mark) == 0
}

// cleanArabic marks, for the two lead bytes D8 and D9, the second bytes of
// the characters that Clean changes or must compose.
var cleanArabic = [2][64]bool{
	0: {0x1c: true},                                                 // U+061C
	1: {0x03: true, 0x0a: true, 0x13: true, 0x14: true, 0x15: true}, // ك ي ◌ٓ ◌ٔ ◌ٕ
}

// cleanRune appends to out what becomes of the character of s at i and
// returns out and the index behind what it has read.
func cleanRune(out []byte, s string, i int) ([]byte, int) {
	r, n := utf8.DecodeRuneInString(s[i:])
	next := i + n
	switch {
	case r == utf8.RuneError && n < 2:
		return append(out, "\uFFFD"...), next
	case r == 'ي':
		return append(out, "ی"...), next
	case r == 'ك':
		return append(out, "ک"...), next
	case r == '\u0653' || r == '\u0654' || r == '\u0655':
		last, size := utf8.DecodeLastRune(out)
		if whole := compose(last, r); whole != 0 {
			return utf8.AppendRune(out[:len(out)-size], whole), next
		}
		return append(out, s[i:next]...), next
	case r == '\r' && next < len(s) && s[next] == '\n':
		return out, next
	case r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
		return append(out, '\n'), next
	case r == zwnj || r == zwsp:
		return cleanHalfSpace(out, s, next)
	case r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 || dropped(r):
		return out, next
	}
	return append(out, s[i:next]...), next
}

// cleanHalfSpace decides on the half-space before s[next:]. It stays only
// between two characters of a word, whatever invisible ones stand there too.
func cleanHalfSpace(out []byte, s string, next int) ([]byte, int) {
	for next < len(s) {
		r, n := utf8.DecodeRuneInString(s[next:])
		if r != zwnj && !dropped(r) && !droppedControl(r) {
			if last, _ := utf8.DecodeLastRune(out); inWord(last) && inWord(r) {
				out = append(out, "\u200c"...)
			}
			return out, next
		}
		next += n
	}
	return out, next
}

// keepsHalfSpace reports whether the half-space s[i:next] stands right between
// two characters of a word.
func keepsHalfSpace(s string, i, next int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[next:])
	return inWord(before) && inWord(after)
}

// inWord reports whether r belongs to a word, so that a half-space beside it
// means something.
func inWord(r rune) bool {
	if r >= 'آ' && r <= 'ی' {
		return r < '٪' || r > '٭'
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == zwj
}

// droppedControl reports whether r is a control character that ends no line.
func droppedControl(r rune) bool {
	return unicode.IsControl(r) && !unicode.IsSpace(r)
}

// dropped reports whether r is invisible and without meaning in stored text:
// bidi controls, byte order mark, soft hyphen, invisible operators, deprecated
// format characters and the non-characters that XML refuses. U+200B counts as
// a half-space and is dropped with the same exceptions.
func dropped(r rune) bool {
	switch {
	case r < 0x061c:
		return r == '\u00ad'
	case r < 0x180e:
		return r == '\u061c'
	case r < 0x2000:
		return r == '\u180e'
	case r < 0x2070:
		return r == zwsp || r == '\u200e' || r == '\u200f' || r >= 0x202a && r <= 0x202e || r >= 0x2060
	}
	return r == '\ufeff' || r >= 0xfff9 && r <= 0xfffb || r == 0xfffe || r == 0xffff
}

// compose returns the single character for base followed by mark, as Unicode
// normalisation form C has it, and for Persian ی and ى with hamza, which look
// like ئ; or 0 when there is none.
func compose(base, mark rune) rune {
	switch mark {
	case '\u0653':
		if base == 'ا' {
			return 'آ'
		}
	case '\u0655':
		if base == 'ا' {
			return 'إ'
		}
	case '\u0654':
		switch base {
		case 'ا':
			return 'أ'
		case 'و':
			return 'ؤ'
		case 'ی', 'ي', 'ى':
			return 'ئ'
		case 'ە':
			return 'ۀ'
		case 'ہ':
			return 'ۂ'
		case 'ے':
			return 'ۓ'
		}
	}
	return 0
}
