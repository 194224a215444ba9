package stream

import (
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Backlog is how many events a node reads again when it starts, so that pages resume there which were open before.
const Backlog = 2000

// remembered is how many touches a node knows of; who was away for longer asks for everything anew.
const remembered = 16_384

// touch is when a thing was touched last.
type touch struct {
	seq int64
	at  time.Time // when this node heard of it
}

// recent knows the last touches of everything that can be followed.
type recent struct {
	floor int64 // touches up to this event are not known
	last  map[news.Dependency]touch
	ring  []struct {
		name news.Dependency
		seq  int64
	}
	next int // the oldest place of a full ring
}

func (r *recent) begin(floor int64) { *r = recent{floor: floor, last: map[news.Dependency]touch{}} }

func (r *recent) note(d news.Dependency, seq int64, at time.Time) {
	one := struct {
		name news.Dependency
		seq  int64
	}{d, seq}
	r.last[d] = touch{seq, at}
	if len(r.ring) < remembered {
		r.ring = append(r.ring, one)
		return
	}
	gone := r.ring[r.next]
	r.floor = gone.seq
	if r.last[gone.name].seq == gone.seq {
		delete(r.last, gone.name)
	}
	r.ring[r.next] = one
	r.next = (r.next + 1) % remembered
}
