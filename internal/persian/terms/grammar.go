package terms

import (
	"fmt"
	"hash/maphash"
	"strings"
	"sync"

	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/persian/lexicon"
)

// traits is what the lexicon tells of a folded word.
type traits uint16

const (
	inflects  traits = 1 << iota // an entry that takes endings: a noun or an adjective
	listed                       // an entry of any kind, conjugated verbs too
	plural                       // an entry that takes only the endings of a plural: اخبار، زنان
	person                       // takes ان
	adjective                    // takes تر
	lexeme                       // an entry that takes plural endings itself
	compound                     // written with a half-space inside
	opens                        // the first part of such a compound
	prefix                       // می and the like, written alone
	verbal                       // a form of a verb with می
	irregular                    // its stem is in grammar.stems
)

// grammar is everything that stems are found with. It is read-only after loading.
type grammar struct {
	words    map[string]traits
	stems    map[string]string // irregular words, folded, and their stems
	past     map[string]string // a folded past stem, with its preverb, and the stem of the verb
	present  map[string]string
	endings  map[string]bool // what may follow a half-space as an ending
	openings map[string]bool // the first part of a compound and the first letters of the second
	opening  sieve           // the same: it lets all of them pass, and one in twelve of the others
}

// sieve tells most strings that are not in a set from those that are, faster than a map does.
type sieve struct {
	seed maphash.Seed
	bits [1 << 11]uint64
}

func (s *sieve) add(b []byte) {
	h := maphash.Bytes(s.seed, b)
	s.bits[h>>6%uint64(len(s.bits))] |= 1 << (h & 63)
}

func (s *sieve) has(b []byte) bool {
	h := maphash.Bytes(s.seed, b)
	return s.bits[h>>6%uint64(len(s.bits))]&(1<<(h&63)) != 0
}

// load reads the lexicon and the lists once.
var load = sync.OnceValues(func() (*grammar, error) {
	words, err := lexicon.Default()
	if err != nil {
		return nil, err
	}
	g := &grammar{words: make(map[string]traits, words.Len()), stems: map[string]string{}, past: map[string]string{},
		present: map[string]string{}, endings: map[string]bool{}, openings: map[string]bool{},
		opening: sieve{seed: maphash.MakeSeed()}}
	for e := range strings.FieldsSeq(apartEndings) {
		g.endings[e] = true
	}
	words.Each(g.addWord)
	if err := g.addLists(); err != nil {
		return nil, err
	}
	g.addVerbs()
	words.Each(g.addShort)
	return g, nil
})

// apartEndings are the endings that a half-space may set apart, folded.
const apartEndings = `ها های هایی هایم هایت هایش هایمان هایتان هایشان هاست هایند هاشان تر ترین تری ترها ترهای ترینها ترینهای ترینش ترش ترند ترم ترشان
	ام ات اش مان تان شان ای اند ایم اید است یی یم یت یش یمان یتان یشان ی م ت ش ست یند اندر هایشون جات گان ان انی`

func (g *grammar) addWord(entry string, c lexicon.Class) {
	key := persian.Fold(entry)
	t := listed
	first, last, half := strings.Cut(entry, halfSpace)
	if half && isVerbPrefix(first) {
		g.words[key] |= t | verbal
		return
	}
	if half && g.endings[persian.Fold(last)] {
		g.words[key] |= t
		return
	}
	const many = lexicon.Plural | lexicon.PluralApart
	switch {
	case c&many == 0 && c&lexicon.Own != 0 && c&(lexicon.Comparative|lexicon.ComparativeApart) == 0:
		t |= plural
	case c != 0:
		t |= lexeme
	}
	if c != 0 {
		t |= inflects
	}
	if c&lexicon.PeoplePlural != 0 {
		t |= person
	}
	if c&(lexicon.Comparative|lexicon.ComparativeApart) != 0 {
		t |= adjective
	}
	if half {
		t |= compound | inflects
		opening := persian.Fold(first)
		g.words[opening] |= opens
		opening += beginning(persian.Fold(last))
		g.openings[opening] = true
		g.opening.add([]byte(opening))
	}
	g.words[key] |= t
}

const halfSpace = "\u200c"

// beginning is as much of the second part of a compound as tells most other words from it.
func beginning[T string | []byte](second T) T { return second[:min(len(second), 6)] }

// addShort lets گفتگو be گفت‌وگو where the lexicon has both.
func (g *grammar) addShort(entry string, _ lexicon.Class) {
	first, rest, half := strings.Cut(entry, halfSpace)
	if rest, and := strings.CutPrefix(rest, "و"); half && and && g.words[persian.Fold(first)]&listed != 0 {
		if short := persian.Fold(first + rest); g.words[short]&inflects != 0 {
			g.addStem(short, persian.Fold(entry))
		}
	}
}

func (g *grammar) addStem(word, stem string) {
	g.words[word] |= irregular
	g.stems[word] = stem
}

// addLists reads the lists of irregular words.
func (g *grammar) addLists() error {
	for _, list := range []string{brokenPlurals, forcedVerbs} {
		for pair := range strings.SplitSeq(list, "،") {
			word, stem, ok := strings.Cut(strings.TrimSpace(pair), " ")
			if !ok {
				return fmt.Errorf("terms: %q is no pair", pair)
			}
			g.addStem(persian.Fold(word), persian.Fold(stem))
		}
	}
	for _, list := range []string{keptPlurals, keptParticiples} {
		for word := range strings.FieldsSeq(list) {
			folded := persian.Fold(word)
			g.addStem(folded, folded)
		}
	}
	return nil
}

// addVerbs reads the list of verbs.
func (g *grammar) addVerbs() {
	for entry := range strings.SplitSeq(verbStems, "،") {
		stems, preverbs, _ := strings.Cut(strings.TrimSpace(entry), ":")
		past, present, ok := strings.Cut(persian.Fold(stems), " ")
		if !ok {
			present = strings.TrimSuffix(past, "ید")
		}
		for _, preverb := range append([]string{""}, strings.Fields(preverbs)...) {
			stem := preverb + past
			addForm(g.past, stem, stem)
			addForm(g.present, preverb+present, stem)
			if strings.HasSuffix(present, "ا") || strings.HasSuffix(present, "و") {
				addForm(g.present, preverb+present+"ی", stem)
			}
		}
	}
}

// addForm keeps the first verb of two that are written alike: the list has the more common one first where it matters.
func addForm(stems map[string]string, key, stem string) {
	if _, taken := stems[key]; !taken {
		stems[key] = stem
	}
}
