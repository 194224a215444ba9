package search

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/dabir-newsroom/dabir/internal/persian/terms"
)

// Options say how an index is made and ranked.
type Options struct {
	Weights  Weights     // zero: DefaultWeights
	Parts    terms.Parts // zero: terms.All
	Plain    bool        // measure without folding half-spaces and stems: Parts stays 0
	InMemory bool        // nothing is written; for tests
}

// Index is safe for concurrent use.
type Index struct {
	bleve    bleve.Index
	weights  Weights
	parts    terms.Parts
	split    chan *terms.Splitter // those that nobody uses
	turns    chan struct{}        // searches that run
	light    map[string]bool      // stems of words that bind or ask
	asking   map[string]bool
	synonyms atomic.Pointer[synonyms]
	most     uint64     // candidates; tests have fewer than maxCandidates
	mu       sync.Mutex // writers take turns
	stats    atomic.Pointer[stats]

	columnsMu  sync.Mutex
	columns    map[uint64]*columns // by the segment's number
	facetNames facetNames

	scratches sync.Pool // of those that no search uses
}

// splitters is how many searches and writers analyse at once; each splitter remembers 2 MB.
const splitters = 2

// ErrDamaged says that the folder holds no index that can be opened; [Remove] it and put everything in again.
var ErrDamaged = errors.New("search: the index is damaged")

// layout changes with what is stored: an index of another layout is damaged.
const layout = "dabir 4"

var (
	keyLayout   = []byte("layout")
	keyPosition = []byte("position")
)

// Open opens the index in folder, or makes an empty one there. Only one process may have it open.
func Open(folder string, o Options) (*Index, error) {
	if o.Weights == (Weights{}) {
		o.Weights = DefaultWeights
	}
	if o.Parts == 0 && !o.Plain {
		o.Parts = terms.All
	}
	x := &Index{columns: map[uint64]*columns{}, facetNames: facetNames{places: map[string]uint32{}}, turns: make(chan struct{}, runtime.GOMAXPROCS(0)), most: maxCandidates, weights: o.Weights, parts: o.Parts, split: make(chan *terms.Splitter, splitters)}
	for range splitters {
		s, err := terms.NewSplitter(o.Parts)
		if err != nil {
			return nil, err
		}
		x.light, x.asking = stemsOf(s, bindingWords+" "+askingWords), stemsOf(s, askingWords)
		x.split <- s
	}
	var err error
	if x.bleve, err = open(folder, o.InMemory); err != nil {
		return nil, err
	}
	return x, nil
}

func open(folder string, inMemory bool) (bleve.Index, error) {
	mapping := bleve.NewIndexMapping()
	if inMemory {
		return bleve.NewUsing("", mapping, scorch.Name, scorch.Name, nil)
	}
	if _, err := os.Stat(folder); errors.Is(err, os.ErrNotExist) {
		made, err := bleve.New(folder, mapping)
		if err != nil {
			return nil, fmt.Errorf("make the search index: %w", err)
		}
		return made, made.SetInternal(keyLayout, []byte(layout))
	}
	opened, err := bleve.OpenUsing(folder, map[string]any{"bolt_timeout": "2s"})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if got, err := opened.GetInternal(keyLayout); err != nil || string(got) != layout {
		opened.Close()
		return nil, fmt.Errorf("%w: its layout is %q", ErrDamaged, got)
	}
	return opened, nil
}

// Remove deletes an index that nobody has open.
func Remove(folder string) error { return os.RemoveAll(folder) }

// Close ends the use of the index.
func (x *Index) Close() error { return x.bleve.Close() }

// Count is how many articles are in the index.
func (x *Index) Count() (int, error) {
	n, err := x.bleve.DocCount()
	return int(n), err
}

// Position is the number that the last Put or Delete gave: the event up to which the index knows the log. 0: none.
func (x *Index) Position() (int64, error) {
	b, err := x.bleve.GetInternal(keyPosition)
	if err != nil || len(b) != 8 {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(b)), nil
}

// Put puts articles in, or in the place of what the index knows of them, and keeps position with them: both are there after a crash or neither.
// A few hundred articles at a time go fastest. Position 0 leaves it as it is.
func (x *Index) Put(ctx context.Context, documents []Document, position int64) error {
	return x.change(ctx, documents, nil, position)
}

// Delete takes articles out and keeps position, as Put does. Unknown codes are no error.
func (x *Index) Delete(ctx context.Context, codes []int64, position int64) error {
	return x.change(ctx, nil, codes, position)
}

func (x *Index) change(ctx context.Context, documents []Document, codes []int64, position int64) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	s, err := x.splitter(ctx)
	if err != nil {
		return err
	}
	defer x.release(s)
	batch := x.bleve.NewBatch()
	for _, d := range documents {
		if err := batch.IndexAdvanced(x.document(d, s)); err != nil {
			return fmt.Errorf("index article %d: %w", d.Code, err)
		}
	}
	for _, code := range codes {
		batch.Delete(strconv.FormatInt(code, 36))
	}
	if position != 0 {
		batch.SetInternal(keyPosition, binary.BigEndian.AppendUint64(nil, uint64(position)))
	}
	if err := x.bleve.Batch(batch); err != nil {
		return fmt.Errorf("write the search index: %w", err)
	}
	return nil
}

// splitter waits for a splitter that nobody uses.
func (x *Index) splitter(ctx context.Context) (*terms.Splitter, error) {
	select {
	case s := <-x.split:
		return s, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// stem is the stem of a word of the index.
func (x *Index) stem(word string) string {
	s := <-x.split
	defer x.release(s)
	return s.Stem(word)
}

func (x *Index) release(s *terms.Splitter) { x.split <- s }

// stats is what scores need of the whole index.
type stats struct {
	count  uint64
	length float64 // of an article, on average
}

// measure returns the number of articles and their average length, from at most a thousand of them. It is measured again when the
// number has changed by a tenth.
func (x *Index) measure(ctx context.Context, r *reader) (stats, error) {
	count, err := r.DocCount()
	if err != nil {
		return stats{}, err
	}
	if old := x.stats.Load(); old != nil && count <= old.count+old.count/10 && count >= old.count-old.count/10 {
		return stats{count, old.length}, nil
	}
	list, err := r.TermFieldReader(ctx, []byte(everywhere), fieldText, true, true, false)
	if err != nil {
		return stats{}, err
	}
	defer list.Close()
	const sample = 1000
	step := max(count/sample, 1)
	sum, n := 0.0, 0
	var doc index.TermFieldDoc
	for number := uint64(0); number < count && n < sample; number += step {
		d, err := list.Advance(index.NewIndexInternalID(nil, number), &doc)
		if err != nil {
			return stats{}, err
		}
		if d == nil {
			break
		}
		sum += fieldLength(d.Norm)
		n++
		number = max(number, binary.BigEndian.Uint64(d.ID))
	}
	found := stats{count, sum / float64(max(n, 1))}
	x.stats.Store(&found)
	return found, nil
}

// fieldLength is the number of words for which scorch keeps norm.
func fieldLength(norm float64) float64 {
	if norm <= 0 {
		return 0
	}
	return 1 / (norm * norm)
}
