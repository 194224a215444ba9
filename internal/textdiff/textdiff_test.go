package textdiff

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// show writes rows as «same [-removed-] {+added+}», the sides apart by «|», rows by «/».
func show(rows []Row) string {
	side := func(runs []Run, open, shut string) string {
		if runs == nil {
			return "∅"
		}
		var b strings.Builder
		for _, run := range runs {
			if run.Changed {
				b.WriteString(open + run.Text + shut)
			} else {
				b.WriteString(run.Text)
			}
		}
		return b.String()
	}
	var all []string
	for _, row := range rows {
		all = append(all, side(row.Old, "[", "]")+"|"+side(row.New, "{", "}"))
	}
	return strings.Join(all, "/")
}

func TestCompare(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"nothing", "", "", ""},
		{"the same", "یک دو", "یک دو", "یک دو|یک دو"},
		{"a word", "او فردا می‌رود.", "او امروز می‌رود.", "او [فردا] می‌رود.|او {امروز} می‌رود."},
		{"a half-space is inside a word", "او می رود", "او می‌رود", "او [می رود]|او {می‌رود}"},
		{"an ending after a half-space changes the word", "کتاب‌های نو", "کتاب‌ها نو", "[کتاب‌های] نو|{کتاب‌ها} نو"},
		{"a mark belongs to its word", "سرد", "سِرد", "[سرد]|{سِرد}"},
		{"punctuation is apart", "رفت.", "رفت؛", "رفت[.]|رفت{؛}"},
		{"two words in a row are one phrase", "آب و برق", "نان پس گاز", "[آب و برق]|{نان پس گاز}"},
		{"a paragraph put in", "یک\nسه", "یک\nدو\nسه", "یک|یک/∅|{دو}/سه|سه"},
		{"a paragraph taken out", "یک\nدو\nسه", "یک\nسه", "یک|یک/[دو]|∅/سه|سه"},
		{"a paragraph at the end", "یک", "یک\nدو", "یک|یک{\nدو}"},
		{"all of it new", "", "یک\nدو", "∅|{یک}/∅|{دو}"},
		{"empty lines count for nothing", "یک\n\n\nدو\n", "یک\nدو", "یک|یک/دو|دو"},
		{"Latin and digits", "نسخهٔ v1 در ۱۲ روز", "نسخهٔ v2 در ۱۲ روز", "نسخهٔ [v1] در ۱۲ روز|نسخهٔ {v2} در ۱۲ روز"},
		{"a family of emoji is one sign", "👨‍👩‍👧 رفت", "👨‍👩‍👧 آمد", "👨‍👩‍👧 [رفت]|👨‍👩‍👧 {آمد}"},
	} {
		if got := show(Compare(tt.old, tt.new)); got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

// text joins one side of the rows again.
func text(rows []Row, side func(Row) []Run) string {
	var lines []string
	for _, row := range rows {
		if side(row) == nil {
			continue
		}
		line := ""
		for _, run := range side(row) {
			line += run.Text
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func clean(s string) string { return strings.Join(split(s), "") }

// TestBothTextsAreWhole compares random texts: whatever the difference, each side is its text to the letter.
func TestBothTextsAreWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"آب", "می‌رود", "،", " ", " ", "\n", "\n\n", "x", "۱۲", "‌", "ِ", "👨‍👩‍👧", "\x00", "\u202e"}
	random := func() string {
		var b strings.Builder
		for range r.IntN(40) {
			b.WriteString(words[r.IntN(len(words))])
		}
		return b.String()
	}
	for range 3000 {
		old, new := random(), random()
		rows := Compare(old, new)
		gotOld, gotNew := text(rows, func(r Row) []Run { return r.Old }), text(rows, func(r Row) []Run { return r.New })
		if strings.Trim(gotOld, "\n") != clean(old) || strings.Trim(gotNew, "\n") != clean(new) {
			t.Fatalf("%q and %q came out as %q and %q", old, new, gotOld, gotNew)
		}
	}
}

// TestManyWords passes the numbers that are no characters.
func TestManyWords(t *testing.T) {
	var b strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&b, "w%d ", i)
	}
	old := b.String()
	rows := Compare(old+"آب", old+"برق")
	if got := text(rows, func(r Row) []Run { return r.New }); got != old+"برق" {
		t.Errorf("the new text came out with %d bytes of %d", len(got), len(old)+6)
	}
}

// article makes 5,000 words in paragraphs of a vocabulary of the given size.
func article(seed uint64, vocabulary int) []string {
	r := rand.New(rand.NewPCG(seed, 3))
	words := make([]string, 5000)
	for i := range words {
		words[i] = fmt.Sprintf("واژه‌%d", r.IntN(vocabulary))
		if i%80 == 79 {
			words[i] += ".\n"
		}
	}
	return words
}

// versions are two versions of a 5,000-word article, edited in one word of twenty, and two articles that are nothing alike.
func versions() map[string][2]string {
	old := article(1, 1500)
	new := append([]string{}, old...)
	r := rand.New(rand.NewPCG(9, 9))
	for range 250 {
		i := r.IntN(len(new))
		new[i] = "دیگر"
	}
	return map[string][2]string{
		"edited":    {strings.Join(old, " "), strings.Join(new, " ")},
		"rewritten": {strings.Join(old, " "), strings.Join(article(2, 1500), " ")},
	}
}

// TestFiveThousandWordsAreComparedInTime guards against a comparison that grows with the square of the text; the benchmark has the
// figure (goal: under 50 ms on a quiet machine).
func TestFiveThousandWordsAreComparedInTime(t *testing.T) {
	for name, v := range versions() {
		best := time.Hour
		for range 5 { // the machine may be busy with something else
			start := time.Now()
			Compare(v[0], v[1])
			best = min(best, time.Since(start))
		}
		if best > time.Second {
			t.Errorf("%s: %v, want well under a second even on a busy machine and under the race detector", name, best)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	for name, v := range versions() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Compare(v[0], v[1])
			}
		})
	}
}
