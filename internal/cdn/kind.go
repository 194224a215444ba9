package cdn

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// kind is how a sort of network is spoken to.
type kind struct {
	control   string // the header that says to it alone how long it may keep an answer (RFC 9213)
	keys      string // the header with an answer's keys
	separator string // between them
	most      int    // keys in a purge
	purge     func(ctx context.Context, address, token string, keys []string) (*http.Request, error)
}

func kinds() map[string]kind {
	return map[string]kind{
		// deploy/varnish.vcl; the module xkey.
		"varnish": {"CDN-Cache-Control", "xkey", " ", 256, func(ctx context.Context, address, _ string, keys []string) (*http.Request, error) {
			r, err := http.NewRequestWithContext(ctx, "PURGE", address, nil)
			if err == nil {
				r.Header.Set("xkey-purge", strings.Join(keys, " "))
			}
			return r, err
		}},
		// Fastly's API, "Purge multiple surrogate key tags"; it ignores no-cache and CDN-Cache-Control.
		"fastly": {"Surrogate-Control", "Surrogate-Key", " ", 256, func(ctx context.Context, address, token string, keys []string) (*http.Request, error) {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
			if err == nil {
				r.Header.Set("Fastly-Key", token)
				r.Header.Set("Surrogate-Key", strings.Join(keys, " "))
			}
			return r, err
		}},
		// Cloudflare's API, "Purge cached content by tag".
		"cloudflare": {"CDN-Cache-Control", "Cache-Tag", ",", 100, func(ctx context.Context, address, token string, keys []string) (*http.Request, error) {
			body, err := json.Marshal(map[string][]string{"tags": keys})
			if err != nil {
				return nil, err
			}
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
			if err == nil {
				r.Header.Set("Authorization", "Bearer "+token)
				r.Header.Set("Content-Type", "application/json")
			}
			return r, err
		}},
	}
}

// everything is a key that every page carries.
const everything news.Dependency = "everything"

// mostKeys bounds the keys of a page, so that their header stays below 4 kB; a page of more is not kept by the network.
const mostKeys = 400

// keyOf is the key of a name: eight letters and digits. Two names with one key cost a purge too many, never one too few.
func keyOf(d news.Dependency) string {
	sum := fnv.New64a()
	_, _ = io.WriteString(sum, string(d)) // a hash takes everything
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum.Sum(nil)[:5]))
}

// post asks each address to purge; all must take it.
func (n *Network) post(ctx context.Context, names []news.Dependency) error {
	keys := make([]string, len(names))
	for i, d := range names {
		keys[i] = keyOf(d)
	}
	for part := range slices.Chunk(keys, n.kind.most) {
		for _, address := range n.options.Purge {
			if err := n.postTo(ctx, address, part); err != nil {
				return err
			}
		}
	}
	return nil
}

func (n *Network) postTo(ctx context.Context, address string, keys []string) error {
	ctx, cancel := context.WithTimeout(ctx, purgeTime)
	defer cancel()
	r, err := n.kind.purge(ctx, address, n.options.Token, keys)
	if err != nil {
		return err
	}
	response, err := n.client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	if err != nil {
		return err
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("the CDN answers a purge with %s: %.200q", response.Status, said)
	}
	return nil
}

// Probe purges a key that no page has: an error tells that the network takes no purges as it is set up.
func Probe(ctx context.Context, o Options) error {
	n, err := newNetwork(o)
	if err != nil {
		return err
	}
	return n.post(ctx, []news.Dependency{"nothing"})
}
