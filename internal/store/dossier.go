package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/dabir-newsroom/dabir/internal/news"
)

const dossierQuery = `SELECT d.id, d.slug, d.state, d.version, d.content, COALESCE(d.public_content, ''), d.published_at, d.modified_at,
	d.created_at, d.updated_at, d.updated_by, COALESCE(u.name, '') FROM dossier d LEFT JOIN newsuser u ON u.id = d.updated_by`

func scanDossier(r scanner) (news.Dossier, error) {
	var d news.Dossier
	var content, public string
	var published, modified sql.NullInt64
	var created, updated int64
	err := r.Scan(&d.ID, &d.Slug, &d.State, &d.Version, &content, &public, &published, &modified, &created, &updated, &d.UpdatedBy, &d.ByName)
	if err != nil {
		return d, err
	}
	d.PublishedAt, d.ModifiedAt, d.CreatedAt, d.UpdatedAt = fromNullMS(published), fromNullMS(modified), fromMS(created), fromMS(updated)
	if err := json.Unmarshal([]byte(content), &d.Content); err != nil {
		return d, fmt.Errorf("dossier %d: %w", d.ID, err)
	}
	if public == "" {
		return d, nil
	}
	d.Public = &news.DossierContent{}
	return d, json.Unmarshal([]byte(public), d.Public)
}

// Dossier is the newsroom's view of one dossier; NotFound when there is none.
func (s *Store) Dossier(ctx context.Context, id news.DossierID) (news.Dossier, error) {
	var d news.Dossier
	err := s.one(ctx, func(r scanner) (err error) { d, err = scanDossier(r); return err }, dossierQuery+` WHERE d.id = $1`, int64(id))
	return d, err
}

// Dossiers are all dossiers, most recently changed first, at most 500.
func (s *Store) Dossiers(ctx context.Context) ([]news.Dossier, error) {
	var all []news.Dossier
	err := s.each(ctx, func(r scanner) error {
		d, err := scanDossier(r)
		all = append(all, d)
		return err
	}, dossierQuery+` ORDER BY d.updated_at DESC, d.id DESC LIMIT 500`)
	return all, err
}

// CreateDossier stores a new dossier and gives it its id. Invalid "error.dossier_slug" at "slug" when another has the address. The same
// action id again returns the first result.
func (s *Store) CreateDossier(ctx context.Context, actor news.Actor, action string, d news.Dossier) (news.Dossier, error) {
	var made int64
	err := s.inTx(ctx, func(t *tx) error {
		result, err := t.once("dossier.create", action, func() (string, error) {
			id, err := t.nextID("dossier")
			if err != nil {
				return "", err
			}
			content, err := json.Marshal(d.Content)
			if err != nil {
				return "", err
			}
			d.ID = news.DossierID(id)
			t.dossierEvent(actor, news.DossierCreated, &d)
			return strconv.FormatInt(id, 10), t.exec(`INSERT INTO dossier (id, slug, state, version, content, created_at, updated_at, updated_by)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, id, d.Slug, string(d.State), d.Version, string(content), ms(d.CreatedAt), ms(d.UpdatedAt), int64(d.UpdatedBy))
		})
		if err == nil {
			made, err = strconv.ParseInt(result, 10, 64)
		}
		return err
	})
	if err != nil {
		return d, slugTaken(err)
	}
	return s.Dossier(ctx, news.DossierID(made))
}

// UpdateDossier is UpdateArticle for a dossier. Errors of its own: as CreateDossier.
func (s *Store) UpdateDossier(ctx context.Context, actor news.Actor, action string, id news.DossierID, change func(*news.Dossier) ([]news.EventKind, error)) (news.Dossier, error) {
	err := s.inTx(ctx, func(t *tx) error {
		_, err := t.once(fmt.Sprintf("dossier/%d", id), action, func() (string, error) {
			d, err := scanDossier(t.queryRow(dossierQuery+` WHERE d.id = $1`, int64(id)))
			if err != nil {
				return "", err
			}
			kinds, err := change(&d)
			if err != nil {
				return "", err
			}
			for _, kind := range kinds {
				t.dossierEvent(actor, kind, &d)
			}
			return "done", t.updateDossier(&d)
		})
		return err
	})
	if err != nil {
		return news.Dossier{}, slugTaken(err)
	}
	return s.Dossier(ctx, id)
}

func (t *tx) updateDossier(d *news.Dossier) error {
	content, err := json.Marshal(d.Content)
	if err != nil {
		return err
	}
	var public sql.NullString
	if d.Public != nil {
		text, err := json.Marshal(d.Public)
		if err != nil {
			return err
		}
		public = sql.NullString{String: string(text), Valid: true}
	}
	return t.exec(`UPDATE dossier SET slug = $2, state = $3, version = $4, content = $5, public_content = $6, published_at = $7, modified_at = $8,
		updated_at = $9, updated_by = $10 WHERE id = $1`, int64(d.ID), d.Slug, string(d.State), d.Version, string(content), public,
		nullMS(d.PublishedAt), nullMS(d.ModifiedAt), ms(d.UpdatedAt), int64(d.UpdatedBy))
}

func (t *tx) dossierEvent(actor news.Actor, kind news.EventKind, d *news.Dossier) {
	if kind == news.DossierPublished || kind == news.DossierWithdrawn {
		t.touch(news.DossierList)
	}
	t.event(news.Event{Actor: actor.EventActor(), Kind: kind, SubjectKind: "dossier", SubjectID: int64(d.ID),
		Data: map[string]string{"version": strconv.Itoa(d.Version)}})
}

// slugTaken puts the conflict of two addresses at its field.
func slugTaken(err error) error {
	if e, own := err.(*news.Error); own && e.Kind == news.Conflict && e.Key == "error.conflict" {
		return &news.Error{Kind: news.Invalid, Key: "error.dossier_slug", Field: "slug", Err: err}
	}
	return err
}
