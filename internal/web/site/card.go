package site

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/syndicate"
)

// Moment is an instant as a page shows it.
type Moment struct {
	Datetime template.HTMLAttr // datetime="…", ISO 8601 with Tehran’s offset; an attribute, so that the plus sign stays one
	Text     string            // in the page's language
}

// moment makes a Moment, nil for the zero time: an undated article shows none.
func moment(t time.Time, write func(time.Time) string) *Moment {
	if t.IsZero() {
		return nil
	}
	iso := t.In(persian.Tehran()).Format(time.RFC3339)
	return &Moment{Datetime: template.HTMLAttr(`datetime="` + iso + `"`), Text: write(t)}
}

// shortMoment is for narrow lists: the clock for today, else the day.
func (s *Site) shortMoment(t time.Time) string {
	now := s.Now().In(persian.Tehran())
	t = t.In(persian.Tehran())
	english := s.settings.Lang == i18n.EN
	day := persian.DateOf(t)
	switch {
	case day == persian.DateOf(now) && english:
		return t.Format("15:04")
	case day == persian.DateOf(now):
		return persian.Clock(t)
	case english && t.Year() == now.Year():
		return t.Format("2 Jan")
	case english:
		return t.Format("2 Jan 2006")
	case day.Year == persian.DateOf(now).Year:
		return persian.Digits(strconv.Itoa(day.Day)) + " " + persian.MonthName(day.Month)
	}
	return persian.ShortDate(t)
}

// Card is an article in a list.
type Card struct {
	news.PublicCard
	Path        string
	SectionName string
	Time        *Moment
	Picture     *Shot
	Tongue      template.HTMLAttr // lang="…" when the article speaks another language than the page
	Live        bool
}

func (s *Site) card(c news.PublicCard, write func(time.Time) string) Card {
	return Card{
		PublicCard: c, Path: c.Path(), SectionName: s.sectionName(c.Section), Time: moment(c.PublishedAt, write),
		Picture: shot(c.Picture, c.Size, c.Focal, cardWidth, "(min-width: 64rem) 22rem, (min-width: 40rem) 45vw, 94vw"), Tongue: s.tongue(c.Lang), Live: c.Kind == news.KindLive,
	}
}

func (s *Site) cards(cards []news.PublicCard, write func(time.Time) string) []Card {
	out := make([]Card, len(cards))
	for i, c := range cards {
		out[i] = s.card(c, write)
	}
	return out
}

// languages are those an article may have; nothing else becomes an attribute.
var languages = map[string]string{"fa": "rtl", "ar": "rtl", "en": "ltr"}

func (s *Site) tongue(lang string) template.HTMLAttr {
	if lang == s.settings.Lang.String() || languages[lang] == "" {
		return ""
	}
	return template.HTMLAttr(` lang="` + lang + `"`)
}

// Shot is a picture with its renditions.
type Shot struct {
	Src, Set, Sizes string
	Width, Height   int // of the original, so that its place is kept; 0 unknown
	Alt             string
	Caption, Credit string
	Eager           bool   // the picture that a reader sees first
	At              string // classes that place a crop at the focal point; "" for the middle
}

// cardWidth is the widest rendition that a list names: a card is never wider than half a screen.
const cardWidth = 1280

// plateWidth is the widest rendition that an article names.
const plateWidth = 1920

// shot makes the picture of an article, nil when it has none, with its renditions up to a width. A rendition wider than the original
// is never named, but for the one that has the original's size.
func shot(p news.Picture, size news.PictureSize, focal news.Focal, widest int, sizes string) *Shot {
	if p.Media == 0 {
		return nil
	}
	out := &Shot{Sizes: sizes, Width: size.Width, Height: size.Height, Alt: p.Alt, Caption: p.Caption, Credit: p.Credit, At: focalClasses(focal)}
	var set []string
	for i, width := range media.Widths {
		if i > 0 && (width > widest || size.Width != 0 && media.Widths[i-1] >= size.Width) {
			break
		}
		real := width
		if size.Width != 0 {
			real = min(width, size.Width)
		}
		address := syndicate.PicturePath(p.Media, width)
		set = append(set, fmt.Sprintf("%s %dw", address, real))
		if width <= 640 {
			out.Src = address
		}
	}
	out.Set = strings.Join(set, ", ")
	return out
}

// focalClasses place a picture that is cut to its field: fx0 to fx10 from the left, fy0 to fy10 from above, in tenths. Classes, since
// the pages allow no style in an attribute.
func focalClasses(f news.Focal) string {
	if !f.Valid() || f == news.Middle() {
		return ""
	}
	return fmt.Sprintf("fx%d fy%d", (f.X+5)/10, (f.Y+5)/10)
}
