package e2e

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/dabir-newsroom/dabir/e2e/stage"
)

// searchFor opens the search and waits until the index serves it: a demo that has just begun is still building it.
func (v visitor) searchFor(query string) {
	v.t.Helper()
	for range 100 {
		v.visit("/search?"+query, 200)
		if !v.has("main .notice") {
			return
		}
	}
	v.t.Fatal("a hundred pages long the index was not there")
}

// TestReaderSearches: a reader finds an article by a word of its headline, with a script and without, whatever keyboard the word was
// written on; narrows it by Jalali dates, typed and picked; and every state of the page is accessible.
func TestReaderSearches(t *testing.T) {
	source := axeSource(t)
	n := open(t)
	v := n.visitor(t)
	v.visit("/", 200)
	headline := v.text(".lead h2 a")
	words := strings.Fields(headline)
	typed := strings.NewReplacer("ی", "ي", "ک", "ك").Replace(words[0] + " " + words[1])
	v.searchFor("q=" + url.QueryEscape(words[0]))

	t.Run("WithScript", func(t *testing.T) {
		v.t = t
		v.visit("/search", 200)
		v.checked(source, "the empty search")
		v.fill("#q", words[0])
		v.until(`document.querySelectorAll("#guesses [role=option]").length > 0`)
		v.checked(source, "the search with suggestions")
		v.press(kb.ArrowDown)
		if !get[bool](v, `document.querySelector("#guesses [aria-selected=true]") !== null`) {
			t.Error("the arrow chooses no suggestion")
		}
		v.fill("#q", typed)
		v.follow("form.find button.button")
		v.foundHeadline(headline)
		if v.text(".snippet mark") == "" && v.text(".snippet") == "" {
			t.Error("no snippet stands under what was found")
		}
		v.checked(source, "the results")
	})
	t.Run("WithoutScript", func(t *testing.T) {
		plain := n.visitor(t)
		if err := plain.DisableScript(); err != nil {
			t.Fatal(err)
		}
		plain.visit("/search?q="+url.QueryEscape(typed), 200)
		plain.foundHeadline(headline)
		plain.visit("/search?q="+url.QueryEscape(typed)+"&from="+url.QueryEscape("۱ فروردین ۱۴۰۰")+"&to="+url.QueryEscape("۱۴۹۹/۱۲/۲۹"), 200)
		plain.foundHeadline(headline)
		plain.narrowsOnAPhone()
	})
	t.Run("Facets", func(t *testing.T) {
		v.t = t
		v.visit("/search?q="+url.QueryEscape("شهر"), 200)
		if !get[bool](v, `document.querySelector(".facets a").checkVisibility({ contentVisibilityAuto: true })`) {
			t.Error("on a wide screen the facets are shut")
		}
		v.narrowsOnAPhone()
		v.checked(source, "the results with facets")
	})
	t.Run("JalaliDates", func(t *testing.T) {
		v.t = t
		v.visit("/search?q="+url.QueryEscape(typed)+"&from="+url.QueryEscape("۱ فروردین ۱۴۰۰"), 200)
		v.foundHeadline(headline)
		v.visit("/search?q="+url.QueryEscape(typed)+"&to="+url.QueryEscape("۱۴۰۰/۰۱/۰۱"), 200)
		if v.has(".list .row") {
			t.Error("an article of today is found before 1400")
		}
		v.visit("/search?q="+url.QueryEscape(typed)+"&from="+url.QueryEscape("دیروز نه"), 200)
		if !v.has("#from-bad") || get[string](v, `document.querySelector("[name=from]").value`) == "" {
			t.Error("a date that is none is not told at its field, or is lost")
		}
		v.checked(source, "the search with a bad date")
		v.visit("/search?q="+url.QueryEscape(typed)+"&to="+url.QueryEscape("۱۴۹۹/۰۱/۰۱"), 200)
		v.click("[name=from]")
		v.until(`document.querySelector(".picker:not([hidden]) td button")`)
		v.checked(source, "the calendar")
		v.click(".picker td button")
		if picked := get[string](v, `document.querySelector("[name=from]").value`); !strings.HasSuffix(picked, "/۰۱") || !strings.HasPrefix(picked, "۱۴") {
			t.Errorf("the first day of the month is %q", picked)
		}
		v.follow("form.find button.button")
		if v.has("#from-bad") {
			t.Error("the day that was picked is not understood")
		}
	})
}

// narrowsOnAPhone opens the facets, which stand shut before the results, and follows the first of them.
func (v visitor) narrowsOnAPhone() {
	v.t.Helper()
	v.must(v.Look(stage.View{Width: 390, Height: 844, Touch: true}))
	defer func() { v.must(v.Look(stage.View{Width: 1280, Height: 900})) }()
	v.visit("/search?q="+url.QueryEscape("شهر"), 200)
	shown := `document.querySelector(".facets a").checkVisibility()`
	if get[bool](v, shown) || !get[bool](v, `document.querySelector(".facets summary").getBoundingClientRect().bottom < document.querySelector(".list .row").getBoundingClientRect().top`) {
		v.t.Error("the facets do not stand shut before the results")
	}
	v.click(".facets summary")
	v.until(shown)
	v.follow(".facets a")
	if !get[bool](v, `location.search.includes("section=")`) || !v.has(".list .row") {
		v.t.Errorf("the first facet leads to %s", get[string](v, "location.href"))
	}
}

// foundHeadline fails unless a headline is among the results.
func (v visitor) foundHeadline(headline string) {
	v.t.Helper()
	if !get[bool](v, `[...document.querySelectorAll(".list .row h2")].some((h) => h.textContent.trim() === `+quoted([]string{headline})+`)`) {
		v.t.Errorf("%q is not found on %s: %s", headline, v.location(), v.text(".list"))
	}
}
