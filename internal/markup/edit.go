package markup

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Edit is a change of a Draft's text: its bytes from Start to End become After.
type Edit struct {
	Start, End int
	After      string
}

// Draft is the text of a body together with the way back into the body, for
// programs that correct what people wrote.
type Draft struct {
	// Text is what Plain has, but untidied: paragraphs, items, cells, captions and
	// line breaks end with "\n", and there may be empty lines.
	Text   string
	body   string
	pieces []piece
}

// piece is a stretch of text without tags, as it stands in the text and in the body.
type piece struct {
	start, end int // bytes of the text
	from, to   int // bytes of the body; as many, but for an entity
	held       bool
}

// DraftOf reads a body in canonical form.
func DraftOf(h HTML) *Draft {
	r := draftReader{src: string(h)}
	for r.at < len(r.src) {
		open := strings.IndexByte(r.src[r.at:], '<')
		if open < 0 {
			open = len(r.src) - r.at
		}
		r.words(r.at + open)
		end := strings.IndexByte(r.src[r.at:], '>')
		if end < 0 {
			break
		}
		r.tag(r.src[r.at+1 : r.at+end])
		r.at += end + 1
	}
	return &Draft{Text: r.text.String(), body: r.src, pieces: r.pieces}
}

// draftReader walks over a body.
type draftReader struct {
	src    string
	at     int
	text   strings.Builder
	pieces []piece
	open   []opened
}

// opened is an element around the place: whether its words are none of the text, or of another language.
type opened struct{ out, held bool }

func (r *draftReader) around() opened {
	if len(r.open) == 0 {
		return opened{}
	}
	return r.open[len(r.open)-1]
}

// words takes the text up to a place in the body.
func (r *draftReader) words(end int) {
	in := r.around()
	for r.at < end {
		stop, char := end, ""
		if i := strings.IndexByte(r.src[r.at:end], '&'); i == 0 {
			stop, char = r.entity()
		} else if i > 0 {
			stop = r.at + i
		}
		if !in.out {
			start := r.text.Len()
			if char == "" {
				char = r.src[r.at:stop]
			}
			r.text.WriteString(char)
			r.pieces = append(r.pieces, piece{start, r.text.Len(), r.at, stop, in.held})
		}
		r.at = stop
	}
}

// entity reads one of the three entities that a canonical body has.
func (r *draftReader) entity() (end int, char string) {
	for entity, char := range map[string]string{"&amp;": "&", "&lt;": "<", "&gt;": ">"} {
		if strings.HasPrefix(r.src[r.at:], entity) {
			return r.at + len(entity), char
		}
	}
	return r.at + 1, "&"
}

func (r *draftReader) tag(tag string) {
	name, attributes, _ := strings.Cut(tag, " ")
	switch name {
	case "br", "cite", "/p", "/h2", "/h3", "/li", "/td", "/th", "/figcaption":
		if !r.around().out {
			r.text.WriteByte('\n')
		}
	}
	switch {
	case name == "br" || name == "hr" || name == "img":
	case strings.HasPrefix(name, "/"):
		r.open = r.open[:max(0, len(r.open)-1)]
	default:
		in := r.around()
		switch name {
		case "aside":
			in.out = in.out || strings.HasPrefix(attributes, noteClass) || strings.HasPrefix(attributes, moreClass)
		case "figure":
			in.out = true
		case "figcaption":
			in.out = r.outside(2)
		}
		in.held = in.held || otherLanguage(name, attributes)
		r.open = append(r.open, in)
	}
}

// outside tells whether the words around the element so many levels up are none of the text.
func (r *draftReader) outside(up int) bool {
	at := len(r.open) - up
	return at >= 0 && r.open[at].out
}

// otherLanguage tells whether an element says that it is not Persian, or is set from left to right by hand.
func otherLanguage(name, attributes string) bool {
	if _, lang, ok := strings.Cut(attributes, `lang="`); ok && !strings.HasPrefix(lang, "fa") {
		return true
	}
	return (name == "span" || name == "bdi") && strings.Contains(attributes, `dir="ltr"`)
}

// Holds tells whether the text from start to end may not be corrected: part of
// it is marked as another language, or it reaches over the end of a paragraph.
func (d *Draft) Holds(start, end int) bool {
	if start < 0 || end < start || end > len(d.Text) || strings.Contains(d.Text[start:end], "\n") {
		return true
	}
	for _, p := range d.touched(start, end) {
		if p.held {
			return true
		}
	}
	return false
}

// touched are the pieces that a stretch of text has a part in.
func (d *Draft) touched(start, end int) []piece {
	first, _ := slices.BinarySearchFunc(d.pieces, start, func(p piece, at int) int {
		if p.end <= at {
			return -1
		}
		return 1
	})
	last := first
	for last < len(d.pieces) && d.pieces[last].start < end {
		last++
	}
	return d.pieces[first:last]
}

// Apply returns the body with the edits made. Emphasis and links around the
// words stay. Edits that Holds speaks against, and all but the first of several
// that overlap, are passed over.
func (d *Draft) Apply(edits ...Edit) HTML {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Edit) int { return a.Start - b.Start })
	w := draftWriter{draft: d}
	last := 0
	for _, e := range sorted {
		if e.Start < last || d.Holds(e.Start, e.End) {
			continue
		}
		last = e.End
		w.edit(d.shorten(e))
	}
	if w.at == 0 {
		return HTML(d.body)
	}
	w.out.WriteString(d.body[w.at:])
	return Sanitize(w.out.String())
}

// shorten leaves out what an edit does not change at its ends, so that marks inside it stay where they are.
func (d *Draft) shorten(e Edit) Edit {
	before := d.Text[e.Start:e.End]
	for before != "" && e.After != "" {
		r, n := utf8.DecodeRuneInString(before)
		if other, m := utf8.DecodeRuneInString(e.After); other != r || m != n {
			break
		}
		before, e.After, e.Start = before[n:], e.After[n:], e.Start+n
	}
	for before != "" && e.After != "" {
		r, n := utf8.DecodeLastRuneInString(before)
		if other, m := utf8.DecodeLastRuneInString(e.After); other != r || m != n {
			break
		}
		before, e.After, e.End = before[:len(before)-n], e.After[:len(e.After)-n], e.End-n
	}
	return e
}

// draftWriter writes a body anew with its edits, in the order of the text.
type draftWriter struct {
	draft *Draft
	out   writer
	at    int // bytes of the body that are written
}

func (w *draftWriter) edit(e Edit) {
	pieces := w.draft.touched(e.Start, e.End)
	if e.Start == e.End {
		pieces = w.draft.touched(max(0, e.Start-1), e.Start) // what is put in belongs to the word before
	}
	if len(pieces) == 0 {
		return
	}
	for i, p := range pieces {
		from, to := p.from, p.to
		if p.to-p.from == p.end-p.start { // no entity
			from, to = p.from+max(0, e.Start-p.start), p.to-max(0, p.end-e.End)
		} else if e.Start >= p.end {
			from = to
		}
		w.out.WriteString(w.draft.body[w.at:from])
		if i == 0 {
			w.out.text(e.After)
		}
		w.at = to
	}
}
