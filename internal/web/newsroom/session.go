package newsroom

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

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
	cookie := &http.Cookie{Name: n.cookieName(), Value: session, Path: root, HttpOnly: true, Secure: n.secure(),
		SameSite: http.SameSiteLaxMode, MaxAge: int(cookieLife.Seconds())}
	if session == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}

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
	RequestID string // shown for our own faults, so that they can be found in the log
	SignIn    string // where to sign in, in another window, when the session ended under a form; "" otherwise
}

// fail shows an error: as JSON to the script, as the way to the sign-in where a session is missing, else as a page.
func (n *Newsroom) fail(w http.ResponseWriter, r *http.Request, status int, err error) error {
	message := n.failMessage(status, err)
	if wantsJSON(r) {
		return writeJSON(w, r, status, answer{Message: message})
	}
	page := failPage{frame: n.frame(r, n.print.T("newsroom.error_title"), ""), Message: message}
	switch {
	case status == http.StatusUnauthorized && r.Method == http.MethodGet:
		return web.Redirect(w, r, pathSignIn+"?next="+url.QueryEscape(r.URL.RequestURI()))
	case status == http.StatusUnauthorized:
		page.Message, page.SignIn = n.print.T("newsroom.session_ended"), pathSignIn
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
}

func (n *Newsroom) signInPage(w http.ResponseWriter, r *http.Request) error {
	page := signInPage{frame: n.frame(r, n.print.T("newsroom.sign_in"), "")}
	if next := r.URL.Query().Get("next"); local(next) {
		page.Next = next
	}
	if web.Done(r, "signed_out") != "" {
		page.frame.Done = n.print.T("newsroom.signed_out")
	}
	return n.render(w, r, http.StatusOK, "signin", page)
}

func (n *Newsroom) signIn(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	session, _, err := n.Auth.SignIn(r.Context(), f.Line("username"), f.Get("password"), web.ClientAddr(r))
	if kind := news.KindOf(err); err != nil && (kind == news.Invalid || kind == news.TooMany) {
		page := signInPage{frame: n.frame(r, n.print.T("newsroom.sign_in"), ""), Problems: n.problems(err), Username: f.Line("username")}
		if next := f.Line("next"); local(next) {
			page.Next = next
		}
		return n.render(w, r, web.Status(err), "signin", page)
	}
	if err != nil {
		return err
	}
	return n.enter(w, r, session, f.Line("next"))
}

// enter gives the session and leads to where the person wanted to go.
func (n *Newsroom) enter(w http.ResponseWriter, r *http.Request, session, next string) error {
	n.setCookie(w, session)
	web.SetPrivate(w)
	if !local(next) {
		next = root
	}
	return web.Redirect(w, r, next)
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
	session, _, err := n.Auth.UseLink(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return n.enter(w, r, session, "")
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
	session, _, err := n.Auth.Setup(r.Context(), r.PathValue("token"), f.Line("username"), f.Line("name"), f.Get("password"))
	if news.KindOf(err) == news.Invalid && err != nil {
		page := setupPage{frame: n.frame(r, n.print.T("newsroom.setup"), ""), Problems: n.problems(err, "username", "name", "password"),
			Name: f.Line("name"), Username: f.Line("username")}
		return n.templates.Render(w, r, http.StatusUnprocessableEntity, "setup", page)
	}
	if err != nil {
		return err
	}
	return n.enter(w, r, session, "")
}
