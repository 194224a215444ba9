package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// publishesArticle writes an article and puts it before the public.
func (v visitor) publishesArticle(headline string) {
	v.t.Helper()
	v.visit("/newsroom/articles/new", 200)
	v.fill("[name=headline]", headline)
	v.fill("[name=lede]", "لید این خبر کوتاه است.")
	v.click(".prose")
	v.writes("متن خبر.")
	v.eval(`document.querySelector("[name=section]").selectedIndex = 2`)
	v.Expect(409)
	if status := v.follow(`button[value="publish"]`); status == 409 {
		status = v.follow(`.asks [name=confirmed]`)
		if status != 200 {
			v.t.Fatalf("publishing answers %d:\n%s", status, v.text("main"))
		}
	}
}

// announces sets the breaking bar.
func (v visitor) announces(text string) {
	v.t.Helper()
	v.visit(frontDesk, 200)
	v.fill("[action='/newsroom/front/breaking'] [name=text]", text)
	v.follow("[action='/newsroom/front/breaking'] button")
}

// TestOpenPagesUpdateThemselves: what is published while pages are open comes into them, without a reload; a page without scripts has it
// after one.
func TestOpenPagesUpdateThemselves(t *testing.T) {
	n := open(t)
	front, list, article, late, plain, editor := n.visitor(t), n.visitor(t), n.visitor(t), n.visitor(t), n.visitor(t), n.staff(t, "sardabir")
	front.visit("/", 200)
	list.visit("/latest", 200)
	path := article.openForComments()
	plain.must(plain.DisableScript())
	plain.visit("/", 200)
	late.visit(path, 200)
	late.Expect(410)         // its part, and then the page
	article.Expect(404, 410) // its stream may come too late
	loads := []int{front.Loads(), list.Loads(), article.Loads(), late.Loads()}
	article.eval(`document.querySelector(".side .brief li:nth-child(3)").dataset.stays = "yes"`)

	const headline, urgent = "پل تازهٔ رودخانه امروز باز شد", "زمین‌لرزه‌ای خفیف دشت چالدره را لرزاند"
	editor.publishesArticle(headline)
	for _, v := range []visitor{front, article} {
		v.until(fmt.Sprintf(`document.querySelector(".side .brief li.new")?.innerText.includes(%q)`, headline))
		if n := get[int](v, `document.querySelectorAll(".side .brief:not(.counted) li").length`); n != 10 {
			t.Errorf("the list has %d lines", n)
		}
	}
	if !article.has(".side .brief [data-stays]") {
		t.Error("what stays in the list was made anew")
	}
	list.until(`document.querySelector(".title [role=status] a")?.innerText === "۱ خبر تازه"`)
	if list.text(".rows") == "" || strings.Contains(list.text(".rows"), headline) {
		t.Error("the list that is read has changed unasked")
	}
	editor.announces(urgent)
	front.until(fmt.Sprintf(`document.querySelector(".bar")?.innerText.includes(%q)`, urgent))
	const changed = ".facts [role=status] a"
	if article.has(changed) {
		t.Error("an article that nobody touched is said to have changed")
	}
	editor.visit("/newsroom/articles/"+strings.Split(path, "/")[2], 200)
	editor.fill("[name=lede]", "لیدی که دوباره نوشته شد.")
	if status := editor.follow(`button[value="publish"]`); status == 409 {
		editor.follow(`.asks [name=confirmed]`)
	}
	article.until(`!document.querySelector(".facts [role=status]").hidden`)
	for i, v := range []visitor{front, list, article} {
		if v.Loads() != loads[i] {
			t.Errorf("page %d was loaded again", i)
		}
	}
	list.follow(".title [role=status] a")
	if first := list.text(".rows .row"); !strings.Contains(first, headline) {
		t.Errorf("pressed, the list begins with %q", first)
	}
	article.follow(changed)
	if lede := article.text(".story .lede"); lede != "لیدی که دوباره نوشته شد." || article.has(changed) {
		t.Errorf("pressed, the article's lede is %q", lede)
	}
	editor.visit("/newsroom/articles/"+strings.Split(path, "/")[2]+"/withdraw", 200)
	editor.fill("[name=reason]", "عکس این خبر به زمینی دیگر تعلق داشت.")
	editor.follow("main form button.grave")
	late.until(`!document.querySelector("[data-gone]").hidden`)
	if late.Loads() != loads[3] || late.text(".story .text") == "" {
		t.Error("the text of a withdrawn article is taken from under its reader")
	}
	if status := late.follow("[data-gone] a"); status != 410 {
		t.Errorf("pressed, it answers %d", status)
	}
	plain.visit("/", 200)
	if page := plain.text("body"); !strings.Contains(page, headline) || !strings.Contains(page, urgent) {
		t.Error("without scripts the page does not hold what is new after a reload")
	}
}

// TestPagesLookForThemselvesWithoutAStream: where no stream can be had a page finds what is new by itself, and a page that is shown again
// does at once.
func TestPagesLookForThemselvesWithoutAStream(t *testing.T) {
	n := open(t, "DABIR_PAGES_STREAMS=0")
	reader, editor := n.visitor(t), n.staff(t, "sardabir")
	reader.Expect(503)
	reader.visit("/", 200)
	const headline = "باغ گیاه‌شناسی شهر دوباره باز شد"
	editor.publishesArticle(headline)
	reader.eval(`document.dispatchEvent(new Event("visibilitychange"))`)
	reader.until(fmt.Sprintf(`document.querySelector(".side .brief li.new")?.innerText.includes(%q)`, headline))
}
