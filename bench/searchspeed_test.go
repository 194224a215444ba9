package main

import (
	"encoding/xml"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/search"
)

func TestManyArticlesAreTheSameEachTime(t *testing.T) {
	file := filepath.Join(t.TempDir(), "news.jsonl")
	if err := writeFictional(file, 60); err != nil {
		t.Fatal(err)
	}
	m, _, err := loadMany(nil, file)
	if err != nil {
		t.Fatal(err)
	}
	first, second := slices.Collect(m.all(150)), slices.Collect(m.all(150))
	if !reflect.DeepEqual(first, second) {
		t.Error("the second time other articles came")
	}
	texts := map[string]bool{}
	for i, d := range first {
		if d.Code != int64(i+1) || d.Headline == "" || d.Body == "" {
			t.Fatalf("article %d: %+v", i, d)
		}
		texts[d.Headline+d.Body] = true
	}
	if len(texts) != 150 {
		t.Errorf("%d different articles of 150", len(texts))
	}
	if !slices.IsSortedFunc(first, func(a, b search.Document) int { return a.At.Compare(b.At) }) {
		t.Error("they do not come in the order of their dates")
	}
	for kind, questions := range m.questions(7) {
		if len(questions) != 7 {
			t.Errorf("%d questions of %s", len(questions), kind)
		}
	}
}

func TestPlotShowsWhatWasMeasured(t *testing.T) {
	row := func(articles int, p99 time.Duration) speedRow {
		return speedRow{built: builtIndex{Articles: articles}, asked: askedIndex{Times: map[string]latency{questionKinds[1]: {P50: p99 / 3, P99: p99}}}}
	}
	rows := []speedRow{row(28_519, 4*time.Millisecond), row(1_000_000, 12*time.Millisecond)}
	for _, beside := range []bool{false, true} {
		if beside {
			rows[0].sqlite = &besideIndex{times: map[string]latency{questionKinds[1]: {P99: time.Second}}}
		}
		drawn := drawSpeed(rows)
		decoder := xml.NewDecoder(strings.NewReader(drawn))
		for {
			if _, err := decoder.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Contains(drawn, "FTS5 p99"); got != beside || !strings.Contains(drawn, "Dabir p99") {
			t.Errorf("beside %v: FTS5 is drawn: %v\n%s", beside, got, drawn)
		}
	}
}
