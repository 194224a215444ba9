package news

import (
	"context"
	"errors"
)

// ErrNoPrimary is the cause of an Unavailable error for which no database took a write: there is none to reach, or the one that answers is a
// standby. What was sent may have been stored all the same when the connection broke at the end: ask again under the same action id.
var ErrNoPrimary = errors.New("no database takes writes")

type oldKey struct{}

// MayBeOld is a context in which reads may come from a standby while no primary answers. told is called at each such read, by whichever
// goroutine reads.
func MayBeOld(ctx context.Context, told func()) context.Context {
	return context.WithValue(ctx, oldKey{}, told)
}

// OldAllowed tells whether a read may come from a standby, and whom to tell then.
func OldAllowed(ctx context.Context) (told func(), ok bool) {
	told, ok = ctx.Value(oldKey{}).(func())
	return told, ok
}

// Reach is how much of its database a node reaches.
type Reach int

// The reaches.
const (
	ReachPrimary Reach = iota // whatever takes writes
	ReachReading              // one that can be read and confirms no commit; nothing can be written
	ReachStandby              // what may be old is read from a standby; nothing can be written
	ReachNothing              // nothing can be read or written
)
