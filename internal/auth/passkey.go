package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

const (
	maxPasskeys    = 20 // of one person
	maxPasskeyName = 60 // characters
)

// Passkeys is signing in by Web Authentication (W3C, Level 3). It may be used from many goroutines.
type Passkeys struct {
	desk *Desk
	web  *webauthn.WebAuthn // nil where the site's address has no domain
}

// Ceremony is what the browser needs to ask an authenticator: Options as JSON, and State to be sent back with the answer.
type Ceremony struct {
	Options any    `json:"options"`
	State   string `json:"state"`
}

// NewPasskeys makes them for a site. siteURL alone says for which domain and origin they are; the Host header is never asked.
func NewPasskeys(desk *Desk, siteURL, siteName string) (*Passkeys, error) {
	site, err := url.Parse(siteURL)
	if err != nil {
		return nil, fmt.Errorf("auth: the site's address: %w", err)
	}
	if _, err := netip.ParseAddr(site.Hostname()); err == nil {
		return &Passkeys{desk: desk}, nil // the standard knows no passkeys for bare addresses
	}
	web, err := webauthn.New(&webauthn.Config{
		RPID: site.Hostname(), RPDisplayName: siteName, RPOrigins: []string{site.Scheme + "://" + site.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			// A passkey is all that is asked for, so whoever finds the key must not get in by it: PIN, finger or face.
			UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("auth: passkeys for %s: %w", siteURL, err)
	}
	return &Passkeys{desk: desk, web: web}, nil
}

// Available tells whether the site's address can have passkeys: one without a domain cannot.
func (p *Passkeys) Available() bool { return p.web != nil }

func (p *Passkeys) ready() error {
	if p.web == nil {
		return news.Fail(news.NotFound, "error.passkey_no_domain")
	}
	return nil
}

// owner is a user in the words of the library.
type owner struct {
	user   news.User
	handle []byte
	keys   []webauthn.Credential
}

func (o owner) WebAuthnID() []byte                         { return o.handle }
func (o owner) WebAuthnName() string                       { return o.user.Username }
func (o owner) WebAuthnDisplayName() string                { return o.user.Name }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

// handle names a user to authenticators, which must learn nothing of them by it (§14.6.1 of the standard).
func (d *Desk) handle(id news.UserID) []byte {
	mac := hmac.New(sha256.New, d.key)
	mac.Write([]byte("user handle\x00" + strconv.FormatInt(int64(id), 10)))
	return mac.Sum(nil)
}

func (d *Desk) ownerOf(user news.User, keys ...news.Passkey) owner {
	o := owner{user: user, handle: d.handle(user.ID)}
	for _, k := range keys {
		id, err := base64.RawURLEncoding.DecodeString(k.ID)
		if err != nil {
			continue // no key of ours: it was never written so
		}
		c := webauthn.Credential{ID: id, PublicKey: k.PublicKey, Flags: webauthn.CredentialFlags{BackupEligible: k.BackupEligible, BackupState: k.BackedUp},
			Authenticator: webauthn.Authenticator{SignCount: k.SignCount}}
		for _, t := range k.Transports {
			c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
		}
		o.keys = append(o.keys, c)
	}
	return o
}

// BeginSignIn asks for any passkey of this site: no username is needed, and nothing is written down.
func (p *Passkeys) BeginSignIn() (Ceremony, error) {
	if err := p.ready(); err != nil {
		return Ceremony{}, err
	}
	options, state, err := p.web.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, err
	}
	return p.ceremony(sealSignIn, options, state)
}

func (p *Passkeys) ceremony(name string, options any, state *webauthn.SessionData) (Ceremony, error) {
	text, err := p.desk.seal.close(name, state, p.desk.now().Add(challengeLife))
	return Ceremony{Options: options, State: text}, err
}

// FinishSignIn lets in who answers with a passkey; no code is asked for. Errors: Invalid "error.passkey_failed" for an answer that proves
// nothing, was given before or too late, or by an authenticator that did not verify its user, Conflict "error.passkey_copied" when the
// counter ran backwards, TooMany "error.signin_rate".
func (p *Passkeys) FinishSignIn(ctx context.Context, state, response string, from Visitor) (Entry, error) {
	if err := p.ready(); err != nil {
		return Entry{}, err
	}
	limits := []limit{p.desk.addressLimit(from.Addr)}
	if known, ok := p.desk.known(from); ok {
		limits = []limit{{p.desk.attemptKey("browser", known.ID), 10, window}}
	}
	if err := p.desk.withinLimits(ctx, limits); err != nil {
		return Entry{}, err
	}
	entry, err := p.prove(ctx, state, response, from)
	if kind := news.KindOf(err); err != nil && (kind == news.Invalid || kind == news.Conflict) {
		return Entry{}, errors.Join(err, p.desk.countFailure(ctx, limits))
	}
	return entry, err
}

// prove checks an answer, uses its challenge up, and writes the counter and the session down in one.
func (p *Passkeys) prove(ctx context.Context, state, response string, from Visitor) (Entry, error) {
	d := p.desk
	var begun webauthn.SessionData
	until, err := d.seal.open(sealSignIn, state, d.now(), &begun)
	if err != nil {
		return Entry{}, passkeyFailed(err)
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes([]byte(response))
	if err != nil {
		return Entry{}, passkeyFailed(err)
	}
	var user news.User
	var broken error // of the store: not the visitor's fault
	find := func(rawID, _ []byte) (webauthn.User, error) {
		key, err := d.credentials.Passkey(ctx, base64.RawURLEncoding.EncodeToString(rawID))
		if err == nil {
			user, err = d.enabled(ctx, key.User)
		}
		if err != nil && news.KindOf(err) != news.NotFound {
			broken = err
		}
		return d.ownerOf(user, key), err
	}
	key, err := p.web.ValidateDiscoverableLogin(find, begun, answer)
	if broken != nil {
		return Entry{}, broken
	}
	if err != nil {
		return Entry{}, passkeyFailed(err)
	}
	if err := d.spend(ctx, begun.Challenge, until); err != nil {
		return Entry{}, err
	}
	entry, open, err := d.opening(user, from, "passkey")
	if err != nil {
		return Entry{}, err
	}
	err = d.credentials.UsePasskey(ctx, base64.RawURLEncoding.EncodeToString(key.ID), func(k *news.Passkey, u news.User) (news.UserChange, error) {
		// Asked again within the transaction: two copies may answer at the same instant, and somebody may shut the person out.
		count := answer.Response.AuthenticatorData.Counter
		if count <= k.SignCount && (count != 0 || k.SignCount != 0) {
			return news.UserChange{}, news.Fail(news.Conflict, "error.passkey_copied")
		}
		if u.Disabled {
			return news.UserChange{}, passkeyFailed(errShutOut)
		}
		k.SignCount, k.BackedUp, k.UsedAt = count, answer.Response.AuthenticatorData.Flags.HasBackupState(), d.now()
		return open, nil
	})
	if err != nil && news.KindOf(err) == news.NotFound {
		err = passkeyFailed(err) // removed at this moment
	}
	if err != nil {
		return Entry{}, err
	}
	return entry, nil
}

var errShutOut = errors.New("auth: the passkey's user is disabled")

// spend uses a challenge up: the second answer to it is refused, on every node.
func (d *Desk) spend(ctx context.Context, challenge string, until time.Time) error {
	err := d.tokens.SaveToken(ctx, news.Token{Hash: hashOf("challenge\x00" + challenge), Purpose: purposeSpent, CreatedAt: d.now(), ExpiresAt: until})
	if news.KindOf(err) == news.Conflict {
		return passkeyFailed(err)
	}
	return err
}

// passkeyFailed keeps what was wrong for the log.
func passkeyFailed(err error) error {
	var detail *protocol.Error
	if errors.As(err, &detail) && detail.DevInfo != "" {
		err = fmt.Errorf("%w: %s", err, detail.DevInfo)
	}
	return &news.Error{Kind: news.Invalid, Key: "error.passkey_failed", Err: err}
}

// BeginAdd asks for a new passkey for the person of a fresh session.
func (p *Passkeys) BeginAdd(ctx context.Context, session string) (Ceremony, error) {
	_, user, err := p.desk.fresh(ctx, session)
	if err != nil {
		return Ceremony{}, err
	}
	return p.begin(ctx, user)
}

// begin asks for a passkey on a device that holds none for this user yet.
func (p *Passkeys) begin(ctx context.Context, user news.User) (Ceremony, error) {
	if err := p.ready(); err != nil {
		return Ceremony{}, err
	}
	have, err := p.desk.credentials.Passkeys(ctx, user.ID)
	if err != nil {
		return Ceremony{}, err
	}
	if len(have) >= maxPasskeys {
		return Ceremony{}, news.Fail(news.Conflict, "error.passkey_many", maxPasskeys)
	}
	o := p.desk.ownerOf(user, have...)
	options, state, err := p.web.BeginRegistration(o, webauthn.WithExclusions(webauthn.Credentials(o.keys).CredentialDescriptors()))
	if err != nil {
		return Ceremony{}, err
	}
	return p.ceremony(sealRegister, options, state)
}

// FinishAdd stores the passkey that was made. name is what its owner calls it, "" for the device's. Errors as of FinishSignIn, and
// Conflict "error.passkey_known" when it is somebody's already.
func (p *Passkeys) FinishAdd(ctx context.Context, session, state, response, name string, from Visitor) error {
	_, user, err := p.desk.fresh(ctx, session)
	if err != nil {
		return err
	}
	key, err := p.made(ctx, user, state, response, name, from)
	if err != nil {
		return err
	}
	return p.add(ctx, user, key, did(user, news.UserPasskeyAdded))
}

// add stores a passkey, with what happens beside.
func (p *Passkeys) add(ctx context.Context, user news.User, key news.Passkey, beside news.UserChange) error {
	beside.Passkey = &key
	err := p.desk.change(ctx, user, beside)
	if news.KindOf(err) == news.Conflict {
		return &news.Error{Kind: news.Conflict, Key: "error.passkey_known", Err: err}
	}
	return err
}

// made checks what an authenticator made and uses its challenge up.
func (p *Passkeys) made(ctx context.Context, user news.User, state, response, name string, from Visitor) (news.Passkey, error) {
	d := p.desk
	if err := p.ready(); err != nil {
		return news.Passkey{}, err
	}
	var begun webauthn.SessionData
	until, err := d.seal.open(sealRegister, state, d.now(), &begun)
	if err != nil {
		return news.Passkey{}, passkeyFailed(err)
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes([]byte(response))
	if err != nil {
		return news.Passkey{}, passkeyFailed(err)
	}
	// The state names the user: another's is refused here.
	made, err := p.web.CreateCredential(d.ownerOf(user), begun, answer)
	if err != nil {
		return news.Passkey{}, passkeyFailed(err)
	}
	if err := d.spend(ctx, begun.Challenge, until); err != nil {
		return news.Passkey{}, err
	}
	key := news.Passkey{ID: base64.RawURLEncoding.EncodeToString(made.ID), User: user.ID, PublicKey: made.PublicKey, SignCount: made.Authenticator.SignCount,
		Name: passkeyName(name, from.Device), BackupEligible: made.Flags.BackupEligible, BackedUp: made.Flags.BackupState, CreatedAt: d.now()}
	for _, t := range made.Transport {
		if s := string(t); s != "" && len(s) < 32 && !strings.ContainsAny(s, " \t\n") && len(key.Transports) < 8 {
			key.Transports = append(key.Transports, s)
		}
	}
	return key, nil
}

func passkeyName(name, device string) string {
	name = persian.CleanLine(name)
	if name == "" {
		name = device
	}
	if utf8.RuneCountInString(name) > maxPasskeyName {
		name = string([]rune(name)[:maxPasskeyName])
	}
	return name
}

// BeginInvited asks for a passkey for whom an invitation is for. NotFound "error.link_invalid".
func (p *Passkeys) BeginInvited(ctx context.Context, link string) (Ceremony, error) {
	user, err := p.desk.Invited(ctx, link)
	if err != nil {
		return Ceremony{}, err
	}
	return p.begin(ctx, user)
}

// FinishInvited stores an invited person's passkey and signs them in; sessions that were open end. All of it happens, with the link used
// up, or nothing. Errors as of FinishAdd and Invited.
func (p *Passkeys) FinishInvited(ctx context.Context, link, state, response string, from Visitor) (Entry, error) {
	user, err := p.desk.Invited(ctx, link)
	if err != nil {
		return Entry{}, err
	}
	key, err := p.made(ctx, user, state, response, "", from)
	if err != nil {
		return Entry{}, err
	}
	entry, accepted, err := p.desk.accepting(user, link, from, news.UserPasskeyAdded)
	if err == nil {
		err = p.add(ctx, user, key, accepted)
	}
	if err != nil {
		return Entry{}, notFoundIs(err, news.NotFound, "error.link_invalid")
	}
	return entry, nil
}
