// Package discussion is what happens to comments: a reader's comment is taken in and gets a receipt, moderators decide on it. Every
// act is a named action that checks the right to do it; storing is the store's, showing is the web's.
package discussion

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Storage is what the discussion needs kept.
type Storage interface {
	Secret(ctx context.Context, name string, maxAge time.Duration) ([]byte, error)
	SubmitComment(ctx context.Context, c news.Comment, limit news.CommentLimit, check func(news.CommentsState) error) (news.Comment, error)
	DeliverComment(ctx context.Context, c news.Comment, depth int, orphan func(*news.Comment)) (news.Comment, error)
	CommentByReceipt(ctx context.Context, hash string) (news.QueuedComment, error)
	KeepUntaken(ctx context.Context, c news.Comment) error
	Untaken(ctx context.Context, hash string) (news.Comment, error)
	ForgetPseudonyms(ctx context.Context, before time.Time) error
}

// Keeper is all that the discussion needs kept; each file names what it uses.
type Keeper interface {
	Storage
	OwnStorage
	OpinionStorage
	TrafficStorage
	SwitchStorage
}

// Countries tells the country of an address: ISO 3166-1 alpha-2, "" unknown.
type Countries func(netip.Addr) string

// Settings are what a newsroom decides about its comments.
type Settings struct {
	Limit      news.CommentLimit // of one address and article, and how deep replies go
	Retention  time.Duration     // how long an address can be recognised; 0 is DefaultRetention
	CloseAfter time.Duration     // how long an article takes comments from its publication on; 0 for ever
	Challenge  ChallengeSettings
	Engine     *Engine // lets the rules look at comments; nil: each waits for a moderator
	Spool      *Spool  // keeps comments while no database takes writes; nil: they are refused
}

// DefaultRetention is how long an address can be recognised where the newsroom says nothing else (PRODUCT.md F16).
const DefaultRetention = 30 * 24 * time.Hour

// Desk runs the discussion.
type Desk struct {
	storage   Keeper
	bans      *Bans
	countries Countries
	settings  Settings
	now       func() time.Time
	meter     meter
	opened    openArticles

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

// keyHeldAway is how long it is used when no database can be asked.
const keyHeldAway = 24 * time.Hour

func (d *Desk) key(ctx context.Context, name string, maxAge time.Duration) ([]byte, error) {
	now := d.now()
	d.mu.Lock()
	held, ok := d.keys[name]
	d.mu.Unlock()
	if ok && now.Sub(held.at).Abs() < keyHeld {
		return held.key, nil
	}
	key, err := d.storage.Secret(ctx, name, maxAge)
	if errors.Is(err, news.ErrNoPrimary) && ok && now.Sub(held.at) < keyHeldAway {
		return held.key, nil
	}
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.keys[name] = heldKey{key, now}
	d.mu.Unlock()
	return key, nil
}

// New makes a Desk. now is the clock.
func New(storage Keeper, bans *Bans, countries Countries, settings Settings, now func() time.Time) *Desk {
	if settings.Retention == 0 {
		settings.Retention = DefaultRetention
	}
	return &Desk{storage: storage, bans: bans, countries: countries, settings: settings, now: now, keys: map[string]heldKey{}}
}

// Sweep clears the pseudonyms that have expired.
func (d *Desk) Sweep(ctx context.Context) error {
	return d.storage.ForgetPseudonyms(ctx, d.now().Add(-d.settings.Retention))
}

func keyedHash(key []byte, text string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}
