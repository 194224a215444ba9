package site

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/syndicate"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// playTime bounds how long a file may be read for one reader; it must move on all the while (web.NewServer).
const playTime = 2 * time.Hour

// feedMany is how many articles a feed holds.
const feedMany = 30

func (s *Site) feed(w http.ResponseWriter, r *http.Request) error {
	return s.writeFeed(w, r, news.ListQuery{}, syndicate.Feed{Title: s.settings.Name, Path: "/", Self: "/rss.xml"})
}

func (s *Site) sectionFeed(w http.ResponseWriter, r *http.Request) error {
	section, err := s.Lists.Section(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	feed := syndicate.Feed{Title: s.sectionName(section) + " | " + s.settings.Name, Path: section.Path(), Self: section.Path() + "/rss.xml"}
	return s.writeFeed(w, r, news.ListQuery{Section: section.ID}, feed)
}

func (s *Site) writeFeed(w http.ResponseWriter, r *http.Request, q news.ListQuery, feed syndicate.Feed) error {
	q.Dated, q.Limit = true, feedMany
	list, err := s.Lists.List(r.Context(), q)
	if err != nil {
		return err
	}
	feed.Cards, feed.KindName = list.Cards, s.correctionKind
	if feed.Corrections, err = s.correctionsOf(r.Context(), list.Cards); err != nil {
		return err
	}
	body, err := syndicate.RSS(s.machine, feed)
	if err != nil {
		return err
	}
	return web.Write(w, r, http.StatusOK, "application/rss+xml; charset=utf-8", body)
}

func (s *Site) sitemapIndex(w http.ResponseWriter, r *http.Request) error {
	blocks, err := s.Lists.SitemapBlocks(r.Context())
	if err != nil {
		return err
	}
	more, err := s.dossierSitemaps(r.Context())
	if err != nil {
		return err
	}
	topics, err := s.topicSitemaps(r.Context())
	if err != nil {
		return err
	}
	body, err := syndicate.SitemapIndex(s.machine, blocks, append(more, topics...)...)
	if err != nil {
		return err
	}
	return web.Write(w, r, http.StatusOK, "application/xml; charset=utf-8", body)
}

func (s *Site) sitemap(w http.ResponseWriter, r *http.Request) error {
	switch r.PathValue("file") {
	case dossierSitemap:
		return s.sitemapOfDossiers(w, r)
	case topicSitemap:
		return s.sitemapOfTopics(w, r)
	}
	name, ok := strings.CutSuffix(r.PathValue("file"), ".xml")
	block, err := strconv.Atoi(name)
	if !ok || err != nil || block < 1 || strconv.Itoa(block) != name {
		return news.Fail(news.NotFound, "error.not_found")
	}
	entries, err := s.Lists.Sitemap(r.Context(), block)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return news.Fail(news.NotFound, "error.not_found")
	}
	body, err := syndicate.Sitemap(s.machine, entries)
	if err != nil {
		return err
	}
	return web.Write(w, r, http.StatusOK, "application/xml; charset=utf-8", body)
}

func (s *Site) robots(w http.ResponseWriter, r *http.Request) error {
	body := syndicate.Robots(s.machine, "/newsroom", "/comments/receipt", "/preview", eventsPath, "/part/", searchPath)
	return web.Write(w, r, http.StatusOK, "text/plain; charset=utf-8", body)
}

// favicon answers those who ask for the site's sign where it used to stand.
func (s *Site) favicon(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.Redirect(w, r, s.assets.URL("favicon.png"), http.StatusFound)
	return nil
}

// media serves a rendition of a picture, its crop for other sites, or sound and video, through the gate: an item is public while a
// public article uses it. Browsers may keep it for a day, shared caches not at all, so that what is withdrawn is not served by anyone.
func (s *Site) media(w http.ResponseWriter, r *http.Request) error {
	id, ok := news.ParseCode(r.PathValue("id"))
	if !ok {
		return news.Fail(news.NotFound, "error.not_found")
	}
	item, err := s.Articles.Media(r.Context(), news.MediaID(id))
	if err != nil {
		return err
	}
	return s.file(w, r, item, "private, max-age=86400")
}

// file writes what the address names of an item that may be shown; keep is its Cache-Control.
func (s *Site) file(w http.ResponseWriter, r *http.Request, item news.Media, keep string) (err error) {
	var file media.File
	name := r.PathValue("file")
	width, isWidth := renditionWidth(name)
	switch {
	case isWidth:
		file, err = s.Pictures.Open(r.Context(), item, width)
	case slices.Contains(syndicate.CropNames(), name):
		file, err = s.Pictures.OpenCrop(r.Context(), item, strings.TrimSuffix(name, ".jpg"))
	case item.Kind != news.MediaImage && name == "file"+media.Extension(item):
		file, err = s.Pictures.OpenOriginal(r.Context(), item) // of a picture the original stays in the house
	default:
		err = news.Fail(news.NotFound, "error.not_found")
	}
	if err != nil {
		return err
	}
	defer file.Close()
	h := w.Header()
	h.Set("Content-Type", file.Type)
	h.Set("Cache-Control", keep)
	if !file.Exact && keep != "no-store" {
		h.Set("Cache-Control", "private, no-cache") // a better one is being made
	}
	h.Set("ETag", `"`+file.Tag+`"`)
	if file.Type != "image/jpeg" {
		h.Set("Content-Disposition", "inline; filename=\""+item.ID.String()+media.Extension(item)+"\"")
	}
	web.Rest(r.Context()) // it only sends now, for as long as a film plays
	http.ServeContent(w, r, "", file.ModTime, file)
	return nil
}

// renditionWidth reads the width out of "960.jpg".
func renditionWidth(name string) (width int, ok bool) {
	digits, isJPEG := strings.CutSuffix(name, ".jpg")
	width, err := strconv.Atoi(digits)
	return width, isJPEG && err == nil && strconv.Itoa(width) == digits && media.IsWidth(width)
}
