package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/dabir-newsroom/dabir/e2e/stage"
)

// axeSource is the script of axe-core, which npm puts beside this package.
func axeSource(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("node_modules", "axe-core", "axe.min.js"))
	need(t, err == nil, "no axe-core: `npm ci` has not run in e2e (make test runs it)")
	return string(source)
}

// finding is one rule of axe-core that a page breaks.
type finding struct {
	Rule, Help string
	Where      []string
}

// What axe-core is asked: everything, or only the rules that look at colours.
const (
	allRules    = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`
	colourRules = `{ type: "rule", values: ["color-contrast", "link-in-text-block"] }`
)

// axe runs rules of axe-core over the open page. The script comes through the debugger, which the page's security policy does not touch.
func (v visitor) axe(source, rules string) []finding {
	v.t.Helper()
	v.eval("if (!window.axe) { " + source + "\n}")
	text := get[string](v, `axe.run(document, { runOnly: `+rules+`, resultTypes: ["violations"] }).then((r) => JSON.stringify({ passed: r.passes.length, found: r.violations.map((x) => ({ Rule: x.id, Help: x.help,
		Where: x.nodes.map((n) => n.target.join(" ") + ": " + (n.failureSummary ?? "").replace(/\s+/g, " ")).slice(0, 4) })) }))`)
	var report struct {
		Passed int
		Found  []finding
	}
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		v.t.Fatal(err)
	}
	if rules == allRules && report.Passed < 5 || report.Passed+len(report.Found) == 0 {
		v.t.Fatalf("axe-core looked at nothing: %s", text)
	}
	return report.Found
}

// unmoved tells whether in the open page the same stands at the same places as when it was asked last: all that axe-core's rules look at
// except colours.
const unmoved = `(() => {
	const now = document.documentElement.outerHTML + [...document.querySelectorAll("*")].map((e) => {
		const box = e.getBoundingClientRect(), style = getComputedStyle(e);
		return [box.x, box.y, box.width, box.height, style.display, style.visibility, style.opacity, style.textDecorationLine].join();
	}).join(";");
	const same = now === window.outlineBefore;
	window.outlineBefore = now;
	return same;
})()`

// eachLook shows the open page in light and dark, on a phone and on a desk, and gives what axe-core finds. In the dark only the colours are
// looked at when nothing else has become another.
func (v visitor) eachLook(source string, found func(width int64, dark bool, f finding)) {
	v.t.Helper()
	for _, width := range []int64{390, 1280} {
		for _, dark := range []bool{false, true} {
			v.must(v.Look(stage.View{Width: width, Height: 900, Dark: dark, Touch: width < 700}))
			v.until(fmt.Sprintf(`innerWidth === %d && matchMedia("(prefers-color-scheme: dark)").matches === %v`, width, dark))
			rules := allRules
			if get[bool](v, unmoved) && dark {
				rules = colourRules
			}
			for _, f := range v.axe(source, rules) {
				found(width, dark, f)
			}
		}
	}
	v.must(v.Look(stage.View{Width: 1280, Height: 900}))
}

// checked fails the test for whatever axe-core finds in the open page.
func (v visitor) checked(source, name string) {
	v.t.Helper()
	v.eachLook(source, func(width int64, dark bool, f finding) {
		v.t.Errorf("%s, %d pixels, dark %v: %s (%s)", name, width, dark, f.Rule, f.Help)
		for _, where := range f.Where {
			v.t.Logf("    %s", where)
		}
	})
}

// place is a page by its name in the tests' output.
type place struct{ name, path string }

// looksAt opens pages one after the other and checks them.
func (v visitor) looksAt(t *testing.T, source string, places []place) {
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			v.t = t
			v.visit(p.path, 200)
			v.checked(source, p.path)
		})
	}
}

// TestAccessibility looks at every page, several at a time: each group of pages has a tab of its own.
func TestAccessibility(t *testing.T) {
	source := axeSource(t)
	n := open(t)
	first, editor := n.visitor(t), n.staff(t, "sardabir")
	article := first.openForComments()
	section := get[string](first, `new URL(document.querySelector("nav.path li:last-child a").href).pathname`)
	editor.openQueue()
	one := editor.inQueue()[0].ID
	t.Run("Reader", func(t *testing.T) {
		t.Parallel()
		reader := n.visitor(t)
		reader.looksAt(t, source, readerPlaces(article, section))
		t.Run("ArticleWithErrors", func(t *testing.T) { reader.t = t; reader.errorsAreAccessible(n, source, article) })
		t.Run("ReportOfAComment", func(t *testing.T) {
			reader.t = t
			reader.visit(article, 200)
			reader.follow(`.letter .acts a[href$="/report"]`)
			reader.checked(source, "the form of a report")
		})
		t.Run("Receipt", func(t *testing.T) { reader.t = t; reader.receiptIsAccessible(n, source, article) })
	})
	for places := range slices.Chunk(newsroomPlaces(one), 14) {
		t.Run("Newsroom", func(t *testing.T) {
			t.Parallel()
			n.staff(t, "sardabir").looksAt(t, source, places)
		})
	}
	t.Run("NewsroomAtWork", func(t *testing.T) {
		t.Parallel()
		newsroomIsAccessible(t, n, source)
	})
}

func readerPlaces(article, section string) []place {
	return []place{
		{"Front", "/"}, {"Article", article}, {"Section", section}, {"Archive", "/archive"}, {"Latest", "/latest"}, {"Corrections", "/corrections"}, {"Dossiers", "/dossiers"}, {"Topics", "/topics"}, {"Year", "/archive/1404"},
		{"MostRead", "/most/day"}, {"MostDiscussed", "/most/discussed"}, {"Topic", "/tag/" + url.PathEscape("اصفهان")}, {"Month", "/archive/1405/09"},
		{"AskForReceipt", "/comments/receipt"}, {"CommentPolicy", "/comments/policy"}, {"MonthReport", "/comments/report"}, {"SignIn", "/newsroom/signin"},
	}
}

func newsroomPlaces(comment string) []place {
	return []place{
		{"Articles", "/newsroom/articles"}, {"Inbox", "/newsroom/inbox?box=recent"}, {"Trash", "/newsroom/inbox?box=trash"}, {"Audit", "/newsroom/audit"}, {"Templates", "/newsroom/templates/news"},
		{"Versions", "/newsroom/articles/1/history"}, {"Corrections", "/newsroom/articles/1/corrections"}, {"NewArticle", "/newsroom/articles/new"}, {"Queue", queuePath}, {"QueueZen", queuePath + "?view=zen"}, {"QueueRejected", queuePath + "?tab=rejected"},
		{"QueueSearch", queuePath + "/search?words=است"}, {"Comment", queuePath + "/" + comment}, {"CommentEdit", queuePath + "/" + comment + "/edit"}, {"CommentAnswer", queuePath + "/" + comment + "/answer"},
		{"CommentBan", queuePath + "/" + comment + "/ban"}, {"Decisions", queuePath + "/decisions"}, {"Bans", "/newsroom/bans"}, {"Answers", queuePath + "/answers"},
		{"ModerationNumbers", queuePath + "/numbers"}, {"Policy", queuePath + "/policy"},
		{"Terms", "/newsroom/terms"}, {"Term", "/newsroom/terms/new"}, {"TermsImport", "/newsroom/terms/import"}, {"Rules", "/newsroom/rules"}, {"Closing", "/newsroom/closing"},
		{"Library", "/newsroom/media"}, {"LibraryList", "/newsroom/media?view=list"}, {"LibraryItem", "/newsroom/media/3/edit"}, {"HouseStyle", "/newsroom/house"}, {"AddedWords", "/newsroom/house?kind=word"}, {"Synonyms", "/newsroom/house?kind=synonym"}, {"Topics", "/newsroom/topics"}, {"Tags", "/newsroom/topics?all=yes"}, {"Tag", "/newsroom/topics/2"}, {"TagMerge", "/newsroom/topics/2/merge?into=%D8%A2%D8%A8"},
		{"TemplatesList", "/newsroom/templates"}, {"Withdraw", "/newsroom/articles/1/withdraw"}, {"Preview", "/newsroom/preview/1"}, {"Waiting", "/newsroom/inbox?box=waiting"},
		{"Account", "/newsroom/account"},
	}
}

// errorsAreAccessible looks at the form as the server gives it back with an error.
func (v visitor) errorsAreAccessible(n newsroom, source, article string) {
	v.t.Helper()
	plain := n.visitor(v.t)
	plain.visit(article, 200)
	plain.write("", "leila@", "متنی کوتاه برای آزمودن.")
	plain.Expect(422)
	if _, err := plain.Leads(submitWithoutScript()); err != nil {
		v.t.Fatal(err)
	}
	if got := plain.text("#email-error"); got != badEmail {
		v.t.Fatalf("the page shows %q at the e-mail field", got)
	}
	plain.checked(source, "the article with an error")
}

func (v visitor) receiptIsAccessible(n newsroom, source, article string) {
	v.t.Helper()
	plain := n.visitor(v.t)
	plain.visit(article, 200)
	plain.write("", "", "متنی کوتاه برای آزمودن.")
	if _, err := plain.Leads(submitWithoutScript()); err != nil {
		v.t.Fatal(err)
	}
	if !plain.has("main .code") {
		v.t.Fatalf("no receipt on %s", plain.location())
	}
	plain.checked(source, "the receipt")
}

// newsroomIsAccessible looks at what stands in the pages only while somebody works in them.
func newsroomIsAccessible(t *testing.T, n newsroom, source string) {
	editor := n.staff(t, "sardabir")
	t.Run("EditorFindingArticles", func(t *testing.T) {
		editor.t = t
		editor.visit("/newsroom/articles/new", 200)
		editor.click(`.tools [data-name=more]`)
		editor.until(`document.querySelector(".panel [role=option]")`)
		editor.checked(source, "the editor that finds articles")
		editor.click(`.tools [data-name=find]`)
		editor.checked(source, "the editor that finds words")
		editor.click(`.tools [data-name=picture]`)
		editor.until(`document.querySelector(".library .shelf button")`)
		editor.checked(source, "the editor's library")
		editor.click(".library .shelf li:first-child button")
		editor.checked(source, "the library that asks for caption and credit")
	})
	t.Run("CopyDesk", func(t *testing.T) {
		editor.t = t
		editor.visit("/newsroom/articles/new", 200)
		editor.writes("کتاب ها")
		editor.fill("[name=lede]", "چرا?")
		editor.until(`document.querySelectorAll(".slips li").length > 0`)
		editor.click(`.tools [data-name=desk]`)
		editor.until(`document.querySelectorAll(".slip-list li").length > 1`)
		editor.checked(source, "the copy desk's findings")
		editor.Expect(409)
		editor.follow(`button[value="publish"]`)
		editor.checked(source, "the checklist")
	})
	t.Run("Article", func(t *testing.T) {
		editor.t = t
		editor.visit("/newsroom/articles", 200)
		editor.follow("table.rows tbody td.h a")
		editor.checked(source, "the form of an article")
	})
	t.Run("ArticleWithNotes", func(t *testing.T) {
		editor.t = t
		editor.visit("/newsroom/articles?q="+url.QueryEscape("والیبال نشسته"), 200)
		editor.follow("table.rows tbody td.h a")
		editor.until(`document.querySelector(".prose aside.desk-note")`)
		editor.checked(source, "an article with notes between editors")
		editor.click(".notes [data-note]")
		if !get[bool](editor, `document.querySelector(".prose aside.desk-note").contains(getSelection().anchorNode)`) {
			t.Error("a note of the list does not lead to its place")
		}
	})
	t.Run("BothTexts", func(t *testing.T) {
		editor := n.staff(t, "sardabir") // at another browser: this one has kept what CopyDesk typed, and loads the page again to offer it
		form := editor.draft("خبری که دو نفر نوشتند")
		editor.visit(form, 200)
		editor.until(fmt.Sprintf(`fetch(%q, { method: "POST", body: new URLSearchParams({ action: "other", base: "1", headline: "تیتر دیگری", body: "بند دیگر." }) }).then(() => true)`, form))
		editor.fill("[name=lede]", "لید این پنجره")
		editor.Expect(409)
		editor.follow(`button[value="save"]`)
		if !editor.has("#two-texts") {
			t.Fatalf("the form shows no two texts: %s", editor.text("main"))
		}
		editor.checked(source, "the form with both texts")
	})
	t.Run("MediaDelete", func(t *testing.T) {
		editor.t = t
		editor.visit("/newsroom/media", 200)
		editor.fill(".intake [name=credit]", "نگار فراهانی")
		editor.files("تنها.png")
		editor.drop(".intake")
		editor.until(`document.querySelector(".coming li a")`)
		editor.follow(".coming li a")
		editor.follow(`a[href$="/delete"]`)
		editor.checked(source, "deleting from the library")
	})
	t.Run("HouseEntry", func(t *testing.T) {
		editor.t = t
		editor.visit("/newsroom/house", 200)
		editor.fill(".entry [name=text]", "پروسه")
		editor.fill(".entry [name=preferred]", "روند")
		editor.follow(".entry button")
		editor.follow("table.rows tbody td a")
		editor.checked(source, "an entry of the house's style")
	})
	t.Run("QueueChoosing", func(t *testing.T) {
		editor.t = t
		editor.visit(queuePath, 200)
		editor.press("j")
		editor.press("d")
		editor.until(`document.querySelector("details.reject[open]")`)
		editor.checked(source, "the queue with the reasons open")
	})
}
