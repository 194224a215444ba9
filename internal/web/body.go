package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

const (
	bodyPatience = 15 * time.Second // until a body must have begun to come, and the longest pause in it
	bodyRate     = 500              // bytes a second that must come on average after that (the rule of Apache's mod_reqtimeout)
	bodiesAtOnce = 1024             // that are being read for forms; each takes DefaultMaxBody of memory at most
)

// refused is an error of HTTP itself: its status says all.
type refused int

// Error is the status in words.
func (r refused) Error() string { return http.StatusText(int(r)) }

// errSlowBody is what reads of a body that comes too slowly return; errPacked refuses one that is compressed: what it becomes
// unpacked nobody knows beforehand.
const (
	errSlowBody = refused(http.StatusRequestTimeout)
	errPacked   = refused(http.StatusUnsupportedMediaType)
)

// pacedBody is a body that must keep coming. Its connection's deadline moves with what has come.
type pacedBody struct {
	io.ReadCloser
	control *http.ResponseController
	begun   time.Time
	read    int64
}

// Read reads on; errSlowBody when what comes is too slow.
func (b *pacedBody) Read(p []byte) (int, error) {
	now := time.Now()
	if b.begun.IsZero() {
		b.begun = now
	}
	until := b.begun.Add(bodyPatience + time.Duration(b.read)*time.Second/bodyRate)
	if pause := now.Add(bodyPatience); pause.Before(until) {
		until = pause
	}
	_ = b.control.SetReadDeadline(until)
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = errSlowBody
	case err != nil:
		// The body is over: the server watches the connection from now on, and a deadline would look like a reader who left.
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// checkEncoding refuses a body that is compressed.
func checkEncoding(r *http.Request) error {
	for _, encoding := range r.Header.Values("Content-Encoding") {
		if encoding != "" && encoding != "identity" {
			return errPacked
		}
	}
	return nil
}

// bodies counts those that are being read.
type bodies struct{ reading atomic.Int64 }

// readAhead reads a small body before anything is done for it, so that nobody holds a place among those who work by sending slowly.
func (b *bodies) readAhead(r *http.Request, limit int64) error {
	if r.Body == http.NoBody || r.ContentLength == 0 {
		return nil
	}
	if b.reading.Add(1) > bodiesAtOnce {
		b.reading.Add(-1)
		return news.Fail(news.Unavailable, "error.unavailable")
	}
	defer b.reading.Add(-1)
	var all bytes.Buffer
	if r.ContentLength > 0 {
		all.Grow(int(min(r.ContentLength, limit)) + bytes.MinRead)
	}
	if _, err := all.ReadFrom(r.Body); err != nil {
		return badBody(err)
	}
	r.Body = io.NopCloser(&all)
	return nil
}

// badBody is what a body means that cannot be read: one of HTTP's own refusals, or a form that broke off.
func badBody(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) || errors.Is(err, errSlowBody) {
		return err
	}
	return &news.Error{Kind: news.Invalid, Key: "error.bad_form", Err: err}
}
