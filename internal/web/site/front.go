package site

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

type frontPage struct {
	frame
	sides
	Bar            *bar
	Lead           *Card
	Pictures       bool // the lead has a place for a picture
	Seconds        []Card
	SecondPictures bool
	Desks          []desk
}

// bar is the breaking bar above the page.
type bar struct {
	Kind, Text string
	Path       string // "" when it leads nowhere
	Until      int64  // Unix milliseconds at which it goes by itself; 0: never
}

// desk is a block of the river: a section's part, or what an editor put together.
type desk struct {
	Key        string // unique on the page
	Name, Path string // Path "" when the heading leads nowhere
	First      *Card
	Others     []Card
}

const (
	leadChoice = 6  // the lead is chosen among so many newest articles
	deskMany   = 4  // articles of a section in the river
	riverMany  = 12 // sections in the river
)

func (s *Site) front(w http.ResponseWriter, r *http.Request) error {
	arranged, err := s.arrangement(r.Context())
	if err != nil {
		return err
	}
	page, err := s.frontPage(r.Context(), arranged)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "front", page)
}

// ShowFront answers with the front page as it would be with an arrangement that is not public: for the newsroom's frames.
func (s *Site) ShowFront(w http.ResponseWriter, r *http.Request, front news.Front) error {
	page, err := s.frontPage(r.Context(), front)
	if err != nil {
		return err
	}
	page.Framed, page.Robots, page.Events = true, "noindex", ""
	web.SetPrivate(w)
	web.AllowFraming(w)
	return s.render(w, r, http.StatusOK, "front", page)
}

// arrangement is what editors published; the zero Front when they published nothing.
func (s *Site) arrangement(ctx context.Context) (news.Front, error) {
	if s.Fronts == nil {
		return news.Front{}, nil
	}
	public, err := s.Fronts.Front(ctx)
	if news.KindOf(err) == news.NotFound && err != nil {
		return news.Front{}, nil
	}
	return public.Front, err
}

func (s *Site) frontPage(ctx context.Context, front news.Front) (frontPage, error) {
	f, err := s.frame(ctx, "front", "", "/", 0, "")
	if err != nil {
		return frontPage{}, err
	}
	news.Until(ctx, front.StaleAt(s.Now()))
	page := frontPage{frame: f}
	page.Description = s.settings.Tagline
	page.Today = moment(s.jalaliToday().Time(persian.Tehran()), s.print.LongDate) // the day alone: the page is kept for longer than a second
	if page.sides, err = s.sides(ctx, &page.frame, 0, news.FrontPage); err != nil {
		return page, err
	}
	a := &arranger{site: s, ctx: ctx, sections: f.sections, used: map[news.Code]news.SectionID{}}
	if err := a.byHand(front, s.Now()); err != nil {
		return page, err
	}
	page.Bar = a.bar(front.Breaking, s.Now())
	return page, a.fill(&page, front.Live(s.Now()))
}

// arranger fills the places of one front page. What was filled in by hand wins; a rule skips all of it and what stands above.
type arranger struct {
	site     *Site
	ctx      context.Context
	sections []news.Section
	hand     map[news.Code]news.PublicCard // as far as they are public
	used     map[news.Code]news.SectionID  // what stands on the page already
	newest   []news.PublicCard             // read when the first place needs it
}

// byHand reads the articles that editors chose, and the one that the bar leads to.
func (a *arranger) byHand(front news.Front, now time.Time) error {
	var codes []news.Code
	for _, slot := range front.Live(now) {
		if slot.ByHand() {
			codes = append(codes, slot.Article)
		}
	}
	chosen := len(codes)
	if front.Breaking.Shown(now) && front.Breaking.Article != 0 {
		codes = append(codes, front.Breaking.Article)
	}
	a.hand = map[news.Code]news.PublicCard{}
	if len(codes) == 0 {
		return nil
	}
	cards, err := a.site.Fronts.Cards(a.ctx, codes)
	if err != nil {
		return err
	}
	for _, card := range cards {
		a.hand[card.Code] = card
	}
	for _, code := range codes[:chosen] {
		if card, public := a.hand[code]; public {
			a.used[code] = card.Section.ID
		}
	}
	return nil
}

// bar is the breaking bar, nil when there is none at now.
func (a *arranger) bar(b news.Breaking, now time.Time) *bar {
	if !b.Shown(now) {
		return nil
	}
	out := &bar{Kind: a.site.print.T("front.urgent"), Text: b.Text}
	if b.Kind == news.BreakingLive {
		out.Kind = a.site.print.T("front.live")
	}
	if card, public := a.hand[b.Article]; public {
		out.Path = card.Path()
	}
	if !b.Until.IsZero() {
		out.Until = b.Until.UnixMilli()
	}
	return out
}

// fill gives every place of the page its articles.
func (a *arranger) fill(page *frontPage, slots []news.FrontSlot) error {
	lead, err := a.top(slots, news.FrontLead)
	if err == nil && len(lead) == 0 {
		lead, err = a.lead()
	}
	if err != nil {
		return err
	}
	seconds, err := a.top(slots, news.FrontSecond)
	if err != nil {
		return err
	}
	if len(seconds) < 2 {
		more, err := a.next(2 - len(seconds))
		if err != nil {
			return err
		}
		seconds = append(seconds, more...)
	}
	page.show(a.site.cards(append(lead, seconds...), a.site.print.Stamp))
	page.Desks, err = a.blocks(slots)
	return err
}

// top are the articles of the slots of a place above the blocks. A slot whose article is hidden and whose rule finds nothing takes the
// newest.
func (a *arranger) top(slots []news.FrontSlot, place news.FrontPlace) ([]news.PublicCard, error) {
	var cards []news.PublicCard
	for _, slot := range slots {
		if slot.Place != place {
			continue
		}
		if card, public := a.hand[slot.Article]; public {
			cards = append(cards, card)
			continue
		}
		var found []news.PublicCard
		if !slot.ByHand() {
			_, filled, err := a.rule(slot.FrontFill, 1)
			if err != nil {
				return nil, err
			}
			found = filled
		}
		if len(found) == 0 && place == news.FrontSecond {
			filled, err := a.next(1)
			if err != nil {
				return nil, err
			}
			found = filled
		}
		cards = append(cards, found...)
	}
	return cards, nil
}

// fresh are the newest articles, more than the page can have used above its blocks.
func (a *arranger) fresh() ([]news.PublicCard, error) {
	if a.newest != nil {
		return a.newest, nil
	}
	list, err := a.site.Lists.List(a.ctx, news.ListQuery{Limit: leadChoice + len(a.used) + 2})
	a.newest = list.Cards
	return a.newest, err
}

// lead is the newest article with a picture, when one of the newest few has one, else the newest.
func (a *arranger) lead() ([]news.PublicCard, error) {
	cards, err := a.fresh()
	if err != nil {
		return nil, err
	}
	cards = a.unused(cards, leadChoice)
	for _, card := range cards {
		if card.Picture.Media != 0 {
			return a.take([]news.PublicCard{card}, 1), nil
		}
	}
	return a.take(cards, 1), nil
}

// next are the n newest articles that do not stand on the page yet.
func (a *arranger) next(n int) ([]news.PublicCard, error) {
	cards, err := a.fresh()
	return a.take(cards, n), err
}

// unused are the first n cards that do not stand on the page.
func (a *arranger) unused(cards []news.PublicCard, n int) []news.PublicCard {
	var free []news.PublicCard
	for _, card := range cards {
		if _, used := a.used[card.Code]; !used && len(free) < n {
			free = append(free, card)
		}
	}
	return free
}

// take is unused for cards that stand on the page from now on.
func (a *arranger) take(cards []news.PublicCard, n int) []news.PublicCard {
	taken := a.unused(cards, n)
	for _, card := range taken {
		a.used[card.Code] = card.Section.ID
	}
	return taken
}

// show puts the lead and the seconds on the page.
func (p *frontPage) show(cards []Card) {
	if len(cards) == 0 {
		return
	}
	p.Lead = &cards[0]
	if p.Lead.Picture != nil {
		p.Pictures, p.Lead.Picture.Eager = true, true
		p.Lead.Picture.Sizes = "(min-width: 64rem) 34rem, (min-width: 40rem) 58vw, 94vw"
	}
	p.Seconds = cards[1:]
	for _, card := range p.Seconds {
		p.SecondPictures = p.SecondPictures || card.Picture != nil
	}
}

// blocks are the blocks that editors arranged; without any, every section has its own.
func (a *arranger) blocks(slots []news.FrontSlot) ([]desk, error) {
	var desks []desk
	var opening []news.PublicCard // chosen by hand, for the head of the next block
	arranged := false
	for _, slot := range slots {
		if slot.Place != news.FrontBlock {
			continue
		}
		arranged = true
		if slot.ByHand() {
			if card, public := a.hand[slot.Article]; public {
				opening = append(opening, card)
			}
			continue
		}
		d, cards, err := a.rule(slot.FrontFill, slot.Count-len(opening))
		if err != nil {
			return nil, err
		}
		d.Key = "b" + strconv.Itoa(slot.ID)
		if desks, err = a.block(desks, d, append(opening, cards...)); err != nil {
			return nil, err
		}
		opening = nil
	}
	if len(opening) > 0 {
		last := desk{Key: "last", Name: a.site.sectionName(opening[0].Section), Path: opening[0].Section.Path()}
		return a.block(desks, last, opening)
	}
	if !arranged {
		return a.river()
	}
	return desks, nil
}

// block adds a desk with its articles, unless there are none.
func (a *arranger) block(desks []desk, d desk, cards []news.PublicCard) ([]desk, error) {
	if len(cards) == 0 {
		return desks, nil
	}
	shown := a.site.cards(cards, a.site.shortMoment)
	d.First, d.Others = &shown[0], shown[1:]
	return append(desks, d), nil
}

// river takes the newest of every section that do not stand above already.
func (a *arranger) river() ([]desk, error) {
	var desks []desk
	for _, section := range a.sections[:min(riverMany, len(a.sections))] {
		d, cards, err := a.rule(news.FrontFill{Rule: news.FrontOfSection, Section: section.ID}, deskMany)
		if err != nil {
			return nil, err
		}
		d.Key = strconv.FormatInt(int64(section.ID), 10)
		if desks, err = a.block(desks, d, cards); err != nil {
			return nil, err
		}
	}
	return desks, nil
}

// rule finds up to n articles by a rule, and says what a block of them is called and where its heading leads.
func (a *arranger) rule(fill news.FrontFill, n int) (desk, []news.PublicCard, error) {
	d, cards, err := a.ruled(fill, max(1, n)+a.inTheWay(fill))
	if err != nil {
		return d, nil, err
	}
	if fill.Heading != "" {
		d.Name = fill.Heading
	}
	return d, a.take(cards, n), nil
}

// inTheWay counts the articles on the page that the rule may find again.
func (a *arranger) inTheWay(fill news.FrontFill) int {
	if fill.Rule != news.FrontOfSection {
		return len(a.used)
	}
	n := 0
	for _, section := range a.used {
		if section == fill.Section {
			n++
		}
	}
	return n
}

// ruled reads the first articles of a rule, whether they stand on the page or not. What names a section, a tag or a dossier that is not
// public finds nothing.
func (a *arranger) ruled(fill news.FrontFill, limit int) (desk, []news.PublicCard, error) {
	s := a.site
	list := func(d desk, q news.ListQuery) (desk, []news.PublicCard, error) {
		q.Limit = limit
		page, err := s.Lists.List(a.ctx, q)
		return d, page.Cards, err
	}
	switch fill.Rule {
	case news.FrontOfSection:
		for _, section := range a.sections {
			if section.ID == fill.Section {
				return list(desk{Name: s.sectionName(section), Path: section.Path()}, news.ListQuery{Section: section.ID})
			}
		}
		return desk{}, nil, nil
	case news.FrontOfTag:
		tag, err := s.Lists.Tag(a.ctx, fill.Slug)
		if err != nil {
			return desk{}, nil, known(err)
		}
		return list(desk{Name: tag.Name, Path: tag.Path()}, news.ListQuery{Tag: tag.ID})
	case news.FrontOfKind:
		cards, err := s.Fronts.OfKind(a.ctx, fill.Kind, limit)
		return desk{Name: s.print.T("kind." + string(fill.Kind))}, cards, err
	case news.FrontMostRead:
		cards, err := s.Suggestions.Most(a.ctx, news.MostReadDay, limit)
		return desk{Name: s.print.T("site.most_read")}, cards, err
	case news.FrontOfDossier:
		d, err := s.Fronts.Dossier(a.ctx, fill.Slug)
		if err != nil {
			return desk{}, nil, known(err)
		}
		cards, _, err := s.dossierCards(a.ctx, d, limit)
		return desk{Name: d.Title, Path: d.Path()}, cards, err
	}
	return list(desk{Name: s.print.T("site.latest"), Path: "/latest"}, news.ListQuery{})
}

// known is nil for what is not there: nothing is shown of it.
func known(err error) error {
	if news.KindOf(err) == news.NotFound {
		return nil
	}
	return err
}
