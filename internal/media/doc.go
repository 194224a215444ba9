// Package media keeps the newsroom's pictures, sound and video: it checks what is uploaded, reads who made it, keeps the original
// without the place and the owner that a camera wrote into it, and makes the sizes that pages ask for, each with its credit inside.
//
// Files lie in a blob store, a folder or an S3-compatible service, under names made of the SHA-256 of the upload; the row that tells
// of them is written by whoever stores things, after the first files are there. Who may see an item is decided by store.Public,
// never here.
package media

import (
	"context"
	"io"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Limits of a picture. Sound and video have Options.MaxFile.
const (
	MaxBytes  = 50 << 20   // of the file
	MaxPixels = 50_000_000 // width times height
	MaxSide   = 20_000     // pixels
	// maxDecoded bounds what a picture takes in memory, in bytes: a PNG with 16 bits a channel needs eight for each pixel.
	maxDecoded = 220_000_000
)

// Widths are the widths in pixels of the renditions, smallest first. A picture is never made larger: it has the renditions below
// its own width, and one of its own size in the place of the next.
var Widths = []int{320, 480, 640, 960, 1280, 1920}

// Crop is a shape in which other sites want a picture: its name and its largest size in pixels.
type Crop struct {
	Name          string
	Width, Height int
}

// Crops are the shapes that are made of every picture around its focal point, smaller where the picture is: 16:9 for feeds and Open
// Graph, and beside it 4:3 and 1:1, as search engines ask for articles (three images with these ratios, 50,000 pixels at least).
var Crops = []Crop{{"share", 1200, 675}, {"4x3", 1200, 900}, {"1x1", 1200, 1200}}

// WeighedWidth is the width in pixels of the rendition whose bytes are Media.Weight: on a phone as on a desk most readers load it.
const WeighedWidth = 960

// DefaultMaxFile is the largest sound or video that is taken where nothing else is set, in bytes.
const DefaultMaxFile = 500 << 20

// Storage keeps the rows.
type Storage interface {
	// AddMedia stores m and sets m.ID; a repeat under the same action gives m the first row.
	AddMedia(ctx context.Context, actor news.Actor, action string, m *news.Media) error
	Media(ctx context.Context, id news.MediaID) (news.Media, error)
	// EditMedia stores the words and the focal point of m, if it still is at m.Edits; Conflict otherwise.
	EditMedia(ctx context.Context, actor news.Actor, m *news.Media) error
	// DeleteMedia returns the items that share the file with the one it removed; Conflict while an article uses it.
	DeleteMedia(ctx context.Context, actor news.Actor, id news.MediaID) (sharing []news.Media, err error)
	MediaOfHash(ctx context.Context, hash string) ([]news.Media, error)
	PendingMedia(ctx context.Context, after news.MediaID, limit int) ([]news.Media, error)
	// SetRenditions stores how far the renditions are, and duration and weight of m, if it still is at m.Edits.
	SetRenditions(ctx context.Context, m news.Media, state news.RenditionState) error
	// HoldFile keeps others, on all nodes, off the files of a hash until release, at most for a time: a remover is alone, writers
	// only wait for a remover. Conflict while somebody else is at them so.
	HoldFile(ctx context.Context, hash string, removing bool, most time.Duration) (release func(), err error)
}

// Upload is a file as somebody hands it in, with what they say of it. Where caption and credit are "", those in the file count.
type Upload struct {
	Action  string // the form's action id; "" for none
	Reader  io.Reader
	Name    string // of the file
	Caption string
	Credit  string
	Alt     string
	// CreditLater takes an item without a credit into the library; no article can use it before it has one.
	CreditLater bool
}

// File is a file of the library, ready to be served. Whoever opened it closes it.
type File struct {
	io.ReadSeekCloser
	ModTime time.Time
	Type    string // MIME type
	Tag     string // names these bytes: other bytes have another tag
	Exact   bool   // false: another rendition stands in for one that is still being made
}
