package syndicate

import (
	"encoding/xml"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
)

type sitemapIndex struct {
	XMLName xml.Name  `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
	Blocks  []address `xml:"sitemap"`
}

type sitemap struct {
	XMLName xml.Name  `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	Entries []address `xml:"url"`
}

type address struct {
	Location string `xml:"loc"`
	Modified string `xml:"lastmod,omitempty"`
}

// SitemapPath is where block n (from 1) of the sitemap stands.
func SitemapPath(n int) string { return "/sitemap/" + strconv.Itoa(n) + ".xml" }

// SitemapIndex names the blocks 1 to n of the sitemap (sitemaps.org protocol 0.9) and the files at more paths.
func SitemapIndex(site Site, blocks int, more ...string) ([]byte, error) {
	var out sitemapIndex
	for n := 1; n <= blocks; n++ {
		out.Blocks = append(out.Blocks, address{Location: site.Address(SitemapPath(n))})
	}
	for _, path := range more {
		out.Blocks = append(out.Blocks, address{Location: site.Address(path)})
	}
	return document(out)
}

// Sitemap writes one block. The protocol allows 50,000 entries in it; the caller keeps below.
func Sitemap(site Site, entries []news.SitemapEntry) ([]byte, error) {
	out := sitemap{Entries: make([]address, len(entries))}
	for i, entry := range entries {
		out.Entries[i] = address{Location: site.Address(entry.Path), Modified: iso(entry.ModifiedAt)}
	}
	return document(out)
}

// Robots is robots.txt: everything may be read but the given paths, and there is the sitemap.
func Robots(site Site, closed ...string) []byte {
	var out strings.Builder
	out.WriteString("User-agent: *\n")
	for _, path := range closed {
		out.WriteString("Disallow: " + path + "\n")
	}
	out.WriteString("\nSitemap: " + site.Address("/sitemap.xml") + "\n")
	return []byte(out.String())
}
