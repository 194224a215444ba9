package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	Sections []news.SectionID // the roles hold for these; none: for all
}

// CreateUser makes a user; the actor needs RightUsers. Errors: Invalid at "username", "name", "password", "roles", "sections" (joined),
// Conflict "error.username_taken" at "username".
func (d *Desk) CreateUser(ctx context.Context, actor news.Actor, u NewUser) (news.User, error) {
	if err := actor.Require(news.RightUsers); err != nil {
		return news.User{}, err
	}
	if err := errors.Join(u.clean(u.Password == ""), d.checkSections(ctx, &u.Sections)); err != nil {
		return news.User{}, err
	}
	return d.create(ctx, actor, u, d.users.CreateUser)
}

func (d *Desk) create(ctx context.Context, actor news.Actor, u NewUser, store func(context.Context, news.Actor, *news.User) error) (news.User, error) {
	user := news.User{Username: u.Username, Name: u.Name, Roles: u.Roles, Sections: u.Sections, CreatedAt: d.now()}
	if u.Password != "" {
		var err error
		if user.PasswordHash, err = d.hashPassword(ctx, u.Password); err != nil {
			return news.User{}, err
		}
	}
	if err := store(ctx, actor, &user); err != nil {
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
	if !withoutPassword {
		all = append(all, checkNew(u.Password, u.Username, u.Name))
	}
	all = append(all, checkRoles(&u.Roles))
	return errors.Join(all...)
}

// checkNew says what is wrong with a password that somebody chose. names are those by which the person is known.
func checkNew(password string, names ...string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		return news.FieldError("password", "error.password_short", MinPassword)
	case n > maxPassword:
		return news.FieldError("password", "error.password_long", maxPassword)
	case simple(foldName(password), names):
		return news.FieldError("password", "error.password_simple")
	}
	return nil
}

// checkRoles puts roles into the newsroom's order, each once; Invalid "error.roles" when there is none or an unknown one.
func checkRoles(roles *[]news.Role) error {
	var sorted []news.Role
	for _, role := range news.Roles() {
		if slices.Contains(*roles, role) {
			sorted = append(sorted, role)
		}
	}
	unknown := slices.ContainsFunc(*roles, func(r news.Role) bool { return !slices.Contains(news.Roles(), r) })
	if len(sorted) == 0 || unknown {
		return news.FieldError("roles", "error.roles")
	}
	*roles = sorted
	return nil
}

// checkSections puts sections into the newsroom's order, each once, and none as nil; Invalid "error.sections" when one is unknown.
func (d *Desk) checkSections(ctx context.Context, chosen *[]news.SectionID) error {
	all, err := d.users.Sections(ctx)
	if err != nil {
		return err
	}
	var sorted []news.SectionID
	for _, s := range all {
		if slices.Contains(*chosen, s.ID) {
			sorted = append(sorted, s.ID)
		}
	}
	if slices.ContainsFunc(*chosen, func(id news.SectionID) bool { return !slices.Contains(sorted, id) }) {
		return news.FieldError("sections", "error.sections")
	}
	*chosen = sorted
	return nil
}

func (d *Desk) hashPassword(ctx context.Context, password string) (string, error) {
	leave, err := d.hasher.enter(ctx)
	if err != nil {
		return "", fmt.Errorf("auth: wait for a slot: %w", err)
	}
	defer leave()
	return d.hasher.hash(password), nil
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
	return d.give(ctx, id, purposeLink, "", LinkLife, eventOf(actor, news.UserLinkMade, id))
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

// UseLink opens a session by a one-time link, which is used up; who made the link has vouched for the person, so no code is
// asked for. NotFound "error.link_invalid" when it was used before, has expired or never was.
func (d *Desk) UseLink(ctx context.Context, link string, from Visitor) (Entry, error) {
	user, err := d.LinkUser(ctx, link)
	if err != nil {
		return Entry{}, err
	}
	entry, err := d.enter(ctx, user, from, "link", hashOf(link))
	return entry, notFoundIs(err, news.NotFound, "error.link_invalid")
}

// SetupLink makes the secret of the link by which the first operator is set up; whoever starts the process asks for it.
// Conflict "error.setup_done" when there are users already. It lives SetupLife.
func (d *Desk) SetupLink(ctx context.Context) (string, error) {
	if err := d.empty(ctx); err != nil {
		return "", err
	}
	secret, token := d.secret(news.Token{Purpose: purposeSetup}, SetupLife)
	return secret, d.tokens.SaveToken(ctx, token)
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
// typed can be taken; of two links used at the same instant one makes a user. Errors as of CreateUser and CheckSetup.
func (d *Desk) Setup(ctx context.Context, link, username, name, password string, from Visitor) (Entry, error) {
	if err := d.CheckSetup(ctx, link); err != nil {
		return Entry{}, err
	}
	u := NewUser{Username: username, Name: name, Password: password, Roles: []news.Role{news.Operator, news.ChiefEditor}}
	if err := u.clean(false); err != nil {
		return Entry{}, err
	}
	if _, err := d.tokens.TakeToken(ctx, hashOf(link), purposeSetup, d.now()); err != nil {
		return Entry{}, notFoundIs(err, news.NotFound, "error.link_invalid")
	}
	user, err := d.create(ctx, news.SystemActor("setup", news.Operator), u, d.users.CreateFirstUser)
	if err != nil {
		return Entry{}, err
	}
	return d.enter(ctx, user, from, "setup", "")
}

func (d *Desk) empty(ctx context.Context) error {
	n, err := d.users.CountUsers(ctx)
	if err == nil && n > 0 {
		err = news.Fail(news.Conflict, "error.setup_done")
	}
	return err
}
