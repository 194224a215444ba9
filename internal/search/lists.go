package search

import (
	"errors"
	"fmt"
	"math"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
	zap "github.com/blevesearch/zapx/v17"
)

// reader is one state of the index. It reads the segments themselves: bleve's own readers walk over every article of a list to find one, which in
// a large archive is nearly all that a search would do.
type reader struct {
	*scorch.IndexSnapshot
	offsets []uint64                            // the number of the first article of each segment
	dicts   map[string][]segment.TermDictionary // by field
	found   segment.PostingsList                // to be used again
	marks   []*columns                          // by segment; nil: not yet asked for
	index   *Index
}

// reader opens the present state; it must be closed.
func (x *Index) reader() (*reader, error) {
	advanced, err := x.bleve.Advanced()
	if err != nil {
		return nil, err
	}
	opened, err := advanced.Reader()
	if err != nil {
		return nil, err
	}
	snapshot, ok := opened.(*scorch.IndexSnapshot)
	if !ok {
		return nil, fmt.Errorf("search: the index is a %T", opened)
	}
	r := &reader{IndexSnapshot: snapshot, dicts: map[string][]segment.TermDictionary{}, index: x}
	sum := uint64(0)
	for _, s := range snapshot.Segments() {
		r.offsets = append(r.offsets, sum)
		sum += s.Segment().Count()
	}
	r.marks = make([]*columns, len(r.offsets))
	x.forgetColumns(snapshot.Segments())
	return r, nil
}

// dictionaries has the words of a field, by segment.
func (r *reader) dictionaries(field string) ([]segment.TermDictionary, error) {
	found, ok := r.dicts[field]
	if ok {
		return found, nil
	}
	for _, s := range r.Segments() {
		dict, err := s.Segment().Dictionary(field)
		if err != nil {
			return nil, err
		}
		found = append(found, dict)
	}
	r.dicts[field] = found
	return found, nil
}

// list is the articles that have one term, in the order of their numbers.
type list struct {
	pieces []piece
	at     int    // the piece in which it stands
	number uint64 // of the article at which it stands; end: behind the last
	count  uint64
	scored bool // it tells how often

	words  []*list // of a list of several words one after another, which has no pieces; count is the most there can be
	times  uint64  // how often they stand there so
	failed error
}

const end = math.MaxUint64

// piece is what one segment has of a list.
type piece struct {
	offset uint64
	walk   walk
	// Of lists that tell how often a term stands in an article:
	postings segment.PostingsIterator
	jumps    *zap.PostingsIterator // the same; nil where it cannot jump
	chunk    uint32                // articles whose frequencies are read in one go
	posting  segment.Posting       // the last that was read
}

// walk goes over numbers of articles, upwards.
type walk interface {
	HasNext() bool
	PeekNext() uint32
	AdvanceIfNeeded(number uint32)
}

// one walks over a single article.
type one struct {
	number uint32
	behind bool
}

func (o *one) HasNext() bool { return !o.behind }

func (o *one) PeekNext() uint32 { return o.number }

func (o *one) AdvanceIfNeeded(number uint32) { o.behind = o.behind || number > o.number }

// what a list tells beside the articles.
type detail int

const (
	articlesOnly detail = iota
	withFrequency
	withPlaces // and frequency
)

// list opens the list of a term. It stands at the first article.
func (r *reader) list(field, term string, d detail) (*list, error) {
	dicts, err := r.dictionaries(field)
	if err != nil {
		return nil, err
	}
	l := &list{number: end, scored: d > articlesOnly}
	for i, s := range r.Segments() {
		found, err := dicts[i].PostingsList([]byte(term), nil, nil)
		if err != nil {
			return nil, err
		}
		postings := found.Iterator(d > articlesOnly, d > articlesOnly, d > withFrequency, nil)
		p := piece{offset: r.offsets[i]}
		var count uint64
		p.walk, count = walkOver(postings, s.Deleted())
		if count == 0 {
			continue
		}
		if d > articlesOnly {
			p.postings = postings
			p.jumps, _ = postings.(*zap.PostingsIterator)
			// So zapx shares out the frequencies of a list (its chunk mode 1026).
			p.chunk = uint32(max(s.Segment().Count()/(found.Count()/1024+1), 1))
		}
		l.count += count
		l.pieces = append(l.pieces, p)
	}
	l.settle()
	return l, nil
}

// walkOver walks over the articles of postings that were not deleted, and counts them.
func walkOver(postings segment.PostingsIterator, deleted *roaring.Bitmap) (walk, uint64) {
	open, ok := postings.(segment.OptimizablePostingsIterator)
	if !ok {
		return nil, 0
	}
	if number, ok := open.DocNum1Hit(); ok {
		if deleted != nil && deleted.Contains(uint32(number)) {
			return nil, 0
		}
		return &one{number: uint32(number)}, 1
	}
	articles := open.ActualBitmap()
	if articles == nil {
		return nil, 0
	}
	if deleted != nil && articles.Intersects(deleted) {
		articles = roaring.AndNot(articles, deleted)
	}
	return articles.Iterator(), articles.GetCardinality()
}

// count is how many articles have a term.
func (r *reader) count(field, term string) (uint64, error) {
	dicts, err := r.dictionaries(field)
	if err != nil {
		return 0, err
	}
	sum := uint64(0)
	for i, s := range r.Segments() {
		if r.found, err = dicts[i].PostingsList([]byte(term), s.Deleted(), r.found); err != nil {
			return 0, err
		}
		sum += r.found.Count()
	}
	return sum, nil
}

// union opens one list of the articles that have any of several terms.
func (r *reader) union(field string, terms []string) (*list, error) {
	dicts, err := r.dictionaries(field)
	if err != nil {
		return nil, err
	}
	l := &list{number: end}
	for i, s := range r.Segments() {
		var parts []*roaring.Bitmap
		singles := roaring.New()
		for _, term := range terms {
			found, err := dicts[i].PostingsList([]byte(term), nil, nil)
			if err != nil {
				return nil, err
			}
			if open, ok := found.Iterator(false, false, false, nil).(segment.OptimizablePostingsIterator); ok {
				if number, ok := open.DocNum1Hit(); ok {
					singles.Add(uint32(number))
				} else if articles := open.ActualBitmap(); articles != nil {
					parts = append(parts, articles)
				}
			}
		}
		all := roaring.FastOr(append(parts, singles)...)
		if s.Deleted() != nil {
			all.AndNot(s.Deleted())
		}
		if all.IsEmpty() {
			continue
		}
		l.count += all.GetCardinality()
		l.pieces = append(l.pieces, piece{offset: r.offsets[i], walk: all.Iterator()})
	}
	l.settle()
	return l, nil
}

// settle finds the article at which the pieces stand.
func (l *list) settle() {
	for ; l.at < len(l.pieces); l.at++ {
		if p := &l.pieces[l.at]; p.walk.HasNext() {
			l.number = p.offset + uint64(p.walk.PeekNext())
			return
		}
	}
	l.number = end
}

// seek goes to the first article at or after number.
func (l *list) seek(number uint64) {
	if l.number >= number {
		return
	}
	if l.words != nil {
		l.meet(number)
		return
	}
	for ; l.at < len(l.pieces); l.at++ {
		p := &l.pieces[l.at]
		if number > p.offset {
			p.walk.AdvanceIfNeeded(uint32(min(number-p.offset, math.MaxUint32)))
		}
		if p.walk.HasNext() {
			break
		}
	}
	l.settle()
}

// posting is what the list tells of the article at which it stands. It is valid until the next call.
func (l *list) posting() (segment.Posting, error) {
	if l.words != nil {
		if l.failed != nil {
			return nil, l.failed
		}
		first, err := l.words[0].posting()
		return several{first, l.times}, err
	}
	p := &l.pieces[l.at]
	number := uint32(l.number - p.offset)
	if p.posting != nil && p.posting.Number() == uint64(number) {
		return p.posting, nil
	}
	// Without this the iterator would walk over every article before this one.
	if begin := number - number%p.chunk; p.jumps != nil && p.jumps.Actual != nil && (p.posting == nil || uint64(begin) > p.posting.Number()) {
		p.jumps.Actual.AdvanceIfNeeded(begin)
	}
	found, err := p.postings.Advance(uint64(number))
	if err != nil {
		return nil, err
	}
	if found == nil || found.Number() != uint64(number) {
		return nil, fmt.Errorf("%w: an article is not in a list that has it", ErrDamaged)
	}
	p.posting = found
	return found, nil
}

// segment finds the segment of an article, and its number there.
func (r *reader) segment(number uint64) (at int, local uint64) {
	at = len(r.offsets) - 1
	for r.offsets[at] > number {
		at--
	}
	return at, number - r.offsets[at]
}

// own calls visit with the terms of an article that feedback may take; visit may keep nothing of term.
func (r *reader) own(number uint64, visit func(term []byte, frequency, length float64)) error {
	i, local := r.segment(number)
	var failed error
	err := r.Segments()[i].Segment().VisitStoredFields(local, func(field string, _ byte, value []byte, _ []uint64) bool {
		if field == fieldOwn {
			failed = readOwn(value, visit)
		}
		return true
	})
	return errors.Join(err, failed)
}

// columns are the marks of a segment.
func (r *reader) columns(segment int) (*columns, error) {
	if r.marks[segment] == nil {
		c, err := r.index.columnsOf(r.Segments()[segment])
		if err != nil {
			return nil, err
		}
		r.marks[segment] = c
	}
	return r.marks[segment], nil
}

// minute is when an article was published, in minutes since 1970; 0: undated.
func (r *reader) minute(number uint64) (int64, error) {
	i, local := r.segment(number)
	marks, err := r.columns(i)
	if err != nil {
		return 0, err
	}
	return int64(marks.minutes[local]), nil
}
