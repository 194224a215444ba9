package suggest

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// What an article that may go with another is worth. Each number stands for an idea of the package's documentation; bench related measures them.
const (
	// tagCounts is the weight of a tag beside words: an editor chose it for the whole article.
	tagCounts = 4
	// rarity raises the rarity of a word (inverse document frequency): common words of the days hardly count.
	rarity = 1.5
	// vectorWords is how many words of an article are compared, the weightiest ones.
	vectorWords = 48
	// sameSection is how much more an article of the same section is worth.
	sameSection = 1.5
	// farShare is what an article far away in time is worth of one of the same hour.
	farShare = 0.5
	// leastLikeness is the cosine below which two articles have nothing in common that a reader would see.
	leastLikeness = 0.04
	// sameText is the cosine from which two articles are one: an earlier version, or the same wire again. What only reads alike, as the prices
	// of two days do, has less.
	sameText = 0.9
	// sameEvent is the cosine from which two articles of eventSpan tell of one event; at most two of a list stand before others.
	sameEvent = 0.6
	eventSpan = 24 * time.Hour
	// company is how many of the nearest articles speak for one, and companyPart what all of them say beside its own words: what goes with
	// those goes with it, though it names things otherwise.
	company     = 3
	companyPart = 0.2
)

// halfLife is the distance in time at which half of what nearness adds is gone. News lives for days, a report for weeks.
func halfLife(kind news.ArticleKind) time.Duration {
	const day = 24 * time.Hour
	switch kind {
	case news.KindReport, news.KindInterview:
		return 30 * day
	case news.KindOpinion, news.KindPhoto, news.KindVideo:
		return 14 * day
	}
	return 7 * day
}

// Pool is a number of articles, ready to be compared.
type Pool struct {
	profiles []news.Profile
	at       map[news.Code]int
	vectors  [][]word // unit length, weightiest first
	postings map[uint32][]posting
}

type posting struct {
	article int32
	weight  float32
}

// NewPool makes a Pool; an article that is given twice counts once. Errors: a damaged profile.
func NewPool(profiles []news.Profile) (*Pool, error) {
	p := &Pool{at: make(map[news.Code]int, len(profiles)), postings: map[uint32][]posting{}}
	in := map[uint32]int{}
	for _, one := range profiles {
		if _, twice := p.at[one.Code]; twice {
			continue
		}
		words, err := wordsOf(one)
		if err != nil {
			return nil, err
		}
		p.at[one.Code] = len(p.profiles)
		p.profiles = append(p.profiles, one)
		p.vectors = append(p.vectors, words)
		for _, w := range words {
			in[w.key]++
		}
	}
	for i := range p.vectors {
		p.vectors[i] = p.vector(p.vectors[i], in)
		for _, w := range p.vectors[i] {
			p.postings[w.key] = append(p.postings[w.key], posting{int32(i), w.weight})
		}
	}
	return p, nil
}

// vector weighs the words of an article by their rarity.
func (p *Pool) vector(words []word, in map[uint32]int) []word {
	all := float64(len(p.profiles))
	for i := range words {
		rare := math.Log((all+1)/(float64(in[words[i].key])+1)) + 1
		words[i].weight *= float32(math.Pow(rare, rarity))
	}
	slices.SortFunc(words, func(x, y word) int { return cmp.Or(cmp.Compare(y.weight, x.weight), cmp.Compare(x.key, y.key)) })
	words = words[:min(len(words), vectorWords)]
	sum := 0.0
	for _, w := range words {
		sum += float64(w.weight) * float64(w.weight)
	}
	length := float32(math.Sqrt(sum))
	for i := range words {
		words[i].weight /= length
	}
	return words
}

// Candidate is an article that may go with another.
type Candidate struct {
	Code     news.Code
	Likeness float64 // of the texts and tags: cosine, 0 to 1
	Score    float64 // what it is worth
}

// Candidates are the up to most articles that go with one of the pool, best first. Nil for an article that is not in the pool.
func (p *Pool) Candidates(code news.Code, most int) []Candidate {
	self, ok := p.at[code]
	if !ok {
		return nil
	}
	likeness := make([]float32, len(p.profiles))
	p.compare(self, 1, likeness)
	var all []Candidate
	for i, like := range likeness {
		if like >= leastLikeness && i != self {
			all = append(all, Candidate{p.profiles[i].Code, float64(like), float64(like) * p.worth(self, i)})
		}
	}
	slices.SortFunc(all, better)
	p.hearCompany(self, all)
	return all[:min(len(all), most)]
}

// compare adds part of the likeness of one article to each other.
func (p *Pool) compare(self int, part float32, likeness []float32) {
	for _, w := range p.vectors[self] {
		for _, other := range p.postings[w.key] {
			likeness[other.article] += part * w.weight * other.weight
		}
	}
}

// hearCompany lets the nearest articles speak for self, each by its score.
func (p *Pool) hearCompany(self int, all []Candidate) {
	nearest := slices.Clone(all[:min(company, len(all))])
	sum := 0.0
	for _, c := range nearest {
		sum += c.Score
	}
	said := make([]float32, len(p.profiles))
	for _, c := range nearest {
		p.compare(p.at[c.Code], float32(companyPart*c.Score/sum), said)
	}
	for i, c := range all {
		at := p.at[c.Code]
		all[i].Score += float64(said[at]) * p.worth(self, at)
	}
	slices.SortFunc(all, better)
}

// better puts the best candidate first, of equals the newest.
func better(x, y Candidate) int {
	return cmp.Or(cmp.Compare(y.Score, x.Score), cmp.Compare(y.Code, x.Code))
}

// worth is what an article's section and its nearness in time make of its likeness. Where a date is not known nearness is not either.
func (p *Pool) worth(self, other int) float64 {
	a, b := &p.profiles[self], &p.profiles[other]
	worth := farShare
	if !a.At.IsZero() && !b.At.IsZero() {
		distance := a.At.Sub(b.At).Abs()
		worth += (1 - farShare) * math.Exp2(-float64(distance)/float64(halfLife(b.Kind)))
	}
	if a.Section != 0 && a.Section == b.Section {
		worth *= sameSection
	}
	return worth
}

func (p *Pool) likeness(a, b news.Code) float64 {
	i, j := p.at[a], p.at[b]
	sum := float32(0)
	for _, x := range p.vectors[i] {
		for _, y := range p.vectors[j] {
			if x.key == y.key {
				sum += x.weight * y.weight
			}
		}
	}
	return float64(sum)
}

// shared is how many tags two articles have in common.
func (p *Pool) shared(a, b news.Code) int {
	n := 0
	for _, tag := range p.profiles[p.at[a]].Tags {
		if slices.Contains(p.profiles[p.at[b]].Tags, tag) {
			n++
		}
	}
	return n
}

// Choose makes a list of up to most from candidates, best first. What is the article's own text again is left out; of several with one text
// the newest stands for all; of those that tell of one event only two stand before others, and the rest fills the list where others are too few.
func (p *Pool) Choose(code news.Code, candidates []Candidate, most int) []news.Match {
	var chosen, later []Candidate
	for _, c := range candidates {
		if c.Likeness >= sameText {
			continue
		}
		folded, alike := false, 0
		for i, have := range chosen {
			like := p.likeness(c.Code, have.Code)
			if like >= sameText {
				if p.newer(c.Code, have.Code) {
					chosen[i] = c
				}
				folded = true
				break
			}
			if like >= sameEvent && p.oneDay(c.Code, have.Code) {
				alike++
			}
		}
		switch {
		case folded:
		case alike >= 2:
			later = append(later, c)
		default:
			chosen = append(chosen, c)
		}
		if len(chosen) == most {
			break
		}
	}
	for _, c := range later {
		same := slices.ContainsFunc(chosen, func(have Candidate) bool { return p.likeness(c.Code, have.Code) >= sameText })
		if len(chosen) < most && !same {
			chosen = append(chosen, c)
		}
	}
	list := make([]news.Match, len(chosen))
	for i, c := range chosen {
		list[i] = news.Match{Other: c.Code, Shared: p.shared(code, c.Code), Likeness: int(math.Round(100 * min(1, c.Likeness)))}
	}
	return list
}

// oneDay reports whether two articles are of one event by their times; undated ones may be.
func (p *Pool) oneDay(a, b news.Code) bool {
	x, y := p.profiles[p.at[a]].At, p.profiles[p.at[b]].At
	return x.IsZero() || y.IsZero() || x.Sub(y).Abs() <= eventSpan
}

func (p *Pool) newer(a, b news.Code) bool {
	x, y := p.profiles[p.at[a]], p.profiles[p.at[b]]
	return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Code, y.Code)) > 0
}
