package site

import "github.com/dabir-newsroom/dabir/internal/web"

// commentBody bounds a comment's form, in bytes: 2,000 characters as people see them may be families of 25 bytes, each byte
// written as three in a form.
const commentBody = 256 << 10

// Area is the reader's routes and how they fail.
func (s *Site) Area() web.Area { return web.Area{Routes: s.routes(), Fail: s.fail} }

func (s *Site) routes() []web.Route {
	read := func(pattern string, handler web.Handler) web.Route {
		return web.Route{Pattern: "GET " + pattern, Audience: web.AudiencePublic, Rate: web.RateRead, Handler: handler}
	}
	write := func(pattern string, handler web.Handler) web.Route {
		return web.Route{Pattern: "POST " + pattern, Audience: web.AudiencePublic, Rate: web.RateWrite, Handler: handler}
	}
	comment := write("/news/{code}/comments", s.comment)
	comment.MaxBody = commentBody
	revise := write("/comments/receipt/{code}/edit", s.revise)
	revise.MaxBody = commentBody
	files := read("/media/{id}/{file}", s.media)
	files.Timeout = playTime
	hidden := read("/preview/{token}/media/{id}/{file}", s.outsideMedia)
	hidden.Timeout = playTime
	return []web.Route{
		read("/{$}", s.front),
		read("/news/{code}", s.article),
		read("/news/{code}/{slug}", s.article),
		read("/print/{code}", s.printed),
		read("/fa/news/{code}", s.moved),
		read("/fa/news/{code}/{slug...}", s.moved),
		comment,
		read("/news/{code}/comments/rss.xml", s.commentFeed),
		read("/news/{code}/comments/count", s.fresh),
		read("/news/{code}/comments/{id}", s.permalink),
		read("/news/{code}/comments/{id}/report", s.askReport),
		write("/news/{code}/comments/{id}/report", s.report),
		write("/news/{code}/votes", s.vote),
		read("/comments/rss.xml", s.allCommentsFeed),

		read("/latest", s.latest),
		read("/sections", s.allSections),
		read("/section/{slug}", s.section),
		read("/tag/{slug}", s.tag),
		read("/dossier/{slug}", s.dossier),
		read("/dossier/{slug}/rss.xml", s.dossierFeed),
		read("/archive", s.today),
		read("/archive/{year}/{month}/{day}", s.archive),

		read("/corrections", s.corrections),
		read("/about", s.aboutPage),
		read("/contact", s.contactPage),

		read("/comments/receipt", s.askReceipt),
		write("/comments/receipt", s.findReceipt),
		read("/comments/receipt/{code}", s.receipt),
		read("/comments/receipt/{code}/edit", s.askRevise),
		revise,
		read("/comments/receipt/{code}/withdraw", s.askRetract),
		write("/comments/receipt/{code}/withdraw", s.retract),

		read("/preview/{token}", s.outsidePreview),
		hidden,

		read("/rss.xml", s.feed),
		read("/section/{slug}/rss.xml", s.sectionFeed),
		read("/sitemap.xml", s.sitemapIndex),
		read("/sitemap/{file}", s.sitemap),
		read("/robots.txt", s.robots),
		read("/favicon.ico", s.favicon),
		files,
	}
}
