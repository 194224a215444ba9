package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"math/bits"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/page"
)

// assetTypes are the files that are served at all, by extension. What is not listed (licences, templates) stays inside.
var assetTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".jpg":         "image/jpeg",
	".ico":         "image/x-icon",
	".woff2":       "font/woff2",
	".webmanifest": "application/manifest+json",
}

// assetRoot stands before the names of assets in addresses.
const assetRoot = "/assets/"

// Assets are files that never change under their address: /assets/{name}-{hash8}{ext}. They are held in memory and packed
// as densely as can be when they are first asked for: the editor's script takes a second, which no start should wait for.
type Assets struct {
	urls  map[string]string // name → address
	files map[string]asset  // address → file
}

type asset struct {
	kind  string
	tag   string
	plain []byte
	pack  func() map[string][]byte // encoding → bytes, made once; nil for what does not get smaller
}

// NewAssets takes every file of a served type from the folders; when two folders hold the same name the later one wins, so
// that an operator's folder may lie over the theme. In style sheets, @import "name"; is replaced by that sheet of the same
// folders, url(…) of a file beside them by its address, and comments and spare white space go; what points to nothing is an error.
func NewAssets(folders ...fs.FS) (*Assets, error) {
	raw := map[string][]byte{}
	for _, folder := range folders {
		if err := readAssets(folder, raw); err != nil {
			return nil, fmt.Errorf("web: assets: %w", err)
		}
	}
	a := &Assets{urls: map[string]string{}, files: map[string]asset{}}
	for name, body := range raw {
		if path.Ext(name) != ".css" {
			a.put(name, body)
		}
	}
	for name, body := range raw {
		if path.Ext(name) == ".css" {
			whole, err := gather(name, body, raw)
			if err != nil {
				return nil, fmt.Errorf("web: assets: %w", err)
			}
			linked, err := a.link(name, slimCSS(whole))
			if err != nil {
				return nil, fmt.Errorf("web: assets: %s: %w", name, err)
			}
			a.put(name, linked)
		}
	}
	return a, nil
}

func readAssets(folder fs.FS, into map[string][]byte) error {
	return fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || assetTypes[path.Ext(name)] == "" {
			return err
		}
		into[name], err = fs.ReadFile(folder, name)
		return err
	})
}

// cssImport is a line that takes another style sheet in.
var cssImport = regexp.MustCompile(`(?m)^@import "([^"]+)";\n?`)

// gather puts the sheets that a style sheet imports in their place, so that a browser asks for one file.
func gather(name string, css []byte, all map[string][]byte) ([]byte, error) {
	var broken error
	whole := cssImport.ReplaceAllFunc(css, func(match []byte) []byte {
		wanted := string(cssImport.FindSubmatch(match)[1])
		sheet, ok := all[wanted]
		if !ok || cssImport.Match(sheet) {
			broken = fmt.Errorf("%s imports %s, which is no style sheet of ours or imports another", name, wanted)
		}
		return sheet
	})
	return whole, broken
}

// cssComment is a comment of a style sheet, or a string, which may look like one.
var cssComment = regexp.MustCompile(`(?s)"[^"\n]*"|'[^'\n]*'|/\*.*?\*/`)

// cssSlack is what a style sheet can do without: white space around braces, semicolons and the mark of a child, and after colons and
// commas, and the semicolon before a closing brace. Strings are matched first, so that what looks like slack in them stays.
var cssSlack = regexp.MustCompile(`(?s)"[^"\n]*"|'[^'\n]*'|\s*;?\s*\}\s*|\s*[{;>]\s*|[:,]\s+`)

// slimCSS takes away what only its writers read, a tenth of the packed sheet.
func slimCSS(css []byte) []byte {
	css = cssComment.ReplaceAllFunc(css, func(match []byte) []byte {
		if match[0] == '/' {
			return nil
		}
		return match
	})
	return cssSlack.ReplaceAllFunc(bytes.TrimSpace(css), func(match []byte) []byte {
		if match = bytes.TrimSpace(match); match[len(match)-1] == '}' {
			return []byte{'}'}
		}
		return match
	})
}

var cssURL = regexp.MustCompile(`url\(\s*['"]?([^'")]+?)['"]?\s*\)`)

// link puts addresses of assets into a style sheet.
func (a *Assets) link(name string, css []byte) ([]byte, error) {
	var broken error
	out := cssURL.ReplaceAllFunc(css, func(match []byte) []byte {
		ref := string(cssURL.FindSubmatch(match)[1])
		if strings.HasPrefix(ref, "#") {
			return match
		}
		file, fragment, hasFragment := strings.Cut(ref, "#")
		address := a.urls[path.Join(path.Dir(name), file)]
		if address == "" {
			broken = fmt.Errorf("names %s, which is no asset", ref)
			return match
		}
		if hasFragment {
			address += "#" + fragment
		}
		return []byte("url(" + address + ")")
	})
	return out, broken
}

func (a *Assets) put(name string, body []byte) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:4])
	ext := path.Ext(name)
	address := assetRoot + strings.TrimSuffix(name, ext) + "-" + hash + ext
	file := asset{kind: assetTypes[ext], tag: hash, plain: body}
	if compressible(file.kind) && len(body) > minCompress {
		file.pack = sync.OnceValue(func() map[string][]byte { return packings(body) })
	}
	a.urls[name], a.files[address] = address, file
}

// packings is a file in every encoding; one that fails is left out, and the file goes out plain.
func packings(body []byte) map[string][]byte {
	all := map[string][]byte{}
	window := min(max(bits.Len(uint(len(body))), 16), 22) // no farther back than the file goes: the tables are as large as that
	if br, err := pack(brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: window}), body); err == nil {
		all["br"] = br
	}
	z, err := gzip.NewWriterLevel(nil, gzip.BestCompression)
	if err != nil {
		return all
	}
	if gz, err := pack(z, body); err == nil {
		all["gzip"] = gz
	}
	return all
}

func pack(z interface {
	io.WriteCloser
	Reset(io.Writer)
}, body []byte) ([]byte, error) {
	var out bytes.Buffer
	z.Reset(&out)
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	err := z.Close()
	return out.Bytes(), err
}

// URL is the address of an asset by its name ("site.css", "fonts/vazirmatn.woff2"). A name that is no asset gives an
// address that answers 404.
func (a *Assets) URL(name string) string {
	if a != nil {
		if address, ok := a.urls[name]; ok {
			return address
		}
	}
	return assetRoot + name
}

// Has tells whether a name is an asset.
func (a *Assets) Has(name string) bool { return a != nil && a.urls[name] != "" }

// Route is where the assets are served.
func (a *Assets) Route() Route {
	return Route{Pattern: "GET " + assetRoot + "{name...}", Audience: AudiencePublic, Rate: RateRead, Handler: a.serve}
}

func (a *Assets) serve(w http.ResponseWriter, r *http.Request) error {
	file, ok := a.files[r.URL.Path]
	if !ok {
		return news.Fail(news.NotFound, "error.not_found")
	}
	Rest(r.Context())
	h := w.Header()
	h.Set("Content-Type", file.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body, tag := file.plain, file.tag
	if file.pack != nil {
		h.Set("Vary", "Accept-Encoding")
		if encoding := acceptedEncoding(r.Header.Get("Accept-Encoding")); encoding != page.Plain {
			if packed := file.pack()[string(encoding)]; packed != nil {
				body, tag = packed, tag+"-"+string(encoding)
				h.Set("Content-Encoding", string(encoding))
			}
		}
	}
	tag = `"` + tag + `"`
	h.Set("ETag", tag)
	if matches(r, tag) {
		h.Del("Content-Encoding")
		h.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	_, _ = w.Write(body) // a broken connection leaves nobody to tell
	return nil
}
