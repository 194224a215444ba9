package web

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// serveKept answers over a real connection, as cmd/dabir does.
func serveKept(t *testing.T, handler http.Handler) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	ctx := t.Context() // ends before the clean-up
	go func() { served <- Serve(ctx, NewServer(handler, slog.New(slog.DiscardHandler)), listener, time.Second) }()
	t.Cleanup(func() {
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// TestKeptPageGoesOutWhole: over a connection a kept page has the headers and the body that it has through net/http, the
// connection stays usable whatever comes between, and ends when the client says so.
func TestKeptPageGoesOutWhole(t *testing.T) {
	text := strings.Repeat("خبر تازه. ", 500)
	h, pages := keptSite(t, func(w http.ResponseWriter, r *http.Request) error {
		return Write(w, r, http.StatusOK, "text/html; charset=utf-8", []byte(text))
	}, nil)
	address := serveKept(t, h)
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	read := func(method string) (*http.Response, []byte) {
		t.Helper()
		response, err := http.ReadResponse(in, &http.Request{Method: method})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response, body
	}
	send := func(request string) {
		t.Helper()
		if _, err := io.WriteString(conn, strings.ReplaceAll(request, "\n", "\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	const get = "GET /news/5 HTTP/1.1\nHost: x\nAccept-Encoding: br\n\n"
	send(get) // made now, through net/http
	first, body := read("GET")
	without := func(h http.Header) http.Header {
		h = h.Clone()
		h.Del("X-Request-Id")
		h.Del("Date")
		return h
	}
	send(get + get + get) // kept, and more than one at a time
	ids := map[string]bool{first.Header.Get("X-Request-Id"): true}
	for range 3 {
		r, b := read("GET")
		if r.StatusCode != 200 || !bytes.Equal(b, body) || !maps.EqualFunc(without(r.Header), without(first.Header), func(a, b []string) bool { return strings.Join(a, "\n") == strings.Join(b, "\n") }) {
			t.Errorf("%d, %d of %d bytes, %v; through net/http %v", r.StatusCode, len(b), len(body), r.Header, first.Header)
		}
		if at, err := http.ParseTime(r.Header.Get("Date")); err != nil || time.Since(at) > time.Minute {
			t.Errorf("date %q", r.Header.Get("Date"))
		}
		ids[r.Header.Get("X-Request-Id")] = true
	}
	if len(ids) != 4 {
		t.Errorf("request ids: %v", ids)
	}
	for _, c := range []struct {
		name, request, method string
		status, bytes         int
	}{
		{"has it", "GET /news/5 HTTP/1.1\nHost: x\nAccept-Encoding: br\nIf-None-Match: " + first.Header.Get("ETag") + "\n\n", "GET", 304, 0},
		{"head", "HEAD /news/5 HTTP/1.1\nHost: x\nAccept-Encoding: br\n\n", "HEAD", 200, 0},
		{"again", get, "GET", 200, len(body)},
		{"plain", "GET /news/5 HTTP/1.1\nHost: x\n\n", "GET", 200, len(text)},
		{"with a body", "GET /news/5 HTTP/1.1\nHost: x\nContent-Length: 3\n\nabc", "GET", 200, len(text)},
		{"a body in chunks", "GET /news/5 HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n", "GET", 200, len(text)},
		{"another", "GET /elsewhere HTTP/1.1\nHost: x\n\n", "GET", 404, -1},
		{"the last", "GET /news/5 HTTP/1.1\nHost: x\nConnection: close\n\n", "GET", 200, len(text)},
	} {
		send(c.request)
		if r, b := read(c.method); r.StatusCode != c.status || c.bytes >= 0 && len(b) != c.bytes {
			t.Errorf("%s: %d, %d bytes, %v", c.name, r.StatusCode, len(b), r.Header)
		}
	}
	if _, err := in.ReadByte(); err != io.EOF {
		t.Errorf("after Connection: close: %v", err)
	}
	if n := pages.Stats().Renders; n != 1 {
		t.Errorf("%d renderings", n)
	}
}

// TestKeptPageForOldClients: HTTP/1.0 knows no connection that stays.
func TestKeptPageForOldClients(t *testing.T) {
	h, _ := keptSite(t, func(w http.ResponseWriter, r *http.Request) error {
		return Write(w, r, http.StatusOK, "text/html; charset=utf-8", []byte("خبر"))
	}, nil)
	address := serveKept(t, h)
	for range 2 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, "GET /news/5 HTTP/1.0\r\n\r\n")
		answer, err := io.ReadAll(conn)
		if err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.0 200 OK\r\n")) || !bytes.HasSuffix(answer, []byte("خبر")) {
			t.Errorf("%v: %s", err, answer)
		}
		conn.Close()
	}
}
