package persian

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"good text stays", "می‌رود، «کتاب‌ها» ۱۲٪ — A/B\n\n\tخانهٔ ما", "می‌رود، «کتاب‌ها» ۱۲٪ — A/B\n\n\tخانهٔ ما"},
		{"Arabic yeh and kaf", "كتاب علي يك", "کتاب علی یک"},
		{"alef maksura, teh marbuta and hamza stay", "موسى رحمة مسؤول أب إن شیء", "موسى رحمة مسؤول أب إن شیء"},
		{"decomposed letters", "ا\u0653ب را\u0654ی مسو\u0654ول پای\u0654یز پاي\u0654یز ا\u0655ن ە\u0654", "آب رأی مسؤول پائیز پائیز إن ۀ"},
		{"he with hamza above stays", "خانه\u0654", "خانه\u0654"},
		{"vowel signs and tatweel stay", "کَرَم محـــمّد", "کَرَم محـــمّد"},
		{"line ends", "a\r\nb\rc\vd\fe\u0085f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"},
		{"control characters", "a\x00b\x01\x1b\x7f\u0081c", "abc"},
		{"bidi controls", "\u200eال\u202bف\u202c \u2067ب\u2069\u061c\u200f", "الف ب"},
		{"byte order mark and soft hyphen", "\ufeffنرم\u00adافزار", "نرمافزار"},
		{"repeated half-spaces", "می\u200c\u200c\u200cرود", "می\u200cرود"},
		{"half-spaces around a bidi mark", "می\u200c\u200f\u200cرود", "می\u200cرود"},
		{"half-space at the edges of words", "\u200cکتاب\u200c ها\u200c\nدو\u200c، «\u200cسه\u200c»\u200c", "کتاب ها\nدو، «سه»"},
		{"half-space beside digits and Latin", "۲۰\u200cهزار GPU\u200cها", "۲۰\u200cهزار GPU\u200cها"},
		{"zero width space is a half-space", "می\u200bرود \u200bاو", "می\u200cرود او"},
		{"zero width joiner stays", "ه\u200d. 👨\u200d👩\u200d👧", "ه\u200d. 👨\u200d👩\u200d👧"},
		{"no-break space inside stays", "۵\u00a0درصد", "۵\u00a0درصد"},
		{"white space around", " \n\t\u00a0متن\u3000\n", "متن"},
		{"white space inside stays", "یک  دو\t\tسه", "یک  دو\t\tسه"},
		{"bytes that are not UTF-8", "کتا\xd8", "کتا\uFFFD"},
		{"non-characters that XML refuses", "a\ufffe\uffffb", "ab"},
		{"presentation forms stay", "ﻣﻠﺖ", "ﻣﻠﺖ"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Clean(tt.in); got != tt.want {
				t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestCleanLine(t *testing.T) {
	tests := []struct{ in, want string }{
		{"تیتر خوب", "تیتر خوب"},
		{" دو  \t فاصله\u00a0\u2009و\r\nسطر ", "دو فاصله و سطر"},
		{"علي\u200c  كريمي", "علی کریمی"},
		{"\u200c\u200f \u00ad", ""},
	}
	for _, tt := range tests {
		if got := CleanLine(tt.in); got != tt.want {
			t.Errorf("CleanLine(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestCleanAndFoldDoNotCopyGoodText(t *testing.T) {
	stored, folded := "کتاب‌ها می‌روند، «۱۲» Café", "کتابها میروند 12 cafe"
	if n := testing.AllocsPerRun(10, func() { Clean(stored); Fold(folded) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("كتاب\u200c \u200bها\r\n\u200e\xd8")
	f.Add("ا\u200e\u0653\u0654 \u200c\u0654")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) {
			t.Errorf("Clean(%q) = %q is not UTF-8", s, got)
		}
		if again := Clean(got); again != got {
			t.Errorf("Clean(%q) = %q, and once more %q", s, got, again)
		}
		if strings.ContainsAny(got, "\x00\r\u200b\u200e\u202e\ufeffيك") {
			t.Errorf("Clean(%q) = %q keeps what it must drop", s, got)
		}
		line := CleanLine(s)
		if again := CleanLine(line); again != line || strings.ContainsAny(line, "\n\t") || strings.Contains(line, "  ") {
			t.Errorf("CleanLine(%q) = %q, and once more %q", s, line, again)
		}
	})
}
