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
	SessionLife = 14 * 24 * time.Hour // from the last use …
	SessionMost = 30 * 24 * time.Hour // … but no longer than this from signing in
	LinkLife    = time.Hour
	SetupLife   = 24 * time.Hour
	InviteLife  = 7 * 24 * time.Hour
	// FreshFor is how long after signing in a person may change by what they sign in.
	FreshFor = 15 * time.Minute
	// secondLife is how long after the password the code may be typed, challengeLife how long a passkey may take.
	secondLife    = 10 * time.Minute
	challengeLife = 10 * time.Minute
	// knownLife is how long a browser counts as one from which its person has signed in.
	knownLife = 180 * 24 * time.Hour
	// touchAfter is how old a session's last use must be before a new use is written down.
	touchAfter = 5 * time.Minute
)

// The purposes of tokens.
const (
	purposeSession = "session"
	purposeLink    = "link"
	purposeInvite  = "invite"
	purposeSecond  = "second" // the password was right, the code is still asked for
	purposeSetup   = "setup"
	purposeSpent   = "spent" // a challenge that has been answered
)

// Users is where users are kept.
type Users interface {
	// CreateUser stores a user and gives it its ID; Conflict "error.username_taken" (Field "username") when the name is taken.
	CreateUser(context.Context, news.Actor, *news.User) error
	// CreateFirstUser is CreateUser for an empty newsroom; Conflict "error.setup_done" otherwise, also at the same instant.
	CreateFirstUser(context.Context, news.Actor, *news.User) error
	UserByName(ctx context.Context, username string) (news.User, error) // NotFound
	User(context.Context, news.UserID) (news.User, error)               // NotFound
	CountUsers(context.Context) (int, error)
	People(context.Context) ([]news.Person, error)
	Sections(context.Context) ([]news.Section, error)
	// ChangeUser changes a user, with what happens beside, in one transaction; others are all the other users. NotFound, Conflict.
	ChangeUser(ctx context.Context, id news.UserID, change func(u *news.User, others []news.User) (news.UserChange, error)) error
}

// Tokens is where the hashes of secrets are kept. The events are logged with the change, in one transaction.
type Tokens interface {
	SaveToken(context.Context, news.Token, ...news.Event) error // Conflict when the hash is there already
	// TakeToken uses a token up: of any number of callers one gets it, the others NotFound, as for unknown and expired ones.
	TakeToken(ctx context.Context, hash, purpose string, now time.Time) (news.Token, error)
	PeekToken(ctx context.Context, hash, purpose string, now time.Time) (news.Token, error) // NotFound
	UserTokens(ctx context.Context, user news.UserID, purpose string, now time.Time) ([]news.Token, error)
	TouchToken(ctx context.Context, hash string, seen, expires time.Time) error
	DropToken(ctx context.Context, hash string, events ...news.Event) error
	DropTokens(ctx context.Context, user news.UserID, purpose, keep string, events ...news.Event) error
}

// Attempts is where failed attempts are counted.
type Attempts interface {
	Attempts(ctx context.Context, key string, since time.Time) (int, error)
	AddAttempt(ctx context.Context, key string, at time.Time) error
}

// Credentials is where passkeys and second factors are kept. Each change is one transaction with its events.
type Credentials interface {
	Passkey(ctx context.Context, id string) (news.Passkey, error) // NotFound
	Passkeys(context.Context, news.UserID) ([]news.Passkey, error)
	UsePasskey(ctx context.Context, id string, use func(*news.Passkey, news.User) (news.UserChange, error)) error                      // NotFound
	RemovePasskey(ctx context.Context, user news.UserID, id string, change func(u news.User, left int) (news.UserChange, error)) error // NotFound
	SecondFactor(context.Context, news.UserID) (news.SecondFactor, error)                                                              // one that is off when there is none
	ChangeSecondFactor(context.Context, news.UserID, func(*news.SecondFactor) (news.UserChange, error)) error
}

// Keepers are the places where the desk keeps things; *store.Store is all of them.
type Keepers struct {
	Users
	Tokens
	Attempts    Attempts
	Credentials Credentials
}

// Visitor is from where somebody signs in.
type Visitor struct {
	Addr   netip.Addr // for throttles only; never stored
	Device string     // browser and system in short; shown in the list of sessions
	Known  string     // what Entry.Known gave this browser; "" for none
}

// Entry is what came of signing in.
type Entry struct {
	Session string // the new session's token; "" while a code is still asked for
	User    news.User
	Second  string // to be sent back to SecondStep with the code; "" when none is asked for
	Known   string // for the browser to keep, with the session: from it the person gets in whatever strangers try under their name
}

// Desk is where people of the newsroom sign in. It may be used from many goroutines.
type Desk struct {
	users       Users
	tokens      Tokens
	attempts    Attempts
	credentials Credentials
	key         []byte
	seal        sealer
	now         func() time.Time
	hasher      *hasher
}

// New makes the desk. key makes pseudonyms of addresses and encrypts the secrets of second factors; it is secret, at least 16
// bytes, and kept with the newsroom, so that all nodes count and read alike.
func New(k Keepers, key []byte, now func() time.Time) *Desk {
	return &Desk{users: k.Users, tokens: k.Tokens, attempts: k.Attempts, credentials: k.Credentials,
		key: key, seal: newSealer(key), now: now, hasher: newHasher(current)}
}

// window is how long a failed attempt counts, day how long it does under a limit that stops patient guessing.
const (
	window = 15 * time.Minute
	day    = 24 * time.Hour
)

// limit is how many failed attempts within a time a key may have.
type limit struct {
	key    string
	max    int
	within time.Duration
}

// limits names what is counted for an attempt. Ten wrong passwords close a name for one address; the wider limits are
// higher, since a stranger must not be able to lock an editor out by ten wrong guesses. Fifty from many addresses close it for all
// but the browsers from which its person has signed in before: those are counted each by itself (OWASP, "Slow Down Online
// Guessing Attacks with Device Cookies"), so that nobody can be kept out for ever.
func (d *Desk) limits(username string, user news.UserID, from Visitor) []limit {
	if known, ok := d.known(from); ok && known.User == user {
		return []limit{{d.attemptKey("browser", known.ID), 10, window}}
	}
	return []limit{
		{d.attemptKey("pair", username, network(from.Addr)), 10, window},
		{d.attemptKey("name", username), 50, window},
		d.addressLimit(from.Addr),
	}
}

func (d *Desk) addressLimit(from netip.Addr) limit {
	return limit{d.attemptKey("address", network(from)), 100, window}
}

// knownState is what a browser keeps from which somebody has signed in. It lets nobody in.
type knownState struct {
	User news.UserID `json:"u"`
	ID   string      `json:"i"`
}

// known tells whose browser the visitor has signed in from before; ok is false for nobody's.
func (d *Desk) known(from Visitor) (state knownState, ok bool) {
	_, err := d.seal.open(sealKnown, from.Known, d.now(), &state)
	return state, err == nil && state.User != 0
}

// network is what is counted as one address: of IPv6 the /64 that a household or a server has to itself.
func network(addr netip.Addr) string {
	if addr.Is6() && !addr.Is4In6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.String()
		}
	}
	return addr.Unmap().String()
}

// attemptKey is a keyed hash, so that the store holds neither addresses nor what people typed for a name.
func (d *Desk) attemptKey(parts ...string) string {
	mac := hmac.New(sha256.New, d.key)
	mac.Write([]byte("signin\x00" + strings.Join(parts, "\x00")))
	return hex.EncodeToString(mac.Sum(nil))
}

// SignIn lets in who knows the password; where a second factor is on, the Entry asks for it. Errors: Invalid
// "error.signin_wrong" for a wrong name or password (which of them is not told, and takes the same time), TooMany
// "error.signin_rate" after too many of those.
func (d *Desk) SignIn(ctx context.Context, username, password string, from Visitor) (Entry, error) {
	user, err := d.checkPassword(ctx, foldName(username), password, from)
	if err != nil {
		return Entry{}, err
	}
	factor, err := d.credentials.SecondFactor(ctx, user.ID)
	if err != nil {
		return Entry{}, err
	}
	if !factor.On() {
		return d.enter(ctx, user, from, "password", "")
	}
	// Kept by its hash, as sessions are: what is in a stolen database must not stand for a password that was right.
	second, token := d.secret(news.Token{Purpose: purposeSecond, User: user.ID}, secondLife)
	return Entry{User: user, Second: second}, d.change(ctx, user, news.UserChange{Open: &token})
}

// enter opens a session, and uses up the token with the hash spend.
func (d *Desk) enter(ctx context.Context, user news.User, from Visitor, way, spend string) (Entry, error) {
	entry, open, err := d.opening(user, from, way)
	if err == nil {
		open.Spend = spend
		err = d.change(ctx, user, open)
	}
	if err != nil {
		return Entry{}, err
	}
	return entry, nil
}

// opening is a session that is still to be stored.
func (d *Desk) opening(user news.User, from Visitor, way string) (Entry, news.UserChange, error) {
	session, token := d.secret(news.Token{Purpose: purposeSession, User: user.ID, Device: from.Device}, SessionLife)
	known, err := d.seal.close(sealKnown, knownState{user.ID, rand.Text()}, d.now().Add(knownLife))
	return Entry{Session: session, User: user, Known: known},
		news.UserChange{Open: &token, Events: []news.Event{eventOf(user.Actor(), news.UserSignedIn, user.ID, "way", way)}}, err
}

// change does to a user's ways to enter what is said, unless they were shut out or got another password since user was read: who has
// shown the old one in the meantime must not be left with a session. Unauthorized "error.signin_again" then.
func (d *Desk) change(ctx context.Context, user news.User, what news.UserChange) error {
	return d.users.ChangeUser(ctx, user.ID, func(u *news.User, _ []news.User) (news.UserChange, error) {
		if u.Disabled || u.PasswordHash != user.PasswordHash {
			return news.UserChange{}, news.Fail(news.Unauthorized, "error.signin_again")
		}
		return what, nil
	})
}

// eventOf is a line of the log about a user; data is pairs of name and value.
func eventOf(actor news.Actor, kind news.EventKind, user news.UserID, data ...string) news.Event {
	e := news.Event{Actor: actor.EventActor(), Kind: kind, SubjectKind: "user", SubjectID: int64(user)}
	for i := 0; i+1 < len(data); i += 2 {
		if e.Data == nil {
			e.Data = map[string]string{}
		}
		e.Data[data[i]] = data[i+1]
	}
	return e
}

// checkPassword counts and compares within one slot, so that parallel guesses cannot outrun the count.
func (d *Desk) checkPassword(ctx context.Context, username, password string, from Visitor) (news.User, error) {
	leave, err := d.hasher.enter(ctx)
	if err != nil {
		return news.User{}, fmt.Errorf("auth: wait for a slot: %w", err)
	}
	defer leave()
	user, err := d.users.UserByName(ctx, username)
	if err != nil && news.KindOf(err) != news.NotFound {
		return news.User{}, err
	}
	limits := d.limits(username, user.ID, from)
	if err := d.withinLimits(ctx, limits); err != nil {
		return news.User{}, err
	}
	if user.Disabled {
		user = news.User{}
	}
	ok, stale, err := d.hasher.check(cut(password), user.PasswordHash)
	if err != nil {
		return news.User{}, err
	}
	if !ok {
		if err := d.countFailure(ctx, limits); err != nil {
			return news.User{}, err
		}
		return news.User{}, news.Fail(news.Invalid, "error.signin_wrong")
	}
	if stale {
		old := user.PasswordHash
		user.PasswordHash = d.hasher.hash(cut(password))
		err := d.users.ChangeUser(ctx, user.ID, func(u *news.User, _ []news.User) (news.UserChange, error) {
			if u.PasswordHash == old { // else it was changed meanwhile, and that counts
				u.PasswordHash = user.PasswordHash
			}
			return news.UserChange{}, nil
		})
		if err != nil {
			return news.User{}, err
		}
	}
	return user, nil
}

// withinLimits is TooMany "error.signin_rate" when one of the limits is reached.
func (d *Desk) withinLimits(ctx context.Context, limits []limit) error {
	for _, l := range limits {
		n, err := d.attempts.Attempts(ctx, l.key, d.now().Add(-l.within))
		if err != nil {
			return err
		}
		if n >= l.max {
			return news.Fail(news.TooMany, "error.signin_rate")
		}
	}
	return nil
}

func (d *Desk) countFailure(ctx context.Context, limits []limit) error {
	ctx = context.WithoutCancel(ctx) // who hangs up has guessed all the same
	for _, l := range limits {
		if err := d.attempts.AddAttempt(ctx, l.key, d.now()); err != nil {
			return err
		}
	}
	return nil
}

// Session tells whose session a token is and keeps it alive. Unauthorized "error.sign_in" when it is nobody's.
func (d *Desk) Session(ctx context.Context, session string) (news.User, error) {
	token, user, err := d.session(ctx, session)
	if err != nil {
		return news.User{}, err
	}
	if now := d.now(); now.Sub(token.SeenAt) >= touchAfter {
		end := now.Add(SessionLife)
		if most := token.CreatedAt.Add(SessionMost); end.After(most) {
			end = most
		}
		// While nothing can be written people go on reading; the next request that can be noted will be.
		if err := d.tokens.TouchToken(ctx, token.Hash, now, end); err != nil && news.KindOf(err) != news.Unavailable {
			return news.User{}, err
		}
	}
	return user, nil
}

func (d *Desk) session(ctx context.Context, session string) (news.Token, news.User, error) {
	token, err := d.tokens.PeekToken(ctx, hashOf(session), purposeSession, d.now())
	if err != nil {
		return news.Token{}, news.User{}, notFoundIs(err, news.Unauthorized, "error.sign_in")
	}
	user, err := d.enabled(ctx, token.User)
	return token, user, notFoundIs(err, news.Unauthorized, "error.sign_in")
}

// SignOut ends a session; one that has ended already is no error.
func (d *Desk) SignOut(ctx context.Context, session string) error {
	token, err := d.tokens.PeekToken(ctx, hashOf(session), purposeSession, d.now())
	if news.KindOf(err) == news.NotFound && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	return d.tokens.DropToken(ctx, token.Hash, eventOf(news.Actor{User: token.User}, news.UserSignedOut, token.User))
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

// secret makes 32 random bytes and the token that is stored of them.
func (d *Desk) secret(t news.Token, life time.Duration) (string, news.Token) {
	var b [32]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the process rather than give less
	secret, now := base64.RawURLEncoding.EncodeToString(b[:]), d.now()
	t.Hash, t.CreatedAt, t.ExpiresAt = hashOf(secret), now, now.Add(life)
	return secret, t
}

// give makes a link for a user who is not shut out, and ends their older ones of the purpose end; "" for none. NotFound.
func (d *Desk) give(ctx context.Context, id news.UserID, purpose, end string, life time.Duration, e news.Event) (string, error) {
	user, err := d.enabled(ctx, id)
	if err != nil {
		return "", err
	}
	secret, token := d.secret(news.Token{Purpose: purpose, User: id}, life)
	return secret, d.change(ctx, user, news.UserChange{End: end, Open: &token, Events: []news.Event{e}})
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
