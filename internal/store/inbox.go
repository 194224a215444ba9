package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// inboxes are the conditions of the parts of a desk; "" is everything that is not in the trash. A part of several conditions is their
// union; no article meets two of them. Each condition, alone or with a section or a holder, has an index of migration 0010 that gives
// the order of the list, so that a list costs what it shows, not what there is (TestEveryDeskListHasItsIndex).
var inboxes = map[news.Inbox][]string{
	"":                  {`a.trashed_at IS NULL`},
	news.InboxMine:      {`a.trashed_at IS NULL AND a.state = 'draft' AND a.return_reason = ''`},
	news.InboxReturned:  {`a.trashed_at IS NULL AND a.state = 'draft' AND a.return_reason <> ''`},
	news.InboxWaiting:   {`a.trashed_at IS NULL AND a.state = 'submitted'`},
	news.InboxScheduled: {`a.trashed_at IS NULL AND a.state = 'scheduled'`, `a.trashed_at IS NULL AND a.state <> 'scheduled' AND a.change_at IS NOT NULL`},
	news.InboxRecent:    {`a.trashed_at IS NULL AND a.state = 'published'`},
	news.InboxTrash:     {`a.trashed_at IS NOT NULL`},
}

// argList numbers the arguments of a statement that is put together.
type argList []any

// add takes an argument and returns its mark.
func (l *argList) add(v any) string {
	*l = append(*l, v)
	return "$" + strconv.Itoa(len(*l))
}

// deskKeys is the statement that finds which articles a page of the newsroom's list shows: a union of branches, each of which reads no
// more than a page from one index.
func deskKeys(f news.ArticleFilter, args *argList) string {
	before := descending(f.After)
	tail := ` AND (a.updated_at, a.code) < (` + args.add(before.At) + `, ` + args.add(before.ID) + `)`
	limit := args.add(f.Limit + 1)
	from := `article a`
	if len(f.Codes) > 0 {
		var marks []string
		for _, code := range f.Codes {
			marks = append(marks, args.add(int64(code)))
		}
		tail += ` AND a.code IN (` + strings.Join(marks, `, `) + `)`
	} else if f.Text != "" {
		code, _ := news.ParseCode(persian.LatinDigits(f.Text))
		from += ` JOIN revision r ON r.id = a.working_revision`
		tail += ` AND (r.headline LIKE ` + args.add(likePattern(f.Text)) + ` ESCAPE '!' OR a.code = ` + args.add(int64(code)) + `)`
	}
	if f.Person != 0 && (f.Inbox == news.InboxMine || f.Inbox == news.InboxReturned || f.Inbox == news.InboxTrash) {
		tail = ` AND a.holder = ` + args.add(int64(f.Person)) + tail
	}
	var branches []string
	for _, part := range narrowed(f, args) {
		branches = append(branches, `SELECT * FROM (SELECT a.updated_at, a.code FROM `+from+` WHERE `+part+tail+
			` ORDER BY a.updated_at DESC, a.code DESC LIMIT `+limit+`) branch`)
	}
	return strings.Join(branches, ` UNION ALL `) + ` ORDER BY 1 DESC, 2 DESC LIMIT ` + limit
}

// narrowed are the conditions of a filter's inbox, each for one state and one section where the filter names some.
func narrowed(f news.ArticleFilter, args *argList) []string {
	parts := inboxes[f.Inbox]
	section := func(id news.SectionID) string { return `a.desk_section = ` + args.add(int64(id)) }
	states := []news.State{f.State}
	if f.State == "" && f.Inbox == "" && (len(f.Sections) > 0 || f.Section != 0) {
		states = news.States() // the index of sections has the state before the time
	}
	if f.State != "" || len(states) > 1 {
		parts = product(parts, states, func(s news.State) string { return `a.state = ` + args.add(string(s)) })
	}
	if len(f.Sections) > 0 {
		parts = product(parts, f.Sections, section)
	}
	if f.Section != 0 {
		parts = product(parts, []news.SectionID{f.Section}, section)
	}
	return parts
}

// product joins every condition with every value's.
func product[T any](parts []string, values []T, condition func(T) string) []string {
	var all []string
	for _, v := range values {
		narrow := condition(v)
		for _, part := range parts {
			all = append(all, part+` AND `+narrow)
		}
	}
	return all
}

// Articles is the newsroom's list, most recently changed first.
func (s *Store) Articles(ctx context.Context, f news.ArticleFilter) (news.ArticleRows, error) {
	query, args := s.deskList(f)
	var page news.ArticleRows
	err := s.each(ctx, func(r scanner) error {
		var row news.ArticleRow
		var updated int64
		var published, publishAt, embargo sql.NullInt64
		err := r.Scan(&row.Code, &row.State, &row.Headline, &row.Kind, &row.SectionName, &updated, &row.UpdatedBy, &published, &row.Changed,
			&row.Holder, &row.Reason, &publishAt, &embargo, &row.LockedBy)
		row.UpdatedAt, row.PublishedAt = fromMS(updated), fromNullMS(published)
		row.PublishAt, row.Embargo = fromNullMS(publishAt), fromNullMS(embargo)
		page.Rows = append(page.Rows, row)
		return err
	}, query, args...)
	if len(page.Rows) > f.Limit {
		page.Rows = page.Rows[:f.Limit]
		last := page.Rows[f.Limit-1]
		page.Next = news.Cursor{At: ms(last.UpdatedAt), ID: int64(last.Code)}
	}
	return page, err
}

// deskList is the statement of Articles.
func (s *Store) deskList(f news.ArticleFilter) (query string, args argList) {
	keys := deskKeys(f, &args)
	return `SELECT a.code, a.state, r.headline, r.kind, s.name, a.updated_at, COALESCE(u.name, ''), a.published_at,
			a.state = 'published' AND a.working_revision <> a.public_revision,
			COALESCE(h.name, ''), a.return_reason, COALESCE(a.publish_at, a.change_at), a.embargo_until, COALESCE(w.name, '')
		FROM (` + keys + `) k JOIN article a ON a.code = k.code
		JOIN revision r ON r.id = a.working_revision JOIN section s ON s.id = r.section_id
		LEFT JOIN newsuser u ON u.id = a.updated_by LEFT JOIN newsuser h ON h.id = a.holder
		LEFT JOIN article_lock l ON l.article_code = a.code AND l.seen_at > ` + args.add(ms(s.now().Add(-news.LockLife))) + ` AND l.user_id <> ` + args.add(int64(f.Viewer)) + `
		LEFT JOIN newsuser w ON w.id = l.user_id
		ORDER BY k.updated_at DESC, k.code DESC`, args
}

// descending is where a list from the highest key downwards goes on: the cursor, or above everything at the beginning.
func descending(c news.Cursor) news.Cursor {
	if c.IsZero() {
		return news.Cursor{At: 1<<63 - 1, ID: 1<<63 - 1}
	}
	return c
}
