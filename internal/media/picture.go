package media

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// format is a kind of picture file that is taken.
type format struct {
	name   string
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// sniff knows a format by its first bytes; names and content types are what senders say, not what files are.
func sniff(data []byte) (format, bool) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return format{"jpeg", jpeg.DecodeConfig, jpeg.Decode}, true
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return format{"png", png.DecodeConfig, png.Decode}, true
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		return format{"gif", gif.DecodeConfig, gif.Decode}, true
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return format{"webp", webp.DecodeConfig, webp.Decode}, true
	}
	return format{}, false
}

// picture is an upload whose header was read.
type picture struct {
	data   []byte
	format format
	hash   string
	size   news.PictureSize // as stored in the file, before turning
	metadata
}

// inspect reads the header of a file, so that what is too large is refused before memory is spent on it.
func inspect(data []byte) (picture, error) {
	f, ok := sniff(data)
	if !ok {
		return picture{}, news.FieldError("picture", "error.picture_type")
	}
	var cfg image.Config
	err := guarded(func() (err error) {
		cfg, err = f.config(bytes.NewReader(data))
		return err
	})
	if err != nil {
		return picture{}, broken(err)
	}
	if cfg.Width <= 0 || cfg.Height <= 0 {
		return picture{}, broken(fmt.Errorf("%d×%d pixels", cfg.Width, cfg.Height))
	}
	if cfg.Width > MaxSide || cfg.Height > MaxSide || cfg.Width*cfg.Height > MaxPixels || cfg.Width*cfg.Height*pixelBytes(cfg.ColorModel) > maxDecoded {
		return picture{}, tooLarge()
	}
	return picture{data: data, format: f, hash: hashOf(data), size: news.PictureSize{Width: cfg.Width, Height: cfg.Height}, metadata: readMetadata(f.name, data)}, nil
}

// pixelBytes is what a pixel takes in memory once it is decoded, at the most.
func pixelBytes(model color.Model) int {
	switch model {
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.YCbCrModel:
		return 3
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	}
	if _, isPaletted := model.(color.Palette); isPaletted {
		return 1
	}
	return 4
}

func broken(err error) error {
	return &news.Error{Kind: news.Invalid, Key: "error.picture_broken", Field: "picture", Err: err}
}

// guarded turns a panic of a decoder into an error: they read what strangers wrote, and not all of them are as well tried as
// those of the standard library.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decoder: %v", p)
		}
	}()
	return f()
}

// decode reads the pixels. A file that holds more than it promised is broken; one that holds less (the first picture of a GIF may
// cover a part of it) is put where it belongs.
func (p picture) decode() (image.Image, error) {
	var img image.Image
	err := guarded(func() (err error) {
		img, err = p.format.decode(bytes.NewReader(p.data))
		return err
	})
	if err != nil {
		return nil, broken(err)
	}
	b := img.Bounds()
	if b.Empty() || b.Dx() > p.size.Width || b.Dy() > p.size.Height {
		return nil, broken(fmt.Errorf("%v pixels where %v were promised", b, p.size))
	}
	if whole := image.Rect(0, 0, p.size.Width, p.size.Height); b != whole {
		canvas := image.NewNRGBA(whole)
		draw.Draw(canvas, b, img, b.Min, draw.Src)
		return canvas, nil
	}
	return img, nil
}

// upright is the size of the picture as people see it.
func (p picture) upright() news.PictureSize { return p.stored(p.size) }

// stored turns a size as people see it into the size as it lies in the file, and back.
func (p picture) stored(s news.PictureSize) news.PictureSize {
	if swaps(p.orientation) {
		return news.PictureSize{Width: s.Height, Height: s.Width}
	}
	return s
}

// original is the file as it is kept: the same pixels, byte for byte, with nothing written about them but how to turn them and who
// made them. A GIF has no place for more than a comment and is kept as it is.
func (p picture) original() []byte {
	switch p.format.name {
	case "jpeg":
		return stampJPEG(p.data, p.marks, p.orientation)
	case "png":
		return restampPNG(p.data, writeEXIF(p.marks, p.orientation))
	case "webp":
		return restampWebP(p.data, writeEXIF(p.marks, p.orientation))
	}
	return p.data
}

// renditionSize is the size of the rendition for a width: never larger than the picture.
func renditionSize(whole news.PictureSize, width int) news.PictureSize {
	if whole.Width <= width {
		return whole
	}
	return news.PictureSize{Width: width, Height: max(1, (whole.Height*width+whole.Width/2)/whole.Width)}
}

// stripPixels bounds the pieces in which a picture is scaled. The scaler needs 32 bytes for each pixel that is scaled in one
// direction only; for a whole photograph, or for an infographic of 1,200 by 18,000 pixels, that would be hundreds of megabytes.
const stripPixels = 500_000

// resize scales a picture with CatmullRom onto white paper. It first narrows it, in strips of rows, then shortens it, in strips
// of columns: rows do not know of one another when only the width changes, so the strips leave no seams.
func resize(img image.Image, w, h int) *image.RGBA {
	b := img.Bounds()
	narrow := image.NewRGBA(image.Rect(0, 0, w, b.Dy()))
	step := max(1, stripPixels/b.Dx())
	strip := image.NewRGBA(image.Rect(0, 0, b.Dx(), min(step, b.Dy())))
	for y := 0; y < b.Dy(); y += step {
		from := image.Rect(0, 0, b.Dx(), min(step, b.Dy()-y))
		layOnPaper(strip, img, b.Min.Add(image.Pt(0, y)))
		draw.CatmullRom.Scale(narrow, image.Rect(0, y, w, y+from.Dy()), strip, from, draw.Src, nil)
	}
	if h == b.Dy() {
		return narrow
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	step = max(1, stripPixels/b.Dy())
	for x := 0; x < w; x += step {
		end := min(x+step, w)
		draw.CatmullRom.Scale(out, image.Rect(x, 0, end, h), narrow, image.Rect(x, 0, end, b.Dy()), draw.Src, nil)
	}
	return out
}

// layOnPaper fills dst with img from the point at on white, so that what is transparent shows the paper.
func layOnPaper(dst *image.RGBA, img image.Image, at image.Point) {
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(dst, dst.Bounds(), img, at, draw.Over)
}
