package site

import (
	"html"
	"net/url"
	"strings"
	"testing"
)

func TestAnAddressInLettersIsTheSameAddress(t *testing.T) {
	for address, want := range map[string]string{
		"/news/12/%D8%AE%D8%A8%D8%B1-12":                `href="/news/12/خبر-12"`,
		"/news/12/%D8%AE%D8%A8%D8%B1?reply=3&x=1#write": `href="/news/12/خبر?reply=3&amp;x=1#write"`,
		"/tag/%22onclick%3D%22x":                        `href="/tag/%22onclick%3D%22x"`,
		"/tag/a%2Fb":                                    `href="/tag/a%2Fb"`,
		"/tag/a%3Fb":                                    `href="/tag/a%3Fb"`,
		"/tag/100%25":                                   `href="/tag/100%25"`,
		"/tag/%zz\"":                                    `href="/tag/%zz&#34;"`,
		"https://example.ir/%D8%AE":                     `href="#"`,
		"//example.ir":                                  `href="#"`,
		"javascript:alert(1)":                           `href="#"`,
	} {
		got := string(href(address))
		if got != want {
			t.Errorf("%s became %s, want %s", address, got, want)
		}
	}
	u, err := url.Parse("/news/12/خبر-12")
	if err != nil || u.EscapedPath() != "/news/12/%D8%AE%D8%A8%D8%B1-12" {
		t.Errorf("a client asks for %s", u.EscapedPath())
	}
}

func TestSharesSayTheHeadlineAndNothingElse(t *testing.T) {
	const address, headline = "http://localhost/news/12", `«آب» & نان="۱+۱"? <b>#نیم‌روز`
	for _, s := range shares(address, headline) {
		value, ok := strings.CutPrefix(string(s.Href), `href="`)
		value, end := strings.CutSuffix(value, `"`)
		u, err := url.Parse(html.UnescapeString(value))
		if !ok || !end || strings.ContainsAny(value, "\"<> ") || err != nil {
			t.Errorf("%s: %s %v", s.Name, s.Href, err)
			continue
		}
		if said := strings.TrimSuffix(u.Query().Get("text"), " "+address); said != headline {
			t.Errorf("%s says %q", s.Name, said)
		}
	}
}
