package auth

import (
	"context"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Account is what a person sees of their own signing in.
type Account struct {
	Owner        news.User
	Passkeys     []news.Passkey
	SecondFactor bool
	Since        time.Time // of the second factor
	RecoveryLeft int
	Sessions     []Session // the newest first
	Fresh        bool      // signed in within FreshFor: may change the above
}

// Session is one open session as its owner sees it.
type Session struct {
	ID        string // names the session to EndSession; it opens nothing
	Device    string
	CreatedAt time.Time
	SeenAt    time.Time
	Current   bool
}

// sessionID is a part of the hash, of which the secret cannot be found.
func sessionID(hash string) string { return hash[:min(16, len(hash))] }

// Account is the account of a session's owner.
func (d *Desk) Account(ctx context.Context, session string) (Account, error) {
	token, user, err := d.session(ctx, session)
	if err != nil {
		return Account{}, err
	}
	a := Account{Owner: user, Fresh: d.isFresh(token)}
	if a.Passkeys, err = d.credentials.Passkeys(ctx, user.ID); err != nil {
		return Account{}, err
	}
	factor, err := d.credentials.SecondFactor(ctx, user.ID)
	if err != nil {
		return Account{}, err
	}
	a.SecondFactor, a.Since, a.RecoveryLeft = factor.On(), factor.Since, len(factor.Recovery)
	open, err := d.tokens.UserTokens(ctx, user.ID, purposeSession, d.now())
	if err != nil {
		return Account{}, err
	}
	for _, t := range open {
		a.Sessions = append(a.Sessions, Session{ID: sessionID(t.Hash), Device: t.Device, CreatedAt: t.CreatedAt, SeenAt: t.SeenAt, Current: t.Hash == token.Hash})
	}
	return a, nil
}

func (d *Desk) isFresh(t news.Token) bool { return d.now().Sub(t.CreatedAt) < FreshFor }

// fresh finds who signed in just now. By what one signs in may only be changed soon after having signed in: a machine left open must
// not become somebody else's. Unauthorized "error.sign_in_again" otherwise.
func (d *Desk) fresh(ctx context.Context, session string) (news.Token, news.User, error) {
	token, user, err := d.session(ctx, session)
	if err == nil && !d.isFresh(token) {
		err = news.Fail(news.Unauthorized, "error.sign_in_again")
	}
	return token, user, err
}

// EndSession ends one of the person's sessions; own tells that it was the one they are in. NotFound when there is none of that id.
func (d *Desk) EndSession(ctx context.Context, session, id string) (own bool, err error) {
	token, user, err := d.session(ctx, session)
	if err != nil {
		return false, err
	}
	open, err := d.tokens.UserTokens(ctx, user.ID, purposeSession, d.now())
	if err != nil {
		return false, err
	}
	for _, t := range open {
		if sessionID(t.Hash) == id {
			return t.Hash == token.Hash, d.tokens.DropToken(ctx, t.Hash, eventOf(user.Actor(), news.UserSignedOut, user.ID))
		}
	}
	return false, news.Fail(news.NotFound, "error.session_gone")
}

// EndOtherSessions ends all of the person's sessions but the one they are in.
func (d *Desk) EndOtherSessions(ctx context.Context, session string) error {
	token, user, err := d.session(ctx, session)
	if err != nil {
		return err
	}
	return d.tokens.DropTokens(ctx, user.ID, purposeSession, token.Hash, eventOf(user.Actor(), news.UserSessionsEnded, user.ID))
}

// SetPassword replaces the password of the person of a fresh session, and ends their other sessions and links. Invalid at "password".
func (d *Desk) SetPassword(ctx context.Context, session, password string) error {
	token, user, err := d.fresh(ctx, session)
	if err != nil {
		return err
	}
	set := did(user, news.UserPasswordSet)
	set.SignOut, set.Keep = true, token.Hash
	return d.setPassword(ctx, user, password, set)
}

// setPassword gives a user who is not shut out a password, with what happens beside.
func (d *Desk) setPassword(ctx context.Context, user news.User, password string, beside news.UserChange) error {
	if err := checkNew(password, user.Username, user.Name); err != nil {
		return err
	}
	hash, err := d.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return d.users.ChangeUser(ctx, user.ID, func(u *news.User, _ []news.User) (news.UserChange, error) {
		if u.Disabled {
			return news.UserChange{}, news.Fail(news.Unauthorized, "error.sign_in")
		}
		u.PasswordHash = hash
		return beside, nil
	})
}

// RemovePasskey removes a passkey of the person of a fresh session, and ends their other sessions and links: the device that held it may
// be lost, and what was opened by it with it. Conflict "error.last_way" when nothing would be left by which to sign in, NotFound when
// they have no such passkey.
func (d *Desk) RemovePasskey(ctx context.Context, session, id string) error {
	token, user, err := d.fresh(ctx, session)
	if err != nil {
		return err
	}
	return d.credentials.RemovePasskey(ctx, user.ID, id, func(u news.User, left int) (news.UserChange, error) {
		if left == 0 && u.PasswordHash == "" {
			return news.UserChange{}, news.Fail(news.Conflict, "error.last_way")
		}
		gone := did(user, news.UserPasskeyGone)
		gone.SignOut, gone.Keep = true, token.Hash
		return gone, nil
	})
}
