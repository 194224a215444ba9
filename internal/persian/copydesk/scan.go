package copydesk

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind says what a token is.
type kind uint8

const (
	word    kind = iota // Persian letters with their marks, half-spaces, tatweel
	number              // digits of any script, with . , / : - between them
	space               // spaces and tabs
	mark                // one punctuation character, or a row of full stops
	foreign             // Latin, addresses, code: never touched
)

type token struct {
	start, end int // bytes in the line
	kind       kind
	held       bool   // stands inside a foreign quotation: never touched
	as         string // for a mark: what it is to be, such as » for "; the mark itself when nothing changes it
}

// line is one paragraph cut into tokens.
type line struct {
	text    string
	toks    []token
	persian bool // there is at least one Persian word
	alien   bool // letters that only other languages with this script have
}

func (l *line) of(i int) string {
	if i < 0 || i >= len(l.toks) {
		return ""
	}
	return l.text[l.toks[i].start:l.toks[i].end]
}

func (l *line) is(i int, k kind) bool { return i >= 0 && i < len(l.toks) && l.toks[i].kind == k }

// mark returns what the mark at token i is to be, or nothing when there is no mark.
func (l *line) mark(i int) string {
	if l.is(i, mark) {
		return l.toks[i].as
	}
	return ""
}

// scan cuts text, which holds no line end, into tokens. It reuses toks.
func (l *line) scan(text string, toks []token) {
	l.text, l.toks, l.persian, l.alien = text, toks[:0], false, false
	for i := 0; i < len(text); {
		end, k := l.next(i)
		t := token{start: i, end: end, kind: k}
		if k == mark {
			t.as = text[i:end]
		}
		l.persian = l.persian || k == word || k == number && text[i] >= utf8.RuneSelf
		l.toks = append(l.toks, t)
		i = end
	}
}

// next returns the end and the kind of the token that begins at i.
func (l *line) next(i int) (int, kind) {
	s := l.text
	r, n := rune(s[i]), 1
	if r >= utf8.RuneSelf {
		r, n = utf8.DecodeRuneInString(s[i:])
	}
	switch {
	case inWord(r):
		return l.wordEnd(i), word
	case joiner(r) || blank(r):
		return spaceEnd(s, i)
	case r == '.':
		for i < len(s) && s[i] == '.' {
			i++
		}
		return i, mark
	case isDigit(r):
		return numberEnd(s, i)
	case r == '`':
		ticks := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
		if close := strings.Index(ahead(s, i+ticks), s[i:i+ticks]); close >= 0 {
			return i + ticks + close + ticks, foreign
		}
	case r == '<':
		if close := strings.IndexByte(ahead(s, i), '>'); close > 1 && (isLatin(rune(s[i+1])) || s[i+1] == '/' || s[i+1] == '!') {
			return i + close + 1, foreign
		}
	case r == '&':
		if close := strings.IndexByte(ahead(s, i), ';'); close > 1 && close < 10 && !strings.ContainsFunc(s[i+1:i+close], func(r rune) bool { return !isLatin(r) && !isDigit(r) && r != '#' }) {
			return i + close + 1, foreign
		}
	case (r == '#' || r == '@' || r == '%') && i+n < len(s) && !strings.ContainsAny(s[i+n:i+n+1], " \t"):
		next, _ := utf8.DecodeRuneInString(s[i+n:])
		directive := r == '%' && isDigit(next) && strings.HasPrefix(s[i+n+1:], "$") // %1$s of a translator's file
		if r != '%' && inWord(next) || isLatin(next) || directive {
			return tagEnd(s, i+n), foreign
		}
	case isLatin(r) || unicode.IsLetter(r):
		return latinEnd(s, i), foreign
	}
	return i + n, mark
}

// spaceEnd reads spaces with the half-spaces between and beside them; half-spaces alone are a mark.
func spaceEnd(s string, i int) (int, kind) {
	k := mark
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case blank(r):
			k = space
		case !joiner(r):
			return i, k
		}
		i += n
	}
	return i, k
}

func blank(r rune) bool { return r == ' ' || r == '\t' || r == '\u00a0' }

// ahead returns what of s from i on a closing sign is looked for in, so that a line full of opening signs costs no more than others.
func ahead(s string, i int) string { return s[i:min(len(s), i+2000)] }

func (l *line) wordEnd(i int) int {
	s := l.text
	for i < len(s) {
		// Letters of the Arabic block take two bytes with these lead bytes; the rest is looked at in full.
		if b := s[i]; b >= 0xd8 && b <= 0xdb && i+1 < len(s) {
			r := rune(b&0x1f)<<6 | rune(s[i+1]&0x3f)
			if plainLetter(r) {
				i += 2
				continue
			}
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !inWord(r) && !joiner(r) {
			break
		}
		l.alien = l.alien || isAlien(r)
		i += n
	}
	if next, _ := utf8.DecodeRuneInString(s[i:]); isDigit(next) || isLatin(next) {
		return len(strings.TrimRight(s[:i], halfSpace)) // «مرحله» and a number: the half-space between them stays
	}
	return i
}

func plainLetter(r rune) bool {
	return r >= 'ء' && r <= 'غ' || r >= 'ف' && r <= 'ي' || r == 'ی' || r == 'ک' || r == 'گ' || r == 'پ' || r == 'چ' || r == 'ژ'
}

// inWord reports whether r is a letter or mark of the Arabic script.
func inWord(r rune) bool {
	switch {
	case r < 0x610:
		return false
	case r < 0x700:
		return r >= 'ء' && r < 0x660 || r >= 0x66e && r <= 0x6d3 || r == 'ە' || r >= 0x6fa && r <= 0x6fc || r == 0x6ff || r == 0x670
	case r < 0xfb50:
		return false
	}
	return r <= 0xfdf9 && r != 0xfdfc && r != 0xfd3e && r != 0xfd3f && r != 0xfdf2 || r >= 0xfe70 && r <= 0xfefc
}

// joiner reports whether r stands inside words without being seen: the half-space and what other programs put in its place.
func joiner(r rune) bool {
	return r == '\u200c' || r == '\u200b' || r == '\u00ad' || r == '\u200d' || r == '¬'
}

// isAlien reports whether r is a letter of Kurdish, Urdu, Pashto or Azeri that Persian does not have.
func isAlien(r rune) bool {
	return strings.ContainsRune("ێۆڵڕٹڈڑںټډړښڼځڅېۍؽٚۇۋ", r)
}

func isDigit(r rune) bool {
	return r >= '0' && r <= '9' || r >= '۰' && r <= '۹' || r >= '٠' && r <= '٩'
}

func isLatin(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// numberEnd reads digits and what stands between two of them; letters of Latin that stick to it make all of it foreign.
func numberEnd(s string, i int) (int, kind) {
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case isDigit(r):
		case isLatin(r) || r == '_':
			return latinEnd(s, i), foreign
		case strings.ContainsRune(".,/:-٫٬،–_", r):
			if next, _ := utf8.DecodeRuneInString(s[i+n:]); !isDigit(next) {
				if r == '-' && isLatin(next) {
					return latinEnd(s, i), foreign
				}
				return i, number
			}
		default:
			return i, number
		}
		i += n
	}
	return i, number
}

// latinEnd reads Latin letters and what belongs to an address, a file name or a code. A web address runs to the next space.
func latinEnd(s string, i int) int {
	rest := s[i:]
	if strings.HasPrefix(rest, "http://") || strings.HasPrefix(rest, "https://") || strings.HasPrefix(rest, "www.") {
		for at, r := range rest {
			if unicode.IsSpace(r) || strings.ContainsRune("»\"<>)]", r) {
				return i + len(strings.TrimRight(rest[:at], ".،؛:!؟,"))
			}
		}
		return i + len(strings.TrimRight(rest, ".،؛:!؟,"))
	}
	end := i
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r < utf8.RuneSelf && (isLatin(r) || isDigit(r)) || r >= utf8.RuneSelf && unicode.IsLetter(r) && !inWord(r) || unicode.IsMark(r) && !inWord(r):
			end = i
		case r == '/' || r == '_' || r == '\\' || r == '=' || r == '+' || r == '#' || r == '$':
			end = i
		case strings.ContainsRune("-.@:&'?,;~%’", r):
			// belongs to it only between two of its letters
			if next, _ := utf8.DecodeRuneInString(s[i:]); !isLatin(next) && !(next < utf8.RuneSelf && isDigit(next)) {
				return end
			}
		default:
			return end
		}
	}
	return end
}

// tagEnd reads a hashtag or the name of an account.
func tagEnd(s string, i int) int {
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !inWord(r) && !joiner(r) && !isLatin(r) && !isDigit(r) && r != '_' && r != '.' && r != '$' {
			break
		}
		i += n
	}
	return len(strings.TrimRight(s[:i], "."))
}

// holdForeign marks what stands in quotation marks and is not Persian: Latin alone, or Arabic with its vowels written.
func (l *line) holdForeign() {
	for i := range l.toks {
		close := closing(l.mark(i))
		if close == "" {
			continue
		}
		for j := i + 1; j < len(l.toks) && j < i+400; j++ {
			if l.mark(j) != close {
				continue
			}
			if l.vowelled(i+1, j) {
				for k := i + 1; k < j; k++ {
					l.toks[k].held = true
				}
			}
			break
		}
	}
}

// vowelled reports whether the words between two tokens are written with their vowels, as the Koran and prayers are.
func (l *line) vowelled(from, to int) bool {
	letters, vowels := 0, 0
	for i := from; i < to; i++ {
		if l.toks[i].kind != word {
			continue
		}
		for _, r := range l.of(i) {
			if r >= 0x64b && r <= 0x652 || r == 0x670 {
				vowels++
			} else {
				letters++
			}
		}
	}
	return vowels >= 4 && vowels*5 >= letters
}

func closing(open string) string {
	switch open {
	case "«":
		return "»"
	case "“":
		return "”"
	case "(":
		return ")"
	case "[":
		return "]"
	case "{":
		return "}"
	case "﴿":
		return "﴾"
	}
	return ""
}
