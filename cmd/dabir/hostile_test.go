package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// TestNoFormIsTakenFromAnotherSite sends every form of every area as another site's page would let a signed-in editor's browser do.
func TestNoFormIsTakenFromAnotherSite(t *testing.T) {
	n := start(t, "")
	areas, err := n.areas(n.url)
	if err != nil {
		t.Fatal(err)
	}
	b := n.signIn(t, "sardabir", news.ChiefEditor)
	before, asked := len(n.events(t)), 0
	for _, area := range areas {
		for _, route := range area.Routes {
			method, path, _ := strings.Cut(route.Pattern, " ")
			if method == http.MethodGet {
				continue
			}
			asked++
			path = regexp.MustCompile(`\{[a-z.]+\}`).ReplaceAllString(path, "1")
			for name, headers := range map[string][2]string{"cross-site": {"Sec-Fetch-Site", "cross-site"}, "same-site": {"Sec-Fetch-Site", "same-site"},
				"an old browser": {"Origin", "https://evil.example"}, "a page without an origin": {"Origin", "null"}} {
				r, err := http.NewRequest(method, n.url+path, strings.NewReader("x=y"))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set(headers[0], headers[1])
				if got := b.do(r); got.StatusCode != http.StatusForbidden {
					t.Errorf("%s from %s: %d", route.Pattern, name, got.StatusCode)
				}
			}
		}
	}
	if asked < 50 || len(n.events(t)) != before {
		t.Errorf("%d forms asked for, %d events", asked, len(n.events(t))-before)
	}
	b.get("/newsroom/articles").wants(t, http.StatusOK)
}
