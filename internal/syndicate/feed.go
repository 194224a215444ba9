package syndicate

import (
	"encoding/xml"
	"html"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Feed is a list of articles for feed readers.
type Feed struct {
	Title string
	Path  string // of the page it accompanies
	Self  string // its own path
	Cards []news.PublicCard
	// Corrections are those of the articles that have any, oldest first; KindName is a kind in words.
	Corrections map[news.Code][]news.Correction
	KindName    func(news.CorrectionKind) string
}

type rss struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	DC      string   `xml:"xmlns:dc,attr"`
	Channel channel  `xml:"channel"`
}

type channel struct {
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	Self        atomLink `xml:"atom:link"`
	Description string   `xml:"description"`
	Language    string   `xml:"language"`
	Built       string   `xml:"lastBuildDate,omitempty"`
	Items       []item   `xml:"item"`
}

type atomLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
}

type item struct {
	Title       string     `xml:"title"`
	Link        string     `xml:"link"`
	Creator     string     `xml:"dc:creator,omitempty"`
	GUID        guid       `xml:"guid"`
	Published   string     `xml:"pubDate,omitempty"`
	Updated     string     `xml:"atom:updated,omitempty"`
	Description string     `xml:"description,omitempty"`
	Category    string     `xml:"category,omitempty"`
	Language    string     `xml:"dc:language,omitempty"`
	Enclosure   *enclosure `xml:"enclosure"`
}

type guid struct {
	IsPermalink bool   `xml:"isPermaLink,attr"`
	Value       string `xml:",chardata"`
}

type enclosure struct {
	URL    string `xml:"url,attr"`
	Length int    `xml:"length,attr"`
	Type   string `xml:"type,attr"`
}

// RSS writes a feed as RSS 2.0 (rssboard.org/rss-specification). An article is known by its permalink, so that a changed
// headline does not make a new item. The enclosure's length is 0: renditions are made when they are asked for.
//
// What was changed after its publication carries atom:updated. A correction stands at the end of the description, each on a line of
// its own with its kind: readers of feeds look there, and no element of RSS or Atom is for it.
func RSS(site Site, feed Feed) ([]byte, error) {
	c := channel{
		Title: printable(feed.Title), Link: site.Address(feed.Path), Language: site.Lang, Description: printable(site.Tagline),
		Self: atomLink{Href: site.Address(feed.Self), Rel: "self", Type: "application/rss+xml"},
	}
	if c.Description == "" {
		c.Description = c.Title
	}
	var newest time.Time
	for _, card := range feed.Cards {
		item := feedItem(site, card)
		for _, correction := range feed.Corrections[card.Code] {
			item.Description = strings.TrimPrefix(item.Description+"\n"+printable(feed.KindName(correction.Kind)+": "+correction.Text), "\n")
		}
		c.Items = append(c.Items, item)
		for _, t := range []time.Time{card.PublishedAt, card.ModifiedAt} {
			if t.After(newest) {
				newest = t
			}
		}
	}
	if !newest.IsZero() {
		c.Built = newest.UTC().Format(time.RFC1123Z)
	}
	return document(rss{Version: "2.0", Atom: "http://www.w3.org/2005/Atom", DC: "http://purl.org/dc/elements/1.1/", Channel: c})
}

func feedItem(site Site, card news.PublicCard) item {
	out := item{
		Title: printable(card.Headline), Link: site.Address(card.Path()), Description: printable(card.Lede),
		GUID: guid{IsPermalink: true, Value: site.Permalink(card.Code)}, Category: printable(card.Section.Name),
	}
	if card.Lang != site.Lang {
		out.Language = card.Lang
	}
	if !card.PublishedAt.IsZero() {
		out.Published = card.PublishedAt.UTC().Format(time.RFC1123Z)
	}
	if card.ModifiedAt.After(card.PublishedAt) && !card.PublishedAt.IsZero() {
		out.Updated = card.ModifiedAt.UTC().Format(time.RFC3339)
	}
	if address := site.share(card); address != "" {
		out.Enclosure = &enclosure{URL: address, Type: "image/jpeg"}
	}
	return out
}

// CommentFeed is a list of public comments for feed readers.
type CommentFeed struct {
	Title   string
	Path    string // of the page it accompanies
	Self    string // its own path
	Entries []CommentEntry
}

// CommentEntry is a comment in a feed.
type CommentEntry struct {
	Comment news.PublicComment
	Title   string // who on what
	Author  string
	Path    string // its permanent address
}

// CommentRSS writes public comments as RSS 2.0, newest first as they come. A comment is plain text; readers of feeds take a description
// for HTML, so its signs are written as such.
func CommentRSS(site Site, feed CommentFeed) ([]byte, error) {
	c := channel{
		Title: printable(feed.Title), Link: site.Address(feed.Path), Language: site.Lang, Description: printable(feed.Title),
		Self: atomLink{Href: site.Address(feed.Self), Rel: "self", Type: "application/rss+xml"},
	}
	for i, entry := range feed.Entries {
		at := entry.Comment.CreatedAt.UTC().Format(time.RFC1123Z)
		if i == 0 {
			c.Built = at
		}
		address := site.Address(entry.Path)
		c.Items = append(c.Items, item{Title: printable(entry.Title), Link: address, GUID: guid{IsPermalink: true, Value: address}, Published: at,
			Creator: printable(entry.Author), Description: html.EscapeString(printable(entry.Comment.Text))})
	}
	return document(rss{Version: "2.0", Atom: "http://www.w3.org/2005/Atom", DC: "http://purl.org/dc/elements/1.1/", Channel: c})
}

// document is the whole XML file of a value.
func document(value any) ([]byte, error) {
	body, err := xml.Marshal(value)
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(body, '\n')...), nil
}
