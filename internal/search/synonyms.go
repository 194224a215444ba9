package search

import (
	"context"
	"slices"
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

// synonym opens the articles in which a synonym stands: a word, or words one after another.
func (r *reader) synonym(stems []string) (*list, error) {
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
	return l, l.failed
}

// meet goes to the first article at or after number in which the words of the list stand one after another.
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
		times, err := together(l.words)
		if err != nil {
			l.number, l.failed = end, err
			return
		}
		if l.times = uint64(times); times > 0 {
			return
		}
	}
}

// together is how often words stand one after another in the article at which all their lists stand.
func together(words []*list) (int, error) {
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
	return len(places), nil
}
