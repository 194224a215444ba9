package newsroom

import (
	"context"
	"net/http"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Closing is the switch for the comments of the whole site; *discussion.Desk has it.
type Closing interface {
	Switch(context.Context, news.Actor) (news.CommentSwitch, error)
	SetSwitch(context.Context, news.Actor, discussion.SiteSwitch) error
}

type closingPage struct {
	frame
	Switch   news.CommentSwitch
	By       string
	Action   string
	Note     string
	Problems web.Problems
}

func (n *Newsroom) newClosingPage(r *http.Request) (closingPage, error) {
	page := closingPage{frame: n.frame(r, n.print.T("closing.title"), "closing"), Action: web.NewAction()}
	var err error
	if page.Switch, err = n.Closing.Switch(r.Context(), actorOf(r)); err != nil {
		return page, err
	}
	names, err := n.Names.UserNames(r.Context())
	page.By, page.Note = names[page.Switch.By], page.Switch.Note
	return page, err
}

func (n *Newsroom) closingPage(w http.ResponseWriter, r *http.Request) error {
	page, err := n.newClosingPage(r)
	if err != nil {
		return err
	}
	switch web.Done(r, "closed", "opened") {
	case "closed":
		page.Done = n.print.T("closing.done_closed")
	case "opened":
		page.Done = n.print.T("closing.done_opened")
	}
	return n.render(w, r, http.StatusOK, "closing", page)
}

// setClosing closes or opens the comments of the whole site.
func (n *Newsroom) setClosing(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	closed := f.Line("closed") == "yes"
	err = n.Closing.SetSwitch(r.Context(), actorOf(r), discussion.SiteSwitch{Action: f.Line("action"), Closed: closed, Note: f.Line("note")})
	if news.KindOf(err) == news.Invalid && err != nil {
		page, readErr := n.newClosingPage(r)
		if readErr != nil {
			return readErr
		}
		page.Note, page.Problems = f.Line("note"), n.problems(err, "note")
		return n.render(w, r, http.StatusUnprocessableEntity, "closing", page)
	}
	if err != nil {
		return err
	}
	done := "opened"
	if closed {
		done = "closed"
	}
	return web.Redirect(w, r, pathClosing+"?done="+done)
}
