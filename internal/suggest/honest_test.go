package suggest_test

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/dabir-newsroom/dabir/internal/suggest"
)

var ctx = context.Background()

const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

var editor = news.SystemActor("test", news.ChiefEditor)

// brings imports public articles and returns the code of the first.
func brings(t testing.TB, s *store.Store, articles ...news.Article) news.Code {
	t.Helper()
	items := make([]news.Import, len(articles))
	for i, a := range articles {
		a.State, a.Origin = news.Published, fmt.Sprintf("%s:%s:%d", t.Name(), a.Content.Headline, i)
		a.Content.Lang, a.Content.Kind = "fa", news.KindNews
		items[i] = news.Import{Article: a, SectionName: "جامعه"}
	}
	outcomes, err := s.ImportArticles(ctx, editor, items)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outcomes {
		if o.Code == 0 {
			t.Fatalf("refused: %+v", o)
		}
	}
	return outcomes[0].Code
}

func order(cards []news.PublicCard) string {
	var out []string
	for _, c := range cards {
		out = append(out, c.Code.String())
	}
	return strings.Join(out, " ")
}

// flushed ends a node properly: what it counted reaches the store.
func flushed(t *testing.T, node *suggest.Suggest) {
	t.Helper()
	done, stop := context.WithCancel(ctx)
	stop()
	if err := node.Run(done); err != nil {
		t.Fatal(err)
	}
}

// TestMostReadHonest: people count, once within minutes; programs, repeats and crowds from one address do not. Two nodes add up, a node
// that starts anew shows the same, and what is not public any more is not shown.
func TestMostReadHonest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := brings(t, s, news.Article{PublishedAt: time.Now(), Content: news.Content{Headline: "خبر یکم", Body: "<p>متن</p>"}},
			news.Article{PublishedAt: time.Now(), Content: news.Content{Headline: "خبر دوم", Body: "<p>متن</p>"}},
			news.Article{PublishedAt: time.Now(), Content: news.Content{Headline: "خبر سوم", Body: "<p>متن</p>"}})
		b, c := a+1, a+2
		person := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, byte(i >> 8), byte(i)}) }
		here, there := suggest.New(s.Public(), s), suggest.New(s.Public(), s)
		for i := range 40 {
			here.Count(a, person(1), browser)                              // one who reloads
			here.Count(a, person(2), fmt.Sprintf("%s Tab/%d", browser, i)) // one who changes his name
			here.Count(a, person(i), "SomeBot/1.0 (+https://example.org)")
			here.Count(a, netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", i+1)), browser) // one house
		}
		for i := range 25 {
			here.Count(b, person(100+i), browser)
			there.Count(b, person(200+i), browser)
		}
		for i := range 40 {
			there.Count(c, person(300+i), browser)
		}
		flushed(t, here)
		flushed(t, there)
		for _, list := range []news.MostList{news.MostReadHour, news.MostReadDay, news.MostReadWeek} {
			for name, node := range map[string]*suggest.Suggest{"one node": here, "a node that starts anew": suggest.New(s.Public(), s)} {
				got, err := node.Most(ctx, list, 10)
				// b: 25 on each node; c: 40; a: one, thirty at the most of one address, one.
				if want := order([]news.PublicCard{{Code: b}, {Code: c}, {Code: a}}); err != nil || order(got) != want {
					t.Errorf("%s, last %s: %s (%v), want %s", name, list, order(got), err, want)
				}
			}
		}
		if _, err := here.Most(ctx, "century", 3); news.KindOf(err) != news.NotFound {
			t.Errorf("a list that is none: %v", err)
		}
		withdraws(t, s, b)
		if got, err := here.Most(ctx, news.MostReadDay, 10); err != nil || order(got) != order([]news.PublicCard{{Code: c}, {Code: a}}) {
			t.Errorf("after the withdrawal: %s, %v", order(got), err)
		}
	})
}

func withdraws(t testing.TB, s *store.Store, code news.Code) {
	t.Helper()
	_, err := s.UpdateArticle(ctx, editor, "", code, func(a *news.Article) ([]news.EventKind, error) {
		a.State, a.Withdrawal = news.Withdrawn, "به درخواست منبع"
		return []news.EventKind{news.ArticleWithdrawn}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func story(headline, body string, days int, tags ...string) news.Article {
	return news.Article{PublishedAt: time.Now().AddDate(0, 0, -days), Content: news.Content{Headline: headline, Body: "<p>" + body + "</p>", Tags: tags}}
}

// settled does all that is due.
func settled(t testing.TB, m *suggest.Matcher) {
	t.Helper()
	for range 100 {
		n, err := m.Round(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	t.Fatal("it does not come to an end")
}

// TestSuggestedReasons: what goes with an article is listed with what both share; a near-duplicate stands for itself once; editors pin and
// ban; a withdrawal and a new article are followed.
func TestSuggestedReasons(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const drought = "خشکسالی دریاچهٔ ارومیه و کاهش تراز آب این دریاچه کشاورزان آذربایجان را نگران کرده و ستاد احیا خواستار رهاسازی آب سدها شد"
		a := brings(t, s,
			story("تراز دریاچهٔ ارومیه کاهش یافت", drought, 0, "دریاچهٔ ارومیه", "خشکسالی", "آذربایجان"),
			story("رهاسازی آب سدها به دریاچهٔ ارومیه آغاز شد", "وزارت نیرو رهاسازی آب سدها را به سوی دریاچهٔ ارومیه آغاز کرد؛ ستاد احیا می‌گوید تراز بالا می‌رود", 2, "دریاچهٔ ارومیه", "خشکسالی", "آذربایجان"),
			story("کشاورزان آذربایجان نگران خشکسالی", "کشت گندم در آذربایجان از کم‌بارشی آسیب دید و کشاورزان چاه تازه می‌خواهند", 3, "خشکسالی"),
			story("تیم ملی والیبال برنده شد", "والیبالیست‌های ایران در سه ست لهستان را شکست دادند و به نیمه‌نهایی رسیدند", 1, "والیبال"),
			story("تراز دریاچهٔ ارومیه کاهش یافت", drought, 1, "دریاچهٔ ارومیه", "خشکسالی", "آذربایجان"))
		m := suggest.NewMatcher(s.Public(), s)
		settled(t, m)
		under := func() news.SuggestedDesk {
			t.Helper()
			d, err := s.SuggestedDesk(ctx, a)
			if err != nil || d.Due {
				t.Fatalf("due %v, %v", d.Due, err)
			}
			return d
		}
		public := func(want string) {
			t.Helper()
			cards, err := s.Public().Suggested(ctx, a, 20)
			if err != nil || order(cards) != want {
				t.Errorf("readers get %q (%v), want %q", order(cards), err, want)
			}
		}
		names := func(codes ...news.Code) string {
			cards := make([]news.PublicCard, len(codes))
			for i, code := range codes {
				cards[i].Code = code
			}
			return order(cards)
		}
		d := under()
		if len(d.Listed) < 2 || d.Listed[0].Other != a+1 || d.Listed[0].Shared != 3 || d.Listed[0].Likeness < 15 || d.Listed[1].Other != a+2 || d.Listed[1].Shared != 1 {
			t.Fatalf("listed %+v", d.Listed)
		}
		public(names(a+1, a+2)) // neither volleyball nor its own text of yesterday

		choose := func(other news.Code, choice news.SuggestChoice) {
			t.Helper()
			if err := s.ChooseSuggested(ctx, editor, "", a, other, choice, 1); err != nil {
				t.Fatal(err)
			}
		}
		choose(a+3, news.SuggestPin)
		choose(a+1, news.SuggestBan)
		public(names(a+3, a+2))
		if d := under(); !d.Listed[0].Pinned || len(d.Banned) != 1 || d.Banned[0].Other != a+1 || d.Banned[0].Shared != 3 {
			t.Errorf("editors see %+v", d)
		}
		if err := s.ChooseSuggested(ctx, editor, "", a, a+2, news.SuggestPin, 1); news.KindOf(err) != news.Invalid {
			t.Errorf("one pin more than there may be: %v", err)
		}
		choose(a+3, news.SuggestFree)
		choose(a+1, news.SuggestFree)
		public(names(a+1, a+2))

		withdraws(t, s, a+1)
		public(names(a + 2)) // at once
		fresh := brings(t, s, story("ستاد احیا: تراز دریاچهٔ ارومیه بالا آمد", "تراز دریاچهٔ ارومیه پس از رهاسازی آب سدها بالا آمد، ستاد احیا خبر داد", 0, "دریاچهٔ ارومیه"))
		corrects(t, s, fresh)
		settled(t, m)
		if d := under(); d.Listed[0].Other != fresh {
			t.Errorf("the new article is not suggested: %+v", d.Listed)
		}
	})
}

// corrects publishes an article anew, as an editor does.
func corrects(t testing.TB, s *store.Store, code news.Code) {
	t.Helper()
	_, err := s.UpdateArticle(ctx, editor, "", code, func(a *news.Article) ([]news.EventKind, error) {
		c := a.Content
		c.Lede = "تراز دریاچه بالا آمد"
		a.Revise(c, 0, time.Now())
		a.PublicRevision, a.ModifiedAt = a.Revision, time.Now()
		return []news.EventKind{news.ArticlePublished}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestMatchingResumesAfterAKill: jobs that a node took and never finished are done by the next once its claim is over.
func TestMatchingResumesAfterAKill(t *testing.T) {
	clock := time.Now()
	s := storetest.Open(t, filepath.Join(t.TempDir(), "dabir.db"), func() time.Time { return clock })
	a := brings(t, s, story("سیل در گلستان", "سیل در گلستان هزار خانه را آب گرفت", 0, "سیل"), story("کمک به سیل‌زدگان گلستان", "هلال احمر به سیل‌زدگان گلستان چادر داد", 1, "سیل"))
	if jobs, err := s.ClaimMatches(ctx, 10); err != nil || len(jobs) != 2 {
		t.Fatalf("%d jobs, %v", len(jobs), err)
	}
	m := suggest.NewMatcher(s.Public(), s)
	if n, err := m.Round(ctx); err != nil || n != 0 {
		t.Errorf("another node took %d claimed jobs, %v", n, err)
	}
	clock = clock.Add(time.Minute)
	settled(t, m)
	if cards, err := s.Public().Suggested(ctx, a, 5); err != nil || order(cards) != (a+1).String() {
		t.Errorf("suggested %q, %v", order(cards), err)
	}
	newest, err := s.NewestEvent(ctx)
	if err != nil {
		t.Fatal(err)
	}
	corrects(t, s, a)
	settled(t, m)
	events, err := s.Events(ctx, newest, 10)
	if err != nil || len(events) != 1 {
		t.Errorf("lists that stay as they are leave events: %+v, %v", events, err)
	}
}
