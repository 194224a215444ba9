package site

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Moderation is what readers may know of how their comments are moderated.
type Moderation interface {
	Moderation(ctx context.Context, from, until time.Time) (news.PublicModeration, error)
	ModerationSince(ctx context.Context) (time.Time, error)
	CommentPolicy(ctx context.Context) (news.SiteText, error) // NotFound while the newsroom wrote none
}

type policyPage struct {
	frame
	Heading string
	Body    template.HTML
	Reasons []news.Reason
}

const pathPolicy = "/comments/policy"

// policy shows the rules for commenting: the newsroom's text, or the one that comes with Dabir, and why comments are rejected.
func (s *Site) policy(w http.ResponseWriter, r *http.Request) error {
	text, err := s.Moderation.CommentPolicy(r.Context())
	if news.KindOf(err) == news.NotFound {
		text, err = news.SiteText{Body: s.print.T("policy.text")}, nil
	}
	if err != nil {
		return err
	}
	heading := s.print.T("policy.title")
	f, err := s.frame(r.Context(), "words", heading, pathPolicy, 0, "")
	if err != nil {
		return err
	}
	body := markup.FromMarkdown(text.Body)
	f.Description = markup.Excerpt(body, 160)
	return s.render(w, r, http.StatusOK, "policy", policyPage{frame: f, Heading: heading, Body: body.Template(), Reasons: news.Reasons()})
}

// month is a Jalali month.
type month struct{ year, month int }

func monthOf(t time.Time) month {
	d := persian.DateOf(t.In(persian.Tehran()))
	return month{d.Year, d.Month}
}

func (m month) start() time.Time {
	return persian.Date{Year: m.year, Month: m.month, Day: 1}.Time(persian.Tehran())
}
func (m month) next() month {
	if m.month == 12 {
		return month{m.year + 1, 1}
	}
	return month{m.year, m.month + 1}
}

func (m month) before() month {
	if m.month == 1 {
		return month{m.year - 1, 12}
	}
	return month{m.year, m.month - 1}
}

func (m month) path() string { return fmt.Sprintf("/comments/report/%04d/%02d", m.year, m.month) }

// figure is a line of the report.
type figure struct{ Key, Name, Value string }

type monthPage struct {
	frame
	Heading       string
	Figures       []figure
	Reasons       []figure
	Before, After *link
}

// monthsHeld keeps the figures of months for a minute: each is a sum over a month of decisions, and a page that anybody may ask for must not
// cost that every time.
type monthsHeld struct {
	mu  sync.Mutex
	all map[month]monthHeld
}

type monthHeld struct {
	numbers news.PublicModeration
	at      time.Time
}

const monthFresh = time.Minute

func (s *Site) monthNumbers(ctx context.Context, m month) (news.PublicModeration, error) {
	now := s.Now()
	s.months.mu.Lock()
	defer s.months.mu.Unlock() // one reader counts, the others wait for it
	if held, ok := s.months.all[m]; ok && now.Sub(held.at).Abs() < monthFresh {
		return held.numbers, nil
	}
	numbers, err := s.Moderation.Moderation(ctx, m.start(), m.next().start())
	if err != nil {
		return numbers, err
	}
	if s.months.all == nil {
		s.months.all = map[month]monthHeld{}
	}
	s.months.all[m] = monthHeld{numbers, now}
	return numbers, nil
}

// thisMonth leads to the report of the month that runs.
func (s *Site) thisMonth(w http.ResponseWriter, r *http.Request) error {
	return s.showMonth(w, r, monthOf(s.Now()))
}

// monthReport is the report of a month in which comments were moderated; no other month has one.
func (s *Site) monthReport(w http.ResponseWriter, r *http.Request) error {
	year, errYear := strconv.Atoi(r.PathValue("year"))
	number, errMonth := strconv.Atoi(r.PathValue("month"))
	m := month{year, number}
	if errYear != nil || errMonth != nil || r.URL.Path != m.path() || !(persian.Date{Year: year, Month: number, Day: 1}).Valid() {
		return news.Fail(news.NotFound, "error.not_found")
	}
	return s.showMonth(w, r, m)
}

func (s *Site) showMonth(w http.ResponseWriter, r *http.Request, m month) error {
	ctx, now := r.Context(), monthOf(s.Now())
	since, err := s.Moderation.ModerationSince(ctx)
	if err != nil {
		return err
	}
	first := now
	if !since.IsZero() {
		first = monthOf(since)
	}
	if m.start().Before(first.start()) || now.start().Before(m.start()) {
		return news.Fail(news.NotFound, "error.not_found")
	}
	numbers, err := s.monthNumbers(ctx, m)
	if err != nil {
		return err
	}
	heading := s.print.T("month_report.title_of", s.monthName(m))
	f, err := s.frame(ctx, "words", heading, m.path(), 0, "")
	if err != nil {
		return err
	}
	page := monthPage{frame: f, Heading: heading, Figures: s.figures(numbers)}
	for _, reason := range news.Reasons() {
		if n := numbers.Rejected[reason]; n > 0 {
			page.Reasons = append(page.Reasons, figure{string(reason), s.print.T("reason." + string(reason)), s.print.Number(int64(n))})
		}
	}
	if first.start().Before(m.start()) {
		page.Before = &link{s.monthName(m.before()), m.before().path()}
	}
	if m != now {
		page.After = &link{s.monthName(m.next()), m.next().path()}
	}
	return s.render(w, r, http.StatusOK, "monthreport", page)
}

// monthName is «آذر ۱۴۰۴», in English “Azar 1404”: the year of the report and of the archive is the Jalali one in every language.
func (s *Site) monthName(m month) string { return s.monthOnly(m.month) + " " + s.digits(m.year) }

// figures are the lines of the report; nil when nothing was received or decided.
func (s *Site) figures(n news.PublicModeration) []figure {
	rejected := 0
	for _, count := range n.Rejected {
		rejected += count
	}
	if n.Received == 0 && n.Published == 0 && rejected == 0 {
		return nil
	}
	var all []figure
	add := func(name string, count int) {
		all = append(all, figure{Name: name, Value: s.print.Number(int64(count))})
	}
	add(s.print.T("month_report.received"), n.Received)
	add(s.print.T("month_report.published"), n.Published)
	add(s.print.T("month_report.rejected"), rejected)
	add(s.print.T("month_report.edited"), n.Edited)
	add(s.print.T("month_report.held"), n.Held)
	add(s.print.T("month_report.kept"), n.Kept)
	if n.Waited > 0 {
		all = append(all, figure{Name: s.print.T("month_report.median"), Value: s.print.Span(n.Median)}, figure{Name: s.print.T("month_report.p95"), Value: s.print.Span(n.P95)})
	}
	return all
}
