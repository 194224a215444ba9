package search

import (
	"cmp"
	"context"
	"math"
	"slices"

	index "github.com/blevesearch/bleve_index_api"
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
func (f *finder) refine(ctx context.Context, p *plan, a asked, best []candidate) error {
	if !f.query.Ranking.NoNeighbours {
		if err := f.refined(best[:min(len(best), beside)], func(top []candidate) error { return f.addNeighbours(ctx, p, a, top) }); err != nil {
			return err
		}
	}
	if f.query.Ranking.NoFeedback || a.asks || len(best) < feedbackFrom {
		return nil
	}
	lead := slices.Clone(best[:feedbackFrom])
	return f.refined(best[:min(len(best), refined)], func(top []candidate) error { return f.addFeedback(ctx, p, top, lead) })
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
func (f *finder) neighbours(ctx context.Context, p, places *plan, a asked) ([]neighbours, error) {
	var pairs []neighbours
	opened := map[string]*list{}
	open := func(stem string) (g *group, l *list, err error) {
		i := slices.IndexFunc(p.groups, func(g *group) bool { return g.stem == stem && !g.light })
		if i < 0 {
			return nil, nil, nil
		}
		if opened[stem] == nil {
			if opened[stem], err = places.open(ctx, f.reader, fieldText, stem, true); err != nil {
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
func (f *finder) addNeighbours(ctx context.Context, p *plan, a asked, top []candidate) error {
	places := &plan{}
	defer places.close()
	pairs, err := f.neighbours(ctx, p, places, a)
	if err != nil {
		return err
	}
	for i, c := range top {
		for _, pair := range pairs {
			if err := cmp.Or(pair.one.seek(c.number), pair.two.seek(c.number)); err != nil {
				return err
			}
			if pair.one.number != c.number || pair.two.number != c.number {
				continue
			}
			if times := besides(pair.one.doc.Vectors, pair.two.doc.Vectors); times > 0 {
				top[i].score += pair.weight * p.saturated(float64(times), fieldLength(pair.one.doc.Norm))
			}
		}
	}
	return nil
}

// besides is how often a place of two is the next after one of one. Places come in their order.
func besides(one, two []*index.TermFieldVector) int {
	times := 0
	for _, v := range two {
		for len(one) > 0 && one[0].Pos+1 < v.Pos {
			one = one[1:]
		}
		if len(one) > 0 && one[0].Pos+1 == v.Pos {
			times++
		}
	}
	return times
}

// shared is a word of the leading articles; it weighs what share of them it is, and how rare.
func (f *finder) shared(ctx context.Context, p *plan, term string, lead []candidate) (*group, error) {
	l, err := p.open(ctx, f.reader, fieldText, term, false)
	if err != nil {
		return nil, err
	}
	g := &group{stem: term, idf: math.Log(float64(p.stats.count) / float64(max(l.count, 1)))}
	g.add(l, 1)
	for _, c := range lead {
		if err := l.seek(c.number); err != nil {
			return nil, err
		}
		if l.number == c.number {
			g.weight += c.score * g.idf * float64(l.doc.Freq) / fieldLength(l.doc.Norm)
		}
	}
	// The list stands at the last of them; the scores begin before.
	l, err = p.open(ctx, f.reader, fieldText, term, false)
	g.lists[0] = l
	return g, err
}

// addFeedback adds words that the leading articles share.
func (f *finder) addFeedback(ctx context.Context, p *plan, top, lead []candidate) error {
	values, err := f.reader.DocValueReader([]string{fieldText})
	if err != nil {
		return err
	}
	in := map[string]int{}
	for _, c := range lead {
		var id [8]byte
		err := values.VisitDocValues(index.NewIndexInternalID(id[:], c.number), func(_ string, term []byte) {
			in[string(term)]++
		})
		if err != nil {
			return err
		}
	}
	for _, g := range p.groups {
		delete(in, g.stem)
	}
	delete(in, everywhere)
	more := &plan{stats: p.stats, length: p.length}
	defer more.close()
	slices.SortFunc(lead, func(a, b candidate) int { return cmp.Compare(a.number, b.number) })
	for term, n := range in {
		if n < feedbackIn || len(term) < 5 || f.index.light[term] {
			continue
		}
		g, err := f.shared(ctx, more, term, lead)
		if err != nil {
			return err
		}
		if g.count <= p.stats.count/10 {
			more.groups = append(more.groups, g)
		}
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
	for i := range top {
		score, _, err := more.score(top[i].number, 0)
		if err != nil {
			return err
		}
		top[i].score += score
	}
	return nil
}
