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
// of that moment. end must be called; the context is of no use afterwards. One goroutine at a time may read in it. While no primary answers
// the moment is a standby's, where the context allows that (news.MayBeOld).
func (p *Public) Snapshot(ctx context.Context) (in context.Context, newest int64, end func(), err error) {
	ctx, tx, end, err := p.s.snapshot(ctx, &sql.TxOptions{ReadOnly: true, Isolation: p.s.dialect.snapshot})
	if err != nil {
		return nil, 0, nil, p.s.dialect.translate(err)
	}
	in = context.WithValue(ctx, snapshotKey{}, &snapshot{p.s, tx})
	err = p.s.one(in, func(r scanner) error { return r.Scan(&newest) }, `SELECT value FROM counter WHERE name = 'event'`)
	if err != nil {
		end()
		return nil, 0, nil, err
	}
	return in, newest, end, nil
}

func (s *Store) snapshot(ctx context.Context, options *sql.TxOptions) (in context.Context, tx *sql.Tx, end func(), err error) {
	if s.hosts != nil {
		return s.hosts.snapshot(ctx, options)
	}
	tx, err = s.read.BeginTx(ctx, options)
	return ctx, tx, func() { _ = tx.Rollback() }, err // it read only
}

// snapshotOf is the snapshot of the context; nil where there is none.
func (s *Store) snapshotOf(ctx context.Context) *snapshot {
	if open, ok := ctx.Value(snapshotKey{}).(*snapshot); ok && open.store == s {
		return open
	}
	return nil
}
