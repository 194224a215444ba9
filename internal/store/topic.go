package store

import (
	"context"
	"fmt"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

const topicQuery = `SELECT t.id, t.slug, t.name, p.kind, p.text, COALESCE(p.media_id, 0), p.version, p.updated_at, p.updated_by, COALESCE(u.name, '')
	FROM topic p JOIN tag t ON t.id = p.tag_id LEFT JOIN newsuser u ON u.id = p.updated_by`

func scanTopic(r scanner) (news.Topic, error) {
	var t news.Topic
	var updated int64
	err := r.Scan(&t.ID, &t.Slug, &t.Name, &t.Kind, &t.Text, &t.Picture, &t.Version, &updated, &t.UpdatedBy, &t.ByName)
	t.UpdatedAt = fromMS(updated)
	return t, err
}

// Topics are all topics, most recently changed first, at most 1,000.
func (s *Store) Topics(ctx context.Context) ([]news.Topic, error) {
	var all []news.Topic
	err := s.each(ctx, func(r scanner) error {
		t, err := scanTopic(r)
		all = append(all, t)
		return err
	}, topicQuery+` ORDER BY p.updated_at DESC, t.id DESC LIMIT 1000`)
	return all, err
}

// Topic is one topic; NotFound while the tag is none.
func (s *Store) Topic(ctx context.Context, id news.TagID) (news.Topic, error) {
	var t news.Topic
	err := s.one(ctx, func(r scanner) (err error) { t, err = scanTopic(r); return err }, topicQuery+` WHERE t.id = $1`, int64(id))
	return t, err
}

// SaveTopic stores what change makes of a tag's topic, whose Version is 0 while there is none. The tag is found by its id or, where
// that is 0, by its name, and made where nobody used it yet. The same action id again changes nothing.
func (s *Store) SaveTopic(ctx context.Context, actor news.Actor, action string, tag news.Tag, change func(*news.Topic) error) (news.Topic, error) {
	id := int64(tag.ID)
	err := s.inTx(ctx, func(t *tx) (err error) {
		if id == 0 {
			if id, err = t.tagID(tag.Name); err != nil {
				return err
			}
		}
		_, err = t.once(fmt.Sprintf("topic/%d", id), action, func() (string, error) {
			topic, err := scanTopic(t.queryRow(topicQuery+` WHERE t.id = $1`, id))
			if err != nil && !isNotFound(s.dialect.translate(err)) {
				return "", err
			}
			topic.ID = news.TagID(id)
			if err := change(&topic); err != nil {
				return "", err
			}
			t.touch(topic.ID.Dependency(), news.TopicList)
			t.event(news.Event{Actor: actor.EventActor(), Kind: news.TopicSaved, SubjectKind: "topic", SubjectID: id})
			if err := t.knownNamesChanged(); err != nil {
				return "", err
			}
			return "done", t.exec(`INSERT INTO topic (tag_id, kind, text, media_id, version, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
				ON CONFLICT (tag_id) DO UPDATE SET kind = excluded.kind, text = excluded.text, media_id = excluded.media_id, version = excluded.version,
					updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
				id, string(topic.Kind), topic.Text, nullID(topic.Picture), topic.Version, ms(topic.UpdatedAt), int64(topic.UpdatedBy))
		})
		return err
	})
	if err != nil {
		return news.Topic{}, err
	}
	return s.Topic(ctx, news.TagID(id))
}

// DeleteTopic makes a topic a plain tag again; NotFound where it is none.
func (s *Store) DeleteTopic(ctx context.Context, actor news.Actor, action string, id news.TagID) error {
	return s.inTx(ctx, func(t *tx) error {
		_, err := t.once(fmt.Sprintf("topic/%d", id), action, func() (string, error) {
			var was int64
			if err := t.queryRow(`DELETE FROM topic WHERE tag_id = $1 RETURNING tag_id`, int64(id)).Scan(&was); err != nil {
				return "", err
			}
			t.touch(id.Dependency(), news.TopicList)
			t.event(news.Event{Actor: actor.EventActor(), Kind: news.TopicDeleted, SubjectKind: "topic", SubjectID: int64(id)})
			return "done", t.knownNamesChanged()
		})
		return err
	})
}

func (t *tx) knownNamesChanged() error {
	_, err := t.nextID("known_names")
	return err
}

// KnownNamesVersion is a number that rises with every change of the names that KnownNames gives.
func (s *Store) KnownNamesVersion(ctx context.Context) (int64, error) {
	var version int64
	err := s.one(ctx, func(r scanner) error { return r.Scan(&version) }, `SELECT value FROM counter WHERE name = 'known_names'`)
	return version, err
}

// KnownNames are the names that are looked for in a text: those of the topics, and those that an operator loaded.
func (s *Store) KnownNames(ctx context.Context) ([]string, error) {
	var all []string
	err := s.each(ctx, func(r scanner) error {
		var name string
		err := r.Scan(&name)
		all = append(all, name)
		return err
	}, `SELECT t.name FROM topic p JOIN tag t ON t.id = p.tag_id UNION ALL SELECT name FROM known_name`)
	return all, err
}

// LoadKnownNames adds names to those that are looked for; replace forgets those that were loaded before. It returns how many it knows
// that an operator loaded.
func (s *Store) LoadKnownNames(ctx context.Context, actor news.Actor, names []string, replace bool) (int, error) {
	var known int
	err := s.inTx(ctx, func(t *tx) error {
		if replace {
			if err := t.exec(`DELETE FROM known_name`); err != nil {
				return err
			}
		}
		for _, name := range names {
			if fold := persian.Fold(name); fold != "" {
				err := t.exec(`INSERT INTO known_name (fold, name) VALUES ($1, $2) ON CONFLICT (fold) DO UPDATE SET name = excluded.name`, fold, name)
				if err != nil {
					return err
				}
			}
		}
		t.event(news.Event{Actor: actor.EventActor(), Kind: news.KnownNamesLoaded, SubjectKind: "topic"})
		if err := t.knownNamesChanged(); err != nil {
			return err
		}
		return t.queryRow(`SELECT COUNT(*) FROM known_name`).Scan(&known)
	})
	return known, err
}

// ArticleCodes are up to limit codes of articles that are not in the trash, above after, rising.
func (s *Store) ArticleCodes(ctx context.Context, after news.Code, limit int) ([]news.Code, error) {
	return s.codes(ctx, `SELECT code FROM article WHERE code > $1 AND trashed_at IS NULL ORDER BY code LIMIT $2`, int64(after), limit)
}

// CountArticles is how many articles there are outside the trash.
func (s *Store) CountArticles(ctx context.Context) (int, error) {
	var n int
	err := s.one(ctx, func(r scanner) error { return r.Scan(&n) }, `SELECT COUNT(*) FROM article WHERE trashed_at IS NULL`)
	return n, err
}
