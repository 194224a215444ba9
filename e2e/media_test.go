package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestEditorKeepsALibrary: several files at once, one of them no picture; the focal point by the arrow keys; a picture of the library in a
// new article.
func TestEditorKeepsALibrary(t *testing.T) {
	n := open(t)
	editor := n.staff(t, "sardabir")
	editor.visit("/newsroom/media", 200)
	editor.Expect(422) // the file that is no picture
	before := get[int](editor, `document.querySelectorAll(".shelf li").length`)
	photo := picture(t)
	wrong := filepath.Join(t.TempDir(), "wrong.jpg")
	if err := os.WriteFile(wrong, []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), 0o600); err != nil {
		t.Fatal(err)
	}
	editor.fill(".intake [name=credit]", "عکس: مهتاب فراهانی")
	editor.fill(".intake [name=caption]", "غروب چالدره")
	editor.must(editor.Do(chromedp.SetUploadFiles(chromedp.CSS("[name=files]"), []string{photo, wrong})))
	editor.until(`document.querySelectorAll(".coming li a").length == 1 && document.querySelectorAll(".coming .fault").length == 1`)
	item := get[string](editor, `new URL(document.querySelector(".coming li a").href).pathname`)

	editor.visit(item, 200)
	if got := editor.value("[name=credit]"); got != "عکس: مهتاب فراهانی" {
		t.Errorf("the credit is %q", got)
	}
	editor.eval(`document.querySelector(".point").focus()`)
	for range 3 {
		editor.must(editor.Do(chromedp.KeyEvent("\u0304"))) // arrow up, as chromedp names it
	}
	moved := editor.value("[name=focal_y]")
	if moved != "47" {
		t.Errorf("three steps up from 50 are %s", moved)
	}
	if status := editor.follow(`.item form button.main`); status != 200 {
		t.Fatalf("saving answers %d", status)
	}
	if got := editor.value("[name=focal_y]"); got != moved {
		t.Errorf("the focal point came back as %s", got)
	}
	editor.visit("/newsroom/media?q=چالدره", 200)
	if got := get[int](editor, `document.querySelectorAll(".shelf li").length`); got != 1 || before < 1 {
		t.Errorf("the search finds %d of %d", got, before+1)
	}

	editor.visit("/newsroom/articles/new", 200)
	editor.click("[data-pick]")
	editor.until(`document.querySelector(".panel .shelf button")`)
	editor.click(".panel .shelf li:first-child button")
	editor.until(`!document.querySelector(".panel").open`)
	if got, want := fmt.Sprintf("/newsroom/media/%s/edit", editor.value("[name=picture_id]")), item; got != want {
		t.Errorf("chose %s, want %s", got, want)
	}
	if got := editor.value("[name=picture_credit]"); got != "عکس: مهتاب فراهانی" {
		t.Errorf("the article's credit is %q", got)
	}
}
