package search

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	index "github.com/blevesearch/bleve_index_api"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Suggestions are what a reader may mean who is still typing.
type Suggestions struct {
	Tags     []Label // tags and topics that begin so, commonest first
	Articles []int64 // codes of articles in whose headline or tags the words stand, newest first
}

// What suggestions look at, so that a letter costs no more than a word.
const (
	suggestTime      = 200 * time.Millisecond
	suggestTerms     = 2000 // words that begin so
	suggestBranches  = 8    // of them that are looked up
	suggestMinPrefix = 2    // letters
	suggestFirst     = 400  // articles with the rarest word, in the newest months
	suggestMore      = 16   // times as many, where those are too few
)

// Suggest completes the last word of typed. It gives at most limit of each kind, and nothing for fewer than two letters.
func (x *Index) Suggest(ctx context.Context, typed string, limit int) (Suggestions, error) {
	ctx, cancel := context.WithTimeout(ctx, suggestTime)
	defer cancel()
	var found Suggestions
	typed = cut(typed, maxText)
	words := x.plain(typed)
	if len(words) == 0 || utf8.RuneCountInString(words[len(words)-1]) < suggestMinPrefix {
		return found, nil
	}
	r, err := x.reader()
	if err != nil {
		return found, err
	}
	defer r.Close()
	if found.Tags, err = suggestTags(r, persian.Fold(typed), limit); err != nil {
		return found, err
	}
	found.Articles, err = x.suggestArticles(ctx, r, words, limit)
	return found, err
}

func suggestTags(r *reader, typed string, limit int) ([]Label, error) {
	entries, err := beginning(r, fieldNames, typed, limit)
	var tags []Label
	for _, e := range entries {
		if parts := strings.Split(e.Term, separator); len(parts) == 3 {
			id, _ := strconv.ParseInt(parts[2], 10, 64)
			tags = append(tags, Label{ID: id, Name: parts[1]})
		}
	}
	return tags, err
}

// beginning returns the commonest terms of a field that begin so.
func beginning(r *reader, field, prefix string, limit int) ([]index.DictEntry, error) {
	dict, err := r.FieldDictPrefix(field, []byte(prefix))
	if err != nil {
		return nil, err
	}
	defer dict.Close()
	var entries []index.DictEntry
	for range suggestTerms {
		entry, err := dict.Next()
		if err != nil {
			return nil, err
		}
		if entry == nil {
			break
		}
		entries = append(entries, *entry)
	}
	slices.SortStableFunc(entries, func(a, b index.DictEntry) int { return int(b.Count) - int(a.Count) })
	return entries[:min(len(entries), limit)], nil
}

// suggestArticles finds the newest articles with all words, the last of which is a beginning. It looks in the newest months first, and in more
// of them where those have too few.
func (x *Index) suggestArticles(ctx context.Context, r *reader, words []string, limit int) ([]int64, error) {
	last := len(words) - 1
	beginnings, err := beginning(r, fieldWords, words[last], suggestBranches)
	if err != nil {
		return nil, err
	}
	for most := uint64(suggestFirst); ; most *= suggestMore {
		results, err := x.newestWith(ctx, r, words[:last], beginnings, limit, min(most, x.most))
		if err != nil {
			return nil, err
		}
		if len(results.Hits) < limit && results.Bounded && most < x.most {
			continue
		}
		var codes []int64
		for _, h := range results.Hits {
			codes = append(codes, h.Code)
		}
		return codes, nil
	}
}

// newestWith finds the newest articles that have all words and one of the last ones, among about as many as most.
func (x *Index) newestWith(ctx context.Context, r *reader, words []string, last []index.DictEntry, limit int, most uint64) (Results, error) {
	p := &plan{must: true, unscored: true, until: math.MaxUint32}
	var results Results
	var err error
	if p.stats, err = x.measure(ctx, r); err != nil {
		return results, err
	}
	for i := range len(words) + 1 {
		found := last
		if i < len(words) {
			found = []index.DictEntry{{Term: words[i]}}
		}
		g := &group{weight: 1}
		for _, e := range found {
			l, err := r.list(fieldWords, e.Term, articlesOnly)
			if err != nil {
				return results, err
			}
			g.add(l, 1)
		}
		if g.count == 0 {
			return results, nil
		}
		p.groups = append(p.groups, g)
	}
	p.order(most)
	f := &finder{index: x, reader: r, query: Query{Newest: true, Limit: limit}, results: &results, most: int(most)}
	return results, f.find(ctx, p, asked{})
}
