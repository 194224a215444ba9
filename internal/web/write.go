package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// minCompress is the size from which compressing pays, in bytes.
const minCompress = 1 << 10

// Write answers with a body that is ready. A 200 gets a strong ETag and is answered with 304 to who has it; it goes out
// as no-cache unless the handler (or SetPrivate) has set another Cache-Control. Other statuses are never stored. Text over
// 1 kB is compressed for who accepts br or gzip.
func Write(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", contentType)
	cacheable := status == http.StatusOK && h.Get("Cache-Control") != "no-store"
	switch {
	case status != http.StatusOK:
		h.Set("Cache-Control", "no-store")
	case h.Get("Cache-Control") == "":
		h.Set("Cache-Control", "no-cache")
	}
	encoding := ""
	if len(body) > minCompress && compressible(contentType) {
		h.Add("Vary", "Accept-Encoding")
		encoding = acceptedEncoding(r)
	}
	if cacheable {
		tag := etag(body, encoding)
		h.Set("ETag", tag)
		if matches(r, tag) {
			h.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	if in := infoOf(r.Context()); in != nil && encoding != "" {
		packed, err := in.encoders.encode(encoding, body)
		if err != nil {
			return err
		}
		h.Set("Content-Encoding", encoding)
		body = packed
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	_, _ = w.Write(body) // a broken connection leaves nobody to tell
	return nil
}

// etag is the strong tag of a body in an encoding: each encoding has other bytes, so another tag.
func etag(body []byte, encoding string) string {
	sum := sha256.Sum256(body)
	tag := base64.RawURLEncoding.EncodeToString(sum[:12])
	if encoding != "" {
		tag += "-" + encoding
	}
	return `"` + tag + `"`
}

// matches tells whether the client has the tag already.
func matches(r *http.Request, tag string) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	for _, one := range strings.Split(r.Header.Get("If-None-Match"), ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		if one == tag || one == "*" {
			return true
		}
	}
	return false
}

// compressible tells text from what is packed already.
func compressible(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+xml") || strings.HasSuffix(kind, "json") ||
		kind == "application/xml" || kind == "application/javascript"
}

// acceptedEncoding is "br", "gzip" or "", whichever of them the client takes first in our order.
func acceptedEncoding(r *http.Request) string {
	accepted := r.Header.Get("Accept-Encoding")
	for _, encoding := range []string{"br", "gzip"} {
		if accepts(accepted, encoding) {
			return encoding
		}
	}
	return ""
}

func accepts(header, encoding string) bool {
	for _, part := range strings.Split(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), encoding) {
			continue
		}
		weight, found := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		if !found {
			return true
		}
		q, err := strconv.ParseFloat(weight, 64)
		return err == nil && q > 0
	}
	return false
}

// Levels for what is rendered now: fast, as the reader waits.
const (
	fastBrotli = 5
	fastGzip   = 5
)

// encoders keeps the compressors, whose tables are far larger than a page.
type encoders struct {
	brotli, gzip sync.Pool
}

func newEncoders() *encoders {
	return &encoders{
		brotli: sync.Pool{New: func() any { return brotli.NewWriterLevel(io.Discard, fastBrotli) }},
		gzip: sync.Pool{New: func() any {
			z, _ := gzip.NewWriterLevel(io.Discard, fastGzip) // the level is a valid one
			return z
		}},
	}
}

type encoder interface {
	io.WriteCloser
	Reset(io.Writer)
}

func (e *encoders) encode(encoding string, body []byte) ([]byte, error) {
	pool := &e.gzip
	if encoding == "br" {
		pool = &e.brotli
	}
	z := pool.Get().(encoder)
	defer pool.Put(z)
	return pack(z, body)
}

func pack(z encoder, body []byte) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(len(body)/3 + 64)
	z.Reset(&out)
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
