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

// Topic is a tag as the newsroom sees it: one that is a person, an organisation, a place or an event, with what the newsroom says of
// it, or a plain tag. Readers see it on the tag's page as soon as it is saved.
type Topic struct {
	Tag
	Kind      TopicKind // "": a plain tag
	Text      string    // plain, paragraphs with a line end between; may be ""
	Picture   MediaID
	Into      TagID // the tag to which this one's name and address lead; 0: it is a tag of its own
	Count     int   // public articles
	Version   int   // rises with every change; 0: never changed
	UpdatedAt time.Time
	UpdatedBy UserID
	ByName    string // display name
}

// TopicFilter narrows the newsroom's list of topics.
type TopicFilter struct {
	Text  string // in the name or in another name; "": any
	Plain bool   // all tags, the newest first; otherwise topics alone, the most recently changed first
	After Cursor
	Limit int // 1 to 200
}

// TopicPage is a page of the list; Next is zero on the last page.
type TopicPage struct {
	Topics []Topic
	Next   Cursor
}

// KnownName is a name that is looked for in texts.
type KnownName struct {
	Name  string // as it may stand in a text
	Offer string // the tag that is offered for it
}

// TagMerge says which tag is taken into which, and the versions that whoever asked for it saw.
type TagMerge struct {
	Lost, Kept               TagID
	LostVersion, KeptVersion int
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
