package newsroom

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// searchTyped is the search as it was typed.
type searchTyped struct {
	Words, State, Article, From, Until string
	Writer                             string // a comment whose writer is meant
	By                                 string // "network": all of the writer's network
}

func readSearchTyped(q url.Values) searchTyped {
	line := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	return searchTyped{Words: line("words"), State: line("state"), Article: line("article"), From: line("from"), Until: line("until"), Writer: line("writer"), By: line("by")}
}

func (t searchTyped) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"words": t.Words, "state": t.State, "article": t.Article, "from": t.From, "until": t.Until, "writer": t.Writer, "by": t.By} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

func (t searchTyped) path(after news.Cursor) string {
	q := t.query()
	if !after.IsZero() {
		q.Set("after", after.String())
	}
	if len(q) == 0 {
		return pathSearch
	}
	return pathSearch + "?" + q.Encode()
}

// search is what was typed as the discussion understands it. A day as the end means all of that day. Errors stand at the fields.
func (t searchTyped) search(now time.Time) (news.CommentSearch, error) {
	s := news.CommentSearch{Words: persian.Fold(t.Words), State: news.CommentState(t.State), Limit: queueLength}
	var wrong []error
	if t.State != "" && !slices.Contains(news.CommentStates(), s.State) {
		s.State = ""
	}
	if t.Article != "" {
		code, ok := news.ParseCode(persian.LatinDigits(t.Article))
		if !ok {
			wrong = append(wrong, news.FieldError("article", "error.code"))
		}
		s.Article = code
	}
	from, until, err := readSpan(t.From, t.Until, now)
	s.From, s.Until = from, until
	return s, errors.Join(append(wrong, err)...)
}

type searchPage struct {
	frame
	Typed       searchTyped
	Filtered    bool
	States      []news.CommentState
	Cards       []card
	Reasons     []news.Reason
	Back        string
	Asked       queueAsked // for the script: nothing is taken here
	First, Next string
	Scanned     bool // the page is not full: older comments have not been looked at yet
	Writer      *news.QueuedComment
	NetworkPath string
	Problems    web.Problems
}

// From is the field of the range's beginning.
func (p searchPage) From() momentField {
	return p.moment("from", p.T("audit.from"), p.Typed.From, p.Problems.For("from"))
}

// Until is the field of the range's end.
func (p searchPage) Until() momentField {
	return p.moment("until", p.T("audit.until"), p.Typed.Until, p.Problems.For("until"))
}

// searchComments looks through all comments.
func (n *Newsroom) searchComments(w http.ResponseWriter, r *http.Request) error {
	page := searchPage{frame: n.frame(r, n.print.T("queue.search"), "comments"), Typed: readSearchTyped(r.URL.Query()), States: news.CommentStates(), Reasons: news.Reasons()}
	n.sayDone(&page.frame, r.URL.Query())
	page.Filtered = len(page.Typed.query()) > 0
	search, err := page.Typed.search(n.now())
	if err != nil {
		page.Problems = n.problems(err, "article", "from", "until")
		return n.render(w, r, http.StatusUnprocessableEntity, "commentsearch", page)
	}
	if search.After, err = news.ParseCursor(r.URL.Query().Get("after")); err != nil {
		return err
	}
	page.Back = page.Typed.path(search.After)
	if known, err := n.ofWriter(r, &page, &search); err != nil || !known {
		return errors.Join(err, n.renderUnless(err, w, r, page))
	}
	found, err := n.Comments.Search(r.Context(), actorOf(r), search)
	if err != nil {
		return err
	}
	for _, c := range found.Comments {
		page.Cards = append(page.Cards, n.card(page.frame, c, page.Back))
	}
	if !search.After.IsZero() {
		page.First = page.Typed.path(news.Cursor{})
	}
	if !found.Next.IsZero() {
		page.Next, page.Scanned = page.Typed.path(found.Next), len(found.Comments) < search.Limit
	}
	return n.render(w, r, http.StatusOK, "commentsearch", page)
}

// renderUnless shows the page when there is no error.
func (n *Newsroom) renderUnless(err error, w http.ResponseWriter, r *http.Request, page searchPage) error {
	if err != nil {
		return nil
	}
	return n.render(w, r, http.StatusOK, "commentsearch", page)
}

// ofWriter narrows the search to the writer of a comment, where the address names one; known is false when that one cannot be recognised.
func (n *Newsroom) ofWriter(r *http.Request, page *searchPage, search *news.CommentSearch) (known bool, err error) {
	ids := readIDs(page.Typed.Writer)
	if len(ids) == 0 {
		return true, nil
	}
	found, err := n.Comments.ByID(r.Context(), actorOf(r), ids[:1])
	if err != nil || len(found) == 0 {
		return false, err
	}
	c := &found[0]
	page.Writer = c
	other := page.Typed
	switch {
	case page.Typed.By == string(news.BanNetwork):
		search.Network = c.Network
		return c.Network != "", nil
	case c.Person != "":
		search.Person = c.Person
	default:
		search.Pseudonym = c.Pseudonym
	}
	if other.By = string(news.BanNetwork); c.Network != "" {
		page.NetworkPath = other.path(news.Cursor{})
	}
	return search.Person != "" || search.Pseudonym != "", nil
}
