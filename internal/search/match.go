package search

import (
	"cmp"
	"container/heap"
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
const maxCandidates = 10_000

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

// at is the first article at which a list of the group stands.
func (g *group) at() uint64 {
	at := uint64(end)
	for _, l := range g.lists {
		at = min(at, l.number)
	}
	return at
}

func (g *group) seek(number uint64) {
	for _, l := range g.lists {
		l.seek(number)
	}
}

// frequency is how often the group stands in an article, and the length of that article.
func (g *group) frequency(at uint64) (tf, length float64, err error) {
	for i, l := range g.lists {
		if l.number != at {
			continue
		}
		if !l.scored {
			tf += g.parts[i]
			continue
		}
		found, err := l.posting()
		if err != nil {
			return 0, 0, err
		}
		tf += g.parts[i] * float64(max(found.Frequency(), 1))
		length = fieldLength(found.Norm())
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
	allWords bool    // the share of words counts
	must     bool    // only articles with all words
	length   float64 // bm25B, or what stands for it
}

// candidate is an article and its score.
type candidate struct {
	number uint64
	score  float64
}

// worst is a heap of the best candidates with the worst on top.
type worst []candidate

func (w worst) Len() int           { return len(w) }
func (w worst) Less(i, j int) bool { return w[i].compare(w[j]) < 0 }
func (w worst) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *worst) Push(v any)        { *w = append(*w, v.(candidate)) }
func (w *worst) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}

// compare: the worse score is less, and with the same score the older number.
func (c candidate) compare(d candidate) int {
	return cmp.Or(cmp.Compare(c.score, d.score), cmp.Compare(c.number, d.number))
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

// run scores the candidates and returns the best of them, best first, and how many there were.
func (p *plan) run(ctx context.Context, keep int, visit func(uint64)) ([]candidate, int, error) {
	best, found := worst{}, 0
	total := 0.0
	for _, g := range p.groups {
		total += g.weight * g.idf
	}
	for checked := 0; ; checked++ {
		if checked%512 == 0 && ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		at := p.nextAt()
		if at == end {
			break
		}
		score, ok, err := p.score(at, total)
		if err != nil {
			return nil, 0, err
		}
		if ok {
			found++
			if visit != nil {
				visit(at)
			}
			c := candidate{at, score}
			if len(best) < keep {
				heap.Push(&best, c)
			} else if best[0].compare(c) < 0 {
				best[0] = c
				heap.Fix(&best, 0)
			}
		}
		p.step(at)
	}
	slices.SortFunc(best, func(a, b candidate) int { return -a.compare(b) })
	return best, found, nil
}

// nextAt is the next candidate: the first article of a driver that every filter has too.
func (p *plan) nextAt() uint64 {
	for {
		at := uint64(end)
		for _, g := range p.groups[:p.drivers] {
			at = min(at, g.at())
		}
		to := at
		for _, f := range p.filters {
			f.seek(to)
			to = max(to, f.at())
		}
		if to == at || to == end {
			return to
		}
		for _, g := range p.groups[:p.drivers] {
			g.seek(to)
		}
	}
}

// step goes behind the candidate.
func (p *plan) step(at uint64) {
	for _, g := range p.groups[:p.drivers] {
		g.seek(at + 1)
	}
}

// score is the text part of the ranking; false: the article is not wanted.
func (p *plan) score(at uint64, total float64) (float64, bool, error) {
	for _, g := range p.without {
		g.seek(at)
		if g.at() == at {
			return 0, false, nil
		}
	}
	score, covered := 0.0, 0.0
	for _, g := range p.groups {
		g.seek(at)
		tf, length, err := g.frequency(at)
		if err != nil {
			return 0, false, err
		}
		if tf == 0 {
			if p.must && !g.light {
				return 0, false, nil
			}
			continue
		}
		covered += g.weight * g.idf
		score += g.weight * g.idf * p.saturated(tf, length)
	}
	if p.allWords && total > 0 {
		share := covered / total
		score *= 1 + allWordsBonus*share*share*share*share
	}
	return score, true, nil
}

// saturated is what a word counts that stands tf times among so many words.
func (p *plan) saturated(tf, length float64) float64 {
	return tf * (bm25K1 + 1) / (tf + bm25K1*(1-p.length+p.length*length/p.stats.length))
}

// allWordsBonus is what an article with all words gains over one that has none but the same text score.
const allWordsBonus = 0.25
