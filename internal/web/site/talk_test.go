package site

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// send posts a form of the reader's pages; cookie is the reader's, "" for none.
func send(t *testing.T, h http.Handler, path, accept, cookie string, fields url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", accept)
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: "__Secure-reader", Value: cookie})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// crowd gives article 12 n threads.
func (m *memory) crowd(n int) {
	for i := range n {
		m.comments[12] = append(m.comments[12], news.PublicComment{ID: news.CommentID(100 + i), Article: 12, Thread: news.CommentID(100 + i), Head: true,
			Text: fmt.Sprint("نظر ", i), CreatedAt: sampleNow.Add(-time.Duration(i) * time.Hour)})
	}
}

func TestCommentsComeTwentyAPage(t *testing.T) {
	m := newSample()
	m.crowd(30)
	h := m.handler(t, i18n.FA)
	first := get(t, h, articlePath).Body.String()
	if n := strings.Count(first, `<article class="letter"`) + strings.Count(first, `<article class="letter ours"`); n != 22 {
		t.Errorf("%d letters on the first page, want 20 threads and 2 answers", n)
	}
	inOrder(t, first, "تازه‌ترین", `?order=oldest#comments"`, `?order=best#comments"`, `id="c31"`, `form="votes" name="up" value="31"`, `?reply=31#write"`,
		`/news/12/comments/31/report"`, `id="c32"`, "<b>۳</b>", `class="letter ours" id="c33"`, `rel="next nofollow">نظرهای بعدی`, `action="/news/12/votes"`)
	next := get(t, h, articlePath+"?order=oldest&after=1.k").Body.String()
	inOrder(t, next, `order=oldest#comments" aria-current="true"`, "نظر 19", `name="back" value="?after=1.k&amp;order=oldest"`)
	if m.views != 1 {
		t.Errorf("leafing through comments counts as %d views", m.views)
	}
	for path, want := range map[string]int{"?after=junk": 404, "?thread=junk": 404, "?thread=999": 404, "?order=junk": 303, "?thread=33": 200} {
		if w := get(t, h, articlePath+path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

func TestPermanentLinkLeadsToTheComment(t *testing.T) {
	m := newSample()
	h := m.handler(t, i18n.FA)
	for path, want := range map[string]string{
		"/news/12/comments/31": articlePath + "?thread=31#c31", "/news/12/comments/33": articlePath + "?thread=31#c33",
	} {
		w := get(t, h, path)
		if w.Code != http.StatusFound || w.Header().Get("Location") != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Location"))
		}
		page, _, _ := strings.Cut(want, "#")
		inOrder(t, get(t, h, page).Body.String(), "یک گفت‌وگو", "همهٔ نظرها", `id="c31"`, `id="c33"`)
	}
	for path, want := range map[string]int{"/news/12/comments/99": 404, "/news/13/comments/31": 404, "/news/12/comments/x": 404, "/news/20/comments/31": 410} {
		if w := get(t, h, path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

func TestLongCommentsAreFoldedInLists(t *testing.T) {
	m := newSample()
	long := strings.Repeat("واژه ", 300)
	m.comments[12][2].Text = long
	h := m.handler(t, i18n.FA)
	page := get(t, h, articlePath).Body.String()
	if strings.Contains(page, strings.TrimSpace(long)) || !strings.Contains(page, "واژه…</p>") {
		t.Error("a text of 1,500 characters is not folded")
	}
	inOrder(t, page, "واژه…", `href="/news/12/comments/31" rel="nofollow">ادامهٔ این نظر`)
	if !strings.Contains(get(t, h, articlePath+"?thread=31").Body.String(), strings.TrimSpace(long)) {
		t.Error("its own page folds it too")
	}
}

func TestVoteWithAndWithoutScript(t *testing.T) {
	m := newSample()
	h := m.handler(t, i18n.FA)
	for back, want := range map[string]string{
		"": articlePath + "#c31", "?order=best&after=1.k": articlePath + "?after=1.k&order=best#c31", "?thread=31": articlePath + "?thread=31#c31",
		"//evil.example/?order=best": articlePath + "#c31", "?x=%0d%0aSet-Cookie:1": articlePath + "#c31",
	} {
		w := send(t, h, "/news/12/votes", "", "me", url.Values{"up": {"31"}, "back": {back}})
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Errorf("%q: %d %s, want %s", back, w.Code, w.Header().Get("Location"), want)
		}
	}
	if in := m.opinions[0]; in.Comment != 31 || in.Article != 12 || in.Cookie != "me" || !in.Address.IsValid() {
		t.Errorf("%+v", in)
	}
	var a answer
	w := send(t, h, "/news/12/votes", "application/json", "", url.Values{"down": {"31"}})
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || a.Up != "۴" || a.Down != "۱" {
		t.Errorf("%d %s", w.Code, w.Body.String())
	}
	if w := send(t, h, "/news/12/votes", "", "", url.Values{}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a vote for nothing: %d", w.Code)
	}
	m.refuse = news.Fail(news.TooMany, "error.vote_rate")
	w = send(t, h, "/news/12/votes", "", "", url.Values{"up": {"31"}})
	if w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), "رأی‌های بسیاری") {
		t.Errorf("%d does not say why", w.Code)
	}
}

func TestReportForm(t *testing.T) {
	m := newSample()
	h := m.handler(t, i18n.FA)
	w := get(t, h, "/news/12/comments/31/report")
	inOrder(t, w.Body.String(), "noindex", "گزارش یک نظر", "خبر خوبی بود.", `name="reason" value="insult"`, `name="note"`)
	w = send(t, h, "/news/12/comments/31/report", "", "", url.Values{"note": {"چون & <b>"}})
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", w.Code)
	}
	inOrder(t, w.Body.String(), `id="reason-error">علت`, "چون &amp; &lt;b&gt;</textarea>")
	w = send(t, h, "/news/12/comments/31/report", "", "", url.Values{"reason": {"insult"}})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "به ناظران رسید") {
		t.Errorf("%d", w.Code)
	}
	if w := send(t, h, "/news/12/comments/99/report", "", "", url.Values{"reason": {"insult"}}); w.Code != http.StatusNotFound {
		t.Errorf("on a comment that is not there: %d", w.Code)
	}
}

func TestCookieIsTheReadersChoice(t *testing.T) {
	m := newSample()
	h := m.handler(t, i18n.FA)
	for _, tt := range []struct {
		name, gives, has, remember, want string
	}{
		{"wants one", "new", "", "1", "__Secure-reader=new; Path=/news; Max-Age=34560000; HttpOnly; Secure; SameSite=Lax"},
		{"has one", "", "old", "1", ""},
		{"declines", "", "", "", ""},
		{"declines and has one", "", "old", "", "__Secure-reader=; Path=/news; Max-Age=0; HttpOnly; Secure; SameSite=Lax"},
	} {
		m.cookie = tt.gives
		w := send(t, h, "/news/12/comments", "", tt.has, url.Values{"text": {"نظر من"}, "remember": {tt.remember}})
		if got := w.Header().Get("Set-Cookie"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if in := m.submitted[len(m.submitted)-1]; in.Cookie != tt.has || in.Remember != (tt.remember != "") {
			t.Errorf("%s: %+v", tt.name, in)
		}
	}
}

func TestChallengeKeepsWhatWasTyped(t *testing.T) {
	m := newSample()
	m.refuse, m.challenge = news.Fail(news.TooMany, "error.challenge"), &discussion.Challenge{Token: "abc.def", Bits: 17, Wait: 19500 * time.Millisecond}
	h := m.handler(t, i18n.FA)
	w := send(t, h, "/news/12/comments", "", "", typed)
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	inOrder(t, w.Body.String(), "noindex", "۲۰ ثانیه", `action="/news/12/comments#write"`, `name="parent" value="31"`, `value="سارا &lt;b&gt;"`, `value="sara@"`,
		"دو خط\nنوشتم</textarea>", `name="ticket" value="abc.def"`)
	typedAgain := url.Values{"ticket": {"abc.def"}, "text": {"دو خط"}}
	inOrder(t, send(t, h, "/news/12/comments", "", "", typedAgain).Body.String(), `role="alert">هنوز ۲۰ ثانیه`)
	var a answer
	w = send(t, h, "/news/12/comments", "application/json", "", typed)
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || a.Work == nil || a.Work.Ticket != "abc.def" || a.Work.Bits != 17 || len(a.Work.Seed) != 64 || a.Message == "" {
		t.Errorf("%d %s", w.Code, w.Body.String())
	}
}

func TestClosedCommentsSayWhy(t *testing.T) {
	m := newSample()
	m.siteClosed = "تا پایان تعطیلات نظر نمی‌پذیریم."
	page := get(t, m.handler(t, i18n.FA), articlePath).Body.String()
	if strings.Contains(page, `<textarea`) || strings.Contains(page, "?reply=") || !strings.Contains(page, m.siteClosed) {
		t.Error("the page does not say that comments are closed, or offers to write")
	}
	if strings.Contains(page, `name="up"`) || !strings.Contains(page, "/report") {
		t.Error("a closed discussion takes votes, or no reports")
	}
}

func TestCommentFeeds(t *testing.T) {
	m := newSample()
	m.comments[12][1].Text = "<script>alert(1)</script> & \x01\""
	h := m.handler(t, i18n.FA)
	for _, path := range []string{"/news/12/comments/rss.xml", "/comments/rss.xml"} {
		w := get(t, h, path)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/rss+xml; charset=utf-8" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		inOrder(t, w.Body.String(), "<title>", `href="https://haftrud.example`+path+`"`, "تحریریه دربارهٔ «کتابخانهٔ میدان کاوه", "https://haftrud.example/news/12/comments/33",
			"<dc:creator>تحریریه</dc:creator>", "بله، هر شب.", "سارا دربارهٔ", "&amp;lt;script&amp;gt;alert(1)")
	}
	if w := get(t, h, "/news/20/comments/rss.xml"); w.Code != http.StatusGone {
		t.Errorf("the feed of a withdrawn article: %d", w.Code)
	}
	inOrder(t, get(t, h, articlePath).Body.String(), `type="application/rss+xml" title="خوراک نظرها" href="/news/12/comments/rss.xml"`)
}

func TestReceiptsOwnActs(t *testing.T) {
	m := newSample()
	h := m.handler(t, i18n.FA)
	at := "/comments/receipt/" + sampleReceipt
	inOrder(t, get(t, h, at).Body.String(), "۲ نظر پیش از نظر شما", at+"/edit", at+"/withdraw")
	inOrder(t, get(t, h, at+"/edit").Body.String(), "یک بار", "نظر من</textarea>", "ثبت متن تازه")
	w := send(t, h, at+"/edit", "", "", url.Values{"text": {"آ"}})
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a text too short: %d", w.Code)
	}
	inOrder(t, w.Body.String(), `aria-invalid="true">آ</textarea>`, `id="text-error">`)
	w = send(t, h, at+"/edit", "", "", url.Values{"text": {"متن تازه"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != at+"?done=edited" || w.Header().Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	inOrder(t, get(t, h, at+"?done=edited").Body.String(), "متن تازهٔ شما ثبت شد.", "متن تازه")
	if w := get(t, h, at+"/edit"); w.Code != http.StatusSeeOther {
		t.Errorf("editing twice is offered: %d", w.Code)
	}
	var a answer
	r := httptest.NewRequest(http.MethodGet, at, nil)
	r.Header.Set("Accept", "application/json")
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || a.State != "pending" || !strings.Contains(a.HTML, `href="`+at+`"`) {
		t.Errorf("%d %s", w.Code, w.Body.String())
	}
	inOrder(t, get(t, h, at+"/withdraw").Body.String(), "برای همیشه پاک می‌شود", "بله، پاک شود", "نه، بماند")
	if w := send(t, h, at+"/withdraw", "", "", nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != at {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	page := get(t, h, at).Body.String()
	if inOrder(t, page, "این نظر را پس گرفته‌اید"); strings.Contains(page, "متن تازه") || strings.Contains(page, "/withdraw") {
		t.Error("a withdrawn comment is still shown, or can be withdrawn again")
	}
}
