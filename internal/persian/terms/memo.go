package terms

import "hash/maphash"

// memo remembers the words and pairs that came last: a few thousand words are most of any text.
type memo struct {
	seed  maphash.Seed
	words []known
	pairs []uint64 // the hash of two words written together; its lowest bit says whether they are one
}

// known is what was found out about a word; it fills a line of the processor's cache.
type known struct {
	word    [memoBytes]byte
	wordLen uint8
	cut     uint8 // the stem is word[:cut] and tail
	joint   uint8
	traits  traits
	tail    string
}

const (
	memoBytes = 40 // twenty letters
	memoWords = 1 << 15
	memoPairs = 1 << 14
)

func (k *known) is(folded []byte, joint int) bool {
	return int(k.wordLen) == len(folded) && int(k.joint) == joint && string(k.word[:k.wordLen]) == string(folded)
}

// look returns what is known of a folded word; nil of one that is too long. The answer is valid until the next look.
func (m *memo) look(g *grammar, folded []byte, joint int) *known {
	if len(folded) > memoBytes {
		return nil
	}
	if m.words == nil {
		m.seed, m.words, m.pairs = maphash.MakeSeed(), make([]known, memoWords), make([]uint64, memoPairs)
	}
	// Two words share two places, so that one that comes often is not put out by one that comes once.
	at := maphash.Bytes(m.seed, folded) % memoWords &^ 1
	k, second := &m.words[at], &m.words[at+1]
	if k.is(folded, joint) {
		return k
	}
	if second.is(folded, joint) {
		return second
	}
	*second = *k
	t := g.words[string(folded)]
	stem := g.stemOf(folded, joint, t)
	k.wordLen, k.joint = uint8(copy(k.word[:], folded)), uint8(joint)
	k.cut, k.tail, k.traits = uint8(stem.cut), stem.tail, t
	if isVerbPrefix(string(folded)) {
		k.traits |= prefix
	}
	return k
}

// pair returns what decide says of two words written together, or said lately.
func (m *memo) pair(folded []byte, decide func() bool) bool {
	h := maphash.Bytes(m.seed, folded)
	slot := &m.pairs[h>>1%memoPairs]
	if *slot|1 == h|1 {
		return *slot&1 != 0
	}
	*slot = h &^ 1
	if decide() {
		*slot |= 1
	}
	return *slot&1 != 0
}
