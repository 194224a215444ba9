package newsroom

import (
	"context"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/country"
	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// card is a comment with what a moderator needs to judge it, wherever it is listed.
type card struct {
	frame
	news.QueuedComment
	CountryName string
	Reasons     []news.Reason
	Why         []why
	Action      string
	Back        string // the address of the list
	WriterPath  string // the other comments of its writer; "" when they cannot be recognised
	Mine        bool   // the person on the page decided on it: they may undo
	Taken       string // which colleague has it on the screen; "" none
	Problem     string
}

// why is a finding of a rule as a moderator reads it.
type why struct {
	Name   string
	Detail string
}

func (n *Newsroom) card(around frame, c news.QueuedComment, back string) card {
	out := card{frame: around, QueuedComment: c, CountryName: country.Code(c.Country).Name(n.Lang.String()), Reasons: news.Reasons(), Action: web.NewAction(),
		Back: back, Mine: c.DecidedBy != 0 && c.DecidedBy == around.User.ID}
	if c.ClaimedBy != 0 && c.ClaimedBy != around.User.ID && n.now().Before(c.ClaimedTo) {
		out.Taken = c.ClaimerName
	}
	if c.Writer.Total() > 0 && (c.Person != "" || c.Pseudonym != "") {
		out.WriterPath = withQuery(pathSearch, "writer", c.ID.String())
	}
	for _, f := range c.Findings {
		if f.Outcome != news.OutcomePass {
			out.Why = append(out.Why, n.why(f))
		}
	}
	// That the mode wants a moderator first goes without saying where something else was found, and it is the last of the rules.
	if last := len(out.Why) - 1; last > 0 && c.Findings[len(c.Findings)-1].Rule == "mode" && c.Findings[len(c.Findings)-1].Outcome != news.OutcomePass {
		out.Why = out.Why[:last]
	}
	return out
}

func (n *Newsroom) why(f news.Finding) why {
	out := why{Name: f.Rule}
	if key := "comment_rule." + f.Rule; n.Bundle.Has(n.Lang, key) {
		out.Name = n.print.T(key)
	}
	out.Detail = n.print.List(f.Detail)
	return out
}

// Ordinal is the key of a reason, counted from 1.
func (c card) Ordinal(i int) string { return c.Number(int64(i + 1)) }

// Percent is the risk in words' figures: «۶۴٪».
func (c card) Percent() string { return c.T("queue.percent", c.Number(int64((c.Risk+5)/10))) }

// ReportCount is how many reports nobody has settled.
func (c card) ReportCount() int64 { return int64(c.Reports) }

// Waiting tells whether a decision is wanted.
func (c card) Waiting() bool { return c.State == news.CommentPending }

// Seen is which of its texts the moderator reads: when its writer revised it, in Unix milliseconds; 0 for the first.
func (c card) Seen() int64 { return seenOf(c.RevisedAt) }

func seenOf(revised time.Time) int64 {
	if revised.IsZero() {
		return 0
	}
	return revised.UnixMilli()
}

// revisedOf reads what seenOf wrote.
func revisedOf(seen int64) time.Time {
	if seen == 0 {
		return time.Time{}
	}
	return time.UnixMilli(seen)
}

// History says what became of the writer's comments.
func (c card) History() string {
	return c.T("queue.history", c.Number(int64(c.Writer.Published)), c.Number(int64(c.Writer.Rejected)), c.Number(int64(c.Writer.Pending)))
}

// commentActs are the acts that have a form of their own on a comment's page.
var commentActs = []string{"edit", "answer", "ban"}

type commentView struct {
	frame
	Card     card
	Do       string // which of commentActs is open; "" none
	Text     string // as typed
	Saved    []news.SavedAnswer
	Ban      banForm
	Back     string
	Problems web.Problems
}

// commentPage is one comment, with the form of an act when the address names one. The script of the queue takes the form alone.
func (n *Newsroom) commentPage(w http.ResponseWriter, r *http.Request) error {
	act := r.PathValue("act")
	if act != "" && !slices.Contains(commentActs, act) {
		return news.Fail(news.NotFound, "error.not_found")
	}
	page, err := n.commentView(r, act, backOf(r.URL.Query().Get("back")))
	if err != nil {
		return err
	}
	if act == "edit" {
		page.Text = page.Card.Text
	}
	n.sayDone(&page.frame, r.URL.Query())
	if act != "" && r.URL.Query().Get("part") == "form" {
		web.SetPrivate(w)
		return n.templates.RenderPart(w, r, http.StatusOK, "comment", "act", page)
	}
	return n.render(w, r, http.StatusOK, "comment", page)
}

func commentID(r *http.Request) (news.CommentID, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, news.Fail(news.NotFound, "error.not_found")
	}
	return news.CommentID(id), nil
}

func (n *Newsroom) commentView(r *http.Request, act, back string) (commentView, error) {
	id, err := commentID(r)
	if err != nil {
		return commentView{}, err
	}
	found, err := n.Comments.ByID(r.Context(), actorOf(r), []news.CommentID{id})
	if err != nil {
		return commentView{}, err
	}
	if len(found) == 0 {
		return commentView{}, news.Fail(news.NotFound, "error.not_found")
	}
	page := commentView{frame: n.frame(r, n.print.T("queue.one"), "comments"), Do: act, Back: back}
	page.Card = n.card(page.frame, found[0], back)
	page.Ban = n.newBanForm(found[0].ID, page.Everywhere(string(news.RightModerate)))
	if act == "answer" {
		page.Saved, err = n.Texts.SavedAnswers(r.Context(), actorOf(r))
	}
	return page, err
}

// backOf is the list to go back to after an act: an address of the comments' pages, else the queue.
func backOf(typed string) string {
	where, _, _ := strings.Cut(typed, "?")
	if len(typed) <= wherePrefixMax && local(typed) && where == path.Clean(where) && (typed == pathComments || strings.HasPrefix(typed, pathComments+"?") || strings.HasPrefix(typed, pathComments+"/")) {
		return typed
	}
	return pathComments
}

// decide makes the handler of a decision. The form tells what the moderator saw (from) and which list they came from (back). act is the form
// that is shown again with a mistake.
func (n *Newsroom) decide(act string, do func(context.Context, news.Actor, discussion.Decision) (news.Comment, error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := commentID(r)
		if err != nil {
			return err
		}
		f, err := web.ReadForm(r)
		if err != nil {
			return err
		}
		text, err := n.typedText(r, f)
		if err != nil {
			return err
		}
		decision := discussion.Decision{Action: f.Line("action"), Comment: id, From: news.CommentState(f.Line("from")), Revised: revisedOf(f.Int("seen")),
			Reason: news.Reason(f.Line("reason")), Text: text}
		comment, err := do(r.Context(), actorOf(r), decision)
		if err != nil {
			return n.decisionFailed(w, r, f, act, err)
		}
		if wantsJSON(r) {
			return n.decided(w, r, comment)
		}
		undo := ""
		if strings.HasSuffix(r.URL.Path, "/undo") {
			undo = string(news.ActUndo)
		}
		return web.Redirect(w, r, withQuery(backOf(f.Line("back")), "done", string(comment.State), "comment", id.String(), "act", undo))
	}
}

// typedText is the text of the form, or the saved answer that was chosen in its stead.
func (n *Newsroom) typedText(r *http.Request, f web.Form) (string, error) {
	text := f.Text("text")
	chosen := f.Int("saved")
	if strings.TrimSpace(text) != "" || chosen == 0 {
		return text, nil
	}
	saved, err := n.Texts.SavedAnswers(r.Context(), actorOf(r))
	for _, one := range saved {
		if one.ID == chosen {
			text = one.Body
		}
	}
	return text, err
}

// decided tells the script what became of the comment and of the counts.
func (n *Newsroom) decided(w http.ResponseWriter, r *http.Request, comment news.Comment) error {
	counts, err := n.Comments.Counts(r.Context(), actorOf(r))
	if err != nil {
		return err
	}
	a := answer{Message: n.print.T(decisionDone[comment.State]), State: string(comment.State), Action: web.NewAction(), Counts: n.countTexts(counts)}
	if comment.State == news.CommentRejected && comment.Reason != "" {
		a.Message = n.print.T("newsroom.done_comment_rejected_for", n.print.T("reason."+string(comment.Reason)))
	}
	return writeJSON(w, r, http.StatusOK, a)
}

// decisionFailed shows the comment by itself with what stood against the decision, and what was typed.
func (n *Newsroom) decisionFailed(w http.ResponseWriter, r *http.Request, f web.Form, act string, failed error) error {
	kind := news.KindOf(failed)
	if wantsJSON(r) || kind != news.Invalid && kind != news.Conflict {
		return failed
	}
	page, err := n.commentView(r, act, backOf(f.Line("back")))
	if err != nil {
		return err
	}
	page.Text = f.Text("text")
	if act != "" && kind == news.Invalid {
		page.Problems = n.problems(failed, "text")
	} else {
		page.Card.Problem = n.failMessage(web.Status(failed), failed)
	}
	return n.render(w, r, web.Status(failed), "comment", page)
}

type decisionsPage struct {
	frame
	Rows []decisionRow
}

type decisionRow struct {
	news.PastDecision
	What   string
	Action string
}

// lastDecisions are the person's last decisions, each with its way back.
func (n *Newsroom) lastDecisions(w http.ResponseWriter, r *http.Request) error {
	past, err := n.Decisions.LastDecisions(r.Context(), actorOf(r))
	if err != nil {
		return err
	}
	page := decisionsPage{frame: n.frame(r, n.print.T("queue.last_decisions"), "comments")}
	n.sayDone(&page.frame, r.URL.Query())
	for _, p := range past {
		row := decisionRow{PastDecision: p, What: n.print.T("comment_act." + string(p.Act)), Action: web.NewAction()}
		if p.Reason != "" && p.To == news.CommentRejected {
			row.What = n.print.T("queue.rejected_for", n.print.T("reason."+string(p.Reason)))
		}
		page.Rows = append(page.Rows, row)
	}
	return n.render(w, r, http.StatusOK, "decisions", page)
}
