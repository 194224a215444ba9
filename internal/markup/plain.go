package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// FromText turns plain text into paragraphs, one for each line that says
// something. Nothing in it is read as HTML. It is made for the archives that
// importers bring: no parser runs.
func FromText(text string) HTML {
	text = strings.ToValidUTF8(limit(text), "\uFFFD")
	var out strings.Builder
	out.Grow(len(text) + len(text)/16)
	for line := range strings.Lines(text) {
		for _, runs := range tidyLine(line) {
			p := renderBlock(&block{tag: "p", runs: runs})
			if out.Len()+len(p)+1 > MaxSize {
				return HTML(out.String())
			}
			if out.Len() > 0 {
				out.WriteByte('\n')
			}
			out.WriteString(p)
		}
	}
	return HTML(out.String())
}

// tidyLine is tidy for one line without formats. Most lines of an archive are
// tidy already.
func tidyLine(line string) [][]run {
	line = strings.Trim(line, " \n")
	if line == "" {
		return nil
	}
	if isTidy(line) {
		return [][]run{{{text: line}}}
	}
	return tidy([]run{{text: line}}, true)
}

// isTidy tells whether tidy would leave a trimmed line as it is. It knows the
// characters of everyday Persian and says no to everything else.
func isTidy(line string) bool {
	before, seen := rune(' '), false
	for i, r := range line {
		switch {
		case r > 0x20 && r < 0x7F || r == '«' || r == '»' || r == '–' || r == '…':
			seen = true
		case r == ' ':
			if before == ' ' {
				return false
			}
		case r >= 0x620 && r <= 0x6D3:
			if r == 'ي' || r == 'ك' || r >= 0x653 && r <= 0x655 {
				return false
			}
			seen = seen || r < 0x64B
		case r >= 0x6F0 && r <= 0x6F9 || r == '،' || r == '؛' || r == '؟':
			seen = true
		case r == halfSpace:
			after, _ := utf8.DecodeRuneInString(line[i+len("\u200C"):])
			if !persianLetter(before) || !persianLetter(after) {
				return false
			}
		default:
			return false
		}
		before = r
	}
	return seen
}

func persianLetter(r rune) bool {
	return r >= 0x621 && r <= 0x64A && r != 0x640 || r >= 0x671 && r <= 0x6D3
}

// Plain returns the text of a body. Paragraphs, items, rows and line breaks end
// with "\n", cells are separated by a tab. The link that stands for a picture or
// a player of another host is not text; captions and credits are. Notes to
// editors and boxes that name other articles are not text of this one.
func Plain(h HTML) string {
	var out strings.Builder
	out.Grow(len(h))
	src, skip := string(h), false
	boxes := 0 // asides around this place, from the first that is no text
	for src != "" {
		open := strings.IndexByte(src, '<')
		if open < 0 {
			break
		}
		if !skip && boxes == 0 {
			writePlain(&out, src[:open])
		}
		end := strings.IndexByte(src[open:], '>')
		if end < 0 {
			break
		}
		tag := src[open+1 : open+end]
		src = src[open+end+1:]
		switch name, attributes, _ := strings.Cut(tag, " "); name {
		case "aside":
			if boxes > 0 || strings.HasPrefix(attributes, noteClass) || strings.HasPrefix(attributes, moreClass) {
				boxes++
			}
		case "/aside":
			boxes = max(0, boxes-1)
		case "figure":
			skip = true
		case "figcaption", "/figure":
			skip = false
		case "/td", "/th":
			out.WriteByte('\t')
		case "br", "cite", "/p", "/h2", "/h3", "/li", "/tr", "/figcaption":
			out.WriteByte('\n')
		}
	}
	return tidyLines(out.String())
}

// writePlain writes a stretch of canonical text, which knows three entities.
func writePlain(out *strings.Builder, text string) {
	for {
		i := strings.IndexByte(text, '&')
		if i < 0 {
			out.WriteString(text)
			return
		}
		out.WriteString(text[:i])
		text = text[i:]
		switch {
		case strings.HasPrefix(text, "&lt;"):
			out.WriteByte('<')
			text = text[4:]
		case strings.HasPrefix(text, "&gt;"):
			out.WriteByte('>')
			text = text[4:]
		default:
			out.WriteByte('&')
			text = strings.TrimPrefix(text[1:], "amp;")
		}
	}
}

// tidyLines drops empty lines and the tabs and ends that close nothing.
func tidyLines(text string) string {
	if !strings.Contains(text, "\n\n") && !strings.Contains(text, "\t") {
		return strings.Trim(text, "\n")
	}
	lines := strings.Split(text, "\n")
	kept := lines[:0]
	for _, line := range lines {
		if line = strings.Trim(line, "\t "); line != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// Excerpt returns the beginning of the text in one line, at most the given
// number of characters (runes) with the «…» that marks a cut. It cuts between
// words, and inside one only when the first word alone is too long.
func Excerpt(h HTML, runes int) string {
	if runes <= 0 {
		return ""
	}
	text := strings.Join(strings.Fields(Plain(h)), " ")
	if utf8.RuneCountInString(text) <= runes {
		return text
	}
	end, cut, count := 0, 0, 0
	for i, r := range text {
		if count == runes-1 {
			end = i
			if strings.ContainsRune(" ،؛:.", r) {
				cut = i
			}
			break
		}
		if r == ' ' {
			cut = i
		}
		count++
	}
	if cut == 0 {
		cut = wholeCharacters(text, end)
	}
	return strings.TrimRightFunc(text[:cut], danglesBeforeDots) + "…"
}

// wholeCharacters moves a cut back to before a character and its marks.
func wholeCharacters(text string, end int) int {
	for end > 0 {
		r, _ := utf8.DecodeRuneInString(text[end:])
		before, n := utf8.DecodeLastRuneInString(text[:end])
		if !unicode.IsMark(r) && r != hardJoin && before != hardJoin {
			break
		}
		end -= n
	}
	return end
}

// danglesBeforeDots finds what must not stand before «…».
func danglesBeforeDots(r rune) bool {
	return unicode.IsSpace(r) || r == halfSpace || strings.ContainsRune("،,؛;:.…-–—(«\"", r)
}

// Words counts the words of a body as a writer counts them: what white space
// separates and a letter or digit is in. A half-space is inside a word.
func Words(h HTML) int {
	count, counted := 0, false
	for _, r := range Plain(h) {
		switch {
		case unicode.IsSpace(r):
			counted = false
		case !counted && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			count, counted = count+1, true
		}
	}
	return count
}
