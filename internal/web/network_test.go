package web

import (
	"bufio"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/page"
)

// lender is a CDN that may keep pages for some time.
type lender struct{ keep time.Duration }

func (l *lender) Headers() (control, keys string) { return "CDN-Cache-Control", "xkey" }
func (l *lender) Allows() time.Duration           { return l.keep }

// TestKeptPageIsLentToTheNetwork: over a connection and through net/http, with a tag that the client has and without, for the allowed time
// and no longer than the page lasts.
func TestKeptPageIsLentToTheNetwork(t *testing.T) {
	of := &lender{}
	pages := page.New(page.Options{Snapshots: stillness{}, Bytes: 1 << 20, Renders: 1, Keys: func(d []news.Dependency) string {
		if len(d) > 1 {
			return ""
		}
		return fmt.Sprint("key", len(d))
	}})
	show := func(control string, until time.Duration, on ...news.Dependency) Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			news.Depend(r.Context(), on...)
			if until != 0 {
				news.Until(r.Context(), time.Now().Add(until))
			}
			if control != "" {
				w.Header().Set("Cache-Control", control)
			}
			return Write(w, r, http.StatusOK, "text/html; charset=utf-8", []byte(strings.Repeat("خبر ", 500)))
		}
	}
	route := func(path string, handler Handler) Route {
		return Route{Pattern: "GET " + path, Audience: AudiencePublic, Rate: RateRead, Kept: true, Handler: handler}
	}
	files := route("/file", show("public, max-age=9", 0))
	own := route("/own", func(w http.ResponseWriter, r *http.Request) error {
		SetPrivate(w)
		return Write(w, r, http.StatusOK, "text/html", []byte("خودم"))
	})
	away := route("/away", func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, "/elsewhere", http.StatusMovedPermanently)
		return nil
	})
	files.Kept, own.Kept = false, false
	h, err := New(Options{SiteURL: "http://x", Log: slog.New(slog.DiscardHandler), Pages: pages, Network: of}, Area{Routes: []Route{
		route("/always", show("", 0, "latest")), route("/today", show("", 90*time.Second, "latest")), route("/soon", show("", 900*time.Millisecond, "latest")),
		route("/much", show("", 0, "latest", "front")), route("/strict", show("no-store", 0, "latest")), files, own, away,
	}})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", serveKept(t, h))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	get := func(path, tag string) *http.Response {
		t.Helper()
		if tag != "" {
			tag = "If-None-Match: " + tag + "\r\n"
		}
		if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br\r\n%s\r\n", path, tag); err != nil {
			t.Fatal(err)
		}
		r, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := in.Discard(int(max(r.ContentLength, 0))); err != nil {
			t.Fatal(err)
		}
		return r
	}
	for path, tt := range map[string]struct{ allowed, refused, age string }{
		"/always": {netControl, ownControl, "max-age=3600"},
		"/today":  {netControl, ownControl, "max-age=8"}, // and a digit
		"/soon":   {ownControl, ownControl, ""},
		"/much":   {ownControl, ownControl, ""},
		"/strict": {"private, no-store", "private, no-store", ""},
		"/file":   {"public, max-age=9", "public, max-age=9", ""},
		"/own":    {"private, no-store", "private, no-store", ""},
		"/away":   {ownControl, ownControl, ""},
		"/none":   {"private, no-store", "private, no-store", ""},
	} {
		for _, keep := range []time.Duration{time.Hour, 0} {
			of.keep = keep
			tag := ""
			for _, how := range []string{"made", "kept", "kept", "has it"} {
				if how == "has it" && tag == "" {
					continue
				}
				has := ""
				if how == "has it" {
					has = tag
				}
				r := get(path, has)
				tag = r.Header.Get("ETag")
				want, age := tt.refused, ""
				if keep > 0 {
					want, age = tt.allowed, tt.age
				}
				control := r.Header.Get("CDN-Cache-Control")
				if len(r.Header["Cache-Control"]) != 1 || r.Header.Get("Cache-Control") != want || (control == "") != (age == "") || !strings.HasPrefix(control, age) || (r.Header.Get("xkey") != "") != (age != "") {
					t.Errorf("%s (%s), allowed for %v: %d %q, %q, keys %q", path, how, keep, r.StatusCode, r.Header["Cache-Control"], control, r.Header.Get("xkey"))
				}
			}
		}
	}
}
