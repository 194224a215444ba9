package media

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
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
		folder, err := OpenFolder(o.Dir)
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

// How long the files of a hash are held: by who writes them before the row is stored, and by who removes them. A process that dies
// meanwhile keeps the others off for as long.
const (
	writeTime  = 15 * time.Minute
	removeTime = time.Minute
	holdAgain  = 50 * time.Millisecond // between two tries
	clearTry   = 10 * time.Second      // what removing waits for writers; then the files stay
)

// holdFiles keeps removal, by any node, away from files that are about to get a row. It waits for a removal that is under way.
func (l *Library) holdFiles(ctx context.Context, hash string) (release func(), err error) {
	return l.waitFor(ctx, hash, false, writeTime)
}

// clearFiles keeps writers, on any node, away from files that are looked through and removed.
func (l *Library) clearFiles(ctx context.Context, hash string) (release func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, clearTry)
	defer cancel()
	return l.waitFor(ctx, hash, true, removeTime)
}

func (l *Library) waitFor(ctx context.Context, hash string, removing bool, most time.Duration) (release func(), err error) {
	for {
		release, err := l.storage.HoldFile(ctx, hash, removing, most)
		if news.KindOf(err) != news.Conflict {
			return release, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(holdAgain):
		}
	}
}

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
