package persian

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"unicode"
)

// newsArticle is what these tests read of a line of news.jsonl.gz.
type newsArticle struct {
	Title, Lead, Body, Date string
}

// readNews calls visit with each article of the shared news; at most limit of
// them when limit is above 0. It skips the test where they are not there.
func readNews(t testing.TB, limit int, visit func(newsArticle)) {
	t.Helper()
	f, err := os.Open("../../../shared/data/news/news.jsonl.gz")
	if err != nil {
		t.Skipf("the news articles are not beside the repository: %v", err)
	}
	defer f.Close()
	gz, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(gz)
	for n := 0; limit == 0 || n < limit; n++ {
		var a newsArticle
		if err := dec.Decode(&a); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		visit(a)
	}
}

func TestDatesOfRealArticlesAndCommentsAreRead(t *testing.T) {
	read, undated := 0, 0
	check := func(date string) {
		if date == "" {
			undated++
			return
		}
		m, err := ParseTime(date)
		if err != nil {
			t.Error(err)
			return
		}
		read++
		// Both files hold local times without an offset.
		layout := "2006-01-02T15:04:05"
		if got := m.Time.Format(layout[:len(date)]); got != date {
			t.Errorf("%s is read as %s", date, got)
		}
	}
	readNews(t, 0, func(a newsArticle) { check(a.Date) })
	f, err := os.Open("../../../shared/data/comments/asriran-threaded.jsonl")
	if err != nil {
		t.Skipf("the comments are not beside the repository: %v", err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var comment struct{ Date string }
		if err := json.Unmarshal(lines.Bytes(), &comment); err != nil {
			t.Fatal(err)
		}
		check(comment.Date)
	}
	t.Logf("%d dates read, %d are empty", read, undated)
	if read == 0 {
		t.Error("no date was read")
	}
}

// visible returns s without what Clean may drop or exchange, so that text is
// the same to the letter before and after when it is equal.
func visible(s string) string {
	unified := strings.NewReplacer("ي", "ی", "ك", "ک", "ا\u0653", "آ", "ا\u0654", "أ", "و\u0654", "ؤ", "ی\u0654", "ئ", "ي\u0654", "ئ", "ى\u0654", "ئ", "ە\u0654", "ۀ", "\r\n", "\n").Replace(s)
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\n' || r == '\t' || r == zwj:
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, unified))
}

func TestCleanKeepsRealTextToTheLetter(t *testing.T) {
	texts, changed, halfSpaces, kept := 0, 0, 0, 0
	readNews(t, 0, func(a newsArticle) {
		for _, s := range []string{a.Title, a.Lead, a.Body} {
			got := Clean(s)
			texts++
			if got == s {
				kept += strings.Count(s, "\u200c")
				halfSpaces += countJoining(s)
				continue
			}
			changed++
			// visible makes no claim on half-spaces, so they are counted:
			// between two letters none is lost.
			if want := visible(s); visible(got) != want {
				t.Fatalf("Clean changed more than it may: %s", firstDifference(visible(got), want))
			}
			halfSpaces += countJoining(s)
			kept += strings.Count(got, "\u200c")
			if got != Clean(got) {
				t.Fatalf("Clean is not idempotent on %q", s)
			}
		}
	})
	t.Logf("%d texts, %d changed, %d half-spaces kept", texts, changed, kept)
	if kept < halfSpaces {
		t.Errorf("%d half-spaces between letters, %d kept", halfSpaces, kept)
	}
}

// firstDifference shows where two texts part.
func firstDifference(got, want string) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	around := func(s string) string { return s[max(0, i-40):min(len(s), i+40)] }
	return fmt.Sprintf("%q, want %q", around(got), around(want))
}

// countJoining counts the half-spaces of s right between two Persian letters.
func countJoining(s string) int {
	n := 0
	var last, beforeLast rune
	for _, r := range s {
		if last == zwnj && unicode.Is(unicode.Arabic, beforeLast) && unicode.IsLetter(beforeLast) && unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r) {
			n++
		}
		beforeLast, last = last, r
	}
	return n
}

func BenchmarkRealText(b *testing.B) {
	var bodies []string
	size := 0
	readNews(b, 2000, func(a newsArticle) {
		bodies = append(bodies, a.Body)
		size += len(a.Body)
	})
	var headlines []string
	readNews(b, 2000, func(a newsArticle) { headlines = append(headlines, a.Title) })
	run := func(name string, texts []string, f func(string) string) {
		b.Run(name, func(b *testing.B) {
			total := 0
			for _, s := range texts {
				total += len(s)
			}
			b.SetBytes(int64(total))
			b.ReportAllocs()
			for b.Loop() {
				for _, s := range texts {
					f(s)
				}
			}
		})
	}
	run("CleanBodies", bodies, Clean)
	cleaned := make([]string, len(bodies))
	folded := make([]string, len(bodies))
	for i, s := range bodies {
		cleaned[i] = Clean(s)
		folded[i] = Fold(s)
	}
	run("CleanCleanedBodies", cleaned, Clean)
	run("FoldBodies", bodies, Fold)
	run("FoldFoldedBodies", folded, Fold)
	run("SlugHeadlines", headlines, Slug)
	run("SortKeyHeadlines", headlines, SortKey)
	run("ParseTime", []string{"تاریخ انتشار: پنج‌شنبه، ۰۴ آذر ۱۴۰۰ - ۱۶:۱۲"}, func(s string) string {
		if _, err := ParseTime(s); err != nil {
			b.Fatal(err)
		}
		return s
	})
}
