package terms

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Personal endings after the past and the present stem; the empty one counts for the past, and for orders after ب and ن.
var (
	pastEndings       = []string{"", "م", "ی", "یم", "ید", "ند"}
	participleEndings = []string{"هام", "های", "هاست", "هایم", "هاید", "هاند", "ه", "ن"}
	presentEndings    = []string{"م", "ی", "د", "یم", "ید", "ند"}
)

// isVerbPrefix reports whether a form of a verb stands after such a beginning and a half-space.
func isVerbPrefix(first string) bool {
	switch first {
	case "می", "نمی", "همی", "نهمی":
		return true
	}
	for _, p := range preverbs {
		if rest, ok := strings.CutPrefix(first, p); ok && (rest == "می" || rest == "نمی") {
			return true
		}
	}
	return false
}

// participle finds the past stem of کرده and نکرده, and of the infinitive کردن.
func (g *grammar) participle(word []byte) (stem, bool) {
	rest, ok := bytes.CutSuffix(word, []byte("ه"))
	if !ok {
		rest, ok = bytes.CutSuffix(word, []byte("ن"))
	}
	if !ok || len(rest) < 4 {
		return stem{}, false
	}
	s, ok := g.past[string(rest)]
	if !ok {
		s, ok = g.past[string(bytes.TrimPrefix(rest, []byte("ن")))]
	}
	return stem{tail: s}, ok
}

// preverbs stand before می and ن: برنمی‌گردد.
var preverbs = []string{"بر", "در", "فرا", "فرو", "باز", "وا", "ور", "پس", "پیش"}

// verb finds the past stem of the verb of which the folded word is a form.
func (g *grammar) verb(word []byte) (stem, bool) {
	if s, ok := g.conjugated(word, ""); ok {
		return s, true
	}
	for _, p := range preverbs {
		if rest, ok := bytes.CutPrefix(word, []byte(p)); ok && len(rest) > 4 {
			if s, ok := g.conjugated(rest, p); ok {
				return s, true
			}
		}
	}
	return stem{}, false
}

// conjugated reads word as a form whose preverb was cut off.
func (g *grammar) conjugated(word []byte, preverb string) (stem, bool) {
	for _, prefix := range [...]string{"نمی", "همی", "می"} {
		if rest, ok := bytes.CutPrefix(word, []byte(prefix)); ok {
			if s, ok := g.form(rest, preverb, false); ok {
				return s, true
			}
		}
	}
	if preverb == "" {
		if s, ok := g.form(word, preverb, false); ok {
			return s, true
		}
	}
	for _, prefix := range [...]string{"ن", "ب", "م"} {
		rest, ok := bytes.CutPrefix(word, []byte(prefix))
		if !ok {
			continue
		}
		if s, ok := g.form(rest, preverb, true); ok {
			return s, true
		}
		// Before ا stands ی, and a short ا falls: نیامد، بیفتاد.
		if rest, ok = bytes.CutPrefix(rest, []byte("ی")); ok {
			if s, ok := g.form(rest, preverb, true); ok {
				return s, true
			}
			var buf [64]byte
			if s, ok := g.form(append(append(buf[:0], "ا"...), rest...), preverb, true); ok {
				return s, true
			}
		}
	}
	return stem{}, false
}

// form reads word as a stem with its personal ending; an order has none.
func (g *grammar) form(word []byte, preverb string, order bool) (stem, bool) {
	var buf [64]byte
	for _, list := range [...][]string{participleEndings, pastEndings} {
		for _, e := range list {
			if rest, ok := bytes.CutSuffix(word, []byte(e)); ok {
				if s, ok := g.past[string(append(append(buf[:0], preverb...), rest...))]; ok {
					return stem{tail: s}, true
				}
			}
		}
	}
	if order && utf8.RuneCount(word) >= 2 {
		if s, ok := g.present[string(append(append(buf[:0], preverb...), word...))]; ok {
			return stem{tail: s}, true
		}
	}
	for _, e := range presentEndings {
		if rest, ok := bytes.CutSuffix(word, []byte(e)); ok {
			if s, ok := g.present[string(append(append(buf[:0], preverb...), rest...))]; ok {
				return stem{tail: s}, true
			}
		}
	}
	return stem{}, false
}
