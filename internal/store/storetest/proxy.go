package storetest

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy stands between a node and a server and makes the way between them worse.
type Proxy struct {
	Addr   string
	target string

	mu    sync.Mutex
	delay time.Duration
	open  chan struct{} // closed while bytes pass
	gone  bool
	pairs map[net.Conn]bool
}

// NewProxy listens on a loopback port until the test ends.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	return NewProxyAt(t, "127.0.0.1", target)
}

// NewProxyAt is NewProxy on another address of this machine.
func NewProxyAt(t testing.TB, host, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: l.Addr().String(), target: target, open: make(chan struct{}), pairs: map[net.Conn]bool{}}
	close(p.open)
	t.Cleanup(func() {
		l.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		for conn := range p.pairs {
			conn.Close()
		}
	})
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(conn)
		}
	}()
	return p
}

// Slow holds every packet of either direction back for so long.
func (p *Proxy) Slow(delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = delay
}

// Cut lets nothing through and closes nothing, as a cable that is pulled.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = make(chan struct{})
}

// Break closes whatever is open and whatever comes, as a server that has ended.
func (p *Proxy) Break() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone = true
	for conn := range p.pairs {
		conn.Close()
	}
}

// Heal lets everything through again. What was open while the way was cut is closed: both ends have given it up.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.pairs {
		conn.Close()
	}
	p.gone = false
	select {
	case <-p.open:
	default:
		close(p.open)
	}
}

func (p *Proxy) state() (open chan struct{}, delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open, p.delay
}

func (p *Proxy) note(conn net.Conn, here bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if here && p.gone {
		conn.Close()
	} else if here {
		p.pairs[conn] = true
	} else {
		delete(p.pairs, conn)
	}
}

func (p *Proxy) serve(near net.Conn) {
	p.note(near, true)
	defer p.note(near, false)
	defer near.Close()
	open, _ := p.state()
	<-open
	far, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	p.note(far, true)
	defer p.note(far, false)
	defer far.Close()
	go func() {
		p.pass(far, near)
		far.Close()
	}()
	p.pass(near, far)
}

// packet is what was read, and when it may go on.
type packet struct {
	bytes []byte
	at    time.Time
}

func (p *Proxy) pass(to io.Writer, from io.Reader) {
	packets := make(chan packet, 1024)
	go func() {
		defer close(packets)
		for {
			buffer := make([]byte, 32<<10)
			n, err := from.Read(buffer)
			if n > 0 {
				_, delay := p.state()
				packets <- packet{buffer[:n], time.Now().Add(delay)}
			}
			if err != nil {
				return
			}
		}
	}()
	broken := false
	for one := range packets {
		if broken {
			continue
		}
		time.Sleep(time.Until(one.at)) // the delay is what the proxy is for
		open, _ := p.state()
		<-open
		_, err := to.Write(one.bytes)
		broken = err != nil
	}
}
