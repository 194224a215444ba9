package site

import (
	"context"
	"html/template"
	"net/http"
	"regexp"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/syndicate"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Previews opens what a signed link shows. A forged link and a dead one are the same NotFound.
type Previews interface {
	OpenLink(ctx context.Context, token string) (news.Preview, error)
	LinkMedia(ctx context.Context, token string, id news.MediaID) (news.Media, error)
}

// previewPage is an article that is not public, and nothing else of the site: no lists, no comments, no address.
type previewPage struct {
	frame
	Story  story
	Tags   []news.Tag
	Around web.PreviewFrame
	Until  *Moment
}

// mediaAddress finds the addresses of our media in a body.
var mediaAddress = regexp.MustCompile(`(["\s,])/media/([0-9]+)/`)

// outsidePreview is the page of a signed link.
func (s *Site) outsidePreview(w http.ResponseWriter, r *http.Request) error {
	web.SetHidden(w)
	if s.Previews == nil {
		return news.Fail(news.NotFound, "error.not_found")
	}
	token := r.PathValue("token")
	shown, err := s.Previews.OpenLink(r.Context(), token)
	if err != nil {
		return err
	}
	return s.ShowPreview(w, r, shown, web.PreviewFrame{Here: "/preview/" + token, Media: "/preview/" + token + "/media/"})
}

// outsideMedia is a picture on the page of a signed link.
func (s *Site) outsideMedia(w http.ResponseWriter, r *http.Request) error {
	web.SetHidden(w)
	notFound := news.Fail(news.NotFound, "error.not_found")
	id, ok := news.ParseCode(r.PathValue("id"))
	if s.Previews == nil || !ok {
		return notFound
	}
	item, err := s.Previews.LinkMedia(r.Context(), r.PathValue("token"), news.MediaID(id))
	if err != nil {
		return err
	}
	return s.ShowPreviewMedia(w, r, item)
}

// ShowPreview writes the page of an article that is not public; whoever calls has checked who asks. It is kept nowhere and
// its address told nobody.
func (s *Site) ShowPreview(w http.ResponseWriter, r *http.Request, p news.Preview, around web.PreviewFrame) error {
	web.SetHidden(w)
	a := news.PublicArticle(p)
	body, err := s.body(r.Context(), a)
	if err == nil {
		body, err = s.play(w, r, body, around.Here)
	}
	if err != nil {
		return err
	}
	page := previewPage{frame: s.bare("article preview", s.print.T("preview.title")), Story: s.story(a, body), Tags: p.Tags, Around: around}
	page.Robots = "noindex, nofollow"
	if around.Link != "" {
		page.Until = moment(around.Until, s.print.Stamp)
	}
	if plate := page.Story.Plate; plate != nil {
		own := syndicate.PicturePath(p.Picture.Media, 0)
		own = own[:strings.LastIndexByte(own, '/')+1]
		theirs := around.Media + own[len("/media/"):]
		plate.Src, plate.Set = strings.ReplaceAll(plate.Src, own, theirs), strings.ReplaceAll(plate.Set, own, theirs)
	}
	page.Story.Body = template.HTML(mediaAddress.ReplaceAllString(string(page.Story.Body), "${1}"+around.Media+"${2}/"))
	return s.render(w, r, http.StatusOK, "preview", page)
}

// ShowPreviewMedia writes the file of the address's width; whoever calls has checked who asks.
func (s *Site) ShowPreviewMedia(w http.ResponseWriter, r *http.Request, m news.Media) error {
	web.SetHidden(w)
	return s.file(w, r, m, "no-store")
}
