// Command dabir is a newsroom in one binary: it serves readers and editors, and takes articles and comments in and out. One file here per command.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // Tehran's clock, also where the machine has no time zones

	"github.com/alecthomas/kong"
	"github.com/dabir-newsroom/dabir/internal/config"
)

// cli is the command line.
type cli struct {
	Serve      serveCmd      `cmd:"" help:"Serve the newsroom in a folder; an empty folder becomes a new one."`
	Demo       demoCmd       `cmd:"" help:"Serve a fictional newsroom to look at."`
	Import     importCmd     `cmd:"" help:"Take articles and comments in, also beside a running serve."`
	Export     exportCmd     `cmd:"" help:"Take comments out, also beside a running serve."`
	User       userCmd       `cmd:"" help:"Add users and make sign-in links, also beside a running serve."`
	Backup     backupCmd     `cmd:"" help:"Make a copy of the newsroom, also beside a running serve."`
	Restore    restoreCmd    `cmd:"" help:"Make a newsroom of a copy, in an empty folder."`
	Verify     verifyCmd     `cmd:"" help:"Look whether a newsroom or a copy is whole."`
	Doctor     doctorCmd     `cmd:"" help:"Say what is wrong and what to do, in Persian and English."`
	Moderation moderationCmd `cmd:"" help:"Train the comments' model and try texts on it, also beside a running serve."`
	Lint       lintCmd       `cmd:"" help:"Check Persian texts as the copy desk does."`
	Reindex    reindexCmd    `cmd:"" help:"Build the search indexes anew, also beside a running serve."`
	Names      namesCmd      `cmd:"" help:"Load names that are looked for in texts and offered as tags."`
	Settings   settingsCmd   `cmd:"" help:"List every setting with its default and its meaning."`
	Version    versionCmd    `cmd:"" help:"Say which Dabir this is."`
}

// common are the flags that every command with a newsroom takes.
type common struct {
	Data   string `help:"The newsroom's folder." default:"./data" env:"DABIR_DATA" type:"path"`
	DB     string `help:"Database: a postgres:// address or the path of an SQLite file." placeholder:"URL"`
	Config string `help:"Settings file; without it dabir.toml in the newsroom's folder, if it is there." env:"DABIR_CONFIG" type:"path" placeholder:"FILE"`
	Log    string `help:"What is logged: debug, info, warn or error." placeholder:"LEVEL"`
}

// load reads the settings; the flags given here win over file and environment.
func (c *common) load(more map[string]string) (*config.Config, error) {
	flags := map[string]string{"database.url": c.DB, "log.level": c.Log}
	for name, value := range more {
		flags[name] = value
	}
	return config.Load(config.Sources{Data: c.Data, File: c.Config, Env: os.Environ(), Flags: flags})
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parser := kong.Parse(&cli{}, kong.Name("dabir"),
		kong.Description("Dabir (دبیر) is a newsroom in one binary."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.UsageOnError())
	err := parser.Run()
	switch {
	case err == nil:
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "dabir: stopped")
		os.Exit(130)
	default:
		fmt.Fprintln(os.Stderr, "dabir:", err)
		os.Exit(1)
	}
}
