package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

const (
	renditionQuality = 82
	originalQuality  = 92
	// atOnce bounds how many pictures are in memory decoded; one of 50 megapixels takes up to 200 MB.
	atOnce = 2
	// staleAfter is the age at which a half-written file must be the remains of a killed process.
	staleAfter = 24 * time.Hour
)

// Library holds pictures in a folder. It may be used from many goroutines.
type Library struct {
	dir     string
	storage Storage
	slots   chan struct{}
}

// New opens the library in dir, which is made if it is not there.
func New(dir string, storage Storage) (*Library, error) {
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), 0o750); err != nil {
		return nil, fmt.Errorf("media: %w", err)
	}
	l := &Library{dir: dir, storage: storage, slots: make(chan struct{}, atOnce)}
	return l, l.sweep(time.Now())
}

// sweep removes what a killed process left half-written.
func (l *Library) sweep(now time.Time) error {
	entries, err := os.ReadDir(filepath.Join(l.dir, "tmp"))
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || now.Sub(info.ModTime()) < staleAfter {
			continue // gone meanwhile, or still being written
		}
		if err := os.Remove(filepath.Join(l.dir, "tmp", e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("media: %w", err)
		}
	}
	return nil
}

// Add takes a picture in: its renditions and its original without metadata are on the disk before the row is stored. The same
// picture added twice gets a row of its own, since caption and credit may differ, on the same files. Colour profiles are not
// applied; an animation gives its first picture.
//
// Errors are Forbidden for one who may not write, and Invalid at the field "picture" (not a JPEG, PNG, GIF or WebP; too large;
// broken) or "picture_credit" (missing), both joined when both are wrong.
func (l *Library) Add(ctx context.Context, actor news.Actor, up Upload) (news.Media, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return news.Media{}, err
	}
	m := news.Media{
		Caption:   persian.CleanLine(up.Caption),
		Credit:    persian.CleanLine(up.Credit),
		Alt:       persian.CleanLine(up.Alt),
		CreatedAt: time.Now(),
		CreatedBy: actor.User,
	}
	var noCredit error
	if m.Credit == "" {
		noCredit = news.FieldError("picture_credit", "error.picture_credit")
	}
	pic, err := read(up.Reader)
	if err != nil {
		return news.Media{}, errors.Join(err, noCredit)
	}
	if noCredit != nil {
		return news.Media{}, noCredit
	}
	m.Hash, m.Type, m.PictureSize = pic.hash, pic.originalType(), pic.upright()
	if !l.has(m) {
		if err := l.makeFiles(ctx, pic, m); err != nil {
			return news.Media{}, err
		}
	}
	if err := l.storage.AddMedia(ctx, actor, &m); err != nil {
		return news.Media{}, err
	}
	return m, nil
}

// Open opens the rendition of m of one of the Widths; any other width is NotFound, as is a picture whose file is not there.
func (l *Library) Open(m news.Media, width int) (File, error) {
	if !slices.Contains(Widths, width) || !isHash(m.Hash) {
		return File{}, news.Fail(news.NotFound, "error.not_found")
	}
	f, err := os.Open(l.rendition(m.Hash, width))
	if errors.Is(err, fs.ErrNotExist) {
		return File{}, &news.Error{Kind: news.NotFound, Key: "error.not_found", Err: err}
	}
	if err != nil {
		return File{}, fmt.Errorf("media: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return File{}, fmt.Errorf("media: %w", err)
	}
	return File{f, info.ModTime(), "image/jpeg"}, nil
}

// read takes the bytes of an upload and checks what their header says.
func read(r io.Reader) (picture, error) {
	if r == nil {
		return picture{}, news.FieldError("picture", "error.picture_type")
	}
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return picture{}, &news.Error{Kind: news.Invalid, Key: "error.picture_broken", Field: "picture", Err: err}
	}
	if len(data) > MaxBytes {
		return picture{}, tooLarge()
	}
	return inspect(data)
}

func tooLarge() error {
	return news.FieldError("picture", "error.picture_large", MaxBytes>>20, MaxPixels/1_000_000)
}

// has tells whether all files of m are there; they are made of the bytes that the hash names, so they need not be compared.
func (l *Library) has(m news.Media) bool {
	files := []string{l.original(m)}
	for _, w := range Widths {
		files = append(files, l.rendition(m.Hash, w))
	}
	for _, name := range files {
		if _, err := os.Stat(name); err != nil {
			return false
		}
	}
	return true
}

// makeFiles decodes the picture and writes all its files. It waits for its turn; ctx may end the waiting.
func (l *Library) makeFiles(ctx context.Context, pic picture, m news.Media) error {
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	img, err := pic.decode()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(l.dir, m.Hash[:2]), 0o750); err != nil {
		return fmt.Errorf("media: %w", err)
	}
	if err := l.write(l.original(m), func(w io.Writer) error { return encodeOriginal(w, turn(img, pic.orientation), m.Type) }); err != nil {
		return err
	}
	for i := len(Widths) - 1; i >= 0; i-- {
		size := pic.stored(renditionSize(m.PictureSize, Widths[i]))
		img = resize(img, size.Width, size.Height) // the next one is made of this one; the first lets go of the decoded picture
		paper := turnPaper(img.(*image.RGBA), pic.orientation)
		if err := l.write(l.rendition(m.Hash, Widths[i]), func(w io.Writer) error {
			return jpeg.Encode(w, paper, &jpeg.Options{Quality: renditionQuality})
		}); err != nil {
			return err
		}
	}
	return errors.Join(syncDir(filepath.Join(l.dir, m.Hash[:2])), syncDir(l.dir))
}

func encodeOriginal(w io.Writer, img image.Image, mime string) error {
	if mime == "image/png" {
		return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, img)
	}
	return jpeg.Encode(w, img, &jpeg.Options{Quality: originalQuality})
}

// write makes a file whole or not at all.
func (l *Library) write(name string, encode func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Join(l.dir, "tmp"), "picture-*")
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	defer os.Remove(f.Name()) // does nothing after the rename
	err = encode(f)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o640)
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	return nil
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("media: %w", err)
	}
	return nil
}

func (l *Library) rendition(hash string, width int) string {
	return filepath.Join(l.dir, hash[:2], hash+"-"+strconv.Itoa(width)+".jpg")
}

func (l *Library) original(m news.Media) string {
	return filepath.Join(l.dir, m.Hash[:2], m.Hash+"."+strings.TrimPrefix(m.Type, "image/"))
}

func isHash(s string) bool {
	return len(s) == 2*sha256.Size && strings.Trim(s, "0123456789abcdef") == ""
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
