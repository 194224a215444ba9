package persian

import (
	"testing"
	"time"
)

func TestFormats(t *testing.T) {
	winter := time.Date(2021, 11, 25, 12, 42, 0, 0, time.UTC)
	summer := time.Date(2021, 6, 21, 20, 30, 0, 0, time.UTC) // 1:00 of the next day in Tehran
	tests := []struct{ name, got, want string }{
		{"Stamp", Stamp(winter), "۱۶:۱۲ ۰۴ آذر ۱۴۰۰"},
		{"Stamp in summer time", Stamp(summer), "۰۱:۰۰ ۰۱ تیر ۱۴۰۰"},
		{"LongDate", LongDate(winter), "پنجشنبه ۴ آذر ۱۴۰۰"},
		{"LongDate with a half-space", LongDate(summer), "سه‌شنبه ۱ تیر ۱۴۰۰"},
		{"ShortDate", ShortDate(winter), "۴ آذر ۱۴۰۰"},
		{"NumericDate", NumericDate(winter), "۱۴۰۰/۰۹/۰۴"},
		{"Clock", Clock(winter), "۱۶:۱۲"},
		{"String", DateOf(winter).String(), "1400-09-04"},
		{"MonthName", MonthName(1) + MonthName(12) + MonthName(0) + MonthName(13), "فروردیناسفند"},
		{"WeekdayName", WeekdayName(time.Saturday) + WeekdayName(-1) + WeekdayName(7), "شنبه"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}

func TestRelative(t *testing.T) {
	now := time.Date(2021, 11, 25, 16, 12, 0, 0, Tehran())
	at := func(day, hour, minute int) time.Time { return time.Date(2021, 11, day, hour, minute, 0, 0, Tehran()) }
	tests := []struct {
		t    time.Time
		want string
	}{
		{now, "لحظاتی پیش"},
		{now.Add(-59 * time.Second), "لحظاتی پیش"},
		{now.Add(-time.Minute), "۱ دقیقه پیش"},
		{now.Add(-59 * time.Minute), "۵۹ دقیقه پیش"},
		{at(25, 14, 0), "۲ ساعت پیش"},
		{at(25, 0, 5), "۱۶ ساعت پیش"},
		{at(24, 23, 0), "دیروز"},
		{at(24, 0, 0), "دیروز"},
		{at(23, 23, 59), "۲ روز پیش"},
		{at(19, 1, 0), "۶ روز پیش"},
		{at(18, 23, 0), "۲۷ آبان ۱۴۰۰"},
		{now.Add(30 * time.Second), "تا لحظاتی دیگر"},
		{now.Add(5 * time.Minute), "تا ۵ دقیقه دیگر"},
		{at(25, 18, 12), "تا ۲ ساعت دیگر"},
		{at(26, 3, 0), "تا ۱۰ ساعت دیگر"},
		{at(26, 20, 0), "فردا"},
		{at(28, 1, 0), "تا ۳ روز دیگر"},
		{at(2, 1, 0).AddDate(0, 1, 0), "۱۱ آذر ۱۴۰۰"},
		{time.Time{}, ShortDate(time.Time{})},
		{now.AddDate(2000, 0, 0), ShortDate(now.AddDate(2000, 0, 0))},
	}
	for _, tt := range tests {
		if got := Relative(tt.t, now); got != tt.want {
			t.Errorf("Relative(%s) = %q, want %q", tt.t, got, tt.want)
		}
	}
	night := at(26, 1, 0)
	if got, want := Relative(at(25, 23, 0), night), "۲ ساعت پیش"; got != want {
		t.Errorf("across midnight: %q, want %q", got, want)
	}
}
