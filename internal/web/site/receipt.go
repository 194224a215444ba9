package site

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

type receiptPage struct {
	frame
	Heading string
	Receipt *receiptView // nil: the form that asks for a code
	Typed   string
	Wrong   string       // what is wrong with the code
	Revise  *commentForm // the form for another text; nil elsewhere
	Ask     bool         // whether it shall be taken back
	Done    string       // what has just been done
}

// receiptView is what became of a comment.
type receiptView struct {
	Code     string // in groups of four
	Self     string // its page
	Sentence string
	Place    string // in the queue
	Why      string // when it was not published
	Keep     bool   // it still waits: say how to come back
	Letter   *letter
	Headline string // with Path "" when the article is not public any more
	Path     string
	Comment  string // the published comment's permanent address
	Revise   string // where its text may be changed; "" when it may not
	Retract  string // where it may be taken back
}

func receiptPath(code string) string { return "/comments/receipt/" + url.PathEscape(code) }

// grouped writes a code in groups of four, as people copy it and read it out.
func grouped(code string) string {
	var out []string
	for len(code) > 4 {
		out, code = append(out, code[:4]), code[4:]
	}
	return strings.Join(append(out, code), "-")
}

// askReceipt is the form for somebody who comes with a code.
func (s *Site) askReceipt(w http.ResponseWriter, r *http.Request) error {
	return s.receiptForm(w, r, http.StatusOK, "", "")
}

// findReceipt takes the form's code to its page.
func (s *Site) findReceipt(w http.ResponseWriter, r *http.Request) error {
	web.SetPrivate(w)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	typed := form.Line("code")
	if typed == "" {
		return s.receiptForm(w, r, http.StatusUnprocessableEntity, "", s.print.T("receipt.empty"))
	}
	if _, err := s.Discussion.Receipt(r.Context(), typed, web.ClientAddr(r)); err != nil {
		return s.receiptMissing(w, r, typed, err)
	}
	return web.Redirect(w, r, receiptPath(discussion.NormalReceipt(typed)))
}

// receipt shows what became of a comment. The code is a secret: the page is kept nowhere and its address told nobody.
func (s *Site) receipt(w http.ResponseWriter, r *http.Request) error {
	web.SetSecretAddress(w)
	page, err := s.receiptPage(r)
	if err != nil {
		return s.receiptMissing(w, r, r.PathValue("code"), err)
	}
	if wantsJSON(r) {
		line, err := s.part("ownline", page)
		if err != nil {
			return err
		}
		return writeJSON(w, r, http.StatusOK, answer{HTML: line, State: page.state})
	}
	if web.Done(r, "edited") != "" {
		page.Done = s.print.T("receipt.edited")
	}
	return s.render(w, r, http.StatusOK, "receipt", page.receiptPage)
}

// foundReceipt is a receipt's page with the state of its comment.
type foundReceipt struct {
	receiptPage
	state string
}

// receiptPage is the page of the code in the address. What the gate does not let through any more is not named here either.
func (s *Site) receiptPage(r *http.Request) (foundReceipt, error) {
	code := r.PathValue("code")
	found, err := s.Discussion.Receipt(r.Context(), code, web.ClientAddr(r))
	if err != nil {
		return foundReceipt{}, err
	}
	page, err := s.receiptFrame(r)
	if err != nil {
		return foundReceipt{}, err
	}
	page.Receipt = s.receiptView(discussion.NormalReceipt(code), found)
	switch article, err := s.Articles.Article(r.Context(), found.Article); {
	case err == nil:
		page.Receipt.Headline, page.Receipt.Path = article.Headline, article.Path()
		if found.State == news.CommentPublished {
			page.Receipt.Comment = news.ArticlePath(found.Article, "") + "/comments/" + news.Code(found.Comment).String()
		}
	case news.KindOf(err) != news.NotFound && news.KindOf(err) != news.Gone && !found.Waits:
		return foundReceipt{}, err
	}
	if found.Untaken {
		return foundReceipt{page, "untaken"}, nil
	}
	return foundReceipt{page, string(found.State)}, nil
}

func (s *Site) receiptView(code string, found discussion.ReceiptView) *receiptView {
	view := &receiptView{Code: grouped(code), Self: receiptPath(code)}
	if found.State != news.CommentWithdrawn {
		letter := s.letter(written{name: found.Name, text: found.Text, country: found.Country, at: found.CreatedAt})
		view.Letter = &letter
	}
	if found.MayRevise {
		view.Revise = view.Self + "/edit"
	}
	if found.MayRetract {
		view.Retract = view.Self + "/withdraw"
	}
	switch {
	case found.Waits:
		view.Sentence, view.Keep = s.print.T("receipt.waits"), true
		return view
	case found.Untaken:
		view.Sentence = s.print.T("receipt.untaken")
		return view
	}
	switch found.State {
	case news.CommentPublished:
		view.Sentence = s.print.T("receipt.published")
	case news.CommentWithdrawn:
		view.Sentence = s.print.T("receipt.gone")
	case news.CommentRejected:
		view.Sentence = s.print.T("receipt.rejected")
		if found.Reason != "" {
			view.Why = s.print.T("receipt.why", s.print.T("reason_plain."+string(found.Reason)))
		}
	default:
		view.Sentence, view.Keep, view.Place = s.print.T("receipt.pending"), true, s.place(found.Place)
	}
	return view
}

// place says how many are ahead in the queue.
func (s *Site) place(place int) string {
	switch {
	case place >= discussion.MaxPlace:
		return s.print.T("receipt.place_far")
	case place <= 1:
		return s.print.T("receipt.place_next")
	}
	return s.print.N("receipt.place", int64(place-1))
}

// askRevise is the form by which a writer changes a comment that waits.
func (s *Site) askRevise(w http.ResponseWriter, r *http.Request) error {
	web.SetSecretAddress(w)
	page, err := s.receiptPage(r)
	if err != nil {
		return s.receiptMissing(w, r, r.PathValue("code"), err)
	}
	if page.Receipt.Revise == "" {
		return web.Redirect(w, r, page.Receipt.Self)
	}
	page.Receipt.Keep = false
	page.Revise = &commentForm{Target: page.Receipt.Revise, Text: strings.Join(page.Receipt.Letter.Paragraphs, "\n")}
	return s.render(w, r, http.StatusOK, "receipt", page.receiptPage)
}

// revise stores the new text, or gives it back with what is wrong.
func (s *Site) revise(w http.ResponseWriter, r *http.Request) error {
	web.SetSecretAddress(w)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	code, text := r.PathValue("code"), form.Text("text")
	err = s.Discussion.Revise(r.Context(), code, web.ClientAddr(r), text)
	if err == nil {
		return web.Redirect(w, r, receiptPath(discussion.NormalReceipt(code))+"?done=edited")
	}
	status := web.Status(err)
	if status != http.StatusUnprocessableEntity && status != http.StatusConflict {
		return s.receiptMissing(w, r, code, err)
	}
	page, readErr := s.receiptPage(r)
	if readErr != nil {
		return s.receiptMissing(w, r, code, readErr)
	}
	page.Receipt.Keep = false
	page.Revise = &commentForm{Target: page.Receipt.Self + "/edit", Text: text, Problems: web.NewProblems(s.print, err, "text")}
	return s.render(w, r, status, "receipt", page.receiptPage)
}

// askRetract asks whether a comment shall be taken back: it cannot be undone.
func (s *Site) askRetract(w http.ResponseWriter, r *http.Request) error {
	web.SetSecretAddress(w)
	page, err := s.receiptPage(r)
	if err != nil {
		return s.receiptMissing(w, r, r.PathValue("code"), err)
	}
	if page.Receipt.Retract == "" {
		return web.Redirect(w, r, page.Receipt.Self)
	}
	page.Ask, page.Receipt.Keep = true, false
	return s.render(w, r, http.StatusOK, "receipt", page.receiptPage)
}

// retract takes the comment back.
func (s *Site) retract(w http.ResponseWriter, r *http.Request) error {
	web.SetSecretAddress(w)
	code := r.PathValue("code")
	if err := s.Discussion.Retract(r.Context(), code, web.ClientAddr(r)); err != nil {
		return s.receiptMissing(w, r, code, err)
	}
	return web.Redirect(w, r, receiptPath(discussion.NormalReceipt(code)))
}

// receiptMissing shows the form again when nobody knows the code, or too many were asked for; other errors go on.
func (s *Site) receiptMissing(w http.ResponseWriter, r *http.Request, typed string, err error) error {
	known := news.Errors(err)
	if kind := news.KindOf(err); kind != news.NotFound && kind != news.TooMany || len(known) == 0 {
		return err
	}
	sentence := web.Message(s.print, known[0])
	if wantsJSON(r) {
		return writeJSON(w, r, web.Status(err), answer{Message: sentence})
	}
	return s.receiptForm(w, r, web.Status(err), typed, sentence)
}

func (s *Site) receiptForm(w http.ResponseWriter, r *http.Request, status int, typed, wrong string) error {
	page, err := s.receiptFrame(r)
	if err != nil {
		return err
	}
	page.Typed, page.Wrong = typed, wrong
	return s.render(w, r, status, "receipt", page)
}

func (s *Site) receiptFrame(r *http.Request) (receiptPage, error) {
	heading := s.print.T("receipt.title")
	f, err := s.frame(r.Context(), "receipt", heading, "/comments/receipt", 0, "")
	if errors.Is(err, news.ErrNoPrimary) {
		f, err = s.bare("receipt", heading), nil // without the sections above it
	}
	f.Robots, f.Canonical, f.Letters = "noindex, nofollow", "", true
	return receiptPage{frame: f, Heading: heading}, err
}
