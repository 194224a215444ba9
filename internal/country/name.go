package country

import (
	"strings"
	"sync"
	"unicode"
)

// FromName finds the country that a printed name means: the ISO and UN short names («Iran (Islamic Republic of)»), the
// inverted ones of old GeoIP data («Iran, Islamic Republic of»), common names («Iran», «USA») and Persian names
// («ایران»). Case, accents, punctuation, spaces and half-spaces, "the", "and" and "&" make no difference, nor does
// ي for ی or ك for ک. A name that is not known is answered with false and the empty Code. A bare code is not a name: use Parse.
func FromName(name string) (Code, bool) {
	// The longest known name has 52 letters; whatever is many times longer need not be folded to be refused.
	if len(name) > 400 {
		return "", false
	}
	c, ok := byName()[fold(name)]
	return c, ok
}

var byName = sync.OnceValue(func() map[string]Code {
	index := make(map[string]Code, 4*len(table))
	for _, e := range table {
		index[fold(e.en)] = e.code
		index[fold(e.fa)] = e.code
	}
	for _, a := range aliases {
		for _, name := range a.names {
			index[fold(name)] = a.code
		}
	}
	return index
})

// fold reduces a name to the letters that tell it from others, so that «Korea (Republic of)», "KOREA, REPUBLIC OF" and
// "Korea, the Republic of" are one key. It returns "" for a name without letters.
func fold(name string) string {
	words := strings.FieldsFunc(letters.Replace(strings.ToLower(name)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	var b strings.Builder
	for _, w := range words {
		switch w {
		case "the", "and":
		case "ی": // a word of its own only after a half-space: «کره‌ی جنوبی» is «کرهٔ جنوبی»
		case "saint":
			b.WriteString("st")
		default:
			b.WriteString(w)
		}
	}
	return b.String()
}

// letters maps the letters that people write in more than one way to one of them. The Latin ones are those that occur in
// names of countries.
var letters = strings.NewReplacer(
	"å", "a", "ã", "a", "á", "a", "ç", "c", "é", "e", "è", "e", "í", "i", "ô", "o", "ó", "o", "ü", "u",
	"i\u0307", "i", // lower case of İ
	"a\u030a", "a", "a\u0303", "a", "c\u0327", "c", "e\u0301", "e", "i\u0301", "i", "o\u0302", "o", "u\u0308", "u",
	"'", "", "’", "", "‘", "", "`", "",
	"ي", "ی", "ى", "ی", "ئ", "ی", "ك", "ک", "آ", "ا", "أ", "ا", "إ", "ا", "ؤ", "و", "ة", "ه", "ۀ", "ه",
	"\u0653", "", "\u0654", "", "\u0655", "", "ـ", "",
	"\u064b", "", "\u064c", "", "\u064d", "", "\u064e", "", "\u064f", "", "\u0650", "", "\u0651", "", "\u0652", "",
)
