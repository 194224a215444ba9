package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// ImportComments stores comments under articles that are here, in slices of at most 50 ms. depth is how many levels of replies there
// are; one that would stand deeper answers the comment above, and its outcome says so. An outcome stands for each item, in order; the
// error is for the rest, and what was stored before it stays stored.
func (s *Store) ImportComments(ctx context.Context, actor news.Actor, items []news.CommentImport, depth int) ([]news.CommentOutcome, error) {
	find := newFinder(nil)
	return inSlices(ctx, s, items, []string{"comment"}, func(t *tx, item *news.CommentImport) (news.CommentOutcome, error) {
		find.row = func(dest []any, query string, args ...any) error { return t.queryRow(query, args...).Scan(dest...) }
		return s.importComment(t, actor, find, item, depth)
	})
}

// CheckComments tells what ImportComments would do and changes nothing. It does not know what the items themselves would bring.
func (s *Store) CheckComments(ctx context.Context, items []news.CommentImport) ([]news.CommentOutcome, error) {
	find := newFinder(func(dest []any, query string, args ...any) error {
		return s.one(ctx, func(r scanner) error { return r.Scan(dest...) }, query, args...)
	})
	outcomes := make([]news.CommentOutcome, len(items))
	for i := range items {
		place, err := find.place(&items[i])
		if err != nil {
			return nil, err
		}
		outcomes[i] = place.outcome
	}
	return outcomes, nil
}

func (s *Store) importComment(t *tx, actor news.Actor, find *finder, item *news.CommentImport, depth int) (news.CommentOutcome, error) {
	place, err := find.place(item)
	out := place.outcome
	if err != nil || out.Existing || out.NoArticle || out.Waits {
		return out, err
	}
	c := item.Comment
	c.ID, c.Article, c.Parent = 0, place.article, place.parent
	if flat, err := find.flatten(c.Parent, depth); err != nil {
		return out, err
	} else if flat != c.Parent {
		c.Parent = flat
		out.Notes = append(out.Notes, "it answered too deep a reply; it answers the comment above now")
	}
	out.Refused, err = s.tryImport(t, c.Origin, func() error { return t.insertImported(actor, &c) })
	if out.Refused == "" {
		out.ID = c.ID
	}
	return out, err
}

func (t *tx) insertImported(actor news.Actor, c *news.Comment) error {
	if err := t.insertComment(c); err != nil {
		return err
	}
	t.commentEvent(actor.EventActor(), news.CommentImported, c)
	if c.EditedAt.IsZero() {
		return nil
	}
	return t.exec(`UPDATE comment SET edited_at = $2 WHERE id = $1`, int64(c.ID), ms(c.EditedAt))
}

// finder finds what comments refer to. It remembers the articles: a thread's comments come together.
type finder struct {
	row      func(dest []any, query string, args ...any) error // reads one row, or fails as not found
	articles map[string]news.Code                              // by origin; 0: there is none
}

func newFinder(row func([]any, string, ...any) error) *finder {
	return &finder{row: row, articles: map[string]news.Code{}}
}

// foundPlace is where an imported comment belongs, or why it does not.
type foundPlace struct {
	outcome news.CommentOutcome
	article news.Code
	parent  news.CommentID
}

func (f *finder) place(item *news.CommentImport) (at foundPlace, err error) {
	known, _, err := f.comment(item.Comment.Origin)
	if err != nil || known != 0 {
		at.outcome.ID, at.outcome.Existing = known, known != 0
		return at, err
	}
	if at.article, err = f.article(item.Article); err != nil || at.article == 0 {
		at.outcome.NoArticle = true
		return at, err
	}
	if item.Parent == "" {
		return at, nil
	}
	parent, under, err := f.comment(item.Parent)
	switch {
	case err != nil:
	case parent != 0 && under == at.article:
		at.parent = parent
	case parent != 0:
		at.outcome.Notes = append(at.outcome.Notes, "what it answers stands under another article; it answers nothing now")
	case item.Adopt:
		at.outcome.Notes = append(at.outcome.Notes, "what it answers is not here; it answers nothing now")
	default:
		at.outcome.Waits = true
	}
	return at, err
}

// comment finds a comment by its origin; a comment of our own that went out and comes back is known by its number and its instant.
func (f *finder) comment(origin string) (id news.CommentID, article news.Code, err error) {
	err = f.row([]any{&id, &article}, `SELECT id, article_code FROM comment WHERE origin = $1`, origin)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return id, article, err
	}
	own, at, ok := news.ParseOwnOrigin(origin)
	if !ok {
		return 0, 0, nil
	}
	err = f.row([]any{&id, &article}, `SELECT id, article_code FROM comment WHERE id = $1 AND created_at = $2 AND origin IS NULL`, int64(own), ms(at))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	return id, article, err
}

// article finds the article of a reference; 0 when there is none.
func (f *finder) article(ref news.ArticleRef) (news.Code, error) {
	for _, origin := range ref.Origins {
		code, asked := f.articles[origin]
		if !asked {
			err := f.row([]any{&code}, `SELECT code FROM article WHERE origin = $1`, origin)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return 0, err
			}
			f.articles[origin] = code
		}
		if code != 0 {
			return code, nil
		}
	}
	if ref.Code == 0 {
		return 0, nil
	}
	var code news.Code
	err := f.row([]any{&code}, `SELECT code FROM article WHERE code = $1`, int64(ref.Code))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return code, err
}

// flatten finds what a reply to parent answers where replies have depth levels.
func (f *finder) flatten(parent news.CommentID, depth int) (news.CommentID, error) {
	var line []news.CommentID // from the parent up to what answers nothing
	for at := parent; at != 0; {
		line = append(line, at)
		var above sql.NullInt64
		if err := f.row([]any{&above}, `SELECT parent_id FROM comment WHERE id = $1`, int64(at)); err != nil {
			return 0, err
		}
		at = news.CommentID(above.Int64)
	}
	if len(line) <= depth {
		return parent, nil
	}
	slices.Reverse(line)
	return line[max(1, depth)-1], nil
}

// NoteExport logs that comments are taken out in bulk, and whether with e-mails.
func (s *Store) NoteExport(ctx context.Context, actor news.Actor, emails bool) error {
	return s.inTx(ctx, func(t *tx) error {
		data := map[string]string{"emails": "no"}
		if emails {
			data["emails"] = "yes"
		}
		t.event(news.Event{Actor: actor.EventActor(), Kind: news.CommentsExported, SubjectKind: "comments", Data: data})
		return nil
	})
}

// exported are the states of comments that leave the newsroom: whatever still has its words.
const exported = `('pending', 'published', 'rejected')`

// DiscussedArticles lists articles with comments by their code, in whatever state they are.
func (s *Store) DiscussedArticles(ctx context.Context, after news.Code, limit int) ([]news.DiscussedArticle, error) {
	var all []news.DiscussedArticle
	err := s.each(ctx, func(r scanner) error {
		var a news.DiscussedArticle
		var slug string
		var at int64
		err := r.Scan(&a.Code, &a.Origin, &a.Headline, &slug, &at)
		a.Path, a.At = news.ArticlePath(a.Code, slug), fromMS(at)
		all = append(all, a)
		return err
	}, `SELECT a.code, COALESCE(a.origin, ''), r.headline, r.slug, COALESCE(a.published_at, a.created_at)
		FROM article a JOIN revision r ON r.id = COALESCE(a.public_revision, a.working_revision)
		WHERE a.code > $1 AND EXISTS (SELECT 1 FROM comment c WHERE c.article_code = a.code AND c.state IN `+exported+`)
		ORDER BY a.code LIMIT $2`, int64(after), limit)
	return all, err
}

// ArticleComments is a page of an article's comments by their number, so that parents stand before what answers them. Pseudonyms,
// networks, persons and receipts are left out, e-mails too unless the query asks for them.
func (s *Store) ArticleComments(ctx context.Context, q news.ExportQuery) ([]news.ExportedComment, error) {
	var all []news.ExportedComment
	err := s.each(ctx, func(r scanner) error {
		var parentOrigin, parentState string
		var parentAt int64
		c, err := scanComment(r, &parentOrigin, &parentState, &parentAt)
		if err != nil {
			return err
		}
		all = append(all, exportedComment(c, q.Emails))
		e := &all[len(all)-1]
		if e.ParentState = news.CommentState(parentState); e.ParentState == "" {
			e.Comment.Parent = 0
		} else if e.ParentOrigin = parentOrigin; parentOrigin == "" {
			e.ParentOrigin = news.OwnOrigin(c.Parent, fromMS(parentAt))
		}
		return nil
	}, `SELECT `+commentColumns+`, COALESCE(p.origin, ''), COALESCE(p.state, ''), COALESCE(p.created_at, 0)
		FROM comment c LEFT JOIN comment p ON p.id = c.parent_id AND p.state IN `+exported+`
		WHERE c.article_code = $1 AND c.id > $2 AND c.state IN `+exported+` ORDER BY c.id LIMIT $3`, int64(q.Article), int64(q.After), q.Limit)
	return all, err
}

// exportedComment takes over what an export tells, field by field, so that a new column does not leave the newsroom by itself.
func exportedComment(c news.Comment, emails bool) news.ExportedComment {
	out := news.Comment{
		ID: c.ID, Article: c.Article, Parent: c.Parent, State: c.State, Name: c.Name, Text: c.Text, Country: c.Country, ByNewsroom: c.ByNewsroom,
		CreatedAt: c.CreatedAt, DecidedAt: c.DecidedAt, EditedAt: c.EditedAt, Reason: c.Reason, VotesUp: c.VotesUp, VotesDown: c.VotesDown,
	}
	if emails {
		out.Email = c.Email
	}
	origin := c.Origin
	if origin == "" {
		origin = news.OwnOrigin(c.ID, c.CreatedAt)
	}
	return news.ExportedComment{Comment: out, Origin: origin}
}
