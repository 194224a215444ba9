package discussion

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/moderation"
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

	mu  sync.Mutex
	at  time.Time // when they were read
	set banSet
}

// banSet is the bans that hold, ready to be asked.
type banSet struct {
	bans  []news.Ban
	keys  map[string][]byte
	terms *moderation.Lists // the words of bans by term, each with the ban's number
}

// NewBans makes the Bans. now is the clock.
func NewBans(storage BanStorage, now func() time.Time) *Bans {
	return &Bans{storage: storage, now: now}
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
	maxBanReason = 300
)

// Banning is a ban as a moderator's form asks for it.
type Banning struct {
	Action  string
	Kind    news.BanKind
	Effect  news.BanEffect
	Comment news.CommentID // whose writer is meant, by pseudonym or network
	Term    string         // for BanTerm; written and found as a term of the lists is
	Reason  string         // for colleagues
	For     time.Duration  // one of BanTimes
}

// Add bans. Only a ban by pseudonym may refuse; the others hold for review, as they may meet other people too. A ban counts on the whole site:
// who moderates some sections may only have the writer of a comment there, or their network, held. Invalid at "kind", "effect", "term",
// "reason" and "for"; Conflict "error.ban_unknown_writer" when the comment's writer cannot be recognised any more; Forbidden.
func (b *Bans) Add(ctx context.Context, actor news.Actor, in Banning) (news.Ban, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.Ban{}, err
	}
	in.Reason, in.Term = persian.CleanLine(in.Reason), persian.CleanLine(in.Term)
	if err := in.check(actor); err != nil {
		return news.Ban{}, err
	}
	now := b.now()
	ban := news.Ban{Kind: in.Kind, Effect: in.Effect, Term: in.Term, Reason: in.Reason, Comment: in.Comment, CreatedAt: now, CreatedBy: actor.User, EndsAt: now.Add(in.For)}
	var key []byte
	if in.Kind == news.BanTerm {
		ban.Value = in.Term
	} else {
		var err error
		if ban.Value, ban.KeyName, key, err = b.recognise(ctx, actor, in); err != nil {
			return news.Ban{}, err
		}
		ban.Term = ""
	}
	ban, err := b.storage.AddBan(ctx, actor, in.Action, ban, key)
	b.forget()
	return ban, err
}

func (in Banning) check(actor news.Actor) error {
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
	if in.Kind != news.BanTerm {
		if in.Effect == news.BanRefuses && actor.RequireEverywhere(news.RightModerate) != nil {
			return news.FieldError("effect", "error.ban_section")
		}
		return nil
	}
	if err := actor.RequireEverywhere(news.RightModerate); err != nil {
		return err
	}
	key, err := moderation.TermKey(in.Term)
	if err == nil && uniseg.GraphemeClusterCount(key) < minTerm {
		return news.FieldError("term", "error.ban_term", minTerm, news.MaxTerm)
	}
	return atField("term", err)
}

// recognise finds what a ban knows its writer by: the comment's hash, and the key under which it was made.
func (b *Bans) recognise(ctx context.Context, actor news.Actor, in Banning) (value, name string, key []byte, err error) {
	found, err := b.storage.CommentsByID(ctx, []news.CommentID{in.Comment})
	if err != nil {
		return "", "", nil, err
	}
	if len(found) == 0 {
		return "", "", nil, news.Fail(news.NotFound, "error.not_found")
	}
	if err := actor.RequireIn(news.RightModerate, found[0].Section); err != nil {
		return "", "", nil, err
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
	return value, banKeys + strconv.FormatInt(made.UnixMilli(), 36), key, nil
}

// Lift ends a ban before its time; one that has ended already stays as it is. Who moderates some sections may lift their own bans. NotFound
// when there is none.
func (b *Bans) Lift(ctx context.Context, actor news.Actor, id int64) error {
	if err := actor.Require(news.RightModerate); err != nil {
		return err
	}
	if elsewhere := actor.RequireEverywhere(news.RightModerate); elsewhere != nil {
		held, err := b.storage.BansInForce(ctx, b.now())
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(held, func(one news.Ban) bool { return one.ID == id && one.CreatedBy == actor.User }) {
			return elsewhere
		}
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

// inForce are the bans as they were at most bansHeld ago, with their keys. A ban whose key is gone, as in a restored backup, recognises nobody.
func (b *Bans) inForce(ctx context.Context) (banSet, error) {
	now := b.now()
	b.mu.Lock()
	set, at := b.set, b.at
	b.mu.Unlock()
	if !at.IsZero() && now.Sub(at).Abs() < bansHeld {
		return set, nil
	}
	held, err := b.storage.BansInForce(ctx, now)
	if errors.Is(err, news.ErrNoPrimary) && set.keys != nil {
		return set, nil // those that were known last
	}
	if err != nil {
		return banSet{}, err
	}
	fresh := banSet{bans: held, keys: map[string][]byte{}}
	var terms []news.Term
	for _, ban := range held {
		if ban.Kind == news.BanTerm {
			terms = append(terms, news.Term{ID: news.TermID(ban.ID), Text: ban.Term})
		}
		if ban.KeyName == "" || fresh.keys[ban.KeyName] != nil {
			continue
		}
		key := set.keys[ban.KeyName]
		if key == nil {
			if key, _, err = b.storage.KeyWithAge(ctx, ban.KeyName); err != nil && news.KindOf(err) != news.NotFound {
				return banSet{}, err
			}
		}
		fresh.keys[ban.KeyName] = key
	}
	fresh.terms = moderation.NewLists(terms)
	b.mu.Lock()
	b.set, b.at = fresh, now
	b.mu.Unlock()
	return fresh, nil
}

// Check tells whether a comment's writer or words are banned: nil for most, the finding that holds it, or the error that refuses it:
// Forbidden "error.banned" with the end of the ban.
func (b *Bans) Check(ctx context.Context, address netip.Addr, name, text string) (*news.Finding, error) {
	set, err := b.inForce(ctx)
	if err != nil || len(set.bans) == 0 {
		return nil, err
	}
	said := set.said(name, text)
	now := b.now()
	var found *news.Finding
	for _, ban := range set.bans {
		if !ban.InForce(now) || !set.meets(ban, address, said) {
			continue
		}
		if ban.Effect == news.BanRefuses {
			return nil, news.Fail(news.Forbidden, "error.banned", ban.EndsAt)
		}
		if found == nil {
			found = &news.Finding{Rule: "ban", Outcome: news.OutcomeHold, Label: string(ban.Kind), Detail: []string{ban.Reason}}
		}
	}
	return found, nil
}

// said are the bans whose words stand in a name or a text, however they are hidden.
func (s banSet) said(name, text string) map[int64]bool {
	said := map[int64]bool{}
	if s.terms.Len() == 0 {
		return said
	}
	for _, part := range []string{name, text} {
		for _, hit := range s.terms.Find(persian.Unmask(part)) {
			said[int64(hit.Term.ID)] = true
		}
	}
	return said
}

func (s banSet) meets(ban news.Ban, address netip.Addr, said map[int64]bool) bool {
	key := s.keys[ban.KeyName]
	switch ban.Kind {
	case news.BanPseudonym:
		return key != nil && ban.Value == pseudonymUnder(key, address)
	case news.BanNetwork:
		return key != nil && ban.Value == networkUnder(key, address)
	case news.BanTerm:
		return said[ban.ID]
	}
	return false
}
