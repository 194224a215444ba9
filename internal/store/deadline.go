package store

import (
	"context"
	"time"
)

const (
	// queryTime is how long a query or a transaction may take whose caller has set no end.
	queryTime = time.Minute
	// longTime is for what reads or changes the whole database: migrations, verify.
	longTime = 6 * time.Hour
)

// bounded gives the context an end where it has none: a database that hangs must not hold its callers for ever.
func bounded(ctx context.Context, most time.Duration) (context.Context, context.CancelFunc) {
	if _, set := ctx.Deadline(); set {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, most)
}
