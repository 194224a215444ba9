package migrate

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// seed returns the real article page that issue 2 starts from.
func seed(t *testing.T) string {
	t.Helper()
	files, _ := filepath.Glob("../../../shared/seed/*.txt")
	if len(files) == 0 {
		t.Skip("../shared/seed is not here; the real page is not tested")
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestSeedPageIsReadWhole finds each part of the page again, by the lines of the file itself.
func TestSeedPageIsReadWhole(t *testing.T) {
	text := seed(t)
	page, err := ReadText(strings.NewReader(text), TextOptions{Name: "seed"})
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(text, "\n\n")
	c := page.Import.Article.Content
	if c.Headline != blocks[0] || c.Lede != blocks[1] {
		t.Errorf("headline %q, lede %q", c.Headline, c.Lede)
	}
	const source = "باشگاه خبرنگاران جوان"
	if c.Source != source || !c.EndMark || c.DeskCode != "" {
		t.Errorf("source %q, end mark %v %q", c.Source, c.EndMark, c.DeskCode)
	}
	// The page has no-break spaces where its editor pasted; stored text has plain ones.
	body := blocks[2 : len(blocks)-2]
	body[0] = strings.TrimPrefix(strings.ReplaceAll(body[0], "\u00a0", " "), "به گزارش "+source+"، ")
	if want := "<p>" + strings.Join(body, "</p>\n<p>") + "</p>"; strings.TrimSpace(c.Body) != want {
		t.Errorf("body:\n%s\nwant:\n%s", c.Body, want)
	}
	if len(page.Import.Comments) != 2 {
		t.Fatalf("%d comments", len(page.Import.Comments))
	}
	tail := strings.Split(blocks[len(blocks)-1], "\n")
	for i, stamp := range []string{"۱۶:۱۲ ۰۴ آذر ۱۴۰۰", "۱۲:۵۸ ۰۴ آذر ۱۴۰۰"} {
		got := page.Import.Comments[i]
		if got.Country != "IR" || got.Name != "" || got.State != news.CommentPublished || persian.Stamp(got.CreatedAt) != stamp {
			t.Errorf("comment %d: %+v", i, got)
		}
		if got.Text != tail[9+4*i] {
			t.Errorf("comment %d: text %q, want %q", i, got.Text, tail[9+4*i])
		}
	}
	if !page.Guessed || page.Import.Article.PublishedAt.Format(time.RFC3339) != "2021-11-25T00:00:00+03:30" {
		t.Errorf("time %v, guessed %v", page.Import.Article.PublishedAt, page.Guessed)
	}
	if len(page.Warnings) != 1 {
		t.Errorf("warnings: %v", page.Warnings)
	}
	for _, furniture := range []string{"پیشنهادی", "تبادل", "آدرس", "آخرین اخبار", "انتهای پیام"} {
		if strings.Contains(markup.Plain(markup.HTML(c.Body)), furniture) {
			t.Errorf("the body holds %q", furniture)
		}
	}
}

var update = flag.Bool("update", false, "write what is read today into testdata as what is wanted; look at the difference")

const wantMark = "-- want --\n"

// TestPagesAsText reads each page of testdata/text and compares with what stands behind "-- want --" in the same file.
func TestPagesAsText(t *testing.T) {
	files, err := filepath.Glob("testdata/text/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text, want, _ := strings.Cut(string(data), wantMark)
			page, err := ReadText(strings.NewReader(text), TextOptions{})
			got := describe(page, err)
			if *update {
				if err := os.WriteFile(file, []byte(text+wantMark+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// describe writes what was read as people compare it.
func describe(page TextPage, err error) string {
	var b strings.Builder
	if err != nil {
		fmt.Fprintf(&b, "error: %v\n", err)
		return b.String()
	}
	a := page.Import.Article
	c := a.Content
	fmt.Fprintf(&b, "headline: %s\nlede: %s\nsource: %s\nend mark: %v %s\n", c.Headline, c.Lede, c.Source, c.EndMark, c.DeskCode)
	fmt.Fprintf(&b, "time: %s, guessed %v\n%s\n", a.PublishedAt.Format(time.RFC3339), page.Guessed, strings.TrimSpace(c.Body))
	for _, c := range page.Import.Comments {
		fmt.Fprintf(&b, "comment %q of %q from %q at %s: %q\n", strings.TrimPrefix(c.Origin, a.Origin), c.Name, c.Country, c.CreatedAt.Format(time.RFC3339), c.Text)
	}
	for _, w := range page.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	return b.String()
}

func TestGivenTimeIsTaken(t *testing.T) {
	text, _, _ := strings.Cut(string(mustRead(t, "testdata/text/counters-differ.txt")), wantMark)
	comment := time.Date(2021, 11, 25, 12, 42, 0, 0, time.UTC)
	for _, tt := range []struct {
		at    time.Time
		older bool
	}{{comment.Add(-time.Hour), false}, {comment, false}, {comment.Add(time.Hour), true}} {
		page, err := ReadText(strings.NewReader(text), TextOptions{At: tt.at})
		if err != nil || !page.Import.Article.PublishedAt.Equal(tt.at) || page.Guessed {
			t.Errorf("%v, guessed %v, %v", page.Import.Article.PublishedAt, page.Guessed, err)
		}
		if older := strings.Contains(fmt.Sprint(page.Warnings), "older"); older != tt.older {
			t.Errorf("at %v: warnings %v", tt.at, page.Warnings)
		}
	}
}

func mustRead(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestSamePageIsRecognised: white space, a byte order mark and later comments do not make another article; other words do.
func TestSamePageIsRecognised(t *testing.T) {
	origin := func(text string) string {
		t.Helper()
		page, err := ReadText(strings.NewReader(text), TextOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return page.Import.Article.Origin
	}
	text := "تیتر\n\nلید\n\nمتن خبر\n\nانتهای پیام/\n"
	first := origin(text)
	for _, same := range []string{
		"\ufeff" + text,
		strings.ReplaceAll(text, "\n", "\r\n"),
		strings.ReplaceAll(text, "\n\n", "  \n\n\n"),
		text + "نظرات کاربران\nIran\nسارا\n۱۶:۱۲ ۰۴ آذر ۱۴۰۰\nنظر\n",
	} {
		if origin(same) != first {
			t.Errorf("another origin for %q", same)
		}
	}
	if origin(strings.Replace(text, "متن", "متنِ", 1)) == first {
		t.Error("other words, the same origin")
	}
}

func TestFilesThatAreNoText(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "the file is empty"},
		{"\xff\xfeA\x00", "the file is UTF-16; save it as UTF-8"},
		{"\xfe\xff\x00A", "the file is UTF-16; save it as UTF-8"},
		{"\xc7\xd1\xcf", "the file is not UTF-8"},
		{"PK\x03\x04\x00\x00", "the file holds binary data, not text"},
		{strings.Repeat("x", maxText+1), "the file is larger than 4 MB, which no saved page is"},
		{"تیتر\n\nلید\n\n" + strings.Repeat("متن ", maxBody/7+1), errLongBody.Error()},
	}
	for _, tt := range tests {
		_, err := ReadText(strings.NewReader(tt.text), TextOptions{Name: "page.txt"})
		if err == nil || err.Error() != "page.txt: "+tt.want {
			t.Errorf("error %v, want %q", err, tt.want)
		}
	}
}

func FuzzReadText(f *testing.F) {
	files, err := filepath.Glob("testdata/text/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		text, _, _ := strings.Cut(string(data), wantMark)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		page, err := ReadText(strings.NewReader(text), TextOptions{})
		if err != nil {
			return
		}
		checkImport(t, page.Import)
		a := page.Import.Article
		for i, c := range page.Import.Comments {
			if c.Text == "" || persian.Clean(c.Text) != c.Text || c.CreatedAt.IsZero() || c.Origin != fmt.Sprintf("%s#%d", a.Origin, i+1) {
				t.Fatalf("comment %d: %+v", i, c)
			}
			if page.Guessed && c.CreatedAt.Before(a.PublishedAt) {
				t.Fatalf("guessed %v, after a comment of %v", a.PublishedAt, c.CreatedAt)
			}
		}
	})
}
