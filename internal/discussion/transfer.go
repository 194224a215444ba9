package discussion

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/rivo/uniseg"
)

// TransferStorage is what the bringing in and taking out of comments needs kept.
type TransferStorage interface {
	ImportComments(ctx context.Context, actor news.Actor, items []news.CommentImport, depth int) ([]news.CommentOutcome, error)
	CheckComments(ctx context.Context, items []news.CommentImport) ([]news.CommentOutcome, error)
	NoteExport(ctx context.Context, actor news.Actor, emails bool) error
	DiscussedArticles(ctx context.Context, after news.Code, limit int) ([]news.DiscussedArticle, error)
	ArticleComments(ctx context.Context, q news.ExportQuery) ([]news.ExportedComment, error)
}

// Transfer brings comments in from elsewhere and takes them out. Every act asks for news.RightImport.
type Transfer struct {
	storage   TransferStorage
	countries Countries
	depth     int
	now       func() time.Time
}

// NewTransfer makes a Transfer. depth is how many levels of replies the newsroom has, at least 1.
func NewTransfer(storage TransferStorage, countries Countries, depth int, now func() time.Time) *Transfer {
	return &Transfer{storage: storage, countries: countries, depth: max(1, depth), now: now}
}

const (
	// maxImported is the longest text of an imported comment, in characters: other systems have no bound, and what was published
	// there at some length was a comment all the same.
	maxImported   = 20_000
	maxOrigin     = 600 // bytes; an index of PostgreSQL takes keys up to 2.7 kB
	maxVotes      = 100_000_000
	maxExportPage = 1000
)

// oldestComment is before anybody could comment on a page of the Web.
var oldestComment = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// ImportComments stores comments that an importer read. An outcome stands for each, in order: taken, there already by its origin,
// waiting for what it answers, or refused and why. The error is Forbidden or the database's; what was stored before it stays,
// and importing again goes on from there.
func (x *Transfer) ImportComments(ctx context.Context, actor news.Actor, items []news.CommentImport) ([]news.CommentOutcome, error) {
	return x.take(actor, items, func(good []news.CommentImport) ([]news.CommentOutcome, error) {
		return x.storage.ImportComments(ctx, actor, good, x.depth)
	})
}

// CheckComments tells what ImportComments would do with the items and changes nothing.
func (x *Transfer) CheckComments(ctx context.Context, actor news.Actor, items []news.CommentImport) ([]news.CommentOutcome, error) {
	return x.take(actor, items, func(good []news.CommentImport) ([]news.CommentOutcome, error) {
		return x.storage.CheckComments(ctx, good)
	})
}

func (x *Transfer) take(actor news.Actor, items []news.CommentImport, store func([]news.CommentImport) ([]news.CommentOutcome, error)) ([]news.CommentOutcome, error) {
	if err := actor.Require(news.RightImport); err != nil {
		return nil, err
	}
	outcomes := make([]news.CommentOutcome, len(items))
	var good []news.CommentImport
	var places []int
	for i, item := range items {
		notes, refused := x.prepare(&item)
		outcomes[i] = news.CommentOutcome{Notes: notes, Refused: refused}
		if refused == "" {
			good, places = append(good, item), append(places, i)
		}
	}
	stored, err := store(good)
	for i, out := range stored {
		out.Notes = append(outcomes[places[i]].Notes, out.Notes...)
		outcomes[places[i]] = out
	}
	return outcomes, err
}

// prepare cleans an item, says what of it was left out and, where it cannot be taken, why.
func (x *Transfer) prepare(item *news.CommentImport) (notes []string, refused string) {
	c := &item.Comment
	c.Text, c.Name, c.Email = persian.Clean(c.Text), persian.CleanLine(c.Name), strings.TrimSpace(c.Email)
	*c = news.Comment{
		State: c.State, Reason: c.Reason, Name: c.Name, Email: c.Email, Text: c.Text, Country: c.Country, ByNewsroom: c.ByNewsroom,
		CreatedAt: c.CreatedAt, DecidedAt: c.DecidedAt, EditedAt: c.EditedAt, Origin: c.Origin,
		VotesUp: min(max(0, c.VotesUp), maxVotes), VotesDown: min(max(0, c.VotesDown), maxVotes),
	}
	if refused := x.judge(c); refused != "" {
		return nil, refused
	}
	if strings.ContainsRune(c.Text, unicode.ReplacementChar) {
		notes = append(notes, "some of its letters were broken and stand as \uFFFD now")
	}
	if cut := firstClusters(c.Name, MaxName); cut != c.Name {
		c.Name = cut
		notes = append(notes, fmt.Sprintf("its name was longer than %d characters and was cut", MaxName))
	}
	if c.Email != "" && !validEmail(c.Email) {
		c.Email = ""
		notes = append(notes, "its e-mail address was none and was left out")
	}
	if c.Country == "" && item.Address.IsValid() {
		c.Country = x.countries(item.Address.Unmap())
	}
	if c.State != news.CommentPending && c.DecidedAt.IsZero() {
		c.DecidedAt = c.CreatedAt
	}
	return notes, ""
}

// judge says why a comment cannot be taken; "" when it can.
func (x *Transfer) judge(c *news.Comment) string {
	now := x.now()
	switch {
	case c.Origin == "" || len(c.Origin) > maxOrigin || persian.CleanLine(c.Origin) != c.Origin:
		return "it has no usable origin"
	case c.Text == "":
		return "it has no text"
	case len(c.Text) > maxBytes || uniseg.GraphemeClusterCount(c.Text) > maxImported:
		return fmt.Sprintf("its text is longer than %d characters or %d kB", maxImported, maxBytes>>10)
	case c.CreatedAt.IsZero():
		return "it has no date"
	case c.CreatedAt.Before(oldestComment) || c.CreatedAt.After(now):
		return fmt.Sprintf("its date, %s, cannot be", c.CreatedAt.Format(time.RFC3339))
	case c.DecidedAt.After(now) || c.EditedAt.After(now):
		return "it was decided or edited in the future"
	}
	return judgeState(c)
}

func judgeState(c *news.Comment) string {
	switch c.State {
	case news.CommentPending, news.CommentPublished:
		c.Reason = ""
	case news.CommentRejected:
		if slices.Contains(news.Reasons(), c.Reason) {
			return ""
		}
		return fmt.Sprintf("it was rejected for no known reason: %q", c.Reason)
	default:
		return fmt.Sprintf("a comment cannot be %q", c.State)
	}
	return ""
}

// firstClusters cuts a text to its first characters as people see them.
func firstClusters(s string, most int) string {
	clusters := uniseg.NewGraphemes(s)
	for n := 0; clusters.Next(); n++ {
		if n == most {
			from, _ := clusters.Positions()
			return strings.TrimSpace(s[:from])
		}
	}
	return s
}

// BeginExport notes in the log that comments are taken out, and whether with their writers' e-mails.
func (x *Transfer) BeginExport(ctx context.Context, actor news.Actor, emails bool) error {
	if err := actor.Require(news.RightImport); err != nil {
		return err
	}
	return x.storage.NoteExport(ctx, actor, emails)
}

// DiscussedArticles lists articles that have comments by their code, at most 1,000.
func (x *Transfer) DiscussedArticles(ctx context.Context, actor news.Actor, after news.Code, limit int) ([]news.DiscussedArticle, error) {
	if err := actor.Require(news.RightImport); err != nil {
		return nil, err
	}
	return x.storage.DiscussedArticles(ctx, after, min(max(1, limit), maxExportPage))
}

// ArticleComments is a page of an article's comments by their number.
func (x *Transfer) ArticleComments(ctx context.Context, actor news.Actor, q news.ExportQuery) ([]news.ExportedComment, error) {
	if err := actor.Require(news.RightImport); err != nil {
		return nil, err
	}
	q.Limit = min(max(1, q.Limit), maxExportPage)
	return x.storage.ArticleComments(ctx, q)
}
