package newsroom

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/dabir-newsroom/dabir/internal/country"
	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

const queueLength = 30

// tabKeys are the names of the queue's tabs.
var tabKeys = map[news.CommentState]string{
	news.CommentPending:   "newsroom.tab_pending",
	news.CommentPublished: "newsroom.tab_published",
	news.CommentRejected:  "newsroom.tab_rejected",
}

// emptyKeys say what will come into an empty tab.
var emptyKeys = map[news.CommentState]string{
	news.CommentPending:   "newsroom.empty_pending",
	news.CommentPublished: "newsroom.empty_published",
	news.CommentRejected:  "newsroom.empty_rejected",
}

// decisionDone are the sentences after a decision, by the state that the comment came to.
var decisionDone = map[news.CommentState]string{
	news.CommentPending:   "newsroom.done_undone",
	news.CommentPublished: "newsroom.done_comment_published",
	news.CommentRejected:  "newsroom.done_comment_rejected",
}

type tab struct {
	State   news.CommentState
	Name    string
	Count   string
	Path    string
	Current bool
}

// queued is a comment with what its card needs.
type queued struct {
	news.QueuedComment
	CountryName string
	Action      string
	Mine        bool // the person on the page decided on it: they may undo
	Problem     string
}

// undone is a decision just made, which can be taken back from the page that follows it.
type undone struct {
	ID     news.CommentID
	State  news.CommentState
	Action string
}

type queuePage struct {
	frame
	Tabs     []tab
	State    news.CommentState
	Comments []queued
	Reasons  []news.Reason
	Problem  string  // somebody else was faster
	Undo     *undone // nil when nothing was just decided
	After    string
	First    string
	Next     string
	Article  news.Code
}

// Empty says what will come here.
func (p queuePage) Empty() string { return p.T(emptyKeys[p.State]) }

// Ordinal is the key of a reason, counted from 1.
func (p queuePage) Ordinal(i int) string { return p.Number(int64(i + 1)) }

func (n *Newsroom) queue(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	page, err := n.queuePage(r, query)
	if err != nil {
		return err
	}
	if state := news.CommentState(query.Get("done")); decisionDone[state] != "" {
		page.frame.Done = n.print.T(decisionDone[state])
		if id, err := strconv.ParseInt(query.Get("comment"), 10, 64); err == nil && state != news.CommentPending {
			page.Undo = &undone{ID: news.CommentID(id), State: state, Action: web.NewAction()}
		}
	}
	return n.render(w, r, http.StatusOK, "queue", page)
}

// queuePage reads the page of the queue that a query names: state, article, after.
func (n *Newsroom) queuePage(r *http.Request, query url.Values) (queuePage, error) {
	state := news.CommentState(query.Get("state"))
	if !slices.Contains(news.CommentStates(), state) {
		state = news.CommentPending
	}
	after, err := news.ParseCursor(query.Get("after"))
	if err != nil {
		return queuePage{}, err
	}
	article, _ := news.ParseCode(query.Get("article"))
	actor := actorOf(r)
	found, err := n.Comments.Queue(r.Context(), actor, news.CommentFilter{State: state, Article: article, After: after, Limit: queueLength})
	if err != nil {
		return queuePage{}, err
	}
	counts, err := n.Comments.Counts(r.Context(), actor)
	if err != nil {
		return queuePage{}, err
	}
	page := queuePage{frame: n.frame(r, n.print.T("newsroom.comments"), "comments"), State: state, Reasons: news.Reasons(),
		After: after.String(), Article: article}
	for _, s := range news.CommentStates() {
		page.Tabs = append(page.Tabs, tab{s, n.print.T(tabKeys[s]), n.print.Number(int64(counts[s])), queueAddress(s, article, ""), s == state})
	}
	for _, c := range found.Comments {
		page.Comments = append(page.Comments, queued{QueuedComment: c, CountryName: country.Code(c.Country).Name(n.Lang.String()),
			Action: web.NewAction(), Mine: c.DecidedBy != 0 && c.DecidedBy == actor.User})
	}
	if !after.IsZero() {
		page.First = queueAddress(state, article, "")
	}
	if !found.Next.IsZero() {
		page.Next = queueAddress(state, article, found.Next.String())
	}
	return page, nil
}

func queueAddress(state news.CommentState, article news.Code, after string) string {
	q := url.Values{}
	if state != news.CommentPending {
		q.Set("state", string(state))
	}
	if article != 0 {
		q.Set("article", article.String())
	}
	if after != "" {
		q.Set("after", after)
	}
	if len(q) == 0 {
		return pathComments
	}
	return pathComments + "?" + q.Encode()
}

// decide makes the handler of one of the three decisions. The form tells what the moderator saw (from) and where in the queue
// they were (state, article, after), so that they come back to it.
func (n *Newsroom) decide(act func(context.Context, news.Actor, discussion.Decision) (news.Comment, error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err != nil || id < 1 {
			return news.Fail(news.NotFound, "error.not_found")
		}
		f, err := web.ReadForm(r)
		if err != nil {
			return err
		}
		decision := discussion.Decision{Action: f.Line("action"), Comment: news.CommentID(id),
			From: news.CommentState(f.Line("from")), Reason: news.Reason(f.Line("reason"))}
		comment, err := act(r.Context(), actorOf(r), decision)
		if err != nil {
			return n.decisionFailed(w, r, f, decision.Comment, err)
		}
		if wantsJSON(r) {
			return n.decided(w, r, comment)
		}
		back := url.Values{"done": {string(comment.State)}, "comment": {strconv.FormatInt(id, 10)}}
		for _, name := range []string{"state", "article", "after"} {
			if v := f.Line(name); v != "" && v != "0" {
				back.Set(name, v)
			}
		}
		return web.Redirect(w, r, pathComments+"?"+back.Encode())
	}
}

// decided tells the script what became of the comment and of the counts.
func (n *Newsroom) decided(w http.ResponseWriter, r *http.Request, comment news.Comment) error {
	counts, err := n.Comments.Counts(r.Context(), actorOf(r))
	if err != nil {
		return err
	}
	a := answer{Message: n.print.T(decisionDone[comment.State]), State: string(comment.State), Action: web.NewAction(), Counts: map[string]string{}}
	if comment.State == news.CommentRejected {
		a.Message = n.print.T("newsroom.done_comment_rejected_for", n.print.T("reason."+string(comment.Reason)))
	}
	for state, count := range counts {
		a.Counts[string(state)] = n.print.Number(int64(count))
	}
	return writeJSON(w, r, http.StatusOK, a)
}

// decisionFailed shows the queue again with what stood against the decision: at the comment, or above the list when the
// comment is no longer in it.
func (n *Newsroom) decisionFailed(w http.ResponseWriter, r *http.Request, f web.Form, id news.CommentID, failed error) error {
	kind := news.KindOf(failed)
	if wantsJSON(r) || kind != news.Invalid && kind != news.Conflict {
		return failed
	}
	page, err := n.queuePage(r, url.Values{"state": {f.Line("state")}, "article": {f.Line("article")}, "after": {f.Line("after")}})
	if err != nil {
		return err
	}
	message := n.failMessage(web.Status(failed), failed)
	at := slices.IndexFunc(page.Comments, func(q queued) bool { return q.ID == id })
	if at >= 0 {
		page.Comments[at].Problem = message
	} else {
		page.Problem = message
	}
	return n.render(w, r, web.Status(failed), "queue", page)
}
