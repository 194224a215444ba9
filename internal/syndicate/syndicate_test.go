package syndicate

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

var site = Site{Name: "هفت‌رود", Tagline: "خبر", URL: "https://haftrud.example", Lang: "fa"}

// hostile would break out of every form it is written in, were it not escaped.
const hostile = "</script><b>&\"']]>\x00\x0b\ufffe تیتر"

func sample(headline string) news.PublicArticle {
	at := time.Date(2021, 8, 23, 12, 42, 0, 0, time.UTC) // summer time in Tehran: +04:30
	card := news.PublicCard{
		Code: 7, Slug: "تیتر", Lang: "fa", Headings: news.Headings{Headline: headline, Lede: headline}, PublishedAt: at, ModifiedAt: at,
		Section: news.Section{ID: 1, Slug: "city", Name: "شهر"}, Picture: news.Picture{Media: 3, Alt: headline},
	}
	return news.PublicArticle{PublicCard: card, Bylines: []news.Byline{{Name: headline}}, Tags: []news.Tag{{Name: "برچسب"}}}
}

// wellFormed reads XML to its end.
func wellFormed(t *testing.T, body []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(body))
	for {
		if _, err := decoder.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("not XML: %v\n%s", err, body)
		}
	}
}

func TestRSSIsXMLWhateverTheHeadline(t *testing.T) {
	body, err := RSS(site, Feed{Title: hostile, Path: "/", Self: "/rss.xml", Cards: []news.PublicCard{sample(hostile).PublicCard}})
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, body)
	var back struct {
		Channel struct {
			Items []struct {
				Title   string `xml:"title"`
				PubDate string `xml:"pubDate"`
			} `xml:"item"`
		} `xml:"channel"`
	}
	if err := xml.Unmarshal(body, &back); err != nil {
		t.Fatal(err)
	}
	item := back.Channel.Items[0]
	if want := "</script><b>&\"']]> تیتر"; item.Title != want {
		t.Errorf("title %q, want %q", item.Title, want)
	}
	if item.PubDate != "Mon, 23 Aug 2021 12:42:00 +0000" {
		t.Errorf("pubDate %q", item.PubDate)
	}
	for _, want := range []string{
		`<guid isPermaLink="true">https://haftrud.example/news/7</guid>`, `<language>fa</language>`,
		`<atom:link href="https://haftrud.example/rss.xml" rel="self" type="application/rss+xml">`, `<category>شهر</category>`,
		`<enclosure url="https://haftrud.example/media/3/share.jpg"`,
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("feed lacks %s", want)
		}
	}
}

func TestUndatedArticleHasNoDateAnywhere(t *testing.T) {
	a := sample("تیتر")
	a.PublishedAt, a.ModifiedAt = time.Time{}, time.Time{}
	feed, err := RSS(site, Feed{Title: "x", Path: "/", Self: "/rss.xml", Cards: []news.PublicCard{a.PublicCard}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := NewsArticle(site, a)
	if err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{"pubDate", "lastBuildDate", "datePublished", "dateModified", "0001"} {
		if strings.Contains(string(feed)+string(data), never) {
			t.Errorf("an undated article has %s", never)
		}
	}
}

func TestNewsArticleIsJSONThatCannotLeaveItsScript(t *testing.T) {
	data, err := NewsArticle(site, sample(hostile))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsAny(data, "<>") {
		t.Errorf("holds a bracket: %s", data)
	}
	var back map[string]any
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"@type": "NewsArticle", "datePublished": "2021-08-23T17:12:00+04:30", "mainEntityOfPage": site.Address("/news/7/%D8%AA%DB%8C%D8%AA%D8%B1"),
		"articleSection": "شهر", "inLanguage": "fa", "isAccessibleForFree": true,
	} {
		if back[key] != want {
			t.Errorf("%s is %v, want %v", key, back[key], want)
		}
	}
}

func TestAuthorIsBylineElseSourceElseSite(t *testing.T) {
	for _, tt := range []struct {
		bylines []news.Byline
		source  string
		want    string
	}{
		{[]news.Byline{{Name: "نگار"}}, "ایسنا", `"author":[{"@type":"Person","name":"نگار"}]`},
		{nil, "ایسنا", `"author":[{"@type":"Organization","name":"ایسنا"}]`},
		{nil, "", `"author":[{"@type":"NewsMediaOrganization","name":"هفت‌رود","url":"https://haftrud.example/"}]`},
	} {
		a := sample("تیتر")
		a.Bylines, a.Source = tt.bylines, tt.source
		data, err := NewsArticle(site, a)
		if err != nil || !strings.Contains(string(data), tt.want) {
			t.Errorf("want %s in %s (%v)", tt.want, data, err)
		}
	}
}

func TestSitemapNamesAbsoluteAddresses(t *testing.T) {
	index, err := SitemapIndex(site, 2)
	if err != nil {
		t.Fatal(err)
	}
	block, err := Sitemap(site, []news.SitemapEntry{{Path: "/news/7", ModifiedAt: sample("").ModifiedAt}, {Path: "/news/8"}})
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		string(index): "<loc>https://haftrud.example/sitemap/2.xml</loc>",
		string(block): "<url><loc>https://haftrud.example/news/7</loc><lastmod>2021-08-23T17:12:00+04:30</lastmod></url><url><loc>https://haftrud.example/news/8</loc></url>",
	} {
		wellFormed(t, []byte(body))
		if !strings.Contains(body, want) {
			t.Errorf("want %s in\n%s", want, body)
		}
	}
	robots := string(Robots(site, "/newsroom"))
	if !strings.Contains(robots, "Disallow: /newsroom\n") || !strings.Contains(robots, "Sitemap: https://haftrud.example/sitemap.xml\n") {
		t.Errorf("robots.txt is %q", robots)
	}
}

func TestOpenGraphLeavesOutWhatIsUnknown(t *testing.T) {
	a := sample("تیتر")
	a.Picture, a.Lede = news.Picture{}, ""
	for _, p := range OpenGraph(site, a) {
		if p.Content == "" || p.Property == "og:image" || p.Property == "og:description" {
			t.Errorf("%s is %q", p.Property, p.Content)
		}
	}
}

func TestImagesHaveThreeShapesAndTheirCredit(t *testing.T) {
	a := news.PublicArticle{PublicCard: news.PublicCard{Code: 4, Lang: "fa", Picture: news.Picture{Media: 3, Caption: "پل", Credit: "عکس: مینا"}}}
	data, err := NewsArticle(site, a)
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Image []map[string]string }
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"share", "4x3", "1x1"} {
		if len(got.Image) != 3 || got.Image[i]["url"] != site.URL+"/media/3/"+name+".jpg" || got.Image[i]["creditText"] != "عکس: مینا" || got.Image[i]["@type"] != "ImageObject" {
			t.Errorf("%s: %v", name, got.Image)
		}
	}
}
