package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Stream is an answer of server-sent events (HTML standard, 9.2) that stays open. Send is for one goroutine at a time, Close for any.
//
// Over HTTP/1 the connection is taken over from the server: what the server keeps for a request (two goroutines with their stacks, two
// buffers, the headers) is most of what fifteen thousand open streams would cost, and a message is one call of the system.
type Stream struct {
	head []byte   // goes out with the first message
	conn net.Conn // taken over; nil where it cannot be

	w       http.ResponseWriter
	control *http.ResponseController
	over    chan struct{}
	once    sync.Once
}

// sendTime is how long a message may take where it cannot be tried without waiting, which is over TLS. It is far smaller than what the system
// takes for a connection, so who has no room for it has not read for long. On a busy machine a goroutine alone may wait for half a second.
const sendTime = 2 * time.Second

// OpenStream begins the answer of a route that says Stream and has it served until serve returns. It may return before that.
func OpenStream(w http.ResponseWriter, r *http.Request, serve func(*Stream)) {
	Rest(r.Context())
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "private, no-store, no-transform")
	h.Set("X-Accel-Buffering", "no") // nginx passes each message on
	control := http.NewResponseController(w)
	if conn, _, err := control.Hijack(); err == nil {
		var head bytes.Buffer
		h.Set("Connection", "close")
		h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
		fmt.Fprint(&head, "HTTP/1.1 200 OK\r\n")
		_ = h.Write(&head) // a buffer takes everything
		head.WriteString("\r\n")
		s := &Stream{head: head.Bytes(), conn: beneath(conn)}
		if r.Method == http.MethodHead {
			_, _ = conn.Write(s.head)
			conn.Close()
		}
		go serve(s)
		return
	}
	_ = control.SetReadDeadline(time.Time{}) // where the connection cannot be told (tests) the limits stay
	s := &Stream{w: w, control: control, over: make(chan struct{})}
	if r.Method == http.MethodHead {
		s.Close()
	}
	stop := context.AfterFunc(r.Context(), s.Close)
	defer stop()
	serve(s)
}

// beneath is the system's connection under what Serve puts around it for kept pages, without deadlines, or conn where it is another one, as of
// TLS.
func beneath(conn net.Conn) net.Conn {
	for {
		switch around := conn.(type) {
		case *direct:
			conn = around.Conn
		case *sparing:
			conn = around.Conn
			_ = conn.SetDeadline(time.Time{}) // it may not have been told that net/http took its deadlines back; a dead one says so at the next call
		default:
			return conn
		}
	}
}

// Send sends a message at once. An error tells that the reader is slow or gone.
func (s *Stream) Send(message []byte) error {
	if s.conn != nil {
		if s.head != nil {
			message, s.head = append(s.head, message...), nil
		}
		return sendNow(s.conn, message)
	}
	if err := s.control.SetWriteDeadline(time.Now().Add(sendTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.w.Write(message); err != nil {
		return err
	}
	return s.control.Flush()
}

// Wait returns when the reader is gone or the stream was closed.
func (s *Stream) Wait() {
	if s.conn == nil {
		<-s.over
		return
	}
	var one [1]byte
	_, _ = s.conn.Read(one[:]) // a reader of a stream has nothing more to say
	s.conn.Close()
}

// Close ends the stream.
func (s *Stream) Close() {
	if s.conn != nil {
		s.conn.Close()
		return
	}
	s.once.Do(func() { close(s.over) })
}

// sendWaiting sends within sendTime.
func sendWaiting(conn net.Conn, message []byte) error {
	if err := conn.SetWriteDeadline(time.Now().Add(sendTime)); err != nil {
		return err
	}
	_, err := conn.Write(message)
	return err
}
