package discussion

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/moderation"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// BookStorage keeps the lists and the modes.
type BookStorage interface {
	Terms(ctx context.Context, f news.TermFilter) (news.TermPage, error)
	Term(ctx context.Context, id news.TermID) (news.Term, error)
	SaveTerm(ctx context.Context, actor news.Actor, action string, term news.Term) (news.Term, error)
	DeleteTerm(ctx context.Context, actor news.Actor, id news.TermID) error
	ImportTerms(ctx context.Context, actor news.Actor, action string, terms []news.Term) (added int, err error)
	CommentModes(ctx context.Context) ([]news.ModeSetting, error)
	SetCommentMode(ctx context.Context, actor news.Actor, m news.ModeSetting) error
}

// Rulebook is the newsroom's hand on the rules: its lists of words and the modes. Moderators edit single terms; importing, exporting and
// the modes need RightModerationSettings. The lists hold on
// the whole site, so who works for some sections may read them only, and set the modes of these sections.
type Rulebook struct {
	storage BookStorage
	engine  *Engine
	now     func() time.Time
}

// NewRulebook makes a Rulebook whose changes the engine follows at once.
func NewRulebook(storage BookStorage, engine *Engine, now func() time.Time) *Rulebook {
	return &Rulebook{storage, engine, now}
}

const termsMost = 200 // of a page

// Terms is a page of the lists. Forbidden without a right.
func (b *Rulebook) Terms(ctx context.Context, actor news.Actor, f news.TermFilter) (news.TermPage, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.TermPage{}, err
	}
	f.Text = persian.CleanLine(f.Text)
	if f.Limit < 1 || f.Limit > termsMost {
		f.Limit = 50
	}
	return b.storage.Terms(ctx, f)
}

// Term is one term; NotFound when it is gone.
func (b *Rulebook) Term(ctx context.Context, actor news.Actor, id news.TermID) (news.Term, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.Term{}, err
	}
	return b.storage.Term(ctx, id)
}

// SaveTerm adds a term (ID 0) or changes one. Errors: Invalid at text, list, kind and note; Conflict "error.term_there".
func (b *Rulebook) SaveTerm(ctx context.Context, actor news.Actor, action string, t news.Term) (news.Term, error) {
	if err := actor.RequireEverywhere(news.RightModerate); err != nil {
		return news.Term{}, err
	}
	if err := b.complete(actor, &t); err != nil {
		return news.Term{}, err
	}
	saved, err := b.storage.SaveTerm(ctx, actor, action, t)
	if err != nil {
		return saved, err
	}
	return saved, b.engine.Load(ctx)
}

// complete checks a term as it was typed and fills its key.
func (b *Rulebook) complete(actor news.Actor, t *news.Term) error {
	var wrong []error
	t.Text, t.Note = persian.CleanLine(t.Text), persian.CleanLine(t.Note)
	key, err := moderation.TermKey(t.Text)
	wrong = append(wrong, err)
	if !slices.Contains(news.TermLists(), t.List) {
		wrong = append(wrong, news.FieldError("list", "error.term_list"))
	}
	if !slices.Contains(news.TermKinds(), t.Kind) {
		wrong = append(wrong, news.FieldError("kind", "error.term_kind"))
	}
	if utf8.RuneCountInString(t.Note) > news.MaxTermNote {
		wrong = append(wrong, news.FieldError("note", "error.term_note_long", news.MaxTermNote))
	}
	t.Key, t.UpdatedAt, t.UpdatedBy = key, b.now(), actor.User
	return errors.Join(wrong...)
}

// DeleteTerm takes a term off its list. NotFound when it is gone already.
func (b *Rulebook) DeleteTerm(ctx context.Context, actor news.Actor, id news.TermID) error {
	if err := actor.RequireEverywhere(news.RightModerate); err != nil {
		return err
	}
	if err := b.storage.DeleteTerm(ctx, actor, id); err != nil {
		return err
	}
	return b.engine.Load(ctx)
}

// Modes are all modes that are set.
func (b *Rulebook) Modes(ctx context.Context, actor news.Actor) ([]news.ModeSetting, error) {
	if err := actor.Require(news.RightModerationSettings); err != nil {
		return nil, err
	}
	return b.storage.CommentModes(ctx)
}

// DefaultMode is the mode of the settings file, where none is set.
func (e *Engine) DefaultMode() news.CommentMode { return e.rules.Mode }

// SetMode sets a mode; Mode "" takes it back. Errors: Invalid at mode and scope; NotFound when there is no such section or article.
func (b *Rulebook) SetMode(ctx context.Context, actor news.Actor, m news.ModeSetting) error {
	if err := actor.Require(news.RightModerationSettings); err != nil {
		return err
	}
	if m.Mode != "" && !slices.Contains(news.CommentModes(), m.Mode) {
		return news.FieldError("mode", "error.comment_mode")
	}
	switch m.Scope {
	case news.ScopeSite:
		m.ID = 0
	case news.ScopeSection, news.ScopeArticle:
	default:
		return news.FieldError("scope", "error.comment_mode")
	}
	if m.Scope != news.ScopeSection || !actor.MayIn(news.RightModerationSettings, news.SectionID(m.ID)) {
		if err := actor.RequireEverywhere(news.RightModerationSettings); err != nil {
			return err
		}
	}
	if err := b.storage.SetCommentMode(ctx, actor, m); err != nil {
		return err
	}
	b.engine.modes.forget()
	return nil
}
