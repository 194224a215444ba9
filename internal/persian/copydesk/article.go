package copydesk

import (
	"strings"
	"unicode/utf8"
)

// LongestHeadline is the number of characters from which a headline is over-long.
const LongestHeadline = 110

// Article is what the desk reads of an article, as plain text; a paragraph of the body ends at a line end.
type Article struct{ Kicker, Headline, Lede, Body string }

// CheckArticle returns what is to be corrected in an article: first in the kicker, then in the headline, the lede and the body. Field
// says where; offsets count in that field.
func (d *Desk) CheckArticle(a Article) []Finding {
	found := append(inField("kicker", d.Check(a.Kicker)), d.headline(a.Headline)...)
	lede := d.Check(a.Lede)
	if strings.TrimSpace(a.Lede) == "" {
		lede = []Finding{{Rule: LedeMissing, Line: 1, Col: 1, Reason: "copydesk." + string(LedeMissing)}}
	}
	return append(append(found, inField("lede", lede)...), inField("body", d.Check(a.Body))...)
}

func (d *Desk) headline(text string) []Finding {
	found := d.Check(text)
	trimmed := strings.TrimRight(text, " ")
	if strings.HasSuffix(trimmed, ".") && !strings.HasSuffix(trimmed, "..") {
		at := len(trimmed) - 1
		last := Finding{Rule: HeadlineStop, Start: at, End: at + 1, Before: ".", Reason: "copydesk." + string(HeadlineStop), Safe: true}
		last.Line, last.Col = 1, utf8.RuneCountInString(text[:at])+1
		found = append(found, last)
	}
	if n := utf8.RuneCountInString(text); n > LongestHeadline {
		found = append(found, Finding{Rule: HeadlineLong, Start: 0, End: len(text), Line: 1, Col: 1, Before: text, After: text,
			Reason: "copydesk." + string(HeadlineLong)})
	}
	return inField("headline", found)
}

func inField(field string, found []Finding) []Finding {
	for i := range found {
		found[i].Field = field
	}
	return found
}
