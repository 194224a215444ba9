// Package site is the reader's side: front, article, lists, archive, feeds, comment form and receipts.
//
// In this room: from a request to one typed page, and the views that templates show. Pages are built only from what the
// gate lets through; the interfaces below are all that this package can read. Not in it: rules of commenting (discussion),
// what is suggested (suggest), how machines are told (syndicate), how a page looks (theme).
package site

import (
	"context"
	"fmt"
	"html/template"
	"net/netip"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/stream"
	"github.com/dabir-newsroom/dabir/internal/syndicate"
	"github.com/dabir-newsroom/dabir/internal/web"
	"github.com/dabir-newsroom/dabir/theme"
)

// Articles is what an article's page reads. Hidden and unknown codes are the same NotFound, withdrawn ones Gone.
type Articles interface {
	Article(ctx context.Context, code news.Code) (news.PublicArticle, error)
	Media(ctx context.Context, id news.MediaID) (news.Media, error)
	Cards(ctx context.Context, codes []news.Code) ([]news.PublicCard, error) // what is not public is left out
}

// Letters is what readers see of the discussion. Everything of an article that is not public is the same NotFound.
type Letters interface {
	CommentsState(ctx context.Context, code news.Code) (news.CommentsState, error)
	Threads(ctx context.Context, q news.ThreadQuery) (news.ThreadPage, error)
	Thread(ctx context.Context, code news.Code, id news.CommentID, after news.Cursor, limit int) (news.CommentThread, error)
	Comment(ctx context.Context, code news.Code, id news.CommentID) (news.PublicComment, error)
	Comments(ctx context.Context, code news.Code, limit int) ([]news.PublicComment, error) // newest first; of all articles for code 0
}

// Lists is what lists, feeds and sitemaps read.
type Lists interface {
	List(ctx context.Context, q news.ListQuery) (news.CardPage, error)
	Sections(ctx context.Context) ([]news.Section, error)
	Section(ctx context.Context, slug string) (news.Section, error)
	Tag(ctx context.Context, slug string) (news.Tag, error)
	Around(ctx context.Context, from, until time.Time) (before, after time.Time, err error)
	SitemapBlocks(ctx context.Context) (int, error)
	Sitemap(ctx context.Context, block int) ([]news.SitemapEntry, error)
}

// Fronts is how editors arranged the front page, and their dossiers. Front is NotFound while nobody arranged anything.
type Fronts interface {
	Front(ctx context.Context) (news.PublicFront, error)
	Cards(ctx context.Context, codes []news.Code) ([]news.PublicCard, error)
	OfKind(ctx context.Context, kind news.ArticleKind, limit int) ([]news.PublicCard, error)
	Dossier(ctx context.Context, slug string) (news.PublicDossier, error)
	Dossiers(ctx context.Context) ([]news.PublicDossier, error)
	DossierList(ctx context.Context, after news.Cursor, limit int) ([]news.PublicDossier, news.Cursor, error)
}

// Suggestions says what else is worth reading.
type Suggestions interface {
	For(ctx context.Context, article news.PublicArticle, shown []news.Code, n int) ([]news.PublicCard, error)
	MostRead(ctx context.Context, n int) ([]news.PublicCard, error)
	Most(ctx context.Context, list news.MostList, n int) ([]news.PublicCard, error)
}

// Discussion takes comments, votes and reports in, and tells writers what became of their comment.
type Discussion interface {
	Submit(ctx context.Context, in discussion.Submission) (discussion.Submitted, error)
	Receipt(ctx context.Context, code string, address netip.Addr) (discussion.ReceiptView, error)
	Retract(ctx context.Context, code string, address netip.Addr) error
	Revise(ctx context.Context, code string, address netip.Addr, text string) error
	Vote(ctx context.Context, in discussion.Opinion, vote news.Vote) (up, down int, err error)
	Report(ctx context.Context, in discussion.Opinion, reason news.Reason, note string) error
}

// Pictures opens the renditions of pictures, and sound and video.
type Pictures interface {
	Open(ctx context.Context, m news.Media, width int) (media.File, error)
	OpenCrop(ctx context.Context, m news.Media, name string) (media.File, error)
	OpenOriginal(ctx context.Context, m news.Media) (media.File, error)
}

// Streams tell open pages what changed.
type Streams interface {
	Join(ctx context.Context, ask stream.Ask) (*stream.Page, error)
}

// Settings is what a newsroom says of itself.
type Settings struct {
	Name    string
	Tagline string
	URL     string // absolute; the only source of absolute addresses
	Lang    i18n.Lang
	About   string // Markdown; "" for no such page
	Contact string // Markdown; "" for no such page
	Flags   bool   // show a flag beside a commenter's country
	// Embeds are the hosts whose films may play in a frame, in small letters and without www.
	Embeds []string

	Depth         int           // levels of replies, 1 to news.MaxDepth; 0 is 1
	CloseAfter    time.Duration // how long an article takes comments; 0 for ever
	RejectedCount bool          // say how many comments were not published
}

// Corrections is what was wrong and put right in public articles.
type Corrections interface {
	Corrections(ctx context.Context, code news.Code) ([]news.Correction, error) // of one article, oldest first
	AllCorrections(ctx context.Context, after news.Cursor, limit int) ([]news.PublicCorrection, news.Cursor, error)
}

// Sources is where pages come from. Previews, Search and Streams may be nil; without Search the database is asked, plainly; without Streams open
// pages look for themselves; without Fronts the front page arranges itself and there are no dossiers.
type Sources struct {
	Articles    Articles
	Letters     Letters
	Corrections Corrections
	Previews    Previews
	Lists       Lists
	Archive     Archive
	Search      Search
	Fronts      Fronts
	Suggestions Suggestions
	Discussion  Discussion
	Moderation  Moderation
	Pictures    Pictures
	Streams     Streams
	Opened      web.Viewed // told of articles whose page somebody has just opened; nil: nobody, as each page that is sent is counted
	Now         func() time.Time
}

// Site is the reader's side.
type Site struct {
	Sources
	settings       Settings
	machine        syndicate.Site
	print          i18n.Printer
	assets         *web.Assets
	pages          *web.Templates
	about, contact markup.HTML
	months         monthsHeld
}

// New makes the reader's side. assets must hold the theme's files (theme.Assets). An error means that a template is broken.
func New(settings Settings, sources Sources, bundle *i18n.Bundle, assets *web.Assets) (*Site, error) {
	pages, err := web.NewTemplates(theme.Templates(), template.FuncMap{"href": href}, true)
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	return &Site{
		Sources: sources, settings: settings, print: bundle.Printer(settings.Lang), assets: assets, pages: pages,
		machine: syndicate.Site{Name: settings.Name, Tagline: settings.Tagline, URL: settings.URL, Lang: settings.Lang.String()},
		about:   markup.FromMarkdown(settings.About), contact: markup.FromMarkdown(settings.Contact),
	}, nil
}
