package persian

import (
	"fmt"
	"sync"
	"time"
)

// Date is a day of the Jalali (solar hijri) calendar of Iran. Month and Day
// count from 1. The zero Date is no day.
//
// The leap years follow the 33-year rule: a year y is leap when (25y+11) mod
// 33 is below 8. From 1206 to 1498 this equals the official table of the
// calendar authority (University of Tehran, Institute of Geophysics) day by
// day, without exceptions; outside those years the same rule is continued,
// where the astronomical calendar may differ by a day.
type Date struct {
	Year, Month, Day int
}

// The years for which Date equals the official table.
const (
	FirstOfficialYear = 1206
	LastOfficialYear  = 1498
)

// epochDay is 1 Farvardin of year 1 as days since 1970-01-01.
const epochDay = -492268

const daysOfCycle = 33*365 + 8 // days in 33 years

// IsLeap reports whether Esfand of the Jalali year has 30 days.
func IsLeap(year int) bool {
	return floorMod(25*year+11, 33) < 8
}

// DaysInMonth returns the number of days of a month of a Jalali year: 29, 30
// or 31, and 0 for a month outside 1 to 12.
func DaysInMonth(year, month int) int {
	switch {
	case month < 1 || month > 12:
		return 0
	case month <= 6:
		return 31
	case month < 12 || IsLeap(year):
		return 30
	}
	return 29
}

// Valid reports whether d is a day that exists, in a year from 1 to 9999.
func (d Date) Valid() bool {
	return d.Year >= 1 && d.Year <= 9999 && d.Day >= 1 && d.Day <= DaysInMonth(d.Year, d.Month)
}

// DateOf returns the Jalali date at t in t's own location.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return dateOfDay(int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsOfDay))
}

// Time returns the first instant of the day d in loc. That is midnight, except
// on a day that begins with a jump of the clock: in Tehran summer time used to
// begin by going from 0:00 to 1:00.
func (d Date) Time(loc *time.Location) time.Time {
	g := time.Unix(int64(d.unixDay())*secondsOfDay, 0).UTC()
	t := localTime(g, loc)
	if t.Hour() != 0 || t.Minute() != 0 {
		// The jump may have begun before midnight.
		if start, _ := t.ZoneBounds(); !start.IsZero() && start.Day() == t.Day() {
			return start
		}
	}
	return t
}

// AddDays returns the date n days after d, before it for negative n.
func (d Date) AddDays(n int) Date { return dateOfDay(d.unixDay() + n) }

// Weekday returns the day of the week of d.
func (d Date) Weekday() time.Weekday {
	return time.Weekday(floorMod(d.unixDay()+int(time.Thursday), 7))
}

// String returns d for machines: 1400-09-04, in ASCII.
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

const secondsOfDay = 24 * 60 * 60

// unixDay returns the days from 1970-01-01 to d. Months and days out of range
// do not panic: they count on, as in time.Date.
func (d Date) unixDay() int {
	year := d.Year + floorDiv(d.Month-1, 12)
	month := floorMod(d.Month-1, 12)
	return yearStart(year) + month*30 + min(month, 6) + d.Day - 1
}

// yearStart returns the day of 1 Farvardin as days since 1970-01-01.
func yearStart(year int) int {
	return epochDay + 365*(year-1) + floorDiv(8*year+21, 33)
}

func dateOfDay(day int) Date {
	year := 1 + floorDiv(33*(day-epochDay)+3, daysOfCycle)
	n := day - yearStart(year)
	if n < 6*31 {
		return Date{year, 1 + n/31, 1 + n%31}
	}
	n -= 6 * 31
	return Date{year, 7 + n/30, 1 + n%30}
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int) int { return a - b*floorDiv(a, b) }

// localTime returns the instant at which clocks in loc show the date and time
// that wall shows in UTC. Of an hour that comes twice it takes the first; a
// time that a jump of the clock leaves out is read as if the clock had not
// jumped yet, so 0:30 on a morning that began at 1:00 is 1:30.
func localTime(wall time.Time, loc *time.Location) time.Time {
	_, before := wall.Add(-24 * time.Hour).In(loc).Zone()
	_, after := wall.Add(24 * time.Hour).In(loc).Zone()
	first := wall.Add(-time.Duration(before) * time.Second).In(loc)
	if _, offset := first.Zone(); offset == before || before == after {
		return first
	}
	second := wall.Add(-time.Duration(after) * time.Second).In(loc)
	if _, offset := second.Zone(); offset == after {
		return second
	}
	return first
}

// Tehran returns the time zone Asia/Tehran, with its summers of +04:30 before
// 1402. It needs the time zone database, of the system or embedded in the
// program (cmd imports time/tzdata); without one it panics at its first call,
// since every time on every page would be wrong.
func Tehran() *time.Location { return loadTehran() }

var loadTehran = sync.OnceValue(func() *time.Location {
	loc, err := time.LoadLocation("Asia/Tehran")
	if err != nil {
		panic("persian: no time zone database: " + err.Error())
	}
	return loc
})
