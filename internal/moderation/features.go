package moderation

import (
	"slices"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

const (
	featureBits = 20
	features    = 1 << featureBits

	shortestGram = 2
	longestGram  = 5

	mostWords      = 1000 // of one text; what stands behind them is not looked at
	mostCandidates = 64   // spellings of a Latin word that are looked up
)

// feature is a hashed n-gram of a text and the word of the text that it stands in; for a pair of words, the first of them.
type feature struct {
	id   uint32
	word int32
}

// token is a word as the model reads it, and where it stands.
type token struct {
	text     string
	from, to int
}

// tokensOf are the words of a text as the model reads them: where a word is not known the reading that is.
func tokensOf(u persian.Unmasked, known func(word string) bool) []token {
	words := u.Words[:min(len(u.Words), mostWords)]
	tokens := make([]token, 0, len(words))
	next := 0 // of the readings
	for i := 0; i < len(words); i++ {
		w := words[i]
		t := token{w.Text, w.From, w.To}
		for next < len(u.Readings) && u.Readings[next].From < w.From {
			next++
		}
		if !known(t.text) {
			for _, r := range u.Readings[next:] {
				if r.From != w.From {
					break
				}
				if known(r.Text) {
					t.text, t.to = r.Text, r.To
					for i+1 < len(words) && words[i+1].To <= r.To {
						i++
					}
					break
				}
			}
		}
		if w.Latin() && !known(t.text) {
			for _, candidate := range persian.FinglishCandidates(t.text, mostCandidates) {
				if known(candidate) {
					t.text = candidate
					break
				}
			}
		}
		if w.Symbol() && len(tokens) > 0 && tokens[len(tokens)-1].text == t.text {
			continue
		}
		tokens = append(tokens, t)
	}
	return tokens
}

// usual is how many features most comments have at the most: room for so many needs no allocation.
const usual = 512

// idsOf appends the features of a text without their words.
func idsOf(ids []uint32, found []feature) []uint32 {
	ids = slices.Grow(ids, len(found))
	for _, f := range found {
		ids = append(ids, f.id)
	}
	return ids
}

// featuresOf appends the n-grams of words to an empty list: of letters within a word and its boundaries, of one word, of two. Each counts once.
func featuresOf(out []feature, tokens []token) []feature {
	var bounded []byte
	for i, t := range tokens {
		bounded = append(append(append(bounded[:0], boundary), t.text...), boundary)
		out = gramsOf(out, bounded, int32(i))
		// A whole word says more than its parts, of which there are many: it counts three times.
		word := wordID(t.text)
		out = append(out, feature{word, int32(i)}, feature{slot(word + seedPair), int32(i)}, feature{slot(word ^ 0x5bd1e995), int32(i)})
		if i+1 < len(tokens) {
			out = append(out, feature{slot(hashed(hashed(seedPair, t.text)^boundary, tokens[i+1].text)), int32(i)})
		}
	}
	return once(out)
}

// once leaves out the features that came before. It is a hash table of open addresses, since a map or sorting takes longer than all the rest.
func once(found []feature) []feature {
	size := 64
	for size < 2*len(found) {
		size *= 2
	}
	var room [2 * usual]uint32
	table := room[:]
	if size > len(room) {
		table = make([]uint32, size)
	}
	table = table[:size]
	kept := found[:0]
	for _, f := range found {
		at := int(f.id*2654435769>>8) & (size - 1)
		for table[at] != 0 && table[at] != f.id+1 {
			at = (at + 1) & (size - 1)
		}
		if table[at] == 0 {
			table[at] = f.id + 1
			kept = append(kept, f)
		}
	}
	return kept
}

// gramsOf appends the n-grams of letters of a word with its boundaries.
func gramsOf(out []feature, word []byte, index int32) []feature {
	for from := 0; from < len(word); {
		_, first := utf8.DecodeRune(word[from:])
		h, at := uint32(seedGram), from
		for n := 1; n <= longestGram && at < len(word); n++ {
			_, size := utf8.DecodeRune(word[at:])
			for _, b := range word[at : at+size] {
				h = (h ^ uint32(b)) * prime
			}
			at += size
			if n >= shortestGram {
				out = append(out, feature{slot(h), index})
			}
		}
		from += first
	}
	return out
}

// FNV-1a with a seed for each sort of feature.
const (
	prime    = 16777619
	seedGram = 2166136261
	seedWord = 84696351
	seedPair = 1540483477
)

func hashed(h uint32, s string) uint32 {
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * prime
	}
	return h
}

// slot folds a hash to the table; the low bits of FNV alone are poor.
func slot(h uint32) uint32 {
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 13
	return h & (features - 1)
}

func wordID(word string) uint32 { return slot(hashed(seedWord, word)) }
