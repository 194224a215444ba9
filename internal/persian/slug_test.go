package persian

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestSlug(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"nothing to keep", "«…» !؟", ""},
		{"a headline", "سازمان همکاری اسلامی برای تامین منافع تلاش کند", "سازمان-همکاری-اسلامی-برای-تامین-منافع-تلاش-کند"},
		{"half-space", "می‌رود", "می-رود"},
		{"zero width space", "می\u200bرود", "می-رود"},
		{"Arabic letters", "كتاب علي", "کتاب-علی"},
		{"letters a reader would miss", "آب، مسئول، رأی، شیء", "آب-مسئول-رأی-شیء"},
		{"decomposed", "ا\u0653ب", "آب"},
		{"vowel signs and tatweel", "مُحَمَّـــد", "محمد"},
		{"he with hamza", "خانهٔ دوست", "خانه-دوست"},
		{"digits", "۱۴۰۰/۰۹ و ٤٥", "1400-09-و-45"},
		{"Latin", "GPT-4 Café", "gpt-4-cafe"},
		{"presentation forms", "ﺁب ﻻ", "آب-لا"},
		{"signs at the ends", "--«الف»--", "الف"},
		{"address parts", "../a?b=c#d", "a-b-c-d"},
		{"cut between words", strings.Repeat("نه ", 40), strings.TrimSuffix(strings.Repeat("نه-", 26), "-") + "-نه"},
		{"cut exactly behind a word", strings.Repeat("ب", 80) + " پ", strings.Repeat("ب", 80)},
		{"one long word", strings.Repeat("ب", 100), strings.Repeat("ب", 80)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Slug(tt.in); got != tt.want {
				t.Errorf("Slug(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func FuzzSlug(f *testing.F) {
	f.Add("«می‌رود» در ۱۴۰۰: Café ﻼ\u0653\xd8")
	f.Add(strings.Repeat("آ ", 90))
	f.Fuzz(func(t *testing.T, s string) {
		got := Slug(s)
		if again := Slug(got); again != got {
			t.Errorf("Slug(%q) = %q, and once more %q", s, got, again)
		}
		if utf8.RuneCountInString(got) > slugRunes || strings.Contains(got, "--") || strings.Trim(got, "-") != got {
			t.Errorf("Slug(%q) = %q is too long or has a hyphen too many", s, got)
		}
		for _, r := range got {
			if r != '-' && !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) || r >= 'A' && r <= 'Z' || strings.ContainsRune("يكةـ۰٠", r) {
				t.Errorf("Slug(%q) = %q holds %q", s, got, r)
			}
		}
	})
}
