package main

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/chromedp/chromedp"

	"github.com/dabir-newsroom/dabir/e2e/stage"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// finding shows how readers find what was written, and the pages of the newsroom behind it.
func (p photographer) finding() error { return errors.Join(p.found(), p.findable()) }

// found shows search in its states, the archive, and the pages of tags, topics, reporters and the most read.
func (p photographer) found() error {
	tab, err := p.browser.OpenTab(p.demo.URL)
	if err != nil {
		return err
	}
	defer tab.Close()
	tag, err := p.linked(tab, ".tags a")
	if err != nil {
		return err
	}
	reporter, err := p.linked(tab, ".facts .by a")
	if err != nil {
		return err
	}
	ask := func(q string) string { return "/search?q=" + url.QueryEscape(q) }
	for range 100 { // a demo that has just begun is still building the index
		if _, err := tab.Go(p.demo.URL + ask("شهر")); err != nil {
			return err
		}
		if built, err := stage.Get[bool](tab, `!document.querySelector("main .notice")`); err != nil || built {
			break
		}
	}
	open := func() error { return tab.Do(chromedp.Click(chromedp.CSS(".facets summary"))) }
	pages := []struct {
		name, path string
		after      func() error
	}{
		{"search", ask("کتاب"), nil}, {"search-empty", "/search", nil}, {"search-facets", ask("شهر"), nil}, {"search-open", ask("شهر"), func() error {
			return errors.Join(tab.Look(stage.View{Width: 390, Height: 900, Touch: true}), open())
		}},
		{"search-nothing", ask("قققطططض"), nil}, {"search-mean", ask("کتابخاته شهرر"), nil}, {"search-phrase", ask("«شهر کتاب آب»"), nil},
		{"search-dates", ask("شهر") + "&from=" + url.QueryEscape("۱ مهر ۱۴۰۴") + "&to=" + url.QueryEscape("۱۴۹۰/۰۱/۰۱") + "&kind=news&sort=newest", nil},
		{"search-baddate", ask("شهر") + "&from=" + url.QueryEscape("دیروز نه"), nil},
		{"day", "/archive", nil}, {"month", "/archive/1405/09", nil}, {"year", "/archive/1404", nil},
		{"topics", "/topics", nil}, {"topic", "/tag/%D8%A7%D8%B5%D9%81%D9%87%D8%A7%D9%86", nil}, {"tag", tag, nil}, {"reporter", reporter, nil},
	}
	for _, list := range news.MostLists() {
		pages = append(pages, struct {
			name, path string
			after      func() error
		}{"most-" + string(list), list.Path(), nil})
	}
	for _, page := range pages {
		if err := p.page(tab, page.name, page.path, few, page.after); err != nil {
			return err
		}
	}
	return nil
}

// linked is where a link leads that the newest article has which has one.
func (p photographer) linked(tab *stage.Tab, css string) (string, error) {
	if _, err := tab.Go(p.demo.URL + "/latest"); err != nil {
		return "", err
	}
	articles, err := stage.Get[[]string](tab, `[...document.querySelectorAll(".rows .h a")].map((a) => a.pathname)`)
	if err != nil {
		return "", err
	}
	for _, path := range articles {
		if _, err := tab.Go(p.demo.URL + path); err != nil {
			return "", err
		}
		if to, err := stage.Get[string](tab, fmt.Sprintf(`document.querySelector(%q)?.pathname ?? ""`, css)); err != nil || to != "" {
			return to, err
		}
	}
	return "", fmt.Errorf("no article has %s", css)
}

// findable shows what editors do so that things are found.
func (p photographer) findable() error {
	return p.scenes("sardabir", func(tab *stage.Tab) ([]scene, error) {
		for _, row := range [][3]string{{"سازمان ملل متحد", "یو ان، UN", "سرواژه و نام"}, {"خودرو", "ماشین، اتومبیل", ""}} {
			if _, err := send(tab, "/newsroom/house", map[string]string{"kind": "synonym", "text": row[0], "preferred": row[1], "note": row[2]}); err != nil {
				return nil, err
			}
		}
		if _, err := tab.Go(p.demo.URL + "/latest"); err != nil {
			return nil, err
		}
		code, err := stage.Get[string](tab, `document.querySelector(".rows .h a").pathname.match(/\/news\/(\d+)/)[1]`)
		if err != nil {
			return nil, err
		}
		if _, err := tab.Go(p.demo.URL + "/newsroom/topics"); err != nil {
			return nil, err
		}
		topic, err := stage.Get[string](tab, `new URL(document.querySelector("td.h a").href).pathname`)
		if err != nil {
			return nil, err
		}
		opened := func(*stage.Tab) error {
			return tab.Do(chromedp.Click(chromedp.CSS("details.step summary")))
		}
		if _, err := send(tab, topic+"/names", map[string]string{"other": "جام بزرگ شهرها"}); err != nil {
			return nil, err
		}
		if _, err := tab.Go(p.demo.URL + "/newsroom/topics?all=yes&q=" + url.QueryEscape("کتاب")); err != nil {
			return nil, err
		}
		plain, err := stage.Get[string](tab, `new URL(document.querySelector("td.h a").href).pathname`)
		if err != nil {
			return nil, err
		}
		return []scene{{"desk-tags", "/newsroom/topics?all=yes", nil}, {"desk-merge", plain + "/merge?into=" + url.QueryEscape("جام بزرگ شهرها"), nil},
			{"desk-merge-wrong", plain + "/merge?into=" + url.QueryEscape("هیچ‌کجا"), nil}, {"desk-synonyms", "/newsroom/house?kind=synonym", nil}, {"desk-suggested", fmt.Sprintf("/newsroom/articles/%s/suggested", code), nil},
			{"desk-topics", "/newsroom/topics", nil}, {"desk-topic", topic, opened}, {"desk-search", "/newsroom/articles?q=" + url.QueryEscape("کتابخاته"), nil}}, nil
	})
}
