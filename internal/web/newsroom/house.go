package newsroom

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian/copydesk"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// House is the house's style and the copy desk that reads by it; *editorial.House has them.
type House interface {
	Check(ctx context.Context, actor news.Actor, lang string, a copydesk.Article) ([]copydesk.Finding, error)
	List(context.Context, news.Actor, news.HouseFilter) (news.HousePage, error)
	All(context.Context, news.Actor) ([]news.HouseEntry, error)
	Entry(context.Context, news.Actor, news.HouseID) (news.HouseEntry, error)
	Save(context.Context, news.Actor, editorial.SaveHouse) (news.HouseEntry, error)
	Delete(context.Context, news.Actor, editorial.HouseStep) (news.HouseEntry, error)
	Undo(context.Context, news.Actor, editorial.HouseStep) (news.HouseEntry, error)
	Import(ctx context.Context, actor news.Actor, lines []editorial.HouseLine, replace bool) (news.HouseOutcome, error)
}

const (
	pathHouse    = root + "/house"
	pathCopyDesk = root + "/copydesk"
	houseLength  = 100
	maxHouseFile = 8 << 20 // of an import, in bytes
)

// houseRoutes are the pages of the house's style, and the copy desk beside the editor.
func (n *Newsroom) houseRoutes(inside func(string, news.Right, web.RateClass, web.Handler) web.Route) []web.Route {
	check := longForm(inside("POST "+pathCopyDesk, news.RightWrite, web.RateWrite, n.checkText))
	file := inside("POST "+pathHouse+"/import", news.RightHouse, web.RateWrite, n.importHouse)
	file.MaxBody = maxHouseFile
	return []web.Route{
		check, file,
		inside("GET "+pathHouse, news.RightEnter, web.RateRead, n.house),
		inside("GET "+pathHouse+".csv", news.RightEnter, web.RateRead, n.exportHouse),
		inside("POST "+pathHouse, news.RightHouse, web.RateWrite, n.addHouse),
		inside("GET "+pathHouse+"/{id}", news.RightHouse, web.RateRead, n.houseEntry),
		inside("POST "+pathHouse+"/{id}", news.RightHouse, web.RateWrite, n.changeHouse),
		inside("POST "+pathHouse+"/{id}/undo", news.RightHouse, web.RateWrite, n.undoHouse),
	}
}

// houseForm is the form of an entry as it was typed.
type houseForm struct{ Text, Preferred, Note string }

var houseFields = []string{"text", "preferred", "note"}

func readHouseForm(f web.Form) houseForm {
	return houseForm{Text: f.Line("text"), Preferred: f.Line("preferred"), Note: f.Line("note")}
}

type housePage struct {
	frame
	Kind     news.HouseKind
	Kinds    []news.HouseKind
	Entries  []news.HouseEntry
	Text     string
	First    string
	Next     string
	Form     houseForm
	Action   string
	Problems web.Problems // of the form that adds
	Wrong    web.Problems // of the file that was imported
	Recent   *news.HouseEntry
}

// TabPath is the address of a kind's list.
func (housePage) TabPath(kind news.HouseKind) string { return housePath(kind) }

// EditPath is the address of an entry's form.
func (housePage) EditPath(e news.HouseEntry) string { return houseEntryPath(e.ID) }

func housePath(kind news.HouseKind) string { return pathHouse + "?kind=" + string(kind) }

func houseEntryPath(id news.HouseID) string { return pathHouse + "/" + news.Code(id).String() }

// houseDone are the sentences after an act on an entry.
var houseDone = map[string]string{"added": "house.done_added", "changed": "house.done_changed", "deleted": "house.done_deleted", "undone": "house.done_undone"}

// house lists the terms or the words, in the order of the alphabet.
func (n *Newsroom) house(w http.ResponseWriter, r *http.Request) error {
	page, err := n.housePage(r, houseKindOf(r.URL.Query().Get("kind")))
	if err != nil {
		return err
	}
	return n.render(w, r, http.StatusOK, "house", page)
}

// houseKindOf reads a kind of an address; what is none is the first.
func houseKindOf(value string) news.HouseKind {
	if kind := news.HouseKind(value); slices.Contains(news.HouseKinds(), kind) {
		return kind
	}
	return news.HouseTerm
}

func (n *Newsroom) housePage(r *http.Request, kind news.HouseKind) (housePage, error) {
	query := r.URL.Query()
	page := housePage{frame: n.frame(r, n.print.T("house.title"), "house"), Kind: kind, Kinds: news.HouseKinds(), Text: query.Get("q"), Action: web.NewAction()}
	after, err := news.ParseHouseCursor(query.Get("after"))
	if err != nil {
		return page, err
	}
	list, err := n.House.List(r.Context(), actorOf(r), news.HouseFilter{Kind: kind, Text: page.Text, After: after, Limit: houseLength})
	if err != nil {
		return page, err
	}
	page.Entries = list.Entries
	address := func(after news.HouseCursor) string {
		q := url.Values{"kind": {string(kind)}}
		if page.Text != "" {
			q.Set("q", page.Text)
		}
		if after.ID != 0 {
			q.Set("after", after.String())
		}
		return pathHouse + "?" + q.Encode()
	}
	if after.ID != 0 {
		page.First = address(news.HouseCursor{})
	}
	if list.Next.ID != 0 {
		page.Next = address(list.Next)
	}
	return page, n.houseWasDone(r, &page)
}

// houseWasDone says what was done last, with the entry that it was done to, so that it can be taken back.
func (n *Newsroom) houseWasDone(r *http.Request, page *housePage) error {
	query := r.URL.Query()
	if query.Get("done") == "imported" {
		count := func(name string) int {
			i, _ := strconv.Atoi(query.Get(name)) // what is no number counts nothing
			return max(0, i)
		}
		page.frame.Done = n.print.T("house.done_imported", count("added"), count("changed"), count("same"))
		if left := count("differ"); left > 0 {
			page.frame.Done += " " + n.print.T("house.done_differ", left)
		}
		return nil
	}
	key := houseDone[query.Get("done")]
	id, known := news.ParseCode(query.Get("entry"))
	if key == "" || !known {
		return nil
	}
	e, err := n.House.Entry(r.Context(), actorOf(r), news.HouseID(id))
	if news.KindOf(err) == news.NotFound && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	page.frame.Done, page.Recent = n.print.T(key, e.Text), &e
	return nil
}

// houseWasDoneAt leads to the list of a kind after an act.
func houseWasDoneAt(e news.HouseEntry, done string) string {
	return housePath(e.Kind) + "&done=" + done + "&entry=" + news.Code(e.ID).String()
}

func (n *Newsroom) addHouse(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	form, kind := readHouseForm(f), news.HouseKind(f.Line("kind"))
	e, err := n.House.Save(r.Context(), actorOf(r), editorial.SaveHouse{Action: f.Line("action"), Kind: kind, Text: form.Text, Preferred: form.Preferred, Note: form.Note})
	if err == nil {
		return web.Redirect(w, r, houseWasDoneAt(e, "added"))
	}
	if k := news.KindOf(err); k != news.Invalid && k != news.Conflict {
		return err
	}
	page, perr := n.housePage(r, houseKindOf(string(kind)))
	if perr != nil {
		return errors.Join(perr, err)
	}
	page.Form, page.Problems = form, n.problems(err, houseFields...)
	return n.render(w, r, web.Status(err), "house", page)
}

type houseEntryPage struct {
	frame
	Entry    news.HouseEntry
	Form     houseForm
	Base     int
	Action   string
	Problems web.Problems
	Theirs   bool // what stands in the form is older than what somebody else saved
}

// Back is the list.
func (p houseEntryPage) Back() string { return housePath(p.Entry.Kind) }

// Target is where the form is sent.
func (p houseEntryPage) Target() string { return houseEntryPath(p.Entry.ID) }

// openHouse finds the entry that the address names; a deleted one is not found.
func (n *Newsroom) openHouse(r *http.Request) (news.HouseEntry, error) {
	id, ok := news.ParseCode(r.PathValue("id"))
	if !ok {
		return news.HouseEntry{}, news.Fail(news.NotFound, "error.not_found")
	}
	e, err := n.House.Entry(r.Context(), actorOf(r), news.HouseID(id))
	if err == nil && e.Gone {
		return e, news.Fail(news.NotFound, "error.not_found")
	}
	return e, err
}

func (n *Newsroom) houseEntryPage(r *http.Request, e news.HouseEntry, form houseForm) houseEntryPage {
	return houseEntryPage{frame: n.frame(r, e.Text, "house"), Entry: e, Form: form, Base: e.Version, Action: web.NewAction()}
}

func (n *Newsroom) houseEntry(w http.ResponseWriter, r *http.Request) error {
	e, err := n.openHouse(r)
	if err != nil {
		return err
	}
	return n.render(w, r, http.StatusOK, "houseentry", n.houseEntryPage(r, e, houseForm{e.Text, e.Preferred, e.Note}))
}

// changeHouse stores the form of an entry, or deletes it when that button was pressed.
func (n *Newsroom) changeHouse(w http.ResponseWriter, r *http.Request) error {
	e, err := n.openHouse(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	form, base, done := readHouseForm(f), int(f.Int("base")), "changed"
	if f.Line("do") == "delete" {
		done = "deleted"
		_, err = n.House.Delete(r.Context(), actorOf(r), editorial.HouseStep{Action: f.Line("action") + ".delete", ID: e.ID, Base: base})
	} else {
		_, err = n.House.Save(r.Context(), actorOf(r), editorial.SaveHouse{Action: f.Line("action"), ID: e.ID, Base: base, Text: form.Text, Preferred: form.Preferred, Note: form.Note})
	}
	if err == nil {
		return web.Redirect(w, r, houseWasDoneAt(e, done))
	}
	if k := news.KindOf(err); k != news.Invalid && k != news.Conflict {
		return err
	}
	page := n.houseEntryPage(r, e, form)
	page.Problems = n.problems(err, houseFields...)
	// After a conflict the other's words stand beside the form: the next save is meant.
	page.Theirs = e.Version != base
	return n.render(w, r, web.Status(err), "houseentry", page)
}

func (n *Newsroom) undoHouse(w http.ResponseWriter, r *http.Request) error {
	id, ok := news.ParseCode(r.PathValue("id"))
	if !ok {
		return news.Fail(news.NotFound, "error.not_found")
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	e, err := n.House.Undo(r.Context(), actorOf(r), editorial.HouseStep{Action: f.Line("action") + ".undo", ID: news.HouseID(id), Base: int(f.Int("base"))})
	if k := news.KindOf(err); err != nil && (k == news.Invalid || k == news.Conflict) {
		page, perr := n.housePage(r, houseKindOf(f.Line("kind")))
		if perr != nil {
			return errors.Join(perr, err)
		}
		page.Problems = n.problems(err)
		return n.render(w, r, web.Status(err), "house", page)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, houseWasDoneAt(e, "undone"))
}

// importHouse takes a table of terms and words in.
func (n *Newsroom) importHouse(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	var done news.HouseOutcome
	lines, err := houseFile(f)
	if err == nil {
		done, err = n.House.Import(r.Context(), actorOf(r), lines, f.Has("replace"))
	}
	kind := houseKindOf(f.Line("kind"))
	if err == nil {
		q := url.Values{"kind": {string(kind)}, "done": {"imported"}}
		for name, count := range map[string]int{"added": done.Added, "changed": done.Changed, "same": done.Same, "differ": done.Differ} {
			q.Set(name, strconv.Itoa(count))
		}
		return web.Redirect(w, r, pathHouse+"?"+q.Encode())
	}
	if k := news.KindOf(err); k != news.Invalid && k != news.Conflict {
		return err
	}
	page, perr := n.housePage(r, kind)
	if perr != nil {
		return errors.Join(perr, err)
	}
	page.Wrong = n.problems(err)
	return n.render(w, r, web.Status(err), "house", page)
}

// lineMessage is the sentence of a wrong line of a file: its number, and what is wrong with it.
func (n *Newsroom) lineMessage(e *news.Error) string {
	if len(e.Args) == 2 {
		if inner, ok := e.Args[1].(*news.Error); ok {
			return n.print.T(e.Key, e.Args[0], strings.TrimSpace(n.message(inner)))
		}
	}
	return web.Message(n.print, e)
}
