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
	gone      bool   // of a text: that it is not public any more has been told
	followers map[*Page]uint8
}

// follows tells whether pages can follow a thing, for comments and texts the article whose they are, and whether counters are said of it.
func follows(d news.Dependency) (article news.Code, counted, ok bool) {
	if d == news.LatestList || d == news.FrontPage {
		return 0, false, true
	}
	kind, number, _ := strings.Cut(string(d), "/")
	if kind != "comments" && kind != "article" {
		return 0, false, false
	}
	article, ok = news.ParseCode(number)
	return article, kind == "comments", ok
}

// tells tells whether an event that touches a thing is worth telling. Sums of votes come with the next page; of an article it is told that
// its text changed or that it was withdrawn, not that its comments were closed.
func tells(kind news.EventKind, d news.Dependency) bool {
	article, counted, ok := follows(d)
	switch {
	case !ok || article == 0:
		return ok
	case counted:
		return kind != news.CommentVoted && kind != news.CommentReported
	}
	return kind == news.ArticlePublished || kind == news.ArticleCorrected || kind == news.ArticleWithdrawn
}

// checked is what a page asks to follow, each thing once; NotFound for anything that nobody can follow.
func checked(on []string) ([]news.Dependency, error) {
	var out []news.Dependency
	for _, name := range on {
		d := news.Dependency(name)
		if _, _, ok := follows(d); !ok || len(out) == mostTopics {
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
	article, counted, _ := follows(d)
	if article == 0 {
		return string(d), nil
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	state, err := h.options.Gate.CommentsState(ctx, article)
	if !counted {
		return string(d), err
	}
	return Counts(article, state.CommentCounts, h.options.Rejected), err
}
