package news

import "time"

// Import is an article with its comments as an importer read it. Article.Origin is required and unique: a second import of
// the same origin finds the first. Article.Content.Body must come from package markup: it is stored as it is. Article.State is Published or Draft; Article.PublishedAt zero means undated.
type Import struct {
	Article     Article
	SectionName string    // "" stands for the general section; an unknown name makes a new one
	Comments    []Comment // with their own time, state and origin; Parent n answers the n-th of this list, which stands before it
}

// ImportOutcome says what became of an Import.
type ImportOutcome struct {
	Code     Code   `json:"code,omitempty"`
	Existing bool   `json:"existing,omitempty"` // its origin was there already; nothing was changed
	Refused  string `json:"refused,omitempty"`  // why it was not taken, in English for the operator; "" when it was
}

// SitemapEntry is one address for search engines.
type SitemapEntry struct {
	Path       string
	ModifiedAt time.Time // zero: unknown
}
