package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/dabir-newsroom/dabir/internal/backup"
	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/store"
)

// copyFlags name a copy.
type copyFlags struct {
	From     string `help:"Where the copies are: a folder or s3://bucket/prefix; without it the setting backup.to." placeholder:"PLACE"`
	Copy     string `help:"Which copy, such as 20261123T101500.000Z; without it the newest." placeholder:"ID"`
	Identity string `help:"File with the age key that opens encrypted copies." type:"existingfile" placeholder:"FILE"`
}

// open finds the copy.
func (f *copyFlags) open(ctx context.Context, cfg *config.Config) (backup.Place, backup.Manifest, backup.Identities, error) {
	var ids backup.Identities
	place, err := openPlace(ctx, cfg, f.From)
	if err != nil {
		return place, backup.Manifest{}, nil, err
	}
	if f.Identity != "" {
		file, err := os.Open(f.Identity)
		if err != nil {
			return place, backup.Manifest{}, nil, err
		}
		defer file.Close()
		if ids, err = backup.ReadIdentities(file); err != nil {
			return place, backup.Manifest{}, nil, err
		}
	}
	m, err := backup.Read(ctx, place, f.Copy)
	return place, m, ids, err
}

type restoreCmd struct {
	common
	copyFlags
}

// Run makes a newsroom of a copy. It says in the end what must be done by hand.
func (c *restoreCmd) Run(ctx context.Context) error {
	cfg, err := c.load(nil) // of the environment and the command line: where the copies are
	if err != nil {
		return err
	}
	if err := backup.RefuseFull(cfg.Data); err != nil {
		return err
	}
	place, m, ids, err := c.copyFlags.open(ctx, cfg)
	if err != nil {
		return err
	}
	f, err := ownFolder(cfg.Data)
	if err != nil {
		return err
	}
	defer f.release()
	if err := c.restore(ctx, place, m, ids); err != nil {
		return fmt.Errorf("the restore is not complete; empty %s and begin again: %w", cfg.Data, err)
	}
	fmt.Printf("restored copy %s of %s: up to event %d, %d files of the library\n", m.ID, m.Made.Format(time.RFC3339), m.Event, len(m.Files))
	return nil
}

func (c *restoreCmd) restore(ctx context.Context, place backup.Place, m backup.Manifest, ids backup.Identities) error {
	if err := backup.RestoreSettings(ctx, place, m, ids, filepath.Join(c.Data, config.FileName)); err != nil {
		return err
	}
	cfg, err := c.load(nil) // once more, with the settings that were restored
	if err != nil {
		return err
	}
	blobs, err := openBlobs(ctx, cfg)
	if err != nil {
		return err
	}
	if err := backup.RestoreFiles(ctx, place, m, ids, blobs); err != nil {
		return err
	}
	if store.IsPostgres(cfg.Database) != (m.Database == nil) {
		return fmt.Errorf("the copy is of a newsroom on %s, and the database of the settings is another kind", m.Backend)
	}
	if m.Database != nil {
		if err := backup.RestoreDatabase(ctx, place, m, ids, cfg.Database); err != nil {
			return err
		}
	}
	return beginAgain(ctx, cfg, m)
}

// beginAgain opens the restored database, looks that it is the copy's, whole, and gives it a log of its own.
func beginAgain(ctx context.Context, cfg *config.Config, m backup.Manifest) (err error) {
	at, err := store.Look(ctx, cfg.Database)
	if err != nil {
		return err
	}
	if at.Log != m.Log || at.Event < m.Event && m.Database != nil {
		return fmt.Errorf("the database is not that of the copy (its log is %q up to event %d, the copy's %q up to %d)%s", at.Log, at.Event, m.Log, m.Event,
			map[bool]string{true: "; restore it by pg_restore first, into an empty database"}[m.Database == nil])
	}
	s, err := store.Open(ctx, store.Options{DSN: cfg.Database})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.BeginNewLog(ctx, discussion.KeysNotToKeep()); err != nil {
		return err
	}
	faults, err := s.Check(ctx)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		said, err := inBothLanguages(faults)
		if err != nil {
			return err
		}
		return fmt.Errorf("the database is not whole: %v", said)
	}
	return nil
}
