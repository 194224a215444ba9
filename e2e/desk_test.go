package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	slipMarks   = `[...document.querySelectorAll(".prose .slip")].map((e) => e.textContent).join("|")`
	bodySlips   = "می رود|که که|می آید"
	typedBody   = "😀 او می رود و گفت که که می آید"
	typedTitle  = "کتاب ها رسید"
	typedLede   = "چرا?"
	forgetTyped = `document.querySelector("form.sheet").dispatchEvent(new Event("submit"))`
)

// slips writes a text with mistakes of several kinds and waits until the copy desk has marked them.
func (v visitor) slips() {
	v.t.Helper()
	v.visit("/newsroom/articles/new", 200)
	v.writes(typedTitle)
	v.tabTo("[name=lede]")
	v.writes(typedLede)
	v.tabTo("[role=textbox]")
	v.writes(typedBody)
	v.until(slipMarks + ` === "` + bodySlips + `"`)
	v.until(`document.querySelectorAll(".slips:not([hidden]) button").length === 2`)
}

// TestCopyDeskWhileWriting: mistakes are seen where they stand, one is corrected by a key and all by another, and undo brings them back.
func TestCopyDeskWhileWriting(t *testing.T) {
	n := open(t)
	v := n.staff(t, "khabarnegar")
	v.slips()
	if got := get[string](v, `document.querySelector(".prose .slip").title`); !strings.Contains(got, "نیم‌فاصله") {
		t.Errorf("the reason of the first mark is %q", got)
	}
	if got := v.text(".slip-line"); !strings.Contains(got, "«می آید» ← «می‌آید»") || !strings.Contains(got, "F8") {
		t.Errorf("at the cursor the desk says %q", got)
	}

	v.press(kb.F8)
	if got, want := v.body(), "<p>😀 او می رود و گفت که که می‌آید</p>"; got != want {
		t.Fatalf("the key made %s, want %s", got, want)
	}
	v.writes(" و")
	v.chord("z", chromedp.ModifierCtrl)
	v.chord("z", chromedp.ModifierCtrl)
	if got, want := v.body(), "<p>"+typedBody+"</p>"; got != want {
		t.Fatalf("undone, there is %s", got)
	}
	v.until(slipMarks + ` === "` + bodySlips + `"`)

	v.chord(kb.F8, chromedp.ModifierShift)
	if got, want := v.body(), "<p>😀 او می‌رود و گفت که که می‌آید</p>"; got != want {
		t.Errorf("all: %s, want %s", got, want)
	}
	if title, lede := v.value("[name=headline]"), v.value("[name=lede]"); title != "کتاب‌ها رسید" || lede != "چرا؟" {
		t.Errorf("all: %q, %q", title, lede)
	}
	v.until(slipMarks + ` === "که که"`)
	v.until(`document.activeElement.matches(".prose")`)
	v.chord("z", chromedp.ModifierCtrl)
	if got, want := v.body(), "<p>"+typedBody+"</p>"; got != want {
		t.Errorf("one step back: %s", got)
	}
	// The fields' own undo, which a synthetic key does not reach, goes back field by field, the last first.
	v.must(v.Do(chromedp.Focus(chromedp.CSS("[name=lede]"))))
	v.eval(`document.execCommand("undo")`)
	v.eval(`document.execCommand("undo")`)
	if title, lede := v.value("[name=headline]"), v.value("[name=lede]"); title != typedTitle || lede != typedLede {
		t.Errorf("two steps back in the fields: %q, %q", title, lede)
	}
	v.eval(forgetTyped)
}

// TestCopyDeskPanel: the list leads to the places, corrects them one by one, and knows what is protected.
func TestCopyDeskPanel(t *testing.T) {
	n := open(t)
	v := n.staff(t, "khabarnegar")
	v.slips()
	v.press("\r")
	v.writes("نشانی https://example.org/می-رود و \"hello , world\"")
	v.chord(kb.F8, chromedp.ModifierCtrl)
	v.until(`document.querySelectorAll(".slip-list li").length === 5`)
	if got := get[string](v, `[...document.querySelectorAll(".slip-list li > .plain")].map((e) => e.textContent).join("|")`); got != "تیتر|لید|بند ۱|بند ۱|بند ۱" {
		t.Errorf("the places are %q", got)
	}
	v.click(`.slip-list li:first-child > .plain`)
	if got := get[string](v, `document.activeElement.name + " " + document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)`); got != "headline کتاب ها" {
		t.Errorf("the first leads to %q", got)
	}
	v.press(kb.F8)
	v.until(`document.querySelector("[name=headline]").value === "کتاب‌ها رسید"`)
	v.until(`document.querySelectorAll(".slip-list li").length === 4`)
	// From here to the next place, past what only a person can decide, and around.
	v.chord(kb.F8, chromedp.ModifierAlt)
	v.until(`document.activeElement.name === "lede"`)
	v.chord(kb.F8, chromedp.ModifierAlt)
	v.until(`document.querySelector(".slip-now")?.textContent === "می رود"`)
	v.chord(kb.F8, chromedp.ModifierAlt)
	v.until(`document.querySelector(".slip-now")?.textContent === "که که"`)
	v.press(kb.F8) // offers a fix here, but it is not among the safe ones
	v.until(`!document.querySelector(".prose").textContent.includes("که که")`)
	v.click(`.slip-list li:last-child > button:last-child`)
	v.until(`document.querySelector(".prose p").textContent === "😀 او می رود و گفت که می‌آید"`)
	v.press(kb.Escape)
	v.until(`document.activeElement.matches(".prose")`)
	v.eval(forgetTyped)
}

// TestCopyDeskIsSilentWhenTheLineIsCut: nothing of it holds up whoever writes, and it comes back.
func TestCopyDeskIsSilentWhenTheLineIsCut(t *testing.T) {
	n := open(t)
	v := n.staff(t, "khabarnegar")
	v.visit("/newsroom/articles/new", 200)
	v.tabTo("[role=textbox]")
	v.fails()
	v.writes("او می رود")
	v.until(`document.querySelector(".prose").textContent === "او می رود"`)
	v.mends()
	v.writes(" و می آید")
	v.until(slipMarks + ` === "می رود|می آید"`)
	v.eval(forgetTyped)
}

// TestHouseStyleReachesTheEditor: a term that the chief adds is seen by the reporter, at the checklist and without leaving the page.
func TestHouseStyleReachesTheEditor(t *testing.T) {
	n := open(t)
	chief, reporter := n.staff(t, "sardabir"), n.staff(t, "khabarnegar")
	reporter.visit("/newsroom/articles/new", 200)
	reporter.tabTo("[role=textbox]")
	reporter.writes("یک ایمیل")
	chief.visit("/newsroom/house", 200)
	chief.fill(".entry [name=text]", "ایمیل")
	chief.fill(".entry [name=preferred]", "رایانامه")
	chief.follow(".entry button")
	if got := chief.text(".done"); !strings.Contains(got, "«ایمیل» افزوده شد") {
		t.Fatalf("adding says %q", got)
	}
	reporter.writes(" رسید")
	reporter.until(slipMarks + ` === "ایمیل"`)
	reporter.eval(forgetTyped)

	chief.visit("/newsroom/articles/new", 200)
	chief.writes("یک خبر")
	chief.tabTo("[role=textbox]")
	chief.writes("یک ایمیل می رسد")
	chief.Expect(409)
	if status := chief.follow(`button[value="publish"]`); status != 409 || !strings.Contains(chief.text(".asks"), "«ایمیل» ← «رایانامه»") {
		t.Fatalf("publishing answers %d: %s", status, chief.text(".asks"))
	}
	if chief.has(".asks .fault") || get[string](chief, `getComputedStyle(document.querySelector(".asks")).borderInlineStartColor`) == get[string](chief, `(() => { const p = document.body.appendChild(document.createElement("p")); p.className = "wrong"; const c = getComputedStyle(p).borderInlineStartColor; p.remove(); return c; })()`) {
		t.Error("the questions look like errors")
	}
	chief.click(`.asks a[href="#copydesk"]`)
	chief.until(`document.querySelectorAll(".slip-list li").length === 3`) // and the missing lede
	chief.follow(`.asks [value=fix]`)
	if got := chief.body(); got != "<p>یک ایمیل می‌رسد</p>" {
		t.Errorf("corrected: %s", got)
	}
	chief.follow(`button[value="publish"]`)
	if status := chief.follow(`.asks [name=confirmed]`); status != 200 || !chief.has(".state.published") {
		t.Fatalf("publishing answers %d", status)
	}
	chief.visit("/newsroom/house", 200)
	chief.follow("table.house td a")
	chief.follow(`button[value="delete"]`)
	chief.follow(".done button")
	if got := chief.text("table.house"); !strings.Contains(got, "رایانامه") {
		t.Errorf("brought back: %q", got)
	}
}
