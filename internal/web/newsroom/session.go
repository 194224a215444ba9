package newsroom

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/auth"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Auth is what signing in needs; *auth.Desk has it, and Second, Account and People.
type Auth interface {
	SignIn(ctx context.Context, username, password string, from auth.Visitor) (auth.Entry, error)
	SignOut(ctx context.Context, session string) error
	Session(ctx context.Context, session string) (news.User, error)
	LinkUser(ctx context.Context, link string) (news.User, error)
	UseLink(ctx context.Context, link string, from auth.Visitor) (auth.Entry, error)
	CheckSetup(ctx context.Context, link string) error
	Setup(ctx context.Context, link, username, name, password string, from auth.Visitor) (auth.Entry, error)
}

// cookieLife only has to be longer than a session: how long that lives is decided in the database, where it slides.
const cookieLife = 180 * 24 * time.Hour

func (n *Newsroom) secure() bool { return strings.HasPrefix(n.SiteURL, "https://") }

// cookieName has the prefix with which browsers refuse the cookie over plain http.
func (n *Newsroom) cookieName() string {
	if n.secure() {
		return "__Secure-dabir"
	}
	return "dabir"
}

// setCookie gives the session to the browser, for the newsroom's pages only: readers' pages never get a cookie. An empty
// session takes it away.
func (n *Newsroom) setCookie(w http.ResponseWriter, session string) {
	cookie := n.cookie(n.cookieName(), session, root)
	if session == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}

func (n *Newsroom) cookie(name, value, path string) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: path, HttpOnly: true, Secure: n.secure(), SameSite: http.SameSiteLaxMode, MaxAge: int(cookieLife.Seconds())}
}

// knownName is the cookie by which a browser is known from which somebody has signed in. It goes to the sign-in's pages only.
func (n *Newsroom) knownName() string { return n.cookieName() + "-known" }

func (n *Newsroom) sessionOf(r *http.Request) string {
	cookie, err := r.Cookie(n.cookieName())
	if err != nil {
		return ""
	}
	return cookie.Value
}

type userKey struct{}

// userOf is who is signed in; the zero User on guest pages.
func userOf(r *http.Request) news.User {
	user, _ := r.Context().Value(userKey{}).(news.User)
	return user
}

func actorOf(r *http.Request) news.Actor {
	user := userOf(r)
	return user.Actor()
}

// guard lets in who has a session and the right that the route names.
func (n *Newsroom) guard(_ http.ResponseWriter, r *http.Request, right news.Right) (*http.Request, error) {
	session := n.sessionOf(r)
	if session == "" {
		return nil, news.Fail(news.Unauthorized, "error.sign_in")
	}
	user, err := n.Auth.Session(r.Context(), session)
	if err != nil {
		return nil, err
	}
	actor := user.Actor()
	if err := actor.Require(right); err != nil {
		return nil, err
	}
	return r.WithContext(context.WithValue(r.Context(), userKey{}, user)), nil
}

// statusKeys are the sentences of errors that bring none of their own.
var statusKeys = map[int]string{
	http.StatusNotFound:              "error.not_found",
	http.StatusMethodNotAllowed:      "error.method",
	http.StatusRequestEntityTooLarge: "error.too_large",
	http.StatusServiceUnavailable:    "error.unavailable",
}

type failPage struct {
	frame
	Message   string
	RequestID string     // shown for our own faults, so that they can be found in the log
	SignIn    string     // where to sign in, in another window, when the session ended under a form; "" otherwise
	Typed     *web.Typed // goes again to where the page is; nil when nothing could be kept
}

// fail shows an error: as JSON to the script, as the way to the sign-in where a session is missing, else as a page.
func (n *Newsroom) fail(w http.ResponseWriter, r *http.Request, status int, err error) error {
	message := n.failMessage(status, err)
	if status == http.StatusServiceUnavailable && r.Method == http.MethodGet {
		message = n.print.T("error.unavailable") // nothing was typed
	}
	if wantsJSON(r) {
		return writeJSON(w, r, status, answer{Message: message})
	}
	page := failPage{frame: n.frame(r, n.print.T("newsroom.error_title"), ""), Message: message}
	switch {
	case status == http.StatusUnauthorized && r.Method == http.MethodGet:
		return web.Redirect(w, r, pathSignIn+"?next="+url.QueryEscape(r.URL.RequestURI()))
	case status == http.StatusUnauthorized:
		page.Message, page.SignIn = n.print.T("newsroom.session_ended"), pathSignIn
		if errors.As(err, &page.Typed) {
			page.Message = n.print.T("newsroom.session_ended_kept")
		}
	case errors.As(err, &page.Typed):
	case status >= http.StatusInternalServerError:
		page.RequestID = web.RequestID(r.Context())
	}
	return n.render(w, r, status, "fail", page)
}

func (n *Newsroom) failMessage(status int, err error) string {
	if all := news.Errors(err); len(all) > 0 && all[0].Key != "" && all[0].Kind != news.Internal {
		return n.message(all[0])
	}
	if key := statusKeys[status]; key != "" {
		return n.print.T(key)
	}
	return n.print.T("error.internal")
}

type signInPage struct {
	frame
	Problems web.Problems
	Username string
	Next     string
	Passkeys bool
}

func (n *Newsroom) signInForm(r *http.Request, next string) signInPage {
	page := signInPage{frame: n.frame(r, n.print.T("newsroom.sign_in"), ""), Passkeys: n.Passkeys.Available()}
	if local(next) {
		page.Next = next
	}
	return page
}

func (n *Newsroom) signInPage(w http.ResponseWriter, r *http.Request) error {
	page := n.signInForm(r, r.URL.Query().Get("next"))
	switch web.Done(r, "signed_out", "again") {
	case "signed_out":
		page.frame.Done = n.print.T("newsroom.signed_out")
	case "again":
		page.frame.Done = n.print.T("error.sign_in_again")
	}
	return n.render(w, r, http.StatusOK, "signin", page)
}

func (n *Newsroom) signIn(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	entry, err := n.Auth.SignIn(r.Context(), f.Line("username"), f.Get("password"), n.visitor(r))
	if kind := news.KindOf(err); err != nil && (kind == news.Invalid || kind == news.TooMany || kind == news.Unauthorized) {
		page := n.signInForm(r, f.Line("next"))
		page.Problems, page.Username = n.problems(err), f.Line("username")
		return n.render(w, r, web.Status(err), "signin", page)
	}
	if err != nil {
		return err
	}
	if entry.Second != "" {
		return n.askCode(w, r, http.StatusOK, codePage{Second: entry.Second, Next: f.Line("next")})
	}
	return n.enter(w, r, entry, f.Line("next"))
}

type codePage struct {
	frame
	Problems     web.Problems
	Second, Next string
}

func (n *Newsroom) askCode(w http.ResponseWriter, r *http.Request, status int, page codePage) error {
	page.frame = n.frame(r, n.print.T("account.code_title"), "")
	if !local(page.Next) {
		page.Next = ""
	}
	return n.render(w, r, status, "code", page)
}

// secondStep takes the code.
func (n *Newsroom) secondStep(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	page := codePage{Second: f.Line("second"), Next: f.Line("next")}
	entry, err := n.Second.SecondStep(r.Context(), page.Second, f.Line("code"), n.visitor(r))
	switch kind := news.KindOf(err); {
	case err == nil:
		return n.enter(w, r, entry, page.Next)
	case kind == news.Invalid || kind == news.TooMany:
		page.Problems = n.problems(err, "code")
		return n.askCode(w, r, web.Status(err), page)
	case kind == news.Unauthorized:
		again := n.signInForm(r, page.Next)
		again.Problems = n.problems(err)
		return n.render(w, r, web.Status(err), "signin", again)
	}
	return err
}

// enter gives the session and leads to where the person wanted to go.
func (n *Newsroom) enter(w http.ResponseWriter, r *http.Request, entry auth.Entry, next string) error {
	if err := n.take(w, r, entry); err != nil {
		return err
	}
	return web.Redirect(w, r, afterSignIn(next))
}

// take puts the new session in the place of the one that the browser had.
func (n *Newsroom) take(w http.ResponseWriter, r *http.Request, entry auth.Entry) error {
	if old := n.sessionOf(r); old != "" {
		if err := n.Auth.SignOut(r.Context(), old); err != nil {
			return err
		}
	}
	n.setCookie(w, entry.Session)
	http.SetCookie(w, n.cookie(n.knownName(), entry.Known, pathSignIn))
	web.SetPrivate(w)
	return nil
}

func afterSignIn(next string) string {
	if local(next) {
		return next
	}
	return root
}

func (n *Newsroom) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := n.Auth.SignOut(r.Context(), n.sessionOf(r)); err != nil {
		return err
	}
	n.setCookie(w, "")
	return web.Redirect(w, r, pathSignIn+"?done=signed_out")
}

type linkPage struct {
	frame
	Name string
}

// linkPage shows a button: previews of messengers open links too, and must not use this one up.
func (n *Newsroom) linkPage(w http.ResponseWriter, r *http.Request) error {
	web.SetSecretAddress(w)
	user, err := n.Auth.LinkUser(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return n.templates.Render(w, r, http.StatusOK, "link", linkPage{n.frame(r, n.print.T("newsroom.sign_in"), ""), user.Name})
}

func (n *Newsroom) useLink(w http.ResponseWriter, r *http.Request) error {
	web.SetSecretAddress(w)
	entry, err := n.Auth.UseLink(r.Context(), r.PathValue("token"), n.visitor(r))
	if err != nil {
		return err
	}
	return n.enter(w, r, entry, "")
}

type setupPage struct {
	frame
	Problems       web.Problems
	Name, Username string
}

func (n *Newsroom) setupPage(w http.ResponseWriter, r *http.Request) error {
	web.SetSecretAddress(w)
	if err := n.Auth.CheckSetup(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	return n.templates.Render(w, r, http.StatusOK, "setup", setupPage{frame: n.frame(r, n.print.T("newsroom.setup"), "")})
}

func (n *Newsroom) setup(w http.ResponseWriter, r *http.Request) error {
	web.SetSecretAddress(w)
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	entry, err := n.Auth.Setup(r.Context(), r.PathValue("token"), f.Line("username"), f.Line("name"), f.Get("password"), n.visitor(r))
	if news.KindOf(err) == news.Invalid && err != nil {
		page := setupPage{frame: n.frame(r, n.print.T("newsroom.setup"), ""), Problems: n.problems(err, "username", "name", "password"),
			Name: f.Line("name"), Username: f.Line("username")}
		return n.templates.Render(w, r, http.StatusUnprocessableEntity, "setup", page)
	}
	if err != nil {
		return err
	}
	return n.enter(w, r, entry, "")
}
