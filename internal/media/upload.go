package media

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// A large file over a line that breaks comes in parts: Begin gives a number, Append takes bytes at an offset and may break off at
// any byte, UploadState tells how far it is, Finish takes the whole in as Add does. The parts lie in the library's folder; who began an
// upload alone may go on with it, and after a day without a byte it is swept.

// maxOpen bounds the uploads that one person may have under way.
const maxOpen = 500

// parts keeps two requests from writing one upload.
type parts struct {
	mu   sync.Mutex
	busy map[string]bool
}

// Progress is how far an upload is.
type Progress struct {
	ID     string
	Name   string
	Size   int64 // of the whole file
	Offset int64 // bytes that are here
}

// begun is what the disk keeps of an upload beside its bytes.
type begun struct {
	Name  string       `json:"name"`
	Size  int64        `json:"size"`
	User  news.UserID  `json:"user"`
	Media news.MediaID `json:"media,omitempty"` // once it is finished
}

// uploadGone answers for an upload that is unknown, swept or somebody else's.
func uploadGone() error { return news.Fail(news.NotFound, "error.upload_gone") }

func (l *Library) partPath(id, ending string) string {
	return filepath.Join(l.dir, "uploads", id+ending)
}

// Begin starts an upload of size bytes. Errors: Forbidden; Invalid at "picture" for a size that is not taken; TooMany.
func (l *Library) Begin(actor news.Actor, name string, size int64) (Progress, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return Progress{}, err
	}
	if size <= 0 {
		return Progress{}, news.FieldError("picture", "error.picture_type")
	}
	if size > l.MaxFile() {
		return Progress{}, news.FieldError("picture", "error.recording_large", l.MaxFile()>>20)
	}
	if open, err := l.openUploads(actor.User); err != nil || open >= maxOpen {
		return Progress{}, errors.Join(err, news.Fail(news.TooMany, "error.uploads_open"))
	}
	p := Progress{ID: strings.ToLower(rand.Text()), Name: fileName(name), Size: size}
	if err := os.WriteFile(l.partPath(p.ID, ".part"), nil, 0o640); err != nil {
		return Progress{}, fmt.Errorf("media: %w", err)
	}
	return p, l.writeBegun(p.ID, begun{Name: p.Name, Size: size, User: actor.User})
}

func (l *Library) writeBegun(id string, b begun) error {
	text, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	if err := os.WriteFile(l.partPath(id, ".json"), text, 0o640); err != nil {
		return fmt.Errorf("media: %w", err)
	}
	return nil
}

func (l *Library) openUploads(user news.UserID) (int, error) {
	found, err := filepath.Glob(l.partPath("*", ".part"))
	if err != nil {
		return 0, fmt.Errorf("media: %w", err)
	}
	open := 0
	for _, name := range found {
		b, err := readBegun(strings.TrimSuffix(name, ".part") + ".json")
		if err == nil && b.User == user {
			open++
		}
	}
	return open, nil
}

func readBegun(name string) (begun, error) {
	var b begun
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return b, uploadGone()
	}
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	if err != nil {
		return b, fmt.Errorf("media: %w", err)
	}
	return b, nil
}

// upload finds an upload of the actor's.
func (l *Library) upload(actor news.Actor, id string) (begun, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return begun{}, err
	}
	if len(id) != 26 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return begun{}, uploadGone()
	}
	b, err := readBegun(l.partPath(id, ".json"))
	if err == nil && b.User != actor.User {
		err = uploadGone()
	}
	return b, err
}

// UploadState tells how far an upload is; NotFound when it is unknown or somebody else's.
func (l *Library) UploadState(actor news.Actor, id string) (Progress, error) {
	b, err := l.upload(actor, id)
	if err != nil {
		return Progress{}, err
	}
	p := Progress{ID: id, Name: b.Name, Size: b.Size, Offset: b.Size}
	if b.Media != 0 {
		return p, nil
	}
	info, err := os.Stat(l.partPath(id, ".part"))
	if errors.Is(err, fs.ErrNotExist) {
		return Progress{}, uploadGone()
	}
	if err != nil {
		return Progress{}, fmt.Errorf("media: %w", err)
	}
	p.Offset = info.Size()
	return p, nil
}

// hold keeps others off an upload.
func (l *Library) hold(id string) (leave func(), err error) {
	l.parts.mu.Lock()
	defer l.parts.mu.Unlock()
	if l.parts.busy[id] {
		return nil, news.Fail(news.Conflict, "error.upload_busy")
	}
	l.parts.busy[id] = true
	return func() {
		l.parts.mu.Lock()
		defer l.parts.mu.Unlock()
		delete(l.parts.busy, id)
	}, nil
}

// Append takes bytes from an offset on, which must be where the upload is; Conflict otherwise. When the sender breaks off, what came is
// kept and the error tells.
func (l *Library) Append(actor news.Actor, id string, offset int64, r io.Reader) (Progress, error) {
	leave, err := l.hold(id)
	if err != nil {
		return Progress{}, err
	}
	defer leave()
	p, err := l.UploadState(actor, id)
	if err != nil {
		return p, err
	}
	if p.Offset != offset {
		return p, news.Fail(news.Conflict, "error.upload_offset")
	}
	f, err := os.OpenFile(l.partPath(id, ".part"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return p, fmt.Errorf("media: %w", err)
	}
	defer f.Close()
	n, err := io.Copy(f, io.LimitReader(r, p.Size-p.Offset))
	p.Offset += n
	if err != nil {
		return p, &news.Error{Kind: news.Invalid, Key: "error.upload_cut", Err: err}
	}
	return p, nil
}

// Finish takes a complete upload into the library; Conflict while bytes are missing. Finishing again gives the same item. up needs no
// reader, name and action.
func (l *Library) Finish(ctx context.Context, actor news.Actor, id string, up Upload) (news.Media, error) {
	leave, err := l.hold(id)
	if err != nil {
		return news.Media{}, err
	}
	defer leave()
	b, err := l.upload(actor, id)
	if err != nil {
		return news.Media{}, err
	}
	if b.Media != 0 {
		return l.storage.Media(ctx, b.Media)
	}
	f, err := os.Open(l.partPath(id, ".part"))
	if err != nil {
		return news.Media{}, errors.Join(uploadGone(), err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() != b.Size {
		return news.Media{}, errors.Join(news.Fail(news.Conflict, "error.upload_offset"), err)
	}
	up.Action, up.Reader, up.Name = "upload."+id, f, b.Name
	m, err := l.Add(ctx, actor, up)
	if err != nil {
		return news.Media{}, err
	}
	b.Media = m.ID
	return m, errors.Join(l.writeBegun(id, b), os.Remove(l.partPath(id, ".part")))
}

// Abandon gives an upload up.
func (l *Library) Abandon(actor news.Actor, id string) error {
	leave, err := l.hold(id)
	if err != nil {
		return err
	}
	defer leave()
	if _, err := l.upload(actor, id); err != nil {
		return err
	}
	for _, ending := range []string{".part", ".json"} {
		if err := os.Remove(l.partPath(id, ending)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("media: %w", err)
		}
	}
	return nil
}
