package search

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// A list of articles in a segment, as it lies in the file: roaring's portable format (github.com/RoaringBitmap/RoaringFormatSpec), which zapx
// puts there. It is read where it lies, and only as much of it as is asked for.

// shape is how a container holds its articles.
type shape uint8

const (
	array  shape = iota // 16 bits an article
	bitmap              // a bit for each that could be there
	runs                // the first and how many follow it, 16 bits each
)

const (
	perContainer = 1 << 16
	arrayMost    = 4096 // articles in an array
	bitmapBytes  = perContainer / 8
	cookieRuns   = 12347
	cookieNoRuns = 12346
	offsetsFrom  = 4 // containers from which on there are offsets beside runs
)

// container is a part of a list: articles whose numbers differ in the lower 16 bits.
type container struct {
	first  uint32 // the number of which those 16 bits are 0
	before uint32 // articles in the containers before
	count  uint32
	shape  shape
	data   []byte
}

// errContainers: a list of articles cannot be read.
var errContainers = fmt.Errorf("%w: a list of articles cannot be read", ErrDamaged)

// appendContainers reads a list and appends its containers to some.
func appendContainers(to []container, raw []byte) ([]container, error) {
	if len(raw) < 8 {
		return to, errContainers
	}
	var flags []byte // a bit for each container: it has runs
	size, heads := int(binary.LittleEndian.Uint32(raw[4:])), 8
	switch cookie := binary.LittleEndian.Uint32(raw); {
	case cookie&0xffff == cookieRuns:
		size = int(cookie>>16) + 1
		flags, heads = raw[4:], 4+(size+7)/8
	case cookie != cookieNoRuns || size > perContainer:
		return to, errContainers
	}
	at := heads + 4*size
	if flags == nil || size >= offsetsFrom {
		at += 4 * size // the offsets follow from the sizes
	}
	before := uint32(0)
	for i := range size {
		if at > len(raw) {
			return to, errContainers
		}
		head := raw[heads+4*i:]
		c := container{first: uint32(binary.LittleEndian.Uint16(head)) << 16, before: before, count: uint32(binary.LittleEndian.Uint16(head[2:])) + 1}
		n := 2 * int(c.count)
		switch {
		case flags != nil && flags[i/8]&(1<<(i%8)) != 0:
			if at+2 > len(raw) {
				return to, errContainers
			}
			c.shape, n = runs, 4*int(binary.LittleEndian.Uint16(raw[at:]))
			at += 2
		case c.count > arrayMost:
			c.shape, n = bitmap, bitmapBytes
		}
		if at+n > len(raw) {
			return to, errContainers
		}
		c.data = raw[at : at+n]
		at += n
		before += c.count
		to = append(to, c)
	}
	return to, nil
}

// walker finds articles in a list, upwards.
type walker struct {
	containers []container
	at         int    // the container
	place      uint32 // in its data: the article of an array, the word of a bitmap, the run of runs
	passed     uint32 // articles of a bitmap or of runs before that place
}

// find tells how many articles of the list are before number and whether number is in it. The next call must not ask for less.
func (w *walker) find(number uint32) (before uint32, ok bool) {
	for ; ; w.at++ {
		if w.at == len(w.containers) {
			if w.at == 0 {
				return 0, false
			}
			last := &w.containers[w.at-1]
			return last.before + last.count, false
		}
		if c := &w.containers[w.at]; number < c.first {
			return c.before, false
		} else if number-c.first < perContainer {
			break
		}
		w.place, w.passed = 0, 0
	}
	c := &w.containers[w.at]
	low := number - c.first
	switch c.shape {
	case array:
		w.place = c.gallop(w.place, low)
		return c.before + w.place, w.place < c.count && c.value(w.place) == low
	case bitmap:
		for ; w.place < low/64; w.place++ {
			w.passed += uint32(bits.OnesCount64(c.word(w.place)))
		}
		word := c.word(w.place)
		below := bits.OnesCount64(word & (1<<(low%64) - 1))
		return c.before + w.passed + uint32(below), word>>(low%64)&1 != 0
	}
	for ; int(w.place) < len(c.data)/4; w.place++ {
		from, more := c.run(w.place)
		if low < from {
			break
		}
		if low <= from+more {
			return c.before + w.passed + low - from, true
		}
		w.passed += more + 1
	}
	return c.before + w.passed, false
}

func (c *container) value(i uint32) uint32 { return uint32(binary.LittleEndian.Uint16(c.data[2*i:])) }
func (c *container) word(i uint32) uint64  { return binary.LittleEndian.Uint64(c.data[8*i:]) }
func (c *container) run(i uint32) (from, more uint32) {
	return c.value(2 * i), c.value(2*i + 1)
}

// gallop is the place of the first value of an array that is not below low, from a place on.
func (c *container) gallop(from, low uint32) uint32 {
	step := uint32(1)
	to := from
	for to < c.count && c.value(to) < low {
		from = to + 1
		to += step
		step *= 2
	}
	to = min(to, c.count)
	for from < to {
		if middle := (from + to) / 2; c.value(middle) < low {
			from = middle + 1
		} else {
			to = middle
		}
	}
	return from
}

// chunks are varints that zapx keeps for the articles of a list, so many articles together.
type chunks struct {
	table []byte // the ends of the chunks that were not yet asked for
	data  []byte
	next  uint32 // the chunk whose end comes next in table
	end   uint64 // of the chunk before that
}

// openChunks opens those at an offset of a file.
func openChunks(file []byte, offset uint64) (chunks, error) {
	if offset >= uint64(len(file)) {
		return chunks{}, errVarint
	}
	count, n := binary.Uvarint(file[offset:])
	if n <= 0 {
		return chunks{}, errVarint
	}
	table := file[offset+uint64(n):]
	data, ok := skipVarints(table, count)
	if !ok {
		return chunks{}, errVarint
	}
	return chunks{table: table[:len(table)-len(data)], data: data}, nil
}

// load returns a chunk, which must not be before one that was returned.
func (c *chunks) load(chunk uint32) ([]byte, error) {
	for {
		if chunk > c.next+1 {
			rest, ok := skipVarints(c.table, uint64(chunk-c.next-1))
			if !ok {
				return nil, errVarint
			}
			c.table, c.next = rest, chunk-1
		}
		begin := c.end
		end, n := binary.Uvarint(c.table)
		if n <= 0 || chunk < c.next || end < begin || end > uint64(len(c.data)) {
			return nil, errVarint
		}
		c.table, c.end = c.table[n:], end
		if c.next++; c.next > chunk {
			return c.data[begin:end], nil
		}
	}
}

// errVarint: numbers beside a list of articles cannot be read.
var errVarint = fmt.Errorf("%w: the numbers of a list cannot be read", ErrDamaged)

// skipVarints returns what is behind n varints, and whether there are as many.
func skipVarints(b []byte, n uint64) ([]byte, bool) {
	// The last byte of each has its highest bit clear. Eight bytes hold the ends of eight at most.
	for n >= 8 && len(b) >= 8 {
		n -= uint64(bits.OnesCount64(^binary.LittleEndian.Uint64(b) & 0x8080808080808080))
		b = b[8:]
	}
	for ; n > 0; b = b[1:] {
		if len(b) == 0 {
			return nil, false
		}
		if b[0] < 0x80 {
			n--
		}
	}
	return b, true
}

// posting is what a list tells of one article.
type posting struct {
	frequency uint64
	length    float64  // of the article, in terms
	places    []uint64 // of the term, upwards, where they were wanted; valid until the next article is read
}

// piece is what one segment has of a list. It reads articles upwards by their numbers in the segment.
type piece struct {
	containers []container
	walk       walker
	detail     detail

	// Of lists that tell how often a term stands in an article:
	size          uint32 // articles whose numbers lie together in a chunk
	freqs, places chunks
	begins        walker // of the chunks
	chunk         uint32
	passed        uint32 // articles whose numbers are before rest
	rest, located []byte // of the chunk: frequencies and lengths, and places; nil: none was read
	opened        [2]chunks

	again func() segment.PostingsIterator // of segments that are not in files; nil: they are read here
	slow  segment.PostingsIterator

	number uint32 // the last that was read
	read   bool
	last   posting
}

// rewind makes the piece begin anew.
func (p *piece) rewind() {
	p.walk, p.begins = walker{containers: p.containers}, walker{containers: p.containers}
	p.freqs, p.places = p.opened[0], p.opened[1]
	p.rest, p.located, p.read = nil, nil, false
	if p.again != nil {
		p.slow = p.again()
	}
}

// count is how many articles the list has that were not deleted.
func (p *piece) count(deleted *roaring.Bitmap) uint64 {
	n := len(p.containers)
	if n == 0 {
		return 0
	}
	sum := uint64(p.containers[n-1].before + p.containers[n-1].count)
	if deleted != nil {
		walk := walker{containers: p.containers}
		deleted.Iterate(func(number uint32) bool {
			if _, ok := walk.find(number); ok {
				sum--
			}
			return true
		})
	}
	return sum
}

// has reports whether an article is in the list.
func (p *piece) has(number uint32) bool {
	_, ok := p.walk.find(number)
	return ok
}

// posting reads what the list tells of an article; nil: the article is not in it.
func (p *piece) posting(number uint32) (*posting, error) {
	before, ok := p.walk.find(number)
	if !ok {
		return nil, nil
	}
	if p.read && p.number == number {
		return &p.last, nil
	}
	p.number, p.read = number, true
	switch {
	case p.slow != nil:
		return &p.last, p.walked(number)
	case p.detail == articlesOnly:
		p.last.frequency = 1
		return &p.last, nil
	}
	if chunk := number / p.size; p.rest == nil || chunk != p.chunk {
		if err := p.load(chunk); err != nil {
			return nil, err
		}
	}
	if before > p.passed {
		if err := p.skip(before - p.passed); err != nil {
			return nil, err
		}
	}
	p.passed = before + 1
	return &p.last, p.take()
}

// load goes to the beginning of a chunk.
func (p *piece) load(chunk uint32) (err error) {
	if p.rest, err = p.freqs.load(chunk); err != nil {
		return err
	}
	if p.detail == withPlaces {
		if p.located, err = p.places.load(chunk); err != nil {
			return err
		}
	}
	p.chunk = chunk
	p.passed, _ = p.begins.find(chunk * p.size)
	return nil
}

// walked asks zapx.
func (p *piece) walked(number uint32) error {
	found, err := p.slow.Advance(uint64(number))
	if err != nil {
		return err
	}
	if found == nil || found.Number() != uint64(number) {
		return fmt.Errorf("%w: an article is not in a list that has it", ErrDamaged)
	}
	p.last = posting{max(found.Frequency(), 1), fieldLength(found.Norm()), p.last.places[:0]}
	for _, place := range found.Locations() {
		p.last.places = append(p.last.places, place.Pos())
	}
	return nil
}

// skip goes over so many articles of the chunk. Each has two varints, how often the term is in it with a bit that says that there are places,
// and its length; and of its places a varint, how many bytes they are, and those.
func (p *piece) skip(articles uint32) error {
	if p.detail != withPlaces {
		rest, ok := skipVarints(p.rest, 2*uint64(articles))
		p.rest = rest
		return unless(ok)
	}
	for range articles {
		head, ok := p.varint(&p.rest)
		if p.rest, ok = skipOne(p.rest, ok); !ok {
			return errVarint
		}
		if head&1 == 0 {
			continue
		}
		n, ok := p.varint(&p.located)
		if !ok || n > uint64(len(p.located)) {
			return errVarint
		}
		p.located = p.located[n:]
	}
	return nil
}

func skipOne(b []byte, ok bool) ([]byte, bool) {
	if !ok {
		return nil, false
	}
	return skipVarints(b, 1)
}

func unless(ok bool) error {
	if ok {
		return nil
	}
	return errVarint
}

// varint takes one off b.
func (p *piece) varint(b *[]byte) (uint64, bool) {
	if len(*b) > 0 && (*b)[0] < 0x80 {
		v := (*b)[0]
		*b = (*b)[1:]
		return uint64(v), true
	}
	v, n := binary.Uvarint(*b)
	if n <= 0 {
		return 0, false
	}
	*b = (*b)[n:]
	return v, true
}

// take reads the article to which skip went.
func (p *piece) take() error {
	head, ok := p.varint(&p.rest)
	if !ok {
		return errVarint
	}
	length, ok := p.varint(&p.rest)
	if !ok {
		return errVarint
	}
	p.last = posting{max(head>>1, 1), float64(length), p.last.places[:0]}
	if p.detail != withPlaces || head&1 == 0 {
		return nil
	}
	n, ok := p.varint(&p.located)
	if !ok || n > uint64(len(p.located)) {
		return errVarint
	}
	located := p.located[:n]
	p.located = p.located[n:]
	for len(located) > 0 {
		// The field, the place, its beginning and end in bytes, and numbers of which there are as many as the last one says.
		var numbers [5]uint64
		for i := range numbers {
			if numbers[i], ok = p.varint(&located); !ok {
				return errVarint
			}
		}
		if located, ok = skipVarints(located, numbers[4]); !ok {
			return errVarint
		}
		p.last.places = append(p.last.places, numbers[1])
	}
	return nil
}
