package moderation

import (
	"math"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// onlineRate is how far one decision moves the weights; the nightly training weighs it anew among all others.
const onlineRate = 2.0

// Learn returns a model that has seen more decisions, in their order. m is left as it is; nil stays nil, since one decision is no beginning.
func (m *Model) Learn(examples ...Example) *Model {
	if m == nil {
		return nil
	}
	next := *m
	next.shared, next.labels = m.shared.cloned(), make(map[news.Label]*judge, len(m.labels))
	for label, own := range m.labels {
		next.labels[label] = own.cloned()
	}
	for _, e := range examples {
		ids := idsOf(nil, featuresOf(nil, tokensOf(persian.Unmask(e.Text), m.knows)))
		if len(ids) == 0 {
			continue
		}
		next.Examples++
		next.shared.move(ids, len(e.Labels) > 0)
		for label, own := range next.labels {
			if is := slices.Contains(e.Labels, label); is || len(e.Labels) == 0 {
				own.move(ids, is)
			}
		}
	}
	return &next
}

func (j *judge) cloned() *judge {
	next := *j
	next.weights = slices.Clone(j.weights)
	return &next
}

// move takes one step towards what was decided.
func (j *judge) move(ids []uint32, yes bool) {
	wrong := sigmoid(j.sum(ids))
	if yes {
		wrong--
	}
	step := int64(math.Round(onlineRate * wrong * norm(len(ids)) / float64(j.scale)))
	for _, id := range ids {
		id >>= j.shift
		j.weights[id] = int16(min(max(int64(j.weights[id])-step, -math.MaxInt16), math.MaxInt16))
	}
}
