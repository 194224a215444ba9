package newsroom

import (
	"context"
	"net/http"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Corrections reads the corrections of a public article; *store.Public does.
type Corrections interface {
	Corrections(ctx context.Context, code news.Code) ([]news.Correction, error)
}

type correctionPage struct {
	frame
	Article  news.Article
	Kinds    []news.CorrectionKind
	Made     []news.Correction
	Kind     news.CorrectionKind
	Text     string
	Changed  string
	Action   string
	Problems web.Problems
}

// Back is the article's form.
func (p correctionPage) Back() string { return editPath(p.Article.Code) }

// MayCorrect tells whether the form is shown.
func (p correctionPage) MayCorrect() bool {
	return p.Article.State == news.Published && p.User.Actor().MayIn(news.RightPublish, p.Article.Content.Section)
}

func (n *Newsroom) correctionPage(r *http.Request) (correctionPage, error) {
	a, err := n.article(r)
	if err != nil {
		return correctionPage{}, err
	}
	made, err := n.Corrections.Corrections(r.Context(), a.Code)
	if err != nil {
		return correctionPage{}, err
	}
	page := correctionPage{frame: n.frame(r, n.print.T("correction.title"), "articles"), Article: a, Kinds: news.CorrectionKinds(), Made: made,
		Kind: news.Amendment, Action: web.NewAction()}
	if r.URL.Query().Get("done") == "corrected" {
		page.frame.Done = n.print.T("correction.done")
	}
	return page, nil
}

// corrections lists the corrections of an article, with the form for another.
func (n *Newsroom) corrections(w http.ResponseWriter, r *http.Request) error {
	page, err := n.correctionPage(r)
	if err != nil {
		return err
	}
	return n.render(w, r, http.StatusOK, "corrections", page)
}

func (n *Newsroom) correct(w http.ResponseWriter, r *http.Request) error {
	page, err := n.correctionPage(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	page.Kind, page.Text, page.Changed = news.CorrectionKind(f.Line("kind")), f.Text("text"), f.Text("changed")
	_, err = n.Flow.Correct(r.Context(), actorOf(r), f.Line("action"),
		news.Correction{Article: page.Article.Code, Kind: page.Kind, Text: page.Text, Changed: page.Changed})
	if k := news.KindOf(err); err != nil && (k == news.Invalid || k == news.Conflict) {
		page.Problems = n.problems(err, "kind", "text", "changed")
		return n.render(w, r, web.Status(err), "corrections", page)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, editPath(page.Article.Code)+"/corrections?done=corrected")
}
