package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// KeyWithAge is a key and when it was made; NotFound while there is none.
func (s *Store) KeyWithAge(ctx context.Context, name string) (key []byte, made time.Time, err error) {
	err = s.one(ctx, func(r scanner) error {
		var value string
		var at int64
		if err := r.Scan(&value, &at); err != nil {
			return err
		}
		made = fromMS(at)
		key, err = hex.DecodeString(value)
		return err
	}, `SELECT value, created_at FROM secret WHERE name = $1`, name)
	return key, made, err
}

const banQuery = `SELECT b.id, b.kind, b.effect, b.value, b.key_name, b.term, b.reason, b.comment_id, b.created_at, b.created_by, COALESCE(u.name, ''),
	b.ends_at, b.lifted_at, b.lifted_by, COALESCE(l.name, '') FROM ban b LEFT JOIN newsuser u ON u.id = b.created_by LEFT JOIN newsuser l ON l.id = b.lifted_by`

func scanBan(r scanner) (news.Ban, error) {
	var b news.Ban
	var created, ends int64
	var lifted sql.NullInt64
	err := r.Scan(&b.ID, &b.Kind, &b.Effect, &b.Value, &b.KeyName, &b.Term, &b.Reason, &b.Comment, &created, &b.CreatedBy, &b.ByName,
		&ends, &lifted, &b.LiftedBy, &b.LiftName)
	b.CreatedAt, b.EndsAt, b.LiftedAt = fromMS(created), fromMS(ends), fromNullMS(lifted)
	return b, err
}

// AddBan stores a ban and, where it names a key that is not kept yet, that key: it lives as long as a ban needs it. The same action id again
// returns the first result.
func (s *Store) AddBan(ctx context.Context, actor news.Actor, action string, b news.Ban, key []byte) (news.Ban, error) {
	err := s.inTx(ctx, func(t *tx) error {
		result, err := t.once("ban", action, func() (string, error) {
			id, err := t.nextID("ban")
			if err != nil {
				return "", err
			}
			if b.KeyName != "" {
				if err := t.exec(`INSERT INTO secret (name, value, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING`,
					b.KeyName, hex.EncodeToString(key), ms(t.now)); err != nil {
					return "", err
				}
			}
			t.event(news.Event{Actor: actor.EventActor(), Kind: news.BanAdded, SubjectKind: "ban", SubjectID: id,
				Data: map[string]string{"kind": string(b.Kind), "effect": string(b.Effect)}})
			return strconv.FormatInt(id, 10), t.exec(`INSERT INTO ban (id, kind, effect, value, key_name, term, reason, comment_id, created_at, created_by, ends_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, id, string(b.Kind), string(b.Effect), b.Value, b.KeyName, b.Term, b.Reason,
				int64(b.Comment), ms(b.CreatedAt), int64(b.CreatedBy), ms(b.EndsAt))
		})
		if err == nil {
			b.ID, err = strconv.ParseInt(result, 10, 64)
		}
		return err
	})
	return b, err
}

// LiftBan ends a ban before its time; one that has ended already stays as it is. NotFound when there is none.
func (s *Store) LiftBan(ctx context.Context, actor news.Actor, id int64) error {
	return s.inTx(ctx, func(t *tx) error {
		b, err := scanBan(t.queryRow(banQuery+` WHERE b.id = $1`, id))
		if err != nil || !b.InForce(t.now) {
			return err
		}
		t.event(news.Event{Actor: actor.EventActor(), Kind: news.BanLifted, SubjectKind: "ban", SubjectID: id})
		if err := t.exec(`UPDATE ban SET lifted_at = $2, lifted_by = $3 WHERE id = $1`, id, ms(t.now), int64(actor.User)); err != nil {
			return err
		}
		return t.forgetBans()
	})
}

// forgetBans drops what recognises people whose ban has ended, and the keys that no ban needs any more.
func (t *tx) forgetBans() error {
	err := t.exec(`UPDATE ban SET value = '', key_name = '' WHERE value <> '' AND (lifted_at IS NOT NULL OR ends_at <= $1)`, ms(t.now))
	if err != nil {
		return fmt.Errorf("forget ended bans: %w", err)
	}
	return t.exec(`DELETE FROM secret WHERE name LIKE 'ban.%' AND name NOT IN (SELECT key_name FROM ban WHERE key_name <> '')`)
}

// ForgetBans drops the hashes and keys of bans that have ended.
func (s *Store) ForgetBans(ctx context.Context) error {
	return s.inTx(ctx, func(t *tx) error { return t.forgetBans() })
}

// BansInForce are all bans that hold at an instant.
func (s *Store) BansInForce(ctx context.Context, now time.Time) ([]news.Ban, error) {
	return s.bans(ctx, banQuery+` WHERE b.ends_at > $1 AND b.lifted_at IS NULL ORDER BY b.id`, ms(now))
}

// Bans are the bans, newest first, after a number (0: from the newest on).
func (s *Store) Bans(ctx context.Context, before int64, limit int) ([]news.Ban, error) {
	return s.bans(ctx, banQuery+` WHERE b.id < $1 OR $1 = 0 ORDER BY b.id DESC LIMIT $2`, before, limit)
}

func (s *Store) bans(ctx context.Context, query string, args ...any) ([]news.Ban, error) {
	var all []news.Ban
	err := s.each(ctx, func(r scanner) error {
		b, err := scanBan(r)
		all = append(all, b)
		return err
	}, query, args...)
	return all, err
}
