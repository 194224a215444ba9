package moderation

import (
	"bytes"
	"compress/gzip"
	"encoding/gob"
	"errors"
	"fmt"
	"io"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// modelFormat rises when a model of an older Dabir means nothing to this one: it is then trained anew.
const modelFormat = 1

// stored is a model as it is kept.
type stored struct {
	Format   int
	Examples int
	Known    []uint64
	Shared   storedJudge
	Labels   map[news.Label]storedJudge
	Curve    curve
}

type storedJudge struct {
	Weights []int16
	Scale   float32
	Bias    float32
	Curve   curve
}

// Encode writes the model for the storage, in less than four megabytes.
func (m *Model) Encode() ([]byte, error) {
	s := stored{Format: modelFormat, Examples: m.Examples, Known: m.known, Shared: m.shared.store(), Curve: m.curve, Labels: map[news.Label]storedJudge{}}
	for label, j := range m.labels {
		s.Labels[label] = j.store()
	}
	var out bytes.Buffer
	packed := gzip.NewWriter(&out)
	if err := gob.NewEncoder(packed).Encode(s); err != nil {
		return nil, err
	}
	err := packed.Close()
	return out.Bytes(), err
}

func (j *judge) store() storedJudge { return storedJudge{j.weights, j.scale, j.bias, j.curve} }

// maxModel is the most that a stored model may unpack to, in bytes.
const maxModel = 16 << 20

// Decode reads what Encode wrote. It fails for anything else, also for a model of another format.
func Decode(data []byte) (*Model, error) {
	packed, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("the stored model: %w", err)
	}
	var s stored
	if err := gob.NewDecoder(io.LimitReader(packed, maxModel)).Decode(&s); err != nil {
		return nil, fmt.Errorf("the stored model: %w", err)
	}
	m := &Model{Examples: s.Examples, known: s.Known, curve: s.Curve, labels: map[news.Label]*judge{}}
	good := s.Format == modelFormat && len(s.Known) == features/64 && len(s.Labels) > 0 && len(s.Curve.At) == len(s.Curve.Value)
	load := func(sj storedJudge, shift uint) *judge {
		good = good && len(sj.Weights) == features>>shift && len(sj.Curve.At) == len(sj.Curve.Value)
		return &judge{shift, sj.Weights, sj.Scale, sj.Bias, sj.Curve}
	}
	m.shared = load(s.Shared, 0)
	for label, sj := range s.Labels {
		m.labels[label] = load(sj, ownShift)
	}
	if !good {
		return nil, errors.New("the stored model is of another form; it has to be trained anew")
	}
	return m, nil
}
