package editorial

import (
	"compress/gzip"
	"context"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// PageWeight is what a reader's browser loads for an article, beside what all pages share.
type PageWeight struct {
	Text     int64 // bytes of the body, compressed as it travels
	Pictures int64 // bytes of its pictures, the lead one among them, each in the rendition that most readers load
	Unknown  int   // pictures that are not weighed yet: their renditions are being made
}

// Total is the whole in bytes.
func (w PageWeight) Total() int64 { return w.Text + w.Pictures }

// Weigh weighs a body and the items that an article uses. Sound and film weigh nothing: they are loaded when they are played.
func Weigh(body string, items []news.Media) PageWeight {
	w := PageWeight{Text: packed(markup.WithoutNotes(markup.HTML(body)).String())}
	for _, m := range items {
		if m.Kind != news.MediaImage {
			continue
		}
		w.Pictures += m.Weight
		if m.Weight == 0 {
			w.Unknown++
		}
	}
	return w
}

// counter counts bytes.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// packed is the length of a text after gzip.
func packed(text string) int64 {
	var n counter
	z := gzip.NewWriter(&n)
	_, _ = z.Write([]byte(text)) // a counter takes everything
	_ = z.Close()
	return int64(n)
}

// weightOf weighs an article's content with its media. An item that is gone weighs nothing.
func (d *Desk) weightOf(ctx context.Context, c news.Content) (PageWeight, error) {
	items, err := UsedMedia(ctx, d.storage, c)
	return Weigh(c.Body, items), err
}

// MediaKeeper finds media items; NotFound for one that is none.
type MediaKeeper interface {
	Media(ctx context.Context, id news.MediaID) (news.Media, error)
}

// UsedMedia are the items that a content uses, each once; those that are gone are left out.
func UsedMedia(ctx context.Context, from MediaKeeper, c news.Content) ([]news.Media, error) {
	var items []news.Media
	for _, id := range c.UsedMedia() {
		m, err := from.Media(ctx, id)
		if news.KindOf(err) == news.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		items = append(items, m)
	}
	return items, nil
}
