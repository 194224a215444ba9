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
	"github.com/dabir-newsroom/dabir/internal/i18n"
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
		write(pathFront, f.edit),
		read(pathFront+"/find", f.find),
		write(pathFront+"/publish", f.publish),
		write(pathFront+"/restore", f.restore),
		write(pathFront+"/breaking", f.announce),
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

// frontPage is the desk of the front page.
type frontPage struct {
	frame
	State    news.FrontState
	Places   []frontPlace
	Versions []news.FrontVersion
	Action   string
	Said     string   // what the last act did, for those who listen
	Slot     int      // the slot it was about
	Again    []hidden // what was refused because somebody was faster, to be sent again

	Search   frontSearch
	Rule     ruleForm
	Bar      barForm
	Problems web.Problems // of the form that was sent
	Form     string       // which one: "pin7", "rule7", "addrule", "bar"; "" for none

	Sections []news.Section
	Dossiers []news.Dossier
	StaleAt  time.Time // when readers' page changes by itself
}

// hidden is a field of a form that is not shown.
type hidden struct{ Name, Value string }

// frontPlace is one of the page's places with its slots.
type frontPlace struct {
	Place news.FrontPlace
	Name  string
	Slots []frontItem
	Auto  string // what fills it by itself; "" when its slots do
	At    int    // where Auto stands among the slots
}

// frontItem is a slot as the desk shows it.
type frontItem struct {
	news.FrontSlot
	At     int    // its number in its place, from 0
	Where  string // its place in words
	Line   string // the headline, or what the rule shows
	Hidden string // why readers do not see the article now; "" when they do
	Pinned string // until when, as it can be typed; "" for good
	Rule   ruleForm
}

// frontSearch is the search for an article.
type frontSearch struct {
	Text  string
	Place news.FrontPlace
	Found []news.FoundArticle
}

// ruleForm is the form of a rule as it was typed.
type ruleForm struct {
	Rule         news.FrontRule
	Section      news.SectionID
	Kind         news.ArticleKind
	Tag, Dossier string
	Count        string
	Heading      string
	Place        news.FrontPlace
}

func (f ruleForm) fill() news.FrontFill {
	count, err := strconv.Atoi(persian.LatinDigits(f.Count))
	if err != nil {
		count = 0
	}
	return news.FrontFill{Rule: f.Rule, Section: f.Section, Kind: f.Kind, Name: f.Tag, Slug: f.Dossier, Count: count, Heading: f.Heading}
}

func (n *Newsroom) ruleFormOf(s news.FrontSlot) ruleForm {
	f := ruleForm{Rule: s.Rule, Section: s.Section, Kind: s.Kind, Count: n.print.Number(int64(s.Count)), Heading: s.Heading, Place: s.Place}
	switch s.Rule {
	case news.FrontOfTag:
		f.Tag = s.Name
	case news.FrontOfDossier:
		f.Dossier = s.Slug
	}
	return f
}

func readRuleForm(f web.Form) ruleForm {
	return ruleForm{Rule: news.FrontRule(f.Line("rule")), Section: news.SectionID(f.Int("section")), Kind: news.ArticleKind(f.Line("kind")),
		Tag: f.Line("tag"), Dossier: f.Line("dossier"), Count: f.Line("count"), Heading: f.Line("heading"), Place: news.FrontPlace(f.Line("place"))}
}

// barForm is the form of the breaking bar as it was typed.
type barForm struct {
	Kind          news.BreakingKind
	Text, Article string
	Until         string
}

// Kinds lists the kinds of articles for a rule.
func (frontPage) Kinds() []news.ArticleKind { return news.ArticleKinds() }

// Rules lists the rules.
func (frontPage) Rules() []news.FrontRule { return news.FrontRules() }

// AllPlaces lists the places.
func (frontPage) AllPlaces() []news.FrontPlace { return news.FrontPlaces() }

// Bars lists the kinds of the breaking bar.
func (frontPage) Bars() []news.BreakingKind { return news.BreakingKinds() }

// BarShown tells whether readers see the bar.
func (p frontPage) BarShown() bool { return p.State.Published.Breaking.Text != "" && p.Bar.Text != "" }

// At is the sentence at a field of a form, "" where another form was sent.
func (p frontPage) At(form, field string) string {
	if p.Form != form {
		return ""
	}
	return p.Problems.For(field)
}

// ruleView is the form of a rule with what it chooses from.
type ruleView struct {
	frontPage
	ID    string // as frontPage.Form names it
	Slot  int    // 0: a new block
	Typed ruleForm
}

// RuleOf is the form of a rule.
func (p frontPage) RuleOf(id string, slot int, typed ruleForm) ruleView {
	return ruleView{p, id, slot, typed}
}

// Int is a number as templates want it.
func (frontPage) Int(n int) int64 { return int64(n) }

// EditPath is the address of an article's form.
func (frontPage) EditPath(code news.Code) string { return editPath(code) }

// PlaceName is a place in words.
func (p frontPage) PlaceName(place news.FrontPlace) string { return p.T(placeKeys[place]) }

// RuleName is a rule in words.
func (p frontPage) RuleName(rule news.FrontRule) string { return p.T(ruleKeys[rule]) }

// BarName is a kind of bar in words.
func (p frontPage) BarName(kind news.BreakingKind) string {
	if kind == news.BreakingLive {
		return p.T("front.live")
	}
	return p.T("front.urgent")
}

// CauseName says how a version came about.
func (p frontPage) CauseName(v news.FrontVersion) string {
	switch v.Cause {
	case news.FrontBar:
		return p.T("front.cause_bar")
	case news.FrontRestored:
		if v.Of == 0 {
			return p.T("front.cause_auto")
		}
		return p.T("front.cause_restored", p.Number(int64(v.Of)))
	}
	return p.T("front.cause_arranged")
}

// MayUndo tells whether there is a publication to take back.
func (p frontPage) MayUndo() bool {
	v := p.State.Published
	return v.Number > 0 && !(v.Cause == news.FrontRestored && v.Of == 0)
}

var placeKeys = map[news.FrontPlace]string{news.FrontLead: "front.lead", news.FrontSecond: "front.second", news.FrontBlock: "front.block"}

var ruleKeys = map[news.FrontRule]string{news.FrontNewest: "front.rule_newest", news.FrontOfSection: "front.rule_section", news.FrontOfTag: "front.rule_tag",
	news.FrontOfKind: "front.rule_kind", news.FrontMostRead: "front.rule_most_read", news.FrontOfDossier: "front.rule_dossier"}

// frontDone are the sentences after an act.
var frontDone = map[string]string{
	"published": "front.done_published",
	"restored":  "front.done_restored",
	"bar":       "front.done_bar",
	"barred":    "front.done_barred",
}

// page reads the desk; state is what the caller has of it already, or nil.
func (f fronts) page(r *http.Request, state *news.FrontState) (frontPage, error) {
	ctx, actor := r.Context(), actorOf(r)
	p := frontPage{frame: f.frame(r, f.print.T("front.title"), "front"), Action: web.NewAction()}
	if state == nil {
		read, err := f.desk.State(ctx, actor)
		if err != nil {
			return p, err
		}
		state = &read
	}
	p.State = *state
	var err error
	if p.Versions, err = f.desk.Versions(ctx, actor); err != nil {
		return p, err
	}
	if p.Sections, err = f.Articles.Sections(ctx); err != nil {
		return p, err
	}
	if p.Dossiers, err = f.dossiers.Dossiers(ctx, actor); err != nil {
		return p, err
	}
	p.StaleAt = state.Published.StaleAt(f.now())
	p.Search.Place = news.FrontLead
	p.Rule = ruleForm{Rule: news.FrontOfSection, Count: f.print.Number(4), Place: news.FrontBlock}
	p.Bar = f.barOf(state.Published.Breaking)
	p.Places, err = f.places(ctx, actor, p)
	return p, err
}

// barOf is the form of the bar that readers see; empty when it is over.
func (f fronts) barOf(b news.Breaking) barForm {
	if !b.Shown(f.now()) {
		return barForm{Kind: news.BreakingUrgent, Until: f.typed(f.now().Add(2 * time.Hour).Truncate(time.Minute))}
	}
	form := barForm{Kind: b.Kind, Text: b.Text, Until: f.typed(b.Until)}
	if b.Article != 0 {
		form.Article = f.codeText(b.Article)
	}
	return form
}

// places puts the slots into words.
func (f fronts) places(ctx context.Context, actor news.Actor, p frontPage) ([]frontPlace, error) {
	var codes []news.Code
	for _, s := range p.State.Draft.Slots {
		if s.ByHand() {
			codes = append(codes, s.Article)
		}
	}
	lines, err := f.desk.Lines(ctx, actor, codes)
	if err != nil {
		return nil, err
	}
	var all []frontPlace
	for _, place := range news.FrontPlaces() {
		at := frontPlace{Place: place, Name: p.PlaceName(place)}
		blocks := 0
		for _, s := range p.State.Draft.Slots {
			if s.Place != place {
				continue
			}
			item := f.item(p, s, lines)
			item.At = len(at.Slots)
			item.Where = f.where(s, item.At, blocks)
			if place == news.FrontBlock && !s.ByHand() {
				blocks++
			}
			at.Slots = append(at.Slots, item)
		}
		at.At = len(at.Slots)
		switch {
		case place == news.FrontLead && at.At == 0:
			at.Auto = f.print.T("front.auto_lead")
		case place == news.FrontSecond && at.At < 2:
			at.Auto = f.print.T("front.auto_second")
		case place == news.FrontBlock && at.At == 0:
			at.Auto = f.print.T("front.auto_blocks")
		}
		all = append(all, at)
	}
	return all, nil
}

// where says a slot's place: blocks is how many blocks stand above it.
func (f fronts) where(s news.FrontSlot, at, blocks int) string {
	t, number := f.print.T, f.print.Number
	switch {
	case s.Place == news.FrontLead:
		return t("front.where_lead")
	case s.Place == news.FrontSecond:
		return t("front.where_second", number(int64(at+1)))
	case s.ByHand():
		return t("front.where_opening", number(int64(blocks+1)))
	}
	return t("front.where_block", number(int64(blocks+1)))
}

func (f fronts) item(p frontPage, s news.FrontSlot, lines map[news.Code]news.FoundArticle) frontItem {
	item := frontItem{FrontSlot: s, Rule: f.ruleFormOf(s)}
	if !s.ByHand() {
		item.Line = f.ruleLine(p, s.FrontFill)
		return item
	}
	line, known := lines[s.Article]
	item.Line = line.Headline
	if !s.Until.IsZero() {
		item.Pinned = f.typed(s.Until)
	}
	switch {
	case !known:
		item.Line, item.Hidden = f.codeText(s.Article), f.print.T("front.hidden_gone")
	case s.Expired(f.now()):
		item.Hidden = f.print.T("front.hidden_expired")
	case line.State != news.Published:
		item.Hidden = f.print.T("front.hidden_state", f.print.T("state."+string(line.State)))
	}
	return item
}

func (f fronts) codeText(code news.Code) string {
	if f.Lang == i18n.FA {
		return persian.Digits(code.String())
	}
	return code.String()
}

// ruleLine says what a rule shows: «سیاست · ۴ خبر».
func (f fronts) ruleLine(p frontPage, fill news.FrontFill) string {
	name := p.RuleName(fill.Rule)
	switch fill.Rule {
	case news.FrontOfSection:
		for _, s := range p.Sections {
			if s.ID == fill.Section {
				name = p.SectionName(s)
			}
		}
	case news.FrontOfKind:
		name = p.T("kind." + string(fill.Kind))
	case news.FrontOfTag:
		name = p.T("front.line_tag", fill.Name)
	case news.FrontOfDossier:
		name = p.T("front.line_dossier", fill.Name)
	}
	line := p.T("front.line", name, p.N("front.articles", int64(fill.Count)))
	if fill.Heading != "" {
		line = p.T("front.line_heading", fill.Heading, line)
	}
	return line
}

// typed writes a time as a person would type it.
func (f fronts) typed(t time.Time) string {
	if f.Lang == i18n.FA {
		return persian.Stamp(t)
	}
	return t.In(persian.Tehran()).Format("2006-01-02 15:04")
}

// moment reads a time that a person typed: a day with a clock, a clock alone (its next coming), or a day alone (its end). "" is the zero
// time.
func (f fronts) moment(field, typed string) (time.Time, error) {
	if typed == "" {
		return time.Time{}, nil
	}
	if m, err := persian.ParseTime(typed); err == nil {
		if !m.HasClock {
			return persian.DateOf(m.Time).AddDays(1).Time(persian.Tehran()), nil
		}
		return m.Time, nil
	}
	now := f.now().In(persian.Tehran())
	m, err := persian.ParseTime(typed + " " + persian.ShortDate(now))
	if err != nil || !m.HasClock {
		return time.Time{}, news.FieldError(field, "error.front_time")
	}
	if !m.Time.After(now) {
		return m.Time.AddDate(0, 0, 1), nil
	}
	return m.Time, nil
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
