package persian

import (
	"fmt"
	"time"
)

var monthNames = [...]string{
	"فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
}

var weekdayNames = [...]string{
	time.Sunday: "یکشنبه", time.Monday: "دوشنبه", time.Tuesday: "سه‌شنبه", time.Wednesday: "چهارشنبه",
	time.Thursday: "پنجشنبه", time.Friday: "جمعه", time.Saturday: "شنبه",
}

// MonthName returns the name of the Jalali month m, 1 for فروردین; it is empty
// for a number outside 1 to 12.
func MonthName(m int) string {
	if m < 1 || m > 12 {
		return ""
	}
	return monthNames[m-1]
}

// WeekdayName returns the Persian name of a day of the week; it is empty for
// a number that is none.
func WeekdayName(d time.Weekday) string {
	if d < time.Sunday || d > time.Saturday {
		return ""
	}
	return weekdayNames[d]
}

// Stamp returns t as it stands under a comment: ۱۶:۱۲ ۰۴ آذر ۱۴۰۰, Tehran
// time, with two digits for the day.
func Stamp(t time.Time) string {
	d := tehranDate(t)
	return Clock(t) + Digits(fmt.Sprintf(" %02d %s %d", d.Day, MonthName(d.Month), d.Year))
}

// LongDate returns the day of t in Tehran: پنجشنبه ۴ آذر ۱۴۰۰.
func LongDate(t time.Time) string {
	return WeekdayName(tehranDate(t).Weekday()) + " " + ShortDate(t)
}

// ShortDate returns the day of t in Tehran: ۴ آذر ۱۴۰۰.
func ShortDate(t time.Time) string {
	d := tehranDate(t)
	return Digits(fmt.Sprintf("%d %s %d", d.Day, MonthName(d.Month), d.Year))
}

// NumericDate returns the day of t in Tehran: ۱۴۰۰/۰۹/۰۴.
func NumericDate(t time.Time) string {
	d := tehranDate(t)
	return Digits(fmt.Sprintf("%04d/%02d/%02d", d.Year, d.Month, d.Day))
}

// Clock returns the time of day of t in Tehran: ۱۶:۱۲.
func Clock(t time.Time) string { return Digits(t.In(Tehran()).Format("15:04")) }

func tehranDate(t time.Time) Date { return DateOf(t.In(Tehran())) }

// Relative returns how long before or after now t is, as one says it: لحظاتی
// پیش, ۵ دقیقه پیش, ۲ ساعت پیش, دیروز, ۳ روز پیش, and for the future تا ۲ ساعت
// دیگر, فردا, تا ۳ روز دیگر; from seven days on, either way, the date as in
// ShortDate. Hours are said within the day of now in Tehran, and across
// midnight up to twelve of them; beyond that days are counted by the calendar.
func Relative(t, now time.Time) string {
	gap, future := now.Sub(t), t.After(now)
	if future {
		gap = t.Sub(now) // not -gap, which overflows for times that are far apart
	}
	days := tehranDate(now).unixDay() - tehranDate(t).unixDay()
	if days < 0 {
		days = -days
	}
	switch {
	case gap < time.Minute:
		return direction("لحظاتی", future)
	case gap < time.Hour:
		return direction(Number(int64(gap/time.Minute))+" دقیقه", future)
	case days == 0 || gap < 12*time.Hour:
		return direction(Number(int64(gap/time.Hour))+" ساعت", future)
	case days == 1 && future:
		return "فردا"
	case days == 1:
		return "دیروز"
	case days < 7:
		return direction(Number(int64(days))+" روز", future)
	}
	return ShortDate(t)
}

func direction(span string, future bool) string {
	if future {
		return "تا " + span + " دیگر"
	}
	return span + " پیش"
}
