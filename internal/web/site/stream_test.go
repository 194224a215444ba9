package site

import (
	"net/http"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/i18n"
)

func TestPagesSayWhatTheyFollow(t *testing.T) {
	h := newSample().handler(t, i18n.FA)
	for path, want := range map[string]string{
		"/":          `data-events="/events?on=front&amp;on=latest"`,
		articlePath:  `data-events="/events?on=comments/12&amp;on=article/12&amp;on=latest"`,
		"/latest":    `data-events="/events?on=latest"`,
		"/most/week": `data-events="/events?on=latest"`,
	} {
		body := get(t, h, path).Body.String()
		if !strings.Contains(body, want) || strings.Count(body, "/assets/live-") != 1 {
			t.Errorf("%s does not say %s, or has no script for it", path, want)
		}
	}
	for _, path := range []string{"/about", "/sections", "/comments/receipt", "/latest?after=zzzz.1"} {
		if body := get(t, h, path).Body.String(); strings.Contains(body, "data-events") || strings.Contains(body, "/assets/live-") {
			t.Errorf("%s follows something and shows nothing of it", path)
		}
	}
}

// TestPartsAreWhatThePagesShow: what a script fetches is byte for byte what stands in the page.
func TestPartsAreWhatThePagesShow(t *testing.T) {
	m := newSample()
	h := m.handler(t, i18n.FA)
	front, article := get(t, h, "/").Body.String(), get(t, h, articlePath).Body.String()
	for _, tt := range []struct{ path, kind, within string }{
		{"/part/latest", "text/html; charset=utf-8", front},
		{"/part/bar", "text/html; charset=utf-8", front},
		{"/part/comments/12", "text/html; charset=utf-8", article},
		{"/part/version/12", "text/plain; charset=utf-8", article},
		{"/part/counts/12", "text/plain; charset=utf-8", "counts 12 3 0"},
	} {
		w := get(t, h, tt.path)
		body := w.Body.String()
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != tt.kind || w.Header().Get("ETag") == "" || w.Header().Get("X-Robots-Tag") != "noindex" {
			t.Errorf("%s: %d %v", tt.path, w.Code, w.Header())
		}
		if body == "" && tt.path != "/part/bar" || !strings.Contains(tt.within, body) {
			t.Errorf("%s is not what the page shows: %s", tt.path, body)
		}
	}
	for _, path := range []string{"/part/counts/99", "/part/version/99", "/part/comments/99", "/part/counts/x", "/part/comments/012"} {
		if w := get(t, h, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := get(t, h, "/part/comments/20"); w.Code != http.StatusGone {
		t.Errorf("of a withdrawn article: %d", w.Code)
	}
}
