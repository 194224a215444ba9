package indexing

import (
	"strings"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/search"
)

// PublicDocument is an article of the readers' index.
func PublicDocument(a news.PublicArticle) search.Document {
	d := search.Document{Code: int64(a.Code), Headline: a.Headline, Kicker: a.Kicker, Lede: a.Lede, Body: markup.Plain(markup.HTML(a.Body)),
		Reporters: names(a.Bylines), Section: int64(a.Section.ID), Kind: string(a.Kind), At: a.PublishedAt}
	for _, tag := range a.Tags {
		d.Tags = append(d.Tags, search.Label{ID: int64(tag.ID), Name: tag.Name})
	}
	return d
}

// DeskDocument is an article of the newsroom's index: its working copy, dated by its last change. The index's kind is the article's
// state, by which the newsroom's list filters.
func DeskDocument(a news.Article) search.Document {
	c := a.Content
	d := search.Document{Code: int64(a.Code), Headline: strings.TrimSpace(c.Headline + " " + c.ShortHeadline), Kicker: c.Kicker, Lede: c.Lede,
		Body: markup.Plain(markup.HTML(c.Body)), Reporters: names(c.Bylines), Section: int64(c.Section), Kind: string(a.State), At: a.UpdatedAt}
	for _, tag := range c.Tags {
		d.Tags = append(d.Tags, search.Label{Name: tag})
	}
	return d
}

func names(bylines []news.Byline) []string {
	var all []string
	for _, b := range bylines {
		all = append(all, b.Name)
	}
	return all
}

// SynonymRows are the rows of the house's style that search uses: an entry's word and, beside it, what is found for it.
func SynonymRows(entries []news.HouseEntry) [][]string {
	var rows [][]string
	for _, e := range entries {
		if e.Kind == news.HouseSynonym {
			rows = append(rows, append([]string{e.Text}, e.Synonyms()...))
		}
	}
	return rows
}
