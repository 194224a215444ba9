package newsroom

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/boombuler/barcode/qr"

	"github.com/dabir-newsroom/dabir/internal/auth"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// SecondFactor is what one-time codes need.
type SecondFactor interface {
	SecondStep(ctx context.Context, second, code string, from auth.Visitor) (auth.Entry, error)
	StartTOTP(ctx context.Context, session, site string) (auth.Enrolment, error)
	ConfirmTOTP(ctx context.Context, session, state, code string) (recovery []string, again auth.Enrolment, err error)
	StopTOTP(ctx context.Context, session string) error
	NewRecoveryCodes(ctx context.Context, session string) ([]string, error)
}

// Account is what people do with their own signing in.
type Account interface {
	Account(ctx context.Context, session string) (auth.Account, error)
	EndSession(ctx context.Context, session, id string) (own bool, err error)
	EndOtherSessions(ctx context.Context, session string) error
	SetPassword(ctx context.Context, session, password string) error
	RemovePasskey(ctx context.Context, session, id string) error
}

// Passkeys are the ceremonies of Web Authentication; *auth.Passkeys has them.
type Passkeys interface {
	Available() bool
	BeginSignIn() (auth.Ceremony, error)
	FinishSignIn(ctx context.Context, state, response string, from auth.Visitor) (auth.Entry, error)
	BeginAdd(ctx context.Context, session string) (auth.Ceremony, error)
	FinishAdd(ctx context.Context, session, state, response, name string, from auth.Visitor) error
	BeginInvited(ctx context.Context, link string) (auth.Ceremony, error)
	FinishInvited(ctx context.Context, link, state, response string, from auth.Visitor) (auth.Entry, error)
}

// visitor is from where a request comes, for throttles and for the list of sessions.
func (n *Newsroom) visitor(r *http.Request) auth.Visitor {
	v := auth.Visitor{Addr: web.ClientAddr(r), Device: deviceOf(r.UserAgent())}
	if known, err := r.Cookie(n.knownName()); err == nil {
		v.Known = known.Value
	}
	return v
}

// Browsers and systems by the mark they leave in the User-Agent header; the first that fits counts, so those that also claim to be
// another stand before it.
var (
	browserMarks = [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systemMarks = [][2]string{{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Mac OS X", "macOS"},
		{"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

// deviceOf is a short name of browser and system, such as "Firefox · Linux"; "" when neither is known. Versions and models, by which a
// person could be told from others, are left out.
func deviceOf(userAgent string) string {
	var parts []string
	for _, marks := range [][][2]string{browserMarks, systemMarks} {
		for _, mark := range marks {
			if strings.Contains(userAgent, mark[0]) {
				parts = append(parts, mark[1])
				break
			}
		}
	}
	return strings.Join(parts, " · ")
}

// sendJSON answers a passkey's script.
func sendJSON(w http.ResponseWriter, r *http.Request, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	web.SetPrivate(w)
	return web.Write(w, r, http.StatusOK, "application/json", body)
}

// onward tells a passkey's script where to go.
type onward struct {
	Next string `json:"next"`
}

func (n *Newsroom) beginPasskey(w http.ResponseWriter, r *http.Request) error {
	ceremony, err := n.Passkeys.BeginSignIn()
	if err != nil {
		return err
	}
	return sendJSON(w, r, ceremony)
}

func (n *Newsroom) passkeySignIn(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	entry, err := n.Passkeys.FinishSignIn(r.Context(), f.Line("state"), f.Get("response"), n.visitor(r))
	if err != nil {
		return err
	}
	return n.goOn(w, r, entry, f.Line("next"))
}

// goOn is enter for a passkey's script.
func (n *Newsroom) goOn(w http.ResponseWriter, r *http.Request, entry auth.Entry, next string) error {
	if err := n.take(w, r, entry); err != nil {
		return err
	}
	return sendJSON(w, r, onward{Next: afterSignIn(next)})
}

type accountPage struct {
	frame
	auth.Account
	Problems    web.Problems
	HasPassword bool
	CanPasskeys bool
}

// accountDone are the sentences of what has been done.
var accountDone = map[string]string{
	"password": "account.done_password", "passkey": "account.done_passkey", "passkey_removed": "account.done_passkey_removed",
	"totp_off": "account.done_totp_off", "session": "account.done_session", "sessions": "account.done_sessions",
}

func (n *Newsroom) accountPage(w http.ResponseWriter, r *http.Request) error {
	return n.showAccount(w, r, http.StatusOK, nil)
}

func (n *Newsroom) showAccount(w http.ResponseWriter, r *http.Request, status int, problem error) error {
	account, err := n.Account.Account(r.Context(), n.sessionOf(r))
	if err != nil {
		return err
	}
	page := accountPage{frame: n.frame(r, n.print.T("account.title"), "account"), Account: account, HasPassword: account.Owner.PasswordHash != "",
		CanPasskeys: n.Passkeys.Available()}
	page.frame.User = account.Owner
	page.Problems = n.problems(problem, "password")
	if done := accountDone[r.URL.Query().Get("done")]; done != "" && problem == nil {
		page.frame.Done = n.print.T(done)
	}
	return n.render(w, r, status, "account", page)
}

// Left is how many recovery codes are unused.
func (p accountPage) Left() int64 { return int64(p.RecoveryLeft) }

// Device is a session's device in words.
func (p accountPage) Device(name string) string {
	if name == "" {
		return p.T("account.device_unknown")
	}
	return name
}

// accountAct makes the handler of a form on the account's page: after do the page is shown again with its sentence. An error stands on
// the page; one that a new sign-in would clear leads to it.
func (n *Newsroom) accountAct(done string, do func(r *http.Request, f web.Form) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := web.ReadForm(r)
		if err == nil {
			err = do(r, f)
		}
		if err != nil {
			return n.accountFailed(w, r, err)
		}
		return web.Redirect(w, r, pathAccount+"?done="+done)
	}
}

func (n *Newsroom) accountFailed(w http.ResponseWriter, r *http.Request, err error) error {
	if all := news.Errors(err); len(all) > 0 && all[0].Key == "error.sign_in_again" && !wantsJSON(r) {
		return web.Redirect(w, r, pathSignIn+"?done=again&next="+url.QueryEscape(pathAccount))
	}
	if kind := news.KindOf(err); !wantsJSON(r) && (kind == news.Invalid || kind == news.Conflict) {
		return n.showAccount(w, r, web.Status(err), err)
	}
	return err
}

func (n *Newsroom) setPassword(r *http.Request, f web.Form) error {
	return n.Account.SetPassword(r.Context(), n.sessionOf(r), f.Get("password"))
}

func (n *Newsroom) removePasskey(r *http.Request, _ web.Form) error {
	return n.Account.RemovePasskey(r.Context(), n.sessionOf(r), r.PathValue("id"))
}

func (n *Newsroom) stopTOTP(r *http.Request, _ web.Form) error {
	return n.Second.StopTOTP(r.Context(), n.sessionOf(r))
}

func (n *Newsroom) endOtherSessions(r *http.Request, _ web.Form) error {
	return n.Account.EndOtherSessions(r.Context(), n.sessionOf(r))
}

// endSession ends one session; ending the one that asks is signing out.
func (n *Newsroom) endSession(w http.ResponseWriter, r *http.Request) error {
	own, err := n.Account.EndSession(r.Context(), n.sessionOf(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	if own {
		n.setCookie(w, "")
		return web.Redirect(w, r, pathSignIn+"?done=signed_out")
	}
	return web.Redirect(w, r, pathAccount+"?done=session")
}

func (n *Newsroom) beginAddPasskey(w http.ResponseWriter, r *http.Request) error {
	ceremony, err := n.Passkeys.BeginAdd(r.Context(), n.sessionOf(r))
	if err != nil {
		return err
	}
	return sendJSON(w, r, ceremony)
}

func (n *Newsroom) addPasskey(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	err = n.Passkeys.FinishAdd(r.Context(), n.sessionOf(r), f.Line("state"), f.Get("response"), f.Line("name"), n.visitor(r))
	if err != nil {
		return err
	}
	return sendJSON(w, r, onward{Next: pathAccount + "?done=passkey"})
}

type totpPage struct {
	frame
	Problems web.Problems
	auth.Enrolment
	Drawing drawing
}

// Groups is the secret as people copy it: in groups of four.
func (p totpPage) Groups() string {
	var b strings.Builder
	for i, r := range p.Secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (n *Newsroom) startTOTP(w http.ResponseWriter, r *http.Request) error {
	enrolment, err := n.Second.StartTOTP(r.Context(), n.sessionOf(r), n.SiteName)
	if err != nil {
		return n.accountFailed(w, r, err)
	}
	return n.showTOTP(w, r, http.StatusOK, enrolment, nil)
}

func (n *Newsroom) showTOTP(w http.ResponseWriter, r *http.Request, status int, e auth.Enrolment, problem error) error {
	drawn, err := draw(e.Address)
	if err != nil {
		return err
	}
	page := totpPage{frame: n.frame(r, n.print.T("account.totp"), "account"), Problems: n.problems(problem, "code"), Enrolment: e, Drawing: drawn}
	return n.render(w, r, status, "totp", page)
}

func (n *Newsroom) confirmTOTP(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	codes, again, err := n.Second.ConfirmTOTP(r.Context(), n.sessionOf(r), f.Line("state"), f.Line("code"))
	if news.KindOf(err) == news.Invalid && again.Secret != "" {
		return n.showTOTP(w, r, http.StatusUnprocessableEntity, again, err)
	}
	if err != nil {
		return n.accountFailed(w, r, err)
	}
	return n.showRecovery(w, r, codes)
}

type recoveryPage struct {
	frame
	Codes []string
}

// showRecovery is the only page on which the codes ever stand.
func (n *Newsroom) showRecovery(w http.ResponseWriter, r *http.Request, codes []string) error {
	return n.render(w, r, http.StatusOK, "recovery", recoveryPage{n.frame(r, n.print.T("account.recovery"), "account"), codes})
}

func (n *Newsroom) newRecovery(w http.ResponseWriter, r *http.Request) error {
	codes, err := n.Second.NewRecoveryCodes(r.Context(), n.sessionOf(r))
	if err != nil {
		return n.accountFailed(w, r, err)
	}
	return n.showRecovery(w, r, codes)
}

// drawing is a QR code as the path of an SVG, one unit a module, in a field of Size units with the quiet zone that the standard asks for.
type drawing struct {
	Size int
	Path string
}

const quietZone = 4 // modules (ISO/IEC 18004)

func draw(text string) (drawing, error) {
	code, err := qr.Encode(text, qr.L, qr.Auto)
	if err != nil {
		return drawing{}, err
	}
	size := code.Bounds().Dx()
	var b strings.Builder
	for y := range size {
		for x := range size {
			if dark, _, _, _ := code.At(x, y).RGBA(); dark == 0 {
				b.WriteString("M" + strconv.Itoa(x+quietZone) + " " + strconv.Itoa(y+quietZone) + "h1v1h-1z")
			}
		}
	}
	return drawing{Size: size + 2*quietZone, Path: b.String()}, nil
}
