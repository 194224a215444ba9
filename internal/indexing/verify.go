package indexing

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/search"
)

// Verdict is where an index and the database disagree: codes of articles, rising.
type Verdict struct {
	Missing []news.Code // they belong into the index and are not there
	Extra   []news.Code // they are there and do not belong there
	Old     []news.Code // the index knows another text of them, or files them elsewhere
}

// levelLook is how often Verify looks whether the index has caught up with the log.
const levelLook = 20 * time.Millisecond

// Verify compares the index with the database, article by article, as they are when it has caught up with the log. What changes meanwhile is looked at
// again. Without Run it opens the index that is there. Errors: os.ErrNotExist where there is none yet; search.ErrDamaged, also when it could not be built;
// ErrBuilding when it failed meanwhile.
func (k *Keeper) Verify(ctx context.Context) (Verdict, error) {
	if err := k.level(ctx); err != nil {
		return Verdict{}, err
	}
	var suspect []news.Code
	belong := map[int64]bool{}
	for after := news.Code(0); ; {
		codes, err := k.source.Codes(ctx, after, group)
		if err != nil {
			return Verdict{}, err
		}
		if len(codes) == 0 {
			break
		}
		after = codes[len(codes)-1]
		v, err := k.compare(ctx, codes)
		if err != nil {
			return Verdict{}, err
		}
		suspect = append(suspect, slices.Concat(v.Missing, v.Extra, v.Old)...)
		for _, code := range codes {
			belong[int64(code)] = true
		}
	}
	var there []int64
	if err := k.ask(ctx, func(x *search.Index) (err error) { there, err = x.Codes(ctx); return err }); err != nil {
		return Verdict{}, err
	}
	for _, code := range there {
		if !belong[code] {
			suspect = append(suspect, news.Code(code))
		}
	}
	return k.onceMore(ctx, suspect)
}

// onceMore compares once more what seemed wrong: it may have changed while it was looked at.
func (k *Keeper) onceMore(ctx context.Context, suspect []news.Code) (Verdict, error) {
	var all Verdict
	if len(suspect) == 0 {
		return all, nil
	}
	if err := k.level(ctx); err != nil {
		return all, err
	}
	slices.Sort(suspect)
	for some := range slices.Chunk(slices.Compact(suspect), group) {
		v, err := k.compare(ctx, some)
		if err != nil {
			return all, err
		}
		all.Missing, all.Extra, all.Old = append(all.Missing, v.Missing...), append(all.Extra, v.Extra...), append(all.Old, v.Old...)
	}
	return all, nil
}

// compare looks at some articles. Those that do not belong into the index are extra where they are in it.
func (k *Keeper) compare(ctx context.Context, codes []news.Code) (Verdict, error) {
	var v Verdict
	documents, gone, err := k.read(ctx, codes)
	if err != nil {
		return v, err
	}
	err = k.ask(ctx, func(x *search.Index) error {
		missing, differ, err := x.Compare(ctx, documents)
		if err != nil {
			return err
		}
		v.Missing, v.Old = codesOf(missing), codesOf(differ)
		left := make([]search.Document, len(gone))
		for i, code := range gone {
			left[i].Code = code
		}
		if missing, _, err = x.Compare(ctx, left); err != nil {
			return err
		}
		for _, code := range gone {
			if !slices.Contains(missing, code) {
				v.Extra = append(v.Extra, news.Code(code))
			}
		}
		return nil
	})
	return v, err
}

func codesOf(numbers []int64) []news.Code {
	codes := make([]news.Code, len(numbers))
	for i, n := range numbers {
		codes[i] = news.Code(n)
	}
	return codes
}

// level waits until the index knows the log as it is now: who follows is given time, and where nobody does it is brought up to it here.
func (k *Keeper) level(ctx context.Context) error {
	newest, err := k.source.NewestEvent(ctx)
	if err != nil {
		return err
	}
	if !k.running.Load() {
		return k.catchUp(ctx, newest)
	}
	for p := k.Progress(); p.Building || k.Heard() < newest; p = k.Progress() {
		if p.Failed != "" && !p.Building {
			return fmt.Errorf("%w: %s", search.ErrDamaged, p.Failed)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(levelLook):
		}
	}
	return nil
}

// catchUp opens the index and puts into it what happened up to an event.
func (k *Keeper) catchUp(ctx context.Context, newest int64) error {
	logID, err := k.source.LogID(ctx)
	if err != nil {
		return err
	}
	position, err := k.opened(ctx, logID)
	if err != nil || max(position, k.Heard()) >= newest {
		return err
	}
	following, stop := context.WithCancel(ctx)
	defer stop()
	err = k.source.Follow(following, position, func(events []news.Event) error {
		err := k.hear(following, events)
		if err == nil && events[len(events)-1].Seq >= newest {
			k.heard.Store(events[len(events)-1].Seq)
			stop()
		}
		return err
	})
	if ctx.Err() == nil && k.Heard() >= newest {
		return nil
	}
	return err
}
