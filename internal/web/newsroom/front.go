package newsroom

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// FrontDesk are the acts on the front page; *editorial.FrontDesk has them.
type FrontDesk interface {
	State(context.Context, news.Actor) (news.FrontState, error)
	Versions(context.Context, news.Actor) ([]news.FrontVersion, error)
	Lines(context.Context, news.Actor, []news.Code) (map[news.Code]news.FoundArticle, error)
	Find(context.Context, news.Actor, string) ([]news.FoundArticle, error)
	Edit(context.Context, news.Actor, editorial.FrontEdit) (news.FrontState, int, error)
	Publish(context.Context, news.Actor, editorial.PublishFront) (news.FrontState, error)
	Announce(context.Context, news.Actor, editorial.Announce) (news.FrontState, error)
	Restore(context.Context, news.Actor, editorial.RestoreFront) (news.FrontState, error)
}

// FrontPages shows a front page as readers would see it; *site.Site does.
type FrontPages interface {
	ShowFront(w http.ResponseWriter, r *http.Request, front news.Front) error
}

// fronts are the pages of the front page and of the dossiers.
type fronts struct {
	*Newsroom
	desk     FrontDesk
	dossiers DossierDesk
	pages    FrontPages
	now      func() time.Time
}

const (
	pathFront    = root + "/front"
	pathDossiers = root + "/dossiers"
)

// FrontArea is «صفحهٔ نخست» and the dossiers. It needs a session as every page of the newsroom.
func (n *Newsroom) FrontArea(desk FrontDesk, dossiers DossierDesk, pages FrontPages, now func() time.Time) web.Area {
	f := fronts{n, desk, dossiers, pages, now}
	read := func(path string, h web.Handler) web.Route {
		return web.Route{Pattern: "GET " + path, Audience: web.AudienceNewsroom, Right: news.RightFront, Rate: web.RateRead, Handler: h}
	}
	write := func(path string, h web.Handler) web.Route {
		return web.Route{Pattern: "POST " + path, Audience: web.AudienceNewsroom, Right: news.RightFront, Rate: web.RateWrite, Handler: h}
	}
	// A dossier's text may be as long as an article's, and each byte of Persian is three in a form.
	long := func(path string, h web.Handler) web.Route {
		route := write(path, h)
		route.MaxBody = dossierBody
		return route
	}
	return web.Area{Fail: n.fail, Guard: n.guard, Routes: []web.Route{
		read(pathFront, f.show),
		longForm(write(pathFront, f.edit)),
		read(pathFront+"/find", f.find),
		write(pathFront+"/publish", f.publish),
		write(pathFront+"/restore", f.restore),
		longForm(write(pathFront+"/breaking", f.announce)),
		read(pathFront+"/preview", f.preview),
		read(pathFront+"/preview/page", f.previewed),

		read(pathDossiers, f.dossierList),
		read(pathDossiers+"/new", f.newDossier),
		long(pathDossiers, f.saveDossier),
		read(pathDossiers+"/{id}", f.editDossier),
		long(pathDossiers+"/{id}", f.saveDossier),
		write(pathDossiers+"/{id}/publish", f.publishDossier),
		write(pathDossiers+"/{id}/withdraw", f.withdrawDossier),
	}}
}

func (f fronts) show(w http.ResponseWriter, r *http.Request) error {
	p, err := f.page(r, nil)
	if err != nil {
		return err
	}
	if key := frontDone[web.Done(r, "published", "restored", "bar", "barred")]; key != "" {
		p.frame.Done = p.T(key)
	}
	query := r.URL.Query()
	p.Search.Text = query.Get("q")
	if place := news.FrontPlace(query.Get("place")); slices.Contains(news.FrontPlaces(), place) {
		p.Search.Place = place
	}
	if p.Search.Found, err = f.desk.Find(r.Context(), actorOf(r), p.Search.Text); err != nil {
		return err
	}
	return f.render(w, r, http.StatusOK, "front", p)
}

// foundLine is an article that the search found, for the script.
type foundLine struct {
	Code     news.Code `json:"code"`
	Headline string    `json:"headline"`
	About    string    `json:"about"` // section and state in words
}

func (f fronts) find(w http.ResponseWriter, r *http.Request) error {
	found, err := f.desk.Find(r.Context(), actorOf(r), r.URL.Query().Get("q"))
	if err != nil {
		return err
	}
	answer := struct {
		Said  string      `json:"said"`
		Found []foundLine `json:"found"`
	}{f.print.N("front.found", int64(len(found))), []foundLine{}}
	for _, a := range found {
		answer.Found = append(answer.Found, foundLine{a.Code, a.Headline, f.about(a)})
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	web.SetPrivate(w)
	return web.Write(w, r, http.StatusOK, "application/json", body)
}

func (n *Newsroom) about(a news.FoundArticle) string {
	return a.SectionName + " · " + n.print.T("state."+string(a.State))
}

// About says where an article stands.
func (p frontPage) About(a news.FoundArticle) string {
	return a.SectionName + " · " + p.T("state."+string(a.State))
}

// fieldsOfFront are the fields at which an error can stand.
var fieldsOfFront = []string{"article", "until", "place", "rule", "section", "tag", "dossier", "kind", "count", "heading", "text"}

// wantsBoard tells a request of the page's script, which puts the board in its place.
func wantsBoard(r *http.Request) bool { return r.Header.Get("Dabir-Part") == "board" }

// edit does an act on the working copy.
func (f fronts) edit(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in := editorial.FrontEdit{Action: form.Line("action"), Base: int(form.Int("base")), Do: editorial.FrontAct(form.Line("do")), Slot: int(form.Int("slot")),
		Place: news.FrontPlace(form.Line("place")), At: int(form.Int("at")), Article: news.Code(form.Int("article")), Fill: readRuleForm(form).fill()}
	var state news.FrontState
	if in.Until, err = f.moment("until", form.Line("until")); err == nil {
		var slot int
		if state, slot, err = f.desk.Edit(r.Context(), actorOf(r), in); err == nil {
			in.Slot = slot
		}
	}
	if err != nil {
		return f.refused(w, r, form, in, err)
	}
	if !wantsBoard(r) {
		back := pathFront
		if _, found := state.Draft.Slot(in.Slot); found == nil {
			back += "#slot-" + strconv.Itoa(in.Slot)
		}
		return web.Redirect(w, r, back)
	}
	p, err := f.page(r, &state)
	if err != nil {
		return err
	}
	p.Slot, p.Said = in.Slot, f.said(p, in)
	return f.board(w, r, http.StatusOK, p)
}

func (f fronts) board(w http.ResponseWriter, r *http.Request, status int, p frontPage) error {
	web.SetPrivate(w)
	return f.templates.RenderPart(w, r, status, "front", "board", p)
}

// said tells what an act did: where the slot stands now.
func (f fronts) said(p frontPage, in editorial.FrontEdit) string {
	for _, place := range p.Places {
		for _, item := range place.Slots {
			if item.ID == in.Slot {
				return f.print.T("front.said_at", item.Line, item.Where)
			}
		}
	}
	if in.Do == editorial.FrontRemove {
		return f.print.T("front.said_removed")
	}
	return f.print.T("front.said_done")
}

// refused shows the desk as it stands now with what went wrong; what was typed stays, and what somebody else was faster than can be
// sent again.
func (f fronts) refused(w http.ResponseWriter, r *http.Request, form web.Form, in editorial.FrontEdit, failed error) error {
	kind := news.KindOf(failed)
	if kind != news.Invalid && kind != news.Conflict {
		return failed
	}
	p, err := f.page(r, nil)
	if err != nil {
		return err
	}
	p.Problems, p.Slot = f.problems(failed, fieldsOfFront...), in.Slot
	switch in.Do {
	case editorial.FrontPin, editorial.FrontRule:
		p.Form = string(in.Do) + strconv.Itoa(in.Slot)
		f.keepTyped(&p, form, in)
	case editorial.FrontAddRule:
		p.Form, p.Rule = "addrule", readRuleForm(form)
	default:
		p.Problems = f.problems(failed)
	}
	if kind == news.Conflict && in.Base != p.State.Draft.Version {
		for _, name := range []string{"do", "slot", "place", "at", "article", "until", "rule", "section", "tag", "dossier", "kind", "count", "heading"} {
			if form.Has(name) {
				p.Again = append(p.Again, hidden{name, form.Get(name)})
			}
		}
	}
	if wantsBoard(r) {
		return f.board(w, r, web.Status(failed), p)
	}
	return f.render(w, r, web.Status(failed), "front", p)
}

// keepTyped puts what was typed at a slot back into its form.
func (f fronts) keepTyped(p *frontPage, form web.Form, in editorial.FrontEdit) {
	for i := range p.Places {
		for j := range p.Places[i].Slots {
			if item := &p.Places[i].Slots[j]; item.ID == in.Slot {
				item.Pinned, item.Rule = form.Line("until"), readRuleForm(form)
			}
		}
	}
}

// othersWere say who was faster, with a name and without.
var othersWere = map[string][2]string{
	"error.front_edited":    {"newsroom.other_front", "newsroom.other_front_unnamed"},
	"error.front_published": {"newsroom.other_front_public", "newsroom.other_front_public_unnamed"},
	"error.dossier_edited":  {"newsroom.other_dossier", "newsroom.other_dossier_unnamed"},
}

// problems puts an error at the fields of a form; that somebody else was faster is said in whole sentences.
func (f fronts) problems(err error, fields ...string) web.Problems {
	return web.SortProblems(err, func(e *news.Error) string {
		keys, known := othersWere[e.Key]
		if !known || len(e.Args) < 2 {
			return f.message(e)
		}
		name, _ := e.Args[0].(string)
		at, _ := e.Args[1].(time.Time)
		return f.byWhom(keys, name, at)
	}, fields...)
}

// failedHere shows the desk with an error of one of its forms.
func (f fronts) failedHere(w http.ResponseWriter, r *http.Request, failed error, change func(*frontPage)) error {
	if kind := news.KindOf(failed); kind != news.Invalid && kind != news.Conflict {
		return failed
	}
	p, err := f.page(r, nil)
	if err != nil {
		return err
	}
	p.Problems = f.problems(failed)
	if change != nil {
		change(&p)
	}
	return f.render(w, r, web.Status(failed), "front", p)
}

func (f fronts) publish(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	_, err = f.desk.Publish(r.Context(), actorOf(r), editorial.PublishFront{Action: form.Line("action"), Base: int(form.Int("base"))})
	if err != nil {
		return f.failedHere(w, r, err, nil)
	}
	return web.Redirect(w, r, pathFront+"?done=published")
}

func (f fronts) restore(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	_, err = f.desk.Restore(r.Context(), actorOf(r), editorial.RestoreFront{Action: form.Line("action"), Seen: int(form.Int("seen")), Number: int(form.Int("number"))})
	if err != nil {
		return f.failedHere(w, r, err, nil)
	}
	return web.Redirect(w, r, pathFront+"?done=restored")
}

func (f fronts) announce(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	typed := barForm{Kind: news.BreakingKind(form.Line("kind")), Text: form.Line("text"), Article: form.Line("article"), Until: form.Line("until")}
	done := "bar"
	if form.Line("do") == "remove" || typed.Text == "" {
		typed, done = barForm{}, "barred"
	}
	in := editorial.Announce{Action: form.Line("action"), Breaking: news.Breaking{Kind: typed.Kind, Text: typed.Text}}
	if typed.Article != "" {
		code, ok := codeTyped(typed.Article)
		if !ok {
			code = -1 // no article has it, so it is told with the other mistakes
		}
		in.Article = code
	}
	in.Until, err = f.moment("until", typed.Until)
	if err == nil {
		_, err = f.desk.Announce(r.Context(), actorOf(r), in)
	}
	if err != nil {
		return f.failedHere(w, r, err, func(p *frontPage) {
			p.Form, p.Bar, p.Problems = "bar", typed, f.problems(err, fieldsOfFront...)
		})
	}
	return web.Redirect(w, r, pathFront+"?done="+done)
}

// codeTyped reads an article's code as people write it, or its address.
func codeTyped(typed string) (news.Code, bool) {
	text := persian.LatinDigits(typed)
	if u, err := url.Parse(text); err == nil && u.Path != text {
		text = u.Path
	}
	return codeInPath(text)
}

// previewPageOf holds the frames.
type previewFrontPage struct {
	frame
	Width int // of the frame that is shown, in pixels; 0: both
}

// previewWidths are those at which a front page is judged, in pixels.
var previewWidths = []int{390, 1280}

// Widths are those that can be chosen.
func (previewFrontPage) Widths() []int { return previewWidths }

// Shown tells whether the frame of a width is on the page.
func (p previewFrontPage) Shown(width int) bool { return p.Width == 0 || p.Width == width }

// Pixels writes a width for people.
func (p previewFrontPage) Pixels(width int) string {
	return p.T("front.pixels", p.Number(int64(width)))
}

// preview shows the working copy in frames of the widths at which it is judged: only a window of its own has media queries.
func (f fronts) preview(w http.ResponseWriter, r *http.Request) error {
	p := previewFrontPage{frame: f.frame(r, f.print.T("front.preview"), "front")}
	if width, err := strconv.Atoi(r.URL.Query().Get("width")); err == nil && slices.Contains(previewWidths, width) {
		p.Width = width
	}
	web.AllowFrames(w)
	return f.render(w, r, http.StatusOK, "front-preview", p)
}

func (f fronts) previewed(w http.ResponseWriter, r *http.Request) error {
	state, err := f.desk.State(r.Context(), actorOf(r))
	if err != nil {
		return err
	}
	front := state.Draft.Front
	front.Breaking = state.Published.Breaking
	return f.pages.ShowFront(w, r, front)
}
