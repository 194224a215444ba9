package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"github.com/dabir-newsroom/dabir/internal/news"
)

const site = "https://news.example"

// authenticator is a security key with one passkey, as §6 of the standard describes it.
type authenticator struct {
	t      *testing.T
	id     []byte
	key    *ecdsa.PrivateKey
	handle []byte
	count  uint32
	flags  byte   // of its answers: user present, verified, backup eligible, backed up
	origin string // where the browser says it is
	rp     string
}

const (
	present, verified = 0x01, 0x04
	attested          = 0x40
)

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authenticator{t: t, id: make([]byte, 16), key: key, flags: present | verified, origin: site, rp: "news.example"}
	rand.Read(a.id)
	return a
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// options reads what the page would hand to the browser.
func (a *authenticator) options(c Ceremony) (challenge string, handle []byte) {
	a.t.Helper()
	text, err := json.Marshal(c.Options)
	if err != nil {
		a.t.Fatal(err)
	}
	var o struct {
		PublicKey struct {
			Challenge string
			RPID      string `json:"rpId"`
			RP        struct{ ID string }
			User      struct{ ID string }
		} `json:"publicKey"`
	}
	if err := json.Unmarshal(text, &o); err != nil {
		a.t.Fatal(err)
	}
	if o.PublicKey.RPID+o.PublicKey.RP.ID != "news.example" {
		a.t.Errorf("asked for a passkey of %q%q", o.PublicKey.RPID, o.PublicKey.RP.ID)
	}
	handle, err = base64.RawURLEncoding.DecodeString(o.PublicKey.User.ID)
	if err != nil {
		a.t.Fatal(err)
	}
	return o.PublicKey.Challenge, handle
}

func (a *authenticator) client(kind, challenge string) []byte {
	text, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	return text
}

func (a *authenticator) data(flags byte) []byte {
	rp := sha256.Sum256([]byte(a.rp))
	return binary.BigEndian.AppendUint32(append(rp[:], flags), a.count)
}

// create answers navigator.credentials.create.
func (a *authenticator) create(c Ceremony) string {
	a.t.Helper()
	challenge, handle := a.options(c)
	a.handle = handle
	point, err := a.key.PublicKey.Bytes() // 0x04, x, y
	if err != nil {
		a.t.Fatal(err)
	}
	public, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		a.t.Fatal(err)
	}
	data := append(a.data(a.flags|attested), make([]byte, 16)...)
	data = append(binary.BigEndian.AppendUint16(data, uint16(len(a.id))), a.id...)
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": append(data, public...)})
	if err != nil {
		a.t.Fatal(err)
	}
	return a.answer(map[string]any{"clientDataJSON": b64(a.client("webauthn.create", challenge)), "attestationObject": b64(object), "transports": []string{"internal", "hybrid"}})
}

// get answers navigator.credentials.get; each answer counts one up.
func (a *authenticator) get(c Ceremony) string {
	a.t.Helper()
	challenge, _ := a.options(c)
	a.count++
	client, data := a.client("webauthn.get", challenge), a.data(a.flags)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, digest[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return a.answer(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(a.handle)})
}

func (a *authenticator) answer(response map[string]any) string {
	text, _ := json.Marshal(map[string]any{"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	return string(text)
}

// gate is an office with passkeys.
type gate struct {
	*office
	passkeys *Passkeys
}

func newGate(t *testing.T) gate {
	t.Helper()
	o := newOffice(t)
	p, err := NewPasskeys(o.Desk, site, "روزنامهٔ آزمون")
	o.must(err)
	return gate{o, p}
}

func (g gate) begin() Ceremony {
	g.t.Helper()
	c, err := g.passkeys.BeginSignIn()
	g.must(err)
	return c
}

// register gives Sara a passkey.
func (g gate) register(session, name string) *authenticator {
	g.t.Helper()
	a := newAuthenticator(g.t)
	c, err := g.passkeys.BeginAdd(g.t.Context(), session)
	g.must(err)
	g.must(g.passkeys.FinishAdd(g.t.Context(), session, c.State, a.create(c), name, home))
	return a
}

func TestPasskeySignsInWithoutAName(t *testing.T) {
	g, ctx := newGate(t), t.Context()
	a := g.register(g.session(), " گوشی من ")
	c := g.begin()
	entry, err := g.passkeys.FinishSignIn(ctx, c.State, a.get(c), home)
	if err != nil || entry.User.ID != g.sara.ID || entry.Second != "" {
		t.Fatalf("%+v %v", entry, err)
	}
	account, err := g.Account(ctx, entry.Session)
	g.must(err)
	if len(account.Passkeys) != 1 || account.Passkeys[0].Name != "گوشی من" || !account.Passkeys[0].UsedAt.Equal(g.clock) || account.Passkeys[0].SignCount != 1 ||
		strings.Join(account.Passkeys[0].Transports, " ") != "internal hybrid" {
		t.Errorf("%+v", account.Passkeys)
	}
	if got := g.kinds(3); got != "user.signed_in user.passkey_added user.signed_in" {
		t.Errorf("the log ends with %s", got)
	}
	if strings.Contains(string(a.handle), "sara") || len(a.handle) != 32 {
		t.Errorf("the user handle tells of its user: %q", a.handle)
	}
}

func TestBadAssertionsAreRefused(t *testing.T) {
	g, ctx := newGate(t), t.Context()
	a := g.register(g.session(), "")
	stranger := newAuthenticator(t)
	stranger.handle = a.handle
	thief := newAuthenticator(t) // knows the id, has another key
	thief.id, thief.handle = a.id, a.handle
	for name, try := range map[string]func() (state, response string){
		"another origin": func() (string, string) {
			c := g.begin()
			a.origin = "https://news.example.evil.example"
			defer func() { a.origin = site }()
			return c.State, a.get(c)
		},
		"another site's id": func() (string, string) {
			c := g.begin()
			a.rp = "evil.example"
			defer func() { a.rp = "news.example" }()
			return c.State, a.get(c)
		},
		"another challenge": func() (string, string) { return g.begin().State, a.get(g.begin()) },
		"an invented state": func() (string, string) { return "invented", a.get(g.begin()) },
		"a state for registering": func() (string, string) {
			c, err := g.passkeys.BeginAdd(ctx, g.session())
			g.must(err)
			return c.State, a.get(c)
		},
		"too late": func() (string, string) {
			c := g.begin()
			g.clock = g.clock.Add(challengeLife)
			return c.State, a.get(c)
		},
		"an unknown passkey": func() (string, string) { c := g.begin(); return c.State, stranger.get(c) },
		"another key":        func() (string, string) { c := g.begin(); return c.State, thief.get(c) },
		"nobody at the key": func() (string, string) {
			c := g.begin()
			a.flags = 0
			defer func() { a.flags = present | verified }()
			return c.State, a.get(c)
		},
		"a backup flag that was": func() (string, string) {
			c := g.begin()
			a.flags |= 0x18
			defer func() { a.flags = present | verified }()
			return c.State, a.get(c)
		},
		"no JSON": func() (string, string) { return g.begin().State, "{" },
		"nothing": func() (string, string) { return "", "" },
		"another user's handle": func() (string, string) {
			c := g.begin()
			kept := a.handle
			a.handle = g.handle(77)
			defer func() { a.handle = kept }()
			return c.State, a.get(c)
		},
	} {
		t.Run(name, func(t *testing.T) {
			state, response := try()
			entry, err := g.passkeys.FinishSignIn(ctx, state, response, home)
			wantKey(t, err, news.Invalid, "error.passkey_failed")
			if entry.Session != "" || entry.Second != "" {
				t.Error("and it opened something")
			}
		})
	}
	c := g.begin()
	if _, err := g.passkeys.FinishSignIn(ctx, c.State, a.get(c), home); err != nil {
		t.Errorf("the right one afterwards: %v", err)
	}
}

func TestAssertionsWorkOnceAndCountersDoNotRunBack(t *testing.T) {
	g, ctx := newGate(t), t.Context()
	a := g.register(g.session(), "")
	c := g.begin()
	response := a.get(c)
	if _, err := g.passkeys.FinishSignIn(ctx, c.State, response, home); err != nil {
		t.Fatal(err)
	}
	_, err := g.passkeys.FinishSignIn(ctx, c.State, response, home)
	wantKey(t, err, news.Invalid, "error.passkey_failed")
	_, err = g.passkeys.FinishSignIn(ctx, c.State, a.get(c), home) // the same challenge, answered anew
	wantKey(t, err, news.Invalid, "error.passkey_failed")

	a.count = 0 // a copy that was made before
	c = g.begin()
	_, err = g.passkeys.FinishSignIn(ctx, c.State, a.get(c), home)
	wantKey(t, err, news.Conflict, "error.passkey_copied")
	a.count = 10
	c = g.begin()
	if _, err := g.passkeys.FinishSignIn(ctx, c.State, a.get(c), home); err != nil {
		t.Errorf("forward again: %v", err)
	}
}

func TestPasskeysWithoutACounterAreNotCopies(t *testing.T) {
	g := newGate(t)
	a := g.register(g.session(), "")
	for range 2 {
		a.count = ^uint32(0) // counts up to zero: as synchronised passkeys do, it always says zero
		c := g.begin()
		if _, err := g.passkeys.FinishSignIn(t.Context(), c.State, a.get(c), home); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPasskeyThatVerifiesNobodyOpensNothing(t *testing.T) {
	g, ctx := newGate(t), t.Context()
	session := g.session()
	a := g.register(session, "")
	a.flags = present // whoever found the key
	c := g.begin()
	_, err := g.passkeys.FinishSignIn(ctx, c.State, a.get(c), home)
	wantKey(t, err, news.Invalid, "error.passkey_failed")
	b := newAuthenticator(t)
	b.flags = present
	if c, err = g.passkeys.BeginAdd(ctx, session); err != nil {
		t.Fatal(err)
	}
	wantKey(t, g.passkeys.FinishAdd(ctx, session, c.State, b.create(c), "", home), news.Invalid, "error.passkey_failed")
}

func TestBadRegistrationsAreRefused(t *testing.T) {
	g, ctx := newGate(t), t.Context()
	session := g.session()
	other := g.hire(NewUser{Username: "omid", Name: "امید", Password: password, Roles: []news.Role{news.Reporter}})
	entry, err := g.SignIn(ctx, other.Username, password, home)
	g.must(err)
	begin := func() Ceremony {
		c, err := g.passkeys.BeginAdd(ctx, session)
		g.must(err)
		return c
	}
	c, a := begin(), newAuthenticator(t)
	wantKey(t, g.passkeys.FinishAdd(ctx, entry.Session, c.State, a.create(c), "", home), news.Invalid, "error.passkey_failed")
	wantKey(t, g.passkeys.FinishAdd(ctx, session, c.State, a.create(begin()), "", home), news.Invalid, "error.passkey_failed")
	a.origin = "http://news.example"
	wantKey(t, g.passkeys.FinishAdd(ctx, session, c.State, a.create(c), "", home), news.Invalid, "error.passkey_failed")
	a.origin = site
	g.must(g.passkeys.FinishAdd(ctx, session, c.State, a.create(c), strings.Repeat("ن", 100), home))
	wantKey(t, g.passkeys.FinishAdd(ctx, session, c.State, a.create(c), "", home), news.Invalid, "error.passkey_failed")
	// The id of a passkey is nobody else's.
	theirs, err := g.passkeys.BeginAdd(ctx, entry.Session)
	g.must(err)
	wantKey(t, g.passkeys.FinishAdd(ctx, entry.Session, theirs.State, a.create(theirs), "", home), news.Conflict, "error.passkey_known")
	g.clock = g.clock.Add(FreshFor)
	_, err = g.passkeys.BeginAdd(ctx, session)
	wantKey(t, err, news.Unauthorized, "error.sign_in_again")
}

func TestNobodyEntersByADisabledPersonsPasskey(t *testing.T) {
	g := newGate(t)
	a := g.register(g.session(), "")
	g.change(g.sara.ID, func(u *news.User) { u.Disabled = true })
	c := g.begin()
	_, err := g.passkeys.FinishSignIn(t.Context(), c.State, a.get(c), home)
	wantKey(t, err, news.Invalid, "error.passkey_failed")
}

func TestPasskeyGuessesAreThrottledByNetwork(t *testing.T) {
	g, ctx := newGate(t), t.Context()
	a := g.register(g.session(), "")
	for i := range 100 {
		from := Visitor{Addr: netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 15: byte(i)})}
		_, err := g.passkeys.FinishSignIn(ctx, "x", "{}", from)
		wantKey(t, err, news.Invalid, "error.passkey_failed")
	}
	c := g.begin()
	_, err := g.passkeys.FinishSignIn(ctx, c.State, a.get(c), Visitor{Addr: netip.MustParseAddr("2001:db8::ffff")})
	wantKey(t, err, news.TooMany, "error.signin_rate")
	if _, err := g.passkeys.FinishSignIn(ctx, c.State, a.get(c), home); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
}

func TestTheLastWayToSignInStays(t *testing.T) {
	g, ctx := newGate(t), t.Context()
	invited, user, err := g.Invite(ctx, operator, NewUser{Username: "negar", Name: "نگار", Roles: []news.Role{news.Reporter}})
	g.must(err)
	a := newAuthenticator(t)
	c, err := g.passkeys.BeginInvited(ctx, invited)
	g.must(err)
	entry, err := g.passkeys.FinishInvited(ctx, invited, c.State, a.create(c), home)
	if err != nil || entry.User.ID != user.ID {
		t.Fatalf("%+v %v", entry, err)
	}
	_, err = g.passkeys.BeginInvited(ctx, invited)
	wantKey(t, err, news.NotFound, "error.link_invalid")
	wantKey(t, g.RemovePasskey(ctx, entry.Session, b64(a.id)), news.Conflict, "error.last_way")
	second := g.register(entry.Session, "دوم")
	wantKey(t, g.RemovePasskey(ctx, g.session(), b64(second.id)), news.NotFound, "error.not_found")
	g.must(g.RemovePasskey(ctx, entry.Session, b64(a.id)))
	wantKey(t, g.RemovePasskey(ctx, entry.Session, b64(second.id)), news.Conflict, "error.last_way")
	g.must(g.SetPassword(ctx, entry.Session, password))
	g.must(g.RemovePasskey(ctx, entry.Session, b64(second.id)))
	c = g.begin()
	_, err = g.passkeys.FinishSignIn(ctx, c.State, second.get(c), home)
	wantKey(t, err, news.Invalid, "error.passkey_failed")
}

func TestABareAddressHasNoPasskeys(t *testing.T) {
	o := newOffice(t)
	for _, url := range []string{"http://192.0.2.7:8080", "http://[2001:db8::1]"} {
		p, err := NewPasskeys(o.Desk, url, "x")
		o.must(err)
		_, err = p.BeginSignIn()
		if p.Available() {
			t.Errorf("%s has passkeys", url)
		}
		wantKey(t, err, news.NotFound, "error.passkey_no_domain")
	}
	if p, err := NewPasskeys(o.Desk, "http://localhost:8080", "x"); err != nil || !p.Available() {
		t.Errorf("localhost: %v", err)
	}
}
