package main

import (
	"errors"
	"fmt"

	"github.com/chromedp/chromedp"
	"github.com/dabir-newsroom/dabir/e2e/stage"
)

// moderation shows the moderators' desk with some work done: a banned word has held comments, decisions were taken.
func (p photographer) moderation() error {
	tab, err := p.desk("sardabir")
	if err != nil {
		return err
	}
	defer tab.Close()
	if err := p.deskWork(tab); err != nil {
		return err
	}
	keys := func(keys string, until string) func() error {
		return func() error {
			return errors.Join(tab.Until(`document.querySelector(".letters[data-live=yes]")`), tab.Do(chromedp.KeyEvent(keys)), tab.Until(until))
		}
	}
	bulk := func() error {
		if err := errors.Join(tab.Until(`document.querySelector(".letters[data-live=yes]")`), tab.Do(chromedp.KeyEvent("jvjv"))); err != nil {
			return err
		}
		_, err := tab.Leads(chromedp.Click(chromedp.CSS("#bulk button:not(.plain)")))
		return err
	}
	for _, page := range []struct {
		name, path string
		after      func() error
	}{
		{"mod-queue", "/newsroom/comments?sort=risk", keys("jj", `document.querySelector(".letter[aria-current]")`)},
		{"mod-reasons", "/newsroom/comments", keys("jd", `document.querySelector("details.reject[open]")`)},
		{"mod-answer", "/newsroom/comments", keys("jr", `document.querySelector(".place textarea")`)},
		{"mod-edit", "/newsroom/comments", keys("je", `document.querySelector(".place textarea")`)},
		{"mod-ban", "/newsroom/comments", keys("jb", `document.querySelector(".place select")`)},
		{"mod-held", "/newsroom/comments?tab=held", nil}, {"mod-rejected", "/newsroom/comments?tab=rejected", nil},
		{"mod-mine", "/newsroom/comments?tab=mine", nil},
		{"mod-zen", "/newsroom/comments?view=zen", keys("?", `document.querySelector(".letter[aria-current]")`)},
		{"mod-bulk", "/newsroom/comments", bulk}, {"mod-search", "/newsroom/comments/search?words=است", nil},
		{"mod-decisions", "/newsroom/comments/decisions", nil}, {"mod-bans", "/newsroom/bans", nil}, {"mod-saved", "/newsroom/comments/answers", nil},
		{"mod-numbers", "/newsroom/comments/numbers", nil}, {"mod-policy", "/newsroom/comments/policy", nil},
		{"rules", "/comments/policy", nil}, {"month", "/comments/report", nil},
	} {
		if err := p.page(tab, page.name, page.path, few, page.after); err != nil {
			return err
		}
	}
	return nil
}

// deskWork makes a banned word, comments that it holds, a saved answer and a few decisions.
func (p photographer) deskWork(tab *stage.Tab) error {
	if _, err := send(tab, "/newsroom/bans", map[string]string{"effect": "hold", "term": "کانال ما", "for": "30", "reason": "تبلیغ یک کانال، هر روز زیر چند خبر"}); err != nil {
		return err
	}
	if _, err := send(tab, "/newsroom/comments/answers", map[string]string{"title": "رسیدگی می‌کنیم", "body": "سپاس از یادآوری شما؛ پیگیری می‌کنیم و نتیجه را همین‌جا می‌نویسیم."}); err != nil {
		return err
	}
	if _, err := tab.Go(p.demo.URL + "/newsroom/comments"); err != nil {
		return err
	}
	article, err := stage.Get[string](tab, `new URL(document.querySelector(".on a").href).pathname.split("/").slice(0, 3).join("/")`)
	if err != nil {
		return err
	}
	for i, text := range []string{"برای خبرهای دست اول به کانال ما سر بزنید.", "کانال ما را هم ببینید، پشیمان نمی‌شوید!"} {
		if _, err := send(tab, article+"/comments", map[string]string{"name": []string{"خبررسان", ""}[i], "text": text}); err != nil {
			return err
		}
	}
	if _, err := tab.Go(p.demo.URL + "/newsroom/comments"); err != nil {
		return err
	}
	ids, err := stage.Get[[]string](tab, `[...document.querySelectorAll(".letter")].map((l) => l.dataset.id).slice(-6)`)
	if err != nil {
		return err
	}
	if len(ids) < 6 {
		return fmt.Errorf("the queue has %d comments, six are wanted", len(ids))
	}
	for i, act := range []map[string]string{{"act": "publish"}, {"act": "reject", "reason": "off_topic"}, {"act": "reject", "reason": "insult"}, {"act": "publish"}} {
		act["from"] = "pending"
		if _, err := send(tab, "/newsroom/comments/"+ids[i]+"/"+act["act"], act); err != nil {
			return err
		}
	}
	return nil
}
