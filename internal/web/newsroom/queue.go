package newsroom

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Comments are the queue and its claims; *discussion.Moderation has them.
type Comments interface {
	Queue(context.Context, news.Actor, news.QueueFilter) (news.CommentPage, error)
	Counts(context.Context, news.Actor) (map[news.QueueTab]int, error)
	Search(context.Context, news.Actor, news.CommentSearch) (news.CommentPage, error)
	ByID(context.Context, news.Actor, []news.CommentID) ([]news.QueuedComment, error)
	Take(context.Context, news.Actor, news.QueueFilter) ([]news.QueuedComment, error)
	Claim(context.Context, news.Actor, []news.CommentID) ([]news.CommentID, error)
	Release(context.Context, news.Actor) error
	Colleagues(context.Context, news.Actor) ([]news.Colleague, error)
}

// Decisions are the acts on comments; *discussion.Moderation has them.
type Decisions interface {
	Approve(context.Context, news.Actor, discussion.Decision) (news.Comment, error)
	Reject(context.Context, news.Actor, discussion.Decision) (news.Comment, error)
	EditAndPublish(context.Context, news.Actor, discussion.Decision) (news.Comment, error)
	Answer(context.Context, news.Actor, discussion.Decision) (news.Comment, error)
	Keep(context.Context, news.Actor, discussion.Decision) (news.Comment, error)
	Undo(context.Context, news.Actor, discussion.Decision) (news.Comment, error)
	Decide(context.Context, news.Actor, discussion.Bulk) ([]news.ModeratedComment, error)
	LastDecisions(context.Context, news.Actor) ([]news.PastDecision, error)
}

const (
	pathComments   = root + "/comments"
	pathSearch     = pathComments + "/search"
	pathDecisions  = pathComments + "/decisions"
	pathBulk       = pathComments + "/bulk"
	pathNumbers    = pathComments + "/numbers"
	pathAnswers    = pathComments + "/answers"
	pathPolicy     = pathComments + "/policy"
	pathBans       = root + "/bans"
	queueLength    = 30
	takeLength     = 20
	viewZen        = "zen"
	wherePrefixMax = 600 // bytes of an address to go back to
)

// commentRoutes are the moderators' pages.
func (n *Newsroom) commentRoutes(inside func(string, news.Right, web.RateClass, web.Handler) web.Route) []web.Route {
	read := func(path string, h web.Handler) web.Route {
		return inside("GET "+path, news.RightModerate, web.RateRead, h)
	}
	write := func(path string, h web.Handler) web.Route {
		return inside("POST "+path, news.RightModerate, web.RateWrite, h)
	}
	return []web.Route{
		read(pathComments, n.queue),
		read(pathSearch, n.searchComments),
		read(pathDecisions, n.lastDecisions),
		read(pathComments+"/{id}", n.commentPage),
		read(pathComments+"/{id}/{act}", n.commentPage),
		write(pathComments+"/take", n.takeComments),
		write(pathComments+"/live", n.liveQueue),
		write(pathComments+"/release", n.releaseComments),
		write(pathComments+"/{id}/publish", n.decide("", n.Decisions.Approve)),
		write(pathComments+"/{id}/reject", n.decide("", n.Decisions.Reject)),
		longForm(write(pathComments+"/{id}/edit", n.decide("edit", n.Decisions.EditAndPublish))),
		longForm(write(pathComments+"/{id}/answer", n.decide("answer", n.Decisions.Answer))),
		write(pathComments+"/{id}/keep", n.decide("", n.Decisions.Keep)),
		write(pathComments+"/{id}/undo", n.decide("", n.Decisions.Undo)),
		longForm(write(pathComments+"/{id}/ban", n.banWriter)),
		longForm(write(pathBulk, n.previewBulk)),
		longForm(write(pathBulk+"/do", n.doBulk)),
		read(pathNumbers, n.moderationNumbers),
		read(pathAnswers, n.savedAnswers),
		longForm(write(pathAnswers, n.saveAnswer)),
		write(pathAnswers+"/{id}/delete", n.deleteAnswer),
		inside("GET "+pathPolicy, news.RightModerationSettings, web.RateRead, n.policyPage),
		longForm(inside("POST "+pathPolicy, news.RightModerationSettings, web.RateWrite, n.savePolicy)),
		read(pathBans, n.bans),
		longForm(write(pathBans, n.addBan)),
		write(pathBans+"/{id}/lift", n.liftBan),
	}
}

// decisionDone are the sentences after a decision, by the state that the comment came to.
var decisionDone = map[news.CommentState]string{
	news.CommentPending:   "newsroom.done_undone",
	news.CommentPublished: "newsroom.done_comment_published",
	news.CommentRejected:  "newsroom.done_comment_rejected",
}

type tab struct {
	Tab     news.QueueTab
	Name    string
	Count   string // "" for one without
	Path    string
	Current bool
}

// choice is one of several ways to see a list.
type choice struct {
	Name, Path string
	Current    bool
}

// undone is a decision just made, which can be taken back from the page that follows it.
type undone struct {
	ID     news.CommentID
	State  news.CommentState
	Action string
	Back   string
}

type queuePage struct {
	frame
	Asked      queueAsked
	Tabs       []tab
	Sorts      []choice // nil where the order is fixed
	Views      []choice
	Cards      []card
	Reasons    []news.Reason
	Colleagues string
	Undo       *undone // nil when nothing was just decided
	Back       string  // this page's address
	First      string
	Next       string
	Take       bool // somebody without a script may take comments
}

// Key is the key of a reason, as it stands on the keyboard.
func (queuePage) Key(i int) string { return strconv.Itoa(i + 1) }

// Empty says what will come here.
func (p queuePage) Empty() string {
	if p.Asked.Hand {
		return p.T("queue.empty_hand")
	}
	return p.T("queue_empty." + string(p.Asked.Tab))
}

// queueAsked is the part of the queue that an address names.
type queueAsked struct {
	Tab     news.QueueTab
	Sort    news.QueueSort
	Article news.Code
	Hand    bool // only what is claimed by the person
	Zen     bool
	After   news.Cursor
}

func readQueueAsked(q url.Values) (queueAsked, error) {
	asked := queueAsked{Tab: news.QueueTab(q.Get("tab")), Sort: news.QueueSort(q.Get("sort")), Hand: q.Get("hand") == "yes", Zen: q.Get("view") == viewZen}
	if !slices.Contains(news.QueueTabs(), asked.Tab) {
		asked.Tab = news.TabPending
	}
	if !slices.Contains(news.QueueSorts(), asked.Sort) {
		asked.Sort = news.SortTime
	}
	asked.Article, _ = news.ParseCode(q.Get("article"))
	var err error
	asked.After, err = news.ParseCursor(q.Get("after"))
	return asked, err
}

// sorted tells whether the tab can be put into several orders.
func (a queueAsked) sorted() bool { return a.Tab == news.TabPending || a.Tab == news.TabHeld }

// Waits tells whether the tab is one from which moderators take their work.
func (a queueAsked) Waits() bool { return a.sorted() || a.Tab == news.TabReported }

// path is the address of this part of the queue.
func (a queueAsked) path() string {
	q := url.Values{}
	for name, value := range map[string]string{"tab": string(a.Tab), "sort": string(a.Sort), "after": a.After.String()} {
		if value != "" && value != string(news.TabPending) && value != string(news.SortTime) {
			q.Set(name, value)
		}
	}
	if a.Article != 0 {
		q.Set("article", a.Article.String())
	}
	if a.Hand {
		q.Set("hand", "yes")
	}
	if a.Zen {
		q.Set("view", viewZen)
	}
	if len(q) == 0 {
		return pathComments
	}
	return pathComments + "?" + q.Encode()
}

// Query is what the script sends to get more of the same.
func (a queueAsked) Query() string {
	_, query, _ := strings.Cut(a.path(), "?")
	return query
}

func (a queueAsked) filter(limit int) news.QueueFilter {
	return news.QueueFilter{Tab: a.Tab, Sort: a.Sort, Article: a.Article, Claimed: a.Hand, After: a.After, Limit: limit}
}

func (n *Newsroom) queue(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	asked, err := readQueueAsked(query)
	if err != nil {
		return err
	}
	page, err := n.queuePage(r, asked)
	if err != nil {
		return err
	}
	n.sayDone(&page.frame, query)
	if state := news.CommentState(query.Get("done")); page.frame.Done != "" && query.Get("comment") != "" && query.Get("act") != string(news.ActUndo) {
		if id, err := strconv.ParseInt(query.Get("comment"), 10, 64); err == nil {
			page.Undo = &undone{ID: news.CommentID(id), State: state, Action: web.NewAction(), Back: page.Back}
		}
	}
	return n.render(w, r, http.StatusOK, "queue", page)
}

// sayDone puts the sentence of what the last form did above a page.
func (n *Newsroom) sayDone(f *frame, query url.Values) {
	if key := decisionDone[news.CommentState(query.Get("done"))]; key != "" {
		f.Done = n.print.T(key)
	}
	switch query.Get("done") {
	case "banned":
		f.Done = n.print.T("ban.done")
	case "taken":
		f.Done = n.print.T("queue.taken")
	}
}

func (n *Newsroom) queuePage(r *http.Request, asked queueAsked) (queuePage, error) {
	actor := actorOf(r)
	limit := queueLength
	if asked.Zen {
		limit = 1 // without a script it is one at a time; the script fetches more ahead
	}
	found, err := n.Comments.Queue(r.Context(), actor, asked.filter(limit))
	if err != nil {
		return queuePage{}, err
	}
	counts, err := n.Comments.Counts(r.Context(), actor)
	if err != nil {
		return queuePage{}, err
	}
	colleagues, err := n.colleagues(r)
	if err != nil {
		return queuePage{}, err
	}
	page := queuePage{frame: n.frame(r, n.print.T("newsroom.comments"), "comments"), Asked: asked, Reasons: news.Reasons(), Colleagues: colleagues,
		Back: asked.path(), Take: asked.Waits() && !asked.Hand}
	for _, t := range news.QueueTabs() {
		one := tab{Tab: t, Name: n.print.T("queue_tab." + string(t)), Path: queueAsked{Tab: t, Sort: asked.Sort, Article: asked.Article, Zen: asked.Zen}.path(), Current: t == asked.Tab}
		if t != news.TabMine {
			one.Count = n.print.Number(int64(counts[t]))
		}
		page.Tabs = append(page.Tabs, one)
	}
	if asked.sorted() {
		for _, s := range news.QueueSorts() {
			other := asked
			other.Sort, other.After = s, news.Cursor{}
			page.Sorts = append(page.Sorts, choice{n.print.T("queue_sort." + string(s)), other.path(), s == asked.Sort})
		}
	}
	for _, zen := range []bool{false, true} {
		other := asked
		other.Zen, other.After = zen, news.Cursor{}
		name := n.print.T("queue.view_list")
		if zen {
			name = n.print.T("queue.view_zen")
		}
		page.Views = append(page.Views, choice{name, other.path(), zen == asked.Zen})
	}
	for _, c := range found.Comments {
		page.Cards = append(page.Cards, n.card(page.frame, c, page.Back))
	}
	if !asked.After.IsZero() {
		first := asked
		first.After = news.Cursor{}
		page.First = first.path()
	}
	if !found.Next.IsZero() {
		next := asked
		next.After = found.Next
		page.Next = next.path()
	}
	return page, nil
}

// colleagues says who else has comments on the screen; "" when nobody has.
func (n *Newsroom) colleagues(r *http.Request) (string, error) {
	all, err := n.Comments.Colleagues(r.Context(), actorOf(r))
	if err != nil {
		return "", err
	}
	var names []string
	for _, c := range all {
		if c.User != userOf(r).ID {
			names = append(names, n.print.T("queue.colleague", c.Name, n.print.Number(int64(c.Count))))
		}
	}
	if len(names) == 0 {
		return "", nil
	}
	return n.print.T("queue.colleagues", n.print.List(names)), nil
}

// liveAnswer is what the queue's script gets every few seconds, and when it takes comments.
type liveAnswer struct {
	Mine       []news.CommentID  `json:"mine"`           // of those it asked for, what the person has
	HTML       string            `json:"html,omitempty"` // the cards of what was taken
	Counts     map[string]string `json:"counts"`
	Colleagues string            `json:"colleagues"`
}

func (n *Newsroom) answerLive(w http.ResponseWriter, r *http.Request, a liveAnswer) error {
	counts, err := n.Comments.Counts(r.Context(), actorOf(r))
	if err != nil {
		return err
	}
	a.Counts = n.countTexts(counts)
	if a.Colleagues, err = n.colleagues(r); err != nil {
		return err
	}
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	web.SetPrivate(w)
	return web.Write(w, r, http.StatusOK, "application/json", body)
}

func (n *Newsroom) countTexts(counts map[news.QueueTab]int) map[string]string {
	texts := map[string]string{}
	for tab, count := range counts {
		texts[string(tab)] = n.print.Number(int64(count))
	}
	return texts
}

// liveQueue renews the claims of what is on the screen, and tells the counts and who else is here.
func (n *Newsroom) liveQueue(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	mine, err := n.Comments.Claim(r.Context(), actorOf(r), readIDs(f.Line("ids")))
	if err != nil {
		return err
	}
	if mine == nil {
		mine = []news.CommentID{}
	}
	return n.answerLive(w, r, liveAnswer{Mine: mine})
}

// readIDs reads comment numbers with commas between; what is none is left out.
func readIDs(text string) []news.CommentID {
	var ids []news.CommentID
	for part := range strings.SplitSeq(text, ",") {
		if id, err := strconv.ParseInt(part, 10, 64); err == nil && id > 0 {
			ids = append(ids, news.CommentID(id))
		}
	}
	return ids
}

// takeComments gives the person the next comments that nobody has: to the script as cards, otherwise as a list of their own.
func (n *Newsroom) takeComments(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	asked, err := readQueueAsked(url.Values{"tab": {f.Line("tab")}, "sort": {f.Line("sort")}, "article": {f.Line("article")}, "view": {f.Line("view")}})
	if err != nil {
		return err
	}
	taken, err := n.Comments.Take(r.Context(), actorOf(r), asked.filter(takeLength))
	if err != nil {
		return err
	}
	if !wantsJSON(r) {
		asked.Hand = true
		return web.Redirect(w, r, withQuery(asked.path(), "done", "taken"))
	}
	a := liveAnswer{Mine: []news.CommentID{}}
	var cards []card
	around := n.frame(r, "", "comments")
	for _, c := range taken {
		a.Mine = append(a.Mine, c.ID)
		cards = append(cards, n.card(around, c, asked.path()))
	}
	var html bytes.Buffer
	if err := n.templates.Execute(&html, "queue", "cards", cards); err != nil {
		return err
	}
	a.HTML = html.String()
	return n.answerLive(w, r, a)
}

// releaseComments gives back what the person has on the screen: the script asks when the page closes.
func (n *Newsroom) releaseComments(w http.ResponseWriter, r *http.Request) error {
	if err := n.Comments.Release(r.Context(), actorOf(r)); err != nil {
		return err
	}
	if wantsJSON(r) {
		return n.answerLive(w, r, liveAnswer{Mine: []news.CommentID{}})
	}
	return web.Redirect(w, r, pathComments)
}

// withQuery adds a field to the query of one of our addresses.
func withQuery(address string, fields ...string) string {
	u, err := url.Parse(address)
	if err != nil {
		return pathComments
	}
	q := u.Query()
	for i := 0; i+1 < len(fields); i += 2 {
		q.Set(fields[i], fields[i+1])
	}
	u.RawQuery = q.Encode()
	return u.String()
}
