package i18n

import (
	"fmt"
	"time"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Printer says everything in one language. Templates get one per request.
type Printer struct {
	bundle *Bundle
	lang   Lang
}

// Printer returns the printer of a language.
func (b *Bundle) Printer(lang Lang) Printer { return Printer{bundle: b, lang: lang} }

// Lang returns the language of the printer.
func (p Printer) Lang() Lang { return p.lang }

// Dir returns "rtl" or "ltr".
func (p Printer) Dir() string { return p.lang.Dir() }

// T is Bundle.T in the printer's language.
func (p Printer) T(key string, args ...any) string { return p.bundle.T(p.lang, key, args...) }

// N is Bundle.N in the printer's language.
func (p Printer) N(key string, n int64, args ...any) string {
	return p.bundle.N(p.lang, key, n, args...)
}

// Number writes n grouped by thousands: «۲۸٬۵۱۹» in Persian, "28,519" in English.
func (p Printer) Number(n int64) string { return number(p.lang, n) }

// Stamp writes hour and day as they stand in Tehran: «۱۶:۱۲ ۰۴ آذر ۱۴۰۰», in
// English "25 November 2021, 16:12".
func (p Printer) Stamp(t time.Time) string {
	if p.lang == FA {
		return persian.Stamp(t)
	}
	return t.In(persian.Tehran()).Format("2 January 2006, 15:04")
}

// LongDate writes the day in Tehran with its weekday: «پنجشنبه ۴ آذر ۱۴۰۰», in
// English "Thursday, 25 November 2021".
func (p Printer) LongDate(t time.Time) string {
	if p.lang == FA {
		return persian.LongDate(t)
	}
	return t.In(persian.Tehran()).Format("Monday, 2 January 2006")
}

// ShortDate writes the day in Tehran: «۴ آذر ۱۴۰۰», in English "25 November 2021".
func (p Printer) ShortDate(t time.Time) string {
	if p.lang == FA {
		return persian.ShortDate(t)
	}
	return t.In(persian.Tehran()).Format("2 January 2006")
}

// Span writes how long something took, in its largest unit that says enough: «۳ دقیقه».
func (p Printer) Span(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return p.N("span.seconds", int64(d/time.Second))
	case d < 2*time.Hour:
		return p.N("span.minutes", int64(d/time.Minute))
	case d < 48*time.Hour:
		return p.N("span.hours", int64(d/time.Hour))
	}
	return p.N("span.days", int64(d/(24*time.Hour)))
}

// Length writes how long something plays: minutes and seconds, behind hours where there are some; «۲:۰۵», "1:02:05".
func (p Printer) Length(d time.Duration) string {
	seconds := int(d.Round(time.Second).Seconds())
	text := fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
	if seconds >= 3600 {
		text = fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	}
	if p.lang == FA {
		return persian.Digits(text)
	}
	return text
}

// Weight writes bytes in kilobytes of a thousand, from ten million on in megabytes, from ten thousand million on in gigabytes; "" for none.
func (p Printer) Weight(bytes int64) string {
	switch {
	case bytes >= 10_000_000_000:
		return p.T("library.gb", p.Number(bytes/1_000_000_000))
	case bytes >= 10_000_000:
		return p.T("library.mb", p.Number(bytes/1_000_000))
	case bytes > 0:
		return p.T("library.kb", p.Number(max(1, bytes/1000)))
	}
	return ""
}

// List joins names as one reads them: «الف، ب و پ», "a, b and c".
func (p Printer) List(items []string) string {
	if len(items) == 0 {
		return ""
	}
	joined := items[0]
	for i, item := range items[1:] {
		if i == len(items)-2 {
			return p.T("common.list_pair", joined, item)
		}
		joined = p.T("common.list_more", joined, item)
	}
	return joined
}

// Name returns the name of a language in the printer's language, for a reader
// who chooses an edition.
func (p Printer) Name(lang Lang) string { return p.T("lang." + lang.String()) }
