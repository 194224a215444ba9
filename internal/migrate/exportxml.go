package migrate

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

func commentNumber(id news.CommentID) string { return strconv.FormatInt(int64(id), 10) }

// exactTime keeps the milliseconds that Dabir keeps; "" for no time.
func exactTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.999Z07:00")
}

// xmlWriter writes elements whose names are ours and whose words are not.
type xmlWriter struct {
	w    *bufio.Writer
	opts ExportOptions
	at   news.DiscussedArticle
	open bool // whether the head is written
}

// raw writes markup as it is; its errors come back at the end, from the buffer.
func (x *xmlWriter) raw(format string, args ...any) { fmt.Fprintf(x.w, format, args...) }

// element writes text, escaped, in an element.
func (x *xmlWriter) element(name, text string) {
	x.raw("<%s>", name)
	xml.EscapeText(x.w, []byte(text))
	x.raw("</%s>\n", name)
}

// own writes what the form itself has no place for.
func (x *xmlWriter) own(e news.ExportedComment) error {
	c := e.Comment
	text, err := xml.Marshal(ownXML{
		Origin: e.Origin, ParentOrigin: e.ParentOrigin, Article: x.at.Origin, Code: x.at.Code, State: c.State, Reason: c.Reason,
		Country: c.Country, Newsroom: c.ByNewsroom, Up: c.VotesUp, Down: c.VotesDown, Date: c.CreatedAt.UTC(),
		Decided: exactTime(c.DecidedAt), Edited: exactTime(c.EditedAt),
	})
	if err != nil {
		return err
	}
	x.w.Write(text)
	x.w.WriteByte('\n')
	return nil
}

// disqusWriter writes what Disqus exports: all threads, then the posts.
type disqusWriter struct {
	xmlWriter
	list func(each func(news.DiscussedArticle) error) error
}

func (x *disqusWriter) head() error {
	if x.open {
		return nil
	}
	x.open = true
	x.raw(`<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
`)
	return x.list(func(a news.DiscussedArticle) error {
		x.raw("<thread dsq:id=\"%d\">\n", a.Code)
		x.element("id", a.Code.String())
		x.element("link", x.opts.SiteURL+a.Path)
		x.element("title", a.Headline)
		x.element("createdAt", a.At.UTC().Format(time.RFC3339))
		x.raw("<isClosed>false</isClosed>\n<isDeleted>false</isDeleted>\n</thread>\n")
		return nil
	})
}

func (x *disqusWriter) article(a news.DiscussedArticle) error {
	x.at = a
	return x.head()
}

func (x *disqusWriter) comment(e news.ExportedComment) (bool, error) {
	c := e.Comment
	spam := c.State == news.CommentRejected && c.Reason == news.ReasonAdvertising
	x.raw("<post dsq:id=\"%d\">\n", c.ID)
	x.element("id", e.Origin)
	x.element("message", strings.ReplaceAll(html.EscapeString(c.Text), "\n", "<br>"))
	x.element("createdAt", c.CreatedAt.UTC().Format(time.RFC3339))
	x.element("isDeleted", strconv.FormatBool(c.State == news.CommentRejected && !spam))
	x.element("isSpam", strconv.FormatBool(spam))
	x.element("isApproved", strconv.FormatBool(c.State == news.CommentPublished))
	x.raw("<author>\n")
	if c.Email != "" {
		x.element("email", c.Email)
	}
	x.element("name", c.Name)
	x.element("isAnonymous", "true")
	x.raw("</author>\n<thread dsq:id=\"%d\"/>\n", c.Article)
	if c.Parent != 0 {
		x.raw("<parent dsq:id=\"%d\"/>\n", c.Parent)
	}
	if err := x.own(e); err != nil {
		return false, err
	}
	x.raw("</post>\n")
	return true, nil
}

func (x *disqusWriter) end() error {
	if err := x.head(); err != nil {
		return err
	}
	_, err := x.w.WriteString("</disqus>\n")
	return err
}

// wxrWriter writes what WordPress exports: articles without their bodies, and their comments in them.
type wxrWriter struct {
	xmlWriter
	inItem bool
}

func (x *wxrWriter) head() {
	if x.open {
		return
	}
	x.open = true
	x.raw(`<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
`)
	x.element("title", x.opts.SiteName)
	x.element("link", x.opts.SiteURL)
	x.element("wp:wxr_version", "1.2")
	x.element("wp:base_site_url", x.opts.SiteURL)
	x.element("wp:base_blog_url", x.opts.SiteURL)
}

func (x *wxrWriter) closeItem() {
	if x.inItem {
		x.raw("</item>\n")
	}
	x.inItem = false
}

func (x *wxrWriter) article(a news.DiscussedArticle) error {
	x.head()
	x.closeItem()
	x.at, x.inItem = a, true
	x.raw("<item>\n")
	x.element("title", a.Headline)
	x.element("link", x.opts.SiteURL+a.Path)
	x.element("wp:post_id", a.Code.String())
	x.element("wp:post_date_gmt", a.At.UTC().Format(time.DateTime))
	x.element("wp:status", "publish")
	x.element("wp:post_type", "post")
	return nil
}

func (x *wxrWriter) comment(e news.ExportedComment) (bool, error) {
	c := e.Comment
	approved := map[news.CommentState]string{news.CommentPublished: "1", news.CommentPending: "0", news.CommentRejected: "trash"}[c.State]
	if c.State == news.CommentRejected && c.Reason == news.ReasonAdvertising {
		approved = "spam"
	}
	x.raw("<wp:comment>\n")
	x.element("wp:comment_id", commentNumber(c.ID))
	x.element("wp:comment_author", c.Name)
	x.element("wp:comment_author_email", c.Email)
	x.element("wp:comment_date_gmt", c.CreatedAt.UTC().Format(time.DateTime))
	x.element("wp:comment_content", html.EscapeString(c.Text))
	x.element("wp:comment_approved", approved)
	x.element("wp:comment_type", "comment")
	x.element("wp:comment_parent", commentNumber(c.Parent))
	if err := x.own(e); err != nil {
		return false, err
	}
	x.raw("</wp:comment>\n")
	return true, nil
}

func (x *wxrWriter) end() error {
	x.head()
	x.closeItem()
	_, err := x.w.WriteString("</channel>\n</rss>\n")
	return err
}
