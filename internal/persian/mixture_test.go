package persian

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
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

// Every way of writing a date, with every way of writing a clock, in either
// order, is read as that moment.
func TestParseTimeReadsEveryMixtureOfForms(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	pick := func(forms ...string) string { return forms[rnd.IntN(len(forms))] }
	for range 50_000 {
		d := Date{1350, 1, 1}.AddDays(rnd.IntN(36_000))
		g := d.Time(time.UTC)
		hour, minute := rnd.IntN(24), rnd.IntN(60)
		date := pick(
			fmt.Sprintf("%04d/%02d/%02d", d.Year, d.Month, d.Day),
			fmt.Sprintf("%d-%d-%d", d.Year, d.Month, d.Day),
			fmt.Sprintf("%02d.%02d.%04d", d.Day, d.Month, d.Year),
			fmt.Sprintf("%02d/%d/%d", d.Year%100, d.Month, d.Day),
			fmt.Sprintf("%d %s %d", d.Day, MonthName(d.Month), d.Year),
			fmt.Sprintf("%02d %s\u200cماه سال %02d", d.Day, MonthName(d.Month), d.Year%100),
			g.Format("2006/01/02"), g.Format("2 January 2006"), g.Format("Jan 2, 2006"), g.Format("02-01-2006"),
		)
		if rnd.IntN(2) == 0 {
			date = WeekdayName(d.Weekday()) + pick(" ", "، ", ": ") + date
		}
		half, hour12 := pick("صبح", "ق.ظ", "AM"), (hour+11)%12+1
		if hour >= 12 {
			half = pick("بعد از ظهر", "بعدازظهر", "ب.ظ", "PM", "عصر")
		}
		clock := pick(
			fmt.Sprintf("%02d:%02d", hour, minute), fmt.Sprintf("ساعت %d:%02d", hour, minute), fmt.Sprintf("%d:%02d:00", hour, minute),
			fmt.Sprintf("%d:%02d %s", hour12, minute, half), fmt.Sprintf("ساعت %d و %d دقیقه", hour, minute),
		)
		first, second := date, clock
		if rnd.IntN(2) == 0 {
			first, second = clock, date
		}
		s := pick("", "تاریخ انتشار: ", "زمان ") + first + pick(" ", " - ", "، ", " | ", " – ") + second
		if rnd.IntN(2) == 0 {
			s = Digits(s)
		}
		want := localTime(g.Add(time.Duration(hour)*time.Hour+time.Duration(minute)*time.Minute), Tehran())
		m, err := ParseTime(s)
		if err != nil || !m.HasClock || !m.Time.Equal(want) {
			t.Fatalf("ParseTime(%q) = %s, %v, want %s", s, m.Time, err, want)
		}
	}
}

func TestParseTimeSurvivesMixedWords(t *testing.T) {
	pieces := strings.Split("۴|04|۱۴۰۰|2021|99|۱۶|:|۱۲|/|-|.|،| | |آذر|ماه|دی|قوس|نوامبر|nov|ربیع|الثانی|پنج|شنبه|جمعه|ساعت|صبح|بعد از ظهر|ب.ظ|شب|و|دقیقه|"+
		"سال|t|z|+|0330|gmt|چهارم|بیست|سی|ام|تاریخ|انتشار|خبر|th|999999999999999999999|()", "|")
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 200_000 {
		s := mix(rnd, pieces, 12)
		if _, err := ParseTime(s); err != nil && !errors.Is(err, ErrTime) {
			t.Fatalf("ParseTime(%q): %v", s, err)
		}
	}
}
