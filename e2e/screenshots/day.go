package main

import (
	"errors"
	"fmt"

	"github.com/chromedp/chromedp"
	"github.com/dabir-newsroom/dabir/e2e/stage"
)

// day shows the newsroom as its people find it: each with their own pages, over the work that the demonstration put on their desks.
func (p photographer) day() error {
	return errors.Join(p.reporter(), p.deskEditor(), p.operator())
}

// scene is a page of a person's day.
type scene struct {
	name, path string
	after      func(*stage.Tab) error
}

// scenes signs a person in and takes their pages.
func (p photographer) scenes(username string, all func(*stage.Tab) ([]scene, error)) error {
	tab, err := p.desk(username)
	if err != nil {
		return err
	}
	defer tab.Close()
	scenes, err := all(tab)
	if err != nil {
		return err
	}
	for _, s := range scenes {
		after := func() error { return nil }
		if s.after != nil {
			after = func() error { return s.after(tab) }
		}
		if err := p.page(tab, s.name, s.path, few, after); err != nil {
			return err
		}
	}
	return nil
}

// lookUp finds the article with part of its headline in a list of the newsroom.
func (p photographer) lookUp(tab *stage.Tab, list, headline string) (string, error) {
	if _, err := tab.Go(p.demo.URL + list); err != nil {
		return "", err
	}
	return stage.Get[string](tab, fmt.Sprintf(`new URL([...document.querySelectorAll("td.h a")].find((a) => a.textContent.includes(%q)).href).pathname`, headline))
}

func (p photographer) reporter() error {
	return p.scenes("khabarnegar", func(tab *stage.Tab) ([]scene, error) {
		returned, err := p.lookUp(tab, "/newsroom/inbox?box=returned", "پل‌های کوچک")
		if err != nil {
			return nil, err
		}
		sent, err := p.lookUp(tab, "/newsroom/articles", "سپیدچشمه")
		if err != nil {
			return nil, err
		}
		return []scene{{"day-reporter-inbox", "/newsroom/inbox", nil}, {"day-reporter-returned-box", "/newsroom/inbox?box=returned", nil},
			{"day-reporter-returned", returned, nil}, {"day-reporter-sent", sent, nil}, {"day-reporter-interview", "/newsroom/articles/new?kind=interview", nil},
			{"day-reporter-trash", "/newsroom/inbox?box=trash", nil}, {"day-account", "/newsroom/account", nil}}, nil
	})
}

func (p photographer) deskEditor() error {
	return p.scenes("dabir", func(tab *stage.Tab) ([]scene, error) {
		waiting, err := p.lookUp(tab, "/newsroom/inbox?box=waiting", "والیبال")
		if err != nil {
			return nil, err
		}
		embargoed, err := p.lookUp(tab, "/newsroom/inbox?box=scheduled", "درنای سفید")
		if err != nil {
			return nil, err
		}
		changing, err := p.lookUp(tab, "/newsroom/inbox?box=scheduled", "دوچرخه")
		if err != nil {
			return nil, err
		}
		return []scene{{"day-desk-waiting", "/newsroom/inbox?box=waiting", nil}, {"day-desk-scheduled", "/newsroom/inbox?box=scheduled", nil},
			{"day-desk-recent", "/newsroom/inbox?box=recent", nil}, {"day-desk-article", waiting, nil}, {"day-desk-embargo", embargoed, nil},
			{"day-desk-change", changing, nil}, {"day-desk-corrections", changing + "/corrections", nil}, {"day-desk-preview", "/newsroom/preview" + waiting[len("/newsroom/articles"):], nil},
			{"day-desk-return", waiting, func(tab *stage.Tab) error { return tab.Do(chromedp.KeyEvent("r")) }}}, nil
	})
}

func (p photographer) operator() error {
	return p.scenes("fanni", func(tab *stage.Tab) ([]scene, error) {
		if _, err := tab.Go(p.demo.URL + "/newsroom/people"); err != nil {
			return nil, err
		}
		person, err := stage.Get[string](tab, `new URL(document.querySelector("td.h a").href).pathname`)
		if err != nil {
			return nil, err
		}
		return []scene{{"day-people", "/newsroom/people", nil}, {"day-person", person, nil}, {"day-invite", "/newsroom/people/new", nil},
			{"day-operator-audit", "/newsroom/audit", nil}, {"day-operator-status", "/newsroom/status", nil}}, nil
	})
}
