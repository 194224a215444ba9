package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

const houseQuery = `SELECT h.id, h.kind, h.text, h.preferred, h.note, h.key, h.gone, h.version, COALESCE(h.was, ''), h.updated_at, h.updated_by, COALESCE(u.name, ''), h.sort
	FROM house_entry h LEFT JOIN newsuser u ON u.id = h.updated_by`

func scanHouse(r scanner) (e news.HouseEntry, sort string, err error) {
	var was string
	var updated int64
	if err := r.Scan(&e.ID, &e.Kind, &e.Text, &e.Preferred, &e.Note, &e.Key, &e.Gone, &e.Version, &was, &updated, &e.UpdatedBy, &e.ByName, &sort); err != nil {
		return e, "", err
	}
	e.UpdatedAt = fromMS(updated)
	if was == "" {
		return e, sort, nil
	}
	e.Was = &news.HouseState{}
	return e, sort, json.Unmarshal([]byte(was), e.Was)
}

// HouseVersion is a number that rises with every change of the house's style.
func (s *Store) HouseVersion(ctx context.Context) (int64, error) {
	var version int64
	err := s.one(ctx, func(r scanner) error { return r.Scan(&version) }, `SELECT value FROM counter WHERE name = 'house_version'`)
	return version, err
}

// HouseEntries is the whole house's style in force, in the order of the alphabet.
func (s *Store) HouseEntries(ctx context.Context) ([]news.HouseEntry, error) {
	var all []news.HouseEntry
	err := s.each(ctx, func(r scanner) error {
		e, _, err := scanHouse(r)
		all = append(all, e)
		return err
	}, houseQuery+` WHERE h.gone = 0 ORDER BY h.kind, h.sort, h.id`)
	return all, err
}

// HouseList is a page of the house's style in force, in the order of the alphabet.
func (s *Store) HouseList(ctx context.Context, f news.HouseFilter) (news.HousePage, error) {
	query := houseQuery + ` WHERE h.gone = 0 AND (h.kind = $1 OR $1 = '') AND ($3 = 0 OR h.sort > $2 OR h.sort = $2 AND h.id > $3)`
	args := []any{string(f.Kind), f.After.Sort, int64(f.After.ID), f.Limit + 1}
	for i, word := range strings.Fields(persian.Fold(f.Text)) {
		if i == maxSearchWords {
			break
		}
		args = append(args, likePattern(word))
		query += ` AND h.search LIKE $` + strconv.Itoa(len(args)) + ` ESCAPE '!'`
	}
	var page news.HousePage
	last := ""
	err := s.each(ctx, func(r scanner) error {
		e, sort, err := scanHouse(r)
		if len(page.Entries) == f.Limit {
			page.Next = news.HouseCursor{Sort: last, ID: page.Entries[f.Limit-1].ID}
			return err
		}
		page.Entries, last = append(page.Entries, e), sort
		return err
	}, query+` ORDER BY h.sort, h.id LIMIT $4`, args...)
	return page, err
}

// HouseEntry is one entry, also a deleted one that can still be brought back; NotFound.
func (s *Store) HouseEntry(ctx context.Context, id news.HouseID) (news.HouseEntry, error) {
	var e news.HouseEntry
	err := s.one(ctx, func(r scanner) (err error) { e, _, err = scanHouse(r); return err }, houseQuery+` WHERE h.id = $1`, int64(id))
	return e, err
}

// CreateHouseEntry stores a new entry and gives it its id. Invalid "error.house_known" at "text" when another entry of the kind says
// the same; Conflict "error.house_full". The same action id again returns the first result.
func (s *Store) CreateHouseEntry(ctx context.Context, actor news.Actor, action string, e news.HouseEntry) (news.HouseEntry, error) {
	var made int64
	err := s.inTx(ctx, func(t *tx) error {
		result, err := t.once("house.create", action, func() (string, error) {
			if err := t.houseRoom(1); err != nil {
				return "", err
			}
			id, err := t.insertHouse(e)
			if err != nil {
				return "", err
			}
			e.ID = news.HouseID(id)
			t.houseEvent(actor, news.HouseAdded, &e)
			return strconv.FormatInt(id, 10), t.houseChanged()
		})
		if err == nil {
			made, err = strconv.ParseInt(result, 10, 64)
		}
		return err
	})
	if err != nil {
		return e, sameHouse(err)
	}
	return s.HouseEntry(ctx, news.HouseID(made))
}

// UpdateHouseEntry is UpdateArticle for an entry of the house's style. Errors of its own: as CreateHouseEntry.
func (s *Store) UpdateHouseEntry(ctx context.Context, actor news.Actor, action string, id news.HouseID, change func(*news.HouseEntry) (news.EventKind, error)) (news.HouseEntry, error) {
	err := s.inTx(ctx, func(t *tx) error {
		_, err := t.once(fmt.Sprintf("house/%d", id), action, func() (string, error) {
			e, _, err := scanHouse(t.queryRow(houseQuery+` WHERE h.id = $1`, int64(id)))
			if err != nil {
				return "", err
			}
			kind, err := change(&e)
			if err != nil || kind == "" {
				return "", err
			}
			if kind == news.HouseRestored {
				if err := t.houseRoom(1); err != nil {
					return "", err
				}
			}
			t.houseEvent(actor, kind, &e)
			if err := t.updateHouse(&e); err != nil {
				return "", err
			}
			return "done", t.houseChanged()
		})
		return err
	})
	if err != nil {
		return news.HouseEntry{}, sameHouse(err)
	}
	return s.HouseEntry(ctx, id)
}

// ImportHouse adds entries, all or none. One that says the same as an entry in force takes its place where replace is set, and is left
// out otherwise. Conflict "error.house_full".
func (s *Store) ImportHouse(ctx context.Context, actor news.Actor, entries []news.HouseEntry, replace bool) (news.HouseOutcome, error) {
	var done news.HouseOutcome
	err := s.inTx(ctx, func(t *tx) error {
		done = news.HouseOutcome{}
		known, err := t.houseKnown()
		if err != nil {
			return err
		}
		if err := t.reserve("house_entry", len(entries)); err != nil {
			return err
		}
		for _, e := range entries {
			if err := t.importHouse(known, e, replace, &done); err != nil {
				return err
			}
		}
		if done.Added+done.Changed == 0 {
			return nil
		}
		if err := t.houseRoom(0); err != nil {
			return err
		}
		t.event(news.Event{Actor: actor.EventActor(), Kind: news.HouseImported, SubjectKind: "house",
			Data: map[string]string{"added": strconv.Itoa(done.Added), "changed": strconv.Itoa(done.Changed)}})
		return t.houseChanged()
	})
	return done, err
}

// houseMeaning is what no two entries in force have in common.
type houseMeaning struct {
	kind news.HouseKind
	key  string
}

// houseKnown is the table in force.
func (t *tx) houseKnown() (map[houseMeaning]news.HouseEntry, error) {
	rows, err := t.session.QueryContext(t.ctx, houseQuery+` WHERE h.gone = 0`)
	if err != nil {
		return nil, err
	}
	known := map[houseMeaning]news.HouseEntry{}
	return known, eachRow(rows, func(r scanner) error {
		e, _, err := scanHouse(r)
		known[houseMeaning{e.Kind, e.Key}] = e
		return err
	})
}

func (t *tx) importHouse(known map[houseMeaning]news.HouseEntry, e news.HouseEntry, replace bool, done *news.HouseOutcome) error {
	meaning := houseMeaning{e.Kind, e.Key}
	old, found := known[meaning]
	switch {
	case !found:
		done.Added++
		id, err := t.insertHouse(e)
		e.ID = news.HouseID(id)
		known[meaning] = e
		return err
	case old.HouseState == e.HouseState:
		done.Same++
		return nil
	case !replace:
		done.Differ++
		return nil
	}
	done.Changed++
	old.Turn(e.HouseState, e.UpdatedBy, e.UpdatedAt)
	known[meaning] = old
	return t.updateHouse(&old)
}

func (t *tx) insertHouse(e news.HouseEntry) (int64, error) {
	id, err := t.nextID("house_entry")
	if err != nil {
		return 0, err
	}
	was, err := houseWas(&e)
	if err != nil {
		return 0, err
	}
	return id, t.exec(`INSERT INTO house_entry (id, kind, text, preferred, note, key, gone, version, was, sort, search, updated_at, updated_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, id, string(e.Kind), e.Text, e.Preferred, e.Note, e.Key, flag(e.Gone), e.Version, was,
		persian.SortKey(e.Text), houseSearch(&e), ms(e.UpdatedAt), int64(e.UpdatedBy))
}

func (t *tx) updateHouse(e *news.HouseEntry) error {
	was, err := houseWas(e)
	if err != nil {
		return err
	}
	return t.exec(`UPDATE house_entry SET text = $2, preferred = $3, note = $4, key = $5, gone = $6, version = $7, was = $8, sort = $9, search = $10,
		updated_at = $11, updated_by = $12 WHERE id = $1`, int64(e.ID), e.Text, e.Preferred, e.Note, e.Key, flag(e.Gone), e.Version, was,
		persian.SortKey(e.Text), houseSearch(e), ms(e.UpdatedAt), int64(e.UpdatedBy))
}

func houseWas(e *news.HouseEntry) (sql.NullString, error) {
	if e.Was == nil {
		return sql.NullString{}, nil
	}
	text, err := json.Marshal(e.Was)
	return sql.NullString{String: string(text), Valid: true}, err
}

func houseSearch(e *news.HouseEntry) string {
	return persian.Fold(e.Text + " " + e.Preferred + " " + e.Note)
}

// houseRoom is a Conflict when more entries than the table may hold would be in force with so many new ones.
func (t *tx) houseRoom(more int) error {
	var n int
	if err := t.queryRow(`SELECT COUNT(*) FROM house_entry WHERE gone = 0`).Scan(&n); err != nil {
		return err
	}
	if n+more > news.MaxHouseEntries {
		return news.Fail(news.Conflict, "error.house_full", news.MaxHouseEntries)
	}
	return nil
}

// houseChanged tells whoever holds the table in memory that it is old.
func (t *tx) houseChanged() error {
	_, err := t.nextID("house_version")
	return err
}

func (t *tx) houseEvent(actor news.Actor, kind news.EventKind, e *news.HouseEntry) {
	data := map[string]string{"kind": string(e.Kind), "text": e.Text}
	if e.Preferred != "" {
		data["preferred"] = e.Preferred
	}
	t.event(news.Event{Actor: actor.EventActor(), Kind: kind, SubjectKind: "house", SubjectID: int64(e.ID), Data: data})
}

// sameHouse puts the conflict of two entries that say the same at its field.
func sameHouse(err error) error {
	if e, own := err.(*news.Error); own && e.Kind == news.Conflict && e.Key == "error.conflict" {
		return &news.Error{Kind: news.Invalid, Key: "error.house_known", Field: "text", Err: err}
	}
	return err
}
