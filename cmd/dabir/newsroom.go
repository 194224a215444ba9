package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/backup"
	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/moderation"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
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

// ImportComments stores comments.
func (c console) ImportComments(ctx context.Context, items []news.CommentImport) ([]news.CommentOutcome, error) {
	return c.app.transfer.ImportComments(ctx, c.actor("import"), items)
}

// CheckComments tells what ImportComments would do.
func (c console) CheckComments(ctx context.Context, items []news.CommentImport) ([]news.CommentOutcome, error) {
	return c.app.transfer.CheckComments(ctx, c.actor("import"), items)
}

// BeginExport notes in the log that comments are taken out.
func (c console) BeginExport(ctx context.Context, emails bool) error {
	return c.app.transfer.BeginExport(ctx, c.actor("export"), emails)
}

// DiscussedArticles lists articles that have comments.
func (c console) DiscussedArticles(ctx context.Context, after news.Code, limit int) ([]news.DiscussedArticle, error) {
	return c.app.transfer.DiscussedArticles(ctx, c.actor("export"), after, limit)
}

// ArticleComments reads an article's comments.
func (c console) ArticleComments(ctx context.Context, q news.ExportQuery) ([]news.ExportedComment, error) {
	return c.app.transfer.ArticleComments(ctx, c.actor("export"), q)
}

// AddUser makes a user and a sign-in link.
func (c console) AddUser(ctx context.Context, u control.NewUser) (string, error) {
	var err error
	if u.Sections, err = c.sections(ctx, u.In); err != nil {
		return "", err
	}
	made, err := c.app.auth.CreateUser(ctx, c.actor("console"), u.NewUser)
	if err != nil {
		return "", err
	}
	return c.link(ctx, made)
}

// sections finds sections by name or slug.
func (c console) sections(ctx context.Context, wanted []string) ([]news.SectionID, error) {
	all, err := c.app.store.Sections(ctx)
	if err != nil {
		return nil, err
	}
	var found []news.SectionID
	for _, name := range wanted {
		at := slices.IndexFunc(all, func(s news.Section) bool { return s.Slug == name || persian.Fold(s.Name) == persian.Fold(name) })
		if at < 0 {
			var known []string
			for _, s := range all {
				known = append(known, s.Name)
			}
			return nil, fmt.Errorf("there is no section %q; the sections are %s", name, strings.Join(known, ", "))
		}
		found = append(found, all[at].ID)
	}
	return found, nil
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

// commanded is a newsroom as commands see it, in this process or in another.
type commanded interface {
	control.Newsroom
	control.Comments
	control.Copies
}

// TrainModel learns from examples and decisions.
func (c console) TrainModel(ctx context.Context, examples []moderation.Example) (discussion.ModelReport, error) {
	return c.app.engine.Train(ctx, c.actor("console"), examples)
}

// CheckText tells what lists and model say of a text.
func (c console) CheckText(_ context.Context, text string) (discussion.Judgement, error) {
	return c.app.engine.Check(news.SystemActor("console", news.Moderator), text)
}

// newsroom is openNewsroom with the settings as the flags say.
func (c *common) newsroom(ctx context.Context) (commanded, func(), error) {
	cfg, err := c.load(nil)
	if err != nil {
		return nil, nil, err
	}
	return openNewsroom(ctx, cfg)
}

// openNewsroom finds the newsroom of a folder: the process that serves it, by its socket, or the folder itself when nobody does.
func openNewsroom(ctx context.Context, cfg *config.Config) (commanded, func(), error) {
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
	log := newLog(cfg, os.Stderr)
	if cfg.LogLevel == "info" { // what the store says of itself is not this command's answer
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	a, err := openApp(ctx, cfg, log, time.Now)
	if err != nil {
		f.release()
		return nil, nil, err
	}
	return console{app: a, siteURL: commandURL(cfg)}, func() { a.close(); f.release() }, nil
}

// commandURL is the site's address for a command that does not serve it.
func commandURL(cfg *config.Config) string {
	if cfg.Site.URL != "" {
		return cfg.Site.URL
	}
	return "http://" + cfg.Addr
}
