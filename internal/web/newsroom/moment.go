package newsroom

import (
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// daysAhead are the words for days that people type instead of a date.
var daysAhead = []struct {
	word string
	days int
}{{"امروز", 0}, {"پس‌فردا", 2}, {"پس فردا", 2}, {"فردا", 1}, {"today", 0}, {"tomorrow", 1}}

// readMoment reads a day with a time of day as people type it: what persian.ParseTime takes, «فردا ۸:۳۰», or a time of day alone for
// today. "" is the zero time. Errors stand at the field: "error.time_unreadable", "error.time_clock" for a day without a time of day.
func readMoment(field, typed string, now time.Time) (time.Time, error) {
	at, err := parseMoment(typed, now)
	switch {
	case typed == "":
		return time.Time{}, nil
	case err != nil:
		return time.Time{}, &news.Error{Kind: news.Invalid, Key: "error.time_unreadable", Field: field, Err: err}
	case !at.HasClock:
		return time.Time{}, news.FieldError(field, "error.time_clock")
	}
	return at.Time, nil
}

// readDay reads a day, with or without a time of day; whole tells that there was none.
func readDay(field, typed string, now time.Time) (at time.Time, whole bool, err error) {
	if typed == "" {
		return time.Time{}, false, nil
	}
	m, err := parseMoment(typed, now)
	if err != nil {
		return time.Time{}, false, &news.Error{Kind: news.Invalid, Key: "error.time_unreadable", Field: field, Err: err}
	}
	return m.Time, !m.HasClock, nil
}

func parseMoment(typed string, now time.Time) (persian.Moment, error) {
	m, err := persian.ParseTime(typed)
	if err == nil {
		return m, nil
	}
	folded := persian.Fold(typed)
	for _, d := range daysAhead {
		if rest, found := strings.CutPrefix(folded, persian.Fold(d.word)); found {
			return persian.ParseTime(numericDay(now, d.days) + " " + rest)
		}
	}
	if strings.Contains(typed, ":") && !strings.Contains(typed, "/") {
		if m, err := persian.ParseTime(numericDay(now, 0) + " " + typed); err == nil {
			return m, nil
		}
	}
	return m, err
}

// numericDay is the day so many days ahead of now's in Tehran, in figures.
func numericDay(now time.Time, ahead int) string {
	return persian.DateOf(now.In(persian.Tehran())).AddDays(ahead).String()
}

// momentText writes a time as the field shows it, to the second: «۱۴۰۴/۰۹/۰۵ ۱۸:۳۰:۰۰». "" for the zero time.
func momentText(p i18n.Printer, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	text := persian.NumericDate(at) + " " + persian.Digits(at.In(persian.Tehran()).Format("15:04:05"))
	if p.Lang() != i18n.FA {
		return persian.LatinDigits(text)
	}
	return text
}

// Exact writes a time with its seconds, as it stands in the field.
func (f frame) Exact(at time.Time) string { return momentText(f.Printer, at) }

// momentField is a field for a time with its calendar.
type momentField struct {
	frame
	Name, Label, Value, Problem string
	Today                       string // in Tehran, for the calendar: 1404-09-05
}

// Months are the names of the months with «|» between, for the calendar's script.
func (f momentField) Months() string {
	names := make([]string, 12)
	for i := range names {
		key := "calendar.month_" + strconv.Itoa(i+1)
		names[i] = f.T(key)
	}
	return strings.Join(names, "|")
}

// Days are the names of the days from Saturday on, for the calendar's script.
func (f momentField) Days() string {
	names := make([]string, 7)
	for i := range names {
		key := "calendar.day_" + strconv.Itoa(i)
		names[i] = f.T(key)
	}
	return strings.Join(names, "|")
}

func (f frame) moment(name, label, value, problem string) momentField {
	return momentField{frame: f, Name: name, Label: label, Value: value, Problem: problem, Today: numericDay(time.Now(), 0)}
}
