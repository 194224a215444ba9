package web

import (
	"cmp"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Connections bounds how many connections are open at once, in all and by address. When there are too many, those that have waited
// longest for a request are closed, so that whoever holds connections without asking for anything keeps nobody out; where all are
// at work, the new one hears 503 and is closed. It must be the server's ConnState too. The zero value bounds nothing.
type Connections struct {
	Most       int // at once; 0: any number
	PerAddress int // of one address, an IPv6 /64 counting as one; 0: any number
	// Exempt are addresses behind which there are many people, such as those of our own proxies: PerAddress is not for them.
	Exempt func(netip.Addr) bool
	// Silent tells that the connections speak TLS, in which a sentence of ours would be noise.
	Silent bool

	mu      sync.Mutex
	all     map[*connection]struct{}
	origins map[netip.Addr]map[*connection]struct{}
	shed    atomic.Uint64
}

// connection is one of them.
type connection struct {
	*net.TCPConn
	of     *Connections
	origin netip.Addr
	idle   atomic.Int64 // since when it waits for a request, in nanoseconds; 0 while one is answered
	once   sync.Once
}

// Close closes the connection and makes room for another.
func (c *connection) Close() error {
	c.once.Do(func() { c.of.forget(c) })
	return c.TCPConn.Close()
}

// Limit accepts from a TCP listener within the bounds.
func (c *Connections) Limit(l net.Listener) net.Listener { return &limited{l, c} }

type limited struct {
	net.Listener
	of *Connections
}

// Accept waits for a connection that may stay.
func (l *limited) Accept() (net.Conn, error) {
	for {
		accepted, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		tcp, ok := accepted.(*net.TCPConn)
		if !ok {
			return accepted, nil
		}
		conn, victims := l.of.admit(tcp)
		for _, victim := range victims {
			victim.Close()
		}
		if conn != nil {
			return conn, nil
		}
		l.of.refuse(tcp)
	}
}

// closeAtOnce is the share of the bound that is closed when it is reached: looking for who has waited longest costs a walk over all.
const closeAtOnce = 32

// admit takes a connection in, or not (nil); victims are to be closed for it.
func (c *Connections) admit(tcp *net.TCPConn) (admitted *connection, victims []*connection) {
	conn := &connection{TCPConn: tcp, of: c, origin: originOf(tcp)}
	conn.idle.Store(time.Now().UnixNano())
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all, c.origins = map[*connection]struct{}{}, map[netip.Addr]map[*connection]struct{}{}
	}
	same := c.origins[conn.origin]
	if c.PerAddress > 0 && len(same) >= c.PerAddress && (c.Exempt == nil || !c.Exempt(conn.origin)) {
		victims = c.evict(same, c.PerAddress)
		if len(victims) == 0 {
			return nil, nil
		}
	}
	if c.Most > 0 && len(c.all) >= c.Most {
		more := c.evict(c.all, c.Most)
		if len(more) == 0 {
			return nil, victims
		}
		victims = append(victims, more...)
	}
	if same = c.origins[conn.origin]; same == nil {
		same = map[*connection]struct{}{}
		c.origins[conn.origin] = same
	}
	c.all[conn], same[conn] = struct{}{}, struct{}{}
	return conn, victims
}

// evict takes those out that have waited longest for a request, a share of the bound, so that many come in before it is looked again.
func (c *Connections) evict(from map[*connection]struct{}, bound int) []*connection {
	type waiting struct {
		conn  *connection
		since int64
	}
	var all []waiting
	for conn := range from {
		if since := conn.idle.Load(); since != 0 {
			all = append(all, waiting{conn, since})
		}
	}
	slices.SortFunc(all, func(a, b waiting) int { return cmp.Compare(a.since, b.since) })
	victims := make([]*connection, 0, bound/closeAtOnce+1)
	for _, w := range all[:min(len(all), bound/closeAtOnce+1)] {
		c.remove(w.conn)
		c.shed.Add(1)
		victims = append(victims, w.conn)
	}
	return victims
}

func (c *Connections) forget(conn *connection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(conn)
}

func (c *Connections) remove(conn *connection) {
	delete(c.all, conn)
	same := c.origins[conn.origin]
	if delete(same, conn); len(same) == 0 {
		delete(c.origins, conn.origin)
	}
}

const refusal = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 20\r\nConnection: close\r\n\r\nService Unavailable\n"

// refuse turns a connection away. The sentence fits into the socket's buffer, so nobody can make us wait.
func (c *Connections) refuse(tcp *net.TCPConn) {
	c.shed.Add(1)
	if !c.Silent {
		_ = tcp.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = tcp.Write([]byte(refusal))
	}
	tcp.Close()
}

// State is http.Server.ConnState: it notes who waits for a request. A connection that still sends its first header is one that waits.
func (c *Connections) State(conn net.Conn, state http.ConnState) {
	ours, ok := conn.(*connection)
	for !ok {
		around, wraps := conn.(interface{ NetConn() net.Conn }) // TLS, and direct
		if !wraps {
			return
		}
		conn = around.NetConn()
		ours, ok = conn.(*connection)
	}
	switch state {
	case http.StateActive:
		ours.idle.Store(0)
	case http.StateIdle:
		ours.idle.Store(time.Now().UnixNano())
	case http.StateHijacked:
		ours.idle.Store(0)
	}
}

// Open is how many connections are open now.
func (c *Connections) Open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.all)
}

// Shed is how many connections were closed or refused as there were too many.
func (c *Connections) Shed() uint64 { return c.shed.Load() }

// originOf is the address that counts as one: a customer has a /64 of IPv6 addresses, if not more.
func originOf(conn net.Conn) netip.Addr {
	from, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	addr := from.Addr().Unmap().WithZone("")
	if addr.Is6() {
		if network, err := addr.Prefix(64); err == nil {
			return network.Addr()
		}
	}
	return addr
}
