package web

import "net/http"

// contentPolicy allows what comes from us and nothing else, no inline script or style. JSON-LD in a page is a block of
// data, which the policy does not touch.
const contentPolicy = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const permissionsPolicy = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"

// securityHeaders are those that every answer carries; a handler may make one stricter.
func securityHeaders(https bool) http.Header {
	h := http.Header{}
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Permissions-Policy", permissionsPolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if https {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	return h
}

// SetPrivate keeps a page out of every cache and its address out of every Referer. Pages behind a session, receipts and
// one-time links call it before they render.
func SetPrivate(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "same-origin")
}

// SetSecretAddress is SetPrivate for a page whose address is itself a secret: not even we get it as Referer.
func SetSecretAddress(w http.ResponseWriter) {
	SetPrivate(w)
	w.Header().Set("Referrer-Policy", "no-referrer")
}
