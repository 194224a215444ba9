// Package newsroom is the desk of those who make the news: signing in, the list and the form of articles, the queue of
// comments. Its pages work without a script; newsroom.js adds keys and saves reloads.
//
// In this room: pages, forms and the session's cookie. Not in it: rules. What may be done and what may be typed is decided by
// the actions of packages auth, editorial, discussion and media; a button that is not shown here is no protection.
package newsroom

import (
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets/*.css assets/*.js
var assetFiles embed.FS

// Assets is what the newsroom's pages load, beside the font of the theme: the stylesheets and scripts in its folder. editor.js
// is made by scripts/build-editor of the folder editor.
func Assets() fs.FS {
	folder, err := fs.Sub(assetFiles, "assets")
	if err != nil {
		return assetFiles // cannot be: the name is constant and valid
	}
	return folder
}

// Articles are the acts on articles; *editorial.Desk has them.
type Articles interface {
	Save(context.Context, news.Actor, editorial.Save) (news.Article, error)
	Publish(context.Context, news.Actor, editorial.Publish) (news.Article, error)
	Withdraw(context.Context, news.Actor, editorial.Withdraw) (news.Article, error)
	SetComments(context.Context, news.Actor, editorial.CommentsSwitch) (news.Article, error)
	Questions(context.Context, news.Actor, news.Article) (editorial.Checks, error)
	Articles(context.Context, news.Actor, news.ArticleFilter) (news.ArticleRows, error)
	Article(context.Context, news.Actor, news.Code) (news.Article, error)
	Sections(context.Context) ([]news.Section, error)
}

// Pictures takes media in, opens and changes them; *media.Library does.
type Pictures interface {
	Add(context.Context, news.Actor, media.Upload) (news.Media, error)
	Edit(context.Context, news.Actor, media.Edit) (news.Media, error)
	Delete(context.Context, news.Actor, news.MediaID) error
	Open(ctx context.Context, m news.Media, width int) (media.File, error)
	OpenOriginal(context.Context, news.Media) (media.File, error)
}

// Uploads takes large files in parts; *media.Library does.
type Uploads interface {
	MaxFile() int64
	Begin(actor news.Actor, name string, size int64) (media.Progress, error)
	UploadState(actor news.Actor, id string) (media.Progress, error)
	Append(actor news.Actor, id string, offset int64, r io.Reader) (media.Progress, error)
	Finish(ctx context.Context, actor news.Actor, id string, up media.Upload) (news.Media, error)
	Abandon(actor news.Actor, id string) error
}

// MediaFinder finds media that no public article may be using yet; *store.Store does.
type MediaFinder interface {
	Media(context.Context, news.MediaID) (news.Media, error)
	MediaList(context.Context, news.MediaFilter) (news.MediaPage, error)
	MediaUses(context.Context, news.MediaID) ([]news.MediaUse, error)
}

// Options are what the newsroom is made of.
type Options struct {
	SiteName    string
	SiteURL     string // absolute; https makes the session's cookie Secure
	Bundle      *i18n.Bundle
	Lang        i18n.Lang
	Assets      *web.Assets // holds the files of Assets and of the theme
	Auth        Auth
	Second      SecondFactor
	Account     Account
	Passkeys    Passkeys
	People      People
	Keys        Keys
	Articles    Articles
	Flow        Flow
	House       House
	Topics      Topics
	Tags        Tags
	Finder      Finder // nil: the articles' list looks into headlines alone
	Names       Names
	Corrections Corrections
	Comments    Comments
	Decisions   Decisions
	Bans        Bans
	Texts       CommentTexts
	Pictures    Pictures
	Uploads     Uploads
	Media       MediaFinder
	Closing     Closing
	Embeds      []string // hosts whose films play in our pages
	Suggestions Suggestions
	// Reach tells how much of the database can be reached, without asking it; nil: all.
	Reach func() news.Reach
}

// Newsroom holds the pages.
type Newsroom struct {
	Options
	print     i18n.Printer
	templates *web.Templates
}

// New parses the pages.
func New(o Options) (*Newsroom, error) {
	folder, err := fs.Sub(templateFiles, "templates")
	if err != nil {
		return nil, fmt.Errorf("newsroom: %w", err)
	}
	templates, err := web.NewTemplates(folder, nil, false)
	if err != nil {
		return nil, fmt.Errorf("newsroom: %w", err)
	}
	return &Newsroom{Options: o, print: o.Bundle.Printer(o.Lang), templates: templates}, nil
}

const (
	root          = "/newsroom"
	pathSignIn    = root + "/signin"
	pathSignOut   = root + "/signout"
	pathSetup     = root + "/setup"
	pathInvited   = root + "/invitation"
	pathAccount   = root + "/account"
	pathPeople    = root + "/people"
	pathArticles  = root + "/articles"
	pathNew       = root + "/articles/new"
	pathInbox     = root + "/inbox"
	pathAudit     = root + "/audit"
	pathTemplates = root + "/templates"
	pathFind      = root + "/find"
	pathPaste     = root + "/paste"
	pathClosing   = root + "/closing"
	pathWeight    = root + "/weight"
	uploadTime    = 5 * time.Minute
	uploadMaxBody = media.MaxBytes + 4<<20 // the picture, and a long text beside it
	pasteMaxBody  = 8 << 20                // word processors wrap every word in styles
)

// Area is the newsroom's part of the site.
func (n *Newsroom) Area() web.Area {
	guest := func(pattern string, rate web.RateClass, h web.Handler) web.Route {
		return web.Route{Pattern: pattern, Audience: web.AudienceGuest, Rate: rate, Handler: h}
	}
	inside := func(pattern string, right news.Right, rate web.RateClass, h web.Handler) web.Route {
		return web.Route{Pattern: pattern, Audience: web.AudienceNewsroom, Right: right, Rate: rate, Handler: h}
	}
	upload := func(pattern string, h web.Handler) web.Route {
		return web.Route{Pattern: pattern, Audience: web.AudienceNewsroom, Right: news.RightWrite, Rate: web.RateWrite,
			Timeout: uploadTime, MaxBody: uploadMaxBody, Handler: h}
	}
	text := func(pattern string, right news.Right, h web.Handler) web.Route {
		return longForm(inside(pattern, right, web.RateWrite, h))
	}
	return web.Area{Fail: n.fail, Guard: n.guard, Routes: slices.Concat(n.peopleRoutes(guest, inside), n.mediaRoutes(inside, upload), n.flowRoutes(inside), n.houseRoutes(inside), n.commentRoutes(inside), n.topicRoutes(inside), []web.Route{
		guest("GET "+pathSignIn, web.RateRead, n.signInPage),
		guest("POST "+pathSignIn, web.RateSignIn, n.signIn),
		guest("GET "+pathSignIn+"/{token}", web.RateSignIn, n.linkPage),
		guest("POST "+pathSignIn+"/{token}", web.RateSignIn, n.useLink),
		guest("GET "+pathSetup+"/{token}", web.RateSignIn, n.setupPage),
		guest("POST "+pathSetup+"/{token}", web.RateSignIn, n.setup),
		inside("POST "+pathSignOut, news.RightEnter, web.RateWrite, n.signOut),

		inside("GET "+root, news.RightEnter, web.RateRead, n.home),
		inside("GET "+pathArticles, news.RightEnter, web.RateRead, n.articleList),
		inside("GET "+pathNew, news.RightWrite, web.RateRead, n.newArticle),
		upload("POST "+pathArticles, n.saveArticle),
		inside("GET "+pathArticles+"/{code}", news.RightEnter, web.RateRead, n.editArticle),
		upload("POST "+pathArticles+"/{code}", n.saveArticle),
		inside("GET "+pathArticles+"/{code}/withdraw", news.RightWithdraw, web.RateRead, n.withdrawPage),
		text("POST "+pathArticles+"/{code}/withdraw", news.RightWithdraw, n.withdraw),
		inside("POST "+pathArticles+"/{code}/comments", news.RightComments, web.RateWrite, n.switchComments),
		inside("GET "+pathFind, news.RightWrite, web.RateRead, n.find),
		{Pattern: "POST " + pathPaste, Audience: web.AudienceNewsroom, Right: news.RightWrite, Rate: web.RateWrite, MaxBody: pasteMaxBody, Handler: n.paste},
		inside("GET "+pathWeight, news.RightWrite, web.RateRead, n.weight),

		inside("GET "+pathClosing, news.RightModerationSettings, web.RateRead, n.closingPage),
		inside("POST "+pathClosing, news.RightModerationSettings, web.RateWrite, n.setClosing),
	})}
}

// longForm lets a form bring more text than it may have, so that it is given back with what is wrong, and not lost.
func longForm(route web.Route) web.Route {
	route.MaxBody = maxAutosave
	return route
}

// frame is what every page has: the layout around it.
type frame struct {
	web.Page
	Site  string
	Title string
	Here  string // the part of the navigation that is open: "articles", "new", "comments", "front", "dossiers", "house"; "" for none
	User  news.User
	Done  string // what has just been done, as a sentence; "" for nothing
	Away  string // that the database is away, and what can be done all the same; "" when it is not
}

func (n *Newsroom) frame(r *http.Request, title, here string) frame {
	return frame{Page: web.NewPage(n.print, n.Assets), Site: n.SiteName, Title: title, Here: here, User: userOf(r), Away: n.away()}
}

// away is the sentence that stands above every page while no database takes writes.
func (n *Newsroom) away() string {
	if n.Reach == nil {
		return ""
	}
	switch n.Reach() {
	case news.ReachReading:
		return n.print.T("newsroom.away_reading")
	case news.ReachStandby:
		return n.print.T("newsroom.away_standby")
	case news.ReachNothing:
		return n.print.T("newsroom.away")
	}
	return ""
}

// May tells whether the person on the page has a right, so that what they may not do is not shown.
func (f frame) May(right string) bool { return f.User.Actor().May(news.Right(right)) }

// Everywhere tells whether the person has a right in all sections.
func (f frame) Everywhere(right string) bool {
	return f.User.Actor().RequireEverywhere(news.Right(right)) == nil
}

// RoleNames are the person's roles in words.
func (f frame) RoleNames() string {
	names := make([]string, len(f.User.Roles))
	for i, role := range f.User.Roles {
		names[i] = f.T("role." + string(role))
	}
	return f.List(names)
}

// DirOf is the direction of a headline whose language is not known here: that of most of its letters. A Persian headline
// may begin with a Latin name, which dir="auto" would take for an English one.
func (frame) DirOf(text string) string {
	balance := 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Arabic, unicode.Hebrew):
			balance++
		case unicode.IsLetter(r):
			balance--
		}
	}
	if balance < 0 {
		return "ltr"
	}
	return "rtl"
}

// SectionName is a section's name in the language of the page, its own where it has none in English.
func (f frame) SectionName(s news.Section) string {
	if f.Lang() == i18n.EN && s.NameEN != "" {
		return s.NameEN
	}
	return s.Name
}

// ISO writes a time for machines.
func (f frame) ISO(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// render answers with a page of the newsroom, which no cache keeps.
func (n *Newsroom) render(w http.ResponseWriter, r *http.Request, status int, page string, data any) error {
	web.SetPrivate(w)
	return n.templates.Render(w, r, status, page, data)
}

// home sends everybody to their work.
func (n *Newsroom) home(w http.ResponseWriter, r *http.Request) error {
	actor := userOf(r)
	if a := actor.Actor(); a.May(news.RightModerate) && !a.May(news.RightWrite) {
		return web.Redirect(w, r, pathComments)
	}
	if actor.Actor().May(news.RightWrite) {
		return web.Redirect(w, r, pathInbox)
	}
	return web.Redirect(w, r, pathArticles)
}

// local tells an address of the newsroom, to which a sign-in may lead back, from everything else.
func local(target string) bool {
	return (target == root || strings.HasPrefix(target, root+"/") || strings.HasPrefix(target, root+"?")) &&
		!strings.ContainsAny(target, "\\\r\n") && !strings.Contains(target, "//")
}
