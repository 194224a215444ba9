package moderation

import (
	"cmp"
	"math"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Model judges texts: for each label a logistic regression over hashed n-grams, with a curve that makes its scores probabilities. A
// value is never changed; nil is a model that has learnt nothing.
type Model struct {
	Examples int // that it learnt from
	known    []uint64
	shared   *judge // of any label
	labels   map[news.Label]*judge
	curve    curve // of the highest sum: that the text has any label
}

// judge is what the model knows of one label.
type judge struct {
	shift   uint    // the features that share a weight, as a power of two
	weights []int16 // by feature, in steps of scale
	scale   float32
	bias    float32
	curve   curve
}

// Verdict is what the model thinks of a text.
type Verdict struct {
	Label  news.Label             // the likeliest
	Score  float64                // its probability, 0 to 1
	Scores map[news.Label]float64 // of every label that was learnt
	Words  []string               // as they stand in the text: those that weighed most for Label, the heaviest first
}

// mostShown is how many words a moderator is shown.
const mostShown = 5

// Judge weighs a text. It returns false when the model has learnt nothing.
func (m *Model) Judge(text string) (Verdict, bool) { return m.judge(text, persian.Unmask(text)) }

func (m *Model) judge(text string, u persian.Unmasked) (Verdict, bool) {
	if m == nil || len(m.labels) == 0 {
		return Verdict{}, false
	}
	tokens := tokensOf(u, m.knows)
	var features [usual]feature
	var room [usual]uint32
	found := featuresOf(features[:0], tokens)
	ids := idsOf(room[:0], found)
	v := Verdict{Scores: make(map[news.Label]float64, len(m.labels))}
	highest, likeliest, shared := math.Inf(-1), -1.0, m.shared.sum(ids)
	for _, label := range news.Labels() {
		j := m.labels[label]
		if j == nil {
			continue
		}
		sum := shared + ownShare*j.sum(ids)
		highest = max(highest, sum)
		v.Scores[label] = j.curve.probability(sum)
		if v.Scores[label] > likeliest {
			v.Label, likeliest = label, v.Scores[label]
		}
	}
	// How likely it is that the text has any label is known better than which one: the likeliest label stands for all.
	v.Score = m.curve.probability(highest)
	for label, score := range v.Scores {
		v.Scores[label] = min(score, v.Score)
	}
	v.Scores[v.Label] = v.Score
	v.Words = m.heaviest(v.Label, text, tokens, found)
	return v, true
}

func (m *Model) knows(word string) bool { return bit(m.known, wordID(word)) }

func bit(set []uint64, id uint32) bool { return set[id/64]>>(id%64)&1 != 0 }

// ownShift is how coarse the labels' own judges are: eight features share a weight. The shared judge, which decides more, has one for each.
const ownShift = 3

// ownShare is how much a label's own judge counts beside the shared one, which has seen more.
const ownShare = 0.25

// total is what both judges say of a text.
func total(shared, own *judge, ids []uint32) float64 {
	return shared.sum(ids) + ownShare*own.sum(ids)
}

// sum is the weighed sum of a text's features.
func (j *judge) sum(ids []uint32) float64 {
	var sum int64
	for _, id := range ids {
		sum += int64(j.weights[id>>j.shift])
	}
	return float64(j.bias) + float64(sum)*float64(j.scale)*norm(len(ids))
}

// norm makes long and short texts comparable.
func norm(features int) float64 {
	if features == 0 {
		return 0
	}
	return 1 / math.Sqrt(float64(features))
}

// heaviest are the words whose n-grams spoke most for the label.
func (m *Model) heaviest(label news.Label, text string, tokens []token, found []feature) []string {
	own := m.labels[label]
	weights := make([]float32, len(tokens))
	for _, f := range found {
		weights[f.word] += float32(m.shared.weights[f.id])*m.shared.scale + ownShare*float32(own.weights[f.id>>own.shift])*own.scale
	}
	order := make([]int, 0, len(tokens))
	for i, w := range weights {
		if w > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(weights[b], weights[a]) })
	var words []string
	for _, i := range order {
		if word := text[tokens[i].from:tokens[i].to]; !slices.Contains(words, word) && len(words) < mostShown {
			words = append(words, word)
		}
	}
	return words
}

// curve turns sums into probabilities. It is a line of steps between points that never falls (isotonic regression).
type curve struct {
	At, Value []float32 // rising sums and the probability at each
}

func (c curve) probability(sum float64) float64 {
	if len(c.At) == 0 {
		return 1 / (1 + math.Exp(-sum))
	}
	x := float32(sum)
	i, _ := slices.BinarySearch(c.At, x)
	switch {
	case i == 0: // beyond the ends nobody knows more, but the order of texts stays
		return float64(c.Value[0]) / (1 + float64(c.At[0]-x))
	case i == len(c.At):
		return 1 - (1-float64(c.Value[i-1]))/(1+float64(x-c.At[i-1]))
	}
	share := float64(x-c.At[i-1]) / float64(c.At[i]-c.At[i-1])
	return float64(c.Value[i-1]) + share*float64(c.Value[i]-c.Value[i-1])
}

// Size is what the model takes in memory, in bytes.
func (m *Model) Size() int {
	size := 8*len(m.known) + 2*len(m.shared.weights)
	for _, j := range m.labels {
		size += 2*len(j.weights) + 8*len(j.curve.At)
	}
	return size
}

// Labels are those that the model has learnt.
func (m *Model) Labels() []news.Label {
	var all []news.Label
	for _, label := range news.Labels() {
		if m.labels[label] != nil {
			all = append(all, label)
		}
	}
	return all
}
