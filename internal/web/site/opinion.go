package site

import (
	"math"
	"net/http"
	"net/url"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// cookieLife is how long a browser keeps the cookie by which a reader is known, in seconds; 400 days is the most that browsers allow.
const cookieLife = 400 * 24 * 3600

// cookieName has the prefix with which browsers refuse the cookie over plain http.
func (s *Site) cookieName() string {
	if s.secure() {
		return "__Secure-reader"
	}
	return "reader"
}

func (s *Site) secure() bool { return strings.HasPrefix(s.settings.URL, "https://") }

// cookie is the reader's signed cookie, "" for none.
func (s *Site) cookie(r *http.Request) string {
	cookie, err := r.Cookie(s.cookieName())
	if err != nil {
		return ""
	}
	return cookie.Value
}

// keepCookie gives a new cookie to the browser of a reader who wants to be known, and takes it from one who does not. It goes to
// the articles only, where comments and votes are sent; no page looks different for it.
func (s *Site) keepCookie(w http.ResponseWriter, r *http.Request, value string, forget bool) {
	cookie := &http.Cookie{Name: s.cookieName(), Value: value, Path: "/news", HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode, MaxAge: cookieLife}
	switch {
	case forget && s.cookie(r) != "":
		cookie.Value, cookie.MaxAge = "", -1
	case forget || value == "":
		return
	}
	http.SetCookie(w, cookie)
}

// vote counts a vote: the number of the comment stands in the field "up", "down" or "none". Without a script the reader comes back to
// the comment.
func (s *Site) vote(w http.ResponseWriter, r *http.Request) error {
	code, ok := news.ParseCode(r.PathValue("code"))
	if !ok {
		return news.Fail(news.NotFound, "error.not_found")
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	var vote news.Vote
	for _, name := range []news.Vote{news.VoteUp, news.VoteDown, news.VoteNone} {
		if form.Has(string(name)) {
			vote = name
		}
	}
	in := discussion.Opinion{Article: code, Comment: news.CommentID(form.Int(string(vote))), Address: web.ClientAddr(r), Cookie: s.cookie(r)}
	up, down, err := s.Discussion.Vote(r.Context(), in, vote)
	switch {
	case wantsJSON(r) && err == nil:
		return writeJSON(w, r, http.StatusOK, answer{Up: s.print.Number(int64(up)), Down: s.print.Number(int64(down))})
	case err != nil:
		return s.tell(w, r, err)
	}
	a, err := s.Articles.Article(r.Context(), code)
	if err != nil {
		return err
	}
	back, err := backTo(form.Get("back"))
	if err != nil {
		return err
	}
	return web.Redirect(w, r, a.Path()+back+"#c"+news.Code(in.Comment).String())
}

// backTo is the part of a discussion that a form came from; whatever else stood there is left out.
func backTo(query string) (string, error) {
	q, err := url.ParseQuery(strings.TrimPrefix(query, "?"))
	if err != nil {
		return "", news.Fail(news.NotFound, "error.not_found")
	}
	part, err := readTalk(q)
	return part.query(), err
}

// tell shows why something could not be done, in the words of the error, where a person can do something about it.
func (s *Site) tell(w http.ResponseWriter, r *http.Request, err error) error {
	status := web.Status(err)
	known := news.Errors(err)
	if status != http.StatusUnprocessableEntity && status != http.StatusConflict && status != http.StatusTooManyRequests || len(known) == 0 {
		return err
	}
	sentence := web.Message(s.print, known[0])
	if wantsJSON(r) {
		return writeJSON(w, r, status, answer{Message: sentence})
	}
	web.SetPrivate(w)
	heading, _ := s.failure(status)
	page := failPage{frame: s.failFrame(r, status, heading), Heading: heading, Sentences: []string{sentence}}
	page.Robots = "noindex"
	return s.render(w, r, status, "error", page)
}

// reportPage is the form by which a reader reports a comment.
type reportPage struct {
	frame
	Letter   letter
	Target   string
	Back     string
	Reasons  []reason
	Note     string
	Done     bool
	Problems web.Problems
}

type reason struct {
	Code    news.Reason
	Name    string
	Current bool
}

// At is what is wrong with a field; Message is "" when nothing is.
func (p reportPage) At(field string) atField { return atField{field, p.Problems.For(field)} }

func (s *Site) reportPage(r *http.Request, chosen news.Reason) (reportPage, error) {
	a, c, err := s.commentOf(r)
	if err != nil {
		return reportPage{}, err
	}
	f, err := s.frame(r.Context(), "report", s.print.T("report.title"), "", 0, "")
	if err != nil {
		return reportPage{}, err
	}
	f.Robots, f.Canonical, f.Letters = "noindex, nofollow", "", true
	page := reportPage{frame: f, Letter: s.bench(a, true).one(c), Target: commentPath(c) + "/report", Back: commentPath(c)}
	page.Letter.Acts = nil
	for _, code := range news.Reasons() {
		page.Reasons = append(page.Reasons, reason{code, s.print.T("reason." + string(code)), code == chosen})
	}
	return page, nil
}

func (s *Site) askReport(w http.ResponseWriter, r *http.Request) error {
	page, err := s.reportPage(r, "")
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "report", page)
}

// report takes a report in, or gives the form back with what is wrong.
func (s *Site) report(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	web.SetPrivate(w)
	chosen := news.Reason(form.Line("reason"))
	page, err := s.reportPage(r, chosen)
	if err != nil {
		return err
	}
	code, _ := news.ParseCode(r.PathValue("code"))
	err = s.Discussion.Report(r.Context(), discussion.Opinion{Article: code, Comment: page.Letter.ID, Address: web.ClientAddr(r), Cookie: s.cookie(r)},
		chosen, form.Text("note"))
	status := web.Status(err)
	switch {
	case err == nil:
		page.Done, status = true, http.StatusOK
	case status != http.StatusUnprocessableEntity && status != http.StatusTooManyRequests:
		return err
	}
	page.Note, page.Problems = form.Text("note"), web.NewProblems(s.print, err, "reason", "note")
	return s.render(w, r, status, "report", page)
}

// waitPage is what a reader without scripts gets under a flood: their comment, and a button that works after a wait.
type waitPage struct {
	frame
	Form   commentForm
	Ticket string
	How    string
	Early  string // they pressed too early
	Letter letter
}

// challenge asks for the work or the wait that a comment costs just now; nothing typed is lost.
func (s *Site) challenge(w http.ResponseWriter, r *http.Request, code news.Code, form commentForm, c discussion.Challenge) error {
	if wantsJSON(r) {
		return writeJSON(w, r, http.StatusTooManyRequests, answer{Message: s.print.T("letters.working"), Work: &work{c.Token, c.Seed(), c.Bits}})
	}
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	web.SetPrivate(w)
	seconds := s.print.Number(int64(math.Ceil(c.Wait.Seconds())))
	page := waitPage{frame: s.failFrame(r, http.StatusTooManyRequests, s.print.T("wait.title")), Form: form, Ticket: c.Token, How: s.print.T("wait.how", seconds),
		Letter: s.letter(written{name: form.Name, text: form.Text, at: s.Now()})}
	if sent.Line("ticket") == c.Token {
		page.Early = s.print.T("wait.again", seconds)
	}
	page.Robots, page.Letters = "noindex, nofollow", true
	page.Form.Target = news.ArticlePath(code, "") + "/comments#write"
	return s.render(w, r, http.StatusTooManyRequests, "wait", page)
}
