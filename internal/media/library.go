package media

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

const (
	renditionQuality = 82
	// atOnce bounds how many pictures are in memory decoded.
	atOnce = 2
	// staleAfter is the age at which a half-written file must be the remains of a killed process, and an upload given up.
	staleAfter = 24 * time.Hour
	// maxWords bounds each text about an item, in characters.
	maxWords = 1000
)

// Options are what a library is made of.
type Options struct {
	Dir     string // for what is under way and, without Blobs, for all files; made if it is not there
	Storage Storage
	Blobs   Blobs        // nil: Dir
	MaxFile int64        // the largest sound or video, in bytes; 0: DefaultMaxFile
	Log     *slog.Logger // for work in the background; nil: slog.Default
}

// Library holds the newsroom's media. It may be used from many goroutines; Close ends its work in the background.
type Library struct {
	dir     string
	storage Storage
	blobs   Blobs
	maxFile int64
	log     *slog.Logger

	slots chan struct{} // one for each decoded picture
	jobs  jobs
	// files keeps the removal of files away from who is about to store a row that needs them.
	files sync.RWMutex
	parts parts
}

// New opens the library in a folder.
func New(dir string, storage Storage) (*Library, error) {
	return Build(Options{Dir: dir, Storage: storage})
}

// Build opens a library and sweeps what a killed process left half-done.
func Build(o Options) (*Library, error) {
	for _, folder := range []string{"tmp", "uploads"} {
		if err := os.MkdirAll(filepath.Join(o.Dir, folder), 0o750); err != nil {
			return nil, fmt.Errorf("media: %w", err)
		}
	}
	l := &Library{dir: o.Dir, storage: o.Storage, blobs: o.Blobs, maxFile: cmp.Or(o.MaxFile, DefaultMaxFile), log: cmp.Or(o.Log, slog.Default()),
		slots: make(chan struct{}, atOnce)}
	if l.blobs == nil {
		folder, err := newDisk(o.Dir)
		if err != nil {
			return nil, err
		}
		l.blobs = folder
	}
	l.jobs.init()
	l.parts.busy = map[string]bool{}
	return l, l.sweep(time.Now())
}

// Close ends the work in the background; what is left of it is done after the next start.
func (l *Library) Close() { l.jobs.close() }

// MaxFile is the largest file that is taken, in bytes.
func (l *Library) MaxFile() int64 { return max(l.maxFile, MaxBytes) }

// sweep removes what a killed process left half-written and uploads that nobody finished.
func (l *Library) sweep(now time.Time) error {
	for _, folder := range []string{"tmp", "uploads"} {
		entries, err := os.ReadDir(filepath.Join(l.dir, folder))
		if err != nil {
			return fmt.Errorf("media: %w", err)
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || now.Sub(info.ModTime()) < staleAfter {
				continue // gone meanwhile, or still being written
			}
			if err := os.Remove(filepath.Join(l.dir, folder, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("media: %w", err)
			}
		}
	}
	return nil
}

// Add takes a file in. Of a picture the original and the smallest rendition are durable before the row is stored, the other renditions
// follow in the background; sound and video are kept as they are, but for the boxes in which a camera wrote place and owner. The same
// file added twice gets a row of its own, since caption and credit may differ, on the same original.
//
// Errors are Forbidden for one who may not write, and Invalid at the field "picture" (none of the kinds that are taken; too large;
// broken) or "picture_credit" (missing), both joined when both are wrong.
func (l *Library) Add(ctx context.Context, actor news.Actor, up Upload) (news.Media, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return news.Media{}, err
	}
	m := news.Media{
		Caption:   persian.CleanLine(up.Caption),
		Credit:    persian.CleanLine(up.Credit),
		Alt:       persian.CleanLine(up.Alt),
		Name:      fileName(up.Name),
		Focal:     news.Middle(),
		CreatedAt: time.Now(),
		CreatedBy: actor.User,
	}
	if up.Reader == nil {
		up.Reader = strings.NewReader("")
	}
	source := bufio.NewReaderSize(up.Reader, sniffLength)
	head, _ := source.Peek(sniffLength) // what is wrong is seen again when it is read
	if kind, ok := sniffRecording(head); ok {
		return l.addRecording(ctx, actor, up, m, kind, source)
	}
	pic, err := read(source)
	if refusedPicture(head) {
		err = news.FieldError("picture", "error.picture_heif")
	}
	if err == nil {
		describe(&m, pic.marks)
	}
	if err := errors.Join(err, needCredit(up, m)); err != nil {
		return news.Media{}, err
	}
	m.Kind, m.Hash, m.Type, m.PictureSize = news.MediaImage, pic.hash, "image/"+pic.format.name, pic.upright()
	return l.addPicture(ctx, actor, up.Action, pic, m)
}

// fileName is what a file was called, for people: the last part of a path of any system, on one line.
func fileName(name string) string {
	name = persian.CleanLine(strings.ToValidUTF8(path.Base(strings.ReplaceAll(name, "\\", "/")), ""))
	if runes := []rune(name); len(runes) > 200 {
		name = string(runes[:200])
	}
	if name == "." || name == "/" {
		return ""
	}
	return name
}

func needCredit(up Upload, m news.Media) error {
	if m.Credit == "" && !up.CreditLater {
		return news.FieldError("picture_credit", "error.picture_credit")
	}
	return nil
}

// describe takes over what the file says where nobody said anything.
func describe(m *news.Media, from marks) {
	m.Creator, m.Copyright = from.Creator, from.Copyright
	m.Caption, m.Credit = cmp.Or(m.Caption, from.Caption), cmp.Or(m.Credit, from.creditLine())
}

func (l *Library) addPicture(ctx context.Context, actor news.Actor, action string, pic picture, m news.Media) (news.Media, error) {
	original := pic.original()
	m.Bytes = int64(len(original))
	l.files.RLock()
	defer l.files.RUnlock()
	job, err := l.begin(ctx, pic, m, original)
	if err != nil {
		return news.Media{}, err
	}
	if err := l.storage.AddMedia(ctx, actor, action, &m); err != nil {
		job.drop()
		return news.Media{}, err
	}
	job.goOn(m)
	return m, nil
}

// addRecording keeps sound or video: it lies on the disk whole before anything is done with it.
func (l *Library) addRecording(ctx context.Context, actor news.Actor, up Upload, m news.Media, kind recording, source io.Reader) (news.Media, error) {
	if err := needCredit(up, m); err != nil {
		return news.Media{}, err
	}
	f, err := os.CreateTemp(filepath.Join(l.dir, "tmp"), "recording-*")
	if err != nil {
		return news.Media{}, fmt.Errorf("media: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(source, l.maxFile+1))
	switch {
	case err != nil:
		return news.Media{}, broken(err)
	case size > l.maxFile:
		return news.Media{}, news.FieldError("picture", "error.recording_large", l.maxFile>>20)
	}
	if kind.mime == "video/mp4" {
		if err := forgetNotes(f, size); err != nil {
			return news.Media{}, err
		}
	}
	m.Kind, m.Type, m.Hash, m.Bytes, m.Renditions = kind.kind, kind.mime, hex.EncodeToString(sum.Sum(nil)), size, news.RenditionsReady
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return news.Media{}, fmt.Errorf("media: %w", err)
	}
	l.files.RLock()
	defer l.files.RUnlock()
	if err := l.blobs.Put(ctx, originalKey(m), m.Type, f, size); err != nil {
		return news.Media{}, err
	}
	return m, l.storage.AddMedia(ctx, actor, up.Action, &m)
}

// forgetNotes blanks the boxes of an MP4 that say who, where and with what: they become free space, so that nothing moves.
func forgetNotes(f *os.File, size int64) error {
	read := func(at int64, n int) []byte {
		buf := make([]byte, n)
		n, _ = f.ReadAt(buf, at)
		return buf[:n]
	}
	for _, note := range mp4Notes(read, size) {
		if _, err := f.WriteAt([]byte("free"), note.from+4); err != nil {
			return fmt.Errorf("media: %w", err)
		}
		zeros := make([]byte, 64<<10)
		for at := note.from + 8; at < note.to; at += int64(len(zeros)) {
			if _, err := f.WriteAt(zeros[:min(int64(len(zeros)), note.to-at)], at); err != nil {
				return fmt.Errorf("media: %w", err)
			}
		}
	}
	return nil
}

// read takes the bytes of a picture and checks what their header says.
func read(r io.Reader) (picture, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return picture{}, broken(err)
	}
	if len(data) > MaxBytes {
		return picture{}, tooLarge()
	}
	return inspect(data)
}

func tooLarge() error {
	return news.FieldError("picture", "error.picture_large", MaxBytes>>20, MaxPixels/1_000_000)
}

// Edit is what somebody says of an item anew.
type Edit struct {
	ID        news.MediaID
	Base      int // news.Media.Edits of the form
	Caption   string
	Credit    string
	Alt       string
	Creator   string
	Copyright string
	Focal     news.Focal
}

// Edit changes the words and the focal point of an item. New words are written into all its renditions before anybody sees them; a new
// focal point has its crop made in the background. Errors: Forbidden, NotFound, Conflict when it was edited meanwhile, Invalid at
// "focal_x", or at "caption", "credit", "alt", "creator", "copyright" for a text that is too long.
func (l *Library) Edit(ctx context.Context, actor news.Actor, e Edit) (news.Media, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return news.Media{}, err
	}
	old, err := l.storage.Media(ctx, e.ID)
	if err != nil {
		return news.Media{}, err
	}
	m := old
	m.Edits, m.Focal = e.Base, e.Focal
	var wrong []error
	for _, field := range []struct {
		name string
		to   *string
		text string
	}{{"caption", &m.Caption, e.Caption}, {"credit", &m.Credit, e.Credit}, {"alt", &m.Alt, e.Alt}, {"creator", &m.Creator, e.Creator}, {"copyright", &m.Copyright, e.Copyright}} {
		*field.to = persian.CleanLine(field.text)
		if n := utf8.RuneCountInString(*field.to); n > maxWords {
			wrong = append(wrong, news.FieldError(field.name, "error.too_long", maxWords, n))
		}
	}
	if !e.Focal.Valid() {
		wrong = append(wrong, news.FieldError("focal_x", "error.focal"))
	}
	if err := errors.Join(wrong...); err != nil {
		return news.Media{}, err
	}
	if m.Edits != old.Edits {
		return news.Media{}, news.Fail(news.Conflict, "error.media_edited")
	}
	if m.Kind == news.MediaImage && m.Renditions != news.RenditionsFailed && (stem(m) != stem(old) || m.Focal != old.Focal) {
		m.Renditions = news.RenditionsPending
	}
	if err := l.storeEdit(ctx, actor, old, &m); err != nil {
		return news.Media{}, err
	}
	if err := l.tidy(ctx, m.Hash); err != nil {
		l.log.ErrorContext(ctx, "media: files that nobody needs stay", "media", int64(m.ID), "error", err)
	}
	l.jobs.wake()
	return m, nil
}

func (l *Library) storeEdit(ctx context.Context, actor news.Actor, old news.Media, m *news.Media) error {
	l.files.RLock()
	defer l.files.RUnlock()
	if stem(*m) != stem(old) {
		if err := l.restamp(ctx, old, *m); err != nil {
			return err
		}
	}
	return l.storage.EditMedia(ctx, actor, m)
}

// restamp copies the renditions that are there with the new words in them; the pixels stay the same bytes.
func (l *Library) restamp(ctx context.Context, old, m news.Media) error {
	keys, err := l.blobs.Keys(ctx, stem(old)+"-")
	if err != nil {
		return err
	}
	for _, key := range keys {
		data, err := l.load(ctx, key)
		if err != nil {
			return err
		}
		if err := l.putJPEG(ctx, stem(m)+strings.TrimPrefix(key, stem(old)), stampJPEG(data, marksOf(m), 1)); err != nil {
			return err
		}
	}
	return nil
}

// load reads a whole file of a picture.
func (l *Library) load(ctx context.Context, key string) ([]byte, error) {
	b, err := l.blobs.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	data, err := io.ReadAll(io.LimitReader(b, MaxBytes+1<<20))
	if err != nil {
		return nil, fmt.Errorf("media: %w", err)
	}
	return data, nil
}

func (l *Library) putJPEG(ctx context.Context, key string, data []byte) error {
	return l.blobs.Put(ctx, key, "image/jpeg", bytes.NewReader(data), int64(len(data)))
}

// Delete removes an item and the files that no other item shares. It may be done by who publishes, and by who added the item. Conflict
// "error.media_in_use" while any version of an article uses it.
func (l *Library) Delete(ctx context.Context, actor news.Actor, id news.MediaID) error {
	m, err := l.storage.Media(ctx, id)
	if err != nil {
		return err
	}
	if !MayDelete(actor, m) {
		return news.Fail(news.Forbidden, "error.forbidden")
	}
	if _, err := l.storage.DeleteMedia(ctx, actor, id); err != nil {
		return err
	}
	if err := l.tidy(ctx, m.Hash); err != nil {
		l.log.ErrorContext(ctx, "media: files of a deleted item stay", "media", int64(id), "error", err)
	}
	return nil
}

// MayDelete tells who may delete an item.
func MayDelete(actor news.Actor, m news.Media) bool {
	return actor.May(news.RightPublish) || actor.May(news.RightWrite) && actor.User != 0 && actor.User == m.CreatedBy
}

// tidy removes the files of a hash that no row needs: all when none is left, else renditions with words or crops that nobody has any more.
func (l *Library) tidy(ctx context.Context, hash string) error {
	l.files.Lock()
	defer l.files.Unlock()
	rows, err := l.storage.MediaOfHash(ctx, hash)
	if err != nil {
		return err
	}
	needed := map[string]bool{}
	for _, m := range rows {
		needed[originalKey(m)], needed[shareKey(m)] = true, true
		for _, w := range Widths {
			needed[renditionKey(m, w)] = true
		}
	}
	keys, err := l.blobs.Keys(ctx, hash[:2]+"/"+hash)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if !needed[key] {
			err = errors.Join(err, l.blobs.Delete(ctx, key))
		}
	}
	return err
}

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

func shareKey(m news.Media) string {
	return fmt.Sprintf("%s-share-%d-%d.jpg", stem(m), m.Focal.X, m.Focal.Y)
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

// OpenShare opens the crop that feeds and other sites show; while it is being made a rendition stands in.
func (l *Library) OpenShare(ctx context.Context, m news.Media) (File, error) {
	if !isHash(m.Hash) || m.Kind != news.MediaImage {
		return File{}, noBlob(nil)
	}
	file, err := l.open(ctx, shareKey(m), "image/jpeg")
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
