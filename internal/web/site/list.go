package site

import (
	"net/http"
	"net/url"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

type listPage struct {
	frame
	sides
	Above   string // what sort of list it is, above the heading
	Heading string
	OwnFeed string
	Topic   *topicView // nil: none
	Fresh   *offer     // the list offers what is published meanwhile; nil: it does not
	rows
}

// rows are the articles of a list, with where it goes on.
type rows struct {
	Rows          []row
	ByDay         bool // the rows stand under headings of days
	Newest, Older string
}

type row struct {
	Card
	Day string // heading of a new day above the row
	Big bool
}

// rowsMany is how many articles a page of a list has.
const rowsMany = 30

// list fills a page from a query; path is its address, and its next pages' with ?after=.
func (s *Site) list(w http.ResponseWriter, r *http.Request, page listPage, q news.ListQuery, path string, byDay bool) error {
	after, err := news.ParseCursor(r.URL.Query().Get("after"))
	if err != nil {
		return news.Fail(news.NotFound, "error.not_found")
	}
	q.After, q.Limit = after, rowsMany
	found, err := s.Lists.List(r.Context(), q)
	if err != nil {
		return err
	}
	if page.sides, err = s.sides(r.Context(), &page.frame, 0); err != nil {
		return err
	}
	if byDay {
		page.Rows, page.ByDay = s.rowsByDay(found.Cards), true
		page.Latest, page.Events = nil, "" // it would say the same twice
		if after.IsZero() {
			page.Events, page.Fresh = events(news.LatestList), s.offer("site.fresh")
		}
	} else {
		page.Rows = s.rowsOf(found.Cards, after.IsZero())
	}
	page.Newest, page.Older = page.turn(path, after, found.Next)
	return s.render(w, r, http.StatusOK, "list", page)
}

// turn gives a page of a list that goes on its canonical address, and returns where the list begins, "" on its first page, and where it
// goes on, "" on its last.
func (f *frame) turn(path string, after, next news.Cursor) (newest, older string) {
	if !after.IsZero() {
		newest = path
		f.Canonical += "?after=" + url.QueryEscape(after.String())
	}
	if !next.IsZero() {
		older = path + "?after=" + url.QueryEscape(next.String())
	}
	return newest, older
}

// rowsOf are rows with their full time; on a first page the first article leads when it has a picture.
func (s *Site) rowsOf(cards []news.PublicCard, first bool) []row {
	out := make([]row, len(cards))
	for i, card := range s.cards(cards, s.print.Stamp) {
		out[i] = row{Card: card, Big: first && i == 0}
		if card.Picture != nil && out[i].Big {
			card.Picture.Eager = true
			card.Picture.Sizes = "(min-width: 64rem) 44rem, 94vw"
		}
	}
	return out
}

// rowsByDay are rows with the clock only, under a heading for each day.
func (s *Site) rowsByDay(cards []news.PublicCard) []row {
	out := make([]row, len(cards))
	var last persian.Date
	for i, card := range s.cards(cards, s.clock) {
		out[i].Card = card
		if day := persian.DateOf(card.PublishedAt.In(persian.Tehran())); day != last {
			last = day
			out[i].Day = s.print.LongDate(card.PublishedAt)
		}
	}
	return out
}

func (s *Site) latest(w http.ResponseWriter, r *http.Request) error {
	heading := s.print.T("site.latest")
	f, err := s.frame(r.Context(), "latest", heading, "/latest", 0, "")
	if err != nil {
		return err
	}
	page := listPage{frame: f, Heading: heading, OwnFeed: "/rss.xml"}
	return s.list(w, r, page, news.ListQuery{Dated: true}, "/latest", true)
}

func (s *Site) section(w http.ResponseWriter, r *http.Request) error {
	section, err := s.Lists.Section(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	name := s.sectionName(section)
	f, err := s.frame(r.Context(), "section", name, section.Path(), section.ID, "page")
	if err != nil {
		return err
	}
	f.Feeds = append(f.Feeds, link{name + " | " + s.settings.Name, section.Path() + "/rss.xml"})
	page := listPage{frame: f, Heading: name, OwnFeed: section.Path() + "/rss.xml"}
	return s.list(w, r, page, news.ListQuery{Section: section.ID}, section.Path(), false)
}
