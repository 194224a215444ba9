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
// every body h, FromMarkdown(ToMarkdown(h)) == h.
func FromMarkdown(md string) HTML {
	md = strings.ToValidUTF8(limit(md), "\uFFFD")
	md = strings.ReplaceAll(md, "\r\n", "\n")
	var out bytes.Buffer
	if err := markdown().Convert([]byte(md), &out); err != nil {
		// A buffer takes everything, so this cannot be; the words stay even so.
		return FromText(md)
	}
	return Sanitize(out.String())
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
