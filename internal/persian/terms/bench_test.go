package terms

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func realText(t testing.TB) []string {
	f, err := os.Open("../../../../shared/data/news/news.jsonl.gz")
	if err != nil {
		t.Skipf("the news articles are not beside the repository: %v", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bufio.NewReader(z))
	var texts []string
	for len(texts) < 5000 {
		var a struct{ Title, Lead, Body string }
		if err := dec.Decode(&a); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, a.Title+"\n"+a.Lead+"\n"+a.Body)
	}
	return texts
}

func BenchmarkSplit(b *testing.B) {
	texts := realText(b)
	s, err := NewSplitter(All)
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n = 0
		for _, t := range texts {
			n += len(s.Split(t))
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mtokens/s")
}

func BenchmarkFields(b *testing.B) {
	texts := realText(b)
	n := 0
	for b.Loop() {
		n = 0
		for _, t := range texts {
			n += len(strings.Fields(t))
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mtokens/s")
}
