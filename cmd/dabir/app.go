package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/auth"
	"github.com/dabir-newsroom/dabir/internal/backup"
	"github.com/dabir-newsroom/dabir/internal/cdn"
	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/country"
	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/indexing"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/moderation"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/page"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/stream"
	"github.com/dabir-newsroom/dabir/internal/suggest"
	"github.com/dabir-newsroom/dabir/internal/watch"
	"github.com/dabir-newsroom/dabir/internal/web"
	"github.com/dabir-newsroom/dabir/internal/web/newsroom"
	"github.com/dabir-newsroom/dabir/internal/web/site"
	"github.com/dabir-newsroom/dabir/theme"
)

// app is a newsroom with all its rooms open.
type app struct {
	cfg        *config.Config
	log        *slog.Logger
	store      *store.Store
	pages      *page.Cache
	streams    *stream.Hub
	begun      int64 // the newest event when the pages began
	blobs      media.Blobs
	library    *media.Library
	countries  *country.Finder
	auth       *auth.Desk
	editorial  *editorial.Desk
	previews   *editorial.Previews
	front      *editorial.FrontDesk
	engine     *discussion.Engine
	rulebook   *discussion.Rulebook
	discussion *discussion.Desk
	transfer   *discussion.Transfer
	moderation *discussion.Moderation
	bans       *discussion.Bans
	suggest    *suggest.Suggest
	matcher    *suggest.Matcher
	topics     *editorial.Topics
	tags       *editorial.Tags
	found      *indexing.Keeper // the readers' index
	deskFound  *indexing.Keeper // the newsroom's
	now        func() time.Time
	copying    sync.Mutex // held while a backup is made
	copied     copied
	checkup    checkup
	acts       acts
	spool      *discussion.Spool // nil: there is none
	running    running           // of a process that serves
	watch      *watch.Watch
	cdn        *cdn.Network // nil: there is none
}

// openApp opens the database and builds the rooms on it; the caller holds the folder. now is the clock of every room.
func openApp(ctx context.Context, cfg *config.Config, log *slog.Logger, now func() time.Time) (*app, error) {
	a := &app{cfg: cfg, log: log, now: now}
	if err := a.open(ctx); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func (a *app) open(ctx context.Context) (err error) {
	if a.store, err = store.Open(ctx, store.Options{DSN: a.cfg.Database, Log: a.log, Now: a.now, Committed: a.committed}); err != nil {
		return err
	}
	at, err := a.store.Position(ctx)
	if err != nil {
		return err
	}
	if err := refuseEarlyClock(a.now(), at); err != nil {
		return err
	}
	a.begun = at.Event
	if err := backup.CheckRecipients(a.cfg.Backup.Recipients); err != nil {
		return err
	}
	if err := a.copied.load(a.cfg.Data); err != nil {
		return err
	}
	if err := a.openPages(at); err != nil {
		return err
	}
	if err := a.openFiles(ctx); err != nil {
		return err
	}
	if err := a.openDesk(ctx); err != nil {
		return err
	}
	if err := a.openDiscussion(ctx); err != nil {
		return err
	}
	a.watch = watch.New(a.store, a.node, a.faults, a.now)
	folder := filepath.Join(a.cfg.Data, "search")
	a.found = indexing.New(folder, "public", publicSource{storeLog{a.store}}, a.log)
	a.deskFound = indexing.New(folder, "newsroom", deskSource{storeLog{a.store}}, a.log)
	a.suggest = suggest.New(a.store.Public(), a.store)
	a.suggest.WhenMoved(a.moved)
	a.matcher = suggest.NewMatcher(a.store.Public(), a.store)
	return nil
}

// openPages makes room for kept pages and streams, as the log stands now.
func (a *app) openPages(at news.LogPosition) (err error) {
	options := page.Options{Snapshots: a.store.Public(), Bytes: pageBytes(a.cfg.PagesMemory), Renders: 2 * runtime.GOMAXPROCS(0), Now: a.now}
	if a.cdn, err = openCDN(a.cfg, at, a.log); err != nil {
		return err
	}
	if a.cdn != nil {
		options.Keys = a.cdn.Keys
	}
	a.pages = page.New(options)
	a.streams = stream.New(stream.Options{Gate: a.store.Public(), Most: a.cfg.Streams, Rejected: a.cfg.Comments.RejectedCount})
	a.streams.Reset(at.Log, backlog(at.Event))
	return nil
}

// openFiles opens the media and the file of countries.
func (a *app) openFiles(ctx context.Context) (err error) {
	if a.blobs, err = openBlobs(ctx, a.cfg); err != nil {
		return err
	}
	a.library, err = media.Build(media.Options{Dir: mediaFolder(a.cfg), Storage: a.store, Blobs: a.blobs, MaxFile: int64(a.cfg.Media.MaxFile) << 20, Log: a.log})
	if err != nil {
		return err
	}
	if a.countries, err = openCountries(a.cfg); err != nil {
		return fmt.Errorf("setting country.file: %w", err)
	}
	a.log.Info("the country of an address is read from a file", "file", cmp.Or(a.cfg.CountryFile, "embedded"), "built", a.countries.BuiltAt().Format(time.DateOnly))
	return nil
}

// openDesk makes the acts of editors and who may do them.
func (a *app) openDesk(ctx context.Context) error {
	key, err := a.store.Secret(ctx, "sign-in", 0)
	if err != nil {
		return err
	}
	a.auth = auth.New(auth.Keepers{Users: a.store, Tokens: a.store, Attempts: a.store, Credentials: a.store}, key, a.now)
	previewKey, err := a.store.Secret(ctx, "preview", 0)
	if err != nil {
		return err
	}
	a.previews = editorial.NewPreviews(a.store, previewKey, a.now)
	a.editorial = editorial.New(a.store, a.cfg.Site.Lang, a.now)
	a.front = editorial.NewFront(a.store, a.store, a.now)
	a.topics = editorial.NewTopics(a.store, a.now)
	a.tags = editorial.NewTags(a.store)
	return nil
}

// openDiscussion makes the acts of readers who comment, of those who moderate them, and the rules between.
func (a *app) openDiscussion(ctx context.Context) (err error) {
	c := a.cfg.Comments
	a.engine = discussion.NewEngine(a.store, a.store, rulesOf(c), a.now)
	a.rulebook = discussion.NewRulebook(a.store, a.engine, a.now)
	if err := a.engine.Load(ctx); err != nil {
		a.log.Error("the moderation's lists or model could not be loaded; comments wait for moderators", "err", err)
	}
	a.bans = discussion.NewBans(a.store, a.now)
	a.moderation = discussion.NewModeration(a.store, a.store, a.store, a.engine, a.now)
	countryOf := func(address netip.Addr) string { return string(a.countries.Country(address)) }
	a.transfer = discussion.NewTransfer(a.store, countryOf, c.Depth, a.now)
	if a.spool, err = openSpool(a.cfg); err != nil {
		return fmt.Errorf("the spool of comments: %w", err)
	}
	a.discussion = discussion.New(a.store, a.bans, countryOf,
		discussion.Settings{Limit: news.CommentLimit{Count: c.Limit, Window: c.Window, Depth: c.Depth}, Retention: c.Retention, CloseAfter: c.CloseAfter,
			Challenge: discussion.ChallengeSettings{Rate: c.ChallengeRate, Network: c.ChallengeNetwork}, Engine: a.engine, Spool: a.spool}, a.now)
	return nil
}

// indexes are the search indexes that are open or can be opened.
func (a *app) indexes() []*indexing.Keeper {
	if a.found == nil {
		return nil
	}
	return []*indexing.Keeper{a.found, a.deskFound}
}

// rulesOf are the settings of the comments' rules.
func rulesOf(c config.Comments) discussion.Rules {
	return discussion.Rules{Off: !c.Rules, Mode: news.CommentMode(c.Mode), RepeatWindow: c.RepeatWindow,
		Limits: moderation.Limits{Links: c.Links, ModelAt: float64(c.ModelAt) / 100, TrustAt: c.TrustAt, Rejected: c.Rejected}}
}

// openSpool opens the folder where comments wait while no PostgreSQL server takes writes. With SQLite the database lies on the same disk, and
// comments that it cannot take the spool could not either.
func openSpool(cfg *config.Config) (*discussion.Spool, error) {
	if !store.IsPostgres(cfg.Database) {
		return nil, nil
	}
	return discussion.OpenSpool(filepath.Join(cfg.Data, "spool"), cfg.Comments.Spool)
}

// committed hears what this process has just committed; who wrote it sees it in the next page.
func (a *app) committed(events []news.Event) {
	a.acts.count(events)
	if a.pages != nil { // not while the store is being opened
		a.pages.Apply(events)
	}
}

func mediaFolder(cfg *config.Config) string { return filepath.Join(cfg.Data, "media") }

// openBlobs opens where the files of the library lie: in the newsroom's folder or at an S3-compatible service.
func openBlobs(ctx context.Context, cfg *config.Config) (media.Blobs, error) {
	m := cfg.Media
	if m.S3Endpoint == "" {
		return media.OpenFolder(mediaFolder(cfg))
	}
	return media.OpenS3(ctx, media.S3{Endpoint: m.S3Endpoint, Bucket: m.S3Bucket, Region: m.S3Region, AccessKey: m.S3AccessKey,
		SecretKey: m.S3SecretKey, Prefix: m.S3Prefix, TLS: m.S3TLS})
}

func openCountries(cfg *config.Config) (*country.Finder, error) {
	if cfg.CountryFile == "" {
		return country.Embedded(cfg.Data)
	}
	return country.Open(cfg.CountryFile)
}

func (a *app) close() {
	if a.countries != nil {
		a.countries.Close()
	}
	if a.library != nil {
		a.library.Close()
	}
	for _, index := range a.indexes() {
		if err := index.Close(); err != nil {
			a.log.Error("close a search index", "err", err)
		}
	}
	if a.store != nil {
		if err := a.store.Close(); err != nil {
			a.log.Error("close the database", "err", err)
		}
	}
}

// handler is everything that the public port answers.
func (a *app) handler(siteURL string) (*web.Site, error) {
	areas, err := a.areas(siteURL)
	if err != nil {
		return nil, err
	}
	options := web.Options{SiteURL: siteURL, Log: a.log, TrustedProxies: a.cfg.TrustedProxies, Pages: a.pages, Viewed: a.suggest.Count, Work: a.cfg.Limits.Requests}
	if a.cdn != nil {
		options.Network = a.cdn
	}
	return web.New(options, areas...)
}

// areas are the route tables of readers, newsroom, probes and assets.
func (a *app) areas(siteURL string) ([]web.Area, error) {
	bundle, err := i18n.Load()
	if err != nil {
		return nil, err
	}
	assets, err := web.NewAssets(theme.Assets(), newsroom.Assets())
	if err != nil {
		return nil, err
	}
	lang, _ := i18n.Parse(a.cfg.Site.Lang) // config has checked it
	public := a.store.Public()
	readers, err := site.New(site.Settings{
		Name: a.cfg.Site.Name, Tagline: a.cfg.Site.Tagline, URL: siteURL, Lang: lang,
		About: a.cfg.Site.About, Contact: a.cfg.Site.Contact, Flags: a.cfg.Comments.Flags, Embeds: a.cfg.Embeds,
		Depth: a.cfg.Comments.Depth, CloseAfter: a.cfg.Comments.CloseAfter, RejectedCount: a.cfg.Comments.RejectedCount,
	}, site.Sources{
		Articles: public, Letters: public, Corrections: public, Previews: a.previews, Lists: public, Fronts: public, Suggestions: a.suggest, Discussion: a.discussion, Moderation: public,
		Archive: public, Search: a.found, Streams: a.streams,
		Pictures: a.library, Now: a.now, Opened: a.opened(),
	}, bundle, assets)
	if err != nil {
		return nil, err
	}
	passkeys, err := auth.NewPasskeys(a.auth, siteURL, a.cfg.Site.Name)
	if err != nil {
		return nil, err
	}
	editors, err := newsroom.New(newsroom.Options{
		SiteName: a.cfg.Site.Name, SiteURL: siteURL, Bundle: bundle, Lang: lang, Assets: assets,
		Auth: a.auth, Second: a.auth, Account: a.auth, Passkeys: passkeys, People: a.auth, Keys: a.auth, Articles: a.editorial, Flow: a.editorial, House: a.editorial.House(), Topics: a.topics, Tags: a.tags, Finder: a.deskFound, Names: a.store, Corrections: public,
		Comments: a.moderation, Decisions: a.moderation, Bans: a.bans, Texts: a.moderation, Pictures: a.library, Uploads: a.library, Media: a.store, Closing: a.discussion, Embeds: a.cfg.Embeds, Suggestions: editorial.NewSuggestions(a.store), Reach: a.store.Reach,
	})
	if err != nil {
		return nil, err
	}
	return []web.Area{readers.Area(), editors.Area(), editors.PreviewArea(a.previews, readers), editors.FrontArea(a.front, a.front, readers, a.now), editors.RulesArea(a.rulebook, a.engine), editors.StatusArea(a.watch),
		web.Health(a.store.Ping), {Routes: []web.Route{assets.Route()}}}, nil
}

const (
	sweepEvery = time.Hour
	stopGrace  = 10 * time.Second // for requests that are running when the process is told to stop
)

// background does the timed work until ctx ends, then brings it to an end.
func (a *app) background(ctx context.Context) (wait func()) {
	var group sync.WaitGroup
	group.Go(func() {
		a.editorial.Run(ctx, func(err error) { a.log.Error("the timer could not release what is due; it goes on trying", "err", err) })
	})
	group.Go(func() {
		if err := a.suggest.Run(ctx); err != nil {
			a.log.Error("the last counts of views were not stored", "err", err)
		}
	})
	group.Go(func() { a.matcher.Run(ctx) })
	group.Go(func() { a.library.Run(ctx) })
	group.Go(func() { a.pages.Run(ctx) })
	group.Go(func() { a.streams.Run(ctx) })
	group.Go(func() { a.followOthers(ctx) })
	group.Go(func() { a.beat(ctx) })
	if a.cdn != nil {
		group.Go(func() { a.cdn.Run(ctx) })
	}
	for _, index := range a.indexes() {
		group.Go(func() { index.Run(ctx) })
	}
	group.Go(func() {
		a.discussion.Deliver(ctx, func(delivered int, err error) {
			if delivered > 0 {
				a.log.Info("comments that waited on this node were handed over", "comments", delivered)
			}
			switch {
			case errors.Is(err, discussion.ErrUntaken):
				a.log.Warn("comments that waited on this node were not taken, as their receipts say", "err", err)
			case err != nil:
				a.log.Error("comments wait on this node and cannot be handed over", "err", err)
			}
		})
	})
	group.Go(func() { a.copyInTurn(ctx) })
	group.Go(func() {
		a.engine.Run(ctx, func(err error) {
			if !errors.Is(err, news.ErrNoPrimary) { // which the store says once
				a.log.Error("the moderation's lists or model could not be brought up to date", "err", err)
			}
		})
	})
	group.Go(func() {
		tick := time.NewTicker(sweepEvery)
		defer tick.Stop()
		for {
			if err := errors.Join(a.store.Sweep(ctx), a.discussion.Sweep(ctx), a.bans.Sweep(ctx)); err != nil && ctx.Err() == nil {
				a.log.Error("sweeping what has expired", "err", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
	return group.Wait
}

// siteURL is the site's address: the setting, or the listening address with "localhost" for a loopback or for all addresses.
func siteURL(cfg *config.Config, listener net.Listener) string {
	if cfg.Site.URL != "" {
		return cfg.Site.URL
	}
	if cfg.TLS.On() {
		return secureURL(cfg, portOf(listener))
	}
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return "http://" + listener.Addr().String()
	}
	if ip, err := netip.ParseAddr(host); err == nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(cmp.Or(host, "localhost"), port)
}
