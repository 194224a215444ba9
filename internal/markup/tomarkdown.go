package markup

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ToMarkdown writes a body as Markdown for a form. What Markdown cannot say (a
// pull quote, a caption, a language) stays as a line of HTML.
func ToMarkdown(h HTML) string {
	var parts, lines []string
	blocks := parse(string(h), reading{})
	for _, b := range blocks {
		parts, lines = append(parts, blockMarkdown(b)), append(lines, renderBlock(b))
	}
	whole := HTML(strings.Join(lines, "\n"))
	// Nearly always the whole comes back as it was, and one look is enough.
	if md := strings.Join(parts, "\n\n"); FromMarkdown(md) == whole {
		return md
	}
	before := ""
	for i, b := range blocks {
		md, line := parts[i], lines[i]
		// Two lists of one kind that follow each other would become one.
		if md == "" || md != line && (b.tag == before && b.tag != "p" || string(FromMarkdown(md)) != line) {
			md = line
		}
		before = ""
		if md != line && (b.tag == "ul" || b.tag == "ol") {
			before = b.tag
		}
		parts[i] = md
	}
	if md := strings.Join(parts, "\n\n"); FromMarkdown(md) == whole {
		return md
	}
	return strings.Join(lines, "\n\n")
}

// blockMarkdown writes one block, as HTML where Markdown has no form for it.
func blockMarkdown(b *block) string {
	if b.lang != "" {
		return renderBlock(b)
	}
	switch b.tag {
	case "p":
		return inlineMarkdown(b.runs, false)
	case "h2":
		return "## " + inlineMarkdown(b.runs, false)
	case "h3":
		return "### " + inlineMarkdown(b.runs, false)
	case "hr":
		return "---"
	case "blockquote":
		return indent(blocksMarkdown(b.kids), "> ", "> ")
	case "ul", "ol":
		return listMarkdown(b)
	case "table":
		return tableMarkdown(b)
	case "figure":
		if b.image != nil && b.image.width == 0 && b.image.height == 0 && len(b.runs)+len(b.credit) == 0 {
			return "![" + escapeMarkdown(b.image.alt) + "](" + b.image.src + ")"
		}
	}
	return renderBlock(b)
}

func blocksMarkdown(blocks []*block) string {
	parts := make([]string, len(blocks))
	for i, b := range blocks {
		parts[i] = blockMarkdown(b)
	}
	return strings.Join(parts, "\n\n")
}

func listMarkdown(list *block) string {
	marker := "- "
	if list.tag == "ol" {
		marker = "1. "
	}
	items := make([]string, len(list.kids))
	loose := false
	for i, item := range list.kids {
		if item.lang != "" {
			return renderBlock(list)
		}
		text := inlineMarkdown(item.runs, false)
		if len(item.kids) > 0 {
			loose = true
			text = blocksMarkdown(item.kids)
		}
		items[i] = indent(text, marker, strings.Repeat(" ", len(marker)))
	}
	if loose {
		return strings.Join(items, "\n\n")
	}
	return strings.Join(items, "\n")
}

// indent puts first before the first line of text and rest before the others;
// empty lines get no white space at their end.
func indent(text, first, rest string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		prefix := rest
		if i == 0 {
			prefix = first
		}
		if line == "" {
			prefix = strings.TrimRight(prefix, " ")
		}
		lines[i] = prefix + line
	}
	return strings.Join(lines, "\n")
}

// tableMarkdown writes a table that has one row of heads and plain cells.
func tableMarkdown(t *block) string {
	if t.head != 1 || !allHeads(t.kids[0]) {
		return renderBlock(t)
	}
	columns := len(t.kids[0].kids)
	var out strings.Builder
	for i, row := range t.kids {
		if len(row.kids) != columns {
			return renderBlock(t)
		}
		out.WriteByte('|')
		for _, cell := range row.kids {
			if !plainCell(cell) || (cell.tag == "th") != (i == 0) {
				return renderBlock(t)
			}
			out.WriteString(" " + inlineMarkdown(cell.runs, true) + " |")
		}
		if i == 0 {
			out.WriteString("\n|" + strings.Repeat(" --- |", columns))
		}
		if i < len(t.kids)-1 {
			out.WriteByte('\n')
		}
	}
	return out.String()
}

func plainCell(cell *block) bool {
	for _, r := range cell.runs {
		if r.br {
			return false
		}
	}
	return len(cell.kids) == 0 && cell.lang == "" && cell.colspan == 0 && cell.rowspan == 0
}

var (
	// lineOpener is what a line must not begin with, or it would begin a heading,
	// a list, a quote or a rule.
	lineOpener = regexp.MustCompile(`^(?:#{1,6}(?:\s|$)|[+-](?:\s|$)|[-=]+\s*$|>|~~~|:?-+:?\s*(?:\||$))`)
	// numbered is a line that would begin an ordered list.
	numbered = regexp.MustCompile(`^([0-9]{1,9})([.)])(\s|$)`)
)

// inlineMarkdown writes runs. In a cell of a table bars are escaped too.
func inlineMarkdown(runs []run, cell bool) string {
	w := &inlineWriter{}
	w.runs(runs, 0, 0)
	lines := strings.Split(w.String(), "\n")
	for i, line := range lines {
		switch {
		case lineOpener.MatchString(line):
			lines[i] = `\` + line
		case numbered.MatchString(line):
			lines[i] = numbered.ReplaceAllString(line, `$1\$2$3`)
		}
	}
	text := strings.Join(lines, "\n")
	if cell {
		text = strings.ReplaceAll(text, "|", `\|`)
	}
	return text
}

type inlineWriter struct{ bytes.Buffer }

// runs writes runs with the inline elements from level on; next is the character
// that follows them.
func (w *inlineWriter) runs(runs []run, level int, next rune) {
	if level == len(inlineElements) {
		for _, r := range runs {
			if r.br {
				w.WriteString("\\\n")
			}
			w.WriteString(escapeMarkdown(r.text))
		}
		return
	}
	element := inlineElements[level]
	for len(runs) > 0 {
		part, n := element.part(runs[0].format), 1
		for n < len(runs) && element.part(runs[n].format) == part {
			n++
		}
		after := next
		if n < len(runs) {
			after = firstRune(plain(runs[n : n+1]))
		}
		if part == (format{}) {
			w.runs(runs[:n], level+1, after)
		} else {
			w.element(runs[:n], level, part, after)
		}
		runs = runs[n:]
	}
}

// element writes the runs of one inline element, in Markdown where its rules of
// what may open and close emphasis allow it, else as HTML.
func (w *inlineWriter) element(runs []run, level int, part format, after rune) {
	in := &inlineWriter{}
	in.runs(runs, level+1, 0)
	text := in.String()
	mark := ""
	switch {
	case part.href != "":
		w.link(part.href, text)
		return
	case part.strong:
		mark = "**"
	case part.em:
		mark = "*"
	}
	before, _ := utf8.DecodeLastRune(w.Bytes())
	if w.Len() == 0 {
		before = ' '
	}
	if after == 0 {
		after = ' '
	}
	last, _ := utf8.DecodeLastRuneInString(text)
	opens := before != '*' && (!delimits(firstRune(text)) || delimits(before))
	closes := last != '*' && after != '*' && (!delimits(last) || delimits(after))
	if mark != "" && opens && closes {
		w.WriteString(mark + text + mark)
		return
	}
	html := &writer{}
	tag := inlineElements[level].open(html, part)
	w.WriteString(html.String() + text + "</" + tag + ">")
}

// delimits tells whether Markdown takes r for white space or punctuation.
func delimits(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r)
}

func (w *inlineWriter) link(address, text string) {
	if text == escapeMarkdown(address) && strings.HasPrefix(address, "http") && !strings.ContainsAny(address, "<>") {
		w.WriteString("<" + address + ">")
		return
	}
	if bytes.HasSuffix(w.Bytes(), []byte("!")) { // it would make a picture of the link
		w.Truncate(w.Len() - 1)
		w.WriteString(`\!`)
	}
	address = strings.NewReplacer("<", `\<`, ">", `\>`).Replace(address)
	if strings.Contains(address, ";") {
		address = strings.ReplaceAll(address, "&", `\&`)
	}
	if strings.ContainsAny(address, "()") {
		address = "<" + address + ">"
	}
	w.WriteString("[" + text + "](" + address + ")")
}

// escapeMarkdown writes a text so that Markdown reads it as it stands.
func escapeMarkdown(text string) string {
	if !strings.ContainsAny(text, "\\`*_[]<&") {
		return text
	}
	var out strings.Builder
	for i, r := range text {
		switch {
		case strings.ContainsRune("\\`*[]<", r):
			out.WriteByte('\\')
		case r == '_' && !insideWord(text, i):
			out.WriteByte('\\')
		case r == '&' && i+1 < len(text) && (text[i+1] == '#' || unicode.IsLetter(rune(text[i+1]))):
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}

// insideWord tells whether the one-byte character at i stands between letters
// or digits, where an underscore is only itself.
func insideWord(text string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i+1:])
	return isWordRune(before) && isWordRune(after)
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
