package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

const articlePath = "/news/12/%D8%AE%D8%A8%D8%B1-12"

// inOrder finds the parts of a page one after the other.
func inOrder(t *testing.T, body string, parts ...string) {
	t.Helper()
	rest := body
	for _, part := range parts {
		_, after, ok := strings.Cut(rest, part)
		if !ok {
			t.Fatalf("%q is missing, or stands too early, in\n%s", part, body)
		}
		rest = after
	}
}

func TestArticlePageKeepsTheOrderOfTheProduct(t *testing.T) {
	m := newSample()
	w := get(t, m.handler(t, i18n.FA), articlePath)
	if w.Code != http.StatusOK {
		t.Fatalf("status %d\n%s", w.Code, m.logged.String())
	}
	inOrder(t, w.Body.String(),
		`<html lang="fa" dir="rtl">`, `rel="canonical" href="https://haftrud.example/news/12/`, `application/ld+json`,
		`class="path"`, "شهر", "پس از دو سال درخواست اهالی", "<h1", "کتابخانهٔ میدان کاوه", "از شنبه، تالار مطالعه",
		"کد خبر: ۱۲", `<time datetime="2025-11-25T10:00:00+03:30"`, "۱۰:۰۰ ۰۴ آذر ۱۴۰۴", "نگار سپهوند", "چاپ",
		`srcset="/media/3/320.jpg 320w, /media/3/480.jpg 480w, /media/3/640.jpg 640w, /media/3/960.jpg 960w, /media/3/1280.jpg 1000w"`, `width="1000" height="563"`, "تالار شبانه", "عکس: کیوان مرادپور",
		"<p>به گزارش خبرگزاری هفت‌رود، مدیر کتابخانه گفت", "انتهای پیام/۱۲۳", "برچسب‌ها", "https://haftrud.example/news/12",
		"اخبار پیشنهادی", "نظرات کاربران", "انتشار یافته: ۳", "در انتظار بررسی: ۰",
		"ناشناس", "ایران", "۱۶:۱۲ ۰۴ آذر ۱۴۰۰", "خبر خوبی بود.", "جمعه‌ها هم؟", "تحریریه", "بله، هر شب.",
		"تبادل نظر", `action="/news/12/comments#write"`, "آخرین اخبار", "پربازدیدترین")
	if m.views != 1 {
		t.Errorf("counted %d views, want 1", m.views)
	}
}

func TestAddressesOfAnArticle(t *testing.T) {
	h := newSample().handler(t, i18n.FA)
	for _, tt := range []struct {
		path   string
		status int
		target string
	}{
		{"/news/12", 301, articlePath}, {"/news/12/else", 301, articlePath}, {"/fa/news/12/any/thing", 301, articlePath}, {"/fa/news/12", 301, articlePath},
		{"/news/16", 200, ""}, {"/news/16/x", 301, "/news/16"},
		{"/news/99", 404, ""}, {"/news/99/x", 404, ""}, {"/news/012", 404, ""}, {"/news/x", 404, ""}, {"/fa/news/99/x", 404, ""},
		{"/news/20", 410, ""}, {"/news/20/x", 410, ""}, {"/fa/news/20/x", 410, ""}, {"/print/20", 410, ""},
	} {
		w := get(t, h, tt.path)
		if w.Code != tt.status || w.Header().Get("Location") != tt.target {
			t.Errorf("%s: %d %q, want %d %q", tt.path, w.Code, w.Header().Get("Location"), tt.status, tt.target)
		}
		if tt.status == 410 && !strings.Contains(w.Body.String(), "به درخواست نویسنده حذف شد.") {
			t.Errorf("%s does not say why", tt.path)
		}
	}
}

func TestEveryPageAnswers(t *testing.T) {
	for _, lang := range i18n.Langs() {
		m := newSample()
		h := m.handler(t, lang)
		for path, want := range map[string]int{
			"/": 200, "/latest": 200, "/section/city": 200, "/section/none": 404, "/tag/%DA%A9%D8%AA%D8%A7%D8%A8%D8%AE%D8%A7%D9%86%D9%87": 200, "/tag/none": 404,
			"/latest?after=junk": 404, "/archive": 302, "/archive/1404/09/04": 200, "/archive/1404/9/4": 301, "/archive/1404/09/01": 200,
			"/archive/1404/13/01": 404, "/archive/1404/12/30": 404, "/archive/1404/09/05": 404, "/archive/1100/01/01": 404,
			"/about": 200, "/contact": 404, "/print/12": 200, "/comments/receipt": 200, "/comments/receipt/none": 404,
			"/rss.xml": 200, "/section/city/rss.xml": 200, "/sitemap.xml": 200, "/sitemap/1.xml": 200, "/sitemap/2.xml": 404, "/sitemap/01.xml": 404,
			"/robots.txt": 200, "/favicon.ico": 302, "/media/3/480.jpg": 200, "/media/3/481.jpg": 404, "/media/4/480.jpg": 404, "/nothing": 404,
		} {
			w := get(t, h, path)
			if w.Code != want {
				t.Errorf("%s %s: %d, want %d\n%s", lang, path, w.Code, want, m.logged.String())
			}
			if body := w.Body.String(); strings.Contains(body, "⟦") {
				t.Errorf("%s %s lacks a translation: %.80s", lang, path, body[strings.Index(body, "⟦"):])
			}
		}
	}
}

func TestUndatedArticleShowsNoDateAndIsNotLatest(t *testing.T) {
	h := newSample().handler(t, i18n.FA)
	if body := get(t, h, "/latest").Body.String(); strings.Contains(body, "نامه‌ای بی‌تاریخ") && strings.Contains(body, `class="row"`) {
		main, _, _ := strings.Cut(body, `class="side"`)
		if strings.Contains(main, "نامه‌ای بی‌تاریخ") {
			t.Error("an undated article is in latest")
		}
	}
	body := get(t, h, "/news/14/%D8%AE%D8%A8%D8%B1-14").Body.String()
	_, facts, _ := strings.Cut(body, `class="facts"`)
	facts, _, _ = strings.Cut(facts, "</div>")
	if facts == "" || strings.Contains(facts, "<time") {
		t.Errorf("facts of an undated article: %s", facts)
	}
}

func TestOtherPeoplesTextSaysItsLanguage(t *testing.T) {
	h := newSample().handler(t, i18n.FA)
	body := get(t, h, "/news/15/%D8%AE%D8%A8%D8%B1-15").Body.String()
	inOrder(t, body, `<h1 lang="en" dir="auto">Night readers`, "منبع: Haftrud", `<div class="text" lang="en" dir="ltr"><p>The hall`)
	body = get(t, h, "/news/16").Body.String()
	if strings.Contains(body, "<script>alert") || strings.Contains(body, "<b>lede</b>") {
		t.Error("a headline broke out of its page")
	}
}

func TestErrorPagesDoNotReadTheStore(t *testing.T) {
	m := newSample()
	m.broken = errors.New("the disk is gone")
	w := get(t, m.handler(t, i18n.FA), "/")
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "خطایی از سوی ما رخ داد") {
		t.Errorf("status %d, body %.300s", w.Code, w.Body.String())
	}
	if strings.Contains(w.Body.String(), "disk") {
		t.Error("the cause is shown")
	}
}

func TestAnArticlesFirstViewWithinFourteenKilobytes(t *testing.T) {
	h := newSample().handler(t, i18n.FA)
	page := get(t, h, articlePath).Body.Bytes()
	links := regexp.MustCompile(`<link rel="stylesheet" href="([^"]+)"`).FindAllSubmatch(page, -1)
	if len(links) != 1 {
		t.Fatalf("the page has %d style sheets", len(links))
	}
	packed := func(body []byte, level int) int {
		var out bytes.Buffer
		w := brotli.NewWriterLevel(&out, level)
		w.Write(body)
		w.Close()
		return out.Len()
	}
	html, sheet := packed(page, 4), 0
	for _, link := range links {
		sheet += packed(get(t, h, string(link[1])).Body.Bytes(), brotli.BestCompression)
	}
	t.Logf("html %d → %d, css %d bytes", len(page), html, sheet)
	if html+sheet > 14_000 {
		t.Errorf("%d bytes compressed", html+sheet)
	}
}

// post sends the comment form of article 12.
func post(t *testing.T, h http.Handler, accept string, fields url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/news/12/comments", strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var typed = url.Values{"name": {"سارا <b>"}, "email": {"sara@"}, "text": {"دو خط\r\nنوشتم"}, "parent": {"31"}, "action": {"abcdefghijklmnopqrstuv"}}

func TestCommentInvalidEmailKeepsInput(t *testing.T) {
	m := newSample()
	m.refuse = news.FieldError("email", "error.email")
	w := post(t, m.handler(t, i18n.FA), "", typed)
	if w.Code != http.StatusUnprocessableEntity {
		t.Fatalf("status %d\n%s", w.Code, m.logged.String())
	}
	inOrder(t, w.Body.String(), "<h1", "نظرات کاربران", `name="action" value="abcdefghijklmnopqrstuv"`, `name="parent" value="31"`, `<bdi>ناشناس</bdi>`,
		`value="سارا &lt;b&gt;"`, `value="sara@"`, `aria-describedby="email-error" aria-invalid="true"`,
		`id="email-error">آدرس ایمیل خود را با فرمت مناسب وارد نمایید.`, "دو خط\nنوشتم</textarea>")
	if got := m.submitted[0]; got.Parent != 31 || got.Text != "دو خط\nنوشتم" || got.Article != 12 {
		t.Errorf("submitted %+v", got)
	}
}

func TestCommentRefusedKeepsInput(t *testing.T) {
	for _, tt := range []struct {
		refuse error
		status int
	}{
		{news.Fail(news.TooMany, "error.comment_rate"), 429},
		{news.Fail(news.Conflict, "error.comments_closed"), 409},
		{news.Fail(news.Unavailable, "error.unavailable"), 503},
	} {
		m := newSample()
		m.refuse = tt.refuse
		h := m.handler(t, i18n.FA)
		w := post(t, h, "", typed)
		if w.Code != tt.status {
			t.Errorf("%v: status %d", tt.refuse, w.Code)
		}
		inOrder(t, w.Body.String(), `id="write"`, `class="notice wrong" role="alert">`, "دو خط\nنوشتم")
		w = post(t, h, "application/json", typed)
		var a answer
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || a.Message == "" || w.Code != tt.status {
			t.Errorf("%v: %d %s", tt.refuse, w.Code, w.Body.String())
		}
	}
}

func TestCommentIsThankedWithItsReceipt(t *testing.T) {
	m := newSample()
	h := m.handler(t, i18n.FA)
	w := post(t, h, "", typed)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/comments/receipt/"+sampleReceipt || w.Header().Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	w = post(t, h, "application/json", typed)
	var a answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusCreated || a.Receipt != sampleReceipt || !strings.Contains(a.Counts, "در انتظار بررسی: ۲") {
		t.Errorf("%d %+v", w.Code, a)
	}
	inOrder(t, a.HTML, "سارا &lt;b&gt;", "<p dir=\"auto\">دو خط</p>", "ABCD-EFGH-2345")
	if strings.Contains(w.Body.String(), "sara@") {
		t.Error("the e-mail comes back")
	}
	if m.submitted[0].Trap != "" {
		t.Error("the trap was sprung by nobody")
	}
}

func TestReplyWithoutScript(t *testing.T) {
	h := newSample().handler(t, i18n.FA)
	inOrder(t, get(t, h, articlePath+"?reply=31").Body.String(), `name="parent" value="31"`, "<bdi>ناشناس</bdi>")
	// A reply cannot be replied to, and whoever is not there neither.
	for asked, want := range map[string]string{"reply=32": "", "reply=77": "", "reply=x": "", "reply=031": "", "reply=%DB%B3%DB%B1": "", "play=1": "", "play=x": "",
		"reply=31&play=1": "?reply=31", "reply=31&order=best": "?order=best", "order=junk": "", "order=newest": ""} {
		if w := get(t, h, articlePath+"?"+asked); w.Code != http.StatusSeeOther || w.Header().Get("Location") != articlePath+want {
			t.Errorf("?%s: %d to %s", asked, w.Code, w.Header().Get("Location"))
		}
	}
	if w := get(t, h, articlePath+"?utm_source=x"); w.Code != http.StatusOK {
		t.Errorf("a parameter of others: %d", w.Code)
	}
}

func TestReceiptPageIsPrivate(t *testing.T) {
	m := newSample()
	h := m.handler(t, i18n.FA)
	w := get(t, h, "/comments/receipt/"+sampleReceipt)
	if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Referrer-Policy") != "no-referrer" || w.Code != 200 {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	inOrder(t, w.Body.String(), `content="noindex, nofollow"`, "در انتظار بررسی", "ABCD-EFGH-2345", "نظر من", `href="/news/12/`)
	inOrder(t, get(t, h, "/comments/receipt/REJECTED2345").Body.String(), "غیر قابل انتشار", "دلیل: ")
	if strings.Contains(m.logged.String(), sampleReceipt) {
		t.Error("the code is in the log")
	}
	ask := func(code string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/comments/receipt", strings.NewReader(url.Values{"code": {code}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if w := ask(sampleReceipt); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/comments/receipt/"+sampleReceipt {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := ask("WRONG"); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `value="WRONG"`) {
		t.Errorf("%d", w.Code)
	}
	if w := ask(""); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("%d", w.Code)
	}
}

func TestFrontIsEditedWithFewAndWithoutPictures(t *testing.T) {
	for n := range 4 {
		m := newSample()
		m.articles = m.articles[:n]
		w := get(t, m.handler(t, i18n.FA), "/")
		if w.Code != 200 {
			t.Fatalf("%d articles: %d\n%s", n, w.Code, m.logged.String())
		}
		if got := strings.Count(w.Body.String(), `class="second"`); got != max(0, min(n-1, 2)) {
			t.Errorf("%d articles: %d seconds", n, got)
		}
	}
	m := newSample()
	for i := range m.articles {
		m.articles[i].Picture = news.Picture{}
	}
	if body := get(t, m.handler(t, i18n.FA), "/").Body.String(); !strings.Contains(body, "lead bare") || strings.Contains(body, `class="field"`) {
		t.Error("a front page without any picture keeps places for them")
	}
}

func TestRoutesAreValid(t *testing.T) {
	if err := web.Validate((&Site{}).routes()); err != nil {
		t.Error(err)
	}
}

// TestNotesAndBoxes: a note to editors is on no page, and a box shows an article only as far as readers may know it.
func TestNotesAndBoxes(t *testing.T) {
	m := newSample()
	m.articles[0].Body = `<p>متن</p>
<aside class="desk-note"><p>رازکلیدواژه</p></aside>
<aside class="more"><a href="/news/13"></a></aside>
<aside class="more"><a href="/news/20"></a></aside>
<aside class="more"><a href="/news/4711"></a></aside>`
	h := m.handler(t, i18n.FA)
	for _, path := range []string{articlePath, "/print/12", "/rss.xml", "/"} {
		w := get(t, h, path)
		if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "رازکلیدواژه") {
			t.Errorf("%s: %d, or it shows the note", path, w.Code)
		}
		if strings.Contains(w.Body.String(), "/news/20") || strings.Contains(w.Body.String(), "/news/4711") {
			t.Errorf("%s names an article that readers may not see", path)
		}
	}
	if page := get(t, h, articlePath).Body.String(); !strings.Contains(page, `<aside class="more"><a href="/news/13/`) || !strings.Contains(page, "پل قدیمی مرمت می‌شود</a></aside>") {
		t.Errorf("the box is not filled: %s", page)
	}
}
