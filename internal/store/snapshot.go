package store

import (
	"context"
	"database/sql"
)

// snapshotKey finds the open snapshot in a context.
type snapshotKey struct{}

// snapshot is a reading transaction: what is read in it is of one moment.
type snapshot struct {
	store *Store
	tx    *sql.Tx
}

// Snapshot returns a context in which the gate reads everything as it was at one moment, and the number of the newest event
// of that moment. end must be called; the context is of no use afterwards. One goroutine at a time may read in it.
func (p *Public) Snapshot(ctx context.Context) (in context.Context, newest int64, end func(), err error) {
	tx, err := p.s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: p.s.dialect.snapshot})
	if err != nil {
		return nil, 0, nil, p.s.dialect.translate(err)
	}
	end = func() { _ = tx.Rollback() } // it read only
	in = context.WithValue(ctx, snapshotKey{}, &snapshot{p.s, tx})
	err = p.s.one(in, func(r scanner) error { return r.Scan(&newest) }, `SELECT value FROM counter WHERE name = 'event'`)
	if err != nil {
		end()
		return nil, 0, nil, err
	}
	return in, newest, end, nil
}

// within is the statement in the snapshot of the context, or as it is where there is none.
func (s *Store) within(ctx context.Context, st *sql.Stmt) *sql.Stmt {
	if open, ok := ctx.Value(snapshotKey{}).(*snapshot); ok && open.store == s {
		return open.tx.StmtContext(ctx, st)
	}
	return st
}
