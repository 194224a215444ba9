package markup

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// pictureWord is the text of the link that stands for a picture of another host.
const pictureWord = "تصویر"

// picture adds a figure: with the picture when it is one of the media of this
// site, with a link to it when it is not. Pixels that only count readers vanish.
func (b *builder) picture(n *html.Node) {
	address, ok := cleanURL(attr(n, "src"))
	width, height := numberAttr(n, "width"), numberAttr(n, "height")
	if !ok || width == 0 || width == 1 || height == 0 || height == 1 {
		return
	}
	alt := oneLine(attr(n, "alt"))
	switch {
	case ours(address):
		b.add(&block{tag: "figure", image: &image{address, alt, max(width, 0), max(height, 0)}})
	default:
		text := pictureWord
		if alt != "" {
			text += ": " + alt
		}
		b.add(&block{tag: "figure", link: linkTo(address, text)})
	}
}

// player adds a figure for something that plays: a film or a recording of our
// own, or a card with the address of what another host would play. What is
// neither becomes a paragraph with its address.
func (b *builder) player(n *html.Node) {
	address, ok := cleanURL(attr(n, "src"))
	for c := n.FirstChild; c != nil && !ok; c = c.NextSibling {
		if c.DataAtom == atom.Source {
			address, ok = cleanURL(attr(c, "src"))
		}
	}
	runs := linkTo(address, address)
	switch {
	case !ok || len(runs) == 0:
	case ours(address) && (n.DataAtom == atom.Video || n.DataAtom == atom.Audio):
		b.add(&block{tag: "figure", player: &player{n.Data, address}})
	case hostOf(address) != "":
		b.add(&block{tag: "figure", embed: address})
	default:
		b.add(newLeaf("p", "", runs))
	}
}

// hostOf returns the host of a foreign address as people name it, or "".
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return oneLine(strings.TrimPrefix(u.Hostname(), "www."))
}

// linkTo returns the runs of a link, tidied like any other.
func linkTo(address, text string) []run {
	paragraphs := tidy([]run{{text: text, format: format{href: address}}}, true)
	if len(paragraphs) == 0 {
		return nil
	}
	return paragraphs[0]
}

// figure adds the blocks of a figure. One that holds a picture, or a link in its
// place, keeps its caption; anything else is unwrapped and the caption follows.
func (b *builder) figure(n *html.Node) {
	in := b.inside()
	var captionNodes []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Figcaption {
			captionNodes = append(captionNodes, c)
		} else {
			in.node(c)
		}
	}
	blocks := in.finish()
	last := len(blocks) - 1
	if last == 0 && soleLink(blocks[0]) {
		blocks[0] = &block{tag: "figure", link: newLeaf("p", "", blocks[0].runs).runs}
	}
	captioned := last >= 0 && blocks[last].tag == "figure" && len(blocks[last].runs)+len(blocks[last].credit) == 0
	var caption []run
	for i, c := range captionNodes {
		var credit *html.Node
		if captioned && i == len(captionNodes)-1 {
			credit = creditNode(c)
		}
		if credit != nil {
			blocks[last].credit = b.creditRuns(credit)
			c.RemoveChild(credit)
		}
		caption = append(caption, b.caption(c)...)
	}
	if last == 0 && embedForm.MatchString(attr(n, "class")) {
		caption = append(embedLink(blocks[0]), caption...)
	}
	captions := tidy(caption, false)
	if captioned && len(captions) > 0 {
		blocks[last].runs = newLeaf("figcaption", "", breakBetween(captions)).runs
		captions = nil
	}
	b.add(blocks...)
	for _, runs := range captions {
		b.blocks = append(b.blocks, newLeaf("p", b.lang, runs))
	}
}

// creditNode returns the cite that ends a caption, or nil.
func creditNode(caption *html.Node) *html.Node {
	last := caption.LastChild
	for last != nil && last.Type == html.TextNode && strings.TrimSpace(last.Data) == "" {
		last = last.PrevSibling
	}
	if last != nil && last.DataAtom == atom.Cite {
		return last
	}
	return nil
}

// creditRuns reads a credit, which is one line without formats.
func (b *builder) creditRuns(n *html.Node) []run {
	var words []string
	for _, r := range b.caption(n) {
		words = append(words, r.text)
	}
	text := oneLine(strings.Join(words, ""))
	if text == "" {
		return nil
	}
	return []run{{text: text}}
}

// embedLink turns the figure of a link into a card, where it leads to another
// host. A card names the host; other words in the link come back for the caption.
func embedLink(b *block) []run {
	if len(b.link) == 0 || hostOf(b.link[0].href) == "" {
		return nil
	}
	words := b.link
	b.embed, b.link = words[0].href, nil
	if strings.TrimSpace(plain(words)) == hostOf(b.embed) {
		return nil
	}
	for i := range words {
		words[i].href = ""
	}
	return append(words, run{br: true})
}

// caption reads all text of a caption; blocks in it become lines.
func (b *builder) caption(n *html.Node) []run {
	in := b.inside()
	in.lang = ""
	in.children(n)
	var runs []run
	for _, x := range in.finish() {
		runs = append(append(runs, allRuns(x)...), run{br: true})
	}
	return runs
}

// allRuns returns the runs of a block and everything in it, line by line.
func allRuns(b *block) []run {
	runs := slices.Concat(b.link, b.runs, b.credit)
	for _, kid := range b.kids {
		runs = append(append(runs, allRuns(kid)...), run{br: true})
	}
	return runs
}

// breakBetween puts paragraphs into one, with line breaks between them.
func breakBetween(paragraphs [][]run) []run {
	var runs []run
	for i, p := range paragraphs {
		if i > 0 {
			runs = append(runs, run{br: true})
		}
		runs = append(runs, p...)
	}
	return tidy(runs, false)[0]
}

// soleLink tells whether a block is a paragraph of one link and nothing else.
func soleLink(b *block) bool {
	if b.tag != "p" || len(b.runs) == 0 {
		return false
	}
	for _, r := range b.runs {
		if r.br || r.href == "" || r.href != b.runs[0].href {
			return false
		}
	}
	return true
}

// oneLine cleans a text that stands in an attribute or a field.
func oneLine(text string) string {
	var words []string
	for _, runs := range tidy([]run{{text: text}}, true) {
		words = append(words, plain(runs))
	}
	return strings.Join(words, " ")
}
