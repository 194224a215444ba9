package news

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// CommentImport is a comment as an importer read it, with what it takes to find its article and the comment it answers.
type CommentImport struct {
	// Comment has its words, its writer, its state and its times. Origin is required and unique: a second import of the same
	// origin finds the first. ID, Article and Parent are found when it is stored.
	Comment Comment
	Article ArticleRef
	Parent  string     // origin of the comment it answers; "" when it answers none
	Adopt   bool       // take it as one that answers none when its parent is not there; else it waits
	Address netip.Addr // of its writer, for the country alone; never stored
}

// ArticleRef names an article as somebody else knows it. The first that is found counts: the origins in their order, then the code.
type ArticleRef struct {
	Origins []string
	Code    Code // 0: unknown
}

// CommentOutcome says what became of a CommentImport. Without Existing, NoArticle, Waits and Refused it was taken.
type CommentOutcome struct {
	ID        CommentID `json:"id,omitempty"`
	Existing  bool      `json:"existing,omitempty"`   // its origin was there already; nothing was changed
	NoArticle bool      `json:"no_article,omitempty"` // no article has its reference
	Waits     bool      `json:"waits,omitempty"`      // its parent is not there (yet)
	Refused   string    `json:"refused,omitempty"`    // why it was not taken, in English for the operator
	Notes     []string  `json:"notes,omitempty"`      // what was changed to take it, in English for the operator
}

// DiscussedArticle is an article that has comments, as an export names it.
type DiscussedArticle struct {
	Code     Code
	Origin   string // "" when it was written here
	Path     string // of its page
	Headline string
	At       time.Time // its publication; its creation while it is undated
}

// ExportQuery asks for an article's comments by their number, parents before what answers them.
type ExportQuery struct {
	Article Code
	After   CommentID // 0 from the beginning
	Limit   int       // 1 to 1,000
	Emails  bool      // with their writers' e-mails, which are left out otherwise
}

// ExportedComment is a comment as an export tells it: nothing by which its writer could be recognised but what they gave themselves.
type ExportedComment struct {
	Comment      Comment
	Origin       string       // never "": OwnOrigin where it was written here
	ParentOrigin string       // "" when it answers none
	ParentState  CommentState // "" when it answers none
}

const ownOrigin = "dabir:"

// OwnOrigin names a comment that was written in a Dabir for other newsrooms, as "dabir:NUMBER@MILLISECONDS". The instant tells
// the comments of two newsrooms apart that have the same number.
func OwnOrigin(id CommentID, at time.Time) string {
	return fmt.Sprintf("%s%d@%d", ownOrigin, int64(id), at.UnixMilli())
}

// ParseOwnOrigin is the reverse of OwnOrigin; ok is false for any other origin.
func ParseOwnOrigin(origin string) (id CommentID, at time.Time, ok bool) {
	number, instant, found := strings.Cut(strings.TrimPrefix(origin, ownOrigin), "@")
	if !found || !strings.HasPrefix(origin, ownOrigin) {
		return 0, time.Time{}, false
	}
	n, err := strconv.ParseInt(number, 10, 64)
	ms, merr := strconv.ParseInt(instant, 10, 64)
	if err != nil || merr != nil || n <= 0 {
		return 0, time.Time{}, false
	}
	return CommentID(n), time.UnixMilli(ms).UTC(), true
}
