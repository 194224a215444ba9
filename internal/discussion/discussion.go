// Package discussion is what happens to comments: a reader's comment is taken in and gets a receipt, moderators decide on it. Every
// act is a named action that checks the right to do it; storing is the store's, showing is the web's.
package discussion

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Storage is what the discussion needs kept.
type Storage interface {
	Secret(ctx context.Context, name string, maxAge time.Duration) ([]byte, error)
	SubmitComment(ctx context.Context, action string, c news.Comment, limit news.CommentLimit, check func(closed bool) error) (news.Comment, error)
	UpdateComment(ctx context.Context, actor news.Actor, action string, id news.CommentID, change func(c *news.Comment, decider string) (news.EventKind, error)) (news.Comment, error)
	Comments(ctx context.Context, f news.CommentFilter) (news.CommentPage, error)
	CommentTotals(ctx context.Context) (map[news.CommentState]int, error)
	CommentByReceipt(ctx context.Context, hash string) (news.QueuedComment, error)
	ForgetPseudonyms(ctx context.Context, before time.Time) error
}

// Countries tells the country of an address: ISO 3166-1 alpha-2, "" unknown.
type Countries func(netip.Addr) string

// Settings are what a newsroom decides about its comments.
type Settings struct {
	Limit  news.CommentLimit // of one address
	Engine *Engine           // lets the rules look at comments; nil: each waits for a moderator
}

// Desk runs the discussion.
type Desk struct {
	storage   Storage
	countries Countries
	settings  Settings
	now       func() time.Time

	mu   sync.Mutex
	keys map[string]heldKey
}

// heldKey is a key in memory, so that a comment costs no look-up; another node may replace it, so it is asked for anew now and then.
type heldKey struct {
	key []byte
	at  time.Time
}

// keyHeld is how long a key is used before the storage is asked again.
const keyHeld = time.Minute

func (d *Desk) key(ctx context.Context, name string, maxAge time.Duration) ([]byte, error) {
	now := d.now()
	d.mu.Lock()
	held, ok := d.keys[name]
	d.mu.Unlock()
	if ok && now.Sub(held.at).Abs() < keyHeld {
		return held.key, nil
	}
	key, err := d.storage.Secret(ctx, name, maxAge)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.keys[name] = heldKey{key, now}
	d.mu.Unlock()
	return key, nil
}

// New makes a Desk. now is the clock.
func New(storage Storage, countries Countries, settings Settings, now func() time.Time) *Desk {
	return &Desk{storage: storage, countries: countries, settings: settings, now: now, keys: map[string]heldKey{}}
}

// pseudonymAge is how long an address can be recognised: then its key is replaced and the pseudonyms are cleared (PRODUCT.md F16).
const pseudonymAge = 30 * 24 * time.Hour

// pseudonym stands for an address without storing it: a keyed hash whose key expires. An IPv6 host owns a /64 (RFC 6177).
func (d *Desk) pseudonym(ctx context.Context, address netip.Addr) (string, error) {
	key, err := d.key(ctx, "pseudonym", pseudonymAge)
	if err != nil {
		return "", err
	}
	address = address.Unmap()
	if address.Is6() {
		if network, err := address.WithZone("").Prefix(64); err == nil {
			address = network.Addr()
		}
	}
	return keyedHash(key, address.String())[:32], nil
}

// Sweep clears the pseudonyms that have expired.
func (d *Desk) Sweep(ctx context.Context) error {
	return d.storage.ForgetPseudonyms(ctx, d.now().Add(-pseudonymAge))
}

func keyedHash(key []byte, text string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}
