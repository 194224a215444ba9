package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Front is the working copy of the front page and what readers see of it; zero values before the first.
func (s *Store) Front(ctx context.Context) (news.FrontState, error) {
	row := func(query string, args ...any) scanner { return s.row(ctx, query, args...) }
	state, err := loadFront(row)
	return state, s.dialect.translate(err)
}

func loadFront(row func(string, ...any) scanner) (news.FrontState, error) {
	var state news.FrontState
	var text string
	var at int64
	d := &state.Draft
	err := row(`SELECT d.version, d.front, d.updated_at, d.updated_by, COALESCE(u.name, '')
		FROM front_draft d LEFT JOIN newsuser u ON u.id = d.updated_by WHERE d.id = 1`).Scan(&d.Version, &text, &at, &d.UpdatedBy, &d.ByName)
	if err == nil {
		d.UpdatedAt = fromMS(at)
		err = json.Unmarshal([]byte(text), &d.Front)
	}
	if err != nil && err != sql.ErrNoRows {
		return state, err
	}
	state.Published, err = scanFrontVersion(row(frontVersionQuery + ` ORDER BY v.number DESC LIMIT 1`))
	if err == sql.ErrNoRows {
		err = nil
	}
	return state, err
}

const frontVersionQuery = `SELECT v.number, v.front, v.at, v.by_user, COALESCE(u.name, ''), v.cause, v.of_number
	FROM front_version v LEFT JOIN newsuser u ON u.id = v.by_user`

func scanFrontVersion(r scanner) (news.FrontVersion, error) {
	var v news.FrontVersion
	var text string
	var at int64
	if err := r.Scan(&v.Number, &text, &at, &v.By, &v.ByName, &v.Cause, &v.Of); err != nil {
		return v, err
	}
	v.At = fromMS(at)
	if err := json.Unmarshal([]byte(text), &v.Front); err != nil {
		return v, fmt.Errorf("front page %d: %w", v.Number, err)
	}
	return v, nil
}

// FrontVersions are the publications that are kept, newest first, at most news.MaxFrontVersions.
func (s *Store) FrontVersions(ctx context.Context) ([]news.FrontVersion, error) {
	var all []news.FrontVersion
	err := s.each(ctx, func(r scanner) error {
		v, err := scanFrontVersion(r)
		all = append(all, v)
		return err
	}, frontVersionQuery+` ORDER BY v.number DESC`)
	return all, err
}

// UpdateFront loads the front page, lets change alter it, and stores a working copy whose Version rose and a publication whose Number
// rose, with the events that change names, all in one transaction. change must be pure. The same action id again does nothing and
// returns the front page as it is.
func (s *Store) UpdateFront(ctx context.Context, actor news.Actor, action string, change func(*news.FrontState) ([]news.EventKind, error)) (news.FrontState, error) {
	err := s.inTx(ctx, func(t *tx) error {
		_, err := t.once("front", action, func() (string, error) {
			before, err := loadFront(t.queryRow)
			if err != nil {
				return "", err
			}
			after := before
			after.Draft.Front = before.Draft.Front.Clone()
			kinds, err := change(&after)
			if err != nil {
				return "", err
			}
			for _, kind := range kinds {
				t.event(news.Event{Actor: actor.EventActor(), Kind: kind, SubjectKind: "front", SubjectID: int64(after.Published.Number),
					Data: map[string]string{"draft": strconv.Itoa(after.Draft.Version)}})
			}
			return "done", t.updateFront(&before, &after)
		})
		return err
	})
	if err != nil {
		return news.FrontState{}, err
	}
	return s.Front(ctx)
}

func (t *tx) updateFront(before, after *news.FrontState) error {
	if after.Draft.Version != before.Draft.Version {
		d := &after.Draft
		text, err := json.Marshal(d.Front)
		if err != nil {
			return err
		}
		err = t.exec(`INSERT INTO front_draft (id, version, front, updated_at, updated_by) VALUES (1, $1, $2, $3, $4)
			ON CONFLICT (id) DO UPDATE SET version = excluded.version, front = excluded.front, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
			d.Version, string(text), ms(d.UpdatedAt), int64(d.UpdatedBy))
		if err != nil {
			return err
		}
	}
	if after.Published.Number == before.Published.Number {
		return nil
	}
	t.touch(news.FrontPage)
	v := &after.Published
	text, err := json.Marshal(v.Front)
	if err != nil {
		return err
	}
	err = t.exec(`INSERT INTO front_version (number, front, at, by_user, cause, of_number) VALUES ($1, $2, $3, $4, $5, $6)`,
		v.Number, string(text), ms(v.At), int64(v.By), string(v.Cause), v.Of)
	if err != nil {
		return err
	}
	return t.exec(`DELETE FROM front_version WHERE number <= $1`, v.Number-news.MaxFrontVersions)
}

// FoundArticles are the newsroom's lines of articles by code, hidden ones too; a code that is none is left out.
func (s *Store) FoundArticles(ctx context.Context, codes []news.Code) (map[news.Code]news.FoundArticle, error) {
	found := map[news.Code]news.FoundArticle{}
	for _, code := range codes {
		err := s.one(ctx, func(r scanner) error {
			var a news.FoundArticle
			var published, publishAt sql.NullInt64
			if err := r.Scan(&a.Code, &a.State, &a.Headline, &a.SectionName, &published, &publishAt); err != nil {
				return err
			}
			a.PublishedAt, a.PublishAt = fromNullMS(published), fromNullMS(publishAt)
			found[a.Code] = a
			return nil
		}, `SELECT a.code, a.state, r.headline, s.name, a.published_at, a.publish_at
			FROM article a JOIN revision r ON r.id = COALESCE(a.public_revision, a.working_revision) JOIN section s ON s.id = r.section_id
			WHERE a.code = $1`, int64(code))
		if err != nil && !isNotFound(err) {
			return nil, err
		}
	}
	return found, nil
}

// FindTag finds a tag by its name, or another name of it, in any spelling that persian.Fold makes equal; NotFound when no article was ever
// filed under it.
func (s *Store) FindTag(ctx context.Context, name string) (news.Tag, error) {
	var tag news.Tag
	err := s.one(ctx, func(r scanner) error { return r.Scan(&tag.ID, &tag.Slug, &tag.Name) },
		`SELECT t.id, t.slug, t.name FROM tag o JOIN tag t ON t.id = COALESCE(o.into_id, o.id) WHERE o.fold = $1`, persian.Fold(name))
	return tag, err
}
