package newsroom

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/news"
)

func TestTermsArePutOnTheLists(t *testing.T) {
	h := newHouse(t)
	m := h.hire("nazer", "نازنین ناظر", news.Moderator)
	h.want(m.get("/newsroom/terms"), http.StatusOK, "هنوز واژه‌ای در فهرست نیست")
	fields := url.Values{"action": {"a-term-of-this-form-1"}, "text": {"بدواژه+"}, "list": {"banned"}, "kind": {"hate"}, "note": {"<b>چرا</b>"}}
	for range 2 { // a form that is sent twice is one act
		if w := m.post("/newsroom/terms", fields); w.Code != http.StatusSeeOther {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	page := m.get("/newsroom/terms?q=بدوا&list=banned&done=saved")
	h.want(page, http.StatusOK, "بدواژه+", "نفرت‌پراکنی", "نازنین ناظر", "ذخیره شد", "شمار واژه‌ها: ۱")
	if strings.Contains(page.Body.String(), "<b>چرا</b>") {
		t.Error("a note is markup")
	}
	h.want(m.get("/newsroom/terms?list=suspect"), http.StatusOK, "با این نشانه‌ها")
	path := regexp.MustCompile(`/newsroom/terms/\d+`).FindString(page.Body.String())
	h.want(m.get(path), http.StatusOK, `value="بدواژه+"`, "حذف شود")
	fields.Set("action", "a-term-of-this-form-2")
	h.want(m.post("/newsroom/terms", fields), http.StatusConflict, "در فهرست هست", "<b>چرا</b>")
	h.want(m.post(path, url.Values{"text": {"ا*"}, "list": {"x"}, "kind": {"y"}, "note": {"یادداشت"}}), http.StatusUnprocessableEntity,
		"ستاره در یک واژه", "فهرست را برگزینید", "نوع واژه را برگزینید", `value="یادداشت"`)
	if w := m.post(path+"/delete", nil); w.Code != http.StatusSeeOther {
		t.Errorf("delete: %d", w.Code)
	}
	h.want(m.get(path), http.StatusNotFound)
	h.want(m.get("/newsroom/terms/import"), http.StatusForbidden)
}

func TestListsComeAndGoAsFiles(t *testing.T) {
	h := newHouse(t)
	chief := h.hire("sardabir", "سردبیر", news.ChiefEditor)
	w := chief.post("/newsroom/terms/import", url.Values{"text": {"یکم\nدوم,banned,obscene,یاد\n*\n"}, "list": {"suspect"}, "kind": {"other"}})
	h.want(w, http.StatusOK, "واژهٔ تازه: ۲", "سطر ۳", "پذیرفته نشد: ۱")
	h.want(chief.get("/newsroom/terms/export"), http.StatusOK, "دوم,banned,obscene,یاد", "یکم,suspect,other,")
	w = chief.post("/newsroom/terms/import", url.Values{"text": {"*\n"}, "list": {"suspect"}, "kind": {"other"}})
	h.want(w, http.StatusUnprocessableEntity, "واژه‌ای در آن پیدا نشد", "سطر ۱")
}

func TestModesAndModelHaveAPage(t *testing.T) {
	h := newHouse(t)
	chief := h.hire("sardabir", "سردبیر", news.ChiefEditor)
	h.want(chief.get("/newsroom/rules"), http.StatusOK, "مدل هنوز چیزی نیاموخته است")
	if w := chief.post("/newsroom/rules/mode", url.Values{"scope": {"site"}, "mode": {"post"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if mode, err := h.store.CommentMode(t.Context(), 1); err != nil || mode != news.ModePost {
		t.Errorf("the site's mode is %q (%v)", mode, err)
	}
	h.want(chief.post("/newsroom/rules/mode", url.Values{"scope": {"article"}, "code": {"۴۷۱۱"}, "mode": {"pre"}}), http.StatusUnprocessableEntity,
		"خبری با این کد پیدا نشد", `value="۴۷۱۱"`)
	for range 2 { // asking again while it waits changes nothing
		h.want(chief.post("/newsroom/rules/train", nil), http.StatusSeeOther)
	}
	h.want(chief.get("/newsroom/rules"), http.StatusOK, "آموزش تا چند ثانیهٔ دیگر آغاز می‌شود")
	for range 2 { // the second finds nothing asked
		if err := h.engine.TrainAsked(t.Context()); err != nil {
			t.Errorf("too little to learn from is a fault of the node: %v", err)
		}
	}
	h.want(chief.get("/newsroom/rules"), http.StatusOK, "نمونه به‌اندازه نیست", "همین حالا بیاموزد")
	h.want(chief.post("/newsroom/rules/check", url.Values{"text": {"ببینید https://example.ir"}}), http.StatusOK, "«https://example.ir»", "برای بررسی نگه داشته می‌شود")
	h.want(h.hire("nazer", "ناظر", news.Moderator).get("/newsroom/rules"), http.StatusForbidden)
}
