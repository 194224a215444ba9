package search

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// BenchmarkSearch asks an index of the shared news on disk; DABIR_BENCH_COPIES says how often each article is in it, under a headline of its own.
// cpu-µs is the processor time of a search.
func BenchmarkSearch(b *testing.B) {
	file, err := os.Open("../../../shared/data/news/news.jsonl.gz")
	if err != nil {
		b.Skipf("the news articles are not beside the repository: %v", err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		b.Fatal(err)
	}
	copies, _ := strconv.Atoi(os.Getenv("DABIR_BENCH_COPIES"))
	x, err := Open(filepath.Join(b.TempDir(), "index"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	var documents []Document
	put := func() {
		if err := x.Put(b.Context(), documents, 0); err != nil {
			b.Fatal(err)
		}
		documents = documents[:0]
	}
	began, count := time.Now(), 0
	for decoder := json.NewDecoder(bufio.NewReaderSize(z, 1<<20)); decoder.More(); {
		var a struct{ Title, Lead, Body, Date string }
		if err := decoder.Decode(&a); err != nil {
			b.Fatal(err)
		}
		at, _ := time.Parse(time.DateOnly, a.Date[:min(len(a.Date), 10)])
		for i := range max(copies, 1) {
			count++
			documents = append(documents, Document{Code: int64(count), Headline: a.Title + " " + strconv.Itoa(i), Lede: a.Lead, Body: a.Body, At: at})
		}
		if len(documents) >= 1000 {
			put()
		}
	}
	put()
	b.Logf("%d articles indexed, %.0f a second", count, float64(count)/time.Since(began).Seconds())
	for name, q := range map[string]Query{
		"one word":          {Text: "تهران"},
		"two words":         {Text: "قیمت نفت"},
		"three words":       {Text: "انتخاب سرمربی تیم"},
		"common words":      {Text: "رئیس دولت ایران"},
		"phrase and filter": {Text: `"تیم ملی"`, From: time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)},
		"facets":            {Text: "قیمت نفت", Facets: true},
	} {
		q.Now = time.Now()
		b.Run(name, func(b *testing.B) {
			var before, after syscall.Rusage
			if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if r, err := x.Search(b.Context(), q); err != nil || len(r.Hits) == 0 {
					b.Fatalf("%v, %v", r, err)
				}
			}
			if err := syscall.Getrusage(syscall.RUSAGE_SELF, &after); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(after.Utime.Nano()+after.Stime.Nano()-before.Utime.Nano()-before.Stime.Nano())/1000/float64(b.N), "cpu-µs/op")
		})
	}
}
