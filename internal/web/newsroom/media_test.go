package newsroom

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/news"
)

func pngOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// send uploads files by the plain form.
func (p *person) send(fields url.Values, files map[string][]byte) *httptest.ResponseRecorder {
	p.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, values := range fields {
		p.must(form.WriteField(name, values[0]))
	}
	for name, data := range files {
		part, err := form.CreateFormFile("files", name)
		p.must(err)
		_, err = part.Write(data)
		p.must(err)
	}
	p.must(form.Close())
	r := httptest.NewRequest("POST", "/newsroom/media", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return p.do(r)
}

// part asks the protocol of uploads, as the script does.
func (p *person) part(method, path, body string, headers ...string) (*httptest.ResponseRecorder, map[string]any) {
	p.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Accept", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := p.do(r)
	answer := map[string]any{}
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			p.t.Fatalf("%s %s: %v: %s", method, path, err, w.Body)
		}
	}
	return w, answer
}

const formType = "application/x-www-form-urlencoded"

func TestManyFilesByThePlainForm(t *testing.T) {
	h := newHouse(t)
	sara := h.hire("sara", "سارا", news.Reporter)
	h.want(sara.get("/newsroom/media"), http.StatusOK, "آرشیو رسانه", `type="file" name="files" multiple`, "عکس، فیلم و صدای تحریریه اینجا می‌آید")
	h.want(sara.send(url.Values{"credit": {"مریم"}}, nil), http.StatusUnprocessableEntity, "فایلی برنگزیده‌اید", `value="مریم"`)
	w := sara.send(url.Values{"credit": {"مریم"}}, map[string][]byte{"پل.png": pngOf(t, 600, 400), "ویروس.jpg": []byte("MZ"), "<b>.svg": []byte("<svg/>")})
	h.want(w, http.StatusUnprocessableEntity, "«ویروس.jpg»: این فایل را نمی‌شناسیم", "«<b>.svg»", "/newsroom/media/1/edit", "مریم")
	h.lacks(w, "/newsroom/media/2/edit")
	h.want(sara.send(url.Values{"action": {"abc"}}, map[string][]byte{"دره.png": pngOf(t, 500, 400)}), http.StatusSeeOther)
	h.want(sara.send(url.Values{"action": {"abc"}}, map[string][]byte{"دره.png": pngOf(t, 500, 400)}), http.StatusSeeOther)
	page := sara.get("/newsroom/media?done=added")
	h.want(page, http.StatusOK, "به آرشیو افزوده شد", "/newsroom/media/2/edit", "بی نام عکاس یا منبع")
	h.lacks(page, "/newsroom/media/3/edit")
	for query, want := range map[string]bool{"پل": true, "مریم پل": true, "png": true, "ﭘﻞ": true, "مريم": true, "کوه": false, "پل کوه": false, "%": false, "_": false} {
		found := strings.Contains(sara.get("/newsroom/media?q="+url.QueryEscape(query)).Body.String(), "/newsroom/media/1/edit")
		if found != want {
			t.Errorf("search for %q finds it: %v", query, found)
		}
	}
	h.want(sara.get("/newsroom/media?view=list"), http.StatusOK, `<table class="rows">`, "۶۰۰ × ۴۰۰ پیکسل")
	h.lacks(sara.get("/newsroom/media?kind=video"), "/newsroom/media/1/edit")
}

func TestUploadInPartsThroughHTTP(t *testing.T) {
	h := newHouse(t)
	sara, omid := h.hire("sara", "سارا", news.Reporter), h.hire("omid", "امید", news.Reporter)
	data := string(pngOf(t, 640, 480))
	w, begun := sara.part("POST", "/newsroom/uploads", url.Values{"name": {"پل.png"}, "size": {strconv.Itoa(len(data))}}.Encode(), "Content-Type", formType)
	if w.Code != http.StatusCreated || begun["offset"] != 0.0 {
		t.Fatalf("%d %v", w.Code, begun)
	}
	path := w.Header().Get("Location")
	half := len(data) / 2
	if w, got := sara.part("PATCH", path, data[:half], "Upload-Offset", "0"); w.Code != http.StatusOK || got["offset"] != float64(half) {
		t.Errorf("first part: %d %v", w.Code, got)
	}
	if w, got := sara.part("PATCH", path, data[:half], "Upload-Offset", "0"); w.Code != http.StatusConflict || got["message"] == "" {
		t.Errorf("the first part again: %d %v", w.Code, got)
	}
	if w, _ := sara.part("PATCH", path, data[half:]); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("without an offset: %d", w.Code)
	}
	if w, _ := omid.part("PATCH", path, data[half:], "Upload-Offset", strconv.Itoa(half)); w.Code != http.StatusNotFound {
		t.Errorf("somebody else: %d", w.Code)
	}
	head := sara.do(httptest.NewRequest("HEAD", path, nil))
	if head.Code != http.StatusOK || head.Header().Get("Upload-Offset") != strconv.Itoa(half) {
		t.Errorf("HEAD: %d %v", head.Code, head.Header())
	}
	if w, _ := sara.part("POST", path+"/done", "", "Content-Type", formType); w.Code != http.StatusConflict {
		t.Errorf("done too early: %d", w.Code)
	}
	if w, _ := sara.part("PATCH", path, data[half:], "Upload-Offset", strconv.Itoa(half)); w.Code != http.StatusOK {
		t.Errorf("second part: %d", w.Code)
	}
	for range 2 {
		w, item := sara.part("POST", path+"/done", url.Values{"credit": {"مینا"}}.Encode(), "Content-Type", formType)
		if w.Code != http.StatusOK || item["id"] != 1.0 || item["credit"] != "مینا" || item["name"] != "پل.png" || item["preview"] != "/newsroom/media/1?w=320" {
			t.Fatalf("done: %d %v", w.Code, item)
		}
	}
	w, list := sara.part("GET", "/newsroom/media?q=پل", "")
	if items, ok := list["items"].([]any); w.Code != http.StatusOK || !ok || len(items) != 1 {
		t.Errorf("the library for scripts: %d %v", w.Code, list)
	}
	w, begun = sara.part("POST", "/newsroom/uploads", "name=x&size=5", "Content-Type", formType)
	path = w.Header().Get("Location")
	if w, _ := sara.part("DELETE", path, ""); w.Code != http.StatusNoContent {
		t.Errorf("give up: %d", w.Code)
	}
	if w, _ := sara.part("GET", path, ""); w.Code != http.StatusNotFound {
		t.Errorf("given up %v: %d", begun, w.Code)
	}
	if w, _ := sara.part("POST", "/newsroom/uploads", "name=x&size=99999999999999", "Content-Type", formType); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("too large: %d", w.Code)
	}
}

func TestItemIsEditedUsedAndDeleted(t *testing.T) {
	h := newHouse(t)
	sara, omid := h.hire("sara", "سارا", news.Reporter), h.hire("omid", "امید", news.Reporter)
	mina := h.hire("mina", "مینا", news.Moderator)
	h.want(sara.send(url.Values{"credit": {"مریم"}, "caption": {"پل نو"}}, map[string][]byte{`x"; filename=evil.exe.png`: pngOf(t, 600, 400)}), http.StatusSeeOther)
	edit := "/newsroom/media/1/edit"
	h.want(sara.get(edit), http.StatusOK, "پل نو", "۶۰۰ × ۴۰۰ پیکسل", "در هیچ خبری به کار نرفته است", "/newsroom/media/1/delete", `name="focal_x" value="50"`)
	fields := func(more ...string) url.Values {
		v := url.Values{"base": {"0"}, "caption": {"پل"}, "credit": {"عکس: مریم"}, "alt": {"پلی بر رود"}, "creator": {"مریم"}, "copyright": {""}, "focal_x": {"۳۰"}, "focal_y": {"70"}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	h.want(mina.post(edit, fields()), http.StatusForbidden)
	for _, wrong := range []string{"101", "-1", "x", ""} {
		h.want(sara.post(edit, fields("focal_x", wrong)), http.StatusUnprocessableEntity, "نقطهٔ کانونی دو عدد", "پلی بر رود")
	}
	h.want(sara.post(edit, fields("caption", strings.Repeat("پ", 1001))), http.StatusUnprocessableEntity, "بیش از ۱٬۰۰۰ نویسه")
	h.want(sara.post(edit, fields()), http.StatusSeeOther)
	h.want(sara.get(edit+"?done=saved"), http.StatusOK, "ذخیره شد", `name="focal_x" value="30"`, "عکس: مریم", `name="base" value="1"`)
	h.want(omid.post(edit, fields("caption", "دیگر")), http.StatusConflict, "کس دیگری این فایل را تغییر داد", "دیگر</textarea>")

	w := sara.get("/newsroom/media/1/original")
	if w.Header().Get("Content-Type") != "image/png" || w.Header().Get("Content-Disposition") != `attachment; filename="x_; filename=evil.exe.png"` {
		t.Errorf("original: %v", w.Header())
	}
	h.want(mina.get("/newsroom/media/1/original"), http.StatusForbidden)
	h.want(omid.post("/newsroom/media/1/delete", nil), http.StatusForbidden)

	code := sara.write(articleFields("picture_pick", "۱", "picture_credit", "مریم"))
	h.want(sara.get(editPath(code)), http.StatusOK, "/newsroom/media/1", "data-pick hidden")
	h.want(sara.get(edit), http.StatusOK, "به کار رفته در", editPath(code), "حذف نمی‌شود")
	h.want(sara.post("/newsroom/media/1/delete", nil), http.StatusConflict, "این فایل در خبری به کار رفته است")
	h.want(sara.post("/newsroom/articles", articleFields("picture_pick", "99", "picture_credit", "x")), http.StatusUnprocessableEntity, "این عکس پیدا نشد")

	h.want(sara.send(nil, map[string][]byte{"second.png": pngOf(t, 300, 300)}), http.StatusSeeOther)
	h.want(sara.get("/newsroom/media/2/delete"), http.StatusOK, "برای همیشه پاک می‌شود")
	h.want(sara.post("/newsroom/media/2/delete", nil), http.StatusSeeOther)
	h.want(sara.get("/newsroom/media/2"), http.StatusNotFound)
	h.want(sara.get("/newsroom/media/2/edit"), http.StatusNotFound)
	h.want(sara.get("/newsroom/media/x/edit"), http.StatusNotFound)
}

// TestSoundIsPlayedInParts: players ask for ranges.
func TestSoundIsPlayedInParts(t *testing.T) {
	h := newHouse(t)
	sara := h.hire("sara", "سارا", news.Reporter)
	sound := append([]byte("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x13OpusHead"), make([]byte, 2000)...)
	h.want(sara.send(url.Values{"credit": {"صدا: مینا"}}, map[string][]byte{"گفت‌وگو.opus": sound}), http.StatusSeeOther)
	h.want(sara.get("/newsroom/media/1/edit"), http.StatusOK, "<audio controls", "۲ کیلوبایت")
	r := httptest.NewRequest("GET", "/newsroom/media/1", nil)
	r.Header.Set("Range", "bytes=28-35")
	w := sara.do(r)
	if w.Code != http.StatusPartialContent || w.Body.String() != "OpusHead" || w.Header().Get("Content-Type") != "audio/ogg" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
}
