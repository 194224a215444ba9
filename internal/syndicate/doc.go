// Package syndicate writes what machines read of the site: feeds, sitemaps, robots.txt, the JSON-LD and Open Graph data of
// a page. Pure functions from public domain types to bytes; every absolute address is made from the site's URL and
// nothing else. It reads no storage and knows no HTTP.
package syndicate

import (
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Site is what machines are told of the site itself.
type Site struct {
	Name    string
	Tagline string
	URL     string // absolute, without a slash at its end
	Lang    string // BCP 47 primary tag: "fa", "en"
}

// Address makes a path of the site absolute. The path begins with a slash.
func (s Site) Address(path string) string { return strings.TrimSuffix(s.URL, "/") + path }

// Permalink is the address of an article that never changes, whatever becomes of its headline: /news/{code}.
func (s Site) Permalink(code news.Code) string { return s.Address(news.ArticlePath(code, "")) }

// PicturePath is the address of a picture's rendition below the site's root; width is in pixels.
func PicturePath(id news.MediaID, width int) string {
	return "/media/" + strconv.FormatInt(int64(id), 10) + "/" + strconv.Itoa(width) + ".jpg"
}

// Names of the crops of a picture that other sites show, around its focal point and smaller where the picture is: 1200 pixels wide
// and 16:9, 4:3 or 1:1. ShareName is the first of CropNames.
const ShareName = "share.jpg"

// CropNames are the crops in the order in which search engines are told of them.
func CropNames() []string { return []string{ShareName, "4x3.jpg", "1x1.jpg"} }

// share is the absolute address of the crop of a card's picture, "" when it has none.
func (s Site) share(card news.PublicCard) string { return s.crop(card, ShareName) }

func (s Site) crop(card news.PublicCard, name string) string {
	if card.Picture.Media == 0 {
		return ""
	}
	return s.Address("/media/" + card.Picture.Media.String() + "/" + name)
}

// iso writes an instant with Tehran's offset of its day, "" for the zero time.
func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(persian.Tehran()).Format(time.RFC3339)
}

// printable leaves out what XML 1.0 forbids (control characters, half surrogates, noncharacters).
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return r
		case r < 0x20 || r == 0xFFFD || r == 0xFFFE || r == 0xFFFF:
			return -1
		}
		return r
	}, s)
}
