package moderation

import (
	"bytes"
	"slices"
)

// automaton finds many patterns in one pass over a text (Aho and Corasick, 1975). Its nodes lie in the order of their depth, so that
// the children of a node are neighbours: 50,000 terms take some ten megabytes and no pointers.
type automaton struct {
	low      [0x800]byte   // codes of the letters that occur in patterns; others are 0 and fit nothing
	high     map[rune]byte // those of letters from U+0800 on
	letters  int           // how many there are
	labels   []byte        // the letter by which a node is reached
	children []int32       // the first child; the last one is before the next node's first
	fail     []int32       // the longest other beginning that the node ends with
	found    []int32       // the pattern that ends here, -1 none; others of the same text follow in same
	shorter  []int32       // the nearest node on the way of fail with a pattern, 0 none
	same     []int32       // by pattern: the next one with the same text, -1 none
	root     [256]int32    // children of the root
}

// boundary stands before, between and after words.
const boundary = ' '

// build makes an automaton of patterns; an empty one is never found.
func build(patterns []string) *automaton {
	a := &automaton{high: map[rune]byte{}, same: make([]int32, len(patterns))}
	a.learn(boundary)
	coded := make([][]byte, len(patterns))
	order := make([]int32, 0, len(patterns))
	for i, p := range patterns {
		for _, r := range p {
			a.learn(r)
		}
		a.same[i] = -1
		if coded[i] = a.encode(nil, p); len(p) > 0 && !slices.Contains(coded[i], 0) {
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(x, y int32) int { return slices.Compare(coded[x], coded[y]) })
	a.grow(coded, order)
	a.link()
	return a
}

// learn gives a letter its code; there are 255.
func (a *automaton) learn(r rune) {
	switch {
	case a.code(r) != 0 || a.letters == 255:
	case int(r) < len(a.low):
		a.letters++
		a.low[r] = byte(a.letters)
	default:
		a.letters++
		a.high[r] = byte(a.letters)
	}
}

func (a *automaton) code(r rune) byte {
	if r >= 0 && int(r) < len(a.low) {
		return a.low[r]
	}
	return a.high[r]
}

func (a *automaton) encode(out []byte, s string) []byte {
	for _, r := range s {
		out = append(out, a.code(r))
	}
	return out
}

// grow lays out the nodes, a level after the other. A node stands for a run of the sorted patterns with one beginning.
func (a *automaton) grow(coded [][]byte, order []int32) {
	type span struct{ from, to, depth int }
	queue := []span{{0, len(order), 0}}
	a.labels, a.found = []byte{0}, []int32{-1}
	for node := 0; node < len(queue); node++ {
		s := queue[node]
		a.children = append(a.children, int32(len(a.labels)))
		from := s.from
		for ; from < s.to && len(coded[order[from]]) == s.depth; from++ { // those that end here
			if s.depth > 0 {
				a.same[order[from]] = a.found[node]
				a.found[node] = order[from]
			}
		}
		for from < s.to {
			letter, to := coded[order[from]][s.depth], from
			for to < s.to && coded[order[to]][s.depth] == letter {
				to++
			}
			if node == 0 {
				a.root[letter] = int32(len(a.labels))
			}
			a.labels, a.found = append(a.labels, letter), append(a.found, -1)
			queue = append(queue, span{from, to, s.depth + 1})
			from = to
		}
	}
	a.children = append(a.children, int32(len(a.labels)))
}

// link finds for each node where to go on when no child fits.
func (a *automaton) link() {
	a.fail, a.shorter = make([]int32, len(a.labels)), make([]int32, len(a.labels))
	for node := range int32(len(a.labels)) {
		for child := a.children[node]; child < a.children[node+1]; child++ {
			if node != 0 {
				a.fail[child] = a.next(a.fail[node], a.labels[child])
			}
			if f := a.fail[child]; a.found[f] >= 0 {
				a.shorter[child] = f
			} else {
				a.shorter[child] = a.shorter[f]
			}
		}
	}
}

// child is the node that a letter leads to, 0 when there is none.
func (a *automaton) child(node int32, letter byte) int32 {
	if node == 0 {
		return a.root[letter]
	}
	from, to := a.children[node], a.children[node+1]
	if i := bytes.IndexByte(a.labels[from:to], letter); i >= 0 {
		return from + int32(i)
	}
	return 0
}

func (a *automaton) next(node int32, letter byte) int32 {
	for {
		if c := a.child(node, letter); c != 0 || node == 0 {
			return c
		}
		node = a.fail[node]
	}
}

// scan calls hit for every pattern that ends in the coded text, with the place of its last letter.
func (a *automaton) scan(text []byte, hit func(pattern int32, last int)) {
	node := int32(0)
	for i, letter := range text {
		node = a.next(node, letter)
		for n := node; n != 0; n = a.shorter[n] {
			for p := a.found[n]; p >= 0; p = a.same[p] {
				hit(p, i)
			}
		}
	}
}
