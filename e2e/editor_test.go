package e2e

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/dabir-newsroom/dabir/internal/markup"
)

// canonicalBodies are the bodies that package markup makes of its test cases, by file.
func canonicalBodies(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "internal", "markup", "testdata", "*", "*.txt"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d test cases of markup, %v", len(files), err)
	}
	bodies := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(data), "\n=== becomes ===\n")
		bodies[file] = strings.TrimSuffix(body, "\n")
	}
	return bodies
}

// realBodies are the bodies of 789 real pages as they would be stored.
func realBodies(t *testing.T) []string {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "shared", "data", "news", "html_articles.jsonl.gz"))
	if err != nil {
		t.Skip("needs the shared test data: ", err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var bodies []string
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var page struct {
			Body string `json:"body_html"`
		}
		if err := json.Unmarshal(lines.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, string(markup.Sanitize(page.Body)))
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return bodies
}

// throughEditor loads bodies into the open editor one after the other and returns what it would save.
func (v visitor) throughEditor(bodies []string) []string {
	v.t.Helper()
	given, err := json.Marshal(bodies)
	if err != nil {
		v.t.Fatal(err)
	}
	return get[[]string](v, `(() => { const { body } = document.querySelector(".ed"); return `+string(given)+`.map((html) => { body.set(html); return body.get(); }); })()`)
}

func (v visitor) keeps(name, body, back string) bool {
	v.t.Helper()
	if got := string(markup.Sanitize(back)); got != body {
		v.t.Errorf("%s: the editor changes\n%s\ninto\n%s", name, body, got)
		return false
	}
	return true
}

func TestEditorKeepsWhatMarkupAllows(t *testing.T) {
	n := open(t)
	editor := n.staff(t, "sardabir")
	editor.visit("/newsroom/articles/new", 200)
	editor.Expect(404) // the pictures of the test cases
	t.Run("TestCases", func(t *testing.T) {
		editor.t = t
		for name, body := range canonicalBodies(t) {
			editor.keeps(name, body, editor.throughEditor([]string{body})[0])
		}
	})
	t.Run("RealPages", func(t *testing.T) {
		editor.t = t
		bodies := realBodies(t)
		changed := 0
		for start := 0; start < len(bodies); start += 50 {
			part := bodies[start:min(start+50, len(bodies))]
			for i, back := range editor.throughEditor(part) {
				if !editor.keeps("page", part[i], back) {
					if changed++; changed > 5 {
						t.Fatal("and more")
					}
				}
			}
		}
	})
}

// chord presses a key together with others.
func (v visitor) chord(key string, with ...chromedp.Modifier) {
	v.t.Helper()
	v.must(v.Do(chromedp.KeyEvent(key, chromedp.KeyModifiers(with...))))
}

// writes types text at the cursor as a keyboard with an input method does; "\n" is the Enter key.
func (v visitor) writes(text string) {
	v.t.Helper()
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			v.must(v.Enter())
		}
		if line != "" {
			v.must(v.Type(line))
		}
	}
}

// body is what the editor would save now, in canonical form.
func (v visitor) body() string {
	v.t.Helper()
	return string(markup.Sanitize(get[string](v, `document.querySelector(".ed").body.get()`)))
}

// tabTo presses Tab until a condition on the element with the focus holds.
func (v visitor) tabTo(css string) {
	v.t.Helper()
	for range 60 {
		if get[bool](v, fmt.Sprintf(`document.activeElement.matches(%q)`, css)) {
			return
		}
		v.press("\t")
	}
	v.t.Fatalf("the Tab key does not reach %s", css)
}

// tool reaches a tool of the toolbar by keys alone and presses it.
func (v visitor) tool(name string) {
	v.t.Helper()
	v.chord(kb.F10, chromedp.ModifierAlt)
	v.until(`document.activeElement.closest("[role=toolbar]")`)
	for range 40 {
		if get[string](v, `document.activeElement.dataset.name`) == name {
			v.press("\r")
			return
		}
		v.press(kb.ArrowLeft)
	}
	v.t.Fatalf("the arrows do not reach %s", name)
}

// TestArticleByKeyboard writes an article with a table and a picture from an empty page to published without a mouse.
func TestArticleByKeyboard(t *testing.T) {
	n := open(t)
	reader, v := n.visitor(t), n.staff(t, "sardabir")
	v.visit("/newsroom/articles/new", 200)
	if got := get[string](v, `document.activeElement.name`); got != "headline" {
		t.Fatalf("the page begins at %q", got)
	}
	const headline = "آب به دشت چالدره بازگشت"
	v.writes(headline)
	v.tabTo("[name=lede]")
	v.writes("پس از چهار سال خشکی، رود از پل سنگی گذشت.")
	v.tabTo("[role=textbox]")

	v.chord("2", chromedp.ModifierCtrl, chromedp.ModifierAlt)
	v.writes("آنچه رفت\nکشاورزان می")
	v.chord("2", chromedp.ModifierCtrl, chromedp.ModifierShift)
	v.writes("گویند آب ")
	v.chord("b", chromedp.ModifierCtrl)
	v.writes("سه برابر")
	v.chord("b", chromedp.ModifierCtrl)
	v.writes(" شده است.\n")
	v.tool("table")
	v.writes("سال")
	v.press("\t")
	v.writes("بارش")
	v.press("\t")
	v.writes("۱۴۰۳")
	v.press("\t")
	v.writes("212 mm")
	v.press(kb.ArrowDown)
	v.press(kb.ArrowDown)

	v.tool("picture")
	v.until(`document.activeElement.matches(".library [type=search]")`)
	v.tabTo(".library [type=file]")
	// Choosing in the system's own window is not the page's; everything around it is.
	v.must(v.Do(chromedp.SetUploadFiles(chromedp.CSS(".library [type=file]"), []string{picture(t)})))
	v.until(`document.activeElement.matches(".library [name=credit]")`)
	v.press("\r")
	v.until(`document.querySelectorAll(".library [aria-invalid]").length === 2`)
	if got := v.text(".library .fault:not(:empty)"); !strings.Contains(got, "عکاس") {
		t.Errorf("without a credit the dialog says %q", got)
	}
	v.writes("نگار فراهانی")
	v.press("\t")
	v.writes("رود در شب")
	v.press("\r")
	v.until(`document.querySelector(".prose figure img")?.complete && !document.querySelector(".library").open`)
	if width := get[int](v, `document.querySelector(".prose figure img").naturalWidth`); width < 300 {
		t.Errorf("the picture is %d pixels wide in the editor", width)
	}
	v.until(`document.querySelector(".facts-line").textContent.includes("۱ عکس در عرض ۹۶۰ پیکسل")`)
	want := regexp.MustCompile(`^<h2>آنچه رفت</h2>
<p>کشاورزان می\x{200C}گویند آب <strong>سه برابر</strong> شده است\.</p>
<table><thead><tr><th>سال</th><th>بارش</th></tr></thead><tbody><tr><td>۱۴۰۳</td><td dir="ltr">212 mm</td></tr><tr><td></td><td></td></tr></tbody></table>
<figure><img src="/media/\d+/\d+\.jpg" alt="" width="\d+" height="\d+"><figcaption>رود در شب<cite>نگار فراهانی</cite></figcaption></figure>$`)
	if got := v.body(); !want.MatchString(got) {
		t.Fatalf("the body is\n%s", got)
	}
	v.Expect(409)
	status, err := v.Leads(chromedp.KeyEvent("\r", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	v.must(err)
	if status == 409 { // the checklist asks, with the answer under the next key
		v.until(`document.activeElement?.matches(".asks")`) // the questions, not the answer: nobody says yes by accident
		v.tabTo(`.asks [name=confirmed]`)
		status, err = v.Leads(chromedp.KeyEvent("\r"))
		v.must(err)
	}
	if status != 200 || !v.has(".state.published") {
		t.Fatalf("publishing answers %d: %s", status, v.text("main"))
	}
	reader.visit(get[string](v, `new URL(document.querySelector('.touches a[href^="/news/"]').href).pathname`), 200)
	if got := reader.text(".story .text table th"); got != "سال" {
		t.Errorf("the reader's table begins with %q", got)
	}
	reader.until(`document.querySelector(".story .text figure img").complete`)
	if width := get[int](reader, `document.querySelector(".story .text figure img").naturalWidth`); width < 300 {
		t.Errorf("the reader's picture is %d pixels wide", width)
	}
	if got := reader.text(".story .text figcaption"); !strings.Contains(got, "نگار فراهانی") {
		t.Errorf("the reader's caption is %q", got)
	}
}

// paste puts HTML on the clipboard of a paste event at the editor's cursor.
func (v visitor) paste(html, text string) {
	v.t.Helper()
	v.eval(fmt.Sprintf(`(() => {
		const data = new DataTransfer();
		data.setData("text/html", %s);
		data.setData("text/plain", %s);
		document.querySelector(".prose").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
	})()`, asJSON(html), asJSON(text)))
	v.until(`!document.querySelector(".ed.busy")`)
}

func asJSON(s string) string {
	out, _ := json.Marshal(s) // a string always has a form in JSON
	return string(out)
}

// TestPasteFromOtherPrograms pastes what Word, Google Docs and others put on the clipboard.
func TestPasteFromOtherPrograms(t *testing.T) {
	n := open(t)
	v := n.staff(t, "sardabir")
	files, err := filepath.Glob(filepath.Join("..", "internal", "markup", "testdata", "clipboard", "*.txt"))
	if err != nil || len(files) < 5 {
		t.Fatal("no clipboards ", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			v.t = t
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source, want, _ := strings.Cut(string(data), "\n=== becomes ===\n")
			v.visit("/newsroom/articles/new", 200)
			v.eval(`document.querySelector(".prose").focus()`)
			v.paste(source, "متن")
			if got := v.body(); got != strings.TrimSpace(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			// One step back takes the whole paste away.
			v.chord("z", chromedp.ModifierCtrl)
			if got := v.body(); got != "" {
				t.Errorf("undone, there is still\n%s", got)
			}
			v.eval(`document.querySelector("form.sheet").dispatchEvent(new Event("submit")); localStorage.clear()`) // nothing typed is to be kept
		})
	}
	t.Run("InsideAParagraph", func(t *testing.T) {
		v.t = t
		v.visit("/newsroom/articles/new", 200)
		v.eval(`document.querySelector(".prose").focus()`)
		v.writes("آغاز پایان")
		for range len([]rune("پایان")) {
			v.press(kb.ArrowRight)
		}
		v.until(`document.querySelector(".ed").body.editor.state.selection.from === 6`)
		v.paste(`<p style="color:red">میان<b>ه</b> </p>`, "میانه")
		if got, want := v.body(), "<p>آغاز میان<strong>ه</strong>پایان</p>"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		v.eval(`document.querySelector("form.sheet").dispatchEvent(new Event("submit")); localStorage.clear()`)
	})
}

// TestWritingPersian: the half-space of the standard Persian layout, and directions while one types.
func TestWritingPersian(t *testing.T) {
	n := open(t)
	v := n.staff(t, "sardabir")
	v.visit("/newsroom/articles/new", 200)
	v.eval(`document.querySelector(".prose").focus()`)
	v.writes("می")
	// A keyboard of that layout names the key " " or the half-space itself; here the event alone counts.
	v.eval(`document.querySelector(".prose").dispatchEvent(new KeyboardEvent("keydown", { key: " ", code: "Space", shiftKey: true, bubbles: true, cancelable: true }))`)
	v.writes("شود (ISO 9001) و ۵٪\nThis line, (1) is English.\nNATO گفت که\n«۱۲»")
	want := "<p>می‌شود (ISO 9001) و ۵٪</p>\n<p dir=\"ltr\">This line, (1) is English.</p>\n<p>NATO گفت که</p>\n<p>«۱۲»</p>"
	if got := v.body(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := get[string](v, `[...document.querySelectorAll(".prose > p")].map((p) => p.getAttribute("dir")).join()`); got != "rtl,ltr,rtl," {
		t.Errorf("the directions are %q", got)
	}
	v.eval(`document.querySelector("form.sheet").dispatchEvent(new Event("submit"))`)
}

// TestEditorBoxesNotesAndWords: a box that finds its article, a note that stays inside, words replaced and brought back.
func TestEditorBoxesNotesAndWords(t *testing.T) {
	n := open(t)
	reader, v := n.visitor(t), n.staff(t, "sardabir")
	v.visit("/newsroom/articles?state=published", 200)
	other := v.text("table.rows tbody td.h a")
	v.visit("/newsroom/articles/new", 200)
	v.writes("پل سنگی مرمت شد")
	v.tabTo("[role=textbox]")
	v.writes("سنگ کهنه و سنگ نو")

	v.chord("f", chromedp.ModifierCtrl)
	v.writes("سنگ")
	v.until(`document.querySelectorAll(".found").length === 2`)
	v.press("\t")
	v.writes("آجر")
	v.eval(`document.querySelectorAll(".panel .acts button")[3].click()`)
	if got := v.body(); got != "<p>آجر کهنه و آجر نو</p>" {
		t.Errorf("replaced: %s", got)
	}
	v.press(kb.Escape)
	v.until(`document.activeElement.matches(".prose")`)
	v.chord("z", chromedp.ModifierCtrl)
	if got := v.body(); got != "<p>سنگ کهنه و سنگ نو</p>" {
		t.Errorf("undone: %s", got)
	}

	v.press(kb.End)
	v.writes("\n")
	v.tool("more")
	v.until(`document.activeElement.matches("[role=combobox]")`)
	v.writes(other)
	v.until(`document.querySelectorAll("[role=option]").length === 1`)
	v.press("\r")
	v.until(`document.activeElement.matches(".prose")`)
	if got := v.text(".prose aside.more bdi"); got != other {
		t.Errorf("the box reads %q, want %q", got, other)
	}
	v.press(kb.ArrowDown)
	v.writes("رازکلیدواژه را بپرس")
	v.tool("note")
	if got := v.body(); !regexp.MustCompile(`^<p>سنگ کهنه و سنگ نو</p>
<aside class="more"><a href="/news/\d+"></a></aside>
<aside class="desk-note"><p>رازکلیدواژه را بپرس</p></aside>$`).MatchString(got) {
		t.Errorf("the body is\n%s", got)
	}
	v.Expect(409)
	v.follow(`button[value="publish"]`) // the checklist asks about tags and the like
	if status := v.follow(`.asks [name=confirmed]`); status != 200 || !v.has(".state.published") {
		t.Fatalf("publishing answers %d: %s", status, v.text("main"))
	}
	if got := v.text(".prose aside.desk-note"); !strings.Contains(got, "رازکلیدواژه") {
		t.Errorf("the newsroom's note is %q", got)
	}
	reader.visit(get[string](v, `new URL(document.querySelector('.touches a[href^="/news/"]').href).pathname`), 200)
	if strings.Contains(get[string](reader, `document.documentElement.outerHTML`), "رازکلیدواژه") {
		t.Error("readers see the note")
	}
	if got := reader.text(".story .text aside.more a"); got != other {
		t.Errorf("the reader's box leads to %q, want %q", got, other)
	}
}

// TestPasteWithoutServer: when the server cannot be asked the schema decides, and nothing breaks the page's policy.
func TestPasteWithoutServer(t *testing.T) {
	n := open(t)
	v := n.staff(t, "sardabir")
	v.visit("/newsroom/articles/new", 200)
	v.eval(`window.fetch = () => Promise.reject(new Error("cut")); document.querySelector(".prose").focus()`)
	v.paste(`<style>p { color: red }</style><b style="font-weight:normal"><h1 style="x">تیتر</h1><p style='color:red' onclick="x()">متن <b>پررنگ</b> `+
		`<a href="javascript:alert(1)">بد</a><img src="https://example.org/x.jpg"><script>x()</script></p></b>`, "متن")
	if got, want := v.body(), "<h2>تیتر</h2>\n<p>متن <strong>پررنگ</strong> بد</p>"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	v.eval(`document.querySelector("form.sheet").dispatchEvent(new Event("submit"))`)
}
