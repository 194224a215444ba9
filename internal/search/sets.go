package search

import (
	"math"
	"math/bits"
	"slices"
)

// set is a set of the articles of one segment: a bit for each. Sets of a search lie in its scratch.
type set []uint64

// scratch is memory that one search after another uses.
type scratch struct {
	slab, words []uint64 // all, and what is free of it
	containers  []container
	counted     piece
	numbers     []uint32
	sums        []float64
	kept        []candidate
	counts      []int32
}

// again makes everything free.
func (s *scratch) again() {
	s.words, s.containers, s.counted = s.slab, s.containers[:0], piece{}
}

// set returns an empty one for so many articles.
func (s *scratch) set(articles uint64) set {
	n := int(articles+63) / 64
	if len(s.words) < n {
		s.slab = make([]uint64, max(2*len(s.slab), 8*n)) // who has the old ones keeps them
		s.words = s.slab
	}
	found := s.words[:n:n]
	s.words = s.words[n:]
	clear(found)
	return found
}

func (s set) count() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

func (s set) and(other set) {
	for i := range s {
		s[i] &= other[i]
	}
}

func (s set) andNot(other set) {
	for i := range s {
		s[i] &^= other[i]
	}
}

func (s set) or(other set) {
	for i := range s {
		s[i] |= other[i]
	}
}

// add puts the articles of a list in.
func (s set) add(containers []container) {
	for i := range containers {
		c := &containers[i]
		if int(c.first/64) >= len(s) {
			return // a damaged list: there are no such articles
		}
		here := s[c.first/64 : min(int(c.first/64)+perContainer/64, len(s))]
		switch c.shape {
		case array:
			for i := range c.count {
				if v := c.value(i); int(v/64) < len(here) {
					here[v/64] |= 1 << (v % 64)
				}
			}
		case bitmap:
			for i := range here {
				here[i] |= c.word(uint32(i))
			}
		case runs:
			for i := range uint32(len(c.data) / 4) {
				from, more := c.run(i)
				for v := from; v <= from+more && int(v/64) < len(here); v++ {
					here[v/64] |= 1 << (v % 64)
				}
			}
		}
	}
}

// appendTo appends the numbers of the articles, upwards.
func (s set) appendTo(numbers []uint32) []uint32 {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			numbers = append(numbers, uint32(64*i+bits.TrailingZeros64(word)))
		}
	}
	return numbers
}

// dropFirst takes the first n articles out.
func (s set) dropFirst(n int) {
	for i := range s {
		for s[i] != 0 {
			if n == 0 {
				return
			}
			s[i] &= s[i] - 1
			n--
		}
	}
}

// sampled is of how many words of sets the dates tell which articles are the newest.
const sampled = 2048

// newest leaves about as many of the articles in the sets of all segments as most: the newest, and where more than twice as many are of one
// minute, those that came last into the index. Of few it leaves exactly as many and those of the same minute.
func (r *reader) newest(sets []set, most int) error {
	total, words := 0, 0
	for _, s := range sets {
		total += s.count()
		words += len(s)
	}
	if total <= most {
		return nil
	}
	from, err := r.since(sets, most, 1+words/sampled, total <= 2*sampled)
	if err != nil {
		return err
	}
	total = 0
	for i, s := range sets {
		r.marks[i].between(s, from, math.MaxUint32)
		total += s.count()
	}
	if total <= 2*most {
		return nil
	}
	for _, s := range sets {
		here := s.count()
		s.dropFirst(total - most)
		total -= here - s.count()
	}
	return nil
}

// since is the minute from which on there are as many articles in sets as most. It looks at one article in each word that comes so many after
// another, which stands for all between them; or at every article.
func (r *reader) since(sets []set, most, step int, every bool) (uint32, error) {
	var dates []uint64 // a minute, and in the lower half for how many articles it stands
	for i, s := range sets {
		marks, err := r.columns(i)
		if err != nil {
			return 0, err
		}
		if every {
			for _, number := range s.appendTo(nil) {
				dates = append(dates, uint64(marks.minutes[number])<<32|1)
			}
			continue
		}
		for at := 0; at < len(s); at += step {
			if word := s[at]; word != 0 {
				dates = append(dates, uint64(marks.minutes[64*at+bits.TrailingZeros64(word)])<<32|uint64(bits.OnesCount64(word)*step))
			}
		}
	}
	slices.Sort(dates)
	for _, date := range slices.Backward(dates) {
		if most -= int(uint32(date)); most <= 0 {
			return uint32(date >> 32), nil
		}
	}
	return 0, nil
}
