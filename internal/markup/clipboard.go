package markup

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// FromClipboard reads what other programs put on the clipboard as HTML: Word and
// LibreOffice, Google Docs, Telegram, web pages. It knows how they write what
// HTML has elements for (Word's lists are paragraphs with a style, the bold of
// Google Docs is a span), takes away what they add (comments, list marks, link
// trackers) and sanitises the rest.
func FromClipboard(src string) HTML {
	src = fragment(strings.ToValidUTF8(limit(src), "\uFFFD"))
	page, err := html.Parse(strings.NewReader(src))
	if err != nil {
		return Sanitize(src)
	}
	body := page.LastChild
	for body != nil && body.DataAtom != atom.Body && body.LastChild != nil {
		body = body.LastChild
	}
	if body == nil || body.DataAtom != atom.Body {
		return Sanitize(src)
	}
	(&clipboard{}).children(body)
	var out strings.Builder
	for c := body.FirstChild; c != nil; c = c.NextSibling {
		if html.Render(&out, c) != nil {
			return Sanitize(src)
		}
	}
	return Sanitize(out.String())
}

// fragment returns what stands between the marks that Windows programs put around
// the selected part of a page.
func fragment(src string) string {
	const start, end = "<!--StartFragment-->", "<!--EndFragment-->"
	if _, rest, ok := strings.Cut(src, start); ok {
		src = rest
	}
	if i := strings.LastIndex(src, end); i >= 0 {
		src = src[:i]
	}
	return src
}

// clipboard rewrites a page in place.
type clipboard struct {
	heading int // headings around this place: they are bold without saying so
	strong  int
}

func (c *clipboard) children(parent *html.Node) {
	for n := parent.FirstChild; n != nil; {
		next := n.NextSibling
		c.node(n)
		n = next
	}
	gatherLists(parent)
}

func (c *clipboard) node(n *html.Node) {
	if n.Type != html.ElementNode {
		if n.Type == html.CommentNode {
			n.Parent.RemoveChild(n)
		}
		return
	}
	style := styleOf(n)
	if unseen(n, style) {
		n.Parent.RemoveChild(n)
		return
	}
	if n.DataAtom == atom.Img && strings.Contains(strings.ToLower(attr(n, "class")), "emoji") {
		n.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: attr(n, "alt")}, n)
		n.Parent.RemoveChild(n)
		return
	}
	// Word takes Persian for Arabic, and English for whatever stands beside it.
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "lang" })
	rename(n, style)
	if c.heading > 0 && (n.DataAtom == atom.B || n.DataAtom == atom.Strong) {
		become(n, atom.Span)
	}
	isHeading := len(n.Data) == 2 && n.Data[0] == 'h' && n.DataAtom != atom.Hr
	isStrong := n.DataAtom == atom.B || n.DataAtom == atom.Strong
	if isHeading {
		c.heading++
	}
	if isStrong {
		c.strong++
	}
	c.children(n)
	if n.DataAtom == atom.Span {
		c.emphasise(n, style)
	}
	if isHeading {
		c.heading--
	}
	if isStrong {
		c.strong--
	}
}

// unseen finds what the page it comes from does not show, and the comments that
// word processors append.
func unseen(n *html.Node, style map[string]string) bool {
	return style["display"] == "none" || style["mso-hide"] == "all" || style["mso-element"] == "comment-list" ||
		strings.Contains(attr(n, "class"), "MsoCommentReference") || n.DataAtom == atom.A && strings.HasPrefix(attr(n, "id"), "cmnt")
}

// rename gives an element the name of what it stands for.
func rename(n *html.Node, style map[string]string) {
	class := attr(n, "class")
	switch n.DataAtom {
	case atom.B, atom.Strong:
		// Google Docs wraps everything it copies in such a b.
		if weight := style["font-weight"]; weight == "normal" || weight == "400" {
			become(n, atom.Span)
		}
	case atom.I, atom.Em:
		if style["font-style"] == "normal" {
			become(n, atom.Span)
		}
	case atom.P:
		switch {
		case strings.HasPrefix(class, "MsoTitle"):
			become(n, atom.H2)
		case strings.HasPrefix(class, "MsoSubtitle"):
			become(n, atom.H3)
		case strings.HasPrefix(class, "MsoQuote"), strings.HasPrefix(class, "MsoIntenseQuote"):
			become(n, atom.Blockquote)
		}
	case atom.A:
		for i, a := range n.Attr {
			if a.Key == "href" {
				n.Attr[i].Val = target(a.Val)
			}
		}
	}
}

func become(n *html.Node, name atom.Atom) { n.DataAtom, n.Data = name, name.String() }

// target returns where a link of Google Docs leads, which it sends by way of itself.
func target(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Path != "/url" || u.Host != "www.google.com" {
		return address
	}
	if to := u.Query().Get("q"); strings.HasPrefix(to, "http") {
		return to
	}
	return address
}

// emphasise puts the elements around the content of a span that its style speaks of.
func (c *clipboard) emphasise(span *html.Node, style map[string]string) {
	weight, _ := strconv.Atoi(style["font-weight"])
	if (weight >= 600 || style["font-weight"] == "bold") && c.heading+c.strong == 0 {
		wrapChildren(span, atom.Strong)
	}
	if style["font-style"] == "italic" && c.heading == 0 {
		wrapChildren(span, atom.Em)
	}
	switch style["vertical-align"] {
	case "super":
		wrapChildren(span, atom.Sup)
	case "sub":
		wrapChildren(span, atom.Sub)
	}
}

func wrapChildren(n *html.Node, name atom.Atom) {
	around := newNode(name)
	adopt(around, n)
	n.AppendChild(around)
}

func newNode(name atom.Atom) *html.Node {
	return &html.Node{Type: html.ElementNode, DataAtom: name, Data: name.String()}
}

// adopt moves all children of from into parent.
func adopt(parent, from *html.Node) {
	for from.FirstChild != nil {
		c := from.FirstChild
		from.RemoveChild(c)
		parent.AppendChild(c)
	}
}

// styleOf reads a style attribute, in lower case.
func styleOf(n *html.Node) map[string]string {
	style := map[string]string{}
	for declaration := range strings.SplitSeq(strings.ToLower(attr(n, "style")), ";") {
		name, value, _ := strings.Cut(declaration, ":")
		style[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return style
}

// gatherLists makes lists of the paragraphs under parent that Word marks as items
// («mso-list:l0 level2 lfo1»), and one list of those that Word for the web writes
// one by one.
func gatherLists(parent *html.Node) {
	var open []*html.Node // the lists that are open here, by level
	var wrapped *html.Node
	for n := parent.FirstChild; n != nil; {
		next := n.NextSibling
		level := itemLevel(n)
		switch {
		case n.Type == html.TextNode && strings.TrimSpace(n.Data) == "":
		case level > 0:
			open, wrapped = addItem(open, n, level), nil
		case strings.Contains(attr(n, "class"), "ListContainerWrapper"):
			list := n.FirstChild
			if wrapped != nil && list != nil && list.Data == wrapped.Data && list.NextSibling == nil {
				adopt(wrapped, list)
				parent.RemoveChild(n)
			} else if wrapped = list; list != nil && list.NextSibling != nil {
				wrapped = nil
			}
			open = nil
		default:
			open, wrapped = nil, nil
		}
		n = next
	}
}

// itemLevel returns at which level of a list a paragraph of Word stands; 0 for in none.
func itemLevel(n *html.Node) int {
	if n.Type != html.ElementNode || !isLeaf(n) {
		return 0
	}
	for word := range strings.FieldsSeq(styleOf(n)["mso-list"]) {
		if digits, ok := strings.CutPrefix(word, "level"); ok {
			if level, err := strconv.Atoi(digits); err == nil && level > 0 && level < 10 {
				return level
			}
		}
	}
	return 0
}

func isLeaf(n *html.Node) bool {
	return slices.Contains([]atom.Atom{atom.P, atom.Div, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6}, n.DataAtom)
}

// addItem moves a paragraph into the open lists and returns those that are open now.
func addItem(open []*html.Node, item *html.Node, level int) []*html.Node {
	name := takeMark(item)
	if len(open) > level {
		open = open[:level]
	}
	if n := len(open); n == level && open[n-1].DataAtom != name {
		open = open[:n-1]
	}
	for len(open) < level {
		list := newNode(name)
		if len(open) == 0 {
			item.Parent.InsertBefore(list, item)
		} else if outer := open[len(open)-1]; outer.LastChild != nil {
			outer.LastChild.AppendChild(list)
		} else {
			outer.AppendChild(newNode(atom.Li))
			outer.LastChild.AppendChild(list)
		}
		open = append(open, list)
	}
	item.Parent.RemoveChild(item)
	become(item, atom.Li)
	open[level-1].AppendChild(item)
	return open
}

// takeMark removes the mark that Word writes before an item and returns which kind
// of list it belongs to: a number or letter with a point or bracket is ordered.
func takeMark(item *html.Node) atom.Atom {
	for n := range item.Descendants() {
		if n.Type != html.ElementNode || styleOf(n)["mso-list"] != "ignore" {
			continue
		}
		mark := strings.TrimSpace(plainNode(n))
		n.Parent.RemoveChild(n)
		if strings.HasSuffix(mark, ".") || strings.HasSuffix(mark, ")") || strings.HasSuffix(mark, "-") && len(mark) > 1 {
			return atom.Ol
		}
		return atom.Ul
	}
	return atom.Ul
}

func plainNode(n *html.Node) string {
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out.WriteString(d.Data)
		}
	}
	return out.String()
}
