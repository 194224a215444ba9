package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Handler answers a request or says why it could not. Whoever returns an error has written nothing yet; the error becomes
// a page in one place (Status, Area.Fail).
type Handler func(w http.ResponseWriter, r *http.Request) error

// Audience says for whom a route is. The zero Audience is a mistake that stops the start.
type Audience int

// The audiences.
const (
	AudiencePublic   Audience = iota + 1 // everybody
	AudienceGuest                        // everybody, but made for newsroom people who are not signed in: sign-in and set-up
	AudienceNewsroom                     // needs a session and Route.Right
	AudienceMachine                      // probes; answers without a page
)

// RateClass says how costly a route is. It gives the defaults for Route.Timeout and documents where rate limits stand:
// the limits themselves are kept by the actions, in the database.
type RateClass int

// The rate classes.
const (
	RateRead   RateClass = iota + 1 // reads; 10 s
	RateWrite                       // changes something; 20 s
	RateSignIn                      // checks a secret; 20 s, throttled by package auth
)

// timeouts are the default times of the rate classes.
var timeouts = map[RateClass]time.Duration{RateRead: 10 * time.Second, RateWrite: 20 * time.Second, RateSignIn: 20 * time.Second}

// DefaultMaxBody bounds the body of a form that names no bound of its own, in bytes.
const DefaultMaxBody = 64 << 10

// Route is a line of the route table.
type Route struct {
	Pattern  string // method and path as net/http has it, "GET /news/{code}"
	Audience Audience
	Right    news.Right // what an AudienceNewsroom route needs at the least; actions check again
	Rate     RateClass
	Timeout  time.Duration // until the request's context ends; 0: by Rate
	MaxBody  int64         // bytes; 0: DefaultMaxBody
	Kept     bool          // everybody gets the same page: it is kept until something that it shows changes
	Stream   bool          // the answer stays open (Stream): neither the route's time nor the server's ends it
	Query    []string      // of a kept route: the parameters that make another page; others do not reach the handler
	Handler  Handler

	tally *tally // made when the table is
}

// Validate says what is wrong with a route table: a route without method, audience, rate class or handler, a newsroom
// route without a right, a writing method in the class of reads.
func Validate(routes []Route) error {
	var all []error
	for _, route := range routes {
		if err := route.validate(); err != nil {
			all = append(all, fmt.Errorf("route %q: %w", route.Pattern, err))
		}
	}
	return errors.Join(all...)
}

func (route Route) validate() error {
	method, path, ok := strings.Cut(route.Pattern, " ")
	switch {
	case !ok || method == "" || !strings.HasPrefix(path, "/"):
		return errors.New("the pattern is not a method and a path")
	case route.Audience < AudiencePublic || route.Audience > AudienceMachine:
		return errors.New("declares no audience")
	case route.Audience == AudienceNewsroom && route.Right == "":
		return errors.New("is for the newsroom and names no right")
	case route.Audience != AudienceNewsroom && route.Right != "":
		return errors.New("names a right that nobody checks: its audience has no session")
	case timeouts[route.Rate] == 0:
		return errors.New("declares no rate class")
	case method != http.MethodGet && route.Rate == RateRead:
		return errors.New("changes something and is in the class of reads")
	case route.Kept && (route.Audience != AudiencePublic || method != http.MethodGet):
		return errors.New("is kept and not a public read")
	case route.Stream && (route.Kept || route.Audience != AudiencePublic || method != http.MethodGet):
		return errors.New("stays open and is kept or not a public read")
	case route.Handler == nil:
		return errors.New("has no handler")
	}
	return nil
}

// FailFunc writes the page of an error. Status comes from the table in Status; err may be nil for an unknown path (404)
// or method (405). What it returns is only logged: a plain page is written instead when it wrote nothing.
type FailFunc func(w http.ResponseWriter, r *http.Request, status int, err error) error

// Guard lets a request of an AudienceNewsroom route in. It returns the request the handler gets (with the user in its
// context) or an error: Unauthorized without a session, Forbidden without the right.
type Guard func(w http.ResponseWriter, r *http.Request, right news.Right) (*http.Request, error)

// Area is a group of routes that fail alike.
type Area struct {
	Routes []Route
	Fail   FailFunc // nil: a plain line of text
	Guard  Guard    // needed when a route is for AudienceNewsroom
}
