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
	more := &plan{stats: p.stats}
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
		l, err := f.reader.list(fieldText, g.stem, withFrequency)
		if err != nil {
			return err
		}
		g.add(l, 1)
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
