package syndicate

import (
	"encoding/json"
	"strconv"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// newsArticle is schema.org's NewsArticle, as far as we know something of it.
type newsArticle struct {
	Context     string   `json:"@context"`
	Type        string   `json:"@type"`
	ID          string   `json:"@id"`
	MainEntity  string   `json:"mainEntityOfPage"`
	Headline    string   `json:"headline"`
	Description string   `json:"description,omitempty"`
	Published   string   `json:"datePublished,omitempty"`
	Modified    string   `json:"dateModified,omitempty"`
	Author      []named  `json:"author,omitempty"`
	Publisher   named    `json:"publisher"`
	Image       []image  `json:"image,omitempty"`
	Section     string   `json:"articleSection,omitempty"`
	Keywords    []string `json:"keywords,omitempty"`
	Language    string   `json:"inLanguage"`
	Free        bool     `json:"isAccessibleForFree"`

	Corrections []correctionComment `json:"correction,omitempty"`
}

// image is schema.org's ImageObject; who made it goes with it.
type image struct {
	Type    string `json:"@type"`
	URL     string `json:"url"`
	Caption string `json:"caption,omitempty"`
	Credit  string `json:"creditText,omitempty"`
}

// correctionComment is schema.org's CorrectionComment.
type correctionComment struct {
	Type      string `json:"@type"`
	ID        string `json:"@id"`
	Text      string `json:"text"`
	Published string `json:"datePublished"`
}

// CorrectionAddress is where a correction stands on its article's page.
func (s Site) CorrectionAddress(c news.Correction) string {
	return s.Permalink(c.Article) + "#correction-" + strconv.FormatInt(c.ID, 10)
}

type named struct {
	Type string `json:"@type"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// NewsArticle writes an article's JSON-LD. The bytes may stand inside a script element: <, > and & are escaped. Who signs
// the article is its author, else its source, else the site. An undated article has no datePublished. Its corrections, oldest
// first, are its property correction; dateModified is not before the last of them, as the store keeps it.
func NewsArticle(site Site, a news.PublicArticle, corrections ...news.Correction) ([]byte, error) {
	publisher := named{Type: "NewsMediaOrganization", Name: site.Name, URL: site.Address("/")}
	out := newsArticle{
		Context: "https://schema.org", Type: "NewsArticle", ID: site.Permalink(a.Code), MainEntity: site.Address(a.Path()),
		Headline: a.Headline, Description: a.Lede, Published: iso(a.PublishedAt), Modified: iso(a.ModifiedAt),
		Publisher: publisher, Section: a.Section.Name, Language: a.Lang, Free: true,
	}
	for _, byline := range a.Bylines {
		out.Author = append(out.Author, named{Type: "Person", Name: byline.Name})
	}
	if len(out.Author) == 0 {
		out.Author = []named{{Type: "Organization", Name: a.Source}}
		if a.Source == "" || a.Source == site.Name {
			out.Author = []named{publisher}
		}
	}
	if a.Picture.Media != 0 {
		for _, name := range CropNames() {
			out.Image = append(out.Image, image{Type: "ImageObject", URL: site.crop(a.PublicCard, name), Caption: a.Picture.Caption, Credit: a.Picture.Credit})
		}
	}
	for _, tag := range a.Tags {
		out.Keywords = append(out.Keywords, tag.Name)
	}
	for _, c := range corrections {
		text := c.Text
		if c.Changed != "" {
			text += "\n" + c.Changed
		}
		out.Corrections = append(out.Corrections, correctionComment{Type: "CorrectionComment", ID: site.CorrectionAddress(c), Text: text, Published: iso(c.At)})
	}
	return json.Marshal(out)
}

// Property is one line of Open Graph data.
type Property struct{ Property, Content string }

// OpenGraph is what a messenger shows of a shared article (ogp.me).
func OpenGraph(site Site, a news.PublicArticle) []Property {
	out := []Property{
		{"og:type", "article"}, {"og:site_name", site.Name}, {"og:title", a.Headline}, {"og:url", site.Address(a.Path())},
		{"og:locale", locale(a.Lang)},
	}
	add := func(property, content string) {
		if content != "" {
			out = append(out, Property{property, content})
		}
	}
	add("og:description", a.Lede)
	add("og:image", site.share(a.PublicCard))
	add("og:image:alt", a.Picture.Alt)
	add("article:published_time", iso(a.PublishedAt))
	if a.ModifiedAt.After(a.PublishedAt) && !a.PublishedAt.IsZero() {
		add("article:modified_time", iso(a.ModifiedAt))
	}
	add("article:section", a.Section.Name)
	return out
}

// locale is Open Graph's form of a language, language_TERRITORY.
func locale(lang string) string {
	switch lang {
	case "fa":
		return "fa_IR"
	case "ar":
		return "ar_AR"
	case "en":
		return "en_GB"
	}
	return lang
}
