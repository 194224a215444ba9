package media

import (
	"image"
	"image/color"
)

// swaps tells whether an orientation makes width height.
func swaps(orientation int) bool { return orientation >= 5 }

// source tells which pixel of a picture of w by h stands at x, y of the upright one.
func source(orientation, w, h, x, y int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}

// turned shows a picture upright without a copy of it.
type turned struct {
	image.Image
	orientation int
}

// turn gives the picture upright.
func turn(img image.Image, orientation int) image.Image {
	if orientation == 1 {
		return img
	}
	return turned{img, orientation}
}

// Bounds has the upright picture begin at 0, 0.
func (t turned) Bounds() image.Rectangle {
	b := t.Image.Bounds()
	if swaps(t.orientation) {
		return image.Rect(0, 0, b.Dy(), b.Dx())
	}
	return image.Rect(0, 0, b.Dx(), b.Dy())
}

// At gives the colour at a point of the upright picture.
func (t turned) At(x, y int) color.Color {
	b := t.Image.Bounds()
	x, y = source(t.orientation, b.Dx(), b.Dy(), x, y)
	return t.Image.At(b.Min.X+x, b.Min.Y+y)
}

// turnPaper is turn for a picture that is drawn on, as a copy.
func turnPaper(img *image.RGBA, orientation int) *image.RGBA {
	if orientation == 1 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewRGBA(turned{img, orientation}.Bounds())
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sx, sy := source(orientation, w, h, x, y)
			copy(out.Pix[y*out.Stride+4*x:][:4], img.Pix[sy*img.Stride+4*sx:][:4])
		}
	}
	return out
}
