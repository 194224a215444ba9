package newsroom

import (
	"net/http"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

type templatePage struct {
	frame
	Kinds    []news.ArticleKind
	Kind     news.ArticleKind
	Form     articleForm
	Sections []news.Section
	Problems web.Problems
}

// Chosen tells the section that the template names.
func (p templatePage) Chosen(s news.Section) bool {
	return s.ID == p.Form.Section || p.Form.Section == 0 && s.Slug == news.GeneralSlug
}

// templatesPage leads to the first kind's template.
func (n *Newsroom) templatesPage(w http.ResponseWriter, r *http.Request) error {
	return web.Redirect(w, r, pathTemplates+"/"+string(news.KindNews))
}

// kindOf reads a kind of article from an address.
func kindOf(value string) (news.ArticleKind, error) {
	if kind := news.ArticleKind(value); slices.Contains(news.ArticleKinds(), kind) {
		return kind, nil
	}
	return "", news.Fail(news.NotFound, "error.not_found")
}

func (n *Newsroom) templatePage(r *http.Request) (templatePage, error) {
	kind, err := kindOf(r.PathValue("kind"))
	if err != nil {
		return templatePage{}, err
	}
	sections, err := n.Articles.Sections(r.Context())
	if err != nil {
		return templatePage{}, err
	}
	return templatePage{frame: n.frame(r, n.print.T("template.title"), "templates"), Kinds: news.ArticleKinds(), Kind: kind, Sections: sections}, nil
}

// editTemplate shows what new articles of a kind begin with.
func (n *Newsroom) editTemplate(w http.ResponseWriter, r *http.Request) error {
	page, err := n.templatePage(r)
	if err != nil {
		return err
	}
	c, err := n.Flow.Template(r.Context(), actorOf(r), page.Kind)
	if err != nil {
		return err
	}
	page.Form = formOf(c)
	if r.URL.Query().Get("done") == "saved" {
		page.frame.Done = n.print.T("template.done")
	}
	return n.render(w, r, http.StatusOK, "template", page)
}

func (n *Newsroom) saveTemplate(w http.ResponseWriter, r *http.Request) error {
	page, err := n.templatePage(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	page.Form = readArticleForm(f)
	page.Form.Kind = page.Kind
	err = n.Flow.SaveTemplate(r.Context(), actorOf(r), page.Form.content())
	if err != nil && news.KindOf(err) == news.Invalid {
		page.Problems = n.problems(err, formFields...)
		return n.render(w, r, http.StatusUnprocessableEntity, "template", page)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, pathTemplates+"/"+string(page.Kind)+"?done=saved")
}
