package persian

import (
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"علي كريمى", "علی کریمی"},
		{"آب أب إب ٱب", "اب اب اب اب"},
		{"مسئول مسؤول", "مسیول مسوول"},
		{"پائیز", "پاییز"},
		{"ارتقاء", "ارتقا"},
		{"رحمة خانۀ خانه\u0654", "رحمه خانه خانه"},
		{"مُحَمَّـــد", "محمد"},
		{"می‌رود", "میرود"},
		{"  دو   \n\tفاصله\u00a0و\u2009یکی ", "دو فاصله و یکی"},
		{"۱۲۳ ٤٥٦ 789", "123 456 789"},
		{"۱۲٫۵٪ و ۱۲٬۰۰۰", "12.5% و 12,000"},
		{"ÉCOLE e\u0301cole Müller ΣΟΦΟΣ σοφος", "ecole ecole muller σοφοσ σοφοσ"},
		{"ﻣﻠﺖ ﻻ ﷲ ﷼", "ملت لا الله ریال"},
		{"ＡＢＣ１２", "abc12"},
		{"\u200eا\u202bب\u202c\ufeff\u00ad", "اب"},
		{"\u212bK", "ak"}, // the signs of Ångström and Kelvin
		{"ڕۆژهەڵات", "روژههلات"},
		{"\xff", "\uFFFD"},
	}
	for _, tt := range tests {
		if got := Fold(tt.in); got != tt.want {
			t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestEveryCharacterFoldsToAFixedPoint(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		once := Fold("x" + string(r) + "x")
		if twice := Fold(once); twice != once {
			t.Errorf("%U folds to %q, and that to %q", r, once, twice)
		}
		if cleaned := Fold(Clean("x" + string(r) + "x")); cleaned != once {
			t.Errorf("%U folds to %q, but to %q when cleaned before", r, once, cleaned)
		}
		slug := Slug(string(r))
		if again := Slug(slug); again != slug {
			t.Errorf("%U has the slug %q, and that %q", r, slug, again)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add("مي‌رود  آذر\u0653 ÉCOLE ﻼ\xd8")
	f.Fuzz(func(t *testing.T, s string) {
		got := Fold(s)
		if !utf8.ValidString(got) {
			t.Errorf("Fold(%q) = %q is not UTF-8", s, got)
		}
		if again := Fold(got); again != got {
			t.Errorf("Fold(%q) = %q, and once more %q", s, got, again)
		}
		if cleaned := Fold(Clean(s)); cleaned != got {
			t.Errorf("Fold(%q) = %q, but %q when cleaned before", s, got, cleaned)
		}
	})
}

func TestPlainForms(t *testing.T) {
	for text, want := range map[string]string{"ﺳﻼﻡ": "سلام", "ﮔل ﺁب": "گل آب", "كتاب É ۱": "كتاب É ۱", "": ""} {
		if got := PlainForms(text); got != want {
			t.Errorf("PlainForms(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestAppendFoldAppends(t *testing.T) {
	for _, s := range []string{"", " ", "  كتاب‌ها ", "É\u0301", "ﷲ", "plain"} {
		for _, dst := range [][]byte{nil, []byte("پیش"), append(make([]byte, 0, 100), "x "...)} {
			if got, want := string(AppendFold(dst, s)), string(dst)+Fold(s); got != want {
				t.Errorf("AppendFold(%q, %q) = %q, want %q", dst, s, got, want)
			}
		}
	}
}
