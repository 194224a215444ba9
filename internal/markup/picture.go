package markup

import (
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
	case ownPicture(address):
		b.add(&block{tag: "figure", image: &image{address, alt, max(width, 0), max(height, 0)}})
	default:
		text := pictureWord
		if alt != "" {
			text += ": " + alt
		}
		b.add(&block{tag: "figure", link: linkTo(address, text)})
	}
}

// player adds a paragraph with the address of something that would load and
// play: a frame, a video, a recording.
func (b *builder) player(n *html.Node) {
	address, ok := cleanURL(attr(n, "src"))
	for c := n.FirstChild; c != nil && !ok; c = c.NextSibling {
		if c.DataAtom == atom.Source {
			address, ok = cleanURL(attr(c, "src"))
		}
	}
	if runs := linkTo(address, address); ok && len(runs) > 0 {
		b.add(newLeaf("p", "", runs))
	}
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
	var caption []run
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Figcaption {
			caption = append(caption, b.caption(c)...)
		} else {
			in.node(c)
		}
	}
	blocks := in.finish()
	captions := tidy(caption, false)
	last := len(blocks) - 1
	if last == 0 && soleLink(blocks[0]) {
		blocks[0] = &block{tag: "figure", link: newLeaf("p", "", blocks[0].runs).runs}
	}
	if len(captions) > 0 && last >= 0 && blocks[last].tag == "figure" && len(blocks[last].runs) == 0 {
		blocks[last].runs = newLeaf("figcaption", "", breakBetween(captions)).runs
		captions = nil
	}
	b.add(blocks...)
	for _, runs := range captions {
		b.blocks = append(b.blocks, newLeaf("p", b.lang, runs))
	}
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
	runs := slices.Concat(b.link, b.runs)
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
