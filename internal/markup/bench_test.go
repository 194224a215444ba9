package markup

import (
	"encoding/json"
	"testing"
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
