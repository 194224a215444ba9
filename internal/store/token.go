package store

import (
	"context"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// SaveToken keeps a session or a link by its hash, with what is told of it in the log. Conflict when the hash is there already.
func (s *Store) SaveToken(ctx context.Context, k news.Token, events ...news.Event) error {
	return s.inTx(ctx, func(t *tx) error {
		for _, e := range events {
			t.event(e)
		}
		return t.saveToken(k)
	})
}

func (t *tx) saveToken(k news.Token) error {
	return t.exec(`INSERT INTO token (hash, purpose, user_id, device, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		k.Hash, k.Purpose, int64(k.User), k.Device, ms(k.CreatedAt), ms(k.CreatedAt), ms(k.ExpiresAt))
}

const (
	tokenColumns = `SELECT hash, purpose, user_id, device, created_at, seen_at, expires_at FROM token `
	tokenQuery   = tokenColumns + `WHERE hash = $1 AND purpose = $2 AND expires_at > $3`
)

func scanToken(r scanner) (news.Token, error) {
	var k news.Token
	var created, seen, expires int64
	err := r.Scan(&k.Hash, &k.Purpose, &k.User, &k.Device, &created, &seen, &expires)
	k.CreatedAt, k.SeenAt, k.ExpiresAt = fromMS(created), fromMS(max(seen, created)), fromMS(expires)
	return k, err
}

// PeekToken finds a token that has not expired; NotFound otherwise.
func (s *Store) PeekToken(ctx context.Context, hash, purpose string, now time.Time) (news.Token, error) {
	var k news.Token
	err := s.one(ctx, func(r scanner) (err error) {
		k, err = scanToken(r)
		return err
	}, tokenQuery, hash, purpose, ms(now))
	return k, err
}

// TakeToken removes a token and returns it; of any number of callers one gets it, the others NotFound.
func (s *Store) TakeToken(ctx context.Context, hash, purpose string, now time.Time) (news.Token, error) {
	var k news.Token
	err := s.inTx(ctx, func(t *tx) (err error) {
		if k, err = scanToken(t.queryRow(tokenQuery, hash, purpose, ms(now))); err != nil {
			return err
		}
		return t.exec(`DELETE FROM token WHERE hash = $1`, hash)
	})
	return k, err
}

// UserTokens lists a user's tokens of a purpose that have not expired, the newest first.
func (s *Store) UserTokens(ctx context.Context, user news.UserID, purpose string, now time.Time) ([]news.Token, error) {
	var all []news.Token
	err := s.each(ctx, func(r scanner) error {
		k, err := scanToken(r)
		all = append(all, k)
		return err
	}, tokenColumns+`WHERE user_id = $1 AND purpose = $2 AND expires_at > $3 ORDER BY created_at DESC, hash`, int64(user), purpose, ms(now))
	return all, err
}

// TouchToken notes a use of a token and moves its end.
func (s *Store) TouchToken(ctx context.Context, hash string, seen, expires time.Time) error {
	return s.inTx(ctx, func(t *tx) error {
		return t.exec(`UPDATE token SET seen_at = $2, expires_at = $3 WHERE hash = $1`, hash, ms(seen), ms(expires))
	})
}

// DropToken ends a session or a link; the events are logged only when it was there. One that is gone already is no error.
func (s *Store) DropToken(ctx context.Context, hash string, events ...news.Event) error {
	return s.dropTokens(ctx, events, `DELETE FROM token WHERE hash = $1`, hash)
}

// DropTokens ends a user's tokens of a purpose, all but the one with the hash keep; the events are logged only when there were any.
func (s *Store) DropTokens(ctx context.Context, user news.UserID, purpose, keep string, events ...news.Event) error {
	return s.dropTokens(ctx, events, `DELETE FROM token WHERE user_id = $1 AND purpose = $2 AND hash <> $3`, int64(user), purpose, keep)
}

func (s *Store) dropTokens(ctx context.Context, events []news.Event, query string, args ...any) error {
	return s.inTx(ctx, func(t *tx) error {
		done, err := t.session.ExecContext(t.ctx, query, args...)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
		for _, e := range events {
			t.event(e)
		}
		return nil
	})
}

// Attempts counts the attempts under a key since an instant.
func (s *Store) Attempts(ctx context.Context, key string, since time.Time) (int, error) {
	var n int
	err := s.one(ctx, func(r scanner) error { return r.Scan(&n) }, `SELECT COUNT(*) FROM attempt WHERE key = $1 AND at > $2`, key, ms(since))
	return n, err
}

// AddAttempt notes an attempt under a key.
func (s *Store) AddAttempt(ctx context.Context, key string, at time.Time) error {
	return s.inTx(ctx, func(t *tx) error { return t.exec(`INSERT INTO attempt (key, at) VALUES ($1, $2)`, key, ms(at)) })
}
