package media

import (
	"image"
	"image/color"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// scale makes a picture smaller, onto white paper. Most of a large picture goes by averaging whole blocks of pixels, which is quick; a
// good filter does the rest.
func scale(img image.Image, size news.PictureSize) *image.RGBA {
	b := img.Bounds()
	// The filter keeps at least half as much again as it gives, so that averaging does not show.
	if k := min(b.Dx()*2/(size.Width*3), b.Dy()*2/(size.Height*3)); k >= 2 {
		img = shrink(img, k)
	}
	return resize(img, size.Width, size.Height)
}

// shrink averages blocks of k by k pixels; at the right and the lower edge what does not fill a block is left out.
func shrink(img image.Image, k int) *image.RGBA {
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, max(1, b.Dx()/k), max(1, b.Dy()/k)))
	if photo, ok := img.(*image.YCbCr); ok && b.Min == (image.Point{}) {
		shrinkPhoto(out, photo, k)
		return out
	}
	w, h := min(k, b.Dx()), min(k, b.Dy())
	rows := image.NewRGBA(image.Rect(0, 0, b.Dx(), h))
	for y := range out.Rect.Dy() {
		layOnPaper(rows, img, b.Min.Add(image.Pt(0, y*k)))
		line := out.Pix[y*out.Stride:]
		for x := range out.Rect.Dx() {
			red, green, blue := 0, 0, 0
			for dy := range h {
				for p := rows.Pix[rows.PixOffset(x*k, dy):][:4*w]; len(p) > 0; p = p[4:] {
					red, green, blue = red+int(p[0]), green+int(p[1]), blue+int(p[2])
				}
			}
			put(line[4*x:], average(red, w*h), average(green, w*h), average(blue, w*h))
		}
	}
	return out
}

// shrinkPhoto is shrink for what a JPEG decodes to: brightness in full, colour often at half the width and height.
func shrinkPhoto(out *image.RGBA, img *image.YCbCr, k int) {
	across, down := chromaSteps(img.SubsampleRatio)
	for y := range out.Rect.Dy() {
		line := out.Pix[y*out.Stride:]
		firstC, lastC := y*k/down, (y*k+k-1)/down
		for x := range out.Rect.Dx() {
			light := 0
			for dy := y * k; dy < y*k+k; dy++ {
				at := dy*img.YStride + x*k
				for _, v := range img.Y[at : at+k] {
					light += int(v)
				}
			}
			cb, cr, n := 0, 0, 0
			left, right := x*k/across, (x*k+k-1)/across
			for dy := firstC; dy <= lastC; dy++ {
				at := dy * img.CStride
				for i, v := range img.Cb[at+left : at+right+1] {
					cb, cr = cb+int(v), cr+int(img.Cr[at+left+i])
				}
				n += right - left + 1
			}
			red, green, blue := color.YCbCrToRGB(average(light, k*k), average(cb, n), average(cr, n))
			put(line[4*x:], red, green, blue)
		}
	}
}

// chromaSteps is how many pixels share a colour, across and down.
func chromaSteps(ratio image.YCbCrSubsampleRatio) (across, down int) {
	switch ratio {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

func average(sum, n int) uint8 { return uint8((sum + n/2) / n) }

func put(pixel []uint8, red, green, blue uint8) {
	pixel[0], pixel[1], pixel[2], pixel[3] = red, green, blue, 0xff
}

// cropRect is the largest part of a picture of the given size in the form of w to h whose middle is as near to the focal point as the
// edges allow.
func cropRect(size news.PictureSize, focal news.Focal, w, h int) image.Rectangle {
	cw, ch := size.Width, size.Width*h/w
	if ch > size.Height {
		cw, ch = size.Height*w/h, size.Height
	}
	cw, ch = max(1, cw), max(1, ch)
	x := min(max(0, size.Width*focal.X/100-cw/2), size.Width-cw)
	y := min(max(0, size.Height*focal.Y/100-ch/2), size.Height-ch)
	return image.Rect(x, y, x+cw, y+ch)
}

// crop is the picture in a shape, around its focal point.
func crop(img *image.RGBA, focal news.Focal, c Crop) *image.RGBA {
	b := img.Bounds()
	part := cropRect(news.PictureSize{Width: b.Dx(), Height: b.Dy()}, focal, c.Width, c.Height)
	size := news.PictureSize{Width: part.Dx(), Height: part.Dy()}
	if size.Width > c.Width {
		size = news.PictureSize{Width: c.Width, Height: max(1, min(c.Height, size.Height*c.Width/size.Width))}
	}
	return scale(img.SubImage(part.Add(b.Min)), size)
}
