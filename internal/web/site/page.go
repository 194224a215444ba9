package site

import (
	"html/template"
	"net/http"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// textPage is a page that the newsroom wrote in its settings.
type textPage struct {
	frame
	Heading string
	Body    template.HTML
}

func (s *Site) aboutPage(w http.ResponseWriter, r *http.Request) error {
	return s.text(w, r, "/about", s.print.T("site.about"), s.about)
}

func (s *Site) contactPage(w http.ResponseWriter, r *http.Request) error {
	return s.text(w, r, "/contact", s.print.T("site.contact"), s.contact)
}

func (s *Site) text(w http.ResponseWriter, r *http.Request, path, heading string, body markup.HTML) error {
	if body == "" {
		return news.Fail(news.NotFound, "error.not_found")
	}
	f, err := s.frame(r.Context(), "words", heading, path, 0, "")
	if err != nil {
		return err
	}
	f.Description = markup.Excerpt(body, 160)
	return s.render(w, r, http.StatusOK, "page", textPage{frame: f, Heading: heading, Body: body.Template()})
}
