package site

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/syndicate"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// What another host would play stands in a body as a card. A card of a host that the operator allows plays in its place, once a reader
// asks for it: with the script at once, without one by a reload of the page (?play=1). Until then nothing of that host is loaded.

// players are sites whose pages of films are not what plays: the address of the page, without scheme and www, and that of its player.
// What embeds by hand already is such a player has "embed" in its path.
var players = []struct {
	host  string
	page  *regexp.Regexp
	frame string
}{
	{"aparat.com", regexp.MustCompile(`^aparat\.com/v/([A-Za-z0-9]+)/?(?:\?|$)`), "https://www.aparat.com/video/video/embed/videohash/$1/vt/frame"},
	{"namasha.com", regexp.MustCompile(`^namasha\.com/v/([A-Za-z0-9]+)(?:[/?]|$)`), "https://www.namasha.com/embed/$1"},
	{"youtube.com", regexp.MustCompile(`^youtube\.com/(?:watch\?(?:[^#]*&)?v=|embed/|shorts/|live/)([\w-]{11})`), "https://www.youtube-nocookie.com/embed/$1"},
	{"youtu.be", regexp.MustCompile(`^youtu\.be/([\w-]{11})`), "https://www.youtube-nocookie.com/embed/$1"},
}

// playerOf is where an address plays in a frame; false when its host is none of the allowed ones or it names nothing that plays.
func playerOf(address string, allowed []string) (frame, host string, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" {
		return "", "", false
	}
	host = strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if !slices.Contains(allowed, host) {
		return "", "", false
	}
	page := host + u.EscapedPath()
	if u.RawQuery != "" {
		page += "?" + u.RawQuery
	}
	known := false
	for _, p := range players {
		if match := p.page.FindStringSubmatchIndex(page); match != nil {
			return string(p.page.ExpandString(nil, p.frame, page, match)), host, true
		}
		known = known || p.host == host
	}
	return address, host, !known || strings.Contains(u.Path, "/embed")
}

// playCard is what the card of a film shows.
type playCard struct {
	Frame, Host, Address string
	Here                 string // this page with the film playing
	Word, Promise        string
	Playing              bool
}

// play lets the cards of a body play that may, and the page's policy hold the frames that they need. here is the address of the page, with
// the parameters that it goes by.
func (s *Site) play(w http.ResponseWriter, r *http.Request, body markup.HTML, here string) (out markup.HTML, err error) {
	asked, _ := strconv.Atoi(r.URL.Query().Get("play")) // what is no number plays nothing
	here += map[bool]string{true: "&", false: "?"}[strings.Contains(here, "?")]
	var origins []string
	out = markup.FillCards(body, func(n int, address string) (string, bool) {
		frame, host, ok := playerOf(address, s.settings.Embeds)
		if !ok || err != nil {
			return "", false
		}
		var card string
		card, err = s.part("player", playCard{Frame: frame, Host: host, Address: address, Here: fmt.Sprintf("%splay=%d#embed-%d", here, n, n),
			Word: s.print.T("article.play_from", host), Promise: s.print.T("article.play_promise"), Playing: n == asked})
		if u, broken := url.Parse(frame); broken == nil {
			origins = append(origins, u.Scheme+"://"+u.Host)
		}
		return card, true
	})
	if len(origins) > 0 {
		slices.Sort(origins)
		web.AllowPlayers(w, slices.Compact(origins))
	}
	return out, err
}

// plays tells whether a number, as an address writes it, is that of a card which plays.
func (s *Site) plays(body markup.HTML, number string) bool {
	found := false
	markup.FillCards(body, func(n int, address string) (string, bool) {
		_, _, ok := playerOf(address, s.settings.Embeds)
		found = found || ok && strconv.Itoa(n) == number
		return "", false
	})
	return found
}

// bodySizes is how wide a picture of the body is shown.
const bodySizes = "(min-width: 64rem) 46rem, 94vw"

// bodyPicture reads the address of a picture in a body.
var bodyPicture = regexp.MustCompile(`^/media/([1-9][0-9]*)/[0-9]+\.jpg$`)

// withRenditions gives the pictures of a body their smaller renditions, and has them loaded when they are near.
func withRenditions(body markup.HTML) markup.HTML {
	return markup.FillPictures(body, func(src string, width int) string {
		attributes := ` loading="lazy" decoding="async"`
		found := bodyPicture.FindStringSubmatch(src)
		if found == nil || width <= media.Widths[0] {
			return attributes
		}
		id, ok := news.ParseCode(found[1])
		if !ok {
			return attributes
		}
		var set []string
		for _, rendition := range media.Widths {
			set = append(set, fmt.Sprintf("%s %dw", syndicate.PicturePath(news.MediaID(id), rendition), min(rendition, width)))
			if rendition >= width {
				break
			}
		}
		return attributes + ` srcset="` + html.EscapeString(strings.Join(set, ", ")) + `" sizes="` + html.EscapeString(bodySizes) + `"`
	})
}
