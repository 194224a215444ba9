package page

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unique"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Rendered is a page as its handler wrote it.
type Rendered struct {
	Status  int
	Header  map[string][]string // what the handler set, canonical names
	Body    []byte
	Pack    bool      // text that is worth compressing
	Article news.Code // whose page it is, for counting views; 0 none's
	Route   string    // what the log calls it
	Counter any       // of whoever serves it: what counts its answers, found without a search
}

// Page is a rendered page, ready to be sent in any encoding. Its bytes and its headers must not be changed.
type Page struct {
	Rendered        // Body is kept only where it is not packed
	size     int    // of the plain body, in bytes
	tag      string // of the content, the same in all encodings
	keys     string // by which a CDN purges it

	brotli, plain atomic.Pointer[Variant]

	newest  int64 // S: the newest event of the snapshot it was read in
	depends []*version
	moving  []movingAt // what moves without events
	until   int64      // Unix milliseconds from which it is old; 0 never

	checked atomic.Int64  // the clock of the cache at which it was found good last
	dropped atomic.Bool   // its versions are not kept up any more
	served  atomic.Uint32 // how often, so that hot ones are packed better
	made    time.Time
	best    atomic.Bool // packed better, or waiting for it
}

type movingAt struct {
	version *version
	at      int64
}

// Variant is a page in one encoding with the headers that belong to it, ready to be set as they are.
type Variant struct {
	Body                   []byte
	ETag, Length, Encoding []string // Encoding is nil for Plain
	head                   atomic.Pointer[unique.Handle[string]]
}

// Head is what make returned at the first call: what goes before the body on a connection. Where it is the same for many pages it is kept once.
func (v *Variant) Head(make func() string) string {
	kept := v.head.Load()
	if kept == nil {
		made := unique.Make(make())
		kept = &made
		v.head.Store(kept)
	}
	return kept.Value()
}

// minPack is the size from which compressing pays, in bytes.
const minPack = 1 << 10

// Ready makes a page ready to be sent.
func Ready(r Rendered, packer *Packer) (*Page, error) {
	p := &Page{Rendered: r, size: len(r.Body)}
	sum := sha256.Sum256(r.Body)
	p.tag = base64.RawURLEncoding.EncodeToString(sum[:12])
	if p.Pack = r.Pack && len(r.Body) > minPack; !p.Pack {
		p.plain.Store(p.variant(Plain, "", r.Body))
		return p, nil
	}
	packed, err := packer.Pack(Brotli, r.Body)
	if err != nil {
		return nil, err
	}
	p.brotli.Store(p.variant(Brotli, "-br", packed))
	// Most readers take br; what the others get is made from it when the first of them comes.
	p.Body = nil
	return p, nil
}

func (p *Page) variant(encoding Encoding, mark string, body []byte) *Variant {
	v := &Variant{Body: body, ETag: []string{`"` + p.tag + mark + `"`}, Length: []string{strconv.Itoa(len(body))}}
	if encoding != Plain {
		v.Encoding = []string{string(encoding)}
	}
	return v
}

// In is the page in an encoding; Plain for one that is not worth compressing. Only br and what is not packed are there already; the
// other forms are made at each call (see Cache.In).
func (p *Page) In(encoding Encoding, packer *Packer) (*Variant, error) {
	switch {
	case !p.Pack:
		return p.plain.Load(), nil
	case encoding == Brotli:
		return p.brotli.Load(), nil
	}
	body, err := p.unpacked()
	if err != nil {
		return nil, err
	}
	if encoding == Plain {
		return p.variant(Plain, "", body), nil
	}
	if body, err = packer.Pack(encoding, body); err != nil {
		return nil, err
	}
	return p.variant(encoding, "-gz", body), nil
}

func (p *Page) unpacked() ([]byte, error) {
	return unpack(p.brotli.Load().Body, p.size)
}

// Has tells whether an If-None-Match header names this content in any encoding: a client that has it in one of them has it.
func (p *Page) Has(header string) bool {
	if header == "" {
		return false
	}
	if strings.TrimSpace(header) == "*" {
		return true
	}
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		rest, ok := strings.CutPrefix(part, `"`+p.tag)
		if ok && (rest == `"` || strings.HasPrefix(rest, "-")) {
			return true
		}
	}
	return false
}

// Keys are those by which a CDN takes the page back; "" where there is no CDN, or when it may not keep the page.
func (p *Page) Keys() string { return p.keys }

// Lasts tells whether nothing that the page shows has changed as far as its Cache knows, and for how long it can stay like that at the
// most; 0: for any time.
func (p *Page) Lasts(now time.Time) (most time.Duration, good bool) {
	if p.dropped.Load() {
		return 0, false
	}
	if p.until == 0 {
		return 0, true
	}
	most = time.UnixMilli(p.until).Sub(now)
	return most, most > 0
}

// around is about what a page takes beside its body, in bytes: headers, tags, the entry itself.
const around = 2 << 10

// weight is about what a page takes in memory, in bytes. What is allocated is rounded up, by a seventh for a usual page, which the capacity tells.
func (p *Page) weight() uint32 {
	if !p.Pack {
		return uint32(cap(p.plain.Load().Body) + len(p.keys) + around)
	}
	return uint32(cap(p.brotli.Load().Body) + 8*cap(p.depends) + len(p.keys) + around)
}
