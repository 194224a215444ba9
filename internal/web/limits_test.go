package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// served runs a handler behind the real server and bounds, and returns its address.
func served(t *testing.T, h http.Handler, conns *Connections, change func(*http.Server)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := NewServer(h, slog.New(slog.DiscardHandler))
	server.ConnState = conns.State
	if change != nil {
		change(server)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, server, conns.Limit(listener), 0) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// call opens a connection that is closed with the test.
func call(t *testing.T, addr string) *line {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &line{conn, bufio.NewReader(conn)}
}

type line struct {
	net.Conn
	in *bufio.Reader
}

// ask sends text and reads an answer with its body; 0 when the connection was closed.
func (l *line) ask(text string) (status int, h http.Header) {
	l.SetDeadline(time.Now().Add(time.Minute))
	io.WriteString(l, text)
	answer, err := http.ReadResponse(l.in, nil)
	if err != nil {
		return 0, nil
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, answer.Header
}

const get = "GET /small HTTP/1.1\r\nHost: x\r\n\r\n"

func TestHugeHeadersAreRefused(t *testing.T) {
	addr := served(t, newSite(t, Options{}), &Connections{}, nil)
	if status, _ := call(t, addr).ask("GET /small HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("a", 100<<10) + "\r\n\r\n"); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of 100 kB: %d", status)
	}
	if status, _ := call(t, addr).ask("GET /small?" + strings.Repeat("a", 60_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"); status != 200 {
		t.Errorf("a long search: %d", status)
	}
}

// TestWhoWaitsLongestMakesRoom: with the bound reached, connections without a request give way to new ones, the oldest first;
// one that has just asked stays.
func TestWhoWaitsLongestMakesRoom(t *testing.T) {
	conns := &Connections{Most: 8}
	addr := served(t, newSite(t, Options{}), conns, nil)
	reader := call(t, addr)
	silent := make([]*line, 7)
	for i := range silent {
		silent[i] = call(t, addr)
		io.WriteString(silent[i], "GET /small HTTP/1.1\r\nHost: x\r\nX-Slow: ") // a header that never ends
	}
	if status, _ := reader.ask(get); status != 200 {
		t.Fatalf("the reader gets %d", status)
	}
	for range 40 {
		if status, _ := call(t, addr).ask(get); status != 200 {
			t.Fatalf("a new reader gets %d", status)
		}
		if status, _ := reader.ask(get); status != 200 {
			t.Fatalf("the reader who goes on reading gets %d", status)
		}
	}
	for i, l := range silent {
		l.SetDeadline(time.Now().Add(time.Minute))
		if _, err := l.in.ReadByte(); err != io.EOF && !strings.Contains(fmt.Sprint(err), "reset") {
			t.Errorf("silent connection %d is still open: %v", i, err)
		}
	}
	if open := conns.Open(); open > 8 {
		t.Errorf("%d connections are open", open)
	}
	if conns.Shed() < 40 {
		t.Errorf("%d were shed", conns.Shed())
	}
}

// TestAllAtWorkIsSaid: where every connection is being answered a new one hears 503 with the time to come back.
func TestAllAtWorkIsSaid(t *testing.T) {
	begun, end := make(chan bool), make(chan bool)
	slow := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { begun <- true; <-end })
	for name, conns := range map[string]*Connections{
		"in all":         {Most: 2},
		"of one address": {PerAddress: 2},
	} {
		t.Run(name, func(t *testing.T) {
			addr := served(t, slow, conns, nil)
			answered := make(chan int, 2)
			for range 2 {
				l := call(t, addr)
				go func() {
					status, _ := l.ask(get)
					answered <- status
				}()
				<-begun
			}
			if status, h := call(t, addr).ask(""); status != 503 || h.Get("Retry-After") == "" {
				t.Errorf("the third gets %d, %v", status, h)
			}
			for range 2 {
				end <- true
			}
			for range 2 {
				if status := <-answered; status != 200 {
					t.Errorf("one at work got %d", status)
				}
			}
		})
	}
}

func TestAProxyIsNotOneAddress(t *testing.T) {
	conns := &Connections{PerAddress: 1, Exempt: netip.Addr.IsLoopback}
	addr := served(t, newSite(t, Options{}), conns, nil)
	one, two := call(t, addr), call(t, addr)
	for range 2 {
		for _, l := range []*line{one, two} {
			if status, _ := l.ask(get); status != 200 {
				t.Errorf("%d", status)
			}
		}
	}
}

func TestPackedBodiesAreRefused(t *testing.T) {
	s := newSite(t, Options{})
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write(make([]byte, 1<<20))
	z.Close()
	for encoding, want := range map[string]int{"gzip": 415, "br": 415, "identity": 200} {
		r := httptest.NewRequest("POST", "/form", strings.NewReader("text=a"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Content-Encoding", encoding)
		if encoding == "gzip" {
			r.Body = io.NopCloser(&bomb)
		}
		if w := s.do(r); w.Code != want {
			t.Errorf("%s: %d", encoding, w.Code)
		}
	}
}

// trickle is a body that gives a few bytes after each pause, for as long as the deadline of its connection lets it.
type trickle struct {
	*httptest.ResponseRecorder
	piece, total int
	pause        time.Duration
	until        time.Time
	cleared      bool
}

func (b *trickle) SetReadDeadline(t time.Time) error {
	b.until, b.cleared = t, t.IsZero()
	return nil
}

func (b *trickle) Read(p []byte) (int, error) {
	if b.total <= 0 {
		return 0, io.EOF
	}
	time.Sleep(b.pause) // of the test's clock
	if time.Now().After(b.until) {
		return 0, fmt.Errorf("read: %w", os.ErrDeadlineExceeded)
	}
	n := min(len(p), b.piece, b.total)
	b.total -= n
	return n, nil
}

func (b *trickle) Close() error { return nil }

func TestBodiesMustKeepComing(t *testing.T) {
	for name, tt := range map[string]struct {
		piece, total int
		pause        time.Duration
		slow         bool
	}{
		"a slow line":                   {2000, 20_000, 2 * time.Second, false},
		"a byte now and then":           {1, 100, 5 * time.Second, true},
		"a pause too long":              {20_000, 40_000, 20 * time.Second, true},
		"quick for long, then no more":  {600_000, 1_200_001, 14 * time.Second, false},
		"half the rate for a long time": {250, 50_000, time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := &trickle{ResponseRecorder: httptest.NewRecorder(), piece: tt.piece, total: tt.total, pause: tt.pause}
				body := &pacedBody{ReadCloser: conn, control: http.NewResponseController(conn)}
				_, err := io.Copy(io.Discard, body)
				if (err == errSlowBody) != tt.slow || err == nil && !conn.cleared {
					t.Errorf("%v; the deadline was taken away afterwards: %v", err, conn.cleared)
				}
			})
		})
	}
	if got := Status(badBody(fmt.Errorf("multipart: %w", errSlowBody))); got != http.StatusRequestTimeout {
		t.Errorf("the status of a slow body is %d", got)
	}
}

// TestSlowBodiesHoldNoPlace: with one place to work, bodies that do not come keep nobody waiting.
func TestSlowBodiesHoldNoPlace(t *testing.T) {
	addr := served(t, newSite(t, Options{Work: 1}), &Connections{}, nil)
	for range 20 {
		l := call(t, addr)
		io.WriteString(l, "POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ntext=")
	}
	for range 20 {
		if status, _ := call(t, addr).ask("POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\ntext=a"); status != 200 {
			t.Fatalf("%d", status)
		}
	}
}

// TestBusyIsSaidBeforeMemoryGrows: of many requests a few are worked on, some wait, the rest hear 503 at once; who waits is served when
// a place becomes free, and who rests has given theirs away.
func TestBusyIsSaidBeforeMemoryGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end, rest := make(chan bool), make(chan bool)
		working := public("GET /work", RateRead, func(w http.ResponseWriter, r *http.Request) error {
			select {
			case <-end:
			case <-rest:
				Rest(r.Context())
				<-end
			}
			w.WriteHeader(200)
			return nil
		})
		h, err := New(Options{SiteURL: "http://x", Log: slog.New(slog.DiscardHandler), Work: 2}, Area{Routes: []Route{working}}, Health(func(context.Context) error { return nil }))
		if err != nil {
			t.Fatal(err)
		}
		answers := make(chan int, 100)
		ask := func(n int) {
			for range n {
				go func() {
					w := httptest.NewRecorder()
					h.ServeHTTP(w, httptest.NewRequest("GET", "/work", nil))
					if w.Code == 503 && w.Header().Get("Retry-After") == "" {
						t.Error("503 without Retry-After")
					}
					answers <- w.Code
				}()
			}
			synctest.Wait()
		}
		took := func(want int, n int) {
			t.Helper()
			for range n {
				if got := <-answers; got != want {
					t.Errorf("got %d, want %d", got, want)
				}
			}
		}
		ask(2 + 2*waitingShare + 5)
		took(503, 5) // at once: the clock stands
		if w := (site{h, nil}).get("/healthz"); w.Code != 200 {
			t.Errorf("a probe gets %d while all is busy", w.Code)
		}
		rest <- true // one rests, and one of those who wait comes in
		synctest.Wait()
		end <- true
		end <- true
		end <- true
		took(200, 3)
		time.Sleep(waitForWork + time.Second)
		took(503, 2*waitingShare-3) // they waited long enough
		for range 2 {
			end <- true
		}
		took(200, 2)
		ask(1)
		end <- true
		took(200, 1)
	})
}

// TestPlacesAreGivenBack: whatever becomes of a request, its place is free afterwards.
func TestPlacesAreGivenBack(t *testing.T) {
	s := newSite(t, Options{Work: 1})
	for _, path := range []string{"/small", "/panic", "/deadline", "/large", "/nowhere"} {
		s.get(path)
		if w := s.get("/small"); w.Code != 200 {
			t.Errorf("after %s: %d", path, w.Code)
		}
	}
}

// slowReader is an answer's connection that notes when it gets more time.
type slowReader struct {
	*httptest.ResponseRecorder
	pieces []int
	given  int
}

func (r *slowReader) SetWriteDeadline(time.Time) error { r.given++; return nil }
func (r *slowReader) Write(b []byte) (int, error) {
	r.pieces = append(r.pieces, len(b))
	return r.ResponseRecorder.Write(b)
}

// TestLongAnswersMayTakeTheirTime: each piece of a long answer has its own time, a short one the server's.
func TestLongAnswersMayTakeTheirTime(t *testing.T) {
	for size, want := range map[int]int{1: 0, sendPiece: 0, sendPiece + 1: 2, 5 * sendPiece: 5} {
		conn := &slowReader{ResponseRecorder: httptest.NewRecorder()}
		rec := &record{ResponseWriter: conn, matched: true}
		if n, err := rec.Write(make([]byte, size)); n != size || err != nil || conn.Body.Len() != size || rec.bytes != int64(size) {
			t.Errorf("%d bytes: %d, %v", size, n, err)
		}
		if conn.given != want {
			t.Errorf("%d bytes got time %d times, want %d (%v)", size, conn.given, want, conn.pieces)
		}
	}
	conn := &slowReader{ResponseRecorder: httptest.NewRecorder()}
	rec := &record{ResponseWriter: conn, matched: true}
	io.Copy(struct{ io.Writer }{rec}, io.LimitReader(zeros{}, 3*sendPiece)) // as a film is sent
	if conn.given < 3 {
		t.Errorf("a film got time %d times", conn.given)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestSlowHeadersAreCutOff: a header that does not end costs its connection, and nothing else.
func TestSlowHeadersAreCutOff(t *testing.T) {
	addr := served(t, newSite(t, Options{}), &Connections{}, func(s *http.Server) { s.ReadHeaderTimeout = 50 * time.Millisecond })
	slow := call(t, addr)
	io.WriteString(slow, "GET /small HTTP/1.1\r\nHost:")
	slow.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.ReadAll(slow); err != nil {
		t.Errorf("the connection was not ended: %v", err)
	}
	if status, _ := call(t, addr).ask(get); status != 200 {
		t.Errorf("a reader gets %d", status)
	}
	if NewServer(nil, slog.New(slog.DiscardHandler)).ReadHeaderTimeout > 10*time.Second {
		t.Error("headers may take longer than is said")
	}
}

func TestTooManyBodiesAreRefused(t *testing.T) {
	var b bodies
	b.reading.Store(bodiesAtOnce)
	r := httptest.NewRequest("POST", "/form", strings.NewReader("text=a"))
	if err := b.readAhead(r, DefaultMaxBody); news.KindOf(err) != news.Unavailable || b.reading.Load() != bodiesAtOnce {
		t.Errorf("%v, %d are being read", err, b.reading.Load())
	}
}

// TestCountingCostsNothing: an answer is counted without an allocation, by its status and by how long it took.
func TestCountingCostsNothing(t *testing.T) {
	counted := newTally("GET /news/{code}")
	if n := testing.AllocsPerRun(100, func() { counted.count(200, time.Millisecond) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	counted.count(418, time.Minute)
	got := counted.traffic()
	if got.Method != "GET" || got.Path != "/news/{code}" || got.Statuses[200] != 101 || got.Statuses[0] != 1 || got.Took[0] != 101 || got.Took[len(Steps())] != 1 {
		t.Errorf("%+v", got)
	}
	s := newSite(t, Options{})
	s.get("/small")
	s.get("/panic")
	for _, route := range s.Handler.(*Site).Traffic() {
		if route.Path == "/small" && route.Statuses[200] != 1 || route.Path == "/panic" && route.Statuses[500] != 1 {
			t.Errorf("%+v", route)
		}
	}
}

// TestStreamsAreNotClosedForNewcomers: an open stream counts as a connection at work until it ends, and holds no place among requests.
func TestStreamsAreNotClosedForNewcomers(t *testing.T) {
	h, err := New(Options{SiteURL: "http://x", Log: slog.New(slog.DiscardHandler), Work: 1}, Area{Routes: []Route{
		{Pattern: "GET /events", Audience: AudiencePublic, Rate: RateRead, Stream: true, Handler: func(w http.ResponseWriter, r *http.Request) error {
			OpenStream(w, r, func(s *Stream) {
				if s.Send([]byte(": here\n\n")) == nil {
					s.Wait()
				}
			})
			return nil
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	conns := &Connections{Most: 2}
	addr := served(t, h, conns, nil)
	open := make([]*line, 2)
	for i := range open {
		open[i] = call(t, addr)
		open[i].SetDeadline(time.Now().Add(time.Minute))
		io.WriteString(open[i], "GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
		for text := ""; text != ": here\n"; {
			if text, err = open[i].in.ReadString('\n'); err != nil {
				t.Fatalf("stream %d: %v", i, err)
			}
		}
	}
	if status, _ := call(t, addr).ask(""); status != 503 {
		t.Errorf("the third connection gets %d", status)
	}
	open[0].Close()
	for limit := time.Now().Add(time.Minute); conns.Open() > 1; time.Sleep(time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("the place of a stream that ended is not free")
		}
	}
	if status, _ := call(t, addr).ask("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"); status != 404 {
		t.Errorf("with room again: %d", status)
	}
}
