package auth

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// memory keeps users and tokens for one test; the real store has tests of its own.
type memory struct {
	mu       sync.Mutex
	users    []news.User
	tokens   map[string]news.Token
	attempts map[string][]time.Time
}

func (m *memory) CreateUser(_ context.Context, _ news.Actor, u *news.User) error {
	for _, other := range m.users {
		if other.Username == u.Username {
			return &news.Error{Kind: news.Conflict, Key: "error.username_taken", Field: "username"}
		}
	}
	u.ID = news.UserID(len(m.users) + 1)
	m.users = append(m.users, *u)
	return nil
}

func (m *memory) UserByName(_ context.Context, username string) (news.User, error) {
	for _, u := range m.users {
		if u.Username == username {
			return u, nil
		}
	}
	return news.User{}, news.Fail(news.NotFound, "error.not_found")
}

func (m *memory) User(_ context.Context, id news.UserID) (news.User, error) {
	if id < 1 || int(id) > len(m.users) {
		return news.User{}, news.Fail(news.NotFound, "error.not_found")
	}
	return m.users[id-1], nil
}

func (m *memory) CountUsers(context.Context) (int, error) { return len(m.users), nil }

func (m *memory) SetPassword(_ context.Context, id news.UserID, hash string) error {
	m.users[id-1].PasswordHash = hash
	return nil
}

func (m *memory) SaveToken(_ context.Context, t news.Token) error {
	m.tokens[t.Hash] = t
	return nil
}

func (m *memory) TakeToken(ctx context.Context, hash, purpose string, now time.Time) (news.Token, error) {
	t, err := m.PeekToken(ctx, hash, purpose, now)
	if err == nil {
		delete(m.tokens, hash)
	}
	return t, err
}

func (m *memory) PeekToken(_ context.Context, hash, purpose string, now time.Time) (news.Token, error) {
	t, ok := m.tokens[hash]
	if !ok || t.Purpose != purpose || !now.Before(t.ExpiresAt) {
		return news.Token{}, news.Fail(news.NotFound, "error.not_found")
	}
	return t, nil
}

func (m *memory) TouchToken(_ context.Context, hash string, expires time.Time) error {
	t := m.tokens[hash]
	t.ExpiresAt = expires
	m.tokens[hash] = t
	return nil
}

func (m *memory) DropToken(_ context.Context, hash string) error {
	delete(m.tokens, hash)
	return nil
}

func (m *memory) Attempts(_ context.Context, key string, since time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, at := range m.attempts[key] {
		if !at.Before(since) {
			n++
		}
	}
	return n, nil
}

func (m *memory) AddAttempt(_ context.Context, key string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.attempts[key] = append(m.attempts[key], at)
	return nil
}

const password = "گذرواژهٔ بلند"

var (
	home      = netip.MustParseAddr("192.0.2.1")
	elsewhere = netip.MustParseAddr("198.51.100.2")
	operator  = news.SystemActor("test", news.Operator)
)

// office is a desk with a cheap hash, a clock that the test moves, and one user.
type office struct {
	*Desk
	memory *memory
	clock  time.Time
	sara   news.User
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := emptyOffice()
	var err error
	o.sara, err = o.CreateUser(t.Context(), operator, NewUser{Username: " Sara۱ ", Name: "سارا", Password: password, Roles: []news.Role{news.Moderator}})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func emptyOffice() *office {
	o := &office{memory: &memory{tokens: map[string]news.Token{}, attempts: map[string][]time.Time{}}, clock: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	o.Desk = New(o.memory, o.memory, []byte("a key of the test"), func() time.Time { return o.clock })
	o.hasher = newHasher(cost{memory: 64, passes: 1, threads: 1})
	return o
}

func wantKey(t *testing.T, err error, kind news.Kind, key string) {
	t.Helper()
	if all := news.Errors(err); len(all) != 1 || all[0].Kind != kind || all[0].Key != key {
		t.Errorf("got %v, want %v %s", err, kind, key)
	}
}

func TestSignInAndOut(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	session, user, err := o.SignIn(ctx, "SARA1", password, home)
	if err != nil || user.ID != o.sara.ID {
		t.Fatalf("%v %v", user, err)
	}
	for hash := range o.memory.tokens {
		if strings.Contains(hash, session) {
			t.Error("the store holds the session itself")
		}
	}
	if got, err := o.Session(ctx, session); err != nil || got.ID != o.sara.ID {
		t.Errorf("%v %v", got, err)
	}
	if err := o.SignOut(ctx, session); err != nil {
		t.Fatal(err)
	}
	_, err = o.Session(ctx, session)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
}

func TestWrongSignInsAreAlike(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	if _, err := o.CreateUser(ctx, operator, NewUser{Username: "links", Name: "فقط پیوند", Roles: []news.Role{news.Reporter}}); err != nil {
		t.Fatal(err)
	}
	for _, try := range [][2]string{{"sara1", "نادرست"}, {"nobody", password}, {"links", ""}, {"", ""}} {
		_, _, err := o.SignIn(ctx, try[0], try[1], home)
		wantKey(t, err, news.Invalid, "error.signin_wrong")
	}
	o.memory.users[0].Disabled = true
	_, _, err := o.SignIn(ctx, "sara1", password, home)
	wantKey(t, err, news.Invalid, "error.signin_wrong")
}

func TestTenWrongPasswordsCloseTheName(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	for range 10 {
		_, _, err := o.SignIn(ctx, "sara1", "نادرست", elsewhere)
		wantKey(t, err, news.Invalid, "error.signin_wrong")
	}
	_, _, err := o.SignIn(ctx, "sara1", password, elsewhere)
	wantKey(t, err, news.TooMany, "error.signin_rate")
	if _, _, err := o.SignIn(ctx, "sara1", password, home); err != nil {
		t.Errorf("the stranger's guesses locked Sara out: %v", err)
	}
	o.clock = o.clock.Add(window + time.Second)
	if _, _, err := o.SignIn(ctx, "sara1", password, elsewhere); err != nil {
		t.Errorf("after the window: %v", err)
	}
	for key := range o.memory.attempts {
		if strings.Contains(key, elsewhere.String()) || strings.Contains(key, "sara") {
			t.Errorf("the store holds %s", key)
		}
	}
}

func TestGuessesFromManyAddressesAreCountedTogether(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	addr := elsewhere
	for range 50 {
		addr = addr.Next()
		_, _, err := o.SignIn(ctx, "sara1", "نادرست", addr)
		wantKey(t, err, news.Invalid, "error.signin_wrong")
	}
	_, _, err := o.SignIn(ctx, "sara1", password, addr.Next())
	wantKey(t, err, news.TooMany, "error.signin_rate")
}

func TestParallelGuessesDoNotOutrunTheCount(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() { _, _, _ = o.SignIn(ctx, "sara1", "نادرست", elsewhere) })
	}
	wg.Wait()
	wrong := len(o.memory.attempts[o.attemptKey("name", "sara1")])
	if wrong < 10 || wrong > 10+hashesAtOnce {
		t.Errorf("%d guesses were compared", wrong)
	}
}

func TestSessionsSlide(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	session, _, err := o.SignIn(ctx, "sara1", password, home)
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		o.clock = o.clock.Add(SessionLife - time.Hour)
		if _, err := o.Session(ctx, session); err != nil {
			t.Fatalf("a session in use ended: %v", err)
		}
	}
	o.clock = o.clock.Add(SessionLife)
	_, err = o.Session(ctx, session)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
}

func TestDisabledUsersAreOutAtOnce(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	session, _, err := o.SignIn(ctx, "sara1", password, home)
	if err != nil {
		t.Fatal(err)
	}
	o.memory.users[0].Disabled = true
	_, err = o.Session(ctx, session)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
	_, err = o.NewLink(ctx, operator, o.sara.ID)
	wantKey(t, err, news.NotFound, "error.not_found")
}

func TestLinksWorkOnce(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	link, err := o.NewLink(ctx, operator, o.sara.ID)
	if err != nil {
		t.Fatal(err)
	}
	if user, err := o.LinkUser(ctx, link); err != nil || user.ID != o.sara.ID {
		t.Errorf("%v %v", user, err)
	}
	_, err = o.Session(ctx, link)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
	session, _, err := o.UseLink(ctx, link)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Session(ctx, session); err != nil {
		t.Error(err)
	}
	_, _, err = o.UseLink(ctx, link)
	wantKey(t, err, news.NotFound, "error.link_invalid")

	if link, err = o.NewLink(ctx, operator, o.sara.ID); err != nil {
		t.Fatal(err)
	}
	o.clock = o.clock.Add(LinkLife)
	_, _, err = o.UseLink(ctx, link)
	wantKey(t, err, news.NotFound, "error.link_invalid")
	_, err = o.NewLink(ctx, o.sara.Actor(), o.sara.ID)
	wantKey(t, err, news.Forbidden, "error.forbidden")
}

func TestSetupIsForTheFirstUserOnly(t *testing.T) {
	o, ctx := emptyOffice(), t.Context()
	link, err := o.SetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = o.Setup(ctx, link, "نام", "", "کوتاه")
	var fields []string
	for _, e := range news.Errors(err) {
		fields = append(fields, e.Field)
	}
	if strings.Join(fields, " ") != "username name password" {
		t.Errorf("fields %v of %v", fields, err)
	}
	_, _, err = o.Setup(ctx, "invented", "admin", "مدیر", password)
	wantKey(t, err, news.NotFound, "error.link_invalid")
	session, user, err := o.Setup(ctx, link, "Admin", "مدیر", password)
	if err != nil || user.Username != "admin" || !user.Actor().May(news.RightUsers) || !user.Actor().May(news.RightPublish) {
		t.Fatalf("%+v %v", user, err)
	}
	if _, err := o.Session(ctx, session); err != nil {
		t.Error(err)
	}
	_, err = o.SetupLink(ctx)
	wantKey(t, err, news.Conflict, "error.setup_done")
	_, _, err = o.Setup(ctx, link, "second", "دوم", password)
	wantKey(t, err, news.Conflict, "error.setup_done")
}

func TestOldHashesAreMadeAnewAtSignIn(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	before := o.memory.users[0].PasswordHash
	o.hasher = newHasher(cost{memory: 128, passes: 1, threads: 1})
	if _, _, err := o.SignIn(ctx, "sara1", password, home); err != nil {
		t.Fatal(err)
	}
	after := o.memory.users[0].PasswordHash
	if before == after || !strings.HasPrefix(after, "$argon2id$v=19$m=128,t=1,p=1$") {
		t.Errorf("%s → %s", before, after)
	}
	if _, _, err := o.SignIn(ctx, "sara1", password, home); err != nil || o.memory.users[0].PasswordHash != after {
		t.Errorf("second sign-in: %v, hash %s", err, o.memory.users[0].PasswordHash)
	}
}

func TestBrokenHashIsAnError(t *testing.T) {
	for _, phc := range []string{"x", "$argon2id$v=18$m=64,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=64,t=0,p=1$AAAA$" + strings.Repeat("A", 43), "$argon2id$v=19$m=64,t=1,p=1$AAAA$"} {
		if _, _, _, err := decode(phc); err == nil {
			t.Errorf("%q was accepted", phc)
		}
	}
	if c, _, _, err := decode(newHasher(current).dummy); err != nil || c != current {
		t.Errorf("%v %v", c, err)
	}
}
