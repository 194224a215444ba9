package search

import "context"

// synonyms gives for a stem those that mean the same.
type synonyms map[string][]string

// SetSynonyms puts a table in the place of the one before: words of one row are found for one another. Rows of one word, and words that are
// several terms, are left out; the newsroom's page says so beside them.
func (x *Index) SetSynonyms(ctx context.Context, rows [][]string) error {
	table := synonyms{}
	s, err := x.splitter(ctx)
	if err != nil {
		return err
	}
	defer x.release(s)
	for _, row := range rows {
		var stems []string
		for _, word := range row {
			if found := s.Split(word); len(found) == 1 {
				stems = append(stems, string(found[0].Text))
			}
		}
		for _, stem := range stems {
			for _, o := range stems {
				if o != stem {
					table[stem] = append(table[stem], o)
				}
			}
		}
	}
	x.synonyms.Store(&table)
	return nil
}

// maxSynonyms bounds what one word may bring in.
const maxSynonyms = 8

func (x *Index) synonymsOf(stem string) []string {
	table := x.synonyms.Load()
	if table == nil {
		return nil
	}
	found := (*table)[stem]
	return found[:min(len(found), maxSynonyms)]
}
