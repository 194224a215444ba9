package newsroom

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Flow is what happens to articles between people; *editorial.Desk has it.
type Flow interface {
	Steps
	Drafts
	Records
	Notes
}

// Notes are the notes between editors.
type Notes interface {
	Notes(ctx context.Context, actor news.Actor, a news.Article) ([]news.DeskNote, error)
	SettleNote(ctx context.Context, actor news.Actor, in editorial.Step, key string) (news.Article, error)
}

// Steps move an article.
type Steps interface {
	Submit(context.Context, news.Actor, editorial.Step) (news.Article, error)
	Return(ctx context.Context, actor news.Actor, in editorial.Step, reason string) (news.Article, error)
	Take(context.Context, news.Actor, editorial.Step) (news.Article, error)
	Schedule(ctx context.Context, actor news.Actor, in editorial.Publish, at time.Time) (news.Article, error)
	Unschedule(context.Context, news.Actor, editorial.Step) (news.Article, error)
	Trash(context.Context, news.Actor, editorial.Step) (news.Article, error)
	Untrash(context.Context, news.Actor, editorial.Step) (news.Article, error)
	Moments
}

// Moments are the times that hold an article back or take it away.
type Moments interface {
	Embargo(ctx context.Context, actor news.Actor, in editorial.Step, until time.Time) (news.Article, error)
	Expire(ctx context.Context, actor news.Actor, in editorial.Step, at time.Time, note string) (news.Article, error)
}

// flowRoutes are the pages of the flow.
func (n *Newsroom) flowRoutes(inside func(string, news.Right, web.RateClass, web.Handler) web.Route) []web.Route {
	text := func(pattern string, right news.Right, h web.Handler) web.Route {
		return longForm(inside(pattern, right, web.RateWrite, h))
	}
	return []web.Route{
		inside("GET "+pathInbox, news.RightWrite, web.RateRead, n.inbox),
		text("POST "+pathArticles+"/{code}/autosave", news.RightWrite, n.autosave),
		inside("POST "+pathArticles+"/{code}/autosave/drop", news.RightWrite, web.RateWrite, n.dropAutosave),
		inside("POST "+pathArticles+"/{code}/lock", news.RightWrite, web.RateWrite, n.lock),
		inside("POST "+pathArticles+"/{code}/unlock", news.RightWrite, web.RateWrite, n.unlock),
		text("POST "+pathArticles+"/{code}/takeover", news.RightPublish, n.takeOver),
		inside("GET "+pathArticles+"/{code}/history", news.RightEnter, web.RateRead, n.history),
		inside("POST "+pathArticles+"/{code}/history", news.RightWrite, web.RateWrite, n.restoreVersion),
		inside("GET "+pathArticles+"/{code}/corrections", news.RightEnter, web.RateRead, n.corrections),
		text("POST "+pathArticles+"/{code}/corrections", news.RightPublish, n.correct),
		inside("GET "+pathArticles+"/{code}/suggested", news.RightWrite, web.RateRead, n.suggested),
		inside("POST "+pathArticles+"/{code}/suggested", news.RightPublish, web.RateWrite, n.choose),
		inside("GET "+pathTemplates, news.RightTemplate, web.RateRead, n.templatesPage),
		inside("GET "+pathTemplates+"/{kind}", news.RightTemplate, web.RateRead, n.editTemplate),
		text("POST "+pathTemplates+"/{kind}", news.RightTemplate, n.saveTemplate),
		inside("GET "+pathAudit, news.RightAudit, web.RateRead, n.audit),
		inside("GET "+pathAudit+".csv", news.RightAudit, web.RateRead, n.exportAudit),
	}
}

// offer says who sees a button: whoever has the right in the article's section while the article is in one of the states.
type offer struct {
	right  news.Right // RightWrite: whoever may write in the article
	states []news.State
}

// offers are the steps that the article's page shows. What is not shown is refused by the action too.
var offers = map[string]offer{
	"submit":   {news.RightWrite, []news.State{news.Draft}},
	"publish":  {news.RightPublish, []news.State{news.Draft, news.Submitted, news.Scheduled, news.Published, news.Withdrawn}},
	"schedule": {news.RightPublish, []news.State{news.Draft, news.Submitted, news.Scheduled, news.Published}},
	"return":   {news.RightPublish, []news.State{news.Submitted, news.Scheduled}},
	"take":     {news.RightPublish, []news.State{news.Draft, news.Submitted, news.Scheduled, news.Published}},
	"embargo":  {news.RightPublish, []news.State{news.Draft, news.Submitted, news.Scheduled}},
	"expire":   {news.RightWithdraw, []news.State{news.Draft, news.Submitted, news.Scheduled, news.Published}},
	"withdraw": {news.RightWithdraw, []news.State{news.Published}},
	"correct":  {news.RightPublish, []news.State{news.Published}},
	"trash":    {news.RightWrite, []news.State{news.Draft, news.Submitted, news.Withdrawn}},
}

// flowForm are the fields of the steps as they were typed.
type flowForm struct {
	PublishAt, EmbargoUntil, UnpublishAt, UnpublishNote, Reason string
}

var flowFields = []string{"publish_at", "embargo_until", "unpublish_at", "unpublish_note", "return_reason"}

func readFlowForm(f web.Form) flowForm {
	return flowForm{PublishAt: f.Line("publish_at"), EmbargoUntil: f.Line("embargo_until"), UnpublishAt: f.Line("unpublish_at"),
		UnpublishNote: f.Text("unpublish_note"), Reason: f.Text("return_reason")}
}

// flowView is what the article's page shows of the flow.
type flowView struct {
	Steps      flowForm
	HolderName string
	Locked     *news.Lock // somebody else edits it right now
	Word       string     // what whoever takes it over was writing to them
	MayWrite   bool
	Asked      editorial.Checks // what the checklist asks about before the act below
	Ask        string           // "publish" or "schedule"; "" when nothing is asked
	Restored   bool             // the form holds what had not been saved
	Kept       []kept           // what the person was typing and had not saved
	Diff       []difference     // between what somebody else saved and what stands in the form
	Notes      []news.DeskNote  // between editors, those in the text first
	now        time.Time
}

// flowView fills the parts that need the desk.
func (n *Newsroom) flowView(r *http.Request, a news.Article) (flowView, error) {
	actor := actorOf(r)
	v := flowView{now: n.now(), MayWrite: actor.May(news.RightWrite) && (a.Code == 0 || actor.MayEdit(&a))}
	v.Steps = flowForm{PublishAt: momentText(n.print, a.PublishAt), EmbargoUntil: momentText(n.print, a.EmbargoUntil),
		UnpublishAt: momentText(n.print, a.UnpublishAt), UnpublishNote: a.UnpublishNote}
	if a.ChangeNumber != 0 {
		v.Steps.PublishAt = momentText(n.print, a.ChangeAt)
	}
	if a.Code == 0 {
		return v, nil
	}
	var err error
	if v.Notes, err = n.Flow.Notes(r.Context(), actor, a); err != nil {
		return v, err
	}
	if a.Holder != 0 {
		names, err := n.Names.UserNames(r.Context())
		if err != nil {
			return v, err
		}
		v.HolderName = names[a.Holder]
	}
	lock, err := n.Flow.LockOf(r.Context(), actor, a.Code)
	if err != nil && news.KindOf(err) != news.NotFound {
		return v, err
	}
	if err == nil && lock.User != actor.User {
		v.Locked = &lock
	}
	return v, nil
}

// now is the clock of the pages.
func (n *Newsroom) now() time.Time { return time.Now() }

// Can tells whether the page offers a step.
func (p articlePage) Can(step string) bool {
	actor := p.User.Actor()
	o, known := offers[step]
	if !known || p.Article.Code == 0 || !p.Article.TrashedAt.IsZero() || !slices.Contains(o.states, p.Article.State) {
		return false
	}
	switch {
	case o.right == news.RightWrite && !actor.MayEdit(&p.Article), o.right != news.RightWrite && !actor.MayIn(o.right, p.Article.Content.Section):
		return false
	case step == "take":
		return p.Article.Holder != actor.User
	case step == "publish":
		return !p.now.Before(p.Article.EmbargoUntil)
	}
	return true
}

// ReadOnly tells that the text cannot be written in: no right, somebody else edits it, or it is in the trash.
func (p articlePage) ReadOnly() bool { return !p.MayWrite || p.Locked != nil || p.Trashed() }

// Trashed tells that the article is in the trash.
func (p articlePage) Trashed() bool { return !p.Article.TrashedAt.IsZero() }

// MayRestore tells who may take it out again.
func (p articlePage) MayRestore() bool { return p.Trashed() && p.MayWrite }

// MayTakeOver tells who may win the lock from somebody else.
func (p articlePage) MayTakeOver() bool {
	return p.Locked != nil && p.User.Actor().MayIn(news.RightPublish, p.Article.Content.Section)
}

// PublishKey is the step that has the key of going on: "publish", "submit" for those who may not publish, "" where neither is.
func (p articlePage) PublishKey() string {
	if p.Can("publish") || p.Article.Code == 0 && p.May(string(news.RightPublish)) {
		return "publish"
	}
	if p.Can("submit") || p.Article.Code == 0 {
		return "submit"
	}
	return ""
}

// UnderEmbargo tells that the embargo still holds.
func (p articlePage) UnderEmbargo() bool { return p.now.Before(p.Article.EmbargoUntil) }

// The fields for times, with their calendars.

// PublishAt is the field of the moment at which it comes out.
func (p articlePage) PublishAt() momentField {
	label := "flow.publish_at"
	if p.Article.State == news.Published {
		label = "flow.change_at"
	}
	return p.moment("publish_at", p.T(label), p.Steps.PublishAt, p.Problems.For("publish_at"))
}

// EmbargoUntil is the field of the embargo.
func (p articlePage) EmbargoUntil() momentField {
	return p.moment("embargo_until", p.T("flow.embargo_until"), p.Steps.EmbargoUntil, p.Problems.For("embargo_until"))
}

// UnpublishAt is the field of the moment at which it leaves.
func (p articlePage) UnpublishAt() momentField {
	return p.moment("unpublish_at", p.T("flow.unpublish_at"), p.Steps.UnpublishAt, p.Problems.For("unpublish_at"))
}

// Sentence is a line of the checklist in words.
func (p articlePage) Sentence(c editorial.Check) string { return p.T(c.Key, c.Args...) }

// act is one press of a button on the article's page.
type act struct {
	verb      string
	action    string
	article   news.Article // as it was saved, or code and base when nothing was
	steps     flowForm
	confirmed bool
	typing    typing
	note      string // the key of the note that is settled
}

// readAct reads which button was pressed: "do" names the act; "confirmed" says that the editor saw what the checklist asks about, and
// names the act where it is the button itself.
func readAct(f web.Form) act {
	a := act{verb: f.Line("do"), action: f.Line("action"), steps: readFlowForm(f), confirmed: f.Line("confirmed") != "", note: f.Line("settle")}
	if a.note != "" {
		a.verb = "settle"
	}
	if a.verb == "" && a.confirmed {
		a.verb = f.Line("confirmed")
	}
	return a
}

// run does what the button says and returns the word for what was done. A verb that is none saves and nothing more.
func (n *Newsroom) run(r *http.Request, in act) (news.Article, string, error) {
	ctx, actor := r.Context(), actorOf(r)
	// Its own id: to the store, saving and the step are two acts on one article.
	step := editorial.Step{Action: in.action + "." + in.verb, Code: in.article.Code}
	going := editorial.Publish{Action: step.Action, Code: step.Code, Base: in.article.Revision, Confirmed: in.confirmed}
	var a news.Article
	var err error
	done := in.verb
	switch in.verb {
	case "fix":
		a, err = n.Flow.FixSafe(ctx, actor, going)
	case "submit":
		a, err = n.Flow.Submit(ctx, actor, step)
	case "publish":
		a, err = n.Articles.Publish(ctx, actor, going)
	case "schedule":
		a, err = n.schedule(ctx, actor, going, in.steps.PublishAt)
		if err == nil && a.State == news.Published {
			done = "schedule_change"
		}
	case "unschedule":
		a, err = n.Flow.Unschedule(ctx, actor, step)
	case "return":
		a, err = n.Flow.Return(ctx, actor, step, in.steps.Reason)
	case "take":
		a, err = n.Flow.Take(ctx, actor, step)
	case "embargo":
		a, err = n.embargo(ctx, actor, step, in.steps.EmbargoUntil)
	case "lift":
		a, err = n.Flow.Embargo(ctx, actor, step, time.Time{})
	case "expire":
		a, err = n.expire(ctx, actor, step, in.steps)
	case "stay":
		a, err = n.Flow.Expire(ctx, actor, step, time.Time{}, "")
	case "settle":
		a, err = n.Flow.SettleNote(ctx, actor, step, in.note)
	case "trash":
		a, err = n.Flow.Trash(ctx, actor, step)
	case "untrash":
		a, err = n.Flow.Untrash(ctx, actor, step)
	default:
		return in.article, "saved", nil
	}
	if err != nil {
		return in.article, "", err // the form goes on from what was saved
	}
	return a, done, nil
}

func (n *Newsroom) schedule(ctx context.Context, actor news.Actor, in editorial.Publish, typed string) (news.Article, error) {
	at, err := n.wanted("publish_at", typed)
	if err != nil {
		return news.Article{}, err
	}
	return n.Flow.Schedule(ctx, actor, in, at)
}

func (n *Newsroom) embargo(ctx context.Context, actor news.Actor, step editorial.Step, typed string) (news.Article, error) {
	until, err := n.wanted("embargo_until", typed)
	if err != nil {
		return news.Article{}, err
	}
	return n.Flow.Embargo(ctx, actor, step, until)
}

func (n *Newsroom) expire(ctx context.Context, actor news.Actor, step editorial.Step, typed flowForm) (news.Article, error) {
	at, err := n.wanted("unpublish_at", typed.UnpublishAt)
	if err != nil {
		return news.Article{}, n.stepWrong(act{verb: "expire", steps: typed})
	}
	return n.Flow.Expire(ctx, actor, step, at, typed.UnpublishNote)
}

// stepWrong is what can be seen to be wrong in the fields of a step before it is taken.
func (n *Newsroom) stepWrong(in act) error {
	missing := func(field, text, key string) error {
		if strings.TrimSpace(text) == "" {
			return news.FieldError(field, key)
		}
		return nil
	}
	var wrong error
	switch in.verb {
	case "schedule":
		_, wrong = n.wanted("publish_at", in.steps.PublishAt)
	case "embargo":
		_, wrong = n.wanted("embargo_until", in.steps.EmbargoUntil)
	case "expire":
		_, wrong = n.wanted("unpublish_at", in.steps.UnpublishAt)
		wrong = errors.Join(wrong, missing("unpublish_note", in.steps.UnpublishNote, "error.withdrawal_missing"))
	case "return":
		wrong = missing("return_reason", in.steps.Reason, "error.return_reason")
	}
	return wrong
}

// wanted is a moment that must be given.
func (n *Newsroom) wanted(field, typed string) (time.Time, error) {
	if typed == "" {
		return time.Time{}, news.FieldError(field, "error.time_missing")
	}
	return readMoment(field, typed, n.now())
}

// reasonFields are the names that the actions give to the sentences of two forms that the article's page has in one.
var reasonFields = map[string]string{"return": "return_reason", "expire": "unpublish_note"}

// atOwnField moves an error at "reason" to the field where the page asks for it.
func atOwnField(verb string, err error) error {
	for _, e := range news.Errors(err) {
		if own := reasonFields[verb]; own != "" && e.Field == "reason" {
			e.Field = own
		}
	}
	return err
}
