package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// CreateUser stores a user and sets the id; Conflict "error.username_taken" when the name is taken.
func (s *Store) CreateUser(ctx context.Context, actor news.Actor, u *news.User) error {
	err := s.inTx(ctx, func(t *tx) error {
		id, err := t.nextID("newsuser")
		if err != nil {
			return err
		}
		roles, err := json.Marshal(u.Roles)
		if err != nil {
			return err
		}
		sections, err := jsonList(u.Sections)
		if err != nil {
			return err
		}
		u.ID = news.UserID(id)
		t.event(news.Event{Actor: actor.EventActor(), Kind: news.UserCreated, SubjectKind: "user", SubjectID: id})
		return t.exec(`INSERT INTO newsuser (id, username, name, password_hash, roles, sections, disabled, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			id, u.Username, u.Name, u.PasswordHash, string(roles), sections, flag(u.Disabled), ms(u.CreatedAt))
	})
	if news.KindOf(err) == news.Conflict {
		return &news.Error{Kind: news.Conflict, Key: "error.username_taken", Field: "username", Err: err}
	}
	return err
}

const userQuery = `SELECT id, username, name, password_hash, roles, sections, disabled, created_at FROM newsuser WHERE `

func (s *Store) user(ctx context.Context, where string, arg any) (news.User, error) {
	var u news.User
	err := s.one(ctx, func(r scanner) error {
		var roles, sections string
		var created int64
		if err := r.Scan(&u.ID, &u.Username, &u.Name, &u.PasswordHash, &roles, &sections, &u.Disabled, &created); err != nil {
			return err
		}
		u.CreatedAt = fromMS(created)
		if err := fromJSONList(sections, &u.Sections); err != nil {
			return err
		}
		return json.Unmarshal([]byte(roles), &u.Roles)
	}, userQuery+where, arg)
	return u, err
}

// User finds a user by id; NotFound when there is none.
func (s *Store) User(ctx context.Context, id news.UserID) (news.User, error) {
	return s.user(ctx, `id = $1`, int64(id))
}

// UserByName finds a user by username; NotFound when there is none.
func (s *Store) UserByName(ctx context.Context, username string) (news.User, error) {
	return s.user(ctx, `username = $1`, username)
}

// SetPassword replaces a user's password hash.
func (s *Store) SetPassword(ctx context.Context, id news.UserID, hash string) error {
	return s.inTx(ctx, func(t *tx) error {
		return t.exec(`UPDATE newsuser SET password_hash = $2 WHERE id = $1`, int64(id), hash)
	})
}

// CountUsers counts all users, disabled ones too.
func (s *Store) CountUsers(ctx context.Context) (int, error) {
	var n int
	err := s.one(ctx, func(r scanner) error { return r.Scan(&n) }, `SELECT COUNT(*) FROM newsuser`)
	return n, err
}

// SaveToken keeps a session or a link by its hash.
func (s *Store) SaveToken(ctx context.Context, k news.Token) error {
	return s.inTx(ctx, func(t *tx) error {
		return t.exec(`INSERT INTO token (hash, purpose, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
			k.Hash, k.Purpose, int64(k.User), ms(k.CreatedAt), ms(k.ExpiresAt))
	})
}

const tokenQuery = `SELECT hash, purpose, user_id, created_at, expires_at FROM token WHERE hash = $1 AND purpose = $2 AND expires_at > $3`

func scanToken(r scanner) (news.Token, error) {
	var k news.Token
	var created, expires int64
	err := r.Scan(&k.Hash, &k.Purpose, &k.User, &created, &expires)
	k.CreatedAt, k.ExpiresAt = fromMS(created), fromMS(expires)
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

// TakeToken finds a token and removes it, so that a link works once; NotFound when it is gone or has expired.
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

// TouchToken moves a token's end.
func (s *Store) TouchToken(ctx context.Context, hash string, expires time.Time) error {
	return s.inTx(ctx, func(t *tx) error {
		return t.exec(`UPDATE token SET expires_at = $2 WHERE hash = $1`, hash, ms(expires))
	})
}

// DropToken ends a session or a link; one that is gone already is no error.
func (s *Store) DropToken(ctx context.Context, hash string) error {
	return s.inTx(ctx, func(t *tx) error { return t.exec(`DELETE FROM token WHERE hash = $1`, hash) })
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

// Sweep removes what has expired: tokens, sign-in attempts older than a day, action ids older than a month.
func (s *Store) Sweep(ctx context.Context) error {
	return s.inTx(ctx, func(t *tx) error {
		if err := t.exec(`DELETE FROM token WHERE expires_at < $1`, ms(t.now)); err != nil {
			return err
		}
		if err := t.exec(`DELETE FROM attempt WHERE at < $1`, ms(t.now.Add(-24*time.Hour))); err != nil {
			return err
		}
		return t.exec(`DELETE FROM action WHERE at < $1`, ms(t.now.Add(-30*24*time.Hour)))
	})
}
