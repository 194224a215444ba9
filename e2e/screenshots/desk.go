package main

import (
	"errors"
	"fmt"

	"github.com/chromedp/chromedp"
	"github.com/dabir-newsroom/dabir/e2e/stage"
)

// copyDesk shows the house's style, the findings in a text and the checklist that asks about them.
func (p photographer) copyDesk() error {
	chief, err := p.desk("sardabir")
	if err != nil {
		return err
	}
	defer chief.Close()
	for _, term := range [][3]string{
		{"ایمیل", "رایانامه", "واژهٔ فرهنگستان"}, {"پیامرسان", "پیام‌رسان", ""}, {"کرونا", "کووید-۱۹", "در تیتر «کرونا» هم می‌آید؛ در متن نام بیماری را بنویسید"},
		{"پروسه", "روند", ""}, {"راندمان", "بازده", "در خبر علمی «کارایی»"},
	} {
		if _, err := send(chief, "/newsroom/house", map[string]string{"kind": "term", "text": term[0], "preferred": term[1], "note": term[2]}); err != nil {
			return err
		}
	}
	if _, err := send(chief, "/newsroom/house", map[string]string{"kind": "word", "text": "چالدره", "note": "نام شهر"}); err != nil {
		return err
	}
	form, err := send(chief, "/newsroom/articles", map[string]string{"headline": "ساخت پل های تازه آغاز می شود.", "kind": "news", "lang": "fa", "base": "0", "do": "save",
		"lede": "شهردار گفت پروسه ساخت پل ها از ۲۰ آبان آغاز می شود و تا پایان سال ادامه دارد.",
		"body": "شهردار چالدره با ایمیل به خبرنگاران گفت : «پنج پل تازه در دست ساخت است و دو پل بزرگتر هم می سازیم».\n\nاو افزود که که بودجهٔ این کار 12 میلیارد تومان است و کارگران بینالمللی در آن کار نمیکنند.\n\nThe bridge will open in spring."})
	if err != nil {
		return err
	}
	chief.Expect(409, 422)
	marked := func() error { return chief.Until(`document.querySelectorAll(".prose .slip").length > 5`) }
	click := func(css string) error { return chief.Do(chromedp.Click(chromedp.CSS(css))) }
	for _, page := range []struct {
		name, path string
		after      func() error
	}{
		{"copydesk-house", "/newsroom/house?done=added&entry=1", nil},
		{"copydesk-words", "/newsroom/house?kind=word", nil},
		{"copydesk-entry", "/newsroom/house/1", nil},
		{"copydesk-wrong", "/newsroom/house", func() error {
			_, err := stage.Get[int](chief, `document.querySelector(".entry [name=text]").value = "e-mail", document.querySelector(".entry [name=preferred]").value = "ا", 1`)
			if err == nil {
				_, err = chief.Leads(chromedp.Click(chromedp.CSS(".entry button")))
			}
			return err
		}},
		{"copydesk-text", form, func() error {
			return errors.Join(marked(), click(`.prose .slip`))
		}},
		{"copydesk-panel", form, func() error {
			return errors.Join(marked(), click(`.tools [data-name=desk]`), chief.Until(`document.querySelectorAll(".slip-list li").length > 5`))
		}},
		{"copydesk-checklist", form, func() error {
			if _, err := chief.Leads(chromedp.Click(chromedp.CSS(`button[value="publish"]`))); err != nil {
				return err
			}
			return marked()
		}},
	} {
		if err := p.page(chief, page.name, page.path, few, page.after); err != nil {
			return fmt.Errorf("%s: %w", page.name, err)
		}
	}
	return nil
}
