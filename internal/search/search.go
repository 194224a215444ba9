package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	index "github.com/blevesearch/bleve_index_api"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Results is a page of articles.
type Results struct {
	Hits       []Hit
	Next       string // Query.After of the next page; "" on the last
	Total      int    // how many articles were found
	Bounded    bool   // the words are in more articles than were looked at: Total is the least there are
	DidYouMean string // the query as it was read where a word of it is in no article; "" where all are
	NoPhrase   bool   // no article has a phrase as it was quoted; these have its words
	Facets     Facets
	Words      []string // what was looked for, for Index.Snippet
	readings   []reading
}

// Hit is an article that was found.
type Hit struct {
	Code  int64
	Score float64
}

// Facets count the articles that were found by what filters take; only the commonest twenty of each.
type Facets struct {
	Sections, Tags   []Count // Key is a number
	Kinds, Reporters []Count // Key is a kind, or a folded name
}

// Count is a value and how many articles have it.
type Count struct {
	Key   string
	Count int
}

// Deadline is how long one search may take, unless its context ends before.
const Deadline = 2 * time.Second

// Search finds articles. Whatever stands in q it is no error; an error means that the index could not be read or the time was up.
func (x *Index) Search(ctx context.Context, q Query) (Results, error) {
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	q.Limit = bounded(q.Limit)
	// As many at once as there are processors, who came first first: more would only make one another late.
	select {
	case x.turns <- struct{}{}:
		defer func() { <-x.turns }()
	case <-ctx.Done():
		return Results{}, ctx.Err()
	}
	s, err := x.splitter(ctx)
	if err != nil {
		return Results{}, err
	}
	a := x.read(q.Text, s)
	x.release(s)
	r, err := x.reader()
	if err != nil {
		return Results{}, err
	}
	defer r.Close()
	var results Results
	p, err := x.plan(ctx, r, q, &a, &results)
	if err != nil || len(p.groups) == 0 {
		return results, err
	}
	f := &finder{index: x, reader: r, query: q, results: &results, most: int(x.most)}
	return results, f.find(ctx, p, a)
}

func bounded(limit int) int {
	if limit <= 0 {
		return 20
	}
	return min(limit, maxResults)
}

// plan opens the lists of a query.
func (x *Index) plan(ctx context.Context, r *reader, q Query, a *asked, results *Results) (*plan, error) {
	p := &plan{until: math.MaxUint32, allWords: !q.Ranking.NoAllWords && !a.asks, length: bm25B}
	if a.asks && !q.Ranking.NoLength {
		p.length = questionB
	}
	var err error
	if p.stats, err = x.measure(ctx, r); err != nil || p.stats.count == 0 {
		return p, err
	}
	if err := x.openWords(ctx, r, p, q, a, results); err != nil {
		return p, err
	}
	if len(a.words) == 0 && strings.TrimSpace(q.Text) == "" || len(a.words) == 0 && len(a.without) > 0 {
		g, err := r.single(fieldText, everywhere)
		if err != nil {
			return p, err
		}
		p.groups, p.unscored = append(p.groups, g), true
	}
	for _, stem := range a.without {
		g, err := r.single(fieldText, stem)
		if err != nil {
			return p, err
		}
		p.without = append(p.without, g)
	}
	for _, mark := range q.filters() {
		g, err := r.single(fieldMarks, mark)
		if err != nil {
			return p, err
		}
		p.filters = append(p.filters, g)
	}
	p.from, p.until = minuteAtOrAfter(q.From, 0), minuteAtOrAfter(q.Until, math.MaxUint32)
	if p.until < math.MaxUint32 {
		p.from = max(p.from, 1) // undated articles are in no range
	}
	p.order(x.most)
	return p, nil
}

// minuteAtOrAfter is the first minute since 1970 that does not begin before a time; none: where there is no time.
func minuteAtOrAfter(at time.Time, none uint32) uint32 {
	if at.IsZero() {
		return none
	}
	return uint32(min(max((at.Unix()+59)/60, 1), math.MaxUint32-1))
}

// single is a group of one list.
func (r *reader) single(field, term string) (*group, error) {
	l, err := r.list(field, term, articlesOnly)
	if err != nil {
		return nil, err
	}
	g := &group{weight: 1}
	g.add(l, 1)
	return g, nil
}

// filters are the marks that an article must have.
func (q Query) filters() []string {
	var marks []string
	if q.Section != 0 {
		marks = append(marks, markSection+strconv.FormatInt(q.Section, 10))
	}
	if q.Kind != "" {
		marks = append(marks, markKind+q.Kind)
	}
	if q.Tag != 0 {
		marks = append(marks, markTag+strconv.FormatInt(q.Tag, 10))
	}
	if q.Reporter != "" {
		marks = append(marks, markReporter+persian.Fold(q.Reporter))
	}
	return marks
}

// openWords opens the lists of the words, and of what stands for a word that no article has.
func (x *Index) openWords(ctx context.Context, r *reader, p *plan, q Query, a *asked, results *Results) error {
	synonyms := make([][][]string, len(a.words))
	if !q.Ranking.NoSynonyms {
		synonyms = x.synonymsIn(a.words)
	}
	for i, stem := range a.words {
		g := &group{stem: stem, weight: 1, light: x.light[stem] && !q.Ranking.NoLight}
		if g.light {
			g.weight = lightWeight
		}
		l, err := r.list(fieldText, stem, withFrequency)
		if err != nil {
			return err
		}
		g.add(l, 1)
		results.Words = append(results.Words, stem)
		for _, stems := range synonyms[i] {
			l, err := r.openSynonym(stems)
			if err != nil {
				return err
			}
			g.add(l, synonymWeight)
			results.Words = append(results.Words, stems...)
		}
		others, err := x.standsFor(ctx, r, stem, a.shown[i], l.count, len(synonyms[i]) > 0)
		if err != nil {
			return err
		}
		for _, o := range others {
			l, err := r.list(fieldText, o.stem, withFrequency)
			if err != nil {
				return err
			}
			g.add(l, 1)
			results.Words = append(results.Words, o.stem)
			if o.shown != "" {
				results.readings = append(results.readings, reading{a.shown[i], o.shown, o.stem})
			}
		}
		if g.count > 0 {
			p.groups = append(p.groups, g)
		}
	}
	if len(results.readings) > 0 {
		results.DidYouMean = meant(q.Text, results.readings)
	}
	return nil
}

// finder runs a plan and makes a page of what it finds.
type finder struct {
	index   *Index
	reader  *reader
	query   Query
	results *Results
	most    int // candidates, about
}

func (f *finder) find(ctx context.Context, p *plan, a asked) error {
	chosen, bounded, err := p.choose(f.reader, f.most)
	if err != nil {
		return err
	}
	f.results.Bounded = bounded
	var counted counting
	var names []string
	if f.query.Facets {
		if counted, names, err = f.reader.counting(); err != nil {
			return err
		}
	}
	keep := maxResults
	if f.newest() { // the score says nothing of the date
		keep = 2 * maxCandidates
	}
	best, found, err := p.run(ctx, f.reader, chosen, keep, counted)
	if err != nil {
		return err
	}
	f.results.Total = found
	if len(a.phrases) > 0 {
		if best, err = f.quoted(best, a.phrases, counted); err != nil {
			return err
		}
	}
	if !f.newest() && len(a.words) > 0 {
		if err := f.refine(p, a, best); err != nil {
			return err
		}
	}
	if err := f.rerank(best); err != nil {
		return err
	}
	if counted != nil {
		f.results.Facets = facets(counted, names)
	}
	return f.page(best)
}

// quoted leaves the articles in which every phrase stands, and counts those alone. Where none is left it leaves all, and says so.
func (f *finder) quoted(best []candidate, phrases [][]string, counted counting) ([]candidate, error) {
	exact, err := f.withPhrases(slices.Clone(best), phrases)
	if err != nil {
		return nil, err
	}
	if len(exact) == 0 {
		f.results.NoPhrase = len(best) > 0
		return best, nil
	}
	f.results.Total = len(exact)
	if counted == nil {
		return exact, nil
	}
	clear(counted)
	for _, c := range exact {
		segment, number := f.reader.segment(c.number)
		counted.visit(f.reader.marks[segment], []uint32{number})
	}
	return exact, nil
}

// newest: without words there is nothing to rank by.
func (f *finder) newest() bool { return f.query.Newest || strings.TrimSpace(f.query.Text) == "" }

// Recency: an article of today counts so much more than an old one, half of that after so long.
const (
	recencyGain = 0.2
	recencyHalf = 365 * 24 * time.Hour
)

// recency is what the date of an article makes of its score.
func (f *finder) recency(number uint64) (float64, error) {
	if f.query.Ranking.NoRecency || f.query.Now.IsZero() || f.newest() {
		return 1, nil
	}
	minute, err := f.reader.minute(number)
	if err != nil || minute == 0 {
		return 1, err
	}
	age := max(f.query.Now.Sub(time.Unix(minute*60, 0)), 0)
	return 1 + recencyGain*math.Exp2(-float64(age)/float64(recencyHalf)), nil
}

// rerank brings the date in: as a factor, or as the order.
func (f *finder) rerank(best []candidate) error {
	for i := range best {
		c := &best[i]
		if f.newest() {
			minute, err := f.reader.minute(c.number)
			if err != nil {
				return err
			}
			c.score = float64(minute)
			continue
		}
		factor, err := f.recency(c.number)
		if err != nil {
			return err
		}
		c.score *= factor
	}
	bestFirst(best)
	return nil
}

// withPhrases keeps the articles in which every phrase stands.
func (f *finder) withPhrases(best []candidate, phrases [][]string) ([]candidate, error) {
	slices.SortFunc(best, func(a, b candidate) int { return cmp.Compare(a.number, b.number) })
	for _, phrase := range phrases {
		lists := make([]*list, len(phrase))
		for i, stem := range phrase {
			l, err := f.reader.list(fieldText, stem, withPlaces)
			if err != nil {
				return nil, err
			}
			lists[i] = l
		}
		kept := best[:0]
		for _, c := range best {
			segment, number := f.reader.segment(c.number)
			_, times, err := together(lists, segment, number)
			if err != nil {
				return nil, err
			}
			if times > 0 {
				kept = append(kept, c)
			}
		}
		best = kept
	}
	bestFirst(best)
	return best, nil
}

// page cuts the page out of the order.
func (f *finder) page(best []candidate) error {
	type ranked struct {
		Hit
		number uint64
	}
	score, code, after := readCursor(f.query.After)
	var page []ranked
	for _, c := range best {
		if after && c.score > score {
			continue
		}
		external, err := f.reader.ExternalID(index.NewIndexInternalID(nil, c.number))
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(external, 36, 64)
		if err != nil {
			return err
		}
		if after && c.score == score && n >= code {
			continue
		}
		page = append(page, ranked{Hit{n, c.score}, c.number})
		// One more than the page, and all of the same score, so that ties have one order.
		if len(page) > f.query.Limit && c.score < page[f.query.Limit].Score {
			break
		}
	}
	slices.SortStableFunc(page, func(a, b ranked) int {
		return -cmp.Or(cmp.Compare(a.Score, b.Score), cmp.Compare(a.Code, b.Code))
	})
	for _, h := range page {
		if len(f.results.Hits) == f.query.Limit {
			last := f.results.Hits[f.query.Limit-1]
			f.results.Next = writeCursor(last)
			break
		}
		f.results.Hits = append(f.results.Hits, h.Hit)
	}
	return nil
}

func writeCursor(h Hit) string {
	return strconv.FormatUint(math.Float64bits(h.Score), 36) + "." + strconv.FormatInt(h.Code, 36)
}

// readCursor reads what writeCursor wrote; false for anything else.
func readCursor(s string) (score float64, code int64, ok bool) {
	a, b, _ := strings.Cut(s, ".")
	bits, err1 := strconv.ParseUint(a, 36, 64)
	code, err2 := strconv.ParseInt(b, 36, 64)
	score = math.Float64frombits(bits)
	return score, code, err1 == nil && err2 == nil && !math.IsNaN(score)
}

// facetValues is how many values of each kind a facet shows.
const facetValues = 20

func facets(counted counting, names []string) Facets {
	var f Facets
	lists := map[byte]*[]Count{markSection[0]: &f.Sections, markTag[0]: &f.Tags, markKind[0]: &f.Kinds, markReporter[0]: &f.Reporters}
	commoner := func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Key, b.Key))
	}
	for i, n := range counted {
		if n == 0 {
			continue
		}
		list := lists[names[i][0]]
		c := Count{names[i][1:], int(n)}
		// Most values are rare: they end here.
		if list == nil || len(*list) == facetValues && commoner((*list)[facetValues-1], c) < 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(*list, c, commoner)
		*list = slices.Insert(*list, at, c)
		*list = (*list)[:min(len(*list), facetValues)]
	}
	return f
}
