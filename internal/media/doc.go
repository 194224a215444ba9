// Package media keeps the newsroom's pictures: it checks what is uploaded, turns it upright, forgets everything that the camera
// wrote into it (place, time, owner) and makes the sizes that pages ask for.
//
// The files lie in one folder, named by the SHA-256 of the upload; the row that tells of them is written by whoever stores
// things, after the files are there. Who may see a picture is decided by store.Public, never here.
package media

import (
	"context"
	"io"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Limits of an upload.
const (
	MaxBytes  = 20 << 20   // of the file
	MaxPixels = 50_000_000 // width times height
	MaxSide   = 20_000     // pixels
)

// Widths are the widths in pixels of the renditions that every picture has, smallest first. A picture is never made larger:
// where it is narrower than the width, the rendition has the picture's own size.
var Widths = []int{480, 800, 1200}

// Storage keeps the row of a picture.
type Storage interface {
	// AddMedia stores m and sets m.ID.
	AddMedia(ctx context.Context, actor news.Actor, m *news.Media) error
}

// Upload is a picture as somebody hands it in, with what they say of it. The credit is required; the others may be "".
type Upload struct {
	Reader  io.Reader
	Caption string
	Credit  string
	Alt     string
}

// File is a rendition, ready to be served. Whoever opened it closes it.
type File struct {
	io.ReadSeekCloser
	ModTime time.Time
	Type    string // MIME type
}
