package newsroom

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// CommentTexts are saved answers, the rules that readers see, and what moderation came to; *discussion.Moderation has them.
type CommentTexts interface {
	SavedAnswers(context.Context, news.Actor) ([]news.SavedAnswer, error)
	SaveAnswer(ctx context.Context, actor news.Actor, action string, a news.SavedAnswer) error
	DeleteAnswer(ctx context.Context, actor news.Actor, id int64) error
	Policy(context.Context, news.Actor) (news.SiteText, error)
	SavePolicy(ctx context.Context, actor news.Actor, body string) error
	Numbers(ctx context.Context, actor news.Actor, from, until time.Time) (news.ModerationNumbers, error)
}

type answersPage struct {
	frame
	Saved    []news.SavedAnswer
	Form     news.SavedAnswer // ID 0: a new one
	Action   string
	Problems web.Problems
}

// savedAnswers lists the saved answers, with the form of one of them or of a new one.
func (n *Newsroom) savedAnswers(w http.ResponseWriter, r *http.Request) error {
	page, err := n.answersPage(r)
	if err != nil {
		return err
	}
	if edited := readIDs(r.URL.Query().Get("edit")); len(edited) == 1 {
		for _, one := range page.Saved {
			if one.ID == int64(edited[0]) {
				page.Form = one
			}
		}
	}
	switch web.Done(r, "saved", "deleted") {
	case "saved":
		page.frame.Done = n.print.T("newsroom.done_saved")
	case "deleted":
		page.frame.Done = n.print.T("saved_answer.deleted")
	}
	return n.render(w, r, http.StatusOK, "answers", page)
}

func (n *Newsroom) answersPage(r *http.Request) (answersPage, error) {
	saved, err := n.Texts.SavedAnswers(r.Context(), actorOf(r))
	return answersPage{frame: n.frame(r, n.print.T("saved_answer.many"), "comments"), Saved: saved, Action: web.NewAction()}, err
}

func (n *Newsroom) saveAnswer(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	typed := news.SavedAnswer{ID: max(f.Int("id"), 0), Title: f.Line("title"), Body: f.Text("body")}
	err = n.Texts.SaveAnswer(r.Context(), actorOf(r), f.Line("action"), typed)
	if err != nil && news.KindOf(err) == news.Invalid {
		page, pageErr := n.answersPage(r)
		if pageErr != nil {
			return pageErr
		}
		page.Form, page.Problems = typed, n.problems(err, "title", "body")
		return n.render(w, r, http.StatusUnprocessableEntity, "answers", page)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, pathAnswers+"?done=saved")
}

func (n *Newsroom) deleteAnswer(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return news.Fail(news.NotFound, "error.not_found")
	}
	if err := n.Texts.DeleteAnswer(r.Context(), actorOf(r), id); err != nil {
		return err
	}
	return web.Redirect(w, r, pathAnswers+"?done=deleted")
}

type policyPage struct {
	frame
	Text     news.SiteText
	Body     string // as typed
	Reasons  []news.Reason
	Problems web.Problems
}

// policyPage is the form of the rules that readers see.
func (n *Newsroom) policyPage(w http.ResponseWriter, r *http.Request) error {
	text, err := n.Texts.Policy(r.Context(), actorOf(r))
	if err != nil {
		return err
	}
	page := policyPage{frame: n.frame(r, n.print.T("policy.edit"), "comments"), Text: text, Body: text.Body, Reasons: news.Reasons()}
	if page.Body == "" {
		page.Body = n.print.T("policy.text")
	}
	if web.Done(r, "saved") != "" {
		page.frame.Done = n.print.T("newsroom.done_saved")
	}
	return n.render(w, r, http.StatusOK, "policy", page)
}

func (n *Newsroom) savePolicy(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	body := f.Text("body")
	if f.Line("do") == "usual" {
		body = ""
	}
	err = n.Texts.SavePolicy(r.Context(), actorOf(r), body)
	if err != nil && news.KindOf(err) == news.Invalid {
		page := policyPage{frame: n.frame(r, n.print.T("policy.edit"), "comments"), Body: body, Reasons: news.Reasons(), Problems: n.problems(err, "body")}
		return n.render(w, r, http.StatusUnprocessableEntity, "policy", page)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, pathPolicy+"?done=saved")
}
