package web

import (
	"net/http"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// PreviewFrame is what stands around an article that is not public.
type PreviewFrame struct {
	Here  string // its own address, with the version when it names one
	Media string // where its media are below the site's root, with a slash at both ends: it takes the place of "/media/"
	// LinkTo is where the form that makes a link for somebody outside is sent; "" shows none.
	LinkTo string
	Action string // the form's action id
	Link   string // absolute: a link that was just made; "" for none
	Until  time.Time
}

// PreviewPages show articles that are not public as their pages will look; the reader's side has the templates for it.
type PreviewPages interface {
	ShowPreview(w http.ResponseWriter, r *http.Request, p news.Preview, around PreviewFrame) error
	ShowPreviewMedia(w http.ResponseWriter, r *http.Request, m news.Media) error
}

// SetHidden is SetSecretAddress for a page that no search engine may keep either.
func SetHidden(w http.ResponseWriter) {
	SetSecretAddress(w)
	w.Header().Set("X-Robots-Tag", "noindex, nofollow, noarchive")
}
