package media

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Names of files. A rendition's name holds a digest of the words inside it, so that items which share an original each have their own
// credit in theirs, and so that a file never changes under its name.

func originalKey(m news.Media) string {
	return m.Hash[:2] + "/" + m.Hash + "." + m.Type[strings.IndexByte(m.Type, '/')+1:]
}

func stem(m news.Media) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{m.Creator, m.Credit, m.Caption, m.Copyright}, "\x00")))
	return m.Hash[:2] + "/" + m.Hash + "-" + hex.EncodeToString(sum[:4])
}

func renditionKey(m news.Media, width int) string {
	return stem(m) + "-" + strconv.Itoa(width) + ".jpg"
}

func cropKey(m news.Media, c Crop) string {
	return fmt.Sprintf("%s-%s-%d-%d.jpg", stem(m), c.Name, m.Focal.X, m.Focal.Y)
}

func marksOf(m news.Media) marks { return marks{m.Creator, m.Credit, m.Caption, m.Copyright} }

func isHash(s string) bool {
	return len(s) == 2*sha256.Size && strings.Trim(s, "0123456789abcdef") == ""
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// widthsOf are the widths at which a picture has renditions.
func widthsOf(size news.PictureSize) []int {
	for i, w := range Widths {
		if w >= size.Width {
			return Widths[:i+1]
		}
	}
	return Widths
}

// oldWidths stood in the addresses of earlier versions; they go on working.
var oldWidths = map[int]int{800: 960, 1200: 1280}

// IsWidth tells whether a rendition can be asked for at a width.
func IsWidth(width int) bool { return slices.Contains(Widths, width) || oldWidths[width] != 0 }

// Open opens the rendition of a picture for one of the Widths, that of the picture's own size where it is narrower. While renditions
// are being made the nearest one that is there stands in. Any other width is NotFound, as is a picture without files.
func (l *Library) Open(ctx context.Context, m news.Media, width int) (File, error) {
	if !IsWidth(width) || !isHash(m.Hash) || m.Kind != news.MediaImage {
		return File{}, noBlob(nil)
	}
	width = cmp.Or(oldWidths[width], width)
	widths := widthsOf(m.PictureSize)
	width = min(width, widths[len(widths)-1])
	file, err := l.open(ctx, renditionKey(m, width), "image/jpeg")
	if news.KindOf(err) != news.NotFound {
		return file, err
	}
	there, err := l.blobs.Keys(ctx, stem(m)+"-")
	if err != nil {
		return File{}, err
	}
	for _, w := range nearest(widths, width) {
		if key := renditionKey(m, w); slices.Contains(there, key) {
			file, err := l.open(ctx, key, "image/jpeg")
			file.Exact = false
			return file, err
		}
	}
	return File{}, noBlob(nil)
}

// nearest sorts widths by how far they are from one: the larger ones first, since they can be shown smaller.
func nearest(widths []int, to int) []int {
	sorted := slices.Clone(widths)
	slices.SortFunc(sorted, func(a, b int) int {
		if (a >= to) != (b >= to) {
			if a >= to {
				return -1
			}
			return 1
		}
		return cmp.Compare(max(a-to, to-a), max(b-to, to-b))
	})
	return sorted
}

// OpenCrop opens a crop by its name; while it is being made a rendition stands in. A name that is none is NotFound.
func (l *Library) OpenCrop(ctx context.Context, m news.Media, name string) (File, error) {
	i := slices.IndexFunc(Crops, func(c Crop) bool { return c.Name == name })
	if i < 0 || !isHash(m.Hash) || m.Kind != news.MediaImage {
		return File{}, noBlob(nil)
	}
	file, err := l.open(ctx, cropKey(m, Crops[i]), "image/jpeg")
	if news.KindOf(err) == news.NotFound {
		file, err = l.Open(ctx, m, 1280)
		file.Exact = false
	}
	return file, err
}

// OpenOriginal opens what was kept of the upload: of sound and video the thing itself, of a picture the file for the newsroom.
func (l *Library) OpenOriginal(ctx context.Context, m news.Media) (File, error) {
	if !isHash(m.Hash) {
		return File{}, noBlob(nil)
	}
	return l.open(ctx, originalKey(m), m.Type)
}

func (l *Library) open(ctx context.Context, key, mime string) (File, error) {
	b, err := l.blobs.Open(ctx, key)
	if err != nil {
		return File{}, err
	}
	return File{b.ReadSeekCloser, b.ModTime, mime, strings.TrimSuffix(path.Base(key), path.Ext(key)), true}, nil
}

// Extension is how a file of a kept original is called, with its dot.
func Extension(m news.Media) string {
	kind := m.Type[strings.IndexByte(m.Type, '/')+1:]
	switch kind {
	case "jpeg":
		return ".jpg"
	case "mpeg":
		return ".mp3"
	}
	return "." + kind
}

// KeysOf are the files that an item has: what was kept of the upload and, of a picture whose renditions are made, those and its crops.
func KeysOf(m news.Media) []string {
	if !isHash(m.Hash) {
		return nil
	}
	keys := []string{originalKey(m)}
	if m.Kind != news.MediaImage || m.Renditions != news.RenditionsReady {
		return keys
	}
	for _, width := range widthsOf(m.PictureSize) {
		keys = append(keys, renditionKey(m, width))
	}
	for _, crop := range Crops {
		keys = append(keys, cropKey(m, crop))
	}
	return keys
}
