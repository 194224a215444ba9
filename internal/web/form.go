package web

import (
	"crypto/rand"
	"encoding/base64"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// memoryForFiles is how much of an upload is held in memory before it goes to a temporary file, in bytes.
const memoryForFiles = 1 << 20

// Form is what was sent with a form, in the body only: what stands in the address is not part of it.
type Form struct {
	values url.Values
	files  map[string][]*multipart.FileHeader
}

// ReadForm reads the body of a form. A body over the route's limit is a *http.MaxBytesError, one that is no form an
// Invalid error.
func ReadForm(r *http.Request) (Form, error) {
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(memoryForFiles)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		return Form{}, badBody(err)
	}
	f := Form{values: r.PostForm}
	if r.MultipartForm != nil {
		f.files = r.MultipartForm.File
	}
	return f, nil
}

// NewForm makes a Form of fields that came in another way than by a form, such as by a script.
func NewForm(values url.Values) Form { return Form{values: values} }

// Has tells whether a field was sent at all: a box that is not ticked is not.
func (f Form) Has(name string) bool { return f.values.Has(name) }

// Get is a field as it was typed, "" when it was not sent.
func (f Form) Get(name string) string { return f.values.Get(name) }

// Text is a field of several lines with plain newlines; spaces are left as typed. What no text may hold is not in it: NUL, and
// bytes that are no character, which PostgreSQL refuses.
func (f Form) Text(name string) string {
	text := strings.ToValidUTF8(strings.ReplaceAll(f.values.Get(name), "\x00", ""), "\ufffd")
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// All are the values of a field that may be sent several times, as they were typed.
func (f Form) All(name string) []string { return f.values[name] }

// Line is a field of one line without spaces around it.
func (f Form) Line(name string) string {
	return strings.TrimSpace(strings.ReplaceAll(f.Text(name), "\n", " "))
}

// Int is a whole number in ASCII digits, 0 when the field holds none.
func (f Form) Int(name string) int64 {
	n, err := strconv.ParseInt(f.Line(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// File is the file sent in a field; ok is false when none was chosen. The caller opens and closes it.
func (f Form) File(name string) (file *multipart.FileHeader, ok bool) {
	if all := f.files[name]; len(all) > 0 && (all[0].Size > 0 || all[0].Filename != "") {
		return all[0], true
	}
	return nil, false
}

// Files are all files sent in a field that takes several. The caller opens and closes them.
func (f Form) Files(name string) []*multipart.FileHeader {
	var chosen []*multipart.FileHeader
	for _, file := range f.files[name] {
		if file.Size > 0 || file.Filename != "" {
			chosen = append(chosen, file)
		}
	}
	return chosen
}

// NewAction makes the id of an act: 16 random bytes as 22 base64url characters, for a form's hidden field "action".
func NewAction() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the process rather than give less
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Redirect sends the person who posted a form to a page of ours: 303. target is a root-relative address.
func Redirect(w http.ResponseWriter, r *http.Request, target string) error {
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}

// Done is the key that a redirect put into ?done=, "" unless it is one of the known ones: nobody can make our pages say
// something by a link.
func Done(r *http.Request, known ...string) string {
	if key := r.URL.Query().Get("done"); slices.Contains(known, key) {
		return key
	}
	return ""
}

// Message is the sentence of an error in the printer's language; a time among its arguments is written as a stamp.
func Message(p i18n.Printer, e *news.Error) string {
	args := make([]any, len(e.Args))
	for i, arg := range e.Args {
		if t, ok := arg.(time.Time); ok {
			arg = p.Stamp(t)
		}
		args[i] = arg
	}
	return p.T(e.Key, args...)
}

// Problems are the sentences of an error, by form field.
type Problems struct {
	fields  map[string]string
	general []string
}

// NewProblems sorts the errors in err's tree: those with a field of the form, and the rest. fields are the names the form
// can show an error at; an error of another field is counted among the general ones, so that none is lost.
func NewProblems(p i18n.Printer, err error, fields ...string) Problems {
	return SortProblems(err, func(e *news.Error) string { return Message(p, e) }, fields...)
}

// SortProblems is NewProblems for an area that has sentences of its own.
func SortProblems(err error, message func(*news.Error) string, fields ...string) Problems {
	out := Problems{fields: map[string]string{}}
	for _, e := range news.Errors(err) {
		if _, taken := out.fields[e.Field]; !taken && e.Field != "" && slices.Contains(fields, e.Field) {
			out.fields[e.Field] = message(e)
			continue
		}
		out.general = append(out.general, message(e))
	}
	return out
}

// For is the sentence at a field, "" when there is none.
func (p Problems) For(field string) string { return p.fields[field] }

// General are the sentences that belong to no field.
func (p Problems) General() []string { return p.general }

// Any tells whether there are problems.
func (p Problems) Any() bool { return len(p.fields)+len(p.general) > 0 }
