package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/page"
)

// Viewed is told that an article's page was sent, to whom and by what User-Agent. It must keep neither.
type Viewed func(code news.Code, to netip.Addr, userAgent string)

// Options is what the chain needs to know.
type Options struct {
	SiteURL        string // absolute; the only source of the site's own origin, the Host header is never asked
	Log            *slog.Logger
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	Pages          *page.Cache    // keeps the pages of the routes that say so; nil: each is made anew
	Viewed         Viewed         // told of each article's page that was sent; nil: nobody
	Network        Network        // a CDN that may keep kept pages; nil: there is none
	Work           int            // requests that are worked on at once, kept pages not counted; 0: DefaultWork
}

// chain is the whole handler. A page that is kept and good is answered at once (kept.go). The order in which any other request passes it:
//
//	ServeHTTP: request id → client address → access log → panic recovery → security headers → mux
//	serve:     (a route matched) cross-origin protection → body limit → time limit → a place to work → guard → handler → error page
type chain struct {
	log     *slog.Logger
	proxies []netip.Prefix
	headers http.Header // that every answer carries; shared, so never changed
	cross   *http.CrossOriginProtection
	mux     *http.ServeMux
	pages   *page.Cache // nil: none
	packer  *page.Packer
	viewed  Viewed
	lent    *lent // to a CDN; nil: nothing
	pieces  pieces
	bodies  bodies
	work    *work
	tallies []*tally
	unknown *tally   // for what no route matched
	fail    FailFunc // the same
}

// New builds the handler of all areas. The first area is the reader's: its Fail answers unknown paths and methods. The
// error names routes that are not fit to run (see Validate) or a SiteURL that is not absolute.
func New(opts Options, areas ...Area) (*Site, error) {
	site, err := url.Parse(opts.SiteURL)
	if err != nil || site.Host == "" || site.Scheme != "http" && site.Scheme != "https" {
		return nil, fmt.Errorf("web: the site's address %q is not an absolute http or https address", opts.SiteURL)
	}
	c := &chain{
		log: opts.Log, proxies: opts.TrustedProxies, headers: securityHeaders(site.Scheme == "https"),
		cross: http.NewCrossOriginProtection(), mux: http.NewServeMux(), pages: opts.Pages, packer: page.NewPacker(), viewed: opts.Viewed, lent: lend(opts.Network),
		work: newWork(opts.Work), unknown: newTally(""), fail: plainFail,
	}
	c.tallies = append(c.tallies, c.unknown)
	// A proxy may change the Host header; what the browser calls our origin is still ours.
	if err := c.cross.AddTrustedOrigin(site.Scheme + "://" + site.Host); err != nil {
		return nil, fmt.Errorf("web: the site's address: %w", err)
	}
	for i, area := range areas {
		if area.Fail == nil {
			area.Fail = plainFail
		}
		if i == 0 {
			c.fail = area.Fail
		}
		if err := c.add(area); err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
	}
	return &Site{c}, nil
}

func (c *chain) add(area Area) (err error) {
	if err := Validate(area.Routes); err != nil {
		return err
	}
	// The mux knows clashing patterns and reports them by panic only.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	for _, route := range area.Routes {
		if route.Audience == AudienceNewsroom && area.Guard == nil {
			return fmt.Errorf("route %q: is for the newsroom and its area has no guard", route.Pattern)
		}
		route.tally = newTally(route.Pattern)
		c.tallies = append(c.tallies, route.tally)
		c.mux.HandleFunc(route.Pattern, func(w http.ResponseWriter, r *http.Request) { c.serve(w, r, area, route) })
	}
	return nil
}

// ServeHTTP takes a request through the chain.
func (c *chain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c.answerKept(w, r) {
		return
	}
	start := time.Now()
	in := &info{id: newRequestID(), addr: clientAddr(r, c.proxies), tally: c.unknown, fail: c.fail, packer: c.packer}
	r = r.WithContext(context.WithValue(r.Context(), infoKey{}, in))
	rec := &record{ResponseWriter: w, head: r.Method == http.MethodHead, lent: c.lent}
	defer c.logAccess(rec, r, in, start)
	defer c.recover(rec, r, in)
	rec.Header().Set("X-Request-Id", in.id)
	maps.Copy(rec.Header(), c.headers)
	c.mux.ServeHTTP(rec, r)
	if rec.missed != 0 {
		missed := rec.missed
		rec.missed, rec.matched = 0, true
		rec.Header().Del("Content-Type")
		c.page(rec, r, in, missed, nil)
	}
}

// serve runs a route that matched.
func (c *chain) serve(w http.ResponseWriter, r *http.Request, area Area, route Route) {
	in := infoOf(r.Context())
	in.pattern, in.tally, in.fail = route.Pattern, route.tally, area.Fail
	rec := w.(*record)
	rec.matched = true
	if err := c.run(rec, r, area, route); err != nil {
		c.failed(rec, r, in, err)
	}
}

func (c *chain) run(w http.ResponseWriter, r *http.Request, area Area, route Route) (err error) {
	if err := c.cross.Check(r); err != nil {
		return &news.Error{Kind: news.Forbidden, Key: "error.cross_origin", Err: err}
	}
	limit := route.MaxBody
	if limit == 0 {
		limit = DefaultMaxBody
	}
	if r.ContentLength > limit {
		return &http.MaxBytesError{Limit: limit}
	}
	if route.Stream {
		return route.Handler(w, r)
	}
	timeout := route.Timeout
	if timeout == 0 {
		timeout = timeouts[route.Rate]
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	r = r.WithContext(ctx)
	if err := c.receive(w, r, limit); err != nil {
		return err
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		r = mayBeOld(w, r)
	}
	defer func() { err = keepTyped(r, err) }()
	kept := route.Kept && (r.Method == http.MethodGet || r.Method == http.MethodHead)
	// Probes are answered also when all is busy; the kept pages have bounds of their own, and a crowd that waits for one of them costs nothing.
	if route.Audience != AudienceMachine && !kept {
		if err := c.enter(r); err != nil {
			return err
		}
		defer infoOf(r.Context()).rest()
	}
	// The server sweeps up only behind the request that it made itself, and this is a copy.
	defer func() {
		if r.MultipartForm != nil {
			_ = r.MultipartForm.RemoveAll()
		}
	}()
	if route.Audience == AudienceNewsroom {
		known, err := area.Guard(w, r, route.Right)
		if err != nil {
			return err
		}
		r = known
	}
	// After the guard: a stranger does not get hold of a connection for as long as an upload may take.
	if limit > DefaultMaxBody {
		extend(w, timeout)
		Rest(r.Context()) // what comes may take its time
	}
	if kept {
		return c.runKept(w, r, route)
	}
	return route.Handler(w, r)
}

// receive bounds what comes as the body of a request, and reads it ahead where it is short.
func (c *chain) receive(w http.ResponseWriter, r *http.Request, limit int64) error {
	if err := checkEncoding(r); err != nil {
		return err
	}
	if r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(w, &pacedBody{ReadCloser: r.Body, control: http.NewResponseController(w)}, limit)
	}
	if limit <= DefaultMaxBody {
		return c.bodies.readAhead(r, limit)
	}
	return nil
}

// enter takes a place for the request among those that are worked on.
func (c *chain) enter(r *http.Request) error {
	if err := c.work.enter(r.Context()); err != nil {
		return err
	}
	infoOf(r.Context()).at = c.work
	return nil
}

// extend gives an upload over a slow line the time of its route in place of the server's. Where the connection cannot be
// told (HTTP/2 streams of old servers, tests) the server's limits stay.
func extend(w http.ResponseWriter, timeout time.Duration) {
	control, now := http.NewResponseController(w), time.Now()
	_ = control.SetReadDeadline(now.Add(timeout))
	_ = control.SetWriteDeadline(now.Add(2 * timeout))
}

// failed logs an error, once, and writes its page.
func (c *chain) failed(rec *record, r *http.Request, in *info, err error) {
	status := statusOf(r, err)
	level := slog.LevelDebug
	if status == http.StatusInternalServerError {
		level = slog.LevelError
	}
	c.log.Log(r.Context(), level, "request failed", "route", in.pattern, "status", status, "error", err.Error(), "request", in.id)
	if status == StatusClientGone {
		rec.status = status
		// One who has only closed their own direction still reads: better no answer than an empty 200.
		panic(http.ErrAbortHandler)
	}
	if status == http.StatusRequestEntityTooLarge || status == http.StatusRequestTimeout || status == http.StatusUnsupportedMediaType {
		rec.Header().Set("Connection", "close") // what is left of the body is not worth reading
	}
	c.page(rec, r, in, status, err)
}

// page writes an error page, the plain one when the area's cannot.
func (c *chain) page(rec *record, r *http.Request, in *info, status int, err error) {
	if rec.status != 0 {
		return
	}
	if after := retryAfter[status]; after != "" {
		rec.Header().Set("Retry-After", after)
	}
	if broken := in.fail(rec, r, status, err); broken != nil {
		c.log.ErrorContext(r.Context(), "error page failed", "route", in.pattern, "error", broken.Error(), "request", in.id)
	}
	if rec.status == 0 {
		_ = plainFail(rec, r, status, err)
	}
}

// recover turns a panic into the 500 page, or into a broken connection when the answer has begun.
func (c *chain) recover(rec *record, r *http.Request, in *info) {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	c.log.ErrorContext(r.Context(), "panic", "route", in.pattern, "panic", fmt.Sprint(p), "stack", string(debug.Stack()), "request", in.id)
	if rec.status != 0 {
		panic(http.ErrAbortHandler)
	}
	rec.matched, rec.missed = true, 0
	defer func() {
		if again := recover(); again != nil && rec.status == 0 {
			_ = plainFail(rec, r, http.StatusInternalServerError, nil)
		}
	}()
	c.page(rec, r, in, http.StatusInternalServerError, nil)
}

// logAccess writes one line for each request. It names the route, never the path: receipts and one-time links are in paths.
func (c *chain) logAccess(rec *record, r *http.Request, in *info, start time.Time) {
	status := rec.status
	if status == 0 {
		status = http.StatusOK
	}
	took := time.Since(start)
	in.tally.count(status, took)
	pattern := in.pattern
	if _, path, ok := strings.Cut(pattern, " "); ok {
		pattern = path
	}
	handler := c.log.Handler()
	if !handler.Enabled(r.Context(), slog.LevelInfo) {
		return
	}
	// As Logger.LogAttrs does, but for the search for its caller, who is always this one, and another look at the clock.
	line := slog.NewRecord(start.Add(took), slog.LevelInfo, "request", 0)
	line.AddAttrs(slog.String("method", method(r)), slog.String("route", pattern), slog.Int("status", status),
		slog.Int64("bytes", rec.bytes), slog.Float64("ms", float64(took.Microseconds())/1000), slog.String("request", in.id))
	_ = handler.Handle(r.Context(), line) // as a Logger does: what cannot be logged leaves nobody to tell
}

// method keeps invented methods out of the log.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}

// plainFail is the error page of machines, and of everybody when the real one is broken.
func plainFail(w http.ResponseWriter, _ *http.Request, status int, _ error) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err := fmt.Fprintln(w, http.StatusText(status))
	return err
}
