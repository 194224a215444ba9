package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Blob is a stored file, open for reading.
type Blob struct {
	io.ReadSeekCloser
	ModTime time.Time
}

// Blobs keeps files by key. Keys are relative paths with slashes, of a fixed alphabet, made by this package only.
type Blobs interface {
	// Put stores size bytes whole or not at all; they are durable when it returns.
	Put(ctx context.Context, key, mime string, r io.Reader, size int64) error
	// Open finds a file; NotFound when there is none.
	Open(ctx context.Context, key string) (Blob, error)
	// Keys lists the keys that begin with a prefix.
	Keys(ctx context.Context, prefix string) ([]string, error)
	// Delete removes a file; none is no error.
	Delete(ctx context.Context, key string) error
}

func noBlob(err error) error {
	return &news.Error{Kind: news.NotFound, Key: "error.not_found", Err: err}
}

// AllKeys lists every key that this package makes.
func AllKeys(ctx context.Context, b Blobs) ([]string, error) {
	var all []string
	for i := range 256 {
		keys, err := b.Keys(ctx, fmt.Sprintf("%02x/", i))
		if err != nil {
			return nil, err
		}
		all = append(all, keys...)
	}
	return all, nil
}

// disk keeps files in a folder.
type disk struct {
	dir  string
	mode fs.FileMode // of its files
}

// OpenFolder keeps files in a folder, which is made if it is not there. Its owner's group may read them, others may not.
func OpenFolder(dir string) (Blobs, error) { return newDisk(dir, 0o640) }

// OpenPrivateFolder is OpenFolder for what only the owner may read.
func OpenPrivateFolder(dir string) (Blobs, error) { return newDisk(dir, 0o600) }

func newDisk(dir string, mode fs.FileMode) (disk, error) {
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), folderMode(mode)); err != nil {
		return disk{}, fmt.Errorf("media: %w", err)
	}
	return disk{dir, mode}, nil
}

// folderMode lets everybody into a folder who may read its files.
func folderMode(files fs.FileMode) fs.FileMode { return files | files>>2&0o111 }

func (d disk) path(key string) string { return filepath.Join(d.dir, filepath.FromSlash(key)) }

// Put writes beside and renames, and makes the name durable too.
func (d disk) Put(_ context.Context, key, _ string, r io.Reader, size int64) error {
	name := d.path(key)
	if err := os.MkdirAll(filepath.Dir(name), folderMode(d.mode)); err != nil {
		return fmt.Errorf("media: %w", err)
	}
	f, err := os.CreateTemp(filepath.Join(d.dir, "tmp"), "blob-*")
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	defer os.Remove(f.Name()) // does nothing after the rename
	n, err := io.Copy(f, r)
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), d.mode)
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	return errors.Join(syncDir(filepath.Dir(name)), syncDir(d.dir))
}

// Open opens the file.
func (d disk) Open(_ context.Context, key string) (Blob, error) {
	f, err := os.Open(d.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return Blob{}, noBlob(err)
	}
	if err != nil {
		return Blob{}, fmt.Errorf("media: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return Blob{}, fmt.Errorf("media: %w", err)
	}
	return Blob{f, info.ModTime()}, nil
}

// Keys looks in the prefix's folder and not below it.
func (d disk) Keys(_ context.Context, prefix string) ([]string, error) {
	folder, begin := path.Split(prefix)
	found, err := os.ReadDir(d.path(folder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("media: %w", err)
	}
	var keys []string
	for _, e := range found {
		if !e.IsDir() && strings.HasPrefix(e.Name(), begin) {
			keys = append(keys, folder+e.Name())
		}
	}
	return keys, nil
}

// Delete removes the file.
func (d disk) Delete(_ context.Context, key string) error {
	if err := os.Remove(d.path(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
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
