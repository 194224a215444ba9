package migrate

import (
	"bytes"
	"context"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// newsroom is the real contract of editorial.Import in memory: an origin is taken once.
type newsroom struct {
	articles map[string]news.Import
	order    []string
	largest  int
	keep     bool
	refuse   map[string]string // headline → reason
	fail     error             // of the call after failAfter
	failAt   int
	calls    int
}

func newNewsroom() *newsroom { return &newsroom{articles: map[string]news.Import{}, keep: true, failAt: -1} }

func (n *newsroom) Import(_ context.Context, imports []news.Import) ([]news.ImportOutcome, error) {
	if n.calls++; n.calls == n.failAt {
		return nil, n.fail
	}
	n.largest = max(n.largest, len(imports))
	outcomes := make([]news.ImportOutcome, len(imports))
	for i, im := range imports {
		if reason := n.refuse[im.Article.Content.Headline]; reason != "" {
			outcomes[i].Refused = reason
			continue
		}
		if _, ok := n.articles[im.Article.Origin]; ok {
			outcomes[i].Existing = true
			continue
		}
		n.order = append(n.order, im.Article.Origin)
		if !n.keep {
			im = news.Import{}
		}
		n.articles[im.Article.Origin] = im
		outcomes[i].Code = news.Code(len(n.order))
	}
	return outcomes, nil
}

// TestRealArchive imports the 28,519 real records: every refusal is explained, and memory stays bounded.
func TestRealArchive(t *testing.T) {
	data, err := os.ReadFile("../../../shared/data/news/news.jsonl.gz")
	if err != nil {
		t.Skip("../shared/data/news is not here; the real archive is not tested")
	}
	if testing.Short() {
		t.Skip("the real archive takes seconds")
	}
	to := &counting{}
	begin := time.Now()
	report, err := JSONL(t.Context(), bytes.NewReader(data), to, JSONLOptions{Size: int64(len(data))})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d imported, %d existing, %d refused in %v: %.0f a second; heap at most %d MB; %d undated, %d without section, %d without lede, %d with a source, %d with an end mark",
		report.Imported, report.Existing, report.Refused, time.Since(begin).Round(time.Millisecond),
		float64(report.Done())/time.Since(begin).Seconds(), to.heap>>20, to.undated, to.general, to.noLede, to.source, to.endMark)
	if report.Done() != 28519 || report.Imported != 28517 {
		t.Errorf("%d lines, %d imported", report.Done(), report.Imported)
	}
	for _, p := range report.Problems {
		if p.Reason != "no title" {
			t.Errorf("line %d refused: %s", p.Line, p.Reason)
		}
	}
	if to.heap > 200<<20 {
		t.Errorf("the heap grew to %d MB", to.heap>>20)
	}
}

// counting takes everything and keeps nothing but numbers.
type counting struct {
	undated, general, noLede, source, endMark int
	heap                                      uint64
	calls                                     int
}

func (c *counting) Import(_ context.Context, imports []news.Import) ([]news.ImportOutcome, error) {
	for _, im := range imports {
		a := im.Article
		for _, is := range []struct {
			n  *int
			ok bool
		}{{&c.undated, a.PublishedAt.IsZero()}, {&c.general, im.SectionName == ""}, {&c.noLede, a.Content.Lede == ""},
			{&c.source, a.Content.Source != ""}, {&c.endMark, a.Content.EndMark}} {
			if is.ok {
				*is.n++
			}
		}
	}
	if c.calls++; c.calls%16 == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		c.heap = max(c.heap, m.HeapAlloc)
	}
	return slices.Repeat([]news.ImportOutcome{{Code: 1}}, len(imports)), nil
}
