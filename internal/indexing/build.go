package indexing

import (
	"context"
	"os"
	"sync"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/search"
)

// newSuffix is behind the name of an index that is not whole yet.
const newSuffix = ".new"

// Progress tells how far the index is.
func (k *Keeper) Progress() Progress {
	k.state.Lock()
	defer k.state.Unlock()
	p := Progress{Building: k.state.builds > 0, Failed: k.state.failed}
	if p.Building {
		p.Done, p.Total = int(k.done.Load()), int(k.total.Load())
	}
	return p
}

// StartRebuild builds the index anew in the background, from which time on Progress speaks of it; the old one serves until the new
// one is whole.
func (k *Keeper) StartRebuild() {
	k.count(1)
	k.asked.Go(func() {
		defer k.count(-1)
		if err := k.rebuild(k.ctx); err != nil {
			k.log.Error("building the search index", "index", k.name, "err", err)
		}
	})
}

func (k *Keeper) count(by int) {
	k.state.Lock()
	defer k.state.Unlock()
	k.state.builds += by
}

// rebuild makes a new index beside the old one and puts it in its place.
func (k *Keeper) rebuild(ctx context.Context) error {
	k.building.Lock()
	defer k.building.Unlock()
	k.count(1)
	defer k.count(-1)
	k.done.Store(0)
	k.total.Store(0)
	err := k.build(ctx)
	k.state.Lock()
	defer k.state.Unlock()
	k.state.failed = ""
	if err != nil {
		k.state.failed = err.Error()
	}
	return err
}

func (k *Keeper) build(ctx context.Context) error {
	logID, err := k.source.LogID(ctx)
	if err != nil {
		return err
	}
	fresh := k.folder(logID) + newSuffix
	if err := search.Remove(fresh); err != nil {
		return err
	}
	if err := os.MkdirAll(k.parent, 0o700); err != nil {
		return err
	}
	if err := k.fill(ctx, fresh); err != nil {
		return err
	}
	if err := k.exchange(logID, fresh); err != nil {
		return err
	}
	k.again() // who follows goes on from where the new index is
	return k.setSynonyms(ctx)
}

// fill makes an index of every article. What happens meanwhile is behind its position and will be heard again.
func (k *Keeper) fill(ctx context.Context, folder string) error {
	position, err := k.source.NewestEvent(ctx)
	if err != nil {
		return err
	}
	total, err := k.source.Count(ctx)
	if err != nil {
		return err
	}
	k.total.Store(int64(total))
	b, err := search.NewBuilder(folder, search.Options{})
	if err != nil {
		return err
	}
	if err := k.fillGroups(ctx, b); err != nil {
		return err
	}
	return b.Close(ctx, position)
}

// workers is how many read and analyse articles for a new index: one of them does while another one's are written.
const workers = 2

// fillGroups puts every article in.
func (k *Keeper) fillGroups(ctx context.Context, b *search.Builder) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	groups := make(chan []news.Code)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for codes := range groups {
				if err := k.fillGroup(ctx, b, codes); err != nil {
					stop(err)
				}
			}
		})
	}
	for after := news.Code(0); ctx.Err() == nil; {
		codes, err := k.source.Codes(ctx, after, group)
		if err != nil {
			stop(err)
		}
		if len(codes) == 0 {
			break
		}
		groups <- codes
		after = codes[len(codes)-1]
	}
	close(groups)
	all.Wait()
	return context.Cause(ctx)
}

func (k *Keeper) fillGroup(ctx context.Context, b *search.Builder, codes []news.Code) error {
	documents, _, err := k.read(ctx, codes)
	if err != nil {
		return err
	}
	k.done.Add(int64(len(codes)))
	return b.Put(ctx, documents)
}

// exchange puts a whole index in the place of the one that serves.
func (k *Keeper) exchange(logID, fresh string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.shut(); err != nil {
		k.log.Warn("closing the old search index", "index", k.name, "err", err)
	}
	if err := search.Remove(k.folder(logID)); err != nil {
		return err
	}
	if err := os.Rename(fresh, k.folder(logID)); err != nil {
		return err
	}
	x, err := search.Open(k.folder(logID), search.Options{})
	if err != nil {
		return err
	}
	k.index, k.logID = x, logID
	k.damaged.Store(false)
	return nil
}
