package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// streams serves one route that stays open.
func streams(t *testing.T, handler Handler, more ...Route) http.Handler {
	t.Helper()
	route := Route{Pattern: "GET /events", Audience: AudiencePublic, Rate: RateRead, Stream: true, Handler: handler}
	h, err := New(Options{SiteURL: "https://a.example", Log: slog.New(slog.DiscardHandler)}, Area{Routes: append(more, route)})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestStreamOutlivesTheServersTimes: the limits of time that cut any other answer leave a stream alone, and it ends with its reader.
func TestStreamOutlivesTheServersTimes(t *testing.T) {
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(proto, func(t *testing.T) {
			cut, gone := make(chan bool), make(chan bool)
			h := streams(t, func(w http.ResponseWriter, r *http.Request) error {
				OpenStream(w, r, func(s *Stream) {
					defer close(gone)
					if s.Send([]byte("data: first\n\n")) != nil {
						return
					}
					<-cut
					if s.Send([]byte("data: second\n\n")) == nil {
						s.Wait()
					}
				})
				return nil
			}, Route{Pattern: "GET /slow", Audience: AudiencePublic, Rate: RateRead, Handler: func(_ http.ResponseWriter, r *http.Request) error {
				<-r.Context().Done()
				return r.Context().Err()
			}, Timeout: time.Second})
			server := httptest.NewUnstartedServer(h)
			server.Config.ReadTimeout, server.Config.WriteTimeout = 500*time.Millisecond, 500*time.Millisecond
			server.EnableHTTP2 = proto == "HTTP/2.0"
			if server.EnableHTTP2 {
				server.StartTLS()
			} else {
				server.Start()
			}
			defer server.Close()
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/events", nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := server.Client().Do(request)
			if err != nil {
				t.Fatal(err)
			}
			if response.Proto != proto || response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" ||
				response.Header.Get("X-Accel-Buffering") != "no" || response.Header.Get("Content-Security-Policy") == "" || response.Header.Get("X-Request-Id") == "" {
				t.Errorf("%s %d %v", response.Proto, response.StatusCode, response.Header)
			}
			lines := bufio.NewScanner(response.Body)
			if !lines.Scan() || lines.Text() != "data: first" {
				t.Fatalf("it begins with %q", lines.Text())
			}
			if slow, err := server.Client().Get(server.URL + "/slow"); err == nil { // it is cut after the times of the server
				slow.Body.Close()
			}
			close(cut)
			lines.Scan()
			if !lines.Scan() || lines.Text() != "data: second" {
				t.Fatalf("then comes %q, %v", lines.Text(), lines.Err())
			}
			leave()
			<-gone
		})
	}
}

// TestSlowReaderIsNotWaitedFor: who reads nothing is given up as soon as the system has no room for a message.
func TestSlowReaderIsNotWaitedFor(t *testing.T) {
	sent := make(chan error, 1)
	h := streams(t, func(w http.ResponseWriter, r *http.Request) error {
		OpenStream(w, r, func(s *Stream) {
			message := []byte("data: " + strings.Repeat("x", 4000) + "\n\n")
			for range 100_000 {
				if err := s.Send(message); err != nil {
					s.Close()
					sent <- err
					return
				}
			}
			sent <- nil
		})
		return nil
	})
	server := httptest.NewServer(h)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-sent; err == nil {
		t.Error("400 MB were sent to somebody who reads nothing")
	}
}

// TestStreamIsSentWithoutWaiting: whatever Serve puts around a connection, a message is one call of the system that never waits, and no
// deadline of the server is left on it. With a deadline a busy machine would cut readers who are not slow.
func TestStreamIsSentWithoutWaiting(t *testing.T) {
	atOnce := make(chan bool, 1)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := NewServer(streams(t, func(w http.ResponseWriter, r *http.Request) error {
		OpenStream(w, r, func(s *Stream) {
			_, ok := s.conn.(syscall.Conn)
			atOnce <- ok
			if s.Send([]byte("data: first\n\n")) == nil {
				s.Wait()
			}
			s.Close()
		})
		return nil
	}), slog.New(slog.DiscardHandler))
	server.ReadHeaderTimeout, server.ReadTimeout, server.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond, 300*time.Millisecond
	served := make(chan error, 1)
	ctx := t.Context() // ends before the clean-up
	go func() { served <- Serve(ctx, server, listener, time.Second) }()
	t.Cleanup(func() {
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	address := listener.Addr().String()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if !<-atOnce {
		t.Error("messages go out under a deadline")
	}
	in := bufio.NewReader(conn)
	for line := ""; line != "data: first\n"; {
		if line, err = in.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = in.ReadString('\n')
	_ = conn.SetReadDeadline(time.Now().Add(time.Second)) // longer than any time of the server
	if _, err := in.ReadByte(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("an open stream ends with its server's times: %v", err)
	}
}

func TestStreamAnswersHEAD(t *testing.T) {
	h := streams(t, func(w http.ResponseWriter, r *http.Request) error {
		OpenStream(w, r, func(s *Stream) {
			if s.Send([]byte("data:\n\n")) == nil {
				s.Wait()
			}
		})
		return nil
	})
	server := httptest.NewServer(h)
	defer server.Close()
	response, err := server.Client().Head(server.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		t.Errorf("%d %v", response.StatusCode, response.Header)
	}
}

func TestStreamRouteMustBeAPublicRead(t *testing.T) {
	handler := func(http.ResponseWriter, *http.Request) error { return nil }
	for _, route := range []Route{
		{Pattern: "POST /x", Audience: AudiencePublic, Rate: RateWrite, Stream: true, Handler: handler},
		{Pattern: "GET /x", Audience: AudiencePublic, Rate: RateRead, Stream: true, Kept: true, Handler: handler},
		{Pattern: "GET /x", Audience: AudienceNewsroom, Right: "x", Rate: RateRead, Stream: true, Handler: handler},
	} {
		if Validate([]Route{route}) == nil {
			t.Errorf("%+v is taken", route)
		}
	}
}
