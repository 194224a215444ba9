package site

import (
	"context"
	"net/http"

	"github.com/dabir-newsroom/dabir/internal/news"
)

type frontPage struct {
	frame
	sides
	Lead           *Card
	Pictures       bool // the lead has a place for a picture
	Seconds        []Card
	SecondPictures bool
	Desks          []desk
}

// desk is a section's part of the river.
type desk struct {
	ID         news.SectionID
	Name, Path string
	First      *Card
	Others     []Card
}

const (
	leadChoice = 6  // the lead is chosen among so many newest articles
	deskMany   = 4  // articles of a section in the river
	riverMany  = 12 // sections in the river
)

func (s *Site) front(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := s.frame(ctx, "front", "", "/", 0, "")
	if err != nil {
		return err
	}
	page := frontPage{frame: f}
	page.Description = s.settings.Tagline
	page.Today = moment(s.Now(), s.print.LongDate)
	if page.sides, err = s.sides(ctx, 0); err != nil {
		return err
	}
	newest, err := s.Lists.List(ctx, news.ListQuery{Limit: leadChoice})
	if err != nil {
		return err
	}
	used := page.arrange(s.cards(newest.Cards, s.print.Stamp))
	if page.Desks, err = s.river(ctx, page.sections, used); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "front", page)
}

// arrange chooses the lead and the seconds: the lead is the newest article with a picture, when the newest few have one.
func (p *frontPage) arrange(cards []Card) (used map[news.Code]bool) {
	used = map[news.Code]bool{}
	if len(cards) == 0 {
		return used
	}
	lead := 0
	for i := range cards {
		if cards[i].Picture != nil {
			lead = i
			break
		}
	}
	p.Lead = &cards[lead]
	if p.Lead.Picture != nil {
		p.Pictures, p.Lead.Picture.Eager = true, true
		p.Lead.Picture.Sizes = "(min-width: 64rem) 34rem, (min-width: 40rem) 58vw, 94vw"
	}
	used[p.Lead.Code] = true
	for i := range cards {
		if i != lead && len(p.Seconds) < 2 {
			p.Seconds = append(p.Seconds, cards[i])
			p.SecondPictures = p.SecondPictures || cards[i].Picture != nil
			used[cards[i].Code] = true
		}
	}
	return used
}

// river takes the newest of every section that do not stand above already.
func (s *Site) river(ctx context.Context, sections []news.Section, used map[news.Code]bool) ([]desk, error) {
	var desks []desk
	for _, section := range sections[:min(riverMany, len(sections))] {
		list, err := s.Lists.List(ctx, news.ListQuery{Section: section.ID, Limit: deskMany + len(used)})
		if err != nil {
			return nil, err
		}
		d := desk{ID: section.ID, Name: s.sectionName(section), Path: section.Path()}
		for _, card := range s.cards(list.Cards, s.shortMoment) {
			switch {
			case used[card.Code] || len(d.Others) == deskMany-1:
			case d.First == nil:
				d.First = &card
			default:
				d.Others = append(d.Others, card)
			}
		}
		if d.First != nil {
			desks = append(desks, d)
		}
	}
	return desks, nil
}
