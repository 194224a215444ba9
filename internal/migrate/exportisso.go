package migrate

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// issoVoters is the size of the Bloom filter of voters' addresses that Isso keeps with a comment; of ours nobody is known.
const issoVoters = 256

// issoSchema makes the tables as Isso expects them, and one of ours that it does not look at: what it has no place for.
const issoSchema = `
CREATE TABLE preferences (key VARCHAR PRIMARY KEY, value VARCHAR);
CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL, modified FLOAT,
	mode INTEGER, remote_addr VARCHAR, text VARCHAR, author VARCHAR, email VARCHAR, website VARCHAR,
	likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0, voters BLOB NOT NULL, notification INTEGER DEFAULT 0);
CREATE TRIGGER remove_stale_threads AFTER DELETE ON comments BEGIN
	DELETE FROM threads WHERE id NOT IN (SELECT tid FROM comments);
END;
PRAGMA user_version = 3;
CREATE TABLE dabir_comment (id INTEGER PRIMARY KEY, own VARCHAR NOT NULL);`

// ExportIsso writes published and pending comments to a new SQLite file as Isso keeps them; rejected ones, for which Isso has no state,
// are counted as left out. The file must not be there or be empty.
func ExportIsso(ctx context.Context, from Archive, path string, opts ExportOptions) (ExportReport, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return ExportReport{}, err
	}
	q := url.Values{"_pragma": {"journal_mode(delete)", "synchronous(normal)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: absolute}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return ExportReport{}, err
	}
	db.SetMaxOpenConns(1)
	report, err := exportIsso(ctx, from, db, opts)
	return report, errors.Join(err, db.Close())
}

func exportIsso(ctx context.Context, from Archive, db *sql.DB, opts ExportOptions) (ExportReport, error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return ExportReport{}, err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, issoSchema); err != nil {
		return ExportReport{}, fmt.Errorf("the file must be a new one: %w", err)
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO comments (tid, id, parent, created, mode, remote_addr, text, author, email, likes, dislikes, voters)
		VALUES ($1, $2, $3, $4, $5, '', $6, $7, $8, $9, $10, $11)`)
	if err != nil {
		return ExportReport{}, err
	}
	defer insert.Close()
	own, err := tx.PrepareContext(ctx, `INSERT INTO dabir_comment (id, own) VALUES ($1, $2)`)
	if err != nil {
		return ExportReport{}, err
	}
	defer own.Close()
	report, err := export(ctx, from, &issoWriter{ctx: ctx, tx: tx, insert: insert, own: own, opts: opts}, opts)
	if err != nil {
		return report, err
	}
	return report, tx.Commit()
}

type issoWriter struct {
	ctx    context.Context
	tx     *sql.Tx
	insert *sql.Stmt
	own    *sql.Stmt
	opts   ExportOptions
	thread bool // the article's thread is written
	at     news.DiscussedArticle
}

func (w *issoWriter) article(a news.DiscussedArticle) error {
	w.at, w.thread = a, false
	return nil
}

func (w *issoWriter) comment(e news.ExportedComment) (bool, error) {
	c := e.Comment
	mode, ok := issoMode(c.State)
	if !ok {
		return false, nil
	}
	if !w.thread {
		w.thread = true
		if _, err := w.tx.ExecContext(w.ctx, `INSERT INTO threads (id, uri, title) VALUES ($1, $2, $3)`, int64(w.at.Code), w.at.Path, w.at.Headline); err != nil {
			return false, err
		}
	}
	var parent sql.NullInt64
	if _, known := issoMode(e.ParentState); known {
		parent = sql.NullInt64{Int64: int64(c.Parent), Valid: true}
	} else {
		e.ParentOrigin = "" // what it answers stays behind
	}
	_, err := w.insert.ExecContext(w.ctx, int64(c.Article), int64(c.ID), parent, float64(c.CreatedAt.UnixMilli())/1000, mode, issoMarkdown(c.Text),
		sql.NullString{String: c.Name, Valid: c.Name != ""}, sql.NullString{String: c.Email, Valid: c.Email != ""}, c.VotesUp, c.VotesDown, make([]byte, issoVoters))
	if err != nil {
		return false, err
	}
	line := jsonOf(e, w.at, w.opts.SiteURL)
	line.Text, line.Email = "", "" // Isso has them
	own, err := json.Marshal(line)
	if err != nil {
		return false, err
	}
	_, err = w.own.ExecContext(w.ctx, int64(c.ID), string(own))
	return err == nil, err
}

func (w *issoWriter) end() error { return nil }

// issoMarkdown writes plain text so that it looks the same when it is read as Markdown.
func issoMarkdown(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = markup.ToMarkdown(markup.FromText(line))
		if next := i + 1; next < len(lines) && lines[i] != "" && strings.TrimSpace(lines[next]) != "" {
			lines[i] += "  "
		}
	}
	return strings.Join(lines, "\n")
}
