package e2e

import (
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/e2e/stage"
)

const (
	badEmail     = "آدرس ایمیل خود را با فرمت مناسب وارد نمایید."
	commentName  = "لیلا رستگار"
	commentText  = "گزارش خوبی بود؛ کاش نقشه‌ی ایستگاه‌ها را هم می‌گذاشتید.\nبا سپاس"
	receiptSigns = 12
)

// openForComments opens the front page's lead article.
func (v visitor) openForComments() string {
	v.t.Helper()
	v.visit("/", 200)
	v.follow(".lead h2 a")
	return v.location()
}

func (v visitor) write(name, email, text string) {
	v.t.Helper()
	v.fill("#name", name)
	v.fill("#email", email)
	v.fill("#text", text)
}

// keepsTyped checks that the form still holds what was typed, with the message at the e-mail field alone.
func (v visitor) keepsTyped(email string) {
	v.t.Helper()
	if got := v.text("#email-error"); got != badEmail {
		v.t.Errorf("at the e-mail field stands %q, want %q", got, badEmail)
	}
	if v.has("#name-error") || v.has("#text-error") {
		v.t.Error("another field is said to be wrong too")
	}
	if !get[bool](v, `document.activeElement.id === "email" || document.querySelector("#email").getAttribute("aria-invalid") === "true"`) {
		v.t.Error("the e-mail field is not marked as wrong")
	}
	for _, field := range []struct{ css, want string }{{"#name", commentName}, {"#email", email}, {"#text", commentText}} {
		if got := v.value(field.css); got != field.want {
			v.t.Errorf("%s lost what was typed: %q, want %q", field.css, got, field.want)
		}
	}
}

// code is a receipt code as the page shows it, without what groups it for the eye.
func code(shown string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, shown)
}

func TestCommentWithoutJavaScript(t *testing.T) {
	n := open(t)
	v := n.visitor(t)
	v.must(v.DisableScript())
	article := v.openForComments()
	published, pending := v.counts()

	v.write(commentName, "leila@", commentText)
	v.Expect(422)
	if status := v.follow("#write button.button"); status != 422 {
		t.Errorf("a malformed e-mail is answered with %d, want 422", status)
	}
	v.keepsTyped("leila@")

	v.fill("#email", "leila@example.org")
	if status := v.follow("#write button.button"); status != 200 {
		t.Errorf("the right e-mail leads to a page with status %d", status)
	}
	if at := v.location(); !strings.HasPrefix(at, "/comments/receipt/") {
		t.Fatalf("a sent comment leads to %s, want its receipt", at)
	}
	if got := code(v.text("main .code")); len(got) != receiptSigns {
		t.Errorf("the receipt's code is %q, want %d signs", got, receiptSigns)
	}
	page := v.text("main")
	for _, want := range []string{"در انتظار بررسی", commentName, "کاش نقشه‌ی ایستگاه‌ها", "با سپاس"} {
		if !strings.Contains(page, want) {
			t.Errorf("the receipt's page does not hold %q:\n%s", want, page)
		}
	}
	receipt := v.location()

	v.visit(article, 200)
	if p, w := v.counts(); p != published || w != pending+1 {
		t.Errorf("the counters went from %d/%d to %d/%d, want one more pending", published, pending, p, w)
	}
	if strings.Contains(v.text("#comments"), commentName) {
		t.Error("a pending comment is shown on the public page")
	}
	v.visit(receipt, 200)
}

func TestCommentWithJavaScript(t *testing.T) {
	n := open(t)
	v := n.visitor(t)
	v.openForComments()
	published, pending := v.counts()
	loads := v.Loads()
	v.eval(`window.same = true`)

	v.write(commentName, "leila@", commentText)
	v.Expect(422)
	v.click("#write button.button")
	v.until(`!document.querySelector("#email-error").hidden`)
	v.keepsTyped("leila@")

	v.fill("#email", "leila@example.org")
	v.click("#write button.button")
	v.until(`document.querySelector("#comments .letter.mine")`)
	mine := v.text("#comments .letter.mine")
	for _, want := range []string{commentName, "کاش نقشه‌ی ایستگاه‌ها", "بررسی"} {
		if !strings.Contains(mine, want) {
			t.Errorf("the writer's own pending comment does not hold %q:\n%s", want, mine)
		}
	}
	if got := code(v.text(".letter.mine .code")); len(got) != receiptSigns {
		t.Errorf("the pending comment shows the code %q, want %d signs", got, receiptSigns)
	}
	if p, w := v.counts(); p != published || w != pending+1 {
		t.Errorf("the counters went from %d/%d to %d/%d, want one more pending", published, pending, p, w)
	}
	if got := v.value("#text"); got != "" {
		t.Errorf("the sent text stays in the form: %q", got)
	}
	if v.has("#email-error") {
		t.Error("the message at the e-mail field stays after it was set right")
	}

	v.replies(pending + 1)
	if got := v.Loads(); got != loads || !get[bool](v, "window.same === true") {
		t.Errorf("%d documents were loaded while commenting, want none", got-loads)
	}
	v.othersDoNotSee(n)
}

// replies answers a published comment in its place and takes the form back.
func (v visitor) replies(pending int) {
	v.t.Helper()
	v.click("#comments .letter:not(.mine) > .acts a[data-reply]")
	v.until(`document.querySelector("#comments .letter form") && document.activeElement.id === "text"`)
	answered := get[string](v, `document.querySelector("#comments .letter form").closest(".letter").id`)
	if got := "c" + v.value(`form [name="parent"]`); got != answered {
		v.t.Errorf("the form stands under %s but answers %s", answered, got)
	}
	v.click("[data-unreply]")
	v.until(`document.querySelector("#write form") && document.querySelector("[name=parent]").value === ""`)

	v.click("#" + answered + " > .acts a[data-reply]")
	v.until(`document.querySelector("#comments .letter form")`)
	v.fill("#text", "با شما هم‌نظرم و سپاس.")
	v.click("form.write button.button")
	v.until(`document.querySelector("#` + answered + ` .replies .mine")`)
	if _, w := v.counts(); w != pending+1 {
		v.t.Errorf("after a reply %d comments are pending, want %d", w, pending+1)
	}
	v.until(`document.querySelector("#write form")`)
}

// othersDoNotSee checks that the pending comments are their writer's alone.
func (v visitor) othersDoNotSee(n newsroom) {
	v.t.Helper()
	path := v.location()
	other := n.visitor(v.t)
	other.visit(path, 200)
	if page, err := stage.Get[string](other.Tab, "document.documentElement.outerHTML"); err != nil || strings.Contains(page, commentName) {
		v.t.Errorf("another reader's page holds the pending comment (%v)", err)
	}
}
