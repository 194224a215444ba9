package search

import (
	"context"
	"math"
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

// openSynonym opens the articles in which a synonym stands: a word, or words one after another.
func (r *reader) openSynonym(stems []string) (*list, error) {
	if len(stems) == 1 {
		return r.list(fieldText, stems[0], withFrequency)
	}
	l := &list{count: math.MaxUint64}
	for _, stem := range stems {
		word, err := r.list(fieldText, stem, withPlaces)
		if err != nil {
			return nil, err
		}
		l.words = append(l.words, word)
		l.count = min(l.count, word.count)
	}
	return l, nil
}

// together is what the list of the first word tells of an article, and how often the words of lists stand there one after another.
func together(words []*list, segment int, number uint32) (first *posting, times uint64, err error) {
	for _, l := range words { // to find an article is quicker than to read it
		if !l.pieces[segment].has(number) {
			return nil, 0, nil
		}
	}
	var places []uint64
	for i, l := range words {
		found, err := l.posting(segment, number)
		if err != nil {
			return nil, 0, err
		}
		if i == 0 {
			first, places = found, slices.Clone(found.places)
			continue
		}
		kept := places[:0]
		for _, place := range places {
			if _, ok := slices.BinarySearch(found.places, place+uint64(i)); ok {
				kept = append(kept, place)
			}
		}
		places = kept
	}
	return first, uint64(len(places)), nil
}
