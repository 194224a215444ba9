// Command screenshots takes pictures of Dabir's main pages in its demonstration newsroom: at the widths at which a screen is
// judged, light and dark, as PNG files named page-width-colours.png. The article page at 1280 pixels, cut after one window, is
// also written for the README, and the pictures of docs/newsroom.fa.md to the folder that --guide names.
//
//	go run ./e2e/screenshots --out DIR [--readme docs/screenshots/article.png] [--guide docs/screenshots] [--only NAME]
//
// It needs Chromium (scripts/test-setup installs it).
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/dabir-newsroom/dabir/e2e/stage"
)

func main() {
	out := flag.String("out", "screenshots", "folder for the pictures")
	readme := flag.String("readme", "", "also write the picture of the README to this file")
	guide := flag.String("guide", "", "also write the pictures of the newsroom's guide to this folder")
	only := flag.String("only", "", "only the pages whose name begins so")
	flag.Parse()
	if err := run(*out, *readme, *guide, *only); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(out, readme, guide, only string) error {
	chromium := stage.FindChromium()
	if chromium == "" {
		return errors.New("no Chromium is installed (Debian package: chromium)")
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "dabir-screenshots-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	binary, err := stage.Build(context.Background(), work)
	if err != nil {
		return err
	}
	demo, err := stage.StartDemo(binary, filepath.Join(work, "newsroom"), "DABIR_COMMENTS_LIMIT=0")
	if err != nil {
		return err
	}
	browser, err := stage.OpenBrowser(chromium)
	if err != nil {
		return errors.Join(err, demo.Stop())
	}
	p := photographer{demo: demo, browser: browser, out: out, readme: readme, guide: guide, only: only}
	err = errors.Join(p.readers(), p.finding(), p.staff(), p.day(), p.flow(), p.copyDesk(), p.moderation())
	browser.Close()
	return errors.Join(err, demo.Stop())
}

// photographer takes the pictures of one newsroom.
type photographer struct {
	demo    *stage.Demo
	browser *stage.Browser
	out     string
	readme  string
	guide   string
	only    string
}

var (
	few = []int64{390, 1280}
	all = []int64{360, 390, 768, 1280, 1600}
)

func (p photographer) readers() error {
	tab, err := p.browser.OpenTab(p.demo.URL)
	if err != nil {
		return err
	}
	defer tab.Close()
	if _, err := tab.Go(p.demo.URL + "/"); err != nil {
		return err
	}
	if _, err := tab.Leads(chromedp.Click(chromedp.CSS(".lead h2 a"))); err != nil {
		return err
	}
	article, err := stage.Get[string](tab, "location.pathname")
	if err != nil {
		return err
	}
	section, err := stage.Get[string](tab, `new URL(document.querySelector("nav.path li:last-child a").href).pathname`)
	if err != nil {
		return err
	}
	if _, err := tab.Go(p.demo.URL + "/corrections"); err != nil {
		return err
	}
	corrected, err := stage.Get[string](tab, `new URL(document.querySelector(".amend h2 a").href).pathname`)
	if err != nil {
		return err
	}
	for _, page := range []struct {
		name, path string
		widths     []int64
	}{
		{"front", "/", all}, {"article", article, all}, {"section", section, few}, {"latest", "/latest", few}, {"archive", "/archive", few},
		{"corrections", "/corrections", few}, {"corrected", corrected, few},
		{"about", "/about", few}, {"ask", "/comments/receipt", few}, {"missing", "/news/999999", few}, {"signin", "/newsroom/signin", few},
		{"dossier", demoDossier, few}, {"dossiers", "/dossiers", few},
	} {
		if err := p.page(tab, page.name, page.path, page.widths, nil); err != nil {
			return err
		}
	}
	if err := p.letter(tab, article); err != nil {
		return err
	}
	return p.forReadme(tab, article)
}

// letter shows the form with an error, the sent comment in the page and the receipt's page.
func (p photographer) letter(tab *stage.Tab, article string) error {
	fill := func(email, text string) string {
		return fmt.Sprintf(`(() => { const f = document.querySelector("#write form").elements;
			f.name.value = "لیلا رستگار"; f.email.value = %q; f.text.value = %q; })()`, email, text)
	}
	wrong := func() error {
		if err := tab.Do(chromedp.Evaluate[chromedp.Void](fill("leila@", "گزارش خوبی بود."))); err != nil {
			return err
		}
		_, err := tab.Leads(chromedp.Evaluate[chromedp.Void](`document.querySelector("#write form").submit()`))
		return err
	}
	if err := p.page(tab, "comment-wrong", article, []int64{390}, wrong); err != nil {
		return err
	}
	text := "گزارش خوبی بود؛ کاش نقشه‌ی ایستگاه‌ها را هم می‌گذاشتید."
	sent := func() error {
		if err := tab.Do(chromedp.Evaluate[chromedp.Void](fill("", text)), chromedp.Click(chromedp.CSS("#write button.button"))); err != nil {
			return err
		}
		return tab.Until(`document.querySelector(".letter.mine")`)
	}
	if err := p.page(tab, "comment-sent", article, few, sent); err != nil {
		return err
	}
	receipt, err := stage.Get[string](tab, `new URL(document.querySelector(".letter.mine a.code").href).pathname`)
	if err != nil {
		return err
	}
	return p.page(tab, "receipt", receipt, few, nil)
}

func (p photographer) staff() error {
	tab, err := p.browser.OpenTab(p.demo.URL)
	if err != nil {
		return err
	}
	defer tab.Close()
	link, err := p.demo.SignInLink("sardabir")
	if err != nil {
		return err
	}
	if _, err := tab.Go(link); err != nil {
		return err
	}
	if _, err := tab.Leads(chromedp.Click(chromedp.CSS("form button"))); err != nil {
		return err
	}
	if _, err := tab.Go(p.demo.URL + "/newsroom/articles?state=published"); err != nil {
		return err
	}
	article, err := stage.Get[string](tab, `new URL(document.querySelector("table.rows tbody td.h a").href).pathname`)
	if err != nil {
		return err
	}
	if _, err := tab.Go(p.demo.URL + "/newsroom/articles?state=draft"); err != nil {
		return err
	}
	preview, err := stage.Get[string](tab, `new URL(document.querySelector("table.rows tbody td.h a").href).pathname.replace("articles", "preview")`)
	if err != nil {
		return err
	}
	makeLink := func() error {
		_, err := tab.Leads(chromedp.Click(chromedp.CSS(".notice form button")))
		return err
	}
	for _, page := range []struct {
		name, path string
		after      func() error
	}{
		{"desk-preview", preview, makeLink}, {"desk-articles", "/newsroom/articles", nil}, {"desk-new", "/newsroom/articles/new", nil}, {"desk-article", article, nil},
		{"desk-withdraw", article + "/withdraw", nil}, {"desk-terms", "/newsroom/terms", nil}, {"desk-term", "/newsroom/terms/new", nil}, {"desk-terms-import", "/newsroom/terms/import", nil}, {"desk-rules", "/newsroom/rules", nil},
		{"library", "/newsroom/media", nil},
		{"library-list", "/newsroom/media?view=list", nil}, {"library-item", "/newsroom/media/3/edit", nil},
		{"library-pick", "/newsroom/articles/new", func() error {
			return errors.Join(tab.Do(chromedp.Click(chromedp.CSS("[data-pick]"))), tab.Until(`document.querySelector(".panel .shelf li")`))
		}},
		{"desk-front", "/newsroom/front", nil}, {"desk-front-open", "/newsroom/front", openSlots(tab)}, {"desk-front-preview", "/newsroom/front/preview", nil},
		{"desk-dossiers", "/newsroom/dossiers", nil}, {"desk-dossier", "/newsroom/dossiers/1", nil},
	} {
		if err := p.page(tab, page.name, page.path, few, page.after); err != nil {
			return err
		}
	}
	return nil
}

// demoDossier is the address of the demonstration's dossier.
const demoDossier = "/dossier/آب-و-زندگی"

// openSlots opens the first two slots of the front page and looks for an article.
func openSlots(tab *stage.Tab) func() error {
	return func() error {
		open := `for (const d of [...document.querySelectorAll(".slot details")].slice(0, 2)) d.open = true;
			const q = document.querySelector("[name=q]"); q.value = "آب"; q.dispatchEvent(new Event("input"))`
		return errors.Join(tab.Do(chromedp.Evaluate[chromedp.Void](open)), tab.Until(`document.querySelector(".found li")`))
	}
}

// page takes a page at all widths, light and dark; after, if there is one, is done on it first.
func (p photographer) page(tab *stage.Tab, name, path string, widths []int64, after func() error) error {
	if !strings.HasPrefix(name, p.only) && name != "comment-sent" { // a receipt needs a comment
		return nil
	}
	if err := tab.Look(stage.View{Width: 1280, Height: 900}); err != nil {
		return err
	}
	if _, err := tab.Go(p.demo.URL + path); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if after != nil {
		if err := after(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if file, ok := guidePictures[name]; ok && p.guide != "" {
		if err := p.small(tab, filepath.Join(p.guide, file.name), file.height); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, width := range widths {
		for _, dark := range []bool{false, true} {
			colours := "light"
			if dark {
				colours = "dark"
			}
			shot, err := p.shot(tab, stage.View{Width: width, Height: 900, Dark: dark, Touch: width < 700}, true)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			file := filepath.Join(p.out, fmt.Sprintf("%s-%d-%s.png", name, width, colours))
			if err := os.WriteFile(file, shot, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// shot waits for the font and the pictures, and takes the window or the whole page. For a whole page the window is made as
// high as the page: Chromium's own way to look beyond the window moves a right-to-left page sideways.
func (p photographer) shot(tab *stage.Tab, view stage.View, whole bool) ([]byte, error) {
	if err := tab.Look(view); err != nil {
		return nil, err
	}
	if err := tab.Do(chromedp.Evaluate[chromedp.Void](`for (const i of document.images) i.loading = "eager"`)); err != nil {
		return nil, err
	}
	ready := fmt.Sprintf(`innerWidth >= %d && document.fonts.status === "loaded" && [...document.images].every((i) => i.complete)`, view.Width)
	if err := tab.Until(ready); err != nil {
		return nil, err
	}
	if whole {
		height, err := stage.Get[int64](tab, "document.documentElement.scrollHeight")
		if err != nil {
			return nil, err
		}
		view.Height = max(height, view.Height)
		if err := errors.Join(tab.Look(view), tab.Until(ready)); err != nil {
			return nil, err
		}
	}
	return tab.Shot()
}

const readmeColours = 255

// forReadme writes the top of the article page with a small palette: text in few colours needs no more.
func (p photographer) forReadme(tab *stage.Tab, article string) error {
	if p.readme == "" {
		return nil
	}
	if _, err := tab.Go(p.demo.URL + article); err != nil {
		return err
	}
	return p.small(tab, p.readme, 900)
}

// guidePictures are the pages that docs/newsroom.fa.md shows, with the height of the window.
var guidePictures = map[string]struct {
	name   string
	height int64
}{
	"day-reporter-returned-box": {"newsroom-inbox.png", 420}, "day-reporter-returned": {"newsroom-article.png", 900}, "day-desk-article": {"newsroom-note.png", 880},
	"flow-checklist": {"newsroom-checklist.png", 900}, "flow-history": {"newsroom-history.png", 760}, "desk-front": {"newsroom-front.png", 900},
	"copydesk-panel": {"newsroom-copydesk.png", 1260},
}

// small writes the top of the page in few colours.
func (p photographer) small(tab *stage.Tab, path string, height int64) error {
	shot, err := p.shot(tab, stage.View{Width: 1280, Height: height}, false)
	if err != nil {
		return err
	}
	m, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	var small bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&small, reduce(m, readmeColours)); err != nil {
		return err
	}
	return os.WriteFile(path, small.Bytes(), 0o644)
}

// reduce draws an image with its most frequent colours, every other pixel with the nearest of them. Of colours that the eye
// takes for one, only the most frequent is kept, as it is: the ground stays the exact ground.
func reduce(m image.Image, colours int) *image.Paletted {
	full := image.NewRGBA(m.Bounds())
	draw.Draw(full, full.Bounds(), m, m.Bounds().Min, draw.Src)
	count := map[color.RGBA]int{}
	for y := full.Rect.Min.Y; y < full.Rect.Max.Y; y++ {
		for x := full.Rect.Min.X; x < full.Rect.Max.X; x++ {
			count[full.RGBAAt(x, y)]++
		}
	}
	alike := func(c color.RGBA) color.RGBA { return color.RGBA{c.R &^ 7, c.G &^ 7, c.B &^ 7, 255} }
	total, finest := map[color.RGBA]int{}, map[color.RGBA]color.RGBA{}
	for c, n := range count {
		total[alike(c)] += n
		if n > count[finest[alike(c)]] {
			finest[alike(c)] = c
		}
	}
	kinds := slices.Collect(maps.Keys(total))
	slices.SortFunc(kinds, func(a, b color.RGBA) int { return total[b] - total[a] })
	palette := color.Palette{}
	for _, kind := range kinds[:min(colours, len(kinds))] {
		palette = append(palette, finest[kind])
	}
	small := image.NewPaletted(full.Rect, palette)
	draw.Draw(small, full.Rect, full, full.Rect.Min, draw.Src)
	return small
}
