package copydesk

import (
	"strings"
	"unicode/utf8"
)

// LongestHeadline is the number of characters from which a headline is over-long.
const LongestHeadline = 110

// Article is what the desk reads of an article, as plain text; a paragraph of the body ends at a line end.
type Article struct {
	Kicker, Headline, ShortHeadline, Lede string
	Caption, Credit, Alt                  string // of the article's picture
	Body                                  string
}

// fields are the texts of an article by the name that a Finding gives them, in the order in which they are checked.
func (a *Article) fields() []struct{ name, text string } {
	return []struct{ name, text string }{
		{"kicker", a.Kicker}, {"headline", a.Headline}, {"short_headline", a.ShortHeadline}, {"lede", a.Lede},
		{"picture_caption", a.Caption}, {"picture_credit", a.Credit}, {"picture_alt", a.Alt}, {"body", a.Body},
	}
}

// Text is what stands in a field; "" for a field that no Finding names.
func (a *Article) Text(field string) string {
	for _, f := range a.fields() {
		if f.name == field {
			return f.text
		}
	}
	return ""
}

// CheckArticle returns what is to be corrected in an article, field by field: kicker, headlines, lede, what stands under its picture, body.
// Field says where; offsets count in that field.
func (d *Desk) CheckArticle(a Article) []Finding {
	var all []Finding
	for _, f := range a.fields() {
		found := d.Check(f.text)
		switch {
		case f.name == "headline":
			found = append(found, headline(f.text)...)
		case f.name == "short_headline":
			found = append(found, stop(f.text)...)
		case f.name == "lede" && strings.TrimSpace(f.text) == "":
			found = []Finding{{Rule: LedeMissing, Line: 1, Col: 1, Reason: "copydesk." + string(LedeMissing)}}
		}
		for i := range found {
			found[i].Field = f.name
		}
		all = append(all, found...)
	}
	return all
}

// headline is what the desk says of a headline beside what it says of every line.
func headline(text string) []Finding {
	found := stop(text)
	if n := utf8.RuneCountInString(text); n > LongestHeadline {
		found = append(found, Finding{Rule: HeadlineLong, Start: 0, End: len(text), Line: 1, Col: 1, Before: text, After: text,
			Reason: "copydesk." + string(HeadlineLong)})
	}
	return found
}

// stop finds the full stop at the end of a headline.
func stop(text string) []Finding {
	trimmed := strings.TrimRight(text, " ")
	if !strings.HasSuffix(trimmed, ".") || strings.HasSuffix(trimmed, "..") {
		return nil
	}
	at := len(trimmed) - 1
	return []Finding{{Rule: HeadlineStop, Start: at, End: at + 1, Line: 1, Col: utf8.RuneCountInString(text[:at]) + 1, Before: ".",
		Reason: "copydesk." + string(HeadlineStop), Safe: true}}
}
