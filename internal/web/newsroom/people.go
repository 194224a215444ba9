package newsroom

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/dabir-newsroom/dabir/internal/auth"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// People is what those who manage people do, and what the invited answer.
type People interface {
	People(context.Context, news.Actor) ([]news.Person, error)
	Invite(context.Context, news.Actor, auth.NewUser) (link string, user news.User, err error)
	NewInvitation(context.Context, news.Actor, news.UserID) (link string, err error)
	ChangeRoles(context.Context, news.Actor, news.UserID, []news.Role, []news.SectionID) error
	SetDisabled(ctx context.Context, actor news.Actor, id news.UserID, disabled bool) error
	EndSessions(context.Context, news.Actor, news.UserID) error
	Invited(ctx context.Context, link string) (news.User, error)
	AcceptInvitation(ctx context.Context, link, password string, from auth.Visitor) (auth.Entry, error)
}

// Keys are what those who manage people take away from whoever has lost a device.
type Keys interface {
	PersonPasskeys(context.Context, news.Actor, news.UserID) ([]news.Passkey, error)
	RemovePersonPasskey(ctx context.Context, actor news.Actor, id news.UserID, passkey string) error
	ResetSecondFactor(context.Context, news.Actor, news.UserID) error
}

// peopleRoutes are those of one's own account and of the people of the newsroom.
func (n *Newsroom) peopleRoutes(guest func(string, web.RateClass, web.Handler) web.Route,
	inside func(string, news.Right, web.RateClass, web.Handler) web.Route) []web.Route {
	mine := func(pattern string, h web.Handler) web.Route {
		return inside(pattern, news.RightEnter, web.RateWrite, h)
	}
	manage := func(pattern string, h web.Handler) web.Route {
		return inside(pattern, news.RightUsers, web.RateWrite, h)
	}
	return []web.Route{
		guest("POST "+pathSignIn+"/code", web.RateSignIn, n.secondStep),
		guest("POST "+pathSignIn+"/passkey/begin", web.RateSignIn, n.beginPasskey),
		guest("POST "+pathSignIn+"/passkey", web.RateSignIn, n.passkeySignIn),
		guest("GET "+pathInvited+"/{token}", web.RateSignIn, n.invitedPage),
		guest("POST "+pathInvited+"/{token}", web.RateSignIn, n.acceptInvitation),
		guest("POST "+pathInvited+"/{token}/passkey/begin", web.RateSignIn, n.beginInvited),
		guest("POST "+pathInvited+"/{token}/passkey", web.RateSignIn, n.finishInvited),

		inside("GET "+pathAccount, news.RightEnter, web.RateRead, n.accountPage),
		mine("POST "+pathAccount+"/password", n.accountAct("password", n.setPassword)),
		mine("POST "+pathAccount+"/passkeys/begin", n.beginAddPasskey),
		mine("POST "+pathAccount+"/passkeys", n.addPasskey),
		mine("POST "+pathAccount+"/passkeys/{id}/remove", n.accountAct("passkey_removed", n.removePasskey)),
		mine("POST "+pathAccount+"/totp", n.startTOTP),
		mine("POST "+pathAccount+"/totp/confirm", n.confirmTOTP),
		mine("POST "+pathAccount+"/totp/stop", n.accountAct("totp_off", n.stopTOTP)),
		mine("POST "+pathAccount+"/recovery", n.newRecovery),
		mine("POST "+pathAccount+"/sessions/{id}/end", n.endSession),
		mine("POST "+pathAccount+"/sessions/end", n.accountAct("sessions", n.endOtherSessions)),

		inside("GET "+pathPeople, news.RightUsers, web.RateRead, n.people),
		inside("GET "+pathPeople+"/new", news.RightUsers, web.RateRead, n.newPerson),
		longForm(manage("POST "+pathPeople, n.invite)),
		inside("GET "+pathPeople+"/{id}", news.RightUsers, web.RateRead, n.personPage),
		manage("POST "+pathPeople+"/{id}/roles", n.changeRoles),
		manage("POST "+pathPeople+"/{id}/disable", n.personAct("disabled", n.setDisabled(true))),
		manage("POST "+pathPeople+"/{id}/enable", n.personAct("enabled", n.setDisabled(false))),
		manage("POST "+pathPeople+"/{id}/sessions", n.personAct("sessions", n.endSessions)),
		manage("POST "+pathPeople+"/{id}/passkeys/{key}/remove", n.personAct("passkey", n.removePersonPasskey)),
		manage("POST "+pathPeople+"/{id}/totp/reset", n.personAct("totp", n.resetSecondFactor)),
		manage("POST "+pathPeople+"/{id}/link", n.newInvitation),
	}
}

// personRow is a person as lists show them.
type personRow struct{ news.Person }

// State is what the person is: "disabled", "invited" or "active".
func (p personRow) State() string {
	switch {
	case p.Disabled:
		return "disabled"
	case p.Invited():
		return "invited"
	}
	return "active"
}

// personStates are the states in words.
var personStates = map[string]string{"active": "people.state_active", "disabled": "people.state_disabled", "invited": "people.state_invited"}

// StateOf is a person's state in words.
func (f frame) StateOf(p personRow) string { return f.T(personStates[p.State()]) }

type peoplePage struct {
	frame
	Rows     []personRow
	Sections []news.Section
}

// SectionsOf are the sections for which a person's roles hold, in words.
func (p peoplePage) SectionsOf(ids []news.SectionID) string {
	if len(ids) == 0 {
		return p.T("people.sections_all")
	}
	var names []string
	for _, s := range p.Sections {
		if slices.Contains(ids, s.ID) {
			names = append(names, p.SectionName(s))
		}
	}
	return p.List(names)
}

// RolesOf are a person's roles in words.
func (f frame) RolesOf(roles []news.Role) string {
	return frame{Page: f.Page, User: news.User{Roles: roles}}.RoleNames()
}

// WaysOf are the ways in which a person signs in, in words.
func (f frame) WaysOf(p personRow) string {
	var ways []string
	if p.Passkeys > 0 {
		ways = append(ways, f.N("people.passkeys", int64(p.Passkeys)))
	}
	if p.PasswordHash != "" {
		ways = append(ways, f.T("people.way_password"))
	}
	if p.SecondFactor {
		ways = append(ways, f.T("people.way_code"))
	}
	if len(ways) == 0 {
		return f.T("people.way_none")
	}
	return f.List(ways)
}

func (n *Newsroom) people(w http.ResponseWriter, r *http.Request) error {
	all, err := n.People.People(r.Context(), actorOf(r))
	if err != nil {
		return err
	}
	page := peoplePage{frame: n.frame(r, n.print.T("people.title"), "people")}
	if page.Sections, err = n.Articles.Sections(r.Context()); err != nil {
		return err
	}
	for _, p := range all {
		page.Rows = append(page.Rows, personRow{p})
	}
	return n.render(w, r, http.StatusOK, "people", page)
}

// scope is what a person may be and where, as the boxes of a form have it: no section is all of them.
type scope struct {
	Roles    []news.Role
	Sections []news.SectionID
}

// scopeOf reads the boxes. One that names no role or section of ours is passed on, for the action to refuse.
func scopeOf(r *http.Request) scope {
	var s scope
	for _, value := range r.PostForm["role"] {
		s.Roles = append(s.Roles, news.Role(value))
	}
	for _, value := range r.PostForm["section"] {
		id, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			id = -1
		}
		s.Sections = append(s.Sections, news.SectionID(id))
	}
	return s
}

// scopeBoxes are the boxes of roles and sections in a form.
type scopeBoxes struct {
	Ticked scope
	All    []news.Section
}

func (n *Newsroom) scopeBoxes(r *http.Request, ticked scope) (scopeBoxes, error) {
	all, err := n.Articles.Sections(r.Context())
	return scopeBoxes{ticked, all}, err
}

// RoleList are all roles.
func (scopeBoxes) RoleList() []news.Role { return news.Roles() }

// Has tells whether a role's box is ticked.
func (b scopeBoxes) Has(role news.Role) bool { return slices.Contains(b.Ticked.Roles, role) }

// In tells whether a section's box is ticked.
func (b scopeBoxes) In(s news.Section) bool { return slices.Contains(b.Ticked.Sections, s.ID) }

type invitePage struct {
	frame
	scopeBoxes
	Problems       web.Problems
	Name, Username string
}

func (n *Newsroom) newPerson(w http.ResponseWriter, r *http.Request) error {
	return n.showInvite(w, r, http.StatusOK, auth.NewUser{}, nil)
}

func (n *Newsroom) showInvite(w http.ResponseWriter, r *http.Request, status int, u auth.NewUser, problem error) error {
	boxes, err := n.scopeBoxes(r, scope{u.Roles, u.Sections})
	if err != nil {
		return err
	}
	return n.render(w, r, status, "invite", invitePage{frame: n.frame(r, n.print.T("people.invite"), "people"), scopeBoxes: boxes,
		Problems: n.problems(problem, "name", "username", "roles", "sections"), Name: u.Name, Username: u.Username})
}

func (n *Newsroom) invite(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	chosen := scopeOf(r)
	u := auth.NewUser{Username: f.Line("username"), Name: f.Line("name"), Roles: chosen.Roles, Sections: chosen.Sections}
	link, user, err := n.People.Invite(r.Context(), actorOf(r), u)
	if kind := news.KindOf(err); err != nil && (kind == news.Invalid || kind == news.Conflict) {
		return n.showInvite(w, r, web.Status(err), u, err)
	}
	if err != nil {
		return err
	}
	return n.showInvitation(w, r, user, link)
}

type invitationPage struct {
	frame
	Person news.User
	Link   string
}

// showInvitation is the only page on which the link ever stands: the database has its hash alone.
func (n *Newsroom) showInvitation(w http.ResponseWriter, r *http.Request, user news.User, link string) error {
	page := invitationPage{n.frame(r, n.print.T("people.invitation"), "people"), user, n.SiteURL + pathInvited + "/" + link}
	return n.render(w, r, http.StatusOK, "invitation", page)
}

type personPage struct {
	peoplePage
	scopeBoxes
	Person   personRow
	Keys     []news.Passkey
	Problems web.Problems
	Self     bool
}

// Sessions is how many sessions the person has open.
func (p personPage) Sessions() int64 { return int64(p.Person.Sessions) }

// personDone are the sentences of what has been done to a person.
var personDone = map[string]string{
	"passkey": "people.done_passkey", "totp": "people.done_totp", "roles": "people.done_roles", "disabled": "people.done_disabled", "enabled": "people.done_enabled", "sessions": "people.done_sessions",
}

func personID(r *http.Request) (news.UserID, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, news.Fail(news.NotFound, "error.not_found")
	}
	return news.UserID(id), nil
}

func (n *Newsroom) person(r *http.Request) (personRow, error) {
	id, err := personID(r)
	if err != nil {
		return personRow{}, err
	}
	all, err := n.People.People(r.Context(), actorOf(r))
	if err != nil {
		return personRow{}, err
	}
	at := slices.IndexFunc(all, func(p news.Person) bool { return p.ID == id })
	if at < 0 {
		return personRow{}, news.Fail(news.NotFound, "error.not_found")
	}
	return personRow{all[at]}, nil
}

func (n *Newsroom) personPage(w http.ResponseWriter, r *http.Request) error {
	return n.showPerson(w, r, http.StatusOK, nil, nil)
}

// showPerson shows a person; ticked are the boxes of a form that came back, nil for what is stored.
func (n *Newsroom) showPerson(w http.ResponseWriter, r *http.Request, status int, ticked *scope, problem error) error {
	person, err := n.person(r)
	if err != nil {
		return err
	}
	if ticked == nil {
		ticked = &scope{person.Roles, person.User.Sections}
	}
	boxes, err := n.scopeBoxes(r, *ticked)
	if err != nil {
		return err
	}
	keys, err := n.Keys.PersonPasskeys(r.Context(), actorOf(r), person.ID)
	if err != nil {
		return err
	}
	page := personPage{Keys: keys, peoplePage: peoplePage{frame: n.frame(r, person.Name, "people"), Sections: boxes.All}, scopeBoxes: boxes, Person: person,
		Problems: n.problems(problem, "roles", "sections"), Self: person.ID == userOf(r).ID}
	if done := personDone[r.URL.Query().Get("done")]; done != "" && problem == nil {
		page.frame.Done = n.print.T(done)
	}
	return n.render(w, r, status, "person", page)
}

// personAct makes the handler of a form on a person's page: what stands against the act is said there.
func (n *Newsroom) personAct(done string, do func(r *http.Request, id news.UserID) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := personID(r)
		if err != nil {
			return err
		}
		if _, err := web.ReadForm(r); err != nil {
			return err
		}
		err = do(r, id)
		if kind := news.KindOf(err); err != nil && (kind == news.Invalid || kind == news.Conflict) {
			return n.showPerson(w, r, web.Status(err), nil, err)
		}
		if err != nil {
			return err
		}
		return web.Redirect(w, r, personPath(id)+"?done="+done)
	}
}

// changeRoles is personAct for boxes, which come back as they were ticked.
func (n *Newsroom) changeRoles(w http.ResponseWriter, r *http.Request) error {
	id, err := personID(r)
	if err != nil {
		return err
	}
	if _, err := web.ReadForm(r); err != nil {
		return err
	}
	chosen := scopeOf(r)
	err = n.People.ChangeRoles(r.Context(), actorOf(r), id, chosen.Roles, chosen.Sections)
	if kind := news.KindOf(err); err != nil && (kind == news.Invalid || kind == news.Conflict) {
		return n.showPerson(w, r, web.Status(err), &chosen, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, personPath(id)+"?done=roles")
}

func personPath(id news.UserID) string { return pathPeople + "/" + strconv.FormatInt(int64(id), 10) }

func (n *Newsroom) setDisabled(disabled bool) func(*http.Request, news.UserID) error {
	return func(r *http.Request, id news.UserID) error {
		return n.People.SetDisabled(r.Context(), actorOf(r), id, disabled)
	}
}

func (n *Newsroom) removePersonPasskey(r *http.Request, id news.UserID) error {
	return n.Keys.RemovePersonPasskey(r.Context(), actorOf(r), id, r.PathValue("key"))
}

func (n *Newsroom) resetSecondFactor(r *http.Request, id news.UserID) error {
	return n.Keys.ResetSecondFactor(r.Context(), actorOf(r), id)
}

func (n *Newsroom) endSessions(r *http.Request, id news.UserID) error {
	return n.People.EndSessions(r.Context(), actorOf(r), id)
}

func (n *Newsroom) newInvitation(w http.ResponseWriter, r *http.Request) error {
	person, err := n.person(r)
	if err != nil {
		return err
	}
	link, err := n.People.NewInvitation(r.Context(), actorOf(r), person.ID)
	if err != nil {
		return err
	}
	return n.showInvitation(w, r, person.User, link)
}

type invitedPage struct {
	frame
	Problems web.Problems
	Invited  news.User
	Passkeys bool
	Base     string // where its passkey goes
}

func (n *Newsroom) invitedPage(w http.ResponseWriter, r *http.Request) error {
	web.SetSecretAddress(w)
	return n.showInvited(w, r, http.StatusOK, nil)
}

func (n *Newsroom) showInvited(w http.ResponseWriter, r *http.Request, status int, problem error) error {
	user, err := n.People.Invited(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	page := invitedPage{frame: n.frame(r, n.print.T("people.welcome"), ""), Problems: n.problems(problem, "password"), Invited: user, Passkeys: n.Passkeys.Available(),
		Base: pathInvited + "/" + r.PathValue("token") + "/passkey"}
	return n.templates.Render(w, r, status, "invited", page)
}

func (n *Newsroom) acceptInvitation(w http.ResponseWriter, r *http.Request) error {
	web.SetSecretAddress(w)
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	entry, err := n.People.AcceptInvitation(r.Context(), r.PathValue("token"), f.Get("password"), n.visitor(r))
	if err != nil && news.KindOf(err) == news.Invalid {
		return n.showInvited(w, r, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return n.enter(w, r, entry, "")
}

func (n *Newsroom) beginInvited(w http.ResponseWriter, r *http.Request) error {
	ceremony, err := n.Passkeys.BeginInvited(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return sendJSON(w, r, ceremony)
}

func (n *Newsroom) finishInvited(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	entry, err := n.Passkeys.FinishInvited(r.Context(), r.PathValue("token"), f.Line("state"), f.Get("response"), n.visitor(r))
	if err != nil {
		return err
	}
	return n.goOn(w, r, entry, "")
}
