package moderation

import (
	"math/bits"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

const (
	repeatWords  = 4 // a shorter text («خیلی ممنون») is many people's
	repeatGram   = 4 // letters that are compared at a time
	repeatApart  = 8 // bits of 64 by which nearly the same texts differ
	repeatMostly = 4000
)

// Fingerprint is a number of a folded text without digits and emoji: texts that are nearly the same have numbers of which few bits
// differ (simhash, Charikar 2002). 0 for a text too short to be a repeat.
func Fingerprint(u persian.Unmasked) int64 {
	var letters []byte
	words := 0
	for _, w := range u.Words {
		if w.Symbol() || w.Text[0] <= '9' || len(letters) > repeatMostly {
			continue
		}
		words++
		letters = append(append(letters, boundary), w.Text...)
	}
	if words < repeatWords {
		return 0
	}
	runes := []rune(string(letters))
	var ones [64]int // how many grams have the bit
	grams := 0
	for i := 0; i+repeatGram <= len(runes); i++ {
		h := uint64(14695981039346656037)
		for _, r := range runes[i : i+repeatGram] {
			h = (h ^ uint64(r)) * 1099511628211
		}
		h ^= h >> 32
		h *= 0x9e3779b97f4a7c15
		h ^= h >> 29
		grams++
		for ; h != 0; h &= h - 1 {
			ones[bits.TrailingZeros64(h)]++
		}
	}
	var print uint64
	for b, n := range ones {
		if 2*n > grams {
			print |= 1 << b
		}
	}
	return int64(max(print, 1))
}

// Near tells whether two fingerprints are of nearly the same text.
func Near(a, b int64) bool {
	return a != 0 && b != 0 && bits.OnesCount64(uint64(a)^uint64(b)) <= repeatApart
}
