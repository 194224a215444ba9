package newsroom

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

const (
	pathMedia   = root + "/media"
	mediaLength = 60
	// playTime bounds how long a film or a large original may take on its way.
	playTime = 2 * time.Hour
)

// mediaRoutes are the pages of the library, and the uploads in parts.
func (n *Newsroom) mediaRoutes(inside func(pattern string, right news.Right, rate web.RateClass, h web.Handler) web.Route, upload func(pattern string, h web.Handler) web.Route) []web.Route {
	// long gives large files their time, and another bound where one is named.
	long := func(route web.Route, maxBody int64) web.Route {
		route.Timeout = playTime
		if maxBody != 0 {
			route.MaxBody = maxBody
		}
		return route
	}
	return []web.Route{
		inside("GET "+pathMedia, news.RightEnter, web.RateRead, n.mediaList),
		long(upload("POST "+pathMedia, n.addMedia), n.Uploads.MaxFile()+8<<20),
		long(inside("GET "+pathMedia+"/{id}", news.RightEnter, web.RateRead, n.picture), 0),
		long(inside("GET "+pathMedia+"/{id}/original", news.RightWrite, web.RateRead, n.original), 0),
		inside("GET "+pathMedia+"/{id}/edit", news.RightEnter, web.RateRead, n.editMedia),
		inside("POST "+pathMedia+"/{id}/edit", news.RightWrite, web.RateWrite, n.saveMedia),
		inside("GET "+pathMedia+"/{id}/delete", news.RightWrite, web.RateRead, n.deleteMediaPage),
		inside("POST "+pathMedia+"/{id}/delete", news.RightWrite, web.RateWrite, n.deleteMedia),
		inside("POST "+pathUploads, news.RightWrite, web.RateWrite, n.beginUpload),
		inside("GET "+pathUploads+"/{id}", news.RightWrite, web.RateRead, n.uploadState),
		long(upload("PATCH "+pathUploads+"/{id}", n.appendUpload), partBody),
		long(inside("POST "+pathUploads+"/{id}/done", news.RightWrite, web.RateWrite, n.finishUpload), 0),
		inside("DELETE "+pathUploads+"/{id}", news.RightWrite, web.RateWrite, n.abandonUpload),
	}
}

// mediaPath is where the newsroom sees an item itself, editMediaPath where its words are.
func mediaPath(id news.MediaID) string     { return pathMedia + "/" + id.String() }
func editMediaPath(id news.MediaID) string { return mediaPath(id) + "/edit" }

type mediaPage struct {
	frame
	Items    []news.Media
	Kinds    []news.MediaKind
	Kind     news.MediaKind
	Text     string
	List     bool // lines and not tiles
	Filtered bool
	First    string
	Next     string
	Other    string // address of the other view
	Action   string
	Problems web.Problems
	Caption  string
	Credit   string
}

// EditPath is the address of an item's page.
func (frame) EditPath(m news.Media) string { return editMediaPath(m.ID) }

// Thumb is the address of an item's small picture.
func (frame) Thumb(m news.Media) string { return mediaPath(m.ID) + "?w=320" }

// Label is what an item is called where there is little room.
func (f frame) Label(m news.Media) string {
	for _, label := range []string{m.Caption, m.Alt, m.Name} {
		if label != "" {
			return label
		}
	}
	return f.T("media." + string(m.Kind))
}

// Measure is an item's extent as people read it: pixels of a picture, how long a film plays, and what it weighs.
func (f frame) Measure(m news.Media) string {
	weight := f.Weight(m.Bytes)
	if m.Duration > 0 {
		return f.Length(m.Duration) + " · " + weight
	}
	if m.Width == 0 {
		return weight
	}
	size := f.T("library.pixels", f.Number(int64(m.Width)), f.Number(int64(m.Height)))
	if weight == "" {
		return size
	}
	return size + " · " + weight
}

// FocalClass places the small picture of an item at its focal point.
func (frame) FocalClass(m news.Media) string {
	return "fx" + strconv.Itoa((m.Focal.X+5)/10) + " fy" + strconv.Itoa((m.Focal.Y+5)/10)
}

func (n *Newsroom) mediaList(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	filter := mediaFilter(query)
	found, err := n.Media.MediaList(r.Context(), filter)
	if err != nil {
		return err
	}
	next := ""
	if found.Next != 0 {
		next = mediaAddress(query, found.Next)
	}
	if wantsJSON(r) {
		return n.mediaJSON(w, r, found.Items, next)
	}
	page := n.mediaPage(r, filter, found.Items)
	page.Next = next
	if filter.After != 0 {
		page.First = mediaAddress(query, 0)
	}
	if web.Done(r, "added") != "" {
		page.frame.Done = n.print.T("library.done_added")
	}
	if web.Done(r, "deleted") != "" {
		page.frame.Done = n.print.T("library.done_deleted")
	}
	return n.render(w, r, http.StatusOK, "media", page)
}

func (n *Newsroom) mediaPage(r *http.Request, filter news.MediaFilter, items []news.Media) mediaPage {
	query := r.URL.Query()
	page := mediaPage{frame: n.frame(r, n.print.T("library.title"), "media"), Items: items, Kinds: news.MediaKinds(), Kind: filter.Kind,
		Text: filter.Text, List: query.Get("view") == "list", Filtered: filter.Kind != "" || filter.Text != "", Action: web.NewAction()}
	other := url.Values{}
	for name, values := range query {
		other[name] = values
	}
	other.Del("done")
	if page.List {
		other.Del("view")
	} else {
		other.Set("view", "list")
	}
	page.Other = pathMedia + "?" + other.Encode()
	return page
}

func mediaFilter(query url.Values) news.MediaFilter {
	f := news.MediaFilter{Text: query.Get("q"), Limit: mediaLength}
	if kind := news.MediaKind(query.Get("kind")); slices.Contains(news.MediaKinds(), kind) {
		f.Kind = kind
	}
	if after, err := strconv.ParseInt(query.Get("after"), 10, 64); err == nil && after > 0 {
		f.After = news.MediaID(after)
	}
	return f
}

// mediaAddress is the library with the same filter from another place on.
func mediaAddress(query url.Values, after news.MediaID) string {
	q := url.Values{}
	for _, name := range []string{"kind", "q", "view"} {
		if v := query.Get(name); v != "" {
			q.Set(name, v)
		}
	}
	if after != 0 {
		q.Set("after", after.String())
	}
	if len(q) == 0 {
		return pathMedia
	}
	return pathMedia + "?" + q.Encode()
}

// mediaItem is an item as scripts get it.
type mediaItem struct {
	ID      news.MediaID   `json:"id"`
	Kind    news.MediaKind `json:"kind"`
	Type    string         `json:"type"`
	Name    string         `json:"name"`
	Label   string         `json:"label"`
	Measure string         `json:"measure"`
	Caption string         `json:"caption"`
	Credit  string         `json:"credit"`
	Alt     string         `json:"alt"`
	Width   int            `json:"width"`   // of the picture that Src names
	Height  int            `json:"height"`  // of the picture that Src names
	Edits   int            `json:"edits"`   // the base of a form that edits it
	Preview string         `json:"preview"` // for the newsroom; "" for what is no picture
	Src     string         `json:"src"`     // what an article names: the picture at a middle width, or the file of sound and video
	Edit    string         `json:"edit"`
}

func (n *Newsroom) mediaItem(r *http.Request, m news.Media) mediaItem {
	f := n.frame(r, "", "")
	item := mediaItem{ID: m.ID, Kind: m.Kind, Type: m.Type, Name: m.Name, Label: f.Label(m), Measure: f.Measure(m), Caption: m.Caption, Credit: m.Credit,
		Alt: m.Alt, Edits: m.Edits, Edit: editMediaPath(m.ID), Src: "/media/" + m.ID.String() + "/file" + media.Extension(m)}
	if m.Kind == news.MediaImage {
		item.Preview, item.Src = f.Thumb(m), "/media/"+m.ID.String()+"/"+strconv.Itoa(media.WeighedWidth)+".jpg"
		item.Width, item.Height = rendition(m.PictureSize, media.WeighedWidth)
	}
	return item
}

func (n *Newsroom) mediaJSON(w http.ResponseWriter, r *http.Request, items []news.Media, next string) error {
	out := struct {
		Items []mediaItem `json:"items"`
		Next  string      `json:"next,omitempty"`
	}{Items: make([]mediaItem, len(items)), Next: next}
	for i, m := range items {
		out.Items[i] = n.mediaItem(r, m)
	}
	return n.sendJSON(w, r, http.StatusOK, out)
}

func (n *Newsroom) sendJSON(w http.ResponseWriter, r *http.Request, status int, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	web.SetPrivate(w)
	return web.Write(w, r, status, "application/json", body)
}

// mediaOf finds the item that the address names.
func (n *Newsroom) mediaOf(r *http.Request) (news.Media, error) {
	id, ok := news.ParseCode(r.PathValue("id"))
	if !ok {
		return news.Media{}, news.Fail(news.NotFound, "error.not_found")
	}
	return n.Media.Media(r.Context(), news.MediaID(id))
}

// picture shows an item to the newsroom, also one that no public article uses yet: a picture at the width it is asked for, sound and
// video as they are.
func (n *Newsroom) picture(w http.ResponseWriter, r *http.Request) error {
	m, err := n.mediaOf(r)
	if err != nil {
		return err
	}
	var file media.File
	if m.Kind == news.MediaImage {
		width, err := strconv.Atoi(r.URL.Query().Get("w"))
		if err != nil || !media.IsWidth(width) {
			width = previewWidth
		}
		file, err = n.Pictures.Open(r.Context(), m, width)
		if err != nil {
			return err
		}
	} else if file, err = n.Pictures.OpenOriginal(r.Context(), m); err != nil {
		return err
	}
	return n.sendFile(w, r, file, "inline", m)
}

// original hands out what was kept of the upload.
func (n *Newsroom) original(w http.ResponseWriter, r *http.Request) error {
	m, err := n.mediaOf(r)
	if err != nil {
		return err
	}
	file, err := n.Pictures.OpenOriginal(r.Context(), m)
	if err != nil {
		return err
	}
	return n.sendFile(w, r, file, "attachment", m)
}

// sendFile answers with a file, in parts where parts are asked for. The name that somebody gave it stands nowhere but in its header, and
// never decides what it is.
func (n *Newsroom) sendFile(w http.ResponseWriter, r *http.Request, file media.File, disposition string, m news.Media) error {
	defer file.Close()
	web.SetPrivate(w)
	h := w.Header()
	h.Set("Content-Type", file.Type)
	h.Set("ETag", `"`+file.Tag+`"`)
	name := m.ID.String() + media.Extension(m)
	if m.Name != "" && disposition == "attachment" {
		// Not every program reads quotation marks in a name as the rules have it.
		name = strings.NewReplacer(`"`, "_", `\`, "_").Replace(strings.TrimSuffix(m.Name, media.Extension(m))) + media.Extension(m)
	}
	if value := mime.FormatMediaType(disposition, map[string]string{"filename": name}); value != "" {
		h.Set("Content-Disposition", value)
	}
	web.Rest(r.Context())
	http.ServeContent(w, r, "", file.ModTime, file)
	return nil
}

type mediaItemPage struct {
	frame
	Item      news.Media // as the form has it
	Uses      []news.MediaUse
	Problems  web.Problems
	MayDelete bool
}

// ArticlePath is the form of an article that uses the item.
func (mediaItemPage) ArticlePath(code news.Code) string { return editPath(code) }

// Original is where what was kept of the upload is handed out.
func (p mediaItemPage) Original() string { return mediaPath(p.Item.ID) + "/original" }

// Plain writes an item's number as people read it, never grouped: it is typed into the article's form.
func (p mediaItemPage) Plain(id news.MediaID) string {
	if p.Lang() == i18n.FA {
		return persian.Digits(id.String())
	}
	return id.String()
}

// Self is the address of the item itself, for showing and playing it.
func (p mediaItemPage) Self() string { return mediaPath(p.Item.ID) }

// Large is the address of the picture as the page shows it.
func (p mediaItemPage) Large() string { return mediaPath(p.Item.ID) + "?w=960" }

// InUse tells that the item cannot be deleted.
func (p mediaItemPage) InUse() bool { return len(p.Uses) > 0 }

func (n *Newsroom) mediaItemPage(r *http.Request, m news.Media) (mediaItemPage, error) {
	uses, err := n.Media.MediaUses(r.Context(), m.ID)
	page := mediaItemPage{Item: m, Uses: uses, MayDelete: media.MayDelete(actorOf(r), m)}
	page.frame = n.frame(r, "", "media")
	page.Title = page.Label(m)
	return page, err
}

func (n *Newsroom) editMedia(w http.ResponseWriter, r *http.Request) error {
	m, err := n.mediaOf(r)
	if err != nil {
		return err
	}
	page, err := n.mediaItemPage(r, m)
	if err != nil {
		return err
	}
	if web.Done(r, "saved") != "" {
		page.frame.Done = n.print.T("newsroom.done_saved")
	}
	return n.render(w, r, http.StatusOK, "mediaitem", page)
}

// mediaFields are those of an item's form.
var mediaFields = []string{"caption", "credit", "alt", "creator", "copyright", "focal_x"}

func (n *Newsroom) saveMedia(w http.ResponseWriter, r *http.Request) error {
	stored, err := n.mediaOf(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	m := stored
	for name, text := range map[string]*string{"caption": &m.Caption, "credit": &m.Credit, "alt": &m.Alt, "creator": &m.Creator, "copyright": &m.Copyright} {
		if f.Has(name) { // the editor's dialog sends the words that it asked for
			*text = f.Line(name)
		}
	}
	if f.Has("focal_x") && f.Has("focal_y") {
		m.Focal = news.Focal{X: focalNumber(f.Line("focal_x")), Y: focalNumber(f.Line("focal_y"))}
	}
	edited, err := n.Pictures.Edit(r.Context(), actorOf(r), media.Edit{ID: m.ID, Base: int(f.Int("base")), Caption: m.Caption, Credit: m.Credit, Alt: m.Alt,
		Creator: m.Creator, Copyright: m.Copyright, Focal: m.Focal})
	if kind := news.KindOf(err); err != nil && !wantsJSON(r) && (kind == news.Invalid || kind == news.Conflict) {
		page, broken := n.mediaItemPage(r, m)
		if broken != nil {
			return broken
		}
		// After a conflict the next save is meant: the form goes on from what is stored now.
		page.Problems = n.problems(err, mediaFields...)
		return n.render(w, r, web.Status(err), "mediaitem", page)
	}
	if err != nil {
		return err
	}
	if wantsJSON(r) {
		return n.sendJSON(w, r, http.StatusOK, n.mediaItem(r, edited))
	}
	return web.Redirect(w, r, editMediaPath(m.ID)+"?done=saved")
}

// focalNumber reads a percentage; -1 for what is none, which no focal point is.
func focalNumber(s string) int {
	v, err := strconv.Atoi(persian.LatinDigits(s))
	if err != nil {
		return -1
	}
	return v
}

func (n *Newsroom) deleteMediaPage(w http.ResponseWriter, r *http.Request) error {
	m, err := n.mediaOf(r)
	if err != nil {
		return err
	}
	page, err := n.mediaItemPage(r, m)
	if err != nil {
		return err
	}
	page.Title = n.print.T("library.delete")
	return n.render(w, r, http.StatusOK, "mediadelete", page)
}

func (n *Newsroom) deleteMedia(w http.ResponseWriter, r *http.Request) error {
	m, err := n.mediaOf(r)
	if err != nil {
		return err
	}
	if err := n.Pictures.Delete(r.Context(), actorOf(r), m.ID); err != nil {
		if news.KindOf(err) != news.Conflict {
			return err
		}
		page, broken := n.mediaItemPage(r, m)
		if broken != nil {
			return broken
		}
		page.Problems = n.problems(err)
		return n.render(w, r, http.StatusConflict, "mediaitem", page)
	}
	return web.Redirect(w, r, pathMedia+"?done=deleted")
}
