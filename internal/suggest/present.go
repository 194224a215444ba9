package suggest

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

const (
	presentFor  = 5 // minutes for which who opened an article counts as a reader of now
	mostPresent = 100_000
)

// present knows how many read at the moment, as digests under a key that goes with the last of them; nobody can be found again by it.
type present struct {
	mu      sync.Mutex
	key     maphash.Seed
	minutes [presentFor]map[uint64]struct{}
	last    int64 // the minute that was written last, since 1970
}

// note counts one who opened an article.
func (p *present) note(address netip.Addr, agent string, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	minute := p.turn(at)
	seen := p.minutes[minute%presentFor]
	if seen == nil {
		seen = map[uint64]struct{}{}
		p.minutes[minute%presentFor] = seen
	}
	if len(seen) < mostPresent {
		seen[maphash.Comparable(p.key, reader{network: networkOf(address), agent: agent})] = struct{}{}
	}
}

// turn forgets the minutes that are over; the caller holds mu.
func (p *present) turn(at time.Time) (minute int64) {
	minute = at.Unix() / 60
	if minute-p.last >= presentFor {
		p.key, p.minutes = maphash.MakeSeed(), [presentFor]map[uint64]struct{}{}
	} else {
		for m := p.last + 1; m <= minute; m++ {
			p.minutes[m%presentFor] = nil
		}
	}
	p.last = max(p.last, minute)
	return p.last
}

// count is how many opened an article in the last minutes.
func (p *present) count(at time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn(at)
	all := map[uint64]struct{}{}
	for _, seen := range p.minutes {
		for one := range seen {
			all[one] = struct{}{}
		}
	}
	return len(all)
}

// Present is how many people opened an article that was new to them in the last five minutes, on this node; programs do not count.
func (s *Suggest) Present() int { return s.present.count(time.Now()) }
