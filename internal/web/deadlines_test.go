package web

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// noted counts how often a connection is told a deadline for reading.
type noted struct {
	net.Conn
	told int
}

func (n *noted) SetReadDeadline(t time.Time) error {
	n.told++
	return n.Conn.SetReadDeadline(t)
}

// pair is two ends of a connection over loopback.
func pair(t *testing.T) (ours, theirs net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if theirs, err = net.Dial("tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if ours, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	return ours, theirs
}

func TestDeadlinesAreToldWhenSomebodyWaits(t *testing.T) {
	ours, theirs := pair(t)
	under := &noted{Conn: ours}
	conn := &sparing{Conn: under}
	read := func() error {
		t.Helper()
		_, err := conn.Read(make([]byte, 1))
		return err
	}
	say := func() {
		t.Helper()
		if _, err := io.WriteString(theirs, "x"); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(about string, told int, got, want error) {
		t.Helper()
		if !errors.Is(got, want) || under.told != told {
			t.Errorf("%s: %v, the connection was told %d times; want %v, %d", about, got, under.told, want, told)
		}
	}
	say()
	conn.SetReadDeadline(time.Unix(1, 0))
	expect("a deadline that has passed", 0, read(), os.ErrDeadlineExceeded)
	conn.SetReadDeadline(time.Time{})
	expect("none", 0, read(), nil)
	for range 5 {
		say()
		conn.SetReadDeadline(time.Unix(1, 0))
		conn.SetReadDeadline(time.Time{})
		conn.SetReadDeadline(time.Now().Add(time.Minute))
		expect("a minute, five times", 1, read(), nil)
	}
	say()
	conn.SetReadDeadline(time.Now().Add(time.Hour))
	expect("later", 2, read(), nil)
	for i := range 2 {
		conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		expect("soon", 3+i, read(), os.ErrDeadlineExceeded)
	}
	conn.SetReadDeadline(time.Time{})
	say()
	expect("none again", 5, read(), nil)

	ended := make(chan error)
	go func() { ended <- read() }()
	for waits := false; !waits; {
		conn.reading.mu.Lock()
		waits = conn.reading.waiting == 1
		conn.reading.mu.Unlock()
	}
	conn.SetReadDeadline(time.Unix(1, 0))
	expect("in the past while somebody waits", 6, <-ended, os.ErrDeadlineExceeded)
}

// TestRefusalArrivesWhole: who sends more than is read gets the answer all the same, and an end instead of a broken connection.
func TestRefusalArrivesWhole(t *testing.T) {
	conn, err := net.Dial("tcp", serveKept(t, http.NotFoundHandler()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() {
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("x", 1<<20)) // ends when the server closes
	}()
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 431 ") {
		t.Errorf("%v, %.80q", err, answer)
	}
}
