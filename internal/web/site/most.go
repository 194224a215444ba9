package site

import (
	"net/http"

	"github.com/dabir-newsroom/dabir/internal/news"
)

type mostPage struct {
	frame
	sides
	Heading string
	Tabs    []navItem
	Ranked  []Card
}

// mostMany is how many articles a list of the most read or discussed has on its own page.
const mostMany = 20

// most is a list of the most read or most discussed, with the others as tabs: links, so that they need no script.
func (s *Site) most(w http.ResponseWriter, r *http.Request) error {
	list := news.MostList(r.PathValue("list"))
	cards, err := s.Suggestions.Most(r.Context(), list, mostMany)
	if err != nil {
		return err
	}
	heading := s.print.T("most.read")
	if list == news.MostDiscussed {
		heading = s.print.T("most.discussed")
	}
	f, err := s.frame(r.Context(), "most", heading, list.Path(), 0, "")
	if err != nil {
		return err
	}
	page := mostPage{frame: f, Heading: heading, Ranked: s.cards(cards, s.print.Stamp)}
	for _, other := range news.MostLists() {
		tab := navItem{Name: s.print.T("most." + string(other)), Path: other.Path()}
		if other == list {
			tab.Current = "page"
		}
		page.Tabs = append(page.Tabs, tab)
	}
	if page.sides, err = s.sides(r.Context(), &page.frame, 0); err != nil {
		return err
	}
	page.MostRead = nil // it would say the same twice
	return s.render(w, r, http.StatusOK, "most", page)
}
