package newsroom

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// DossierDesk are the acts on dossiers; *editorial.FrontDesk has them.
type DossierDesk interface {
	Dossiers(context.Context, news.Actor) ([]news.Dossier, error)
	Dossier(context.Context, news.Actor, news.DossierID) (news.Dossier, error)
	SaveDossier(context.Context, news.Actor, editorial.SaveDossier) (news.Dossier, error)
	PublishDossier(context.Context, news.Actor, editorial.DossierStep) (news.Dossier, error)
	WithdrawDossier(context.Context, news.Actor, editorial.DossierStep) (news.Dossier, error)
}

// dossierBody bounds the form of a dossier, in bytes.
const dossierBody = 4 << 20

type dossierListPage struct {
	frame
	Dossiers []news.Dossier
}

// EditPath is the address of a dossier's form.
func (dossierListPage) EditPath(id news.DossierID) string { return dossierPath(id) }

func dossierPath(id news.DossierID) string { return pathDossiers + "/" + news.Code(id).String() }

func (f fronts) dossierList(w http.ResponseWriter, r *http.Request) error {
	all, err := f.dossiers.Dossiers(r.Context(), actorOf(r))
	if err != nil {
		return err
	}
	return f.render(w, r, http.StatusOK, "dossiers", dossierListPage{f.frame(r, f.print.T("dossier.many"), "dossiers"), all})
}

// dossierForm is the form as it was typed: an error gives it back to the letter.
type dossierForm struct {
	Title, Slug string
	Text        string // Markdown
	Items       string // an article a line: «* ۱۲ تیتر», the star pins it
	Tag         string
}

type dossierPage struct {
	frame
	Dossier  news.Dossier // as it is stored; the zero Dossier for a new one
	Form     dossierForm
	Theirs   *dossierForm // what somebody else saved meanwhile
	Base     int
	Action   string
	Problems web.Problems
}

// Target is where the form is sent.
func (p dossierPage) Target() string {
	if p.Dossier.ID == 0 {
		return pathDossiers
	}
	return dossierPath(p.Dossier.ID)
}

// SlugFixed tells that the address cannot change any more.
func (p dossierPage) SlugFixed() bool { return !p.Dossier.PublishedAt.IsZero() }

// PublicNow tells whether readers see it.
func (p dossierPage) PublicNow() bool { return p.Dossier.State == news.Published }

// dossierDone are the sentences after an act.
var dossierDone = map[string]string{"saved": "dossier.done_saved", "published": "dossier.done_published", "withdrawn": "dossier.done_withdrawn"}

func (f fronts) dossierPage(r *http.Request, d news.Dossier, form dossierForm) dossierPage {
	title := d.Content.Title
	if d.ID == 0 {
		title = f.print.T("dossier.new")
	}
	return dossierPage{frame: f.frame(r, title, "dossiers"), Dossier: d, Form: form, Base: d.Version, Action: web.NewAction()}
}

// formOfDossier writes what is stored as the form has it.
func (f fronts) formOfDossier(r *http.Request, d news.Dossier) (dossierForm, error) {
	form := dossierForm{Title: d.Content.Title, Slug: d.Slug, Text: markup.ToMarkdown(markup.HTML(d.Content.Text)), Tag: d.Content.TagName}
	codes, _ := d.Content.Ordered()
	lines, err := f.desk.Lines(r.Context(), actorOf(r), codes)
	if err != nil {
		return form, err
	}
	var items strings.Builder
	for _, item := range d.Content.Items {
		if item.Pinned {
			items.WriteString("* ")
		}
		items.WriteString(f.codeText(item.Code) + " " + lines[item.Code].Headline + "\n")
	}
	form.Items = items.String()
	return form, nil
}

// itemsTyped reads the articles of a dossier: a line each, with a code or an address; what follows is for people. It names the first
// line that has neither.
func itemsTyped(text string) ([]news.DossierItem, error) {
	var items []news.DossierItem
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		rest, pinned := strings.CutPrefix(line, "*")
		first, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
		if first == "" {
			continue
		}
		code, ok := codeTyped(first)
		if !ok {
			return items, news.FieldError("items", "error.dossier_line", line)
		}
		items = append(items, news.DossierItem{Code: code, Pinned: pinned})
	}
	return items, nil
}

// codeInPath finds the code in an address such as /news/12/slug, or in a number alone.
func codeInPath(path string) (news.Code, bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i, part := range parts {
		if part == "news" && i+1 < len(parts) {
			return news.ParseCode(parts[i+1])
		}
	}
	return news.ParseCode(persian.CleanLine(path))
}

func (f fronts) newDossier(w http.ResponseWriter, r *http.Request) error {
	return f.render(w, r, http.StatusOK, "dossier", f.dossierPage(r, news.Dossier{}, dossierForm{}))
}

// openDossier finds the dossier that the address names.
func (f fronts) openDossier(r *http.Request) (news.Dossier, error) {
	id, ok := news.ParseCode(r.PathValue("id"))
	if !ok {
		return news.Dossier{}, news.Fail(news.NotFound, "error.not_found")
	}
	return f.dossiers.Dossier(r.Context(), actorOf(r), news.DossierID(id))
}

func (f fronts) editDossier(w http.ResponseWriter, r *http.Request) error {
	d, err := f.openDossier(r)
	if err != nil {
		return err
	}
	form, err := f.formOfDossier(r, d)
	if err != nil {
		return err
	}
	p := f.dossierPage(r, d, form)
	if key := dossierDone[r.URL.Query().Get("done")]; key != "" {
		p.frame.Done = p.T(key)
	}
	return f.render(w, r, http.StatusOK, "dossier", p)
}

// saveDossier stores the form and, where that was asked, publishes what it stored.
func (f fronts) saveDossier(w http.ResponseWriter, r *http.Request) error {
	var d news.Dossier
	if r.PathValue("id") != "" {
		var err error
		if d, err = f.openDossier(r); err != nil {
			return err
		}
	}
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	form := dossierForm{Title: sent.Line("title"), Slug: sent.Line("slug"), Text: sent.Text("text"), Items: sent.Text("items"), Tag: sent.Line("tag")}
	base := int(sent.Int("base"))
	saved, done, err := f.storeDossier(r, sent, d.ID, base, form)
	if err == nil {
		return web.Redirect(w, r, dossierPath(saved.ID)+"?done="+done)
	}
	kind := news.KindOf(err)
	if kind != news.Invalid && kind != news.Conflict {
		return err
	}
	p := f.dossierPage(r, d, form)
	p.Base, p.Problems = base, f.problems(err, "title", "slug", "text", "items", "tag")
	if kind == news.Conflict && d.Version != base {
		theirs, terr := f.formOfDossier(r, d)
		if terr != nil {
			return errors.Join(terr, err)
		}
		// From here on the editor has seen the other text: the next save is meant.
		p.Theirs, p.Base = &theirs, d.Version
	}
	return f.render(w, r, web.Status(err), "dossier", p)
}

func (f fronts) storeDossier(r *http.Request, sent web.Form, id news.DossierID, base int, form dossierForm) (news.Dossier, string, error) {
	items, wrong := itemsTyped(form.Items)
	action := sent.Line("action")
	saved, err := f.dossiers.SaveDossier(r.Context(), actorOf(r), editorial.SaveDossier{Action: action, ID: id, Base: base, Slug: form.Slug, Wrong: wrong,
		Content: news.DossierContent{Title: form.Title, Text: markup.FromMarkdown(form.Text).String(), Items: items, TagName: form.Tag}})
	if err != nil || sent.Line("do") != "publish" {
		return saved, "saved", err
	}
	saved, err = f.dossiers.PublishDossier(r.Context(), actorOf(r), editorial.DossierStep{Action: action + ".publish", ID: saved.ID, Base: saved.Version})
	return saved, "published", err
}

func (f fronts) publishDossier(w http.ResponseWriter, r *http.Request) error {
	return f.stepDossier(w, r, f.dossiers.PublishDossier, "published")
}

func (f fronts) withdrawDossier(w http.ResponseWriter, r *http.Request) error {
	return f.stepDossier(w, r, f.dossiers.WithdrawDossier, "withdrawn")
}

func (f fronts) stepDossier(w http.ResponseWriter, r *http.Request, step func(context.Context, news.Actor, editorial.DossierStep) (news.Dossier, error), done string) error {
	d, err := f.openDossier(r)
	if err != nil {
		return err
	}
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if _, err := step(r.Context(), actorOf(r), editorial.DossierStep{Action: sent.Line("action"), ID: d.ID, Base: int(sent.Int("base"))}); err != nil {
		if news.KindOf(err) != news.Conflict {
			return err
		}
		form, ferr := f.formOfDossier(r, d)
		if ferr != nil {
			return errors.Join(ferr, err)
		}
		p := f.dossierPage(r, d, form)
		p.Problems = f.problems(err)
		return f.render(w, r, web.Status(err), "dossier", p)
	}
	return web.Redirect(w, r, dossierPath(d.ID)+"?done="+done)
}
