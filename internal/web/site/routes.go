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
	kept := func(pattern string, handler web.Handler, query ...string) web.Route {
		route := read(pattern, handler)
		route.Kept, route.Query = true, query
		return route
	}
	write := func(pattern string, handler web.Handler) web.Route {
		return web.Route{Pattern: "POST " + pattern, Audience: web.AudiencePublic, Rate: web.RateWrite, Handler: handler}
	}
	files := read("/media/{id}/{file}", s.media)
	files.Timeout = playTime
	hidden := read("/preview/{token}/media/{id}/{file}", s.outsideMedia)
	hidden.Timeout = playTime
	events := read(eventsPath, s.events)
	events.Stream = true
	return append(s.talkRoutes(read, kept, write), []web.Route{
		events,
		kept("/part/latest", s.latestPart),
		kept("/part/bar", s.barPart),
		kept("/part/counts/{code}", s.countsPart),
		kept("/part/comments/{code}", s.commentsPart),
		kept("/part/version/{code}", s.versionPart),

		kept("/{$}", s.front),
		kept("/news/{code}", s.article, "reply", "play", "order", "after", "thread"),
		kept("/news/{code}/{slug}", s.article, "reply", "play", "order", "after", "thread"),
		kept("/print/{code}", s.printed),
		read("/fa/news/{code}", s.moved),
		read("/fa/news/{code}/{slug...}", s.moved),

		kept("/latest", s.latest, "after"),
		kept("/most/{list}", s.most),
		kept("/sections", s.allSections),
		kept("/section/{slug}", s.section, "after"),
		kept("/tag/{slug}", s.tag, "after"),
		kept("/tag/{slug}/rss.xml", s.tagFeed),
		kept("/topics", s.topics),
		kept("/reporter/{slug}", s.reporter, "after"),
		kept("/reporter/{slug}/rss.xml", s.reporterFeed),
		read(searchPath, s.search),
		read(searchPath+"/suggest", s.suggestions),
		kept("/opensearch.xml", s.openSearch),
		kept("/dossiers", s.dossiers, "after"),
		kept("/dossier/{slug}", s.dossier),
		kept("/dossier/{slug}/rss.xml", s.dossierFeed),
		read("/archive", s.today),
		kept("/archive/{year}", s.archiveYear),
		kept("/archive/{year}/{month}", s.archiveMonth),
		kept("/archive/{year}/{month}/{day}", s.archive, "after"),

		kept("/corrections", s.corrections, "after"),
		kept("/about", s.aboutPage),
		kept("/contact", s.contactPage),

		read(pathPolicy, s.policy),
		read("/comments/report", s.thisMonth),
		read("/comments/report/{year}/{month}", s.monthReport),

		read("/preview/{token}", s.outsidePreview),
		hidden,

		kept("/rss.xml", s.feed),
		kept("/section/{slug}/rss.xml", s.sectionFeed),
		kept("/sitemap.xml", s.sitemapIndex),
		kept("/sitemap/{file}", s.sitemap),
		kept("/robots.txt", s.robots),
		read("/favicon.ico", s.favicon),
		files,
	}...)
}

// talkRoutes are those of the discussion.
func (s *Site) talkRoutes(read func(string, web.Handler) web.Route, kept func(string, web.Handler, ...string) web.Route, write func(string, web.Handler) web.Route) []web.Route {
	comment := write("/news/{code}/comments", s.comment)
	comment.MaxBody = commentBody
	revise := write("/comments/receipt/{code}/edit", s.revise)
	revise.MaxBody = commentBody
	return []web.Route{
		comment,
		kept("/news/{code}/comments/rss.xml", s.commentFeed),
		read("/news/{code}/comments/{id}", s.permalink),
		read("/news/{code}/comments/{id}/report", s.askReport),
		write("/news/{code}/comments/{id}/report", s.report),
		write("/news/{code}/votes", s.vote),
		kept("/comments/rss.xml", s.allCommentsFeed),

		read("/comments/receipt", s.askReceipt),
		write("/comments/receipt", s.findReceipt),
		read("/comments/receipt/{code}", s.receipt),
		read("/comments/receipt/{code}/edit", s.askRevise),
		revise,
		read("/comments/receipt/{code}/withdraw", s.askRetract),
		write("/comments/receipt/{code}/withdraw", s.retract),
	}
}
