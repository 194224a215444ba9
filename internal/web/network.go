package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/page"
)

// Network is a CDN before us that may keep pages, as it can be told when they are old.
type Network interface {
	// Headers are those that it alone reads: one says how long it may keep an answer, the other has the keys by which that is purged.
	Headers() (control, keys string)
	// Allows is for how long it may keep a page that goes out now; 0 while it may keep none.
	Allows() time.Duration
}

// lent is what a Network is told in each answer. A nil lent tells nothing.
type lent struct {
	network       Network
	control, keys string // canonical names of its headers
}

func lend(n Network) *lent {
	if n == nil {
		return nil
	}
	control, keys := n.Headers()
	return &lent{n, http.CanonicalHeaderKey(control), http.CanonicalHeaderKey(keys)}
}

const (
	ownControl = "private, no-cache" // of a kept page that the network must not keep; some of them read private alone
	netControl = "public, no-cache"  // of one that it may keep: browsers ask each time
)

// concerns tells whether a kept page is one that the network may keep at all: its handler wants nothing else of caches than the rest.
func (l *lent) concerns(p *page.Page) bool {
	if l == nil || p.Status != http.StatusOK {
		return false
	}
	control := p.Header["Cache-Control"]
	return len(control) == 1 && control[0] == "no-cache"
}

// seconds is for how long the network may keep a page that goes out now; 0: not at all.
func (l *lent) seconds(p *page.Page, now time.Time) int64 {
	if p.Keys() == "" {
		return 0
	}
	keep := l.network.Allows()
	most, good := p.Lasts(now)
	if !good {
		return 0
	}
	if most > 0 {
		keep = min(keep, most)
	}
	return int64(keep / time.Second)
}

// tell sets the headers of a kept page that goes out now; current says that it is exactly fresh as far as this node knows.
func (l *lent) tell(h http.Header, p *page.Page, now time.Time, current bool) {
	if !l.concerns(p) {
		return
	}
	h["Cache-Control"] = []string{ownControl}
	if seconds := l.seconds(p, now); current && seconds > 0 {
		h["Cache-Control"] = []string{netControl}
		h[l.control] = []string{"max-age=" + strconv.FormatInt(seconds, 10)}
		h[l.keys] = []string{p.Keys()}
	}
}

// appendTo is tell for a head that is written by hand.
func (l *lent) appendTo(head []byte, p *page.Page, now time.Time) []byte {
	if !l.concerns(p) {
		return head
	}
	seconds := l.seconds(p, now)
	if seconds <= 0 {
		return append(head, "Cache-Control: "+ownControl+"\r\n"...)
	}
	head = append(append(append(head, "Cache-Control: "+netControl+"\r\n"...), l.control...), ": max-age="...)
	head = append(strconv.AppendInt(head, seconds, 10), "\r\n"...)
	return append(append(append(append(head, l.keys...), ": "...), p.Keys()...), "\r\n"...)
}

// guard keeps an answer that is not a kept page out of the network: some read neither no-store nor no-cache. What says public of itself, as
// our files do that never change, stays so.
func (l *lent) guard(h http.Header) {
	if l == nil {
		return
	}
	switch control := h.Get("Cache-Control"); {
	case control == "":
		h["Cache-Control"] = []string{ownControl}
	case !strings.HasPrefix(control, "private") && !strings.HasPrefix(control, "public"):
		h["Cache-Control"] = []string{"private, " + control}
	}
}
