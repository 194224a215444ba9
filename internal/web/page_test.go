package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/news"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func printer(t *testing.T, lang i18n.Lang) i18n.Printer {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b.Printer(lang)
}

func TestAssetsHavePermanentAddresses(t *testing.T) {
	theme := fstest.MapFS{
		"site.css":         file("@font-face{src:url('fonts/v.woff2') format('woff2')} a{fill:url(#x)}" + strings.Repeat("b{color:red}", 200)),
		"fonts/v.woff2":    file("font"),
		"fonts/OFL.txt":    file("licence"),
		"templates/a.html": file("template"),
	}
	a, err := NewAssets(theme, fstest.MapFS{"site.js": file("export {}")})
	if err != nil {
		t.Fatal(err)
	}
	h, err := New(Options{SiteURL: "http://x", Log: slog.New(slog.DiscardHandler)}, Area{Routes: []Route{a.Route()}})
	if err != nil {
		t.Fatal(err)
	}
	s := site{h, nil}
	css := s.get(a.URL("site.css"))
	if css.Code != 200 || !strings.Contains(css.Body.String(), "url("+a.URL("fonts/v.woff2")+")") || !strings.Contains(css.Body.String(), "url(#x)") {
		t.Errorf("%d %.200s", css.Code, css.Body)
	}
	if !strings.Contains(css.Header().Get("Cache-Control"), "immutable") || css.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%v", css.Header())
	}
	packed := s.get(a.URL("site.css"), "Accept-Encoding", "br")
	if packed.Header().Get("Content-Encoding") != "br" || unpack(t, "br", packed.Body) != css.Body.String() {
		t.Error("the packed sheet differs")
	}
	if again := s.get(a.URL("site.css"), "If-None-Match", css.Header().Get("ETag")); again.Code != 304 {
		t.Errorf("known sheet: %d", again.Code)
	}
	for _, address := range []string{"/assets/site.css", "/assets/templates/a.html", "/assets/fonts/OFL.txt", a.URL("nothing.css")} {
		if w := s.get(address); w.Code != 404 {
			t.Errorf("%s: %d", address, w.Code)
		}
	}
}

func TestLaterAssetsLieOverEarlierOnes(t *testing.T) {
	a, err := NewAssets(fstest.MapFS{"a.svg": file("theme")}, fstest.MapFS{"a.svg": file("operator")})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := a.serve(w, httptest.NewRequest("GET", a.URL("a.svg"), nil)); err != nil || w.Body.String() != "operator" {
		t.Errorf("%v %q", err, w.Body)
	}
	for what, sheet := range map[string]string{"a missing file": "b{src:url(gone.woff2)}", "a missing sheet": "@import \"gone.css\";\n", "itself": "@import \"a.css\";\n"} {
		if _, err := NewAssets(fstest.MapFS{"a.css": file(sheet)}); err == nil {
			t.Errorf("a sheet that names %s was accepted", what)
		}
	}
}

func TestStyleSheetsTakeOthersIn(t *testing.T) {
	a, err := NewAssets(fstest.MapFS{"tokens.css": file("/* colours */ :root { --ink: black; }\n")},
		fstest.MapFS{"a.css": file("@import \"tokens.css\";\nb { color: var(--ink); }")})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := a.serve(w, httptest.NewRequest("GET", a.URL("a.css"), nil)); err != nil || w.Body.String() != ":root{--ink:black}b{color:var(--ink)}" {
		t.Errorf("%v %q", err, w.Body)
	}
}

func TestPagesChooseTheirLayout(t *testing.T) {
	templates, err := NewTemplates(fstest.MapFS{
		"_layout.html": file(`{{define "layout"}}<html lang="{{.Lang}}" dir="{{.Dir}}"><main>{{template "main" .}}</main>{{end}}`),
		"one.html":     file(`{{template "layout" .}}{{define "main"}}one {{template "part" .}}{{end}}{{define "part"}}<b>{{.Text}}</b>{{end}}`),
		"two.html":     file(`<p>{{.Missing}}</p>`),
	}, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	data := struct {
		Page
		Text string
	}{NewPage(printer(t, i18n.FA), nil), "<&>"}
	r := httptest.NewRequest("GET", "/", nil)
	w := httptest.NewRecorder()
	if err := templates.Render(w, r, 200, "one", data); err != nil {
		t.Fatal(err)
	}
	if want := `<html lang="fa" dir="rtl"><main>one <b>&lt;&amp;&gt;</b></main>`; w.Body.String() != want {
		t.Errorf("got %s", w.Body)
	}
	w = httptest.NewRecorder()
	if err := templates.RenderPart(w, r, 200, "one", "part", data); err != nil || w.Body.String() != "<b>&lt;&amp;&gt;</b>" {
		t.Errorf("%v %s", err, w.Body)
	}
	for _, page := range []string{"two", "three"} {
		w = httptest.NewRecorder()
		if err := templates.Render(w, r, 200, page, data); err == nil || w.Body.Len() > 0 || len(w.Header()) > 0 {
			t.Errorf("%s: error %v, written %q %v", page, err, w.Body, w.Header())
		}
	}
}

func TestBrokenPagesStopTheStart(t *testing.T) {
	for _, text := range []string{`<a b="{{.X}} c"d="e">{{`, `<a href="x" y"="{{.X}}">`, `{{template "nowhere"}}`} {
		if _, err := NewTemplates(fstest.MapFS{"a.html": file(text)}, nil, false); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}

func TestProbes(t *testing.T) {
	var state error
	h, err := New(Options{SiteURL: "http://x", Log: slog.New(slog.DiscardHandler)}, Health(func(context.Context) error { return state }))
	if err != nil {
		t.Fatal(err)
	}
	s := site{h, nil}
	if w := s.get("/readyz"); w.Code != 200 {
		t.Errorf("ready: %d", w.Code)
	}
	state = errors.New("closed")
	if w := s.get("/readyz"); w.Code != 503 || strings.Contains(w.Body.String(), "closed") {
		t.Errorf("not ready: %d %s", w.Code, w.Body)
	}
	if w := s.get("/healthz"); w.Code != 200 {
		t.Errorf("alive: %d", w.Code)
	}
}

func TestServeLetsRunningRequestsFinish(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	began, release := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(began)
		<-release
		w.WriteHeader(http.StatusNoContent)
	})
	ctx, stop := context.WithCancel(t.Context())
	done, answered := make(chan error, 1), make(chan int, 1)
	go func() { done <- Serve(ctx, NewServer(handler, slog.New(slog.DiscardHandler)), listener, time.Minute) }()
	go func() {
		resp, err := http.Get("http://" + listener.Addr().String())
		if err != nil {
			answered <- 0
			return
		}
		resp.Body.Close()
		answered <- resp.StatusCode
	}()
	<-began
	stop()
	close(release)
	if status, err := <-answered, <-done; status != http.StatusNoContent || err != nil {
		t.Errorf("status %d, error %v", status, err)
	}
}

func TestProblemsStandAtTheirFields(t *testing.T) {
	p := printer(t, i18n.FA)
	at := time.Date(2021, 11, 25, 12, 42, 0, 0, time.UTC)
	err := errors.Join(news.FieldError("name", "common.list_pair", "الف", at), news.FieldError("other", "common.list_pair", "ج", "د"), errors.New("inside"))
	got := NewProblems(p, err, "name", "text")
	if got.For("name") != "الف و ۱۶:۱۲ ۰۴ آذر ۱۴۰۰" || got.For("text") != "" || !got.Any() {
		t.Errorf("%q", got.fields)
	}
	if !reflect.DeepEqual(got.General(), []string{"ج و د"}) {
		t.Errorf("%q", got.General())
	}
	if NewProblems(p, nil).Any() {
		t.Error("problems without an error")
	}
}

func TestDoneSaysOnlyWhatIsKnown(t *testing.T) {
	for query, want := range map[string]string{"?done=saved": "saved", "?done=evil": "", "": ""} {
		if got := Done(httptest.NewRequest("GET", "/"+query, nil), "saved"); got != want {
			t.Errorf("%s: %q", query, got)
		}
	}
	if a, b := NewAction(), NewAction(); len(a) != 22 || a == b {
		t.Errorf("actions %s %s", a, b)
	}
}

func TestStyleSheetsTravelWithoutComments(t *testing.T) {
	for css, want := range map[string]string{
		"/* a */\n  p { color: red; } /* b\n c */\n\n\n  a { }\n":      "p{color:red}a{}",
		"a::after { content: \"/* stays */ { a: b }\"; }":              "a::after{content:\"/* stays */ { a: b }\"}",
		"a::after { content: '\"'; } /* \" */ b { content: '/*'; }":    "a::after{content:'\"'}b{content:'/*'}",
		"p > a :hover, b { margin: calc(1px + 2px) auto; }":            "p>a :hover,b{margin:calc(1px + 2px) auto}",
		"@media (min-width: 40rem) and (hover) { a { b: c } } /* open": "@media (min-width:40rem) and (hover){a{b:c}}/* open",
	} {
		if got := string(slimCSS([]byte(css))); got != want {
			t.Errorf("%q became %q, want %q", css, got, want)
		}
	}
}

func TestDensePagesSendNoLineBreaksOfTheTemplates(t *testing.T) {
	templates, err := NewTemplates(fstest.MapFS{
		"_parts.html": file("{{define \"part\"}}<b>{{.Text}}</b>\n <i>x</i>\n{{end}}"),
		"one.html":    file("<ul>\n{{range .Lines}}\n<li>{{.}}</li>\n{{end}}</ul>\n{{template \"part\" .}}\n"),
	}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	data := struct {
		Text  string
		Lines []string
	}{"two\nlines>\n", []string{"a\nb", "c"}}
	for page, want := range map[string]string{
		"one": "<ul><li>a\nb</li><li>c</li></ul><b>two\nlines&gt;\n</b> <i>x</i>", "": "<b>two\nlines&gt;\n</b> <i>x</i>",
	} {
		var out bytes.Buffer
		if err := templates.Execute(&out, page, map[string]string{"": "part"}[page], data); err != nil || out.String() != want {
			t.Errorf("%q: %v %q", page, err, out.String())
		}
	}
}
