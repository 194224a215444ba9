package markup

import (
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

var (
	addressForm = regexp.MustCompile(`(?i)^\s*(?:https?:|mailto:|tel:|/)`)
	langForm    = regexp.MustCompile(`^[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,3}$`)
	dirForm     = regexp.MustCompile(`(?i)^(?:ltr|rtl|auto)$`)
	numberForm  = regexp.MustCompile(`^\s*[0-9]{1,5}(?:px)?\s*$`)
	asideForm   = regexp.MustCompile(`(?:^|\s)(pullquote|more|desk-note)(?:\s|$)`)
	embedForm   = regexp.MustCompile(`(?:^|\s)embed(?:\s|$)`)
)

// policy is the first gate: the elements and attributes that the builder may
// see at all. It is wider than the canonical form, because the builder turns
// some of them into others (b into strong, div into paragraphs, a frame into a
// card). dir and lang are not let through on the formatting elements that the
// parser repeats in every following paragraph when they are left open.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	blocks := []string{
		"p", "div", "section", "article", "main", "header", "footer", "nav", "address", "center",
		"pre", "dl", "dt", "dd", "details", "summary", "fieldset", "legend", "h1", "h2", "h3", "h4", "h5", "h6",
		"ul", "ol", "menu", "li", "blockquote", "aside", "figure", "figcaption", "hr",
		"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
	}
	inline := []string{"strong", "b", "em", "i", "cite", "sub", "sup", "br", "span", "bdi", "bdo", "a", "source"}
	p.AllowElements(blocks...)
	p.AllowElements(inline...)
	p.AllowNoAttrs().OnElements("span", "a", "audio", "video", "source")
	p.AllowAttrs("dir").Matching(dirForm).OnElements("span", "bdi", "bdo")
	p.AllowAttrs("lang").Matching(langForm).OnElements(append(blocks, "span", "bdi")...)
	p.AllowAttrs("class").Matching(asideForm).OnElements("aside")
	p.AllowAttrs("class").Matching(embedForm).OnElements("figure")
	p.AllowAttrs("href").Matching(addressForm).OnElements("a")
	p.AllowAttrs("src").Matching(addressForm).OnElements("img", "iframe", "embed", "video", "audio", "source")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(numberForm).OnElements("img")
	p.AllowAttrs("colspan", "rowspan").Matching(numberForm).OnElements("th", "td")
	return p
})

// ownMedia is where Dabir serves its own pictures, films and sounds from.
const ownMedia = "/media/"

// cleanURL returns the address a link may have: absolute http and https, mailto,
// tel, or a path on this site. Addresses without a scheme ("//host") become
// https. Fragments and relative paths mean nothing away from their page.
func cleanURL(raw string) (address string, ok bool) {
	raw = strings.TrimSpace(raw)
	if strings.HasPrefix(raw, "//") {
		raw = "https:" + raw
	}
	raw = strings.ReplaceAll(raw, " ", "%20")
	if raw == "" || strings.ContainsFunc(raw, notInURL) {
		return "", false
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", false
	}
	switch u.Scheme {
	case "http", "https":
		return raw, u.Host != "" && strings.HasPrefix(raw[len(u.Scheme):], "://")
	case "mailto", "tel":
		return raw, u.Opaque != ""
	case "":
		return raw, raw[0] == '/'
	}
	return "", false
}

// notInURL finds what browsers strip or read as something else: control and
// format characters, white space, and the backslash, which they take for a slash.
func notInURL(r rune) bool {
	return r == '\\' || r < 0x21 || r == 0x7F || fold(r) == 0 || fold(r) == ' '
}

// foreign tells whether an address from cleanURL leads to another host.
func foreign(address string) bool {
	return !strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "mailto:") && !strings.HasPrefix(address, "tel:")
}

// ours tells whether an address from cleanURL is one of this site's media.
func ours(address string) bool {
	return strings.HasPrefix(address, ownMedia) && path.Clean(address) == address && !strings.ContainsAny(address, "?#%")
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

// numberAttr reads a whole number between 0 and 99999; -1 when there is none.
func numberAttr(n *html.Node, name string) int {
	s := strings.TrimSuffix(strings.TrimSpace(attr(n, name)), "px")
	v, err := strconv.Atoi(s)
	if err != nil || v < 0 || v > 99999 {
		return -1
	}
	return v
}

// langAttr returns a valid language tag in lower case, or "".
func langAttr(n *html.Node) string {
	if s := attr(n, "lang"); langForm.MatchString(s) {
		return strings.ToLower(s)
	}
	return ""
}
