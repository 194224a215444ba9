package web

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// deadlineSlack is by how much a deadline that is further away may come too early.
const deadlineSlack = time.Second

// sparing is a connection that tells the kernel's poller of a deadline only when somebody waits under it. net/http sets eight for each request, and
// ends the read that it begins beside each handler by one in the past: nearly all are replaced before anybody waits, or are the last one a
// few milliseconds later. They are kept to deadlineSlack.
type sparing struct {
	net.Conn
	reading, writing deadline
}

// deadline is that of one direction.
type deadline struct {
	mu        sync.Mutex
	want, set time.Time // set is what the connection was told
	waiting   int       // who is in a call of the connection, so that a new deadline is told at once
}

// move wants another deadline.
func (d *deadline) move(to time.Time, tell func(time.Time) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.want = to
	if d.waiting == 0 {
		return nil
	}
	d.set = to
	return tell(to)
}

// begin is called before a call of the connection that may wait, and end after it.
func (d *deadline) begin(tell func(time.Time) error) error {
	now := time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.want.IsZero() && !d.want.After(now) {
		return os.ErrDeadlineExceeded
	}
	if !d.told(now) {
		if err := tell(d.want); err != nil {
			return err
		}
		d.set = d.want
	}
	d.waiting++
	return nil
}

// told reports whether the connection was told what is wanted, or something as good.
func (d *deadline) told(now time.Time) bool {
	if d.want.IsZero() || d.set.IsZero() {
		return d.want.IsZero() && d.set.IsZero()
	}
	late := d.want.Sub(d.set)
	return late == 0 || 0 < late && late < deadlineSlack && d.set.Sub(now) > deadlineSlack
}

func (d *deadline) end() {
	d.mu.Lock()
	d.waiting--
	d.mu.Unlock()
}

// SetReadDeadline, SetWriteDeadline and SetDeadline are those of net.Conn, a second early at most.
func (s *sparing) SetReadDeadline(t time.Time) error {
	return s.reading.move(t, s.Conn.SetReadDeadline)
}

// SetWriteDeadline is like SetReadDeadline.
func (s *sparing) SetWriteDeadline(t time.Time) error {
	return s.writing.move(t, s.Conn.SetWriteDeadline)
}

// SetDeadline sets both.
func (s *sparing) SetDeadline(t time.Time) error {
	if err := s.SetReadDeadline(t); err != nil {
		return err
	}
	return s.SetWriteDeadline(t)
}

// Read reads under the deadline.
func (s *sparing) Read(b []byte) (int, error) {
	if err := s.reading.begin(s.Conn.SetReadDeadline); err != nil {
		return 0, err
	}
	defer s.reading.end()
	return s.Conn.Read(b)
}

// Write writes under the deadline.
func (s *sparing) Write(b []byte) (int, error) {
	if err := s.writing.begin(s.Conn.SetWriteDeadline); err != nil {
		return 0, err
	}
	defer s.writing.end()
	return s.Conn.Write(b)
}

// ReadFrom lets files through to the kernel, as without us.
func (s *sparing) ReadFrom(r io.Reader) (int64, error) {
	if err := s.writing.begin(s.Conn.SetWriteDeadline); err != nil {
		return 0, err
	}
	defer s.writing.end()
	if to, ok := s.Conn.(io.ReaderFrom); ok {
		return to.ReadFrom(r)
	}
	return io.Copy(struct{ io.Writer }{s.Conn}, r)
}

// CloseWrite ends our side, so that a client reads the last answer before its own bytes are refused.
func (s *sparing) CloseWrite() error { return closeWrite(s.Conn) }

// NetConn is the connection beneath.
func (s *sparing) NetConn() net.Conn { return s.Conn }

func closeWrite(conn net.Conn) error {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}
