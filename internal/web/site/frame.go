package site

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"time"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/syndicate"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// frame is what every page has around its own part.
type frame struct {
	web.Page
	SiteName, Tagline    string
	Title                string // of the window
	Description          string
	Canonical            string // absolute; "" for pages that have no public address
	Robots               string
	Class                string // of the body: "front", "latest", "section", …
	Today                *Moment
	Sections             []navItem
	sections             []news.Section // what Sections shows
	Feeds                []link
	Graph                []syndicate.Property
	JSONLD               template.JS
	HasAbout, HasContact bool
	Finds                bool   // search, a topic or a calendar of the archive: the page needs search.css
	Letters              bool   // the page shows comments or their forms: it needs their style and script
	Plays                bool   // the article has a film, a recording or a card of another host
	Events               string // where the page hears what changed; "" for pages that show nothing of it
	Framed               bool   // shown in a frame of the newsroom: its links open beside it
}

type link struct{ Name, Path string }

type navItem struct {
	Name, Path string
	Current    string // value of aria-current: "page" on the section's own page, "true" on its articles, ""
}

// bare is the frame of a page that reads nothing from the store: error pages use it.
func (s *Site) bare(class, title string) frame {
	f := frame{
		Page: web.NewPage(s.print, s.assets), SiteName: s.settings.Name, Tagline: s.settings.Tagline, Title: s.settings.Name, Class: class,
		Finds:    class == "search" || class == "archive",
		HasAbout: s.about != "", HasContact: s.contact != "",
	}
	if title != "" {
		f.Title = title + " | " + s.settings.Name
	}
	return f
}

// Sheets are the style sheets of the page. The pages that most readers come for have one of their own, which holds what they need and
// no more, so that a first visit asks for little and for it at once.
func (f frame) Sheets() []string {
	var sheets []string
	switch f.Class {
	case "article":
		if f.Plays {
			return []string{"story.css", "plays.css"}
		}
		return []string{"story.css"}
	case "front", "latest", "section", "tag":
		sheets = []string{"river.css"}
	case "corrections":
		sheets = []string{"site.css"}
	default:
		sheets = []string{"site.css", "sheets.css"}
	}
	if f.Finds {
		sheets = append(sheets, "search.css")
	}
	if f.Letters {
		sheets = append(sheets, "letters.css")
	}
	return sheets
}

// frame is the frame of a public page with an address, with the sections above it. current is the section the page belongs
// to, mark its aria-current.
func (s *Site) frame(ctx context.Context, class, title, path string, current news.SectionID, mark string) (frame, error) {
	f := s.bare(class, title)
	news.Until(ctx, s.midnight())
	f.Canonical = s.machine.Address(path)
	f.Feeds = []link{{s.settings.Name, "/rss.xml"}}
	sections, err := s.Lists.Sections(ctx)
	if err != nil {
		return frame{}, err
	}
	f.sections = sections
	for i, section := range sections {
		if i == navMany {
			f.Sections = append(f.Sections, navItem{Name: s.print.T("site.all_sections"), Path: "/sections"})
			break
		}
		item := navItem{Name: s.sectionName(section), Path: section.Path()}
		if section.ID == current && current != 0 {
			item.Current = mark
		}
		f.Sections = append(f.Sections, item)
	}
	return f, nil
}

// midnight is when pages that tell today from other days are old.
func (s *Site) midnight() time.Time {
	return s.jalaliToday().AddDays(1).Time(persian.Tehran())
}

// navMany is how many sections stand above a page; an imported archive may bring a hundred, the rest is on /sections.
const navMany = 14

// sectionName is a section's name in the site's language, as far as it has one.
func (s *Site) sectionName(section news.Section) string {
	if s.settings.Lang == i18n.EN && section.NameEN != "" {
		return section.NameEN
	}
	return section.Name
}

// sides is what stands beside most pages.
type sides struct {
	Latest   []Card
	MostRead []Card
	// MoreMost are the other lists of what readers do.
	MoreMost []link
	shown    []news.Code // of both lists
}

// How many lines the lists beside a page have.
const (
	latestBeside = 10
	mostReadMany = 7
)

// sides reads them for the page with that frame, which follows the latest and what else it shows; the article that is open is not among
// its own neighbours.
func (s *Site) sides(ctx context.Context, f *frame, open news.Code, follows ...news.Dependency) (sides, error) {
	f.Events = events(append(follows, news.LatestList)...)
	latest, err := s.Lists.List(ctx, news.ListQuery{Dated: true, Limit: latestBeside + 1})
	if err != nil {
		return sides{}, err
	}
	read, err := s.Suggestions.MostRead(ctx, mostReadMany+1)
	if err != nil {
		return sides{}, err
	}
	var out sides
	others := func(cards []news.PublicCard, most int) []Card {
		cards = slices.DeleteFunc(slices.Clone(cards), func(c news.PublicCard) bool { return c.Code == open })
		cards = cards[:min(most, len(cards))]
		for _, c := range cards {
			out.shown = append(out.shown, c.Code)
		}
		return s.cards(cards, s.shortMoment)
	}
	out.Latest, out.MostRead = others(latest.Cards, latestBeside), others(read, mostReadMany)
	for _, list := range news.MostLists() {
		if list != news.MostReadDay {
			out.MoreMost = append(out.MoreMost, link{s.print.T("most." + string(list)), list.Path()})
		}
	}
	return out, nil
}

func (s *Site) render(w http.ResponseWriter, r *http.Request, status int, page string, data any) error {
	return s.pages.Render(w, r, status, page, data)
}

// permanent sends to where a page stands for good; nobody keeps the answer, as the place may vanish with its article.
func permanent(w http.ResponseWriter, r *http.Request, path string) error {
	w.Header().Set("Cache-Control", "no-cache")
	http.Redirect(w, r, path, http.StatusMovedPermanently)
	return nil
}
