package web

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dabir-newsroom/dabir/internal/page"
)

// direct is a connection on which a kept page goes out in one piece, past net/http. That would copy and sort the same headers for each
// request and hand head and body over in pieces of 4 kB, a system call each: half of all that a kept page cost. Requests
// are read by net/http alone, which also closes, times and counts the connection.
type direct struct {
	net.Conn
	swallow bool // what net/http writes now has been said already; its goroutine is the only one that writes and sets this
}

// Write sends, unless all has been said.
func (d *direct) Write(b []byte) (int, error) {
	if d.swallow {
		return len(b), nil
	}
	return d.Conn.Write(b)
}

// ReadFrom lets files through to the kernel, as without us.
func (d *direct) ReadFrom(r io.Reader) (int64, error) {
	if to, ok := d.Conn.(io.ReaderFrom); ok && !d.swallow {
		return to.ReadFrom(r)
	}
	return io.Copy(struct{ io.Writer }{d}, r)
}

// CloseWrite ends our side of the connection, as net/http does after an answer to a request that it did not read.
func (d *direct) CloseWrite() error { return closeWrite(d.Conn) }

// NetConn is the connection beneath.
func (d *direct) NetConn() net.Conn { return d.Conn }

// directly makes a listener's connections direct ones.
type directly struct{ net.Listener }

// Accept waits for the next connection.
func (l directly) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if _, secure := conn.(*tls.Conn); secure {
		return conn, nil // net/http must know it for what it is, or it speaks no HTTP/2
	}
	return &direct{Conn: &sparing{Conn: conn}}, nil
}

// connKey is where a request's context holds its connection.
type connKey struct{}

func withConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

const (
	// directMost is the longest body that is sent in one piece, in bytes: nearly every page is shorter.
	directMost = 32 << 10
	// piecesMost is how many pieces may be on their way at once: each is a copy, and who reads slowly could hold one on every connection.
	// Beyond it pages go through net/http, which copies 4 kB.
	piecesMost = 1024
)

// pieces are what kept pages are put together in, and the date that stands in them.
type pieces struct {
	pool sync.Pool
	out  atomic.Int32 // on their way
	date atomic.Pointer[secondText]
}

// secondText is a second as HTTP writes it.
type secondText struct {
	second int64
	text   string
}

// get is an empty buffer, which goes back with put; nil when too many are out.
func (p *pieces) get() *[]byte {
	if p.out.Add(1) > piecesMost {
		p.out.Add(-1)
		return nil
	}
	if b, ok := p.pool.Get().(*[]byte); ok {
		return b
	}
	b := make([]byte, 0, directMost+4<<10)
	return &b
}

func (p *pieces) put(b *[]byte) {
	p.out.Add(-1)
	p.pool.Put(b)
}

// now is the date in the form of RFC 9110, written once a second.
func (p *pieces) now(at time.Time) string {
	kept := p.date.Load()
	if kept == nil || kept.second != at.Unix() {
		kept = &secondText{at.Unix(), at.UTC().Format(http.TimeFormat)}
		p.date.Store(kept)
	}
	return kept.text
}

// sendDirect answers a plain GET over HTTP/1.1 with a kept page in one piece. It tells whether it did; if not, nothing was written. Where err
// is not nil a part may be out, and the connection can be used no more.
func (c *chain) sendDirect(w http.ResponseWriter, r *http.Request, p *page.Page, v *page.Variant, id string, start time.Time) (did bool, err error) {
	d, ok := r.Context().Value(connKey{}).(*direct)
	if !ok || r.Method != http.MethodGet || r.ProtoMajor != 1 || r.ProtoMinor != 1 || r.Close || r.ContentLength != 0 || len(v.Body) > directMost {
		return false, nil
	}
	piece := c.pieces.get()
	if piece == nil {
		return false, nil
	}
	b := append((*piece)[:0], v.Head(func() string { return c.head(p, v) })...)
	b = append(append(append(b, v.ETag[0]...), "\r\nContent-Length: "...), v.Length[0]...)
	b = append(b, "\r\n"...)
	b = c.lent.appendTo(b, p, start)
	b = append(append(b, "Date: "...), c.pieces.now(start)...)
	b = append(append(b, "\r\nX-Request-Id: "...), id...)
	b = append(append(b, "\r\n\r\n"...), v.Body...)
	_, err = d.Conn.Write(b)
	*piece = b
	c.pieces.put(piece)
	if err != nil {
		return true, err
	}
	// An answer without a body leaves the connection open for the next request.
	d.swallow = true
	w.WriteHeader(http.StatusNotModified)
	err = http.NewResponseController(w).Flush() // what could not be swallowed would be the next answer
	d.swallow = false
	return true, err
}

// head is all of a kept page's head that pages of a kind have in common, up to the value of its Etag.
func (c *chain) head(p *page.Page, v *page.Variant) string {
	h := c.headers.Clone()
	c.describe(h, p, v)
	if c.lent.concerns(p) {
		delete(h, "Cache-Control") // it differs from moment to moment
	} else {
		c.lent.guard(h)
	}
	delete(h, "Etag")
	delete(h, "Content-Length")
	var b strings.Builder
	b.WriteString("HTTP/1.1 200 OK\r\n")
	_ = h.Write(&b) // a builder takes everything
	b.WriteString("Etag: ")
	return b.String()
}
