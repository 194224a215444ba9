package site

import (
	"net/http"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/syndicate"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// commentFeed is the feed of an article's comments.
func (s *Site) commentFeed(w http.ResponseWriter, r *http.Request) error {
	a, err := s.public(r)
	if err != nil {
		return err
	}
	feed := syndicate.CommentFeed{Title: s.print.T("letters.feed_of", a.Headline) + " | " + s.settings.Name, Path: a.Path() + "#comments",
		Self: news.ArticlePath(a.Code, "") + "/comments/rss.xml"}
	return s.writeCommentFeed(w, r, a.Code, feed)
}

// allCommentsFeed is the feed of the newest comments on the whole site.
func (s *Site) allCommentsFeed(w http.ResponseWriter, r *http.Request) error {
	return s.writeCommentFeed(w, r, 0, syndicate.CommentFeed{Title: s.print.T("letters.feed_all") + " | " + s.settings.Name, Path: "/", Self: "/comments/rss.xml"})
}

func (s *Site) writeCommentFeed(w http.ResponseWriter, r *http.Request, code news.Code, feed syndicate.CommentFeed) error {
	comments, err := s.Letters.Comments(r.Context(), code, feedMany)
	if err != nil {
		return err
	}
	codes := make([]news.Code, len(comments))
	for i, c := range comments {
		codes[i] = c.Article
	}
	cards, err := s.Articles.Cards(r.Context(), codes)
	if err != nil {
		return err
	}
	headlines := map[news.Code]string{}
	for _, card := range cards {
		headlines[card.Code] = card.Headline
	}
	for _, c := range comments {
		name := s.anonymous(c.Name)
		if c.ByNewsroom && c.Name == "" {
			name = s.print.T("letters.newsroom")
		}
		feed.Entries = append(feed.Entries, syndicate.CommentEntry{Comment: c, Title: s.print.T("letters.feed_title", name, headlines[c.Article]), Author: name,
			Path: commentPath(c)})
	}
	body, err := syndicate.CommentRSS(s.machine, feed)
	if err != nil {
		return err
	}
	return web.Write(w, r, http.StatusOK, "application/rss+xml; charset=utf-8", body)
}
