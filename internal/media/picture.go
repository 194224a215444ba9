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
	data        []byte
	format      format
	hash        string
	size        news.PictureSize // as stored in the file, before turning
	orientation int              // EXIF, 1 to 8
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
	if cfg.Width > MaxSide || cfg.Height > MaxSide || cfg.Width*cfg.Height > MaxPixels {
		return picture{}, tooLarge()
	}
	pic := picture{data: data, format: f, hash: hashOf(data), size: news.PictureSize{Width: cfg.Width, Height: cfg.Height}, orientation: 1}
	if f.name == "jpeg" {
		pic.orientation = orientation(data)
	}
	return pic, nil
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
func (p picture) upright() news.PictureSize {
	if swaps(p.orientation) {
		return news.PictureSize{Width: p.size.Height, Height: p.size.Width}
	}
	return p.size
}

// originalType is the MIME type in which the original is kept: photographs as JPEG, what was without loss as PNG.
func (p picture) originalType() string {
	if p.format.name == "png" || p.format.name == "gif" {
		return "image/png"
	}
	return "image/jpeg"
}

// shrinkFactor is by how much the picture may be shrunk in whole steps while it stays a third larger than the largest rendition.
func (p picture) shrinkFactor() int {
	return max(1, p.upright().Width/(Widths[len(Widths)-1]*4/3))
}

// shrink averages blocks of n by n pixels on white paper. Scaling a large photograph with CatmullRom at once would take a
// third of a gigabyte; after this it takes a few dozen megabytes. Rows and columns that do not fill a block are left out.
func shrink(img image.Image, n int) *image.RGBA {
	b := img.Bounds()
	if b.Dx() < n || b.Dy() < n {
		n = 1
	}
	w, h := b.Dx()/n, b.Dy()/n
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if n == 1 {
		layOnPaper(out, img, b.Min)
		return out
	}
	strip := image.NewRGBA(image.Rect(0, 0, w*n, n))
	for y := range h {
		layOnPaper(strip, img, image.Pt(b.Min.X, b.Min.Y+y*n))
		row := out.Pix[y*out.Stride : y*out.Stride+4*w]
		for x := range w {
			var sum [3]int
			for dy := range n {
				block := strip.Pix[dy*strip.Stride+4*x*n:][:4*n]
				for i := 0; i < len(block); i += 4 {
					sum[0] += int(block[i])
					sum[1] += int(block[i+1])
					sum[2] += int(block[i+2])
				}
			}
			for i, s := range sum {
				row[4*x+i] = uint8((s + n*n/2) / (n * n))
			}
			row[4*x+3] = 0xff
		}
	}
	return out
}

// layOnPaper fills dst with img from the point at on white, so that what is transparent shows the paper.
func layOnPaper(dst *image.RGBA, img image.Image, at image.Point) {
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(dst, dst.Bounds(), img, at, draw.Over)
}

// scale brings a picture down to a width; a narrower one is returned as it is.
func scale(img *image.RGBA, width int) *image.RGBA {
	b := img.Bounds()
	if b.Dx() <= width {
		return img
	}
	height := max(1, (b.Dy()*width+b.Dx()/2)/b.Dx())
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(out, out.Bounds(), img, b, draw.Src, nil)
	return out
}
