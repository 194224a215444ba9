package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// CreateUser stores a user and sets the id; Conflict "error.username_taken" when the name is taken.
func (s *Store) CreateUser(ctx context.Context, actor news.Actor, u *news.User) error {
	return s.createUser(ctx, actor, u, func(*tx) error { return nil })
}

// CreateFirstUser is CreateUser for an empty newsroom; Conflict "error.setup_done" when there is anybody. Of several at the
// same instant one succeeds.
func (s *Store) CreateFirstUser(ctx context.Context, actor news.Actor, u *news.User) error {
	return s.createUser(ctx, actor, u, func(t *tx) error {
		var n int
		if err := t.queryRow(`SELECT COUNT(*) FROM newsuser`).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return news.Fail(news.Conflict, "error.setup_done")
		}
		return nil
	})
}

func (s *Store) createUser(ctx context.Context, actor news.Actor, u *news.User, allow func(*tx) error) error {
	err := s.inTx(ctx, func(t *tx) error {
		if err := allow(t); err != nil {
			return err
		}
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
		t.event(news.Event{Actor: actor.EventActor(), Kind: news.UserCreated, SubjectKind: "user", SubjectID: id,
			Data: news.ScopeData(u.Roles, u.Sections)})
		return t.exec(`INSERT INTO newsuser (id, username, name, password_hash, roles, sections, disabled, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			id, u.Username, u.Name, u.PasswordHash, string(roles), sections, flag(u.Disabled), ms(u.CreatedAt))
	})
	if all := news.Errors(err); len(all) > 0 && all[0].Key == "error.setup_done" {
		return err
	}
	if news.KindOf(err) == news.Conflict {
		return &news.Error{Kind: news.Conflict, Key: "error.username_taken", Field: "username", Err: err}
	}
	return err
}

const (
	userColumns = `id, username, name, password_hash, roles, sections, disabled, created_at`
	userQuery   = `SELECT ` + userColumns + ` FROM newsuser WHERE `
)

func scanUser(r scanner, more ...any) (news.User, error) {
	var u news.User
	var roles, sections string
	var created int64
	if err := r.Scan(append([]any{&u.ID, &u.Username, &u.Name, &u.PasswordHash, &roles, &sections, &u.Disabled, &created}, more...)...); err != nil {
		return u, err
	}
	u.CreatedAt = fromMS(created)
	if err := fromJSONList(sections, &u.Sections); err != nil {
		return u, err
	}
	return u, json.Unmarshal([]byte(roles), &u.Roles)
}

func (s *Store) user(ctx context.Context, where string, arg any) (news.User, error) {
	var u news.User
	err := s.one(ctx, func(r scanner) (err error) {
		u, err = scanUser(r)
		return err
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

// CountUsers counts all users, disabled ones too.
func (s *Store) CountUsers(ctx context.Context) (int, error) {
	var n int
	err := s.one(ctx, func(r scanner) error { return r.Scan(&n) }, `SELECT COUNT(*) FROM newsuser`)
	return n, err
}

// People lists all users, the enabled ones first, each part in the order in which they came.
func (s *Store) People(ctx context.Context) ([]news.Person, error) {
	var all []news.Person
	now := ms(s.now())
	err := s.each(ctx, func(r scanner) error {
		var p news.Person
		var factors int
		var seen sql.NullInt64
		var err error
		if p.User, err = scanUser(r, &p.Passkeys, &factors, &p.Sessions, &seen); err != nil {
			return err
		}
		p.SecondFactor, p.SeenAt = factors > 0, fromNullMS(seen)
		all = append(all, p)
		return nil
	}, `SELECT `+userColumns+`,
			(SELECT COUNT(*) FROM passkey p WHERE p.user_id = u.id),
			(SELECT COUNT(*) FROM second_factor f WHERE f.user_id = u.id),
			(SELECT COUNT(*) FROM token k WHERE k.user_id = u.id AND k.purpose = 'session' AND k.expires_at > $1),
			(SELECT MAX(k.seen_at) FROM token k WHERE k.user_id = u.id AND k.purpose = 'session' AND k.expires_at > $1)
		FROM newsuser u ORDER BY disabled, id`, now)
	return all, err
}

// ChangeUser opens a user, calls change with the user and all others, and stores what it left and what else the change says, all in
// one transaction. NotFound when there is no such user, Conflict for a passkey that is somebody's already; an error undoes everything.
func (s *Store) ChangeUser(ctx context.Context, id news.UserID, change func(u *news.User, others []news.User) (news.UserChange, error)) error {
	return s.inTx(ctx, func(t *tx) error {
		u, others, err := t.users(id)
		if err != nil {
			return err
		}
		done, err := change(&u, others)
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
		if err := t.changeEntry(id, done); err != nil {
			return err
		}
		return t.exec(`UPDATE newsuser SET name = $2, password_hash = $3, roles = $4, sections = $5, disabled = $6 WHERE id = $1`,
			int64(id), u.Name, u.PasswordHash, string(roles), sections, flag(u.Disabled))
	})
}

// changeEntry does to the ways in which a user enters what a change says.
func (t *tx) changeEntry(id news.UserID, c news.UserChange) error {
	user := int64(id)
	if c.Spend != "" {
		if err := t.must(`DELETE FROM token WHERE hash = $1 AND user_id = $2 AND expires_at > $3`, c.Spend, user, ms(t.now)); err != nil {
			return err
		}
	}
	if c.SignOut {
		if err := t.exec(`DELETE FROM token WHERE user_id = $1 AND hash <> $2`, user, c.Keep); err != nil {
			return err
		}
	}
	if c.End != "" {
		if err := t.exec(`DELETE FROM token WHERE user_id = $1 AND purpose = $2`, user, c.End); err != nil {
			return err
		}
	}
	if c.Passkey != nil {
		if err := t.addPasskey(*c.Passkey); err != nil {
			return err
		}
	}
	for _, e := range c.Events {
		t.event(e)
	}
	if c.Open != nil {
		return t.saveToken(*c.Open)
	}
	return nil
}

// must is exec for a statement that has to find something; sql.ErrNoRows otherwise.
func (t *tx) must(query string, args ...any) error {
	done, err := t.session.ExecContext(t.ctx, query, args...)
	if err != nil {
		return fmt.Errorf("%.40q: %w", query, err)
	}
	if n, err := done.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return sql.ErrNoRows
}

// users reads everybody within the transaction and takes one out.
func (t *tx) users(id news.UserID) (one news.User, others []news.User, err error) {
	rows, err := t.session.QueryContext(t.ctx, `SELECT `+userColumns+` FROM newsuser ORDER BY id`)
	if err != nil {
		return one, nil, err
	}
	err = eachRow(rows, func(r scanner) error {
		u, err := scanUser(r)
		if u.ID == id {
			one = u
		} else {
			others = append(others, u)
		}
		return err
	})
	if err == nil && one.ID == 0 {
		err = sql.ErrNoRows
	}
	return one, others, err
}

// viewsKept is how long counts of views stay: longer than any list of the most read looks back.
const viewsKept = 35 * 24 * time.Hour

// draftsKept is how long what was typed of an article that was never saved stays after the last key.
const draftsKept = 90 * 24 * time.Hour

// Sweep removes what has expired: tokens, sign-in attempts and deleted entries of the house's style older than a day, action ids older than
// a month, views older than five weeks, drafts of articles that were never saved and that nobody touched for ninety days.
func (s *Store) Sweep(ctx context.Context) error {
	return s.inTx(ctx, func(t *tx) error {
		if err := t.exec(`DELETE FROM token WHERE expires_at < $1`, ms(t.now)); err != nil {
			return err
		}
		if err := t.exec(`DELETE FROM attempt WHERE at < $1`, ms(t.now.Add(-24*time.Hour))); err != nil {
			return err
		}
		if err := t.exec(`DELETE FROM article_view WHERE hour < $1`, ms(t.now.Add(-viewsKept))); err != nil {
			return err
		}
		if err := t.exec(`DELETE FROM article_view_lately WHERE slot < $1`, ms(t.now.Add(-hourly))); err != nil {
			return err
		}
		if err := t.exec(`DELETE FROM house_entry WHERE gone = 1 AND updated_at < $1`, ms(t.now.Add(-24*time.Hour))); err != nil {
			return err
		}
		if err := t.exec(`DELETE FROM autosave WHERE article_code = 0 AND at < $1`, ms(t.now.Add(-draftsKept))); err != nil {
			return err
		}
		return t.exec(`DELETE FROM action WHERE at < $1`, ms(t.now.Add(-30*24*time.Hour)))
	})
}

func splitWords(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Fields(s)
}
