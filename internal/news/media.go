package news

import (
	"regexp"
	"slices"
	"strconv"
	"time"
)

// MediaID identifies a media item; 0 is none.
type MediaID int64

// String gives the number in ASCII digits, as addresses have it.
func (id MediaID) String() string { return strconv.FormatInt(int64(id), 10) }

// MediaKind is what sort of thing a media item is.
type MediaKind string

// The kinds of media.
const (
	MediaImage MediaKind = "image"
	MediaVideo MediaKind = "video"
	MediaAudio MediaKind = "audio"
)

// MediaKinds lists all kinds in the order the library offers them.
func MediaKinds() []MediaKind { return []MediaKind{MediaImage, MediaVideo, MediaAudio} }

// PictureSize is a picture's extent in pixels; zero when unknown.
type PictureSize struct{ Width, Height int }

// Focal is the point of a picture that every crop keeps, in percent from its left and its upper edge, 0 to 100.
type Focal struct{ X, Y int }

// Middle is the focal point of a picture for which nobody chose one.
func Middle() Focal { return Focal{50, 50} }

// Valid tells whether the point lies on the picture.
func (f Focal) Valid() bool { return f.X >= 0 && f.X <= 100 && f.Y >= 0 && f.Y <= 100 }

// RenditionState tells how far the renditions of a media item are.
type RenditionState int

// The states of renditions. The zero state asks for work.
const (
	RenditionsPending RenditionState = 0 // some may be missing; pages use what is there
	RenditionsReady   RenditionState = 1
	RenditionsFailed  RenditionState = 2 // the original cannot be read any more; nobody tries again
)

// Media is an item of the library: the file is found by Hash (SHA-256 of what was uploaded, in hex) in the blob store.
type Media struct {
	ID   MediaID
	Kind MediaKind
	Hash string
	Type string // MIME type of the kept original, such as "image/jpeg" or "video/mp4"
	PictureSize
	Bytes      int64         // of the kept original
	Duration   time.Duration // of sound and video, to the millisecond; 0: the file does not say
	Weight     int64         // bytes of the rendition that most readers load; 0: no picture, or not made yet
	Name       string        // of the file as it was handed in; for people, never for paths
	Caption    string
	Credit     string // the line that readers see
	Alt        string
	Creator    string // who made it, as the file said or the newsroom wrote
	Copyright  string
	Focal      Focal
	Renditions RenditionState
	Edits      int // how often it was edited; a form names the number it began from
	CreatedAt  time.Time
	CreatedBy  UserID
}

// MediaFilter narrows the library, newest first.
type MediaFilter struct {
	Kind  MediaKind // "": any
	Text  string    // words of caption, credit, creator, alternative text or file name, all of them; "": any
	After MediaID   // 0: from the newest
	Limit int       // 1 to 200
}

// MediaPage is a page of the library; Next is 0 on the last page.
type MediaPage struct {
	Items []Media
	Next  MediaID
}

// MediaUse is an article that uses a media item.
type MediaUse struct {
	Code     Code
	State    State
	Headline string
	Now      bool // its working copy or what readers see uses it; false: only an older version does
}

// mediaAddress finds our own media in a text: every address of it begins so.
var mediaAddress = regexp.MustCompile(`/media/([1-9][0-9]{0,17})/`)

// UsedMedia lists the media items that a content uses, in its picture and in its body, each once and in ascending order.
func (c *Content) UsedMedia() []MediaID {
	var all []MediaID
	if c.Picture.Media != 0 {
		all = append(all, c.Picture.Media)
	}
	for _, match := range mediaAddress.FindAllStringSubmatch(c.Body, -1) {
		id, err := strconv.ParseInt(match[1], 10, 64)
		if err == nil {
			all = append(all, MediaID(id))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
