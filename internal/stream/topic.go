package stream

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// mostTopics is how many things one page may follow.
const mostTopics = 4

// topic is a thing that somebody follows.
type topic struct {
	line      string // what is said of it
	followers map[*Page]uint8
}

// follows tells whether pages can follow a thing, and for comments the article whose they are.
func follows(d news.Dependency) (article news.Code, ok bool) {
	if d == news.LatestList || d == news.FrontPage {
		return 0, true
	}
	number, found := strings.CutPrefix(string(d), "comments/")
	if !found {
		return 0, false
	}
	article, ok = news.ParseCode(number)
	return article, ok
}

// checked is what a page asks to follow, each thing once; NotFound for anything that nobody can follow.
func checked(on []string) ([]news.Dependency, error) {
	var out []news.Dependency
	for _, name := range on {
		d := news.Dependency(name)
		if _, ok := follows(d); !ok || len(out) == mostTopics {
			return nil, news.Fail(news.NotFound, "error.not_found")
		}
		for _, other := range out {
			if other == d {
				return nil, news.Fail(news.NotFound, "error.not_found")
			}
		}
		out = append(out, d)
	}
	if len(out) == 0 {
		return nil, news.Fail(news.NotFound, "error.not_found")
	}
	return out, nil
}

// Counts is the line that says how many comments an article has: "counts", its code, how many are published and wait and, where
// readers are told, how many were rejected.
func Counts(code news.Code, n news.CommentCounts, rejected bool) string {
	line := fmt.Sprintf("counts %d %d %d", code, n.Published, n.Pending)
	if rejected {
		line += fmt.Sprintf(" %d", n.Rejected)
	}
	return line
}

// askTime is how long the gate may take for one answer.
const askTime = 2 * time.Second

// say asks the gate what may be said of a thing. Whatever is not public is NotFound or Gone, as it is on its page.
func (h *Hub) say(ctx context.Context, d news.Dependency) (string, error) {
	article, _ := follows(d)
	if article == 0 {
		return string(d), nil
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	state, err := h.options.Gate.CommentsState(ctx, article)
	return Counts(article, state.CommentCounts, h.options.Rejected), err
}

// silent are events that touch comments and say nothing to who has the page open: sums of votes come with the next page.
func silent(kind news.EventKind) bool {
	return kind == news.CommentVoted || kind == news.CommentReported
}
