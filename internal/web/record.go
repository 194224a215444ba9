package web

import (
	"net/http"
	"time"
)

const (
	sendPiece    = 128 << 10        // bytes of a long answer that must go out
	sendPatience = 60 * time.Second // within this time
)

// record notes what is answered, for the log and for error pages. Until a route has matched it holds back the mux's own
// 404 and 405, so that they can be given as pages.
type record struct {
	http.ResponseWriter
	head    bool
	matched bool
	missed  int // what the mux would have answered
	lent    *lent
	status  int // 0: nothing written yet
	bytes   int64
}

// WriteHeader notes the status.
func (rec *record) WriteHeader(status int) {
	if !rec.matched && (status == http.StatusNotFound || status == http.StatusMethodNotAllowed) {
		rec.missed = status
		return
	}
	if rec.status == 0 && status >= 200 {
		rec.status = status
		rec.lent.guard(rec.Header())
	}
	rec.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes that go out.
func (rec *record) Write(b []byte) (int, error) {
	if rec.missed != 0 {
		return len(b), nil
	}
	if rec.status == 0 {
		rec.status = http.StatusOK
		rec.lent.guard(rec.Header())
	}
	if len(b) > sendPiece || rec.bytes > 0 {
		return rec.writeLong(b)
	}
	return rec.pass(b)
}

// writeLong sends piece by piece: a long answer may take its time, but it must move on.
func (rec *record) writeLong(b []byte) (sent int, err error) {
	control, _ := rec.ResponseWriter.(interface{ SetWriteDeadline(time.Time) error })
	for sent < len(b) && err == nil {
		if control != nil {
			_ = control.SetWriteDeadline(time.Now().Add(sendPatience)) // what cannot be told keeps the server's time
		}
		var n int
		n, err = rec.pass(b[sent:min(len(b), sent+sendPiece)])
		sent += n
	}
	return sent, err
}

func (rec *record) pass(b []byte) (int, error) {
	n, err := rec.ResponseWriter.Write(b)
	if !rec.head {
		rec.bytes += int64(n)
	}
	return n, err
}

// Unwrap lets http.ResponseController through.
func (rec *record) Unwrap() http.ResponseWriter { return rec.ResponseWriter }
