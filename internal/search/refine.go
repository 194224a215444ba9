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
	refined       = 300 // of the best candidates
	nearDistance  = 4   // words between which nothing much stands
	nearWeight    = 0.3 // of two words that stand near one another, beside what they count alone
	feedbackFrom  = 5   // articles whose words tell what the query is about
	feedbackIn    = 3   // of them that a word must be in
	feedbackTerms = 20  // words
	feedbackPart  = 0.3 // of the best of them, beside a word that was typed
)

// refine adds to the scores of the best candidates what only they are asked for: words of the query that stand near one another in their order,
// and words that the very best share with them.
func (f *finder) refine(ctx context.Context, p *plan, best []candidate) ([]candidate, error) {
	top := best[:min(len(best), refined)]
	lead := slices.Clone(top[:min(len(top), feedbackFrom)])
	slices.SortFunc(top, func(a, b candidate) int { return cmp.Compare(a.number, b.number) })
	if !f.query.Ranking.NoNear {
		if err := f.addNear(ctx, p, top); err != nil {
			return nil, err
		}
	}
	if !f.query.Ranking.NoFeedback && len(lead) == feedbackFrom {
		if err := f.addFeedback(ctx, p, top, lead); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(top, func(a, b candidate) int { return -a.compare(b) })
	return best, nil
}

// addNear looks at each two neighbours of the query.
func (f *finder) addNear(ctx context.Context, p *plan, top []candidate) error {
	places := &plan{}
	defer places.close()
	var before *group
	for _, g := range p.typed {
		if g.light {
			continue
		}
		if before != nil {
			first, err := places.open(ctx, f.reader, fieldText, before.stem, true)
			if err != nil {
				return err
			}
			second, err := places.open(ctx, f.reader, fieldText, g.stem, true)
			if err != nil {
				return err
			}
			if err := near(top, first, second, nearWeight*(before.idf+g.idf)/2); err != nil {
				return err
			}
		}
		before = g
	}
	return nil
}

// near adds to each candidate what it gains by having the words of two lists near one another.
func near(top []candidate, first, second *list, weight float64) error {
	for i := range top {
		for _, l := range []*list{first, second} {
			if err := l.seek(top[i].number); err != nil {
				return err
			}
		}
		if first.number != top[i].number || second.number != top[i].number {
			continue
		}
		tf := 0.0
		j := 0
		for _, a := range first.doc.Vectors {
			for j < len(second.doc.Vectors) && second.doc.Vectors[j].Pos <= a.Pos {
				j++
			}
			if j < len(second.doc.Vectors) && second.doc.Vectors[j].Pos-a.Pos <= nearDistance {
				tf += 1 / float64(second.doc.Vectors[j].Pos-a.Pos)
			}
		}
		top[i].score += weight * tf * (bm25K1 + 1) / (tf + bm25K1)
	}
	return nil
}

// addFeedback adds words that the leading articles share.
func (f *finder) addFeedback(ctx context.Context, p *plan, top, lead []candidate) error {
	values, err := f.reader.DocValueReader([]string{fieldText})
	if err != nil {
		return err
	}
	shares, in := map[string]float64{}, map[string]int{}
	for _, c := range lead {
		var id [8]byte
		err := values.VisitDocValues(index.NewIndexInternalID(id[:], c.number), func(_ string, term []byte) {
			shares[string(term)] += c.score / lead[0].score
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
	more := &plan{stats: p.stats}
	defer more.close()
	for term, n := range in {
		if n < feedbackIn || len(term) < 5 || f.index.light[term] {
			continue
		}
		l, err := more.open(ctx, f.reader, fieldText, term, false)
		if err != nil {
			return err
		}
		if l.count > p.stats.count/10 {
			continue
		}
		g := &group{stem: term, idf: math.Log(float64(p.stats.count) / float64(l.count))}
		g.add(l, 1)
		g.weight = shares[term] * g.idf
		more.groups = append(more.groups, g)
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
