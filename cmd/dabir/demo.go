package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/dabir-newsroom/dabir/internal/auth"
	"github.com/dabir-newsroom/dabir/internal/demo"
	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web/control"
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

// demoPeople work in the demonstration newsroom; a link is printed for those with a label.
var demoPeople = []struct {
	label string
	user  auth.NewUser
	in    string // the only section for which they hold their roles; "" for all
}{
	{"Chief editor", auth.NewUser{Username: "sardabir", Name: "رویا سپهری", Roles: []news.Role{news.ChiefEditor}}, ""},
	{"Desk editor", auth.NewUser{Username: "dabir", Name: "کاوه دادخواه", Roles: []news.Role{news.DeskEditor}}, ""},
	{"Sports desk", auth.NewUser{Username: "varzesh", Name: "آرش پایدار", Roles: []news.Role{news.DeskEditor}}, "ورزش"},
	{"Reporter", auth.NewUser{Username: "khabarnegar", Name: "نگار ستوده", Roles: []news.Role{news.Reporter}}, ""},
	{"Moderator", auth.NewUser{Username: "nazer", Name: "بهرام نیک‌روان", Roles: []news.Role{news.Moderator}}, ""},
	{"Operator", auth.NewUser{Username: "fanni", Name: "پویا آرمان", Roles: []news.Role{news.Operator}}, ""},
	{"", auth.NewUser{Username: "omid", Name: "امید سروش", Roles: []news.Role{news.Reporter}}, ""},
	{"", auth.NewUser{Username: "mahtab", Name: "مهتاب رستمی", Roles: []news.Role{news.DeskEditor, news.Moderator}}, ""},
}

// announceDemo fills the newsroom, adds its people and prints the ways in.
func announceDemo(ctx context.Context, a *app, url string) error {
	fmt.Println("Preparing the demonstration newsroom…")
	desks := demo.Desks{Editorial: a.editorial, Front: a.front, Topics: a.topics, Library: a.library, Store: a.store}
	if err := demo.Fill(ctx, desks, time.Now()); err != nil {
		return err
	}
	fmt.Printf("\n  Readers:         %s\n", url)
	people := map[string]news.Actor{}
	for _, person := range demoPeople {
		link, err := demoLink(ctx, console{a, url}, person.user, person.in)
		if err != nil {
			return err
		}
		if person.label != "" {
			fmt.Printf("  %-16s %s\n", person.label+":", link)
		}
		user, err := a.store.UserByName(ctx, person.user.Username)
		if err != nil {
			return err
		}
		people[user.Username] = user.Actor()
	}
	clocked := func(clock func() time.Time) *editorial.Desk { return editorial.New(a.store, "fa", clock) }
	if err := demo.FillDesk(ctx, desks, people, clocked, time.Now()); err != nil {
		return err
	}
	fmt.Printf("\nThe sign-in links work once, within an hour; dabir user link USERNAME makes another. Ctrl-C ends the demonstration.\n\n")
	return nil
}

// demoLink makes a sign-in link for a person, who is added at the first start.
func demoLink(ctx context.Context, c console, u auth.NewUser, section string) (string, error) {
	_, err := c.app.store.UserByName(ctx, u.Username)
	if news.KindOf(err) == news.NotFound {
		added := control.NewUser{NewUser: u}
		if section != "" {
			added.In = []string{section}
		}
		return c.AddUser(ctx, added)
	}
	if err != nil {
		return "", err
	}
	return c.LinkUser(ctx, u.Username)
}
