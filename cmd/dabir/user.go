package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/auth"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web/control"
)

type userCmd struct {
	Add  userAddCmd  `cmd:"" help:"Add a user and print a one-time sign-in link."`
	Link userLinkCmd `cmd:"" help:"Print a new one-time sign-in link for a user."`
}

type userAddCmd struct {
	common
	Username string   `arg:"" help:"Name for signing in."`
	Name     string   `help:"Name that colleagues see." required:""`
	Role     []string `help:"reporter, desk_editor, chief_editor, moderator or operator; may be given several times." required:""`
	Section  []string `help:"Section for which the roles hold, by name; may be given several times (default: all sections)." placeholder:"NAME"`
}

// Run adds a user.
func (c *userAddCmd) Run(ctx context.Context) error {
	u := control.NewUser{NewUser: auth.NewUser{Username: c.Username, Name: c.Name}, In: c.Section}
	for _, name := range c.Role {
		role := news.Role(name)
		if !slices.Contains(news.Roles(), role) {
			return fmt.Errorf("there is no role %q; the roles are %v", name, news.Roles())
		}
		u.Roles = append(u.Roles, role)
	}
	return c.printLink(ctx, func(n control.Newsroom) (string, error) { return n.AddUser(ctx, u) })
}

type userLinkCmd struct {
	common
	Username string `arg:"" help:"Whose link."`
}

// Run makes a link.
func (c *userLinkCmd) Run(ctx context.Context) error {
	return c.printLink(ctx, func(n control.Newsroom) (string, error) { return n.LinkUser(ctx, c.Username) })
}

func (c *common) printLink(ctx context.Context, do func(control.Newsroom) (string, error)) error {
	cfg, err := c.load(nil)
	if err != nil {
		return err
	}
	newsroom, done, err := openNewsroom(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	link, err := do(newsroom)
	if err != nil {
		return err
	}
	fmt.Println("One-time sign-in link, good for an hour:", link)
	return nil
}
