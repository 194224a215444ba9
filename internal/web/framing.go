package web

import (
	"net/http"
	"strings"
)

// AllowFraming lets pages of ours show this answer in a frame; other sites still cannot. It is for previews behind a session: there the
// page needs the width of a real window, which no container gives its media queries.
func AllowFraming(w http.ResponseWriter) {
	changePolicy(w, "frame-ancestors 'none'", "frame-ancestors 'self'")
}

// AllowFrames lets this page hold frames with pages of ours.
func AllowFrames(w http.ResponseWriter) {
	changePolicy(w, "default-src 'none'", "default-src 'none'; frame-src 'self'")
}

// AllowPlayers lets this page hold frames of the given origins, such as https://www.aparat.com, and of no other.
func AllowPlayers(w http.ResponseWriter, origins []string) {
	changePolicy(w, "default-src 'none'", "default-src 'none'; frame-src "+strings.Join(origins, " "))
}

func changePolicy(w http.ResponseWriter, from, to string) {
	h := w.Header()
	policy := h.Get("Content-Security-Policy")
	if policy == "" { // a page that will be kept has only what is its own; the rest is set when it is sent
		policy = contentPolicy
	}
	h.Set("Content-Security-Policy", strings.Replace(policy, from, to, 1))
}
