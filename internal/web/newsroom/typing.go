package newsroom

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// keptMost is how many unsaved new articles are offered at once.
const keptMost = 10

// typing tells a form's text from that of every other window.
type typing struct {
	Draft  string // of a new article, until it has a code
	Window string
	Seq    int64 // what the window has seen of the row; 0: nothing
}

// newTyping is that of a page that has just been opened.
func newTyping(code news.Code) typing {
	t := typing{Window: web.NewAction()}
	if code == 0 {
		t.Draft = web.NewAction()
	}
	return t
}

// readTyping is that of a form that comes back: it stays the same window.
func readTyping(f web.Form) typing {
	return typing{Draft: f.Line("draft"), Window: f.Line("window"), Seq: f.Int("seq")}
}

// typed is a form as its script sends it.
type typed struct {
	Base   int               `json:"base"`
	Draft  string            `json:"draft"`
	Window string            `json:"window"`
	Seq    int64             `json:"seq"`
	Fields map[string]string `json:"fields"`
}

func (t typed) form() articleForm {
	values := url.Values{}
	for name, value := range t.Fields {
		values.Set(name, value)
	}
	return readArticleForm(web.NewForm(values))
}

// draftCode reads the code of an article that may not have been saved yet: 0.
func draftCode(value string) (news.Code, error) {
	if value == "0" {
		return 0, nil
	}
	return codeOf(value)
}

// autosave keeps what is being typed. It is neither a version nor an event. A window that would overwrite what another one of the same
// person wrote gets both texts instead.
func (n *Newsroom) autosave(w http.ResponseWriter, r *http.Request) error {
	code, err := draftCode(r.PathValue("code"))
	if err != nil {
		return err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var t typed
	if err := json.Unmarshal(body, &t); err != nil || t.Fields == nil {
		return &news.Error{Kind: news.Invalid, Key: "error.bad_form", Err: err}
	}
	form, err := json.Marshal(t) // written anew: what a browser makes of a lone surrogate must not reach the database
	if err != nil {
		return err
	}
	a := news.Autosave{Article: code, Draft: t.Draft, Window: t.Window, Seq: t.Seq, Base: t.Base, Form: string(form)}
	err = n.Flow.Autosave(r.Context(), actorOf(r), a)
	if all := news.Errors(err); len(all) > 0 && all[0].Key == "error.other_window" {
		var other news.Autosave
		var diff []difference
		if other, diff, err = n.otherWindow(r, a, t); err != nil {
			return err
		}
		if len(diff) > 0 {
			return n.showClash(w, r, other, diff)
		}
		a.Seq = other.Seq // both hold the same text
		err = n.Flow.Autosave(r.Context(), actorOf(r), a)
	}
	if err != nil {
		return err
	}
	return writePulse(w, r, http.StatusOK, pulse{Message: n.print.T("flow.autosaved", n.clock(n.now()))})
}

// otherWindow is what another window of the person wrote, and how this one's text differs from it.
func (n *Newsroom) otherWindow(r *http.Request, a news.Autosave, mine typed) (news.Autosave, []difference, error) {
	all, err := n.Flow.Autosaved(r.Context(), actorOf(r), a.Article)
	if err != nil {
		return news.Autosave{}, nil, err
	}
	for _, other := range all {
		if other.Draft != a.Draft {
			continue
		}
		var theirs typed
		if err := json.Unmarshal([]byte(other.Form), &theirs); err != nil {
			return other, nil, nil // written by another Dabir: nothing to show
		}
		diff, err := n.differences(r.Context(), theirs.form().content(), mine.form().content())
		return other, diff, err
	}
	return news.Autosave{}, nil, nil // it was saved or thrown away at this moment
}

// clash is the part of a page that sets the texts of two windows side by side.
type clash struct {
	frame
	Other news.Autosave
	Diff  []difference
}

// Restore leads to a form with the other window's text.
func (c clash) Restore() string { return restorePath(c.Other) }

func (n *Newsroom) showClash(w http.ResponseWriter, r *http.Request, other news.Autosave, diff []difference) error {
	web.SetPrivate(w)
	return n.templates.RenderPart(w, r, http.StatusConflict, "article", "clash", clash{n.frame(r, "", ""), other, diff})
}

// restorePath is where a form is filled with what was kept.
func restorePath(a news.Autosave) string {
	if a.Article == 0 {
		return pathNew + "?" + url.Values{"kept": {"restore"}, "draft": {a.Draft}}.Encode()
	}
	return editPath(a.Article) + "?kept=restore"
}

// clock writes the time of day to the second.
func (n *Newsroom) clock(t time.Time) string {
	text := t.In(persian.Tehran()).Format("15:04:05")
	if n.Lang.Dir() == "rtl" {
		return persian.Digits(text)
	}
	return text
}

// dropAutosave throws away what was being typed.
func (n *Newsroom) dropAutosave(w http.ResponseWriter, r *http.Request) error {
	code, err := draftCode(r.PathValue("code"))
	if err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if err := n.Flow.DropAutosave(r.Context(), actorOf(r), code, f.Line("draft")); err != nil {
		return err
	}
	if code == 0 {
		return web.Redirect(w, r, pathNew+"?done=dropped")
	}
	return web.Redirect(w, r, editPath(code)+"?done=dropped")
}

// kept is what somebody was typing and had not saved, beside what is saved.
type kept struct {
	news.Autosave
	Older bool // the article was saved after it
	Fill  articleForm
	Diff  []difference
}

// Restore leads to a form with it.
func (k kept) Restore() string { return restorePath(k.Autosave) }

// kept finds what the person was typing in an article, and in the new ones; what does not differ from what is saved is left out.
func (n *Newsroom) kept(ctx context.Context, actor news.Actor, a news.Article) ([]kept, error) {
	saved, err := n.Flow.Autosaved(ctx, actor, a.Code)
	if err != nil {
		if news.KindOf(err) == news.Forbidden {
			return nil, nil
		}
		return nil, err
	}
	var all []kept
	for _, s := range saved[:min(len(saved), keptMost)] {
		var t typed
		if err := json.Unmarshal([]byte(s.Form), &t); err != nil {
			continue // written by another Dabir: nothing to offer, and nothing is lost by leaving it
		}
		k := kept{Autosave: s, Older: a.UpdatedAt.After(s.At), Fill: t.form()}
		if k.Diff, err = n.differences(ctx, a.Content, k.Fill.content()); err != nil {
			return nil, err
		}
		if len(k.Diff) > 0 {
			all = append(all, k)
		}
	}
	return all, nil
}

// offerKept offers what the person was typing and had not saved, or fills the form with it where the address asks for that.
func (n *Newsroom) offerKept(r *http.Request, page *articlePage) error {
	if !page.MayWrite {
		return nil
	}
	all, err := n.kept(r.Context(), actorOf(r), page.Article)
	if err != nil {
		return err
	}
	query := r.URL.Query()
	for _, k := range all {
		if query.Get("kept") == "restore" && !page.Restored && (k.Draft == query.Get("draft") || !query.Has("draft")) {
			page.Form, page.Base, page.Restored = k.Fill.withBothBodies(), k.Base, true
			page.Typing.Draft, page.Typing.Seq = k.Draft, k.Seq
			continue
		}
		page.Kept = append(page.Kept, k)
	}
	return nil
}
