package search

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
	"github.com/blevesearch/vellum"
	zap "github.com/blevesearch/zapx/v17"
)

// reader is one state of the index. It reads the files of the segments itself: bleve's own readers unpack every article of a list to find one, which
// in a large archive is nearly all that a search would do.
type reader struct {
	*scorch.IndexSnapshot
	offsets []uint64                // the number of the first article of each segment
	dicts   map[string][]dictionary // by field
	marks   []*columns              // by segment; nil: not yet asked for
	index   *Index
	*scratch
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
	r := &reader{IndexSnapshot: snapshot, dicts: map[string][]dictionary{}, index: x}
	if r.scratch, _ = x.scratches.Get().(*scratch); r.scratch == nil {
		r.scratch = new(scratch)
	}
	sum := uint64(0)
	for _, s := range snapshot.Segments() {
		r.offsets = append(r.offsets, sum)
		sum += s.Segment().Count()
	}
	r.marks = make([]*columns, len(r.offsets))
	x.forgetColumns(snapshot.Segments())
	return r, nil
}

// Close ends the use of the reader and of all that it opened.
func (r *reader) Close() error {
	r.again()
	r.index.scratches.Put(r.scratch)
	r.scratch = nil
	return r.IndexSnapshot.Close()
}

// emptySet is a set for the articles of a segment.
func (r *reader) emptySet(segment int) set { return r.set(r.Segments()[segment].Segment().Count()) }

// dictionary has the words of a field in one segment.
type dictionary struct {
	words segment.TermDictionary
	// Of segments in files:
	file  []byte
	terms *vellum.Reader // nil: words must be asked
	count uint64         // articles in the segment
}

// inFile is what zapx tells of a segment in a file.
type inFile interface {
	Data() []byte
	Version() uint32
	ChunkMode() uint32
	DictAddr(field string) (uint64, error)
}

// chunkMode is how zapx shares out the numbers of a list: a chunk for every 1024 articles that are in it, each for as many that could be.
const chunkMode = 1026

func openDictionary(s segment.Segment, field string) (dictionary, error) {
	words, err := s.Dictionary(field)
	d := dictionary{words: words, count: s.Count()}
	file, ok := s.(inFile)
	if err != nil || !ok || file.Version() != zap.Version || file.ChunkMode() != chunkMode {
		return d, err
	}
	at, err := file.DictAddr(field)
	if err != nil {
		return d, nil // no article of the segment has the field
	}
	d.file = file.Data()
	if at >= uint64(len(d.file)) {
		return d, errVarint
	}
	length, n := binary.Uvarint(d.file[at:])
	begin := at + uint64(max(n, 0))
	if n <= 0 || length > uint64(len(d.file))-begin {
		return d, errVarint
	}
	found, err := vellum.Load(d.file[begin : begin+length])
	if err != nil {
		return d, fmt.Errorf("%w: the words of a segment: %w", ErrDamaged, err)
	}
	d.terms, err = found.Reader()
	return d, err
}

// dictionaries has the words of a field, by segment.
func (r *reader) dictionaries(field string) ([]dictionary, error) {
	found, ok := r.dicts[field]
	if ok {
		return found, nil
	}
	for _, s := range r.Segments() {
		dict, err := openDictionary(s.Segment(), field)
		if err != nil {
			return nil, err
		}
		found = append(found, dict)
	}
	r.dicts[field] = found
	return found, nil
}

// what a list tells beside the articles.
type detail int

const (
	articlesOnly detail = iota
	withFrequency
	withPlaces // and frequency
)

// list is the articles that have one term.
type list struct {
	pieces []piece // by segment
	count  uint64
	words  []*list // of a list of several words one after another, which has no pieces; count is the most there can be
}

// list opens the list of a term.
func (r *reader) list(field, term string, d detail) (*list, error) {
	dicts, err := r.dictionaries(field)
	if err != nil {
		return nil, err
	}
	l := &list{pieces: make([]piece, len(dicts))}
	for i := range dicts {
		p := &l.pieces[i]
		if err := r.open(p, &dicts[i], term, d); err != nil {
			return nil, err
		}
		l.count += p.count(r.Segments()[i].Deleted())
		p.rewind()
	}
	return l, nil
}

// open reads where the list of a term lies.
func (r *reader) open(p *piece, in *dictionary, term string, d detail) error {
	p.detail = d
	if in.terms == nil {
		return r.openSlow(p, in, term)
	}
	offset, ok, err := in.terms.Get([]byte(term))
	if err != nil || !ok {
		return err
	}
	if offset&zap.FSTValEncodingMask == zap.FSTValEncoding1Hit {
		number, _ := zap.FSTValDecode1Hit(offset)
		r.openOne(p, uint32(number))
		return nil
	}
	// The offsets of frequencies and places, and the length of the list, which comes then.
	var numbers [3]uint64
	for i := range numbers {
		if offset >= uint64(len(in.file)) {
			return errVarint
		}
		v, n := binary.Uvarint(in.file[offset:])
		if n <= 0 {
			return errVarint
		}
		numbers[i] = v
		offset += uint64(n)
	}
	if numbers[2] > uint64(len(in.file))-offset {
		return errVarint
	}
	if err := r.openContainers(p, in.file[offset:offset+numbers[2]]); err != nil || d == articlesOnly || len(p.containers) == 0 {
		return err
	}
	last := p.containers[len(p.containers)-1]
	p.size = uint32(max(in.count/(uint64(last.before+last.count)/1024+1), 1))
	if p.opened[0], err = openChunks(in.file, numbers[0]); err != nil || d < withPlaces {
		return err
	}
	if numbers[1] == 0 { // it has no places anywhere
		p.detail = withFrequency
		return nil
	}
	p.opened[1], err = openChunks(in.file, numbers[1])
	return err
}

func (r *reader) openContainers(p *piece, raw []byte) error {
	from := len(r.containers)
	found, err := appendContainers(r.containers, raw)
	r.containers = found
	p.containers = found[from:len(found):len(found)]
	return err
}

// openOne makes a list of one article.
func (r *reader) openOne(p *piece, number uint32) {
	from := len(r.containers)
	r.containers = append(r.containers, container{first: number &^ (perContainer - 1), count: 1, shape: array, data: []byte{byte(number), byte(number >> 8)}})
	p.containers, p.detail = r.containers[from:len(r.containers):len(r.containers)], articlesOnly
}

// openSlow opens a list of a segment that is in memory: an index writes what is new to a file a moment later.
func (r *reader) openSlow(p *piece, in *dictionary, term string) error {
	found, err := in.words.PostingsList([]byte(term), nil, nil)
	if err != nil {
		return err
	}
	postings := found.Iterator(p.detail > articlesOnly, p.detail > articlesOnly, p.detail > withFrequency, nil)
	open, ok := postings.(segment.OptimizablePostingsIterator)
	if !ok {
		return fmt.Errorf("search: the list of a segment is a %T", postings)
	}
	if number, ok := open.DocNum1Hit(); ok {
		r.openOne(p, uint32(number))
		return nil
	}
	articles := open.ActualBitmap()
	if articles == nil || articles.IsEmpty() {
		return nil
	}
	raw, err := articles.ToBytes()
	if err != nil {
		return err
	}
	if p.detail > articlesOnly {
		p.again = func() segment.PostingsIterator { return found.Iterator(true, true, p.detail == withPlaces, nil) }
	}
	return r.openContainers(p, raw)
}

// count is how many articles have a term.
func (r *reader) count(field, term string) (uint64, error) {
	dicts, err := r.dictionaries(field)
	if err != nil {
		return 0, err
	}
	sum, from := uint64(0), len(r.containers)
	for i := range dicts {
		r.counted = piece{}
		if err := r.open(&r.counted, &dicts[i], term, articlesOnly); err != nil {
			return 0, err
		}
		sum += r.counted.count(r.Segments()[i].Deleted())
		r.containers = r.containers[:from]
	}
	return sum, nil
}

// rewind makes the list begin anew.
func (l *list) rewind() {
	for i := range l.pieces {
		l.pieces[i].rewind()
	}
	for _, word := range l.words {
		word.rewind()
	}
}

// addTo puts the articles of a segment into a set; of several words one after another, those that have all of them.
func (l *list) addTo(to set, r *reader, segment int) {
	if l.words == nil {
		to.add(l.pieces[segment].containers)
		return
	}
	var all set
	for _, word := range l.words {
		one := r.emptySet(segment)
		if word.addTo(one, r, segment); all == nil {
			all = one
		} else {
			all.and(one)
		}
	}
	to.or(all)
}

// posting is what the list tells of an article; nil: the article is not in it. Articles of a segment must be asked for upwards.
func (l *list) posting(segment int, number uint32) (*posting, error) {
	if l.words == nil {
		return l.pieces[segment].posting(number)
	}
	first, times, err := together(l.words, segment, number)
	if err != nil || times == 0 {
		return nil, err
	}
	return &posting{frequency: times, length: first.length}, nil
}

// segment finds the segment of an article, and its number there.
func (r *reader) segment(number uint64) (at int, local uint32) {
	at = len(r.offsets) - 1
	for r.offsets[at] > number {
		at--
	}
	return at, uint32(number - r.offsets[at])
}

// own calls visit with the terms of an article that feedback may take; visit may keep nothing of term.
func (r *reader) own(number uint64, visit func(term []byte, frequency, length float64)) error {
	i, local := r.segment(number)
	var failed error
	err := r.Segments()[i].Segment().VisitStoredFields(uint64(local), func(field string, _ byte, value []byte, _ []uint64) bool {
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
