package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const frontDesk = "/newsroom/front"

// order is the lines of the slots from the top.
func (v visitor) order() []string {
	v.t.Helper()
	return get[[]string](v, `[...document.querySelectorAll(".slot .line")].map((l) => l.innerText.trim())`)
}

// boards waits until the board is another than the version that it was.
func (v visitor) boards(before string) {
	v.t.Helper()
	v.until(fmt.Sprintf(`document.getElementById("board").dataset.base !== %q && !document.querySelector("#board.busy")`, before))
}

func (v visitor) base() string {
	v.t.Helper()
	return get[string](v, `document.getElementById("board").dataset.base`)
}

// altArrow presses Alt with an arrow at whatever has the focus.
func (v visitor) altArrow(key string) {
	v.t.Helper()
	before := v.base()
	v.must(v.Do(chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierAlt))))
	v.boards(before)
}

// TestFrontPageIsArranged arranges the front page by keys alone, then by dragging, publishes it and takes it back.
func TestFrontPageIsArranged(t *testing.T) {
	n := open(t)
	reader, editor := n.visitor(t), n.staff(t, "sardabir")
	leads := func() string {
		t.Helper()
		reader.visit("/", 200)
		return reader.text("main .lead h2")
	}
	old := leads()
	editor.visit(frontDesk, 200)

	t.Run("FoundAsOneTypes", func(t *testing.T) {
		editor.t = t
		editor.fill("[name=q]", "نیم‌فاصله")
		editor.until(`document.querySelectorAll(".found li button").length > 0`)
		if said := editor.text("#said"); !strings.Contains(said, "پیدا شد") {
			t.Errorf("nobody hears how many were found: %q", said)
		}
		before := editor.base()
		editor.press(kb.ArrowDown)
		editor.press(kb.Enter)
		editor.boards(before)
		if got := editor.order()[0]; !strings.Contains(got, "نیم‌فاصله") {
			t.Fatalf("the lead is %q", got)
		}
		if said := editor.text("#said"); !strings.Contains(said, "خبر نخست") {
			t.Errorf("nobody hears where it stands: %q", said)
		}
	})
	t.Run("ByKeys", func(t *testing.T) {
		editor.t = t
		if at := get[string](editor, `document.activeElement.closest(".slot")?.querySelector(".line").innerText ?? document.activeElement.outerHTML`); !strings.Contains(at, "نیم‌فاصله") {
			t.Fatalf("the focus is at %s", at)
		}
		for _, want := range []int{1, 2} {
			editor.altArrow(kb.ArrowDown)
			if got := editor.order()[want]; !strings.Contains(got, "نیم‌فاصله") {
				t.Errorf("after Alt+↓ place %d holds %q", want, got)
			}
			if at := get[string](editor, `document.activeElement.closest(".slot")?.querySelector(".line").innerText ?? ""`); !strings.Contains(at, "نیم‌فاصله") {
				t.Errorf("the focus left its item: %q", at)
			}
		}
		if said := editor.text("#said"); !strings.Contains(said, "کنار خبر نخست") {
			t.Errorf("nobody hears the new place: %q", said)
		}
		editor.altArrow(kb.ArrowUp)
		before := editor.base()
		editor.eval(`document.activeElement.closest(".slot").querySelector("[value=lead]").focus()`)
		editor.press(kb.Enter)
		editor.boards(before)
		if got := editor.order()[0]; !strings.Contains(got, "نیم‌فاصله") {
			t.Errorf("to the lead: %q", got)
		}
	})
	t.Run("ByDragging", func(t *testing.T) {
		editor.t = t
		lines := editor.order()
		before := editor.base()
		editor.drag(3, 1)
		editor.boards(before)
		got := editor.order()
		if got[1] != lines[3] || got[2] != lines[1] || got[3] != lines[2] {
			t.Errorf("dragging the fourth above the second made %q of %q", got[:5], lines[:5])
		}
	})
	t.Run("Removed", func(t *testing.T) {
		editor.t = t
		lines, before := editor.order(), editor.base()
		editor.eval(`document.querySelectorAll(".slot [value=remove]")[4].focus()`)
		editor.press(kb.Enter)
		editor.boards(before)
		if got := editor.order(); len(got) != len(lines)-1 || got[4] != lines[5] {
			t.Errorf("%q", got)
		}
		if at := get[string](editor, `document.activeElement.closest(".slot")?.querySelector(".line").innerText ?? ""`); at != lines[5] {
			t.Errorf("after removing the focus is at %q, want the next item", at)
		}
	})
	t.Run("PublishedAndUndone", func(t *testing.T) {
		editor.t, reader.t = t, t
		if got := leads(); got != old {
			t.Fatalf("the working copy is public: %q", got)
		}
		if status := editor.follow(`form[action$="/front/publish"] button`); status != 200 {
			t.Fatalf("publishing answers %d", status)
		}
		if got := leads(); !strings.Contains(got, "نیم‌فاصله") {
			t.Errorf("the lead for readers is %q", got)
		}
		if status := editor.follow(`.standing form[action$="/front/restore"] button`); status != 200 {
			t.Fatalf("the undo answers %d", status)
		}
		if got := leads(); got != old {
			t.Errorf("after the undo the lead is %q, want %q", got, old)
		}
	})
	t.Run("Previewed", func(t *testing.T) {
		editor.t = t
		editor.visit(frontDesk+"/preview", 200)
		editor.until(`[...document.querySelectorAll("iframe")].every((f) => f.contentDocument?.querySelector(".lead h2"))`)
		if got := get[[]int](editor, `[...document.querySelectorAll("iframe")].map((f) => f.contentWindow.innerWidth)`); fmt.Sprint(got) != "[390 1280]" {
			t.Errorf("the frames are %v pixels wide", got)
		}
		if got := get[string](editor, `document.querySelector("iframe").contentDocument.querySelector(".lead h2").innerText`); !strings.Contains(got, "نیم‌فاصله") {
			t.Errorf("the preview's lead is %q", got)
		}
	})
}

// drag takes a slot by its grip and drops it above another, both counted from 0.
func (v visitor) drag(from, to int) {
	v.t.Helper()
	v.eval(fmt.Sprintf(`document.querySelectorAll(".slot")[%d].scrollIntoView({ block: "start" })`, to))
	type point struct{ X, Y float64 }
	at := func(i int, share float64) point {
		return get[point](v, fmt.Sprintf(`(() => { const s = document.querySelectorAll(".slot")[%d]; const g = s.querySelector(".grip").getBoundingClientRect();
			const b = s.getBoundingClientRect(); return { X: g.left + g.width / 2, Y: %v ? b.top + b.height * %v : g.top + g.height / 2 }; })()`, i, share, share))
	}
	start, end := at(from, 0), at(to, 0.2)
	for _, step := range []struct {
		kind input.DispatchMouseEventType
		at   point
	}{
		{input.DispatchMouseEventTypeMouseMoved, start}, {input.DispatchMouseEventTypeMousePressed, start},
		{input.DispatchMouseEventTypeMouseMoved, point{start.X, (start.Y + end.Y) / 2}}, {input.DispatchMouseEventTypeMouseMoved, end},
		{input.DispatchMouseEventTypeMouseReleased, end},
	} {
		v.must(v.Mouse(step.kind, step.at.X, step.at.Y))
	}
}

func TestFrontPageWithoutScript(t *testing.T) {
	n := open(t)
	editor := n.staff(t, "sardabir")
	editor.must(editor.DisableScript())
	editor.visit(frontDesk+"?q=%D9%82%D9%86%D8%A7%D8%AA", 200)
	if status := editor.follow(".found li button"); status != 200 {
		t.Fatalf("adding answers %d", status)
	}
	if status := editor.follow(".slot:nth-child(1) [value=down]"); status != 200 {
		t.Fatalf("moving answers %d", status)
	}
	if got := editor.order()[1]; !strings.Contains(got, "قنات") {
		t.Errorf("the second place holds %q", got)
	}
}

func TestFrontPagesAreAccessible(t *testing.T) {
	source := axeSource(t)
	n := open(t)
	editor := n.staff(t, "sardabir")
	for _, p := range []struct{ name, path string }{
		{"Front", "/"}, {"Dossier", "/dossier/آب-و-زندگی"}, {"Desk", frontDesk}, {"Preview", frontDesk + "/preview?width=390"},
		{"Dossiers", "/newsroom/dossiers"}, {"DossierForm", "/newsroom/dossiers/1"},
	} {
		t.Run(p.name, func(t *testing.T) {
			editor.t = t
			editor.visit(p.path, 200)
			editor.checked(source, p.path)
		})
	}
	t.Run("DeskWithErrors", func(t *testing.T) {
		editor.t = t
		editor.visit(frontDesk, 200)
		editor.eval(`for (const d of document.querySelectorAll(".slot details")) d.open = true`)
		editor.Expect(422)
		editor.fill(".slot [name=until]", "فردا شاید")
		editor.click(".slot [value=pin]")
		editor.until(`document.querySelector(".slot .fault[role=alert]")`)
		if got := get[string](editor, `document.activeElement.name`); got != "until" {
			t.Errorf("the focus is at %q, want the wrong field", got)
		}
		editor.checked(source, "the desk with an error")
	})
}
