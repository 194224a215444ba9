package suggest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// told makes the profile of an article that is so many hours older than noon.
func told(t *testing.T, p *Profiler, code news.Code, hours int, headline, body string) news.Profile {
	t.Helper()
	return news.Profile{Code: code, At: noon.Add(-time.Duration(hours) * time.Hour), Section: 1, Kind: news.KindNews, Words: p.Words(headline, "", body)}
}

// chosen is the list under the article with code 1.
func chosen(t *testing.T, profiles []news.Profile, most int) []news.Code {
	t.Helper()
	pool, err := NewPool(profiles)
	if err != nil {
		t.Fatal(err)
	}
	var list []news.Code
	for _, m := range pool.Choose(1, pool.Candidates(1, weighed), most) {
		list = append(list, m.Other)
	}
	return list
}

func TestOneEventHasTwoPlaces(t *testing.T) {
	p, err := NewProfiler()
	if err != nil {
		t.Fatal(err)
	}
	const quake = "زمین‌لرزهٔ کرمانشاه خانه‌های سرپل ذهاب و روستاها را ویران کرد و امدادگران هلال احمر چادر بردند"
	same := func(hours func(i int) int) []news.Profile {
		all := []news.Profile{told(t, p, 1, 0, "زمین‌لرزهٔ کرمانشاه ده‌ها زخمی داشت", "زخمی‌های زمین‌لرزهٔ کرمانشاه به بیمارستان رفتند؛ هلال احمر چادر برد"),
			told(t, p, 20, 30, "هلال احمر کمک مردمی می‌پذیرد", "هلال احمر برای کرمانشاه کمک نقدی می‌گیرد و حساب بانکی اعلام کرد"),
			told(t, p, 21, 40, "بیمارستان تازه در کرمانشاه ساخته می‌شود", "بیمارستان کرمانشاه سال آینده آماده می‌شود، وزیر بهداشت گفت")}
		for i := range 4 {
			all = append(all, told(t, p, news.Code(10+i), hours(i), "زمین‌لرزهٔ کرمانشاه", quake+fmt.Sprintf(" گزارش%d تازه%d", i, i)))
		}
		for i := range 30 { // of other matters, so that words are rare
			all = append(all, told(t, p, news.Code(100+i), i, fmt.Sprintf("مسابقهٔ شمارهٔ %d لیگ", i), "تیم‌ها بازی کردند و گل زدند"))
		}
		return all
	}
	event := func(code news.Code) bool { return code >= 10 && code < 20 }
	list := chosen(t, same(func(i int) int { return 1 + i }), 4)
	if len(list) != 4 || !event(list[0]) || !event(list[1]) || event(list[2]) || event(list[3]) {
		t.Errorf("of one event on one day: %v; want two of it and then the others", list)
	}
	if list := chosen(t, same(func(i int) int { return 1 + i }), 6); len(list) != 6 || !event(list[4]) || !event(list[5]) {
		t.Errorf("a list that is not full: %v; want the rest of the event at its end", list)
	}
	list = chosen(t, same(func(i int) int { return 1 + 48*i }), 4)
	if n := len(slices.DeleteFunc(list, func(c news.Code) bool { return !event(c) })); n < 3 {
		t.Errorf("what comes every other day counts as one event: %d of it", n)
	}
}

func TestARepeatStandsForItself(t *testing.T) {
	p, err := NewProfiler()
	if err != nil {
		t.Fatal(err)
	}
	const price = "قیمت دلار و یورو امروز در صرافی‌های بانکی اعلام شد و بازار آزاد هم"
	all := []news.Profile{told(t, p, 1, 0, "قیمت دلار و یورو امروز شنبه", price+" کاهش داشت"),
		told(t, p, 2, 24, "قیمت دلار و یورو امروز جمعه/ جهش هشتصد تومانی", price+" جهش هشتصد تومانی معامله‌گران را غافلگیر کرد"),
		told(t, p, 3, 1, "قیمت دلار و یورو امروز شنبه", price+" کاهش داشت")}
	for i := range 20 {
		all = append(all, told(t, p, news.Code(100+i), i, fmt.Sprintf("مسابقهٔ شمارهٔ %d لیگ", i), "تیم‌ها بازی کردند و گل زدند"))
	}
	if list := chosen(t, all, 5); !slices.Equal(list, []news.Code{2}) {
		t.Errorf("%v; want the price of another day and not the text again", list)
	}
}
