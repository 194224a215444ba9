package persian

import (
	"errors"
	"strings"
	"time"
)

type calendar int

const (
	anyCalendar calendar = iota
	jalaliCalendar
	gregorianCalendar
	lunarCalendar
)

// monthOf is a month of a calendar, 1 to 12.
type monthOf struct {
	kind calendar
	n    int
}

// monthNamesOf lists the names of the months as they are met in print, each
// row from the first month to the twelfth.
var monthNamesOf = []struct {
	kind  calendar
	names string
}{
	{jalaliCalendar, "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند"},
	{jalaliCalendar, "حمل ثور جوزا سرطان اسد سنبله میزان عقرب قوس جدی دلو حوت"}, // Afghanistan
	{jalaliCalendar, "farvardin ordibehesht khordad tir mordad shahrivar mehr aban azar dey bahman esfand"},
	{jalaliCalendar, "_ _ _ _ امرداد _ _ _ _ _ _ اسپند"},
	{gregorianCalendar, "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر"},
	{gregorianCalendar, "_ _ _ آپریل می جون جولای آگوست _ اکتوبر _ _"},
	{gregorianCalendar, "جنوری فبروری مارچ اپریل _ _ جولای اگست سپتمبر _ نومبر دسمبر"}, // Afghanistan
	{gregorianCalendar, "یناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"},
	{gregorianCalendar, "january february march april may june july august september october november december"},
	{gregorianCalendar, "jan feb mar apr _ jun jul aug sep oct nov dec"},
	{gregorianCalendar, "_ _ _ _ _ _ _ _ sept _ _ _"},
	{lunarCalendar, "محرم صفر ربیع‌الاول ربیع‌الثانی جمادی‌الاول جمادی‌الثانی رجب شعبان رمضان شوال ذیقعده ذیحجه"},
	{lunarCalendar, "_ _ ربیع‌الأولى ربیع‌الآخر جمادی‌الاولی جمادی‌الثانیه _ _ _ _ ذی‌القعده ذی‌الحجه"},
	{lunarCalendar, "_ _ _ _ _ جمادی‌الآخر _ _ _ _ ذوالقعده ذوالحجه"},
	{lunarCalendar, "_ _ _ _ _ جمادی‌الآخره _ _ _ _ ذی‌قعده ذی‌حجه"},
}

// monthWords has the folded names; those of two words stand in it joined by a
// half-space, which is nothing, and joined by a space.
var monthWords = func() map[string]monthOf {
	words := map[string]monthOf{}
	for _, row := range monthNamesOf {
		for i, name := range strings.Fields(row.names) {
			if name != "_" {
				words[Fold(name)] = monthOf{row.kind, i + 1}
				words[Fold(strings.ReplaceAll(name, "\u200c", " "))] = monthOf{row.kind, i + 1}
			}
		}
	}
	return words
}()

var weekdayWords = func() map[string]time.Weekday {
	words := map[string]time.Weekday{"ادینه": time.Friday, "thur": time.Thursday, "thurs": time.Thursday, "tues": time.Tuesday}
	for d := time.Sunday; d <= time.Saturday; d++ {
		words[Fold(WeekdayName(d))] = d
		words[Fold(d.String())] = d
		words[Fold(d.String()[:3])] = d
	}
	return words
}()

// dayEndings follow a day written in digits: ۴ام, 4th.
var dayEndings = map[string]bool{"ام": true, "م": true, "th": true, "st": true, "nd": true, "rd": true}

// zoneWords name UTC.
var zoneWords = map[string]bool{"z": true, "utc": true, "gmt": true, "گرینویچ": true}

// noiseWords stand around dates and say nothing about them.
var noiseWords = wordSet("ساعت روز تاریخ زمان مورخ مورخه در و به از وقت تهران ایران انتشار منتشر شده درج ثبت ارسال آخرین به‌روزرسانی بروزرسانی خبر سال ماه دقیقه ثانیه شمسی خورشیدی هجری ه ش هش م میلادی ق " +
	"on at iran standard daylight time irst irdt")

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[Fold(word)] = true
	}
	return set
}

// halfOfDay is what a word beside a clock says of its twelve hours.
type halfOfDay int

const (
	noHalf  halfOfDay = iota
	morning           // 12 is midnight, up to 11:59
	noon              // 10 and 11 stay, 12 is noon, 1 to 3 are afternoon
	evening           // 12 is noon, 1 to 11 are after it
	night             // 12 is midnight, 1 to 5 are after it, 6 to 11 before it
)

var halfWords = map[string]halfOfDay{
	"صبح": morning, "بامداد": morning, "قبلازظهر": morning, "پیشازظهر": morning, "ق.ظ": morning, "قظ": morning, "am": morning, "a.m": morning,
	"ظهر": noon, "نیمروز": noon,
	"عصر": evening, "بعدازظهر": evening, "پسازظهر": evening, "ب.ظ": evening, "بظ": evening, "pm": evening, "p.m": evening, "غروب": evening,
	"شب": night, "نیمهشب": night,
}

// apply turns the clock of a twelve-hour day into one of twenty-four. A clock
// that says more than twelve must agree with the word beside it.
func (h halfOfDay) apply(clock time.Duration) (time.Duration, error) {
	const half = 12 * time.Hour
	hour := int(clock / time.Hour)
	switch {
	case h == noHalf,
		h == morning && hour < 12,
		h == noon && hour >= 10 && hour <= 15,
		h == evening && hour >= 12,
		h == night && (hour < 6 || hour >= 18):
		return clock, nil
	case (h == morning || h == night) && hour == 12:
		return clock - half, nil
	case h == noon && hour >= 1 && hour <= 3,
		h == evening && hour >= 1,
		h == night && hour >= 6 && hour < 12:
		return clock + half, nil
	}
	return 0, errors.New("the hour does not belong to that part of the day")
}

// ordinals are the days of a month as words.
var ordinals = func() map[string]int {
	words := map[string]int{"اول": 1, "یکم": 1, "هیجدهم": 18, "سیام": 30, "بیستویکم": 21, "سیویکم": 31}
	for i, word := range strings.Fields("_ دوم سوم چهارم پنجم ششم هفتم هشتم نهم دهم یازدهم دوازدهم سیزدهم چهاردهم پانزدهم شانزدهم هفدهم هجدهم نوزدهم بیستم") {
		if i == 0 {
			continue
		}
		words[word] = i + 1
		if i < 9 {
			words["بیستو"+word] = 21 + i
		}
	}
	return words
}()
