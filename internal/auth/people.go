package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Bounds of what a person may choose.
const (
	MinPassword = 10 // characters
	maxPassword = 1024
	maxName     = 80
	maxUsername = 32
)

// NewUser is what it takes to make a user.
type NewUser struct {
	Username string
	Name     string
	Password string // "" for one who signs in by links only
	Roles    []news.Role
}

// CreateUser makes a user; the actor needs RightUsers. Errors: Invalid at "username", "name", "password" (joined), Conflict
// "error.username_taken" at "username".
func (d *Desk) CreateUser(ctx context.Context, actor news.Actor, u NewUser) (news.User, error) {
	if err := actor.Require(news.RightUsers); err != nil {
		return news.User{}, err
	}
	if err := u.clean(u.Password == ""); err != nil {
		return news.User{}, err
	}
	return d.create(ctx, actor, u)
}

func (d *Desk) create(ctx context.Context, actor news.Actor, u NewUser) (news.User, error) {
	user := news.User{Username: u.Username, Name: u.Name, Roles: u.Roles, CreatedAt: d.now()}
	if u.Password != "" {
		leave, err := d.hasher.enter(ctx)
		if err != nil {
			return news.User{}, fmt.Errorf("auth: wait for a slot: %w", err)
		}
		user.PasswordHash = d.hasher.hash(u.Password)
		leave()
	}
	if err := d.users.CreateUser(ctx, actor, &user); err != nil {
		return news.User{}, err
	}
	return user, nil
}

// clean puts the fields right and says what cannot be taken.
func (u *NewUser) clean(withoutPassword bool) error {
	u.Username, u.Name = foldName(u.Username), persian.CleanLine(u.Name)
	var all []error
	if !validUsername(u.Username) {
		all = append(all, news.FieldError("username", "error.username_form", maxUsername))
	}
	if n := utf8.RuneCountInString(u.Name); n == 0 || n > maxName {
		all = append(all, news.FieldError("name", "error.person_name"))
	}
	if n := utf8.RuneCountInString(u.Password); !withoutPassword && n < MinPassword {
		all = append(all, news.FieldError("password", "error.password_short", MinPassword))
	} else if n > maxPassword {
		all = append(all, news.FieldError("password", "error.password_long", maxPassword))
	}
	return errors.Join(all...)
}

// validUsername takes Latin letters, digits, dot, hyphen and underscore: it is typed on any keyboard.
func validUsername(s string) bool {
	if len(s) < 2 || len(s) > maxUsername {
		return false
	}
	for _, r := range s {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789._-", r) {
			return false
		}
	}
	return true
}

// foldName makes names that people take for the same the same: case, spaces around, Persian digits.
func foldName(s string) string {
	return strings.ToLower(strings.TrimSpace(persian.LatinDigits(s)))
}

// cut keeps a password of megabytes from costing more than its hash.
func cut(password string) string {
	if len(password) > maxPassword*utf8.UTFMax {
		return password[:maxPassword*utf8.UTFMax]
	}
	return password
}

// NewLink makes a one-time sign-in link's secret for a user; the actor needs RightUsers. It lives LinkLife.
func (d *Desk) NewLink(ctx context.Context, actor news.Actor, id news.UserID) (string, error) {
	if err := actor.Require(news.RightUsers); err != nil {
		return "", err
	}
	if _, err := d.enabled(ctx, id); err != nil {
		return "", err
	}
	return d.issue(ctx, purposeLink, id, LinkLife)
}

// LinkUser tells whom a one-time link signs in, without using it up. NotFound "error.link_invalid".
func (d *Desk) LinkUser(ctx context.Context, link string) (news.User, error) {
	token, err := d.tokens.PeekToken(ctx, hashOf(link), purposeLink, d.now())
	if err != nil {
		return news.User{}, notFoundIs(err, news.NotFound, "error.link_invalid")
	}
	user, err := d.enabled(ctx, token.User)
	return user, notFoundIs(err, news.NotFound, "error.link_invalid")
}

// UseLink opens a session by a one-time link, which is used up. NotFound "error.link_invalid" when it was before, has
// expired or never was.
func (d *Desk) UseLink(ctx context.Context, link string) (session string, user news.User, err error) {
	token, err := d.tokens.TakeToken(ctx, hashOf(link), purposeLink, d.now())
	if err == nil {
		user, err = d.enabled(ctx, token.User)
	}
	if err != nil {
		return "", news.User{}, notFoundIs(err, news.NotFound, "error.link_invalid")
	}
	session, err = d.issue(ctx, purposeSession, user.ID, SessionLife)
	return session, user, err
}

// SetupLink makes the secret of the link by which the first operator is set up; whoever starts the process asks for it.
// Conflict "error.setup_done" when there are users already. It lives SetupLife.
func (d *Desk) SetupLink(ctx context.Context) (string, error) {
	if err := d.empty(ctx); err != nil {
		return "", err
	}
	return d.issue(ctx, purposeSetup, 0, SetupLife)
}

// CheckSetup tells whether a set-up link would be taken: nil, NotFound "error.link_invalid" or Conflict "error.setup_done".
func (d *Desk) CheckSetup(ctx context.Context, link string) error {
	if err := d.empty(ctx); err != nil {
		return err
	}
	_, err := d.tokens.PeekToken(ctx, hashOf(link), purposeSetup, d.now())
	return notFoundIs(err, news.NotFound, "error.link_invalid")
}

// Setup makes the first user, operator and chief editor in one, and signs them in. The link is used up only when what was
// typed can be taken. Errors as of CreateUser and CheckSetup.
func (d *Desk) Setup(ctx context.Context, link, username, name, password string) (session string, user news.User, err error) {
	if err := d.CheckSetup(ctx, link); err != nil {
		return "", news.User{}, err
	}
	u := NewUser{Username: username, Name: name, Password: password, Roles: []news.Role{news.Operator, news.ChiefEditor}}
	if err := u.clean(false); err != nil {
		return "", news.User{}, err
	}
	if _, err := d.tokens.TakeToken(ctx, hashOf(link), purposeSetup, d.now()); err != nil {
		return "", news.User{}, notFoundIs(err, news.NotFound, "error.link_invalid")
	}
	if user, err = d.create(ctx, news.SystemActor("setup", news.Operator), u); err != nil {
		return "", news.User{}, err
	}
	session, err = d.issue(ctx, purposeSession, user.ID, SessionLife)
	return session, user, err
}

func (d *Desk) empty(ctx context.Context) error {
	n, err := d.users.CountUsers(ctx)
	if err == nil && n > 0 {
		err = news.Fail(news.Conflict, "error.setup_done")
	}
	return err
}
