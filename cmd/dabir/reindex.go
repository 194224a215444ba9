package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dabir-newsroom/dabir/internal/indexing"
)

// reindexCmd builds the search indexes anew.
type reindexCmd struct{ common }

// reindexLook is how often the command looks how far the indexes are.
const reindexLook = 200 * time.Millisecond

// Run builds them and tells how far they are.
func (c *reindexCmd) Run(ctx context.Context) error {
	newsroom, done, err := c.newsroom(ctx)
	if err != nil {
		return err
	}
	defer done()
	begun := time.Now()
	state, err := newsroom.Reindex(ctx)
	for last := (indexing.Progress{}); err == nil && state.Building; state, err = newsroom.ReindexState(ctx) {
		if state != last && state.Total > 0 {
			fmt.Fprintf(os.Stderr, "%d of %d articles (%d%%)\n", state.Done, state.Total, 100*state.Done/state.Total)
			last = state
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(reindexLook):
		}
	}
	if err == nil && state.Failed != "" {
		err = errors.New(state.Failed)
	}
	if err != nil {
		return err
	}
	fmt.Printf("the search indexes are built, in %v\n", time.Since(begun).Round(time.Millisecond))
	return nil
}

// Reindex begins to build both search indexes anew.
func (c console) Reindex(ctx context.Context) (indexing.Progress, error) {
	for _, k := range c.app.indexes() {
		k.StartRebuild()
	}
	return c.ReindexState(ctx)
}

// ReindexState tells how far the indexes are, both together.
func (c console) ReindexState(context.Context) (indexing.Progress, error) {
	var all indexing.Progress
	for _, k := range c.app.indexes() {
		p := k.Progress()
		all.Building = all.Building || p.Building
		all.Done, all.Total = all.Done+p.Done, all.Total+p.Total
		if p.Failed != "" {
			all.Failed = p.Failed
		}
	}
	return all, nil
}
