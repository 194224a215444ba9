package site

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// calendarPage is the archive of a month or a year: how much was published when.
type calendarPage struct {
	frame
	Heading       string
	Above         *link // the year of a month
	Before, After *link
	Total         string
	Month         *monthTable
	Months, Years []narrowing
}

func monthPath(year, month int) string { return fmt.Sprintf("/archive/%04d/%02d", year, month) }
func yearPath(year int) string         { return fmt.Sprintf("/archive/%04d", year) }

// archiveMonth is a month with its days.
func (s *Site) archiveMonth(w http.ResponseWriter, r *http.Request) error {
	first := persian.Date{Year: archiveNumber(r, "year"), Month: archiveNumber(r, "month"), Day: 1}
	if !s.hasCome(first) {
		return news.Fail(news.NotFound, "error.not_found")
	}
	path := monthPath(first.Year, first.Month)
	if r.URL.Path != path {
		return permanent(w, r, path)
	}
	page, err := s.calendarPage(r.Context(), s.monthName(month{first.Year, first.Month}), path)
	if err != nil {
		return err
	}
	page.Above = &link{Name: s.yearName(first.Year), Path: yearPath(first.Year)}
	if page.Month, err = s.month(r.Context(), first, false); err != nil {
		return err
	}
	page.Before, page.After = page.Month.Before, page.Month.After
	page.Month.Before, page.Month.After = nil, nil
	s.total(&page, page.Month.total)
	return s.render(w, r, http.StatusOK, "calendar", page)
}

// archiveYear is a year with its months, and every year of the archive.
func (s *Site) archiveYear(w http.ResponseWriter, r *http.Request) error {
	year := archiveNumber(r, "year")
	if !s.hasCome(persian.Date{Year: year, Month: 1, Day: 1}) {
		return news.Fail(news.NotFound, "error.not_found")
	}
	if r.URL.Path != yearPath(year) {
		return permanent(w, r, yearPath(year))
	}
	ctx := r.Context()
	page, err := s.calendarPage(ctx, s.yearName(year), yearPath(year))
	if err != nil {
		return err
	}
	var bounds []time.Time
	for month := 1; month <= 12; month++ {
		bounds = append(bounds, persian.Date{Year: year, Month: month, Day: 1}.Time(persian.Tehran()))
	}
	counts, err := s.Archive.Counts(ctx, append(bounds, persian.Date{Year: year + 1, Month: 1, Day: 1}.Time(persian.Tehran())))
	if err != nil {
		return err
	}
	total := 0
	for i, n := range counts {
		c := narrowing{Name: s.monthOnly(i + 1), Count: int64(n)}
		if n > 0 {
			c.Path = monthPath(year, i+1)
		}
		page.Months = append(page.Months, c)
		total += n
	}
	s.total(&page, total)
	if err := s.years(ctx, &page, year); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "calendar", page)
}

// years lists the years of the archive, newest first, and turns to the nearest ones with news on either side of one.
func (s *Site) years(ctx context.Context, page *calendarPage, current int) error {
	begun, err := s.Archive.FirstPublished(ctx)
	if err != nil {
		return err
	}
	last := s.jalaliToday().Year
	oldest := last
	if !begun.IsZero() {
		oldest = max(persian.DateOf(begun.In(persian.Tehran())).Year, firstArchiveYear)
	}
	var bounds []time.Time
	for year := oldest; year <= last+1; year++ {
		bounds = append(bounds, persian.Date{Year: year, Month: 1, Day: 1}.Time(persian.Tehran()))
	}
	counts, err := s.Archive.Counts(ctx, bounds)
	if err != nil {
		return err
	}
	for i := len(counts) - 1; i >= 0; i-- {
		year := oldest + i
		if counts[i] == 0 && year != current {
			continue
		}
		page.Years = append(page.Years, narrowing{Name: s.digits(year), Path: yearPath(year), Count: int64(counts[i]), Current: year == current})
		switch to := (&link{Name: s.yearName(year), Path: yearPath(year)}); {
		case year > current:
			page.After = to // the last one met is the nearest
		case year < current && page.Before == nil:
			page.Before = to
		}
	}
	return nil
}

func (s *Site) calendarPage(ctx context.Context, name, path string) (calendarPage, error) {
	f, err := s.frame(ctx, "archive", s.print.T("archive.title", name), path, 0, "")
	return calendarPage{frame: f, Heading: name}, err
}

func (s *Site) total(page *calendarPage, n int) {
	page.Total = s.print.N("archive.count", int64(n))
	if n == 0 {
		page.Robots = "noindex"
	}
}

// hasCome tells a day of the archive from one that does not exist or is still to come.
func (s *Site) hasCome(day persian.Date) bool {
	return day.Valid() && day.Year >= firstArchiveYear && !day.Time(persian.Tehran()).After(s.Now())
}

// archiveNumber reads a number of an address, in figures of any script; 0 for what is none.
func archiveNumber(r *http.Request, name string) int {
	n, err := strconv.ParseUint(persian.LatinDigits(r.PathValue(name)), 10, 14)
	if err != nil {
		return 0
	}
	return int(n)
}

// digits writes a year, which is never grouped.
func (s *Site) digits(year int) string {
	if s.settings.Lang == i18n.EN {
		return strconv.Itoa(year)
	}
	return persian.Digits(strconv.Itoa(year))
}

func (s *Site) yearName(year int) string { return s.print.T("archive.year", s.digits(year)) }

func (s *Site) monthOnly(month int) string {
	key := "calendar.month_" + strconv.Itoa(month)
	return s.print.T(key)
}

// month is the calendar of a day's month with what was published on each; weeks begin on Saturday, days without news have no
// address. marked tells whether the day itself is the open page.
func (s *Site) month(ctx context.Context, current persian.Date, marked bool) (*monthTable, error) {
	table := &monthTable{Name: s.monthName(month{current.Year, current.Month}), Path: monthPath(current.Year, current.Month)}
	for i := range 7 {
		key := "calendar.day_" + strconv.Itoa(i)
		long := s.print.T(key)
		table.Weekdays = append(table.Weekdays, weekday{Long: long, Short: string([]rune(long)[:1])})
	}
	first := persian.Date{Year: current.Year, Month: current.Month, Day: 1}
	days := persian.DaysInMonth(current.Year, current.Month)
	var bounds []time.Time
	for n := range days + 1 {
		bounds = append(bounds, first.AddDays(n).Time(persian.Tehran()))
	}
	counts, err := s.Archive.Counts(ctx, bounds)
	if err != nil {
		return nil, err
	}
	week := make([]dayCell, (int(first.Weekday())+1)%7)
	for i, n := range counts {
		day := first.AddDays(i)
		cell := dayCell{Name: s.digits(i + 1), Current: marked && day == current}
		if n > 0 || cell.Current {
			cell.Path, cell.Count = archivePath(day), s.print.N("archive.count", int64(n))
			cell.Short = s.print.Number(int64(n))
		}
		table.total += n
		if week = append(week, cell); len(week) == 7 {
			table.Weeks, week = append(table.Weeks, week), nil
		}
	}
	if len(week) > 0 {
		table.Weeks = append(table.Weeks, append(week, make([]dayCell, 7-len(week))...))
	}
	before := first.AddDays(-1)
	if before.Year >= firstArchiveYear {
		table.Before = &link{Name: s.monthName(month{before.Year, before.Month}), Path: monthPath(before.Year, before.Month)}
	}
	if after := first.AddDays(days); s.hasCome(after) {
		table.After = &link{Name: s.monthName(month{after.Year, after.Month}), Path: monthPath(after.Year, after.Month)}
	}
	return table, nil
}
