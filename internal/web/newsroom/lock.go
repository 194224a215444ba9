package newsroom

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Drafts are the locks and what people are typing; *editorial.Desk has them.
type Drafts interface {
	Lock(ctx context.Context, actor news.Actor, code news.Code) error
	TakeOver(ctx context.Context, actor news.Actor, code news.Code, word string) error
	Unlock(ctx context.Context, actor news.Actor, code news.Code) error
	LockOf(ctx context.Context, actor news.Actor, code news.Code) (news.Lock, error)
	Autosave(ctx context.Context, actor news.Actor, a news.Autosave) error
	Autosaved(ctx context.Context, actor news.Actor, code news.Code) ([]news.Autosave, error)
	DropAutosave(ctx context.Context, actor news.Actor, code news.Code, draft string) error
}

// maxAutosave bounds what a form sends while somebody types, in bytes: a text of a megabyte as JSON.
const maxAutosave = 4<<20 + 64<<10

// pulse is what the form's script gets for a sign of life or for typed text.
type pulse struct {
	Message  string `json:"message,omitempty"`  // why the form is closed, or what was kept
	Revision int    `json:"revision,omitempty"` // the working revision: a form that began from another one is behind
	Taken    bool   `json:"taken,omitempty"`    // a senior took the article over from this person
}

func writePulse(w http.ResponseWriter, r *http.Request, status int, p pulse) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	web.SetPrivate(w)
	return web.Write(w, r, status, "application/json", body)
}

// lock is the sign of life of a form.
func (n *Newsroom) lock(w http.ResponseWriter, r *http.Request) error {
	code, err := codeOf(r.PathValue("code"))
	if err != nil {
		return err
	}
	err = n.Flow.Lock(r.Context(), actorOf(r), code)
	if all := news.Errors(err); len(all) > 0 && all[0].Kind == news.Conflict {
		told := pulse{Message: n.message(all[0]), Taken: all[0].Key == "error.lock_taken"}
		if all[0].Key == "error.locked" { // nobody tries to save yet
			told.Message = n.print.T("flow.locked", n.inWords(all[0].Args)...)
		}
		return writePulse(w, r, http.StatusConflict, told)
	}
	if err != nil {
		return err
	}
	a, err := n.Articles.Article(r.Context(), actorOf(r), code)
	if err != nil {
		return err
	}
	return writePulse(w, r, http.StatusOK, pulse{Revision: a.Revision})
}

// unlock is what a form sends when it is left.
func (n *Newsroom) unlock(w http.ResponseWriter, r *http.Request) error {
	code, err := codeOf(r.PathValue("code"))
	if err != nil {
		return err
	}
	if err := n.Flow.Unlock(r.Context(), actorOf(r), code); err != nil {
		return err
	}
	web.SetPrivate(w)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// takeOver wins the lock from whoever edits the article, with a word to them.
func (n *Newsroom) takeOver(w http.ResponseWriter, r *http.Request) error {
	code, err := codeOf(r.PathValue("code"))
	if err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	err = n.Flow.TakeOver(r.Context(), actorOf(r), code, f.Text("word"))
	if err != nil && news.KindOf(err) == news.Invalid {
		return n.showWord(w, r, f.Text("word"), err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, editPath(code)+"?done=taken_over")
}

// showWord gives a word back that cannot be taken.
func (n *Newsroom) showWord(w http.ResponseWriter, r *http.Request, word string, problem error) error {
	a, err := n.article(r)
	if err != nil {
		return err
	}
	page, err := n.articlePage(r, a, formOf(a.Content))
	if err != nil {
		return err
	}
	page.Word, page.Problems = word, n.problems(problem, "word")
	return n.render(w, r, http.StatusUnprocessableEntity, "article", page)
}

// flowMessage finds the sentence of an error of the flow that depends on what it tells; "" for every other error.
func flowMessage(e *news.Error) (key string, args []any) {
	switch {
	case e.Key == "error.lock_taken" && len(e.Args) == 2:
		if e.Args[1] == "" {
			return "flow.lock_taken_silent", e.Args[:1]
		}
		return e.Key, e.Args
	case e.Key == "error.wrong_state" && len(e.Args) == 1:
		if state, isText := e.Args[0].(string); isText {
			return e.Key, []any{stateKey(state)}
		}
	}
	return "", nil
}

// stateKey is a state that is still to be put into words.
type stateKey string

// inWords writes states and times as people read them.
func (n *Newsroom) inWords(args []any) []any {
	out := make([]any, len(args))
	for i, arg := range args {
		switch v := arg.(type) {
		case stateKey:
			arg = n.print.T("state." + string(v))
		case time.Time:
			arg = n.print.Stamp(v)
		}
		out[i] = arg
	}
	return out
}
