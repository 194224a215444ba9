package markup

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// newsTexts returns the first n bodies of the archive of plain texts.
func newsTexts(t testing.TB, n int) []string {
	t.Helper()
	var texts []string
	eachLine(t, shared(t, "news/news.jsonl.gz"), func(line []byte) bool {
		var article struct{ Body string }
		if err := json.Unmarshal(line, &article); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, article.Body)
		return len(texts) < n
	})
	return texts
}

func size[S ~string](texts []S) int64 {
	total := 0
	for _, text := range texts {
		total += len(text)
	}
	return int64(total / len(texts))
}

func BenchmarkFromText(b *testing.B) {
	texts := newsTexts(b, 3000)
	b.SetBytes(size(texts))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		FromText(texts[i%len(texts)])
	}
}

// BenchmarkImport is what an importer does with each text.
func BenchmarkImport(b *testing.B) {
	texts := newsTexts(b, 3000)
	b.SetBytes(size(texts))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_, h := TakeAttribution(FromText(texts[i%len(texts)]))
		_, _, h = TakeEndMark(h)
		Words(h)
	}
}

func BenchmarkSanitize(b *testing.B) {
	pages := newsroomPages(b)
	b.SetBytes(size(pages))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Sanitize(pages[i%len(pages)])
	}
}

func BenchmarkPlain(b *testing.B) {
	var bodies []HTML
	for _, page := range newsroomPages(b) {
		bodies = append(bodies, Sanitize(page))
	}
	b.SetBytes(size(bodies))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Plain(bodies[i%len(bodies)])
	}
}

// BenchmarkToMarkdown writes bodies of 100 kB and of 1 MB; ×100kB is the ratio of their times, near 10 while the work grows with the text.
func BenchmarkToMarkdown(b *testing.B) {
	for name, part := range map[string]string{
		"paragraphs":         "<p>واژه‌ای از <strong>متن</strong> خبر با <a href=\"https://example.ir/a\">پیوند</a> است.</p>\n",
		"short-paragraphs":   "<p>متن</p>\n",
		"marks-before-links": "متن!<a href=\"https://example.ir/a\">پیوند</a> ",
		"lines":              "سطر<br>",
	} {
		b.Run(name, func(b *testing.B) {
			bodies := []HTML{Sanitize(strings.Repeat(part, 100_000/len(part))), Sanitize(strings.Repeat(part, 1_000_000/len(part)))}
			var took [2]time.Duration
			for b.Loop() {
				for i, body := range bodies {
					began := time.Now()
					ToMarkdown(body)
					took[i] += time.Since(began)
				}
			}
			b.ReportMetric(float64(took[1])/float64(took[0]), "×100kB")
		})
	}
}
