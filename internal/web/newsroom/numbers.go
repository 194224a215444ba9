package newsroom

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// numbersDays are the spans that the page offers, in days back from now.
var numbersDays = []int{1, 7, 30, 365}

type numbersPage struct {
	frame
	Spans       []choice
	From, Until string // as typed
	Numbers     news.ModerationNumbers
	Median, P95 string
	Reasons     []named // with their counts, for which something was rejected
	Rules       []ruleRow
	Problems    web.Problems
}

type ruleRow struct {
	news.RuleNumbers
	Name  string
	Share string // how often moderators agreed
}

// Count writes a number of comments.
func (p numbersPage) Count(n int) string { return p.Number(int64(n)) }

// FromField is the field of the span's beginning.
func (p numbersPage) FromField() momentField {
	return p.moment("from", p.T("audit.from"), p.From, p.Problems.For("from"))
}

// UntilField is the field of the span's end.
func (p numbersPage) UntilField() momentField {
	return p.moment("until", p.T("audit.until"), p.Until, p.Problems.For("until"))
}

// moderationNumbers shows what was decided in a span: the last days, or what was typed.
func (n *Newsroom) moderationNumbers(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	page := numbersPage{frame: n.frame(r, n.print.T("numbers.title"), "comments"), From: q.Get("from"), Until: q.Get("until")}
	days, _ := strconv.Atoi(q.Get("days"))
	from, until, err := readSpan(page.From, page.Until, n.now())
	if err != nil {
		page.Problems = n.problems(err, "from", "until")
		return n.render(w, r, http.StatusUnprocessableEntity, "numbers", page)
	}
	if until.IsZero() {
		until = n.now().Add(time.Millisecond) // what was decided just now counts too
	}
	if from.IsZero() {
		if days < 1 || days > 3660 {
			days = 7
		}
		from = until.AddDate(0, 0, -days)
	} else {
		days = 0
	}
	for _, d := range numbersDays {
		page.Spans = append(page.Spans, choice{n.print.N("numbers.days", int64(d)), pathNumbers + "?" + url.Values{"days": {strconv.Itoa(d)}}.Encode(), d == days})
	}
	if page.Numbers, err = n.Texts.Numbers(r.Context(), actorOf(r), from, until); err != nil {
		return err
	}
	page.Median, page.P95 = n.print.Span(page.Numbers.Median), n.print.Span(page.Numbers.P95)
	for _, reason := range news.Reasons() {
		if count := page.Numbers.Rejected[reason]; count > 0 {
			page.Reasons = append(page.Reasons, named{n.print.Number(int64(count)), n.print.T("reason." + string(reason))})
		}
	}
	for _, rule := range page.Numbers.Rules {
		row := ruleRow{RuleNumbers: rule, Name: n.why(news.Finding{Rule: rule.Rule}).Name}
		row.Share = n.print.T("queue.percent", n.print.Number(int64((100*rule.Confirmed+rule.Held/2)/rule.Held)))
		page.Rules = append(page.Rules, row)
	}
	return n.render(w, r, http.StatusOK, "numbers", page)
}

// readSpan reads the two fields of a range of days. A day as the end means all of that day. Errors stand at "from" and "until".
func readSpan(typedFrom, typedUntil string, now time.Time) (from, until time.Time, err error) {
	from, _, err = readDay("from", typedFrom, now)
	if err != nil {
		return from, until, err
	}
	until, whole, err := readDay("until", typedUntil, now)
	if err != nil {
		return from, until, err
	}
	if whole {
		until = persian.DateOf(until).AddDays(1).Time(persian.Tehran())
	}
	if !from.IsZero() && !until.IsZero() && !until.After(from) {
		return from, until, news.FieldError("until", "error.time_order")
	}
	return from, until, nil
}
