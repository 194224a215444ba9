package news

import (
	"context"
	"strconv"
	"time"
)

// Dependency names one thing that the public may see and that a page can be made from. An event says which of them it
// touched; a page that is kept notes which of them it showed, empty answers included, so that it is known when it is old.
type Dependency string

// What there is once. The others are made from a code or an id.
const (
	LatestList     Dependency = "latest"        // what was published last, of any section
	SectionList    Dependency = "sections"      // which sections have something public
	FrontPage      Dependency = "front"         // how editors arranged the front page
	DossierList    Dependency = "dossiers"      // the dossiers, each with its text
	TopicList      Dependency = "topics"        // which topics there are, each with its text
	TagAddresses   Dependency = "tag-addresses" // which addresses of tags there are, and where earlier ones lead
	CorrectionList Dependency = "corrections"   // the archive of corrections
	SitemapList    Dependency = "sitemaps"      // which sitemaps there are
	CommentList    Dependency = "comments"      // the newest published comments of all articles
	CommentsSwitch Dependency = "comments-open" // whether the whole site takes comments

	// These move without an event: each node looks for itself which order it shows.
	MostReadList      Dependency = "most-read" // of the last 24 hours
	MostReadHourList  Dependency = "most-read/hour"
	MostReadWeekList  Dependency = "most-read/week"
	MostDiscussedList Dependency = "most-discussed"
)

// Moves tells whether something moves without events.
func (d Dependency) Moves() bool {
	return d == MostReadList || d == MostReadHourList || d == MostReadWeekList || d == MostDiscussedList
}

// Dependency is the article's own: its text, its times and whether comments are open.
func (c Code) Dependency() Dependency { return Dependency("article/" + c.String()) }

// CommentsDependency are the published comments of an article and its counters.
func (c Code) CommentsDependency() Dependency { return Dependency("comments/" + c.String()) }

// SitemapDependency is the file of the sitemap that holds the article; blocks are as long as SitemapBlock.
func (c Code) SitemapDependency() Dependency {
	return SitemapDependency(int((c-1)/SitemapBlock) + 1)
}

// SitemapBlock is how many codes one sitemap file spans; the protocol allows 50,000 addresses a file (sitemaps.org).
const SitemapBlock = 10_000

// SitemapDependency is one file of the sitemap, numbered from 1.
func SitemapDependency(block int) Dependency {
	return Dependency("sitemap/" + strconv.Itoa(block))
}

// Dependency is the list of the section's public articles.
func (id SectionID) Dependency() Dependency {
	return Dependency("section/" + strconv.FormatInt(int64(id), 10))
}

// Dependency is the tag with the list of its public articles.
func (id TagID) Dependency() Dependency {
	return Dependency("tag/" + strconv.FormatInt(int64(id), 10))
}

// NameDependency is the name and the address of the tag, wherever they stand.
func (id TagID) NameDependency() Dependency {
	return Dependency("tagname/" + strconv.FormatInt(int64(id), 10))
}

// Dependency is the list of the public articles of a kind.
func (k ArticleKind) Dependency() Dependency { return Dependency("kind/" + string(k)) }

// Notes takes down what a page is being made from.
type Notes interface {
	// Depend notes what is being read. What moves without an event (Dependency.Moves) is noted before it is read.
	Depend(on ...Dependency)
	// Until notes an instant from which the page says something else, such as the end of a pin or midnight.
	Until(at time.Time)
}

type notesKey struct{}

// WithNotes is a context whose reads are taken down.
func WithNotes(ctx context.Context, notes Notes) context.Context {
	return context.WithValue(ctx, notesKey{}, notes)
}

// Depend notes, where somebody takes notes, what is being read.
func Depend(ctx context.Context, on ...Dependency) {
	if notes, ok := ctx.Value(notesKey{}).(Notes); ok {
		notes.Depend(on...)
	}
}

// Until notes, where somebody takes notes, the instant from which a page is old. The zero time is none.
func Until(ctx context.Context, at time.Time) {
	if notes, ok := ctx.Value(notesKey{}).(Notes); ok && !at.IsZero() {
		notes.Until(at)
	}
}
