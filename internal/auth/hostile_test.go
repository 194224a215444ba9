package auth

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Strangers who guess from everywhere close the name, but not for the browser from which its person has signed in, and that browser's own
// guesses are counted by themselves.
func TestStrangersCannotLockAPersonOutOfTheirBrowser(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	entry, err := o.SignIn(ctx, "sara1", password, home)
	o.must(err)
	guess := func(from Visitor, want int) {
		t.Helper()
		for range want {
			if _, err := o.SignIn(ctx, "sara1", "نادرست", from); news.KindOf(err) != news.Invalid {
				t.Fatalf("a guess: %v", err)
			}
		}
	}
	for i := range 5 {
		guess(Visitor{Addr: netip.AddrFrom4([4]byte{203, 0, 113, byte(i)})}, 10)
	}
	_, err = o.SignIn(ctx, "sara1", password, home)
	wantKey(t, err, news.TooMany, "error.signin_rate")
	hers := home
	hers.Known = entry.Known
	if _, err := o.SignIn(ctx, "sara1", password, hers); err != nil {
		t.Errorf("from her own browser: %v", err)
	}
	other := o.hire(NewUser{Username: "omid", Name: "امید", Password: password, Roles: []news.Role{news.Reporter}})
	theirs, err := o.SignIn(ctx, other.Username, password, elsewhere)
	o.must(err)
	for name, known := range map[string]string{"another's": theirs.Known, "invented": "x", "a session": entry.Session, "nobody's": ""} {
		_, err := o.SignIn(ctx, "sara1", password, Visitor{Addr: home.Addr, Known: known})
		if news.KindOf(err) != news.TooMany {
			t.Errorf("with %s: %v", name, err)
		}
	}
	guess(hers, 10)
	_, err = o.SignIn(ctx, "sara1", password, hers)
	wantKey(t, err, news.TooMany, "error.signin_rate")
	if _, err := o.Session(ctx, entry.Known); err == nil {
		t.Error("what the browser keeps is a session")
	}
	o.clock = o.clock.Add(knownLife)
	if _, ok := o.known(hers); ok {
		t.Error("a browser is known for ever")
	}
}

// Who knows the password has thirty codes a day, however long they wait between.
func TestPatientGuessesOfCodesAreStopped(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	entry, err := o.SignIn(ctx, "sara1", password, home)
	o.must(err)
	secret, _ := o.enrol(entry.Session)
	for i := range maxCodesDay {
		o.clock = o.clock.Add(10 * time.Minute)
		_, err := o.SecondStep(ctx, o.half(), "000000", Visitor{Addr: netip.AddrFrom4([4]byte{203, 0, 113, byte(i)})})
		wantKey(t, err, news.Invalid, "error.code_wrong")
	}
	o.clock = o.clock.Add(time.Hour)
	_, err = o.SecondStep(ctx, o.half(), o.code(secret, 0), elsewhere)
	wantKey(t, err, news.TooMany, "error.signin_rate")
	hers := home
	hers.Known = entry.Known
	if _, err := o.SecondStep(ctx, o.half(), o.code(secret, 0), hers); err != nil {
		t.Errorf("from her own browser: %v", err)
	}
}

// What is in the database opens nothing: not a session's hash, nor that of a half-done sign-in, nor anything that can be made with the key
// that lies beside them.
func TestAStolenDatabaseHoldsNoHalfDoneSignIn(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	_, codes := o.enrol(o.session())
	o.half()
	kept, err := o.store.UserTokens(ctx, o.sara.ID, purposeSecond, o.clock)
	if err != nil || len(kept) != 1 {
		t.Fatalf("%v %v", kept, err)
	}
	forged, err := o.seal.close("second step", map[string]any{"u": o.sara.ID, "p": hashOf("print\x00" + o.sara.PasswordHash)[:16]}, o.clock.Add(time.Minute))
	o.must(err)
	for _, second := range []string{kept[0].Hash, forged} {
		_, err := o.SecondStep(ctx, second, codes[0], home)
		wantKey(t, err, news.Unauthorized, "error.signin_again")
	}
}

func TestAHalfDoneSignInIsUsedOnceAndEnds(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	_, codes := o.enrol(o.session())
	second := o.half()
	if _, err := o.SecondStep(ctx, second, codes[0], home); err != nil {
		t.Fatal(err)
	}
	_, err := o.SecondStep(ctx, second, codes[1], home)
	wantKey(t, err, news.Unauthorized, "error.signin_again")
	second = o.half()
	o.must(o.EndSessions(ctx, operator, o.sara.ID))
	_, err = o.SecondStep(ctx, second, codes[2], home)
	wantKey(t, err, news.Unauthorized, "error.signin_again")
}

// meddling lets something happen between the check of a secret and the opening of the session.
type meddling struct {
	Users
	before func()
}

func (m *meddling) ChangeUser(ctx context.Context, id news.UserID, change func(*news.User, []news.User) (news.UserChange, error)) error {
	if act := m.before; act != nil {
		m.before = nil
		act()
	}
	return m.Users.ChangeUser(ctx, id, change)
}

func TestNoSessionOpensBehindAChange(t *testing.T) {
	for name, act := range map[string]func(o *office){
		"a new password": func(o *office) { o.change(o.sara.ID, func(u *news.User) { u.PasswordHash = "other" }) },
		"disabled":       func(o *office) { o.must(o.SetDisabled(o.t.Context(), operator, o.sara.ID, true)) },
	} {
		t.Run(name, func(t *testing.T) {
			o, ctx := newOffice(t), t.Context()
			m := &meddling{Users: o.users}
			o.users = m
			m.before = func() { act(o) }
			_, err := o.SignIn(ctx, "sara1", password, home)
			wantKey(t, err, news.Unauthorized, "error.signin_again")
			if open, err := o.store.UserTokens(ctx, o.sara.ID, purposeSession, o.clock); err != nil || len(open) != 0 {
				t.Errorf("open are %v %v", open, err)
			}
		})
	}
}

func TestRemovingALostPasskeyEndsWhatItOpened(t *testing.T) {
	g, ctx := newGate(t), t.Context()
	mine := g.session()
	lost := g.register(mine, "گوشی")
	c := g.begin()
	entry, err := g.passkeys.FinishSignIn(ctx, c.State, lost.get(c), elsewhere)
	g.must(err)
	g.must(g.RemovePasskey(ctx, mine, b64(lost.id)))
	_, err = g.Session(ctx, entry.Session)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
	if _, err := g.Session(ctx, mine); err != nil {
		t.Errorf("the session in which it was removed: %v", err)
	}
}

// An operator mends what others have lost; their own ways they change at their account, freshly signed in.
func TestOperatorsTakeAwayWhatIsLost(t *testing.T) {
	g, ctx := newGate(t), t.Context()
	boss := g.hire(NewUser{Username: "modir", Name: "مدیر", Password: password, Roles: []news.Role{news.Operator}})
	session := g.session()
	lost := g.register(session, "گوشی")
	secret, _ := g.enrol(session)
	keys, err := g.PersonPasskeys(ctx, boss.Actor(), g.sara.ID)
	if err != nil || len(keys) != 1 || keys[0].Name != "گوشی" {
		t.Fatalf("%+v %v", keys, err)
	}
	actors := map[string]news.Actor{"a reporter": news.SystemActor("x", news.Reporter), "a chief editor": news.SystemActor("x", news.ChiefEditor), "herself": g.sara.Actor()}
	for name, actor := range actors {
		_, err := g.PersonPasskeys(ctx, actor, g.sara.ID)
		for _, err := range []error{err, g.RemovePersonPasskey(ctx, actor, g.sara.ID, b64(lost.id)), g.ResetSecondFactor(ctx, actor, g.sara.ID)} {
			if news.KindOf(err) != news.Forbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	wantKey(t, g.RemovePersonPasskey(ctx, boss.Actor(), boss.ID, b64(lost.id)), news.Conflict, "error.own_entry")
	wantKey(t, g.ResetSecondFactor(ctx, boss.Actor(), boss.ID), news.Conflict, "error.own_entry")
	wantKey(t, g.RemovePersonPasskey(ctx, boss.Actor(), g.sara.ID, "eA"), news.NotFound, "error.not_found")
	wantKey(t, g.RemovePersonPasskey(ctx, news.SystemActor("console", news.Operator), boss.ID, b64(lost.id)), news.NotFound, "error.not_found")
	if _, err := g.Session(ctx, session); err != nil {
		t.Fatalf("what was refused signed her out: %v", err)
	}
	g.must(g.ResetSecondFactor(ctx, boss.Actor(), g.sara.ID))
	_, err = g.Session(ctx, session)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
	wantKey(t, g.ResetSecondFactor(ctx, boss.Actor(), g.sara.ID), news.Conflict, "error.totp_off")
	session = g.session() // no code is asked for; an old one's secret is gone
	if f, err := g.store.SecondFactor(ctx, g.sara.ID); err != nil || f.On() || strings.Contains(f.Secret, secret) {
		t.Errorf("%+v %v", f, err)
	}
	g.must(g.RemovePersonPasskey(ctx, boss.Actor(), g.sara.ID, b64(lost.id)))
	_, err = g.Session(ctx, session)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
	c := g.begin()
	_, err = g.passkeys.FinishSignIn(ctx, c.State, lost.get(c), home)
	wantKey(t, err, news.Invalid, "error.passkey_failed")
	all, err := g.store.Events(ctx, 0, 100)
	g.must(err)
	var said []string
	for _, e := range all {
		if e.Actor == boss.Actor().EventActor() && e.SubjectID == int64(g.sara.ID) {
			said = append(said, string(e.Kind))
		}
	}
	if got := strings.Join(said, " "); got != "user.totp_off user.passkey_removed" {
		t.Errorf("the log says %s", got)
	}
}

func TestInvitationsAreKeptWhenThePasskeyCannotBeTaken(t *testing.T) {
	g, ctx := newGate(t), t.Context()
	taken := g.register(g.session(), "")
	invited, _, err := g.Invite(ctx, operator, NewUser{Username: "negar", Name: "نگار", Roles: []news.Role{news.Reporter}})
	g.must(err)
	c, err := g.passkeys.BeginInvited(ctx, invited)
	g.must(err)
	_, err = g.passkeys.FinishInvited(ctx, invited, c.State, taken.create(c), home)
	wantKey(t, err, news.Conflict, "error.passkey_known")
	if _, err := g.AcceptInvitation(ctx, invited, password, home); err != nil {
		t.Errorf("the invitation is gone: %v", err)
	}
}

func TestSimplePasswordsAreRefused(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	mine := o.session()
	for _, p := range []string{"1234567890", "۱۲۳۴۵۶۷۸۹۰", "0987654321", "qwertyuiop", "QwertyUiop", "aaaaaaaaaaaa", "abababababab", "abcdefghijkl", "sara1sara1", "Sara1-2026", "sara12345678",
		"ضصثقفغعهخحج", "1111122222", "qwerty123456"} {
		if err := o.SetPassword(ctx, mine, p); len(news.Errors(err)) != 1 || news.Errors(err)[0].Key != "error.password_simple" || news.Errors(err)[0].Field != "password" {
			t.Errorf("%s: %v", p, err)
		}
	}
	for _, p := range []string{"گذرواژهٔ بلند", "رمزی بلند و خوب", "correct horse battery", "Tr0ub4dor&3", "باران سارا پنجره قطار", "a1b2c3d4e5f6"} {
		if err := checkNew(p, "sara1", "سارا"); err != nil {
			t.Errorf("%s: %v", p, err)
		}
	}
}
