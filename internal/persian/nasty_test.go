package persian

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// mix joins up to n random pieces.
func mix(rnd *rand.Rand, pieces []string, n int) string {
	var b strings.Builder
	for range rnd.IntN(n + 1) {
		b.WriteString(pieces[rnd.IntN(len(pieces))])
	}
	return b.String()
}

// The fuzzer seldom puts together the few characters whose neighbours matter;
// this does nothing else.
func TestTextFormsAreStableOnMixedCharacters(t *testing.T) {
	pieces := strings.Split("ا|آ|ی|ي|ى|ك|ه|ە|و|ﻼ|ﺁ|ﹸ|ﷲ|ﷺ|ء|ـ|\u0653|\u0654|\u0655|\u0651|\u0301|\u200c|\u200b|\u200d|\u200e|\u202b|\u2028|\ufeff|\u00ad|"+
		" |\u00a0|\n|\r|\r\n|\t|\v|\x00|\x7f|\u0085|\u0091|a|É|İ|ſ|K|۱|٢|3|-|«|،|٬|\uFFFD|\xd8|\x8c|\xe2\x80|👩|ก|่|क|ि", "|")
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		s := mix(rnd, pieces, 9)
		clean, fold, slug, key := Clean(s), Fold(s), Slug(s), SortKey(s)
		if !utf8.ValidString(clean + fold + slug) {
			t.Fatalf("%q: not UTF-8: %q, %q, %q", s, clean, fold, slug)
		}
		if again := Clean(clean); again != clean {
			t.Fatalf("Clean(%q) = %q, and once more %q", s, clean, again)
		}
		if again := Fold(fold); again != fold {
			t.Fatalf("Fold(%q) = %q, and once more %q", s, fold, again)
		}
		if again := Slug(slug); again != slug {
			t.Fatalf("Slug(%q) = %q, and once more %q", s, slug, again)
		}
		if Fold(clean) != fold || Slug(clean) != slug || SortKey(clean) != key {
			t.Fatalf("%q and its clean form %q differ in fold, slug or key", s, clean)
		}
		if line := CleanLine(s); CleanLine(line) != line || Clean(line) != line || Fold(line) != fold {
			t.Fatalf("CleanLine(%q) = %q is not clean", s, line)
		}
	}
}

func TestParseTimeSurvivesMixedWords(t *testing.T) {
	pieces := strings.Split("۴|04|۱۴۰۰|2021|99|۱۶|:|۱۲|/|-|.|،| | |آذر|ماه|دی|قوس|نوامبر|nov|ربیع|الثانی|پنج|شنبه|جمعه|ساعت|صبح|بعد از ظهر|ب.ظ|شب|و|دقیقه|"+
		"سال|t|z|+|0330|gmt|چهارم|بیست|سی|ام|تاریخ|انتشار|خبر|th|999999999999999999999|()", "|")
	rnd := rand.New(rand.NewPCG(3, 4))
	read := 0
	for range 200_000 {
		s := mix(rnd, pieces, 12)
		if strings.Count(s, " ") == 0 {
			s = "۴ آذر ۱۴۰۰ " + s
		}
		m, err := ParseTime(s)
		if err != nil {
			if !errors.Is(err, ErrTime) {
				t.Fatalf("ParseTime(%q): %v", s, err)
			}
			continue
		}
		read++
		again, err := ParseTime(Stamp(m.Time))
		if err != nil || Stamp(again.Time) != Stamp(m.Time) {
			t.Fatalf("ParseTime(%q) = %s, which is printed %s and read %s, %v", s, m.Time, Stamp(m.Time), again.Time, err)
		}
	}
	if read < 1000 {
		t.Errorf("only %d of the mixtures are times: the test shows nothing", read)
	}
}
