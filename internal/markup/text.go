package markup

import (
	"unicode"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

const (
	halfSpace = '\u200C'
	hardJoin  = '\u200D'
)

// fold cleans one character by the rules of persian.Clean: Arabic yeh and kaf
// become Persian ones; ' ' stands for every kind of white space, halfSpace for
// what is used as one, and 0 for what has no place in a text (controls, bidi
// controls, fillers).
func fold(r rune) rune {
	switch {
	case r >= 0x21 && r < 0x7F:
		return r
	case r == 'ي':
		return 'ی'
	case r == 'ك':
		return 'ک'
	case r >= 0x620 && r < 0x700:
		return r
	case r <= 0x20 || r >= 0x7F && r <= 0xA0:
		switch r {
		case ' ', '\t', '\n', '\v', '\f', '\r', 0x85, 0xA0:
			return ' '
		}
		return 0
	case r == halfSpace || r == 0x200B:
		return halfSpace
	case r >= 0x2000 && r <= 0x200A, r == 0x1680, r == 0x2028, r == 0x2029, r == 0x202F, r == 0x205F, r == 0x2800, r == 0x3000:
		return ' '
	case r == 0xAD, r == 0x61C, r == 0x180E, r == 0x200E, r == 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r < 0x2070:
		return 0
	case r == 0xFEFF, r >= 0xFDD0 && r <= 0xFDEF, r&0xFFFE == 0xFFFE, r >= 0xFFF9 && r <= 0xFFFB:
		return 0
	}
	return r
}

// inWord tells whether a half-space beside r means something.
func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == hardJoin
}

// compose returns base with the hamza or madda that follows it as one character,
// where persian.Clean does so, else 0.
func compose(base, mark rune) rune {
	if mark < 0x653 || mark > 0x655 || base < 0x620 || base > 0x6FF {
		return 0
	}
	whole := persian.Clean(string([]rune{base, mark}))
	if r, n := utf8.DecodeRuneInString(whole); n == len(whole) {
		return r
	}
	return 0
}

// visible tells whether a character leaves a mark on the page.
func visible(r rune) bool {
	return r != ' ' && !unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Mn, r)
}

// letterDirection returns "ltr" or "rtl" for letters, "" for all else.
func letterDirection(r rune) string {
	switch {
	case r < 0x41:
		return ""
	case r >= 0x620 && r <= 0x64A:
		return "rtl"
	case r < 0x590:
		if unicode.IsLetter(r) {
			return "ltr"
		}
		return ""
	case r < 0x900, r >= 0xFB1D && r <= 0xFDFF, r >= 0xFE70 && r <= 0xFEFC, r >= 0x10800 && r <= 0x10FFF, r >= 0x1E800 && r <= 0x1EFFF:
		if unicode.IsLetter(r) {
			return "rtl"
		}
		return ""
	case unicode.IsLetter(r):
		return "ltr"
	}
	return ""
}

// tidier puts runs together into paragraphs: white space collapses to single
// spaces that stand outside of emphasis, a half-space beside white space goes,
// two line breaks end a paragraph, and paragraphs without a visible character
// vanish.
type tidier struct {
	oneLine bool // a heading: a line break is a space

	paragraphs [][]run
	runs       []run
	text       []byte // of the run being written
	now        format
	last       rune // the character before; 0 at the start of a paragraph
	seen       bool // and a visible one
	space      bool
	joiner     bool
	breaks     int
}

func tidy(runs []run, oneLine bool) [][]run {
	t := &tidier{oneLine: oneLine}
	clearDirections(runs)
	for _, r := range runs {
		if r.br {
			t.lineBreak()
			continue
		}
		for _, c := range r.text {
			t.char(fold(c), r.format)
		}
	}
	t.endParagraph()
	return t.paragraphs
}

func (t *tidier) lineBreak() {
	if t.oneLine {
		t.space = true
		return
	}
	t.breaks++
}

func (t *tidier) char(c rune, f format) {
	switch c {
	case 0:
		return
	case ' ':
		t.space = true
		return
	case halfSpace:
		t.joiner = true
		return
	}
	if t.breaks > 1 {
		t.endParagraph()
	}
	if t.last != 0 {
		between := meet(t.now, f)
		switch {
		case t.breaks == 1:
			t.endRun()
			t.runs = append(t.runs, run{br: true, format: between})
			t.last = 0
		case t.space:
			t.write(' ', between)
		case t.joiner && inWord(t.last) && inWord(c):
			t.write(halfSpace, between)
		}
	}
	t.space, t.joiner, t.breaks = false, false, 0
	t.write(c, f)
	t.seen = t.seen || visible(c)
}

func (t *tidier) write(c rune, f format) {
	if f != t.now {
		t.endRun()
		t.now = f
	}
	if whole := compose(t.last, c); whole != 0 && len(t.text) > 0 {
		t.text = t.text[:len(t.text)-utf8.RuneLen(t.last)]
		c = whole
	}
	t.text = utf8.AppendRune(t.text, c)
	t.last = c
}

func (t *tidier) endRun() {
	if len(t.text) > 0 {
		t.runs = append(t.runs, run{text: string(t.text), format: t.now})
		t.text = t.text[:0]
	}
}

func (t *tidier) endParagraph() {
	t.endRun()
	if t.seen {
		t.paragraphs = append(t.paragraphs, t.runs)
	}
	*t = tidier{oneLine: t.oneLine, paragraphs: t.paragraphs, text: t.text}
}

// clearDirections takes dir and bdi off stretches without a letter or digit:
// word processors wrap single spaces and full stops in them.
func clearDirections(runs []run) {
	for i := 0; i < len(runs); {
		end, isolated := i, false
		for end < len(runs) && runs[end].dir == runs[i].dir && runs[end].bdi == runs[i].bdi {
			for _, c := range runs[end].text {
				isolated = isolated || unicode.IsLetter(c) || unicode.IsDigit(c)
			}
			end++
		}
		for ; i < end; i++ {
			if !isolated {
				runs[i].dir, runs[i].bdi = "", false
			}
		}
	}
}
