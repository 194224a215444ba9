package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
)

func (t *tx) addPasskey(p news.Passkey) error {
	return t.exec(`INSERT INTO passkey (id, user_id, public_key, sign_count, transports, name, backup_eligible, backed_up, created_at, used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, p.ID, int64(p.User), base64.RawURLEncoding.EncodeToString(p.PublicKey), int64(p.SignCount),
		strings.Join(p.Transports, " "), p.Name, flag(p.BackupEligible), flag(p.BackedUp), ms(p.CreatedAt), nullMS(p.UsedAt))
}

const passkeyColumns = `SELECT id, user_id, public_key, sign_count, transports, name, backup_eligible, backed_up, created_at, used_at FROM passkey `

func scanPasskey(r scanner) (news.Passkey, error) {
	var p news.Passkey
	var key, transports string
	var created int64
	var used sql.NullInt64
	err := r.Scan(&p.ID, &p.User, &key, &p.SignCount, &transports, &p.Name, &p.BackupEligible, &p.BackedUp, &created, &used)
	if err != nil {
		return p, err
	}
	p.Transports, p.CreatedAt, p.UsedAt = splitWords(transports), fromMS(created), fromNullMS(used)
	p.PublicKey, err = base64.RawURLEncoding.DecodeString(key)
	return p, err
}

// Passkey finds a passkey by its credential id; NotFound when there is none.
func (s *Store) Passkey(ctx context.Context, id string) (news.Passkey, error) {
	var p news.Passkey
	err := s.one(ctx, func(r scanner) (err error) {
		p, err = scanPasskey(r)
		return err
	}, passkeyColumns+`WHERE id = $1`, id)
	return p, err
}

// Passkeys lists a user's passkeys, the oldest first.
func (s *Store) Passkeys(ctx context.Context, user news.UserID) ([]news.Passkey, error) {
	var all []news.Passkey
	err := s.each(ctx, func(r scanner) error {
		p, err := scanPasskey(r)
		all = append(all, p)
		return err
	}, passkeyColumns+`WHERE user_id = $1 ORDER BY created_at, id`, int64(user))
	return all, err
}

// UsePasskey opens a passkey and its user, calls use, and stores the counter, the backup state and the time that it left and what
// happens beside, in one transaction. NotFound when the passkey is gone; an error of use undoes everything.
func (s *Store) UsePasskey(ctx context.Context, id string, use func(*news.Passkey, news.User) (news.UserChange, error)) error {
	return s.inTx(ctx, func(t *tx) error {
		p, err := scanPasskey(t.queryRow(passkeyColumns+`WHERE id = $1`, id))
		if err != nil {
			return err
		}
		u, err := scanUser(t.queryRow(userQuery+`id = $1`, int64(p.User)))
		if err != nil {
			return err
		}
		beside, err := use(&p, u)
		if err != nil {
			return err
		}
		if err := t.changeEntry(u.ID, beside); err != nil {
			return err
		}
		return t.exec(`UPDATE passkey SET sign_count = $2, backed_up = $3, used_at = $4 WHERE id = $1`,
			id, int64(p.SignCount), flag(p.BackedUp), nullMS(p.UsedAt))
	})
}

// RemovePasskey removes a user's passkey, unless change refuses: it gets the user and how many passkeys would be left, and says what
// happens beside. NotFound when the user has no such passkey.
func (s *Store) RemovePasskey(ctx context.Context, user news.UserID, id string, change func(u news.User, left int) (news.UserChange, error)) error {
	return s.inTx(ctx, func(t *tx) error {
		u, err := scanUser(t.queryRow(userQuery+`id = $1`, int64(user)))
		if err != nil {
			return err
		}
		if err := t.must(`DELETE FROM passkey WHERE id = $1 AND user_id = $2`, id, int64(user)); err != nil {
			return err
		}
		var left int
		if err := t.queryRow(`SELECT COUNT(*) FROM passkey WHERE user_id = $1`, int64(user)).Scan(&left); err != nil {
			return err
		}
		beside, err := change(u, left)
		if err != nil {
			return err
		}
		return t.changeEntry(user, beside)
	})
}

const factorQuery = `SELECT user_id, secret, last_step, recovery, since FROM second_factor WHERE user_id = $1`

func scanFactor(r scanner) (news.SecondFactor, error) {
	var f news.SecondFactor
	var recovery string
	var since int64
	if err := r.Scan(&f.User, &f.Secret, &f.LastStep, &recovery, &since); err != nil {
		return f, err
	}
	f.Since = fromMS(since)
	return f, json.Unmarshal([]byte(recovery), &f.Recovery)
}

// SecondFactor finds a user's second factor; one that is off when there is none.
func (s *Store) SecondFactor(ctx context.Context, user news.UserID) (news.SecondFactor, error) {
	f := news.SecondFactor{User: user}
	err := s.one(ctx, func(r scanner) (err error) {
		f, err = scanFactor(r)
		return err
	}, factorQuery, int64(user))
	if isNotFound(err) {
		return news.SecondFactor{User: user}, nil
	}
	return f, err
}

// ChangeSecondFactor opens a user's second factor (off when there is none), calls change, and stores what it left and what happens
// beside in one transaction; one that is off is removed. An error undoes everything.
func (s *Store) ChangeSecondFactor(ctx context.Context, user news.UserID, change func(*news.SecondFactor) (news.UserChange, error)) error {
	return s.inTx(ctx, func(t *tx) error {
		f, err := scanFactor(t.queryRow(factorQuery, int64(user)))
		if errors.Is(err, sql.ErrNoRows) {
			f, err = news.SecondFactor{}, nil
		}
		if err != nil {
			return err
		}
		f.User = user
		beside, err := change(&f)
		if err != nil {
			return err
		}
		if err := t.changeEntry(user, beside); err != nil {
			return err
		}
		if !f.On() {
			return t.exec(`DELETE FROM second_factor WHERE user_id = $1`, int64(user))
		}
		recovery, err := json.Marshal(f.Recovery)
		if err != nil {
			return err
		}
		return t.exec(`INSERT INTO second_factor (user_id, secret, last_step, recovery, since) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step, recovery = excluded.recovery, since = excluded.since`,
			int64(user), f.Secret, f.LastStep, string(recovery), ms(f.Since))
	})
}
