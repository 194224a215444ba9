package auth

import (
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

const password = "گذرواژهٔ بلند"

var (
	home      = Visitor{Addr: netip.MustParseAddr("192.0.2.1"), Device: "Firefox · Linux"}
	elsewhere = Visitor{Addr: netip.MustParseAddr("198.51.100.2")}
	operator  = news.SystemActor("test", news.Operator)
)

// office is a desk on a real database with a cheap hash, a clock that the test moves, and one user.
type office struct {
	*Desk
	t     *testing.T
	store *store.Store
	clock time.Time
	sara  news.User
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := emptyOffice(t)
	o.sara = o.hire(NewUser{Username: " Sara۱ ", Name: "سارا", Password: password, Roles: []news.Role{news.Moderator}})
	return o
}

func emptyOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, clock: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	now := func() time.Time { return o.clock }
	o.store = storetest.Open(t, filepath.Join(t.TempDir(), "dabir.db"), now)
	o.Desk = New(Keepers{Users: o.store, Tokens: o.store, Attempts: o.store, Credentials: o.store}, []byte("a key of the test"), now)
	o.hasher = newHasher(cost{memory: 64, passes: 1, threads: 1})
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) hire(u NewUser) news.User {
	o.t.Helper()
	user, err := o.CreateUser(o.t.Context(), operator, u)
	o.must(err)
	return user
}

// change writes to a user's row behind the desk's back.
func (o *office) change(id news.UserID, change func(*news.User)) {
	o.t.Helper()
	o.must(o.store.ChangeUser(o.t.Context(), id, func(u *news.User, _ []news.User) (news.UserChange, error) {
		change(u)
		return news.UserChange{}, nil
	}))
}

// session signs Sara in by her password.
func (o *office) session() string {
	o.t.Helper()
	entry, err := o.SignIn(o.t.Context(), "sara1", password, home)
	o.must(err)
	if entry.Session == "" {
		o.t.Fatal("a code is asked for")
	}
	return entry.Session
}

// kinds are the kinds of the newest events in the log, the oldest first.
func (o *office) kinds(last int) string {
	o.t.Helper()
	all, err := o.store.Events(o.t.Context(), 0, 1000)
	o.must(err)
	var names []string
	for _, e := range all[max(0, len(all)-last):] {
		names = append(names, string(e.Kind))
	}
	return strings.Join(names, " ")
}

func wantKey(t *testing.T, err error, kind news.Kind, key string) {
	t.Helper()
	if all := news.Errors(err); len(all) != 1 || all[0].Kind != kind || all[0].Key != key {
		t.Errorf("got %v, want %v %s", err, kind, key)
	}
}

func TestSignInAndOut(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	entry, err := o.SignIn(ctx, "SARA1", password, home)
	if err != nil || entry.User.ID != o.sara.ID {
		t.Fatalf("%v %v", entry, err)
	}
	session := entry.Session
	kept, err := o.store.UserTokens(ctx, o.sara.ID, purposeSession, o.clock)
	if err != nil || len(kept) != 1 || strings.Contains(kept[0].Hash, session) || kept[0].Device != home.Device {
		t.Errorf("the store holds %+v, %v", kept, err)
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
	o.hire(NewUser{Username: "links", Name: "فقط پیوند", Roles: []news.Role{news.Reporter}})
	for _, try := range [][2]string{{"sara1", "نادرست"}, {"nobody", password}, {"links", ""}, {"", ""}} {
		_, err := o.SignIn(ctx, try[0], try[1], home)
		wantKey(t, err, news.Invalid, "error.signin_wrong")
	}
	o.change(o.sara.ID, func(u *news.User) { u.Disabled = true })
	_, err := o.SignIn(ctx, "sara1", password, home)
	wantKey(t, err, news.Invalid, "error.signin_wrong")
}

func TestTenWrongPasswordsCloseTheName(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	for range 10 {
		_, err := o.SignIn(ctx, "sara1", "نادرست", elsewhere)
		wantKey(t, err, news.Invalid, "error.signin_wrong")
	}
	_, err := o.SignIn(ctx, "sara1", password, elsewhere)
	wantKey(t, err, news.TooMany, "error.signin_rate")
	if _, err := o.SignIn(ctx, "sara1", password, home); err != nil {
		t.Errorf("the stranger's guesses locked Sara out: %v", err)
	}
	o.clock = o.clock.Add(window + time.Second)
	if _, err := o.SignIn(ctx, "sara1", password, elsewhere); err != nil {
		t.Errorf("after the window: %v", err)
	}
	for _, l := range o.limits("sara1", o.sara.ID, elsewhere) {
		if strings.Contains(l.key, elsewhere.Addr.String()) || strings.Contains(l.key, "sara") {
			t.Errorf("the store holds %s", l.key)
		}
	}
}

func TestGuessesFromManyAddressesAreCountedTogether(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	addr := elsewhere.Addr
	for range 50 {
		addr = addr.Next()
		_, err := o.SignIn(ctx, "sara1", "نادرست", Visitor{Addr: addr})
		wantKey(t, err, news.Invalid, "error.signin_wrong")
	}
	_, err := o.SignIn(ctx, "sara1", password, Visitor{Addr: addr.Next()})
	wantKey(t, err, news.TooMany, "error.signin_rate")
}

func TestParallelGuessesDoNotOutrunTheCount(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() { _, _ = o.SignIn(ctx, "sara1", "نادرست", elsewhere) })
	}
	wg.Wait()
	wrong, err := o.store.Attempts(ctx, o.attemptKey("name", "sara1"), o.clock.Add(-window))
	o.must(err)
	if wrong < 10 || wrong > 10+hashesAtOnce {
		t.Errorf("%d guesses were compared", wrong)
	}
}

func TestSessionsSlide(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	session := o.session()
	began := o.clock
	for o.clock.Before(began.Add(SessionMost - 24*time.Hour)) {
		if _, err := o.Session(ctx, session); err != nil {
			t.Fatalf("a session in use ended after %v: %v", o.clock.Sub(began), err)
		}
		o.clock = o.clock.Add(24 * time.Hour)
	}
	o.clock = began.Add(SessionMost)
	_, err := o.Session(ctx, session)
	wantKey(t, err, news.Unauthorized, "error.sign_in") // however busy: what was stolen with it ends

	idle := o.session()
	o.clock = o.clock.Add(SessionLife)
	_, err = o.Session(ctx, idle)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
}

func TestDisabledUsersAreOutAtOnce(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	session := o.session()
	o.change(o.sara.ID, func(u *news.User) { u.Disabled = true })
	_, err := o.Session(ctx, session)
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
	entry, err := o.UseLink(ctx, link, home)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Session(ctx, entry.Session); err != nil {
		t.Error(err)
	}
	_, err = o.UseLink(ctx, link, home)
	wantKey(t, err, news.NotFound, "error.link_invalid")

	if link, err = o.NewLink(ctx, operator, o.sara.ID); err != nil {
		t.Fatal(err)
	}
	o.clock = o.clock.Add(LinkLife)
	_, err = o.UseLink(ctx, link, home)
	wantKey(t, err, news.NotFound, "error.link_invalid")
	_, err = o.NewLink(ctx, o.sara.Actor(), o.sara.ID)
	wantKey(t, err, news.Forbidden, "error.forbidden")
}

func TestSetupIsForTheFirstUserOnly(t *testing.T) {
	o, ctx := emptyOffice(t), t.Context()
	link, err := o.SetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.Setup(ctx, link, "نام", "", "کوتاه", home)
	var fields []string
	for _, e := range news.Errors(err) {
		fields = append(fields, e.Field)
	}
	if strings.Join(fields, " ") != "username name password" {
		t.Errorf("fields %v of %v", fields, err)
	}
	_, err = o.Setup(ctx, "invented", "admin", "مدیر", password, home)
	wantKey(t, err, news.NotFound, "error.link_invalid")
	entry, err := o.Setup(ctx, link, "Admin", "مدیر", password, home)
	user := entry.User
	if err != nil || user.Username != "admin" || !user.Actor().May(news.RightUsers) || !user.Actor().May(news.RightPublish) {
		t.Fatalf("%+v %v", user, err)
	}
	if _, err := o.Session(ctx, entry.Session); err != nil {
		t.Error(err)
	}
	_, err = o.SetupLink(ctx)
	wantKey(t, err, news.Conflict, "error.setup_done")
	_, err = o.Setup(ctx, link, "second", "دوم", password, home)
	wantKey(t, err, news.Conflict, "error.setup_done")
}

func TestOldHashesAreMadeAnewAtSignIn(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	before := o.sara.PasswordHash
	o.hasher = newHasher(cost{memory: 128, passes: 1, threads: 1})
	if _, err := o.SignIn(ctx, "sara1", password, home); err != nil {
		t.Fatal(err)
	}
	hash := func() string {
		u, err := o.store.User(ctx, o.sara.ID)
		o.must(err)
		return u.PasswordHash
	}
	after := hash()
	if before == after || !strings.HasPrefix(after, "$argon2id$v=19$m=128,t=1,p=1$") {
		t.Errorf("%s → %s", before, after)
	}
	if _, err := o.SignIn(ctx, "sara1", password, home); err != nil || hash() != after {
		t.Errorf("second sign-in: %v, hash %s", err, hash())
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
