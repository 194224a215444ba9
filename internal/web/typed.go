package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// keptTyped bounds what is read of a form in order to give it back, in bytes. One that the handler has read already is given back whatever its size.
const keptTyped = 2 << 20

// Typed is the error of a form that could not be taken for a reason which lies in no field of it: without a session, or while nothing can be
// stored. It holds what was typed; the page of the error gives it back, to be sent again.
type Typed struct {
	error
	Action    string // the path where the form goes
	Fields    []TypedField
	Multipart bool
	Files     bool // files came with it, which no page can give back
}

// TypedField is a field of a form as it was sent.
type TypedField struct{ Name, Value string }

// Unwrap gives the error by which the form was turned away.
func (t *Typed) Unwrap() error { return t.error }

// Long tells a text from a word: it is shown, not only carried along.
func (f TypedField) Long() bool { return strings.ContainsAny(f.Value, "\n") || len(f.Value) > 80 }

// wantsJSON tells whether a script asks, which keeps what was typed itself.
func wantsJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}

// keepTyped adds what was typed to the error of a form that will be sent again. Passwords are not given back.
func keepTyped(r *http.Request, err error) error {
	if status := statusOf(r, err); status != http.StatusUnauthorized && status != http.StatusServiceUnavailable {
		return err
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	multi := kind == "multipart/form-data"
	if r.Method != http.MethodPost || wantsJSON(r) || !multi && kind != "application/x-www-form-urlencoded" {
		return err
	}
	if r.PostForm == nil && (r.ContentLength < 1 || r.ContentLength > keptTyped) {
		return err
	}
	if _, bad := ReadForm(r); bad != nil {
		return err
	}
	kept := &Typed{error: err, Action: r.URL.RequestURI(), Multipart: multi, Files: r.MultipartForm != nil && len(r.MultipartForm.File) > 0}
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		if name == "password" {
			continue
		}
		for _, value := range r.PostForm[name] {
			kept.Fields = append(kept.Fields, TypedField{name, value})
		}
	}
	return kept
}
