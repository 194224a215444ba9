package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/dabir-newsroom/dabir/internal/auth"
	"github.com/dabir-newsroom/dabir/internal/backup"
	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web/control"
)

// console is the newsroom as the operator at the machine commands it: whoever holds the folder may do what an operator may.
type console struct {
	app     *app
	siteURL string
}

func (console) actor(name string) news.Actor { return news.SystemActor(name, news.Operator) }

// Import stores articles.
func (c console) Import(ctx context.Context, items []news.Import) ([]news.ImportOutcome, error) {
	return c.app.editorial.Import(ctx, c.actor("import"), items)
}

// CheckImport tells what Import would do.
func (c console) CheckImport(ctx context.Context, items []news.Import) ([]news.ImportOutcome, error) {
	return c.app.editorial.CheckImport(ctx, c.actor("import"), items)
}

// AddUser makes a user and a sign-in link.
func (c console) AddUser(ctx context.Context, u auth.NewUser) (string, error) {
	made, err := c.app.auth.CreateUser(ctx, c.actor("console"), u)
	if err != nil {
		return "", err
	}
	return c.link(ctx, made)
}

// LinkUser makes a sign-in link.
func (c console) LinkUser(ctx context.Context, username string) (string, error) {
	found, err := c.app.store.UserByName(ctx, username)
	if news.KindOf(err) == news.NotFound {
		return "", fmt.Errorf("there is no user %q", username)
	}
	if err != nil {
		return "", err
	}
	return c.link(ctx, found)
}

// HouseEntries is the house's style in force.
func (c console) HouseEntries(ctx context.Context) ([]news.HouseEntry, error) {
	return c.app.editorial.House().All(ctx, c.actor("lint"))
}

// Backup makes a copy.
func (c console) Backup(ctx context.Context, to string) (backup.Report, error) {
	return c.app.backup(ctx, to)
}

// Verify looks through everything.
func (c console) Verify(ctx context.Context) (control.Verified, error) { return c.app.verify(ctx) }

func (c console) link(ctx context.Context, u news.User) (string, error) {
	secret, err := c.app.auth.NewLink(ctx, c.actor("console"), u.ID)
	if err != nil {
		return "", err
	}
	return c.siteURL + "/newsroom/signin/" + secret, nil
}

// openNewsroom finds the newsroom of a folder: the process that serves it, by its socket, or the folder itself when nobody does.
func openNewsroom(ctx context.Context, cfg *config.Config) (control.Newsroom, func(), error) {
	f, held, err := holdFolder(cfg.Data)
	if err != nil {
		return nil, nil, err
	}
	if !held {
		path := socketPath(cfg.Data)
		if _, err := os.Stat(path); err != nil {
			return nil, nil, fmt.Errorf("another Dabir command works in %s; try again when it is done", cfg.Data)
		}
		return control.NewClient(path), func() {}, nil
	}
	log := newLog(cfg)
	if cfg.LogLevel == "info" { // what the store says of itself is not this command's answer
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	a, err := openApp(ctx, cfg, log, time.Now)
	if err != nil {
		f.release()
		return nil, nil, err
	}
	url := cfg.Site.URL
	if url == "" {
		url = "http://" + cfg.Addr
	}
	return console{app: a, siteURL: url}, func() { a.close(); f.release() }, nil
}
