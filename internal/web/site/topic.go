package site

import (
	"context"
	"net/http"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/syndicate"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// topicView is what stands above the articles of a topic.
type topicView struct {
	Paragraphs []string
	Picture    *Shot
	Count      string
}

// topicsPage is the list of all topics, by kind.
type topicsPage struct {
	frame
	Heading string
	Groups  []choices
}

// topicsMost is how many topics of a kind the list shows.
const topicsMost = 200

// topicAbove fills what the newsroom says of a tag; nothing where it says nothing.
func (s *Site) topicAbove(ctx context.Context, page *listPage, tag news.Tag) error {
	topic, err := s.Archive.Topic(ctx, tag.ID)
	if err != nil {
		return known(err)
	}
	page.Finds, page.Above = true, s.print.T("topickind."+string(topic.Kind))
	page.Topic = &topicView{Picture: shot(topic.Picture, topic.Size, news.Middle(), cardWidth, "(min-width: 40rem) 14rem, 94vw"),
		Count: s.print.N("topic.count", int64(topic.Count))}
	for paragraph := range strings.Lines(topic.Text) {
		if paragraph = strings.TrimSpace(paragraph); paragraph != "" {
			page.Topic.Paragraphs = append(page.Topic.Paragraphs, paragraph)
		}
	}
	if len(page.Topic.Paragraphs) > 0 {
		page.Description = page.Topic.Paragraphs[0]
	}
	return nil
}

func (s *Site) topics(w http.ResponseWriter, r *http.Request) error {
	heading := s.print.T("topic.many")
	f, err := s.frame(r.Context(), "words", heading, "/topics", 0, "")
	if err != nil {
		return err
	}
	f.Finds = true
	all, err := s.Archive.Topics(r.Context(), topicsMost)
	if err != nil {
		return err
	}
	page := topicsPage{frame: f, Heading: heading}
	if len(all) == 0 {
		page.Robots = "noindex"
	}
	for _, kind := range news.TopicKinds() {
		group := choices{Title: s.print.T("topickinds." + string(kind))}
		for _, topic := range all {
			if topic.Kind == kind {
				group.All = append(group.All, narrowing{Name: topic.Name, Path: topic.Path(), Count: int64(topic.Count)})
			}
		}
		if len(group.All) > 0 {
			page.Groups = append(page.Groups, group)
		}
	}
	return s.render(w, r, http.StatusOK, "topics", page)
}

func (s *Site) tag(w http.ResponseWriter, r *http.Request) error {
	tag, err := s.Lists.Tag(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	if tag.Slug != r.PathValue("slug") {
		return permanent(w, r, tag.Path()) // its pages too: they are told apart by a moment, and there may be more of them now
	}
	f, err := s.frame(r.Context(), "tag", tag.Name, tag.Path(), 0, "")
	if err != nil {
		return err
	}
	page := listPage{frame: f, Above: s.print.T("site.tag"), Heading: tag.Name, OwnFeed: tag.Path() + "/rss.xml"}
	page.Feeds = append(page.Feeds, link{tag.Name + " | " + s.settings.Name, page.OwnFeed})
	if err := s.topicAbove(r.Context(), &page, tag); err != nil {
		return err
	}
	return s.list(w, r, page, news.ListQuery{Tag: tag.ID}, tag.Path(), false)
}

func (s *Site) tagFeed(w http.ResponseWriter, r *http.Request) error {
	tag, err := s.Lists.Tag(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	if tag.Slug != r.PathValue("slug") {
		return permanent(w, r, tag.Path()+"/rss.xml")
	}
	return s.writeFeed(w, r, news.ListQuery{Tag: tag.ID}, s.ownFeed(tag.Name, tag.Path()))
}

// ownFeed heads the feed of a list.
func (s *Site) ownFeed(name, path string) syndicate.Feed {
	return syndicate.Feed{Title: name + " | " + s.settings.Name, Path: path, Self: path + "/rss.xml"}
}

// reporter lists what somebody wrote, whether they have an account or not.
func (s *Site) reporter(w http.ResponseWriter, r *http.Request) error {
	who, err := s.Archive.Reporter(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	f, err := s.frame(r.Context(), "tag", who.Name, who.Path(), 0, "")
	if err != nil {
		return err
	}
	page := listPage{frame: f, Above: s.print.T("site.reporter"), Heading: who.Name, OwnFeed: who.Path() + "/rss.xml"}
	page.Feeds = append(page.Feeds, link{who.Name + " | " + s.settings.Name, page.OwnFeed})
	return s.list(w, r, page, news.ListQuery{Reporter: who.Slug}, who.Path(), false)
}

func (s *Site) reporterFeed(w http.ResponseWriter, r *http.Request) error {
	who, err := s.Archive.Reporter(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	return s.writeFeed(w, r, news.ListQuery{Reporter: who.Slug}, s.ownFeed(who.Name, who.Path()))
}

// topicSitemap is the file of the sitemap that holds the topics, at most topicsListed of each kind.
const (
	topicSitemap = "topics.xml"
	topicsListed = 5000
)

// topicSitemaps names the sitemap of the topics, when there are any.
func (s *Site) topicSitemaps(ctx context.Context) ([]string, error) {
	some, err := s.Archive.Topics(ctx, 1)
	if err != nil || len(some) == 0 {
		return nil, err
	}
	return []string{"/sitemap/" + topicSitemap}, nil
}

func (s *Site) sitemapOfTopics(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Archive.Topics(r.Context(), topicsListed)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return news.Fail(news.NotFound, "error.not_found")
	}
	entries := []news.SitemapEntry{{Path: "/topics"}}
	for _, t := range all {
		entries = append(entries, news.SitemapEntry{Path: t.Path()})
	}
	body, err := syndicate.Sitemap(s.machine, entries)
	if err != nil {
		return err
	}
	return web.Write(w, r, http.StatusOK, "application/xml; charset=utf-8", body)
}
