package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Moderation is what readers may know of the decisions of a span, such as a month.
func (p *Public) Moderation(ctx context.Context, from, until time.Time) (news.PublicModeration, error) {
	n := news.PublicModeration{Rejected: map[news.Reason]int{}}
	span := []any{ms(from), ms(until)}
	err := p.s.each(ctx, func(r scanner) error {
		var act news.CommentAct
		var state news.CommentState
		var reason news.Reason
		var count, held int
		err := r.Scan(&act, &state, &reason, &count, &held)
		n.Held += held
		switch {
		case act == news.ActKeep:
			n.Kept += count
		case state == news.CommentRejected:
			n.Rejected[reason] += count
		case state == news.CommentPublished:
			n.Published += count
		}
		if act == news.ActEdit {
			n.Edited += count
		}
		return err
	}, `SELECT act, to_state, reason, COUNT(*), SUM(CASE WHEN waited IS NOT NULL THEN held ELSE 0 END)
		FROM public_moderation WHERE at >= $1 AND at < $2 GROUP BY act, to_state, reason`, span...)
	if err != nil {
		return n, err
	}
	err = p.s.one(ctx, func(r scanner) error { return r.Scan(&n.Received) },
		`SELECT COUNT(*) FROM public_comment_intake WHERE created_at >= $1 AND created_at < $2`, span...)
	if err != nil {
		return n, err
	}
	n.Waited, n.Median, n.P95, err = p.s.waits(ctx, `public_moderation WHERE `, span)
	return n, err
}

// ModerationSince is when the first decision was taken; the zero time while none was.
func (p *Public) ModerationSince(ctx context.Context) (time.Time, error) {
	var first sql.NullInt64
	err := p.s.one(ctx, func(r scanner) error { return r.Scan(&first) }, `SELECT MIN(at) FROM public_moderation`)
	return fromNullMS(first), err
}

// CommentPolicy is the newsroom's own text of the rules for commenting, as Markdown; NotFound while nobody wrote one.
func (p *Public) CommentPolicy(ctx context.Context) (news.SiteText, error) {
	var text news.SiteText
	var at int64
	err := p.s.one(ctx, func(r scanner) error { return r.Scan(&text.Body, &at) }, `SELECT body, updated_at FROM public_policy`)
	text.UpdatedAt = fromMS(at)
	return text, err
}
