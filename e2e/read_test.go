package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/dabir-newsroom/dabir/e2e/stage"
)

// widths are those at which LOOK judges a screen, and 640: 1280 pixels at 200 % zoom.
var widths = []stage.View{
	{Width: 360, Height: 780, Touch: true}, {Width: 390, Height: 844, Touch: true}, {Width: 640, Height: 450, Zoom: 2},
	{Width: 768, Height: 1024}, {Width: 1280, Height: 900}, {Width: 1600, Height: 1000},
}

func TestReaderReadsAnArticle(t *testing.T) {
	n := open(t)
	v := n.visitor(t)
	v.visit("/", 200)
	headline := v.text(".lead h2 a")
	if headline == "" {
		t.Fatal("the front page has no lead")
	}
	if status := v.follow(".lead h2 a"); status != 200 {
		t.Fatalf("the lead's article answers %d", status)
	}
	if got := v.text("h1"); got != headline {
		t.Errorf("the article's headline is %q, the front page said %q", got, headline)
	}
	article := v.location()
	t.Run("Parts", func(t *testing.T) { v.t = t; v.partsInOrder() })
	t.Run("Widths", func(t *testing.T) { v.t = t; v.fitsEveryWidth("/", article) })
	t.Run("Keyboard", func(t *testing.T) { v.t = t; v.readsByKeyboard() })
}

// No other page needs scrolling sideways either, the receipt's and the newsroom's among them.
func TestEveryPageFits(t *testing.T) {
	n := open(t)
	v := n.staff(t, "sardabir")
	article := v.openForComments()
	v.fitsEveryWidth("/latest", "/search?q=%D8%AA%D9%87%D8%B1%D8%A7%D9%86", "/topics", "/archive", "/corrections", "/about", "/comments/receipt", "/newsroom/articles", "/newsroom/articles/new", queuePath,
		get[string](v, `new URL(document.querySelector("nav.path li:last-child a").href).pathname`), article+"/../print")
	v.visit(article, 200)
	v.write("", "", "متنی کوتاه برای آزمودن.")
	v.click("#write button.button")
	v.until(`document.querySelector(".letter.mine a.code")`)
	v.fitsEveryWidth(get[string](v, `new URL(document.querySelector(".letter.mine a.code").href).pathname`))
}

// partsInOrder checks the order of PRODUCT.md §1, in the document and before the eyes.
func (v visitor) partsInOrder() {
	v.t.Helper()
	parts := []string{"nav.path", ".story .kicker", ".story h1", ".story .lede", ".facts", ".plateau", ".story .text", ".story .end",
		".tags", ".short", "#picks", "#comments", "#write form"}
	type place struct {
		Part  string
		Found bool
		Order int     // in the document
		Top   float64 // on the page
	}
	places := get[[]place](v, fmt.Sprintf(`(() => {
		const all = [...document.querySelectorAll("*")];
		return [%s].map((part) => {
			const e = document.querySelector(part);
			return { Part: part, Found: !!e, Order: all.indexOf(e), Top: e ? e.getBoundingClientRect().top : 0 };
		});
	})()`, quoted(parts)))
	for i, p := range places {
		if !p.Found {
			v.t.Errorf("the article has no %s", p.Part)
			continue
		}
		if i > 0 && places[i-1].Found && (p.Order <= places[i-1].Order) {
			v.t.Errorf("%s stands before %s in the document", p.Part, places[i-1].Part)
		}
	}
	// On a narrow page everything stands in one column, so what comes later also stands lower.
	v.must(v.Look(stage.View{Width: 390, Height: 844}))
	tops := get[[]float64](v, fmt.Sprintf(`[%s].map((part) => document.querySelector(part)?.getBoundingClientRect().top ?? 0)`, quoted(parts)))
	for i := 1; i < len(tops); i++ {
		if tops[i] < tops[i-1] {
			v.t.Errorf("at 390 pixels %s stands above %s", parts[i], parts[i-1])
		}
	}
	if end := v.text(".story .end"); !strings.HasPrefix(end, "انتهای پیام/") {
		v.t.Errorf("the end mark reads %q", end)
	}
}

func quoted(parts []string) string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = fmt.Sprintf("%q", p)
	}
	return strings.Join(out, ", ")
}

// fitsEveryWidth checks that no page needs scrolling sideways.
func (v visitor) fitsEveryWidth(paths ...string) {
	v.t.Helper()
	for _, path := range paths {
		v.visit(path, 200)
		for _, view := range widths {
			v.must(v.Look(view))
			v.until(fmt.Sprintf("innerWidth >= %d", view.Width))
			if got := get[int64](v, "document.documentElement.scrollWidth"); got > view.Width {
				wide := get[[]string](v, fmt.Sprintf(`[...document.querySelectorAll("body *")].filter((e) => {
					const r = e.getBoundingClientRect(); return r.width && (r.left < -1 || r.right > %d + 1);
				}).map((e) => e.tagName + "." + e.className).slice(0, 5)`, view.Width))
				v.t.Errorf("%s at %d pixels (zoom %v) is %d wide: %v", path, view.Width, view.Zoom, got, wide)
			}
		}
	}
	v.must(v.Look(stage.View{Width: 1280, Height: 900}))
}

// focus is what has the focus, and how it is shown.
type focus struct {
	Tag, Text, Href string
	Ring            bool // an outline of at least 2 px
	Seen            bool // within the window, with a size
}

func (v visitor) focus() focus {
	v.t.Helper()
	return get[focus](v, `(() => {
		const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
		return { Tag: e.tagName, Text: (e.innerText || e.getAttribute("aria-label") || e.name || "").trim().slice(0, 60),
			Href: e.getAttribute("href") || "", Ring: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2,
			Seen: r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth };
	})()`)
}

// readsByKeyboard goes from the front page into an article with Tab and Enter alone, and through all of its controls.
func (v visitor) readsByKeyboard() {
	v.t.Helper()
	v.visit("/", 200)
	v.press(kb.Tab)
	if f := v.focus(); f.Href != "#main" || !f.Seen {
		v.t.Fatalf("the first Tab leads to %+v, not to a visible link past the masthead", f)
	}
	v.press(kb.Enter)
	v.until(`document.activeElement.id === "main"`)
	v.press(kb.Tab)
	if f := v.focus(); !strings.HasPrefix(f.Href, "/news/") || !f.Ring || !f.Seen {
		v.t.Fatalf("past the masthead the first Tab leads to %+v", f)
	}
	lead := v.focus()
	if _, err := v.Leads(keyAction(kb.Enter)); err != nil {
		v.t.Fatalf("Enter on %q: %v", lead.Text, err)
	}
	if got := v.text("h1"); got != lead.Text && !strings.HasPrefix(got, lead.Text) {
		v.t.Errorf("Enter on %q opened %q", lead.Text, got)
	}
	v.walk(20)
}

// walk presses Tab until the focus leaves the page; every stop must be seen. There must be at least so many stops.
func (v visitor) walk(least int) {
	v.t.Helper()
	const most = 400
	stops := 0
	for ; stops < most; stops++ {
		v.press(kb.Tab)
		f := v.focus()
		if f.Tag == "BODY" {
			break
		}
		if !f.Ring || !f.Seen {
			v.t.Errorf("stop %d of the keyboard: %+v", stops+1, f)
		}
	}
	if stops < least || stops == most {
		v.t.Errorf("Tab stopped at %d places, want at least %d and an end", stops, least)
	}
}
