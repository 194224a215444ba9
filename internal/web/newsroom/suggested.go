package newsroom

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Suggestions are the acts on what is suggested under an article; *editorial.Suggestions has them.
type Suggestions interface {
	Under(ctx context.Context, actor news.Actor, code news.Code) (news.SuggestedDesk, error)
	Choose(ctx context.Context, actor news.Actor, in editorial.Choose) error
}

type suggestedPage struct {
	frame
	Article   news.Article
	List      []suggestedLine
	Banned    []suggestedLine
	Due       bool
	MayChoose bool
	Other     string // as typed
	Action    string
	Problems  web.Problems
}

// suggestedLine is an article of the list with why it is there.
type suggestedLine struct {
	news.SuggestedRow
	CodeText string
	Reason   string
	Action   string // id of its form
}

// Back is the article's form.
func (p suggestedPage) Back() string { return editPath(p.Article.Code) }

// likenessShown is the likeness from which a text is called alike, in hundredths.
const likenessShown = 15

// reason says why an article is suggested: «سه موضوع مشترک، متن نزدیک، دو روز پیش».
func (n *Newsroom) reason(row news.SuggestedRow, now time.Time) string {
	var parts []string
	say := func(key string, args ...any) { parts = append(parts, n.print.T(key, args...)) }
	switch {
	case row.Pinned && row.By != "":
		say("suggested.pinned_by", row.By)
	case row.Pinned:
		say("suggested.pinned")
	case row.By != "":
		say("suggested.banned_by", row.By)
	}
	if row.Shared > 0 {
		parts = append(parts, n.print.N("suggested.shared", int64(row.Shared), n.spelled(row.Shared)))
	}
	if row.Likeness >= likenessShown || row.Likeness > 0 && row.Shared == 0 {
		say("suggested.alike")
	}
	if !row.PublishedAt.IsZero() {
		switch days := daysBetween(row.PublishedAt, now); days {
		case 0:
			say("suggested.today")
		case 1:
			say("suggested.yesterday")
		default:
			parts = append(parts, n.print.N("suggested.days", int64(days), n.spelled(days)))
		}
	}
	return strings.Join(parts, n.print.T("suggested.comma"))
}

// spelled writes a small number as newspapers do, a larger one in digits.
func (n *Newsroom) spelled(i int) string {
	words := strings.Fields(n.print.T("suggested.words"))
	if i >= 1 && i <= len(words) {
		return words[i-1]
	}
	return n.print.Number(int64(i))
}

// daysBetween counts the days of the calendar in Tehran from one moment to a later one; 0 for an earlier one.
func daysBetween(from, to time.Time) int {
	day := func(t time.Time) time.Time {
		year, month, d := t.In(persian.Tehran()).Date()
		return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
	}
	return max(0, int(day(to).Sub(day(from))/(24*time.Hour)))
}

func (n *Newsroom) suggestedPage(r *http.Request) (suggestedPage, error) {
	a, err := n.article(r)
	if err != nil {
		return suggestedPage{}, err
	}
	under, err := n.Suggestions.Under(r.Context(), actorOf(r), a.Code)
	if err != nil {
		return suggestedPage{}, err
	}
	page := suggestedPage{frame: n.frame(r, n.print.T("suggested.title"), "articles"), Article: a, Due: under.Due, Action: web.NewAction()}
	page.MayChoose = page.User.Actor().MayIn(news.RightPublish, a.Content.Section)
	now := n.now()
	lines := func(rows []news.SuggestedRow) []suggestedLine {
		out := make([]suggestedLine, len(rows))
		for i, row := range rows {
			out[i] = suggestedLine{SuggestedRow: row, CodeText: n.number(int(row.Other)), Reason: n.reason(row, now), Action: web.NewAction()}
		}
		return out
	}
	page.List, page.Banned = lines(under.Listed), lines(under.Banned)
	if r.URL.Query().Get("done") == "chosen" {
		page.frame.Done = n.print.T("suggested.done")
	}
	return page, nil
}

// suggested shows what is suggested under an article and why.
func (n *Newsroom) suggested(w http.ResponseWriter, r *http.Request) error {
	page, err := n.suggestedPage(r)
	if err != nil {
		return err
	}
	return n.render(w, r, http.StatusOK, "suggested", page)
}

// choose pins, bans or frees an article under another.
func (n *Newsroom) choose(w http.ResponseWriter, r *http.Request) error {
	page, err := n.suggestedPage(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	page.Other = f.Line("other")
	other, _ := news.ParseCode(persian.LatinDigits(page.Other)) // 0 is refused with its sentence
	err = n.Suggestions.Choose(r.Context(), actorOf(r), editorial.Choose{Action: f.Line("action"), Code: page.Article.Code, Other: other,
		Choice: news.SuggestChoice(f.Line("do"))})
	if err != nil && news.KindOf(err) == news.Invalid {
		page.Problems = n.problems(err, "other")
		return n.render(w, r, web.Status(err), "suggested", page)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, editPath(page.Article.Code)+"/suggested?done=chosen")
}
