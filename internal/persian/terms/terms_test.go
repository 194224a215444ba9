package terms

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

func splitter(t testing.TB, parts Parts) *Splitter {
	t.Helper()
	s, err := NewSplitter(parts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// texts joins the terms of a text.
func texts(s *Splitter, text string) string {
	var out []string
	for _, term := range s.Split(text) {
		out = append(out, string(term.Text))
	}
	return strings.Join(out, " ")
}

func TestFoldedFormsMeet(t *testing.T) {
	s := splitter(t, All)
	for _, group := range [][]string{
		{"کتاب‌ها", "کتاب ها", "کتابها", "كتابها", "کتاب‌های", "کتاب های", "كتابهاي", "کتاب"},
		{"بین‌المللی", "بین المللی", "بینالمللی", "بين المللي"},
		{"دانش‌آموزان", "دانش آموزان", "دانشآموزان", "دانش‌آموز", "دانش آموز"},
		{"می‌روند", "می روند", "میروند", "نمی‌روند", "رفتند", "رفته‌اند", "بروند"},
		{"گفت‌وگو", "گفت و گو", "گفتگو", "گفت‌وگوها", "گفتگوهای"},
		{"بزرگ‌ترین", "بزرگ ترین", "بزرگترین", "بزرگ"},
		{"پیش‌بینی‌ها", "پیش بینی ها", "پیشبینی"},
		{"خانهٔ", "خانۀ", "خانه‌ای", "خانه‌های", "خانه"},
		{"آیت‌الله", "آیت الله", "آيت الله"},
		{"رئیس‌جمهور", "رییس جمهور", "رئيس‌جمهور"},
		{"ج.ا.ا.", "ج.ا.ا", "جاا"},
		{"۱۲٬۰۰۰", "12,000", "١٢٠٠٠", "12000"},
		{"Café", "CAFÉ", "cafe"},
		{"قوانین", "قانون", "قوانینی", "قانون‌های"},
	} {
		want := texts(s, group[0])
		for _, form := range group {
			if got := texts(s, form); got != want {
				t.Errorf("%q has the terms %q, %q has %q", form, got, group[0], want)
			}
		}
	}
}

func TestWordsAreFoundWhereTheyStand(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{" ‌ ... «»!؟", ""},
		{"کتاب‌ها، سال۱۴۰۳", "کتاب‌ها|سال|۱۴۰۳"},
		{"۱۴۰۳/۰۲/۰۱ ۲٫۵٪ ۱,۵", "۱۴۰۳|۰۲|۰۱|۲٫۵|۱|۵"},
		{"U.S.A. و G20، COVID-19", "U.S.A|و|G20|COVID|19"},
		{"#کتاب_خوب @dabir", "کتاب|خوب|dabir"},
		{"کتاب ها", "کتاب ها"},
		{"کتاب، ها", "کتاب|ها"}, // not over a comma
		{"می\nرود", "می|رود"},   // nor over a line
		{"پایان.آغاز", "پایان|آغاز"},
		{"‌تهران‌ \u200f", "تهران"},
		{"مُحَمَّد", "مُحَمَّد"},
		{"\xff\xfeعلی\xd8", "علی"},
		{"北京 Москва", "北京|Москва"},
	} {
		s := splitter(t, HalfSpace)
		var got []string
		for _, term := range s.Split(tt.text) {
			got = append(got, tt.text[term.Start:term.End])
		}
		if strings.Join(got, "|") != tt.want {
			t.Errorf("%q has the words %q, want %q", tt.text, got, tt.want)
		}
	}
}

// TestStemGold has words that one reader of newspapers paired by hand, and, where they are beside the repository, words of two treebanks.
func TestStemGold(t *testing.T) {
	for stem, words := range map[string]string{
		"خبر":     "اخبار خبری خبرها خبرهایش خبرگزاری≠",
		"قانون":   "قوانین قوانینی قانونی≠ قانون‌هایشان",
		"معلم":    "معلمان معلمانش",
		"نویسنده": "نویسندگان نویسندگانی نویسنده‌ها",
		"دانشجو":  "دانشجویان دانشجوها",
		"مسئول":   "مسئولان مسئولین مسئولیت≠",
		"درخت":    "درختان درخت‌ها درختها",
		"مقاله":   "مقالات مقاله‌ها مقالهٔ مقاله‌ای",
		"خدمت":    "خدمات",
		"کرد":     "می‌کند نمی‌کنیم کرده‌اند بکنید کردن کردند",
		"رفت":     "می‌روم رفته‌ایم نرفت برویم",
		"ایران":   "ایرانی≠ ایرانیان≠",
		"تنها":    "تن≠",
		"انسان":   "انس≠",
		"میدان":   "می‌داند≠ دانست≠",
		"دختر":    "دخترها دختران دخ≠",
		"آسان":    "آس≠ آسان‌تر",
	} {
		want := Stem(stem)
		for word := range strings.FieldsSeq(words) {
			word, different := strings.CutSuffix(word, "≠")
			if got := Stem(word); (got == want) == different {
				t.Errorf("stem of %s: %s; of %s: %s", word, got, stem, want)
			}
		}
	}
	file, err := os.ReadFile("../../../../shared/data/lemma/dev.tsv")
	if err != nil {
		t.Skipf("the treebanks' words are not beside the repository: %v", err)
	}
	inflected, met := 0, 0
	for line := range strings.Lines(string(file)) {
		f := strings.Split(line, "\t")
		if f[0] != f[1] && (f[2] == "NOUN" || f[2] == "ADJ" || f[2] == "PROPN") {
			inflected++
			if Stem(f[0]) == Stem(f[1]) {
				met++
			}
		}
	}
	if 10*met < 7*inflected || inflected == 0 {
		t.Errorf("%d of %d inflected words have the stem of their lemma, want 70 %%", met, inflected)
	}
}

func TestStemsAreRememberedRight(t *testing.T) {
	words := strings.Fields("کتاب‌ها کتابها می‌روند میروند خبر اخبار بین‌المللی دانشجویان آسان")
	s := splitter(t, All)
	for range 2 { // what the first round remembered answers in the second
		for _, word := range words {
			if got, want := s.Stem(word), splitter(t, All).Stem(word); got != want {
				t.Errorf("stem of %s: %s, from a new splitter %s", word, got, want)
			}
		}
	}
}

func TestPartsCanBeLeftOut(t *testing.T) {
	const text = "کتاب ها و کتاب‌ها"
	for parts, want := range map[Parts]string{0: "کتاب ها و کتابها", HalfSpace: "کتاب و کتابها", Stems: "کتاب ها و کتاب", All: "کتاب و کتاب"} {
		if got := texts(splitter(t, parts), text); got != want {
			t.Errorf("parts %b: %q, want %q", parts, got, want)
		}
	}
}

func TestNothingIsAllocatedForATerm(t *testing.T) {
	s := splitter(t, All)
	text := strings.Repeat("خبرنگاران این روزنامه می‌گویند کتاب‌های تازه در نمایشگاه بین‌المللی تهران عرضه شد. ", 50)
	s.Split(text)
	if n := testing.AllocsPerRun(10, func() { s.Split(text) }); n != 0 {
		t.Errorf("%v allocations for %d terms", n, len(s.Split(text)))
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("می‌ رود کتاب‌‌ها ا.ب.پ ۱,۰۰۰.٫۵ G20ها \xd8‌\xff")
	f.Fuzz(func(t *testing.T, text string) {
		s := splitter(t, All)
		end := 0
		for _, term := range s.Split(text) {
			if len(term.Text) == 0 || !utf8.Valid(term.Text) {
				t.Errorf("the term %q of %q", term.Text, text)
			}
			if term.Start > term.End || term.End > len(text) || term.End < end {
				t.Errorf("a term from %d to %d of %q", term.Start, term.End, text)
			}
			end = term.End
			if again := persian.Fold(string(term.Text)); again != string(term.Text) {
				t.Errorf("the term %q is not folded", term.Text)
			}
		}
	})
}
