package migrate

import (
	"encoding/xml"
	"errors"
	"html"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// maxThreads is how many threads of a Disqus file are remembered.
const maxThreads = 2_000_000

// ownXML is what a Dabir adds to a comment in the other systems' forms, so that it comes back as it was.
type ownXML struct {
	XMLName      xml.Name          `xml:"urn:dabir:comment comment"`
	Origin       string            `xml:"origin,attr"`
	ParentOrigin string            `xml:"parent-origin,attr,omitempty"`
	Article      string            `xml:"article,attr,omitempty"` // its origin
	Code         news.Code         `xml:"code,attr,omitempty"`
	State        news.CommentState `xml:"state,attr"`
	Reason       news.Reason       `xml:"reason,attr,omitempty"`
	Country      string            `xml:"country,attr,omitempty"`
	Newsroom     bool              `xml:"newsroom,attr,omitempty"`
	Up           int               `xml:"votes-up,attr,omitempty"`
	Down         int               `xml:"votes-down,attr,omitempty"`
	Date         time.Time         `xml:"date,attr"`
	Decided      string            `xml:"decided,attr,omitempty"`
	Edited       string            `xml:"edited,attr,omitempty"`
}

// takeOwn lets what a Dabir wrote about a comment count over what the form had to make of it. text is the body, whose lines end
// with <br> or with a line end and which holds no other markup.
func (l *letter) takeOwn(own *ownXML, text string) {
	if own.Origin == "" {
		return
	}
	l.origin, l.parentOrigin = own.Origin, own.ParentOrigin
	l.article.origin, l.article.code = own.Article, own.Code
	l.skipped, l.refused = "", ""
	c := &l.comment
	c.State, c.Reason, c.Country, c.ByNewsroom = own.State, own.Reason, own.Country, own.Newsroom
	c.VotesUp, c.VotesDown, c.CreatedAt = own.Up, own.Down, own.Date
	c.DecidedAt, c.EditedAt = ownTime(own.Decided), ownTime(own.Edited)
	if l.fits(text) {
		c.Text = html.UnescapeString(strings.ReplaceAll(text, "<br>", "\n"))
	}
}

func ownTime(s string) time.Time {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return at
}

// disqusSource reads what Disqus exports: threads first, then the posts in them.
type disqusSource struct {
	*xmlFile
	threads map[string]articleKey
}

func openDisqus(path string, count *countingReader) (letterSource, error) {
	x, err := openXML(path, count)
	return &disqusSource{x, map[string]articleKey{}}, err
}

type disqusThread struct {
	Key  string `xml:"id,attr"`
	Name string `xml:"id"`
	Link string `xml:"link"`
}

type disqusRef struct {
	Key string `xml:"id,attr"`
}

type disqusPost struct {
	Key     string `xml:"id,attr"`
	Name    string `xml:"id"`
	Message string `xml:"message"`
	Date    string `xml:"createdAt"`
	Deleted string `xml:"isDeleted"`
	Spam    string `xml:"isSpam"`
	Passed  string `xml:"isApproved"` // in older exports only
	Author  struct {
		Email string `xml:"email"`
		Name  string `xml:"name"`
	} `xml:"author"`
	Address string    `xml:"ipAddress"`
	Thread  disqusRef `xml:"thread"`
	Parent  disqusRef `xml:"parent"`
	Own     ownXML    `xml:"urn:dabir:comment comment"`
}

func (s *disqusSource) next() (letter, error) {
	for {
		start, err := s.xmlFile.next(map[string]bool{"disqus": true}, func(string) {})
		if err != nil {
			return letter{}, err
		}
		l := letter{line: s.line()}
		switch {
		case len(s.path) != 1:
			return l, s.failed(errors.New("this is no export of Disqus"))
		case start.Name.Local == "thread":
			err = s.thread(&start)
		case start.Name.Local == "post":
			var post disqusPost
			if err = s.decode(&post, &start); err == nil {
				s.fill(&l, &post)
				return l, nil
			}
		default:
			err = s.skip()
		}
		if err != nil {
			return letter{}, err
		}
	}
}

func (s *disqusSource) thread(start *xml.StartElement) error {
	var t disqusThread
	if err := s.decode(&t, start); err != nil {
		return err
	}
	if len(s.threads) >= maxThreads {
		return s.failed(errors.New("the file has too many threads"))
	}
	s.threads[t.Key] = articleKey{id: strings.TrimSpace(t.Name), address: strings.TrimSpace(t.Link)}
	return nil
}

func (s *disqusSource) fill(l *letter, p *disqusPost) {
	l.id, l.parent = p.Key, p.Parent.Key
	if l.id == "" { // seen in old exports
		l.id = strings.TrimSpace(p.Name)
	}
	key, known := s.threads[p.Thread.Key]
	if l.article = key; !known {
		l.refuse("its thread is not in the file")
	}
	l.address = strings.TrimSpace(p.Address)
	l.setState(isTrue(p.Deleted), isTrue(p.Spam), p.Passed == "" || isTrue(p.Passed))
	l.setName(p.Author.Name)
	l.comment.Email = p.Author.Email
	l.setTime(p.Date, time.RFC3339)
	if p.Own.Origin != "" {
		l.takeOwn(&p.Own, p.Message)
		return
	}
	l.setHTML(p.Message)
}

func isTrue(s string) bool { return strings.EqualFold(strings.TrimSpace(s), "true") }

// wxrSource reads WordPress's export: articles with their comments in them.
type wxrSource struct {
	*xmlFile
	site    string // of the channel, to tell the numbers of two blogs apart
	article articleKey
}

func openWXR(path string, count *countingReader) (letterSource, error) {
	x, err := openXML(path, count)
	return &wxrSource{xmlFile: x}, err
}

type wxrComment struct {
	ID       string `xml:"comment_id"`
	Parent   string `xml:"comment_parent"`
	Author   string `xml:"comment_author"`
	Email    string `xml:"comment_author_email"`
	Address  string `xml:"comment_author_IP"`
	Date     string `xml:"comment_date"`
	DateGMT  string `xml:"comment_date_gmt"`
	Content  string `xml:"comment_content"`
	Approved string `xml:"comment_approved"`
	Type     string `xml:"comment_type"`
	Own      ownXML `xml:"urn:dabir:comment comment"`
}

func (s *wxrSource) next() (letter, error) {
	holders := map[string]bool{"rss": true, "rss/channel": true, "rss/channel/item": true}
	for {
		start, err := s.xmlFile.next(holders, func(name string) {
			if name == "item" {
				s.article = articleKey{}
			}
		})
		if err != nil {
			return letter{}, err
		}
		l := letter{line: s.line()}
		inItem := len(s.path) == 3
		switch name := start.Name.Local; {
		case len(s.path) == 0:
			return l, s.failed(errors.New("this is no export of WordPress"))
		case inItem && name == "comment":
			var c wxrComment
			if err = s.decode(&c, &start); err == nil {
				s.fill(&l, &c)
				return l, nil
			}
		case inItem && name == "link":
			err = s.text(&s.article.address, &start)
		case inItem && name == "post_id":
			err = s.text(&s.article.id, &start)
		case !inItem && name == "base_blog_url":
			err = s.text(&s.site, &start)
		default:
			err = s.skip()
		}
		if err != nil {
			return letter{}, err
		}
	}
}

func (s *wxrSource) text(to *string, start *xml.StartElement) error {
	err := s.decode(to, start)
	*to = strings.TrimSpace(*to)
	return err
}

func (s *wxrSource) fill(l *letter, c *wxrComment) {
	if id := strings.TrimSpace(c.ID); id != "" {
		l.id = s.qualified(id)
	}
	if parent := strings.TrimSpace(c.Parent); parent != "" && parent != "0" {
		l.parent = s.qualified(parent)
	}
	l.article, l.address = s.article, strings.TrimSpace(c.Address)
	approved := strings.TrimSpace(c.Approved)
	l.setState(approved == "trash" || approved == "post-trashed", approved == "spam", approved == "1" || approved == "approved")
	if kind := strings.TrimSpace(c.Type); kind == "pingback" || kind == "trackback" {
		l.skipped = "it is a " + kind + ", which nobody wrote"
	}
	l.setName(c.Author)
	l.comment.Email = c.Email
	date := strings.TrimSpace(c.DateGMT)
	if date == "" || strings.HasPrefix(date, "0000") {
		date = c.Date
	}
	l.setTime(date, time.DateTime)
	if c.Own.Origin != "" {
		l.takeOwn(&c.Own, c.Content)
		return
	}
	if l.fits(c.Content) {
		l.comment.Text = plainLines(c.Content)
	}
}

// qualified tells a blog's numbers from those of another one.
func (s *wxrSource) qualified(id string) string {
	if site := addressKey(s.site); site != "" {
		return site + "/" + id
	}
	return id
}
