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
	refined       = 1000 // of the best candidates
	feedbackFrom  = 5    // articles whose words tell what the query is about
	feedbackIn    = 2    // of them that a word must be in
	feedbackTerms = 20   // words
	feedbackPart  = 0.3  // of the best of them, beside a word that was typed
)

// refine adds to the scores of the best candidates what words count that the very best share with them. A question gains nothing: it wants the one
// article with the answer and not more on the topic.
func (f *finder) refine(ctx context.Context, p *plan, a asked, best []candidate) error {
	if f.query.Ranking.NoFeedback || a.asks || len(best) < feedbackFrom {
		return nil
	}
	top := best[:min(len(best), refined)]
	lead := slices.Clone(top[:feedbackFrom])
	slices.SortFunc(top, func(a, b candidate) int { return cmp.Compare(a.number, b.number) })
	if err := f.addFeedback(ctx, p, top, lead); err != nil {
		return err
	}
	slices.SortFunc(top, func(a, b candidate) int { return -a.compare(b) })
	return nil
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
	more := &plan{stats: p.stats}
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
