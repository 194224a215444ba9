// Package indexing keeps a search index in step with the event log. The newsroom has two such indexes: the readers', which is given public
// articles and nothing else, and its own, which is given all of them. Each is a projection: it can be made again from the database at any
// time, and is, by itself, when its files are damaged or belong to another log.
//
// The folder of an index bears the log's id in its name, and the index keeps the number of the event up to which it knows the log; both
// land on the disk with the articles they speak for. A new index is built beside the old one and takes its place when it is whole, so a folder with its
// final name is never half an index, whenever the process dies.
package indexing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/search"
)

// Source is the log and the articles that belong into an index.
type Source interface {
	LogID(ctx context.Context) (string, error)
	NewestEvent(ctx context.Context) (int64, error)
	// Follow hands over what happens after an event, in order, until ctx ends; a failing hear gets the same events again. It
	// returns an error when the log is another one.
	Follow(ctx context.Context, after int64, hear func([]news.Event) error) error
	// Codes are up to limit codes of articles that belong into the index, above after, rising.
	Codes(ctx context.Context, after news.Code, limit int) ([]news.Code, error)
	// Count is how many articles belong into the index.
	Count(ctx context.Context) (int, error)
	// Document is an article for the index; NotFound or Gone where it does not belong there.
	Document(ctx context.Context, code news.Code) (search.Document, error)
	// Retagged are the articles whose tags an event of a tag changed: another name, another tag.
	Retagged(ctx context.Context, e news.Event) ([]news.Code, error)
	// Synonyms are words that are found for one another, a row each.
	Synonyms(ctx context.Context) ([][]string, error)
}

// ErrBuilding says that the index is being built and cannot be asked.
var ErrBuilding = errors.New("indexing: the index is being built")

// Progress tells how far an index is.
type Progress struct {
	Building    bool
	Done, Total int    // articles; while it is being built
	Failed      string // why the last building ended without an index; "" when it did not
}

// Keeper keeps one index. Its methods may be called from many goroutines.
type Keeper struct {
	parent, name string
	source       Source
	log          *slog.Logger

	mu      sync.RWMutex // held for writing while the index is exchanged
	index   *search.Index
	logID   string
	damaged atomic.Bool
	heard   atomic.Int64 // the last event that it listened to, also when that changed nothing
	running atomic.Bool  // Run follows the log

	building    sync.Mutex // one building at a time
	done, total atomic.Int64
	state       struct {
		sync.Mutex
		builds  int // under way or waiting for their turn
		failed  string
		restart context.CancelFunc // ends the following, so that it begins anew
	}
	asked  sync.WaitGroup // buildings that StartRebuild began
	cancel context.CancelFunc
	ctx    context.Context
}

// New keeps an index in a folder of that name below parent; nothing is opened before Run or StartRebuild. log takes what it does by itself.
func New(parent, name string, source Source, log *slog.Logger) *Keeper {
	k := &Keeper{parent: parent, name: name, source: source, log: log}
	k.ctx, k.cancel = context.WithCancel(context.Background())
	return k
}

const (
	// retryFirst and retryMost bound the wait after a failed building.
	retryFirst = time.Second
	retryMost  = time.Minute
	// group is how many articles are put into a new index at a time.
	group = 100
)

// Run follows the log until ctx ends. An index that is missing, damaged or another log's is built first.
func (k *Keeper) Run(ctx context.Context) {
	k.running.Store(true)
	defer k.running.Store(false)
	wait := retryFirst
	for ctx.Err() == nil {
		position, err := k.begin(ctx)
		if err != nil {
			if ctx.Err() == nil {
				k.log.Error("the search index cannot be had for now; the database is asked instead", "index", k.name, "err", err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(wait):
			}
			wait = min(2*wait, retryMost)
			continue
		}
		wait = retryFirst
		following, stop := context.WithCancel(ctx)
		k.setRestart(stop)
		if k.damaged.Load() { // before anybody could stop it
			stop()
		}
		k.heard.Store(position)
		if err := k.source.Follow(following, position, func(events []news.Event) error {
			err := k.hear(following, events)
			if err == nil {
				k.heard.Store(events[len(events)-1].Seq)
			}
			return err
		}); err != nil {
			k.log.Warn("the search index begins anew", "index", k.name, "why", err)
		}
		stop()
	}
}

// Close ends what StartRebuild began, and closes the index.
func (k *Keeper) Close() error {
	k.cancel()
	k.asked.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.shut()
}

func (k *Keeper) shut() error {
	x := k.index
	k.index = nil
	if x == nil {
		return nil
	}
	return guarded(x.Close)
}

func (k *Keeper) setRestart(stop context.CancelFunc) {
	k.state.Lock()
	defer k.state.Unlock()
	k.state.restart = stop
}

func (k *Keeper) again() {
	k.state.Lock()
	defer k.state.Unlock()
	if k.state.restart != nil {
		k.state.restart()
	}
}

func (k *Keeper) folder(logID string) string { return filepath.Join(k.parent, k.name+"-"+logID) }

// begin has the index of the present log open and returns the event after which it goes on.
func (k *Keeper) begin(ctx context.Context) (int64, error) {
	logID, err := k.source.LogID(ctx)
	if err != nil {
		return 0, err
	}
	newest, err := k.source.NewestEvent(ctx)
	if err != nil {
		return 0, err
	}
	position, err := k.opened(ctx, logID)
	if err == nil && position > newest {
		err = fmt.Errorf("it knows event %d, the log ends with %d", position, newest)
	}
	if err == nil {
		return position, k.setSynonyms(ctx)
	}
	if !errors.Is(err, os.ErrNotExist) {
		k.log.Warn("the search index is damaged or foreign and is built anew; meanwhile the database is asked", "index", k.name, "why", err)
	}
	k.mu.Lock()
	if err := k.shut(); err != nil {
		k.log.Warn("closing the damaged index", "index", k.name, "err", err)
	}
	k.mu.Unlock()
	if err := k.rebuild(ctx); err != nil {
		return 0, err
	}
	return k.opened(ctx, logID)
}

// opened opens the index of a log where that is not done, and returns its position. It fails with os.ErrNotExist where there is none.
func (k *Keeper) opened(ctx context.Context, logID string) (position int64, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.damaged.Load() {
		return 0, search.ErrDamaged
	}
	if k.index != nil && k.logID != logID {
		if err := k.shut(); err != nil {
			return 0, err
		}
	}
	if k.index == nil {
		if _, err := os.Stat(k.folder(logID)); err != nil {
			return 0, err
		}
		k.logID = logID
		err := guarded(func() (err error) { k.index, err = search.Open(k.folder(logID), search.Options{}); return err })
		if err != nil {
			return 0, err
		}
		k.sweep(logID)
	}
	err = guarded(func() (err error) {
		if position, err = k.index.Position(); err == nil {
			_, err = k.index.Search(ctx, search.Query{Limit: 1})
		}
		return err
	})
	return position, err
}

// sweep removes what other logs and broken-off buildings left.
func (k *Keeper) sweep(logID string) {
	left, _ := filepath.Glob(filepath.Join(k.parent, k.name+"-*"))
	for _, folder := range left {
		if folder == k.folder(logID) || strings.HasSuffix(folder, newSuffix) {
			continue
		}
		if err := search.Remove(folder); err != nil {
			k.log.Warn("an old search index could not be removed", "folder", folder, "err", err)
		}
	}
}

// guarded turns what a damaged file does to whoever reads it, a panic or a fault, into an error.
func guarded(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", search.ErrDamaged, p)
		}
	}()
	return do()
}

// ask reads the index. An index that fails without a reason of the asker's own is built anew.
func (k *Keeper) ask(ctx context.Context, do func(*search.Index) error) error {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.index == nil || k.damaged.Load() {
		return ErrBuilding
	}
	err := guarded(func() error { return do(k.index) })
	if err != nil && ctx.Err() == nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		k.damage(err)
	}
	return err
}

func (k *Keeper) damage(why error) {
	if !k.damaged.Swap(true) {
		k.log.Error("the search index failed", "index", k.name, "err", why)
	}
	k.again()
}

// Search asks the index. Errors: ErrBuilding; what the context says.
func (k *Keeper) Search(ctx context.Context, q search.Query) (found search.Results, err error) {
	err = k.ask(ctx, func(x *search.Index) (err error) { found, err = x.Search(ctx, q); return err })
	return found, err
}

// Suggest completes what is being typed. Errors: as Search.
func (k *Keeper) Suggest(ctx context.Context, typed string, limit int) (found search.Suggestions, err error) {
	err = k.ask(ctx, func(x *search.Index) (err error) { found, err = x.Suggest(ctx, typed, limit); return err })
	return found, err
}

// Snippet is the sentence of a text that has most of the words. Errors: as Search.
func (k *Keeper) Snippet(ctx context.Context, text string, words []string, characters int) (spans []search.Span, err error) {
	err = k.ask(ctx, func(x *search.Index) (err error) { spans, err = x.Snippet(ctx, text, words, characters); return err })
	return spans, err
}

// DidYouMean spells the query that was meant as texts do. Errors: as Search.
func (k *Keeper) DidYouMean(ctx context.Context, r search.Results, query string, texts []string) (mean string, err error) {
	err = k.ask(ctx, func(x *search.Index) (err error) { mean, err = x.DidYouMean(ctx, r, query, texts); return err })
	return mean, err
}

// Position is the event up to which the index knows the log. Errors: ErrBuilding.
func (k *Keeper) Position(ctx context.Context) (position int64, err error) {
	err = k.ask(ctx, func(x *search.Index) (err error) { position, err = x.Position(); return err })
	return position, err
}

// Heard is the event up to which the index has listened to the log, also where nothing of it belonged into the index.
func (k *Keeper) Heard() int64 { return k.heard.Load() }

func (k *Keeper) setSynonyms(ctx context.Context) error {
	rows, err := k.source.Synonyms(ctx)
	if err != nil {
		return err
	}
	return k.ask(ctx, func(x *search.Index) error { return x.SetSynonyms(ctx, rows) })
}

// hear puts what happened into the index.
func (k *Keeper) hear(ctx context.Context, events []news.Event) error {
	codes, house, err := k.named(ctx, events)
	if err != nil {
		return err
	}
	if house {
		if err := k.setSynonyms(ctx); err != nil {
			return err
		}
	}
	// A tag may name thousands of articles; the position lands with the last of them. Where nothing changes, it stays behind.
	for len(codes) > 0 {
		some := codes[:min(group, len(codes))]
		codes = codes[len(some):]
		position := int64(0)
		if len(codes) == 0 {
			position = events[len(events)-1].Seq
		}
		if err := k.put(ctx, some, position); err != nil {
			return err
		}
	}
	return nil
}

// named are the articles that events are about, each once, and whether the house's style is among them.
func (k *Keeper) named(ctx context.Context, events []news.Event) (codes []news.Code, house bool, err error) {
	seen := map[news.Code]bool{}
	add := func(code news.Code) {
		if !seen[code] {
			seen[code] = true
			codes = append(codes, code)
		}
	}
	for _, e := range events {
		switch e.SubjectKind {
		case "house":
			house = true
		case "article":
			add(news.Code(e.SubjectID))
		case "tag":
			tagged, err := k.source.Retagged(ctx, e)
			if err != nil {
				return nil, false, err
			}
			for _, code := range tagged {
				add(code)
			}
		}
	}
	return codes, house, nil
}

// put brings articles up to date in the index, and its position with them.
func (k *Keeper) put(ctx context.Context, codes []news.Code, position int64) error {
	documents, gone, err := k.read(ctx, codes)
	if err != nil {
		return err
	}
	return k.ask(ctx, func(x *search.Index) error {
		if len(documents) == 0 {
			return x.Delete(ctx, gone, position)
		}
		if len(gone) > 0 {
			if err := x.Delete(ctx, gone, 0); err != nil {
				return err
			}
		}
		return x.Put(ctx, documents, position)
	})
}

// read sorts articles into those that belong into the index, as they are now, and those that do not.
func (k *Keeper) read(ctx context.Context, codes []news.Code) (documents []search.Document, gone []int64, err error) {
	for _, code := range codes {
		d, err := k.source.Document(ctx, code)
		if err != nil && (news.KindOf(err) == news.NotFound || news.KindOf(err) == news.Gone) {
			gone = append(gone, int64(code))
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		documents = append(documents, d)
	}
	return documents, gone, nil
}
