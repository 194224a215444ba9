package search

import (
	"cmp"
	"math"
	"slices"

	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// The best candidates are looked at more closely than all of them can be.
const (
	beside        = 100  // candidates whose places are read
	besidePart    = 0.3  // what two words count that stand side by side, of the commoner one
	refined       = 1000 // candidates that feedback changes
	feedbackFrom  = 5    // articles whose words tell what the query is about
	feedbackIn    = 2    // of them that a word must be in
	feedbackTerms = 20   // words
	feedbackPart  = 0.3  // of the best of them, beside a word that was typed
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
	slices.SortFunc(top, func(a, b candidate) int { return -a.compare(b) })
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
		for _, pair := range pairs {
			pair.one.seek(c.number)
			pair.two.seek(c.number)
			if pair.one.number != c.number || pair.two.number != c.number {
				continue
			}
			one, err := pair.one.posting()
			if err != nil {
				return err
			}
			two, err := pair.two.posting()
			if err != nil {
				return err
			}
			if times := besides(one.Locations(), two.Locations()); times > 0 {
				top[i].score += pair.weight * p.saturated(float64(times), fieldLength(one.Norm()))
			}
		}
	}
	return nil
}

// besides is how often a place of two is the next after one of one. Places come in their order.
func besides(one, two []segment.Location) int {
	times := 0
	for _, v := range two {
		for len(one) > 0 && one[0].Pos()+1 < v.Pos() {
			one = one[1:]
		}
		if len(one) > 0 && one[0].Pos()+1 == v.Pos() {
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
	for term, s := range shares {
		if s.articles < feedbackIn || f.index.light[term] {
			continue
		}
		count, err := f.reader.count(fieldText, term)
		if err != nil {
			return err
		}
		if count > p.stats.count/10 {
			continue
		}
		idf := math.Log(float64(p.stats.count) / float64(max(count, 1)))
		more.groups = append(more.groups, &group{stem: term, idf: idf, weight: s.weight * idf})
	}
	slices.SortFunc(more.groups, func(a, b *group) int {
		if a.weight != b.weight {
			return cmp.Compare(b.weight, a.weight)
		}
		return cmp.Compare(a.stem, b.stem)
	})
	more.groups = more.groups[:min(len(more.groups), feedbackTerms)]
	if len(more.groups) == 0 {
		return nil
	}
	best := more.groups[0].weight
	for _, g := range more.groups {
		g.weight *= feedbackPart / best
	}
	return f.settle(more, top)
}

// settle adds the scores of a plan to those of top, which stand by their numbers. What is surely behind the page may stay as it is: to find an
// article in a list is quick, to read how often the word stands there is not.
func (f *finder) settle(p *plan, top []candidate) error {
	// The page, and one more, by which it is known that there is another one.
	need := f.query.Limit + 1
	if f.query.After != "" || f.ranged() || need*4 > len(top) {
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
	if err := f.reopen(p, withFrequency); err != nil {
		return err
	}
	for i := range top {
		score, _, err := p.score(top[i].number, 0)
		if err != nil {
			return err
		}
		top[i].score += score
	}
	return nil
}

// atMost is more than each article can come to with the scores of a plan, its date reckoned in.
func (f *finder) atMost(p *plan, top []candidate) ([]float64, error) {
	if err := f.reopen(p, articlesOnly); err != nil {
		return nil, err
	}
	most := make([]float64, len(top))
	for i, c := range top {
		for _, g := range p.groups {
			if g.seek(c.number); g.at() == c.number {
				c.score += g.weight * g.idf * (bm25K1 + 1)
			}
		}
		factor, err := f.recency(c.number)
		if err != nil {
			return nil, err
		}
		most[i] = c.score * factor
	}
	return most, nil
}

// reopen opens the lists of a plan's stems, each of which is one group.
func (f *finder) reopen(p *plan, d detail) error {
	for _, g := range p.groups {
		l, err := f.reader.list(fieldText, g.stem, d)
		if err != nil {
			return err
		}
		g.lists, g.parts = []*list{l}, []float64{1}
	}
	return nil
}
