package search

import (
	"cmp"
	"math"
	"slices"
)

// The best candidates are looked at more closely than all of them can be.
const (
	beside        = 100 // candidates whose places are read
	besidePart    = 0.3 // what two words count that stand side by side, of the commoner one
	refined       = 700 // candidates that feedback changes
	feedbackFrom  = 5   // articles whose words tell what the query is about
	feedbackIn    = 2   // of them that a word must be in
	feedbackTerms = 20  // words
	feedbackPart  = 0.3 // of the best of them, beside a word that was typed
)

// refine adds to the scores of the best candidates what is too dear to look at in all of them: words that stand side by side as in the
// query, and words that the very best share. A question gains nothing from the latter: it wants the one article with the answer and not
// more on the topic.
func (f *finder) refine(p *plan, a asked, best []candidate) error {
	if !f.query.Ranking.NoNeighbours {
		if err := f.refined(best[:min(len(best), beside)], func(top []candidate) error { return f.addNeighbours(p, a, top) }); err != nil {
			return err
		}
	}
	if f.query.Ranking.NoFeedback || a.asks || len(best) < feedbackFrom {
		return nil
	}
	lead := slices.Clone(best[:feedbackFrom])
	return f.refined(best[:min(len(best), refined)], func(top []candidate) error { return f.addFeedback(p, top, lead) })
}

// refined lets add change the scores of top, which it is given by their numbers, and puts the best first again.
func (f *finder) refined(top []candidate, add func(top []candidate) error) error {
	slices.SortFunc(top, func(a, b candidate) int { return cmp.Compare(a.number, b.number) })
	err := add(top)
	bestFirst(top)
	return err
}

// neighbours are two words that stand side by side in a query.
type neighbours struct {
	one, two *list // with places
	weight   float64
}

// neighbours opens the pairs of a query. Words that bind are in none: they stand beside everything.
func (f *finder) neighbours(p *plan, a asked) ([]neighbours, error) {
	var pairs []neighbours
	opened := map[string]*list{}
	open := func(stem string) (g *group, l *list, err error) {
		i := slices.IndexFunc(p.groups, func(g *group) bool { return g.stem == stem && !g.light })
		if i < 0 {
			return nil, nil, nil
		}
		if opened[stem] == nil {
			if opened[stem], err = f.reader.list(fieldText, stem, withPlaces); err != nil {
				return nil, nil, err
			}
		}
		return p.groups[i], opened[stem], nil
	}
	for i := range a.words[:max(len(a.words)-1, 0)] {
		one, first, err := open(a.words[i])
		if err != nil {
			return nil, err
		}
		two, second, err := open(a.words[i+1])
		if err != nil {
			return nil, err
		}
		if one != nil && two != nil {
			pairs = append(pairs, neighbours{first, second, besidePart * min(one.idf, two.idf)})
		}
	}
	return pairs, nil
}

// addNeighbours adds what two words count that stand side by side in the query and in an article.
func (f *finder) addNeighbours(p *plan, a asked, top []candidate) error {
	pairs, err := f.neighbours(p, a)
	if err != nil {
		return err
	}
	for i, c := range top {
		segment, number := f.reader.segment(c.number)
		for _, pair := range pairs {
			if !pair.one.pieces[segment].has(number) || !pair.two.pieces[segment].has(number) {
				continue
			}
			one, err := pair.one.posting(segment, number)
			if err != nil {
				return err
			}
			two, err := pair.two.posting(segment, number)
			if err != nil {
				return err
			}
			if times := besides(one.places, two.places); times > 0 {
				top[i].score += pair.weight * p.saturated(float64(times), one.length)
			}
		}
	}
	return nil
}

// besides is how often a place of two is the next after one of one. Places come in their order.
func besides(one, two []uint64) int {
	times := 0
	for _, v := range two {
		for len(one) > 0 && one[0]+1 < v {
			one = one[1:]
		}
		if len(one) > 0 && one[0]+1 == v {
			times++
		}
	}
	return times
}

// share is what the leading articles have of one term.
type share struct {
	articles int
	weight   float64 // the sum of their scores, each with the part of the article that the term is
}

// shares finds the terms of the leading articles.
func (f *finder) shares(lead []candidate) (map[string]*share, error) {
	shares := map[string]*share{}
	for _, c := range lead {
		err := f.reader.own(c.number, func(term []byte, frequency, length float64) {
			s := shares[string(term)]
			if s == nil {
				s = new(share)
				shares[string(term)] = s
			}
			s.articles++
			s.weight += c.score * frequency / length
		})
		if err != nil {
			return nil, err
		}
	}
	return shares, nil
}

// addFeedback adds words that the leading articles share.
func (f *finder) addFeedback(p *plan, top, lead []candidate) error {
	shares, err := f.shares(lead)
	if err != nil {
		return err
	}
	for _, g := range p.groups {
		delete(shares, g.stem)
	}
	more := &plan{stats: p.stats, length: p.length}
	if more.groups, err = f.leading(p, shares); err != nil || len(more.groups) == 0 {
		return err
	}
	best := more.groups[0].weight
	for _, g := range more.groups {
		g.weight *= feedbackPart / best
	}
	if err := f.openStems(more); err != nil {
		return err
	}
	return f.settle(more, top)
}

// leading are the groups of the shared words that count most.
func (f *finder) leading(p *plan, shares map[string]*share) ([]*group, error) {
	var found []*group
	for term, s := range shares {
		if s.articles >= feedbackIn && !f.index.light[term] {
			found = append(found, &group{stem: term, weight: s.weight})
		}
	}
	heavier := func(a, b *group) int {
		if a.weight != b.weight {
			return cmp.Compare(b.weight, a.weight)
		}
		return cmp.Compare(a.stem, b.stem)
	}
	slices.SortFunc(found, heavier)
	var best []*group
	most := math.Log(float64(p.stats.count)) // that a word counts which is in one article
	for _, g := range found {
		// How rare a word is has to be looked up: not where even the rarest would not be among the best.
		if len(best) == feedbackTerms && g.weight*most < best[feedbackTerms-1].weight {
			break
		}
		var err error
		if g.count, err = f.reader.count(fieldText, g.stem); err != nil {
			return nil, err
		}
		if g.count > p.stats.count/10 {
			continue
		}
		g.idf = math.Log(float64(p.stats.count) / float64(max(g.count, 1)))
		g.weight *= g.idf
		at, _ := slices.BinarySearchFunc(best, g, heavier)
		best = slices.Insert(best, at, g)
		best = best[:min(len(best), feedbackTerms)]
	}
	return best, nil
}

// settle adds the scores of a plan to those of top, which stand by their numbers. What is surely behind the page may stay as it is: to find an
// article in a list is quick, to read how often the word stands there is not.
func (f *finder) settle(p *plan, top []candidate) error {
	// The page, and one more, by which it is known that there is another one.
	need := f.query.Limit + 1
	if f.query.After != "" || need*4 > len(top) {
		return f.addScores(p, top)
	}
	most, err := f.atMost(p, top)
	if err != nil {
		return err
	}
	order := make([]int, len(top))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(most[b], most[a]) })
	var settled []float64
	for done, step := 0, need*4; done < len(order); step *= 2 {
		next := order[done:min(done+step, len(order))]
		done += len(next)
		slices.Sort(next)
		part := make([]candidate, len(next))
		for i, at := range next {
			part[i] = top[at]
		}
		if err := f.addScores(p, part); err != nil {
			return err
		}
		for i, at := range next {
			top[at] = part[i]
			factor, err := f.recency(top[at].number)
			if err != nil {
				return err
			}
			settled = append(settled, top[at].score*factor)
		}
		slices.SortFunc(settled, func(a, b float64) int { return cmp.Compare(b, a) })
		if done < len(order) && settled[need-1] > most[order[done]]*(1+1e-9) {
			break
		}
	}
	return nil
}

// addScores adds the scores of a plan to those of articles by their numbers.
func (f *finder) addScores(p *plan, top []candidate) error {
	for _, g := range p.groups {
		g.lists[0].rewind()
		for i := range top {
			segment, number := f.reader.segment(top[i].number)
			tf, length, err := g.frequency(segment, number)
			if err != nil {
				return err
			}
			if tf > 0 {
				top[i].score += g.weight * g.idf * p.saturated(tf, length)
			}
		}
	}
	return nil
}

// atMost is more than each article can come to with the scores of a plan, its date reckoned in.
func (f *finder) atMost(p *plan, top []candidate) ([]float64, error) {
	most := make([]float64, len(top))
	for i, c := range top {
		most[i] = c.score
	}
	for _, g := range p.groups {
		l := g.lists[0]
		l.rewind()
		for i, c := range top {
			if segment, number := f.reader.segment(c.number); l.pieces[segment].has(number) {
				most[i] += g.weight * g.idf * (bm25K1 + 1)
			}
		}
	}
	for i, c := range top {
		factor, err := f.recency(c.number)
		if err != nil {
			return nil, err
		}
		most[i] *= factor
	}
	return most, nil
}

// openStems opens the list of each group's stem.
func (f *finder) openStems(p *plan) error {
	for _, g := range p.groups {
		l, err := f.reader.list(fieldText, g.stem, withFrequency)
		if err != nil {
			return err
		}
		g.lists, g.parts = []*list{l}, []float64{1}
	}
	return nil
}
