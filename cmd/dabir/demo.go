package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/dabir-newsroom/dabir/internal/auth"
	"github.com/dabir-newsroom/dabir/internal/demo"
	"github.com/dabir-newsroom/dabir/internal/news"
)

type demoCmd struct {
	Data   string `help:"Keep the demonstration in this folder; without it a temporary one is removed at the end." type:"path" placeholder:"DIR"`
	Addr   string `help:"Address and port to listen on (default 127.0.0.1:8080)." placeholder:"ADDR"`
	DB     string `help:"Database: a postgres:// address or the path of an SQLite file." placeholder:"URL"`
	Config string `help:"Settings file." type:"path" placeholder:"FILE"`
	Log    string `help:"What is logged." default:"warn" placeholder:"LEVEL"`
	Lang   string `help:"Language of the pages: fa or en." default:"fa" enum:"fa,en"`
}

// Run serves the fictional newsroom until it is told to stop.
func (c *demoCmd) Run(ctx context.Context) error {
	data := c.Data
	if data == "" {
		made, err := os.MkdirTemp("", "dabir-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		data = made
	}
	site, err := demo.ReadSite(c.Lang)
	if err != nil {
		return err
	}
	settings := common{Data: data, DB: c.DB, Config: c.Config, Log: c.Log}
	cfg, err := settings.load(map[string]string{"server.addr": c.Addr, "site.lang": c.Lang, "site.name": site.Name,
		"site.tagline": site.Tagline, "site.about": site.About, "site.contact": site.Contact})
	if err != nil {
		return err
	}
	err = serve(ctx, cfg, announceDemo)
	if err == nil {
		fmt.Println("Stopped.")
	}
	return err
}

// announceDemo fills the newsroom, adds its people and prints the ways in.
func announceDemo(ctx context.Context, a *app, url string) error {
	fmt.Println("Preparing the demonstration newsroom…")
	err := demo.Fill(ctx, demo.Desks{Editorial: a.editorial, Front: a.front, Library: a.library, Store: a.store}, time.Now())
	if err != nil {
		return err
	}
	fmt.Printf("\n  Readers:         %s\n", url)
	for _, person := range []struct {
		label string
		user  auth.NewUser
	}{
		{"Chief editor", auth.NewUser{Username: "sardabir", Name: "رویا سپهری", Roles: []news.Role{news.ChiefEditor}}},
		{"Desk editor", auth.NewUser{Username: "dabir", Name: "کاوه دادخواه", Roles: []news.Role{news.DeskEditor}}},
		{"Reporter", auth.NewUser{Username: "khabarnegar", Name: "نگار ستوده", Roles: []news.Role{news.Reporter}}},
		{"Moderator", auth.NewUser{Username: "nazer", Name: "بهرام نیک‌روان", Roles: []news.Role{news.Moderator}}},
	} {
		link, err := demoLink(ctx, console{a, url}, person.user)
		if err != nil {
			return err
		}
		fmt.Printf("  %-16s %s\n", person.label+":", link)
	}
	fmt.Printf("\nThe sign-in links work once, within an hour. Ctrl-C ends the demonstration.\n\n")
	return nil
}

// demoLink makes a sign-in link for a person, who is added at the first start.
func demoLink(ctx context.Context, c console, u auth.NewUser) (string, error) {
	_, err := c.app.store.UserByName(ctx, u.Username)
	if news.KindOf(err) == news.NotFound {
		return c.AddUser(ctx, u)
	}
	if err != nil {
		return "", err
	}
	return c.LinkUser(ctx, u.Username)
}
