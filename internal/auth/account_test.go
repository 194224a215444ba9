package auth

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// code is what an app shows, so many steps from now.
func (o *office) code(secret string, steps int) string {
	o.t.Helper()
	code, err := totp.GenerateCode(secret, o.clock.Add(time.Duration(steps)*stepSeconds*time.Second))
	o.must(err)
	return code
}

// enrol switches the second factor on.
func (o *office) enrol(session string) (secret string, recovery []string) {
	o.t.Helper()
	e, err := o.StartTOTP(o.t.Context(), session, "روزنامه: آزمون")
	o.must(err)
	recovery, _, err = o.ConfirmTOTP(o.t.Context(), session, e.State, o.code(e.Secret, 0))
	o.must(err)
	return e.Secret, recovery
}

// half is the first step of a sign-in.
func (o *office) half() string {
	o.t.Helper()
	entry, err := o.SignIn(o.t.Context(), "sara1", password, home)
	o.must(err)
	if entry.Session != "" || entry.Second == "" {
		o.t.Fatalf("the password alone opened %+v", entry)
	}
	return entry.Second
}

func TestCodesWorkOnceAndNearTheirTime(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	secret, _ := o.enrol(o.session())
	wantCode := func(code string, ok bool) {
		t.Helper()
		entry, err := o.SecondStep(ctx, o.half(), code, home)
		if ok != (err == nil && entry.Session != "") {
			t.Errorf("code %s: %v", code, err)
		}
	}
	wantCode(o.code(secret, 0), false) // used to switch it on
	o.clock = o.clock.Add(5 * time.Minute)
	wantCode(o.code(secret, -2), false)
	wantCode(o.code(secret, 2), false)
	wantCode("", false)
	wantCode("123", false)
	wantCode(o.code(secret, -1), true)
	wantCode(o.code(secret, -1), false)
	now := o.code(secret, 0)
	wantCode(strings.NewReplacer("0", "۰", "1", "۱", "2", "۲", "3", "۳", "4", "۴", "5", "۵").Replace(now[:3]+" "+now[3:]), true)
	wantCode(now, false)
	wantCode(o.code(secret, 1), true)
	wantCode(now, false) // a step that lies before one that was taken
}

func TestTheStoreHoldsNoSecretOfTheSecondFactor(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	secret, recovery := o.enrol(o.session())
	f, err := o.store.SecondFactor(ctx, o.sara.ID)
	o.must(err)
	kept := f.Secret + strings.Join(f.Recovery, "")
	if strings.Contains(kept, secret) || len(f.Recovery) != RecoveryCodes {
		t.Errorf("the store holds %+v", f)
	}
	for _, code := range recovery {
		if strings.Contains(kept, strings.ReplaceAll(code, "-", "")) {
			t.Errorf("the store holds the recovery code %s", code)
		}
	}
	// In another person's row the secret does not open.
	other := o.hire(NewUser{Username: "omid", Name: "امید", Password: password, Roles: []news.Role{news.Reporter}})
	o.must(o.store.ChangeSecondFactor(ctx, other.ID, func(g *news.SecondFactor) (news.UserChange, error) {
		g.Secret, g.Recovery = f.Secret, f.Recovery
		return news.UserChange{}, nil
	}))
	entry, err := o.SignIn(ctx, "omid", password, home)
	o.must(err)
	o.clock = o.clock.Add(time.Minute)
	for _, code := range []string{o.code(secret, 0), recovery[0]} {
		if got, err := o.SecondStep(ctx, entry.Second, code, home); err == nil {
			t.Errorf("Sara's %s opened %+v", code, got)
		}
	}
}

func TestRecoveryCodesWorkOnce(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	session := o.session()
	_, codes := o.enrol(session)
	if len(codes) != 10 || codes[0] == codes[1] {
		t.Fatalf("%v", codes)
	}
	if entry, err := o.SecondStep(ctx, o.half(), " "+strings.ToUpper(codes[3])+" ", home); err != nil || entry.Session == "" {
		t.Fatalf("%+v %v", entry, err)
	}
	_, err := o.SecondStep(ctx, o.half(), codes[3], home)
	wantKey(t, err, news.Invalid, "error.code_wrong")
	account, err := o.Account(ctx, session)
	if err != nil || account.RecoveryLeft != 9 || !account.SecondFactor {
		t.Errorf("%+v %v", account, err)
	}
	// The same code at the same instant opens one session.
	second := o.half()
	var wg sync.WaitGroup
	opened := make(chan string, 8)
	for range 8 {
		wg.Go(func() {
			if entry, err := o.SecondStep(ctx, second, codes[4], home); err == nil {
				opened <- entry.Session
			}
		})
	}
	wg.Wait()
	if len(opened) != 1 {
		t.Errorf("one code opened %d sessions", len(opened))
	}
	fresh, err := o.NewRecoveryCodes(ctx, session)
	o.must(err)
	_, err = o.SecondStep(ctx, o.half(), codes[5], home)
	wantKey(t, err, news.Invalid, "error.code_wrong")
	if _, err := o.SecondStep(ctx, o.half(), fresh[0], home); err != nil {
		t.Error(err)
	}
}

func TestTenWrongCodesCloseTheAccount(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	secret, codes := o.enrol(o.session())
	second := o.half()
	o.clock = o.clock.Add(time.Minute)
	addr := elsewhere.Addr
	for range 10 {
		addr = addr.Next()
		_, err := o.SecondStep(ctx, second, "not it", Visitor{Addr: addr})
		wantKey(t, err, news.Invalid, "error.code_wrong")
	}
	for _, code := range []string{o.code(secret, 0), codes[0]} {
		_, err := o.SecondStep(ctx, second, code, home)
		wantKey(t, err, news.TooMany, "error.signin_rate")
	}
	refused := strings.TrimSpace(strings.Repeat("user.code_refused ", 10))
	if got := o.kinds(10); got != refused {
		t.Errorf("the log says %q", got)
	}
	o.clock = o.clock.Add(window)
	_, err := o.SecondStep(ctx, second, codes[0], home)
	wantKey(t, err, news.Unauthorized, "error.signin_again")
	if _, err := o.SecondStep(ctx, o.half(), codes[0], home); err != nil {
		t.Errorf("after the window: %v", err)
	}
}

func TestTheFirstStepEndsWithThePassword(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	session := o.session()
	_, codes := o.enrol(session)
	second := o.half()
	o.must(o.SetPassword(ctx, session, password+"!"))
	_, err := o.SecondStep(ctx, second, codes[0], home)
	wantKey(t, err, news.Unauthorized, "error.signin_again")
	for _, made := range []string{"", "x", session, second[:len(second)-2] + "AA", hashOf(second)} {
		_, err := o.SecondStep(ctx, made, codes[0], home)
		wantKey(t, err, news.Unauthorized, "error.signin_again")
	}
	_, err = o.Session(ctx, second)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
}

func TestSwitchingCodesOnAndOff(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	session := o.session()
	e, err := o.StartTOTP(ctx, session, "روزنامه")
	o.must(err)
	if !strings.HasPrefix(e.Address, "otpauth://totp/") || !strings.Contains(e.Address, "secret="+e.Secret) {
		t.Errorf("the app would read %s", e.Address)
	}
	_, again, err := o.ConfirmTOTP(ctx, session, e.State, "000000")
	wantKey(t, err, news.Invalid, "error.code_wrong")
	if again.Secret != e.Secret || again.Address != e.Address {
		t.Error("a wrong first code loses the secret that the app has read")
	}
	if o.session() == "" {
		t.Error("it is on before it was confirmed")
	}
	other := o.hire(NewUser{Username: "omid", Name: "امید", Password: password, Roles: []news.Role{news.Reporter}})
	theirs, err := o.SignIn(ctx, other.Username, password, home)
	o.must(err)
	_, _, err = o.ConfirmTOTP(ctx, theirs.Session, e.State, o.code(e.Secret, 0))
	wantKey(t, err, news.Unauthorized, "error.sign_in_again")
	_, err = o.NewRecoveryCodes(ctx, session)
	wantKey(t, err, news.Conflict, "error.totp_off")
	if _, _, err := o.ConfirmTOTP(ctx, session, e.State, o.code(e.Secret, 0)); err != nil {
		t.Fatal(err)
	}
	_, _, err = o.ConfirmTOTP(ctx, session, e.State, o.code(e.Secret, 1))
	wantKey(t, err, news.Conflict, "error.totp_on")
	o.must(o.StopTOTP(ctx, session))
	o.must(o.StopTOTP(ctx, session))
	if got := o.kinds(2); got != "user.totp_on user.totp_off" {
		t.Errorf("the log ends with %s", got)
	}
	o.session()
	o.clock = o.clock.Add(FreshFor)
	_, err = o.StartTOTP(ctx, session, "روزنامه")
	wantKey(t, err, news.Unauthorized, "error.sign_in_again")
	wantKey(t, o.StopTOTP(ctx, session), news.Unauthorized, "error.sign_in_again")
	wantKey(t, o.SetPassword(ctx, session, password), news.Unauthorized, "error.sign_in_again")
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	first := o.session()
	o.clock = o.clock.Add(time.Hour)
	second := o.session()
	third := o.session()
	account, err := o.Account(ctx, second)
	o.must(err)
	current := 0
	for _, s := range account.Sessions {
		if s.Device != home.Device || s.ID == "" || strings.Contains(second, s.ID) {
			t.Errorf("%+v", s)
		}
		if s.Current {
			current++
		}
	}
	oldest := account.Sessions[2]
	if len(account.Sessions) != 3 || current != 1 || oldest.Current || !oldest.CreatedAt.Equal(o.clock.Add(-time.Hour)) {
		t.Fatalf("%+v", account.Sessions)
	}
	if _, err := o.Session(ctx, first); err != nil {
		t.Fatal(err)
	}
	if account, err = o.Account(ctx, second); err != nil || !account.Sessions[2].SeenAt.Equal(o.clock) {
		t.Errorf("last seen %v, want %v; %v", account.Sessions[2].SeenAt, o.clock, err)
	}
	if own, err := o.EndSession(ctx, second, oldest.ID); err != nil || own {
		t.Errorf("%v %v", own, err)
	}
	_, err = o.Session(ctx, first)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
	_, err = o.EndSession(ctx, second, oldest.ID)
	wantKey(t, err, news.NotFound, "error.session_gone")
	o.must(o.EndOtherSessions(ctx, second))
	_, err = o.Session(ctx, third)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
	account, err = o.Account(ctx, second)
	o.must(err)
	if own, err := o.EndSession(ctx, second, account.Sessions[0].ID); err != nil || !own {
		t.Errorf("%v %v", own, err)
	}
	_, err = o.Account(ctx, second)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
	if got := o.kinds(3); got != "user.signed_out user.sessions_ended user.signed_out" {
		t.Errorf("the log ends with %s", got)
	}
}

func TestANewPasswordEndsTheOtherSessions(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	other, mine := o.session(), o.session()
	link, err := o.NewLink(ctx, operator, o.sara.ID)
	o.must(err)
	wantKey(t, o.SetPassword(ctx, mine, "کوتاه"), news.Invalid, "error.password_short")
	o.must(o.SetPassword(ctx, mine, "گذرواژهٔ تازه و بلند"))
	_, err = o.Session(ctx, other)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
	_, err = o.LinkUser(ctx, link)
	wantKey(t, err, news.NotFound, "error.link_invalid")
	if _, err := o.Session(ctx, mine); err != nil {
		t.Error(err)
	}
	_, err = o.SignIn(ctx, "sara1", password, home)
	wantKey(t, err, news.Invalid, "error.signin_wrong")
}
