package main

import (
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// TestPagesOfOneNodeFollowAnother: what one node publishes and withdraws is so on the kept pages of the other.
func TestPagesOfOneNodeFollowAnother(t *testing.T) {
	dsn := storetest.Postgres(t)
	here, there := start(t, dsn), start(t, dsn)
	code := here.imports(t, news.Article{PublishedAt: time.Now(), Content: news.Content{Headline: "خبر یکم", Lede: "لید", Body: "<p>متن</p>"}}, "جامعه")
	reader := there.browser(t)
	soon := func(what string, so func(answer) bool) {
		t.Helper()
		deadline := time.Now().Add(20 * time.Second) // a signal takes milliseconds, a look a second; the rest is for slow machines
		for {
			got := reader.get("/latest")
			if so(got) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("the other node does not show %s", what)
			}
		}
	}
	soon("the article", func(a answer) bool { return strings.Contains(a.body, "خبر یکم") })
	before := there.pages.Stats()
	for range 3 {
		reader.get("/latest")
	}
	if after := there.pages.Stats(); after.Hits < before.Hits+3 {
		t.Errorf("the page is not kept: %+v, then %+v", before, after)
	}
	if _, err := here.editorial.Withdraw(t.Context(), chief, editorial.Withdraw{Code: code, Reason: "به درخواست منبع"}); err != nil {
		t.Fatal(err)
	}
	soon("the withdrawal", func(a answer) bool { return !strings.Contains(a.body, "خبر یکم") })
}
