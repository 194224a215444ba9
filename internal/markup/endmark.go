package markup

import (
	"regexp"
	"slices"
	"strings"
)

// The end mark, as agencies type it: «انتهای پیام», «انتهای پیام/», with the code
// of the desk behind the slash («انتهای پیام/۱۲۳», «پایان پیام / م.ق/»), and
// sometimes a slash behind the code.
const (
	endWords  = `(?:انتها\x{200C}?[ ]?یی?|پایان)[ \x{200C}]+پیام`
	shortCode = `(\pN+|\pL(?:\.\pL)*)`
	deskCode  = `[\pL\pN]+(?:[ .ـ/-]+[\pL\pN]+){0,3}[ ]?\.?`
)

var (
	// The whole paragraph is the mark.
	endParagraph = regexp.MustCompile(`^[*. ]*` + endWords + `[ ]*(?:[/\\][ ]*(` + deskCode + `)?[ ]*[/\\]?)?[*. ]*$`)
	// The mark stands behind the last sentence, or in a line of its own.
	endOfSentence = regexp.MustCompile(`[.!؟?…»")\n][ ]*(` + endWords + `[ ]*(?:/[ ]*` + shortCode + `?[ ]*/?)?[ .*]*)$`)
	// The mark stands behind a word; the slash tells that it is one.
	endWithSlash = regexp.MustCompile(`[ ](` + endWords + `[ ]*/[ ]*` + shortCode + `?[ ]*/?[ .*]*)$`)
	// The mark stands behind a word without a slash: so no sentence ends, unless
	// it speaks of where a message ends.
	endBare = regexp.MustCompile(`([^ ]+)[ ]+(انتهای[ \x{200C}]+پیام()[ .*]*)$`)
	// A paragraph behind the mark holds nothing but the number of a desk.
	codeParagraph = regexp.MustCompile(`^[/ ]*(\pN{1,6})[/ ]*$`)
)

// maxCodeLines is how many paragraphs with numbers may follow an end mark.
const maxCodeLines = 3

// maxMarks is how many end marks in a row are taken; more are no mistake of typing, and each costs a walk over the body.
const maxMarks = 5

// maxMark and maxCodeLine are how long, in bytes, an end mark with its code and
// a paragraph with a number can be.
const (
	maxMark     = 100
	maxCodeLine = 30
)

// TakeEndMark takes the end mark off the last paragraph, whether it is one of
// its own or stands behind the last sentence, and returns the desk's code behind
// the slash as it is written, "" when there is none. Several codes are joined by
// a slash. A mark that is typed several times is taken as often, up to maxMarks.
func TakeEndMark(h HTML) (code string, found bool, rest HTML) {
	rest = h
	for range maxMarks {
		c, ok, shorter := takeEndMark(rest)
		if !ok {
			return code, found, rest
		}
		found, rest = true, shorter
		if code == "" {
			code = c
		}
	}
	return code, found, rest
}

func takeEndMark(h HTML) (code string, found bool, rest HTML) {
	lines := strings.Split(string(h), "\n")
	codes := []string{}
	for last := len(lines) - 1; last >= 0 && len(codes) <= maxCodeLines; last-- {
		if lines[last] == "<hr>" {
			continue
		}
		if !isParagraph(lines[last]) {
			break
		}
		text := Plain(HTML(lines[last]))
		if len(text) <= maxCodeLine {
			if m := codeParagraph.FindStringSubmatch(text); m != nil {
				codes = append(codes, m[1])
				continue
			}
		}
		if !strings.Contains(text[max(0, len(text)-maxMark):], "پیام") {
			break
		}
		if m := endParagraph.FindStringSubmatch(text); m != nil {
			return joinCodes(m[1], codes), true, joinLines(lines[:last])
		}
		p := paragraph(lines[last])
		text = plain(p.runs)
		m := gluedMark(text)
		if m == nil {
			break
		}
		if m[4] >= 0 {
			code = text[m[4]:m[5]]
		}
		kept := append(slices.Clone(lines[:last]), cutRuns(p, 0, m[2]))
		return joinCodes(code, codes), true, joinLines(kept)
	}
	return "", false, h
}

// gluedMark finds a mark behind the last sentence: the indexes of the whole
// match, of the mark and of its code.
func gluedMark(text string) []int {
	for _, form := range []*regexp.Regexp{endOfSentence, endWithSlash} {
		if m := form.FindStringSubmatchIndex(text); m != nil {
			return m
		}
	}
	m := endBare.FindStringSubmatchIndex(text)
	if m == nil || slices.Contains(prepositions, text[m[2]:m[3]]) {
		return nil
	}
	return append(m[:2:2], m[4:]...)
}

// prepositions stand before «انتهای پیام» where a sentence speaks of one.
var prepositions = []string{"در", "از", "به", "تا", "با", "و", "که", "یا", "این", "را"}

// joinCodes puts the code of the mark before those of the paragraphs behind it,
// which were read from the last to the first.
func joinCodes(code string, codes []string) string {
	all := []string{}
	if code = strings.Trim(code, " /"); code != "" {
		all = append(all, code)
	}
	slices.Reverse(codes)
	for _, c := range codes {
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return strings.Join(all, "/")
}
