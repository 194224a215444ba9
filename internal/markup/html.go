package markup

import (
	"html/template"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// HTML is a sanitised body in canonical form. Only this package makes one from
// outside input; the store may convert a string that it wrote from an HTML. Its
// text is clean by the rules of persian.Clean. Nobody cleans or edits it as a
// string: addresses in it are as they were typed.
type HTML string

// MaxSize is the longest source, in bytes, that is read; what stands behind it
// is cut off. A result is never longer either. Handlers limit forms far below.
const MaxSize = 4 << 20

// Template returns the body for html/template, which prints it unescaped.
func (h HTML) Template() template.HTML { return template.HTML(h) }

// String returns the body as it is stored.
func (h HTML) String() string { return string(h) }

// Sanitize brings any HTML into canonical form and drops everything that the
// allow-list does not name: scripts, styles, events, classes, forms, frames.
// Pictures and players of other hosts become links and cards, so that a page
// loads nothing from elsewhere; their text and all visible text stays. It never
// fails, and Sanitize(string(Sanitize(x))) == Sanitize(x).
func Sanitize(src string) HTML {
	src = strings.ToValidUTF8(limit(src), "\uFFFD")
	return render(parse(policy().Sanitize(src), reading{}))
}

// limit cuts src at MaxSize, between two characters.
func limit(src string) string {
	if len(src) <= MaxSize {
		return src
	}
	end := MaxSize
	for end > 0 && !utf8.RuneStart(src[end]) {
		end--
	}
	return src[:end]
}

// parse reads HTML into blocks. It applies the second half of the allow-list:
// what a block or a run cannot hold does not exist afterwards.
func parse(src string, as reading) []*block {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(src), body)
	if err != nil {
		// The parser refuses only what is nested hundreds of elements deep. No
		// person writes that; the words are kept and the structure is not.
		nodes = []*html.Node{{Type: html.TextNode, Data: textOf(src)}}
	}
	b := &builder{leaf: "p", reading: as}
	for _, n := range nodes {
		b.node(n)
	}
	return b.finish()
}

// textOf returns the text of HTML that could not be parsed.
func textOf(src string) string {
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(src))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out.String()
		case html.TextToken:
			out.Write(z.Text())
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			out.WriteByte(' ')
		}
	}
}
