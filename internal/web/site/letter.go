package site

import (
	"html/template"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/country"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// letter is a comment as a page shows it.
type letter struct {
	ID         news.CommentID
	Name       string
	Country    string
	Time       *Moment
	Paragraphs []string
	Tongue     template.HTMLAttr
	Replies    []letter
	ReplyPath  string // "" where one cannot answer
	ReplyWord  string
}

// written is what a letter is made from, public or seen by its receipt.
type written struct {
	id         news.CommentID
	name, text string
	country    string
	byNewsroom bool
	at         time.Time
	lang       string // that its writer most likely used; "" unknown
}

func published(c news.PublicComment, lang string) written {
	return written{id: c.ID, name: c.Name, text: c.Text, country: c.Country, byNewsroom: c.ByNewsroom, at: c.CreatedAt, lang: lang}
}

// letter makes the view of one comment.
func (s *Site) letter(c written) letter {
	out := letter{
		ID: c.id, Name: s.anonymous(c.name), Country: country.Code(c.country).Name(s.settings.Lang.String()),
		Time: moment(c.at, s.print.Stamp), Tongue: s.tongue(c.lang),
	}
	if c.byNewsroom && c.name == "" {
		out.Name = s.print.T("letters.newsroom")
	}
	if s.settings.Flags && out.Country != "" {
		out.Country = country.Code(c.country).Flag() + " " + out.Country
	}
	for line := range strings.SplitSeq(c.text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out.Paragraphs = append(out.Paragraphs, line)
		}
	}
	return out
}

// letters puts comments in the order of reading: newest first, the answers to each oldest first beneath it. An answer
// whose comment is not public stands by itself.
func (s *Site) letters(comments []news.PublicComment, a news.PublicArticle) []letter {
	place := map[news.CommentID]int{}
	var out []letter
	for _, c := range comments {
		if c.Parent == 0 {
			place[c.ID] = len(out)
			out = append(out, s.letter(published(c, a.Lang)))
		}
	}
	for i := len(comments) - 1; i >= 0; i-- {
		c := comments[i]
		if c.Parent == 0 {
			continue
		}
		if at, ok := place[c.Parent]; ok {
			out[at].Replies = append(out[at].Replies, s.letter(published(c, a.Lang)))
		} else {
			out = append(out, s.letter(published(c, a.Lang)))
		}
	}
	if !a.CommentsClosed {
		for id, at := range place {
			out[at].ReplyPath = a.Path() + "?reply=" + news.Code(id).String() + "#write"
			out[at].ReplyWord = s.print.T("letters.reply")
		}
	}
	return out
}
