package markup

import (
	"html"
	"regexp"
	"strconv"
	"strings"
)

// pictureForm, playerForm and cardForm are a picture, and a film or recording, of ours and a card in canonical form.
var (
	pictureForm = regexp.MustCompile(`<img src="(` + ownMedia + `[^"]+)" alt="[^"]*"(?: width="([0-9]+)")?(?: height="[0-9]+")?>`)
	playerForm  = regexp.MustCompile(`<(?:video|audio) controls preload="none" src="(` + ownMedia + `[^"]+)"></(?:video|audio)>`)
	cardForm    = regexp.MustCompile(`<figure class="embed"><a href="([^"]+)" rel="nofollow noopener">[^<]*</a>`)
)

// FillPictures adds attributes to the pictures of a body: more gets the address and the width in pixels that the picture tells, 0 for
// none, and returns escaped attributes with a space before each. The result is for showing, not for storing.
func FillPictures(h HTML, more func(src string, width int) string) HTML {
	return HTML(pictureForm.ReplaceAllStringFunc(string(h), func(img string) string {
		found := pictureForm.FindStringSubmatch(img)
		width, _ := strconv.Atoi(found[2]) // digits, or nothing
		return strings.TrimSuffix(img, ">") + more(html.UnescapeString(found[1]), width) + ">"
	}))
}

// FillPlayers puts behind each film and recording of a body what about, which gets its address, says of it; "" for nothing. The result is
// for showing, not for storing.
func FillPlayers(h HTML, about func(src string) string) HTML {
	return HTML(playerForm.ReplaceAllStringFunc(string(h), func(player string) string {
		text := about(html.UnescapeString(playerForm.FindStringSubmatch(player)[1]))
		if text == "" {
			return player
		}
		return player + `<p class="size">` + html.EscapeString(text) + `</p>`
	}))
}

// Plays tells whether a body, as it is stored or shown, holds a film, a recording or the card of what another host would play.
func Plays(h HTML) bool { return playable.MatchString(string(h)) }

var playable = regexp.MustCompile(`<(?:video|audio) |<figure class="embed`)

// FillCards replaces the link of the cards of a body, which come numbered from 1 with the address that another host would play, by
// what card gives; a card that is not ok stays as it is. Its figure is then of the classes embed and plays, with the id embed-1. The result
// is for showing, not for storing.
func FillCards(h HTML, card func(n int, address string) (inside string, ok bool)) HTML {
	n := 0
	return HTML(cardForm.ReplaceAllStringFunc(string(h), func(link string) string {
		n++
		inside, ok := card(n, html.UnescapeString(cardForm.FindStringSubmatch(link)[1]))
		if !ok {
			return link
		}
		return `<figure class="embed plays" id="embed-` + strconv.Itoa(n) + `">` + inside
	}))
}
