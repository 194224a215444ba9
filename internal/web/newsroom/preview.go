package newsroom

import (
	"context"
	"net/http"
	"strconv"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Previews shows what is not public to those who may see it; *editorial.Previews does.
type Previews interface {
	Look(ctx context.Context, actor news.Actor, code news.Code, number int) (news.Preview, error)
	LookMedia(ctx context.Context, actor news.Actor, code news.Code, number int, id news.MediaID) (news.Media, error)
	Link(ctx context.Context, actor news.Actor, in editorial.Step) (editorial.PreviewLink, error)
}

// previews are the pages that show an article as its readers will see it. They look as the reader's side looks.
type previews struct {
	*Newsroom
	desk  Previews
	pages web.PreviewPages
}

const pathPreview = root + "/preview"

// PreviewArea is the newsroom's preview: the working copy of an article, or ?revision=3 of it, as readers would see it, its media, and
// the making of a link for somebody outside. It needs a session as every page of the newsroom.
func (n *Newsroom) PreviewArea(desk Previews, pages web.PreviewPages) web.Area {
	p := previews{n, desk, pages}
	read := func(pattern string, h web.Handler) web.Route {
		return web.Route{Pattern: "GET " + pathPreview + pattern, Audience: web.AudienceNewsroom, Right: news.RightWrite, Rate: web.RateRead, Handler: h}
	}
	files := read("/{code}/{number}/media/{id}/{file}", p.media)
	files.Timeout = uploadTime // it may be a film
	return web.Area{Fail: n.fail, Guard: n.guard, Routes: []web.Route{
		read("/{code}", p.show),
		files,
		{Pattern: "POST " + pathPreview + "/{code}/link", Audience: web.AudienceNewsroom, Right: news.RightPublish, Rate: web.RateWrite, Handler: p.link},
	}}
}

func (p previews) show(w http.ResponseWriter, r *http.Request) error {
	number := 0
	if text := r.URL.Query().Get("revision"); text != "" {
		var err error
		if number, err = strconv.Atoi(text); err != nil || number < 1 {
			return news.Fail(news.NotFound, "error.not_found")
		}
	}
	return p.page(w, r, number, web.PreviewFrame{})
}

// page shows a version with what stands around it.
func (p previews) page(w http.ResponseWriter, r *http.Request, number int, around web.PreviewFrame) error {
	code, err := codeOf(r.PathValue("code"))
	if err != nil {
		return err
	}
	actor := actorOf(r)
	shown, err := p.desk.Look(r.Context(), actor, code, number)
	if err != nil {
		return err
	}
	address := pathPreview + "/" + code.String()
	around.Here = address
	if number != 0 {
		around.Here += "?revision=" + strconv.Itoa(number)
	}
	around.Media = address + "/" + strconv.Itoa(shown.Revision) + "/media/"
	if number == 0 && actor.MayIn(news.RightPublish, shown.Section.ID) {
		around.LinkTo, around.Action = address+"/link", web.NewAction()
	}
	return p.pages.ShowPreview(w, r, shown, around)
}

func (p previews) media(w http.ResponseWriter, r *http.Request) error {
	code, err := codeOf(r.PathValue("code"))
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(r.PathValue("number"))
	id, ok := news.ParseCode(r.PathValue("id"))
	if err != nil || number < 1 || !ok {
		return news.Fail(news.NotFound, "error.not_found")
	}
	item, err := p.desk.LookMedia(r.Context(), actorOf(r), code, number, news.MediaID(id))
	if err != nil {
		return err
	}
	return p.pages.ShowPreviewMedia(w, r, item)
}

// link makes a link for somebody outside and shows it above the preview; nobody is shown it again.
func (p previews) link(w http.ResponseWriter, r *http.Request) error {
	code, err := codeOf(r.PathValue("code"))
	if err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	made, err := p.desk.Link(r.Context(), actorOf(r), editorial.Step{Action: f.Line("action"), Code: code})
	if err != nil {
		return err
	}
	return p.page(w, r, 0, web.PreviewFrame{Link: p.SiteURL + "/preview/" + made.Token, Until: made.Until})
}
