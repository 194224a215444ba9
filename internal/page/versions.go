package page

import (
	"hash/maphash"
	"sync"
	"sync/atomic"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// version is when a dependency was touched last: the number of the event, or a count for what moves without events.
type version struct {
	name    news.Dependency
	touched atomic.Int64
	taken   atomic.Int64 // the last event that took something from the public: nothing older may be shown even in need
	users   int          // pages that hold it; guarded by its shard
}

// versions are the dependencies of the pages that are kept or being made; others need no version.
type versions struct {
	seed   maphash.Seed
	shards [64]shard
	newest atomic.Int64 // the highest event number heard of
}

type shard struct {
	mu sync.Mutex
	of map[news.Dependency]*version
}

func newVersions() *versions {
	v := &versions{seed: maphash.MakeSeed()}
	for i := range v.shards {
		v.shards[i].of = map[news.Dependency]*version{}
	}
	return v
}

func (v *versions) shard(d news.Dependency) *shard {
	return &v.shards[maphash.String(v.seed, string(d))%uint64(len(v.shards))]
}

// hold finds or makes the version of a dependency and counts one more user. A new one counts as touched by the newest event: what
// touched it before was not noted, and a page that is being made may have begun before that.
func (v *versions) hold(d news.Dependency) *version {
	s := v.shard(d)
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.of[d]
	if found == nil {
		found = &version{name: d}
		// Under the lock: touch raises newest before it looks here, so either it finds this one or this one begins with its number.
		if !d.Moves() {
			found.touched.Store(v.newest.Load())
		}
		s.of[d] = found
	}
	found.users++
	return found
}

// release counts users down and forgets a version that has none.
func (v *versions) release(held []*version) {
	for _, one := range held {
		s := v.shard(one.name)
		s.mu.Lock()
		if one.users--; one.users == 0 {
			delete(s.of, one.name)
		}
		s.mu.Unlock()
	}
}

// touch raises the version of a dependency to an event's number; taken says that the event took something from the public.
func (v *versions) touch(d news.Dependency, seq int64, taken bool) {
	if found := v.find(d); found != nil {
		raise(&found.touched, seq)
		if taken {
			raise(&found.taken, seq)
		}
	}
}

// move counts a dependency that moves without events.
func (v *versions) move(d news.Dependency) {
	if found := v.find(d); found != nil {
		found.touched.Add(1)
	}
}

func (v *versions) find(d news.Dependency) *version {
	s := v.shard(d)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.of[d]
}

// raise sets a number unless it is higher already.
func raise(n *atomic.Int64, to int64) {
	for have := n.Load(); have < to; have = n.Load() {
		if n.CompareAndSwap(have, to) {
			return
		}
	}
}
