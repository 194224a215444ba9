package web

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/page"
)

// brittle is a listener whose connections break at a write of more than 20,000 bytes, which is a kept page in one piece, half of it sent.
type brittle struct{ net.Listener }

func (l brittle) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return brittleConn{conn}, err
}

type brittleConn struct{ net.Conn }

func (c brittleConn) Write(b []byte) (int, error) {
	if len(b) <= 20_000 {
		return c.Conn.Write(b)
	}
	n, err := c.Conn.Write(b[:10_000])
	return n, cmp.Or(err, errors.New("broken"))
}

// rawSite is a site with a kept page and a form, over a real connection.
func rawSite(t *testing.T, patience time.Duration) (site *Site, address string) {
	t.Helper()
	return rawSiteAt(t, patience, func(l net.Listener) net.Listener { return l })
}

func rawSiteAt(t *testing.T, patience time.Duration, wrap func(net.Listener) net.Listener) (site *Site, address string) {
	t.Helper()
	pages := page.New(page.Options{Snapshots: stillness{}, Bytes: 1 << 20, Renders: 1})
	body := []byte(strings.Repeat("x", 20_000)) // not worth packing as an octet stream
	site, err := New(Options{SiteURL: "http://x", Log: slog.New(slog.DiscardHandler), Pages: pages}, Area{Routes: []Route{
		{Pattern: "GET /news/{code}", Audience: AudiencePublic, Rate: RateRead, Kept: true, Handler: func(w http.ResponseWriter, r *http.Request) error {
			if strings.Contains(r.PathValue("code"), "/") {
				return news.Fail(news.NotFound, "error.not_found")
			}
			return Write(w, r, http.StatusOK, "application/octet-stream", body)
		}},
		{Pattern: "GET /news/{code}/{slug}", Audience: AudiencePublic, Rate: RateRead, Kept: true, Handler: func(w http.ResponseWriter, r *http.Request) error {
			return Write(w, r, http.StatusOK, "application/octet-stream", body)
		}},
		{Pattern: "POST /send", Audience: AudiencePublic, Rate: RateWrite, Handler: func(w http.ResponseWriter, r *http.Request) error {
			sent, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			return Write(w, r, http.StatusOK, "text/plain", sent)
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := NewServer(site, slog.New(slog.DiscardHandler))
	if patience != 0 {
		server.WriteTimeout = patience
	}
	served := make(chan error, 1)
	ctx := t.Context() // ends before the clean-up
	go func() { served <- Serve(ctx, server, wrap(listener), time.Second) }()
	t.Cleanup(func() {
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return site, listener.Addr().String()
}

// counted is how often the kept pages were answered.
func counted(site *Site) (n uint64) {
	for _, route := range site.Traffic() {
		if strings.HasPrefix(route.Path, "/news/") {
			for _, many := range route.Statuses {
				n += many
			}
		}
	}
	return n
}

// TestRawRequestsAreAnsweredInTheirOrder: whatever kinds of requests follow one another on a connection, sent all at once, each gets its own
// answer and nobody that of another one.
func TestRawRequestsAreAnsweredInTheirOrder(t *testing.T) {
	site, address := rawSite(t, 0)
	const get, page = "GET /news/5 HTTP/1.1\r\nHost: x\r\n\r\n", "200 20000"
	exchanges := []struct{ name, request, method, want string }{
		{"made", get, "GET", page},
		{"kept", get, "GET", page},
		{"a form", "POST /send HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd", "POST", "200 4"},
		{"after it", get, "GET", page},
		{"a form in chunks", "POST /send HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "POST", "200 3"},
		{"a body on a read", "GET /news/5 HTTP/1.1\r\nHost: x\r\nContent-Length: 37\r\n\r\n" + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"[:35] + "\r\n", "GET", page},
		{"a body in chunks on a read", "GET /news/5 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nGET /\r\n0\r\n\r\n", "GET", page},
		{"an empty body", "GET /news/5 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "GET", page},
		{"a head", "HEAD /news/5 HTTP/1.1\r\nHost: x\r\n\r\n", "HEAD", "200 0"},
		{"a range", "GET /news/5 HTTP/1.1\r\nHost: x\r\nRange: bytes=0-9\r\n\r\n", "GET", page},
		{"a condition", "GET /news/5 HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\n\r\n", "GET", "304 0"},
		{"an expectation without a body", "GET /news/5 HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n", "GET", page},
		{"an upgrade", "GET /news/5 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", "GET", page},
		{"an absolute address", "GET http://evil.example/news/5 HTTP/1.1\r\nHost: evil.example\r\n\r\n", "GET", page},
		{"a hidden slash", "GET /news/5%2Fslug HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "404"},
		{"its page", "GET /news/5/slug HTTP/1.1\r\nHost: x\r\n\r\n", "GET", page},
		{"a hidden slash once it is kept", "GET /news/5%2fslug HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "404"},
		{"another spelling", "GET /%6eews/5 HTTP/1.1\r\nHost: x\r\n\r\n", "GET", page},
		{"the last", "GET /news/5 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET", page},
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	all := ""
	for _, e := range exchanges {
		all += e.request
	}
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() {
		if _, err := io.WriteString(conn, all); err != nil {
			t.Error(err)
		}
	})
	in := bufio.NewReader(conn)
	for _, e := range exchanges {
		r, err := http.ReadResponse(in, &http.Request{Method: e.method})
		if err != nil {
			t.Fatalf("%s: %v", e.name, err)
		}
		body, err := io.ReadAll(r.Body)
		if got := fmt.Sprint(r.StatusCode, " ", len(body)); err != nil || !strings.HasPrefix(got, e.want) {
			t.Errorf("%s: %s, want %s; %v", e.name, got, e.want, err)
		}
	}
	if rest, err := io.ReadAll(in); err != nil || len(rest) > 0 {
		t.Errorf("behind the last answer: %.100q, %v", rest, err)
	}
	if n := counted(site); n != uint64(len(exchanges)-2) {
		t.Errorf("%d answers are counted of %d", n, len(exchanges)-2)
	}
}

// TestRawRequestsThatNobodyUnderstands end the connection, with an answer or without.
func TestRawRequestsThatNobodyUnderstands(t *testing.T) {
	_, address := rawSite(t, 0)
	const get = "GET /news/5 HTTP/1.1\r\nHost: x\r\n\r\n"
	for name, request := range map[string]string{
		"two lengths":                "GET /news/5 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\nabc",
		"a length that is none":      "GET /news/5 HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
		"an unknown coding":          "GET /news/5 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"chunked, but not last":      "GET /news/5 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
		"no host":                    "GET /news/5 HTTP/1.1\r\n\r\n",
		"two hosts":                  "GET /news/5 HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
		"a space before a colon":     "GET /news/5 HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\nabc",
		"an expectation of a wonder": "GET /news/5 HTTP/1.1\r\nHost: x\r\nExpect: wonder\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, get+get+request+get)
		in := bufio.NewReader(conn)
		answers := []int{}
		for {
			r, err := http.ReadResponse(in, nil)
			if err != nil {
				break
			}
			io.Copy(io.Discard, r.Body)
			answers = append(answers, r.StatusCode)
		}
		conn.Close()
		if len(answers) < 2 || len(answers) > 3 || answers[0] != 200 || answers[1] != 200 || len(answers) == 3 && answers[2] < 400 {
			t.Errorf("%s: %v", name, answers)
		}
	}
}

// TestHalfClosedConnectionGetsItsAnswerOrNone: who has said all and closes that direction still reads. A page that is kept comes whole; one
// that is being made may be given up, as net/http takes them for gone, but is no empty page.
func TestHalfClosedConnectionGetsItsAnswerOrNone(t *testing.T) {
	_, address := rawSite(t, 0)
	if response, err := http.Get("http://" + address + "/news/7"); err == nil {
		response.Body.Close()
	}
	for i := range 40 {
		path := "/news/7"
		if i%2 == 0 {
			path = fmt.Sprint("/news/1", i)
		}
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(conn)
		whole := strings.HasPrefix(string(answer), "HTTP/1.1 200 OK\r\n") && strings.HasSuffix(string(answer), "xxx") && len(answer) > 20_000
		if !whole && (path == "/news/7" || len(answer) > 0) {
			t.Errorf("%s: %v, %d bytes: %.100q", path, err, len(answer), answer)
		}
		conn.Close()
	}
}

// TestBrokenAnswerIsCountedAndEndsTheConnection: nothing is said behind half an answer, which stands in the counters.
func TestBrokenAnswerIsCountedAndEndsTheConnection(t *testing.T) {
	site, address := rawSiteAt(t, 0, func(l net.Listener) net.Listener { return brittle{l} })
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	for i, want := range []int64{20_000, 10_000} { // made and sent in small pieces; kept
		if _, err := io.WriteString(conn, "GET /news/5 HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		r, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := io.Copy(io.Discard, r.Body); n > want || n == 0 || i == 0 && n != want {
			t.Errorf("answer %d has %d bytes", i, n)
		}
	}
	if rest, _ := io.ReadAll(in); len(rest) > 0 {
		t.Errorf("behind half an answer: %.100q", rest)
	}
	if n, out := counted(site), site.chain.pieces.out.Load(); n != 2 || out != 0 {
		t.Errorf("%d answers are counted, %d buffers are out", n, out)
	}
}

// TestWhoReadsNothingIsCut: the answer that cannot go out ends the connection after the server's patience, and holds no buffer.
func TestWhoReadsNothingIsCut(t *testing.T) {
	site, address := rawSite(t, 100*time.Millisecond)
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	asked := 0
	for { // until the server has closed; it reads no further request while an answer cannot go out
		_ = conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
		if _, err := io.WriteString(conn, strings.Repeat("GET /news/5 HTTP/1.1\r\nHost: x\r\n\r\n", 100)); err != nil {
			break
		}
		asked += 100
	}
	// Of what came whole everything is right; then it ends.
	in, whole := bufio.NewReader(conn), 0
	for {
		r, err := http.ReadResponse(in, nil)
		if err != nil {
			break
		}
		if n, err := io.Copy(io.Discard, r.Body); err != nil || n != 20_000 {
			break
		}
		whole++
	}
	limit := time.Now().Add(time.Minute)
	for site.chain.pieces.out.Load() != 0 && time.Now().Before(limit) {
		time.Sleep(time.Millisecond)
	}
	if out := site.chain.pieces.out.Load(); asked == 0 || whole >= asked || out != 0 {
		t.Errorf("%d asked, %d came whole, %d buffers are out", asked, whole, out)
	}
}

// TestPiecesAreBounded: with all pieces out pages go the long way, the same for their readers.
func TestPiecesAreBounded(t *testing.T) {
	site, address := rawSite(t, 0)
	site.chain.pieces.out.Store(piecesMost)
	for range 2 {
		response, err := http.Get("http://" + address + "/news/5")
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if err != nil || n != 20_000 || response.Header.Get("X-Request-Id") == "" {
			t.Errorf("%v, %d bytes, %v", err, n, response.Header)
		}
	}
	if out := site.chain.pieces.out.Load(); out != piecesMost {
		t.Errorf("%d are out", out)
	}
}
