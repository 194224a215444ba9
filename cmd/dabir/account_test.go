package main

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/pquerna/otp/totp"

	"github.com/dabir-newsroom/dabir/internal/auth"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web/control"
)

const longPassword = "رمزی بلند و خوب"

// send fills a form of a page and sends it.
func (b *browser) send(page answer, selector, path string, fields ...string) answer {
	b.t.Helper()
	action, values := form(b.t, page.page(b.t), selector)
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return b.post(orPath(action, path), values)
}

// wants fails unless the answer has the status and its page holds every text.
func (a answer) wants(t *testing.T, status int, texts ...string) answer {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("%d, want %d: %s", a.StatusCode, status, a.body)
	}
	for _, text := range texts {
		if !strings.Contains(a.page(t).Text(), text) {
			t.Errorf("the page lacks %q: %s", text, a.page(t).Find("main").Text())
		}
	}
	return a
}

// leads fails unless the answer sends the person on.
func (a answer) leads(t *testing.T, path string) {
	t.Helper()
	if a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), path) {
		t.Fatalf("%d to %q, want %s: %s", a.StatusCode, a.Header.Get("Location"), path, a.body)
	}
}

// invites lets an operator invite a person through the page; the link comes back.
func (b *browser) invites(name, username string, roles ...string) string {
	b.t.Helper()
	_, fields := form(b.t, b.get("/newsroom/people/new").page(b.t), "main form")
	fields.Set("name", name)
	fields.Set("username", username)
	fields["role"] = roles
	return b.invitation(b.post("/newsroom/people", fields))
}

func (b *browser) invitation(page answer) string {
	b.t.Helper()
	page.wants(b.t, http.StatusOK)
	return strings.TrimSpace(page.page(b.t).Find("code.key").Text())
}

func (n *newsroomUnderTest) kinds(t *testing.T, last int) string {
	t.Helper()
	all := n.events(t)
	var names []string
	for _, e := range all[max(0, len(all)-last):] {
		names = append(names, string(e.Kind))
	}
	return strings.Join(names, " ")
}

func TestAPersonIsInvitedWorksAndIsShutOut(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		boss := n.signIn(t, "modir", news.Operator)
		link := boss.invites("نگار", "negar", "reporter", "desk_editor")
		if !strings.HasPrefix(link, n.url+"/newsroom/invitation/") {
			t.Fatalf("the link is %s", link)
		}
		boss.get("/newsroom/people").wants(t, http.StatusOK, "نگار", "دعوت‌شده", "خبرنگار و دبیر سرویس")
		negar := n.browser(t)
		page := negar.get(link).wants(t, http.StatusOK, "نگار", "کلید عبور")
		if got := page.Header.Get("Referrer-Policy"); got != "no-referrer" {
			t.Errorf("Referrer-Policy %q on a page with a secret address", got)
		}
		negar.send(page, "main form", link, "password", "کوتاه").wants(t, http.StatusUnprocessableEntity, "گذرواژه کوتاه است")
		negar.send(page, "main form", link, "password", longPassword).leads(t, "/newsroom")
		negar.get("/newsroom/articles/new").wants(t, http.StatusOK)
		if got := n.browser(t).get(link); got.StatusCode != http.StatusNotFound {
			t.Errorf("the link again: %d", got.StatusCode)
		}
		if got := n.kinds(t, 4); got != "user.created user.invited user.password_set user.signed_in" {
			t.Errorf("the log ends with %s", got)
		}
		if strings.Contains(n.log.String(), strings.TrimPrefix(link, n.url+"/newsroom/invitation/")) {
			t.Error("the invitation is in the log")
		}

		id := regexp.MustCompile(`/newsroom/people/(\d+)"[^>]*>نگار`).FindStringSubmatch(boss.get("/newsroom/people").body)[1]
		path := "/newsroom/people/" + id
		boss.post(path+"/roles", url.Values{}).wants(t, http.StatusUnprocessableEntity, "دست‌کم یک نقش را برگزینید.")
		boss.post(path+"/roles", url.Values{"role": {"moderator"}}).leads(t, path+"?done=roles")
		negar.get("/newsroom/articles").leads(t, "/newsroom/signin")
		negar.post("/newsroom/articles", url.Values{"headline": {"تیتر"}}).wants(t, http.StatusUnauthorized, "نشست شما پایان یافته است")
		again := func() answer {
			return n.browser(t).post("/newsroom/signin", url.Values{"username": {"negar"}, "password": {longPassword}})
		}
		again().leads(t, "/newsroom")
		boss.get(path).wants(t, http.StatusOK, "ناظر نظرات", "گذرواژه")
		boss.post(path+"/disable", url.Values{}).leads(t, path+"?done=disabled")
		again().wants(t, http.StatusUnprocessableEntity, "نام کاربری یا گذرواژه درست نیست")
		if got := boss.post(path+"/link", url.Values{}); got.StatusCode != http.StatusNotFound {
			t.Errorf("a link for a disabled person: %d", got.StatusCode)
		}
		boss.post(path+"/enable", url.Values{}).leads(t, path+"?done=enabled")
		again().leads(t, "/newsroom")
		boss.post(path+"/sessions", url.Values{}).leads(t, path+"?done=sessions")
		fresh := boss.invitation(boss.post(path+"/link", url.Values{}))
		n.browser(t).post(fresh, url.Values{"password": {longPassword + " تازه"}}).leads(t, "/newsroom")
		again().wants(t, http.StatusUnprocessableEntity)
		if got := n.kinds(t, 4); got != "user.sessions_ended user.invited user.password_set user.signed_in" {
			t.Errorf("the log ends with %s", got)
		}
	})
}

// TestSectionsOfAPerson: roles hold where the boxes are ticked, from the invitation on, and a change puts the person out.
func TestSectionsOfAPerson(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		city, sport := n.section(t, "شهر"), n.section(t, "ورزش")
		boss, author := n.signIn(t, "modir", news.Operator), n.signIn(t, "nevisande", news.Reporter)
		box := func(id news.SectionID) string { return news.Code(id).String() }
		_, fields := form(t, boss.get("/newsroom/people/new").page(t), "main form")
		fields.Set("name", "نگار")
		fields.Set("username", "negar")
		fields["role"], fields["section"] = []string{"desk_editor"}, []string{box(city), "99", "x"}
		back := boss.post("/newsroom/people", fields).wants(t, http.StatusUnprocessableEntity, "یکی از سرویس‌های برگزیده دیگر نیست")
		if doc := back.page(t); doc.Find(`input[name=section][checked]`).Length() != 1 || doc.Find(`input[value=desk_editor][checked]`).Length() != 1 || doc.Find(`input[name=name]`).AttrOr("value", "") != "نگار" {
			t.Error("what was ticked is lost")
		}
		fields["section"] = []string{box(city)}
		link := boss.invitation(boss.post("/newsroom/people", fields))
		list := boss.get("/newsroom/people").wants(t, http.StatusOK, "شهر", "همهٔ سرویس‌ها")
		id := regexp.MustCompile(`/newsroom/people/(\d+)"[^>]*>نگار`).FindStringSubmatch(list.body)[1]
		negar := n.browser(t)
		negar.post(link, url.Values{"password": {longPassword}}).leads(t, "/newsroom")
		publishes := func(b *browser, section news.SectionID) int {
			code := author.write("تیتر سرویس", section, "submit")
			return b.press(code, url.Values{"base": {"1"}}, "publish", "confirmed", "1").StatusCode
		}
		if in, out := publishes(negar, city), publishes(negar, sport); in != http.StatusSeeOther || out != http.StatusForbidden {
			t.Errorf("in her section %d, in another %d", in, out)
		}

		path := "/newsroom/people/" + id
		wrong := boss.post(path+"/roles", url.Values{"role": {"moderator"}, "section": {"98"}}).wants(t, http.StatusUnprocessableEntity, "یکی از سرویس‌های برگزیده دیگر نیست")
		if wrong.page(t).Find(`input[value=moderator][checked]`).Length() != 1 {
			t.Error("the boxes of a mistake are lost")
		}
		negar.get("/newsroom/articles").wants(t, http.StatusOK) // a mistake changes nothing
		boss.post(path+"/roles", url.Values{"role": {"desk_editor"}, "section": {box(sport)}}).leads(t, path+"?done=roles")
		negar.get("/newsroom/articles").leads(t, "/newsroom/signin")
		if page := boss.get(path).page(t); page.Find(`input[name=section][checked]`).AttrOr("value", "") != box(sport) {
			t.Error("the page does not show what is stored")
		}
		again := n.browser(t)
		again.post("/newsroom/signin", url.Values{"username": {"negar"}, "password": {longPassword}}).leads(t, "/newsroom")
		if in, out := publishes(again, sport), publishes(again, city); in != http.StatusSeeOther || out != http.StatusForbidden {
			t.Errorf("after the change: in her section %d, in another %d", in, out)
		}
		chief := n.signIn(t, "sardabir", news.ChiefEditor)
		chief.get("/newsroom/audit").wants(t, http.StatusOK, "نقش‌ها یا سرویس‌های همکاری را تغییر داد", "دبیر سرویس · ورزش", "دبیر سرویس · شهر")
		boss.post(path+"/roles", url.Values{"role": {"desk_editor"}}).leads(t, path+"?done=roles")
		boss.get("/newsroom/people").wants(t, http.StatusOK)
		if u, err := n.store.UserByName(context.Background(), "negar"); err != nil || u.Sections != nil {
			t.Errorf("without a tick: %v %v", u.Sections, err)
		}
	})
}

func TestNobodyChangesTheirOwnRole(t *testing.T) {
	n := start(t, "")
	boss := n.signIn(t, "modir", news.Operator)
	boss.get("/newsroom/people/1").wants(t, http.StatusOK, "نقش خودتان را نمی‌توانید تغییر دهید")
	boss.post("/newsroom/people/1/roles", url.Values{"role": {"operator", "chief_editor"}}).wants(t, http.StatusConflict, "نقش خودتان را نمی‌توانید تغییر دهید")
	boss.post("/newsroom/people/1/disable", url.Values{}).wants(t, http.StatusConflict, "دسترسی خودتان را نمی‌توانید ببندید")
	boss.get("/newsroom/people").wants(t, http.StatusOK)
}

func TestBadInvitationsComeBackAsTyped(t *testing.T) {
	n := start(t, "")
	boss := n.signIn(t, "modir", news.Operator)
	invite := func(name, username string, roles ...string) answer {
		return boss.post("/newsroom/people", url.Values{"name": {name}, "username": {username}, "role": roles})
	}
	page := invite("", "نگار", "reporter", "pope").wants(t, http.StatusUnprocessableEntity, "نامی را بنویسید", "نام کاربری از حروف کوچک لاتین", "دست‌کم یک نقش")
	if doc := page.page(t); doc.Find(`input[name=username]`).AttrOr("value", "") != "نگار" || doc.Find(`input[value=reporter][checked]`).Length() != 1 {
		t.Error("what was typed is lost")
	}
	invite("مدیر دیگر", "MODIR", "operator").wants(t, http.StatusConflict, "این نام کاربری را کس دیگری دارد")
	invite(strings.Repeat("ن", 81), "negar", "reporter").wants(t, http.StatusUnprocessableEntity)
	page = invite(`<script>alert("x")</script>`, "script", "reporter")
	page.wants(t, http.StatusOK)
	if strings.Contains(page.body, `<script>alert`) {
		t.Error("a name is markup")
	}
	for _, path := range []string{"/newsroom/people/0", "/newsroom/people/99", "/newsroom/people/x", "/newsroom/people/-1"} {
		if got := boss.get(path); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
}

// enrols switches the second factor on through the pages.
func (b *browser) enrols() (secret string, recovery []string) {
	b.t.Helper()
	page := b.post("/newsroom/account/totp", url.Values{}).wants(b.t, http.StatusOK)
	secret = strings.ReplaceAll(page.page(b.t).Find("code.key").Text(), " ", "")
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	wrong := b.send(page, "main form", "", "code", "12").wants(b.t, http.StatusUnprocessableEntity, "این کد درست نیست")
	if got := strings.ReplaceAll(wrong.page(b.t).Find("code.key").Text(), " ", ""); got != secret {
		b.t.Fatalf("a wrong code changes the secret from %s to %s", secret, got)
	}
	if wrong.page(b.t).Find("svg.qr path").AttrOr("d", "") == "" || strings.Contains(wrong.body, "data:") {
		b.t.Error("the code is not drawn in the page")
	}
	done := b.send(wrong, "main form", "", "code", code).wants(b.t, http.StatusOK)
	done.page(b.t).Find("ol.codes code").Each(func(_ int, s *goquery.Selection) { recovery = append(recovery, s.Text()) })
	if len(recovery) != 10 {
		b.t.Fatalf("%d recovery codes", len(recovery))
	}
	b.send(wrong, "main form", "", "code", code).wants(b.t, http.StatusConflict, "از پیش روشن است")
	return secret, recovery
}

func TestSigningInWithACode(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		link := n.signIn(t, "modir", news.Operator).invites("نگار", "negar", "reporter")
		negar := n.browser(t)
		negar.post(link, url.Values{"password": {longPassword}}).leads(t, "/newsroom")
		_, recovery := negar.enrols()
		account := negar.get("/newsroom/account").wants(t, http.StatusOK, "۱۰ کد بازیابی مانده")
		for _, code := range recovery {
			if strings.Contains(account.body, code) {
				t.Error("a recovery code is shown twice")
			}
		}
		password := url.Values{"username": {"negar"}, "password": {longPassword}, "next": {"/newsroom/articles/new"}}
		b := n.browser(t)
		ask := b.post("/newsroom/signin", password).wants(t, http.StatusOK, "کد ورود")
		if len(ask.Cookies()) != 0 {
			t.Error("the password alone gives a cookie")
		}
		b.get("/newsroom/articles").leads(t, "/newsroom/signin")
		wrong := b.send(ask, "main form", "", "code", "000 000").wants(t, http.StatusUnprocessableEntity, "این کد درست نیست")
		b.send(wrong, "main form", "", "code", strings.ToUpper(recovery[0])).leads(t, "/newsroom/articles/new")
		b.get("/newsroom/articles").wants(t, http.StatusOK)
		n.browser(t).send(ask, "main form", "", "code", recovery[1]).wants(t, http.StatusUnauthorized, "از نو وارد شوید")
		ask = n.browser(t).post("/newsroom/signin", password).wants(t, http.StatusOK, "کد ورود")
		n.browser(t).send(ask, "main form", "", "code", recovery[0]).wants(t, http.StatusUnprocessableEntity, "این کد درست نیست")
		n.browser(t).send(ask, "main form", "", "second", "invented", "code", recovery[1]).wants(t, http.StatusUnauthorized, "از نو وارد شوید")
		for range 8 {
			n.browser(t).send(ask, "main form", "", "code", "nonsense").wants(t, http.StatusUnprocessableEntity)
		}
		n.browser(t).send(ask, "main form", "", "code", recovery[1]).wants(t, http.StatusTooManyRequests, "پانزده دقیقه")

		// Who has lost both is let in by a link of the operator, and may switch it off.
		boss := n.signIn(t, "modir2", news.Operator)
		at := regexp.MustCompile(`/newsroom/people/(\d+)"[^>]*>نگار`).FindStringSubmatch(boss.get("/newsroom/people").body)[0]
		path := at[:strings.IndexByte(at, '"')]
		boss.get(path).wants(t, http.StatusOK, "خاموش کردن کد دومرحله‌ای")
		boss.post(path+"/totp/reset", url.Values{}).leads(t, path+"?done=totp")
		boss.get(path+"?done=totp").wants(t, http.StatusOK, "کد دومرحله‌ای خاموش شد")
		b.get("/newsroom/articles").leads(t, "/newsroom/signin")
		n.browser(t).send(ask, "main form", "", "code", recovery[2]).wants(t, http.StatusUnauthorized, "از نو وارد شوید")
		boss.post(path+"/totp/reset", url.Values{}).wants(t, http.StatusConflict, "ورود دومرحله‌ای روشن نیست")
		if got := boss.post(path+"/passkeys/eA/remove", url.Values{}); got.StatusCode != http.StatusNotFound {
			t.Errorf("a passkey that is none: %d", got.StatusCode)
		}
		lost := n.browser(t)
		lost.post(mustLink(t, n, "negar"), url.Values{}).leads(t, "/newsroom")
		lost.post("/newsroom/account/totp/stop", url.Values{}).leads(t, "/newsroom/account?done=totp_off")
		n.browser(t).post("/newsroom/signin", password).leads(t, "/newsroom/articles/new")
		if got := n.kinds(t, 4); got != "user.totp_off user.link_made user.signed_in user.signed_in" {
			t.Errorf("the log ends with %s", got)
		}
		for _, e := range n.events(t) {
			for _, value := range e.Data {
				if strings.Contains(value, recovery[0]) || strings.Contains(value, longPassword) {
					t.Errorf("a secret in the log: %+v", e)
				}
			}
		}
	})
}

func mustLink(t *testing.T, n *newsroomUnderTest, username string) string {
	t.Helper()
	link, err := console{n.app, n.url}.LinkUser(context.Background(), username)
	if err != nil {
		t.Fatal(err)
	}
	return link
}

func TestSessionsAreSeenAndEnded(t *testing.T) {
	n := start(t, "")
	one := n.signIn(t, "negar", news.Reporter)
	enter := func() *browser {
		b := n.browser(t)
		b.post(mustLink(t, n, "negar"), url.Values{}).leads(t, "/newsroom")
		return b
	}
	two, three := enter(), enter()
	page := one.get("/newsroom/account").wants(t, http.StatusOK, "همین نشست", "دستگاه ناشناس").page(t)
	if got := page.Find("#sessions ~ ul li").Length(); got != 3 {
		t.Fatalf("%d sessions", got)
	}
	if strings.Contains(page.Text(), "127.0.0.1") {
		t.Error("an address is shown")
	}
	ends := map[bool][]string{}
	page.Find("#sessions ~ ul li").Each(func(_ int, s *goquery.Selection) {
		_, current := s.Attr("aria-current")
		ends[current] = append(ends[current], s.Find("form").AttrOr("action", ""))
	})
	one.post(ends[false][0], url.Values{}).leads(t, "/newsroom/account?done=session")
	if got := one.post(ends[false][0], url.Values{}); got.StatusCode != http.StatusNotFound || !strings.Contains(got.body, "آن نشست پیش از این پایان یافته است") {
		t.Errorf("twice: %d", got.StatusCode)
	}
	out := 0
	for _, b := range []*browser{two, three} {
		if b.get("/newsroom/articles").StatusCode == http.StatusSeeOther {
			out++
		}
	}
	if out != 1 {
		t.Errorf("%d of the other two are out", out)
	}
	other := n.signIn(t, "omid", news.Reporter)
	if got := other.post(ends[true][0], url.Values{}); got.StatusCode != http.StatusNotFound {
		t.Errorf("ending somebody else's: %d", got.StatusCode)
	}
	one.post("/newsroom/account/sessions/end", url.Values{}).leads(t, "/newsroom/account?done=sessions")
	for _, b := range []*browser{two, three} {
		b.get("/newsroom/articles").leads(t, "/newsroom/signin")
	}
	one.post(ends[true][0], url.Values{}).leads(t, "/newsroom/signin?done=signed_out")
	one.get("/newsroom/articles").leads(t, "/newsroom/signin")
}

func TestSigningInAgainEndsTheFormerSession(t *testing.T) {
	n := start(t, "")
	b := n.signIn(t, "negar", news.Reporter)
	b.post(mustLink(t, n, "negar"), url.Values{}).leads(t, "/newsroom")
	if got := b.get("/newsroom/account").page(t).Find("#sessions ~ ul li").Length(); got != 1 {
		t.Errorf("%d sessions", got)
	}
}

func TestPasskeyRoutesRefuseWhatIsNone(t *testing.T) {
	n := start(t, "")
	b := n.signIn(t, "negar", news.Reporter)
	script := func(path string, fields url.Values) answer {
		r, err := http.NewRequest(http.MethodPost, n.url+path, strings.NewReader(fields.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", "application/json")
		return b.do(r)
	}
	begun := script("/newsroom/signin/passkey/begin", nil)
	if begun.StatusCode != http.StatusOK || !strings.Contains(begun.body, `"rpId":"localhost"`) || begun.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("begin: %d %s", begun.StatusCode, begun.body)
	}
	for path, want := range map[string]int{"/newsroom/signin/passkey": 422, "/newsroom/account/passkeys": 422, "/newsroom/account/passkeys/eA/remove": 404,
		"/newsroom/invitation/invented/passkey/begin": 404, "/newsroom/invitation/invented/passkey": 404} {
		got := script(path, url.Values{"state": {"x"}, "response": {`{"id":"x"}`}})
		if got.StatusCode != want || !strings.Contains(got.body, `"message":`) {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
	if got := script("/newsroom/signin/passkey", url.Values{"response": {strings.Repeat("x", 65<<10)}}); got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a long answer: %d", got.StatusCode)
	}
}

func TestTheConsoleMakesNobodyWithoutARole(t *testing.T) {
	n := start(t, "")
	if _, err := (console{n.app, n.url}).AddUser(context.Background(), control.NewUser{NewUser: auth.NewUser{Username: "norole", Name: "بی‌نقش"}}); news.KindOf(err) != news.Invalid || err == nil {
		t.Errorf("a person without a role: %v", err)
	}
}

func TestTheConsoleNamesSections(t *testing.T) {
	n := start(t, "")
	sport, err := n.store.EnsureSection(context.Background(), chief, news.Section{Name: "ورزش", Slug: "sport"})
	if err != nil {
		t.Fatal(err)
	}
	add := func(username string, sections ...string) error {
		person := auth.NewUser{Username: username, Name: "نام", Roles: []news.Role{news.DeskEditor}}
		_, err := (console{n.app, n.url}).AddUser(context.Background(), control.NewUser{NewUser: person, In: sections})
		return err
	}
	for username, section := range map[string]string{"byname": "ورزش", "byslug": "sport"} {
		if err := add(username, section); err != nil {
			t.Fatal(err)
		}
		if u, err := n.store.UserByName(context.Background(), username); err != nil || len(u.Sections) != 1 || u.Sections[0] != sport.ID {
			t.Errorf("%s holds %v (%v)", username, u.Sections, err)
		}
	}
	if err := add("nowhere", "ورزش", "شطرنج"); err == nil || !strings.HasPrefix(err.Error(), `there is no section "شطرنج"`) || !strings.Contains(err.Error(), "ورزش") {
		t.Errorf("an unknown section: %v", err)
	}
}
