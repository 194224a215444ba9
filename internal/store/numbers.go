package store

import (
	"context"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// ModerationNumbers are what was decided from an instant to another.
func (s *Store) ModerationNumbers(ctx context.Context, from, until time.Time) (news.ModerationNumbers, error) {
	n := news.ModerationNumbers{Rejected: map[news.Reason]int{}}
	span := []any{ms(from), ms(until)}
	err := s.each(ctx, func(r scanner) error {
		var act news.CommentAct
		var to news.CommentState
		var reason news.Reason
		var count int
		err := r.Scan(&act, &to, &reason, &count)
		switch {
		case act == news.ActKeep:
			n.Kept += count
		case to == news.CommentRejected:
			n.Rejected[reason] += count
		case to == news.CommentPublished:
			n.Published += count
		}
		if act == news.ActEdit {
			n.Edited += count
		}
		if act == news.ActAnswer {
			n.Answered += count
		}
		return err
	}, `SELECT act, to_state, reason, COUNT(*) FROM comment_decision WHERE at >= $1 AND at < $2 AND undone = 0 GROUP BY act, to_state, reason`, span...)
	if err != nil {
		return n, err
	}
	err = s.one(ctx, func(r scanner) error { return r.Scan(&n.Received) },
		`SELECT COUNT(*) FROM comment WHERE created_at >= $1 AND created_at < $2 AND origin IS NULL AND by_newsroom = 0`, span...)
	if err != nil {
		return n, err
	}
	if n.Waited, n.Median, n.P95, err = s.waits(ctx, `comment_decision WHERE undone = 0 AND `, span); err != nil {
		return n, err
	}
	if n.People, err = s.moderatorNumbers(ctx, span); err != nil {
		return n, err
	}
	n.Rules, err = s.ruleNumbers(ctx, span)
	return n, err
}

// waits are how many first decisions fell in a span, and the median and 95th percentile of how long comments had waited for them. table is
// what to read, with the beginning of its conditions.
func (s *Store) waits(ctx context.Context, table string, span []any) (count int, median, p95 time.Duration, err error) {
	condition := ` FROM ` + table + `waited IS NOT NULL AND at >= $1 AND at < $2`
	if err = s.one(ctx, func(r scanner) error { return r.Scan(&count) }, `SELECT COUNT(*)`+condition, span...); err != nil || count == 0 {
		return count, 0, 0, err
	}
	at := func(percent int) (wait time.Duration, err error) {
		var millis int64
		err = s.one(ctx, func(r scanner) error { return r.Scan(&millis) }, `SELECT waited`+condition+` ORDER BY waited LIMIT 1 OFFSET $3`,
			append(span[:2:2], (count-1)*percent/100)...)
		return time.Duration(millis) * time.Millisecond, err
	}
	if median, err = at(50); err == nil {
		p95, err = at(95)
	}
	return count, median, p95, err
}

func (s *Store) moderatorNumbers(ctx context.Context, span []any) ([]news.ModeratorNumbers, error) {
	var all []news.ModeratorNumbers
	err := s.each(ctx, func(r scanner) error {
		var m news.ModeratorNumbers
		err := r.Scan(&m.User, &m.Name, &m.Published, &m.Rejected, &m.Other, &m.Undone, &m.Hours)
		all = append(all, m)
		return err
	}, `SELECT d.decider, COALESCE(u.name, ''), COUNT(*) FILTER (WHERE d.act = 'publish'), COUNT(*) FILTER (WHERE d.act = 'reject'),
			COUNT(*) FILTER (WHERE d.act NOT IN ('publish', 'reject')), COUNT(*) FILTER (WHERE d.undone = 1), COUNT(DISTINCT d.at / 3600000)
		FROM comment_decision d LEFT JOIN newsuser u ON u.id = d.decider
		WHERE d.at >= $1 AND d.at < $2 GROUP BY d.decider, u.name ORDER BY COUNT(*) DESC, d.decider`, span...)
	return all, err
}

// ruleNumbers sum the decisions on held comments over the rules that held them. The few different sets of rules are taken apart here.
func (s *Store) ruleNumbers(ctx context.Context, span []any) ([]news.RuleNumbers, error) {
	place := map[string]int{}
	var all []news.RuleNumbers
	err := s.each(ctx, func(r scanner) error {
		var rules string
		var held, confirmed int
		if err := r.Scan(&rules, &held, &confirmed); err != nil {
			return err
		}
		for _, rule := range strings.Fields(rules) {
			at, known := place[rule]
			if !known {
				at = len(all)
				place[rule], all = at, append(all, news.RuleNumbers{Rule: rule})
			}
			all[at].Held += held
			all[at].Confirmed += confirmed
		}
		return nil
	}, `SELECT rules, COUNT(*), COUNT(*) FILTER (WHERE to_state = 'rejected' OR act = 'edit') FROM comment_decision
		WHERE at >= $1 AND at < $2 AND undone = 0 AND rules <> '' AND from_state = 'pending' GROUP BY rules ORDER BY COUNT(*) DESC, rules`, span...)
	return all, err
}
