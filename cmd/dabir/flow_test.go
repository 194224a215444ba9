package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// hire brings a new user, whose roles hold for the sections (none: for all), into a browser.
func (n *newsroomUnderTest) hire(t *testing.T, username string, role news.Role, sections ...news.SectionID) (*browser, news.Actor) {
	t.Helper()
	ctx := context.Background()
	user := news.User{Username: username, Name: "نام " + username, Roles: []news.Role{role}, Sections: sections, CreatedAt: time.Now()}
	if err := n.store.CreateUser(ctx, operator, &user); err != nil {
		t.Fatal(err)
	}
	link, err := n.auth.NewLink(ctx, operator, user.ID)
	if err != nil {
		t.Fatal(err)
	}
	b := n.browser(t)
	if got := b.post("/newsroom/signin/"+link, url.Values{}); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing in answers %d: %s", got.StatusCode, got.body)
	}
	return b, user.Actor()
}

func (n *newsroomUnderTest) section(t *testing.T, name string) news.SectionID {
	t.Helper()
	s, err := n.store.EnsureSection(context.Background(), operator, news.Section{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return s.ID
}

// sheet is the article's form with what it holds; press sends it with a button.
func (b *browser) sheet(code news.Code) url.Values {
	b.t.Helper()
	_, fields := form(b.t, b.get(sheetPath(code)).page(b.t), "form#sheet")
	return fields
}

func sheetPath(code news.Code) string {
	if code == 0 {
		return "/newsroom/articles/new"
	}
	return "/newsroom/articles/" + code.String()
}

func (b *browser) press(code news.Code, fields url.Values, do string, more ...string) answer {
	b.t.Helper()
	sent := url.Values{}
	for k, v := range fields {
		sent[k] = v
	}
	for i := 0; i+1 < len(more); i += 2 {
		sent.Set(more[i], more[i+1])
	}
	sent.Set("do", do)
	sent.Set("action", web.NewAction())
	path := sheetPath(code)
	if code == 0 {
		path = "/newsroom/articles"
	}
	return b.post(path, sent)
}

// write saves a whole article, which the checklist lets pass, and returns its code.
func (b *browser) write(headline string, section news.SectionID, do string) news.Code {
	b.t.Helper()
	fields := b.sheet(0)
	for name, value := range map[string]string{"headline": headline, "lede": "لید خبر", "body": strings.Repeat("واژه ", 50), "tags": "آب", "source": "خبرگزاری نمونه"} {
		fields.Set(name, value)
	}
	if section != 0 {
		fields.Set("section", news.Code(section).String())
	}
	got := b.press(0, fields, do)
	if got.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("writing answers %d: %s", got.StatusCode, got.body)
	}
	path, _, _ := strings.Cut(got.Header.Get("Location"), "?")
	code, ok := news.ParseCode(path[strings.LastIndexByte(path, '/')+1:])
	if !ok {
		b.t.Fatalf("writing led to %s", got.Header.Get("Location"))
	}
	return code
}

// shows fails unless the answer has the status and every text.
func (b *browser) shows(what string, got answer, status int, texts ...string) {
	b.t.Helper()
	if got.StatusCode != status {
		b.t.Errorf("%s: %d, want %d: %s", what, got.StatusCode, status, got.body)
		return
	}
	for _, text := range texts {
		if !strings.Contains(got.body, text) {
			b.t.Errorf("%s: the page lacks %q: %s", what, text, got.body)
		}
	}
}

// inTehran writes a moment as one types it into a field.
func inTehran(at time.Time) string {
	return persian.NumericDate(at) + " " + persian.Digits(at.In(persian.Tehran()).Format("15:04:05"))
}

func (n *newsroomUnderTest) stored(t *testing.T, code news.Code) news.Article {
	t.Helper()
	a, err := n.editorial.Article(context.Background(), operator, code)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestArticleGoesFromHandToHand(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		city, sport := n.section(t, "شهر"), n.section(t, "ورزش")
		reporter, _ := n.hire(t, "negar", news.Reporter)
		desk, _ := n.hire(t, "dabir", news.DeskEditor, city)
		other, _ := n.hire(t, "varzesh", news.DeskEditor, sport)
		code := reporter.write("تیتر دست‌به‌دست", city, "submit")
		if got := n.stored(t, code); got.State != news.Submitted {
			t.Fatalf("submitted from the new form: %s", got.State)
		}
		desk.shows("what waits for the desk", desk.get("/newsroom/inbox?box=waiting"), 200, "تیتر دست‌به‌دست", "شهر")
		if got := other.get("/newsroom/inbox?box=waiting"); strings.Contains(got.body, "تیتر دست‌به‌دست") {
			t.Error("it waits for another section's desk")
		}
		if got := reporter.get("/newsroom/inbox?box=waiting"); strings.Contains(got.body, "در انتظار من") {
			t.Error("a reporter has a tab of what waits for desks")
		}
		desk.shows("taking", desk.press(code, desk.sheet(code), "take"), 303)
		desk.shows("the holder", desk.get(sheetPath(code)), 200, "نام dabir")

		fields := desk.sheet(code)
		desk.shows("returning without a reason", desk.press(code, fields, "return", "headline", "تیتر ویراستهٔ دبیر"), 422, "بنویسید چرا خبر برمی‌گردد", "تیتر ویراستهٔ دبیر")
		desk.shows("returning", desk.press(code, desk.sheet(code), "return", "return_reason", "منبع دوم کجاست؟"), 303)
		reporter.shows("what came back", reporter.get("/newsroom/inbox?box=returned"), 200, "تیتر ویراستهٔ دبیر", "منبع دوم کجاست؟")
		reporter.shows("the reason at the form", reporter.get(sheetPath(code)), 200, "برگشت خورد", "منبع دوم کجاست؟")
		reporter.shows("submitting again", reporter.press(code, reporter.sheet(code), "submit"), 303)
		if got := reporter.get(sheetPath(code)); !strings.Contains(got.body, "<fieldset disabled>") || strings.Contains(got.body, `value="submit"`) {
			t.Error("a submitted article is still open to its reporter")
		}

		if got := other.press(code, other.sheet(code), "publish"); got.StatusCode != http.StatusForbidden {
			t.Errorf("another section's desk publishes: %d", got.StatusCode)
		}
		desk.shows("publishing", desk.press(code, desk.sheet(code), "publish"), 303)
		n.browser(t).shows("the reader", n.browser(t).article(code), 200, "تیتر ویراستهٔ دبیر")
		desk.shows("recent", desk.get("/newsroom/inbox?box=recent"), 200, "تیتر ویراستهٔ دبیر")
	})
}

func TestMomentsAreTyped(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		chief, _ := n.hire(t, "sardabir", news.ChiefEditor)
		code := chief.write("تیتر زمان‌دار", 0, "save")
		for typed, want := range map[string]string{
			"":                    "روز و ساعت را بنویسید",
			"هروقت":               "این زمان خوانا نیست",
			"۱۴۰۴/۱۳/۰۱ ۱۸:۳۰":    "این زمان خوانا نیست",
			"۱۴۰۳/۰۱/۰۱":          "ساعت را هم بنویسید",
			"۱۴۰۰/۰۱/۰۱ ۱۸:۳۰:۰۰": "این زمان گذشته است",
			"۱۴۵۰/۰۱/۰۱ ۱۸:۳۰:۰۰": "بیش از دو سال دیگر",
			"\u202e۱۴۵۰/۰۱/۰۱ ۱۸:۳۰:۰۰": "بیش از دو سال دیگر",
		} {
			got := chief.press(code, chief.sheet(code), "schedule", "publish_at", typed, "headline", "تیتر نگه‌داشته")
			chief.shows("the moment "+typed, got, 422, want, "تیتر نگه‌داشته")
			if _, kept := form(t, got.page(t), "form#sheet"); kept.Get("publish_at") != typed {
				t.Errorf("%q came back as %q", typed, kept.Get("publish_at"))
			}
		}
		at := time.Now().Add(26 * time.Hour).Truncate(time.Second)
		chief.shows("scheduling", chief.press(code, chief.sheet(code), "schedule", "publish_at", inTehran(at)), 303)
		if got := n.stored(t, code); got.State != news.Scheduled || !got.PublishAt.Equal(at) {
			t.Errorf("scheduled for %v, want %v: %s", got.PublishAt, at, got.State)
		}
		chief.shows("the schedule", chief.get("/newsroom/inbox?box=scheduled"), 200, "تیتر نگه‌داشته", inTehran(at))
		chief.shows("taking it back", chief.press(code, chief.sheet(code), "unschedule"), 303)
		chief.shows("tomorrow", chief.press(code, chief.sheet(code), "embargo", "embargo_until", "فردا ۸:۳۰"), 303)
		day := persian.DateOf(time.Now().In(persian.Tehran())).AddDays(1).Time(persian.Tehran()).Add(8*time.Hour + 30*time.Minute)
		if got := n.stored(t, code); !got.EmbargoUntil.Equal(day) {
			t.Errorf("the embargo ends at %v, want %v", got.EmbargoUntil, day)
		}
		chief.shows("publishing under embargo", chief.press(code, chief.sheet(code), "publish", "confirmed", "1"), 409, "ممنوع است")
		chief.shows("before the embargo ends", chief.press(code, chief.sheet(code), "schedule", "publish_at", inTehran(day.Add(-time.Second))), 422, "پیش از پایان ممنوعیت")
		chief.shows("lifting", chief.press(code, chief.sheet(code), "lift"), 303)
		chief.shows("an end without a sentence", chief.press(code, chief.sheet(code), "expire", "unpublish_at", inTehran(at)), 422, "جمله‌ای را بنویسید")
		chief.shows("an end", chief.press(code, chief.sheet(code), "expire", "unpublish_at", inTehran(at), "unpublish_note", "زمانش گذشت."), 303)
		chief.shows("publishing", chief.press(code, chief.sheet(code), "publish"), 303)
		chief.shows("a change that is none", chief.press(code, chief.sheet(code), "schedule", "publish_at", inTehran(at)), 409, "تغییر منتشرنشده‌ای نیست")
		chief.shows("a change", chief.press(code, chief.sheet(code), "schedule", "publish_at", inTehran(at), "headline", "تیتر آینده"), 303)
		if got := n.browser(t).article(code); strings.Contains(got.body, "تیتر آینده") {
			t.Error("the change is public before its time")
		}
		chief.shows("the end taken back", chief.press(code, chief.sheet(code), "stay"), 303)
		if got := n.stored(t, code); got.ChangeNumber == 0 || !got.ChangeAt.Equal(at) || !got.UnpublishAt.IsZero() {
			t.Errorf("%+v", got.Flow)
		}
	})
}

// TestConcurrentEditShowsBoth: of two windows the later one is shown both texts, and neither is lost.
func TestConcurrentEditShowsBoth(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		one, _ := n.hire(t, "yek", news.ChiefEditor)
		two, _ := n.hire(t, "do", news.ChiefEditor)
		code := one.write("تیتر آغاز", 0, "save")
		first, second := one.sheet(code), two.sheet(code)
		one.shows("the first window", one.press(code, first, "save", "headline", "تیتر از پنجرهٔ نخست", "body", "بند یکم.\n\nبند دوم از نخست."), 303)
		got := two.press(code, second, "save", "headline", "تیتر از پنجرهٔ دوم", "body", "بند یکم.\n\nبند دوم از دیگری.")
		two.shows("the later window", got, 409, "نام yek", "تیتر از پنجرهٔ نخست", "تیتر از پنجرهٔ دوم", "<del>نخست</del>", "<ins>دوم</ins>", "<del>نخست</del>.", "<ins>دیگری</ins>.")
		if a := n.stored(t, code); a.Content.Headline != "تیتر از پنجرهٔ نخست" {
			t.Errorf("stored is %q", a.Content.Headline)
		}
		_, kept := form(t, got.page(t), "form#sheet")
		if kept.Get("headline") != "تیتر از پنجرهٔ دوم" || !strings.Contains(kept.Get("body"), "از دیگری") {
			t.Errorf("the form lost %q", kept)
		}
		two.shows("having seen both", two.press(code, kept, "save"), 303)
		two.shows("nothing is lost", two.get(sheetPath(code)+"/history?from=2&to=3"), 200, "<del>نخست</del>", "<ins>دوم</ins>")
		// A third window that began before either is told as well, when it publishes.
		two.shows("publishing what one has not seen", one.press(code, first, "publish"), 409, "تیتر از پنجرهٔ دوم")
	})
}

// asScript posts as the form's script does.
func (b *browser) asScript(path, body string) (int, map[string]any) {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodPost, b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	got := b.do(r)
	told := map[string]any{}
	if got.body != "" {
		if err := json.Unmarshal([]byte(got.body), &told); err != nil {
			b.t.Fatalf("%s answers %q: %v", path, got.body, err)
		}
	}
	return got.StatusCode, told
}

func TestLockIsShownTakenOverAndTold(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		reporter, _ := n.hire(t, "negar", news.Reporter)
		second, _ := n.hire(t, "dovom", news.Reporter)
		chief, _ := n.hire(t, "sardabir", news.ChiefEditor)
		code := reporter.write("تیتر قفل", 0, "save")
		path := sheetPath(code)
		typing := reporter.sheet(code)
		if status, told := reporter.asScript(path+"/lock", "{}"); status != 200 || told["revision"] != 1.0 {
			t.Fatalf("the sign of life: %d %v", status, told)
		}
		if status, _ := second.asScript(path+"/lock", "{}"); status != http.StatusForbidden {
			t.Errorf("a reporter locks another's draft: %d", status)
		}
		if status, told := chief.asScript(path+"/lock", "{}"); status != 409 || !strings.Contains(told["message"].(string), "نام negar") {
			t.Errorf("the chief is told: %d %v", status, told)
		}
		page := chief.get(path)
		chief.shows("the closed form", page, 200, "نام negar", "<fieldset disabled>", "در دست گرفتن")
		if strings.Contains(page.body, `value="save"`) {
			t.Error("the closed form can be saved")
		}
		chief.shows("the list", chief.get("/newsroom/articles"), 200, "نام negar هم‌اکنون می‌نویسد")
		if got := reporter.get("/newsroom/inbox?box=mine"); !strings.Contains(got.body, "تیتر قفل") || strings.Contains(got.body, "می‌نویسد") {
			t.Error("the reporter is told that she writes herself")
		}
		open := url.Values{"base": {"1"}, "headline": {"تیتر سردبیر"}, "body": {"متن"}}
		chief.shows("saving past the lock", chief.press(code, open, "save"), 409, "تیتر سردبیر", "نام negar")

		chief.shows("taking over", chief.post(path+"/takeover", url.Values{"word": {"فوری است؛ همین حالا منتشر می‌شود"}}), 303)
		chief.shows("the open form", chief.get(path+"?done=taken_over"), 200, "در دست گرفتید", `value="save"`)
		reporter.shows("the inbox", reporter.get("/newsroom/inbox?box=mine"), 200, "نام sardabir هم‌اکنون می‌نویسد")
		status, told := reporter.asScript(path+"/lock", "{}")
		if message, _ := told["message"].(string); status != 409 || told["taken"] != true || !strings.Contains(message, "نام sardabir") || !strings.Contains(message, "فوری است") {
			t.Errorf("whoever lost it is told: %d %v", status, told)
		}
		reporter.shows("what was typed meanwhile", reporter.press(code, typing, "save", "headline", "تیتر گزارشگر"), 409, "تیتر گزارشگر")
		if status, _ := chief.asScript(path+"/unlock", ""); status != http.StatusNoContent {
			t.Errorf("leaving: %d", status)
		}
		if status, _ := reporter.asScript(path+"/lock", "{}"); status != 200 {
			t.Errorf("the article is free again: %d", status)
		}
		if got := n.browser(t).post(path+"/lock", url.Values{}); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("nobody locks: %d", got.StatusCode)
		}
	})
}

func TestWhatIsTypedIsKept(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		reporter, actor := n.hire(t, "negar", news.Reporter)
		typed := func(base int, fields map[string]string) string {
			draft := ""
			if base == 0 {
				draft = "d1"
			}
			body, err := json.Marshal(map[string]any{"base": base, "draft": draft, "window": "w1", "fields": fields})
			if err != nil {
				t.Fatal(err)
			}
			return string(body)
		}
		// A new article, before it has a code.
		status, told := reporter.asScript("/newsroom/articles/0/autosave", typed(0, map[string]string{"headline": "تیتر ناتمام", "body": "بند یکم", "kind": "report", "lang": "fa"}))
		if message, _ := told["message"].(string); status != 200 || !strings.HasPrefix(message, "ذخیرهٔ خودکار ") {
			t.Fatalf("autosave: %d %v", status, told)
		}
		reporter.shows("the offer", reporter.get("/newsroom/articles/new"), 200, "بازیابی", "دور ریختن", "تیتر ناتمام")
		restored := reporter.get("/newsroom/articles/new?kept=restore")
		_, fields := form(t, restored.page(t), "form#sheet")
		if fields.Get("headline") != "تیتر ناتمام" || fields.Get("body") != "بند یکم" || fields.Get("kind") != "report" {
			t.Errorf("restored is %v", fields)
		}
		got := reporter.press(0, fields, "save")
		reporter.shows("saving it", got, 303)
		if got := reporter.get("/newsroom/articles/new"); strings.Contains(got.body, "تیتر ناتمام") {
			t.Error("what was saved is offered again")
		}

		before := len(n.events(t))
		reporter.asScript("/newsroom/articles/1/autosave", typed(1, map[string]string{"headline": "تیتر ناتمام", "body": "بند یکم و دوم", "kind": "report", "lang": "fa", "section": "1"}))
		if len(n.events(t)) != before || n.stored(t, 1).Revision != 1 {
			t.Error("typing made an event or a version")
		}
		reporter.shows("the difference", reporter.get("/newsroom/articles/1"), 200, "بازیابی", "<ins> و دوم</ins>")
		other, _ := n.hire(t, "sardabir", news.ChiefEditor)
		if got := other.get("/newsroom/articles/1"); strings.Contains(got.body, "و دوم") {
			t.Error("another's typing is shown")
		}
		reporter.shows("throwing it away", reporter.post("/newsroom/articles/1/autosave/drop", url.Values{}), 303)
		if got := reporter.get("/newsroom/articles/1"); strings.Contains(got.body, "و دوم") {
			t.Error("what was thrown away is offered")
		}

		// The session ends while somebody types: the script is told, the form's text is not lost, and after a sign-in it goes on.
		code, fields := news.Code(1), reporter.sheet(1)
		reporter.post("/newsroom/signout", url.Values{})
		if status, _ := reporter.asScript("/newsroom/articles/1/autosave", typed(1, map[string]string{"headline": "پس از پایان نشست"})); status != http.StatusUnauthorized {
			t.Errorf("autosave without a session: %d", status)
		}
		reporter.shows("sending the form without a session", reporter.press(code, fields, "save", "headline", "پس از پایان نشست"), 401, "در زبانهٔ تازه وارد شوید")
		link, err := n.auth.NewLink(context.Background(), operator, actor.User)
		if err != nil {
			t.Fatal(err)
		}
		reporter.post("/newsroom/signin/"+link, url.Values{})
		reporter.shows("going on", reporter.press(code, fields, "save", "headline", "پس از پایان نشست"), 303)

		for name, body := range map[string]string{"no JSON": "headline=x", "nothing": "", "no fields": `{"base":1}`, "wrong types": `{"fields":{"a":1}}`} {
			if status, _ := reporter.asScript("/newsroom/articles/1/autosave", body); status != 422 {
				t.Errorf("%s: %d", name, status)
			}
		}
		if status, _ := reporter.asScript("/newsroom/articles/1/autosave", `{"base":1,"window":"w1","fields":{"headline":"\ud800 \u0000 x\u202e"}}`); status != 200 {
			t.Errorf("a lone surrogate: %d", status)
		}
		reporter.shows("it comes back harmless", reporter.get("/newsroom/articles/1?kept=restore"), 200)
		if status, _ := reporter.asScript("/newsroom/articles/1/autosave", typed(1, map[string]string{"body": strings.Repeat("ا", 3<<20)})); status != http.StatusRequestEntityTooLarge {
			t.Errorf("six megabytes: %d", status)
		}
	})
}

// TestTwoWindowsOfOnePerson: what is typed in one is never overwritten by the other unseen, and two new articles are two.
func TestTwoWindowsOfOnePerson(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		reporter, _ := n.hire(t, "negar", news.Reporter)
		keep := func(path string, form url.Values, headline string) answer {
			fields := map[string]string{}
			for name := range form {
				fields[name] = form.Get(name)
			}
			fields["headline"] = headline
			body, err := json.Marshal(map[string]any{"base": 1, "draft": form.Get("draft"), "window": form.Get("window"), "seq": json.Number(form.Get("seq")), "fields": fields})
			if err != nil {
				t.Fatal(err)
			}
			r, err := http.NewRequest(http.MethodPost, n.url+path+"/autosave", strings.NewReader(string(body)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", "application/json")
			return reporter.do(r)
		}
		code := reporter.write("تیتر آغاز", 0, "save")
		path := sheetPath(code)
		one, two := reporter.sheet(code), reporter.sheet(code)
		if one.Get("window") == two.Get("window") {
			t.Fatal("two windows have one name")
		}
		reporter.shows("the first window", keep(path, one, "تیتر پنجرهٔ یکم"), 200)
		reporter.shows("the same text from the other", keep(path, two, "تیتر پنجرهٔ یکم"), 200)
		reporter.shows("the first again, which has not seen that", keep(path, one, "تیتر یکم و بیش"), 409, "پنجرهٔ دیگری", "<del>", "<ins>", path+"?kept=restore")
		both := keep(path, one, "تیتر یکم و بیش")
		one.Set("seq", both.page(t).Find(".clash").AttrOr("data-seq", ""))
		reporter.shows("having seen both", keep(path, one, "تیتر یکم و بیش"), 200)
		reporter.shows("now the other is later", keep(path, two, "تیتر دوم"), 409, "یکم", "دوم")
		reporter.shows("the other saves", reporter.press(code, two, "save", "headline", "تیتر دوم"), 303)
		reporter.shows("what the first typed is there", reporter.get(path), 200, "نوشته‌ای از شما مانده", "یکم و بیش")
		_, restored := form(t, reporter.get(path+"?kept=restore").page(t), "form#sheet")
		got := reporter.press(code, restored, "save")
		reporter.shows("it began before the other was saved", got, 409, "تیتر یکم و بیش", "تیتر دوم")
		_, again := form(t, got.page(t), "form#sheet")
		reporter.shows("having seen both texts", reporter.press(code, again, "save"), 303)
		if a := n.stored(t, code); a.Content.Headline != "تیتر یکم و بیش" || strings.Contains(reporter.get(path).body, "نوشته‌ای از شما مانده") {
			t.Errorf("stored is %q, or it is offered still", a.Content.Headline)
		}

		first, second := reporter.sheet(0), reporter.sheet(0)
		reporter.shows("a new article", keep("/newsroom/articles/0", first, "خبر تازهٔ یک"), 200)
		reporter.shows("another beside it", keep("/newsroom/articles/0", second, "خبر تازهٔ دو"), 200)
		offers := reporter.get("/newsroom/articles/new")
		reporter.shows("both are offered", offers, 200, "خبر تازهٔ یک", "خبر تازهٔ دو")
		_, restored = form(t, reporter.get("/newsroom/articles/new?kept=restore&draft="+first.Get("draft")).page(t), "form#sheet")
		if restored.Get("headline") != "خبر تازهٔ یک" {
			t.Errorf("restored is %q", restored.Get("headline"))
		}
		wrong := reporter.press(0, restored, "save", "headline", "")
		reporter.shows("a mistake", wrong, 422)
		if _, back := form(t, wrong.page(t), "form#sheet"); back.Get("draft") != first.Get("draft") || back.Get("window") != restored.Get("window") {
			t.Error("after a mistake it is another window")
		}
		reporter.shows("saving it", reporter.press(0, restored, "save"), 303)
		offers = reporter.get("/newsroom/articles/new")
		if strings.Contains(offers.body, "خبر تازهٔ یک") || !strings.Contains(offers.body, "خبر تازهٔ دو") {
			t.Error("what was saved is offered, or the other is gone")
		}
		reporter.shows("throwing the other away", reporter.post("/newsroom/articles/0/autosave/drop", url.Values{"draft": second["draft"]}), 303)
		if strings.Contains(reporter.get("/newsroom/articles/new").body, "خبر تازهٔ دو") {
			t.Error("it is offered still")
		}
	})
}

func TestVersionsAreComparedAndRestored(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		chief, _ := n.hire(t, "sardabir", news.ChiefEditor)
		code := chief.write("تیتر نسخهٔ یک", 0, "publish")
		path := sheetPath(code)
		chief.shows("one version", chief.get(path+"/history"), 200, "تنها یک نسخه")
		chief.press(code, chief.sheet(code), "save", "headline", "تیتر نسخهٔ دو")
		chief.press(code, chief.sheet(code), "save", "body", "متن نو با **تأکید**.")
		chief.press(code, chief.sheet(code), "save", "body", "متن نو با تأکید.")
		chief.shows("the last two", chief.get(path+"/history"), 200, "آنچه خواننده می‌بیند", "نام sardabir", "آرایش متن یا پیوندها فرق دارند")
		chief.shows("any two", chief.get(path+"/history?from=2&to=1"), 200, "<del>یک</del>", "<ins>دو</ins>")
		chief.shows("no such version", chief.get(path+"/history?from=1&to=99"), 404)
		chief.shows("nonsense", chief.get(path+"/history?from=x&to=-1"), 200)
		chief.shows("restoring from an old page", chief.post(path+"/history", url.Values{"action": {web.NewAction()}, "base": {"2"}, "number": {"1"}}), 409)
		chief.shows("restoring", chief.post(path+"/history", url.Values{"action": {web.NewAction()}, "base": {"4"}, "number": {"1"}}), 303)
		if a := n.stored(t, code); a.Revision != 5 || a.Content.Headline != "تیتر نسخهٔ یک" {
			t.Errorf("restored is version %d, %q", a.Revision, a.Content.Headline)
		}
		reporter, _ := n.hire(t, "negar", news.Reporter)
		chief.shows("a reporter restores", reporter.post(path+"/history", url.Values{"base": {"5"}, "number": {"2"}}), 403)

		chief.shows("a correction of nothing", chief.post(path+"/corrections", url.Values{"kind": {"شوخی"}, "changed": {"همین"}}), 422, "نوع اصلاحیه", "همین")
		chief.shows("a correction without text", chief.post(path+"/corrections", url.Values{"kind": {"denial"}, "changed": {"همین"}}), 422, "بنویسید درست چیست", "همین")
		chief.shows("a correction", chief.post(path+"/corrections", url.Values{"action": {web.NewAction()}, "kind": {"denial"}, "text": {"چنین نبود."}, "changed": {"بند دوم"}}), 303)
		chief.shows("the list", chief.get(path+"/corrections?done=corrected"), 200, "تکذیب", "چنین نبود.", "بند دوم")
	})
}

func TestTrashTemplatesAndAudit(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		chief, actor := n.hire(t, "sardabir", news.ChiefEditor)
		reporter, _ := n.hire(t, "negar", news.Reporter)
		code := reporter.write("=تیتر دورریختنی", 0, "save")
		mine := chief.write("تیتر سردبیر", 0, "save")
		chief.shows("into the trash", reporter.press(code, reporter.sheet(code), "trash"), 303)
		chief.press(mine, chief.sheet(mine), "trash")
		reporter.shows("the trash", reporter.get("/newsroom/inbox?box=trash"), 200, "تیتر دورریختنی")
		if got := reporter.get("/newsroom/inbox?box=trash"); strings.Contains(got.body, "تیتر سردبیر") {
			t.Error("a reporter sees another's trash")
		}
		reporter.shows("the form in the trash", reporter.get(sheetPath(code)), 200, "در سطل زباله است", "برگرداندن از سطل", "<fieldset disabled>")
		reporter.shows("out of it", reporter.post(sheetPath(code), url.Values{"do": {"untrash"}, "action": {web.NewAction()}}), 303)
		if a := n.stored(t, code); !a.TrashedAt.IsZero() || a.State != news.Draft {
			t.Errorf("%+v", a.Flow)
		}

		chief.shows("templates", chief.get("/newsroom/templates/interview"), 200)
		chief.shows("a template too long", chief.post("/newsroom/templates/interview", url.Values{"kicker": {strings.Repeat("ا", 300)}, "body": {"پرسش و پاسخ"}}), 422, "پرسش و پاسخ", "بیش از ۲۰۰ نویسه")
		chief.shows("saving a template", chief.post("/newsroom/templates/interview", url.Values{"kicker": {"گفت‌وگو با"}, "body": {"**پرسش:** "}, "lang": {"fa"}, "end_mark": {"yes"}}), 303)
		reporter.shows("a new interview", reporter.get("/newsroom/articles/new?kind=interview"), 200, `value="گفت‌وگو با"`, `<option value="interview" selected>`)
		reporter.shows("a new report is empty", reporter.get("/newsroom/articles/new?kind=report"), 200, `name="kicker" value=""`)
		reporter.shows("a kind that is none", reporter.get("/newsroom/articles/new?kind=x"), 200, `<option value="news" selected>`)

		chief.shows("the log", chief.get("/newsroom/audit"), 200, "نام negar", "خبر را به سطل زباله انداخت", "خبر را از سطل زباله برگرداند", "قالب را تغییر داد")
		person := news.Code(actor.User).String()
		filtered := chief.get("/newsroom/audit?person=" + person + "&kind=article.trashed")
		chief.shows("one person's", filtered, 200, sheetPath(mine)+`"`)
		if strings.Contains(filtered.body, sheetPath(code)+`"`) {
			t.Error("the filter lets another's act through")
		}
		today, tomorrow := persian.NumericDate(time.Now()), persian.NumericDate(time.Now().Add(24*time.Hour))
		chief.shows("of today", chief.get("/newsroom/audit?"+url.Values{"from": {today}, "until": {today}, "code": {persian.Digits(code.String())}}.Encode()), 200, "خبر را به سطل زباله انداخت")
		chief.shows("of tomorrow", chief.get("/newsroom/audit?"+url.Values{"from": {tomorrow}}.Encode()), 200, "کاری با این نشانه‌ها ثبت نشده است")
		chief.shows("all mistakes at once", chief.get("/newsroom/audit?"+url.Values{"from": {"کی"}, "until": {"هرگز"}, "code": {"آ"}}.Encode()), 422, "این زمان خوانا نیست", "کد خبر عدد است", `value="هرگز"`)
		chief.shows("the end before the beginning", chief.get("/newsroom/audit?"+url.Values{"from": {tomorrow}, "until": {today}}.Encode()), 422, "پیش از آغاز")

		export := chief.get("/newsroom/audit.csv?person=" + person)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(export.body, "\ufeff"))).ReadAll()
		if err != nil || len(rows) < 4 || export.Header.Get("Content-Type") != "text/csv; charset=utf-8" {
			t.Fatalf("the export: %v, %d rows, %s", err, len(rows), export.Header.Get("Content-Type"))
		}
		for _, row := range rows[1:] {
			if row[3] != "user/"+person || row[4] != "نام sardabir" {
				t.Errorf("the export holds %v", row)
			}
		}
		reporter.shows("a reporter reads the log", reporter.get("/newsroom/audit"), 403)
		reporter.shows("a reporter exports it", reporter.get("/newsroom/audit.csv"), 403)
	})
}

// TestBadInput sends what no form should: every form answers with its errors, or takes it made harmless; nothing breaks.
func TestBadInput(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		chief, _ := n.hire(t, "sardabir", news.ChiefEditor)
		blank := chief.sheet(0)
		wrong := chief.press(0, blank, "save", "headline", "", "kind", "شوخی", "section", "999", "kicker", strings.Repeat("ا", 300), "tags", strings.Repeat("ب", 300), "body", "بماند")
		chief.shows("all errors at once", wrong, 422, "تیتر را بنویسید", "نوع خبر را برگزینید", "سرویس را برگزینید", "این ۳۰۰ نویسه است", "بماند")
		if got := wrong.page(t).Find("[aria-invalid]").Length(); got != 5 {
			t.Errorf("%d fields are marked, want 5", got)
		}
		big := chief.press(0, blank, "save", "headline", "تیتر", "body", strings.Repeat("واژهٔ بلند ", 100_000)+"پایان بلند")
		chief.shows("a body over 1 MB", big, 422, "پذیرفته نیست", "پایان بلند")
		many := chief.press(0, blank, "save", "headline", "ده هزار بند", "body", strings.Repeat("بند\n\n", 10_000))
		chief.shows("10,000 paragraphs", many, 303)
		if a := n.stored(t, 1); strings.Count(a.Content.Body, "<p>") != 10_000 {
			t.Errorf("%d paragraphs are stored", strings.Count(a.Content.Body, "<p>"))
		}
		chief.shows("and shown", chief.get(sheetPath(1)), 200)

		dirty := "\u202eتیتر\x00 \u2066وارونه\u202d \xed\xa0\x80 پایان"
		chief.shows("NUL, overrides, a lone surrogate", chief.press(0, blank, "save", "headline", dirty, "kicker", dirty, "tags", dirty, "lede", dirty, "bylines", dirty,
			"body", dirty+"\n\n[پیوند](javascript:alert(1)) <a href=\"javascript:alert(2)\">x</a> <script>alert(3)</script>"), 303)
		a := n.stored(t, 2)
		all := a.Content.Headline + a.Content.Kicker + a.Content.Lede + strings.Join(a.Content.Tags, "") + a.Content.Bylines[0].Name + a.Content.Body
		if strings.ContainsAny(all, "\x00\u202a\u202b\u202d\u202e\u2066\u2067\u2068") || strings.Contains(all, "javascript:") || strings.Contains(all, "<script") || strings.ToValidUTF8(all, "") != all {
			t.Errorf("stored is %q", all)
		}
		if !strings.Contains(markup.Plain(markup.HTML(a.Content.Body)), "وارونه") || !strings.Contains(a.Content.Headline, "وارونه") {
			t.Errorf("the words are lost: %q", all)
		}
		for _, path := range []string{"/withdraw", "/corrections", "/history", "/takeover", "/comments", "/autosave", "/lock"} {
			for _, sent := range []url.Values{{}, {"reason": {dirty}, "text": {dirty}, "kind": {dirty}, "word": {dirty}, "number": {dirty}, "base": {dirty}, "closed": {dirty}, "action": {dirty}}} {
				if got := chief.post(sheetPath(2)+path, sent); got.StatusCode >= 500 {
					t.Errorf("POST %s with %v: %d", path, sent, got.StatusCode)
				}
			}
		}
		for _, verb := range []string{"submit", "return", "take", "schedule", "unschedule", "embargo", "lift", "expire", "stay", "trash", "untrash", "publish", "dance", dirty} {
			got := chief.press(2, url.Values{}, verb, "publish_at", dirty, "embargo_until", dirty, "unpublish_at", dirty, "return_reason", strings.Repeat("ا", 600), "unpublish_note", dirty)
			if got.StatusCode >= 500 || got.StatusCode == 400 {
				t.Errorf("%q answers %d: %s", verb, got.StatusCode, got.body)
			}
		}
		for _, path := range []string{"/newsroom/articles?q=%00%ff", "/newsroom/inbox?box=%00&after=%00", "/newsroom/audit?kind=%00&person=%00", "/newsroom/audit.csv?kind=%00"} {
			if got := chief.get(path); got.StatusCode >= 500 {
				t.Errorf("GET %s: %d", path, got.StatusCode)
			}
		}
		if strings.Contains(n.log.String(), "level=ERROR") {
			t.Errorf("errors are logged: %s", n.log.String())
		}
	})
}

// TestRightsTable walks every action × every role, and every act on articles also in the section of whoever acts and in another.
func TestRightsTable(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		walkActions(t, n)
		walkRights(t, n)
	})
}

func walkRights(t *testing.T, n *newsroomUnderTest) {
	city, sport := n.section(t, "شهر"), n.section(t, "ورزش")
	author, _ := n.hire(t, "nevisande", news.Reporter)
	chiefOfAll, _ := n.hire(t, "hame", news.ChiefEditor)
	people := map[news.Role]*browser{}
	for _, role := range news.Roles() {
		people[role], _ = n.hire(t, "in"+strings.ReplaceAll(string(role), "_", ""), role, city)
	}
	desk := []news.Role{news.DeskEditor, news.ChiefEditor}
	chiefs := []news.Role{news.ChiefEditor}
	future := inTehran(time.Now().Add(48 * time.Hour))
	press := func(verb string, more ...string) func(*browser, news.Code) answer {
		return func(b *browser, code news.Code) answer {
			a := n.stored(t, code)
			return b.press(code, url.Values{"base": {news.Code(a.Revision).String()}}, verb, more...)
		}
	}
	send := func(path string, fields url.Values) func(*browser, news.Code) answer {
		return func(b *browser, code news.Code) answer {
			fields.Set("action", web.NewAction())
			return b.post(sheetPath(code)+path, fields)
		}
	}
	beside := author.write("خبری که پیشنهاد می‌شود", city, "save")
	acts := []struct {
		name  string
		state news.State
		may   []news.Role // in their own section; elsewhere nobody
		do    func(*browser, news.Code) answer
	}{
		{"save", news.Draft, desk, press("save", "headline", "دست دیگری", "body", "متن")},
		{"submit", news.Draft, desk, press("submit")},
		{"return", news.Submitted, desk, press("return", "return_reason", "چون")},
		{"take", news.Submitted, desk, press("take")},
		{"schedule", news.Submitted, desk, press("schedule", "publish_at", future, "confirmed", "1")},
		{"unschedule", news.Scheduled, desk, press("unschedule")},
		{"embargo", news.Draft, desk, press("embargo", "embargo_until", future)},
		{"lift", news.Draft, desk, press("lift")},
		{"publish", news.Submitted, desk, press("publish", "confirmed", "1")},
		{"expire", news.Published, chiefs, press("expire", "unpublish_at", future, "unpublish_note", "چون")},
		{"stay", news.Published, chiefs, press("stay")},
		{"trash", news.Draft, desk, press("trash")},
		{"take over", news.Draft, desk, send("/takeover", url.Values{"word": {"چون"}})},
		{"lock", news.Draft, desk, send("/lock", url.Values{})},
		{"restore a version", news.Draft, desk, send("/history", url.Values{"base": {"1"}, "number": {"1"}})},
		{"correct", news.Published, desk, send("/corrections", url.Values{"kind": {"amendment"}, "text": {"درست این است"}})},
		{"withdraw", news.Published, chiefs, send("/withdraw", url.Values{"reason": {"چون"}})},
		{"pin what is suggested", news.Published, desk, send("/suggested", url.Values{"other": {beside.String()}, "do": {"pin"}})},
		{"close comments", news.Published, []news.Role{news.DeskEditor, news.ChiefEditor, news.Moderator}, send("/comments", url.Values{"closed": {"yes"}})},
	}
	prepare := func(section news.SectionID, state news.State) news.Code {
		code := author.write("تیتر حق", section, "save")
		switch state {
		case news.Submitted:
			author.press(code, url.Values{"base": {"1"}}, "submit")
		case news.Scheduled:
			chiefOfAll.press(code, url.Values{"base": {"1"}}, "schedule", "publish_at", future, "confirmed", "1")
		case news.Published:
			chiefOfAll.press(code, url.Values{"base": {"1"}}, "publish", "confirmed", "1")
		}
		if got := n.stored(t, code).State; got != state {
			t.Fatalf("prepared %s, want %s", got, state)
		}
		return code
	}
	for _, act := range acts {
		for role, b := range people {
			for name, section := range map[string]news.SectionID{"their own section": city, "another section": sport} {
				may := section == city
				if may {
					may = false
					for _, r := range act.may {
						may = may || r == role
					}
				}
				code := prepare(section, act.state)
				got := act.do(b, code)
				if may && got.StatusCode != http.StatusSeeOther && got.StatusCode != http.StatusOK || !may && got.StatusCode != http.StatusForbidden {
					t.Errorf("%s by a %s in %s answers %d, who may: %v", act.name, role, name, got.StatusCode, may)
				}
			}
		}
	}
	// What is the author's: a draft, and nothing once it is submitted.
	code := prepare(sport, news.Draft)
	for _, verb := range []string{"save", "trash", "untrash", "submit"} {
		if got := press(verb, "headline", "خودم", "body", "متن")(author, code); verb != "untrash" && verb != "submit" && got.StatusCode != http.StatusSeeOther {
			t.Errorf("the author's %s of a draft: %d", verb, got.StatusCode)
		}
	}
}
