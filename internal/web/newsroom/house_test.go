package newsroom

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// sendTable imports a table by the form.
func (p *person) sendTable(table string, fields ...string) *httptest.ResponseRecorder {
	p.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		p.must(form.WriteField(fields[i], fields[i+1]))
	}
	part, err := form.CreateFormFile("file", "table.csv")
	p.must(err)
	_, err = part.Write([]byte(table))
	p.must(err)
	p.must(form.Close())
	r := httptest.NewRequest("POST", "/newsroom/house/import", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return p.do(r)
}

// lands follows a redirect.
func (p *person) lands(w *httptest.ResponseRecorder, pieces ...string) {
	p.t.Helper()
	if w.Code != 303 {
		p.t.Errorf("%d %s", w.Code, w.Body)
		return
	}
	p.want(p.get(w.Header().Get("Location")), 200, pieces...)
}

func TestHouseStyleFromAddedToUndone(t *testing.T) {
	h := newHouse(t)
	chief, reporter := h.hire("sardabir", "سردبیر", news.ChiefEditor), h.hire("nevisande", "نویسنده", news.Reporter)
	add := url.Values{"action": {"a1"}, "kind": {"term"}, "text": {"ايميل"}, "preferred": {"رایانامه"}, "note": {"واژهٔ <فرهنگستان>"}}
	chief.lands(chief.post("/newsroom/house", add), "«ایمیل» افزوده شد", "رایانامه", "/newsroom/house/1/undo")
	h.want(reporter.get("/newsroom/house"), 200, "رایانامه")
	h.lacks(reporter.get("/newsroom/house?done=added&entry=1"), "/newsroom/house/1\"", `<form method="post" action="/newsroom/house"`, "import", `<button class="plain" data-key="u">`)
	h.want(reporter.post("/newsroom/house", add), 403)
	h.want(reporter.get("/newsroom/house/1"), 403)

	change := url.Values{"action": {"a2"}, "base": {"1"}, "text": {"ایمیل"}, "preferred": {"پیام‌نگار"}}
	chief.lands(chief.post("/newsroom/house/1", change), "«ایمیل» تغییر کرد", "پیام‌نگار")
	change.Set("action", "a3")
	change.Set("preferred", "نامهٔ برقی")
	w := chief.post("/newsroom/house/1", change)
	h.want(w, 409, "در این میان تغییر کرده", "پیام‌نگار", `value="نامهٔ برقی"`, `name="base" value="2"`)
	chief.lands(chief.post("/newsroom/house/1/undo", url.Values{"action": {"a4"}, "base": {"2"}}), "به حال پیش برگشت", "رایانامه")
	chief.lands(chief.post("/newsroom/house/1", url.Values{"action": {"a5"}, "base": {"3"}, "do": {"delete"}}), "«ایمیل» حذف شد")
	h.lacks(chief.get("/newsroom/house"), `class="rows house"`)
	h.want(chief.get("/newsroom/house/1"), 404)
	chief.lands(chief.post("/newsroom/house/1/undo", url.Values{"action": {"a6"}, "base": {"4"}}), "رایانامه")
	h.want(chief.post("/newsroom/house/1/undo", url.Values{"action": {"a7"}, "base": {"4"}}), 409, "در این میان تغییر کرده")
	h.want(chief.get("/newsroom/house?q=رایانامه"), 200, "/newsroom/house/1")
	h.lacks(chief.get("/newsroom/house?q=کژوشک"), "/newsroom/house/1\"")
	h.want(chief.get("/newsroom/audit"), 200, "به شیوه‌نامه افزود", "«ایمیل» ← «رایانامه»", "به شیوه‌نامه بازگرداند")
}

func TestHouseStyleBadInput(t *testing.T) {
	h := newHouse(t)
	chief := h.hire("sardabir", "سردبیر", news.ChiefEditor)
	w := chief.post("/newsroom/house", url.Values{"kind": {"term"}, "text": {"e-mail \u202e"}, "preferred": {""}, "note": {"<توضیح>\x00"}})
	h.want(w, 422, "تنها واژه‌های فارسی", "به جای آن چه نوشته شود", `value="e-mail`, `value="<توضیح>"`)
	h.want(chief.post("/newsroom/house", url.Values{"kind": {"word"}, "text": {"دو واژه"}}), 422, "یک واژهٔ فارسی", `value="دو واژه"`)
	h.want(chief.post("/newsroom/house", url.Values{"kind": {"شوخی"}, "text": {"یک"}}), 422, "word یا synonym")
	for _, path := range []string{"/newsroom/house?after=x", "/newsroom/house?after=zz.1", "/newsroom/house?after=.0"} {
		h.want(chief.get(path), 422)
	}
	h.want(chief.get("/newsroom/house/0"), 404)
	h.want(chief.get("/newsroom/house?done=imported&added=x&changed=-3"), 200, "۰ مورد افزوده شد")
	for table, sentence := range map[string]string{
		"":                                     "سطری نیست",
		"kind,text\n":                          "سطری نیست",
		"واژه,بنویس\nیک,دو\n":                  "نام ستون‌ها",
		"kind,text,preferred\nterm,\xff\xfe,x": "UTF-8",
		"kind,text,preferred\nterm,email,x\n\nword,دو واژه\n": "سطر ۴: یک واژهٔ فارسی",
		"kind;text;preferred\nterm;یک;یک\n":                   "سطر ۲: هر دو یکی‌اند",
		"kind,text\nterm,\"یک\n":                              "سطر",
	} {
		h.want(chief.sendTable(table), 422, "چیزی وارد نشد", sentence)
	}
	h.want(chief.post("/newsroom/house/import", nil), 422, "فایلی برنگزیده‌اید")
	h.lacks(chief.get("/newsroom/house"), `class="rows`)
}

func TestHouseTableGoesOutAndComesBack(t *testing.T) {
	h := newHouse(t)
	chief := h.hire("sardabir", "سردبیر", news.ChiefEditor)
	table := "\ufeffnote\tpreferred\ttext\tkind\n'=یادداشت\tرایانامه\tایمیل\tterm\n\t\tکژوشک\tword\n"
	chief.lands(chief.sendTable(table), "۲ مورد افزوده شد", "رایانامه", "=یادداشت")
	out := chief.get("/newsroom/house.csv")
	want := "\ufeffkind,text,preferred,note\nterm,ایمیل,رایانامه,'=یادداشت\nword,کژوشک,,\n"
	if out.Body.String() != want {
		t.Errorf("%q, want %q", out.Body, want)
	}
	chief.lands(chief.sendTable(out.Body.String()), "۲ مورد از پیش همان بود")
	other := strings.Replace(want, "رایانامه", "پیام‌نگار", 1)
	chief.lands(chief.sendTable(other), "۱ مورد چیز دیگری می‌گفت", "رایانامه")
	chief.lands(chief.sendTable(other, "replace", "yes"), "۱ مورد تغییر کرد", "پیام‌نگار")
}

// checked asks the copy desk as the editor does.
func (p *person) checked(text any) (*httptest.ResponseRecorder, []shownFinding) {
	p.t.Helper()
	body, err := json.Marshal(text)
	p.must(err)
	w := p.do(httptest.NewRequest("POST", "/newsroom/copydesk", bytes.NewReader(body)))
	var answer struct{ Findings []shownFinding }
	if w.Code == 200 {
		p.must(json.Unmarshal(w.Body.Bytes(), &answer))
	}
	return w, answer.Findings
}

func TestFindingsStandWhereTheBrowserCounts(t *testing.T) {
	h := newHouse(t)
	reporter := h.hire("nevisande", "نویسنده", news.Reporter)
	text := typedText{Lang: "fa", Kicker: "👩‍🚀 كتاب", Headline: "👍🏽 او می رود.", Lede: "می‌شود 🙂 که که\nمی آید", Short: "او رفت.",
		Caption: "🙂 كتاب", Credit: "عکس :ایرنا", Alt: "کتاب ها", Body: []string{
			"", "👨‍👩‍👧 سلام ، دنیا\nکتاب ها", "\ufffc او می رود", "ي", "", "نیم‌فاصله 😀 می رود و می رود"}}
	_, found := reporter.checked(text)
	fields := map[string]string{"kicker": text.Kicker, "headline": text.Headline, "lede": text.Lede, "short_headline": text.Short,
		"picture_caption": text.Caption, "picture_credit": text.Credit, "picture_alt": text.Alt}
	var rules []string
	for _, f := range found {
		in := fields[f.Field]
		if f.Field == "body" {
			in = text.Body[f.Block]
		}
		units := utf16.Encode([]rune(in))
		if f.From < 0 || f.To > len(units) || string(utf16.Decode(units[f.From:f.To])) != f.Before {
			t.Errorf("%+v does not stand in %q", f, in)
		}
		if f.Reason == "" || strings.Contains(f.Reason, "copydesk.") {
			t.Errorf("the reason of %s is %q", f.Rule, f.Reason)
		}
		rules = append(rules, f.Field+" "+string(f.Rule))
	}
	want := []string{"kicker letters", "headline half_space_verb", "headline headline_stop", "short_headline headline_stop", "lede repeated_word", "lede half_space_verb",
		"picture_caption letters", "picture_credit mark_space", "picture_alt half_space_plural", "body mark_space", "body half_space_plural", "body half_space_verb", "body letters", "body half_space_verb", "body half_space_verb"}
	if !slices.Equal(rules, want) {
		t.Errorf("found %q, want %q", rules, want)
	}
}

func TestCopyDeskRouteBadInput(t *testing.T) {
	h := newHouse(t)
	reporter, moderator := h.hire("nevisande", "نویسنده", news.Reporter), h.hire("nazer", "ناظر", news.Moderator)
	w, _ := moderator.checked(typedText{Lang: "fa", Lede: "می رود"})
	h.want(w, 403)
	ask := func(body string) *httptest.ResponseRecorder {
		return reporter.do(httptest.NewRequest("POST", "/newsroom/copydesk", strings.NewReader(body)))
	}
	for _, body := range []string{"", "x", "[]", `{"body":"x"}`, `{"lang":1}`} {
		h.want(ask(body), 422)
	}
	h.want(ask(`{"lang":"fa","body":["`+strings.Repeat("الف ", maxAutosave/4)+`"]}`), 413)
	h.want(ask(`{}`), 200, `"findings":[]`)
	h.want(ask(`{"lang":"en","lede":"می رود"}`), 200, `"findings":[]`)
	h.want(ask(`{"lang":"fa"}`), 200, `"findings":[]`)
	// NUL bytes and half a surrogate are characters like any other here; positions stay right.
	h.want(ask(`{"lang":"fa","headline":"تیتر","lede":"\u0000\ud83d می رود"}`), 200, `"from":3,"to":9`)
	var many strings.Builder
	for range 1500 {
		many.WriteString("می رود ")
	}
	w, found := reporter.checked(typedText{Lang: "fa", Headline: "تیتر", Lede: "لید", Body: []string{many.String()}})
	if len(found) != maxFindings || !strings.Contains(w.Body.String(), `"more":true`) {
		t.Errorf("%d findings of a text full of them", len(found))
	}
}

func TestChecklistShowsWhatTheCopyDeskFound(t *testing.T) {
	h := newHouse(t)
	chief := h.hire("sardabir", "سردبیر", news.ChiefEditor)
	fields := articleFields("do", "publish", "lede", "او می رود و <b> که که", "body", "کتاب ها")
	w := chief.post("/newsroom/articles", fields)
	h.want(w, 409, "میز ویرایش ۳ نکته دارد که ۲ تا", "«می رود» ← «می‌رود»", "«که که»", `name="do" value="fix"`, `href="#copydesk"`, `name="confirmed" value="publish"`)
	h.lacks(w, `value="publish" autofocus`)
	articles, err := h.desk.Articles(t.Context(), chief.user.Actor(), news.ArticleFilter{})
	h.must(err)
	code := articles.Rows[0].Code
	fields.Set("base", "1")
	fields.Set("do", "fix")
	fields.Set("action", "another")
	chief.lands(chief.post("/newsroom/articles/"+code.String(), fields), "موارد بی‌خطر درست شد", "می‌رود", "کتاب‌ها")
	a, err := h.desk.Article(t.Context(), chief.user.Actor(), code)
	h.must(err)
	if a.Revision != 2 || a.State != news.Draft || a.Content.Body != "<p>کتاب‌ها</p>" {
		t.Errorf("revision %d, %s, %s", a.Revision, a.State, a.Content.Body)
	}
}
