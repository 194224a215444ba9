package web

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/page"
)

// capture takes down what the handler of a kept route answers.
type capture struct {
	header  http.Header
	status  int
	body    bytes.Buffer
	pack    bool
	article news.Code
}

// Header, WriteHeader and Write are http.ResponseWriter.
func (c *capture) Header() http.Header { return c.header }

// WriteHeader notes the status.
func (c *capture) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
}

// Write takes a part of the body down.
func (c *capture) Write(b []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	return c.body.Write(b)
}

// take is what Write (the function) does for a page that will be kept: tags and encodings are the cache's business.
func (c *capture) take(status int, contentType string, body []byte) {
	c.header.Set("Content-Type", contentType)
	if status != http.StatusOK {
		c.header.Set("Cache-Control", "no-store")
	} else if c.header.Get("Cache-Control") == "" {
		c.header.Set("Cache-Control", "no-cache")
	}
	c.status, c.pack = status, compressible(contentType)
	c.body.Write(body)
}

// ShowsArticle says whose page a kept route is answering with, so that each time it is sent counts as a view.
func ShowsArticle(w http.ResponseWriter, code news.Code) {
	if c, ok := w.(*capture); ok {
		c.article = code
	}
}

// keptKey names a page: its path and those parameters that its route knows, so that others make no page of their own.
func keptKey(r *http.Request, route Route) (key, query string) {
	if r.URL.RawQuery == "" || len(route.Query) == 0 {
		return r.URL.Path, ""
	}
	sent, known := r.URL.Query(), url.Values{}
	for _, name := range route.Query {
		if value := sent.Get(name); value != "" {
			known.Set(name, value)
		}
	}
	if len(known) == 0 {
		return r.URL.Path, ""
	}
	query = known.Encode()
	return r.URL.Path + "?" + query, query
}

// slashHidden tells whether an address has a slash in one of its parts. Pages are named by the address as it reads, in which it would be
// the page of another one.
func slashHidden(u *url.URL) bool {
	return u.RawPath != "" && (strings.Contains(u.RawPath, "%2F") || strings.Contains(u.RawPath, "%2f"))
}

// runKept answers a route whose pages are kept.
func (c *chain) runKept(w http.ResponseWriter, r *http.Request, route Route) error {
	if slashHidden(r.URL) {
		return news.Fail(news.NotFound, "error.not_found") // no such part has one
	}
	key, query := keptKey(r, route)
	make := func(ctx context.Context) (page.Rendered, error) { return render(ctx, r, query, route) }
	if c.pages == nil {
		rendered, err := make(r.Context())
		if err != nil {
			return err
		}
		p, err := page.Ready(rendered, c.packer)
		if err != nil {
			return err
		}
		return c.send(w, r, p, page.Current)
	}
	p, age, err := c.pages.Get(r.Context(), key, make)
	if err != nil {
		return err
	}
	return c.send(w, r, p, age)
}

// render runs a kept route's handler with nothing of the request but its address: what one reader gets, all get.
func render(ctx context.Context, r *http.Request, query string, route Route) (page.Rendered, error) {
	bare := r.WithContext(context.WithValue(ctx, infoKey{}, (*info)(nil)))
	bare.Method, bare.Header, bare.Body = http.MethodGet, http.Header{}, http.NoBody
	bare.Host, bare.RemoteAddr, bare.RequestURI = "", "", ""
	address := *r.URL
	address.RawQuery = query
	bare.URL = &address
	c := &capture{header: http.Header{}}
	if err := route.Handler(c, bare); err != nil {
		return page.Rendered{}, err
	}
	c.WriteHeader(http.StatusOK)
	_, path, _ := strings.Cut(route.Pattern, " ")
	return page.Rendered{Status: c.status, Header: c.header, Body: c.body.Bytes(), Pack: c.pack, Article: c.article, Route: path, Counter: route.tally}, nil
}

// answerKept answers from what is kept, ahead of everything else that the chain does: no route is looked for, nothing is
// decided anew. It tells whether it did.
func (c *chain) answerKept(w http.ResponseWriter, r *http.Request) bool {
	if c.pages == nil || r.URL.RawQuery != "" || slashHidden(r.URL) || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	p := c.pages.Fresh(r.URL.Path)
	if p == nil {
		return false
	}
	start := time.Now()
	rec := record{ResponseWriter: w, head: r.Method == http.MethodHead, matched: true, lent: c.lent}
	in := info{id: newRequestID(), pattern: p.Route, tally: c.unknown}
	if own, ok := p.Counter.(*tally); ok {
		in.tally = own
	}
	if r.Header["If-None-Match"] == nil && p.Status == http.StatusOK {
		if v, err := c.variant(r, p); err == nil {
			did, broken := c.sendDirect(w, r, p, v, in.id, start)
			if did {
				c.view(r, p)
				rec.status, rec.bytes = p.Status, int64(len(v.Body))
				c.logAccess(&rec, r, &in, start)
			}
			if broken != nil {
				panic(http.ErrAbortHandler) // net/http closes the connection
			}
			if did {
				return true
			}
		}
	}
	h := w.Header()
	h["X-Request-Id"] = []string{in.id}
	maps.Copy(h, c.headers)
	if err := c.send(&rec, r, p, page.Current); err != nil {
		return false // nothing has been written; the long way says what is wrong
	}
	c.logAccess(&rec, r, &in, start)
	return true
}

var (
	varyEncoding = []string{"Accept-Encoding"}
	// oldPage tells caches and people that this may not be the newest (RFC 9211): the database or the other nodes are away. standbyPage tells
	// that it was read from a standby while no primary answers.
	oldPage     = []string{"dabir; hit; detail=old"}
	standbyPage = []string{"dabir; fwd=miss; detail=standby"}
)

// mayBeOld lets a request that only reads be answered from a standby, which its answer says.
func mayBeOld(w http.ResponseWriter, r *http.Request) *http.Request {
	var once sync.Once
	return r.WithContext(news.MayBeOld(r.Context(), func() {
		once.Do(func() { w.Header()["Cache-Status"] = standbyPage })
	}))
}

// variant is the page in the encoding that the client takes.
func (c *chain) variant(r *http.Request, p *page.Page) (*page.Variant, error) {
	encoding := page.Plain
	if p.Pack {
		encoding = acceptedEncoding(r.Header.Get("Accept-Encoding"))
	}
	if c.pages == nil {
		return p.In(encoding, c.packer)
	}
	return c.pages.In(p, encoding)
}

// describe sets the headers of a page in that form.
func (c *chain) describe(h http.Header, p *page.Page, v *page.Variant) {
	maps.Copy(h, p.Header)
	if p.Pack {
		h["Vary"] = varyEncoding
	}
	if p.Status == http.StatusOK {
		h["Etag"] = v.ETag
	}
	if v.Encoding != nil {
		h["Content-Encoding"] = v.Encoding
	}
	h["Content-Length"] = v.Length
}

// view counts a page that is sent to somebody. One that a browser fetches in advance has not been seen by anybody (Sec-Purpose, Fetch standard).
func (c *chain) view(r *http.Request, p *page.Page) {
	if p.Article != 0 && c.viewed != nil && r.Method == http.MethodGet && !strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch") {
		c.viewed(p.Article, clientAddr(r, c.proxies), r.UserAgent())
	}
}

// send writes a page in the encoding that the client takes, or tells the client that it has it already.
func (c *chain) send(w http.ResponseWriter, r *http.Request, p *page.Page, age page.Age) error {
	v, err := c.variant(r, p)
	if err != nil {
		return err
	}
	h := w.Header()
	c.describe(h, p, v)
	c.lent.tell(h, p, time.Now(), age == page.Current)
	switch age {
	case page.PerhapsOld:
		h["Cache-Status"] = oldPage
	case page.FromStandby:
		h["Cache-Status"] = standbyPage
	}
	if p.Status == http.StatusOK {
		c.view(r, p)
		if p.Has(r.Header.Get("If-None-Match")) {
			for _, of := range []string{"Content-Type", "Content-Encoding", "Content-Length"} {
				delete(h, of)
			}
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(v.Body) // a broken connection leaves nobody to tell
	}
	return nil
}
