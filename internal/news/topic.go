package news

import (
	"net/url"
	"time"
)

// TopicKind is what a topic is.
type TopicKind string

// The kinds of topics.
const (
	TopicPerson       TopicKind = "person"
	TopicOrganisation TopicKind = "organisation"
	TopicPlace        TopicKind = "place"
	TopicEvent        TopicKind = "event"
)

// TopicKinds lists all kinds in the order pages show them.
func TopicKinds() []TopicKind {
	return []TopicKind{TopicPerson, TopicOrganisation, TopicPlace, TopicEvent}
}

// Topic is a tag that is a person, an organisation, a place or an event, and what the newsroom says of it. Readers see it on the tag's
// page as soon as it is saved.
type Topic struct {
	Tag
	Kind      TopicKind
	Text      string // plain, paragraphs with a line end between; may be ""
	Picture   MediaID
	Version   int // from 1
	UpdatedAt time.Time
	UpdatedBy UserID
	ByName    string // display name
}

// PublicTopic is a topic as readers may see it. Only store.Public makes it.
type PublicTopic struct {
	Tag
	Kind    TopicKind
	Text    string
	Picture Picture // Media 0: none
	Size    PictureSize
	Count   int // public articles
}

// Writer is somebody whose name stands above articles, with an account or without.
type Writer struct {
	Slug string // of the name; equal for spellings of one name
	Name string // as it stands above the newest article
}

// Path is the address of the writer's page below the site's root.
func (w Writer) Path() string { return WriterPath(w.Slug) }

// WriterPath is the one form of a reporter's address.
func WriterPath(slug string) string { return "/reporter/" + url.PathEscape(slug) }

// Dependency is the reporter with the list of their public articles.
func (w Writer) Dependency() Dependency { return Dependency("reporter/" + w.Slug) }
