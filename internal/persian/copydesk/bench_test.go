package copydesk

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/persian/lexicon"
)

const newsFile = "../../../../shared/data/news/news.jsonl.gz"

// bodies returns the body of every n-th article of the real news, or skips.
func bodies(t testing.TB, every int) []string {
	t.Helper()
	f, err := os.Open(newsFile)
	if err != nil {
		t.Skip("no real news beside the repository: ", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<24)
	var all []string
	for i := 0; lines.Scan(); i++ {
		if i%every != 0 {
			continue
		}
		var article struct{ Body string }
		if err := json.Unmarshal(lines.Bytes(), &article); err != nil {
			t.Fatal(err)
		}
		all = append(all, article.Body)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func newDesk(t testing.TB) *Desk {
	t.Helper()
	lex, err := lexicon.Default()
	if err != nil {
		t.Fatal(err)
	}
	return New(lex, nil, nil)
}

// BenchmarkCheck and BenchmarkClean read the same real bodies; the first has to do 10 MB/s.
func BenchmarkCheck(b *testing.B) {
	texts, desk := bodies(b, 20), newDesk(b)
	perSecond(b, texts, func(text string) { desk.Check(text) })
}

// BenchmarkCheckFixed reads what a desk has corrected already, as most text in an editor is.
func BenchmarkCheckFixed(b *testing.B) {
	texts, desk := bodies(b, 20), newDesk(b)
	for i, text := range texts {
		texts[i] = Fix(text, desk.Check(text))
	}
	perSecond(b, texts, func(text string) { desk.Check(text) })
}

func BenchmarkClean(b *testing.B) {
	texts := bodies(b, 20)
	perSecond(b, texts, func(text string) { persian.Clean(text) })
}

// perSecond reports megabytes for each second that the processor really worked: other work on the machine does not count.
func perSecond(b *testing.B, texts []string, do func(string)) {
	size := len(strings.Join(texts, ""))
	b.SetBytes(int64(size))
	var before, after syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	for b.Loop() {
		for _, text := range texts {
			do(text)
		}
	}
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	worked := after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano()
	b.ReportMetric(float64(size)*float64(b.N)*1e3/float64(worked), "MB/cpu-s")
}
