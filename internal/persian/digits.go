package persian

import (
	"strconv"
	"strings"
)

// Digits returns s with ASCII and Arabic digits as Persian ones (۰ to ۹). It
// knows nothing of words, so it is for numbers and dates, not for addresses.
func Digits(s string) string { return mapDigits(s, '۰') }

// LatinDigits returns s with Persian and Arabic digits as ASCII ones.
func LatinDigits(s string) string { return mapDigits(s, '0') }

func mapDigits(s string, zero rune) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return zero + r - '0'
		case r >= '٠' && r <= '٩':
			return zero + r - '٠'
		case r >= '۰' && r <= '۹':
			return zero + r - '۰'
		}
		return r
	}, s)
}

// Number returns n for people: Persian digits in groups of three with the
// Persian separator (۱۲٬۳۴۵). A negative number carries the minus sign that
// stays left of it in a right-to-left line (U+200E, U+2212), as CLDR has it.
func Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var b strings.Builder
	if n < 0 {
		digits = digits[1:]
		b.WriteString("\u200e\u2212")
	}
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteRune('٬')
		}
		b.WriteRune('۰' + d - '0')
	}
	return b.String()
}
