package discussion

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dabir-newsroom/dabir/internal/moderation"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// RuleStorage is what the rules ask when a comment comes in.
type RuleStorage interface {
	RecentComments(ctx context.Context, after news.CommentID, since time.Time, limit int) ([]news.SeenComment, error)
	WriterHistory(ctx context.Context, pseudonym, person string, since time.Time) (news.WriterHistory, error)
	CommentMode(ctx context.Context, code news.Code) (news.CommentMode, error)
	CommentModes(ctx context.Context) ([]news.ModeSetting, error)
}

// Rules are what a newsroom decides about the judging of comments.
type Rules struct {
	Off          bool             // nothing looks at comments; each waits for a moderator
	Mode         news.CommentMode // where the newsroom's pages set none
	RepeatWindow time.Duration    // in which the same text again is a repeat; 0: never
	Limits       moderation.Limits
}

// historyKept is how far back a commenter's history is looked at.
const historyKept = 90 * 24 * time.Hour

// Engine lets the rules look at comments. Its lists and its model are replaced while it works, never changed.
type Engine struct {
	storage RuleStorage
	kept    KeptStorage
	rules   Rules
	now     func() time.Time

	lists    atomic.Pointer[moderation.Lists]
	model    atomic.Pointer[moderation.Model]
	versions map[string]int64 // of what was loaded; only load touches it
	loading  sync.Mutex
	training sync.Mutex // one training at a time
	asked    chan news.Actor
	progress atomic.Pointer[Training]

	recent recentComments
	modes  knownModes
}

// NewEngine makes an Engine without lists and model; [Engine.Load] brings what is kept.
func NewEngine(storage RuleStorage, kept KeptStorage, rules Rules, now func() time.Time) *Engine {
	e := &Engine{storage: storage, kept: kept, rules: rules, now: now, versions: map[string]int64{}, asked: make(chan news.Actor, 1)}
	e.progress.Store(&Training{})
	return e
}

// judge lets the rules look at a comment and notes what they found in it: whether it is held, why, and its state. It fails with
// Invalid "error.ask_finglish" at "text" when the writer is asked for Persian letters.
func (e *Engine) judge(ctx context.Context, c *news.Comment, asked bool) error {
	if e == nil || e.rules.Off {
		c.Findings = []news.Finding{{Rule: moderation.RuleMode, Outcome: news.OutcomeHold, Label: string(news.ModePre)}}
		return nil
	}
	mode, err := e.modes.of(ctx, e, c.Article, c.CreatedAt)
	if err != nil {
		return err
	}
	if mode == "" {
		mode = e.rules.Mode
	}
	history, err := e.storage.WriterHistory(ctx, c.Pseudonym, c.Person, c.CreatedAt.Add(-historyKept))
	if err != nil {
		return err
	}
	words := persian.Unmask(c.Text)
	c.Fingerprint = moderation.Fingerprint(words)
	repeated, err := e.recent.repeated(ctx, e, c)
	if err != nil {
		return err
	}
	// Length and closing are checked before and behind: what comes here has passed the one, and the store refuses at the other.
	c.Findings = moderation.Check(moderation.Case{Text: c.Text, Words: words, Repeated: repeated, Asked: asked, Mode: mode, History: history,
		Lists: e.lists.Load(), Model: e.model.Load(), Limits: e.rules.Limits})
	if moderation.Asks(c.Findings) {
		return news.FieldError("text", askForPersian)
	}
	waits, held := moderation.Held(c.Findings)
	c.Held, c.Risk = held, moderation.Risk(c.Findings)
	if !waits {
		c.State, c.DecidedAt = news.CommentPublished, c.CreatedAt
	}
	return nil
}

// judged lets the ban and the rules look at a comment. What somebody banned waits for a moderator, whatever the rules say.
func (d *Desk) judged(ctx context.Context, c *news.Comment, banned *news.Finding, asked bool) error {
	if err := d.settings.Engine.judge(ctx, c, asked); err != nil {
		return err
	}
	if banned != nil {
		c.State, c.DecidedAt, c.Held = news.CommentPending, time.Time{}, true
		c.Findings = append([]news.Finding{*banned}, c.Findings...)
	}
	return nil
}

// askForPersian is the question to one who writes Persian in Latin letters.
const askForPersian = "error.ask_finglish"

// AskedForPersian tells whether an error of Submit is the question for Persian letters, which may be ignored.
func AskedForPersian(err error) bool {
	return slices.ContainsFunc(news.Errors(err), func(e *news.Error) bool { return e.Key == askForPersian })
}

const (
	recentMost  = 20_000 // comments that are compared with a new one
	recentFresh = time.Second
)

// recentComments are the fingerprints of the last comments, of all nodes; what another node took in is seen a second later.
type recentComments struct {
	mu     sync.Mutex
	all    []news.SeenComment
	prints []int64            // of all, one after the other: each comment is compared with every one of them
	own    []news.SeenComment // stored by this node since all was read
	last   news.CommentID     // of all
	at     time.Time          // when all was read
}

// repeated tells whether nearly the same text came within the window, by anyone, and remembers this one.
func (r *recentComments) repeated(ctx context.Context, e *Engine, c *news.Comment) (bool, error) {
	if e.rules.RepeatWindow <= 0 || c.Fingerprint == 0 {
		return false, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	from := c.CreatedAt.Add(-e.rules.RepeatWindow)
	if c.CreatedAt.Sub(r.at).Abs() >= recentFresh {
		newer, err := e.storage.RecentComments(ctx, r.last, from, recentMost)
		if err != nil {
			return false, fmt.Errorf("the comments before: %w", err)
		}
		for _, one := range newer {
			r.last = max(r.last, one.ID)
			if one.Fingerprint != 0 {
				r.all, r.prints = append(r.all, one), append(r.prints, one.Fingerprint)
			}
		}
		r.at, r.own = c.CreatedAt, nil // those are among the newer ones
	}
	for len(r.all) > recentMost || len(r.all) > 0 && r.all[0].At.Before(from) {
		r.all, r.prints = r.all[1:], r.prints[1:]
	}
	near := func(seen news.SeenComment) bool {
		return seen.ID != c.ID && !seen.At.Before(from) && moderation.Near(seen.Fingerprint, c.Fingerprint)
	}
	for i, print := range r.prints {
		if moderation.Near(print, c.Fingerprint) && near(r.all[i]) {
			return true, nil
		}
	}
	return slices.ContainsFunc(r.own, near), nil
}

// remember adds a comment that this node stored, so that a repeat within the second is seen too.
func (e *Engine) remember(c news.Comment) {
	if e == nil || c.Fingerprint == 0 {
		return
	}
	e.recent.mu.Lock()
	defer e.recent.mu.Unlock()
	e.recent.own = append(e.recent.own, news.SeenComment{ID: c.ID, Fingerprint: c.Fingerprint, At: c.CreatedAt})
}

// knownModes are the modes that are set, in memory: most newsrooms set few or none. What another node sets is seen a second later.
type knownModes struct {
	mu       sync.Mutex
	site     news.CommentMode
	articles map[int64]news.CommentMode
	sections bool      // some section has a mode: which article is in it the storage tells
	at       time.Time // when they were read
}

const modesFresh = time.Second

// of is the mode that is set for an article; "" when none is.
func (k *knownModes) of(ctx context.Context, e *Engine, article news.Code, now time.Time) (news.CommentMode, error) {
	k.mu.Lock()
	if now.Sub(k.at).Abs() >= modesFresh {
		if err := k.read(ctx, e.storage); err != nil {
			k.mu.Unlock()
			return "", err
		}
		k.at = now
	}
	mode, own := k.articles[int64(article)]
	site, sections := k.site, k.sections
	k.mu.Unlock()
	switch {
	case own:
		return mode, nil
	case sections:
		return e.storage.CommentMode(ctx, article)
	}
	return site, nil
}

func (k *knownModes) read(ctx context.Context, storage RuleStorage) error {
	all, err := storage.CommentModes(ctx)
	if err != nil {
		return fmt.Errorf("the modes: %w", err)
	}
	k.site, k.articles, k.sections = "", map[int64]news.CommentMode{}, false
	for _, m := range all {
		switch m.Scope {
		case news.ScopeArticle:
			k.articles[m.ID] = m.Mode
		case news.ScopeSection:
			k.sections = true
		case news.ScopeSite:
			k.site = m.Mode
		}
	}
	return nil
}

// forget lets the next comment read the modes anew.
func (k *knownModes) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at = time.Time{}
}
