package backup

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dabir-newsroom/dabir/internal/media"
)

// RefuseFull fails unless a folder is empty or absent: a newsroom is restored beside another one, never over it.
func RefuseFull(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, e := range entries {
		if e.Name() != "lock" { // of the process that restores
			return fmt.Errorf("%s is not empty (%s is in it): a copy is restored into an empty folder", folder, e.Name())
		}
	}
	return nil
}

// RestoreSettings writes the settings of a copy to path, for its owner alone; none in the copy is no error.
func RestoreSettings(ctx context.Context, p Place, m Manifest, ids Identities, path string) error {
	if m.Settings == nil {
		return nil
	}
	return writeFile(path, func(w io.Writer) error { return open(ctx, p, *m.Settings, ids, w) })
}

// RestoreDatabase writes the SQLite database of a copy to path, under another name until it is whole.
func RestoreDatabase(ctx context.Context, p Place, m Manifest, ids Identities, path string) error {
	if m.Database == nil {
		return fmt.Errorf("copy %s holds no database: on PostgreSQL it is restored by pg_restore", m.ID)
	}
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	half := path + ".half"
	defer os.Remove(half)
	if err := writeFile(half, func(w io.Writer) error { return open(ctx, p, *m.Database, ids, w) }); err != nil {
		return err
	}
	if err := os.Rename(half, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// RestoreFiles brings the library's files of a copy into to.
func RestoreFiles(ctx context.Context, p Place, m Manifest, ids Identities, to media.Blobs) error {
	for _, item := range m.Files {
		if err := restoreFile(ctx, p, item, ids, to); err != nil {
			return err
		}
	}
	return nil
}

// restoreFile gives the bytes on while it checks them; a Put whose reader fails stores nothing.
func restoreFile(ctx context.Context, p Place, item Item, ids Identities, to media.Blobs) error {
	r, w := io.Pipe()
	go func() { w.CloseWithError(open(ctx, p, item, ids, w)) }()
	defer r.Close()
	if err := to.Put(ctx, item.Name, "application/octet-stream", r, item.Size); err != nil {
		return err
	}
	return nil
}
