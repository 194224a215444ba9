package web

import "net/http"

// record notes what is answered, for the log and for error pages. Until a route has matched it holds back the mux's own
// 404 and 405, so that they can be given as pages.
type record struct {
	http.ResponseWriter
	head    bool
	matched bool
	missed  int // what the mux would have answered
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
	}
	n, err := rec.ResponseWriter.Write(b)
	if !rec.head {
		rec.bytes += int64(n)
	}
	return n, err
}

// Unwrap lets http.ResponseController through.
func (rec *record) Unwrap() http.ResponseWriter { return rec.ResponseWriter }
