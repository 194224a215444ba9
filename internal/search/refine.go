package search

import (
	"cmp"
	"math"
	"slices"
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
func (f *finder) refine(p *plan, a asked, best []candidate) error {
	if f.query.Ranking.NoFeedback || a.asks || len(best) < feedbackFrom {
		return nil
	}
	top := best[:min(len(best), refined)]
	lead := slices.Clone(top[:feedbackFrom])
	slices.SortFunc(top, func(a, b candidate) int { return cmp.Compare(a.number, b.number) })
	if err := f.addFeedback(p, top, lead); err != nil {
		return err
	}
	slices.SortFunc(top, func(a, b candidate) int { return -a.compare(b) })
	return nil
}

// shared is a word of the leading articles; it weighs what share of them it is, and how rare.
func (f *finder) shared(p *plan, term string, lead []candidate) (*group, error) {
	l, err := f.reader.list(fieldText, term, withFrequency)
	if err != nil {
		return nil, err
	}
	g := &group{stem: term, idf: math.Log(float64(p.stats.count) / float64(max(l.count, 1)))}
	g.add(l, 1)
	for _, c := range lead {
		g.seek(c.number)
		tf, length, err := g.frequency(c.number)
		if err != nil {
			return nil, err
		}
		if tf > 0 {
			g.weight += c.score * g.idf * tf / length
		}
	}
	return g, nil
}

// addFeedback adds words that the leading articles share.
func (f *finder) addFeedback(p *plan, top, lead []candidate) error {
	in := map[string]int{}
	for _, c := range lead {
		if err := f.reader.values(fieldText, c.number, func(term []byte) { in[string(term)]++ }); err != nil {
			return err
		}
	}
	for _, g := range p.groups {
		delete(in, g.stem)
	}
	delete(in, everywhere)
	more := &plan{stats: p.stats}
	slices.SortFunc(lead, func(a, b candidate) int { return cmp.Compare(a.number, b.number) })
	for term, n := range in {
		if n < feedbackIn || len(term) < 5 || f.index.light[term] {
			continue
		}
		g, err := f.shared(more, term, lead)
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
		// The list stands at the last of the leading articles; the scores begin before.
		l, err := f.reader.list(fieldText, g.stem, withFrequency)
		if err != nil {
			return err
		}
		g.lists[0] = l
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
