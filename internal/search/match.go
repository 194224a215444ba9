package search

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// BM25, and what a word counts that is not the one that was typed.
const (
	bm25K1        = 1.2
	bm25B         = 0.75 // how much of an article's length counts
	questionB     = 1    // the same for a question: a long article has the words of many, and answers few
	lightWeight   = 0.2
	synonymWeight = 0.7
)

// maxCandidates is how many articles a search scores, about.
const maxCandidates = 5_000

// group is a word of the query with all that may stand for it.
type group struct {
	stem   string
	lists  []*list
	parts  []float64 // what each list counts
	weight float64
	idf    float64
	count  uint64
	light  bool
}

func (g *group) add(l *list, part float64) {
	g.lists, g.parts = append(g.lists, l), append(g.parts, part)
	g.count += l.count
}

// addTo puts the articles of a segment into a set.
func (g *group) addTo(to set, r *reader, segment int) {
	for _, l := range g.lists {
		l.addTo(to, r, segment)
	}
}

// frequency is how often the group stands in an article, and the length of that article.
func (g *group) frequency(segment int, number uint32) (tf, length float64, err error) {
	for i, l := range g.lists {
		found, err := l.posting(segment, number)
		if err != nil {
			return 0, 0, err
		}
		if found != nil {
			tf += g.parts[i] * float64(found.frequency)
			length = found.length
		}
	}
	return tf, length, nil
}

// plan is a search that is ready to run.
type plan struct {
	stats    stats
	groups   []*group // rarest first
	drivers  int      // as many groups choose the candidates
	filters  []*group // each must have the article
	without  []*group
	from     uint32  // minutes since 1970: published then or later, and
	until    uint32  // before then
	allWords bool    // the share of words counts
	must     bool    // only articles with all words
	unscored bool    // all candidates count the same
	length   float64 // bm25B, or what stands for it
}

// candidate is an article and its score.
type candidate struct {
	number uint64
	score  float64
}

// best are the best of the candidates that were offered, at most so many: a heap with the worst on top, when it is full.
type best struct {
	kept []candidate
	most int
}

// offer takes a candidate in, where it is among the best.
func (b *best) offer(c candidate) {
	switch {
	case len(b.kept) < b.most:
		if b.kept = append(b.kept, c); len(b.kept) == b.most {
			for at := b.most/2 - 1; at >= 0; at-- {
				b.sink(at)
			}
		}
	case b.kept[0].compare(c) < 0:
		b.kept[0] = c
		b.sink(0)
	}
}

// sink puts the candidate at a place below those that are worse.
func (b *best) sink(at int) {
	for {
		next := 2*at + 1
		if next >= len(b.kept) {
			return
		}
		if next+1 < len(b.kept) && b.kept[next+1].compare(b.kept[next]) < 0 {
			next++
		}
		if b.kept[at].compare(b.kept[next]) < 0 {
			return
		}
		b.kept[at], b.kept[next] = b.kept[next], b.kept[at]
		at = next
	}
}

// compare: the worse score is less, and with the same score the older number.
func (c candidate) compare(d candidate) int {
	if c.score < d.score {
		return -1
	}
	if c.score > d.score {
		return 1
	}
	return cmp.Compare(c.number, d.number)
}

// bestFirst sorts candidates.
func bestFirst(some []candidate) {
	slices.SortFunc(some, func(a, b candidate) int { return b.compare(a) })
}

// order puts the rarest groups first and decides how many choose the candidates.
func (p *plan) order(most uint64) {
	for _, g := range p.groups {
		n, df := float64(p.stats.count), float64(min(g.count, p.stats.count))
		g.idf = math.Log(1 + (n-df+0.5)/(df+0.5))
	}
	slices.SortStableFunc(p.groups, func(a, b *group) int {
		if a.light != b.light {
			if a.light {
				return 1
			}
			return -1
		}
		return cmp.Compare(a.count, b.count)
	})
	sum := uint64(0)
	p.drivers = 0
	for _, g := range p.groups {
		if p.drivers > 0 && (p.must || g.light || sum+g.count > most) {
			break
		}
		sum += g.count
		p.drivers++
	}
}

// choose finds the candidates of each segment: all that have a driver and pass the filters, or about as many as most of them, of which then
// bounded speaks: those with all words first, and then the newest.
func (p *plan) choose(r *reader, most int) (chosen []set, bounded bool, err error) {
	count := 0
	for i := range r.offsets {
		found := r.emptySet(i)
		for _, g := range p.groups[:p.drivers] {
			g.addTo(found, r, i)
		}
		if err := p.restrict(r, i, found); err != nil {
			return nil, false, err
		}
		chosen = append(chosen, found)
		count += found.count()
	}
	if count <= most {
		return chosen, false, nil
	}
	whole := p.wanted(func(g *group) bool { return !g.light })
	if p.must || len(whole) < 2 {
		return chosen, true, r.newest(chosen, most)
	}
	var all []set
	count = 0
	for i, found := range chosen {
		both := r.emptySet(i)
		copy(both, found)
		p.require(r, i, both, whole)
		found.andNot(both)
		all = append(all, both)
		count += both.count()
	}
	if count >= most {
		return all, true, r.newest(all, most)
	}
	err = r.newest(chosen, most-count)
	for i := range all {
		all[i].or(chosen[i])
	}
	return all, true, err
}

// wanted are the groups for which which is true.
func (p *plan) wanted(which func(*group) bool) []*group {
	var found []*group
	for _, g := range p.groups {
		if which(g) {
			found = append(found, g)
		}
	}
	return found
}

// require takes out of a set what is not in every group.
func (p *plan) require(r *reader, segment int, s set, groups []*group) {
	if len(groups) == 0 {
		return
	}
	one := r.emptySet(segment)
	for _, g := range groups {
		clear(one)
		g.addTo(one, r, segment)
		s.and(one)
	}
}

// restrict takes out of a set what a filter does not have, or what was deleted.
func (p *plan) restrict(r *reader, segment int, s set) error {
	p.require(r, segment, s, p.filters)
	if p.must {
		p.require(r, segment, s, p.wanted(func(g *group) bool { return !g.light }))
	}
	for _, g := range p.without {
		one := r.emptySet(segment)
		g.addTo(one, r, segment)
		s.andNot(one)
	}
	if deleted := r.Segments()[segment].Deleted(); deleted != nil {
		deleted.Iterate(func(number uint32) bool {
			s[number/64] &^= 1 << (number % 64)
			return true
		})
	}
	if p.from == 0 && p.until == math.MaxUint32 {
		return nil
	}
	marks, err := r.columns(segment)
	if err == nil {
		marks.between(s, p.from, p.until)
	}
	return err
}

// run scores the candidates and returns the best of them, best first, and how many there were. counted may be nil.
func (p *plan) run(ctx context.Context, r *reader, chosen []set, keep int, counted counting) ([]candidate, int, error) {
	best, found := best{r.kept[:0], keep}, 0
	for i := range chosen {
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		r.numbers = chosen[i].appendTo(r.numbers[:0])
		numbers := r.numbers
		scores, err := p.scores(ctx, r, i, numbers)
		if err != nil {
			return nil, 0, err
		}
		kept := numbers[:0]
		for j, number := range numbers {
			if scores[j] < 0 {
				continue
			}
			kept = append(kept, number)
			best.offer(candidate{r.offsets[i] + uint64(number), scores[j]})
		}
		found += len(kept)
		if counted != nil {
			marks, err := r.columns(i)
			if err != nil {
				return nil, 0, err
			}
			counted.visit(marks, kept)
		}
	}
	r.kept = best.kept
	bestFirst(best.kept)
	return best.kept, found, nil
}

// scores is the text part of the ranking for articles of a segment; below zero: the article has none of the words.
func (p *plan) scores(ctx context.Context, r *reader, segment int, numbers []uint32) ([]float64, error) {
	r.sums = slices.Grow(r.sums[:0], 2*len(numbers))[:2*len(numbers)]
	clear(r.sums)
	scores, covered := r.sums[:len(numbers)], r.sums[len(numbers):]
	if p.unscored {
		return scores, nil
	}
	total := 0.0
	for _, g := range p.groups {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		whole := g.weight * g.idf
		total += whole
		if len(g.lists) == 1 && g.lists[0].words == nil {
			one := &g.lists[0].pieces[segment]
			if len(one.containers) == 0 {
				continue
			}
			for i, number := range numbers {
				found, err := one.posting(number)
				if err != nil {
					return nil, err
				}
				if found != nil {
					covered[i] += whole
					scores[i] += whole * p.saturated(g.parts[0]*float64(found.frequency), found.length)
				}
			}
			continue
		}
		for i, number := range numbers {
			tf, length, err := g.frequency(segment, number)
			if err != nil {
				return nil, err
			}
			if tf > 0 {
				covered[i] += whole
				scores[i] += whole * p.saturated(tf, length)
			}
		}
	}
	for i := range scores {
		if covered[i] == 0 {
			scores[i] = -1
		} else if p.allWords {
			share := covered[i] / total
			scores[i] *= 1 + allWordsBonus*share*share*share*share
		}
	}
	return scores, nil
}

// saturated is what a word counts that stands tf times among so many words.
func (p *plan) saturated(tf, length float64) float64 {
	return tf * (bm25K1 + 1) / (tf + bm25K1*(1-p.length+p.length*length/p.stats.length))
}

// allWordsBonus is what an article with all words gains over one that has none but the same text score.
const allWordsBonus = 0.25
