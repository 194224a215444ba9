package migrate

import (
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
