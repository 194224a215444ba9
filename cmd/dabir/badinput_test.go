package main

import (
	"context"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/auth"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
	"github.com/dabir-newsroom/dabir/internal/web/control"
)

// everyone brings a user with all roles into a browser.
func (n *newsroomUnderTest) everyone(t *testing.T, username string) *browser {
	t.Helper()
	link, err := console{n.app, n.url}.AddUser(context.Background(), control.NewUser{NewUser: auth.NewUser{Username: username, Name: "نام " + username, Roles: news.Roles()}})
	if err != nil {
		t.Fatal(err)
	}
	b := n.browser(t)
	if got := b.post(link, url.Values{}); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing in answers %d", got.StatusCode)
	}
	return b
}

// fieldNames are the names of all fields of all forms, as the templates have them.
func fieldNames(t *testing.T) []string {
	t.Helper()
	names := map[string]bool{}
	for _, folder := range []string{"../../internal/web/newsroom/templates", "../../theme/templates"} {
		files, err := fs.Glob(os.DirFS(folder), "*.html")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", folder, err)
		}
		for _, file := range files {
			for _, m := range regexp.MustCompile(`name="([a-z_]+)"`).FindAllStringSubmatch(mustRead(t, folder+"/"+file), -1) {
				names[m[1]] = true
			}
		}
	}
	var all []string
	for name := range names {
		all = append(all, name)
	}
	if len(all) < 40 {
		t.Fatalf("only %d fields: the walk has lost its grip", len(all))
	}
	slices.Sort(all)
	return all
}

// harmful is what no page may show of what was sent.
var harmful = regexp.MustCompile(`[\x00\x{202d}\x{202e}]|(?i)(?:href|src)="\s*javascript:|<script>alert`)

// TestNoFormBreaks sends what no form should to every route that takes one, in every field that any form has: the answer is never our own
// fault, and what was taken is shown harmless afterwards.
func TestNoFormBreaks(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		areas, err := n.areas(n.url)
		if err != nil {
			t.Fatal(err)
		}
		fields := fieldNames(t)
		author := n.everyone(t, "hame")
		code := author.write("تیتر ورودی بد", 0, "publish")
		bad := map[string]string{"NUL": "پیش\x00پس", "a lone surrogate": "پیش\xed\xa0\x80پس", "half a character": "پیش\xd8", "overrides": "\u202eوارونه\u2066\u202d",
			"a script": `[پیوند](javascript:alert(1)) <a href="javascript:alert(2)">x</a> <script>alert(3)</script>`, "a large number": strings.Repeat("9", 40),
			"a negative number": "-1", "a long line": strings.Repeat("x", 20_000), "many lines": strings.Repeat("بند\n\n", 300), "nothing": ""}
		asked := 0
		send := func(value, name string) {
			sent := url.Values{}
			for _, field := range fields {
				sent.Set(field, value)
			}
			for _, area := range areas {
				for _, route := range area.Routes {
					method, path, _ := strings.Cut(route.Pattern, " ")
					if method != http.MethodPost {
						continue
					}
					asked++
					path = strings.NewReplacer("{code}", code.String(), "{kind}", "news").Replace(path)
					path = regexp.MustCompile(`\{[a-z.]+\}`).ReplaceAllString(path, "1")
					got := author.post(path, sent)
					if got.StatusCode >= 500 || got.StatusCode == http.StatusBadRequest || got.StatusCode == http.StatusOK && got.body == "" {
						t.Errorf("%s with %s answers %d: %s", route.Pattern, name, got.StatusCode, got.body)
					}
					if strings.HasSuffix(path, "/signout") || strings.Contains(got.Header.Get("Location"), "/signin") || got.StatusCode == http.StatusUnauthorized {
						author = n.everyone(t, "hame"+strings.ToLower(web.NewAction()[:8]))
					}
				}
			}
		}
		for name, value := range bad {
			send(value, name)
			for _, path := range []string{"/", articlePath(code), "/newsroom/articles", sheetPath(code), sheetPath(code) + "/history", "/newsroom/people", "/newsroom/audit", "/newsroom/comments",
				"/newsroom/front", "/newsroom/dossiers", "/newsroom/templates/news", "/newsroom/media", "/newsroom/inbox", "/newsroom/account", "/corrections"} {
				got := author.get(path)
				if got.StatusCode >= 500 || !utf8.ValidString(got.body) {
					t.Errorf("after %s %s answers %d, valid UTF-8: %t", name, path, got.StatusCode, utf8.ValidString(got.body))
				}
				if at := harmful.FindStringIndex(got.body); at != nil {
					t.Errorf("after %s %s shows what was sent: %q", name, path, got.body[max(0, at[0]-200):min(len(got.body), at[1]+50)])
				}
			}
		}
		if asked < 60*len(bad) {
			t.Errorf("only %d forms were sent", asked)
		}
		if strings.Contains(n.log.String(), "level=ERROR") {
			t.Errorf("errors are logged: %s", n.log.String())
		}
	})
}

// sheetOf is a form of text and what is wrong in it.
type sheetOf struct {
	page, form string
	typed      map[string]string
	faults     int // fields that are marked
}

// textForms are the forms in which people write, each filled with as many mistakes as it can have.
func textForms(public, locked news.Code) map[string]sheetOf {
	long := strings.Repeat("بلند ", 1000)
	return map[string]sheetOf{
		"article":    {"/newsroom/articles/new", "form#sheet", map[string]string{"headline": "", "kicker": long, "lede": long, "tags": long, "source": long, "body": "بماند"}, 5},
		"correction": {sheetPath(public) + "/corrections", "main form[method=post]", map[string]string{"text": "", "changed": long}, 2},
		"withdrawal": {sheetPath(public) + "/withdraw", "main form", map[string]string{"reason": long}, 1},
		"template":   {"/newsroom/templates/report", "main form", map[string]string{"kicker": long, "lede": long, "body": "بماند"}, 2},
		"invitation": {"/newsroom/people/new", "main form", map[string]string{"name": "", "username": "نگار"}, 2},
		"dossier":    {"/newsroom/dossiers/new", "main form.sheet", map[string]string{"title": "", "items": "حرف بی‌ربط", "tag": "نیست", "text": "بماند"}, 3},
		"take-over":  {sheetPath(locked), `main form[action$="/takeover"]`, map[string]string{"word": long}, 1},
	}
}

// TestEveryFormGivesBackWhatWasTyped: all mistakes at once, each at its field, in Persian, with 422, and every field as it was typed.
func TestEveryFormGivesBackWhatWasTyped(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		chief := n.everyone(t, "hame")
		other, _ := n.hire(t, "digari", news.ChiefEditor)
		public, locked := chief.write("تیتر منتشرشده", 0, "publish"), other.write("تیتر قفل‌شده", 0, "save")
		other.asScript(sheetPath(locked)+"/lock", "{}")
		flat := strings.NewReplacer("\r\n", "\n", "\u00a0", " ")
		for name, f := range textForms(public, locked) {
			address, fields := form(t, chief.get(f.page).page(t), f.form)
			for field, value := range f.typed {
				fields.Set(field, value)
			}
			got := chief.post(orPath(address, f.page), fields)
			if got.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("%s answers %d", name, got.StatusCode)
				continue
			}
			doc := got.page(t)
			if marked := doc.Find(f.form + " [aria-invalid]").Length(); marked != f.faults {
				t.Errorf("%s: %d fields are marked, want %d: %s", name, marked, f.faults, doc.Find(".fault").Text())
			}
			if said := doc.Find(f.form + " .fault").Text(); !regexp.MustCompile(`\p{Arabic}`).MatchString(said) || regexp.MustCompile(`[a-z]{3,}\.[a-z_]{3,}`).MatchString(said) {
				t.Errorf("%s says %q", name, said)
			}
			_, back := form(t, doc, f.form)
			for field, want := range f.typed {
				if kept := flat.Replace(back.Get(field)); strings.TrimSpace(kept) != strings.TrimSpace(want) {
					t.Errorf("%s: %s came back as %.60q", name, field, kept)
				}
			}
			if name == "article" {
				fields := chief.sheet(public)
				wrong := chief.press(public, fields, "expire", "headline", "", "unpublish_at", "هرگز", "unpublish_note", "")
				chief.shows("the mistakes of a text and of its step", wrong, 422, "تیتر را بنویسید", "این زمان خوانا نیست", "جمله‌ای را بنویسید", `value="هرگز"`)
			}
			// More than a megabyte is given back with what is wrong, where a text may be long at all.
			for field := range f.typed {
				if field == "username" || field == "items" || field == "tag" || field == "title" {
					continue
				}
				big := url.Values{}
				for k, v := range fields {
					big[k] = v
				}
				big.Set(field, strings.Repeat("x", 1<<20+1000)+"پایان")
				got := chief.post(orPath(address, f.page), big)
				if got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(got.body, "xپایان") {
					t.Errorf("%s with a megabyte of %s answers %d, keeps it: %v", name, field, got.StatusCode, strings.Contains(got.body, "xپایان"))
				}
			}
		}
	})
}

// TestALostSessionKeepsEveryForm: a form that comes without a session is kept on the page, to be sent again after signing in.
func TestALostSessionKeepsEveryForm(t *testing.T) {
	n := start(t, "")
	chief := n.everyone(t, "hame")
	other, _ := n.hire(t, "digari", news.ChiefEditor)
	public, locked := chief.write("تیتر منتشرشده", 0, "publish"), other.write("تیتر قفل‌شده", 0, "save")
	other.asScript(sheetPath(locked)+"/lock", "{}")
	forms := textForms(public, locked)
	for _, name := range slices.Sorted(maps.Keys(forms)) { // the withdrawal last: what is withdrawn has no corrections
		f := forms[name]
		address, fields := form(t, chief.get(f.page).page(t), f.form)
		for field := range f.typed {
			fields.Set(field, "نوشتهٔ «"+field+"»\nسطر <دوم>")
		}
		fields.Set("password", longPassword)
		chief.post("/newsroom/signout", url.Values{})
		lost := chief.post(orPath(address, f.page), fields).wants(t, http.StatusUnauthorized, "نشست شما پایان یافته است", "در زبانهٔ تازه وارد شوید", "دوباره بفرست")
		again, kept := form(t, lost.page(t), "main form")
		if again != "" || kept.Has("password") || strings.Contains(lost.body, longPassword) {
			t.Errorf("%s goes again to %s with %v", name, again, kept)
		}
		fields.Del("password")
		for field, values := range fields {
			if strings.Join(kept[field], "|") != strings.Join(values, "|") {
				t.Errorf("%s: %s came back as %q, was %q", name, field, kept[field], values)
			}
		}
		chief.post(mustLink(t, n, "hame"), url.Values{}).leads(t, "/newsroom")
		if got := chief.post(orPath(address, f.page), kept); got.StatusCode != http.StatusSeeOther && got.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s, sent again, answers %d: %s", name, got.StatusCode, got.page(t).Find("main").Text())
		}
	}
	stranger := n.browser(t)
	big := stranger.post("/newsroom/templates/news", url.Values{"body": {strings.Repeat("x", 3<<20)}}).wants(t, http.StatusUnauthorized, "همین صفحه را تازه کنید")
	if len(big.body) > 64<<10 {
		t.Errorf("a stranger's three megabytes come back as %d bytes", len(big.body))
	}
	if status, told := stranger.asScript("/newsroom/articles/1/autosave", `{"fields":{"headline":"x"}}`); status != http.StatusUnauthorized || told["message"] == "" {
		t.Errorf("a script without a session: %d %v", status, told)
	}
}
