package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
)

// orientation reads the EXIF orientation (tag 0x0112 of the first directory, EXIF 2.32 §4.6.4) of a JPEG: 1 to 8, and 1
// where there is none or it cannot be read. Nothing else of the metadata is looked at.
func orientation(data []byte) int {
	for i := 2; i+4 <= len(data) && data[i] == 0xff; {
		marker := data[i+1]
		if marker == 0xff { // a fill byte before the marker
			i++
			continue
		}
		if marker == 0xda || marker == 0xd9 { // the pixels begin, or the file ends
			return 1
		}
		length := int(binary.BigEndian.Uint16(data[i+2:]))
		if length < 2 || i+2+length > len(data) {
			return 1
		}
		segment := data[i+4 : i+2+length]
		if tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return tiffOrientation(tiff)
		}
		i += 2 + length
	}
	return 1
}

// tiffOrientation finds the tag in the first directory of a TIFF structure.
func tiffOrientation(tiff []byte) int {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return 1
	}
	if len(tiff) < 8 {
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for n := order.Uint16(tiff[at:]); n > 0 && len(entries) >= 12; n, entries = n-1, entries[12:] {
		const short = 3
		if order.Uint16(entries) != 0x0112 || order.Uint16(entries[2:]) != short {
			continue
		}
		if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
			return o
		}
		return 1
	}
	return 1
}

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
