package markup

import (
	"bytes"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// markdown reads CommonMark with tables. Raw HTML passes through it, because
// Sanitize comes after.
var markdown = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithRendererOptions(
			html.WithUnsafe(),
			renderer.WithNodeRenderers(util.Prioritized(addresses{}, 100)),
		),
	)
})

// FromMarkdown reads CommonMark with tables and raw HTML and sanitises it. For
// every body h, FromMarkdown(ToMarkdown(h)) == h. A text that no person writes,
// because it is longer than a book or nested and knotted beyond use, is read as
// HTML alone.
func FromMarkdown(md string) HTML {
	md = strings.ToValidUTF8(limit(md), "\uFFFD")
	md = strings.ReplaceAll(md, "\r\n", "\n")
	var out bytes.Buffer
	if len(md) > maxMarkdown || knotted(md) || markdown().Convert([]byte(md), &out) != nil {
		return Sanitize(strings.ReplaceAll(md, "\n\n", "\n<p>\n"))
	}
	return Sanitize(out.String())
}

// Markdown takes time with the square of the marks in one block and with the
// depth of nesting on one line. With these limits the worst text takes less
// than a second.
const (
	maxMarkdown = 1 << 20 // bytes
	maxKnots    = 50_000_000
	maxNesting  = 20
)

// knotted tells whether md goes beyond maxKnots (the squares of the number of
// marks in each block, added up) or maxNesting.
func knotted(md string) bool {
	knots, marks := 0, 0
	for line := range strings.Lines(md) {
		if strings.TrimSpace(line) == "" {
			knots, marks = knots+marks*marks, 0
			continue
		}
		if nesting(line) > maxNesting {
			return true
		}
		for i := range len(line) {
			switch line[i] {
			case '[', ']', '*', '_', '<', '`', '!':
				marks++
			}
		}
	}
	return knots+marks*marks > maxKnots
}

// nesting counts the quotes and list items that begin at the start of a line.
func nesting(line string) int {
	if strings.Trim(line, "- \t\n") == "" || strings.Trim(line, "* \t\n") == "" {
		return 0 // a rule, however long
	}
	depth := 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '>':
			depth++
		case c == ' ' || c == '\t':
		case c == '-' || c == '+' || c == '*' || c == '.' || c == ')':
			if i+1 < len(line) && (line[i+1] == ' ' || line[i+1] == '\t') {
				depth++
			}
		case c >= '0' && c <= '9':
		default:
			return depth
		}
	}
	return depth
}

// addresses writes links and pictures with their address as it was typed: an
// address in Persian letters stays readable in the form it comes back to.
type addresses struct{}

func (a addresses) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindLink, a.link)
	reg.Register(ast.KindImage, a.image)
	reg.Register(ast.KindAutoLink, a.autoLink)
}

func (addresses) link(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		_, err := w.WriteString("</a>")
		return ast.WalkContinue, err
	}
	_, err := w.WriteString(`<a href="` + string(util.EscapeHTML(resolved(n.(*ast.Link).Destination))) + `">`)
	return ast.WalkContinue, err
}

func (addresses) image(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	_, err := w.WriteString(`<img src="` + string(util.EscapeHTML(resolved(n.(*ast.Image).Destination))) +
		`" alt="` + string(util.EscapeHTML(textUnder(n, source))) + `">`)
	return ast.WalkSkipChildren, err
}

func (addresses) autoLink(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	link := n.(*ast.AutoLink)
	address := link.URL(source)
	if link.AutoLinkType == ast.AutoLinkEmail && !bytes.HasPrefix(bytes.ToLower(address), []byte("mailto:")) {
		address = append([]byte("mailto:"), address...)
	}
	_, err := w.WriteString(`<a href="` + string(util.EscapeHTML(address)) + `">` +
		string(util.EscapeHTML(link.Label(source))) + `</a>`)
	return ast.WalkContinue, err
}

// resolved returns Markdown text without its escapes and entities.
func resolved(text []byte) []byte {
	text = util.UnescapePunctuations(text)
	text = util.ResolveNumericReferences(text)
	return util.ResolveEntityNames(text)
}

// textUnder returns the text of a picture's description.
func textUnder(n ast.Node, source []byte) []byte {
	var out []byte
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			text := c.Segment.Value(source)
			if !c.IsRaw() {
				text = resolved(text)
			}
			out = append(out, text...)
			if c.SoftLineBreak() || c.HardLineBreak() {
				out = append(out, ' ')
			}
		case *ast.String:
			out = append(out, c.Value...)
		default:
			out = append(out, textUnder(c, source)...)
		}
	}
	return out
}
