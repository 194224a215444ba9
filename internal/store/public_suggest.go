package store

import (
	"context"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Suggested are the articles that go under one: those that editors pinned, then as computed, without those that editors banned.
func (p *Public) Suggested(ctx context.Context, code news.Code, limit int) ([]news.PublicCard, error) {
	news.Depend(ctx, code.SuggestDependency())
	var cards []news.PublicCard
	err := p.s.each(ctx, func(r scanner) error {
		card, _, err := scanCard(r)
		news.Depend(ctx, card.Code.Dependency())
		cards = append(cards, card)
		return err
	}, `SELECT `+cardColumns+` FROM public_suggestion x JOIN public_article p ON p.code = x.other_code
		WHERE x.article_code = $1 ORDER BY x.computed, x.place LIMIT $2`, int64(code), limit)
	return cards, err
}

// hourly is the least span that is counted by the hour; shorter ones are by news.ViewSlot.
const hourly = 2 * time.Hour

// MostRead are the public articles with the most views from since on.
func (p *Public) MostRead(ctx context.Context, since time.Time, limit int) ([]news.PublicCard, error) {
	from, counts := since.Truncate(time.Hour), `SELECT article_code, SUM(views) AS views FROM article_view WHERE hour >= $1 GROUP BY article_code`
	if p.s.now().Sub(since) < hourly {
		from, counts = since.Truncate(news.ViewSlot), `SELECT article_code, SUM(views) AS views FROM article_view_lately WHERE slot >= $1 GROUP BY article_code`
	}
	return p.cards(ctx, `SELECT `+cardColumns+` FROM (`+counts+`) v JOIN public_article p ON p.code = v.article_code
		ORDER BY v.views DESC, p.order_at DESC, p.code DESC LIMIT $2`, ms(from), limit)
}

// MostDiscussed are the public articles with the most comments that were left from since on and published.
func (p *Public) MostDiscussed(ctx context.Context, since time.Time, limit int) ([]news.PublicCard, error) {
	return p.cards(ctx, `SELECT `+cardColumns+`
		FROM (SELECT article_code, COUNT(*) AS comments FROM public_comment WHERE created_at >= $1 GROUP BY article_code) v
		JOIN public_article p ON p.code = v.article_code
		ORDER BY v.comments DESC, p.order_at DESC, p.code DESC LIMIT $2`, ms(since), limit)
}

func (p *Public) cards(ctx context.Context, query string, args ...any) ([]news.PublicCard, error) {
	var cards []news.PublicCard
	err := p.s.each(ctx, func(r scanner) error {
		card, _, err := scanCard(r)
		cards = append(cards, card)
		return err
	}, query, args...)
	return cards, err
}
