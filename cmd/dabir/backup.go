package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/backup"
	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/store"
)

type backupCmd struct {
	common
	To string `help:"A folder or s3://bucket/prefix; without it the setting backup.to." placeholder:"PLACE"`
}

// Run makes one copy.
func (c *backupCmd) Run(ctx context.Context) error {
	cfg, err := c.load(nil)
	if err != nil {
		return err
	}
	to, err := absolutePlace(c.To)
	if err != nil {
		return err
	}
	if cmp.Or(to, cfg.Backup.To) == "" {
		return errors.New("say where the copy goes: --to PLACE or the setting backup.to")
	}
	if err := needNewsroom(ctx, cfg); err != nil {
		return err
	}
	newsroom, done, err := openNewsroom(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	report, err := newsroom.Backup(ctx, to)
	if err != nil {
		return err
	}
	fmt.Printf("copy %s: up to event %d, %d files of the library (%d new), %d bytes written, %d older copies given up\n",
		report.ID, report.Event, report.Files, report.New, report.Written, report.Removed)
	return nil
}

// needNewsroom fails where nothing has begun yet: a command that only looks must not begin it.
func needNewsroom(ctx context.Context, cfg *config.Config) error {
	_, err := store.Look(ctx, cfg.Database)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no newsroom in %s", cfg.Data)
	}
	return err
}

const s3Scheme = "s3://"

// absolutePlace makes a folder's path good in another process too.
func absolutePlace(to string) (string, error) {
	if to == "" || strings.HasPrefix(to, s3Scheme) {
		return to, nil
	}
	return filepath.Abs(to)
}

// openPlace opens a place of copies: to, or that of the settings.
func openPlace(ctx context.Context, cfg *config.Config, to string) (backup.Place, error) {
	b := cfg.Backup
	place := backup.Place{Recipients: b.Recipients}
	to = cmp.Or(to, b.To)
	if to == "" {
		return place, errors.New("no place of copies is set (backup.to)")
	}
	var err error
	rest, isS3 := strings.CutPrefix(to, s3Scheme)
	if !isS3 {
		place.Blobs, err = media.OpenPrivateFolder(to)
		return place, err
	}
	bucket, prefix, _ := strings.Cut(rest, "/")
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	place.Blobs, err = media.OpenS3(ctx, media.S3{Endpoint: b.S3Endpoint, Bucket: bucket, Region: b.S3Region, AccessKey: b.S3AccessKey,
		SecretKey: b.S3SecretKey, TLS: b.S3TLS, Prefix: prefix})
	return place, err
}

func (a *app) source() backup.Source {
	return backup.Source{Database: a.store, Media: a.blobs, Settings: a.cfg.File, Without: discussion.KeysNotToKeep(),
		Work: filepath.Join(a.cfg.Data, "backup.tmp"), Version: version()}
}

// backup makes a copy; one at a time.
func (a *app) backup(ctx context.Context, to string) (backup.Report, error) {
	if !a.copying.TryLock() {
		return backup.Report{}, errors.New("a copy is being made at this moment; try again when it is done")
	}
	defer a.copying.Unlock()
	place, err := openPlace(ctx, a.cfg, to)
	if err != nil {
		return backup.Report{}, err
	}
	report, err := backup.Make(ctx, a.source(), place, a.cfg.Backup.Keep, a.now())
	if err != nil {
		return report, err
	}
	if err := a.copied.note(a.cfg.Data, report.ID); err != nil {
		a.log.Warn("the copy is made, but it could not be noted that it is", "copy", report.ID, "err", err)
	}
	return report, nil
}

// copyInTurn makes the copies that the settings ask for, until ctx ends.
func (a *app) copyInTurn(ctx context.Context) {
	b := a.cfg.Backup
	if b.To == "" || b.Every == 0 {
		return
	}
	backup.Run(ctx, backup.Turns{Every: b.Every, Now: a.now,
		Place: func(ctx context.Context) (backup.Place, error) { return openPlace(ctx, a.cfg, "") },
		Make:  func(ctx context.Context) (backup.Report, error) { return a.backup(ctx, "") },
		Told: func(r backup.Report, err error) {
			if err != nil {
				a.log.Error("no copy of the newsroom could be made; it is tried again", "err", err)
				return
			}
			a.log.Info("copied the newsroom", "copy", r.ID, "event", r.Event, "files", r.Files, "new", r.New, "bytes", r.Written)
		}})
}
