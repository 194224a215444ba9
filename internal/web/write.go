package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/page"
)

// minCompress is the size from which compressing pays, in bytes.
const minCompress = 1 << 10

// Write answers with a body that is ready. A 200 gets a strong ETag and is answered with 304 to who has it; it goes out
// as no-cache unless the handler (or SetPrivate) has set another Cache-Control. Other statuses are never stored. Text over
// 1 kB is compressed for who accepts br or gzip.
func Write(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) error {
	if c, ok := w.(*capture); ok {
		c.take(status, contentType, body)
		return nil
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	cacheable := status == http.StatusOK && h.Get("Cache-Control") != "no-store"
	switch {
	case status != http.StatusOK:
		h.Set("Cache-Control", "no-store")
	case h.Get("Cache-Control") == "":
		h.Set("Cache-Control", "no-cache")
	}
	encoding := page.Plain
	if len(body) > minCompress && compressible(contentType) {
		h.Add("Vary", "Accept-Encoding")
		encoding = acceptedEncoding(r.Header.Get("Accept-Encoding"))
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
	if in := infoOf(r.Context()); in != nil && encoding != page.Plain {
		packed, err := in.packer.Pack(encoding, body)
		if err != nil {
			return err
		}
		h.Set("Content-Encoding", string(encoding))
		body = packed
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	Rest(r.Context())
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	_, _ = w.Write(body) // a broken connection leaves nobody to tell
	return nil
}

// etag is the strong tag of a body in an encoding: each encoding has other bytes, so another tag.
func etag(body []byte, encoding page.Encoding) string {
	sum := sha256.Sum256(body)
	tag := base64.RawURLEncoding.EncodeToString(sum[:12])
	if encoding != "" {
		tag += "-" + string(encoding)
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

// acceptedEncoding is br, gzip or plain, whichever of them the Accept-Encoding header takes first in our order.
func acceptedEncoding(header string) page.Encoding {
	switch {
	case accepts(header, page.Brotli):
		return page.Brotli
	case accepts(header, page.Gzip):
		return page.Gzip
	}
	return page.Plain
}

// accepts tells whether an encoding is listed with a weight above zero (RFC 9110 §12.5.3).
func accepts(header string, encoding page.Encoding) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), string(encoding)) {
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
