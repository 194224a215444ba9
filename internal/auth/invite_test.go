package auth

import (
	"strings"
	"sync"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/news"
)

func TestInvitationsWorkOnce(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	link, user, err := o.Invite(ctx, operator, NewUser{Username: "negar", Name: "نگار", Roles: []news.Role{news.DeskEditor, news.Reporter, news.Reporter}})
	if err != nil || news.RoleList(user.Roles) != "reporter desk_editor" {
		t.Fatalf("%+v %v", user, err)
	}
	_, err = o.SignIn(ctx, "negar", "", home)
	wantKey(t, err, news.Invalid, "error.signin_wrong")
	_, err = o.UseLink(ctx, link, home)
	wantKey(t, err, news.NotFound, "error.link_invalid")
	if got, err := o.Invited(ctx, link); err != nil || got.ID != user.ID {
		t.Errorf("%+v %v", got, err)
	}
	_, err = o.AcceptInvitation(ctx, link, "کوتاه", home)
	wantKey(t, err, news.Invalid, "error.password_short")
	entry, err := o.AcceptInvitation(ctx, link, password, home)
	if err != nil || entry.User.ID != user.ID {
		t.Fatalf("%+v %v", entry, err)
	}
	_, err = o.AcceptInvitation(ctx, link, password, home)
	wantKey(t, err, news.NotFound, "error.link_invalid")
	if got := o.kinds(4); got != "user.created user.invited user.password_set user.signed_in" {
		t.Errorf("the log ends with %s", got)
	}
	if _, err := o.SignIn(ctx, "negar", password, home); err != nil {
		t.Error(err)
	}
}

func TestANewInvitationEndsTheOlder(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	session := o.session()
	older, err := o.NewInvitation(ctx, operator, o.sara.ID)
	o.must(err)
	newer, err := o.NewInvitation(ctx, operator, o.sara.ID)
	o.must(err)
	_, err = o.AcceptInvitation(ctx, older, password, home)
	wantKey(t, err, news.NotFound, "error.link_invalid")
	if _, err := o.AcceptInvitation(ctx, newer, "گذرواژهٔ تازه و بلند", home); err != nil {
		t.Fatal(err)
	}
	_, err = o.Session(ctx, session)
	wantKey(t, err, news.Unauthorized, "error.sign_in")

	late, err := o.NewInvitation(ctx, operator, o.sara.ID)
	o.must(err)
	o.clock = o.clock.Add(InviteLife)
	_, err = o.AcceptInvitation(ctx, late, password, home)
	wantKey(t, err, news.NotFound, "error.link_invalid")
}

func TestRolesChangeAndSignOut(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	boss := o.hire(NewUser{Username: "modir", Name: "مدیر", Password: password, Roles: []news.Role{news.Operator}})
	session := o.session()
	o.must(o.ChangeRoles(ctx, boss.Actor(), o.sara.ID, []news.Role{news.Moderator}, nil))
	if _, err := o.Session(ctx, session); err != nil {
		t.Errorf("nothing changed, and she is out: %v", err)
	}
	o.must(o.ChangeRoles(ctx, boss.Actor(), o.sara.ID, []news.Role{news.ChiefEditor, news.Moderator}, nil))
	_, err := o.Session(ctx, session)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
	all, err := o.store.Events(ctx, 0, 100)
	o.must(err)
	if e := all[len(all)-1]; e.Kind != news.UserRolesChanged || e.Data["roles"] != "chief_editor moderator" || e.Data["sections"] != "all" || e.Actor != boss.Actor().EventActor() || e.SubjectID != int64(o.sara.ID) {
		t.Errorf("the log says %+v", e)
	}
	for _, roles := range [][]news.Role{nil, {"pope"}, {news.Reporter, ""}} {
		wantKey(t, o.ChangeRoles(ctx, boss.Actor(), o.sara.ID, roles, nil), news.Invalid, "error.roles")
	}
	wantKey(t, o.ChangeRoles(ctx, boss.Actor(), boss.ID, []news.Role{news.Reporter}, nil), news.Conflict, "error.own_roles")
	wantKey(t, o.SetDisabled(ctx, boss.Actor(), boss.ID, true), news.Conflict, "error.own_disable")
	wantKey(t, o.ChangeRoles(ctx, boss.Actor(), 99, []news.Role{news.Reporter}, nil), news.NotFound, "error.not_found")
	sara, err := o.store.User(ctx, o.sara.ID)
	o.must(err)
	for _, err := range []error{o.ChangeRoles(ctx, sara.Actor(), boss.ID, nil, nil), o.SetDisabled(ctx, sara.Actor(), boss.ID, true), o.EndSessions(ctx, sara.Actor(), boss.ID)} {
		wantKey(t, err, news.Forbidden, "error.forbidden")
	}
	_, err = o.People(ctx, sara.Actor())
	wantKey(t, err, news.Forbidden, "error.forbidden")
}

func TestSectionsChangeAndSignOut(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	city, err := o.store.EnsureSection(ctx, operator, news.Section{Name: "شهر"})
	o.must(err)
	sport, err := o.store.EnsureSection(ctx, operator, news.Section{Name: "ورزش"})
	o.must(err)
	moderator := []news.Role{news.Moderator}
	session := o.session()
	o.must(o.ChangeRoles(ctx, operator, o.sara.ID, moderator, []news.SectionID{}))
	if user, err := o.Session(ctx, session); err != nil || user.Sections != nil {
		t.Errorf("no box ticked is all sections, as before: %v %v", user.Sections, err)
	}
	o.must(o.ChangeRoles(ctx, operator, o.sara.ID, moderator, []news.SectionID{sport.ID, city.ID, sport.ID}))
	_, err = o.Session(ctx, session)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
	user, err := o.Session(ctx, o.session())
	if err != nil || len(user.Sections) != 2 || !user.Actor().MayIn(news.RightModerate, city.ID) || user.Actor().MayIn(news.RightModerate, 1) {
		t.Errorf("%+v %v", user, err)
	}
	all, err := o.store.Events(ctx, 0, 100)
	o.must(err)
	if e := all[len(all)-2]; e.Kind != news.UserRolesChanged || e.Data["sections"] != news.ScopeData(nil, user.Sections)["sections"] || e.Data["sections"] == "all" {
		t.Errorf("the log says %+v", e)
	}
	wantKey(t, o.ChangeRoles(ctx, operator, o.sara.ID, moderator, []news.SectionID{city.ID, 99}), news.Invalid, "error.sections")
	if err := o.ChangeRoles(ctx, operator, o.sara.ID, nil, []news.SectionID{-1}); len(news.Errors(err)) != 2 {
		t.Errorf("both mistakes at once: %v", err)
	}
	_, err = o.CreateUser(ctx, operator, NewUser{Username: "omid", Name: "امید", Password: password, Roles: moderator, Sections: []news.SectionID{99}})
	wantKey(t, err, news.Invalid, "error.sections")
	made := o.hire(NewUser{Username: "omid", Name: "امید", Password: password, Roles: moderator, Sections: []news.SectionID{city.ID}})
	if kept, err := o.store.User(ctx, made.ID); err != nil || len(kept.Sections) != 1 || kept.Sections[0] != city.ID {
		t.Errorf("%+v %v", kept, err)
	}
}

func TestDisablingShutsOutAndSpareKeys(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	session := o.session()
	link, err := o.NewInvitation(ctx, operator, o.sara.ID)
	o.must(err)
	o.must(o.SetDisabled(ctx, operator, o.sara.ID, true))
	_, err = o.Session(ctx, session)
	wantKey(t, err, news.Unauthorized, "error.sign_in")
	_, err = o.NewInvitation(ctx, operator, o.sara.ID)
	wantKey(t, err, news.NotFound, "error.not_found")
	o.must(o.SetDisabled(ctx, operator, o.sara.ID, false))
	_, err = o.Session(ctx, session) // what ended stays ended
	wantKey(t, err, news.Unauthorized, "error.sign_in")
	_, err = o.Invited(ctx, link)
	wantKey(t, err, news.NotFound, "error.link_invalid")
	o.session()
	people, err := o.People(ctx, operator)
	if err != nil || len(people) != 1 || people[0].Sessions != 1 || people[0].Invited() || !people[0].SeenAt.Equal(o.clock) {
		t.Errorf("%+v %v", people, err)
	}
}

func TestSomebodyAlwaysManagesPeople(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	one := o.hire(NewUser{Username: "one", Name: "یک", Password: password, Roles: []news.Role{news.Operator}})
	two := o.hire(NewUser{Username: "two", Name: "دو", Password: password, Roles: []news.Role{news.Operator}})
	// Each acts with the rights that they had when their request began.
	var wg sync.WaitGroup
	wg.Go(func() { _ = o.SetDisabled(ctx, one.Actor(), two.ID, true) })
	wg.Go(func() { _ = o.ChangeRoles(ctx, two.Actor(), one.ID, []news.Role{news.Reporter}, nil) })
	wg.Wait()
	people, err := o.People(ctx, operator)
	o.must(err)
	left := 0
	for _, p := range people {
		if manages(p.User) {
			left++
		}
	}
	if left != 1 {
		t.Errorf("%d manage people", left)
	}
}

func TestTwoSetUpLinksMakeOneOperator(t *testing.T) {
	o, ctx := emptyOffice(t), t.Context()
	var links []string
	for range 4 {
		link, err := o.SetupLink(ctx)
		o.must(err)
		links = append(links, link)
	}
	var wg sync.WaitGroup
	made := make(chan Entry, len(links))
	for i, link := range links {
		wg.Go(func() {
			if entry, err := o.Setup(ctx, link, "admin"+strings.Repeat("x", i), "مدیر", password, home); err == nil {
				made <- entry
			}
		})
	}
	wg.Wait()
	if n, err := o.store.CountUsers(ctx); err != nil || n != 1 || len(made) != 1 {
		t.Errorf("%d users, %d entered, %v", n, len(made), err)
	}
}
