package copydesk

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/persian/lexicon"
)

// TestCopyDeskIdempotent: over the bodies of the real news and every input of the typography data, what all safe fixes made needs
// none, and they changed no letter. All bodies take 18 seconds of a processor, so that only DABIR_TEST_STRICT=1 reads all; else it
// is every fifth.
func TestCopyDeskIdempotent(t *testing.T) {
	every := 5
	if os.Getenv("DABIR_TEST_STRICT") == "1" {
		every = 1
	}
	texts := bodies(t, every)
	for _, s := range [][]sample{hazmSamples(t), virastarSamples(t), luceneSamples(t)} {
		for _, x := range s {
			texts = append(texts, x.text)
		}
	}
	desk := newDesk(t)
	var tokens, changed [2]int
	var workers sync.WaitGroup
	for w := range 2 {
		workers.Go(func() {
			for i := w; i < len(texts); i += 2 {
				found := desk.Check(texts[i])
				once := Fix(texts[i], found)
				for _, f := range desk.Check(once) {
					if f.Safe {
						t.Errorf("text %d, again: %s %q → %q", i, f.Rule, f.Before, f.After)
					}
				}
				if lettersOnly(once) != lettersOnly(texts[i]) {
					t.Errorf("text %d: letters changed", i)
				}
				tokens[w] += len(strings.Fields(texts[i]))
				for _, f := range found {
					if f.Safe {
						changed[w]++
					}
				}
			}
		})
	}
	workers.Wait()
	all, safe := tokens[0]+tokens[1], changed[0]+changed[1]
	t.Logf("%d texts, %d tokens, %d safe fixes: %.2f %%", len(texts), all, safe, 100*float64(safe)/float64(all))
}

// TestSeedGetsItsHalfSpacesBack reads the article that the product starts from, whose half-spaces were all lost.
func TestSeedGetsItsHalfSpacesBack(t *testing.T) {
	files, _ := filepath.Glob("../../../../shared/seed/*.txt")
	if len(files) == 0 {
		t.Skip("no seed beside the repository")
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	article, _, _ := strings.Cut(string(raw), "انتهای پیام")
	desk := newDesk(t)
	fixed := map[string]string{}
	for _, f := range desk.Check(article) {
		if !f.Safe {
			continue
		}
		fixed[f.Before] = f.After
		switch {
		case !strings.HasPrefix(string(f.Rule), "half_space"):
			t.Errorf("%s: %q → %q is no half-space", f.Rule, f.Before, f.After)
		case lexicon.Letters(f.After) != f.Before:
			t.Errorf("%q → %q is more than adding half-spaces", f.Before, f.After)
		case !desk.lex.Knows(f.After):
			t.Errorf("%q → %q is no word", f.Before, f.After)
		}
	}
	for before, after := range map[string]string{"میگوید": "می‌گوید", "بینالمللی": "بین‌المللی"} {
		if fixed[before] != after {
			t.Errorf("%q became %q", before, fixed[before])
		}
	}
	for _, word := range []string{"انتهای", "ایران", "امیدواریم", "اسلامی"} {
		if fixed[word] != "" {
			t.Errorf("%q became %q", word, fixed[word])
		}
	}
	if len(fixed) != 13 { // a person who reads it finds 13 different ones
		t.Errorf("%d words: %v", len(fixed), fixed)
	}
	// What is left as it was must not be a glued plural or verb of a word that the lexicon knows.
	for _, w := range strings.FieldsFunc(article, func(r rune) bool { return !inWord(r) }) {
		if base, ok := cutAny(w, "های", "هایی"); ok && fixed[w] == "" && desk.lex.Knows(base+halfSpace+w[len(base):]) {
			t.Errorf("%q was left", w)
		}
		if base, ok := strings.CutPrefix(w, mi); ok && fixed[w] == "" && desk.lex.Has(mi+halfSpace+base) {
			t.Errorf("%q was left", w)
		}
	}
}

// TestTypographyAgreement counts how often the desk does what three other projects do. docs/copydesk.md has the table, with the
// reasons where it does not. The text is cleaned first, as everything that reaches the desk in Dabir is.
func TestTypographyAgreement(t *testing.T) {
	desk := newDesk(t)
	for name, data := range map[string]struct {
		samples []sample
		least   int
	}{"hazm": {hazmSamples(t), 41}, "virastar": {virastarSamples(t), 66}, "lucene": {luceneSamples(t), 60}} {
		agreed, by := 0, map[string][2]int{}
		for _, s := range data.samples {
			text := persian.Clean(s.text)
			got, want := Fix(text, desk.Check(text)), persian.Clean(s.want)
			switch s.kind { // Lucene gives tokens for an index; the question is where it sees the end of a word
			case "PersianAnalyzer":
				got, want = alone(got), ""
			case "PersianNormalizationFilter":
				got, want = persian.Fold(got), persian.Fold(want)
			case "PersianStemFilter":
				got, _, _ = strings.Cut(got, halfSpace)
			}
			n := by[s.kind]
			n[1]++
			if got == want {
				n[0]++
				agreed++
			}
			by[s.kind] = n
		}
		for kind, n := range by {
			t.Logf("%s: %d of %d: %s", name, n[0], n[1], kind)
		}
		t.Logf("%s: %d of %d", name, agreed, len(data.samples))
		if agreed < data.least {
			t.Errorf("%s: %d agree, docs/copydesk.md says %d", name, agreed, data.least)
		}
	}
}

// alone returns the prefixes and endings of s that stand as words of their own.
func alone(s string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(s), func(w string) bool { return w != mi && w != nemi && !pluralEndings[w] }), " ")
}
