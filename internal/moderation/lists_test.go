package moderation_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/moderation"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

func lists(terms ...string) *moderation.Lists {
	var all []news.Term
	for i, t := range terms {
		all = append(all, news.Term{ID: news.TermID(i + 1), Text: t, List: news.ListBanned, Kind: news.LabelOffensive})
	}
	return moderation.NewLists(all)
}

// found are the terms of a text and, behind a colon, the words that they were found in.
func found(l *moderation.Lists, text string) string {
	var all []string
	for _, h := range l.Find(persian.Unmask(text)) {
		all = append(all, h.Term.Text+":"+text[h.From:h.To])
	}
	return strings.Join(all, " | ")
}

func TestTermsAreFound(t *testing.T) {
	for _, tt := range []struct{ term, text, want string }{
		{"کش", "این كِـش بود", "كِـش"},
		{"کش", "خط‌کش و می‌کش و کشور", ""},
		{"کش", "ک.ش", "ک.ش"},
		{"کش", "بگو k.e.s.h!", "k.e.s.h"},
		{"کش", "بگو ککککش", "ککککش"},
		{"كِش", "کش", "کش"}, // the term is folded as the text is
		{"کتاب+", "کتاب‌هایش را", "کتاب‌هایش"},
		{"کتاب+", "کتابخانه", ""},
		{"کتاب+", "ketabha", "ketabha"},
		{"کتاب+", "ketab", "ketab"},
		{"کتاب*", "آن کتابخانه", "کتابخانه"},
		{"کتاب*", "ketabkhane", "ketabkhane"},
		{"*خانه", "کتابخانه", "کتابخانه"},
		{"*خانه", "خانه‌ها", ""},
		{"*خانه*", "کتابخانه‌ها", "کتابخانه‌ها"},
		{"کت*نه", "کتابخانه", "کتابخانه"},
		{"کت*نه", "نهکت", ""},
		{"آب سرد", "یک آب   سرد خورد", "آب   سرد"},
		{"آب سرد", "آب، سرد", "آب، سرد"},
		{"آب سرد", "آب 😀 سرد", "آب 😀 سرد"},
		{"آب سرد", "آب ولرم سرد", ""},
		{"آب سرد", "ab sard", "ab sard"},
		{"آب سرد+", "آب سردتر", "آب سردتر"},
		{"💦", "سلام 💦💦", "💦"},
		{"porn", "PÓRN", "PÓRN"},
		{"ان", "آن مرد", ""}, // who hides a word does not add a madda
		{"آن", "ان مرد", "ان"},
		{"اب سرد", "آب سرد", ""},
		{"کس", "iPhone X", ""},
		{"بیت المال", "بیت‌المال", ""},
	} {
		got := found(lists(tt.term), tt.text)
		if want := tt.term + ":" + tt.want; tt.want == "" && got != "" || tt.want != "" && got != want {
			t.Errorf("%s in %q: %q, want %q", tt.term, tt.text, got, tt.want)
		}
	}
}

func TestAllTermsOfAPlaceAreFound(t *testing.T) {
	l := lists("کتاب", "کتاب+", "کتاب*", "کتاب خوب", "خوب", "*تاب", "خوب است", "نیست")
	if got, want := found(l, "این کتاب خوب است"), 7; strings.Count(got, "|")+1 != want {
		t.Errorf("%d terms wanted: %s", want, got)
	}
	if l.Len() != 8 {
		t.Errorf("%d terms", l.Len())
	}
}

func TestBadTerms(t *testing.T) {
	for text, ok := range map[string]bool{
		"": false, "...": false, "*": false, "ا*": false, "ا": true, "*ا": false, "اب*": true, "خط *کش خوب": false, strings.Repeat("ا", 101): false, "+": false, "a+b": true,
	} {
		if _, err := moderation.TermKey(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	if n := lists("", "کش", "*").Len(); n != 1 {
		t.Errorf("%d terms, want the good one", n)
	}
	one, _ := moderation.TermKey("كِش‌ ")
	other, _ := moderation.TermKey("کـــش")
	if one != other {
		t.Errorf("one term has the keys %q and %q", one, other)
	}
}

// TestAutomatonFindsWhatASearchFinds compares with the plain search of words.
func TestAutomatonFindsWhatASearchFinds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		var b strings.Builder
		for range 1 + random.IntN(3) {
			b.WriteRune([]rune("ابپت")[random.IntN(4)])
		}
		return b.String()
	}
	for range 200 {
		terms := []string{word(), word(), word() + " " + word(), word(), word() + " " + word() + " " + word()}
		slices.Sort(terms)
		terms = slices.Compact(terms)
		var words []string
		for range 12 {
			words = append(words, word())
		}
		text := strings.Join(words, " ")
		got := map[string]bool{}
		for _, h := range lists(terms...).Find(persian.Unmask(text)) {
			got[h.Term.Text] = true
		}
		for _, term := range terms {
			plain := func(s string) string {
				var all []string
				for _, w := range persian.Unmask(s).Words {
					all = append(all, w.Text)
				}
				return " " + strings.Join(all, " ") + " "
			}
			if strings.Contains(plain(text), plain(term)) && !got[term] {
				t.Fatalf("%q in %q is not found", term, text)
			}
		}
	}
}

// BenchmarkLists: 50,000 terms on a comment of 2,000 characters.
func BenchmarkLists(b *testing.B) {
	terms := make([]string, 50_000)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range terms {
		var w strings.Builder
		for range 3 + random.IntN(8) {
			w.WriteRune([]rune("ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی")[random.IntN(32)])
		}
		terms[i] = w.String() + []string{"", "+", "*"}[i%3]
	}
	l := lists(terms...)
	for name, text := range map[string]string{
		"Persian":  strings.Repeat("سلام. این گزارش را با دقت خواندم و به نظرم باید بیشتر توضیح داده می‌شد. ", 30),
		"Finglish": strings.Repeat("salam in gozaresh ra ba deghat khandam va be nazaram bayad bishtar ", 30),
		"torn":     strings.Repeat("س ل ا م ", 250),
	} {
		text = string([]rune(text)[:min(2000, len([]rune(text)))])
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				l.Find(persian.Unmask(text))
			}
		})
	}
	b.Run(fmt.Sprint("build ", len(terms)), func(b *testing.B) {
		for b.Loop() {
			lists(terms...)
		}
	})
}
