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

// sectionsPage is the list of all sections.
type sectionsPage struct {
	frame
	Heading string
	All     []navItem
}

func (s *Site) aboutPage(w http.ResponseWriter, r *http.Request) error {
	return s.text(w, r, "/about", s.print.T("site.about"), s.about)
}

func (s *Site) contactPage(w http.ResponseWriter, r *http.Request) error {
	return s.text(w, r, "/contact", s.print.T("site.contact"), s.contact)
}

// allSections lists every section with public articles.
func (s *Site) allSections(w http.ResponseWriter, r *http.Request) error {
	heading := s.print.T("site.all_sections")
	f, err := s.frame(r.Context(), "words", heading, "/sections", 0, "")
	if err != nil {
		return err
	}
	page := sectionsPage{frame: f, Heading: heading}
	for _, section := range f.sections {
		page.All = append(page.All, navItem{Name: s.sectionName(section), Path: section.Path()})
	}
	return s.render(w, r, http.StatusOK, "sections", page)
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
