package persian

import "strings"

// PlainForms returns s with the letters of Arabic presentation forms (ﻼ, ﮔ) as plain letters. Unlike [Fold] it changes nothing else.
func PlainForms(s string) string {
	if !strings.ContainsFunc(s, isForm) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if plain, ok := presentationForms[r]; ok {
			b.WriteString(plain)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
