package search

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/dabir-newsroom/dabir/internal/persian/terms"
)

// Codes are those of all articles in the index, rising.
func (x *Index) Codes(ctx context.Context) ([]int64, error) {
	r, err := x.reader()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	all, err := r.DocIDReaderAll()
	if err != nil {
		return nil, err
	}
	defer all.Close()
	var codes []int64
	for ctx.Err() == nil {
		number, err := all.Next()
		if err != nil {
			return nil, err
		}
		if number == nil {
			slices.Sort(codes)
			return codes, nil
		}
		id, err := r.ExternalID(number)
		if err != nil {
			return nil, err
		}
		code, err := strconv.ParseInt(id, 36, 64)
		if err != nil {
			return nil, fmt.Errorf("%w: the article %q is none", ErrDamaged, id)
		}
		codes = append(codes, code)
	}
	return nil, ctx.Err()
}

// Compare tells of which articles the index knows nothing, and of which it knows other words, or another section, kind, tag, reporter or
// minute, than these. It reads and analyses as much as Put does, and writes nothing.
func (x *Index) Compare(ctx context.Context, documents []Document) (missing, differ []int64, err error) {
	s, err := x.splitter(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer x.release(s)
	r, err := x.reader()
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	for _, d := range documents {
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		id, err := r.InternalID(strconv.FormatInt(d.Code, 36))
		if err != nil {
			return nil, nil, err
		}
		if id == nil {
			missing = append(missing, d.Code)
			continue
		}
		same, err := x.holds(r, id, d, s)
		if err != nil {
			return nil, nil, err
		}
		if !same {
			differ = append(differ, d.Code)
		}
	}
	return missing, differ, nil
}

// holds tells whether an article is in the index as it would be put there now.
func (x *Index) holds(r *reader, id index.IndexInternalID, d Document, s *terms.Splitter) (bool, error) {
	number := binary.BigEndian.Uint64(id)
	i, local := r.segment(number)
	var own []byte
	err := r.Segments()[i].Segment().VisitStoredFields(local, func(field string, _ byte, value []byte, _ []uint64) bool {
		if field == fieldOwn {
			own = bytes.Clone(value)
		}
		return true
	})
	if err != nil {
		return false, err
	}
	marks, err := r.columns(i)
	if err != nil {
		return false, err
	}
	var have []string
	for _, mark := range marks.facets[marks.from[local]:marks.from[local+1]] {
		have = append(have, marks.names[mark])
	}
	var want []string
	minute := int64(0)
	for _, mark := range d.marks() {
		switch mark[:1] {
		case markMonth:
		case markMinute:
			minute = max(d.At.Unix()/60, 0)
		default:
			want = append(want, mark)
		}
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, slices.Compact(want)) || int64(marks.minutes[local]) != minute {
		return false, nil
	}
	wanted, err := ownOf(x.document(d, s))
	return bytes.Equal(own, wanted), err
}

// ownOf is what a document keeps of its terms.
func ownOf(d *document.Document) ([]byte, error) {
	for _, f := range d.Fields {
		if f.Name() == fieldOwn {
			return f.Value(), nil
		}
	}
	return nil, errors.New("search: a document without its terms")
}
