package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// draft writes a short draft and returns the path of its form.
func (v visitor) draft(headline string) string {
	v.t.Helper()
	v.visit("/newsroom/articles/new", 200)
	v.fill("[name=headline]", headline)
	v.click(".prose")
	v.must(v.Type("بند یکم."))
	v.follow(`button[value="save"]`)
	return v.location()
}

// fails makes the page's own requests fail, as a cut line does; mends ends that.
func (v visitor) fails() {
	v.t.Helper()
	v.eval(`window.realFetch ??= window.fetch; window.fetch = () => Promise.reject(new TypeError("the line is cut"))`)
}

func (v visitor) mends() {
	v.t.Helper()
	v.eval(`window.fetch = window.realFetch; dispatchEvent(new Event("online"))`)
}

func TestTypedTextSurvivesACutLine(t *testing.T) {
	n := open(t)
	v := n.staff(t, "khabarnegar")
	form := v.draft("خبری از راه دور")
	v.fails()
	v.fill("[name=lede]", "نوشته هنگام قطعی")
	v.until(`document.querySelector("[data-said]").innerText.includes("اتصال قطع است")`)
	if kept := get[string](v, `localStorage.getItem(Object.keys(localStorage).find((k) => k.startsWith("dabir.kept.")))`); !strings.Contains(kept, "نوشته هنگام قطعی") {
		t.Errorf("the browser keeps %q", kept)
	}
	v.mends()
	v.until(`document.querySelector("[data-said]").innerText.includes("ذخیرهٔ خودکار")`)
	if left := get[int](v, `Object.keys(localStorage).filter((k) => k.startsWith("dabir.kept.")).length`); left != 0 {
		t.Errorf("%d copies are left in the browser", left)
	}

	// The window is closed without saving: what was typed is offered, with its difference, and comes back.
	v.eval(`document.querySelector("form[data-guard]").dispatchEvent(new Event("submit"))`) // so that leaving asks nothing
	v.eval(`sessionStorage.clear(); localStorage.clear()`)
	v.visit(form, 200)
	if got := v.text(".kept"); !strings.Contains(got, "نوشته‌ای از شما مانده") {
		t.Fatalf("the offer reads %q", got)
	}
	v.follow(`.kept a.button`)
	if got := v.value("[name=lede]"); got != "نوشته هنگام قطعی" {
		t.Errorf("restored is %q", got)
	}
	v.follow(`button[value="save"]`)
	if v.has(".kept") {
		t.Error("what was saved is offered again")
	}
}

func TestCopyInTheBrowserReachesTheServer(t *testing.T) {
	n := open(t)
	v := n.staff(t, "khabarnegar")
	form := v.draft("خبری که مرورگرش بسته شد")
	v.fails()
	v.fill("[name=lede]", "تنها در مرورگر")
	v.until(`Object.values(localStorage).some((s) => s.includes("تنها در مرورگر"))`)
	v.eval(`document.querySelector("form[data-guard]").dispatchEvent(new Event("submit")); sessionStorage.clear()`)
	v.visit(form, 200)
	if v.Until(`document.querySelector(".kept") !== null`) != nil { // the page brings the copy to the server and loads itself again
		v.until(`document.querySelector(".kept") !== null`)
	}
	v.click(".kept summary")
	if got := v.text(".kept ins"); got != "تنها در مرورگر" {
		t.Errorf("the difference shows %q", got)
	}
}

func TestLockIsLostToASenior(t *testing.T) {
	n := open(t)
	reporter, chief := n.staff(t, "khabarnegar"), n.staff(t, "sardabir")
	form := reporter.draft("خبری در دست دو نفر")
	reporter.until(`fetch(location.pathname + "/lock", { method: "POST", body: "{}" }).then(() => true)`)
	chief.Expect(409)
	reporter.Expect(409)
	chief.visit(form, 200)
	if got := chief.text(".locked"); !strings.Contains(got, "نگار ستوده") || chief.has(`button[value="save"]`) {
		t.Fatalf("the chief sees %q", got)
	}
	reporter.fill("[name=lede]", "نیمهٔ جمله")
	chief.fill("[name=word]", "من تمامش می‌کنم")
	chief.follow(`.locked button`)
	chief.until(`!document.querySelector(".text fieldset").disabled`)
	reporter.eval(`dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))`) // the next sign of life, now
	reporter.until(`document.querySelector(".locked")?.innerText.includes("من تمامش می‌کنم")`)
	if got := reporter.text(".locked"); !strings.Contains(got, "رویا سپهری") {
		t.Errorf("the reporter reads %q", got)
	}
	if !get[bool](reporter, `document.querySelector(".text fieldset").disabled`) || reporter.value("[name=lede]") != "نیمهٔ جمله" {
		t.Error("the form is still open, or what was typed is gone")
	}
}

func TestCalendarByKeyboard(t *testing.T) {
	n := open(t)
	v := n.staff(t, "sardabir")
	form := v.draft("خبری برای فردا")
	v.visit(form, 200)
	v.eval(`document.querySelector("[name=publish_at]").closest("details").open = true`)
	v.fill("[name=publish_at]", "۱۴۰۴/۱۲/۲۹ ۰۶:۰۷:۰۸")
	type step struct{ key, want string }
	open := func() {
		v.eval(`document.querySelector("[name=publish_at]").closest(".moment").querySelector(".opens").click()`)
	}
	open()
	for _, s := range []step{
		{"ArrowLeft", "۱"}, {"ArrowRight", "۲۹"}, {"ArrowUp", "۲۲"}, {"Home", "۱۶"}, {"End", "۲۲"}, {"PageUp", "۲۲"}, {"PageDown", "۲۲"}, {"ArrowDown", "۲۹"}, {"ArrowDown", "۷"},
	} {
		v.eval(fmt.Sprintf(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: %q, bubbles: true }))`, s.key))
		if got := get[string](v, "document.activeElement.innerText"); got != s.want {
			t.Errorf("after %s the day is %s, want %s", s.key, got, s.want)
		}
	}
	v.eval(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }))`)
	if got := v.value("[name=publish_at]"); got != "۱۴۰۵/۰۱/۰۷ ۰۶:۰۷:۰۸" {
		t.Errorf("the field holds %q", got)
	}
	open()
	v.eval(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }))`)
	if v.has(".calendar") || get[string](v, "document.activeElement.className") != "opens" {
		t.Error("Escape leaves the calendar open, or the focus lost")
	}
}

// Two windows of one person: the later one is shown both texts, and neither is lost.
func TestTwoWindowsOfOnePersonSeeBothTexts(t *testing.T) {
	n := open(t)
	one, two := n.staff(t, "khabarnegar"), n.staff(t, "khabarnegar")
	form := one.draft("خبری در دو پنجره")
	one.visit(form, 200)
	two.visit(form, 200)
	kept := `document.querySelector("[data-said]").innerText.includes("ذخیرهٔ خودکار")`
	one.fill("[name=lede]", "لید از پنجرهٔ یک")
	one.until(kept)
	two.Expect(409)
	two.fill("[name=lede]", "لید از پنجرهٔ دو")
	two.until(`document.querySelector(".clash") !== null`)
	if got := two.text(".clash"); !strings.Contains(got, "در پنجرهٔ دیگری هم") || !strings.Contains(two.text(".clash del"), "یک") || !strings.Contains(two.text(".clash ins"), "دو") {
		t.Errorf("the later window reads %q", got)
	}
	if !get[bool](two, `Object.values(localStorage).some((s) => s.includes("لید از پنجرهٔ دو"))`) {
		t.Error("the browser of the later window does not keep its text")
	}
	two.pictures("two-windows")
	two.click(".clash [data-mine]")
	two.until(kept)

	one.Expect(409)
	one.fill("[name=lede]", "لید یک، ادامه")
	one.until(`document.querySelector(".clash") !== null`)
	one.eval(`document.querySelector("form[data-guard]").dispatchEvent(new Event("submit"))`) // so that leaving asks nothing
	one.follow(".clash [data-theirs]")
	if got := one.value("[name=lede]"); got != "لید از پنجرهٔ دو" {
		t.Errorf("brought from the other window is %q", got)
	}
	one.follow(`button[value="save"]`)
	if one.has(".kept") {
		t.Error("what was saved is offered again")
	}

	for v, headline := range map[visitor]string{one: "خبر تازهٔ یکم", two: "خبر تازهٔ دوم"} {
		if v == two {
			v.eval(`document.querySelector("form[data-guard]").dispatchEvent(new Event("submit")); sessionStorage.clear(); localStorage.clear()`)
		}
		v.visit("/newsroom/articles/new", 200)
		v.fill("[name=headline]", headline)
	}
	one.until(kept)
	two.until(kept)
	three := n.staff(t, "khabarnegar")
	three.visit("/newsroom/articles/new", 200)
	if got := three.text("main"); !strings.Contains(got, "خبر تازهٔ یکم") || !strings.Contains(got, "خبر تازهٔ دوم") {
		t.Errorf("offered are %q", got)
	}
	three.pictures("two-offers")
}

// The session ends while somebody types: the form is kept, they sign in, and go on.
func TestLostSessionKeepsTheForm(t *testing.T) {
	n := open(t)
	v := n.staff(t, "khabarnegar")
	form := v.draft("خبری در نشست گمشده")
	v.visit(form, 200)
	v.until(`fetch("/newsroom/signout", { method: "POST" }).then(() => true)`)
	v.Expect(401)
	v.fill("[name=lede]", "لیدی که نباید گم شود")
	v.until(`document.querySelector("[data-said]").innerText.includes("نشست شما پایان یافته است")`)
	if status := v.follow(`button[value="save"]`); status != 401 || !strings.Contains(v.text("main"), "آنچه نوشته‌اید در این صفحه مانده است") {
		t.Fatalf("without a session the form answers %d: %s", status, v.text("main"))
	}
	v.pictures("lost-session")
	link, err := n.SignInLink("khabarnegar")
	v.must(err)
	v.until(fmt.Sprintf(`fetch(%q, { method: "POST" }).then(() => true)`, strings.TrimPrefix(link, n.URL)))
	if status := v.follow("form.acts button"); status != 200 || v.location() != form || v.value("[name=lede]") != "لیدی که نباید گم شود" {
		t.Errorf("sent again it leads to %s, %d", v.location(), status)
	}
	if v.has(".kept") {
		t.Error("what was saved is offered again")
	}
}
