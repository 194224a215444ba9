package discussion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Spool keeps comments on this node while no database takes writes: one file each, as private as the database and gone once it was handed over.
// What it has taken survives the process, not the loss of the node. Its methods may be called from many goroutines.
type Spool struct {
	dir  string
	most int

	mu    sync.Mutex
	kept  map[string]spoolKey // by action id
	woken chan struct{}
}

// spoolKey is what is held in memory of a comment in the spool.
type spoolKey struct {
	receipt, pseudonym string
	article            news.Code
	at                 time.Time
}

// spooled is a comment in the spool as its file holds it. There is no address in it.
type spooled struct {
	Action    string
	Article   news.Code
	Parent    news.CommentID
	Name      string
	Email     string
	Text      string
	Country   string
	Pseudonym string
	Network   string
	Person    string
	Receipt   string // keyed hash of the code
	SentAt    time.Time
	Banned    *news.Finding `json:",omitempty"`
}

// spoolFile is how the file of an action is called.
var spoolFile = regexp.MustCompile(`^(sent\.[0-9a-f]{64})\.json$`)

// OpenSpool opens the folder, making it when absent, and finds what an earlier process left. It takes up to most comments; 0: none, what is
// there is handed over all the same.
func OpenSpool(dir string, most int) (*Spool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &Spool{dir: dir, most: most, kept: map[string]spoolKey{}, woken: make(chan struct{}, 1)}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		name := spoolFile.FindStringSubmatch(entry.Name())
		if name == nil {
			if strings.HasSuffix(entry.Name(), ".tmp") {
				_ = os.Remove(filepath.Join(dir, entry.Name())) // half a comment that nobody was told is stored
			}
			continue
		}
		one, err := s.read(name[1])
		if err != nil {
			return nil, fmt.Errorf("a comment that waits in %s: %w", entry.Name(), err)
		}
		s.kept[one.Action] = one.key()
	}
	return s, nil
}

func (e spooled) key() spoolKey { return spoolKey{e.Receipt, e.Pseudonym, e.Article, e.SentAt} }

// comment is what it is about, before anybody but the bans has looked at it.
func (e spooled) comment() news.Comment {
	return news.Comment{
		Article: e.Article, Parent: e.Parent, State: news.CommentPending, Name: e.Name, Email: e.Email, Text: e.Text, Country: e.Country,
		Pseudonym: e.Pseudonym, Network: e.Network, Person: e.Person, CreatedAt: e.SentAt, ReceiptHash: e.Receipt,
	}
}

// Waiting is how many comments wait, and since when the first of them does; the zero time when none. A nil spool has none.
func (s *Spool) Waiting() (many int, since time.Time) {
	if s == nil {
		return 0, time.Time{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.kept {
		if since.IsZero() || one.at.Before(since) {
			since = one.at
		}
	}
	return len(s.kept), since
}

var errSpoolFull = errors.New("the spool of comments is full")

// put keeps a comment: durable when it returns. The same action again changes nothing. TooMany for a writer who reached the limit with what
// waits here; another error when it is full or the disk refuses.
func (s *Spool) put(e spooled, limit news.CommentLimit) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.kept[e.Action]; there {
		return nil
	}
	if len(s.kept) >= s.most {
		return errSpoolFull
	}
	sent := 0
	for _, other := range s.kept {
		if other.pseudonym == e.Pseudonym && other.article == e.Article && e.SentAt.Sub(other.at) < limit.Window {
			sent++
		}
	}
	if limit.Count > 0 && sent >= limit.Count {
		return news.Fail(news.TooMany, "error.comment_rate")
	}
	if err := s.write(e); err != nil {
		return err
	}
	s.kept[e.Action] = e.key()
	select {
	case s.woken <- struct{}{}:
	default:
	}
	return nil
}

func (s *Spool) path(action string) string { return filepath.Join(s.dir, action+".json") }

// write makes the file durable: its bytes, then its name.
func (s *Spool) write(e spooled) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	half := s.path(e.Action) + ".tmp"
	f, err := os.OpenFile(half, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(half, s.path(e.Action))
	}
	if err == nil {
		err = s.sync()
	}
	if err != nil {
		_ = os.Remove(half)
		_ = os.Remove(s.path(e.Action)) // nobody is told that it is kept
	}
	return err
}

// sync makes the names in the folder durable.
func (s *Spool) sync() error {
	dir, err := os.Open(s.dir)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (s *Spool) read(action string) (e spooled, err error) {
	text, err := os.ReadFile(s.path(action))
	if err == nil {
		err = json.Unmarshal(text, &e)
	}
	if err == nil && e.Action != action {
		err = errors.New("its name is not that of what is in it")
	}
	return e, err
}

// find is the comment of a receipt's hash that waits here; ok is false when there is none.
func (s *Spool) find(receipt string) (e spooled, ok bool) {
	if s == nil {
		return e, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for action, key := range s.kept {
		if key.receipt == receipt {
			e, err := s.read(action)
			return e, err == nil
		}
	}
	return e, false
}

// waiting are the action ids of what waits, oldest first.
func (s *Spool) waiting() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]string, 0, len(s.kept))
	for action := range s.kept {
		all = append(all, action)
	}
	slices.SortFunc(all, func(a, b string) int {
		if c := s.kept[a].at.Compare(s.kept[b].at); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	return all
}

// drop forgets what was handed over. When the process ends before that is durable, it is handed over again and recognised by its action id.
func (s *Spool) drop(action string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.Remove(s.path(action)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	delete(s.kept, action)
	return s.sync()
}

// keep puts a comment into the spool, as far as it can be judged without the database: nothing is asked that only the database knows.
func (d *Desk) keep(ctx context.Context, made prepared) (Submitted, error) {
	// A standby may know that there is nothing to comment on; when nobody knows, that is judged when it is handed over.
	err := d.open(news.MayBeOld(ctx, func() {}), made.comment.Article)
	if kind := news.KindOf(err); err != nil && (kind == news.NotFound || kind == news.Conflict) {
		return Submitted{}, err
	}
	c := made.comment
	err = d.settings.Spool.put(spooled{Action: made.action, Article: c.Article, Parent: c.Parent, Name: c.Name, Email: c.Email, Text: c.Text, Country: c.Country,
		Pseudonym: c.Pseudonym, Network: c.Network, Person: c.Person, Receipt: c.ReceiptHash, SentAt: c.CreatedAt, Banned: made.banned}, d.settings.Limit)
	switch {
	case err != nil && news.KindOf(err) == news.TooMany:
		return Submitted{}, err
	case err != nil:
		return Submitted{}, &news.Error{Kind: news.Unavailable, Key: "error.no_primary", Err: errors.Join(news.ErrNoPrimary, err)}
	}
	return Submitted{Comment: c, Receipt: made.receipt, Cookie: made.cookie, Waits: true}, nil
}

// deliverEvery is how often the spool tries to hand over what waits, and asks for the keys that it needs when no database answers.
const deliverEvery = time.Second

// ErrUntaken is told of a comment of the spool that names an article which is not there. It is handed over as not taken, and its receipt says so.
var ErrUntaken = errors.New("a comment that waited was not taken: there is no such article")

// Deliver hands over what the spool keeps, oldest first, whenever a database takes it, until ctx ends. said is told what became of it: how
// many were handed over, and ErrUntaken for those that nobody could take, or why one could not be handed over.
func (d *Desk) Deliver(ctx context.Context, said func(delivered int, err error)) {
	spool := d.settings.Spool
	if spool == nil {
		return
	}
	var warmed time.Time
	for tick := time.NewTicker(deliverEvery); ; {
		if time.Since(warmed) >= keyHeld && d.warm(ctx) == nil {
			warmed = time.Now()
		}
		n, err := d.deliver(ctx, spool)
		if errors.Is(err, news.ErrNoPrimary) || ctx.Err() != nil {
			err = nil // that is why they wait
		}
		if n > 0 || err != nil {
			said(n, err)
		}
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

// warm brings into memory what a comment needs of the database before it can be kept without one: the keys and the bans.
func (d *Desk) warm(ctx context.Context) error {
	if _, err := d.bans.Check(ctx, netip.Addr{}, "", ""); err != nil {
		return err
	}
	if _, err := d.receipt(ctx, ""); err != nil {
		return err
	}
	if _, err := d.receiptHash(ctx, ""); err != nil {
		return err
	}
	cookie, _, err := d.newPerson(ctx)
	if err == nil {
		_, err = d.writer(ctx, netip.Addr{}, cookie)
	}
	return err
}

// deliverAtOnce is how many comments are on their way together: they share commits.
const deliverAtOnce = 64

// deliver hands over what waits, until something stands in the way.
func (d *Desk) deliver(ctx context.Context, spool *Spool) (delivered int, err error) {
	for group := range slices.Chunk(spool.waiting(), deliverAtOnce) {
		outcomes := make([]error, len(group))
		var way sync.WaitGroup
		for i, action := range group {
			way.Go(func() { outcomes[i] = d.deliverOne(ctx, spool, action) })
		}
		way.Wait()
		for _, outcome := range outcomes {
			switch {
			case outcome == nil:
				delivered++
			case err == nil || errors.Is(err, ErrUntaken):
				err = outcome
			}
		}
		if err != nil && !errors.Is(err, ErrUntaken) {
			return delivered, err
		}
	}
	return delivered, err
}

// deliverOne hands over a comment. ErrUntaken when it is settled that nobody can take it.
func (d *Desk) deliverOne(ctx context.Context, spool *Spool, action string) error {
	e, err := spool.read(action)
	if err != nil {
		return err
	}
	var untaken error
	err = d.handOver(ctx, e)
	if err != nil && news.KindOf(err) == news.NotFound {
		untaken = fmt.Errorf("%w: %s", ErrUntaken, e.Article)
		err = d.storage.KeepUntaken(ctx, e.comment())
	}
	if err != nil {
		return fmt.Errorf("hand over a comment that waited: %w", err)
	}
	if err := spool.drop(action); err != nil {
		return err
	}
	return untaken
}

// The rules by which a comment is held that could not be judged when it was sent.
const (
	ruleClosed = "closed" // nothing may be written there any more
	ruleOrphan = "orphan" // what it answers is gone
)

// handOver stores a comment of the spool once. Its writer has been told that it is kept: what would have refused it has moderators look at it.
func (d *Desk) handOver(ctx context.Context, e spooled) error {
	c := e.comment()
	banned, err := e.Banned, error(nil)
	if banned == nil { // the words of a newer ban; whom it means is not known any more
		if banned, err = d.bans.Check(ctx, netip.Addr{}, c.Name, c.Text); err != nil {
			return err
		}
	}
	const asked = true // for Persian letters: nobody is there to ask
	if err := d.judged(ctx, &c, banned, asked); err != nil {
		return err
	}
	switch err := d.open(ctx, c.Article); {
	case err != nil && news.KindOf(err) != news.Conflict && news.KindOf(err) != news.NotFound:
		return err
	case err != nil:
		late(&c, ruleClosed)
	}
	stored, err := d.storage.DeliverComment(ctx, c, d.settings.Limit.Depth, func(c *news.Comment) { late(c, ruleOrphan) })
	if err == nil {
		d.settings.Engine.remember(stored)
	}
	return err
}

// late has moderators look at a comment, and says why.
func late(c *news.Comment, rule string) {
	c.State, c.DecidedAt, c.Held = news.CommentPending, time.Time{}, true
	c.Findings = append([]news.Finding{{Rule: rule, Outcome: news.OutcomeHold}}, c.Findings...)
}
