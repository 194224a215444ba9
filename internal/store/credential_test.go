package store_test

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/google/go-cmp/cmp"
)

func person(t *testing.T, s *store.Store, username string, roles ...news.Role) news.User {
	t.Helper()
	u := news.User{Username: username, Name: "نام " + username, Roles: roles, CreatedAt: noon}
	if err := s.CreateUser(ctx, editor, &u); err != nil {
		t.Fatal(err)
	}
	return u
}

func logged(kind news.EventKind, user news.UserID) news.Event {
	return news.Event{Actor: "user/7", Kind: kind, SubjectKind: "user", SubjectID: int64(user)}
}

// lastKinds are the kinds of all events after seq.
func lastKinds(t *testing.T, s *store.Store, after int64) []news.EventKind {
	t.Helper()
	all, err := s.Events(ctx, after, 100)
	if err != nil {
		t.Fatal(err)
	}
	kinds := []news.EventKind{}
	for _, e := range all {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// addPasskey gives its user a passkey.
func addPasskey(s *store.Store, p news.Passkey) error {
	return s.ChangeUser(ctx, p.User, func(*news.User, []news.User) (news.UserChange, error) {
		return news.UserChange{Passkey: &p, Events: []news.Event{logged(news.UserPasskeyAdded, p.User)}}, nil
	})
}

func TestPasskeysComeBackAsStored(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := person(t, s, "negar", news.Reporter)
		want := news.Passkey{ID: "aWQ", User: u.ID, PublicKey: []byte{0, 255, 7}, SignCount: 4294967295, Transports: []string{"internal", "hybrid"},
			Name: "گوشی", BackupEligible: true, CreatedAt: noon}
		if err := addPasskey(s, want); err != nil {
			t.Fatal(err)
		}
		wantKind(t, addPasskey(s, want), news.Conflict)
		second := news.Passkey{ID: "Mg", User: u.ID, PublicKey: []byte{1}, CreatedAt: noon.Add(time.Second)}
		if err := addPasskey(s, second); err != nil {
			t.Fatal(err)
		}
		got, err := s.Passkeys(ctx, u.ID)
		if d := cmp.Diff([]news.Passkey{want, second}, got); d != "" || err != nil {
			t.Fatal(d, err)
		}
		refused := errors.New("refused")
		if err := s.UsePasskey(ctx, "aWQ", func(p *news.Passkey, _ news.User) (news.UserChange, error) {
			p.SignCount = 1
			return news.UserChange{}, refused
		}); !errors.Is(err, refused) {
			t.Errorf("use: %v", err)
		}
		want.BackedUp, want.UsedAt = true, noon.Add(time.Hour)
		err = s.UsePasskey(ctx, "aWQ", func(p *news.Passkey, owner news.User) (news.UserChange, error) {
			if owner.ID != u.ID {
				t.Errorf("the passkey is of %+v", owner)
			}
			p.BackedUp, p.UsedAt = true, noon.Add(time.Hour)
			return news.UserChange{Open: &news.Token{Hash: "opened", Purpose: "session", User: owner.ID, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		one, err := s.Passkey(ctx, "aWQ")
		if d := cmp.Diff(want, one); d != "" || err != nil {
			t.Error(d, err)
		}
		if open, err := s.UserTokens(ctx, u.ID, "session", noon); err != nil || len(open) != 1 {
			t.Errorf("opened are %v, %v", open, err)
		}
		_, err = s.Passkey(ctx, "none")
		wantKind(t, err, news.NotFound)
		wantKind(t, s.UsePasskey(ctx, "none", func(*news.Passkey, news.User) (news.UserChange, error) { return news.UserChange{}, nil }), news.NotFound)
		if d := cmp.Diff([]news.EventKind{news.UserCreated, news.UserPasskeyAdded, news.UserPasskeyAdded}, lastKinds(t, s, 0)); d != "" {
			t.Error(d)
		}
	})
}

func TestOfTwoPasskeysRemovedAtOnceOneStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u, other := person(t, s, "negar", news.Reporter), person(t, s, "omid", news.Reporter)
		for _, id := range []string{"a", "b"} {
			if err := addPasskey(s, news.Passkey{ID: id, User: u.ID, CreatedAt: noon}); err != nil {
				t.Fatal(err)
			}
		}
		last := errors.New("the last way")
		allow := func(u news.User, left int) (news.UserChange, error) {
			if left == 0 && u.PasswordHash == "" {
				return news.UserChange{}, last
			}
			return news.UserChange{Events: []news.Event{logged(news.UserPasskeyGone, u.ID)}}, nil
		}
		wantKind(t, s.RemovePasskey(ctx, other.ID, "a", allow), news.NotFound)
		var wg sync.WaitGroup
		for _, id := range []string{"a", "b"} {
			wg.Go(func() { _ = s.RemovePasskey(ctx, u.ID, id, allow) })
		}
		wg.Wait()
		if left, err := s.Passkeys(ctx, u.ID); err != nil || len(left) != 1 {
			t.Errorf("%d left, %v", len(left), err)
		}
	})
}

func TestSecondFactorChangesInOnePiece(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		u := person(t, s, "negar", news.Reporter)
		off, err := s.SecondFactor(ctx, u.ID)
		if err != nil || off.On() || off.User != u.ID {
			t.Fatal(off, err)
		}
		want := news.SecondFactor{User: u.ID, Secret: "sealed", LastStep: 58_000_000, Recovery: []string{"h1", "h2"}, Since: noon}
		set := func(f *news.SecondFactor) (news.UserChange, error) {
			*f = want
			return news.UserChange{Events: []news.Event{logged(news.UserTOTPOn, u.ID)}}, nil
		}
		if err := s.ChangeSecondFactor(ctx, u.ID, set); err != nil {
			t.Fatal(err)
		}
		refused := errors.New("refused")
		err = s.ChangeSecondFactor(ctx, u.ID, func(f *news.SecondFactor) (news.UserChange, error) {
			f.Recovery = nil
			return news.UserChange{}, refused
		})
		if !errors.Is(err, refused) {
			t.Error(err)
		}
		got, err := s.SecondFactor(ctx, u.ID)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Error(d, err)
		}
		if err := s.ChangeSecondFactor(ctx, u.ID, func(f *news.SecondFactor) (news.UserChange, error) {
			f.Secret = ""
			return news.UserChange{}, nil
		}); err != nil {
			t.Fatal(err)
		}
		if got, err = s.SecondFactor(ctx, u.ID); err != nil || got.On() || got.Recovery != nil {
			t.Error(got, err)
		}
	})
}

func TestChangingAUserMaySignThemOut(t *testing.T) {
	storetest.EachAt(t, func() time.Time { return noon }, func(t *testing.T, s *store.Store) {
		u, other := person(t, s, "negar", news.Reporter), person(t, s, "omid", news.Operator)
		for hash, owner := range map[string]news.UserID{"one": u.ID, "two": u.ID, "theirs": other.ID} {
			k := news.Token{Hash: hash, Purpose: "session", User: owner, Device: "Firefox · Linux", CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}
			if err := s.SaveToken(ctx, k, logged(news.UserSignedIn, owner)); err != nil {
				t.Fatal(err)
			}
			wantKind(t, s.SaveToken(ctx, k), news.Conflict)
		}
		before := lastKinds(t, s, 0)
		err := s.ChangeUser(ctx, u.ID, func(u *news.User, others []news.User) (news.UserChange, error) {
			if len(others) != 1 || others[0].ID != other.ID {
				t.Errorf("the others are %v", others)
			}
			u.Roles, u.Sections, u.Disabled = []news.Role{news.ChiefEditor}, []news.SectionID{1, 7}, true
			return news.UserChange{SignOut: true, Keep: "two", Events: []news.Event{logged(news.UserRolesChanged, u.ID)}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		left, err := s.UserTokens(ctx, u.ID, "session", noon)
		if err != nil || len(left) != 1 || left[0].Hash != "two" || left[0].Device != "Firefox · Linux" || !left[0].SeenAt.Equal(noon) {
			t.Errorf("%+v %v", left, err)
		}
		people, err := s.People(ctx)
		if err != nil || len(people) != 2 || people[0].ID != other.ID || people[0].Sessions != 1 || !people[1].Disabled || people[1].Roles[0] != news.ChiefEditor || len(people[1].User.Sections) != 2 {
			t.Errorf("%+v %v", people, err)
		}
		if d := cmp.Diff(append(before, news.UserRolesChanged), lastKinds(t, s, 0)); d != "" {
			t.Error(d)
		}
		refused := errors.New("refused")
		err = s.ChangeUser(ctx, u.ID, func(u *news.User, _ []news.User) (news.UserChange, error) {
			u.Name = "دیگر"
			return news.UserChange{SignOut: true}, refused
		})
		if got, _ := s.User(ctx, u.ID); !errors.Is(err, refused) || got.Name == "دیگر" {
			t.Errorf("%v, the name is %s", err, got.Name)
		}
		wantKind(t, s.ChangeUser(ctx, 99, func(*news.User, []news.User) (news.UserChange, error) { return news.UserChange{}, nil }), news.NotFound)
	})
}

func TestEventsOfTokensAreLoggedOnceAndOnlyWhenSomethingEnds(t *testing.T) {
	storetest.EachAt(t, func() time.Time { return noon }, func(t *testing.T, s *store.Store) {
		u := person(t, s, "negar", news.Reporter)
		for _, hash := range []string{"one", "two", "three"} {
			if err := s.SaveToken(ctx, news.Token{Hash: hash, Purpose: "session", User: u.ID, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.TouchToken(ctx, "one", noon.Add(time.Minute), noon.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if k, err := s.PeekToken(ctx, "one", "session", noon.Add(90*time.Minute)); err != nil || !k.SeenAt.Equal(noon.Add(time.Minute)) {
			t.Errorf("%+v %v", k, err)
		}
		for range 2 {
			if err := s.DropToken(ctx, "three", logged(news.UserSignedOut, u.ID)); err != nil {
				t.Fatal(err)
			}
			if err := s.DropTokens(ctx, u.ID, "session", "one", logged(news.UserSessionsEnded, u.ID)); err != nil {
				t.Fatal(err)
			}
		}
		if d := cmp.Diff([]news.EventKind{news.UserCreated, news.UserSignedOut, news.UserSessionsEnded}, lastKinds(t, s, 0)); d != "" {
			t.Error(d)
		}
	})
}

// TestOneFirstUser: set-up links used at the same instant, on two processes where the database allows it, make one user.
// TestAnInvitationIsUsedUpWithWhatItGives: all of the change happens, or nothing; of many at once one does.
func TestAnInvitationIsUsedUpWithWhatItGives(t *testing.T) {
	storetest.EachAt(t, func() time.Time { return noon }, func(t *testing.T, s *store.Store) {
		u, other := person(t, s, "negar", news.Reporter), person(t, s, "omid", news.Reporter)
		token := func(hash, purpose string, owner news.UserID) *news.Token {
			return &news.Token{Hash: hash, Purpose: purpose, User: owner, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}
		}
		for _, k := range []*news.Token{token("invitation", "invite", u.ID), token("theirs", "invite", other.ID), token("open", "session", u.ID)} {
			if err := s.SaveToken(ctx, *k); err != nil {
				t.Fatal(err)
			}
		}
		if err := addPasskey(s, news.Passkey{ID: "taken", User: other.ID, CreatedAt: noon}); err != nil {
			t.Fatal(err)
		}
		accept := func(spend, passkey, session string) error {
			return s.ChangeUser(ctx, u.ID, func(*news.User, []news.User) (news.UserChange, error) {
				return news.UserChange{Spend: spend, SignOut: true, Passkey: &news.Passkey{ID: passkey, User: u.ID, CreatedAt: noon}, Open: token(session, "session", u.ID),
					Events: []news.Event{logged(news.UserPasskeyAdded, u.ID)}}, nil
			})
		}
		wantKind(t, accept("theirs", "new", "s"), news.NotFound)
		wantKind(t, accept("invitation", "taken", "s"), news.Conflict)
		if _, err := s.PeekToken(ctx, "invitation", "invite", noon); err != nil {
			t.Errorf("a passkey that could not be taken used the invitation up: %v", err)
		}
		if left, err := s.UserTokens(ctx, u.ID, "session", noon); err != nil || len(left) != 1 || left[0].Hash != "open" {
			t.Errorf("a change that failed left %v %v", left, err)
		}
		before := len(lastKinds(t, s, 0))
		var wg sync.WaitGroup
		for _, n := range []string{"1", "2", "3", "4"} {
			wg.Go(func() { _ = accept("invitation", "p"+n, "s"+n) })
		}
		wg.Wait()
		keys, err := s.Passkeys(ctx, u.ID)
		sessions, err2 := s.UserTokens(ctx, u.ID, "session", noon)
		if err != nil || err2 != nil || len(keys) != 1 || len(sessions) != 1 || sessions[0].Hash == "open" || len(lastKinds(t, s, 0)) != before+1 {
			t.Errorf("passkeys %v, sessions %v, %v %v", keys, sessions, err, err2)
		}
	})
}

func TestOneFirstUser(t *testing.T) {
	race := func(t *testing.T, stores ...*store.Store) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for i := range 8 {
			wg.Go(func() {
				u := news.User{Username: string(rune('a'+i)) + "x", Name: "مدیر", Roles: []news.Role{news.Operator}, CreatedAt: noon}
				err := stores[i%len(stores)].CreateFirstUser(ctx, editor, &u)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made++
				} else if all := news.Errors(err); len(all) != 1 || all[0].Key != "error.setup_done" || all[0].Kind != news.Conflict {
					t.Errorf("refused with %v", err)
				}
			})
		}
		wg.Wait()
		if n, err := stores[0].CountUsers(ctx); err != nil || n != 1 || made != 1 {
			t.Errorf("%d users, %d made, %v", n, made, err)
		}
	}
	t.Run("sqlite", func(t *testing.T) { race(t, storetest.Open(t, filepath.Join(t.TempDir(), "dabir.db"), nil)) })
	t.Run("postgres", func(t *testing.T) {
		dsn := storetest.Postgres(t)
		race(t, storetest.Open(t, dsn, nil), storetest.Open(t, dsn, nil))
	})
}
