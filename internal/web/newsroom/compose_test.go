package newsroom

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// TestEditorIsSmall: under 500 kB, and under 150 kB as it goes over the line.
func TestEditorIsSmall(t *testing.T) {
	script, err := fs.ReadFile(Assets(), "editor.js")
	if err != nil {
		t.Fatal(err)
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write(script)
	w.Close()
	t.Logf("%d bytes, %d with gzip", len(script), zipped.Len())
	if len(script) < 100_000 || len(script) > 500_000 || zipped.Len() > 150_000 {
		t.Errorf("the editor has %d bytes, %d with gzip", len(script), zipped.Len())
	}
	for _, forbidden := range []string{"://cdn", "sourceMappingURL"} {
		if bytes.Contains(script, []byte(forbidden)) {
			t.Errorf("the editor holds %q", forbidden)
		}
	}
}

func TestEditorHasAllItsWords(t *testing.T) {
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range editorKeys {
		if !bundle.Has(i18n.FA, key) || !bundle.Has(i18n.EN, key) {
			t.Errorf("no sentence for %q", key)
		}
	}
}

const typedBody = `<h2>میان‌تیتر</h2><p style="color:red" onclick="x()">متن <b>پررنگ</b><script>alert(1)</script></p><aside class="desk-note"><p>بپرس</p></aside>`

func htmlFields(body string, more ...string) url.Values {
	v := articleFields(append([]string{"body_format", "html", "body_html", body}, more...)...)
	v.Del("body") // the editor switches the Markdown field off
	return v
}

func TestBodyFromTheEditor(t *testing.T) {
	h := newHouse(t)
	sara := h.hire("sara", "سارا", news.ChiefEditor)
	code := sara.write(htmlFields(typedBody))
	a, err := h.desk.Article(t.Context(), sara.user.Actor(), code)
	h.must(err)
	want := "<h2>میان‌تیتر</h2>\n<p>متن <strong>پررنگ</strong></p>\n<aside class=\"desk-note\"><p>بپرس</p></aside>"
	if a.Content.Body != want {
		t.Errorf("stored\n%s\nwant\n%s", a.Content.Body, want)
	}
	page := sara.get(fmt.Sprintf("/newsroom/articles/%d", code))
	h.want(page, http.StatusOK, "<textarea name=\"body_html\" hidden disabled>\n"+want+"</textarea>", "## میان‌تیتر\n\nمتن **پررنگ**", `"half_space":"نیم‌فاصله"`)

	// An error gives the text back in both forms; what would end the field early does not.
	wrong := sara.post("/newsroom/articles", htmlFields(typedBody+`<p>&lt;/textarea&gt;</p>`, "headline", ""))
	h.want(wrong, http.StatusUnprocessableEntity, "متن <strong>پررنگ</strong>", "متن **پررنگ**")
	if strings.Contains(wrong.Body.String(), "alert(1)") || strings.Count(wrong.Body.String(), "</textarea>") != strings.Count(sara.get("/newsroom/articles/new").Body.String(), "</textarea>") {
		t.Errorf("the form came back as %s", wrong.Body)
	}
	// Without the script the form says Markdown and a forgotten field of the editor counts for nothing.
	h.want(sara.post("/newsroom/articles", articleFields("body_format", "markdown", "body_html", "<p>کهنه</p>", "body", "تازه *نو*", "headline", "")),
		http.StatusUnprocessableEntity, "تازه *نو*", "<p>تازه <em>نو</em></p>")
	h.want(sara.post("/newsroom/articles", htmlFields("")), http.StatusSeeOther)
}

// asked sends a request as the editor's script does and reads the answer.
func asked[T any](p *person, r *http.Request) (status int, answer T) {
	p.t.Helper()
	r.Header.Set("Accept", "application/json")
	w := p.do(r)
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		p.t.Fatalf("%s: %v: %s", r.URL, err, w.Body)
	}
	return w.Code, answer
}

func TestFindOffersArticles(t *testing.T) {
	type found struct {
		Articles []foundArticle
		Message  string
	}
	h := newHouse(t)
	sara := h.hire("sara", "سارا", news.ChiefEditor)
	bridge := sara.write(articleFields("do", "publish", "confirmed", "1"))
	draft := sara.write(articleFields("headline", "پل کهنه"))
	sara.write(articleFields("headline", "باغ"))
	ask := func(query string) (int, found) {
		return asked[found](sara, httptest.NewRequest("GET", "/newsroom/find?"+query, nil))
	}
	status, got := ask("q=" + url.QueryEscape("پل"))
	if status != 200 || len(got.Articles) != 2 || !strings.Contains(got.Articles[0].About+got.Articles[1].About, "پیش‌نویس") {
		t.Errorf("%d %+v", status, got)
	}
	if _, got := ask("q=" + bridge.String()); len(got.Articles) != 1 || got.Articles[0].Headline != "پل تازه باز شد" {
		t.Errorf("by code: %+v", got)
	}
	if _, got := ask(fmt.Sprintf("code=%d&code=x&code=999999&code=%d", draft, bridge)); len(got.Articles) != 2 || got.Articles[0].Code != draft.String() {
		t.Errorf("by codes: %+v", got)
	}
	if _, got := ask("q=" + url.QueryEscape("نیست")); got.Articles == nil || len(got.Articles) != 0 {
		t.Errorf("nothing: %+v", got)
	}
	moderator := h.hire("mina", "مینا", news.Moderator)
	if status, got := asked[found](moderator, httptest.NewRequest("GET", "/newsroom/find?q=x", nil)); status != 403 || got.Message == "" {
		t.Errorf("a moderator gets %d %+v", status, got)
	}
}

func multipartRequest(t *testing.T, path string, fields map[string]string, file []byte) *http.Request {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		w.WriteField(name, value)
	}
	if file != nil {
		part, err := w.CreateFormFile("picture", "a.jpg")
		if err != nil {
			t.Fatal(err)
		}
		part.Write(file)
	}
	w.Close()
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

func TestPasteIsCleaned(t *testing.T) {
	h := newHouse(t)
	sara := h.hire("sara", "سارا", news.Reporter)
	const word = `<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1.</span>یک<o:p></o:p></p><img src=x onerror=alert(1)>`
	status, got := asked[struct{ HTML string }](sara, multipartRequest(t, "/newsroom/paste", map[string]string{"html": word}, nil))
	if status != 200 || got.HTML != "<ol><li>یک</li></ol>" {
		t.Errorf("%d %q", status, got.HTML)
	}
	if status, got := asked[answer](sara, multipartRequest(t, "/newsroom/paste", map[string]string{"html": strings.Repeat("x", pasteMaxBody)}, nil)); status != http.StatusRequestEntityTooLarge || got.Message == "" {
		t.Errorf("too much answers %d %+v", status, got)
	}
	sara.cookie = nil
	if status, _ := asked[answer](sara, multipartRequest(t, "/newsroom/paste", nil, nil)); status != http.StatusUnauthorized {
		t.Errorf("nobody gets %d", status)
	}
}

func TestPicturesOfBodies(t *testing.T) {
	h := newHouse(t)
	sara := h.hire("sara", "سارا", news.Reporter)
	var file bytes.Buffer
	h.must(jpeg.Encode(&file, image.NewGray(image.Rect(0, 0, 1300, 650)), nil))
	status, bad := asked[badPicture](sara, multipartRequest(t, "/newsroom/pictures", nil, []byte("no picture")))
	if status != 422 || bad.Problems["picture"] == "" {
		t.Errorf("%d %+v", status, bad)
	}
	if status, bad = asked[badPicture](sara, multipartRequest(t, "/newsroom/pictures", nil, file.Bytes())); status != 422 || bad.Problems["picture_credit"] == "" {
		t.Errorf("without a credit: %d %+v", status, bad)
	}
	status, got := asked[bodyPicture](sara, multipartRequest(t, "/newsroom/pictures", map[string]string{"picture_credit": "نگار"}, file.Bytes()))
	if status != 200 || got.ID == 0 || !strings.HasPrefix(got.Src, fmt.Sprintf("/media/%d/", got.ID)) || got.Width < bodyPictureWidth || got.Height != got.Width/2 {
		t.Errorf("%d %+v", status, got)
	}
	h.want(sara.get(fmt.Sprintf("/newsroom/media/%d", got.ID)), http.StatusOK)
}
