// Package country knows countries by their ISO 3166-1 alpha-2 code: reading a code or a printed name, naming it for
// people, drawing its flag, and finding the country of a network address in an MMDB file.
//
// It is a leaf: it imports nothing of ours, keeps nothing about anybody, and never sees more of a reader than one
// address at a time. Cities, networks and owners of addresses do not belong here.
package country

import (
	"slices"
	"strings"
)

// Code is an ISO 3166-1 alpha-2 code in upper case, such as "IR". The empty Code means that the country is unknown.
type Code string

// entry is one row of the table in table.go.
type entry struct {
	code Code
	en   string
	fa   string
}

// Parse reads a two-letter code in either case. It reports false, with the empty Code, for anything that is not one of
// the 249 officially assigned codes; that includes user-assigned ones such as XK and EU.
func Parse(code string) (Code, bool) {
	if len(code) != 2 {
		return "", false
	}
	c := Code(strings.ToUpper(code))
	if _, ok := find(c); !ok {
		return "", false
	}
	return c, true
}

// Codes returns all 249 codes in alphabetical order, in a slice of the caller's own.
func Codes() []Code {
	codes := make([]Code, len(table))
	for i, e := range table {
		codes[i] = e.code
	}
	return codes
}

// Name is what a newspaper in the language calls the country: «آمریکا» in Persian, "United States" in English. The
// language is a BCP 47 tag whose first part decides; any other than "fa" is answered in English. The empty Code and
// codes that Parse refuses have no name: the result is "".
func (c Code) Name(lang string) string {
	e, ok := find(c)
	if !ok {
		return ""
	}
	if base, _, _ := strings.Cut(lang, "-"); strings.EqualFold(base, "fa") {
		return e.fa
	}
	return e.en
}

// Flag is the country's flag as an emoji: the code's two letters as regional indicator symbols (Unicode, Annex C of
// UTS #51). It is "" where Name is.
func (c Code) Flag() string {
	if _, ok := find(c); !ok {
		return ""
	}
	const indicatorA = '\U0001F1E6'
	return string([]rune{indicatorA + rune(c[0]-'A'), indicatorA + rune(c[1]-'A')})
}

func find(c Code) (entry, bool) {
	i, ok := slices.BinarySearchFunc(table[:], c, func(e entry, c Code) int {
		return strings.Compare(string(e.code), string(c))
	})
	if !ok {
		return entry{}, false
	}
	return table[i], true
}
