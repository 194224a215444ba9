package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// How long secrets live.
const (
	SessionLife = 14 * 24 * time.Hour // from the last use
	LinkLife    = time.Hour
	SetupLife   = 24 * time.Hour
	// touchAfter is how old a session's last use must be before a new use is written down.
	touchAfter = 24 * time.Hour
)

// The purposes of tokens.
const (
	purposeSession = "session"
	purposeLink    = "link"
	purposeSetup   = "setup"
)

// Users is where users are kept.
type Users interface {
	// CreateUser stores a user and gives it its ID; Conflict "error.username_taken" (Field "username") when the name is taken.
	CreateUser(context.Context, news.Actor, *news.User) error
	UserByName(ctx context.Context, username string) (news.User, error) // NotFound
	User(context.Context, news.UserID) (news.User, error)               // NotFound
	CountUsers(context.Context) (int, error)
	SetPassword(ctx context.Context, id news.UserID, hash string) error
}

// Tokens is where the hashes of secrets and the failed attempts are kept.
type Tokens interface {
	SaveToken(context.Context, news.Token) error
	// TakeToken uses a token up: of any number of callers one gets it, the others NotFound, as for unknown and expired ones.
	TakeToken(ctx context.Context, hash, purpose string, now time.Time) (news.Token, error)
	PeekToken(ctx context.Context, hash, purpose string, now time.Time) (news.Token, error) // NotFound
	TouchToken(ctx context.Context, hash string, expires time.Time) error
	DropToken(ctx context.Context, hash string) error
	Attempts(ctx context.Context, key string, since time.Time) (int, error)
	AddAttempt(ctx context.Context, key string, at time.Time) error
}

// Desk is where people of the newsroom sign in. It may be used from many goroutines.
type Desk struct {
	users  Users
	tokens Tokens
	key    []byte
	now    func() time.Time
	hasher *hasher
}

// New makes the desk. key makes pseudonyms of addresses; it is secret, at least 16 bytes, and kept with the newsroom, so
// that all nodes count alike.
func New(users Users, tokens Tokens, key []byte, now func() time.Time) *Desk {
	return &Desk{users: users, tokens: tokens, key: key, now: now, hasher: newHasher(current)}
}

// window is how long a failed attempt counts.
const window = 15 * time.Minute

// limit is how many failed attempts within window a key may have.
type limit struct {
	key string
	max int
}

// limits names what is counted for an attempt. Ten wrong passwords close a name for one address; the wider limits are
// higher, since a stranger must not be able to lock an editor out by ten wrong guesses.
func (d *Desk) limits(username string, from netip.Addr) []limit {
	return []limit{
		{d.attemptKey("pair", username, from.String()), 10},
		{d.attemptKey("name", username), 50},
		{d.attemptKey("address", from.String()), 100},
	}
}

// attemptKey is a keyed hash, so that the store holds neither addresses nor what people typed for a name.
func (d *Desk) attemptKey(parts ...string) string {
	mac := hmac.New(sha256.New, d.key)
	mac.Write([]byte("signin\x00" + strings.Join(parts, "\x00")))
	return hex.EncodeToString(mac.Sum(nil))
}

// SignIn opens a session for who knows the password. Errors: Invalid "error.signin_wrong" for a wrong name or password
// (which of them is not told, and takes the same time), TooMany "error.signin_rate" after too many of those.
func (d *Desk) SignIn(ctx context.Context, username, password string, from netip.Addr) (session string, user news.User, err error) {
	username = foldName(username)
	user, err = d.checkPassword(ctx, username, password, from)
	if err != nil {
		return "", news.User{}, err
	}
	session, err = d.issue(ctx, purposeSession, user.ID, SessionLife)
	return session, user, err
}

// checkPassword counts and compares within one slot, so that parallel guesses cannot outrun the count.
func (d *Desk) checkPassword(ctx context.Context, username, password string, from netip.Addr) (news.User, error) {
	leave, err := d.hasher.enter(ctx)
	if err != nil {
		return news.User{}, fmt.Errorf("auth: wait for a slot: %w", err)
	}
	defer leave()
	now, limits := d.now(), d.limits(username, from)
	for _, l := range limits {
		n, err := d.tokens.Attempts(ctx, l.key, now.Add(-window))
		if err != nil {
			return news.User{}, err
		}
		if n >= l.max {
			return news.User{}, news.Fail(news.TooMany, "error.signin_rate")
		}
	}
	user, err := d.users.UserByName(ctx, username)
	if err != nil && news.KindOf(err) != news.NotFound {
		return news.User{}, err
	}
	if err != nil || user.Disabled {
		user = news.User{}
	}
	ok, stale, err := d.hasher.check(cut(password), user.PasswordHash)
	if err != nil {
		return news.User{}, err
	}
	if !ok {
		for _, l := range limits {
			if err := d.tokens.AddAttempt(ctx, l.key, now); err != nil {
				return news.User{}, err
			}
		}
		return news.User{}, news.Fail(news.Invalid, "error.signin_wrong")
	}
	if stale {
		user.PasswordHash = d.hasher.hash(cut(password))
		if err := d.users.SetPassword(ctx, user.ID, user.PasswordHash); err != nil {
			return news.User{}, err
		}
	}
	return user, nil
}

// Session tells whose session a token is and keeps it alive. Unauthorized "error.sign_in" when it is nobody's.
func (d *Desk) Session(ctx context.Context, session string) (news.User, error) {
	now := d.now()
	token, err := d.tokens.PeekToken(ctx, hashOf(session), purposeSession, now)
	if err != nil {
		return news.User{}, notFoundIs(err, news.Unauthorized, "error.sign_in")
	}
	user, err := d.enabled(ctx, token.User)
	if err != nil {
		return news.User{}, notFoundIs(err, news.Unauthorized, "error.sign_in")
	}
	if expires := now.Add(SessionLife); expires.Sub(token.ExpiresAt) > touchAfter {
		if err := d.tokens.TouchToken(ctx, token.Hash, expires); err != nil {
			return news.User{}, err
		}
	}
	return user, nil
}

// SignOut ends a session; one that has ended already is no error.
func (d *Desk) SignOut(ctx context.Context, session string) error {
	return d.tokens.DropToken(ctx, hashOf(session))
}

// enabled finds a user who may sign in; NotFound for a disabled one too.
func (d *Desk) enabled(ctx context.Context, id news.UserID) (news.User, error) {
	user, err := d.users.User(ctx, id)
	if err == nil && user.Disabled {
		err = news.Fail(news.NotFound, "error.not_found")
	}
	if err != nil {
		return news.User{}, err
	}
	return user, nil
}

// issue makes a secret of 32 random bytes and stores its hash.
func (d *Desk) issue(ctx context.Context, purpose string, user news.UserID, life time.Duration) (string, error) {
	var b [32]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the process rather than give less
	secret, now := base64.RawURLEncoding.EncodeToString(b[:]), d.now()
	err := d.tokens.SaveToken(ctx, news.Token{Hash: hashOf(secret), Purpose: purpose, User: user, CreatedAt: now, ExpiresAt: now.Add(life)})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// hashOf is enough without a salt: the secret is 256 random bits.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// notFoundIs tells a missing row in the words of what was asked; other errors stay.
func notFoundIs(err error, kind news.Kind, key string) error {
	if news.KindOf(err) == news.NotFound {
		return news.Fail(kind, key)
	}
	return err
}
