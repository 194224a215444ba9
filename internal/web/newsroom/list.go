package newsroom

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/dabir-newsroom/dabir/internal/news"
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
	First    string // address of the first page when this is a later one
	Next     string // address of the next page; "" on the last
}

// EditPath is the address of an article's form.
func (listPage) EditPath(code news.Code) string { return editPath(code) }

func editPath(code news.Code) string { return pathArticles + "/" + code.String() }

func (n *Newsroom) articleList(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	filter, err := listFilter(query)
	if err != nil {
		return err
	}
	rows, err := n.Articles.Articles(r.Context(), actorOf(r), filter)
	if err != nil {
		return err
	}
	sections, err := n.Articles.Sections(r.Context())
	if err != nil {
		return err
	}
	page := listPage{frame: n.frame(r, n.print.T("newsroom.articles"), "articles"), Rows: rows.Rows, States: news.States(), Sections: sections,
		State: filter.State, Section: filter.Section, Text: filter.Text}
	page.Filtered = filter.State != "" || filter.Section != 0 || filter.Text != ""
	if !filter.After.IsZero() {
		page.First = listAddress(query, news.Cursor{})
	}
	if !rows.Next.IsZero() {
		page.Next = listAddress(query, rows.Next)
	}
	return n.render(w, r, http.StatusOK, "list", page)
}

// listFilter reads the filter; a state that is none narrows nothing.
func listFilter(query url.Values) (news.ArticleFilter, error) {
	after, err := news.ParseCursor(query.Get("after"))
	if err != nil {
		return news.ArticleFilter{}, err
	}
	f := news.ArticleFilter{Text: query.Get("q"), After: after, Limit: listLength}
	if state := news.State(query.Get("state")); slices.Contains(news.States(), state) {
		f.State = state
	}
	if id, err := strconv.ParseInt(query.Get("section"), 10, 64); err == nil && id > 0 {
		f.Section = news.SectionID(id)
	}
	return f, nil
}

// listAddress is the list with the same filter from another place on.
func listAddress(query url.Values, after news.Cursor) string {
	q := url.Values{}
	for _, name := range []string{"state", "section", "q"} {
		if v := query.Get(name); v != "" {
			q.Set(name, v)
		}
	}
	if !after.IsZero() {
		q.Set("after", after.String())
	}
	if len(q) == 0 {
		return pathArticles
	}
	return pathArticles + "?" + q.Encode()
}
