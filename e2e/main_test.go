package e2e

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/dabir-newsroom/dabir/e2e/stage"
)

// The program, a filled newsroom and the browser are made once for all tests; each test has its own copy of the newsroom and its
// own tabs.
var (
	binary  string
	filled  string // folder of the newsroom that open copies
	browser *stage.Browser
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	chromium := stage.FindChromium()
	if chromium == "" {
		return m.Run() // need tells it in every test
	}
	folder, err := os.MkdirTemp("", "dabir-e2e-")
	if err != nil {
		return refuse(err)
	}
	defer os.RemoveAll(folder)
	if binary, err = stage.Build(context.Background(), folder); err != nil {
		return refuse(err)
	}
	filled = filepath.Join(folder, "newsroom")
	if err := fill(filled); err != nil {
		return refuse(err)
	}
	if browser, err = stage.OpenBrowser(chromium); err != nil {
		return refuse(err)
	}
	defer browser.Close()
	return m.Run()
}

// fill makes the newsroom that every test begins with.
func fill(data string) error {
	d, err := stage.StartDemo(binary, data)
	if err != nil {
		return err
	}
	return d.Stop()
}

func refuse(err error) int {
	fmt.Fprintln(os.Stderr, "e2e:", err)
	return 1
}

// need skips a test whose part is missing, and fails it where DABIR_TEST_STRICT asks for all parts.
func need(t *testing.T, have bool, message string) {
	t.Helper()
	switch {
	case have:
	case os.Getenv("DABIR_TEST_STRICT") == "1":
		t.Fatal(message)
	default:
		t.Skip(message)
	}
}

// newsroom is a demonstration newsroom of one test.
type newsroom struct{ *stage.Demo }

// open starts a newsroom; it must end without an error in its log. The settings are environment variables. From here on the test runs
// beside others (-parallel says how many): it shares nothing with them but the browser's process.
func open(t *testing.T, settings ...string) newsroom {
	t.Helper()
	need(t, browser != nil, "no Chromium: neither chromium nor google-chrome is installed (make test installs it)")
	t.Parallel()
	data := t.TempDir()
	if err := os.CopyFS(data, os.DirFS(filled)); err != nil {
		t.Fatal(err)
	}
	// The tests send more comments than one reader may; the limit has its own tests.
	d, err := stage.StartDemo(binary, data, append(settings, "DABIR_COMMENTS_LIMIT=0")...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(); err != nil {
			t.Error(err)
		}
	})
	return newsroom{d}
}

// visitor is a person at a browser of their own.
type visitor struct {
	*stage.Tab
	t    *testing.T
	site string
}

func (n newsroom) visitor(t *testing.T) visitor {
	t.Helper()
	tab, err := browser.OpenTab(n.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, fault := range tab.Faults() {
			t.Error(fault)
		}
		tab.Close()
	})
	return visitor{tab, t, n.URL}
}

// staff is a visitor who has signed in by a one-time link.
func (n newsroom) staff(t *testing.T, username string) visitor {
	t.Helper()
	v := n.visitor(t)
	v.signIn(n, username)
	return v
}

func (v visitor) signIn(n newsroom, username string) {
	v.t.Helper()
	link, err := n.SignInLink(username)
	v.must(err)
	v.enter(link)
}

// enter follows a one-time sign-in link.
func (v visitor) enter(link string) {
	v.t.Helper()
	status, err := v.Go(link)
	v.must(err)
	if status != 200 {
		v.t.Fatalf("the sign-in link answers %d", status)
	}
	v.follow("form button")
	if at := v.location(); !strings.HasPrefix(at, "/newsroom/") || strings.Contains(at, "signin") {
		v.t.Fatalf("after signing in the page is %s", at)
	}
}

func (v visitor) must(err error) {
	v.t.Helper()
	if err != nil {
		at, _ := stage.Get[string](v.Tab, "location.href")
		v.t.Fatalf("at %s: %v", at, err)
	}
}

// visit opens a path of the site, which must answer with the status.
func (v visitor) visit(path string, status int64) {
	v.t.Helper()
	if status >= 400 {
		v.Expect(status)
	}
	got, err := v.Go(v.site + path)
	v.must(err)
	if got != status {
		v.t.Fatalf("%s answers %d, want %d", path, got, status)
	}
}

// follow clicks what leads to another document, and waits for it; it returns the status.
func (v visitor) follow(css string) int64 {
	v.t.Helper()
	status, err := v.Leads(chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible))
	v.must(err)
	return status
}

// click clicks what changes the page in its place.
func (v visitor) click(css string) {
	v.t.Helper()
	v.must(v.Do(chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible)))
}

// press sends key events to whatever has the focus.
func (v visitor) press(keys string) {
	v.t.Helper()
	v.must(v.Do(chromedp.KeyEvent(keys)))
}

// fill replaces what stands in a field.
func (v visitor) fill(css, text string) {
	v.t.Helper()
	v.must(v.Do(chromedp.Focus(chromedp.CSS(css))))
	v.eval(fmt.Sprintf(`document.querySelector(%q).select()`, css))
	if text == "" {
		v.press("\b")
		return
	}
	v.must(v.Type(text))
}

// until waits for a condition in the page.
func (v visitor) until(condition string) {
	v.t.Helper()
	v.must(v.Until(condition))
}

func (v visitor) eval(expression string) {
	v.t.Helper()
	_, err := stage.Get[chromedp.Void](v.Tab, expression)
	v.must(err)
}

// get is the value of an expression in the page.
func get[T any](v visitor, expression string) T {
	v.t.Helper()
	value, err := stage.Get[T](v.Tab, expression)
	v.must(err)
	return value
}

// text is what stands in the first element that a selector finds, "" when there is none.
func (v visitor) text(css string) string {
	v.t.Helper()
	return strings.TrimSpace(get[string](v, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, css)))
}

// value is what is typed in a field.
func (v visitor) value(css string) string {
	v.t.Helper()
	return get[string](v, fmt.Sprintf(`document.querySelector(%q).value`, css))
}

// has tells whether a selector finds something that is shown.
func (v visitor) has(css string) bool {
	v.t.Helper()
	return get[bool](v, fmt.Sprintf(`[...document.querySelectorAll(%q)].some((e) => e.getClientRects().length > 0)`, css))
}

// location is the path of the open page.
func (v visitor) location() string {
	v.t.Helper()
	u, err := url.Parse(get[string](v, "location.href"))
	v.must(err)
	return u.Path
}

// counts are the public counters of the open article.
func (v visitor) counts() (published, pending int) {
	v.t.Helper()
	numbers := get[[]int](v, `(document.querySelector("#comments .counts").innerText.match(/[۰-۹]+/g) ?? [])
		.map((n) => Number([...n].map((d) => d.charCodeAt(0) - 0x6f0).join("")))`)
	if len(numbers) != 2 {
		v.t.Fatalf("the counters read %q", v.text("#comments .counts"))
	}
	return numbers[0], numbers[1]
}

// keyAction presses keys as an action, for Leads.
func keyAction(keys string) chromedp.Action[chromedp.Void] { return chromedp.KeyEvent(keys) }

// ctrlEnter sends the form that is typed in.
func ctrlEnter() chromedp.Action[chromedp.Void] {
	return chromedp.KeyEvent("\r", chromedp.KeyModifiers(chromedp.ModifierCtrl))
}

// submitWithoutScript sends the comment form as a browser without scripts does: form.submit() asks no listener.
func submitWithoutScript() chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](`document.querySelector("#write form").submit()`)
}
