package persian

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	const (
		minute = "2021-11-25T16:12:00+03:30"
		second = "2021-11-25T16:12:05+03:30"
		half   = "2021-11-25T16:30:00+03:30"
		day    = "2021-11-25"
	)
	tests := []struct{ in, want string }{
		// A day, a month's name and a clock, in every order.
		{"۱۶:۱۲ ۰۴ آذر ۱۴۰۰", minute},
		{"۰۴ آذر ۱۴۰۰ - ۱۶:۱۲", minute},
		{"۰۴ آذر ۱۴۰۰ ۱۶:۱۲", minute},
		{"۴ آذر ۱۴۰۰ | ۱۶:۱۲", minute},
		{"۴ آذر ۱۴۰۰ – ۱۶:۱۲", minute},
		{"۴ آذر ۱۴۰۰،‏ ۱۶:۱۲", minute},
		{"[۱۶:۱۲] (۴ آذر ۱۴۰۰)", minute},
		{"پنجشنبه ۴ آذر ۱۴۰۰ ساعت ۱۶:۱۲", minute},
		{"پنج‌شنبه، ۰۴ آذر ۱۴۰۰، ۱۶:۱۲:۰۵", second},
		{"پنج شنبه ۴ آذرماه ۱۴۰۰ - ۱۶ : ۱۲", minute},
		{"پنجشنبه، ۴ آذر ماه سال ۱۴۰۰ هجری شمسی ساعت ۱۶:۱۲ به وقت تهران", minute},
		{"در تاریخ ۴ آذر ۱۴۰۰ و در ساعت ۱۶:۱۲", minute},
		{"ساعت ۱۶ و ۱۲ دقیقه ۴ آذر ۱۴۰۰", minute},
		{"04-آذر-1400", day},
		{"4آذر1400", day},
		{"آذر ۴، ۱۴۰۰", day},
		{"4 azar 1400", day},
		// Labels and other calendars beside.
		{"تاریخ انتشار: ۰۴ آذر ۱۴۰۰ - ۱۶:۱۲", minute},
		{"تاریخ انتشار : ۱۶:۱۲ - ۱۴۰۰/۰۹/۰۴", minute},
		{"آخرین به‌روزرسانی خبر: ۴ آذر ۱۴۰۰ ساعت: ۱۶:۱۲", minute},
		{"منتشر شده در ۴ آذر ۱۴۰۰", day},
		{"خبرگزاری نمونه: ۴ آذر ۱۴۰۰", day},
		{"پنجشنبه ۴ آذر ۱۴۰۰ - ۱۹ ربيع الثاني ۱۴۴۳ - ۲۵ نوامبر ۲۰۲۱", day},
		{"۱۹ ربیع‌الثانی ۱۴۴۳ | ۱۴۰۰/۰۹/۰۴ | 2021-11-25", day},
		// Spellings and scripts.
		{"٤ آذر ١٤٠٠ ١٦:١٢", minute},
		{"۴ اذر ۱۴۰۰", day},
		{"4 ارديبهشت 1400", "2021-04-24"},
		{"١٠ دي ١٤٠٠", "2021-12-31"},
		{"۱۰ دی‌ماه ۱۴۰۰", "2021-12-31"},
		{"سه‌شنبه ۱۱ خرداد ۱۴۰۰", "2021-06-01"},
		{"سه شنبه ۱۱ خرداد ۱۴۰۰", "2021-06-01"},
		{"چهارم آذر ۱۴۰۰", day},
		{"۴ام آذر ۱۴۰۰", day},
		{"اول مهرماه ۱۴۰۰", "2021-09-23"},
		{"بیست‌ودوم بهمن ۱۳۵۷", "1979-02-11"},
		{"بیست و دوم بهمن ۱۳۵۷", "1979-02-11"},
		{"سی‌ام آذر ۱۴۰۰", "2021-12-21"},
		{"سی و یکم شهریور ۱۳۵۹", "1980-09-22"},
		{"۴ قوس ۱۴۰۰ ۱۶:۱۲", minute},
		{"۲۴ اسد ۱۴۰۰", "2021-08-15"},
		{"۱ جدی ۱۴۰۰", "2021-12-22"},
		// Numbers.
		{"۱۴۰۰/۰۹/۰۴ ۱۶:۱۲", minute},
		{"۱۴۰۰/۹/۴،‏ ۱۶:۱۲:۰۵", second},
		{"۱۶:۱۲ - ۱۴۰۰/۰۹/۰۴", minute},
		{"16:12 -1400/09/04", minute},
		{"16:12-1400/09/04", minute},
		{"۱۴۰۰-۰۹-۰۴", day},
		{"1400.09.04", day},
		{"۱۴۰۰ / ۰۹ / ۰۴", day},
		{"۰۴/۰۹/۱۴۰۰", day},
		{"1400-09-04T16:12:05", second},
		{"25/11/2021 16:12", minute},
		{"2021/11/25", day},
		// Years of two digits.
		{"۰۰/۰۹/۰۴", day},
		{"۴ آذر ۰۰", day},
		{"۴ آذر ۹۹", "2020-11-24"},
		{"۵۰/۰۱/۰۱", "1971-03-21"},
		{"49/01/01", "2070-03-20"},
		{"25 Nov 21", day},
		// Halves of the day.
		{"۴:۳۰ بعد از ظهر ۴ آذر ۱۴۰۰", half},
		{"۴ آذر ۱۴۰۰ ۰۴:۳۰ ب.ظ", half},
		{"۴ آذر ۱۴۰۰ ساعت ۴:۳۰ بعدازظهر", half},
		{"۴ آذر ۱۴۰۰ - ۱۶:۳۰ عصر", half},
		{"25 November 2021 4:30 PM", half},
		{"۴ آذر ۱۴۰۰، ۱۰ صبح", "2021-11-25T10:00:00+03:30"},
		{"۴ آذر ۱۴۰۰ ۱۰:۱۵ ق.ظ.", "2021-11-25T10:15:00+03:30"},
		{"۴ آذر ۱۴۰۰ ۱۲ ظهر", "2021-11-25T12:00:00+03:30"},
		{"۴ آذر ۱۴۰۰ ۱۲:۱۰ بعد از ظهر", "2021-11-25T12:10:00+03:30"},
		{"۴ آذر ۱۴۰۰ ۱۲:۱۰ بامداد", "2021-11-25T00:10:00+03:30"},
		{"۴ آذر ۱۴۰۰ ۱۰ شب", "2021-11-25T22:00:00+03:30"},
		{"۴ آذر ۱۴۰۰ ۱ نیمه شب", "2021-11-25T01:00:00+03:30"},
		{"صبح پنجشنبه ۴ آذر ۱۴۰۰", day},
		// Gregorian and the forms of machines.
		{"۲۵ نوامبر ۲۰۲۱", day},
		{"پنجشنبه ۲۵ نوامبر ۲۰۲۱ - ۱۶:۱۲", minute},
		{"۷ ژانویه ۲۰۲۰", "2020-01-07"},
		{"۱ مه ۲۰۲۰", "2020-05-01"},
		{"25 نوفمبر 2021", day},
		{"November 25, 2021", day},
		{"25th of November 2021", day},
		{"2021-11-25", day},
		{"2021-11-25T16:12:00", minute},
		{"2021-11-25 16:12:05", second},
		{"2021-11-25T16:12", minute},
		{"2021-11-25T12:42:00Z", minute},
		{"2021-11-25T12:42:00.000Z", minute},
		{"2021-11-25t16:12:00+03:30", minute},
		{"2021-11-25T16:12:00+0330", minute},
		{"2021-11-25T07:42:00-05:00", minute},
		{"2021-11-25T07:42-05", minute},
		{"2021-11-25 16:12:00 +0330", minute},
		{"2021-11-25T16:12:05.250+03:30", "2021-11-25T16:12:05.25+03:30"},
		{"Thu, 25 Nov 2021 16:12:00 +0330", minute},
		{"Thu, 25 Nov 2021 12:42:00 GMT", minute},
		{"Thu Nov 25 2021 16:12:00 GMT+0330 (Iran Standard Time)", minute},
		{"2021-11-25 16:12 UTC+3:30", minute},
		{"Thu, 25 Nov 2021 22:00:00 GMT", "2021-11-26T01:30:00+03:30"}, // the weekday is that of the text
		// Summers before 1402, and the hours that the clock skipped or repeated.
		{"۱۲:۰۰ ۱ تیر ۱۴۰۰", "2021-06-22T12:00:00+04:30"},
		{"۱۲:۰۰ ۱ تیر ۱۴۰۲", "2023-06-22T12:00:00+03:30"},
		{"۲ فروردین ۱۴۰۰", "2021-03-22T01:00:00+04:30 day"},
		{"۰۰:۳۰ ۲ فروردین ۱۴۰۰", "2021-03-22T01:30:00+04:30"},
		{"۲۳:۳۰ ۳۰ شهریور ۱۴۰۰", "2021-09-21T23:30:00+04:30"},
		{"۰۰:۰۰ ۳۱ شهریور ۱۴۰۰", "2021-09-22T00:00:00+03:30"},
		{"۳۰ اسفند ۱۴۰۳", "2025-03-20"},
	}
	for _, tt := range tests {
		m, err := ParseTime(tt.in)
		if err != nil {
			t.Errorf("ParseTime(%q): %v", tt.in, err)
			continue
		}
		got := m.Time.Format(time.RFC3339Nano)
		if !m.HasClock {
			if len(tt.want) == len(time.DateOnly) {
				got = strings.TrimSuffix(m.Time.Format("2006-01-02 15:04:05"), " 00:00:00")
				got = strings.TrimSuffix(got, " 01:00:00") // a day that began with a jump
			} else {
				got += " day"
			}
		}
		if got != tt.want {
			t.Errorf("ParseTime(%q) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestParseTimeSaysWhatItDidNotUnderstand(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", "no complete date"},
		{"۱۶:۱۲", "no complete date"},
		{"۱۹ ربیع‌الثانی ۱۴۴۳", "only a lunar date"},
		{"دیروز", `unknown word "دیروز"`},
		{"۴ آذر", "no year"},
		{"۴ آذر ۱۶:۱۲", "no year"},
		{"آذر ۱۴۰۰", "no day"},
		{"۳۱ مهر ۱۴۰۰", "no day 1400-07-31"},
		{"۳۰ اسفند ۱۴۰۰", "no day 1400-12-30"},
		{"۳۰ اسفند ۱۴۰۴", "no day 1404-12-30"},
		{"۰ آذر ۱۴۰۰", "no day 1400-09-00"},
		{"۱۴۰۰/۱۳/۰۱", "no day 1400-13-01"},
		{"99/07/31", "no day 1399-07-31"},
		{"29 February 2021", "no day 2021-02-29"},
		{"11/25/2021", "no day 2021-25-11"},
		{"۲۵:۰۰ ۴ آذر ۱۴۰۰", "no time 25:00"},
		{"۲۴:۰۰ ۴ آذر ۱۴۰۰", "no time 24:00"},
		{"۱۶:۶۰ ۴ آذر ۱۴۰۰", "no time 16:60"},
		{"۱۶:۵ ۴ آذر ۱۴۰۰", "two digits"},
		{"۱۶:۱۲ صبح ۴ آذر ۱۴۰۰", "part of the day"},
		{"۴ آذر ۲۰۲۱", `year "2021"`},
		{"۲۵ نوامبر ۱۴۰۰", `year "1400"`},
		{"۱۵۰۰/۰۱/۰۱", `year "1500"`},
		{"جمعه ۴ آذر ۱۴۰۰", "is a Thursday, not a Friday"},
		{"۴ آذر ۱۴۰۰ - ۲۶ نوامبر ۲۰۲۱", "two different dates"},
		{"۴ آذر ۱۴۰۰ ۱۶:۱۲ ۱۷:۱۲", "two times of day"},
		{"کد خبر: ۱۲۳۴۵۶ - ۴ آذر ۱۴۰۰", `number "123456"`},
		{"۴ آذر ۱۴۰۰ نوشتهٔ علی", `unknown word "نوشته"`},
		{"2021-11-25T16:12:00+15:00", "offset of 15:00"},
		{strings.Repeat("۴", 400), "too long"},
	}
	for _, tt := range tests {
		m, err := ParseTime(tt.in)
		if !errors.Is(err, ErrTime) {
			t.Errorf("ParseTime(%q) = %s, %v", tt.in, m.Time, err)
			continue
		}
		if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ParseTime(%q): %q does not say %q", tt.in, err, tt.want)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	f.Add("پنج‌شنبه، ۰۴ آذر ۱۴۰۰، ۱۶:۱۲:۰۵ ب.ظ", int64(1637844120))
	f.Add("2021-11-25T16:12:00.123-03:30 ۱۹ ربیع‌الثانی", int64(1616362200))
	f.Add("بیست و دوم بهمن ماه سال ۵۷ ساعت ۱۲ و ۵ دقیقه", int64(-1e9))
	f.Fuzz(func(t *testing.T, s string, unix int64) {
		if m, err := ParseTime(s); err == nil {
			if d := tehranDate(m.Time); d.Year < 1170 || d.Year > 1600 {
				t.Errorf("ParseTime(%q) = %s", s, m.Time)
			}
		} else if !errors.Is(err, ErrTime) {
			t.Errorf("ParseTime(%q): %v", s, err)
		}
		at := time.Unix(unix%3_000_000_000, 0).Truncate(time.Minute)
		again, err := ParseTime(Stamp(at))
		if err != nil || Stamp(again.Time) != Stamp(at) {
			t.Errorf("%s is printed %s and read %s, %v", at, Stamp(at), again.Time, err)
		}
		if long, err := ParseTime(LongDate(at)); err != nil || tehranDate(long.Time) != tehranDate(at) {
			t.Errorf("%s is printed %s and read %s, %v", at, LongDate(at), long.Time, err)
		}
	})
}
