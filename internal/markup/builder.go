package markup

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxDepth is how many containers may stand in one another; deeper ones are
// unwrapped.
const maxDepth = 8

// builder turns the nodes of one container into its blocks.
type builder struct {
	blocks  []*block
	runs    []run  // of the open leaf
	leaf    string // tag of the open leaf: p, h2, h3
	lang    string // of the blocks being made
	format  format
	depth   int
	inTable bool
	pre     bool
	reading reading
}

// reading says what becomes of the blocks that not everybody sees.
type reading struct {
	dropNotes bool
	// article gives the address and the headline of the article that a box names;
	// a box it does not know vanishes. nil leaves every box as it is.
	article func(code int64) (path, headline string, ok bool)
}

// inside returns a builder for a container that stands here.
func (b *builder) inside() *builder {
	return &builder{leaf: "p", lang: b.lang, format: b.format, depth: b.depth + 1, inTable: b.inTable, reading: b.reading}
}

// finish closes the open leaf and returns the blocks, without rules that
// separate nothing.
func (b *builder) finish() []*block {
	b.flush()
	return trimRules(b.blocks)
}

func trimRules(blocks []*block) []*block {
	out := blocks[:0]
	for _, x := range blocks {
		if x.tag != "hr" || len(out) > 0 && out[len(out)-1].tag != "hr" {
			out = append(out, x)
		}
	}
	if len(out) > 0 && out[len(out)-1].tag == "hr" {
		out = out[:len(out)-1]
	}
	return out
}

func (b *builder) flush() {
	for _, runs := range tidy(b.runs, b.leaf != "p") {
		b.blocks = append(b.blocks, newLeaf(b.leaf, b.lang, runs))
	}
	b.runs = nil
}

// newLeaf makes a leaf and drops from its runs what the leaf says already, and
// from a leaf in Persian that it is Persian: word processors say so of every
// word.
func newLeaf(tag, lang string, runs []run) *block {
	dir := direction(runs)
	if dir != "ltr" {
		dir = "rtl"
		if isPersian(lang) {
			lang = ""
		}
	}
	for i := range runs {
		r := &runs[i]
		if r.dir == dir {
			r.dir = ""
		}
		if r.lang == lang || lang == "" && dir == "rtl" && isPersian(r.lang) {
			r.lang = ""
		}
	}
	return &block{tag: tag, lang: lang, runs: merge(runs)}
}

func isPersian(lang string) bool { return lang == "fa" || strings.HasPrefix(lang, "fa-") }

// merge joins neighbours that have become equal.
func merge(runs []run) []run {
	out := runs[:0]
	for _, r := range runs {
		if n := len(out); n > 0 && !r.br && !out[n-1].br && out[n-1].format == r.format {
			out[n-1].text = join(out[n-1].text, r.text)
			continue
		}
		out = append(out, r)
	}
	return out
}

// join puts two texts together; a mark at the seam is composed.
func join(a, b string) string {
	last, size := utf8.DecodeLastRuneInString(a)
	mark, width := utf8.DecodeRuneInString(b)
	if whole := compose(last, mark); whole != 0 {
		return a[:len(a)-size] + string(whole) + b[width:]
	}
	return a + b
}

func (b *builder) add(blocks ...*block) {
	b.flush()
	b.blocks = append(b.blocks, blocks...)
}

func (b *builder) node(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		b.textNode(n.Data)
	case html.ElementNode:
		if n.Namespace == "" {
			b.element(n)
		}
	}
}

func (b *builder) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.node(c)
	}
}

func (b *builder) textNode(text string) {
	if !b.pre {
		b.runs = append(b.runs, run{text: text, format: b.format})
		return
	}
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.runs = append(b.runs, run{br: true})
		}
		b.runs = append(b.runs, run{text: line, format: b.format})
	}
}

func (b *builder) element(n *html.Node) {
	switch n.DataAtom {
	case atom.Br:
		b.runs = append(b.runs, run{br: true})
	case atom.Hr:
		b.add(&block{tag: "hr"})
	case atom.Img:
		b.picture(n)
	case atom.Iframe, atom.Embed, atom.Video, atom.Audio:
		b.player(n)
	case atom.H1, atom.H2:
		b.leafElement(n, "h2")
	case atom.H3, atom.H4, atom.H5, atom.H6:
		b.leafElement(n, "h3")
	case atom.Ul, atom.Ol, atom.Menu:
		b.list(n)
	case atom.Blockquote:
		b.quote(n, &block{tag: "blockquote"})
	case atom.Aside:
		b.aside(n)
	case atom.Table:
		b.table(n)
	case atom.Figure:
		b.figure(n)
	case atom.Strong, atom.B, atom.Em, atom.I, atom.Cite, atom.Sub, atom.Sup, atom.A, atom.Span, atom.Bdi, atom.Bdo:
		b.inline(n)
	case atom.Script, atom.Style, atom.Template, atom.Title, atom.Textarea, atom.Noscript, atom.Source:
		// The first gate lets none of these through but source, which is empty.
	default:
		b.leafElement(n, "p")
	}
}

// inline walks through an inline element with its format.
func (b *builder) inline(n *html.Node) {
	outer := b.format
	f := &b.format
	switch n.DataAtom {
	case atom.Strong, atom.B:
		f.strong = true
	case atom.Em, atom.I, atom.Cite:
		f.em = true
	case atom.Sub:
		f.subscript, f.super = true, false
	case atom.Sup:
		f.subscript, f.super = false, true
	case atom.A:
		if address, ok := cleanURL(attr(n, "href")); ok {
			f.href = address
		}
	case atom.Span, atom.Bdi, atom.Bdo:
		if lang := langAttr(n); lang != "" {
			f.lang = lang
		}
		switch dir := strings.ToLower(attr(n, "dir")); {
		case dir == "ltr" || dir == "rtl":
			f.dir, f.bdi = dir, false
		case n.DataAtom == atom.Bdi || dir == "auto":
			f.dir, f.bdi = "", true
		}
	}
	b.children(n)
	b.format = outer
}

// leafElement walks through a paragraph, a heading or a box without meaning.
func (b *builder) leafElement(n *html.Node, leaf string) {
	b.flush()
	outerLeaf, outerLang, outerPre := b.leaf, b.lang, b.pre
	if leaf != "p" {
		b.leaf = leaf
	}
	if lang := langAttr(n); lang != "" {
		b.lang = lang
	}
	b.pre = b.pre || n.DataAtom == atom.Pre
	b.children(n)
	b.flush()
	b.leaf, b.lang, b.pre = outerLeaf, outerLang, outerPre
}

// content builds the blocks inside an element.
func (b *builder) content(n *html.Node) []*block {
	in := b.inside()
	if lang := langAttr(n); lang != "" {
		in.lang = lang
	}
	in.children(n)
	return in.finish()
}

// quote adds an element that holds other blocks.
func (b *builder) quote(n *html.Node, holder *block) {
	holder.kids = b.content(n)
	if b.depth >= maxDepth {
		b.add(holder.kids...)
	} else if len(holder.kids) > 0 {
		b.add(holder)
	}
}

func (b *builder) list(n *html.Node) {
	in := b.inside()
	if lang := langAttr(n); lang != "" {
		in.lang = lang
	}
	var items [][]*block
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && c.DataAtom == atom.Li {
			items = append(items, in.content(c))
			continue
		}
		// Whatever else stands in a list belongs to the item before it.
		one := in.inside()
		one.node(c)
		if kids := one.finish(); len(items) > 0 {
			items[len(items)-1] = append(items[len(items)-1], kids...)
		} else if len(kids) > 0 {
			items = append(items, kids)
		}
	}
	if b.depth >= maxDepth {
		b.add(slices.Concat(items...)...)
		return
	}
	list := &block{tag: "ul"}
	if n.DataAtom == atom.Ol {
		list.tag = "ol"
	}
	for _, kids := range items {
		if kids = trimRules(kids); len(kids) > 0 {
			list.kids = append(list.kids, holder("li", kids))
		}
	}
	if len(list.kids) > 0 {
		b.add(list)
	}
}

// holder makes a list item or a cell; one paragraph in it needs no p.
func holder(tag string, kids []*block) *block {
	if len(kids) == 1 && kids[0].tag == "p" {
		return &block{tag: tag, lang: kids[0].lang, runs: kids[0].runs}
	}
	return &block{tag: tag, kids: kids}
}

func (b *builder) table(n *html.Node) {
	in := b.inside()
	in.inTable = true
	if lang := langAttr(n); lang != "" {
		in.lang = lang
	}
	t := &block{tag: "table"}
	cells := 0
	var head, rows, foot []*block
	for part := n.FirstChild; part != nil; part = part.NextSibling {
		switch {
		case part.DataAtom == atom.Caption:
			b.add(b.content(part)...)
		case part.DataAtom == atom.Thead:
			head = append(head, in.rows(part)...)
		case part.DataAtom == atom.Tfoot:
			foot = append(foot, in.rows(part)...)
		case part.DataAtom == atom.Tbody:
			rows = append(rows, in.rows(part)...)
		}
	}
	rows = append(rows, foot...)
	if len(head) == 0 && len(rows) > 1 && allHeads(rows[0]) {
		head, rows = rows[:1], rows[1:]
	}
	t.head = len(head)
	t.kids = slices.Concat(head, rows)
	for _, row := range t.kids {
		cells += len(row.kids)
	}
	if cells > 1 && !b.inTable && b.depth < maxDepth {
		b.add(t)
		return
	}
	// A table of one cell, or one inside another, was only there to place things.
	for _, row := range t.kids {
		for _, cell := range row.kids {
			b.add(unhold(cell)...)
		}
	}
}

func unhold(holder *block) []*block {
	if len(holder.runs) > 0 {
		return []*block{{tag: "p", lang: holder.lang, runs: holder.runs}}
	}
	return holder.kids
}

func allHeads(row *block) bool {
	return !slices.ContainsFunc(row.kids, func(cell *block) bool { return cell.tag != "th" })
}

func (b *builder) rows(part *html.Node) []*block {
	var rows []*block
	for tr := part.FirstChild; tr != nil; tr = tr.NextSibling {
		if tr.DataAtom != atom.Tr {
			continue
		}
		row := &block{tag: "tr"}
		for c := tr.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom != atom.Td && c.DataAtom != atom.Th {
				continue
			}
			cell := holder(c.Data, b.content(c))
			cell.colspan, cell.rowspan = spanAttr(c, "colspan"), spanAttr(c, "rowspan")
			row.kids = append(row.kids, cell)
		}
		if len(row.kids) > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

// spanAttr returns how many columns or rows a cell takes, or 0 for the one that
// goes without saying.
func spanAttr(n *html.Node, name string) int {
	if v := numberAttr(n, name); v > 1 && v <= 100 {
		return v
	}
	return 0
}
