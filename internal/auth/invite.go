package auth

import (
	"context"
	"errors"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// People lists everybody; the actor needs RightUsers.
func (d *Desk) People(ctx context.Context, actor news.Actor) ([]news.Person, error) {
	if err := actor.Require(news.RightUsers); err != nil {
		return nil, err
	}
	return d.users.People(ctx)
}

// Invite makes a user without a way to sign in and the secret of a link by which they choose one; the actor needs RightUsers. Errors
// as of CreateUser.
func (d *Desk) Invite(ctx context.Context, actor news.Actor, u NewUser) (link string, user news.User, err error) {
	u.Password = ""
	if user, err = d.CreateUser(ctx, actor, u); err != nil {
		return "", news.User{}, err
	}
	link, err = d.NewInvitation(ctx, actor, user.ID)
	return link, user, err
}

// NewInvitation makes the secret of a link by which a user chooses a password or a passkey, and ends the older ones; the actor needs
// RightUsers. It lives InviteLife. NotFound for a disabled user.
func (d *Desk) NewInvitation(ctx context.Context, actor news.Actor, id news.UserID) (string, error) {
	if err := actor.Require(news.RightUsers); err != nil {
		return "", err
	}
	return d.give(ctx, id, purposeInvite, purposeInvite, InviteLife, eventOf(actor, news.UserInvited, id))
}

// Invited tells whom an invitation is for, without using it up. NotFound "error.link_invalid".
func (d *Desk) Invited(ctx context.Context, link string) (news.User, error) {
	token, err := d.tokens.PeekToken(ctx, hashOf(link), purposeInvite, d.now())
	var user news.User
	if err == nil {
		user, err = d.enabled(ctx, token.User)
	}
	return user, notFoundIs(err, news.NotFound, "error.link_invalid")
}

// AcceptInvitation takes the password that an invited person chose and signs them in; sessions that were open end. All of it happens,
// with the link used up, or nothing. Errors: Invalid at "password", NotFound "error.link_invalid".
func (d *Desk) AcceptInvitation(ctx context.Context, link, password string, from Visitor) (Entry, error) {
	user, err := d.Invited(ctx, link)
	if err != nil {
		return Entry{}, err
	}
	entry, accepted, err := d.accepting(user, link, from, news.UserPasswordSet)
	if err == nil {
		err = d.setPassword(ctx, user, password, accepted)
	}
	if err != nil {
		return Entry{}, notFoundIs(err, news.NotFound, "error.link_invalid")
	}
	return entry, nil
}

// accepting is what happens beside the act by which an invitation is used up.
func (d *Desk) accepting(user news.User, link string, from Visitor, act news.EventKind) (Entry, news.UserChange, error) {
	entry, accepted, err := d.opening(user, from, "invitation")
	accepted.Spend, accepted.SignOut = hashOf(link), true
	accepted.Events = append([]news.Event{eventOf(user.Actor(), act, user.ID)}, accepted.Events...)
	return entry, accepted, err
}

// ChangeRoles gives a user other roles, or other sections for which they hold (none: all), and ends their sessions, so that nothing open
// goes on under the old ones; the actor needs RightUsers. Errors: Invalid "error.roles" at "roles" and "error.sections" at "sections"
// (joined), Conflict "error.own_roles" for oneself, Conflict "error.last_operator" when nobody would be left to manage people, NotFound.
func (d *Desk) ChangeRoles(ctx context.Context, actor news.Actor, id news.UserID, roles []news.Role, sections []news.SectionID) error {
	if err := actor.Require(news.RightUsers); err != nil {
		return err
	}
	if err := errors.Join(checkRoles(&roles), d.checkSections(ctx, &sections)); err != nil {
		return err
	}
	if actor.User == id {
		return news.Fail(news.Conflict, "error.own_roles")
	}
	return d.users.ChangeUser(ctx, id, func(u *news.User, others []news.User) (news.UserChange, error) {
		if slices.Equal(u.Roles, roles) && slices.Equal(u.Sections, sections) {
			return news.UserChange{}, nil
		}
		before := *u
		u.Roles, u.Sections = roles, sections
		changed := eventOf(actor, news.UserRolesChanged, id)
		changed.Data = news.ScopeData(roles, sections)
		return news.UserChange{SignOut: true, Events: []news.Event{changed}}, someoneManages(before, *u, others)
	})
}

// SetDisabled shuts a user out at once, with all sessions and links, or lets them in again; the actor needs RightUsers. Errors: Conflict
// "error.own_disable" for oneself, Conflict "error.last_operator", NotFound.
func (d *Desk) SetDisabled(ctx context.Context, actor news.Actor, id news.UserID, disabled bool) error {
	if err := actor.Require(news.RightUsers); err != nil {
		return err
	}
	if actor.User == id {
		return news.Fail(news.Conflict, "error.own_disable")
	}
	return d.users.ChangeUser(ctx, id, func(u *news.User, others []news.User) (news.UserChange, error) {
		if u.Disabled == disabled {
			return news.UserChange{}, nil
		}
		before := *u
		u.Disabled = disabled
		kind := news.UserEnabled
		if disabled {
			kind = news.UserDisabled
		}
		return news.UserChange{SignOut: true, Events: []news.Event{eventOf(actor, kind, id)}}, someoneManages(before, *u, others)
	})
}

// someoneManages keeps two operators from demoting each other at the same instant.
func someoneManages(before, after news.User, others []news.User) error {
	if !manages(before) || manages(after) || slices.ContainsFunc(others, manages) {
		return nil
	}
	return news.Fail(news.Conflict, "error.last_operator")
}

func manages(u news.User) bool { return !u.Disabled && u.Actor().May(news.RightUsers) }

// PersonPasskeys lists a user's passkeys, the oldest first; the actor needs RightUsers.
func (d *Desk) PersonPasskeys(ctx context.Context, actor news.Actor, id news.UserID) ([]news.Passkey, error) {
	if err := actor.Require(news.RightUsers); err != nil {
		return nil, err
	}
	return d.credentials.Passkeys(ctx, id)
}

// mayMend is nil when the actor may take away by what another signs in. What is one's own is changed at one's account, soon after
// having signed in: Conflict "error.own_entry".
func mayMend(actor news.Actor, id news.UserID) error {
	if err := actor.Require(news.RightUsers); err != nil {
		return err
	}
	if actor.User == id {
		return news.Fail(news.Conflict, "error.own_entry")
	}
	return nil
}

// RemovePersonPasskey removes a passkey that somebody else has lost and ends all their sessions and links; the actor needs RightUsers.
// It may be their last way to sign in: an invitation gives them another. Errors: Conflict "error.own_entry", NotFound.
func (d *Desk) RemovePersonPasskey(ctx context.Context, actor news.Actor, id news.UserID, passkey string) error {
	if err := mayMend(actor, id); err != nil {
		return err
	}
	return d.credentials.RemovePasskey(ctx, id, passkey, func(news.User, int) (news.UserChange, error) {
		return news.UserChange{SignOut: true, Events: []news.Event{eventOf(actor, news.UserPasskeyGone, id)}}, nil
	})
}

// ResetSecondFactor switches the codes of somebody else off, who has lost their app and their recovery codes, and ends all their sessions
// and links; the actor needs RightUsers. Errors: Conflict "error.own_entry", Conflict "error.totp_off" when they have none.
func (d *Desk) ResetSecondFactor(ctx context.Context, actor news.Actor, id news.UserID) error {
	if err := mayMend(actor, id); err != nil {
		return err
	}
	return d.credentials.ChangeSecondFactor(ctx, id, func(f *news.SecondFactor) (news.UserChange, error) {
		if !f.On() {
			return news.UserChange{}, news.Fail(news.Conflict, "error.totp_off")
		}
		f.Secret = ""
		return news.UserChange{SignOut: true, Events: []news.Event{eventOf(actor, news.UserTOTPOff, id)}}, nil
	})
}

// EndSessions ends all sessions and links of a user; the actor needs RightUsers. NotFound.
func (d *Desk) EndSessions(ctx context.Context, actor news.Actor, id news.UserID) error {
	if err := actor.Require(news.RightUsers); err != nil {
		return err
	}
	return d.users.ChangeUser(ctx, id, func(*news.User, []news.User) (news.UserChange, error) {
		return news.UserChange{SignOut: true, Events: []news.Event{eventOf(actor, news.UserSessionsEnded, id)}}, nil
	})
}
