package site

import (
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
	Wrong   string // what is wrong with the code
}

// receiptView is what became of a comment.
type receiptView struct {
	Code     string // in groups of four
	Sentence string
	Why      string // when it was not published
	Keep     bool   // it still waits: say how to come back
	Letter   letter
	Headline string // with Path "" when the article is not public any more
	Path     string
}

func receiptPath(code string) string { return "/comments/receipt/" + url.PathEscape(code) }

// grouped writes a code in groups of four, as people copy it.
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
	if _, err := s.Discussion.Receipt(r.Context(), typed); err != nil {
		return s.receiptMissing(w, r, typed, err)
	}
	return web.Redirect(w, r, receiptPath(typed))
}

// receipt shows what became of a comment. The code is a secret: the page is kept nowhere and its address told nobody.
func (s *Site) receipt(w http.ResponseWriter, r *http.Request) error {
	web.SetSecretAddress(w)
	typed := r.PathValue("code")
	found, err := s.Discussion.Receipt(r.Context(), typed)
	if err != nil {
		return s.receiptMissing(w, r, typed, err)
	}
	page, err := s.receiptFrame(r)
	if err != nil {
		return err
	}
	page.Receipt = s.receiptView(typed, found)
	// What the gate does not let through any more is not named here either.
	switch article, err := s.Articles.Article(r.Context(), found.Article); {
	case err == nil:
		page.Receipt.Headline, page.Receipt.Path = article.Headline, article.Path()
	case news.KindOf(err) != news.NotFound && news.KindOf(err) != news.Gone:
		return err
	}
	return s.render(w, r, http.StatusOK, "receipt", page)
}

func (s *Site) receiptView(typed string, found discussion.ReceiptView) *receiptView {
	view := &receiptView{
		Code:   grouped(strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(typed))),
		Letter: s.letter(written{name: found.Name, text: found.Text, country: found.Country, at: found.CreatedAt}),
	}
	switch found.State {
	case news.CommentPublished:
		view.Sentence = s.print.T("receipt.published")
	case news.CommentRejected:
		view.Sentence = s.print.T("receipt.rejected")
		if found.Reason != "" {
			view.Why = s.print.T("receipt.why", s.print.T("reason_plain."+string(found.Reason)))
		}
	default:
		view.Sentence, view.Keep = s.print.T("receipt.pending"), true
	}
	return view
}

// receiptMissing shows the form again when nobody knows the code; other errors go on.
func (s *Site) receiptMissing(w http.ResponseWriter, r *http.Request, typed string, err error) error {
	if news.KindOf(err) != news.NotFound {
		return err
	}
	return s.receiptForm(w, r, http.StatusNotFound, typed, s.print.T("receipt.unknown"))
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
	f.Robots, f.Canonical = "noindex, nofollow", ""
	return receiptPage{frame: f, Heading: heading}, err
}
