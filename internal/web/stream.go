package web

import (
	"net/http"
	"time"
)

// sendTime is how long one message may take. A message is far smaller than what the system takes for a connection, so who has no room
// for it has not read for long.
const sendTime = 250 * time.Millisecond

// Stream is an answer of server-sent events (HTML standard, 9.2) that stays open. The first Send begins it.
type Stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	begun   bool
}

// NewStream makes a stream of the answer of a route that says Stream.
func NewStream(w http.ResponseWriter) *Stream {
	return &Stream{w: w, control: http.NewResponseController(w)}
}

// Send sends a message at once. An error tells that the reader is slow or gone; then the stream is to be ended.
func (s *Stream) Send(message []byte) error {
	if !s.begun {
		s.begin()
	}
	if err := s.control.SetWriteDeadline(time.Now().Add(sendTime)); err != nil {
		return err
	}
	if _, err := s.w.Write(message); err != nil {
		return err
	}
	return s.control.Flush()
}

func (s *Stream) begin() {
	s.begun = true
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no") // nginx passes each message on
	s.w.WriteHeader(http.StatusOK)
}

// unhurried takes the server's limits of time from a request whose answer stays open. Where the connection cannot be told (tests)
// they stay.
func unhurried(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
}
