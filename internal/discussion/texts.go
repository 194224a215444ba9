package discussion

import (
	"context"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/rivo/uniseg"
)

// TextStorage is where the newsroom's own texts are kept.
type TextStorage interface {
	SavedAnswers(ctx context.Context) ([]news.SavedAnswer, error)
	SaveAnswer(ctx context.Context, actor news.Actor, action string, a news.SavedAnswer) error
	DeleteAnswer(ctx context.Context, id int64) error
	SiteText(ctx context.Context, name string) (news.SiteText, error)
	SaveSiteText(ctx context.Context, actor news.Actor, name, body string) error
}

// Bounds of the newsroom's texts, in characters as people see them.
const (
	MaxAnswerTitle = 80
	MaxPolicy      = 20_000
	policyName     = "comment_policy"
)

// SavedAnswers are the texts that moderators answer with, by title.
func (m *Moderation) SavedAnswers(ctx context.Context, actor news.Actor) ([]news.SavedAnswer, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return nil, err
	}
	return m.texts.SavedAnswers(ctx)
}

// SaveAnswer stores a new saved answer (ID 0) or changes one. Invalid at "title" and "body"; NotFound when it is gone.
func (m *Moderation) SaveAnswer(ctx context.Context, actor news.Actor, action string, a news.SavedAnswer) error {
	if err := actor.Require(news.RightModerate); err != nil {
		return err
	}
	a.Title = persian.CleanLine(a.Title)
	if n := uniseg.GraphemeClusterCount(a.Title); n == 0 || n > MaxAnswerTitle {
		return news.FieldError("title", "error.answer_title", MaxAnswerTitle)
	}
	body, err := commentText(a.Body)
	if err != nil {
		return atField("body", err)
	}
	a.Body = body
	return m.texts.SaveAnswer(ctx, actor, action, a)
}

// atField puts the errors of a text at the field where it was typed.
func atField(field string, err error) error {
	for _, e := range news.Errors(err) {
		return news.FieldError(field, e.Key, e.Args...)
	}
	return err
}

// DeleteAnswer removes a saved answer.
func (m *Moderation) DeleteAnswer(ctx context.Context, actor news.Actor, id int64) error {
	if err := actor.Require(news.RightModerate); err != nil {
		return err
	}
	return m.texts.DeleteAnswer(ctx, id)
}

// Policy is the newsroom's text of the rules for commenting; its body is "" while readers see the one that comes with Dabir.
func (m *Moderation) Policy(ctx context.Context, actor news.Actor) (news.SiteText, error) {
	if err := actor.Require(news.RightModerationSettings); err != nil {
		return news.SiteText{}, err
	}
	text, err := m.texts.SiteText(ctx, policyName)
	if news.KindOf(err) == news.NotFound {
		return news.SiteText{}, nil
	}
	return text, err
}

// SavePolicy replaces the rules for commenting that readers see; an empty text brings back the one that comes with Dabir. Invalid at "body".
func (m *Moderation) SavePolicy(ctx context.Context, actor news.Actor, body string) error {
	if err := actor.RequireEverywhere(news.RightModerationSettings); err != nil {
		return err
	}
	body = strings.TrimSpace(persian.Clean(body))
	if n := uniseg.GraphemeClusterCount(body); n > MaxPolicy {
		return news.FieldError("body", "error.policy_long", MaxPolicy, n)
	}
	return m.texts.SaveSiteText(ctx, actor, policyName, body)
}

// Numbers are what was decided in a span of time. Those of single people are left out for whoever has not the right to the settings, but for
// their own.
func (m *Moderation) Numbers(ctx context.Context, actor news.Actor, from, until time.Time) (news.ModerationNumbers, error) {
	if err := actor.Require(news.RightModerate); err != nil {
		return news.ModerationNumbers{}, err
	}
	n, err := m.decisions.ModerationNumbers(ctx, from, until)
	if err != nil || actor.May(news.RightModerationSettings) {
		return n, err
	}
	own := n.People[:0]
	for _, p := range n.People {
		if p.User == actor.User {
			own = append(own, p)
		}
	}
	n.People = own
	return n, nil
}
