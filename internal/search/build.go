package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/util"
	index "github.com/blevesearch/bleve_index_api"
)

// Builder makes a whole index at once, twice as fast as [Index.Put] and with all articles in one piece, which searches best. The index can be
// opened when Close has returned.
type Builder struct {
	folder   string
	x        *Index // without an index of bleve's: it only analyses
	mu       sync.Mutex
	offline  *scorch.Builder
	internal map[string][]byte
}

// What the offline builder holds in memory, and how many pieces it makes one at a time.
const (
	builtTogether  = 300 // articles: they take 80 kB each while they are analysed
	mergedTogether = 64  // pieces
)

// NewBuilder begins an index in a folder that does not exist.
func NewBuilder(folder string, o Options) (*Builder, error) {
	x, err := Open(folder, o)
	if err != nil {
		return nil, err
	}
	b := &Builder{folder: folder, x: x, internal: map[string][]byte{}}
	for _, key := range [][]byte{keyLayout, util.MappingInternalKey} {
		value, err := x.bleve.GetInternal(key)
		if err != nil {
			return nil, errors.Join(err, x.Close())
		}
		b.internal[string(key)] = value
	}
	return b, x.Close()
}

// Put adds articles of which none was added before. Several goroutines may call it; two keep two processors busy.
func (b *Builder) Put(ctx context.Context, documents []Document) error {
	if len(documents) == 0 {
		return ctx.Err()
	}
	s, err := b.x.splitter(ctx)
	if err != nil {
		return err
	}
	analysed := make([]index.Document, len(documents))
	for i, d := range documents {
		analysed[i] = b.x.document(d, s)
	}
	b.x.release(s)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.offline == nil {
		b.offline, err = scorch.NewBuilder(map[string]any{"path": b.store(), "buildPathPrefix": b.folder, "internal": b.internal,
			"batchSize": builtTogether, "mergeMax": mergedTogether})
		if err != nil {
			return fmt.Errorf("build the search index: %w", err)
		}
	}
	for _, d := range analysed {
		if err := b.offline.Index(d); err != nil {
			return fmt.Errorf("build the search index: %w", err)
		}
	}
	return ctx.Err()
}

// store is where bleve keeps the files of an index.
func (b *Builder) store() string { return filepath.Join(b.folder, "store") }

// Close brings everything together and keeps position with it, as [Index.Put] does.
func (b *Builder) Close(ctx context.Context, position int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.offline != nil {
		// Here lies the empty index that NewBuilder made.
		if err := os.RemoveAll(b.store()); err != nil {
			return err
		}
		if err := b.offline.Close(); err != nil {
			return fmt.Errorf("build the search index: %w", err)
		}
	}
	x, err := Open(b.folder, Options{Weights: b.x.weights, Parts: b.x.parts, Plain: b.x.parts == 0})
	if err != nil {
		return err
	}
	return errors.Join(x.Put(ctx, nil, position), x.Close())
}
