// Package lexicon is the Persian word list in the binary: 104,024 entries of Lilak with the endings that each may take. It
// answers how letters without half-spaces can be read as words; which reading is right is the business of who asks
// (package copydesk). The data files are another project's, the reading of them is ours; nothing else may live here.
//
// # In memory
//
// The entries stand one after another in one string (length, class, text with its half-spaces). A table of open addresses,
// keyed by the text without half-spaces, holds eight bits of the hash and the place of the entry in one word. 104,024 entries
// take about 4 MB in two allocations that the garbage collector never looks into, and a look-up touches one or two lines of cache.
package lexicon

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed fa.aff
var affixFile []byte

//go:embed fa.dic.gz
var wordFile []byte

const halfSpace = "\u200c"

// Class is the set of affix rules that a word may take, one bit for each rule of fa.aff that this package knows.
type Class uint32

// The affix rules of fa.aff. The comment shows what each adds; "+" is a half-space.
const (
	Without          Class = 1 << iota // pa: بی+ before the word
	Own                                // sa: م ت ش مان تان شان
	OwnAfterA                          // sb: یم یت یش یمان یتان یشان
	OwnApart                           // sc: +ام +ات +اش +مان +تان +شان
	Plural                             // sd: ها های هایی
	OwnPlural                          // se: هایم هایت هایش هایمان هایتان هایشان
	IsPlural                           // sf: هاست
	PluralApart                        // sg: +ها +های +هایی
	OwnPluralApart                     // sh: +هایم +هایت …
	IsPluralApart                      // si: +هاست
	PeoplePlural                       // sj: ان انی انم …
	EzafeApart                         // sk: +ی, or hamza above
	Indefinite                         // sl: ی
	IndefiniteApart                    // sm: +ای
	IndefiniteAfterA                   // sn: یی
	Be                                 // so: م ی ست یم ید ند
	BeApart                            // sp: +ام +ای +ایم +اید +اند
	BeAfterA                           // sq: یم یی ست ییم یید یند
	BeAfterH                           // sr: م ی یم ید ند
	Comparative                        // st: تر ترین
	ComparativeApart                   // su: +تر +ترین
	EzafeAfterA                        // sv: ی
)

var ruleNames = []string{"pa", "sa", "sb", "sc", "sd", "se", "sf", "sg", "sh", "si", "sj", "sk", "sl", "sm", "sn", "so", "sp", "sq",
	"sr", "st", "su", "sv"}

func classOf(flags string) Class {
	var c Class
	for i := 0; i+2 <= len(flags); i += 2 {
		if bit := slices.Index(ruleNames, flags[i:i+2]); bit >= 0 {
			c |= 1 << bit
		}
	}
	return c
}

// Reading is one way to read letters: Prefix + Stem + Ending, each as it is written, half-spaces included.
type Reading struct {
	Prefix string // "بی" with its half-space, or nothing
	Stem   string // an entry of the lexicon
	Class  Class  // what the stem may take
	Ending string // nothing, or what Rule adds, with what may follow it
	Rule   Class  // the one bit of the rule that gave Ending or Prefix
}

// Is reports whether word is this reading, half-spaces included.
func (r Reading) Is(word string) bool {
	stem, ok := strings.CutPrefix(word, r.Prefix)
	return ok && len(stem) == len(r.Stem)+len(r.Ending) && strings.HasPrefix(stem, r.Stem) && strings.HasSuffix(stem, r.Ending)
}

// Written returns the whole word.
func (r Reading) Written() string { return r.Prefix + r.Stem + r.Ending }

// Lexicon is read-only and safe for concurrent use.
type Lexicon struct {
	arena   string
	slots   []uint32 // hash<<24 | place in arena + 1
	classes []Class
	count   int
	endings []node // a tree over the letters of the endings, from the last to the first; node 0 is the root
}

type node struct {
	next []branch
	ends []ending
}

type branch struct {
	letter rune
	node   int32
}

type ending struct {
	text string
	rule Class
}

// Default returns the lexicon of the binary. It is read at the first call (about 60 ms); an error means that the binary is broken.
var Default = sync.OnceValues(func() (*Lexicon, error) { return read(affixFile, wordFile) })

// builder is a lexicon that still grows.
type builder struct {
	Lexicon
	bytes []byte
}

func (b *builder) done() *Lexicon {
	l := b.Lexicon
	l.arena = string(b.bytes)
	return &l
}

func read(affixes, words []byte) (*Lexicon, error) {
	l := &builder{Lexicon: Lexicon{slots: make([]uint32, 1<<18)}, bytes: make([]byte, 0, 2_700_000)}
	if err := l.readEndings(affixes); err != nil {
		return nil, fmt.Errorf("fa.aff: %w", err)
	}
	plain, err := gzip.NewReader(bytes.NewReader(words))
	if err != nil {
		return nil, fmt.Errorf("fa.dic.gz: %w", err)
	}
	lines := bufio.NewScanner(plain)
	lines.Scan() // the number of entries
	classes := map[string]Class{}
	for lines.Scan() {
		word, flags, _ := bytes.Cut(lines.Bytes(), []byte("/"))
		c, known := classes[string(flags)]
		if !known {
			c = classOf(string(flags))
			classes[string(flags)] = c
		}
		if err := l.add(word, c); err != nil {
			return nil, err
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("fa.dic.gz: %w", err)
	}
	return l.done(), nil
}

// add appends an entry. Half-spaces in word stay in the arena and are no part of its key.
func (l *builder) add(word []byte, c Class) error {
	if len(word) == 0 || len(word) > 255 || 2*l.count > len(l.slots) {
		return fmt.Errorf("lexicon: no room for %q", word)
	}
	class := slices.Index(l.classes, c)
	if class < 0 {
		class = len(l.classes)
		l.classes = append(l.classes, c)
	}
	if class > 255 {
		return errors.New("lexicon: too many classes")
	}
	place := uint32(len(l.bytes)) + 1
	if place >= 1<<24 {
		return errors.New("lexicon: full")
	}
	l.bytes = append(l.bytes, byte(len(word)), byte(class))
	l.bytes = append(l.bytes, word...)
	h := hash(word)
	at := h & uint32(len(l.slots)-1)
	for l.slots[at] != 0 {
		at = (at + 1) & uint32(len(l.slots)-1)
	}
	l.slots[at] = h&0xff000000 | place
	l.count++
	return nil
}

// hash is FNV-1a over the bytes of word without its half-spaces.
func hash[T string | []byte](word T) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(word); i++ {
		if word[i] == 0xe2 && i+2 < len(word) && word[i+1] == 0x80 && word[i+2] == 0x8c {
			i += 2
			continue
		}
		h = (h ^ uint32(word[i])) * 16777619
	}
	return h ^ h>>15
}

// sameLetters reports whether the entry is letters when its half-spaces are left out.
func sameLetters(entry, letters string) bool {
	if len(entry) < len(letters) {
		return false
	}
	j := 0
	for i := 0; i < len(entry); i++ {
		if entry[i] == 0xe2 && i+2 < len(entry) && entry[i+1] == 0x80 && entry[i+2] == 0x8c {
			i += 2
			continue
		}
		if j == len(letters) || entry[i] != letters[j] {
			return false
		}
		j++
	}
	return j == len(letters)
}

// each calls visit with every entry that is letters without half-spaces, until visit returns false.
func (l *Lexicon) each(letters string, visit func(entry string, c Class) bool) {
	h := hash(letters)
	mask := uint32(len(l.slots) - 1)
	for at := h & mask; l.slots[at] != 0; at = (at + 1) & mask {
		if l.slots[at]>>24 != h>>24 {
			continue
		}
		place := int(l.slots[at]&0xffffff) - 1
		entry := l.arena[place+2 : place+2+int(l.arena[place])]
		if sameLetters(entry, letters) && !visit(entry, l.classes[l.arena[place+1]]) {
			return
		}
	}
}

// Letters returns word without its half-spaces.
func Letters(word string) string { return strings.ReplaceAll(word, halfSpace, "") }

// Each calls visit with every entry, half-spaces included, and what it may take. The order is that of the file; a word that is
// listed with two classes comes twice.
func (l *Lexicon) Each(visit func(entry string, c Class)) {
	for at := 0; at < len(l.arena); {
		length := int(l.arena[at])
		visit(l.arena[at+2:at+2+length], l.classes[l.arena[at+1]])
		at += 2 + length
	}
}

// Len is the number of entries.
func (l *Lexicon) Len() int { return l.count }

// Has reports whether word, half-spaces included, is an entry.
func (l *Lexicon) Has(word string) bool {
	letters := Letters(word)
	found := false
	l.each(letters, func(entry string, _ Class) bool {
		found = entry == word
		return !found
	})
	return found
}

// ClassOf returns what the entries that are letters without half-spaces may take, and whether there is any.
func (l *Lexicon) ClassOf(letters string) (Class, bool) {
	var all Class
	found := false
	l.each(letters, func(_ string, c Class) bool {
		all |= c
		found = true
		return true
	})
	return all, found
}

// Knows reports whether word, half-spaces included, is an entry or an entry with an ending or prefix that it may take.
func (l *Lexicon) Knows(word string) bool {
	if l.Has(word) {
		return true
	}
	for _, r := range l.AppendReadings(nil, Letters(word)) {
		if r.Written() == word {
			return true
		}
	}
	return false
}

// AppendReadings appends to dst every reading of letters, which must be without half-spaces. Entries themselves come first.
func (l *Lexicon) AppendReadings(dst []Reading, letters string) []Reading {
	l.each(letters, func(entry string, c Class) bool {
		dst = append(dst, Reading{Stem: entry, Class: c})
		return true
	})
	if rest, ok := strings.CutPrefix(letters, "بی"); ok && rest != "" {
		l.each(rest, func(entry string, c Class) bool {
			if c&Without != 0 {
				dst = append(dst, Reading{Prefix: "بی" + halfSpace, Stem: entry, Class: c, Rule: Without})
			}
			return true
		})
	}
	at := int32(0)
	for end := len(letters); end > 0; {
		r, n := utf8.DecodeLastRuneInString(letters[:end])
		if at = l.endings[at].child(r); at < 0 {
			break
		}
		end -= n
		ends := l.endings[at].ends
		if len(ends) == 0 || end == 0 {
			continue
		}
		l.each(letters[:end], func(entry string, c Class) bool {
			for _, e := range ends {
				if c&e.rule != 0 {
					dst = append(dst, Reading{Stem: entry, Class: c, Ending: e.text, Rule: e.rule})
				}
			}
			return true
		})
	}
	return dst
}

func (n *node) child(r rune) int32 {
	for _, b := range n.next {
		if b.letter == r {
			return b.node
		}
	}
	return -1
}

// With returns a lexicon that also holds words, each with its half-spaces; what endings they take is told by their last letter.
// A word that is there already is not added again.
func (l *Lexicon) With(words ...string) *Lexicon {
	more := l.copy()
	for _, w := range words {
		if w != "" && !l.Has(w) {
			_ = more.add([]byte(w), nounClass(w)) // what does not fit stays unknown
		}
	}
	return more.done()
}

// WithClass is [Lexicon.With] for one word that takes what c says, also when the word is there already.
func (l *Lexicon) WithClass(c Class, words ...string) *Lexicon {
	more := l.copy()
	for _, w := range words {
		_ = more.add([]byte(w), c)
	}
	return more.done()
}

func (l *Lexicon) copy() *builder {
	b := &builder{Lexicon: *l, bytes: []byte(l.arena)}
	b.slots, b.classes = slices.Clone(l.slots), slices.Clone(l.classes)
	return b
}

func nounClass(word string) Class {
	last, _ := utf8.DecodeLastRuneInString(word)
	switch last {
	case 'ه', 'ی':
		return Without | OwnApart | BeApart | PluralApart | OwnPluralApart | IsPluralApart | IndefiniteApart | EzafeApart
	case 'ا', 'و':
		return Without | OwnAfterA | BeAfterA | Plural | OwnPlural | IsPlural | IndefiniteAfterA | EzafeAfterA
	case 'آ', 'د', 'ذ', 'ر', 'ز', 'ژ':
		return Without | Own | Be | Plural | OwnPlural | IsPlural | Indefinite
	}
	return Without | Own | Be | PluralApart | OwnPluralApart | IsPluralApart | Indefinite
}

// readEndings builds the tree of endings from the SFX lines of the affix file. An ending may take another (تر + ها).
func (l *Lexicon) readEndings(file []byte) error {
	type line struct {
		rule       Class
		text, more string
	}
	var lines []line
	r := bufio.NewReader(bytes.NewReader(file))
	for {
		text, err := r.ReadString('\n')
		if f := strings.Fields(text); len(f) == 5 && f[0] == "SFX" {
			if f[2] != "0" || f[4] != "." {
				return fmt.Errorf("a rule that takes away or has a condition: %q", text)
			}
			add, more, _ := strings.Cut(f[3], "/")
			lines = append(lines, line{classOf(f[1]), add, more})
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	l.endings = []node{{}}
	for _, first := range lines {
		l.addEnding(first.text, first.rule)
		follow := classOf(strings.NewReplacer("FF", "", "WW", "").Replace(first.more))
		for _, second := range lines {
			if second.rule&follow != 0 {
				l.addEnding(first.text+second.text, first.rule)
			}
		}
	}
	if len(l.endings) == 1 {
		return errors.New("no rule in it")
	}
	return nil
}

func (l *Lexicon) addEnding(text string, rule Class) {
	at := int32(0)
	for rest := strings.ReplaceAll(text, halfSpace, ""); rest != ""; {
		r, n := utf8.DecodeLastRuneInString(rest)
		rest = rest[:len(rest)-n]
		next := l.endings[at].child(r)
		if next < 0 {
			next = int32(len(l.endings))
			l.endings = append(l.endings, node{})
			l.endings[at].next = append(l.endings[at].next, branch{r, next})
		}
		at = next
	}
	l.endings[at].ends = append(l.endings[at].ends, ending{text, rule})
}
