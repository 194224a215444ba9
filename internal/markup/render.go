package markup

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// render writes blocks in canonical form, one per line. A block that would make
// the body longer than MaxSize is left out with all that follow it.
func render(blocks []*block) HTML {
	var out strings.Builder
	end := 0 // of the last block that is not a rule
	for _, b := range blocks {
		line := renderBlock(b)
		if out.Len()+len(line)+1 > MaxSize {
			return HTML(out.String()[:end])
		}
		if out.Len() > 0 {
			out.WriteByte('\n')
		}
		out.WriteString(line)
		if b.tag != "hr" {
			end = out.Len()
		}
	}
	return HTML(out.String())
}

func renderBlock(b *block) string {
	w := &writer{}
	w.block(b, "")
	return w.String()
}

type writer struct{ strings.Builder }

// block writes b inside an element of the given direction ("" is the page's).
func (w *writer) block(b *block, dir string) {
	if b.tag == "hr" {
		w.WriteString("<hr>")
		return
	}
	w.WriteString("<" + b.tag)
	w.attribute("class", b.class)
	if b.embed != "" {
		w.attribute("class", "embed")
	}
	w.number("colspan", b.colspan)
	w.number("rowspan", b.rowspan)
	w.attribute("lang", b.lang)
	if b.tag != "figure" && b.tag != "tr" && dir == "" && b.direction() == "ltr" {
		dir = "ltr"
		w.attribute("dir", dir)
	}
	w.WriteByte('>')
	switch {
	case b.tag == "figure":
		w.figure(b)
	case b.code != 0:
		w.more(b)
	case b.tag == "table":
		w.part("thead", b.kids[:b.head], dir)
		w.part("tbody", b.kids[b.head:], dir)
	case len(b.kids) > 0:
		for _, kid := range b.kids {
			w.block(kid, dir)
		}
	default:
		w.runs(b.runs, 0)
	}
	w.WriteString("</" + b.tag + ">")
}

func (w *writer) part(tag string, rows []*block, dir string) {
	if len(rows) == 0 {
		return
	}
	w.WriteString("<" + tag + ">")
	for _, row := range rows {
		w.block(row, dir)
	}
	w.WriteString("</" + tag + ">")
}

func (w *writer) figure(b *block) {
	switch {
	case b.player != nil:
		w.WriteString("<" + b.player.tag + ` controls preload="none"`)
		w.attribute("src", b.player.src)
		w.WriteString("></" + b.player.tag + ">")
	case b.embed != "":
		w.openLink(format{href: b.embed})
		w.text(hostOf(b.embed))
		w.WriteString("</a>")
	case b.image == nil:
		w.runs(b.link, 0)
	default:
		w.WriteString("<img")
		w.attribute("src", b.image.src)
		w.WriteString(` alt="` + html.EscapeString(b.image.alt) + `"`)
		w.number("width", b.image.width)
		w.number("height", b.image.height)
		w.WriteByte('>')
	}
	if len(b.runs)+len(b.credit) > 0 {
		w.caption(b)
	}
}

// caption writes the caption of a figure and, in a cite at its end, the credit.
func (w *writer) caption(b *block) {
	caption := &block{tag: "figcaption", runs: b.runs}
	if len(b.credit) == 0 {
		w.block(caption, "")
		return
	}
	dir := caption.direction()
	w.WriteString("<figcaption")
	if dir == "ltr" {
		w.attribute("dir", dir)
	} else {
		dir = ""
	}
	w.WriteByte('>')
	w.runs(b.runs, 0)
	w.block(&block{tag: "cite", runs: b.credit}, dir)
	w.WriteString("</figcaption>")
}

// more writes the link of a box. Until it is filled in it has no words: they are
// those of an article that readers may not be allowed to see.
func (w *writer) more(b *block) {
	path := b.path
	if path == "" {
		path = articlePath + strconv.FormatInt(b.code, 10)
	}
	w.WriteString("<a")
	w.attribute("href", path)
	w.WriteByte('>')
	w.text(b.headline)
	w.WriteString("</a>")
}

// inlineElements are the inline elements from the outermost to the innermost:
// which part of a format each stands for, and its tags.
var inlineElements = []struct {
	part func(format) format
	open func(*writer, format) string
}{
	{func(f format) format { return format{href: f.href} }, (*writer).openLink},
	{func(f format) format { return format{dir: f.dir, lang: f.lang, bdi: f.bdi} }, (*writer).openSpan},
	{func(f format) format { return format{strong: f.strong} }, opener("strong")},
	{func(f format) format { return format{em: f.em} }, opener("em")},
	{func(f format) format { return format{subscript: f.subscript} }, opener("sub")},
	{func(f format) format { return format{super: f.super} }, opener("sup")},
}

func opener(tag string) func(*writer, format) string {
	return func(w *writer, _ format) string {
		w.WriteString("<" + tag + ">")
		return tag
	}
}

func (w *writer) openLink(f format) string {
	w.WriteString("<a")
	w.attribute("href", f.href)
	if foreign(f.href) {
		w.WriteString(` rel="nofollow noopener"`)
	}
	w.WriteByte('>')
	return "a"
}

func (w *writer) openSpan(f format) string {
	tag := "span"
	if f.bdi {
		tag = "bdi"
	}
	w.WriteString("<" + tag)
	w.attribute("lang", f.lang)
	w.attribute("dir", f.dir)
	w.WriteByte('>')
	return tag
}

// runs writes runs with the inline elements from level on.
func (w *writer) runs(runs []run, level int) {
	if level == len(inlineElements) {
		for _, r := range runs {
			if r.br {
				w.WriteString("<br>")
			}
			w.text(r.text)
		}
		return
	}
	element := inlineElements[level]
	for len(runs) > 0 {
		part, n := element.part(runs[0].format), 1
		for n < len(runs) && element.part(runs[n].format) == part {
			n++
		}
		if part == (format{}) {
			w.runs(runs[:n], level+1)
		} else {
			tag := element.open(w, part)
			w.runs(runs[:n], level+1)
			w.WriteString("</" + tag + ">")
		}
		runs = runs[n:]
	}
}

func (w *writer) text(s string) {
	if !strings.ContainsAny(s, "&<>") {
		w.WriteString(s)
		return
	}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '&':
			w.WriteString("&amp;")
		case '<':
			w.WriteString("&lt;")
		case '>':
			w.WriteString("&gt;")
		default:
			w.WriteByte(s[i])
		}
	}
}

func (w *writer) attribute(name, value string) {
	if value != "" {
		w.WriteString(" " + name + `="` + html.EscapeString(value) + `"`)
	}
}

func (w *writer) number(name string, value int) {
	if value > 0 {
		w.attribute(name, strconv.Itoa(value))
	}
}
