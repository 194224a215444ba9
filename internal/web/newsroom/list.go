package newsroom

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/search"
)

const listLength = 50

type listPage struct {
	frame
	Rows     []news.ArticleRow
	States   []news.State
	Sections []news.Section
	State    news.State
	Section  news.SectionID
	Text     string
	Filtered bool
	Plain    bool   // the index could not be asked
	Mean     string // what was read where a word of the text is in no article; "" where all are
	First    string // address of the first page when this is a later one
	Next     string // address of the next page; "" on the last
}

// EditPath is the address of an article's form.
func (listPage) EditPath(code news.Code) string { return editPath(code) }

func editPath(code news.Code) string { return pathArticles + "/" + code.String() }

func (n *Newsroom) articleList(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	filter := listFilter(query)
	sections, err := n.Articles.Sections(r.Context())
	if err != nil {
		return err
	}
	page := listPage{frame: n.frame(r, n.print.T("newsroom.articles"), "articles"), States: news.States(), Sections: sections,
		State: filter.State, Section: filter.Section, Text: filter.Text}
	page.Filtered = filter.State != "" || filter.Section != 0 || filter.Text != ""
	next, done, err := n.listFound(r, &page, filter)
	if err == nil && !done {
		next, err = n.listByTime(r, &page, filter)
	}
	if err != nil {
		return err
	}
	if query.Get("after") != "" {
		page.First = listAddress(query, "")
	}
	if next != "" {
		page.Next = listAddress(query, next)
	}
	return n.render(w, r, http.StatusOK, "list", page)
}

// listByTime fills the list, most recently changed first; a text is looked for in headlines alone.
func (n *Newsroom) listByTime(r *http.Request, page *listPage, filter news.ArticleFilter) (next string, err error) {
	if filter.After, err = news.ParseCursor(r.URL.Query().Get("after")); err != nil {
		return "", err
	}
	rows, err := n.Articles.Articles(r.Context(), actorOf(r), filter)
	page.Rows = rows.Rows
	return rows.Next.String(), err
}

// Finder finds articles in the newsroom's own index; *indexing.Keeper does. Its kind of an article is the state.
type Finder interface {
	Search(ctx context.Context, q search.Query) (search.Results, error)
	DidYouMean(ctx context.Context, r search.Results, query string, texts []string) (string, error)
}

// listFound fills the list with what the index finds, best first; done is false where there is nothing to find, or no index to ask: then
// the page says that headlines alone were read. Who may see what is the list's own business, as without a search.
func (n *Newsroom) listFound(r *http.Request, page *listPage, filter news.ArticleFilter) (next string, done bool, err error) {
	if _, isCode := news.ParseCode(persian.LatinDigits(filter.Text)); filter.Text == "" || isCode || n.Finder == nil {
		return "", false, nil
	}
	found, err := n.Finder.Search(r.Context(), search.Query{Text: filter.Text, Section: int64(filter.Section), Kind: string(filter.State),
		After: r.URL.Query().Get("after"), Limit: listLength, Now: time.Now()})
	if err != nil {
		page.Plain = true
		return "", false, nil
	}
	if len(found.Hits) == 0 {
		return "", true, nil
	}
	for _, hit := range found.Hits {
		filter.Codes = append(filter.Codes, news.Code(hit.Code))
	}
	rows, err := n.Articles.Articles(r.Context(), actorOf(r), filter)
	if err != nil {
		return "", false, err
	}
	place := map[news.Code]int{}
	for i, code := range filter.Codes {
		place[code] = i
	}
	slices.SortFunc(rows.Rows, func(a, b news.ArticleRow) int { return place[a.Code] - place[b.Code] })
	page.Rows = rows.Rows
	return found.Next, true, n.sayMeant(r.Context(), page, found)
}

// sayMeant tells what was read in the place of a word that is in no article, spelled as the headlines on the page do. Where there is nothing
// that the person may see it says nothing either.
func (n *Newsroom) sayMeant(ctx context.Context, page *listPage, found search.Results) (err error) {
	if found.DidYouMean == "" || len(page.Rows) == 0 {
		return nil
	}
	var headlines []string
	for _, row := range page.Rows {
		headlines = append(headlines, row.Headline)
	}
	if page.Mean, err = n.Finder.DidYouMean(ctx, found, page.Text, headlines); err != nil {
		page.Mean = found.DidYouMean // the index went away meanwhile
	}
	return ctx.Err()
}

// MeanPath is the list searched for what was meant.
func (p listPage) MeanPath() string {
	q := url.Values{"q": {p.Mean}}
	if p.State != "" {
		q.Set("state", string(p.State))
	}
	if p.Section != 0 {
		q.Set("section", strconv.FormatInt(int64(p.Section), 10))
	}
	return pathArticles + "?" + q.Encode()
}

// listFilter reads the filter; a state that is none narrows nothing.
func listFilter(query url.Values) news.ArticleFilter {
	f := news.ArticleFilter{Text: query.Get("q"), Limit: listLength}
	if state := news.State(query.Get("state")); slices.Contains(news.States(), state) {
		f.State = state
	}
	if id, err := strconv.ParseInt(query.Get("section"), 10, 64); err == nil && id > 0 {
		f.Section = news.SectionID(id)
	}
	return f
}

// listAddress is the list with the same filter from another place on.
func listAddress(query url.Values, after string) string {
	q := url.Values{}
	for _, name := range []string{"state", "section", "q"} {
		if v := query.Get(name); v != "" {
			q.Set(name, v)
		}
	}
	if after != "" {
		q.Set("after", after)
	}
	if len(q) == 0 {
		return pathArticles
	}
	return pathArticles + "?" + q.Encode()
}
