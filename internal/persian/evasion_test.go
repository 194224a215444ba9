package persian

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// readsAs tells whether a text has the folded word in any of its readings.
func readsAs(text, word string) bool {
	u := Unmask(text)
	for _, w := range slices.Concat(u.Words, u.Readings) {
		if w.Text == word || w.Latin() && slices.Contains(FinglishCandidates(w.Text, 64), word) {
			return true
		}
	}
	return false
}

func TestFoldEvasions(t *testing.T) {
	for _, tt := range []struct {
		rule, word   string
		hidden, free string // texts, with | between them, that have the word and that do not
	}{
		{"code points", "کش", "كش|ڪش|ﮐﺶ|ﻛﺶ", "کشش|کیش"},
		{"marks and tatweel", "کش", "کِش|کـش|کَـــشّ|ک\u0654ش", "کشته"},
		{"half-space, inside a word", "کش", "ک‌ش", "می‌کش|خط‌کش|کش‌ها"},
		{"spaces", "کش", "ک ش|ک  ش|این ک ش است", "ک و ش"},
		{"dots, dashes, stars", "کش", "ک.ش|ک-ش|ک*ش|ک_ش|ک . ش|ک…ش|ک/ش|(ک)ش", "کار.شب"},
		{"dots within words, spaces between", "کش", "آ.ن ک.ش ب.د|آ*ن ک*ش ب*د|آ-ن ک-ش|آ😀ن ک😀ش ب😀د|آ ن   ک ش   ب د", ""},
		{"emoji", "کش", "ک😀ش|ک ❤️ ش|ک🇮🇷ش", ""},
		{"stretching", "کش", "کککش|کشششش|ککششش|ککشش|ک ک ک ش", ""},
		{"stretching leaves double letters", "الله", "الله|الللله|ا ل ل ه", "اله"},
		{"stretching is no doubling", "مکن", "مکن|ممممکن", "ممکن"},
		{"torn in two", "کشمش", "ک شمش|کشم ش|کش.مش|ک*شمش|ک ش مش|ک ش م ش|کش😀مش", "کش مش"},
		{"a lone and", "سگو", "", "سگ و گربه"},
		{"Latin look-alikes", "احمق", "lحمق|اح.مق|Iحمق|Iحـمق|lحمق!", "حمق"},
		{"Latin look-alikes", "بهتر", "بoتر|بОتر|ب۰تر", ""},
		{"digits", "12", "۱۲|١٢|12|１２|𝟏𝟐", "112"},
		{"neighbours of Persian", "کش", "ګش|ڬش|کڜ", ""},
		{"invisible characters", "کش", "ک\u200bش|ک\u2060ش|\u202eکش\u202c|ک\u00adش|ک\u200dش|ک\ufeffش|\u2067کش\u2069|ک\u061cش", ""},
		{"Finglish", "کش", "kesh|k.e.s.h|KESH|k e s h|k-e-s-h|keeesh|ｋｅｓｈ|𝓴𝓮𝓼𝓱|ⓚⓔⓢⓗ|кeѕһ|kosh", "kar|keshvar"},
		{"Finglish", "سلام", "salam|salaam|s.a.l.a.m", ""},
		{"Finglish", "خوب", "khob|xob|khub|khoob", ""},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			for hidden := range strings.SplitSeq(tt.hidden, "|") {
				if hidden != "" && !readsAs(hidden, tt.word) {
					t.Errorf("%q is not read as %s: %+v", hidden, tt.word, Unmask(hidden))
				}
			}
			for free := range strings.SplitSeq(tt.free, "|") {
				if free != "" && readsAs(free, tt.word) {
					t.Errorf("%q is read as %s: %+v", free, tt.word, Unmask(free))
				}
			}
		})
	}
}

func TestUnmaskedWordsStandInTheText(t *testing.T) {
	for text, want := range map[string]string{
		"سلام، مي‌روم به كِـــشور!": "سلام|مي‌روم|به|كِـــشور",
		"این ک.ش است 😀 خب":          "این|ک.ش|است|😀|خب",
		"کش\nk.e.s.h 12":            "کش|k.e.s.h|12",
		"":                          "",
		" ... !":                    "",
	} {
		var got []string
		for _, w := range Unmask(text).Words {
			got = append(got, text[w.From:w.To])
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q has the words %q", text, got)
		}
	}
}

func TestFinglishIsPersianOnly(t *testing.T) {
	for _, word := range []string{"", "سلام", "é", "a\xff"} {
		if got := FinglishCandidates(word, 8); word != "" && got != nil {
			t.Errorf("%q: %q", word, got)
		}
	}
	if got := FinglishCandidates("ketabkhane", 10); len(got) != 10 {
		t.Errorf("%d candidates, want no more than asked: %q", len(got), got)
	}
}

func FuzzUnmask(f *testing.F) {
	f.Add("ك.ش k e s h ۱۲ ﻼ 😀\xd8")
	f.Fuzz(func(t *testing.T, s string) {
		u := Unmask(s)
		for _, w := range slices.Concat(u.Words, u.Readings) {
			if w.From < 0 || w.To > len(s) || w.From >= w.To || w.Text == "" {
				t.Fatalf("%q: %+v", s, w)
			}
			if utf8.ValidString(s) && !utf8.ValidString(s[w.From:w.To]) {
				t.Errorf("%q: %+v cuts a character", s, w)
			}
		}
	})
}
