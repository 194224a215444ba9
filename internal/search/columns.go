package search

import (
	"math"
	"math/bits"
	"slices"
	"strconv"

	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// columns are what the marks of a segment say, by article, on the heap: some 25 bytes an article. A search asks for the dates and facets of
// thousands of articles, and reading them from the segment would be a third of what it costs.
type columns struct {
	minutes []uint32 // since 1970; 0: undated
	from    []uint32 // where the facets of an article begin in facets; one more than there are articles
	facets  []uint32 // places in facetNames

	oldest, newest []uint32 // minutes in each block of articles
}

// block is how many words of a set are looked at together, and so 64 times as many articles.
const block = 64

// columnsOf returns those of a segment. Whoever asks first makes them (some hundred milliseconds for a million articles, after the index was opened and
// after a great merge), and the others wait.
func (x *Index) columnsOf(s *scorch.SegmentSnapshot) (*columns, error) {
	x.columnsMu.Lock()
	defer x.columnsMu.Unlock()
	if c := x.columns[s.Id()]; c != nil {
		return c, nil
	}
	c, err := x.facetNames.columns(s.Segment())
	if err != nil {
		return nil, err
	}
	x.columns[s.Id()] = c
	return c, nil
}

// forgetColumns drops those of segments that were merged into others.
func (x *Index) forgetColumns(present []*scorch.SegmentSnapshot) {
	x.columnsMu.Lock()
	defer x.columnsMu.Unlock()
	if len(x.columns) <= len(present) {
		return
	}
	kept := map[uint64]*columns{}
	for _, s := range present {
		if c := x.columns[s.Id()]; c != nil {
			kept[s.Id()] = c
		}
	}
	x.columns = kept
}

// facetNames are the marks of sections, kinds, tags and reporters that any segment had, each once.
type facetNames struct {
	names  []string
	places map[string]uint32
}

// place is where a mark stands, from now on where it is new.
func (f *facetNames) place(mark string) uint32 {
	at, ok := f.places[mark]
	if !ok {
		at = uint32(len(f.names))
		f.names = append(f.names, mark)
		f.places[mark] = at
	}
	return at
}

// columns makes those of a segment.
func (f *facetNames) columns(s segment.Segment) (*columns, error) {
	dict, err := s.Dictionary(fieldMarks)
	if err != nil {
		return nil, err
	}
	c := &columns{minutes: make([]uint32, s.Count()), from: make([]uint32, s.Count()+1)}
	if err := eachTerm(dict, markMinute, func(mark string, article uint32) error {
		minute, err := strconv.ParseInt(mark[len(markMinute):], 10, 64)
		c.minutes[article] = uint32(min(max(minute, 0), math.MaxUint32-1))
		return err
	}); err != nil {
		return nil, err
	}
	c.setBlocks()
	eachFacet := func(visit func(mark string, article uint32) error) error {
		for _, letter := range []string{markSection, markKind, markTag, markReporter} {
			if err := eachTerm(dict, letter, visit); err != nil {
				return err
			}
		}
		return nil
	}
	// First how many each article has, then which.
	sum := uint32(0)
	err = eachFacet(func(_ string, article uint32) error { c.from[article+1]++; sum++; return nil })
	if err != nil {
		return nil, err
	}
	for i := range c.minutes {
		c.from[i+1] += c.from[i]
	}
	c.facets = make([]uint32, sum)
	next := make([]uint32, len(c.minutes))
	copy(next, c.from)
	last, place := "", uint32(0)
	err = eachFacet(func(mark string, article uint32) error {
		if mark != last {
			last, place = mark, f.place(mark)
		}
		c.facets[next[article]] = place
		next[article]++
		return nil
	})
	return c, err
}

// setBlocks finds the oldest and the newest of each block.
func (c *columns) setBlocks() {
	for articles := range slices.Chunk(c.minutes, 64*block) {
		c.oldest, c.newest = append(c.oldest, slices.Min(articles)), append(c.newest, slices.Max(articles))
	}
}

// between takes the articles out of a set that were not published in the minutes from to before until.
func (c *columns) between(s set, from, until uint32) {
	at := 0
	for words := range slices.Chunk(s, block) {
		oldest, newest := c.oldest[at], c.newest[at]
		begin := 64 * block * at
		at++
		if newest < from || oldest >= until {
			clear(words)
			continue
		}
		if oldest >= from && newest < until {
			continue
		}
		for i := range words {
			for word := words[i]; word != 0; word &= word - 1 {
				n := bits.TrailingZeros64(word)
				if minute := c.minutes[begin+64*i+n]; minute < from || minute >= until {
					words[i] &^= 1 << n
				}
			}
		}
	}
}

// eachTerm calls visit with each article of each term that begins with a letter, term by term.
func eachTerm(dict segment.TermDictionary, letter string, visit func(term string, article uint32) error) error {
	terms := dict.AutomatonIterator(nil, []byte(letter), []byte{letter[0] + 1})
	var found segment.PostingsList
	for {
		entry, err := terms.Next()
		if err != nil || entry == nil {
			return err
		}
		if found, err = dict.PostingsList([]byte(entry.Term), nil, found); err != nil {
			return err
		}
		open, ok := found.Iterator(false, false, false, nil).(segment.OptimizablePostingsIterator)
		if !ok {
			continue
		}
		if number, ok := open.DocNum1Hit(); ok {
			err = visit(entry.Term, uint32(number))
		} else if articles := open.ActualBitmap(); articles != nil {
			articles.Iterate(func(number uint32) bool {
				err = visit(entry.Term, number)
				return err == nil
			})
		}
		if err != nil {
			return err
		}
	}
}

// marksByPlace are the marks that columns name by their places; those of columns that are made later are not yet there.
func (x *Index) marksByPlace() []string {
	x.columnsMu.Lock()
	defer x.columnsMu.Unlock()
	return x.facetNames.names
}

// counting counts the facets of articles that are found.
type counting []int32 // by places in facetNames

// visit counts articles of a segment.
func (c counting) visit(marks *columns, numbers []uint32) {
	for _, number := range numbers {
		for _, place := range marks.facets[marks.from[number]:marks.from[number+1]] {
			c[place]++
		}
	}
}

// counting is ready to count what is in the segments; names are the marks that it counts, in their places.
func (r *reader) counting() (counted counting, names []string, err error) {
	for i := range r.offsets {
		if _, err := r.columns(i); err != nil { // so that all names are known
			return nil, nil, err
		}
	}
	names = r.index.marksByPlace()
	r.counts = slices.Grow(r.counts[:0], len(names))[:len(names)]
	clear(r.counts)
	return r.counts, names, nil
}
