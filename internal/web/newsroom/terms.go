package newsroom

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Rulebook is the hand on lists and modes; *discussion.Rulebook has it.
type Rulebook interface {
	Terms(context.Context, news.Actor, news.TermFilter) (news.TermPage, error)
	Term(context.Context, news.Actor, news.TermID) (news.Term, error)
	SaveTerm(ctx context.Context, actor news.Actor, action string, t news.Term) (news.Term, error)
	DeleteTerm(context.Context, news.Actor, news.TermID) error
	ImportTerms(context.Context, news.Actor, discussion.TermImport) (discussion.TermOutcome, error)
	ExportTerms(context.Context, news.Actor, io.Writer) error
	Modes(context.Context, news.Actor) ([]news.ModeSetting, error)
	SetMode(context.Context, news.Actor, news.ModeSetting) error
}

// ModelDesk shows and trains the model; *discussion.Engine has it.
type ModelDesk interface {
	DefaultMode() news.CommentMode
	Report(context.Context, news.Actor) (discussion.ModelReport, error)
	AskTraining(news.Actor) error
	Training() discussion.Training
	Check(news.Actor, string) (discussion.Judgement, error)
}

// judges are the pages of lists, modes and model.
type judges struct {
	*Newsroom
	book  Rulebook
	model ModelDesk
}

const (
	pathTerms     = root + "/terms"
	pathRules     = root + "/rules"
	termsBody     = 24 << 20 // a file of a hundred thousand terms
	badLinesShown = 100
)

// RulesArea is «فهرست واژه‌ها» and «قاعده‌های نظرات».
func (n *Newsroom) RulesArea(book Rulebook, model ModelDesk) web.Area {
	j := judges{n, book, model}
	route := func(pattern string, right news.Right, h web.Handler) web.Route {
		rate := web.RateRead
		if strings.HasPrefix(pattern, "POST") {
			rate = web.RateWrite
		}
		return web.Route{Pattern: pattern, Audience: web.AudienceNewsroom, Right: right, Rate: rate, Handler: h}
	}
	file := route("POST "+pathTerms+"/import", news.RightModerationSettings, j.importTerms)
	file.MaxBody, file.Timeout = termsBody, uploadTime
	return web.Area{Fail: n.fail, Guard: n.guard, Routes: []web.Route{
		route("GET "+pathTerms, news.RightModerate, j.termList),
		route("POST "+pathTerms, news.RightModerate, j.saveTerm),
		route("GET "+pathTerms+"/new", news.RightModerate, j.newTerm),
		route("GET "+pathTerms+"/{id}", news.RightModerate, j.editTerm),
		route("POST "+pathTerms+"/{id}", news.RightModerate, j.saveTerm),
		route("POST "+pathTerms+"/{id}/delete", news.RightModerate, j.deleteTerm),
		route("GET "+pathTerms+"/import", news.RightModerationSettings, j.importPage),
		file,
		route("GET "+pathTerms+"/export", news.RightModerationSettings, j.exportTerms),
		route("GET "+pathRules, news.RightModerationSettings, j.rules),
		route("POST "+pathRules+"/mode", news.RightModerationSettings, j.setMode),
		route("POST "+pathRules+"/train", news.RightModerationSettings, j.train),
		route("POST "+pathRules+"/check", news.RightModerationSettings, j.check),
	}}
}

type termListPage struct {
	frame
	Filter      news.TermFilter
	Filtered    bool
	Page        news.TermPage
	First, Next string
}

// Lists and Kinds are the choices of the filter and of the form.
func (termListPage) Lists() []news.TermList { return news.TermLists() }

// Kinds are the kinds of terms.
func (termListPage) Kinds() []news.Label { return news.TermKinds() }

func (j judges) termList(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := news.TermFilter{Text: q.Get("q"), After: q.Get("after"), Limit: listLength}
	if list := news.TermList(q.Get("list")); slices.Contains(news.TermLists(), list) {
		f.List = list
	}
	if kind := news.Label(q.Get("kind")); slices.Contains(news.TermKinds(), kind) {
		f.Kind = kind
	}
	found, err := j.book.Terms(r.Context(), actorOf(r), f)
	if err != nil {
		return err
	}
	p := termListPage{frame: j.frame(r, j.print.T("terms.title"), "terms"), Filter: f, Page: found, Filtered: f.Text != "" || f.List != "" || f.Kind != ""}
	if done := web.Done(r, "saved", "deleted"); done != "" {
		p.frame.Done = j.print.T(map[string]string{"saved": "terms.done_saved", "deleted": "terms.done_deleted"}[done])
	}
	address := func(after string) string {
		to := url.Values{}
		for name, value := range map[string]string{"q": f.Text, "list": string(f.List), "kind": string(f.Kind), "after": after} {
			if value != "" {
				to.Set(name, value)
			}
		}
		return pathTerms + "?" + to.Encode()
	}
	if f.After != "" {
		p.First = address("")
	}
	if found.Next != "" {
		p.Next = address(found.Next)
	}
	return j.render(w, r, http.StatusOK, "terms", p)
}

type termPage struct {
	termListPage
	Term     news.Term
	Action   string
	Problems web.Problems
}

func (j judges) termPage(r *http.Request, t news.Term) termPage {
	title := j.print.T("terms.edit")
	if t.ID == 0 {
		title = j.print.T("terms.new")
	}
	return termPage{termListPage: termListPage{frame: j.frame(r, title, "terms")}, Term: t, Action: web.NewAction()}
}

func (j judges) newTerm(w http.ResponseWriter, r *http.Request) error {
	t := news.Term{Text: r.URL.Query().Get("text"), List: news.ListSuspect, Kind: news.LabelOffensive}
	return j.render(w, r, http.StatusOK, "term", j.termPage(r, t))
}

// termOf is the id that the address names; NotFound for one that is no number.
func termOf(r *http.Request) (news.TermID, error) {
	id, ok := news.ParseCode(r.PathValue("id"))
	if !ok {
		return 0, news.Fail(news.NotFound, "error.not_found")
	}
	return news.TermID(id), nil
}

func (j judges) editTerm(w http.ResponseWriter, r *http.Request) error {
	id, err := termOf(r)
	if err != nil {
		return err
	}
	t, err := j.book.Term(r.Context(), actorOf(r), id)
	if err != nil {
		return err
	}
	return j.render(w, r, http.StatusOK, "term", j.termPage(r, t))
}

func (j judges) saveTerm(w http.ResponseWriter, r *http.Request) error {
	var id news.TermID
	if r.PathValue("id") != "" {
		var err error
		if id, err = termOf(r); err != nil {
			return err
		}
	}
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	t := news.Term{ID: id, Text: sent.Line("text"), List: news.TermList(sent.Line("list")), Kind: news.Label(sent.Line("kind")), Note: sent.Line("note")}
	_, err = j.book.SaveTerm(r.Context(), actorOf(r), sent.Line("action"), t)
	if kind := news.KindOf(err); err != nil && (kind == news.Invalid || kind == news.Conflict) {
		p := j.termPage(r, t)
		p.Problems = j.problems(err, "text", "list", "kind", "note")
		return j.render(w, r, web.Status(err), "term", p)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, pathTerms+"?done=saved")
}

func (j judges) deleteTerm(w http.ResponseWriter, r *http.Request) error {
	id, err := termOf(r)
	if err != nil {
		return err
	}
	if err := j.book.DeleteTerm(r.Context(), actorOf(r), id); err != nil {
		return err
	}
	return web.Redirect(w, r, pathTerms+"?done=deleted")
}

type termImportPage struct {
	termListPage
	Form     discussion.TermImport
	Outcome  discussion.TermOutcome
	Taken    bool
	BadLines []badLine
	Action   string
	Problems web.Problems
}

// badLine is a line that was not taken, in words.
type badLine struct {
	Line      int
	Text, Why string
}

// BadMore is how many bad lines are not shown.
func (p termImportPage) BadMore() int { return len(p.Outcome.Bad) - len(p.BadLines) }

func (j judges) termImportPage(r *http.Request, in discussion.TermImport) termImportPage {
	return termImportPage{termListPage: termListPage{frame: j.frame(r, j.print.T("terms.import"), "terms")}, Form: in, Action: web.NewAction()}
}

func (j judges) importPage(w http.ResponseWriter, r *http.Request) error {
	return j.render(w, r, http.StatusOK, "termimport", j.termImportPage(r, discussion.TermImport{List: news.ListSuspect, Kind: news.LabelOffensive}))
}

// importTerms takes terms from the text field or, when one was chosen, from a file.
func (j judges) importTerms(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in := discussion.TermImport{Action: sent.Line("action"), Text: sent.Text("text"), List: news.TermList(sent.Line("list")), Kind: news.Label(sent.Line("kind"))}
	if header, ok := sent.File("file"); ok {
		file, err := header.Open()
		if err != nil {
			return err
		}
		defer file.Close()
		text, err := io.ReadAll(file)
		if err != nil {
			return err
		}
		in.Text = strings.ToValidUTF8(strings.ReplaceAll(string(text), "\x00", ""), "\ufffd")
	}
	outcome, err := j.book.ImportTerms(r.Context(), actorOf(r), in)
	status := http.StatusOK
	p := j.termImportPage(r, in)
	if err != nil {
		if news.KindOf(err) != news.Invalid {
			return err
		}
		p.Problems, status = j.problems(err, "text", "list", "kind"), http.StatusUnprocessableEntity
	}
	p.Taken, p.Outcome = err == nil, outcome
	for _, bad := range outcome.Bad[:min(len(outcome.Bad), badLinesShown)] {
		line := badLine{Line: bad.Line, Text: bad.Text}
		for _, e := range news.Errors(bad.Err) {
			line.Why = strings.TrimSpace(line.Why + " " + j.message(e))
		}
		p.BadLines = append(p.BadLines, line)
	}
	if p.Taken {
		p.Form.Text = ""
	}
	return j.render(w, r, status, "termimport", p)
}

func (j judges) exportTerms(w http.ResponseWriter, r *http.Request) error {
	var out bytes.Buffer
	if err := j.book.ExportTerms(r.Context(), actorOf(r), &out); err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="terms.csv"`)
	web.SetPrivate(w)
	return web.Write(w, r, http.StatusOK, "text/csv", append([]byte(byteOrderMark), out.Bytes()...))
}
