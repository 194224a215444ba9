package discussion

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/rivo/uniseg"
)

// OpinionStorage is what is kept of readers' votes and reports.
type OpinionStorage interface {
	VoteComment(ctx context.Context, v news.CommentVote, limit news.CommentLimit, sameAddress int) (up, down int, err error)
	ReportComment(ctx context.Context, r news.CommentReport, limit news.CommentLimit) error
}

// What one address may do, however many cookies come from it: many readers share the address of their carrier, so the bounds are wide.
const (
	votesMost    = 120 // within voteWindow
	votesOnOne   = 8   // on one comment within it
	voteWindow   = 10 * time.Minute
	reportsMost  = 10 // within reportWindow
	reportWindow = time.Hour
	maxReport    = 500 // characters of a report's note
)

// Opinion is what a reader does about somebody else's comment.
type Opinion struct {
	Article news.Code
	Comment news.CommentID
	Address netip.Addr // not stored
	Cookie  string     // the signed cookie; "" without one
}

// Vote counts a reader's vote, in place of their earlier one, and returns the sums of the comment. A closed discussion stands as it is, its
// votes too. Errors: Invalid "error.vote"; NotFound for a comment that is not public; Conflict "error.own_vote" or "error.comments_closed";
// TooMany "error.vote_rate".
func (d *Desk) Vote(ctx context.Context, in Opinion, vote news.Vote) (up, down int, err error) {
	if !slices.Contains([]news.Vote{news.VoteUp, news.VoteDown, news.VoteNone}, vote) {
		return 0, 0, news.Fail(news.Invalid, "error.vote")
	}
	if err := d.open(ctx, in.Article); err != nil {
		return 0, 0, err
	}
	who, err := d.writer(ctx, in.Address, in.Cookie)
	if err != nil {
		return 0, 0, err
	}
	return d.storage.VoteComment(ctx, news.CommentVote{Comment: in.Comment, Article: in.Article, Person: who.person, Pseudonym: who.pseudonym,
		Vote: vote, At: d.now()}, news.CommentLimit{Count: votesMost, Window: voteWindow}, votesOnOne)
}

// Report tells the moderators what a reader finds wrong with a comment, also where comments are closed; a second report of the same reader changes nothing. Errors:
// Invalid at "reason" and "note"; NotFound for a comment that is not public; TooMany "error.report_rate".
func (d *Desk) Report(ctx context.Context, in Opinion, reason news.Reason, note string) error {
	note = persian.Clean(note)
	if !slices.Contains(news.Reasons(), reason) {
		return news.FieldError("reason", "error.reason")
	}
	if n := uniseg.GraphemeClusterCount(note); n > maxReport {
		return news.FieldError("note", "error.note_long", maxReport, n)
	}
	who, err := d.writer(ctx, in.Address, in.Cookie)
	if err != nil {
		return err
	}
	return d.storage.ReportComment(ctx, news.CommentReport{Comment: in.Comment, Article: in.Article, Person: who.person, Pseudonym: who.pseudonym,
		Reason: reason, Note: note, At: d.now()}, news.CommentLimit{Count: reportsMost, Window: reportWindow})
}
