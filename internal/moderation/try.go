package moderation

import "slices"

// Try judges examples that the model has not seen: the area under the ROC (the chance that one with a label scores above one without,
// ties counting half; 0 when one sort is missing) and the share where a threshold of one half agrees.
func Try(m *Model, examples []Example) (area, agreed float64) {
	type tried struct {
		score float64
		yes   bool
	}
	all := make([]tried, 0, len(examples))
	right, yes := 0, 0.0
	for _, e := range examples {
		v, _ := m.Judge(e.Text)
		t := tried{v.Score, len(e.Labels) > 0}
		if t.yes {
			yes++
		}
		if t.yes == (t.score >= 0.5) {
			right++
		}
		all = append(all, t)
	}
	if len(all) == 0 {
		return 0, 0
	}
	agreed = float64(right) / float64(len(all))
	no := float64(len(all)) - yes
	if yes == 0 || no == 0 {
		return 0, agreed
	}
	slices.SortFunc(all, func(a, b tried) int {
		switch {
		case a.score < b.score:
			return -1
		case a.score > b.score:
			return 1
		}
		return 0
	})
	ranks := 0.0
	for i := 0; i < len(all); {
		end := i
		for end < len(all) && all[end].score == all[i].score {
			end++
		}
		for _, t := range all[i:end] {
			if t.yes {
				ranks += float64(i+end+1) / 2
			}
		}
		i = end
	}
	return (ranks - yes*(yes+1)/2) / (yes * no), agreed
}
