package editorial

import (
	"context"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// SuggestStorage keeps what editors decide on what is suggested under an article.
type SuggestStorage interface {
	Article(ctx context.Context, code news.Code) (news.Article, error)
	SuggestedDesk(ctx context.Context, code news.Code) (news.SuggestedDesk, error)
	ChooseSuggested(ctx context.Context, actor news.Actor, action string, code, other news.Code, choice news.SuggestChoice, most int) error
}

// Suggestions are the acts on what is suggested under an article. What is computed is package suggest's.
type Suggestions struct{ storage SuggestStorage }

// NewSuggestions makes Suggestions.
func NewSuggestions(storage SuggestStorage) *Suggestions { return &Suggestions{storage} }

// MaxPins is how many articles can be pinned under one: as many as a page shows.
const MaxPins = 6

// Under is what is suggested under an article, with the reasons. Errors: Forbidden, NotFound.
func (s *Suggestions) Under(ctx context.Context, actor news.Actor, code news.Code) (news.SuggestedDesk, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return news.SuggestedDesk{}, err
	}
	return s.storage.SuggestedDesk(ctx, code)
}

// Choose is the form of a decision.
type Choose struct {
	Action string
	Code   news.Code // under which article
	Other  news.Code
	Choice news.SuggestChoice
}

// Choose pins or bans an article under another, or takes that back. Errors: Forbidden for who is no editor of the article's section; Invalid at "other" for an
// unknown code, the article itself, or more pins than MaxPins; Invalid for an unknown choice; NotFound for an unknown article.
func (s *Suggestions) Choose(ctx context.Context, actor news.Actor, in Choose) error {
	if err := actor.Require(news.RightPublish); err != nil {
		return err
	}
	a, err := s.storage.Article(ctx, in.Code)
	if err != nil {
		return err
	}
	if err := actor.RequireIn(news.RightPublish, a.Content.Section); err != nil {
		return err
	}
	switch in.Choice {
	case news.SuggestPin, news.SuggestBan, news.SuggestFree:
	default:
		return news.Fail(news.Invalid, "error.suggest_choice")
	}
	if in.Other <= 0 {
		return news.FieldError("other", "error.suggest_code")
	}
	if in.Other == in.Code {
		return news.FieldError("other", "error.suggest_itself")
	}
	err = s.storage.ChooseSuggested(ctx, actor, in.Action, in.Code, in.Other, in.Choice, MaxPins)
	if news.KindOf(err) == news.NotFound {
		return news.FieldError("other", "error.suggest_code")
	}
	return err
}
