package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

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
	release, err := l.holdFiles(ctx, m.Hash)
	if err != nil {
		return err
	}
	defer release()
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
	if err := actor.Require(news.RightWrite); err != nil {
		return err
	}
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
	release, err := l.clearFiles(ctx, hash)
	if err != nil {
		return err
	}
	defer release()
	rows, err := l.storage.MediaOfHash(ctx, hash)
	if err != nil {
		return err
	}
	needed := map[string]bool{}
	for _, m := range rows {
		needed[originalKey(m)] = true
		for _, crop := range Crops {
			needed[cropKey(m, crop)] = true
		}
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
