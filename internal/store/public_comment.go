package store

import (
	"context"
	"database/sql"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// CommentsState is what everybody may know of an article's discussion; NotFound for a hidden and an unknown code alike.
func (p *Public) CommentsState(ctx context.Context, code news.Code) (news.CommentsState, error) {
	news.Depend(ctx, code.CommentsDependency(), code.Dependency(), news.CommentsSwitch)
	var state news.CommentsState
	err := p.s.one(ctx, func(r scanner) (err error) { state, err = scanCommentsState(r); return err }, commentsStateQuery, int64(code))
	return state, err
}

const commentsStateQuery = `SELECT published_at, published, pending, rejected, closed, note, site_closed, site_note
	FROM public_discussion WHERE article_code = $1`

func scanCommentsState(r scanner) (news.CommentsState, error) {
	var state news.CommentsState
	var at sql.NullInt64
	err := r.Scan(&at, &state.Published, &state.Pending, &state.Rejected, &state.Closed, &state.Note, &state.SiteClosed, &state.SiteNote)
	state.PublishedAt = fromNullMS(at)
	return state, err
}

// CommentCounts are the public counters of an article; zero for a hidden one.
func (p *Public) CommentCounts(ctx context.Context, code news.Code) (news.CommentCounts, error) {
	news.Depend(ctx, code.CommentsDependency(), code.Dependency())
	state, err := p.CommentsState(ctx, code)
	if isNotFound(err) {
		return news.CommentCounts{}, nil
	}
	return state.CommentCounts, err
}

const publicCommentColumns = `c.id, c.article_code, COALESCE(c.parent_id, 0), c.thread, c.level, c.head, c.replies, c.name, c.text, c.country,
	c.by_newsroom, c.edited, c.created_at, c.votes_up, c.votes_down`

// scanPublicComment reads publicCommentColumns and, behind them, whatever more is asked for.
func scanPublicComment(r scanner, more ...any) (news.PublicComment, error) {
	var c news.PublicComment
	var created int64
	dest := []any{&c.ID, &c.Article, &c.Parent, &c.Thread, &c.Level, &c.Head, &c.Replies, &c.Name, &c.Text, &c.Country,
		&c.ByNewsroom, &c.Edited, &created, &c.VotesUp, &c.VotesDown}
	err := r.Scan(append(dest, more...)...)
	c.CreatedAt = fromMS(created)
	return c, err
}

// threadPages is how each order walks its index; the key of a cursor is the value by which it sorts.
var threadPages = map[news.CommentOrder]string{
	news.OrderNewest: `c.created_at FROM public_comment c WHERE c.article_code = $1 AND c.head = 1 AND (c.created_at, c.id) < ($2, $3)
		ORDER BY c.created_at DESC, c.id DESC LIMIT $4`,
	news.OrderOldest: `c.created_at FROM public_comment c WHERE c.article_code = $1 AND c.head = 1 AND (c.created_at, c.id) > ($2, $3)
		ORDER BY c.created_at, c.id LIMIT $4`,
	news.OrderBest: `c.score FROM public_comment c WHERE c.article_code = $1 AND c.head = 1 AND (c.score, c.id) < ($2, $3)
		ORDER BY c.score DESC, c.id DESC LIMIT $4`,
}

// Threads is a page of the threads of a public article; an unknown order is OrderNewest.
func (p *Public) Threads(ctx context.Context, q news.ThreadQuery) (news.ThreadPage, error) {
	news.Depend(ctx, q.Article.CommentsDependency(), q.Article.Dependency())
	query, known := threadPages[q.Order]
	if !known {
		q.Order, query = news.OrderNewest, threadPages[news.OrderNewest]
	}
	after := q.After
	if q.Order != news.OrderOldest {
		after = descending(q.After)
	}
	var page news.ThreadPage
	var last news.Cursor
	err := p.s.each(ctx, func(r scanner) error {
		var key int64
		head, err := scanPublicComment(r, &key)
		if len(page.Threads) == q.Limit {
			page.Next = last
			return err
		}
		last = news.Cursor{At: key, ID: int64(head.ID)}
		page.Threads = append(page.Threads, news.CommentThread{Head: head})
		return err
	}, `SELECT `+publicCommentColumns+`, `+query, int64(q.Article), after.At, after.ID, q.Limit+1)
	if err != nil {
		return page, err
	}
	for i := range page.Threads {
		if err := p.answers(ctx, &page.Threads[i], news.Cursor{}, q.Replies); err != nil {
			return page, err
		}
	}
	return page, nil
}

// answers fills in the answers of a thread after a cursor. An answer whose parent is not public any more is a head with the thread of
// its old line: what follows it is found by the thread too, and sorted out by who answers whom.
func (p *Public) answers(ctx context.Context, thread *news.CommentThread, after news.Cursor, limit int) error {
	whole := thread.Head.ID == thread.Head.Thread
	if whole && thread.Head.Replies == 0 {
		return nil
	}
	under := map[news.CommentID]bool{thread.Head.ID: true}
	return p.s.each(ctx, func(r scanner) error {
		c, err := scanPublicComment(r)
		switch {
		case err != nil || !whole && !under[c.Parent]:
		case len(thread.Replies) == limit:
			thread.More = true
		default:
			under[c.ID] = true
			thread.Replies = append(thread.Replies, c)
		}
		return err
	}, `SELECT `+publicCommentColumns+` FROM public_comment c WHERE c.thread = $1 AND c.head = 0 AND (c.created_at, c.id) > ($2, $3)
		ORDER BY c.created_at, c.id LIMIT $4`, int64(thread.Head.Thread), after.At, after.ID, limit+1)
}

// Thread is a public comment with the answers to it after a cursor; NotFound when the article has no such public comment. An answer
// finds the comment at the top of its line.
func (p *Public) Thread(ctx context.Context, code news.Code, id news.CommentID, after news.Cursor, limit int) (news.CommentThread, error) {
	news.Depend(ctx, code.CommentsDependency(), code.Dependency())
	var thread news.CommentThread
	c, err := p.Comment(ctx, code, id)
	for err == nil && !c.Head {
		c, err = p.Comment(ctx, code, c.Parent)
	}
	if err != nil {
		return thread, err
	}
	thread.Head = c
	return thread, p.answers(ctx, &thread, after, limit)
}

// Comment is one public comment of a public article; NotFound otherwise.
func (p *Public) Comment(ctx context.Context, code news.Code, id news.CommentID) (news.PublicComment, error) {
	news.Depend(ctx, code.CommentsDependency(), code.Dependency())
	var c news.PublicComment
	err := p.s.one(ctx, func(r scanner) (err error) {
		c, err = scanPublicComment(r)
		return err
	}, `SELECT `+publicCommentColumns+` FROM public_comment c WHERE c.id = $1 AND c.article_code = $2`, int64(id), int64(code))
	return c, err
}

// Comments are the newest public comments of an article, or of all for code 0.
func (p *Public) Comments(ctx context.Context, code news.Code, limit int) ([]news.PublicComment, error) {
	news.Depend(ctx, code.CommentsDependency(), code.Dependency())
	var all []news.PublicComment
	scan := func(r scanner) error {
		c, err := scanPublicComment(r)
		all = append(all, c)
		return err
	}
	const newest = ` ORDER BY c.created_at DESC, c.id DESC LIMIT $1`
	if code == 0 {
		news.Depend(ctx, news.CommentList, news.LatestList) // what is withdrawn takes its comments along
		err := p.s.each(ctx, scan, `SELECT `+publicCommentColumns+` FROM public_comment c`+newest, limit)
		return all, err
	}
	news.Depend(ctx, code.CommentsDependency(), code.Dependency())
	err := p.s.each(ctx, scan, `SELECT `+publicCommentColumns+` FROM public_comment c WHERE c.article_code = $2`+newest, limit, int64(code))
	return all, err
}
