package store

import (
	"context"
	"fmt"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

const topicQuery = `SELECT t.id, t.slug, t.name, COALESCE(p.kind, ''), COALESCE(p.text, ''), COALESCE(p.media_id, 0), COALESCE(t.into_id, 0),
	(SELECT COUNT(*) FROM public_tag x WHERE x.id = t.id), t.version, t.updated_at, t.updated_by, COALESCE(u.name, '')
	FROM tag t LEFT JOIN topic p ON p.tag_id = t.id LEFT JOIN newsuser u ON u.id = t.updated_by`

func scanTopic(r scanner) (news.Topic, error) {
	var t news.Topic
	var updated int64
	err := r.Scan(&t.ID, &t.Slug, &t.Name, &t.Kind, &t.Text, &t.Picture, &t.Into, &t.Count, &t.Version, &updated, &t.UpdatedBy, &t.ByName)
	if updated != 0 {
		t.UpdatedAt = fromMS(updated)
	}
	return t, err
}

// Topics is a page of topics, or of all tags.
func (s *Store) Topics(ctx context.Context, f news.TopicFilter) (news.TopicPage, error) {
	var args argList
	after := descending(f.After)
	from, turn := `tag t JOIN topic p ON p.tag_id = t.id WHERE (t.updated_at, t.id) < (`+args.add(after.At)+`, `+args.add(after.ID)+`)`, `t.updated_at DESC, t.id DESC`
	if f.Plain {
		args = nil
		from, turn = `tag t WHERE t.id < `+args.add(after.ID), `t.id DESC`
	}
	if fold := persian.Fold(f.Text); fold != "" {
		like := args.add(likePattern(fold))
		from += ` AND (t.fold LIKE ` + like + ` ESCAPE '!' OR EXISTS (SELECT 1 FROM tag o WHERE o.into_id = t.id AND o.name <> '' AND o.fold LIKE ` + like + ` ESCAPE '!'))`
	}
	// The articles of those shown alone are counted.
	query := topicQuery + ` WHERE t.id IN (SELECT t.id FROM ` + from + ` AND t.into_id IS NULL ORDER BY ` + turn + ` LIMIT ` + args.add(f.Limit+1) + `) ORDER BY ` + turn
	var page news.TopicPage
	err := s.each(ctx, func(r scanner) error {
		t, err := scanTopic(r)
		if n := len(page.Topics); n == f.Limit {
			last := page.Topics[n-1]
			page.Next = news.Cursor{ID: int64(last.ID)}
			if !f.Plain {
				page.Next.At = ms(last.UpdatedAt)
			}
			return err
		}
		page.Topics = append(page.Topics, t)
		return err
	}, query, args...)
	return page, err
}

// Topic is a tag as the newsroom sees it; NotFound when there is none. One that leads to another says so (Into).
func (s *Store) Topic(ctx context.Context, id news.TagID) (news.Topic, error) {
	var t news.Topic
	err := s.one(ctx, func(r scanner) (err error) { t, err = scanTopic(r); return err }, topicQuery+` WHERE t.id = $1`, int64(id))
	return t, err
}

// SaveTopic stores what change makes of a tag. The tag is found by its id or, where that is 0, by its name or another name of it, and made
// where nobody used it yet. A new name or address is refused where another tag has it (Invalid at "name", "slug"); the old ones go on leading to the tag, and
// an address "" is made from the name. Kind "" leaves a plain tag plain. The same action id again changes nothing.
func (s *Store) SaveTopic(ctx context.Context, actor news.Actor, action string, tag news.Tag, change func(*news.Topic) error) (news.Topic, error) {
	id := int64(tag.ID)
	err := s.inTx(ctx, func(t *tx) (err error) {
		if id == 0 {
			if id, err = t.tagID(tag.Name); err != nil {
				return err
			}
		}
		_, err = t.once(fmt.Sprintf("topic/%d", id), action, func() (string, error) {
			before, err := t.tag(news.TagID(id))
			if err != nil {
				return "", err
			}
			after := before
			if err := change(&after); err != nil {
				return "", err
			}
			if err := t.renameTag(actor, before.Tag, &after.Tag); err != nil {
				return "", err
			}
			return "done", t.storeTopic(actor, after)
		})
		return err
	})
	if err != nil {
		return news.Topic{}, err
	}
	return s.Topic(ctx, news.TagID(id))
}

func (t *tx) storeTopic(actor news.Actor, topic news.Topic) error {
	id := int64(topic.ID)
	err := t.exec(`UPDATE tag SET version = $2, updated_at = $3, updated_by = $4 WHERE id = $1`, id, topic.Version, ms(topic.UpdatedAt), int64(topic.UpdatedBy))
	if err != nil || topic.Kind == "" {
		return err
	}
	t.touch(topic.ID.Dependency(), news.TopicList)
	t.event(news.Event{Actor: actor.EventActor(), Kind: news.TopicSaved, SubjectKind: "topic", SubjectID: id, Data: map[string]string{"name": topic.Name}})
	if err := t.knownNamesChanged(); err != nil {
		return err
	}
	return t.exec(`INSERT INTO topic (tag_id, kind, text, media_id, version, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (tag_id) DO UPDATE SET kind = excluded.kind, text = excluded.text, media_id = excluded.media_id, version = excluded.version,
			updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
		id, string(topic.Kind), topic.Text, nullID(topic.Picture), topic.Version, ms(topic.UpdatedAt), int64(topic.UpdatedBy))
}

// DeleteTopic makes a topic a plain tag again; NotFound where it is none.
func (s *Store) DeleteTopic(ctx context.Context, actor news.Actor, action string, id news.TagID) error {
	return s.inTx(ctx, func(t *tx) error {
		_, err := t.once(fmt.Sprintf("topic/%d", id), action, func() (string, error) {
			var was int64
			if err := t.queryRow(`DELETE FROM topic WHERE tag_id = $1 RETURNING tag_id`, int64(id)).Scan(&was); err != nil {
				return "", err
			}
			if err := t.tagChanged(actor, id); err != nil {
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

// KnownNames are the names that are looked for in a text: those of the topics, their other names, and those that an operator loaded.
func (s *Store) KnownNames(ctx context.Context) ([]news.KnownName, error) {
	var all []news.KnownName
	for _, query := range []string{
		`SELECT t.name, t.name FROM topic p JOIN tag t ON t.id = p.tag_id WHERE t.into_id IS NULL`,
		`SELECT o.name, t.name FROM topic p JOIN tag t ON t.id = p.tag_id JOIN tag o ON o.into_id = t.id WHERE o.name <> ''`,
		`SELECT k.name, COALESCE(t.name, k.name) FROM known_name k LEFT JOIN tag o ON o.fold = k.fold LEFT JOIN tag t ON t.id = o.into_id`,
	} {
		err := s.each(ctx, func(r scanner) error {
			var n news.KnownName
			err := r.Scan(&n.Name, &n.Offer)
			all = append(all, n)
			return err
		}, query)
		if err != nil {
			return nil, err
		}
	}
	return all, nil
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
