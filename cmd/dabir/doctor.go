package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/backup"
	"github.com/dabir-newsroom/dabir/internal/cdn"
	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
)

type doctorCmd struct {
	common
}

// Run says what is wrong and what to do; nothing is changed. It fails when something is wrong.
func (c *doctorCmd) Run(ctx context.Context) error {
	cfg, err := c.load(nil)
	var faults []news.Fault
	if err != nil {
		faults = []news.Fault{{Key: "doctor.settings", Args: []any{err.Error()}}}
	} else {
		faults = examine(ctx, cfg, time.Now())
	}
	said, err := inBothLanguages(faults)
	if err != nil {
		return err
	}
	if err := tellFaults(said); err != nil {
		return err
	}
	bundle, err := i18n.Load()
	if err != nil {
		return err
	}
	fmt.Println(bundle.T(i18n.FA, "doctor.well") + "\n" + bundle.T(i18n.EN, "doctor.well"))
	return nil
}

// examine looks at all that can be seen from outside.
func examine(ctx context.Context, cfg *config.Config, now time.Time) []news.Fault {
	faults := examineFolder(cfg)
	faults = append(faults, examineDatabase(ctx, cfg, now)...)
	faults = append(faults, examineSite(cfg)...)
	if cfg.Media.S3Endpoint != "" {
		if _, err := openBlobs(ctx, cfg); err != nil {
			faults = append(faults, news.Fault{Key: "doctor.media", Args: []any{err.Error()}})
		}
	}
	if cfg.CDN.Kind != "" {
		if err := cdn.Probe(ctx, cdnOptions(cfg, nil)); err != nil {
			faults = append(faults, news.Fault{Key: "doctor.cdn", Args: []any{err.Error()}})
		}
	}
	return append(faults, examineBackups(ctx, cfg, now)...)
}

const (
	leastFree  = 1 << 30 // bytes of the disk; a copy and the log of SQLite need room
	leastFiles = 4096    // open files: each reader's connection is one
)

func examineFolder(cfg *config.Config) []news.Fault {
	info, err := os.Stat(cfg.Data)
	if errors.Is(err, fs.ErrNotExist) {
		return []news.Fault{{Key: "doctor.folder_absent", Args: []any{cfg.Data}}}
	}
	if err != nil || tryFolder(cfg.Data) != nil {
		return []news.Fault{{Key: "doctor.folder_readonly", Args: []any{cfg.Data}}}
	}
	var faults []news.Fault
	if info.Mode().Perm()&0o007 != 0 {
		faults = append(faults, news.Fault{Key: "doctor.folder_open", Args: []any{cfg.Data}})
	}
	if free, known := diskFree(cfg.Data); known && free < leastFree {
		faults = append(faults, news.Fault{Key: "doctor.disk", Args: []any{cfg.Data, int64(free >> 20)}})
	}
	if most, known := openFilesMost(); known && most < leastFiles {
		faults = append(faults, news.Fault{Key: "doctor.open_files", Args: []any{int64(most)}})
	}
	return append(faults, examineServing(cfg)...)
}

// examineServing: whoever holds the folder must answer on its socket.
func examineServing(cfg *config.Config) []news.Fault {
	f, held, err := holdFolder(cfg.Data)
	if err != nil {
		return nil // said already
	}
	if held {
		f.release()
		return nil
	}
	conn, err := net.DialTimeout("unix", socketPath(cfg.Data), time.Second)
	if err != nil {
		return []news.Fault{{Key: "doctor.deaf", Args: []any{cfg.Data}}}
	}
	conn.Close()
	return nil
}

// databasePatience is how long the doctor waits for an answer.
const databasePatience = 10 * time.Second

func examineDatabase(ctx context.Context, cfg *config.Config, now time.Time) []news.Fault {
	ctx, cancel := context.WithTimeout(ctx, databasePatience)
	defer cancel()
	at, err := store.Look(ctx, cfg.Database)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // a newsroom that has not begun
	case errors.Is(err, store.ErrNewer):
		return []news.Fault{{Key: "doctor.database_newer"}}
	case err != nil:
		return []news.Fault{{Key: "doctor.database", Args: []any{err.Error()}}}
	case refuseEarlyClock(now, at) != nil:
		return []news.Fault{{Key: "doctor.clock", Args: []any{now.UTC().Format(time.RFC3339), at.At.UTC().Format(time.RFC3339)}}}
	}
	return nil
}

func examineSite(cfg *config.Config) []news.Fault {
	host, _, _ := net.SplitHostPort(cfg.Addr)
	ip := net.ParseIP(host)
	local := host == "localhost" || ip != nil && ip.IsLoopback()
	if cfg.Site.URL == "" {
		if local {
			return nil // somebody tries it on their own machine
		}
		return []news.Fault{{Key: "doctor.site_url"}}
	}
	var faults []news.Fault
	u, err := url.Parse(cfg.Site.URL) // config has checked it
	if err == nil && u.Scheme == "http" && u.Hostname() != "localhost" && !strings.HasPrefix(u.Hostname(), "127.") {
		faults = append(faults, news.Fault{Key: "doctor.site_plain", Args: []any{cfg.Site.URL}})
	}
	if err == nil && u.Scheme == "https" && local && len(cfg.TrustedProxies) == 0 {
		faults = append(faults, news.Fault{Key: "doctor.proxies"})
	}
	return faults
}

func examineBackups(ctx context.Context, cfg *config.Config, now time.Time) []news.Fault {
	b := cfg.Backup
	if b.To == "" {
		return []news.Fault{{Key: "doctor.backup_none"}}
	}
	ids, err := copiesOf(ctx, cfg)
	if err != nil {
		return []news.Fault{{Key: "doctor.backup_away", Args: []any{err.Error()}}}
	}
	var faults []news.Fault
	if same, known := sameDisk(b.To, cfg.Data); known && same {
		faults = append(faults, news.Fault{Key: "doctor.backup_same_disk", Args: []any{b.To}})
	}
	if len(ids) == 0 {
		return append(faults, news.Fault{Key: "doctor.backup_never", Args: []any{b.To}})
	}
	newest := ids[len(ids)-1]
	patience := 2 * b.Every
	if b.Every == 0 {
		patience = 48 * time.Hour // somebody asks for them, say by cron, once a day
	}
	if made, err := backup.Made(newest); err == nil && now.Sub(made) > patience+time.Minute {
		faults = append(faults, news.Fault{Key: "doctor.backup_old", Args: []any{made.Format(time.RFC3339)}})
	}
	return faults
}

// copiesOf lists the newsroom's copies; a folder that is not there, say because its disk is not, is an error and is not made.
func copiesOf(ctx context.Context, cfg *config.Config) ([]string, error) {
	if !strings.HasPrefix(cfg.Backup.To, s3Scheme) {
		if _, err := os.Stat(cfg.Backup.To); err != nil {
			return nil, err
		}
	}
	place, err := openPlace(ctx, cfg, "")
	if err != nil {
		return nil, err
	}
	return backup.Copies(ctx, place)
}
