package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
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
	editor.until(`document.querySelector(".library .shelf button")`)
	editor.click(".library .shelf li:first-child button")
	editor.until(`!document.querySelector(".library").open`)
	if got, want := fmt.Sprintf("/newsroom/media/%s/edit", editor.value("[name=picture_id]")), item; got != want {
		t.Errorf("chose %s, want %s", got, want)
	}
	if got := editor.value("[name=picture_credit]"); got != "عکس: مهتاب فراهانی" {
		t.Errorf("the article's credit is %q", got)
	}
}

// files puts files into the page under the name dropped: pictures that the page draws, each with a size in pixels.
func (v visitor) files(names ...string) {
	v.t.Helper()
	v.eval(fmt.Sprintf(`(async () => {
		window.dropped = new DataTransfer();
		for (const [i, name] of %s.entries()) {
			const canvas = new OffscreenCanvas(700 + 100 * i, 500), pen = canvas.getContext("2d");
			for (let y = 0; y < 500; y++) for (let x = 0; x < canvas.width; x++) {
				pen.fillStyle = "rgb(" + [x * 7919 %% 251, y * 104729 %% 241, (x * y + i) %% 239] + ")";
				pen.fillRect(x, y, 1, 1);
			}
			dropped.items.add(new File([await canvas.convertToBlob({ type: "image/png" })], name, { type: "image/png", lastModified: 1 }));
		}
	})()`, asJSONList(names)))
}

func asJSONList(all []string) string {
	out, _ := json.Marshal(all) // strings always have a form in JSON
	return string(out)
}

// drop drops them onto an element.
func (v visitor) drop(css string) {
	v.t.Helper()
	v.eval(fmt.Sprintf(`for (const name of ["dragenter", "dragover", "drop"]) document.querySelector(%q).dispatchEvent(new DragEvent(name, { dataTransfer: dropped, bubbles: true, cancelable: true }))`, css))
}

// cut makes the second part of every upload of a file of that name break off once, as a lost line does: its bytes do not arrive. Parts
// shrink to 64 kB so that there is a second one.
func (v visitor) cut() {
	v.t.Helper()
	v.eval(`(() => {
		const real = window.fetch;
		window.parts = []; window.cuts = 0;
		window.fetch = (address, options) => {
			if (options?.method === "PATCH") {
				const from = Number(options.headers["Upload-Offset"]);
				parts.push(from);
				if (from > 0 && cuts === 0) { cuts++; return Promise.reject(new TypeError("the line is cut")); }
			}
			return real(address, options);
		};
		const slice = Blob.prototype.slice;
		Blob.prototype.slice = function (from, to, kind) { return slice.call(this, from, Math.min(to ?? this.size, from + 65536), kind); };
	})()`)
}

// TestDropAndPasteIntoTheText: several files dropped into the text arrive together, one of them cut on its way and resumed from where it
// was; a pasted picture and one chosen from the library by keyboard follow; each has its caption and its credit.
func TestDropAndPasteIntoTheText(t *testing.T) {
	n := open(t)
	v := n.staff(t, "sardabir")
	v.visit("/newsroom/articles/new", 200)
	v.cut()
	v.files("یک.png", "دو.png", "سه.png")
	v.drop(".prose")
	v.until(`document.querySelectorAll(".library .given").length === 3 && document.activeElement.matches(".library [name=credit]")`)
	v.writes("نگار فراهانی")
	for i, caption := range []string{"یکم", "دوم", "سوم"} {
		v.fill(fmt.Sprintf(".library .given:nth-of-type(%d) [name=caption]", i+1), caption)
	}
	v.press("\r")
	v.until(`document.querySelectorAll(".prose figure img").length === 3 && !document.querySelector(".library").open`)
	if got := get[string](v, `[...document.querySelectorAll(".prose figcaption")].map((el) => el.textContent).join()`); got != "یکم,دوم,سوم" {
		t.Errorf("the captions are %q", got)
	}
	cutAt := get[int](v, `cuts`)
	if again := get[bool](v, `parts.some((from, i) => from > 0 && parts.indexOf(from) < i)`); cutAt != 1 || !again {
		t.Errorf("%d parts were cut; asked again from the same place: %v", cutAt, again)
	}

	v.files("چهار.png")
	v.eval(`document.querySelector(".prose").dispatchEvent(new ClipboardEvent("paste", { clipboardData: dropped, bubbles: true, cancelable: true }))`)
	v.until(`document.querySelector(".library").open && document.activeElement.matches(".library [name=credit]")`)
	v.writes("نگار فراهانی")
	v.press("\t")
	v.writes("چهارم")
	v.press("\r")
	v.until(`document.querySelectorAll(".prose figure img").length === 4 && !document.querySelector(".library").open`)

	v.tool("picture")
	v.until(`document.activeElement.matches(".library [type=search]")`)
	v.writes("سوم")
	v.until(`document.querySelectorAll(".library .shelf button").length === 1`)
	v.press(kb.ArrowDown)
	v.until(`document.activeElement.matches(".library .shelf button")`)
	v.press("\r")
	v.until(`document.querySelector(".library .given [name=caption]")?.value === "سوم"`)
	v.press("\r")
	v.until(`document.querySelectorAll(".prose figure img").length === 5`)
	if got := get[int](v, `new Set([...document.querySelectorAll(".prose figure img")].map((img) => img.src)).size`); got != 4 {
		t.Errorf("five figures show %d pictures, want 4", got)
	}
	if got := get[int](v, `[...document.querySelectorAll(".prose figure cite")].filter((el) => el.textContent === "نگار فراهانی").length`); got != 5 {
		t.Errorf("%d of five figures have their credit", got)
	}
	v.eval(`document.querySelector("form.sheet").dispatchEvent(new Event("submit"))`)
}

// TestDropAndPasteIntoTheLibrary: the page of the library takes many files at once by drop, with a cut, and one by paste.
func TestDropAndPasteIntoTheLibrary(t *testing.T) {
	n := open(t)
	v := n.staff(t, "sardabir")
	v.visit("/newsroom/media", 200)
	v.cut()
	v.fill(".intake [name=credit]", "نگار فراهانی")
	v.files("یک.png", "دو.png", "سه.png", "چهار.png")
	v.drop(".intake")
	v.until(`document.querySelectorAll(".coming li a").length === 4`)
	if got := get[int](v, `cuts`); got != 1 {
		t.Errorf("%d parts were cut", got)
	}
	v.files("پنج.png")
	v.eval(`document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: dropped, bubbles: true, cancelable: true }))`)
	v.until(`document.querySelectorAll(".coming li a").length === 5`)
}

// TestFilmsOfOthersLoadNothingUntilTapped: a card of an allowed host asks it for nothing before it is tapped, and plays in its place then;
// without a script too.
func TestFilmsOfOthersLoadNothingUntilTapped(t *testing.T) {
	n := open(t)
	reader, v := n.visitor(t), n.staff(t, "sardabir")
	v.visit("/newsroom/articles/new", 200)
	v.writes("فیلمی از سیل چالدره")
	v.eval(`document.querySelector(".ed").body.set('<p>آب از پل گذشت.</p><figure class="embed"><a href="https://www.aparat.com/v/abc123">aparat.com</a></figure>')`)
	v.Expect(409)
	v.follow(`button[value="publish"]`)
	if status := v.follow(`.asks button`); status != 200 {
		t.Fatalf("publishing answers %d: %s", status, v.text("main"))
	}
	path := get[string](v, `new URL(document.querySelector('.touches a[href^="/news/"]').href).pathname`)
	reader.visit(path, 200)
	if frames := get[int](reader, `document.querySelectorAll("iframe").length`); frames != 0 || !reader.has(".plays .play") {
		t.Fatalf("%d frames before the tap", frames)
	}
	const host, frame = "www.aparat.com", "https://www.aparat.com/video/video/embed/videohash/abc123/vt/frame"
	reader.ExpectHost(host)
	reader.click(".plays .play")
	if got := get[string](reader, `document.querySelector(".plays iframe").src`); got != frame {
		t.Errorf("the frame is %q", got)
	}
	plain := n.visitor(t)
	plain.must(plain.DisableScript())
	plain.visit(path, 200)
	plain.ExpectHost(host)
	if status := plain.follow(".plays .play"); status != 200 {
		t.Fatalf("without a script the tap answers %d", status)
	}
	if got := get[string](plain, `document.querySelector("#embed-1 iframe").src`); got != frame {
		t.Errorf("without a script the frame is %q", got)
	}
	if reader.Asked(host) == 0 || plain.Asked(host) == 0 {
		t.Errorf("the host was asked %d and %d times", reader.Asked(host), plain.Asked(host))
	}
}
