package site

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/indexing"
	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/search"
)

// Search finds articles; *indexing.Keeper does. What it finds is shown as far as the gate lets it through.
type Search interface {
	Search(ctx context.Context, q search.Query) (search.Results, error)
	Suggest(ctx context.Context, typed string, limit int) (search.Suggestions, error)
	Snippet(ctx context.Context, text string, words []string, characters int) ([]search.Span, error)
	DidYouMean(ctx context.Context, r search.Results, query string, texts []string) (string, error)
	Progress() indexing.Progress
}

// Archive is what the archive, topics and search read beside the lists.
type Archive interface {
	Counts(ctx context.Context, bounds []time.Time) ([]int, error)
	FirstPublished(ctx context.Context) (time.Time, error)
	FindPlain(ctx context.Context, text string, q news.ListQuery) (news.CardPage, error)
	Reporter(ctx context.Context, slug string) (news.Writer, error)
	ReporterNames(ctx context.Context, folds []string) (map[string]news.Writer, error)
	Tags(ctx context.Context, ids []news.TagID) ([]news.Tag, error) // those that are public, in the given order
	Topic(ctx context.Context, id news.TagID) (news.PublicTopic, error)
	Topics(ctx context.Context, limit int) ([]news.PublicTopic, error)
}

const (
	searchPath     = "/search"
	searchMany     = 20
	snippetLength  = 200
	suggestMany    = 6
	longestAsked   = 300 // characters of a query that are looked for and shown
	longestDate    = 40
	searchTime     = 3 * time.Second // for everything that a page of results asks
	facetMost      = 8
	openSearchMIME = "application/opensearchdescription+xml; charset=utf-8"
)

// asked is a search as its address has it, but for the place where the page begins.
type asked struct {
	Text, Section, Kind, Tag, Reporter, From, To, Sort string
}

// askedFields are the names of the parameters, in the order in which addresses have them.
var askedFields = []string{"q", "section", "kind", "tag", "reporter", "from", "to", "sort"}

func (a *asked) field(name string) *string {
	switch name {
	case "q":
		return &a.Text
	case "section":
		return &a.Section
	case "kind":
		return &a.Kind
	case "tag":
		return &a.Tag
	case "reporter":
		return &a.Reporter
	case "from":
		return &a.From
	case "to":
		return &a.To
	}
	return &a.Sort
}

func readAsked(query url.Values) asked {
	var a asked
	for _, name := range askedFields {
		most := longestAsked
		if name != "q" {
			most = 200
		}
		*a.field(name) = cutRunes(persian.CleanLine(query.Get(name)), most)
	}
	return a
}

func cutRunes(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}

// address is the search with one parameter changed, from its first page on.
func (a asked) address(name, value string) string {
	*a.field(name) = value
	q := url.Values{}
	for _, name := range askedFields {
		if v := *a.field(name); v != "" {
			q.Set(name, v)
		}
	}
	if len(q) == 0 {
		return searchPath
	}
	return searchPath + "?" + q.Encode()
}

// empty tells that nothing is asked for: the page is the form alone.
func (a asked) empty() bool { return a == asked{Sort: a.Sort} }

// narrowing is a value by which a search can be narrowed, or by which it is.
type narrowing struct {
	Name, Path string
	Count      int64
	Value      string
	Current    bool
}

// choices are the values of one facet.
type choices struct {
	Title string
	All   []narrowing
}

type searchPage struct {
	frame
	Heading  string
	Asked    asked
	Searched bool
	Sections []narrowing // of the form
	Kinds    []narrowing
	Narrowed []narrowing // filters that have no field in the form; Path is the search without them
	Facets   []choices
	FromBad  string
	ToBad    string
	Found    string // how many
	Notice   string
	NoPhrase bool
	Mean     *link
	Best     string // addresses of the two orders; "" for the present one
	Newest   string
	Rows     []foundRow
	First    string
	Next     string
}

type foundRow struct {
	Card
	Snippet []search.Span
	text    string // all of the article's
}

// search is the page of results. It works without a script, is kept by nobody and is no page for other search engines.
func (s *Site) search(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), searchTime)
	defer cancel()
	query := r.URL.Query()
	a := readAsked(query)
	heading := s.print.T("search.title")
	title := heading
	if a.Text != "" {
		title = s.print.T("search.title_of", a.Text)
	}
	f, err := s.frame(r.Context(), "search", title, searchPath, 0, "")
	if err != nil {
		return err
	}
	f.Canonical, f.Robots = "", "noindex"
	page := searchPage{frame: f, Heading: heading, Asked: a, Searched: !a.empty()}
	s.formChoices(&page)
	if page.Searched {
		if err := s.find(ctx, &page, query.Get("after")); err != nil {
			return err
		}
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	return s.render(w, r, http.StatusOK, "search", page)
}

func (s *Site) formChoices(page *searchPage) {
	for _, section := range page.frame.sections {
		page.Sections = append(page.Sections, narrowing{Name: s.sectionName(section), Value: section.Slug, Current: section.Slug == page.Asked.Section})
	}
	for _, kind := range news.ArticleKinds() {
		page.Kinds = append(page.Kinds, narrowing{Name: s.print.T("kind." + string(kind)), Value: string(kind), Current: string(kind) == page.Asked.Kind})
	}
}

// searchQuery reads the filters. A value that names nothing narrows nothing; a date that cannot be read is told at its field.
func (s *Site) searchQuery(ctx context.Context, page *searchPage) (search.Query, error) {
	a := page.Asked
	q := search.Query{Text: a.Text, Reporter: a.Reporter, Newest: a.Sort == "newest", Facets: true, Limit: searchMany, Now: s.Now()}
	for _, section := range page.frame.sections {
		if section.Slug == a.Section {
			q.Section = int64(section.ID)
		}
	}
	if kind := news.ArticleKind(a.Kind); slices.Contains(news.ArticleKinds(), kind) {
		q.Kind = a.Kind
	}
	if a.Tag != "" {
		tag, err := s.Lists.Tag(ctx, a.Tag)
		if err != nil && known(err) != nil {
			return q, err
		}
		if err == nil {
			q.Tag = int64(tag.ID)
			page.Narrowed = append(page.Narrowed, narrowing{Name: s.print.T("search.tag", tag.Name), Path: a.address("tag", "")})
		}
	}
	if a.Reporter != "" {
		page.Narrowed = append(page.Narrowed, narrowing{Name: s.print.T("search.reporter", a.Reporter), Path: a.address("reporter", "")})
	}
	from, badFrom := dayTyped(a.From)
	until, badTo := dayTyped(a.To)
	if badFrom {
		page.FromBad = s.print.T("search.bad_date")
	}
	if badTo {
		page.ToBad = s.print.T("search.bad_date")
	}
	if !from.IsZero() && !until.IsZero() && until.Before(from) {
		from, until = until, from // the range that was meant
	}
	q.From = from
	if !until.IsZero() {
		q.Until = persian.DateOf(until).AddDays(1).Time(persian.Tehran())
	}
	return q, nil
}

// dayTyped reads a day as people write it, in either calendar; bad tells that it is none. "" is no day.
func dayTyped(text string) (day time.Time, bad bool) {
	if text == "" {
		return time.Time{}, false
	}
	if len(text) > 4*longestDate {
		return time.Time{}, true
	}
	m, err := persian.ParseTime(text)
	if err != nil {
		return time.Time{}, true
	}
	return persian.DateOf(m.Time.In(persian.Tehran())).Time(persian.Tehran()), false
}

// find fills the page from the index, or from the database while the index cannot be asked.
func (s *Site) find(ctx context.Context, page *searchPage, after string) error {
	q, err := s.searchQuery(ctx, page)
	if err != nil {
		return err
	}
	q.After = after
	if s.Search == nil {
		return s.findPlain(ctx, page, q, after)
	}
	found, err := s.Search.Search(ctx, q)
	if err != nil {
		return s.findPlain(ctx, page, q, after)
	}
	for _, hit := range found.Hits {
		row, err := s.foundRow(ctx, news.Code(hit.Code), found.Words)
		if err != nil {
			return err
		}
		if row != nil {
			page.Rows = append(page.Rows, *row)
		}
	}
	if found.DidYouMean, err = s.meant(ctx, page, found); err != nil {
		return err
	}
	s.sayFound(page, found, after)
	return s.facets(ctx, page, found.Facets)
}

// meantFrom is how many of the articles that were found are asked how they spell a word.
const meantFrom = 5

// meant is what the reader may have meant, spelled as in the articles that were found for it.
func (s *Site) meant(ctx context.Context, page *searchPage, found search.Results) (string, error) {
	if found.DidYouMean == "" {
		return "", nil
	}
	var texts []string
	for _, row := range page.Rows[:min(len(page.Rows), meantFrom)] {
		texts = append(texts, row.text)
	}
	mean, err := s.Search.DidYouMean(ctx, found, page.Asked.Text, texts)
	if err != nil && ctx.Err() == nil { // the index went away meanwhile
		return found.DidYouMean, nil
	}
	return mean, err
}

// foundRow shows an article that was found, nil when the gate does not let it through any more.
func (s *Site) foundRow(ctx context.Context, code news.Code, words []string) (*foundRow, error) {
	article, err := s.Articles.Article(ctx, code)
	if err != nil && (news.KindOf(err) == news.NotFound || news.KindOf(err) == news.Gone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	row := &foundRow{Card: s.card(article.PublicCard, s.print.Stamp)}
	text := article.Lede + "\n" + markup.Plain(markup.HTML(article.Body))
	row.text = article.Headline + "\n" + text
	row.Snippet, err = s.Search.Snippet(ctx, text, words, snippetLength)
	if err != nil { // the index went away meanwhile: the lede does
		row.Snippet = []search.Span{{Text: article.Lede}}
	}
	return row, nil
}

// sayFound says what was found and how the search goes on.
func (s *Site) sayFound(page *searchPage, found search.Results, after string) {
	a := page.Asked
	switch {
	case found.Total == 0:
		page.Found = s.print.T("search.nothing")
	case found.Bounded:
		page.Found = s.print.N("search.found_more", int64(found.Total))
	default:
		page.Found = s.print.N("search.found", int64(found.Total))
	}
	page.NoPhrase = found.NoPhrase
	if found.DidYouMean != "" {
		page.Mean = &link{Name: found.DidYouMean, Path: a.address("q", found.DidYouMean)}
	}
	if found.Total < 2 {
		page.turnTo(after, found.Next)
		return
	}
	if a.Text != "" && a.Sort == "newest" {
		page.Best = a.address("sort", "")
	} else if a.Text != "" {
		page.Newest = a.address("sort", "newest")
	}
	page.turnTo(after, found.Next)
}

func (p *searchPage) turnTo(after, next string) {
	here := p.Asked.address("q", p.Asked.Text)
	if after != "" {
		p.First = here
	}
	if next != "" {
		p.Next = here + "&after=" + url.QueryEscape(next)
	}
}

// facets offers the values by which what was found can be narrowed.
func (s *Site) facets(ctx context.Context, page *searchPage, f search.Facets) error {
	a := page.Asked
	add := func(title, parameter string, counts []search.Count, name func(key string) (shown, value string)) {
		group := choices{Title: s.print.T(title)}
		for _, c := range counts {
			shown, value := name(c.Key)
			if value != "" && *a.field(parameter) != value && len(group.All) < facetMost {
				group.All = append(group.All, narrowing{Name: shown, Path: a.address(parameter, value), Count: int64(c.Count)})
			}
		}
		if len(group.All) > 1 || len(group.All) == 1 && *a.field(parameter) == "" {
			page.Facets = append(page.Facets, group)
		}
	}
	add("search.by_section", "section", f.Sections, func(key string) (string, string) {
		for _, section := range page.frame.sections {
			if strconv.FormatInt(int64(section.ID), 10) == key {
				return s.sectionName(section), section.Slug
			}
		}
		return "", ""
	})
	add("search.by_kind", "kind", f.Kinds, func(key string) (string, string) { return s.print.T("kind." + key), key })
	tags, err := s.tagsOf(ctx, f.Tags)
	if err != nil {
		return err
	}
	add("search.by_tag", "tag", f.Tags, func(key string) (string, string) { return tags[key].Name, tags[key].Path })
	var folds []string
	for _, c := range f.Reporters {
		folds = append(folds, c.Key)
	}
	people, err := s.Archive.ReporterNames(ctx, folds)
	if err != nil {
		return err
	}
	add("search.by_reporter", "reporter", f.Reporters, func(key string) (string, string) { return people[key].Name, people[key].Name })
	return nil
}

// tagsOf are the names of tags and, as Path, their slugs.
func (s *Site) tagsOf(ctx context.Context, counts []search.Count) (map[string]link, error) {
	var ids []news.TagID
	for _, c := range counts {
		if id, err := strconv.ParseInt(c.Key, 10, 64); err == nil {
			ids = append(ids, news.TagID(id))
		}
	}
	found, err := s.Archive.Tags(ctx, ids)
	if err != nil {
		return nil, err
	}
	all := map[string]link{}
	for _, tag := range found {
		all[strconv.FormatInt(int64(tag.ID), 10)] = link{Name: tag.Name, Path: tag.Slug}
	}
	return all, nil
}

// findPlain asks the database: words as they are written, in headings alone. The page says so.
func (s *Site) findPlain(ctx context.Context, page *searchPage, q search.Query, after string) error {
	page.Notice = s.print.T("search.plain")
	if s.Search != nil {
		if p := s.Search.Progress(); p.Building && p.Total > 0 {
			page.Notice += " " + s.print.T("search.progress", s.print.Number(int64(100*p.Done/p.Total)))
		}
	}
	cursor, err := news.ParseCursor(after)
	if err != nil {
		cursor = news.Cursor{} // another search's place: the beginning
	}
	found, err := s.Archive.FindPlain(ctx, q.Text, news.ListQuery{Section: news.SectionID(q.Section), From: q.From, Until: q.Until, After: cursor, Limit: searchMany})
	if errors.Is(err, context.DeadlineExceeded) {
		page.Found = s.print.T("search.slow")
		return nil
	}
	if err != nil {
		return err
	}
	for _, card := range s.cards(found.Cards, s.print.Stamp) {
		page.Rows = append(page.Rows, foundRow{Card: card, Snippet: []search.Span{{Text: card.Lede}}})
	}
	if len(page.Rows) == 0 {
		page.Found = s.print.T("search.nothing")
	}
	next := ""
	if !found.Next.IsZero() {
		next = found.Next.String()
	}
	page.turnTo(after, next)
	return nil
}
