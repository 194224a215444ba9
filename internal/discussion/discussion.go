// Package discussion is what happens to comments: a reader's comment is taken in and gets a receipt, moderators decide on it. Every
// act is a named action that checks the right to do it; storing is the store's, showing is the web's.
package discussion

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
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
	Limit news.CommentLimit // of one address
}

// Desk runs the discussion.
type Desk struct {
	storage   Storage
	countries Countries
	settings  Settings
	now       func() time.Time
}

// New makes a Desk. now is the clock.
func New(storage Storage, countries Countries, settings Settings, now func() time.Time) *Desk {
	return &Desk{storage: storage, countries: countries, settings: settings, now: now}
}

// pseudonymAge is how long an address can be recognised: then its key is replaced and the pseudonyms are cleared (PRODUCT.md F16).
const pseudonymAge = 30 * 24 * time.Hour

// pseudonym stands for an address without storing it: a keyed hash whose key expires. An IPv6 host owns a /64 (RFC 6177).
func (d *Desk) pseudonym(ctx context.Context, address netip.Addr) (string, error) {
	key, err := d.storage.Secret(ctx, "pseudonym", pseudonymAge)
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
