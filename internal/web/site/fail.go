package site

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// failPage is an error's page. Our own faults read nothing from the store, which may be what failed.
type failPage struct {
	frame
	Number    string
	Heading   string
	Sentences []string
	Request   string     // the number under which our logs know it; only for our own faults
	Typed     *web.Typed // the form that came while nothing could be stored, to be sent again; nil for anything else
}

// fail writes the page of an error, for scripts the same as JSON.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, status int, err error) error {
	heading, sentence := s.failure(status)
	// A withdrawal says why, in the newsroom's own words.
	var known *news.Error
	if errors.As(err, &known) && known.Kind == news.Gone && len(known.Args) > 0 {
		if reason, ok := known.Args[0].(string); ok && reason != "" {
			sentence = reason
		}
	}
	if hasKey(err, "error.no_primary") && r.Method == http.MethodPost {
		sentence = s.print.T("error.no_primary")
	}
	if wantsJSON(r) {
		return writeJSON(w, r, status, answer{Message: sentence})
	}
	page := failPage{frame: s.failFrame(r, status, heading), Heading: heading, Sentences: []string{sentence}, Number: strconv.Itoa(status)}
	page.Robots = "noindex"
	page.Letters = errors.As(err, &page.Typed)
	if s.settings.Lang == i18n.FA {
		page.Number = persian.Digits(page.Number)
	}
	if status == http.StatusInternalServerError {
		page.Request = web.RequestID(r.Context())
	}
	return s.render(w, r, status, "error", page)
}

// failFrame has the sections above it where the store is not what failed.
func (s *Site) failFrame(r *http.Request, status int, heading string) frame {
	if status < http.StatusInternalServerError {
		if f, err := s.frame(r.Context(), "failed", heading, "", 0, ""); err == nil {
			f.Canonical = ""
			return f
		}
	}
	return s.bare("failed", heading)
}

// failure is what a status says to people.
func (s *Site) failure(status int) (heading, sentence string) {
	t := s.print.T
	switch status {
	case http.StatusNotFound:
		return t("fail.not_found"), t("fail.not_found_more")
	case http.StatusGone:
		return t("fail.gone"), t("fail.gone_more")
	case http.StatusForbidden:
		return t("fail.forbidden"), t("fail.forbidden_more")
	case http.StatusTooManyRequests:
		return t("fail.too_many"), t("fail.too_many_more")
	case http.StatusServiceUnavailable:
		return t("fail.unavailable"), t("fail.unavailable_more")
	case http.StatusInternalServerError:
		return t("fail.internal"), t("fail.internal_more")
	}
	return t("fail.refused"), t("fail.refused_more")
}
