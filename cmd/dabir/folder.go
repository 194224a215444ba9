package main

import (
	"fmt"
	"os"
	"path/filepath"

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
	lock := flock.New(filepath.Join(path, "lock"))
	held, err = lock.TryLock()
	if err != nil {
		return nil, false, fmt.Errorf("the lock of %s: %w", path, err)
	}
	return &folder{path: path, lock: lock}, held, nil
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
