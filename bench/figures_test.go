package main

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestMedianAndNumbers(t *testing.T) {
	for _, c := range []struct {
		in   samples
		want float64
	}{{nil, 0}, {samples{7}, 7}, {samples{9, 1, 4}, 4}, {samples{4, 1, 3, 2}, 2.5}} {
		if got := c.in.median(); got != c.want {
			t.Errorf("median of %v: %v, want %v", c.in, got, c.want)
		}
	}
	for in, want := range map[float64]string{0.01234: "0.0123", 99: "99", 999: "999", 1234: "1,234", 1234567: "1,234,567"} {
		if got := number(in); got != want {
			t.Errorf("number(%v) = %s, want %s", in, got, want)
		}
	}
}

const wrkReport = `Running 5s test @ http://127.0.0.1:1/
  Latency Distribution
     50%    2.53ms
     75%    3.00ms
     90%    4.10ms
     99%    0.95s 
  1000 requests in 5.00s, 1.00MB read
Requests/sec:  12345.60
Transfer/sec:      1.00MB
`

func TestWrkReportIsRead(t *testing.T) {
	got, err := parseWrk(wrkReport)
	if err != nil || got.perSecond != 12345.6 || got.p50 != 2530*time.Microsecond || got.p99 != 950*time.Millisecond {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"  Socket errors: connect 0, read 1, write 0, timeout 0\n" + wrkReport, "  Non-2xx or 3xx responses: 3\n" + wrkReport, ""} {
		if _, err := parseWrk(bad); err == nil {
			t.Errorf("taken as good: %q", bad)
		}
	}
}

func TestClosingLineIsTheLast(t *testing.T) {
	got, err := closingLine("line 3 refused: x\nimported 2 …\n{\"imported\":2,\"existing\":1,\"refused\":1}\n")
	if err != nil || got != (closing{2, 1, 1}) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "imported 2", `{"imported":0,"existing":5,"refused":0}`} {
		if _, err := closingLine(bad); err == nil {
			t.Errorf("taken as good: %q", bad)
		}
	}
}

func TestConnectionReadsAnswersInTurn(t *testing.T) {
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/missing" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		fmt.Fprint(w, strings.Repeat("a", 900)+r.URL.Path)
	}))
	defer served.Close()
	addr := served.Listener.Addr().String()
	c, err := dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for path, want := range map[string]int{"/missing": 404, "/one": 200, "/two": 200} {
		if status, err := c.send(get(addr, path, "br"), nil); err != nil || status != want {
			t.Errorf("%s: %d, %v", path, status, err)
		}
	}
	if body, err := fetch(addr, "/three", "identity"); err != nil || !strings.HasSuffix(string(body), "a/three") {
		t.Errorf("%q, %v", body, err)
	}
}

func TestSearchScores(t *testing.T) {
	var sum searchScores
	addScores(&sum, []string{"x", "a", "b"}, map[string]int{"a": 1, "b": 1, "missing": 1})
	if want := (1.0/2 + 2.0/3) / 3; math.Abs(sum.MAP-want) > 1e-9 || sum.R1 != 0 || sum.R10 != 1 {
		t.Errorf("%+v, want MAP %v", sum, want)
	}
	sum = searchScores{}
	addScores(&sum, []string{"a", "b"}, map[string]int{"a": 2, "b": 1})
	if sum.MAP != 1 || sum.NDCG10 != 1 || sum.R1 != 1 || sum.R10 != 1 {
		t.Errorf("the best order: %+v", sum)
	}
	sum = searchScores{}
	addScores(&sum, nil, map[string]int{"a": 1})
	if sum != (searchScores{}) {
		t.Errorf("nothing found: %+v", sum)
	}
}

func TestLemmasThatFallTogether(t *testing.T) {
	rows := []lemmaRow{{"کتاب‌ها", "کتاب", "NOUN"}, {"کتابی", "کتاب", "NOUN"}, {"رفت", "رو", "VERB"}, {"کتاب", "کتاب", "NOUN"}, {"كتاب", "كتاب", "NOUN"}}
	q, err := quality(rows, func(words []string) ([]string, error) {
		stems := make([]string, len(words))
		for i, word := range words {
			stems[i] = string([]rune(strings.ReplaceAll(word, "ك", "ک"))[:2])
		}
		return stems, nil
	})
	// کتاب and كتاب are one lemma when folded.
	if err != nil || q.nominal != 1 || q.nominals != 2 || q.verb != 0 || q.verbs != 1 || q.apart != 0 || q.lemmas != 3 {
		t.Errorf("%+v, %v", q, err)
	}
}
