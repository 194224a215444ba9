package migrate

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/country"
	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// maxLetter is the longest text of a comment that is looked at, in bytes as it stands in the file.
const maxLetter = 256 << 10

// letter is a comment as one of the forms has it.
type letter struct {
	line int // in the file; its number where the form has no lines

	id, parent string // within the file; parent "" answers none
	// origin and parentOrigin stand in what a Dabir wrote, in place of id and parent.
	origin, parentOrigin string
	article              articleKey

	comment news.Comment // without origin and what hangs on it
	address string       // of the writer's machine, "" unknown

	skipped string // why it is left out though nothing is wrong with it; "" for none
	refused string // what is wrong with it; "" for nothing
}

// letterSource reads a file of comments. next gives io.EOF at its end; any other error ends the reading there.
type letterSource interface {
	next() (letter, error)
	close() error
}

// refuse notes the first thing that is wrong.
func (l *letter) refuse(reason string) {
	if l.refused == "" {
		l.refused = reason
	}
}

// setHTML takes the text from HTML: nothing of it but words and line ends stays.
func (l *letter) setHTML(src string) {
	if l.fits(src) {
		l.comment.Text = plainHTML(src)
	}
}

func (l *letter) fits(src string) bool {
	if len(src) > maxLetter {
		l.refuse("its text is longer than " + strconv.Itoa(maxLetter>>10) + " kB")
		return false
	}
	return true
}

// setTime reads the time of writing in one of the layouts, else in any form that Persian sites print.
func (l *letter) setTime(s string, layouts ...string) {
	s = strings.TrimSpace(s)
	if s == "" {
		l.refuse("it has no date")
		return
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, s); err == nil {
			l.comment.CreatedAt = at.UTC()
			return
		}
	}
	moment, err := persian.ParseTime(s)
	if err != nil {
		l.refuse(err.Error())
		return
	}
	l.comment.CreatedAt = moment.Time
}

// setState maps the states of the file's system. What was thrown away there stays away: its writer or a moderator wanted it gone.
func (l *letter) setState(deleted, spam, approved bool) {
	switch {
	case deleted:
		l.skipped = "it was deleted there"
	case spam:
		l.comment.State, l.comment.Reason = news.CommentRejected, news.ReasonAdvertising
	case approved:
		l.comment.State = news.CommentPublished
	default:
		l.comment.State = news.CommentPending
	}
}

// setName takes a writer's name; what systems write for those who gave none is none.
func (l *letter) setName(name string) {
	if name = persian.CleanLine(name); !anonymousNames[persian.Fold(name)] {
		l.comment.Name = name
	}
}

var anonymousNames = foldedSet("ناشناس", "بدون نام", "anonymous", "guest")

// setCountry takes a country by code or name; an unknown one is none.
func (l *letter) setCountry(name string) {
	if code, ok := country.FromName(name); ok {
		l.comment.Country = string(code)
	} else if code, ok := country.Parse(strings.TrimSpace(name)); ok {
		l.comment.Country = string(code)
	}
}

// emptyLines are the ends of paragraphs in text that is HTML but keeps its line ends, as WordPress stores it.
var emptyLines = regexp.MustCompile(`\r?\n[ \t]*\r?\n\s*`)

// plainHTML makes plain text of HTML; between paragraphs stands an empty line.
func plainHTML(src string) string {
	return joinPlain(strings.SplitAfter(string(markup.Sanitize(src)), "</p>"))
}

// plainLines is plainHTML for text whose line ends count.
func plainLines(src string) string {
	var parts []string
	for _, paragraph := range emptyLines.Split(src, -1) {
		parts = append(parts, string(markup.Sanitize(strings.ReplaceAll(paragraph, "\n", "<br>"))))
	}
	return joinPlain(parts)
}

// plainMarkdown is plainLines for Markdown.
func plainMarkdown(src string) string {
	var parts []string
	for _, paragraph := range emptyLines.Split(src, -1) {
		parts = append(parts, string(markup.FromMarkdown(strings.ReplaceAll(paragraph, "\n", "  \n"))))
	}
	return joinPlain(parts)
}

func joinPlain(parts []string) string {
	var texts []string
	for _, part := range parts {
		if text := strings.TrimSpace(markup.Plain(markup.HTML(part))); text != "" {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "\n\n")
}
