package suggest

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

const (
	// repeatSpan is how long an article that is opened again is not counted again: between one and two of it.
	repeatSpan = 10 * time.Minute
	// networkMost is how many views of one article within a span count from one network: many people may share an address, but not any number.
	networkMost = 30
	// mostSeen bounds the memory of a span; beyond it views are counted unseen.
	mostSeen = 200_000
)

// repeats knows what was opened by whom in the last minutes, as digests under a key that nobody else has and that is thrown
// away with them: neither an address nor anything by which to find a reader again is kept, and nothing of it is stored.
type repeats struct {
	mu       sync.Mutex
	now, old span
	since    time.Time
}

// span is one stretch of time with a key of its own.
type span struct {
	key  maphash.Seed
	seen map[uint64]int
}

// reader is what tells two visits apart.
type reader struct {
	network netip.Prefix
	agent   string
	article news.Code
}

// first tells whether a view is to be counted, and remembers it.
func (r *repeats) first(code news.Code, address netip.Addr, agent string, at time.Time) bool {
	visit := reader{article: code, agent: agent, network: networkOf(address)}
	crowd := visit
	crowd.agent = ""
	r.mu.Lock()
	defer r.mu.Unlock()
	switch age := at.Sub(r.since); {
	case r.now.seen == nil || age >= 2*repeatSpan:
		r.now, r.old, r.since = span{maphash.MakeSeed(), map[uint64]int{}}, span{}, at
	case age >= repeatSpan:
		r.now, r.old, r.since = span{maphash.MakeSeed(), map[uint64]int{}}, r.now, at
	}
	if r.old.seen != nil && r.old.seen[maphash.Comparable(r.old.key, visit)] > 0 {
		return false
	}
	one, all := maphash.Comparable(r.now.key, visit), maphash.Comparable(r.now.key, crowd)
	if r.now.seen[one] > 0 || r.now.seen[all] >= networkMost {
		return false
	}
	if len(r.now.seen) < mostSeen {
		r.now.seen[one]++
		r.now.seen[all]++
	}
	return true
}

// networkOf is the address of one house: an IPv4 address, or the 64 bits that a provider gives out in IPv6 (RFC 6177 gives at least these).
func networkOf(address netip.Addr) netip.Prefix {
	bits := 64
	if address.Is4() {
		bits = 32
	}
	network, _ := address.Prefix(bits) // an address that is none is one network of its own
	return network
}
