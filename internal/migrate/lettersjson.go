package migrate

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// lineSource reads forms with one JSON object a line.
type lineSource struct {
	file  io.Closer
	lines *lineReader
	parse func(text []byte, l *letter) error // errors are reasons to refuse the line
}

func openLines(path string, count *countingReader, parse func([]byte, *letter) error) (letterSource, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	count.r = file
	lines, err := newLineReader(count)
	if err != nil {
		file.Close()
		return nil, err
	}
	return &lineSource{file, lines, parse}, nil
}

func (s *lineSource) close() error { return s.file.Close() }

func (s *lineSource) next() (letter, error) {
	text, n, err := s.lines.next()
	l := letter{line: n}
	switch {
	case errors.Is(err, errLongLine):
		l.refuse(err.Error())
		return l, nil
	case err != nil:
		return l, err
	case !utf8.Valid(text):
		l.refuse("not UTF-8")
		return l, nil
	}
	switch err := s.parse(text, &l); {
	case err == errNoComment:
		return s.next()
	case err != nil:
		l.refuse(jsonReason(err).Error())
	}
	return l, nil
}

// errNoComment says that a line is about the file itself.
var errNoComment = errors.New("no comment")

// jsonComment is a line of our own form. docs/import.md has the table of these fields; all others are passed over.
type jsonComment struct {
	ID           identifier        `json:"id,omitempty"`
	Parent       identifier        `json:"parent,omitempty"`
	Origin       string            `json:"origin,omitempty"`
	ParentOrigin string            `json:"parent_origin,omitempty"`
	Article      identifier        `json:"article,omitempty"`
	Code         news.Code         `json:"code,omitempty"`
	URL          string            `json:"url,omitempty"`
	State        news.CommentState `json:"state,omitempty"`
	Reason       news.Reason       `json:"reason,omitempty"`
	Name         string            `json:"name,omitempty"`
	Email        string            `json:"email,omitempty"`
	Country      string            `json:"country,omitempty"`
	Newsroom     bool              `json:"newsroom,omitempty"`
	Text         string            `json:"text,omitempty"`
	HTML         string            `json:"html,omitempty"`
	Date         string            `json:"date,omitempty"`
	Decided      time.Time         `json:"decided,omitzero"`
	Edited       time.Time         `json:"edited,omitzero"`
	Likes        int               `json:"likes,omitempty"`
	Dislikes     int               `json:"dislikes,omitempty"`
}

func parseJSONComment(text []byte, l *letter) error {
	var r jsonComment
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	l.id, l.parent, l.origin, l.parentOrigin = string(r.ID), string(r.Parent), r.Origin, r.ParentOrigin
	l.article = articleKey{id: string(r.Article), address: r.URL, code: r.Code}
	l.comment = news.Comment{State: r.State, Reason: r.Reason, Email: r.Email, ByNewsroom: r.Newsroom, Text: r.Text,
		DecidedAt: r.Decided, EditedAt: r.Edited, VotesUp: r.Likes, VotesDown: r.Dislikes}
	if r.State == "" {
		l.comment.State = news.CommentPublished
	}
	l.setName(r.Name)
	l.setCountry(r.Country)
	l.setTime(r.Date, time.RFC3339)
	if r.Text == "" {
		l.setHTML(r.HTML)
	}
	return nil
}

// remarkComment is a line of Remark42's own backup, as far as it is of use.
type remarkComment struct {
	Version int    `json:"version"` // of the first line, which is no comment
	ID      string `json:"id"`
	Parent  string `json:"pid"`
	Text    string `json:"text"` // HTML
	User    struct {
		Name  string `json:"name"`
		Admin bool   `json:"admin"`
	} `json:"user"`
	Locator struct {
		Site string `json:"site"`
		URL  string `json:"url"`
	} `json:"locator"`
	Score   int             `json:"score"`
	Votes   map[string]bool `json:"votes"`
	Time    string          `json:"time"`
	Deleted bool            `json:"delete"`
}

func parseRemark(text []byte, l *letter) error {
	var r remarkComment
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	if r.Version > 0 && r.ID == "" {
		return errNoComment
	}
	site := ""
	if r.Locator.Site != "" {
		site = r.Locator.Site + "/"
	}
	if l.id = r.ID; r.ID != "" {
		l.id = site + r.ID
	}
	if r.Parent != "" {
		l.parent = site + r.Parent
	}
	l.article = articleKey{address: r.Locator.URL}
	l.setState(r.Deleted, false, true)
	l.setName(r.User.Name)
	l.comment.ByNewsroom = r.User.Admin
	l.setTime(r.Time, time.RFC3339)
	l.setHTML(r.Text)
	for _, up := range r.Votes {
		if up {
			l.comment.VotesUp++
		} else {
			l.comment.VotesDown++
		}
	}
	if len(r.Votes) == 0 { // older backups tell the sum alone
		l.comment.VotesUp, l.comment.VotesDown = max(0, r.Score), max(0, -r.Score)
	}
	return nil
}
