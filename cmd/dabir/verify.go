package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/backup"
	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/indexing"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/search"
	"github.com/dabir-newsroom/dabir/internal/web/control"
)

type verifyCmd struct {
	common
	copyFlags
	Backup bool `help:"Look through a copy instead of the newsroom; --from and --copy say which."`
}

// Run looks through the newsroom, or through a copy.
func (c *verifyCmd) Run(ctx context.Context) error {
	cfg, err := c.load(nil)
	if err != nil {
		return err
	}
	if c.Backup || c.From != "" || c.Copy != "" {
		return c.verifyCopy(ctx, cfg)
	}
	if err := needNewsroom(ctx, cfg); err != nil {
		return err
	}
	newsroom, done, err := openNewsroom(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	found, err := newsroom.Verify(ctx)
	if err != nil {
		return err
	}
	if err := tellFaults(found.Faults); err != nil {
		return err
	}
	fmt.Printf("whole: the event log has no gap up to event %d; the search indexes hold what they should; every file of the library is there, %d were compared with the newest copy\n", found.Event, found.Compared)
	return nil
}

func (c *verifyCmd) verifyCopy(ctx context.Context, cfg *config.Config) error {
	place, m, ids, err := c.copyFlags.open(ctx, cfg)
	if err != nil {
		return err
	}
	faults, err := backup.VerifyCopy(ctx, place, m, ids)
	if err != nil {
		return err
	}
	said, err := inBothLanguages(faults)
	if err != nil {
		return err
	}
	if err := tellFaults(said); err != nil {
		return err
	}
	fmt.Printf("copy %s is whole: up to event %d, %d files of the library\n", m.ID, m.Event, len(m.Files))
	return nil
}

// verify looks through the newsroom that is open.
func (a *app) verify(ctx context.Context) (control.Verified, error) {
	var place backup.Place
	if a.cfg.Backup.To != "" {
		var err error
		if place, err = openPlace(ctx, a.cfg, ""); err != nil {
			return control.Verified{}, err
		}
	}
	faults, compared, err := backup.Verify(ctx, a.source(), place)
	if err != nil {
		return control.Verified{}, err
	}
	found, err := a.verifyIndexes(ctx)
	if err != nil {
		return control.Verified{}, err
	}
	faults = append(faults, found...)
	at, err := a.store.Position(ctx)
	if err != nil {
		return control.Verified{}, err
	}
	said, err := inBothLanguages(faults)
	return control.Verified{Faults: said, Event: at.Event, Compared: compared}, err
}

// codesTold is how many codes a fault of an index names.
const codesTold = 5

// verifyIndexes compares both search indexes with the database. One that is not there yet is built at the next start and has no faults.
func (a *app) verifyIndexes(ctx context.Context) ([]news.Fault, error) {
	var faults []news.Fault
	for _, index := range []struct {
		keeper                      *indexing.Keeper
		missing, extra, old, broken string
	}{
		{a.found, "verify.public_index_missing", "verify.public_index_extra", "verify.public_index_old", "verify.public_index_damaged"},
		{a.deskFound, "verify.desk_index_missing", "verify.desk_index_extra", "verify.desk_index_old", "verify.desk_index_damaged"},
	} {
		found, err := index.keeper.Verify(ctx)
		switch {
		case errors.Is(err, os.ErrNotExist):
			continue
		case errors.Is(err, search.ErrDamaged), errors.Is(err, indexing.ErrBuilding):
			faults = append(faults, news.Fault{Key: index.broken})
			continue
		case err != nil:
			return faults, err
		}
		for _, wrong := range []struct {
			key   string
			codes []news.Code
		}{{index.missing, found.Missing}, {index.extra, found.Extra}, {index.old, found.Old}} {
			if n := len(wrong.codes); n > 0 {
				var first []string
				for _, code := range wrong.codes[:min(n, codesTold)] {
					first = append(first, code.String())
				}
				faults = append(faults, news.Fault{Key: wrong.key, Args: []any{n, strings.Join(first, " ")}})
			}
		}
	}
	return faults, nil
}

// tellFaults prints what is wrong; the error is for the exit code.
func tellFaults(said []string) error {
	if len(said) == 0 {
		return nil
	}
	fmt.Println(strings.Join(said, "\n"))
	return fmt.Errorf("faults: %d", len(said))
}

// inBothLanguages writes each fault in Persian and, on the next line, in English.
func inBothLanguages(faults []news.Fault) ([]string, error) {
	bundle, err := i18n.Load()
	if err != nil {
		return nil, err
	}
	var said []string
	for _, f := range faults {
		said = append(said, "• "+bundle.T(i18n.FA, f.Key, f.Args...)+"\n  "+bundle.T(i18n.EN, f.Key, f.Args...))
	}
	return said, nil
}
