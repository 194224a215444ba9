package newsroom

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// moderators is a newsroom with a public article, a chief editor and two moderators.
func moderators(t *testing.T) (h *house, code news.Code, chief, mina, navid *person) {
	h = newHouse(t)
	chief = h.hire("sara", "سارا", news.ChiefEditor)
	mina, navid = h.hire("mina", "مینا", news.Moderator), h.hire("navid", "نوید", news.Moderator)
	return h, chief.write(articleFields("do", "publish", "confirmed", "1")), chief, mina, navid
}

func fields(pairs ...string) url.Values {
	v := url.Values{"action": {web.NewAction()}}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func commentPath(id news.CommentID, act string) string {
	return fmt.Sprintf("/newsroom/comments/%d/%s", id, act)
}

// TestTakingWithoutAScript: what one moderator takes, the other does not see, and a colleague is named.
func TestTakingWithoutAScript(t *testing.T) {
	h, code, _, mina, navid := moderators(t)
	for i := range 25 {
		h.comment(code, "خواننده", fmt.Sprintf("نظر شمارهٔ %02d", i))
	}
	w := mina.post("/newsroom/comments/take", fields("tab", "pending", "sort", "time"))
	h.want(w, http.StatusSeeOther)
	hand := mina.get(w.Header().Get("Location"))
	h.want(hand, http.StatusOK, "نظر شمارهٔ 00", "نظر شمارهٔ 19", "تنها در دست شماست")
	h.lacks(hand, "نظر شمارهٔ 20")
	others := navid.get("/newsroom/comments")
	h.want(others, http.StatusOK, "نظر شمارهٔ 20", "هم‌اکنون در صف: مینا (۲۰ نظر)")
	h.lacks(others, "نظر شمارهٔ 00")
	w = navid.post("/newsroom/comments/take", fields("tab", "pending"), "Accept", "application/json")
	var a liveAnswer
	h.must(json.Unmarshal(w.Body.Bytes(), &a))
	if len(a.Mine) != 5 || !strings.Contains(a.HTML, "نظر شمارهٔ 24") || strings.Contains(a.HTML, "نظر شمارهٔ 05") || a.Counts["pending"] != "۲۵" {
		t.Errorf("the script gets %v, %v", a.Mine, a.Counts)
	}
	w = navid.post("/newsroom/comments/live", fields("ids", "1,2,x,21,99999"), "Accept", "application/json")
	h.must(json.Unmarshal(w.Body.Bytes(), &a))
	if len(a.Mine) != 1 || a.Mine[0] != 21 {
		t.Errorf("of five named comments %v are navid's, want 21", a.Mine)
	}
	h.want(mina.post("/newsroom/comments/release", nil), http.StatusSeeOther)
	h.want(navid.get("/newsroom/comments"), http.StatusOK, "نظر شمارهٔ 00")
}

func TestFormsOfACommentsPage(t *testing.T) {
	h, code, _, mina, _ := moderators(t)
	id := h.comment(code, "خواننده", "متن با یک ناسزا")
	h.want(mina.get(commentPath(id, "edit")), http.StatusOK, "متن با یک ناسزا", "ویراستهٔ تحریریه")
	h.want(mina.get(commentPath(id, "nothing")), http.StatusNotFound)
	part := mina.get(commentPath(id, "edit?part=form"))
	h.want(part, http.StatusOK, `name="text"`)
	h.lacks(part, "<html", "<nav")
	h.want(mina.post(commentPath(id, "edit"), fields("from", "pending", "text", "متن با یک ناسزا")), http.StatusUnprocessableEntity, "متن همان است که بود", "متن با یک ناسزا")
	h.want(mina.post("/newsroom/comments/answers", fields("title", "سپاس", "body", "سپاس از یادآوری شما.")), http.StatusSeeOther)
	h.want(mina.post("/newsroom/comments/answers", fields("title", "", "body", "متنِ مانده")), http.StatusUnprocessableEntity, "عنوان پاسخ را بنویسید", "متنِ مانده")
	h.want(mina.get(commentPath(id, "answer")), http.StatusOK, "سپاس از یادآوری شما.")
	h.want(mina.post(commentPath(id, "answer"), fields("from", "pending", "text", "", "saved", "1")), http.StatusSeeOther)
	public, err := h.store.Public().Comments(t.Context(), code, 100)
	if err != nil || len(public) != 2 || public[0].Text != "سپاس از یادآوری شما." {
		t.Errorf("%+v %v", public, err)
	}
	h.want(mina.post(commentPath(id, "edit"), fields("from", "published", "text", "متن بی‌ناسزا")), http.StatusSeeOther)
	h.want(mina.get("/newsroom/comments?tab=published"), http.StatusOK, "متن بی‌ناسزا", "ویراستهٔ تحریریه")
	h.want(mina.get("/newsroom/comments/decisions"), http.StatusOK, "ویرایش و منتشر کرد", "پاسخ داد و منتشر کرد")
}

func TestBulkIsShownBeforeItIsDone(t *testing.T) {
	h, code, _, mina, navid := moderators(t)
	one, two := h.comment(code, "", "نظر یکم"), h.comment(code, "", "نظر دوم")
	picked := fields("act", "advertising", "pick", one.String(), "pick", two.String())
	h.want(mina.post("/newsroom/comments/bulk", picked), http.StatusOK, "۲ نظر رد می‌شود: تبلیغ.", "نظر یکم", one.String()+":pending:0")
	if found, _ := h.store.CommentsByID(t.Context(), []news.CommentID{one}); found[0].State != news.CommentPending {
		t.Fatal("the preview decided")
	}
	h.want(navid.post(commentPath(two, "publish"), fields("from", "pending")), http.StatusSeeOther)
	h.want(mina.post("/newsroom/comments/bulk", picked), http.StatusOK, "پیش‌تر دربارهٔ آن تصمیم گرفته شده")
	done := mina.post("/newsroom/comments/bulk/do", fields("act", "advertising", "one", one.String()+":pending:0", "one", two.String()+":pending:0"))
	h.want(done, http.StatusOK, "یک نظر رد شد: تبلیغ.", "این نظر را نوید ساعت")
	h.want(mina.post("/newsroom/comments/bulk", fields("act", "because", "pick", "1")), http.StatusUnprocessableEntity)
	h.want(mina.post("/newsroom/comments/bulk/do", fields("act", "publish", "one", "nonsense")), http.StatusUnprocessableEntity)
}

func TestSearchAndBanAWriter(t *testing.T) {
	h, code, chief, mina, _ := moderators(t)
	id := h.comment(code, "نگار", "کتاب‌خانهٔ محله")
	h.comment(code, "کاوه", "چیز دیگر")
	found := mina.get("/newsroom/comments/search?words=" + url.QueryEscape("كتابخانه"))
	h.want(found, http.StatusOK, "کتاب‌خانهٔ محله", "از این نویسنده: ۰ منتشر، ۰ رد، ۲ در انتظار")
	h.lacks(found, "چیز دیگر")
	h.want(mina.get("/newsroom/comments/search?writer="+id.String()), http.StatusOK, "نظرهای", "چیز دیگر")
	h.want(mina.get("/newsroom/comments/search?from=nonsense&article=x"), http.StatusUnprocessableEntity)
	h.want(mina.post(commentPath(id, "ban"), fields("kind", "network", "effect", "refuse", "for", "7", "reason", "آزار")), http.StatusUnprocessableEntity, "تنها یک فرد را", "آزار")
	h.want(mina.post(commentPath(id, "ban"), fields("kind", "pseudonym", "effect", "refuse", "for", "7", "reason", "آزار")), http.StatusSeeOther)
	h.want(mina.post("/newsroom/bans", fields("effect", "hold", "term", "", "for", "7", "reason", "تبلیغ")), http.StatusUnprocessableEntity, "واژه را بنویسید", "تبلیغ")
	h.want(mina.get("/newsroom/bans"), http.StatusOK, "همین فرد", "آزار", "مینا")
	h.want(mina.post("/newsroom/bans/1/lift", nil), http.StatusSeeOther)
	h.want(mina.get("/newsroom/bans"), http.StatusOK, "مینا برداشت")
	h.want(mina.post("/newsroom/bans/77/lift", nil), http.StatusNotFound)
	h.want(mina.get("/newsroom/comments/policy"), http.StatusForbidden)
	h.want(chief.get("/newsroom/comments/policy"), http.StatusOK, "نقد تند خبر", "تبلیغ کالا")
	h.want(chief.post("/newsroom/comments/policy", fields("body", "آیین ما", "do", "save")), http.StatusSeeOther)
	h.want(chief.get("/newsroom/comments/policy"), http.StatusOK, "آیین ما", "برگرداندن متن آغازین")
	h.want(mina.post(commentPath(id, "reject"), fields("from", "pending", "reason", "insult")), http.StatusSeeOther)
	h.want(chief.get("/newsroom/comments/numbers"), http.StatusOK, "مینا", "توهین", "میانهٔ انتظار")
	h.want(chief.get("/newsroom/comments/numbers?from=nonsense"), http.StatusUnprocessableEntity)
}

// TestBackOfStaysAmongTheComments: whatever a form says, the way back is a page of the comments.
func TestBackOfStaysAmongTheComments(t *testing.T) {
	for typed, want := range map[string]string{
		"/newsroom/comments?tab=held": "/newsroom/comments?tab=held", "/newsroom/comments/search?words=..": "/newsroom/comments/search?words=..",
		"/newsroom/comments/../../evil": pathComments, "/newsroom/comments//evil.example": pathComments, "//evil.example/newsroom/comments": pathComments,
		"/newsroom/people": pathComments, "": pathComments, "https://evil.example": pathComments,
	} {
		if got := backOf(typed); got != want {
			t.Errorf("%q leads back to %q", typed, got)
		}
	}
}
