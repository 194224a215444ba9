package backup

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// graceTime is how long a file that no copy names stays: a copy that another node is making may be about to name it.
const graceTime = 24 * time.Hour

// prune keeps the newest copies of a place and gives up the others, halves of them, and the files that none of those kept names.
func prune(ctx context.Context, p Place, keep int, now time.Time) (removed int, err error) {
	ids, err := Copies(ctx, p)
	if err != nil {
		return 0, err
	}
	given := ids[:max(0, len(ids)-keep)]
	keys, err := p.Blobs.Keys(ctx, copyBegin)
	if err != nil {
		return 0, err
	}
	// The checksum goes first: what is left then is no whole copy any more.
	for _, id := range given {
		if err := p.Blobs.Delete(ctx, copyBegin+id+sumEnd); err != nil {
			return removed, err
		}
		removed++
	}
	for _, key := range keys {
		id := idOf(key)
		if slices.Contains(given, id) || !slices.Contains(ids, id) && halfIsOld(id, now) {
			if err := p.Blobs.Delete(ctx, key); err != nil {
				return removed, err
			}
		}
	}
	// Once a day is enough for the files: all manifests are read for it.
	if kept := ids[len(given):]; len(given) > 0 && dayOf(given[len(given)-1]) != dayOf(kept[0]) {
		return removed, pruneFiles(ctx, p, kept, now)
	}
	return removed, nil
}

func dayOf(id string) string { return id[:len("20060102")] }

// idOf is the copy to which a name belongs.
func idOf(key string) string {
	rest := strings.TrimPrefix(key, copyBegin)
	return rest[:min(len(rest), len(idLayout))]
}

// halfIsOld tells that a copy that is not whole is nobody's work any more.
func halfIsOld(id string, now time.Time) bool {
	made, err := Made(id)
	return err == nil && now.Sub(made) > graceTime
}

// pruneFiles removes the files that no kept copy names.
func pruneFiles(ctx context.Context, p Place, kept []string, now time.Time) error {
	needed := map[string]bool{}
	for _, id := range kept {
		m, err := Read(ctx, p, id)
		if err != nil {
			return err // a file could be needed by it: nothing is removed while that is unknown
		}
		for _, item := range m.Files {
			needed[item.Stored] = true
		}
	}
	there, err := stored(ctx, p)
	if err != nil {
		return err
	}
	for name := range there {
		if needed[name] {
			continue
		}
		blob, err := p.Blobs.Open(ctx, name)
		if news.KindOf(err) == news.NotFound {
			continue // another node was faster
		}
		if err != nil {
			return err
		}
		blob.Close()
		if now.Sub(blob.ModTime) > graceTime {
			if err := p.Blobs.Delete(ctx, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// Due tells when the next copy is to be made: every after the newest one of the place, whoever made it.
func Due(ctx context.Context, p Place, every time.Duration) (time.Time, error) {
	ids, err := Copies(ctx, p)
	if err != nil || len(ids) == 0 {
		return time.Time{}, err
	}
	made, err := Made(ids[len(ids)-1])
	return made.Add(every), err
}

// lookAgain is how soon a copy that could not be made is tried again.
const lookAgain = time.Minute

// Turns say how copies are made again and again.
type Turns struct {
	Every time.Duration
	Now   func() time.Time
	Place func(context.Context) (Place, error) // opened for each turn: it may be away for a while
	Make  func(context.Context) (Report, error)
	Told  func(Report, error) // hears what came of each turn
}

// Run makes a copy whenever one is due, until ctx ends. It is due Every after the newest of the place, whichever node made that.
func Run(ctx context.Context, t Turns) {
	for {
		timer := time.NewTimer(t.turn(ctx))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// turn makes a copy if it is due and says when to look again.
func (t Turns) turn(ctx context.Context) time.Duration {
	place, err := t.Place(ctx)
	var due time.Time
	if err == nil {
		due, err = Due(ctx, place, t.Every)
	}
	if err == nil && !due.After(t.Now()) {
		var report Report
		report, err = t.Make(ctx)
		due = t.Now().Add(t.Every)
		if ctx.Err() == nil && err == nil {
			t.Told(report, nil)
		}
	}
	if err != nil {
		if ctx.Err() == nil {
			t.Told(Report{}, err)
		}
		return lookAgain
	}
	return min(max(due.Sub(t.Now()), time.Second), lookAgain) // no longer: the clock may be set meanwhile
}
