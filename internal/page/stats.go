package page

import "sync/atomic"

// Stats is what a Cache did since it was made.
type Stats struct {
	Hits    uint64 // answered from what is kept
	Renders uint64 // made
	Joined  uint64 // answered by what somebody else just made
	Old     uint64 // answered with an old page in need
	Refused uint64 // turned away, as too many waited
	Pages   int    // kept now
	Bytes   uint64 // that they take, about
}

type counters struct {
	hits, renders, joined, old, refused atomic.Uint64
}

// Stats tells what the cache did.
func (c *Cache) Stats() Stats {
	return Stats{
		Hits: c.stats.hits.Load(), Renders: c.stats.renders.Load(), Joined: c.stats.joined.Load(), Old: c.stats.old.Load(),
		Refused: c.stats.refused.Load(), Pages: c.pages.EstimatedSize(), Bytes: c.pages.WeightedSize() + c.gzips.WeightedSize(),
	}
}
