package moderation

import (
	"maps"
	"math"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

// onlineRate is how far one decision moves the weights; the nightly training weighs it anew among all others.
const onlineRate = 2.0

// Learn returns a model that has seen one decision more. m is left as it is; nil stays nil, since one decision is no beginning.
func (m *Model) Learn(e Example) *Model {
	if m == nil {
		return nil
	}
	ids := idsOf(nil, featuresOf(nil, tokensOf(persian.Unmask(e.Text), m.knows)))
	if len(ids) == 0 {
		return m
	}
	next := *m
	next.Examples++
	next.labels = maps.Clone(m.labels)
	next.shared = m.shared.moved(ids, m.shared.sum(ids), len(e.Labels) > 0)
	for label, own := range m.labels {
		if is := slices.Contains(e.Labels, label); is || len(e.Labels) == 0 {
			next.labels[label] = own.moved(ids, own.sum(ids), is)
		}
	}
	return &next
}

// moved is the judge after one step towards what was decided.
func (j *judge) moved(ids []uint32, sum float64, yes bool) *judge {
	wrong := sigmoid(sum)
	if yes {
		wrong--
	}
	next := *j
	next.weights = slices.Clone(j.weights)
	step := int64(math.Round(onlineRate * wrong * norm(len(ids)) / float64(j.scale)))
	for _, id := range ids {
		id >>= j.shift
		next.weights[id] = int16(min(max(int64(next.weights[id])-step, -math.MaxInt16), math.MaxInt16))
	}
	return &next
}
