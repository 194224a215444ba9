package site

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// commentForm is the form under an article with all that was typed into it.
type commentForm struct {
	Target      string // where it is sent; the fragment brings the answer's form into view
	Action      string // "" on a fresh page
	Parent      string // id of the comment it answers, "" for none
	ParentName  string
	Name, Email string
	Text        string
	Asked       bool   // the writer was asked for Persian letters; sent again it is taken
	Forget      bool   // they do not want to be known again
	Worker      string // the script that does the work of a challenge
	Refused     bool   // the article was closed meanwhile
	Problems    web.Problems
}

// atField is what is wrong with a field.
type atField struct{ Field, Message string }

// At is what is wrong with a field; Message is "" when nothing is.
func (f commentForm) At(field string) atField { return atField{field, f.Problems.For(field)} }

// commentFields are those an error can stand at.
var commentFields = []string{"name", "email", "text"}

// answer is what a script gets for a comment.
type answer struct {
	Receipt string            `json:"receipt,omitempty"`
	Path    string            `json:"path,omitempty"`   // the receipt's page
	HTML    string            `json:"html,omitempty"`   // the pending letter
	Counts  string            `json:"counts,omitempty"` // the counters, as HTML
	State   string            `json:"state,omitempty"`  // of the receipt's comment
	Up      string            `json:"up,omitempty"`     // the votes after one was counted
	Down    string            `json:"down,omitempty"`
	Work    *work             `json:"work,omitempty"`   // what has to be done before the comment is taken
	Errors  map[string]string `json:"errors,omitempty"` // by field
	Message string            `json:"message,omitempty"`
	Asked   bool              `json:"asked,omitempty"` // sent again with asked=1 the comment is taken as it is
}

// work is a challenge for a script: a number is sought which, put behind the seed, gives a SHA-256 with so many zero bits ahead.
type work struct {
	Ticket string `json:"ticket"`
	Seed   string `json:"seed"`
	Bits   int    `json:"bits"`
}

func wantsJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}

// writeJSON answers a script with what is one reader's alone.
func writeJSON(w http.ResponseWriter, r *http.Request, status int, a answer) error {
	web.SetPrivate(w)
	return sendJSON(w, r, status, a)
}

func sendJSON(w http.ResponseWriter, r *http.Request, status int, a answer) error {
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return web.Write(w, r, status, "application/json", body)
}

// comment takes a reader's comment in: 303 to its receipt, or the article's page again with all that was typed.
func (s *Site) comment(w http.ResponseWriter, r *http.Request) error {
	code, ok := news.ParseCode(r.PathValue("code"))
	if !ok {
		return news.Fail(news.NotFound, "error.not_found")
	}
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	form := commentForm{
		Action: sent.Line("action"), Parent: sent.Line("parent"), Name: sent.Line("name"), Email: sent.Line("email"), Text: sent.Text("text"),
		Forget: sent.Line("remember") == "", Asked: sent.Line("asked") != "",
	}
	submitted, err := s.Discussion.Submit(r.Context(), discussion.Submission{
		Action: form.Action, Article: code, Parent: news.CommentID(sent.Int("parent")), Name: form.Name, Email: form.Email,
		Text: form.Text, Trap: sent.Get("subject"), Asked: form.Asked, Address: web.ClientAddr(r),
		Cookie: s.cookie(r), Remember: !form.Forget, Ticket: sent.Line("ticket"), Proof: sent.Line("proof"),
	})
	if err == nil {
		s.keepCookie(w, r, submitted.Cookie, form.Forget)
	}
	switch {
	case submitted.Challenge != nil:
		return s.challenge(w, r, code, form, *submitted.Challenge)
	case err != nil:
		return s.refuse(w, r, code, form, err)
	case submitted.Waits:
		return s.waits(w, r, submitted)
	case wantsJSON(r):
		return s.thank(w, r, submitted)
	}
	web.SetSecretAddress(w)
	return web.Redirect(w, r, receiptPath(submitted.Receipt))
}

// thank answers a script: the new letter with its receipt, and the counters as they are now.
func (s *Site) thank(w http.ResponseWriter, r *http.Request, submitted discussion.Submitted) error {
	c := submitted.Comment
	state, err := s.Letters.CommentsState(r.Context(), c.Article)
	if err != nil {
		return err
	}
	sentence := s.print.T("letters.waits")
	if c.State == news.CommentPublished {
		sentence = s.print.T("receipt.published")
	}
	letter, err := s.mine(submitted, sentence)
	if err != nil {
		return err
	}
	counters, err := s.part("counts", s.counts(state.CommentCounts))
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusCreated, answer{Receipt: submitted.Receipt, Path: receiptPath(submitted.Receipt), HTML: letter, Counts: counters})
}

// waits answers with 202: no database takes writes, and the comment is kept on this node. Its receipt's page is the answer itself, since another
// node would not know the code yet.
func (s *Site) waits(w http.ResponseWriter, r *http.Request, submitted discussion.Submitted) error {
	c := submitted.Comment
	if wantsJSON(r) {
		letter, err := s.mine(submitted, s.print.T("receipt.waits"))
		if err != nil {
			return err
		}
		return writeJSON(w, r, http.StatusAccepted, answer{Receipt: submitted.Receipt, Path: receiptPath(submitted.Receipt), HTML: letter})
	}
	web.SetSecretAddress(w)
	page, err := s.receiptFrame(r.WithContext(news.MayBeOld(r.Context(), func() {})))
	if err != nil {
		return err
	}
	page.Receipt = s.receiptView(submitted.Receipt, discussion.ReceiptView{State: news.CommentPending, Waits: true, Name: c.Name, Text: c.Text, Country: c.Country, CreatedAt: c.CreatedAt})
	return s.render(w, r, http.StatusAccepted, "receipt", page)
}

// mine is the writer's own letter with its receipt, for a script to put among the others.
func (s *Site) mine(submitted discussion.Submitted, sentence string) (string, error) {
	c := submitted.Comment
	return s.part("mine", struct {
		web.Page
		Letter               letter
		Sentence             string
		Receipt, ReceiptPath string
	}{
		Page:     web.NewPage(s.print, s.assets),
		Letter:   s.letter(written{name: c.Name, text: c.Text, country: c.Country, at: c.CreatedAt}),
		Sentence: sentence, Receipt: grouped(submitted.Receipt), ReceiptPath: receiptPath(submitted.Receipt),
	})
}

// part is a piece of a page for a script, or for the text of an article.
func (s *Site) part(name string, view any) (string, error) {
	var out bytes.Buffer
	err := s.pages.Execute(&out, "", name, view)
	return out.String(), err
}

// graceForAnswer is how long the page that gives the typed text back may take when the request's own time is over.
const graceForAnswer = 5 * time.Second

// refuse gives the form back with what is wrong; nothing typed is lost. Errors that are not the form's go on.
func (s *Site) refuse(w http.ResponseWriter, r *http.Request, code news.Code, form commentForm, err error) error {
	status := web.Status(err)
	switch status {
	case http.StatusUnprocessableEntity, http.StatusConflict, http.StatusTooManyRequests, http.StatusForbidden:
	case http.StatusServiceUnavailable:
		if len(news.Errors(err)) == 0 {
			err = &news.Error{Kind: news.Unavailable, Key: "error.unavailable", Err: err}
		}
	default:
		return err
	}
	form.Problems = web.NewProblems(s.print, err, commentFields...)
	form.Asked = form.Asked || discussion.AskedForPersian(err)
	if wantsJSON(r) {
		a := answer{Message: strings.Join(form.Problems.General(), "\n"), Errors: map[string]string{}, Asked: form.Asked}
		for _, field := range commentFields {
			if message := form.Problems.For(field); message != "" {
				a.Errors[field] = message
			}
		}
		return writeJSON(w, r, status, a)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), graceForAnswer)
	defer cancel()
	ctx = news.MayBeOld(ctx, func() {})
	r = r.WithContext(ctx)
	a, readErr := s.Articles.Article(ctx, code)
	if readErr != nil {
		return readErr
	}
	form.Refused = status == http.StatusConflict && hasKey(err, "error.comments_closed")
	return s.showArticle(w, r, status, a, talkQuery{order: news.OrderNewest}, form)
}

// hasKey tells whether one of the errors in a tree has the key.
func hasKey(err error, key string) bool {
	return slices.ContainsFunc(news.Errors(err), func(e *news.Error) bool { return e.Key == key })
}
