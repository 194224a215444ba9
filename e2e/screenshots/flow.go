package main

import (
	"errors"
	"fmt"

	"github.com/chromedp/chromedp"
	"github.com/dabir-newsroom/dabir/e2e/stage"
)

// desk opens a tab for a person of the newsroom.
func (p photographer) desk(username string) (*stage.Tab, error) {
	tab, err := p.browser.OpenTab(p.demo.URL)
	if err != nil {
		return nil, err
	}
	link, err := p.demo.SignInLink(username)
	if err == nil {
		_, err = tab.Go(link)
	}
	if err == nil {
		_, err = tab.Leads(chromedp.Click(chromedp.CSS("form button")))
	}
	if err != nil {
		tab.Close()
		return nil, err
	}
	return tab, nil
}

// send posts a form of the newsroom from a tab and returns the path that it led to.
func send(tab *stage.Tab, path string, fields map[string]string) (string, error) {
	return stage.Get[string](tab, fmt.Sprintf(`(async () => {
		const fields = new URLSearchParams(%s);
		fields.set("action", crypto.randomUUID());
		const answer = await fetch(%q, { method: "POST", body: fields });
		return new URL(answer.url).pathname;
	})()`, jsObject(fields), path))
}

func jsObject(fields map[string]string) string {
	out := "{"
	for name, value := range fields {
		out += fmt.Sprintf("%q: %q, ", name, value)
	}
	return out + "}"
}

// flow shows an article on its way between a reporter and the chief editor.
func (p photographer) flow() error {
	reporter, err := p.desk("khabarnegar")
	if err != nil {
		return err
	}
	defer reporter.Close()
	chief, err := p.desk("sardabir")
	if err != nil {
		return err
	}
	defer chief.Close()
	text := map[string]string{"headline": "سی‌وسه پل کوچک شهر تا پایان پاییز مرمت می‌شود", "kicker": "شهر", "kind": "news", "lang": "fa", "base": "0", "do": "submit",
		"body": "شهردار چالدره گفت مرمت پل‌های کوچک از هفتهٔ آینده آغاز می‌شود.\n\nاو افزود: بودجهٔ این کار ۱۲ میلیارد تومان است و تا پایان پاییز به پایان می‌رسد."}
	first, err := send(reporter, "/newsroom/articles", text)
	if err != nil {
		return err
	}
	text["do"], text["base"] = "return", "1"
	text["body"] = "شهردار چالدره گفت مرمت پل‌های کوچک از ماه آینده آغاز می‌شود.\n\nاو افزود: بودجهٔ این کار ۲۱ میلیارد تومان است.\n\nشورای شهر هنوز آن را تصویب نکرده است."
	text["return_reason"] = "عدد بودجه را با شورا هم بسنجید و زمان آغاز کار را درست کنید."
	if _, err := send(chief, first, text); err != nil {
		return err
	}
	text["headline"], text["do"], text["base"] = "کتابخانهٔ گودرز پس از بازسازی باز شد", "submit", "0"
	second, err := send(reporter, "/newsroom/articles", text)
	if err != nil {
		return err
	}
	if _, err := send(chief, second, map[string]string{"do": "schedule", "base": "1", "publish_at": "فردا ۱۸:۳۰:۰۰", "confirmed": "1"}); err != nil {
		return err
	}
	text["do"] = "submit"
	third, err := send(reporter, "/newsroom/articles", text)
	if err != nil {
		return err
	}
	lock := func() error {
		_, err := stage.Get[int](reporter, fmt.Sprintf(`fetch(%q, { method: "POST", body: "{}" }).then((r) => r.status)`, first+"/lock"))
		return err
	}
	click := func(css string) func() error {
		return func() error {
			_, err := chief.Leads(chromedp.Click(chromedp.CSS(css)))
			return err
		}
	}
	calendar := func() error {
		return errors.Join(chief.Do(chromedp.Click(chromedp.CSS(`details[open] .opens`))),
			chief.Until(`document.querySelector(".calendar")`))
	}
	chief.Expect(409)
	for _, page := range []struct {
		name   string
		tab    *stage.Tab
		path   string
		before func() error
		after  func() error
	}{
		{"flow-calendar", chief, second, nil, calendar},
		{"flow-history", chief, first + "/history", nil, nil},
		{"flow-locked", chief, first, lock, nil},
		{"flow-audit", chief, "/newsroom/audit", nil, nil},
		{"flow-templates", chief, "/newsroom/templates/interview", nil, nil},
		{"flow-inbox-returned", reporter, "/newsroom/inbox?box=returned", nil, nil},
		{"flow-inbox-scheduled", chief, "/newsroom/inbox?box=scheduled", nil, nil},
		{"flow-returned", reporter, first, nil, nil},
		{"flow-scheduled", chief, second, nil, nil},
		{"flow-checklist", chief, third, nil, click(`button[value="publish"]`)},
	} {
		if page.before != nil {
			if err := page.before(); err != nil {
				return fmt.Errorf("%s: %w", page.name, err)
			}
		}
		if err := p.page(page.tab, page.name, page.path, few, page.after); err != nil {
			return err
		}
	}
	return nil
}
