package persian

import (
	"strings"
	"unicode"
)

// SortKey returns a key whose order, byte by byte, is the order of s in a
// Persian dictionary: shorter before longer, then the space between words,
// digits, the Persian alphabet (آ ا ب پ ت … ن و ه ی, each of the other Arabic
// letters after all of these), the Latin alphabet, and letters of other
// scripts. Half-spaces, vowel signs, ء and the difference of capitals do not
// count; punctuation counts as a space; hamza is sorted as its carrier (أ as
// ا, ؤ as و, ئ as ی), so that spellings that Fold makes equal stand together.
//
// The key is made of the ASCII characters 0–9 and a–f alone, so that SQLite,
// PostgreSQL with collation C and any other collation agree on its order. Two
// texts may have one key: whoever needs a total order adds a second column.
func SortKey(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range plain(s) {
		m, _ := foldRune(r)
		if r == 'آ' {
			m = r
		}
		switch {
		case m == 0:
		case unicode.IsLetter(m) || unicode.IsMark(m) || unicode.IsDigit(m):
			writeKey(&b, m, &space)
		default:
			space = true
		}
	}
	return b.String()
}

// Weights of SortKey, two hexadecimal digits each. Letters of Arabic script
// outside the alphabet and of other scripts follow their weight with six
// digits of their code point.
const (
	weightSpace  = 0x01
	weightDigit  = 0x10
	weightLetter = 0x20
	weightArabic = 0x50
	weightLatin  = 0x60
	weightOther  = 0xf0
)

// alphabet is the Persian alphabet in its order.
const alphabet = "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"

var alphabetWeights = func() map[rune]int {
	weights := map[rune]int{}
	next := weightLetter
	for _, r := range alphabet {
		weights[r] = next
		next++
	}
	return weights
}()

// writeKey writes the weight of the folded letter or digit r, after that of a
// space that was held back.
func writeKey(b *strings.Builder, r rune, space *bool) {
	if *space && b.Len() > 0 {
		writeHex(b, weightSpace, 2)
	}
	*space = false
	weight, ok := alphabetWeights[r]
	switch {
	case ok:
		writeHex(b, weight, 2)
	case r >= '0' && r <= '9':
		writeHex(b, weightDigit+int(r-'0'), 2)
	case r >= 'a' && r <= 'z':
		writeHex(b, weightLatin+int(r-'a'), 2)
	case unicode.Is(unicode.Arabic, r):
		writeHex(b, weightArabic, 2)
		writeHex(b, int(r), 6)
	default:
		writeHex(b, weightOther, 2)
		writeHex(b, int(r), 6)
	}
}

func writeHex(b *strings.Builder, n, digits int) {
	for digits--; digits >= 0; digits-- {
		b.WriteByte("0123456789abcdef"[n>>(4*digits)&0xf])
	}
}
