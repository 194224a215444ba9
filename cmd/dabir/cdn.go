package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/dabir-newsroom/dabir/internal/cdn"
	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// purgedFile notes in the newsroom's folder how far this node has purged the CDN.
const purgedFile = "cdn-purged"

func cdnOptions(cfg *config.Config, log *slog.Logger) cdn.Options {
	c := cfg.CDN
	return cdn.Options{Kind: c.Kind, Purge: c.Purge, Token: c.Token, Keep: c.Keep, Every: c.Every, File: filepath.Join(cfg.Data, purgedFile), Maker: pageMaker(cfg), Log: log}
}

// openCDN is the CDN of the settings; nil where there is none.
func openCDN(cfg *config.Config, at news.LogPosition, log *slog.Logger) (*cdn.Network, error) {
	if cfg.CDN.Kind == "" {
		return nil, nil
	}
	return cdn.New(cdnOptions(cfg, log), at)
}

// pageMaker tells one program with its settings from another: what makes the same content another page.
func pageMaker(cfg *config.Config) string {
	program := ""
	if path, err := os.Executable(); err == nil {
		if info, err := os.Stat(path); err == nil {
			program = fmt.Sprint(info.Size(), info.ModTime().UnixNano())
		}
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %v %v %v %v %v", version(), program, cfg.Site, cfg.Comments, cfg.Embeds, cfg.CDN.Kind, cfg.CDN.Purge))
	return hex.EncodeToString(sum[:8])
}

// moved hears that something has moved which moves without events.
func (a *app) moved(d news.Dependency) {
	a.pages.Moved(d)
	if a.cdn != nil {
		a.cdn.Moved(d)
	}
}

// opened is told of articles that somebody has open. A CDN keeps the requests for their pages from us, so that each is counted when its page
// asks for what is new; without a CDN each page that is sent is counted.
func (a *app) opened() web.Viewed {
	if a.cdn == nil {
		return nil
	}
	return a.suggest.Count
}
