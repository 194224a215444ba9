package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver of Isso's file

	"github.com/dabir-newsroom/dabir/internal/news"
)

// The modes of Isso's comments.
const (
	issoAccepted = 1
	issoPending  = 2
	issoDeleted  = 4
)

// issoSource reads Isso's SQLite file, which it never changes.
type issoSource struct {
	db   *sql.DB
	rows *sql.Rows
	n    int
}

// openIsso opens the file read-only, without trust in its schema, and only when what it has under the names of Isso's tables are tables.
func openIsso(ctx context.Context, path string) (letterSource, error) {
	if err := isSQLite(path); err != nil {
		return nil, err
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	q := url.Values{"mode": {"ro"}, "_pragma": {"query_only(1)", "trusted_schema(0)", "cell_size_check(1)", "mmap_size(0)", "busy_timeout(2000)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: absolute}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	s := &issoSource{db: db}
	if err := s.open(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("this is no file of Isso: %w", err)
	}
	return s, nil
}

func isSQLite(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	start := make([]byte, 16)
	if _, err := io.ReadFull(file, start); err != nil || string(start) != "SQLite format 3\x00" {
		return errors.New("this is no file of Isso: it is no SQLite database")
	}
	return nil
}

func (s *issoSource) open(ctx context.Context) error {
	var tables int
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM pragma_table_list WHERE name IN ('comments', 'threads') AND schema = 'main' AND type = 'table'
		AND NOT EXISTS (SELECT 1 FROM pragma_table_xinfo(pragma_table_list.name) WHERE hidden <> 0)`).Scan(&tables)
	if err != nil {
		return err
	}
	if tables != 2 {
		return errors.New("it has no tables of comments and threads")
	}
	text := func(column string) string { // what is too long is not even read
		return fmt.Sprintf("CASE WHEN octet_length(%[1]s) <= %[2]d THEN CAST(%[1]s AS TEXT) END", column, maxLetter)
	}
	own, join := "NULL", ""
	var ours int
	if err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM pragma_table_list WHERE name = 'dabir_comment' AND type = 'table'`).Scan(&ours); err != nil {
		return err
	}
	if ours == 1 {
		own, join = text("o.own"), " LEFT JOIN dabir_comment o ON o.id = c.id"
	}
	s.rows, err = s.db.QueryContext(ctx, `SELECT c.id, COALESCE(c.parent, 0), c.created, c.mode, `+text("c.text")+`, octet_length(c.text), `+
		text("c.author")+`, `+text("c.email")+`, `+text("c.remote_addr")+`, COALESCE(c.likes, 0), COALESCE(c.dislikes, 0), `+text("t.uri")+`, `+own+`
		FROM comments c LEFT JOIN threads t ON t.id = c.tid`+join+` ORDER BY c.id`)
	return err
}

func (s *issoSource) close() error {
	return errors.Join(s.rows.Close(), s.db.Close())
}

func (s *issoSource) next() (letter, error) {
	if !s.rows.Next() {
		if err := s.rows.Err(); err != nil {
			return letter{}, err
		}
		return letter{}, io.EOF
	}
	s.n++
	l := letter{line: s.n}
	var id, parent, mode, up, down int64
	var created float64
	var text, author, email, address, uri, own sql.NullString
	var length sql.NullInt64
	err := s.rows.Scan(&id, &parent, &created, &mode, &text, &length, &author, &email, &address, &up, &down, &uri, &own)
	if err != nil { // SQLite takes anything into any column
		l.refuse("a field of it is of the wrong kind")
		return l, nil
	}
	l.id = strconv.FormatInt(id, 10)
	if parent != 0 {
		l.parent = strconv.FormatInt(parent, 10)
	}
	l.article, l.address = articleKey{address: uri.String}, address.String
	l.comment.Email = email.String
	l.setName(author.String)
	l.comment.VotesUp, l.comment.VotesDown = int(min(up, math.MaxInt32)), int(min(down, math.MaxInt32))
	if created > 0 && created < 1e11 {
		l.comment.CreatedAt = time.UnixMilli(int64(math.Round(created * 1000))).UTC()
	}
	l.setState(mode == issoDeleted, false, mode == issoAccepted)
	if mode != issoAccepted && mode != issoPending && mode != issoDeleted {
		l.refuse(fmt.Sprintf("its mode, %d, is unknown", mode))
	}
	if length.Valid && !text.Valid {
		l.fits(strings.Repeat(" ", maxLetter+1))
		return l, nil
	}
	l.comment.Text = plainMarkdown(text.String)
	if own.String != "" {
		l.takeIssoOwn(own.String)
	}
	return l, nil
}

// takeIssoOwn lets what a Dabir wrote beside a comment count over what Isso has a place for.
func (l *letter) takeIssoOwn(own string) {
	var told letter
	if err := parseJSONComment([]byte(own), &told); err != nil || told.origin == "" {
		return
	}
	l.origin, l.parentOrigin, l.article = told.origin, told.parentOrigin, told.article
	told.comment.Text, told.comment.Email = l.comment.Text, l.comment.Email
	l.comment = told.comment
}

// issoMode is the state of a comment in Isso; ok is false for what it does not know.
func issoMode(state news.CommentState) (mode int, ok bool) {
	switch state {
	case news.CommentPublished:
		return issoAccepted, true
	case news.CommentPending:
		return issoPending, true
	}
	return 0, false
}
