package persian

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Moment is a time that was read from text, in Tehran time. HasClock is false
// when the text named a day only; Time is then the start of that day.
type Moment struct {
	Time     time.Time
	HasClock bool
}

// ErrTime is wrapped by every error of [ParseTime]; the error's text says what
// was not understood.
var ErrTime = errors.New("time not understood")

// longestTime is the longest text, in bytes, that can be a time with a label.
const longestTime = 300

// ParseTime reads a date, with or without a time of day, in the forms that
// Iranian and Afghan news sites, their feeds and their exports print. The
// words may come in any order and in any spelling that [Fold] makes equal:
//
//	۱۶:۱۲ ۰۴ آذر ۱۴۰۰          ۰۴ آذر ۱۴۰۰ - ۱۶:۱۲        ۱۴۰۰/۰۹/۰۴ ۱۶:۱۲:۰۵
//	پنج‌شنبه، ۴ آذرماه ۱۴۰۰، ساعت ۴:۳۰ بعد از ظهر           چهارم قوس ۱۴۰۰
//	تاریخ انتشار: ۰۴/۰۹/۱۴۰۰    ۲۵ نوامبر ۲۰۲۱             ۴ آذر ۹۹
//	2021-11-25T16:12:00Z       Thu, 25 Nov 2021 16:12:00 +0330
//
// The rules where forms are ambiguous:
//   - Three numbers are year/month/day, or day/month/year when the last has
//     four digits; never month first.
//   - A year of two digits is 1350 to 1399 or 1400 to 1449 (1950 to 2049 with
//     a Gregorian month), and stands first in a date of numbers alone.
//   - Four digits from 1200 to 1499 are a Jalali year and from 1800 to 2199 a
//     Gregorian one; a month's name must agree with them.
//   - Without an offset the time is Tehran's. Of an hour that came twice the
//     first is taken; a time that a jump of the clock left out is read as if
//     the clock had not jumped yet.
//   - The same day may be given twice, in both calendars; a date with a month
//     of the lunar calendar is passed over.
//   - Words before a colon are a label. Other unknown words, numbers that are
//     left over, a day that does not exist and a weekday that does not belong
//     to the date are errors; nothing is rolled over.
//
// Every error wraps [ErrTime].
func ParseTime(s string) (Moment, error) {
	if len(s) > longestTime {
		return Moment{}, fmt.Errorf("%w: %d bytes are too long for a time", ErrTime, len(s))
	}
	p := timeParser{toks: splitTime(Fold(s))}
	m, err := p.parse()
	if err != nil {
		return Moment{}, fmt.Errorf("%w: %w in %q", ErrTime, err, CleanLine(s))
	}
	return m, nil
}

// timeParser walks over the tokens of a text once and collects what it finds.
type timeParser struct {
	toks []timeToken
	at   int

	days     []int // days since 1970-01-01, one for each date found
	lunar    bool
	weekday  time.Weekday
	hasDay   bool
	clock    time.Duration
	hasClock bool
	half     halfOfDay
	offset   int // seconds east of UTC
	hasZone  bool
	iso      bool // a T stood before the clock
}

func (p *timeParser) parse() (Moment, error) {
	steps := []func() (bool, error){
		p.readClock, p.readNumericDate, p.readWordDate, p.readHour, p.readHalf, p.readZone, p.readWeekday, p.readNoise,
	}
next:
	for p.at < len(p.toks) {
		for _, step := range steps {
			done, err := step()
			if err != nil {
				return Moment{}, err
			}
			if done {
				continue next
			}
		}
		if t := p.tok(0); t.kind == numberToken {
			return Moment{}, fmt.Errorf("number %q is neither part of a date nor of a time of day", t.text)
		}
		return Moment{}, fmt.Errorf("unknown word %q", p.tok(0).text)
	}
	return p.moment()
}

// moment puts together what was found.
func (p *timeParser) moment() (Moment, error) {
	switch {
	case len(p.days) == 0 && p.lunar:
		return Moment{}, errors.New("only a lunar date")
	case len(p.days) == 0:
		return Moment{}, errors.New("no complete date")
	}
	for _, day := range p.days[1:] {
		if day != p.days[0] {
			return Moment{}, errors.New("two different dates")
		}
	}
	wall := time.Unix(int64(p.days[0])*secondsOfDay, 0).UTC()
	if p.hasDay && wall.Weekday() != p.weekday {
		return Moment{}, fmt.Errorf("the date is a %s, not a %s", wall.Weekday(), p.weekday)
	}
	if !p.hasClock {
		return Moment{Time: dateOfDay(p.days[0]).Time(Tehran())}, nil
	}
	clock, err := p.half.apply(p.clock)
	if err != nil {
		return Moment{}, err
	}
	wall = wall.Add(clock)
	if p.hasZone {
		return Moment{Time: wall.Add(-time.Duration(p.offset) * time.Second).In(Tehran()), HasClock: true}, nil
	}
	return Moment{Time: localTime(wall, Tehran()), HasClock: true}, nil
}

// tok returns the token i places ahead; past the end it is the zero token.
func (p *timeParser) tok(i int) timeToken {
	if p.at+i >= len(p.toks) {
		return timeToken{}
	}
	return p.toks[p.at+i]
}

// readClock reads 16:12, 16:12:05 and 16:12:05.123.
func (p *timeParser) readClock() (bool, error) {
	hour, minute := p.tok(0), p.tok(2)
	if !hour.isNumber(1, 2) || !p.tok(1).is(":") || !minute.isNumber(1, 2) {
		return false, nil
	}
	n, second, nanos := 3, timeToken{}, time.Duration(0)
	if p.tok(3).is(":") && p.tok(4).isNumber(1, 2) {
		second, n = p.tok(4), 5
		fraction := p.tok(6)
		if (p.tok(5).is(".") || p.tok(5).is(",")) && fraction.isNumber(1, 9) && !fraction.spaced && (p.iso || len(fraction.text) >= 3) {
			nanos, n = fraction.fraction(), 7
		}
	}
	if len(minute.text) != 2 || n > 3 && len(second.text) != 2 {
		return false, fmt.Errorf("minutes and seconds have two digits, not as in %s:%s", hour.text, minute.text)
	}
	p.at += n
	return true, p.setClock(hour.n, minute.n, second.n, nanos)
}

func (p *timeParser) setClock(hour, minute, second int, nanos time.Duration) error {
	if p.hasClock {
		return errors.New("two times of day")
	}
	if hour > 23 || minute > 59 || second > 59 {
		return fmt.Errorf("there is no time %d:%02d:%02d", hour, minute, second)
	}
	p.hasClock = true
	p.clock = time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second + nanos
	return nil
}

// readHour reads an hour without minutes: ساعت ۱۶, ساعت ۱۶ و ۱۲ دقیقه, ۱۰ صبح.
func (p *timeParser) readHour() (bool, error) {
	i := 0
	if p.tok(0).is("ساعت") {
		i = 1
	}
	hour := p.tok(i)
	if !hour.isNumber(1, 2) || p.tok(i+1).is(":") {
		return false, nil
	}
	if i == 0 {
		if _, n := p.halfAt(1); n == 0 {
			return false, nil
		}
	}
	minute, n := 0, i+1
	if p.tok(n).is("و") && p.tok(n+1).isNumber(1, 2) && p.tok(n+2).is("دقیقه") {
		minute, n = p.tok(n+1).n, n+3
	}
	p.at += n
	return true, p.setClock(hour.n, minute, 0, 0)
}

// readNumericDate reads three numbers with one and the same sign between them.
func (p *timeParser) readNumericDate() (bool, error) {
	a, b, c := p.tok(0), p.tok(2), p.tok(4)
	sign := p.tok(1)
	if !sign.is("/") && !sign.is("-") && !sign.is(".") || !p.tok(3).is(sign.text) {
		return false, nil
	}
	if !a.isNumber(1, 4) || !b.isNumber(1, 2) || !c.isNumber(1, 4) {
		return false, nil
	}
	year, day := a, c
	if len(c.text) == 4 {
		year, day = c, a
	}
	if !day.isNumber(1, 2) {
		return false, fmt.Errorf("no day and month beside the year in %s%s%s%s%s", a.text, sign.text, b.text, sign.text, c.text)
	}
	y, kind, err := yearOf(year, anyCalendar)
	if err != nil {
		return false, err
	}
	p.at += 5
	return true, p.addDate(kind, y, b.n, day.n)
}

// readWordDate reads a date with the name of a month: day month year, or as in
// English month day year.
func (p *timeParser) readWordDate() (bool, error) {
	i := 0
	dayFirst := p.tok(0).isNumber(1, 2)
	day := p.tok(0)
	if dayFirst {
		i++
		if dayEndings[p.tok(i).text] {
			i++
		}
		i += p.signs(i)
		if p.tok(i).is("of") {
			i++
		}
	}
	month, n := p.monthAt(i)
	if n == 0 {
		return false, nil
	}
	i += n
	if !dayFirst {
		day = p.tok(i)
		if !day.isNumber(1, 2) || p.tok(i+1).is(":") {
			return false, fmt.Errorf("no day beside the month %q", p.tok(0).text)
		}
		i++
		if dayEndings[p.tok(i).text] {
			i++
		}
	}
	i += p.signs(i)
	if p.tok(i).is("سال") {
		i++
	}
	year := p.tok(i)
	if year.kind != numberToken || p.tok(i+1).is(":") {
		return false, errors.New("no year beside the day and the month")
	}
	p.at += i + 1
	if month.kind == lunarCalendar {
		p.lunar = true
		return true, nil
	}
	y, kind, err := yearOf(year, month.kind)
	if err != nil {
		return false, err
	}
	return true, p.addDate(kind, y, month.n, day.n)
}

// signs counts the signs at token i that may stand within a date.
func (p *timeParser) signs(i int) int {
	n := 0
	for p.tok(i+n).kind == signToken && strings.Contains("-/.،,", p.tok(i+n).text) && n < 2 {
		n++
	}
	return n
}

// monthAt returns the month whose name begins at token i, and the number of
// tokens that the name takes; 0 when there is none.
func (p *timeParser) monthAt(i int) (monthOf, int) {
	name := p.tok(i)
	if name.kind != wordToken {
		return monthOf{}, 0
	}
	n := 1
	month, ok := monthWords[name.text+" "+p.tok(i+1).text]
	if ok {
		n = 2
	} else if month, ok = monthWords[name.text]; !ok {
		if month, ok = monthWords[strings.TrimSuffix(name.text, "ماه")]; !ok {
			return monthOf{}, 0
		}
	}
	if p.tok(i + n).is("ماه") {
		n++
	}
	return month, n
}

// addDate notes a date, or says why there is no such day.
func (p *timeParser) addDate(kind calendar, year, month, day int) error {
	if kind == jalaliCalendar {
		d := Date{year, month, day}
		if !d.Valid() {
			return fmt.Errorf("there is no day %s", d)
		}
		p.days = append(p.days, d.unixDay())
		return nil
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Month() != time.Month(month) || t.Day() != day {
		return fmt.Errorf("there is no day %04d-%02d-%02d", year, month, day)
	}
	p.days = append(p.days, floorDiv(int(t.Unix()), secondsOfDay))
	return nil
}

// readWeekday reads پنجشنبه, پنج شنبه, Thu.
func (p *timeParser) readWeekday() (bool, error) {
	n := 1
	day, ok := weekdayWords[p.tok(0).text+p.tok(1).text]
	if ok && p.tok(1).kind == wordToken {
		n = 2
	} else if day, ok = weekdayWords[p.tok(0).text]; !ok {
		return false, nil
	}
	if p.hasDay && p.weekday != day {
		return false, errors.New("two different weekdays")
	}
	p.weekday, p.hasDay = day, true
	p.at += n
	return true, nil
}

// readHalf reads the half of the day: صبح, بعد از ظهر, pm.
func (p *timeParser) readHalf() (bool, error) {
	half, n := p.halfAt(0)
	if n == 0 {
		return false, nil
	}
	if p.half != noHalf && p.half != half {
		return false, errors.New("two different parts of the day")
	}
	p.half = half
	p.at += n
	return true, nil
}

// halfAt returns the half of the day named at token i and the number of its
// tokens; the longest name wins.
func (p *timeParser) halfAt(i int) (halfOfDay, int) {
	name, half, length := "", noHalf, 0
	for n := range 4 {
		t := p.tok(i + n)
		if t.kind == noToken {
			break
		}
		name += t.text
		if h, ok := halfWords[name]; ok {
			half, length = h, n+1
		}
	}
	return half, length
}

// readZone reads Z, UTC, GMT and offsets such as +03:30, behind a clock only.
func (p *timeParser) readZone() (bool, error) {
	t := p.tok(0)
	if !p.hasClock || p.hasZone && p.offset != 0 {
		return false, nil
	}
	if zoneWords[t.text] {
		p.hasZone, p.offset = true, 0
		p.at++
		return true, nil
	}
	hours, minutes, n := p.tok(1), timeToken{}, 2
	if !t.is("+") && !t.is("-") || hours.kind != numberToken || hours.spaced {
		return false, nil
	}
	// A hyphen also joins a clock to the date behind it.
	if t.is("-") && !p.iso && (!t.spaced && !p.hasZone || strings.Contains("/-.", p.tok(2).text) && p.tok(2).kind == signToken) {
		return false, nil
	}
	hour, minute := hours.n, 0
	switch {
	case len(hours.text) <= 2 && p.tok(2).is(":") && p.tok(3).isNumber(2, 2):
		minutes, n = p.tok(3), 4
		minute = minutes.n
	case len(hours.text) == 4:
		hour, minute = hours.n/100, hours.n%100
	case len(hours.text) > 2 || t.is("-") && !p.iso && !p.hasZone:
		return false, nil
	}
	if hour > 14 || minute > 59 {
		return false, fmt.Errorf("there is no offset of %d:%02d hours", hour, minute)
	}
	p.hasZone, p.offset = true, hour*3600+minute*60
	if t.is("-") {
		p.offset = -p.offset
	}
	p.at += n
	return true, nil
}

// readNoise passes over what carries no time: signs, the words that stand
// around dates, and labels that end in a colon.
func (p *timeParser) readNoise() (bool, error) {
	t := p.tok(0)
	switch {
	case t.kind == signToken:
		p.at++
		return true, nil
	case t.is("t") && len(p.days) > 0 && p.tok(1).isNumber(1, 2) && !p.tok(1).spaced:
		p.iso = true
		p.at++
		return true, nil
	case noiseWords[t.text]:
		p.at++
		return true, nil
	}
	for i := 0; p.tok(i).kind == wordToken; i++ {
		if p.tok(i + 1).is(":") {
			p.at += i + 2
			return true, nil
		}
	}
	return false, nil
}

// yearOf reads a year; want says which calendar the month belongs to.
func yearOf(t timeToken, want calendar) (int, calendar, error) {
	switch {
	case len(t.text) == 2 && want == gregorianCalendar:
		return 1950 + (t.n+50)%100, want, nil
	case len(t.text) == 2:
		return 1350 + (t.n+50)%100, jalaliCalendar, nil
	case len(t.text) == 4 && t.n >= 1200 && t.n <= 1499 && want != gregorianCalendar:
		return t.n, jalaliCalendar, nil
	case len(t.text) == 4 && t.n >= 1800 && t.n <= 2199 && want != jalaliCalendar:
		return t.n, gregorianCalendar, nil
	}
	return 0, want, fmt.Errorf("year %q", t.text)
}
