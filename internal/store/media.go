package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// AddMedia stores a media item's row and sets its id; its files are there already. A repeat under the same action id stores
// nothing and gives m the row of the first time.
func (s *Store) AddMedia(ctx context.Context, actor news.Actor, action string, m *news.Media) error {
	return s.inTx(ctx, func(t *tx) error {
		var added int64
		first, err := t.once("media.add", action, func() (string, error) {
			id, err := t.nextID("media")
			if err != nil {
				return "", err
			}
			m.ID, added = news.MediaID(id), id
			t.event(news.Event{Actor: actor.EventActor(), Kind: news.MediaAdded, SubjectKind: "media", SubjectID: id})
			return m.ID.String(), t.exec(`INSERT INTO media (id, hash, type, width, height, caption, credit, alt, created_at, created_by,
					kind, bytes, name, creator, copyright, focal_x, focal_y, renditions, edits, search, duration, weight)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
				id, m.Hash, m.Type, m.Width, m.Height, m.Caption, m.Credit, m.Alt, ms(m.CreatedAt), int64(m.CreatedBy),
				string(m.Kind), m.Bytes, m.Name, m.Creator, m.Copyright, m.Focal.X, m.Focal.Y, int(m.Renditions), m.Edits, mediaSearch(m), m.Duration.Milliseconds(), m.Weight)
		})
		if err != nil || added != 0 {
			return err
		}
		id, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return err
		}
		*m, err = scanMedia(t.queryRow(`SELECT `+mediaColumns+` FROM media m WHERE m.id = $1`, id))
		return err
	})
}

// mediaSearch is what the library's search looks in.
func mediaSearch(m *news.Media) string {
	return persian.Fold(strings.Join([]string{m.Caption, m.Credit, m.Creator, m.Copyright, m.Alt, m.Name}, " "))
}

const mediaColumns = `m.id, m.hash, m.type, m.width, m.height, m.caption, m.credit, m.alt, m.created_at, m.created_by,
	m.kind, m.bytes, m.name, m.creator, m.copyright, m.focal_x, m.focal_y, m.renditions, m.edits, m.duration, m.weight`

func scanMedia(r scanner) (news.Media, error) {
	var m news.Media
	var created, duration int64
	err := r.Scan(&m.ID, &m.Hash, &m.Type, &m.Width, &m.Height, &m.Caption, &m.Credit, &m.Alt, &created, &m.CreatedBy,
		&m.Kind, &m.Bytes, &m.Name, &m.Creator, &m.Copyright, &m.Focal.X, &m.Focal.Y, &m.Renditions, &m.Edits, &duration, &m.Weight)
	m.CreatedAt, m.Duration = fromMS(created), time.Duration(duration)*time.Millisecond
	return m, err
}

func (s *Store) oneMedia(ctx context.Context, query string, id news.MediaID) (m news.Media, err error) {
	err = s.one(ctx, func(r scanner) (err error) { m, err = scanMedia(r); return err }, query, int64(id))
	return m, err
}

func (s *Store) manyMedia(ctx context.Context, query string, args ...any) ([]news.Media, error) {
	var all []news.Media
	err := s.each(ctx, func(r scanner) error {
		m, err := scanMedia(r)
		all = append(all, m)
		return err
	}, query, args...)
	return all, err
}

// Media finds a media item for the newsroom; NotFound when there is none.
func (s *Store) Media(ctx context.Context, id news.MediaID) (news.Media, error) {
	return s.oneMedia(ctx, `SELECT `+mediaColumns+` FROM media m WHERE m.id = $1`, id)
}

// MediaOfHash lists the items that share a file, oldest first.
func (s *Store) MediaOfHash(ctx context.Context, hash string) ([]news.Media, error) {
	return s.manyMedia(ctx, `SELECT `+mediaColumns+` FROM media m WHERE m.hash = $1 ORDER BY m.id`, hash)
}

// PendingMedia lists up to limit items after an id whose renditions may be missing, oldest first.
func (s *Store) PendingMedia(ctx context.Context, after news.MediaID, limit int) ([]news.Media, error) {
	return s.manyMedia(ctx, `SELECT `+mediaColumns+` FROM media m WHERE m.renditions = 0 AND m.id > $1 ORDER BY m.id LIMIT $2`, int64(after), limit)
}

// SetRenditions tells how far the renditions of an item are, how long it plays and what it weighs, unless it was edited since m was
// read: then they are for other words or another focal point, and it stays as it is. A length that was not known is told to who shows it.
func (s *Store) SetRenditions(ctx context.Context, m news.Media, state news.RenditionState) error {
	return s.inTx(ctx, func(t *tx) error {
		var before int64
		err := t.queryRow(`SELECT duration FROM media WHERE id = $1 AND edits = $2`, int64(m.ID), m.Edits).Scan(&before)
		if err == sql.ErrNoRows {
			return nil
		}
		if err != nil {
			return err
		}
		if before != m.Duration.Milliseconds() {
			if err := t.touchMediaUsers(m.ID); err != nil {
				return err
			}
			t.event(news.Event{Actor: news.SystemActor("media").EventActor(), Kind: news.MediaEdited, SubjectKind: "media", SubjectID: int64(m.ID)})
		}
		return t.exec(`UPDATE media SET renditions = $3, search = $4, duration = $5, weight = $6 WHERE id = $1 AND edits = $2`,
			int64(m.ID), m.Edits, int(state), mediaSearch(&m), m.Duration.Milliseconds(), m.Weight)
	})
}

// EditMedia stores what people say of an item: words, focal point and the state of its renditions. m.Edits is the number that the edit
// began from and becomes the next one; Conflict "error.media_edited" when somebody else was faster.
func (s *Store) EditMedia(ctx context.Context, actor news.Actor, m *news.Media) error {
	return s.inTx(ctx, func(t *tx) error {
		var edits int
		err := t.queryRow(`UPDATE media SET caption = $3, credit = $4, alt = $5, creator = $6, copyright = $7, focal_x = $8, focal_y = $9,
				renditions = $10, search = $11, edits = edits + 1
			WHERE id = $1 AND edits = $2 RETURNING edits`,
			int64(m.ID), m.Edits, m.Caption, m.Credit, m.Alt, m.Creator, m.Copyright, m.Focal.X, m.Focal.Y, int(m.Renditions), mediaSearch(m)).Scan(&edits)
		if err == sql.ErrNoRows {
			return news.Fail(news.Conflict, "error.media_edited")
		}
		if err != nil {
			return err
		}
		m.Edits = edits
		if err := t.touchMediaUsers(m.ID); err != nil {
			return err
		}
		t.event(news.Event{Actor: actor.EventActor(), Kind: news.MediaEdited, SubjectKind: "media", SubjectID: int64(m.ID)})
		return nil
	})
}

// DeleteMedia removes an item's row and returns the items that still share its file. Conflict "error.media_in_use" while any version of
// any article or a topic uses it, NotFound when there is none.
func (s *Store) DeleteMedia(ctx context.Context, actor news.Actor, id news.MediaID) (sharing []news.Media, err error) {
	var hash string
	err = s.inTx(ctx, func(t *tx) error {
		var uses int
		if err := t.queryRow(`SELECT (SELECT COUNT(*) FROM revision_media WHERE media_id = $1) + (SELECT COUNT(*) FROM topic WHERE media_id = $1)`, int64(id)).Scan(&uses); err != nil {
			return err
		}
		if uses > 0 {
			return news.Fail(news.Conflict, "error.media_in_use")
		}
		if err := t.queryRow(`DELETE FROM media WHERE id = $1 RETURNING hash`, int64(id)).Scan(&hash); err != nil {
			return err
		}
		t.event(news.Event{Actor: actor.EventActor(), Kind: news.MediaDeleted, SubjectKind: "media", SubjectID: int64(id)})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.MediaOfHash(ctx, hash)
}

// HoldFile keeps others off the files of a hash until release is called, at most for a time: who removes them is alone, writers only
// wait for a remover. Conflict "error.upload_busy" while somebody else holds them so. Release must be called once; a hold that it cannot
// give back ends by itself.
func (s *Store) HoldFile(ctx context.Context, hash string, removing bool, most time.Duration) (release func(), err error) {
	holder := rand.Text()
	err = s.inTx(ctx, func(t *tx) error {
		if err := t.exec(`DELETE FROM media_hold WHERE hash = $1 AND until <= $2`, hash, ms(t.now)); err != nil {
			return err
		}
		var writers, removers int
		err := t.queryRow(`SELECT COUNT(*) FILTER (WHERE removing = 0), COUNT(*) FILTER (WHERE removing = 1) FROM media_hold WHERE hash = $1`, hash).Scan(&writers, &removers)
		if err != nil {
			return err
		}
		alone := 0
		if removing {
			alone = 1
		}
		if removers > 0 || removing && writers > 0 {
			return news.Fail(news.Conflict, "error.upload_busy")
		}
		return t.exec(`INSERT INTO media_hold (hash, holder, removing, until) VALUES ($1, $2, $3, $4)`, hash, holder, alone, ms(t.now.Add(most)))
	})
	return func() {
		// Whoever was cut off gives back too.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
		defer cancel()
		err := s.inTx(ctx, func(t *tx) error {
			return t.exec(`DELETE FROM media_hold WHERE hash = $1 AND holder = $2`, hash, holder)
		})
		if err != nil {
			s.log.ErrorContext(ctx, "a hold on a file was not given back and ends by itself", "error", err)
		}
	}, err
}

// releaseTime bounds the giving back of a hold.
const releaseTime = 10 * time.Second

// MediaList is a page of the library, newest first.
func (s *Store) MediaList(ctx context.Context, f news.MediaFilter) (news.MediaPage, error) {
	query := `SELECT ` + mediaColumns + ` FROM media m WHERE (m.kind = $1 OR $1 = '') AND (m.id < $2 OR $2 = 0)`
	args := []any{string(f.Kind), int64(f.After), f.Limit + 1}
	for i, word := range strings.Fields(persian.Fold(f.Text)) {
		if i == maxSearchWords {
			break
		}
		args = append(args, likePattern(word))
		query += ` AND m.search LIKE ` + "$" + strconv.Itoa(len(args)) + ` ESCAPE '!'`
	}
	items, err := s.manyMedia(ctx, query+` ORDER BY m.id DESC LIMIT $3`, args...)
	page := news.MediaPage{Items: items}
	if len(items) > f.Limit {
		page.Items = items[:f.Limit]
		page.Next = page.Items[f.Limit-1].ID
	}
	return page, err
}

// maxSearchWords bounds the words of a search that count; more would narrow nothing.
const maxSearchWords = 10

// MediaUses lists the articles that use an item, those that use it now first, most recently changed first; at most 100.
func (s *Store) MediaUses(ctx context.Context, id news.MediaID) ([]news.MediaUse, error) {
	var all []news.MediaUse
	err := s.each(ctx, func(r scanner) error {
		var use news.MediaUse
		err := r.Scan(&use.Code, &use.State, &use.Headline, &use.Now)
		all = append(all, use)
		return err
	}, `SELECT a.code, a.state, w.headline, u.now
		FROM (SELECT r.article_code, MAX(CASE WHEN r.id = a.working_revision OR (r.id = a.public_revision AND a.state <> 'withdrawn') THEN 1 ELSE 0 END) AS now
			FROM revision_media x JOIN revision r ON r.id = x.revision_id JOIN article a ON a.code = r.article_code
			WHERE x.media_id = $1 GROUP BY r.article_code) u
		JOIN article a ON a.code = u.article_code JOIN revision w ON w.id = a.working_revision
		ORDER BY u.now DESC, a.updated_at DESC, a.code DESC LIMIT 100`, int64(id))
	return all, err
}

// noteMedia keeps which items a revision uses. A number in the body that is no item is no use.
func (t *tx) noteMedia(revision int64, c *news.Content) error {
	for _, id := range c.UsedMedia() {
		err := t.exec(`INSERT INTO revision_media (revision_id, media_id) SELECT CAST($1 AS BIGINT), m.id FROM media m WHERE m.id = $2`, revision, int64(id))
		if err != nil {
			return err
		}
	}
	return nil
}
