package web

import (
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Steps are the upper bounds of Traffic.Took, in seconds; behind the last one is everything longer.
func Steps() []float64 { return steps[:] }

var steps = [...]float64{0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10}

// statuses counted by themselves, the commonest first; any other counts as 0.
var countedStatuses = [...]int{200, 304, 303, 404, 206, 201, 202, 204, 301, 302, 400, 401, 403, 405, 408, 409, 410, 413, 415, 422, 429, 499, 500, 503, 0}

// Traffic is what a route has answered since the start.
type Traffic struct {
	Method, Path string         // of the route; both "" for what no route matched
	Statuses     map[int]uint64 // 0 for statuses that are not counted by themselves
	Took         []uint64       // answers by how long they took, as Steps has them; those longer than the last behind them
	Total        time.Duration  // that all of them took
}

// tally counts a route's answers. It is found when the route table is built, so that counting is three additions.
type tally struct {
	method, path string
	statuses     [len(countedStatuses)]atomic.Uint64
	took         [len(steps) + 1]atomic.Uint64
	total        atomic.Int64 // nanoseconds
}

func newTally(pattern string) *tally {
	method, path, _ := strings.Cut(pattern, " ")
	return &tally{method: method, path: path}
}

func (t *tally) count(status int, took time.Duration) {
	at := len(countedStatuses) - 1
	for i, known := range countedStatuses {
		if known == status {
			at = i
			break
		}
	}
	t.statuses[at].Add(1)
	step, seconds := 0, took.Seconds()
	for step < len(steps) && seconds > steps[step] {
		step++
	}
	t.took[step].Add(1)
	t.total.Add(int64(took))
}

func (t *tally) traffic() Traffic {
	out := Traffic{Method: t.method, Path: t.path, Statuses: map[int]uint64{}, Took: make([]uint64, len(t.took)), Total: time.Duration(t.total.Load())}
	for i, status := range countedStatuses {
		if n := t.statuses[i].Load(); n > 0 {
			out.Statuses[status] = n
		}
	}
	for i := range t.took {
		out.Took[i] = t.took[i].Load()
	}
	return out
}

// Load is what a node answers at this moment.
type Load struct {
	Working int    // requests that hold a place
	Waiting int    // requests that wait for one
	Places  int    // how many there are
	Shed    uint64 // requests that were turned away since the start
}

// Site is the handler of all areas, and what it counts.
type Site struct{ chain *chain }

// ServeHTTP answers a request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.chain.ServeHTTP(w, r) }

// Traffic is what each route has answered since the start, in the order of the route table.
func (s *Site) Traffic() []Traffic {
	all := make([]Traffic, len(s.chain.tallies))
	for i, t := range s.chain.tallies {
		all[i] = t.traffic()
	}
	return all
}

// Load tells how busy the node is.
func (s *Site) Load() Load {
	k := s.chain.work
	return Load{Working: len(k.places), Waiting: int(k.waiting.Load()), Places: cap(k.places), Shed: k.shed.Load()}
}
