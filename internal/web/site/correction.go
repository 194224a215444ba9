package site

import (
	"context"
	"html/template"
	"net/http"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// amendment is a correction as pages show it.
type amendment struct {
	ID      int64
	Kind    string // in words
	Time    *Moment
	Text    string
	Changed string            // what was changed in the article, as a sentence; "" when nothing is said
	Tongue  template.HTMLAttr // of the headline
	// Headline and Path lead to the article; they are empty at the article itself.
	Headline, Path string
}

func (s *Site) amendment(c news.Correction) amendment {
	out := amendment{ID: c.ID, Kind: s.correctionKind(c.Kind), Time: moment(c.At, s.print.Stamp), Text: c.Text}
	if c.Changed != "" {
		out.Changed = s.print.T("corrections.changed", c.Changed)
	}
	return out
}

func (s *Site) correctionKind(kind news.CorrectionKind) string {
	switch kind {
	case news.Clarification:
		return s.print.T("correction.clarification")
	case news.Denial:
		return s.print.T("correction.denial")
	}
	return s.print.T("correction.amendment")
}

// amended puts an article's corrections into its story; an article that was corrected was changed.
func (s *Site) amended(story *story, a news.PublicArticle, corrections []news.Correction) {
	for _, c := range corrections {
		story.Amendments = append(story.Amendments, s.amendment(c))
	}
	if len(corrections) > 0 {
		story.Updated = moment(a.ModifiedAt, s.print.Stamp)
	}
}

// correctionsOf are the corrections of the articles of a list. Only what was changed after its publication can have any.
func (s *Site) correctionsOf(ctx context.Context, cards []news.PublicCard) (map[news.Code][]news.Correction, error) {
	all := map[news.Code][]news.Correction{}
	for _, card := range cards {
		if !card.ModifiedAt.After(card.PublishedAt) {
			continue
		}
		corrections, err := s.Corrections.Corrections(ctx, card.Code)
		if err != nil {
			return nil, err
		}
		if len(corrections) > 0 {
			all[card.Code] = corrections
		}
	}
	return all, nil
}

type correctionsPage struct {
	frame
	sides
	Heading       string
	Amendments    []amendment
	Newest, Older string
}

// correctionsMany is how many corrections stand on one page of the archive.
const correctionsMany = 30

// corrections is the public archive of corrections, newest first.
func (s *Site) corrections(w http.ResponseWriter, r *http.Request) error {
	const path = "/corrections"
	ctx := r.Context()
	after, err := news.ParseCursor(r.URL.Query().Get("after"))
	if err != nil {
		return news.Fail(news.NotFound, "error.not_found")
	}
	all, next, err := s.Corrections.AllCorrections(ctx, after, correctionsMany)
	if err != nil {
		return err
	}
	heading := s.print.T("site.corrections")
	f, err := s.frame(ctx, "corrections", heading, path, 0, "")
	if err != nil {
		return err
	}
	page := correctionsPage{frame: f, Heading: heading}
	if page.sides, err = s.sides(ctx, &page.frame, 0); err != nil {
		return err
	}
	for _, one := range all {
		a := s.amendment(one.Correction)
		a.Headline, a.Path = one.Headline, one.Path+"#correction-"+news.Code(one.ID).String()
		page.Amendments = append(page.Amendments, a)
	}
	page.Newest, page.Older = page.turn(path, after, next)
	return s.render(w, r, http.StatusOK, "corrections", page)
}
