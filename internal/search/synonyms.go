package search

import (
	"context"
	"slices"

	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// MaxSynonymWords is how many words a synonym may have.
const MaxSynonymWords = 6

// maxSynonyms bounds what one word of a query may bring in.
const maxSynonyms = 8

// synonyms gives for the first stem of what may be asked the rows in which that stands.
type synonyms map[string][]synonym

// synonym is a word or several one after another, and what else is found for them.
type synonym struct {
	stems  []string
	others [][]string
}

// SetSynonyms puts a table in the place of the one before: what stands in one row is found for one another, single words and names of several
// («سازمان ملل متحد», «یو ان»). Rows of one, what has no word and what has more than MaxSynonymWords are left out.
func (x *Index) SetSynonyms(ctx context.Context, rows [][]string) error {
	table := synonyms{}
	s, err := x.splitter(ctx)
	if err != nil {
		return err
	}
	defer x.release(s)
	for _, row := range rows {
		var all [][]string
		for _, text := range row {
			var stems []string
			for _, term := range s.Split(text) {
				stems = append(stems, string(term.Text))
			}
			same := slices.ContainsFunc(all, func(have []string) bool { return slices.Equal(have, stems) })
			if len(stems) > 0 && len(stems) <= MaxSynonymWords && !same {
				all = append(all, stems)
			}
		}
		for i, stems := range all {
			others := slices.Concat(all[:i], all[i+1:])
			if len(others) > 0 {
				table[stems[0]] = append(table[stems[0]], synonym{stems, others})
			}
		}
	}
	x.synonyms.Store(&table)
	return nil
}

// synonymsIn are, for each word of a query, what is found for it or for the name that it is a part of.
func (x *Index) synonymsIn(words []string) [][][]string {
	found := make([][][]string, len(words))
	table := x.synonyms.Load()
	if table == nil {
		return found
	}
	for i, word := range words {
		for _, s := range (*table)[word] {
			if len(words)-i < len(s.stems) || !slices.Equal(words[i:i+len(s.stems)], s.stems) {
				continue
			}
			for n := range s.stems {
				found[i+n] = append(found[i+n], s.others...)
			}
		}
	}
	for i := range found {
		found[i] = found[i][:min(len(found[i]), maxSynonyms)]
	}
	return found
}

// openSynonym opens the articles in which a synonym stands: a word, or words one after another.
func (r *reader) openSynonym(stems []string) (*list, error) {
	if len(stems) == 1 {
		return r.list(fieldText, stems[0], withFrequency)
	}
	l := &list{count: end, scored: true}
	for _, stem := range stems {
		word, err := r.list(fieldText, stem, withPlaces)
		if err != nil {
			return nil, err
		}
		l.words = append(l.words, word)
		l.count = min(l.count, word.count)
	}
	l.meet(0)
	return l, nil
}

// meet goes to the first article at or after number in which the words of the list stand one after another. Where one cannot be read it
// stays, and posting says why.
func (l *list) meet(number uint64) {
	for l.number = number; ; l.number++ {
		for i := 0; i < len(l.words); i++ {
			word := l.words[i]
			word.seek(l.number)
			if word.number == end {
				l.number = end
				return
			}
			if word.number > l.number { // the words before it have to come along
				l.number, i = word.number, -1
			}
		}
		if l.times, l.failed = together(l.words); l.times > 0 || l.failed != nil {
			return
		}
	}
}

// several is what a list of several words tells of an article.
type several struct {
	segment.Posting // of the first word
	times           uint64
}

// Frequency is how often the words stand there one after another.
func (s several) Frequency() uint64 { return s.times }

// together is how often words stand one after another in the article at which all their lists stand.
func together(words []*list) (uint64, error) {
	var places []uint64
	for i, l := range words {
		found, err := l.posting()
		if err != nil {
			return 0, err
		}
		var here []uint64
		for _, place := range found.Locations() {
			if i == 0 || slices.Contains(places, place.Pos()-1) {
				here = append(here, place.Pos())
			}
		}
		if len(here) == 0 {
			return 0, nil
		}
		places = here
	}
	return uint64(len(places)), nil
}
