package site

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

type archivePage struct {
	frame
	sides
	Heading       string
	Before, After *link // the nearest days with news
	rows
	Month *monthTable
}

// monthTable is the calendar of a month.
type monthTable struct {
	Name, Path    string
	Weekdays      []weekday
	Weeks         [][]dayCell
	Before, After *link
	total         int // articles
}

type weekday struct{ Long, Short string }

type dayCell struct {
	Name, Path string
	Short      string // how many articles, as a number
	Count      string // the same as a sentence
	Current    bool
}

// archiveMany is how many articles of a day stand on one page.
const archiveMany = 100

// firstArchiveYear is the first Jalali year of the official calendar; there is no news before it.
const firstArchiveYear = 1206

func archivePath(d persian.Date) string {
	return fmt.Sprintf("/archive/%04d/%02d/%02d", d.Year, d.Month, d.Day)
}

func (s *Site) jalaliToday() persian.Date { return persian.DateOf(s.Now().In(persian.Tehran())) }

// clock is the time of day alone, where the day stands above.
func (s *Site) clock(t time.Time) string {
	if s.settings.Lang == i18n.FA {
		return persian.Clock(t)
	}
	return t.In(persian.Tehran()).Format("15:04")
}

// today sends to the day's archive.
func (s *Site) today(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-cache")
	http.Redirect(w, r, archivePath(s.jalaliToday()), http.StatusFound)
	return nil
}

// archiveDay reads the day of an address; ok is false for days that do not exist or have not come.
func (s *Site) archiveDay(r *http.Request) (day persian.Date, ok bool) {
	day = persian.Date{Year: archiveNumber(r, "year"), Month: archiveNumber(r, "month"), Day: archiveNumber(r, "day")}
	return day, s.hasCome(day)
}

func (s *Site) archive(w http.ResponseWriter, r *http.Request) error {
	day, ok := s.archiveDay(r)
	if !ok {
		return news.Fail(news.NotFound, "error.not_found")
	}
	path := archivePath(day)
	if r.URL.Path != path {
		return permanent(w, r, path)
	}
	ctx := r.Context()
	from, until := day.Time(persian.Tehran()), day.AddDays(1).Time(persian.Tehran())
	heading := s.print.LongDate(from)
	f, err := s.frame(ctx, "archive", s.print.T("archive.title", heading), path, 0, "")
	if err != nil {
		return err
	}
	page := archivePage{frame: f, Heading: heading}
	if err := s.fillArchive(r, &page, path, from, until); err != nil {
		return err
	}
	if len(page.Rows) == 0 {
		page.Robots = "noindex"
	}
	if page.Month, err = s.month(ctx, day, true); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "archive", page)
}

// fillArchive reads a day's articles and its neighbours.
func (s *Site) fillArchive(r *http.Request, page *archivePage, path string, from, until time.Time) error {
	ctx := r.Context()
	after, err := news.ParseCursor(r.URL.Query().Get("after"))
	if err != nil {
		return news.Fail(news.NotFound, "error.not_found")
	}
	found, err := s.Lists.List(ctx, news.ListQuery{From: from, Until: until, After: after, Limit: archiveMany})
	if err != nil {
		return err
	}
	for _, card := range s.cards(found.Cards, s.clock) {
		page.Rows = append(page.Rows, row{Card: card})
	}
	if !after.IsZero() {
		page.Newest = path
		page.Canonical += "?after=" + url.QueryEscape(after.String())
	}
	if !found.Next.IsZero() {
		page.Older = path + "?after=" + url.QueryEscape(found.Next.String())
	}
	before, next, err := s.Lists.Around(ctx, from, until)
	if err != nil {
		return err
	}
	page.Before, page.After = s.dayLink(before), s.dayLink(next)
	page.sides, err = s.sides(ctx, &page.frame, 0)
	return err
}

func (s *Site) dayLink(t time.Time) *link {
	if t.IsZero() {
		return nil
	}
	return &link{Name: s.print.LongDate(t), Path: archivePath(persian.DateOf(t.In(persian.Tehran())))}
}
