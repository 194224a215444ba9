package lexicon

import (
	"runtime"
	"testing"
	"time"
)

func load(t testing.TB) *Lexicon {
	t.Helper()
	l, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestKnows(t *testing.T) {
	l := load(t)
	for word, want := range map[string]bool{
		"کتاب": true, "کتاب‌ها": true, "کتاب‌هایشان": true, "کتابم": true, "خانه‌ای": true, "رفته‌اند": true, "می‌گوید": true,
		"بین‌المللی": true, "بزرگ‌ترین": true, "بزرگ‌ترین‌هاست": false, "بی‌کتاب": true, "انتهای": true, "امیدواریم": true,
		"": false, "کتاااب": false, "ها": false, "latin": false, "\xff": false, "می‌": false,
	} {
		if got := l.Knows(word); got != want {
			t.Errorf("Knows(%q) = %v", word, got)
		}
	}
	if l.Len() != 104024 {
		t.Errorf("%d entries; README.md says 104,024", l.Len())
	}
}

func TestReadingsAreWhatTheLettersCanBe(t *testing.T) {
	l := load(t)
	found := map[string]bool{}
	for _, r := range l.AppendReadings(nil, "خانهای") {
		found[r.Written()] = true
	}
	if !found["خان‌های"] || !found["خانه‌ای"] {
		t.Errorf("readings of خانهای: %v", found)
	}
}

func TestWith(t *testing.T) {
	l := load(t)
	more := l.With("کژوشک", "پیام‌کژوشک", "")
	if !more.Knows("کژوشک‌ها") || !more.Knows("پیام‌کژوشک‌های") || l.Knows("کژوشک") {
		t.Error("words are added to the new lexicon, with their endings, and to no other")
	}
	if more.Len() != l.Len()+2 || more.With("کژوشک").Len() != more.Len() {
		t.Error("a word is added once")
	}
}

func TestBrokenFilesAreRefused(t *testing.T) {
	for name, files := range map[string][2][]byte{
		"no gzip": {affixFile, []byte("۱\nکتاب")},
		"half":    {affixFile, wordFile[:len(wordFile)/2]},
		"no rule": {nil, wordFile},
		"strips":  {[]byte("SFX sa ا م ."), wordFile},
	} {
		if _, err := read(files[0], files[1]); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestLoadsQuicklyAndSmall: at most 40 MB held; the time is reported, since other work may run beside the test.
func TestLoadsQuicklyAndSmall(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	l, err := read(affixFile, wordFile)
	took := time.Since(start)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	held := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("read in %v, holds %.1f MB, allocated %.1f MB", took.Round(time.Millisecond), float64(held)/1e6, float64(after.TotalAlloc-before.TotalAlloc)/1e6)
	if held > 40e6 {
		t.Errorf("holds %d bytes", held)
	}
	runtime.KeepAlive(l)
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := read(affixFile, wordFile); err != nil {
			b.Fatal(err)
		}
	}
}

func TestEachVisitsEveryEntry(t *testing.T) {
	l, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	l.Each(func(entry string, _ Class) {
		n++
		if n%100 == 0 && !l.Has(entry) {
			t.Errorf("%q is visited and not there", entry)
		}
	})
	if n != l.Len() {
		t.Errorf("%d of %d entries are visited", n, l.Len())
	}
}
