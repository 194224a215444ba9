package markup

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The asides of a body by their class: a pull quote; a box that names another
// article («بیشتر بخوانید»); a note to editors, which readers never see. Other
// sites have asides of class note that are for readers, hence the longer name.
const (
	classPullQuote = "pullquote"
	classMore      = "more"
	classNote      = "desk-note"

	moreClass = `class="` + classMore + `"`
	noteClass = `class="` + classNote + `"`

	// articlePath stands before the code in an article's address.
	articlePath = "/news/"
)

// boxForm is a box in canonical form.
var boxForm = regexp.MustCompile(`<aside ` + moreClass + `><a href="` + articlePath + `([0-9]+)">`)

// MoreCodes returns the codes of the articles that the boxes of a body name, in
// order, each once.
func MoreCodes(h HTML) []int64 {
	var codes []int64
	seen := map[string]bool{}
	for _, m := range boxForm.FindAllStringSubmatch(string(h), -1) {
		if code, err := strconv.ParseInt(m[1], 10, 64); err == nil && !seen[m[1]] {
			seen[m[1]] = true
			codes = append(codes, code)
		}
	}
	return codes
}

// FillMore puts the address and the headline into the boxes that name articles.
// A box whose article is not ok vanishes without a trace. article must answer as
// the reader of the page may know: from the gate. The result is for showing, not
// for storing.
func FillMore(h HTML, article func(code int64) (path, headline string, ok bool)) HTML {
	if !boxForm.MatchString(string(h)) {
		return h
	}
	return render(parse(string(h), reading{article: article}))
}

// WithoutNotes returns the body without the notes to editors. Whatever leaves the
// newsroom passes through it.
func WithoutNotes(h HTML) HTML {
	if !strings.Contains(string(h), noteClass) {
		return h
	}
	return render(parse(string(h), reading{dropNotes: true}))
}

// aside adds a pull quote, a box or a note; any other aside is unwrapped.
func (b *builder) aside(n *html.Node) {
	class := asideForm.FindStringSubmatch(attr(n, "class"))
	if class == nil {
		b.leafElement(n, "p")
		return
	}
	switch code, isBox := moreCode(n); {
	case class[1] == classNote:
		b.note(n)
	case class[1] == classPullQuote:
		b.quote(n, &block{tag: "aside", class: classPullQuote})
	case isBox:
		b.more(code)
	default:
		b.leafElement(n, "p")
	}
}

// note adds a note to editors. Where it cannot stand it is dropped: its words
// must not become words of the article.
func (b *builder) note(n *html.Node) {
	if b.reading.dropNotes || b.depth >= maxDepth {
		b.flush()
		return
	}
	b.quote(n, &block{tag: "aside", class: classNote})
}

func (b *builder) more(code int64) {
	box := &block{tag: "aside", class: classMore, code: code}
	if b.reading.article != nil {
		var ok bool
		if box.path, box.headline, ok = b.reading.article(code); !ok {
			b.flush()
			return
		}
	}
	b.add(box)
}

// moreCode reads which article a box names: it holds one link, to a path of an
// article, and no words beside it.
func moreCode(n *html.Node) (code int64, ok bool) {
	var link *html.Node
	for d := range n.Descendants() {
		switch {
		case d.DataAtom == atom.A && link == nil:
			link = d
		case d.DataAtom == atom.A || d.DataAtom == atom.Img:
			return 0, false
		case d.Type == html.TextNode && strings.TrimSpace(d.Data) != "" && !isInside(d, link):
			return 0, false
		}
	}
	if link == nil {
		return 0, false
	}
	rest, ok := strings.CutPrefix(attr(link, "href"), articlePath)
	digits, _, _ := strings.Cut(rest, "/")
	code, err := strconv.ParseInt(digits, 10, 64)
	return code, ok && err == nil && code > 0 && strconv.FormatInt(code, 10) == digits
}

func isInside(n, outer *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == outer {
			return true
		}
	}
	return false
}
