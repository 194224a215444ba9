package e2e

import (
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// picture writes a small JPEG of a sunset over a field.
func picture(t *testing.T) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 960, 640))
	for y := range 640 {
		for x := range 960 {
			c := color.RGBA{uint8(240 - y/6), uint8(170 - y/5), uint8(90 + y/8), 255}
			if y > 430+(x%160)/10 {
				c = color.RGBA{60, 70, 40, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	path := filepath.Join(t.TempDir(), "field.jpg")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := jpeg.Encode(f, m, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEditorPublishes(t *testing.T) {
	n := open(t)
	reader, editor := n.visitor(t), n.staff(t, "sardabir")
	const headline = "گندم‌زارهای دشت چالدره امسال دو هفته زودتر درو شد"
	editor.visit("/newsroom/articles/new", 200)
	editor.compose(headline, picture(t))
	editor.Expect(409)
	if status := editor.follow(`button[value="publish"]`); status != 409 || !strings.Contains(editor.text(".asks"), "نه منبع دارد") {
		t.Fatalf("the checklist answers %d:\n%s", status, editor.text("main"))
	}
	if status := editor.follow(`.asks [name=confirmed]`); status != 200 {
		t.Fatalf("publishing answers %d:\n%s", status, editor.text("main"))
	}
	form := editor.location()
	path := get[string](editor, `new URL(document.querySelector('.touches a[href^="/news/"]').href).pathname`)

	t.Run("Published", func(t *testing.T) {
		reader.t = t
		reader.visit("/", 200)
		if front := reader.text("main"); !strings.Contains(front, headline) {
			t.Errorf("the front page does not hold the new article")
		}
		reader.visit(path, 200)
		reader.showsArticle(headline)
	})
	t.Run("Edited", func(t *testing.T) {
		reader.t, editor.t = t, t
		editor.edits(reader, path, form)
	})
	t.Run("Withdrawn", func(t *testing.T) {
		reader.t, editor.t = t, t
		editor.withdraws(reader, path, form, headline)
	})
}

// compose fills the form of a new article.
func (v visitor) compose(headline, file string) {
	v.t.Helper()
	v.fill("[name=kicker]", "کشاورزی")
	v.fill("[name=headline]", headline)
	v.fill("[name=lede]", "گرمای زودرس بهار دروگرها را پیش از موعد به دشت کشاند.")
	v.click(".prose")
	v.writes("کشاورزان دشت چالدره می‌گویند خوشه‌ها امسال ")
	v.chord("b", chromedp.ModifierCtrl)
	v.writes("زودتر")
	v.chord("b", chromedp.ModifierCtrl)
	v.writes(" رسید.\nدرو تا پایان هفته ادامه دارد.")
	v.fill("[name=tags]", "گندم، برداشت")
	v.fill("[name=picture_caption]", "غروب بر گندم‌زار")
	v.fill("[name=picture_credit]", "عکس: مهتاب فراهانی")
	v.fill("[name=picture_alt]", "دشتی درو شده زیر آسمان سرخ")
	v.must(v.Do(chromedp.SetUploadFiles(chromedp.CSS("[name=picture]"), []string{file})))
	v.eval(`document.querySelector("[name=section]").selectedIndex = 2`)
}

// showsArticle checks the parts that the editor gave, the picture among them.
func (v visitor) showsArticle(headline string) {
	v.t.Helper()
	if got := v.text("h1"); got != headline {
		v.t.Errorf("the headline is %q, want %q", got, headline)
	}
	for _, part := range []struct{ css, want string }{
		{".story .kicker", "کشاورزی"}, {".story .lede", "گرمای زودرس بهار"}, {".story .text strong", "زودتر"},
		{".tags", "برداشت"}, {".plateau figcaption", "غروب بر گندم‌زار"}, {".plateau .credit", "عکس: مهتاب فراهانی"},
	} {
		if got := v.text(part.css); !strings.Contains(got, part.want) {
			v.t.Errorf("%s holds %q, want %q", part.css, got, part.want)
		}
	}
	v.until(`document.querySelector(".plateau img").complete`)
	if width := get[int](v, `document.querySelector(".plateau img").naturalWidth`); width < 300 {
		v.t.Errorf("the picture is %d pixels wide: it did not load", width)
	}
}

// edits changes the headline; readers see it only once it is published.
func (v visitor) edits(reader visitor, path, form string) {
	v.t.Helper()
	const changed = "گندم‌زارهای دشت چالدره امسال سه هفته زودتر درو شد"
	v.visit(form, 200)
	v.fill("[name=headline]", changed)
	if status := v.follow(`button[value="save"]`); status != 200 {
		v.t.Fatalf("saving answers %d", status)
	}
	reader.visit(path, 200)
	if got := reader.text("h1"); got == changed {
		v.t.Error("a change that was only saved is public")
	}
	v.follow(`button[value="publish"]`)
	if status := v.follow(`.asks [name=confirmed]`); status != 200 {
		v.t.Fatalf("publishing the change answers %d", status)
	}
	reader.visit(path, 200)
	if got := reader.text("h1"); got != changed {
		v.t.Errorf("the published change is not public: the headline is %q", got)
	}
}

// withdraws takes the article out; its page then says why, with 410.
func (v visitor) withdraws(reader visitor, path, form, headline string) {
	v.t.Helper()
	const reason = "عکس این خبر به زمینی دیگر تعلق داشت."
	v.visit(form, 200)
	if status := v.follow(fmt.Sprintf(`a[href=%q]`, form+"/withdraw")); status != 200 {
		v.t.Fatalf("the page that asks for the reason answers %d", status)
	}
	v.fill("[name=reason]", reason)
	reader.Expect(404, 410) // the article is open there: its stream may come too late, and it looks whether it is still what it shows
	if status := v.follow("main form button.grave"); status != 200 {
		v.t.Fatalf("withdrawing answers %d", status)
	}
	reader.visit(path, 410)
	if page := reader.text("main"); !strings.Contains(page, reason) {
		v.t.Errorf("the page of the withdrawn article does not say why:\n%s", page)
	}
	reader.visit("/", 200)
	if strings.Contains(reader.text("body"), "چالدره") {
		v.t.Error("the front page still holds the withdrawn article")
	}
}
