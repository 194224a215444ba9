package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/gofrs/flock"
)

// folder is a newsroom's folder held by this process: one process owns it, all others go through its socket.
type folder struct {
	path string
	lock *flock.Flock
}

// holdFolder makes the folder where needed and takes its lock; held is false when another process has it.
func holdFolder(path string) (f *folder, held bool, err error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, false, fmt.Errorf("the newsroom's folder: %w", err)
	}
	if err := tryFolder(path); err != nil {
		return nil, false, err
	}
	lock := flock.New(filepath.Join(path, "lock"))
	held, err = lock.TryLock()
	if err != nil {
		return nil, false, fmt.Errorf("the lock of %s: %w", path, err)
	}
	return &folder{path: path, lock: lock}, held, nil
}

// tryFolder fails in one sentence where nothing can be written into the newsroom's folder: the disk is read-only or full, or the
// folder is somebody else's.
func tryFolder(path string) error {
	f, err := os.CreateTemp(path, ".try-*")
	if err == nil {
		_, err = f.Write(make([]byte, 4096)) // a full disk may still give a name
		err = errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		return fmt.Errorf("nothing can be written into the newsroom's folder %s: %w", path, err)
	}
	return nil
}

// clockSlack is how far the newest event may be ahead of the clock: nodes' clocks differ a little.
const clockSlack = time.Minute

// refuseEarlyClock fails in one sentence when the clock is before what has already happened: what is published then would stand in
// the past, and what is due would wait.
func refuseEarlyClock(now time.Time, at news.LogPosition) error {
	if !at.At.After(now.Add(clockSlack)) {
		return nil
	}
	return fmt.Errorf("the clock of this machine is wrong: it shows %s, but the newest event is of %s; set it and start again",
		now.UTC().Format(time.RFC3339), at.At.UTC().Format(time.RFC3339))
}

func (f *folder) release() { f.lock.Unlock() }

func socketPath(data string) string { return filepath.Join(data, "dabir.sock") }

// ownFolder is holdFolder for commands that must own the folder.
func ownFolder(path string) (*folder, error) {
	f, held, err := holdFolder(path)
	if err != nil {
		return nil, err
	}
	if !held {
		return nil, fmt.Errorf("another Dabir works in %s; one process owns a folder", path)
	}
	return f, nil
}
