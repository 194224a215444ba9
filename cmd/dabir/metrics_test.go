package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// TestMetricsTellWhatIsWatched: what docs/operating.md tells to watch is there, with what happened in it, and not on the public port.
func TestMetricsTellWhatIsWatched(t *testing.T) {
	n := start(t, "")
	site, err := n.handler(n.url)
	if err != nil {
		t.Fatal(err)
	}
	n.running.name, n.running.site, n.running.conns = "here:80", site, &web.Connections{}
	ask := func(path string, want int) {
		t.Helper()
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != want {
			t.Fatalf("%s: %d", path, w.Code)
		}
	}
	n.imports(t, news.Article{State: news.Published, Origin: "test:1", Content: news.Content{Lang: "fa", Kind: news.KindNews, Headline: "خبر", Lede: "لید"}}, "جامعه")
	for range 3 { // once made, then kept
		ask("/latest", 200)
	}
	ask("/nowhere", 404)
	ask("/metrics", 404)
	if _, err := n.backup(t.Context(), t.TempDir()); err != nil {
		t.Fatal(err)
	}
	handler, err := n.metrics()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	told := w.Body.String()
	for _, line := range []string{
		`dabir_requests_total\{method="GET",route="/latest",status="200"\} 3`,
		`dabir_requests_total\{method="",route="",status="404"\} 2`,
		`dabir_request_seconds_bucket\{method="GET",route="/latest",le="10"\} 3`,
		`dabir_request_seconds_count\{method="GET",route="/latest"\} 3`,
		`dabir_pages_total\{how="kept"\} [1-9]`, `dabir_pages_total\{how="made"\} [1-9]`,
		`dabir_projection_behind_events\{projection="pages"\} 0`, `dabir_projection_behind_seconds\{projection="search"\} `,
		`dabir_queue_length\{queue="comments"\} 0`, `dabir_queue_oldest_seconds\{queue="due"\} 0`, `dabir_queue_length\{queue="intake"\} 0`,
		`dabir_database_connections\{state="in_use"\} `, `dabir_database_up 1`, `dabir_streams 0`, `dabir_disk_free_bytes [1-9]`,
		`dabir_backup_last_seconds 1\.`, `dabir_shed_total\{what="requests"\} 0`, `dabir_events_total\{kind="article.imported"\} 1`, `go_goroutines [1-9]`, `process_open_fds [1-9]`,
	} {
		if !regexp.MustCompile(`(?m)^` + line).MatchString(told) {
			t.Errorf("nothing told of %s", line)
		}
	}
	for name := range strings.Lines(told) {
		if strings.HasPrefix(name, "# HELP dabir_") && len(strings.Fields(name)) < 4 {
			t.Errorf("without a word of help: %s", name)
		}
	}
}

// TestMetricsHaveAnAddressOfTheirOwn: a serving process tells them there, and nothing else.
func TestMetricsHaveAnAddressOfTheirOwn(t *testing.T) {
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, config.FileName), []byte("[server]\nmetrics = \"127.0.0.1:0\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startProcess(t, "serve", "--data", data)
	address := regexp.MustCompile(`metrics are told" address=(\S+)`)
	waitFor(t, "the address of the metrics", func() bool { return address.MatchString(s.output()) })
	at := "http://" + address.FindStringSubmatch(s.output())[1]
	for url, want := range map[string]int{at + "/metrics": 200, at + "/latest": 404, s.url + "/metrics": 404} {
		if status, body := fetch(t, url); status != want || want == 200 && !strings.Contains(body, "dabir_readers 0") {
			t.Errorf("%s: %d", url, status)
		}
	}
	if err := s.end(t); err != nil {
		t.Errorf("the end: %v", err)
	}
}
