package persian

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// slugRunes is the longest slug, in characters.
const slugRunes = 80

// Slug returns s as a part of an address that people can read: Persian letters
// stay (with آ ئ ؤ أ إ ء as they were), ی and ک are unified, vowel signs and
// accents go, digits are ASCII, Latin letters small, and each half-space, run
// of spaces or punctuation is one hyphen, none at the ends. It holds letters
// and marks of any script, digits and '-' only, at most 80 characters, cut
// between words where it can be. The result may be empty. Slug is idempotent.
func Slug(s string) string {
	var b strings.Builder
	hyphen := false
	write := func(r rune) {
		if hyphen && b.Len() > 0 {
			b.WriteByte('-')
		}
		hyphen = false
		b.WriteRune(r)
	}
	for _, r := range plain(s) {
		if slugKeeps(r) {
			write(r)
			continue
		}
		m, _ := foldRune(r)
		switch {
		case m != 0 && (unicode.IsLetter(m) || unicode.IsMark(m) || unicode.IsDigit(m)):
			write(m)
		case m != 0 || r == zwnj:
			hyphen = true
		}
	}
	return cutSlug(b.String())
}

// slugKeeps reports whether r is a letter that Fold simplifies and a reader
// would miss.
func slugKeeps(r rune) bool {
	switch r {
	case 'آ', 'أ', 'إ', 'ؤ', 'ئ', 'ء':
		return true
	}
	return false
}

// cutSlug shortens s to slugRunes characters, at the last hyphen if any.
func cutSlug(s string) string {
	if utf8.RuneCountInString(s) <= slugRunes {
		return s
	}
	end, count := 0, 0
	for end = range s {
		if count == slugRunes {
			break
		}
		count++
	}
	if s[end] == '-' {
		return s[:end]
	}
	if i := strings.LastIndexByte(s[:end], '-'); i > 0 {
		return s[:i]
	}
	return s[:end]
}
