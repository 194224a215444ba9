package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

const frontDesk = "/newsroom/front"

// several imports published articles, the first the oldest, and returns their codes; their headlines are «word 1» and so on.
func (n *newsroomUnderTest) several(t *testing.T, word, section string, many int) []news.Code {
	t.Helper()
	var codes []news.Code
	for i := range many {
		at := time.Now().Add(-time.Hour + time.Duration(i)*time.Second)
		codes = append(codes, n.imports(t, news.Article{PublishedAt: at, Origin: fmt.Sprint("several:", word, i), Content: news.Content{
			Headline: fmt.Sprint(word, " ", i+1), Lede: "لید", Body: "<p>متن</p>", Slug: "x", Kind: news.KindNews, Lang: "fa", Tags: []string{word}}}, section))
	}
	return codes
}

// arrange does an act on the working copy from the version that the desk shows now.
func (b *browser) arrange(fields ...string) answer {
	b.t.Helper()
	board := b.get(frontDesk).page(b.t).Find("#board")
	base, _ := board.Attr("data-base")
	return b.arrangeFrom(base, fields...)
}

func (b *browser) arrangeFrom(base string, fields ...string) answer {
	b.t.Helper()
	form := url.Values{"action": {web.NewAction()}, "base": {base}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.post(frontDesk, form)
}

// arranged is arrange that must be taken.
func (b *browser) arranged(fields ...string) {
	b.t.Helper()
	if got := b.arrange(fields...); got.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("%v: %d\n%s", fields, got.StatusCode, got.page(b.t).Find(".wrong, .fault").Text())
	}
}

// goesOut publishes the working copy.
func (b *browser) goesOut() {
	b.t.Helper()
	action, fields := form(b.t, b.get(frontDesk).page(b.t), `form[action$="/front/publish"]`)
	if got := b.post(action, fields); got.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("publish: %d\n%s", got.StatusCode, got.page(b.t).Find(".wrong").Text())
	}
}

// headlines are those of the lead, the seconds and the blocks of a front page, «|» between places, with the headings of blocks.
func headlines(doc *goquery.Document) string {
	var parts []string
	texts := func(selector string) string {
		return strings.Join(doc.Find(selector).Map(func(_ int, s *goquery.Selection) string { return strings.TrimSpace(s.Text()) }), ", ")
	}
	parts = append(parts, texts("main .lead h2"), texts("main .second h2"))
	doc.Find("main .desk").Each(func(_ int, d *goquery.Selection) {
		var in []string
		d.Find("h3").Each(func(_ int, s *goquery.Selection) { in = append(in, strings.TrimSpace(s.Text())) })
		parts = append(parts, strings.TrimSpace(d.Find("h2").Text())+": "+strings.Join(in, ", "))
	})
	return strings.Join(parts, " | ")
}

func TestFrontPageIsArrangedAndPublishedAsOne(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		city := n.several(t, "شهری", "شهر", 6)
		sport := n.several(t, "ورزشی", "ورزش", 4)
		editor, reader := n.signIn(t, "dabir", news.DeskEditor), n.browser(t)
		front := func() string { t.Helper(); return headlines(reader.get("/").page(t)) }
		automatic := front()
		add := func(code news.Code, place string) {
			t.Helper()
			editor.arranged("do", "add", "article", code.String(), "place", place)
		}
		add(city[0], "lead")
		add(sport[0], "second")
		sections, err := n.store.Sections(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sections {
			if s.Name == "شهر" {
				editor.arranged("do", "addrule", "rule", "section", "section", strconv.FormatInt(int64(s.ID), 10), "count", "۳", "place", "block")
			}
		}
		editor.arranged("do", "addrule", "rule", "tag", "tag", "ورزشی", "count", "2", "place", "block", "heading", "میدان")
		if got := front(); got != automatic {
			t.Fatalf("the working copy is public: %s", got)
		}
		preview := editor.get(frontDesk + "/preview/page")
		if got := headlines(preview.page(t)); !strings.HasPrefix(got, "شهری 1 | ورزشی 1, ") {
			t.Errorf("the preview shows %s", got)
		}
		if csp := preview.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'self'") || preview.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the preview's headers: %s", csp)
		}
		if csp := editor.get(frontDesk + "/preview").Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-src 'self'") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("the page around the preview: %s", csp)
		}
		if csp := reader.get("/").Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "frame-src") {
			t.Errorf("a reader's page may be framed: %s", csp)
		}
		editor.goesOut()
		const first = "شهری 1 | ورزشی 1, شهری 6 | شهر: شهری 5, شهری 4, شهری 3 | میدان: ورزشی 4, ورزشی 3"
		if got := front(); got != first {
			t.Fatalf("published: %s\nwant %s", got, first)
		}

		// A withdrawn article drops out and its place fills by itself.
		if _, err := n.editorial.Withdraw(t.Context(), chief, editorial.Withdraw{Code: city[0], Reason: "حذف شد."}); err != nil {
			t.Fatal(err)
		}
		if got := front(); strings.Contains(got, "شهری 1") || strings.HasPrefix(got, " |") || strings.Count(got, "|") != 3 {
			t.Errorf("after the withdrawal: %s", got)
		}
		if desk := editor.get(frontDesk).page(t); !strings.Contains(desk.Find(".slot.unseen").Text(), "حذف") {
			t.Errorf("the desk does not say that readers miss an article: %s", desk.Find(".slot").First().Text())
		}

		// An article that stands among the blocks opens the one below; nothing stands twice.
		add(sport[1], "block")
		editor.goesOut()
		if got := front(); !strings.Contains(got, "شهر: ورزشی 2, ") || strings.Count(got, "ورزشی 2") != 1 {
			t.Errorf("with an article above a block: %s", got)
		}
		undo := func() answer {
			action, fields := form(t, editor.get(frontDesk).page(t), `.standing form[action$="/front/restore"]`)
			return editor.post(action, fields)
		}
		undo()
		if got := front(); strings.Contains(got, "شهر: ورزشی 2") {
			t.Errorf("after the undo: %s", got)
		}
		if desk := editor.get(frontDesk).page(t); !strings.Contains(desk.Find("#board").Text(), "ورزشی 2") {
			t.Error("the undo threw the working copy away")
		}
		undo()
		if got, auto := front(), headlines(reader.get("/").page(t)); got != auto || strings.Contains(got, "میدان") {
			t.Errorf("before the first publication the page arranged itself; now: %s", got)
		}
		if n := editor.get(frontDesk).page(t).Find(`.standing form[action$="/front/restore"]`).Length(); n != 0 {
			t.Error("there is still something to undo")
		}
		last := editor.get(frontDesk).page(t).Find(`.versions form`)
		if last.Length() != 3 {
			t.Errorf("%d earlier publications", last.Length())
		}
		action, fields := form(t, editor.get(frontDesk).page(t), `.versions li:last-child form`)
		editor.post(action, fields)
		if got := front(); !strings.Contains(got, "میدان: ") {
			t.Errorf("the first version again: %s", got)
		}
		kinds := map[news.EventKind]int{}
		for _, e := range n.events(t) {
			kinds[e.Kind]++
		}
		if kinds[news.FrontEdited] != 5 || kinds[news.FrontPublished] != 2 || kinds[news.FrontTurned] != 3 {
			t.Errorf("the log: %v", kinds)
		}
	})
}

func TestFrontPageHoldsWithFewAndWithMany(t *testing.T) {
	for _, many := range []int{0, 1, 3, 300} {
		t.Run(strconv.Itoa(many), func(t *testing.T) {
			n := start(t, "")
			codes := n.several(t, "خبر", "شهر", many)
			editor, reader := n.signIn(t, "dabir", news.DeskEditor), n.browser(t)
			for _, rule := range []string{"newest", "most_read", "newest"} {
				editor.arranged("do", "addrule", "rule", rule, "count", "12", "place", "block")
			}
			if many > 0 {
				editor.arranged("do", "add", "article", codes[0].String(), "place", "second")
			}
			editor.goesOut()
			doc := reader.get("/").page(t)
			if lead, seconds := doc.Find("main .lead").Length(), doc.Find("main .second").Length(); lead != min(many, 1) || seconds != max(0, min(many-1, 2)) {
				t.Errorf("%d leads, %d seconds", lead, seconds)
			}
			seen := map[string]bool{}
			doc.Find("main h2 a[href^='/news/'], main h3 a[href^='/news/']").Each(func(_ int, s *goquery.Selection) {
				href, _ := s.Attr("href")
				if seen[href] {
					t.Errorf("%s stands twice", href)
				}
				seen[href] = true
			})
			if want := min(many, 27); len(seen) != want {
				t.Errorf("%d articles on the page, want %d", len(seen), want)
			}
			doc.Find("main .desk").Each(func(_ int, s *goquery.Selection) {
				if s.Find("h3").Length() == 0 {
					t.Error("an empty block")
				}
			})
		})
	}
}

func TestSecondEditorOfTheFrontPageIsTold(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		codes := n.several(t, "خبر", "شهر", 3)
		one, two := n.signIn(t, "avval", news.DeskEditor), n.signIn(t, "dovvom", news.ChiefEditor)
		base, _ := one.get(frontDesk).page(t).Find("#board").Attr("data-base")
		two.arranged("do", "add", "article", codes[0].String(), "place", "lead")
		got := one.arrangeFrom(base, "do", "addrule", "rule", "newest", "count", "5", "place", "block", "heading", "عنوان من")
		doc := got.page(t)
		if got.StatusCode != http.StatusConflict || !strings.Contains(doc.Find(".wrong").Text(), "نام dovvom") || !strings.Contains(doc.Find("#board").Text(), "خبر 1") {
			t.Fatalf("%d %s", got.StatusCode, doc.Find(".wrong").Text())
		}
		if typed, _ := doc.Find(`.touches [name="heading"]`).Attr("value"); typed != "عنوان من" {
			t.Errorf("what was typed came back as %q", typed)
		}
		action, fields := form(t, doc, `.wrong form`)
		if again := one.post(action, fields); again.StatusCode != http.StatusSeeOther {
			t.Fatalf("again: %d %s", again.StatusCode, again.page(t).Find(".wrong, .fault").Text())
		}
		if desk := one.get(frontDesk).page(t).Find("#board").Text(); !strings.Contains(desk, "خبر 1") || !strings.Contains(desk, "عنوان من") {
			t.Errorf("both changes are not there: %s", desk)
		}
		// The same of publishing: what one has not seen does not go out by their hand.
		action, fields = form(t, one.get(frontDesk).page(t), `form[action$="/front/publish"]`)
		two.arranged("do", "up", "slot", "1")
		two.arranged("do", "add", "article", codes[1].String(), "place", "lead")
		if got := one.post(action, fields); got.StatusCode != http.StatusConflict {
			t.Errorf("an unseen working copy is published: %d", got.StatusCode)
		}
		two.goesOut()
		restore := url.Values{"action": {web.NewAction()}, "seen": {"0"}}
		if got := one.post(frontDesk+"/restore", restore); got.StatusCode != http.StatusConflict || !strings.Contains(got.body, "نام dovvom") {
			t.Errorf("undoing what was not seen: %d", got.StatusCode)
		}
	})
}

func TestFrontBadInput(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		codes := n.several(t, "خبر", "شهر", 2)
		editor := n.signIn(t, "dabir", news.DeskEditor)
		editor.arranged("do", "add", "article", codes[0].String(), "place", "lead")
		before := len(n.events(t))
		for _, tt := range []struct {
			status int
			says   string
			fields []string
		}{
			{422, "خوانا نبود", []string{"do", "explode"}},
			{422, "چنین خبری", []string{"do", "add", "article", "999", "place", "lead"}},
			{422, "چنین خبری", []string{"do", "add", "article", "1e9\x00", "place", "lead"}},
			{422, "جای آن", []string{"do", "add", "article", codes[1].String(), "place", "attic"}},
			{409, "برداشته", []string{"do", "up", "slot", "77"}},
			{422, "خوانده نشد", []string{"do", "pin", "slot", "1", "until", "فردا شاید"}},
			{422, "گذشته", []string{"do", "pin", "slot", "1", "until", "۱۶:۱۲ ۰۴ آذر ۱۴۰۰"}},
			{422, "خوانا نبود", []string{"do", "rule", "slot", "1", "rule", "newest", "count", "3"}},
			{422, "از یک تا", []string{"do", "addrule", "rule", "newest", "count", "0", "place", "block"}},
			{422, "از یک تا", []string{"do", "addrule", "rule", "newest", "count", "سیزده", "place", "block"}},
			{422, "برگزینید که بلوک", []string{"do", "addrule", "rule", "; DROP", "count", "3", "place", "block"}},
			{422, "برچسبی", []string{"do", "addrule", "rule", "tag", "tag", "نیست چنین", "count", "3", "place", "block"}},
			{422, "پرونده را", []string{"do", "addrule", "rule", "dossier", "count", "3", "place", "block"}},
			{422, "سرویس را", []string{"do", "addrule", "rule", "section", "section", "99", "count", "3", "place", "block"}},
			{422, "نوع خبر", []string{"do", "addrule", "rule", "kind", "kind", "poem", "count", "3", "place", "block"}},
			{422, "نویسه", []string{"do", "addrule", "rule", "newest", "count", "3", "place", "block", "heading", strings.Repeat("ب", 300)}},
		} {
			got := editor.arrange(tt.fields...)
			if said := got.page(t).Find(".wrong, .fault").Text(); got.StatusCode != tt.status || !strings.Contains(said, tt.says) {
				t.Errorf("%q: %d %q, want %d %q", tt.fields, got.StatusCode, said, tt.status, tt.says)
			}
		}
		for _, tt := range []struct{ says, text, kind, article, until string }{
			{"تا کی", "متن", "urgent", "", ""}, {"فوری یا زنده", "متن", "", "", "23:59 1404/12/01"}, {"گذشته", "متن", "urgent", "", "۱۶:۱۲ ۰۴ آذر ۱۴۰۰"},
			{"یک هفته", "متن", "urgent", "", persian.Stamp(time.Now().AddDate(0, 1, 0))}, {"چنین خبری", "متن", "live", "999", "18:30"},
			{"چنین خبری", "متن", "live", "<script>", "18:30"}, {"نویسه", strings.Repeat("ب", 300), "live", "", "18:30"}, {"نویسه", strings.Repeat("ب", 30_000), "live", "", "18:30"}, {"خوانده نشد", "متن", "live", "", "۲۵:۷۰"},
		} {
			got := editor.post(frontDesk+"/breaking", url.Values{"action": {web.NewAction()}, "text": {tt.text}, "kind": {tt.kind}, "article": {tt.article}, "until": {tt.until}, "do": {"show"}})
			doc := got.page(t)
			if said := doc.Find(".fault").Text(); got.StatusCode != 422 || !strings.Contains(said, tt.says) {
				t.Errorf("%+v: %d %q", tt, got.StatusCode, said)
			}
			if kept, _ := doc.Find(`form[action$="/breaking"] [name="text"]`).Attr("value"); kept != tt.text {
				t.Errorf("%+v: what was typed is %q", tt, kept)
			}
		}
		byPeople := slices.DeleteFunc(n.events(t)[before:], func(e news.Event) bool { return e.Kind == news.SuggestComputed })
		if len(byPeople) > 0 {
			t.Errorf("something happened: %v", byPeople)
		}
		if got := editor.get(frontDesk + "/preview?width=1e9"); got.StatusCode != 200 {
			t.Errorf("a strange width: %d", got.StatusCode)
		}
		if got := editor.post(frontDesk, url.Values{"do": {strings.Repeat("x", 5<<20)}}); got.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("a large form: %d", got.StatusCode)
		}
	})
}

func TestFrontFindsArticles(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		codes := n.several(t, "قناری", "شهر", 3)
		editor := n.signIn(t, "dabir", news.DeskEditor)
		find := func(q string) (found []news.Code) {
			var answer struct {
				Said  string
				Found []struct {
					Code            news.Code
					Headline, About string
				}
			}
			got := editor.get(frontDesk + "/find?q=" + url.QueryEscape(q))
			if err := json.Unmarshal([]byte(got.body), &answer); err != nil || got.StatusCode != 200 || answer.Said == "" {
				t.Fatal(got.StatusCode, err, got.body)
			}
			for _, a := range answer.Found {
				found = append(found, a.Code)
			}
			return found
		}
		if got := find("قناری"); len(got) != 3 {
			t.Errorf("by a word: %v", got)
		}
		if got := find(codes[1].String()); len(got) == 0 || got[0] != codes[1] {
			t.Errorf("by a code: %v", got)
		}
		for _, nothing := range []string{"", "   ", "%", "چنین نیست"} {
			if got := find(nothing); len(got) != 0 {
				t.Errorf("%q finds %v", nothing, got)
			}
		}
		if _, err := n.editorial.Withdraw(t.Context(), chief, editorial.Withdraw{Code: codes[2], Reason: "حذف شد."}); err != nil {
			t.Fatal(err)
		}
		if got := find("قناری"); len(got) != 2 {
			t.Errorf("a withdrawn one is offered: %v", got)
		}
		// Without a script the same form shows the same on the page.
		page := editor.get(frontDesk + "?place=second&q=" + url.QueryEscape("قناری")).page(t)
		if n := page.Find(".found button").Length(); n != 2 {
			t.Errorf("%d results on the page", n)
		}
		action, fields := form(t, page, ".found")
		value, _ := page.Find(".found button").First().Attr("value")
		fields.Set("article", value)
		if got := editor.post(action, fields); got.StatusCode != http.StatusSeeOther || !strings.Contains(got.Header.Get("Location"), "#slot-1") {
			t.Errorf("adding: %d %s", got.StatusCode, got.Header.Get("Location"))
		}
	})
}

func TestPinAndBarGoByThemselves(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		codes := n.several(t, "خبر", "شهر", 4)
		editor, reader := n.signIn(t, "dabir", news.DeskEditor), n.browser(t)
		editor.arranged("do", "add", "article", codes[0].String(), "place", "lead")
		editor.arranged("do", "pin", "slot", "1", "until", persian.Stamp(time.Now().Add(time.Hour)))
		editor.goesOut()
		show := func(text string) answer {
			return editor.post(frontDesk+"/breaking", url.Values{"action": {web.NewAction()}, "text": {text}, "kind": {"urgent"}, "article": {persian.Digits(codes[1].String())},
				"until": {persian.Clock(time.Now().Add(20 * time.Minute).In(persian.Tehran()))}, "do": {"show"}})
		}
		if got := show("زلزله‌ای <b>سخت</b>"); got.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d %s", got.StatusCode, got.page(t).Find(".fault").Text())
		}
		doc := reader.get("/").page(t)
		bar := doc.Find(".bar")
		if href, _ := bar.Find("a").Attr("href"); !strings.HasPrefix(href, "/news/"+codes[1].String()+"/") || !strings.Contains(bar.Text(), "فوری") || !strings.Contains(bar.Text(), "<b>سخت</b>") {
			t.Errorf("the bar: %q", bar.Text())
		}
		if live, _ := bar.Closest("[aria-live]").Attr("aria-live"); live != "polite" || bar.Is("[role=alert]") {
			t.Error("the bar interrupts")
		}
		if !strings.HasPrefix(headlines(doc), "خبر 1 |") {
			t.Errorf("%s", headlines(doc))
		}
		state, err := n.front.State(t.Context(), chief)
		if err != nil {
			t.Fatal(err)
		}
		if at := state.Published.StaleAt(time.Now()); at.IsZero() || at.After(time.Now().Add(21*time.Minute)) {
			t.Errorf("the page is stale at %v", at)
		}
		// Its time comes: the clock of a second newsroom on the same data would be ahead, so the moment is moved instead.
		_, err = n.store.UpdateFront(t.Context(), chief, "", func(s *news.FrontState) ([]news.EventKind, error) {
			past := s.Published.Front.Clone()
			past.Slots[0].Until, past.Breaking.Until = time.Now().Add(-time.Second), time.Now().Add(-time.Second)
			s.Publish(past, news.FrontArranged, 0, 0, time.Now())
			return []news.EventKind{news.FrontPublished}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		doc = reader.get("/").page(t)
		if doc.Find(".bar").Length() != 0 || !strings.HasPrefix(headlines(doc), "خبر 4 |") {
			t.Errorf("what has expired is shown: %s", headlines(doc))
		}
		show("دوباره")
		if got := editor.post(frontDesk+"/breaking", url.Values{"action": {web.NewAction()}, "do": {"remove"}, "text": {"دوباره"}}); got.StatusCode != http.StatusSeeOther {
			t.Fatal(got.StatusCode)
		}
		if reader.get("/").page(t).Find(".bar").Length() != 0 {
			t.Error("the bar stays")
		}
	})
}

func TestDossierFromDraftToWithdrawn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		codes := n.several(t, "آب", "شهر", 4)
		draft := n.imports(t, news.Article{State: news.Draft, Origin: "d", Content: news.Content{Headline: "قناری پنهان", Body: "<p>قناری</p>", Tags: []string{"آب"}}}, "شهر")
		editor, reader := n.signIn(t, "dabir", news.DeskEditor), n.browser(t)
		action, fields := form(t, editor.get("/newsroom/dossiers/new").page(t), "main form.sheet")
		fields.Set("title", "")
		fields.Set("text", "متن **پررنگ** <script>alert(1)</script>")
		fields.Set("items", "حرف بی‌ربط\n")
		fields.Set("tag", "نیست")
		wrong := editor.post(action, fields)
		doc := wrong.page(t)
		if wrong.StatusCode != 422 || doc.Find(".fault").Length() != 3 {
			t.Fatalf("%d %s", wrong.StatusCode, doc.Find(".fault").Text())
		}
		_, kept := form(t, doc, "main form.sheet")
		if strings.TrimSpace(strings.ReplaceAll(kept.Get("items"), "\r\n", "\n")) != "حرف بی‌ربط" || kept.Get("tag") != "نیست" {
			t.Errorf("what was typed is lost: %v", kept)
		}
		kept.Set("title", "پروندهٔ آب")
		kept.Set("items", fmt.Sprintf("%s هر چه\n* %s/news/%d/x\n\n%d\n%d", persian.Digits(codes[0].String()), n.url, codes[2], draft, codes[0]))
		kept.Set("tag", "آب")
		saved := editor.post(action, kept)
		if saved.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d %s", saved.StatusCode, saved.page(t).Find(".fault, .wrong").Text())
		}
		edit, _, _ := strings.Cut(saved.Header.Get("Location"), "?")
		public := "/dossier/" + url.PathEscape(persian.Slug("پروندهٔ آب"))
		if got := reader.get("/dossiers"); got.StatusCode != 200 || !strings.Contains(got.body, "هنوز پرونده‌ای منتشر نشده است.") || strings.Contains(got.body, "پروندهٔ آب") {
			t.Errorf("the list of dossiers answers %d before the publication", got.StatusCode)
		}
		for _, path := range []string{public, public + "/rss.xml", "/dossier/none", "/sitemap/dossiers.xml"} {
			if got := reader.get(path); got.StatusCode != 404 {
				t.Errorf("%s answers %d before the publication", path, got.StatusCode)
			}
		}
		if a, b := reader.get(public), reader.get("/dossier/none"); a.body != b.body {
			t.Error("a hidden dossier and an unknown one get different pages")
		}
		action, fields = form(t, editor.get(edit).page(t), "main form.sheet")
		stale := url.Values{}
		for k, v := range fields {
			stale[k] = v
		}
		fields.Set("do", "publish")
		if got := editor.post(action, fields); got.StatusCode != http.StatusSeeOther {
			t.Fatalf("publish: %d", got.StatusCode)
		}
		page := reader.get(public)
		if page.StatusCode != 200 || strings.Contains(page.body, "قناری") || strings.Contains(page.body, "alert(1)") {
			t.Fatalf("%d %s", page.StatusCode, page.body)
		}
		inOrder(t, page.page(t).Find("main").Text(), "پرونده", "پروندهٔ آب", "متن پررنگ", "آب 3", "آب 1", "آب 4", "آب 2")
		feed := reader.get(public + "/rss.xml")
		if feed.StatusCode != 200 || strings.Count(feed.body, "<item>") != 4 || strings.Contains(feed.body, "قناری") {
			t.Errorf("the feed: %d, %d items", feed.StatusCode, strings.Count(feed.body, "<item>"))
		}
		inOrder(t, reader.get("/dossiers").page(t).Find("main").Text(), "پرونده‌ها", "پروندهٔ آب", "متن پررنگ")
		if got := reader.get("/sitemap/dossiers.xml"); got.StatusCode != 200 || !strings.Contains(got.body, n.url+public) || !strings.Contains(got.body, n.url+"/dossiers<") {
			t.Errorf("the sitemap: %d %s", got.StatusCode, got.body)
		}
		if got := reader.get("/sitemap.xml"); !strings.Contains(got.body, "/sitemap/dossiers.xml") {
			t.Error("the index of sitemaps lacks the dossiers")
		}

		// What is saved only stays inside; the address stays what it was; a second window is told.
		_, fields = form(t, editor.get(edit).page(t), "main form.sheet")
		fields.Set("title", "پروندهٔ قناری")
		fields.Set("slug", "دیگر")
		editor.post(edit, fields)
		if got := reader.get(public); strings.Contains(got.body, "قناری") || got.StatusCode != 200 {
			t.Errorf("a saved change is public (%d)", got.StatusCode)
		}
		stale.Set("title", "پنجرهٔ کهنه")
		stale.Set("action", web.NewAction())
		if got := editor.post(edit, stale); got.StatusCode != http.StatusConflict || !strings.Contains(got.body, "پنجرهٔ کهنه") || !strings.Contains(got.page(t).Find("#theirs").Text(), "پروندهٔ قناری") {
			t.Errorf("the stale window: %d", got.StatusCode)
		}
		action, fields = form(t, editor.get(edit).page(t), "#withdraw")
		if got := editor.post(action, fields); got.StatusCode != http.StatusSeeOther {
			t.Fatalf("withdraw: %d", got.StatusCode)
		}
		if got := reader.get("/dossiers"); strings.Contains(got.body, "پروندهٔ آب") {
			t.Error("the withdrawn dossier is on the list")
		}
		if got := reader.get(public); got.StatusCode != 404 {
			t.Errorf("withdrawn, it answers %d", got.StatusCode)
		}
	})
}

func TestFrontPageBelongsToEditors(t *testing.T) {
	n := start(t, "")
	for role, want := range map[news.Role]int{news.Reporter: 403, news.Moderator: 403, news.Operator: 403, news.DeskEditor: 200, news.ChiefEditor: 200} {
		b := n.signIn(t, strings.ReplaceAll(string(role), "_", ""), role)
		for _, path := range []string{frontDesk, frontDesk + "/find?q=x", frontDesk + "/preview", frontDesk + "/preview/page", "/newsroom/dossiers", "/newsroom/dossiers/new"} {
			if got := b.get(path); got.StatusCode != want {
				t.Errorf("%s answers %d to a %s", path, got.StatusCode, role)
			}
		}
	}
	nobody := n.browser(t)
	if got := nobody.get(frontDesk + "/preview/page"); got.StatusCode != http.StatusSeeOther {
		t.Errorf("the preview answers %d to nobody", got.StatusCode)
	}
	for _, act := range []func() error{
		func() error {
			_, err := n.front.Announce(t.Context(), news.SystemActor("x", news.Reporter), editorial.Announce{})
			return err
		},
		func() error {
			_, err := n.front.Publish(t.Context(), news.SystemActor("x", news.Moderator), editorial.PublishFront{})
			return err
		},
		func() error {
			_, err := n.front.SaveDossier(t.Context(), news.SystemActor("x", news.Operator), editorial.SaveDossier{})
			return err
		},
	} {
		if err := act(); news.KindOf(err) != news.Forbidden {
			t.Errorf("%v", err)
		}
	}
}
