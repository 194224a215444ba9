package markup

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// attributionOpening is how an Iranian agency opens its first paragraph:
// «به گزارش ایسنا، …».
const attributionOpening = "به گزارش"

// maxSource is the longest name of a source, in characters.
const maxSource = 60

// goesOn are the words after which a sentence names a second source or a
// ground: «به گزارش ایسنا و به نقل از …،», «به گزارش ایسنا بر اساس …،». What
// stands from there on is text.
var goesOn = []string{
	"به نقل", "به‌نقل", "وبه نقل", "بنا به", "به نوشته", "به نوشتهٔ", "به گفته", "بر اساس", "براساس", "بر پایه", "طبق", "بنابر", "بنا بر", "در گفت‌وگو",
}

// notInName are words that no name of a source has; with one of them in it, the
// sentence merely begins like an attribution («به گزارش این مقام …»).
var notInName = []string{
	"این", "آن", "که", "را", "با", "بر", "برای", "تا", "اگر", "پس", "پیش", "طی", "هم", "نیز", "اما",
	"است", "بود", "شد", "شده", "گفت", "نوشت", "افزود", "داد", "می", "نمی", "کرد", "کردند", "دارد", "می‌شود", "خواهد",
	"روز", "امروز", "امشب", "دیروز", "دیشب", "فردا", "صبح", "عصر", "ظهر", "شب", "شامگاه", "حین", "پی",
}

// maxWords is how many words a source may have before each mark that ends it. A
// comma mostly closes an attribution; a colon mostly closes something longer.
var maxWords = map[rune]int{'،': 10, ',': 8, '؛': 8, ';': 8, ':': 3}

// Attribution returns the words that open a text from this source:
// «به گزارش ایسنا،». It is empty when the source is.
func Attribution(source string) string {
	if source = oneLine(source); source == "" {
		return ""
	}
	return attributionOpening + " " + source + "،"
}

// TakeAttribution takes the attribution off the first paragraph and returns the
// source it names. What is no attribution stays, and source is empty.
// WithAttribution puts it back to the letter, but for what it unifies: quotation
// marks around the name are dropped, a comma follows whatever mark or word stood
// there («به گزارش ایسنا و به نقل از …» leaves «به نقل از …»), and a link in it
// is text.
func TakeAttribution(h HTML) (source string, rest HTML) {
	at, line := firstParagraph(h)
	if at < 0 || !strings.HasPrefix(Plain(line), attributionOpening) {
		return "", h
	}
	p := paragraph(string(line))
	source, cut := readAttribution(plain(p.runs))
	if source == "" {
		return "", h
	}
	return source, replaceLine(h, at, line, cutRuns(p, cut, -1))
}

// WithAttribution puts the attribution of source before the first paragraph's
// text. A body that has it already, one without a paragraph, and an empty source
// leave the body as it is.
func WithAttribution(h HTML, source string) HTML {
	opening := Attribution(source)
	at, line := firstParagraph(h)
	if at < 0 || opening == "" {
		return h
	}
	if text := Plain(line); strings.HasPrefix(text, attributionOpening) {
		there, _ := readAttribution(text)
		if there == oneLine(source) || strings.HasPrefix(text, opening) {
			return h
		}
	}
	p := paragraph(string(line))
	p.runs = append([]run{{text: opening + " "}}, p.runs...)
	return replaceLine(h, at, line, cutRuns(p, 0, -1))
}

// readAttribution reads an attribution at the beginning of text: the source and
// where the text goes on behind it.
func readAttribution(text string) (source string, cut int) {
	start := len(attributionOpening)
	if !strings.HasPrefix(text, attributionOpening) || start == len(text) {
		return "", 0
	}
	first, _ := utf8.DecodeRuneInString(text[start:])
	if first != ' ' && !strings.ContainsRune(openingQuotes, first) {
		return "", 0
	}
	end, cut := sourceEnd(text, start)
	if end < 0 {
		return "", 0
	}
	source = unquote(strings.TrimSpace(text[start:end]))
	if source == "" || utf8.RuneCountInString(source) > maxSource || !isName(source) {
		return "", 0
	}
	return source, cut
}

const (
	openingQuotes = "\"“«"
	closingQuotes = "\"”»"
)

// sourceEnd finds where the source ends and where the text goes on; -1 when the
// sentence is no attribution.
func sourceEnd(text string, start int) (end, cut int) {
	dashes, quotes := 0, 0
	for i, r := range text[start:] {
		at := start + i
		behind := at + utf8.RuneLen(r)
		switch {
		case strings.ContainsRune("،,؛;:", r):
			if words := len(strings.Fields(text[start:at])); words > maxWords[r] {
				return -1, 0
			}
			return at, behind
		case strings.ContainsRune(".!?؟…\n/*", r):
			return -1, 0
		case strings.ContainsRune(`"“”«»`, r):
			// Only the source as a whole may stand in quotation marks.
			quotes++
			if quotes == 1 && strings.TrimSpace(text[start:at]) != "" || quotes == 2 && !endsName(text[behind:]) || quotes > 2 {
				return -1, 0
			}
		case r == ' ' && strings.ContainsRune("ـ-–—", firstRune(text[behind:])):
			// «به گزارش خبرگزاری اهل بیت(ع) ـ ابنا ـ …»
			if dashes++; dashes == 2 {
				return at, behind + utf8.RuneLen(firstRune(text[behind:]))
			}
		case r == ' ' || r == ')':
			if word := strings.TrimPrefix(strings.TrimLeft(text[behind:], " "), "و "); continues(word) {
				return at + len(strings.TrimSpace(string(r))), len(text) - len(word)
			}
		}
	}
	return -1, 0
}

// continues tells whether the text goes on with a second source or a ground.
func continues(text string) bool {
	return slices.ContainsFunc(goesOn, func(s string) bool { return strings.HasPrefix(text, s) })
}

// endsName tells whether a name in quotation marks that stands before text is
// all of the source.
func endsName(text string) bool {
	text = strings.TrimSpace(text)
	return strings.ContainsRune("،,؛;:", firstRune(text)) || continues(strings.TrimPrefix(text, "و "))
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func unquote(s string) string {
	if r := firstRune(s); strings.ContainsRune(openingQuotes, r) {
		last, n := utf8.DecodeLastRuneInString(s)
		if strings.ContainsRune(closingQuotes, last) && len(s) > n {
			return strings.TrimSpace(s[utf8.RuneLen(r) : len(s)-n])
		}
	}
	return s
}

func isName(source string) bool {
	return !slices.ContainsFunc(strings.Fields(source), func(w string) bool { return slices.Contains(notInName, w) })
}

// firstParagraph returns the first line that is a paragraph, and where it
// begins; -1 when there is none.
func firstParagraph(h HTML) (at int, line HTML) {
	for line := range strings.Lines(string(h)) {
		if isParagraph(line) {
			return at, HTML(strings.TrimSuffix(line, "\n"))
		}
		at += len(line)
	}
	return -1, ""
}

// paragraph returns the block of a line that is a paragraph.
func paragraph(line string) *block {
	if text, ok := strings.CutPrefix(line, "<p>"); ok {
		if text = strings.TrimSuffix(text, "</p>"); !strings.Contains(text, "<") {
			var out strings.Builder
			writePlain(&out, text)
			return &block{tag: "p", runs: []run{{text: out.String()}}}
		}
	}
	return parse(line, reading{})[0]
}

func isParagraph(line string) bool {
	return strings.HasPrefix(line, "<p>") || strings.HasPrefix(line, "<p ")
}

// cutRuns returns the line of a leaf with only the bytes [from, to) of its text;
// to -1 is its end. It is empty when nothing visible remains.
func cutRuns(b *block, from, to int) string {
	var kept []run
	at := 0
	for _, r := range b.runs {
		size := len(r.text)
		if r.br {
			size = 1
		}
		lo, hi := max(from-at, 0), size
		if to >= 0 {
			hi = min(size, to-at)
		}
		at += size
		if lo >= hi {
			continue
		}
		if !r.br {
			r.text = r.text[lo:hi]
		}
		kept = append(kept, r)
	}
	var lines []string
	for _, runs := range tidy(kept, false) {
		lines = append(lines, renderBlock(newLeaf(b.tag, b.lang, runs)))
	}
	return strings.Join(lines, "\n")
}

// replaceLine puts another line, or none, in the place of the one at at.
func replaceLine(h HTML, at int, old HTML, line string) HTML {
	before, after := string(h[:at]), string(h[at+len(old):])
	if line != "" {
		return HTML(before + line + after)
	}
	return joinLines(strings.Split(before+after, "\n"))
}

// joinLines puts a body together from its lines, without empty ones and without
// rules that separate nothing any more.
func joinLines(lines []string) HTML {
	kept := make([]string, 0, len(lines))
	for _, line := range lines {
		if line == "" || line == "<hr>" && (len(kept) == 0 || kept[len(kept)-1] == "<hr>") {
			continue
		}
		kept = append(kept, line)
	}
	if n := len(kept); n > 0 && kept[n-1] == "<hr>" {
		kept = kept[:n-1]
	}
	return HTML(strings.Join(kept, "\n"))
}
