package news

import (
	"strconv"
	"strings"
	"time"
)

// Cursor is the place after which the next page of a list begins: a keyset of a time key and an id. The zero Cursor is the beginning.
type Cursor struct {
	At int64 // the list's time key in Unix milliseconds
	ID int64
}

// IsZero tells the beginning of a list.
func (c Cursor) IsZero() bool { return c == Cursor{} }

// String writes the cursor for an address; "" for the beginning.
func (c Cursor) String() string {
	if c.IsZero() {
		return ""
	}
	return strconv.FormatInt(c.At, 36) + "." + strconv.FormatInt(c.ID, 36)
}

// ParseCursor reads what String wrote. "" is the beginning; anything else that cannot be read is an Invalid error.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	at, id, ok := strings.Cut(s, ".")
	a, errA := strconv.ParseInt(at, 36, 64)
	i, errI := strconv.ParseInt(id, 36, 64)
	if !ok || errA != nil || errI != nil {
		return Cursor{}, FieldError("after", "error.bad_cursor")
	}
	return Cursor{At: a, ID: i}, nil
}

// ListQuery asks for public articles, newest first, undated ones last.
type ListQuery struct {
	Section SectionID // 0: any
	Tag     TagID     // 0: any; not together with Section
	// Reporter is the slug of a name above the article; "": any; not together with Section or Tag
	Reporter string
	From     time.Time // published at or after; zero: no bound
	Until    time.Time // published before; zero: no bound. With either bound undated articles are left out.
	Dated    bool      // leave undated articles out
	After    Cursor
	Limit    int // 1 to 1,000
}

// CardPage is a page of a list; Next is zero on the last page.
type CardPage struct {
	Cards []PublicCard
	Next  Cursor
}

// ArticleFilter narrows the newsroom's list of articles, most recently changed first.
type ArticleFilter struct {
	Inbox    Inbox       // "": all that is not in the trash
	Person   UserID      // whose inbox
	Viewer   UserID      // who looks: their own lock on an article is no news to them
	Sections []SectionID // only these; nil: all
	State    State       // "": any
	Section  SectionID   // 0: any
	Text     string      // part of a headline, or a code; "": any
	Codes    []Code      // only these, at most 200, whatever Text says; nil: all
	After    Cursor
	Limit    int // 1 to 200
}

// ArticleRow is a line of the newsroom's list.
type ArticleRow struct {
	Code        Code
	State       State
	Headline    string
	Kind        ArticleKind
	SectionName string
	UpdatedAt   time.Time
	UpdatedBy   string // display name, "" for an importer
	PublishedAt time.Time
	Changed     bool      // a published article whose working copy differs from what readers see
	Holder      string    // display name of who has it; "" nobody
	Reason      string    // why it was returned
	PublishAt   time.Time // when it comes out
	Embargo     time.Time // zero: none
	LockedBy    string    // display name of who else edits it right now; "" nobody
}

// ArticleRows is a page of the newsroom's list; Next is zero on the last page.
type ArticleRows struct {
	Rows []ArticleRow
	Next Cursor
}

// CommentPage is a page of the queue; Next is zero on the last page.
type CommentPage struct {
	Comments []QueuedComment
	Next     Cursor
}
