package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"github.com/dabir-newsroom/dabir/internal/news"
)

const secretPath = "/receipt/ABCDEFGH2345"

// site is a chain with one route of each sort, and what it logged.
type site struct {
	http.Handler
	log *bytes.Buffer
}

func errorPage(w http.ResponseWriter, _ *http.Request, status int, err error) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, failed := fmt.Fprintf(w, "<h1>page %d</h1>", status)
	return failed
}

func public(pattern string, rate RateClass, h Handler) Route {
	return Route{Pattern: pattern, Audience: AudiencePublic, Rate: rate, Handler: h}
}

func newSite(t *testing.T, opts Options) site {
	t.Helper()
	var log bytes.Buffer
	opts.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if opts.SiteURL == "" {
		opts.SiteURL = "http://news.example"
	}
	say := func(text string) Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			return Write(w, r, http.StatusOK, "text/html; charset=utf-8", []byte(text))
		}
	}
	routes := []Route{
		public("GET /small", RateRead, say("small")),
		public("GET /large", RateRead, say(strings.Repeat("سلام ", 2000))),
		public("GET /receipt/{code}", RateRead, func(w http.ResponseWriter, r *http.Request) error {
			SetSecretAddress(w)
			return Write(w, r, http.StatusOK, "text/html; charset=utf-8", []byte("receipt"))
		}),
		public("GET /addr", RateRead, func(w http.ResponseWriter, r *http.Request) error {
			return Write(w, r, http.StatusOK, "text/plain", []byte(ClientAddr(r).String()))
		}),
		public("GET /panic", RateRead, func(http.ResponseWriter, *http.Request) error { panic("secret of the inside") }),
		public("GET /deadline", RateRead, func(_ http.ResponseWriter, r *http.Request) error {
			if _, ok := r.Context().Deadline(); !ok {
				return errors.New("the context has no deadline")
			}
			return fmt.Errorf("store: %w", context.DeadlineExceeded)
		}),
		public("GET /cancelled", RateRead, func(http.ResponseWriter, *http.Request) error { return fmt.Errorf("store: %w", context.Canceled) }),
		public("POST /form", RateWrite, func(w http.ResponseWriter, r *http.Request) error {
			f, err := ReadForm(r)
			if err != nil {
				return err
			}
			return Write(w, r, http.StatusOK, "text/plain", []byte(f.Line("text")))
		}),
	}
	h, err := New(opts, Area{Routes: routes, Fail: errorPage})
	if err != nil {
		t.Fatal(err)
	}
	return site{h, &log}
}

func (s site) get(target string, headers ...string) *httptest.ResponseRecorder {
	return s.do(httptest.NewRequest("GET", target, nil), headers...)
}

func (s site) do(r *http.Request, headers ...string) *httptest.ResponseRecorder {
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	s := newSite(t, Options{})
	for _, path := range []string{"/small", "/nowhere", "/panic"} {
		h := s.get(path).Header()
		if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(h.Get("Content-Security-Policy"), "unsafe") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" || h.Get("X-Request-Id") == "" {
			t.Errorf("%s: %v", path, h)
		}
		if h.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: HSTS over plain http", path)
		}
	}
	if h := newSite(t, Options{SiteURL: "https://news.example"}).get("/small").Header(); h.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS over https")
	}
}

func TestUnknownPathsAndMethodsGetPages(t *testing.T) {
	s := newSite(t, Options{})
	tests := []struct {
		method, path, allow string
		status              int
	}{
		{"GET", "/nowhere", "", 404},
		{"POST", "/small", "GET, HEAD", 405},
		{"GET", "/form", "POST", 405},
	}
	for _, tt := range tests {
		w := s.do(httptest.NewRequest(tt.method, tt.path, nil))
		if w.Code != tt.status || w.Header().Get("Allow") != tt.allow || w.Body.String() != fmt.Sprintf("<h1>page %d</h1>", tt.status) {
			t.Errorf("%s %s: %d %q %q", tt.method, tt.path, w.Code, w.Header().Get("Allow"), w.Body)
		}
		if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
			t.Errorf("%s %s: %s", tt.method, tt.path, got)
		}
	}
}

func TestPanicGivesThePageAndNothingOfTheInside(t *testing.T) {
	s := newSite(t, Options{})
	w := s.get("/panic")
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), "page 500") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(s.log.String(), "secret of the inside") || !strings.Contains(s.log.String(), w.Header().Get("X-Request-Id")) {
		t.Errorf("the log does not tell: %s", s.log)
	}
}

func TestPanicInTheErrorPageStillAnswers(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	broken := Area{Fail: func(http.ResponseWriter, *http.Request, int, error) error { panic("broken page") }}
	h, err := New(Options{SiteURL: "http://x", Log: log}, broken)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 500 {
		t.Errorf("%d", w.Code)
	}
}

func TestLogNamesTheRouteNeverThePathOrTheAddress(t *testing.T) {
	s := newSite(t, Options{})
	s.get(secretPath + "?token=TOKEN")
	s.get("/nowhere/ABCDEFGH2345")
	log := s.log.String()
	for _, secret := range []string{"ABCDEFGH2345", "TOKEN", "192.0.2.1"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %s: %s", secret, log)
		}
	}
	if !strings.Contains(log, "route=/receipt/{code} status=200 bytes=7") {
		t.Errorf("the log lacks the request: %s", log)
	}
}

func TestForwardedAddressIsBelievedFromProxiesOnly(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	tests := []struct {
		name, peer string
		forwarded  []string
		want       string
	}{
		{"a stranger claims an address", "203.0.113.9:1000", []string{"1.1.1.1"}, "203.0.113.9"},
		{"our proxy tells", "10.0.0.1:1000", []string{"198.51.100.7"}, "198.51.100.7"},
		{"a client behind our proxy prepends a lie", "10.0.0.1:1000", []string{"1.1.1.1, 198.51.100.7"}, "198.51.100.7"},
		{"the lie is in a header of its own", "10.0.0.1:1000", []string{"1.1.1.1", "198.51.100.7"}, "198.51.100.7"},
		{"two proxies", "10.0.0.1:1000", []string{"198.51.100.7, 10.0.0.2"}, "198.51.100.7"},
		{"only proxies", "10.0.0.1:1000", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"rubbish", "10.0.0.1:1000", []string{"198.51.100.7, unknown"}, "10.0.0.1"},
		{"no header", "10.0.0.1:1000", nil, "10.0.0.1"},
		{"port and IPv6", "[fd00::1]:1000", []string{"[2001:db8::5]:443"}, "2001:db8::5"},
		{"IPv4 in IPv6", "[::ffff:10.0.0.1]:1000", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
	}
	s := newSite(t, Options{TrustedProxies: trusted})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/addr", nil)
			r.RemoteAddr = tt.peer
			for _, one := range tt.forwarded {
				r.Header.Add("X-Forwarded-For", one)
			}
			if got := s.do(r).Body.String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestErrorsBecomeStatuses(t *testing.T) {
	tests := []struct {
		err  error
		want int
	}{
		{news.Fail(news.Internal, "error.internal"), 500},
		{news.Fail(news.NotFound, "error.not_found"), 404},
		{news.FieldError("text", "error.x"), 422},
		{news.Fail(news.Conflict, "error.x"), 409},
		{news.Fail(news.Unauthorized, "error.x"), 401},
		{news.Fail(news.Forbidden, "error.x"), 403},
		{news.Fail(news.TooMany, "error.x"), 429},
		{news.Fail(news.Gone, "error.x"), 410},
		{news.Fail(news.Unavailable, "error.x"), 503},
		{fmt.Errorf("store: %w", news.Fail(news.Gone, "error.x")), 410},
		{&news.Error{Kind: news.Internal, Err: context.DeadlineExceeded}, 503},
		{context.Canceled, StatusClientGone},
		{&http.MaxBytesError{Limit: 1}, 413},
		{errors.New("disk full"), 500},
	}
	for _, tt := range tests {
		if got := Status(tt.err); got != tt.want {
			t.Errorf("%v: got %d, want %d", tt.err, got, tt.want)
		}
	}
	s := newSite(t, Options{})
	if w := s.get("/deadline"); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("a route out of time: %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	if w := s.get("/cancelled"); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("something of ours was cancelled under a client that waits: %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
}

func TestBodiesAreLimited(t *testing.T) {
	s := newSite(t, Options{})
	post := func(body io.Reader, length int64) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/form", body)
		r.ContentLength = length
		return s.do(r, "Content-Type", "application/x-www-form-urlencoded")
	}
	if w := post(strings.NewReader("text=+hello%0D%0Aworld+"), 23); w.Code != 200 || w.Body.String() != "hello world" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	large := "text=" + strings.Repeat("a", DefaultMaxBody)
	for name, length := range map[string]int64{"announced": int64(len(large)), "not announced": -1} {
		if w := post(strings.NewReader(large), length); w.Code != 413 || !strings.Contains(w.Body.String(), "page 413") {
			t.Errorf("%s: %d %q", name, w.Code, w.Body)
		}
	}
	if w := post(strings.NewReader("%zz=1"), 5); w.Code != 422 {
		t.Errorf("a body that is no form: %d", w.Code)
	}
}

func TestUploadsLeaveNoFilesBehind(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	during := 0
	upload := public("POST /upload", RateWrite, func(w http.ResponseWriter, r *http.Request) error {
		f, err := ReadForm(r)
		if err != nil {
			return err
		}
		files, err := os.ReadDir(folder)
		during = len(files)
		if _, ok := f.File("picture"); !ok || f.Line("caption") != "a bridge" {
			t.Error("the form came apart")
		}
		return errors.Join(err, Redirect(w, r, "/done"))
	})
	upload.MaxBody = 4 << 20
	h, err := New(Options{SiteURL: "http://x", Log: slog.New(slog.DiscardHandler)}, Area{Routes: []Route{upload}})
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("caption", "a bridge")
	part, _ := form.CreateFormFile("picture", "a.jpg")
	_, _ = part.Write(make([]byte, 2*memoryForFiles))
	_ = form.Close()
	r := httptest.NewRequest("POST", "/upload", &body)
	w := site{h, nil}.do(r, "Content-Type", form.FormDataContentType())
	after, _ := os.ReadDir(folder)
	if w.Code != http.StatusSeeOther || during != 1 || len(after) != 0 {
		t.Errorf("status %d, %d files while it ran, %d after", w.Code, during, len(after))
	}
}

// patient is an answer that notes when its connection is given more time.
type patient struct {
	*httptest.ResponseRecorder
	extended int
}

func (p *patient) SetReadDeadline(time.Time) error  { p.extended++; return nil }
func (p *patient) SetWriteDeadline(time.Time) error { return nil }

func TestAnUploadGetsItsTimeAfterTheGuard(t *testing.T) {
	upload := Route{Pattern: "POST /upload", Audience: AudienceNewsroom, Right: news.RightWrite, Rate: RateWrite, MaxBody: 64 << 20,
		Handler: func(w http.ResponseWriter, r *http.Request) error { return Redirect(w, r, "/done") }}
	for known, want := range map[bool]int{false: 0, true: 1} {
		guard := func(_ http.ResponseWriter, r *http.Request, _ news.Right) (*http.Request, error) {
			if !known {
				return nil, news.Fail(news.Forbidden, "error.forbidden")
			}
			return r, nil
		}
		h, err := New(Options{SiteURL: "http://x", Log: slog.New(slog.DiscardHandler)}, Area{Routes: []Route{upload}, Guard: guard})
		if err != nil {
			t.Fatal(err)
		}
		w := &patient{ResponseRecorder: httptest.NewRecorder()}
		h.ServeHTTP(w, httptest.NewRequest("POST", "/upload", strings.NewReader("x")))
		if w.extended != want {
			t.Errorf("known %v: the connection got more time %d times (status %d)", known, w.extended, w.Code)
		}
	}
}

func TestPostFromAnotherOriginIsRefused(t *testing.T) {
	tests := []struct {
		name    string
		headers []string
		want    int
	}{
		{"another site", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"an older browser elsewhere", []string{"Origin", "https://evil.example"}, 403},
		{"our page", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"our page behind a proxy that changes Host", []string{"Origin", "http://news.example"}, 200},
		{"no browser", nil, 200},
	}
	s := newSite(t, Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "http://inner:8080/form", strings.NewReader("text=a"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if w := s.do(r, tt.headers...); w.Code != tt.want {
				t.Errorf("got %d, want %d", w.Code, tt.want)
			}
		})
	}
}

func TestUnchangedPagesAnswer304(t *testing.T) {
	s := newSite(t, Options{})
	first := s.get("/large", "Accept-Encoding", "br")
	tag := first.Header().Get("ETag")
	if tag == "" || first.Header().Get("Cache-Control") != "no-cache" {
		t.Fatalf("ETag %q, Cache-Control %q", tag, first.Header().Get("Cache-Control"))
	}
	again := s.get("/large", "Accept-Encoding", "br", "If-None-Match", `"other", W/`+tag)
	if again.Code != 304 || again.Body.Len() != 0 || again.Header().Get("Content-Encoding") != "" {
		t.Errorf("%d with %d bytes, %v", again.Code, again.Body.Len(), again.Header())
	}
	if plain := s.get("/large", "If-None-Match", tag); plain.Code != 200 {
		t.Errorf("the tag of the br form was taken for the plain one: %d", plain.Code)
	}
	if private := s.get(secretPath); private.Header().Get("ETag") != "" || private.Header().Get("Cache-Control") != "no-store" || private.Header().Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("a private page: %v", private.Header())
	}
}

func TestPagesAreCompressed(t *testing.T) {
	want := strings.Repeat("سلام ", 2000)
	tests := []struct{ path, accept, encoding string }{
		{"/large", "gzip, deflate, br", "br"},
		{"/large", "gzip;q=0.5, br;q=0", "gzip"},
		{"/large", "GZIP", "gzip"},
		{"/large", "", ""},
		{"/large", "zstd", ""},
		{"/small", "br", ""},
	}
	s := newSite(t, Options{})
	for _, tt := range tests {
		w := s.get(tt.path, "Accept-Encoding", tt.accept)
		if got := w.Header().Get("Content-Encoding"); got != tt.encoding {
			t.Errorf("%s %q: %q", tt.path, tt.accept, got)
			continue
		}
		if w.Header().Get("Content-Length") != fmt.Sprint(w.Body.Len()) {
			t.Errorf("%s %q: Content-Length %s for %d bytes", tt.path, tt.accept, w.Header().Get("Content-Length"), w.Body.Len())
		}
		if tt.path == "/large" && unpack(t, tt.encoding, w.Body) != want {
			t.Errorf("%q: other text came out", tt.accept)
		}
	}
}

func unpack(t *testing.T, encoding string, body io.Reader) string {
	t.Helper()
	var err error
	switch encoding {
	case "br":
		body = brotli.NewReader(body)
	case "gzip":
		body, err = gzip.NewReader(body)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRouteTablesAreChecked(t *testing.T) {
	ok := func(http.ResponseWriter, *http.Request) error { return nil }
	good := Route{Pattern: "GET /a", Audience: AudiencePublic, Rate: RateRead, Handler: ok}
	if err := Validate([]Route{good}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*Route)
	}{
		{"no audience", func(r *Route) { r.Audience = 0 }},
		{"no method", func(r *Route) { r.Pattern = "/a" }},
		{"no rate", func(r *Route) { r.Rate = 0 }},
		{"no handler", func(r *Route) { r.Handler = nil }},
		{"newsroom without a right", func(r *Route) { r.Audience = AudienceNewsroom }},
		{"a right without a session", func(r *Route) { r.Right = news.RightEnter }},
		{"a post among the reads", func(r *Route) { r.Pattern = "POST /a" }},
	}
	for _, tt := range tests {
		route := good
		tt.change(&route)
		if Validate([]Route{route}) == nil {
			t.Errorf("%s: accepted", tt.name)
		}
	}
	options := Options{SiteURL: "http://x", Log: slog.New(slog.DiscardHandler)}
	newsroom := Route{Pattern: "GET /n", Audience: AudienceNewsroom, Right: news.RightEnter, Rate: RateRead, Handler: ok}
	for name, area := range map[string]Area{"no guard": {Routes: []Route{newsroom}}, "the same pattern twice": {Routes: []Route{good, good}}} {
		if _, err := New(options, area); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := New(Options{SiteURL: "news.example"}); err == nil {
		t.Error("an address without a scheme was accepted")
	}
}

func TestGuardStandsBeforeTheHandler(t *testing.T) {
	type key struct{}
	area := Area{
		Guard: func(_ http.ResponseWriter, r *http.Request, right news.Right) (*http.Request, error) {
			if r.Header.Get("X-Rights") != string(right) {
				return nil, news.Fail(news.Forbidden, "error.forbidden")
			}
			return r.WithContext(context.WithValue(r.Context(), key{}, "editor")), nil
		},
		Routes: []Route{{Pattern: "GET /desk", Audience: AudienceNewsroom, Right: news.RightWrite, Rate: RateRead,
			Handler: func(w http.ResponseWriter, r *http.Request) error {
				return Write(w, r, 200, "text/plain", []byte(r.Context().Value(key{}).(string)))
			}}},
	}
	h, err := New(Options{SiteURL: "http://x", Log: slog.New(slog.DiscardHandler)}, area)
	if err != nil {
		t.Fatal(err)
	}
	s := site{h, nil}
	if w := s.get("/desk"); w.Code != 403 {
		t.Errorf("without the right: %d", w.Code)
	}
	if w := s.get("/desk", "X-Rights", string(news.RightWrite)); w.Code != 200 || w.Body.String() != "editor" {
		t.Errorf("with the right: %d %s", w.Code, w.Body)
	}
}
