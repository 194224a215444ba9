package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/dabir-newsroom/dabir/e2e/stage"
)

// plugIn gives a visitor an authenticator.
func (v visitor) plugIn() *stage.Authenticator {
	v.t.Helper()
	a, err := v.PlugIn()
	v.must(err)
	return a
}

// holds fails unless the authenticator holds so many passkeys.
func (v visitor) holds(a *stage.Authenticator, want int) {
	v.t.Helper()
	held, _, err := a.Passkeys()
	v.must(err)
	if held != want {
		v.t.Fatalf("the authenticator holds %d passkeys, want %d", held, want)
	}
}

// invitation lets an operator invite a person; it returns the link.
func (v visitor) invitation(name, username, role string) string {
	v.t.Helper()
	v.visit("/newsroom/people/new", 200)
	v.fill("input[name=name]", name)
	v.fill("input[name=username]", username)
	v.click("input[value=" + role + "]")
	if status := v.follow("main form button"); status != 200 {
		v.t.Fatalf("inviting answers %d", status)
	}
	return strings.TrimSpace(v.text("code.key"))
}

// operator is a visitor who manages people.
func (n newsroom) operator(t *testing.T) visitor {
	t.Helper()
	link, err := n.Hire("modir", "مدیر فنی", "operator")
	if err != nil {
		t.Fatal(err)
	}
	v := n.visitor(t)
	v.enter(link)
	return v
}

// A person is invited, takes a passkey, and signs in by it without typing a name.
func TestPasskeySignIn(t *testing.T) {
	n := open(t)
	boss := n.operator(t)
	link := boss.invitation("نگار", "negar", "reporter")

	v := n.visitor(t)
	key := v.plugIn()
	status, err := v.Go(link)
	v.must(err)
	if status != 200 || v.has("[data-needs-script]") {
		t.Fatalf("the invitation answers %d, asks for a script: %v", status, v.has("[data-needs-script]"))
	}
	if status := v.follow("[data-passkey] button"); status != 200 || v.location() != "/newsroom/inbox" {
		t.Fatalf("with a passkey the way leads to %s, %d", v.location(), status)
	}
	v.holds(key, 1)
	v.visit("/newsroom/account", 200)
	if !strings.Contains(v.text("main"), "گذرواژه‌ای ندارید") || !v.has(`form[action$="/remove"]`) {
		t.Errorf("the account shows %s", v.text("main"))
	}
	v.Expect(409)
	if status := v.follow(`form[action$="/remove"] button`); status != 409 || !strings.Contains(v.text(".wrong"), "این تنها راه ورود شماست") {
		t.Errorf("removing the last way: %d %s", status, v.text(".wrong"))
	}

	// The offer in the field of the username waits while nobody touches the key; the button takes over.
	v.must(key.Touch(false))
	v.follow(".me form button")
	if v.location() != "/newsroom/signin" {
		t.Fatalf("signed out, the page is %s", v.location())
	}
	v.visit("/newsroom/signin?next=/newsroom/account", 200)
	v.until(`!document.querySelector("[data-passkey]").hidden`)
	v.until(`performance.getEntriesByType("resource").some((e) => e.responseEnd && e.name.endsWith(document.querySelector("[data-passkey]").dataset.begin))`)
	v.must(key.Touch(true)) // what was asked before stays without an answer
	status = v.follow("[data-passkey] button")
	if status != 200 || v.location() != "/newsroom/account" {
		t.Fatalf("the passkey leads to %s, %d", v.location(), status)
	}
	if _, used, err := key.Passkeys(); err != nil || used < 2 {
		t.Errorf("used %d times, %v", used, err)
	}
	if got := get[int](v, `document.querySelectorAll("#sessions ~ ul li").length`); got != 1 || !strings.Contains(v.text("#sessions ~ ul"), "Chrome · Linux") {
		t.Errorf("%d sessions: %s", got, v.text("#sessions ~ ul"))
	}

	// Roles change: the open page is out at its next step.
	boss.visit("/newsroom/people", 200)
	her := get[string](boss, `[...document.querySelectorAll(".rows a")].find((a) => a.textContent.trim() === "نگار").getAttribute("href")`)
	boss.follow(`.rows a[href="` + her + `"]`)
	if boss.text("h1") != "نگار" {
		t.Fatalf("the page of %s", boss.text("h1"))
	}
	boss.click("input[value=moderator]")
	boss.follow(`form[action$="/roles"] button`)
	v.visit("/newsroom/account", 200)
	if v.location() != "/newsroom/signin" {
		t.Errorf("after the change the page is %s", v.location())
	}
}

// What the device refuses is said in a sentence, and a second passkey of the same person has a name.
func TestPasskeysAreAddedAndRefused(t *testing.T) {
	n := open(t)
	v := n.staff(t, "sardabir")
	key := v.plugIn()
	v.visit("/newsroom/account", 200)
	v.fill("[data-passkey] input[name=name]", "گوشی من")
	v.follow("[data-passkey] button")
	if !strings.Contains(v.text(".things"), "گوشی من") || !strings.Contains(v.text(".done"), "کلید عبور افزوده شد") {
		t.Errorf("added: %s", v.text("main"))
	}
	v.click("[data-passkey] button")
	v.until(`document.querySelector("[data-passkey] [role=alert]").textContent.includes("از پیش کلید عبور شما را دارد")`)
	v.holds(key, 1)

	v.follow(".me form button")
	v.must(key.Forget())
	v.visit("/newsroom/signin", 200)
	v.click("[data-passkey] button")
	v.until(`document.querySelector("[data-passkey] [role=alert]").textContent.includes("انجام نشد")`)
	if v.location() != "/newsroom/signin" {
		t.Errorf("without a passkey the page is %s", v.location())
	}
}

// Without scripts passkeys say that they need them, and everything else goes on.
func TestSigningInWithoutScript(t *testing.T) {
	n := open(t)
	link := n.operator(t).invitation("نگار", "negar", "reporter")
	v := n.visitor(t)
	v.must(v.DisableScript())
	status, err := v.Go(link)
	v.must(err)
	if status != 200 || v.has("[data-passkey]") || !v.has("[data-needs-script]") {
		t.Fatalf("%d, shows passkeys: %v", status, v.has("[data-passkey]"))
	}
	v.fill("input[name=password]", "رمزی بلند و خوب")
	v.follow("form.stack button")
	v.visit("/newsroom/account", 200)
	if !strings.Contains(v.text("main"), "گذرواژه دارید") {
		t.Errorf("the account shows %s", v.text("main"))
	}
	v.follow(`form[action$="/totp"] button`)
	if !v.has("svg.qr") || !v.has("code.key") {
		t.Error("the second factor is not drawn")
	}
}

// The pages of people and signing in hold to the rules of accessibility.
func TestPeoplePagesAreAccessible(t *testing.T) {
	n := open(t)
	source := axeSource(t)
	v := n.operator(t)
	picture := func(name string) {
		v.checked(source, name)
		v.pictures(name)
	}
	link := v.invitation("نگار پارسا", "negar", "reporter")
	picture("invitation")
	for name, path := range map[string]string{"people": "/newsroom/people", "invite": "/newsroom/people/new", "person": "/newsroom/people/4", "account": "/newsroom/account",
		"signin": "/newsroom/signin", "invited": strings.TrimPrefix(link, n.URL)} {
		v.visit(path, 200)
		picture(name)
	}
	v.visit("/newsroom/account", 200)
	v.follow(`form[action$="/totp"] button`)
	picture("totp")
	code, err := totp.GenerateCode(strings.ReplaceAll(v.text("code.key"), " ", ""), time.Now())
	v.must(err)
	v.fill("input[name=code]", code)
	v.follow("main form button")
	picture("recovery")
	recovery := v.text("ol.codes code")
	v.visit("/newsroom/account", 200)
	picture("account-on")
	v.fill("input[name=password]", "رمزی بلند و خوب")
	v.follow(`form[action$="/password"] button`)
	v.follow(".me form button")
	v.fill("input[name=username]", "modir")
	v.fill("input[name=password]", "رمزی بلند و خوب")
	v.follow("form.stack button")
	picture("code")
	v.fill("input[name=code]", recovery)
	if status := v.follow("main form button"); status != 200 || v.location() != "/newsroom/articles" {
		t.Errorf("with a recovery code the way leads to %s, %d", v.location(), status)
	}
}

// pictures writes the open page to the folder that DABIR_TEST_PICTURES names, for people to look at.
func (v visitor) pictures(name string) {
	v.t.Helper()
	folder := os.Getenv("DABIR_TEST_PICTURES")
	if folder == "" {
		return
	}
	for _, view := range []struct {
		name  string
		width int64
		dark  bool
	}{{"390-light", 390, false}, {"390-dark", 390, true}, {"1280-light", 1280, false}, {"1280-dark", 1280, true}} {
		v.must(v.Look(stage.View{Width: view.width, Height: 900, Dark: view.dark, Touch: view.width < 700}))
		shot, err := v.Shot()
		v.must(err)
		v.must(os.WriteFile(filepath.Join(folder, name+"-"+view.name+".png"), shot, 0o644))
	}
}
