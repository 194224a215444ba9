package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// pending brings n waiting comments under a new article and returns their ids, oldest first.
func (n *newsroomUnderTest) pending(t *testing.T, many int) (news.Code, []news.CommentID) {
	t.Helper()
	code := n.imports(t, news.Article{PublishedAt: time.Now().Add(-time.Hour), Content: news.Content{Headline: "خبر پرنظر", Body: "<p>متن</p>"}}, "")
	for i := range many {
		got := n.browser(t).post(articlePath(code)+"/comments", url.Values{"text": {fmt.Sprintf("نظر شمارهٔ %d از خواننده", i+1)}, "email": {"khanande@example.ir"}})
		if got.StatusCode != http.StatusSeeOther {
			t.Fatalf("comment %d: %d", i+1, got.StatusCode)
		}
	}
	page, err := n.store.Queue(context.Background(), news.QueueFilter{Tab: news.TabPending, Limit: 200})
	if err != nil || len(page.Comments) != many {
		t.Fatal(len(page.Comments), err)
	}
	var ids []news.CommentID
	for _, c := range page.Comments {
		ids = append(ids, c.ID)
	}
	return code, ids
}

// act presses a button of the queue.
func (b *browser) act(id news.CommentID, verb string, fields url.Values) answer {
	b.t.Helper()
	fields.Set("action", web.NewAction())
	return b.post(fmt.Sprintf("/newsroom/comments/%d/%s", id, verb), fields)
}

func TestModerationFlow(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		code, ids := n.pending(t, 3)
		first, second := n.signIn(t, "nazer1", news.Moderator), n.signIn(t, "nazer2", news.Moderator)
		reader := n.browser(t)

		queue := first.get("/newsroom/comments")
		inOrder(t, queue.body, "نظر شمارهٔ 1", "نظر شمارهٔ 2", "نظر شمارهٔ 3")
		if !strings.Contains(queue.body, "khanande@example.ir") {
			t.Error("moderators do not see the e-mail")
		}
		if got := first.act(ids[0], "publish", url.Values{"from": {"pending"}}); got.StatusCode != http.StatusSeeOther {
			t.Fatalf("publish: %d %s", got.StatusCode, got.body)
		}
		page := reader.article(code).body
		inOrder(t, page, "انتشار یافته: ۱", "در انتظار بررسی: ۲", "نظر شمارهٔ 1")
		if strings.Contains(page, "khanande@") || strings.Contains(page, "نظر شمارهٔ 2") {
			t.Error("an e-mail or a pending comment is public")
		}

		// The second moderator still sees it pending, and is told instead of overruling.
		told := second.act(ids[0], "reject", url.Values{"from": {"pending"}, "reason": {"insult"}})
		if told.StatusCode != http.StatusConflict || !strings.Contains(told.body, "نام nazer1") {
			t.Errorf("the second moderator: %d, names the first: %v", told.StatusCode, strings.Contains(told.body, "نام nazer1"))
		}
		if got := reader.article(code).body; !strings.Contains(got, "انتشار یافته: ۱") {
			t.Error("the first decision was overruled")
		}
		if got := second.act(ids[0], "undo", url.Values{"from": {"published"}}); got.StatusCode != http.StatusConflict {
			t.Errorf("undoing another's decision: %d", got.StatusCode)
		}
		if got := first.act(ids[0], "undo", url.Values{"from": {"published"}}); got.StatusCode != http.StatusSeeOther {
			t.Errorf("undo: %d %s", got.StatusCode, got.body)
		}
		if got := reader.article(code).body; !strings.Contains(got, "در انتظار بررسی: ۳") {
			t.Error("undone, it is not pending again")
		}
		for reason, want := range map[string]int{"": 422, "because": 422, "off_topic": 303} {
			if got := first.act(ids[1], "reject", url.Values{"from": {"pending"}, "reason": {reason}}); got.StatusCode != want {
				t.Errorf("rejecting for %q: %d, want %d", reason, got.StatusCode, want)
			}
		}
		if got := first.act(99999, "publish", url.Values{"from": {"pending"}}); got.StatusCode != http.StatusNotFound {
			t.Errorf("an unknown comment: %d", got.StatusCode)
		}
		last := n.events(t)
		kinds := ""
		for _, e := range last[len(last)-3:] {
			kinds += string(e.Kind) + " "
		}
		if kinds != "comment.published comment.reopened comment.rejected " {
			t.Errorf("the log ends with %s", kinds)
		}
	})
}

// TestNewsroomRights asks for every newsroom route as nobody and as each role.
func TestNewsroomRights(t *testing.T) {
	n := start(t, "")
	areas, err := n.areas(n.url)
	if err != nil {
		t.Fatal(err)
	}
	people := map[news.Role]*browser{}
	for _, role := range news.Roles() {
		people[role] = n.signIn(t, strings.ReplaceAll(string(role), "_", ""), role)
	}
	nobody := n.browser(t)
	checked := 0
	for _, area := range areas {
		for _, route := range area.Routes {
			if route.Audience != web.AudienceNewsroom {
				continue
			}
			checked++
			method, path, _ := strings.Cut(route.Pattern, " ")
			path = regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, "4711")
			ask := func(b *browser) int {
				if method == http.MethodGet {
					return b.get(path).StatusCode
				}
				r, err := http.NewRequest(method, b.base+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Origin", b.base)
				return b.do(r).StatusCode
			}
			if got := ask(nobody); got != http.StatusSeeOther && got != http.StatusUnauthorized {
				t.Errorf("%s answers %d to nobody", route.Pattern, got)
			}
			for role, b := range people {
				if strings.HasSuffix(path, "/signout") {
					continue
				}
				may := news.SystemActor("x", role).May(route.Right)
				if got := ask(b); may == (got == http.StatusForbidden) {
					t.Errorf("%s answers %d to a %s, who may: %v", route.Pattern, got, role, may)
				}
			}
		}
	}
	if checked < 12 {
		t.Errorf("only %d newsroom routes: the walk has lost its grip", checked)
	}
}

func TestArticleIsWrittenPublishedAndWithdrawn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		chief, reporter := n.signIn(t, "sardabir", news.ChiefEditor), n.signIn(t, "khabarnegar", news.Reporter)
		reader := n.browser(t)
		action, fields := form(t, reporter.get("/newsroom/articles/new").page(t), "main form[action]")
		fields.Set("headline", "")
		fields.Set("body", "به گزارش خبرگزاری نمونه، **متن** با *تأکید*.\n\n## میان‌تیتر\n\nپایان.\n\nانتهای پیام/ 12")
		fields.Set("tags", "آب، برق")
		wrong := reporter.post(action, fields)
		if wrong.StatusCode != http.StatusUnprocessableEntity {
			t.Fatalf("without a headline: %d", wrong.StatusCode)
		}
		action, kept := form(t, wrong.page(t), "main form[action]")
		if strings.ReplaceAll(kept.Get("body"), "\r\n", "\n") != fields.Get("body") || kept.Get("tags") != fields.Get("tags") {
			t.Errorf("typed text was lost: %q", kept)
		}
		kept.Set("headline", "تیتر خبر تازه")
		saved := reporter.post(action, kept)
		if saved.StatusCode != http.StatusSeeOther {
			t.Fatalf("save: %d %s", saved.StatusCode, saved.body)
		}
		a, err := n.editorial.Article(context.Background(), operator, 1)
		if err != nil || a.Content.Source != "خبرگزاری نمونه" || a.Content.DeskCode != "12" || !a.Content.EndMark || strings.Contains(a.Content.Body, "به گزارش") {
			t.Fatalf("%+v %v", a.Content, err)
		}
		if got := reader.get("/news/1"); got.StatusCode != http.StatusNotFound {
			t.Errorf("a draft answers %d", got.StatusCode)
		}
		edit := "/newsroom/articles/1"
		_, fields = form(t, chief.get(edit).page(t), `main form[action="`+edit+`"]`)
		stale := url.Values{}
		for k, v := range fields {
			stale[k] = v
		}
		fields.Set("headline", "تیتر خبر، ویراسته")
		fields.Set("do", "publish")
		asked := chief.post(edit, fields)
		if asked.StatusCode != http.StatusConflict || !strings.Contains(asked.body, "با این همه منتشر شود") || !strings.Contains(asked.body, "لید نوشته نشده است") || strings.Contains(asked.body, `id="theirs"`) {
			t.Fatalf("publish: %d, asks before it goes out: %s", asked.StatusCode, asked.body)
		}
		_, fields = form(t, asked.page(t), `main form[action="`+edit+`"]`)
		fields.Set("confirmed", "publish")
		if got := chief.post(edit, fields); got.StatusCode != http.StatusSeeOther {
			t.Fatalf("publish: %d %s", got.StatusCode, got.body)
		}
		page := reader.article(1)
		inOrder(t, page.body, "تیتر خبر، ویراسته", "به گزارش خبرگزاری نمونه، <strong>متن</strong>", "میان‌تیتر", "انتهای پیام/۱۲", "آب", "برق")

		// A window that was open meanwhile does not overwrite: it is told, and what was typed stays.
		stale.Set("headline", "تیتر پنجرهٔ کهنه")
		stale.Set("action", web.NewAction())
		conflict := chief.post(edit, stale)
		if conflict.StatusCode != http.StatusConflict || !strings.Contains(conflict.body, "تیتر پنجرهٔ کهنه") || !strings.Contains(conflict.body, "تیتر خبر، ویراسته") {
			t.Errorf("the stale window: %d, shows both texts: %v %v", conflict.StatusCode,
				strings.Contains(conflict.body, "تیتر پنجرهٔ کهنه"), strings.Contains(conflict.body, "تیتر خبر، ویراسته"))
		}
		// A reporter may write but not publish: what they save of a public article stays inside.
		_, fields = form(t, reporter.get(edit).page(t), `main form[action="`+edit+`"]`)
		fields.Set("headline", "تیتر خبرنگار")
		fields.Set("do", "publish")
		if got := reporter.post(edit, fields); got.StatusCode != http.StatusForbidden {
			t.Errorf("a reporter publishes: %d", got.StatusCode)
		}
		if got := reader.article(1); strings.Contains(got.body, "تیتر خبرنگار") {
			t.Error("the reporter's text is public")
		}
		for reason, want := range map[string]int{"": 422, "به درخواست منبع حذف شد.": 303} {
			if got := chief.post(edit+"/withdraw", url.Values{"action": {web.NewAction()}, "reason": {reason}}); got.StatusCode != want {
				t.Errorf("withdraw with %q: %d", reason, got.StatusCode)
			}
		}
		if got := reader.get("/news/1"); got.StatusCode != http.StatusGone || !strings.Contains(got.body, "به درخواست منبع حذف شد.") {
			t.Errorf("withdrawn, it answers %d", got.StatusCode)
		}
	})
}

func TestSignInLinksWorkOnceAndPasswordsAreThrottled(t *testing.T) {
	n := start(t, "")
	ctx := context.Background()
	setup, err := n.auth.SetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	b := n.browser(t)
	path := "/newsroom/setup/" + setup
	action, fields := form(t, b.get(path).page(t), "main form")
	fields.Set("name", "مدیر")
	fields.Set("username", "modir")
	fields.Set("password", "کوتاه")
	if got := b.post(orPath(action, path), fields); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a short password: %d", got.StatusCode)
	}
	fields.Set("password", "رمزی بلند و خوب")
	if got := b.post(orPath(action, path), fields); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("set-up: %d %s", got.StatusCode, got.body)
	}
	if got := b.get("/newsroom/articles"); got.StatusCode != http.StatusOK {
		t.Errorf("after the set-up the newsroom answers %d", got.StatusCode)
	}
	if got := n.browser(t).get(path); got.StatusCode == http.StatusOK && strings.Contains(got.body, `name="password"`) {
		t.Error("the set-up link works twice")
	}
	link, err := console{n.app, n.url}.LinkUser(ctx, "modir")
	if err != nil {
		t.Fatal(err)
	}
	one, two := n.browser(t), n.browser(t)
	_, fields = form(t, one.get(link).page(t), "main form")
	if got := one.post(link, fields); got.StatusCode != http.StatusSeeOther {
		t.Errorf("a link: %d", got.StatusCode)
	}
	if got := two.post(link, fields); got.StatusCode == http.StatusSeeOther {
		t.Error("a link works twice")
	}
	if strings.Contains(n.log.String(), strings.TrimPrefix(link, n.url+"/newsroom/signin/")) {
		t.Error("a sign-in link is in the log")
	}
	guess := func(password string) int {
		return n.browser(t).post("/newsroom/signin", url.Values{"username": {"modir"}, "password": {password}}).StatusCode
	}
	if got := guess("رمزی بلند و خوب"); got != http.StatusSeeOther {
		t.Errorf("the right password: %d", got)
	}
	for range 10 {
		guess("نادرست است این")
	}
	if got := guess("رمزی بلند و خوب"); got != http.StatusTooManyRequests {
		t.Errorf("after ten wrong ones: %d", got)
	}
}

func orPath(action, path string) string {
	if action == "" {
		return path
	}
	return action
}
