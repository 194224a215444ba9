package moderation

import (
	"math"
	"math/rand/v2"

	"slices"

	"sync"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Example is a text and what somebody decided it to be.
type Example struct {
	Text   string
	Labels []news.Label // none: there is nothing against it
}

const (
	epochs       = 16
	rate         = 0.15 // of learning, at the first step
	decay        = 4e-3 // of weights, a step
	parts        = 3    // of the examples, each judged by a model of the others to find the curve
	fewest       = 10   // positive and negative examples that a label needs
	wordsKnownAt = 2    // in how many texts a word must stand to be known
)

// prepared is an example as numbers.
type prepared struct {
	ids    []uint32
	labels []news.Label
}

// Train makes a model of examples. It is the same model for the same examples. A label with fewer than ten examples for it or
// against it is left out; nil when all are.
func Train(examples []Example) *Model {
	m := &Model{Examples: len(examples), known: knownWords(examples), labels: map[news.Label]*judge{}}
	all := make([]prepared, len(examples))
	for i, e := range examples {
		all[i] = prepared{idsOf(nil, featuresOf(nil, tokensOf(persian.Unmask(e.Text), m.knows))), e.Labels}
	}
	random := rand.New(rand.NewPCG(1405, uint64(len(examples))))
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	samples := map[news.Label][]sample{}
	for _, label := range news.Labels() {
		if of := samplesOf(all, label); enough(of) {
			samples[label] = of
		}
	}
	if len(samples) == 0 {
		return nil
	}
	m.shared, m.labels = judges(all, samples, nil)
	m.calibrate(all, samples)
	return m
}

// calibrate finds the curves: each part of the examples is judged by what was learnt from the others.
func (m *Model) calibrate(all []prepared, samples map[news.Label][]sample) {
	points := map[news.Label][]point{}
	var any []point
	for part := range parts {
		shared, labels := judges(all, samples, func(i int) bool { return i%parts == part })
		for i := part; i < len(all); i += parts {
			p := all[i]
			highest := math.Inf(-1)
			for label, own := range labels {
				sum := total(shared, own, p.ids)
				highest = max(highest, sum)
				if is := slices.Contains(p.labels, label); is || len(p.labels) == 0 {
					points[label] = append(points[label], point{sum, is})
				}
			}
			any = append(any, point{highest, len(p.labels) > 0})
		}
	}
	m.curve = isotonic(any)
	for label, j := range m.labels {
		j.curve = isotonic(points[label])
	}
}

// knownWords are the words that stand in several texts.
func knownWords(examples []Example) []uint64 {
	counts := make([]uint8, features)
	for _, e := range examples {
		ids := map[uint32]bool{}
		for _, t := range tokensOf(persian.Unmask(e.Text), func(string) bool { return true }) {
			ids[wordID(t.text)] = true
		}
		for id := range ids {
			counts[id] = min(counts[id]+1, wordsKnownAt)
		}
	}
	known := make([]uint64, features/64)
	for id, n := range counts {
		if n == wordsKnownAt {
			known[id/64] |= 1 << (id % 64)
		}
	}
	return known
}

// sample is an example for or against one label.
type sample struct {
	ids   []uint32
	index int // of the example
	yes   bool
}

// samplesOf are the examples that say something about a label: those that have it and those that have none. Whether an insult is
// hateful too is often not said.
func samplesOf(all []prepared, label news.Label) []sample {
	var samples []sample
	for i, p := range all {
		if is := slices.Contains(p.labels, label); is || len(p.labels) == 0 {
			samples = append(samples, sample{p.ids, i, is})
		}
	}
	return samples
}

func enough(samples []sample) bool {
	yes := 0
	for _, s := range samples {
		if s.yes {
			yes++
		}
	}
	return yes >= fewest && len(samples)-yes >= fewest
}

// judges learn from all samples but those that are held back: one judge for each label, and one that tells any of them from nothing.
func judges(all []prepared, samples map[news.Label][]sample, held func(index int) bool) (shared *judge, labels map[news.Label]*judge) {
	var mu sync.Mutex
	var group sync.WaitGroup
	labels = map[news.Label]*judge{}
	take := func(of []sample) []sample {
		if held == nil {
			return of
		}
		return slices.DeleteFunc(slices.Clone(of), func(s sample) bool { return held(s.index) })
	}
	group.Go(func() {
		any := make([]sample, len(all))
		for i, p := range all {
			any[i] = sample{p.ids, i, len(p.labels) > 0}
		}
		shared = learn(take(any), 0).judge()
	})
	for label, of := range samples {
		group.Go(func() {
			j := learn(take(of), ownShift).judge()
			mu.Lock()
			labels[label] = j
			mu.Unlock()
		})
	}
	group.Wait()
	return shared, labels
}

// learner is a logistic regression while it learns. Each feature counts as much as the ratio of its shares in both classes says
// (Wang and Manning, "Baselines and Bigrams", 2012).
type learner struct {
	shift   uint
	ratios  []float32
	weights []float32
	bias    float64
}

// learn goes through the samples several times (stochastic gradient descent with a rate of its own for each weight: AdaGrad, Duchi et
// al. 2011).
func learn(samples []sample, shift uint) *learner {
	l := &learner{shift: shift, ratios: ratios(samples, shift), weights: make([]float32, features>>shift)}
	squares := make([]float32, features>>shift)
	random := rand.New(rand.NewPCG(7, uint64(len(samples))))
	biasSquares := 1.0
	order := slices.Clone(samples)
	for range epochs {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, s := range order {
			wrong := sigmoid(l.sum(s.ids))
			if s.yes {
				wrong--
			}
			biasSquares += wrong * wrong
			l.bias -= 0.1 * wrong / math.Sqrt(biasSquares)
			step := float32(wrong * norm(len(s.ids)))
			for _, id := range s.ids {
				id >>= shift
				g := step*l.ratios[id] + decay*l.weights[id]
				squares[id] += g * g
				l.weights[id] -= rate * g / float32(math.Sqrt(float64(squares[id])+1e-8))
			}
		}
	}
	return l
}

// ratios are the logarithms of how much more often each feature stands in the texts for than in those against.
func ratios(samples []sample, shift uint) []float32 {
	yesCounts, noCounts := make([]float32, features>>shift), make([]float32, features>>shift)
	yes, no := 1.0, 1.0
	for _, s := range samples {
		counts := noCounts
		if s.yes {
			counts = yesCounts
			yes++
		} else {
			no++
		}
		for _, id := range s.ids {
			counts[id>>shift]++
		}
	}
	out := make([]float32, features>>shift)
	unseen := float32(math.Log(no / yes))
	for id := range out {
		if out[id] = unseen; yesCounts[id]+noCounts[id] == 0 {
			continue
		}
		out[id] = float32(math.Log(float64(yesCounts[id]+1) / yes * no / float64(noCounts[id]+1)))
	}
	return out
}

func (l *learner) sum(ids []uint32) float64 {
	var sum float32
	for _, id := range ids {
		sum += l.weights[id>>l.shift] * l.ratios[id>>l.shift]
	}
	return l.bias + float64(sum)*norm(len(ids))
}

// judge is the learner with its weights in steps.
func (l *learner) judge() *judge {
	most := float32(1e-6)
	for id, ratio := range l.ratios {
		l.weights[id] *= ratio
		most = max(most, l.weights[id], -l.weights[id])
	}
	j := &judge{shift: l.shift, weights: make([]int16, len(l.weights)), scale: most / math.MaxInt16, bias: float32(l.bias)}
	for i, w := range l.weights {
		j.weights[i] = int16(math.Round(float64(w / j.scale)))
	}
	return j
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// point is the sum of a text that was not learnt from, and whether it had the label.
type point struct {
	sum float64
	yes bool
}

// isotonic is the curve that fits points best among those that never fall (pool adjacent violators), thinned to steps of its middle.
func isotonic(points []point) curve {
	slices.SortFunc(points, func(a, b point) int {
		switch {
		case a.sum < b.sum:
			return -1
		case a.sum > b.sum:
			return 1
		}
		return 0
	})
	type block struct{ sum, yes, n float64 }
	var blocks []block
	for _, p := range points {
		b := block{sum: p.sum, n: 1}
		if p.yes {
			b.yes = 1
		}
		blocks = append(blocks, b)
		for last := len(blocks) - 1; last > 0 && blocks[last-1].yes*blocks[last].n >= blocks[last].yes*blocks[last-1].n; last-- {
			blocks[last-1].sum += blocks[last].sum
			blocks[last-1].yes += blocks[last].yes
			blocks[last-1].n += blocks[last].n
			blocks = blocks[:last]
		}
	}
	var c curve
	for _, b := range blocks {
		at := float32(b.sum / b.n)
		// One more of each side: nothing is ever certain.
		value := float32((b.yes + 1) / (b.n + 2))
		if n := len(c.At); n > 0 && (at <= c.At[n-1] || value < c.Value[n-1]) {
			continue
		}
		c.At, c.Value = append(c.At, at), append(c.Value, value)
	}
	return c
}
