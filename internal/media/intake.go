package media

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Add takes a file in. Of a picture the original and the smallest rendition are durable before the row is stored, the other renditions
// follow in the background; sound and video are kept as they are, but for the notes in which a camera wrote place and owner. The same
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
	release, err := l.holdFiles(ctx, m.Hash)
	if err != nil {
		return news.Media{}, err
	}
	defer release()
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
	look := peekAt(f)
	m.Duration = durationOf(kind.mime, look, size)
	if err := forget(f, notesOf(kind.mime, look, size)); err != nil {
		return news.Media{}, err
	}
	m.Kind, m.Type, m.Hash, m.Bytes, m.Renditions = kind.kind, kind.mime, hex.EncodeToString(sum.Sum(nil)), size, news.RenditionsReady
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return news.Media{}, fmt.Errorf("media: %w", err)
	}
	release, err := l.holdFiles(ctx, m.Hash)
	if err != nil {
		return news.Media{}, err
	}
	defer release()
	if err := l.blobs.Put(ctx, originalKey(m), m.Type, f, size); err != nil {
		return news.Media{}, err
	}
	return m, l.storage.AddMedia(ctx, actor, up.Action, &m)
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
