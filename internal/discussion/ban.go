package discussion

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/rivo/uniseg"
)

// BanStorage is where bans and their keys are kept.
type BanStorage interface {
	KeyWithAge(ctx context.Context, name string) (key []byte, made time.Time, err error)
	AddBan(ctx context.Context, actor news.Actor, action string, b news.Ban, key []byte) (news.Ban, error)
	LiftBan(ctx context.Context, actor news.Actor, id int64) error
	BansInForce(ctx context.Context, now time.Time) ([]news.Ban, error)
	Bans(ctx context.Context, before int64, limit int) ([]news.Ban, error)
	ForgetBans(ctx context.Context) error
	CommentsByID(ctx context.Context, ids []news.CommentID) ([]news.QueuedComment, error)
}

// Bans keep writers from writing as others do, for a time. A ban by pseudonym or network recognises by a hash under a key of its own: a copy of the
// key under which the comment's pseudonym was made, which stays when that one is replaced and goes with the last ban that needs it.
type Bans struct {
	storage BanStorage
	now     func() time.Time

	mu   sync.Mutex
	at   time.Time // when they were read
	held []news.Ban
	keys map[string][]byte
}

// NewBans makes the Bans. now is the clock.
func NewBans(storage BanStorage, now func() time.Time) *Bans {
	return &Bans{storage: storage, now: now, keys: map[string][]byte{}}
}

// bansHeld is how long bans are used before the storage is asked again: another node may have added one.
const bansHeld = 5 * time.Second

// BanTimes lists how long a ban may last, shortest first.
func BanTimes() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{day, 7 * day, 30 * day, 90 * day, 365 * day}
}

// Bounds of a ban's form, in characters as people see them.
const (
	minTerm      = 2
	maxTerm      = 100
	maxBanReason = 300
)

// Banning is a ban as a moderator's form asks for it.
type Banning struct {
	Action  string
	Kind    news.BanKind
	Effect  news.BanEffect
	Comment news.CommentID // whose writer is meant, by pseudonym or network
	Term    string         // for BanTerm
	Reason  string         // for colleagues
	For     time.Duration  // one of BanTimes
}

// Add bans. Only a ban by pseudonym may refuse; the others hold for review, as they may meet other people too. Invalid at "kind", "effect",
// "term", "reason" and "for"; Conflict "error.ban_unknown_writer" when the comment's writer cannot be recognised any more.
func (b *Bans) Add(ctx context.Context, actor news.Actor, in Banning) (news.Ban, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.Ban{}, err
	}
	in.Reason, in.Term = persian.CleanLine(in.Reason), persian.CleanLine(in.Term)
	if err := in.check(); err != nil {
		return news.Ban{}, err
	}
	now := b.now()
	ban := news.Ban{Kind: in.Kind, Effect: in.Effect, Term: in.Term, Reason: in.Reason, Comment: in.Comment, CreatedAt: now, CreatedBy: actor.User, EndsAt: now.Add(in.For)}
	var key []byte
	if in.Kind == news.BanTerm {
		ban.Value = persian.Fold(in.Term)
	} else {
		var err error
		if ban.Value, ban.KeyName, key, err = b.recognise(ctx, in); err != nil {
			return news.Ban{}, err
		}
		ban.Term = ""
	}
	ban, err := b.storage.AddBan(ctx, actor, in.Action, ban, key)
	b.forget()
	return ban, err
}

func (in Banning) check() error {
	switch {
	case !slices.Contains(news.BanKinds(), in.Kind):
		return news.FieldError("kind", "error.ban_kind")
	case in.Effect != news.BanHolds && in.Effect != news.BanRefuses || in.Effect == news.BanRefuses && in.Kind != news.BanPseudonym:
		return news.FieldError("effect", "error.ban_effect")
	case !slices.Contains(BanTimes(), in.For):
		return news.FieldError("for", "error.ban_time")
	case in.Reason == "" || uniseg.GraphemeClusterCount(in.Reason) > maxBanReason:
		return news.FieldError("reason", "error.ban_reason", maxBanReason)
	}
	if n := uniseg.GraphemeClusterCount(persian.Fold(in.Term)); in.Kind == news.BanTerm && (n < minTerm || n > maxTerm) {
		return news.FieldError("term", "error.ban_term", minTerm, maxTerm)
	}
	return nil
}

// recognise finds what a ban knows its writer by: the comment's hash, and the key under which it was made.
func (b *Bans) recognise(ctx context.Context, in Banning) (value, name string, key []byte, err error) {
	found, err := b.storage.CommentsByID(ctx, []news.CommentID{in.Comment})
	if err != nil {
		return "", "", nil, err
	}
	if len(found) == 0 {
		return "", "", nil, news.Fail(news.NotFound, "error.not_found")
	}
	value = found[0].Pseudonym
	if in.Kind == news.BanNetwork {
		value = found[0].Network
	}
	key, made, err := b.storage.KeyWithAge(ctx, pseudonymKey)
	if err != nil && news.KindOf(err) != news.NotFound {
		return "", "", nil, err
	}
	if value == "" || err != nil || found[0].CreatedAt.Before(made) {
		return "", "", nil, news.Fail(news.Conflict, "error.ban_unknown_writer")
	}
	return value, "ban." + strconv.FormatInt(made.UnixMilli(), 36), key, nil
}

// Lift ends a ban before its time; one that has ended already stays as it is. NotFound when there is none.
func (b *Bans) Lift(ctx context.Context, actor news.Actor, id int64) error {
	if err := actor.Require(news.RightModerate); err != nil {
		return err
	}
	err := b.storage.LiftBan(ctx, actor, id)
	b.forget()
	return err
}

// List are the bans, newest first, from before a number on (0: from the newest).
func (b *Bans) List(ctx context.Context, actor news.Actor, before int64, limit int) ([]news.Ban, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return nil, err
	}
	return b.storage.Bans(ctx, before, limit)
}

// Sweep drops what recognises people whose ban has ended.
func (b *Bans) Sweep(ctx context.Context) error { return b.storage.ForgetBans(ctx) }

func (b *Bans) forget() {
	b.mu.Lock()
	b.at = time.Time{}
	b.mu.Unlock()
}

// inForce are the bans as they were at most bansHeld ago, with their keys.
func (b *Bans) inForce(ctx context.Context) ([]news.Ban, map[string][]byte, error) {
	now := b.now()
	b.mu.Lock()
	held, keys, at := b.held, b.keys, b.at
	b.mu.Unlock()
	if !at.IsZero() && now.Sub(at).Abs() < bansHeld {
		return held, keys, nil
	}
	held, err := b.storage.BansInForce(ctx, now)
	if err != nil {
		return nil, nil, err
	}
	fresh := map[string][]byte{}
	for _, ban := range held {
		if ban.KeyName == "" || fresh[ban.KeyName] != nil {
			continue
		}
		if key := keys[ban.KeyName]; key != nil {
			fresh[ban.KeyName] = key
			continue
		}
		if fresh[ban.KeyName], _, err = b.storage.KeyWithAge(ctx, ban.KeyName); err != nil {
			return nil, nil, err
		}
	}
	b.mu.Lock()
	b.held, b.keys, b.at = held, fresh, now
	b.mu.Unlock()
	return held, fresh, nil
}

// Check tells whether a comment's writer or words are banned: nil for most, the finding that holds it, or the error that refuses it:
// Forbidden "error.banned" with the end of the ban.
func (b *Bans) Check(ctx context.Context, address netip.Addr, name, text string) (*news.Finding, error) {
	held, keys, err := b.inForce(ctx)
	if err != nil || len(held) == 0 {
		return nil, err
	}
	now := b.now()
	folded := ""
	var found *news.Finding
	for _, ban := range held {
		if !ban.InForce(now) {
			continue
		}
		met := false
		switch ban.Kind {
		case news.BanPseudonym:
			met = ban.Value == pseudonymUnder(keys[ban.KeyName], address)
		case news.BanNetwork:
			met = ban.Value == networkUnder(keys[ban.KeyName], address)
		case news.BanTerm:
			if folded == "" {
				folded = persian.Fold(name + "\n" + text)
			}
			met = holdsPhrase(folded, ban.Value)
		}
		if met && ban.Effect == news.BanRefuses {
			return nil, news.Fail(news.Forbidden, "error.banned", ban.EndsAt)
		}
		if met && found == nil {
			found = &news.Finding{Rule: "ban", Outcome: news.OutcomeHold, Label: string(ban.Kind), Detail: []string{ban.Reason}}
		}
	}
	return found, nil
}

// holdsPhrase tells whether folded text holds a folded phrase between the edges of words.
func holdsPhrase(text, phrase string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], phrase)
		if at < 0 {
			return false
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(phrase):])
		if !inWord(before) && !inWord(after) {
			return true
		}
		from = at + len(phrase)
	}
}

func inWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
