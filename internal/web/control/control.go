// Package control is the local socket of a serving Dabir: by it the commands (import, export, user, lint, moderation, reindex, names) act through the process that
// owns the newsroom's folder. It speaks HTTP with JSON on a Unix socket that only the folder's owner can open; what comes
// in is trusted as much as whoever could open the database itself.
package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/dabir-newsroom/dabir/internal/auth"
	"github.com/dabir-newsroom/dabir/internal/backup"
	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/indexing"
	"github.com/dabir-newsroom/dabir/internal/moderation"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// Newsroom is what can be done by the socket, and what its client offers in turn.
type Newsroom interface {
	Import(ctx context.Context, items []news.Import) ([]news.ImportOutcome, error)
	CheckImport(ctx context.Context, items []news.Import) ([]news.ImportOutcome, error)
	// AddUser makes a user and returns a one-time sign-in address for them.
	AddUser(ctx context.Context, u NewUser) (link string, err error)
	// LinkUser returns a new one-time sign-in address for a user.
	LinkUser(ctx context.Context, username string) (link string, err error)
	// TrainModel learns from examples of a file, and from all decisions.
	TrainModel(ctx context.Context, examples []moderation.Example) (discussion.ModelReport, error)
	// CheckText tells what lists and model say of a text.
	CheckText(ctx context.Context, text string) (discussion.Judgement, error)
	// HouseEntries is the house's style in force.
	HouseEntries(ctx context.Context) ([]news.HouseEntry, error)
	// Reindex begins to build the search indexes anew, and tells how far they are.
	Reindex(ctx context.Context) (indexing.Progress, error)
	// ReindexState tells how far the search indexes are.
	ReindexState(ctx context.Context) (indexing.Progress, error)
	// LoadNames loads names that are looked for in texts and returns how many were loaded in all.
	LoadNames(ctx context.Context, names []string, replace bool) (known int, err error)
}

// Copies is what keeps a newsroom from being lost.
type Copies interface {
	// Backup makes a copy, in the place of the settings or, unless it is "", in another.
	Backup(ctx context.Context, to string) (backup.Report, error)
	// Verify looks whether everything is whole.
	Verify(ctx context.Context) (Verified, error)
}

// Verified is what a look through the newsroom gave.
type Verified struct {
	Faults   []string // each in the languages of the catalogs, ready to be shown
	Event    int64    // the newest event
	Compared int      // files whose checksum a copy knew
}

// Comments is what can be done with comments in bulk.
type Comments interface {
	ImportComments(ctx context.Context, items []news.CommentImport) ([]news.CommentOutcome, error)
	CheckComments(ctx context.Context, items []news.CommentImport) ([]news.CommentOutcome, error)
	// BeginExport notes in the log that comments are taken out.
	BeginExport(ctx context.Context, emails bool) error
	DiscussedArticles(ctx context.Context, after news.Code, limit int) ([]news.DiscussedArticle, error)
	ArticleComments(ctx context.Context, q news.ExportQuery) ([]news.ExportedComment, error)
}

// NewUser is a person whose sections are named as people know them.
type NewUser struct {
	auth.NewUser
	In []string // sections by name or slug; none: all
}

const (
	socketMode = 0o600
	maxBody    = 256 << 20 // a batch of articles
)

// call is the name of a method, its path on the socket.
type call string

const (
	callImport      call = "/import"
	callCheckImport call = "/import/check"
	callAddUser     call = "/user"
	callLinkUser    call = "/user/link"
	callTrain       call = "/moderation/train"
	callCheckText   call = "/moderation/check"
	callHouse       call = "/house"
	callReindex     call = "/reindex"
	callIndexState  call = "/reindex/state"
	callNames       call = "/names"
	callBackup      call = "/backup"
	callVerify      call = "/verify"

	callImportComments call = "/comments/import"
	callCheckComments  call = "/comments/import/check"
	callBeginExport    call = "/comments/export"
	callDiscussed      call = "/comments/export/articles"
	callArticle        call = "/comments/export/article"
)

// failure is an error on its way through the socket.
type failure struct {
	Kind    news.Kind
	Key     string
	Field   string
	Message string
}

// Handler answers on the socket.
func Handler(n Newsroom, c Comments, copies Copies, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	answer(mux, log, callImport, n.Import)
	answer(mux, log, callCheckImport, n.CheckImport)
	answer(mux, log, callAddUser, n.AddUser)
	answer(mux, log, callLinkUser, n.LinkUser)
	answer(mux, log, callTrain, n.TrainModel)
	answer(mux, log, callCheckText, n.CheckText)
	answer(mux, log, callHouse, func(ctx context.Context, _ struct{}) ([]news.HouseEntry, error) { return n.HouseEntries(ctx) })
	answer(mux, log, callReindex, func(ctx context.Context, _ struct{}) (indexing.Progress, error) { return n.Reindex(ctx) })
	answer(mux, log, callIndexState, func(ctx context.Context, _ struct{}) (indexing.Progress, error) { return n.ReindexState(ctx) })
	answer(mux, log, callNames, func(ctx context.Context, in names) (int, error) { return n.LoadNames(ctx, in.Names, in.Replace) })
	answer(mux, log, callBackup, copies.Backup)
	answer(mux, log, callVerify, func(ctx context.Context, _ struct{}) (Verified, error) { return copies.Verify(ctx) })
	answer(mux, log, callImportComments, c.ImportComments)
	answer(mux, log, callCheckComments, c.CheckComments)
	answer(mux, log, callBeginExport, func(ctx context.Context, emails bool) (struct{}, error) {
		return struct{}{}, c.BeginExport(ctx, emails)
	})
	answer(mux, log, callDiscussed, func(ctx context.Context, p articlePage) ([]news.DiscussedArticle, error) {
		return c.DiscussedArticles(ctx, p.After, p.Limit)
	})
	answer(mux, log, callArticle, c.ArticleComments)
	return mux
}

// articlePage asks for a page of articles.
type articlePage struct {
	After news.Code
	Limit int
}

// names is what LoadNames is called with.
type names struct {
	Names   []string
	Replace bool
}

// answer serves one method: the argument is the request's JSON, the result the answer's.
func answer[In, Out any](mux *http.ServeMux, log *slog.Logger, c call, do func(context.Context, In) (Out, error)) {
	mux.HandleFunc("POST "+string(c), func(w http.ResponseWriter, r *http.Request) {
		var in In
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		out, err := do(r.Context(), in)
		if err != nil {
			log.Error("a local command failed", "call", c, "err", err)
			w.WriteHeader(http.StatusUnprocessableEntity)
			json.NewEncoder(w).Encode(asFailure(err))
			return
		}
		json.NewEncoder(w).Encode(out)
	})
}

func asFailure(err error) failure {
	f := failure{Kind: news.KindOf(err), Message: err.Error()}
	if all := news.Errors(err); len(all) > 0 {
		f.Key, f.Field = all[0].Key, all[0].Field
	}
	return f
}

// maxPath is what a socket's address holds on Linux (unix(7)), less its closing zero.
const maxPath = 107

// Listen opens the socket at path, in place of one that a killed process left; the caller holds the folder's lock.
func Listen(path string) (net.Listener, error) {
	if len(path) > maxPath {
		return nil, fmt.Errorf("the folder's path is too long for a local socket: %d bytes with the socket's name, at most %d", len(path), maxPath)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, socketMode); err != nil {
		listener.Close()
		return nil, err
	}
	return listener, nil
}

// Client is the other end: a Newsroom and its Comments in another process.
type Client struct{ http *http.Client }

// NewClient talks to the socket at path; nothing is opened before the first call.
func NewClient(path string) *Client {
	return &Client{&http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		},
	}}}
}

// Import stores articles through the serving process.
func (c *Client) Import(ctx context.Context, items []news.Import) ([]news.ImportOutcome, error) {
	return send[[]news.Import, []news.ImportOutcome](ctx, c, callImport, items)
}

// CheckImport tells what Import would do.
func (c *Client) CheckImport(ctx context.Context, items []news.Import) ([]news.ImportOutcome, error) {
	return send[[]news.Import, []news.ImportOutcome](ctx, c, callCheckImport, items)
}

// AddUser makes a user through the serving process.
func (c *Client) AddUser(ctx context.Context, u NewUser) (string, error) {
	return send[NewUser, string](ctx, c, callAddUser, u)
}

// LinkUser makes a sign-in link through the serving process.
func (c *Client) LinkUser(ctx context.Context, username string) (string, error) {
	return send[string, string](ctx, c, callLinkUser, username)
}

// TrainModel trains in the serving process.
func (c *Client) TrainModel(ctx context.Context, examples []moderation.Example) (discussion.ModelReport, error) {
	return send[[]moderation.Example, discussion.ModelReport](ctx, c, callTrain, examples)
}

// CheckText asks the serving process about a text.
func (c *Client) CheckText(ctx context.Context, text string) (discussion.Judgement, error) {
	return send[string, discussion.Judgement](ctx, c, callCheckText, text)
}

// HouseEntries reads the house's style through the serving process.
func (c *Client) HouseEntries(ctx context.Context) ([]news.HouseEntry, error) {
	return send[struct{}, []news.HouseEntry](ctx, c, callHouse, struct{}{})
}

// Reindex begins to build the search indexes of the serving process anew.
func (c *Client) Reindex(ctx context.Context) (indexing.Progress, error) {
	return send[struct{}, indexing.Progress](ctx, c, callReindex, struct{}{})
}

// ReindexState tells how far the search indexes of the serving process are.
func (c *Client) ReindexState(ctx context.Context) (indexing.Progress, error) {
	return send[struct{}, indexing.Progress](ctx, c, callIndexState, struct{}{})
}

// LoadNames loads names through the serving process.
func (c *Client) LoadNames(ctx context.Context, list []string, replace bool) (int, error) {
	return send[names, int](ctx, c, callNames, names{list, replace})
}

// Backup makes a copy through the serving process.
func (c *Client) Backup(ctx context.Context, to string) (backup.Report, error) {
	return send[string, backup.Report](ctx, c, callBackup, to)
}

// Verify looks through the newsroom by the serving process.
func (c *Client) Verify(ctx context.Context) (Verified, error) {
	return send[struct{}, Verified](ctx, c, callVerify, struct{}{})
}

// ImportComments stores comments through the serving process.
func (c *Client) ImportComments(ctx context.Context, items []news.CommentImport) ([]news.CommentOutcome, error) {
	return send[[]news.CommentImport, []news.CommentOutcome](ctx, c, callImportComments, items)
}

// CheckComments tells what ImportComments would do.
func (c *Client) CheckComments(ctx context.Context, items []news.CommentImport) ([]news.CommentOutcome, error) {
	return send[[]news.CommentImport, []news.CommentOutcome](ctx, c, callCheckComments, items)
}

// BeginExport notes in the log that comments are taken out.
func (c *Client) BeginExport(ctx context.Context, emails bool) error {
	_, err := send[bool, struct{}](ctx, c, callBeginExport, emails)
	return err
}

// DiscussedArticles lists articles that have comments.
func (c *Client) DiscussedArticles(ctx context.Context, after news.Code, limit int) ([]news.DiscussedArticle, error) {
	return send[articlePage, []news.DiscussedArticle](ctx, c, callDiscussed, articlePage{after, limit})
}

// ArticleComments reads an article's comments.
func (c *Client) ArticleComments(ctx context.Context, q news.ExportQuery) ([]news.ExportedComment, error) {
	return send[news.ExportQuery, []news.ExportedComment](ctx, c, callArticle, q)
}

func send[In, Out any](ctx context.Context, c *Client, path call, in In) (Out, error) {
	var out Out
	body, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	// The host is a name for the request line only: the transport dials the socket.
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://dabir"+string(path), bytes.NewReader(body))
	if err != nil {
		return out, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return out, fmt.Errorf("the serving Dabir does not answer: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return out, json.NewDecoder(response.Body).Decode(&out)
	}
	said, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	var f failure
	if err := json.Unmarshal(said, &f); err != nil {
		return out, fmt.Errorf("the serving Dabir answered %s: %s", response.Status, bytes.TrimSpace(said))
	}
	if f.Key == "" { // said in words, for whoever typed the command
		return out, errors.New(f.Message)
	}
	return out, &news.Error{Kind: f.Kind, Key: f.Key, Field: f.Field, Err: errors.New(f.Message)}
}
