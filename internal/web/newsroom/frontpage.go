package newsroom

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

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
	First  bool   // nothing stands above it
	Last   bool   // nothing stands below it
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
	last := 0
	if slots := p.State.Draft.Slots; len(slots) > 0 {
		last = slots[len(slots)-1].ID
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
			item.First = place == news.FrontLead && item.At == 0
			item.Last = place == news.FrontBlock && s.ID == last
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
