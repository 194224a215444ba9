package newsroom

import (
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// TestReasonsReadAsAnEditorWouldSayThem: why an article is suggested, in both languages of the newsroom.
func TestReasonsReadAsAnEditorWouldSayThem(t *testing.T) {
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 1, 20, 40, 0, 0, time.UTC) // ten past midnight of 2 March in Tehran
	ago := func(hours int) time.Time { return now.Add(-time.Duration(hours) * time.Hour) }
	for _, tt := range []struct {
		row    news.SuggestedRow
		fa, en string
	}{
		{news.SuggestedRow{Match: news.Match{Shared: 3}, PublishedAt: ago(48)}, "سه موضوع مشترک، دو روز پیش", "three shared topics, two days ago"},
		{news.SuggestedRow{Match: news.Match{Shared: 1, Likeness: 40}, PublishedAt: now}, "یک موضوع مشترک، متن نزدیک، امروز", "one shared topic, similar text, today"},
		{news.SuggestedRow{Match: news.Match{Likeness: 5}, PublishedAt: ago(1)}, "متن نزدیک، دیروز", "similar text, yesterday"},
		{news.SuggestedRow{Match: news.Match{Shared: 2, Likeness: 5}, PublishedAt: ago(24 * 12)}, "دو موضوع مشترک، ۱۲ روز پیش", "two shared topics, 12 days ago"},
		{news.SuggestedRow{Match: news.Match{Shared: 11}, PublishedAt: ago(24 * 10)}, "۱۱ موضوع مشترک، ده روز پیش", "11 shared topics, ten days ago"},
		{news.SuggestedRow{Match: news.Match{Shared: 1}}, "یک موضوع مشترک", "one shared topic"},
		{news.SuggestedRow{Match: news.Match{Shared: 1}, PublishedAt: now.Add(time.Hour)}, "یک موضوع مشترک، امروز", "one shared topic, today"},
		{news.SuggestedRow{Pinned: true, By: "سارا"}, "سنجاق‌شده به دست سارا", "pinned by سارا"},
		{news.SuggestedRow{Pinned: true, PublishedAt: now}, "سنجاق‌شده، امروز", "pinned, today"},
		{news.SuggestedRow{By: "سارا", Match: news.Match{Shared: 2}}, "به تصمیم سارا، دو موضوع مشترک", "decided by سارا, two shared topics"},
		{news.SuggestedRow{}, "", ""},
	} {
		for lang, want := range map[i18n.Lang]string{i18n.FA: tt.fa, i18n.EN: tt.en} {
			n := &Newsroom{print: bundle.Printer(lang)}
			if got := n.reason(tt.row, now); got != want {
				t.Errorf("%s: %q, want %q", lang, got, want)
			}
		}
	}
}
