package newsroom

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"html"
	"image"
	"image/png"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/auth"
	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/dabir-newsroom/dabir/internal/web"
	"github.com/dabir-newsroom/dabir/theme"
)

// house is a whole newsroom on a database of its own.
type house struct {
	t       testing.TB
	handler http.Handler
	store   *store.Store
	auth    *auth.Desk
	desk    *editorial.Desk
	talk    *discussion.Desk
	bans    *discussion.Bans
	room    *Newsroom
	engine  *discussion.Engine

	pictures *media.Library
}

func newHouse(t testing.TB) *house {
	t.Helper()
	s := storetest.SQLite(t)
	h := &house{t: t, store: s, auth: auth.New(auth.Keepers{Users: s, Tokens: s, Attempts: s, Credentials: s}, []byte("the key of a test"), time.Now), desk: editorial.New(s, "fa", time.Now),
		bans: discussion.NewBans(s, time.Now)}
	h.talk = discussion.New(s, h.bans, func(netip.Addr) string { return "IR" }, discussion.Settings{}, time.Now)
	moderation := discussion.NewModeration(s, s, s, nil, time.Now)
	bundle, err := i18n.Load()
	h.must(err)
	assets, err := web.NewAssets(theme.Assets(), Assets())
	h.must(err)
	pictures, err := media.New(t.TempDir(), s)
	h.must(err)
	t.Cleanup(pictures.Close)
	passkeys, err := auth.NewPasskeys(h.auth, "http://news.example", "روزنامهٔ آزمون")
	h.must(err)
	room, err := New(Options{SiteName: "روزنامهٔ آزمون", SiteURL: "http://news.example", Bundle: bundle, Lang: i18n.FA, Assets: assets,
		Auth: h.auth, Second: h.auth, Account: h.auth, Passkeys: passkeys, People: h.auth, Keys: h.auth, Articles: h.desk, Flow: h.desk, House: h.desk.House(), Names: s, Corrections: s.Public(),
		Comments: moderation, Decisions: moderation, Bans: h.bans, Texts: moderation, Pictures: pictures, Uploads: pictures, Media: s})
	h.must(err)
	h.room, h.pictures = room, pictures
	plain := web.Area{Routes: []web.Route{assets.Route()}}
	h.engine = discussion.NewEngine(s, s, discussion.Rules{Mode: news.ModePre}, time.Now)
	rules := room.RulesArea(discussion.NewRulebook(s, h.engine, time.Now), h.engine)
	h.handler, err = web.New(web.Options{SiteURL: "http://news.example", Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))}, plain, room.Area(), rules)
	h.must(err)
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// person is somebody at a browser.
type person struct {
	*house
	user   news.User
	cookie *http.Cookie
}

// hire makes a user and signs them in by a link.
func (h *house) hire(username, name string, roles ...news.Role) *person {
	h.t.Helper()
	operator := news.SystemActor("test", news.Operator)
	user, err := h.auth.CreateUser(h.t.Context(), operator, auth.NewUser{Username: username, Name: name, Roles: roles})
	h.must(err)
	link, err := h.auth.NewLink(h.t.Context(), operator, user.ID)
	h.must(err)
	p := &person{house: h, user: user}
	w := p.post("/newsroom/signin/"+link, nil)
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) != 2 {
		h.t.Fatalf("sign in: %d %s", w.Code, w.Body)
	}
	p.cookie = w.Result().Cookies()[0]
	return p
}

func (p *person) do(r *http.Request) *httptest.ResponseRecorder {
	if p.cookie != nil {
		r.AddCookie(p.cookie)
	}
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	return w
}

func (p *person) get(path string) *httptest.ResponseRecorder {
	return p.do(httptest.NewRequest("GET", path, nil))
}

func (p *person) post(path string, fields url.Values, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return p.do(r)
}

// want fails unless the answer has the status and its text holds every piece.
func (h *house) want(w *httptest.ResponseRecorder, status int, pieces ...string) {
	h.t.Helper()
	if w.Code != status {
		h.t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	text := html.UnescapeString(w.Body.String())
	for _, piece := range pieces {
		if !strings.Contains(text, piece) {
			h.t.Errorf("the page lacks %q: %s", piece, text)
		}
	}
}

func (h *house) lacks(w *httptest.ResponseRecorder, pieces ...string) {
	h.t.Helper()
	text := html.UnescapeString(w.Body.String())
	for _, piece := range pieces {
		if strings.Contains(text, piece) {
			h.t.Errorf("the page holds %q", piece)
		}
	}
}

func articleFields(more ...string) url.Values {
	v := url.Values{"action": {web.NewAction()}, "base": {"0"}, "headline": {"پل تازه باز شد"}, "lede": {"لید خبر"}, "kind": {"news"}, "lang": {"fa"},
		"section": {"0"}, "body": {"بند نخست\n\n> نقل قول\n\n- یک\n- دو"}, "tags": {"پل، شهرداری، پل"}, "bylines": {"سارا رضایی | ۱۲\nامید"}, "end_mark": {"yes"}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

// write saves an article as a person does and returns its code.
func (p *person) write(fields url.Values) news.Code {
	p.t.Helper()
	w := p.post("/newsroom/articles", fields)
	p.want(w, http.StatusSeeOther)
	m := regexp.MustCompile(`^/newsroom/articles/(\d+)\?done=`).FindStringSubmatch(w.Header().Get("Location"))
	if m == nil {
		p.t.Fatalf("led to %s", w.Header().Get("Location"))
	}
	code, _ := news.ParseCode(m[1])
	return code
}

// comment leaves a reader's comment.
func (h *house) comment(code news.Code, name, text string) news.CommentID {
	h.t.Helper()
	s, err := h.talk.Submit(h.t.Context(), discussion.Submission{Action: web.NewAction(), Article: code, Name: name, Email: "reader@example.org", Text: text,
		Address: netip.MustParseAddr("192.0.2.1")})
	h.must(err)
	return s.Comment.ID
}

func TestTheDoorIsClosed(t *testing.T) {
	h := newHouse(t)
	stranger := &person{house: h}
	w := stranger.get("/newsroom/articles?state=draft")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/newsroom/signin?next=%2Fnewsroom%2Farticles%3Fstate%3Ddraft" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
	h.want(stranger.post("/newsroom/articles", articleFields()), http.StatusUnauthorized, "نشست شما پایان یافته است")
	moderator := h.hire("mina", "مینا", news.Moderator)
	h.want(moderator.get("/newsroom/articles/new"), http.StatusForbidden, "دسترسی ندارید")
	h.want(moderator.post("/newsroom/articles", articleFields()), http.StatusForbidden)
	reporter := h.hire("omid", "امید", news.Reporter)
	h.want(reporter.get("/newsroom/comments"), http.StatusForbidden)
	h.lacks(reporter.get("/newsroom/articles/new"), `value="publish"`)
	h.want(reporter.post("/newsroom/articles", articleFields("do", "publish")), http.StatusForbidden)
	for _, area := range []string{"/newsroom/articles", "/newsroom/comments", "/newsroom/signin"} {
		if got := moderator.get(area).Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", area, got)
		}
	}
}

func TestSignInByPassword(t *testing.T) {
	h := newHouse(t)
	operator := news.SystemActor("test", news.Operator)
	_, err := h.auth.CreateUser(t.Context(), operator, auth.NewUser{Username: "sara", Name: "سارا", Password: "ده نویسه یا بیشتر", Roles: []news.Role{news.ChiefEditor}})
	h.must(err)
	stranger := &person{house: h}
	wrong := stranger.post("/newsroom/signin", url.Values{"username": {"sara"}, "password": {"نه"}, "next": {"/newsroom/comments"}})
	h.want(wrong, http.StatusUnprocessableEntity, "نام کاربری یا گذرواژه درست نیست", `value="sara"`, `value="/newsroom/comments"`)
	h.lacks(wrong, "نه\"")
	for next, want := range map[string]string{"/newsroom/comments": "/newsroom/comments", "https://evil.example/newsroom/": root, "//evil.example": root, "/newsroom//evil": root} {
		w := stranger.post("/newsroom/signin", url.Values{"username": {"Sara"}, "password": {"ده نویسه یا بیشتر"}, "next": {next}})
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Errorf("next %s: %d %s", next, w.Code, w.Header().Get("Location"))
		}
		cookies := w.Result().Cookies()
		if len(cookies) != 2 || cookies[0].Path != root || cookies[1].Path != pathSignIn {
			t.Fatalf("cookies %v", cookies)
		}
		for _, cookie := range cookies {
			if !cookie.HttpOnly || cookie.Secure || cookie.SameSite != http.SameSiteLaxMode {
				t.Errorf("cookie %v", cookie)
			}
		}
	}
}

func TestLinkIsUsedByTheButtonOnly(t *testing.T) {
	h := newHouse(t)
	p := h.hire("sara", "سارا", news.ChiefEditor)
	link, err := h.auth.NewLink(t.Context(), news.SystemActor("test", news.Operator), p.user.ID)
	h.must(err)
	stranger := &person{house: h}
	for range 2 {
		w := stranger.get("/newsroom/signin/" + link)
		h.want(w, http.StatusOK, "سارا")
		if w.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Error("the link may leak by Referer")
		}
	}
	h.want(stranger.post("/newsroom/signin/"+link, nil), http.StatusSeeOther)
	h.want(stranger.post("/newsroom/signin/"+link, nil), http.StatusNotFound, "این پیوند دیگر کار نمی‌کند")
	h.want(p.post("/newsroom/signout", nil), http.StatusSeeOther)
	h.want(p.get("/newsroom/articles"), http.StatusSeeOther)
}

func TestSetupForm(t *testing.T) {
	h := newHouse(t)
	link, err := h.auth.SetupLink(t.Context())
	h.must(err)
	p := &person{house: h}
	h.want(p.get("/newsroom/setup/"+link), http.StatusOK, "نخستین کاربر")
	h.want(p.post("/newsroom/setup/"+link, url.Values{"name": {"مدیر"}, "username": {"admin"}, "password": {"کوتاه"}}),
		http.StatusUnprocessableEntity, "دست‌کم ۱۰ نویسه", `value="مدیر"`, `value="admin"`)
	w := p.post("/newsroom/setup/"+link, url.Values{"name": {"مدیر"}, "username": {"admin"}, "password": {"گذرواژهٔ بلند"}})
	h.want(w, http.StatusSeeOther)
	p.cookie = w.Result().Cookies()[0]
	h.want(p.get("/newsroom/articles"), http.StatusOK, "خبرهای تحریریه اینجا می‌آیند", "سردبیر")
	h.want(p.get("/newsroom/setup/"+link), http.StatusConflict)
}

func TestArticleFromDraftToWithdrawn(t *testing.T) {
	h := newHouse(t)
	sara := h.hire("sara", "سارا", news.ChiefEditor)
	code := sara.write(articleFields())
	edit := editPath(code)
	h.want(sara.get(edit+"?done=saved"), http.StatusOK, "ذخیره شد", "پیش‌نویس", "> نقل قول", "پل، شهرداری", "سارا رضایی | ۱۲")
	h.want(sara.get("/newsroom/articles?q=پل&state=draft"), http.StatusOK, "پل تازه باز شد", "سارا")
	h.want(sara.get("/newsroom/articles?q=نیست"), http.StatusOK, "پیدا نشد")

	h.want(sara.post(edit, articleFields("base", "1", "do", "publish", "confirmed", "1", "body", "به گزارش ایرنا، متن تازه.\n\nانتهای پیام/۷")), http.StatusSeeOther)
	a, err := h.desk.Article(t.Context(), sara.user.Actor(), code)
	h.must(err)
	if a.State != news.Published || a.Content.Source != "ایرنا" || a.Content.DeskCode != "۷" || strings.Contains(a.Content.Body, "گزارش") {
		t.Errorf("stored: %+v", a)
	}
	h.want(sara.get(edit), http.StatusOK, news.ArticlePath(code, a.Content.Slug), "منتشر شده")

	long := strings.Repeat("ن", 301)
	h.want(sara.post(edit+"/comments", url.Values{"action": {web.NewAction()}, "closed": {"yes"}, "note": {long}}), http.StatusUnprocessableEntity, `value="`+long+`"`, `aria-invalid="true"`)
	h.want(sara.post(edit+"/comments", url.Values{"action": {web.NewAction()}, "closed": {"yes"}}), http.StatusSeeOther)
	h.want(sara.get(edit+"?done=closed"), http.StatusOK, "دریافت نظر بسته است")
	h.want(sara.get(edit+"/withdraw"), http.StatusOK, "پل تازه باز شد")
	h.want(sara.post(edit+"/withdraw", url.Values{"action": {web.NewAction()}, "reason": {" "}}), http.StatusUnprocessableEntity, "جمله‌ای را بنویسید")
	h.want(sara.post(edit+"/withdraw", url.Values{"action": {web.NewAction()}, "reason": {"نادرست بود."}}), http.StatusSeeOther)
	h.want(sara.get(edit), http.StatusOK, "نادرست بود.", "حذف از خروجی")
	h.want(sara.get(edit+"/withdraw"), http.StatusConflict)
}

func TestMistakesKeepWhatWasTyped(t *testing.T) {
	h := newHouse(t)
	sara := h.hire("sara", "سارا", news.ChiefEditor)
	typed := "## میان‌تیتر\n\n*  فهرست  \n\n<b>خام</b>"
	w := sara.post("/newsroom/articles", articleFields("headline", " ", "body", typed, "tags", "الف،ب", "bylines", "x|y", "kicker", "روتیتر"))
	h.want(w, http.StatusUnprocessableEntity, "تیتر را بنویسید", "\n"+typed+"</textarea>", "الف،ب</textarea>", "x|y</textarea>", `value="روتیتر"`, `aria-invalid="true"`)

	w = sara.post("/newsroom/articles", articleFields("do", "publish", "body", "", "lede", "", "kicker", "بماند"))
	h.want(w, http.StatusUnprocessableEntity, "برای انتشار", `value="بماند"`, `action="/newsroom/articles/`, `name="base" value="1"`)
}

func TestSecondEditorSeesBothTexts(t *testing.T) {
	h := newHouse(t)
	sara, omid := h.hire("sara", "سارا", news.ChiefEditor), h.hire("omid", "امید", news.DeskEditor)
	code := sara.write(articleFields())
	h.want(omid.post(editPath(code), articleFields("base", "1", "headline", "تیتر امید")), http.StatusSeeOther)
	w := sara.post(editPath(code), articleFields("base", "1", "headline", "تیتر سارا"))
	h.want(w, http.StatusConflict, "امید این خبر را ساعت", "تیتر سارا</textarea>", "تیتر امید</dd>", `name="base" value="2"`)
	h.want(sara.post(editPath(code), articleFields("base", "2", "headline", "تیتر سارا")), http.StatusSeeOther)
}

func TestRepeatedSaveMakesOneArticle(t *testing.T) {
	h := newHouse(t)
	sara := h.hire("sara", "سارا", news.ChiefEditor)
	fields := articleFields("do", "publish", "confirmed", "1")
	if a, b := sara.write(fields), sara.write(fields); a != b {
		t.Errorf("two articles, %d and %d", a, b)
	}
}

func TestPictureSurvivesAMistakeElsewhere(t *testing.T) {
	h := newHouse(t)
	sara := h.hire("sara", "سارا", news.ChiefEditor)
	upload := func(fields url.Values, withFile bool) *httptest.ResponseRecorder {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		for name, values := range fields {
			h.must(form.WriteField(name, values[0]))
		}
		part, err := form.CreateFormFile("picture", map[bool]string{true: "bridge.png"}[withFile])
		h.must(err)
		if withFile {
			h.must(png.Encode(part, image.NewGray(image.Rect(0, 0, 600, 400))))
		}
		h.must(form.Close())
		r := httptest.NewRequest("POST", "/newsroom/articles", &body)
		r.Header.Set("Content-Type", form.FormDataContentType())
		return sara.do(r)
	}
	h.want(upload(articleFields(), true), http.StatusUnprocessableEntity, "نام عکاس یا منبع عکس را بنویسید")
	w := upload(articleFields("picture_credit", "مریم", "headline", ""), true)
	h.want(w, http.StatusUnprocessableEntity, "تیتر را بنویسید", "/newsroom/media/1", `name="picture_id" value="1"`)
	if w := sara.get("/newsroom/media/1"); w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/jpeg" {
		t.Errorf("preview: %d %s", w.Code, w.Header().Get("Content-Type"))
	}
	h.want(upload(articleFields("picture_credit", "مریم", "picture_id", "1"), false), http.StatusSeeOther)
	h.want(sara.get("/newsroom/articles/1"), http.StatusOK, "/newsroom/media/1", "مریم")
	h.want(sara.post("/newsroom/articles/1", articleFields("base", "1", "picture_id", "1", "picture_credit", "مریم", "picture_remove", "yes")), http.StatusSeeOther)
	h.lacks(sara.get("/newsroom/articles/1"), "/newsroom/media/1")
}

func TestModeratorsDecide(t *testing.T) {
	h := newHouse(t)
	sara := h.hire("sara", "سارا", news.ChiefEditor)
	mina, navid := h.hire("mina", "مینا", news.Moderator), h.hire("navid", "نوید", news.Moderator)
	code := sara.write(articleFields("do", "publish", "confirmed", "1"))
	first, second := h.comment(code, "خواننده", "نظر نخست"), h.comment(code, "", "نظر دوم")
	h.want(mina.get("/newsroom/comments"), http.StatusOK, "نظر نخست", "reader@example.org", "ایران", "ناشناس", "پل تازه باز شد")
	act := func(p *person, id news.CommentID, what string, more ...string) *httptest.ResponseRecorder {
		v := url.Values{"action": {web.NewAction()}, "from": {"pending"}, "back": {"/newsroom/comments"}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return p.post(fmt.Sprintf("/newsroom/comments/%d/%s", id, what), v)
	}
	w := act(mina, first, "publish")
	h.want(w, http.StatusSeeOther)
	h.want(mina.get(w.Header().Get("Location")), http.StatusOK, "نظر منتشر شد", fmt.Sprintf("/newsroom/comments/%d/undo", first))
	h.want(act(navid, first, "reject", "reason", "insult"), http.StatusConflict, "این نظر را مینا ساعت", "منتشر کرد", "نظر نخست")
	h.want(act(navid, second, "reject"), http.StatusUnprocessableEntity, "علت رد را برگزینید", "نظر دوم")
	h.want(act(navid, second, "reject", "reason", "off_topic"), http.StatusSeeOther)
	rejected := mina.get("/newsroom/comments?tab=rejected")
	h.want(rejected, http.StatusOK, "تصمیم نوید", "بی‌ربط به خبر")
	h.lacks(rejected, fmt.Sprintf("comments/%d/undo", second))
	h.want(act(mina, second, "undo", "from", "rejected"), http.StatusConflict, "این نظر را نوید ساعت")
	h.want(act(navid, second, "undo", "from", "rejected"), http.StatusSeeOther)
	h.want(navid.get("/newsroom/comments"), http.StatusOK, "نظر دوم")
}

func TestScriptGetsJSON(t *testing.T) {
	h := newHouse(t)
	sara := h.hire("sara", "سارا", news.ChiefEditor)
	code := sara.write(articleFields("do", "publish", "confirmed", "1"))
	id := h.comment(code, "خواننده", "نظر نخست")
	path := fmt.Sprintf("/newsroom/comments/%d/", id)
	ask := func(what string, fields url.Values) (int, answer) {
		w := sara.post(path+what, fields, "Accept", "application/json")
		var a answer
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
			t.Fatalf("%s: %v: %s", what, err, w.Body)
		}
		return w.Code, a
	}
	status, a := ask("reject", url.Values{"action": {web.NewAction()}, "from": {"pending"}, "reason": {"advertising"}})
	if status != 200 || a.State != "rejected" || a.Message != "نظر رد شد: تبلیغ." || a.Counts["rejected"] != "۱" || len(a.Action) != 22 {
		t.Errorf("%d %+v", status, a)
	}
	if status, a = ask("publish", url.Values{"action": {web.NewAction()}, "from": {"pending"}}); status != 409 || !strings.Contains(a.Message, "سارا") {
		t.Errorf("%d %+v", status, a)
	}
	if status, a = ask("undo", url.Values{"action": {web.NewAction()}, "from": {"rejected"}}); status != 200 || a.State != "pending" {
		t.Errorf("%d %+v", status, a)
	}
	sara.cookie = nil
	if status, a = ask("undo", nil); status != 401 || a.Message == "" {
		t.Errorf("%d %+v", status, a)
	}
}

func TestFormsOfLists(t *testing.T) {
	if got := readTags(" الف ، ب,ج\nد،، "); strings.Join(got, "|") != "الف|ب|ج|د" {
		t.Errorf("tags %q", got)
	}
	bylines := []news.Byline{{Name: "سارا", Code: "۱۲"}, {Name: "امید"}}
	if got := readBylines(writeBylines(bylines) + "\n | \n"); fmt.Sprint(got) != fmt.Sprint(bylines) {
		t.Errorf("bylines %v", got)
	}
}

func TestHeadlinesRunAsMostOfTheirLetters(t *testing.T) {
	for text, want := range map[string]string{"OpenStreetMap نقشهٔ دوچرخه‌راه‌های شهر را کامل کرد": "rtl", "Tehran: the تهران bridge opens": "ltr", "۱۴۰۵": "rtl", "": "rtl"} {
		if got := (frame{}).DirOf(text); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// TestEveryDynamicKeyHasItsSentence covers the keys that are put together from the domain's lists.
func TestEveryDynamicKeyHasItsSentence(t *testing.T) {
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, v := range news.States() {
		keys = append(keys, "state."+string(v))
	}
	for _, v := range news.ArticleKinds() {
		keys = append(keys, "kind."+string(v))
	}
	for _, v := range news.Reasons() {
		keys = append(keys, "reason."+string(v))
	}
	for _, v := range news.Reasons() {
		keys = append(keys, "reason_plain."+string(v))
	}
	for _, v := range news.QueueTabs() {
		keys = append(keys, "queue_tab."+string(v), "queue_empty."+string(v))
	}
	for _, v := range news.QueueSorts() {
		keys = append(keys, "queue_sort."+string(v))
	}
	for _, v := range news.BanKinds() {
		keys = append(keys, "ban_kind."+string(v))
	}
	for _, v := range []string{string(news.BanHolds), string(news.BanRefuses)} {
		keys = append(keys, "ban_effect."+v)
	}
	for _, v := range []news.CommentAct{news.ActPublish, news.ActReject, news.ActEdit, news.ActAnswer, news.ActKeep, news.ActUndo} {
		keys = append(keys, "comment_act."+string(v))
	}
	for _, v := range news.Roles() {
		keys = append(keys, "role."+string(v))
	}
	for _, v := range news.CommentStates() {
		keys = append(keys, decisionDone[v], decidedKeys[string(v)][0], decidedKeys[string(v)][1])
	}
	for _, key := range keys {
		if !bundle.Has(i18n.FA, key) || !bundle.Has(i18n.EN, key) {
			t.Errorf("no sentence for %q", key)
		}
	}
}

// TestKeysDoNotClash: the keys of the frame stand on every page, so no page may use one of them for something else.
func TestKeysDoNotClash(t *testing.T) {
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	keys := regexp.MustCompile(`data-key="([^"]+)"`)
	of := func(name string) map[string]bool {
		text, err := fs.ReadFile(templateFiles, name)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for _, m := range keys.FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = true
		}
		return found
	}
	frame := of("templates/_layout.html")
	if len(frame) < 5 {
		t.Fatalf("the frame has only the keys %v: the check has lost its grip", frame)
	}
	for _, name := range files {
		if name == "templates/_layout.html" {
			continue
		}
		for key := range of(name) {
			if frame[key] {
				t.Errorf("%s uses %q, which is a key of the frame", name, key)
			}
		}
	}
}

// TestEveryEventHasItsWords: the audit page names each kind of event in the language of the newsroom.
func TestEveryEventHasItsWords(t *testing.T) {
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range news.EventKinds() {
		for _, lang := range []i18n.Lang{i18n.FA, i18n.EN} {
			if !bundle.Has(lang, "event."+string(kind)) {
				t.Errorf("%s has no words in %s", kind, lang)
			}
		}
	}
}

// TestPagesShadowNothingOfTheFrame: the layout reads the frame through the page, so a page's own field or method of the same
// name would stand in the layout instead (the rules once put a mode where the site's name is).
func TestPagesShadowNothingOfTheFrame(t *testing.T) {
	layout, err := fs.ReadFile(templateFiles, "templates/_layout.html")
	if err != nil {
		t.Fatal(err)
	}
	own := map[string]bool{} // what the layout reads of the frame
	of := reflect.TypeFor[frame]()
	for _, m := range regexp.MustCompile(`[\s({$]\.([A-Z]\w*)`).FindAllStringSubmatch(string(layout), -1) {
		_, field := of.FieldByName(m[1])
		_, method := of.MethodByName(m[1])
		own[m[1]] = field || method
	}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]bool{}
	var methods [][2]string // of any type: its name and the method's
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if f, is := n.(*ast.FuncDecl); is && f.Recv != nil {
				if of, is := f.Recv.List[0].Type.(*ast.Ident); is {
					methods = append(methods, [2]string{of.Name, f.Name.Name})
				}
				return false
			}
			spec, is := n.(*ast.TypeSpec)
			if !is {
				return true
			}
			fields, is := spec.Type.(*ast.StructType)
			if !is || len(fields.Fields.List) == 0 {
				return true
			}
			if first, is := fields.Fields.List[0].Type.(*ast.Ident); !is || first.Name != "frame" {
				return true
			}
			pages[spec.Name.Name] = true
			for _, field := range fields.Fields.List[1:] {
				for _, id := range field.Names {
					if own[id.Name] {
						t.Errorf("%s.%s hides the frame's", spec.Name.Name, id.Name)
					}
				}
			}
			return true
		})
	}
	for _, m := range methods {
		if pages[m[0]] && own[m[1]] {
			t.Errorf("%s.%s() hides the frame's", m[0], m[1])
		}
	}
	if len(pages) < 20 {
		t.Fatalf("only %d pages embed the frame first: the check has lost its grip", len(pages))
	}
}
