package newsroom

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
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

// TestEditorPicksAndWeighs: the library tells the editor's dialog how wide a picture stands in an article, takes the words that it asked
// for and leaves the others, and pictures weigh what their renditions do.
func TestEditorPicksAndWeighs(t *testing.T) {
	h := newHouse(t)
	sara := h.hire("sara", "سارا", news.Reporter)
	h.want(sara.send(nil, map[string][]byte{"پل.png": pngOf(t, 1300, 650)}), http.StatusSeeOther)
	h.must(h.pictures.CatchUp(t.Context()))
	_, list := asked[struct{ Items []mediaItem }](sara, httptest.NewRequest("GET", "/newsroom/media?kind=image", nil))
	if len(list.Items) != 1 || list.Items[0].Src != "/media/1/960.jpg" || list.Items[0].Width != 960 || list.Items[0].Height != 480 {
		t.Fatalf("%+v", list)
	}
	h.want(sara.post("/newsroom/media/1/edit", url.Values{"base": {"0"}, "creator": {"نگار"}}), http.StatusSeeOther)
	words := url.Values{"base": {"1"}, "caption": {"پل نو"}, "credit": {"عکس: نگار"}}
	r := httptest.NewRequest("POST", "/newsroom/media/1/edit", strings.NewReader(words.Encode()))
	r.Header.Set("Content-Type", formType)
	if status, item := asked[mediaItem](sara, r); status != 200 || item.Credit != "عکس: نگار" || item.Edits != 2 {
		t.Errorf("%d %+v", status, item)
	}
	h.want(sara.get("/newsroom/media/1/edit"), http.StatusOK, `name="creator" value="نگار"`)
	r = httptest.NewRequest("POST", "/newsroom/media/1/edit", strings.NewReader(words.Encode()))
	r.Header.Set("Content-Type", formType)
	if status, answer := asked[answer](sara, r); status != http.StatusConflict || answer.Message == "" {
		t.Errorf("an old form: %d %+v", status, answer)
	}
	h.must(h.pictures.CatchUp(t.Context()))
	type weight struct{ Pictures, Unknown int64 }
	if status, w := asked[weight](sara, httptest.NewRequest("GET", "/newsroom/weight?id=1&id=99&id=x", nil)); status != 200 || w.Pictures < 500 || w.Unknown != 0 {
		t.Errorf("%d %+v", status, w)
	}
}

func TestEditorNamesTheHostsThatPlay(t *testing.T) {
	h := newHouse(t)
	reporter := h.hire("nevisande", "نویسنده", news.Reporter)
	h.lacks(reporter.get("/newsroom/articles/new"), "در همین صفحه پخش می‌شود")
	h.room.Embeds = []string{"aparat.com", "namasha.com"}
	h.want(reporter.get("/newsroom/articles/new"), 200, "در همین صفحه پخش می‌شود: aparat.com و namasha.com")
}
