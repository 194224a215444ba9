package site

import (
	"encoding/json"
	"encoding/xml"
	"net/http"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// suggestions completes what is being typed: tags and topics, then headlines, in the form of OpenSearch (OpenSearch Suggestions 1.0): the
// text, the completions, what they are, their addresses. Browsers and the script of the search field read the same. Without an index
// there are none.
func (s *Site) suggestions(w http.ResponseWriter, r *http.Request) error {
	typed := cutRunes(persian.CleanLine(r.URL.Query().Get("q")), longestAsked)
	names, what, paths := []string{}, []string{}, []string{}
	add := func(name, sort, path string) {
		names, what, paths = append(names, name), append(what, sort), append(paths, path)
	}
	if s.Search != nil {
		found, err := s.Search.Suggest(r.Context(), typed, suggestMany)
		if err == nil { // suggestions are a kindness: without them the search works
			var ids []news.TagID
			for _, tag := range found.Tags {
				ids = append(ids, news.TagID(tag.ID))
			}
			tags, err := s.Archive.Tags(r.Context(), ids)
			if err != nil {
				return err
			}
			for _, tag := range tags {
				add(tag.Name, s.print.T("site.tag"), tag.Path())
			}
			var codes []news.Code
			for _, code := range found.Articles {
				codes = append(codes, news.Code(code))
			}
			cards, err := s.Articles.Cards(r.Context(), codes)
			if err != nil {
				return err
			}
			for _, card := range cards {
				add(card.Headline, s.print.T("search.article"), card.Path())
			}
		}
	}
	body, err := json.Marshal([]any{typed, names, what, paths})
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, max-age=60")
	return web.Write(w, r, http.StatusOK, "application/x-suggestions+json; charset=utf-8", body)
}

// openSearch is the description by which a browser offers the site's search (OpenSearch 1.1).
type openSearch struct {
	XMLName     xml.Name        `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
	ShortName   string          `xml:"ShortName"`
	Description string          `xml:"Description"`
	Language    string          `xml:"Language"`
	Input       string          `xml:"InputEncoding"`
	Image       openSearchImage `xml:"Image"`
	URLs        []openSearchURL `xml:"Url"`
}

type openSearchImage struct {
	Width   int    `xml:"width,attr"`
	Height  int    `xml:"height,attr"`
	Type    string `xml:"type,attr"`
	Address string `xml:",chardata"`
}

type openSearchURL struct {
	Type     string `xml:"type,attr"`
	Template string `xml:"template,attr"`
}

// shortNameMost is what OpenSearch 1.1 allows a short name, in characters.
const shortNameMost = 16

func (s *Site) openSearch(w http.ResponseWriter, r *http.Request) error {
	body, err := xml.MarshalIndent(openSearch{
		ShortName: cutRunes(s.settings.Name, shortNameMost), Description: s.print.T("search.of_site", s.settings.Name),
		Language: s.settings.Lang.String(), Input: "UTF-8",
		Image: openSearchImage{Width: 16, Height: 16, Type: "image/svg+xml", Address: s.machine.Address(s.assets.URL("favicon.svg"))},
		URLs: []openSearchURL{
			{Type: "text/html", Template: s.machine.Address(searchPath) + "?q={searchTerms}"},
			{Type: "application/x-suggestions+json", Template: s.machine.Address(searchPath+"/suggest") + "?q={searchTerms}"},
		},
	}, "", " ")
	if err != nil {
		return err
	}
	return web.Write(w, r, http.StatusOK, openSearchMIME, append([]byte(xml.Header), body...))
}
