package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Names of tags: what a tag is called besides, was called, and where it stood, are rows of the table tag that lead to it (into_id).

// each reads rows within the transaction.
func (t *tx) each(scan func(scanner) error, query string, args ...any) error {
	rows, err := t.session.QueryContext(t.ctx, query, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, scan)
}

// currentNames are tags as an article's text names them under the names that they have now, each once.
func currentNames(each func(scan func(scanner) error, query string, args ...any) error, names []string) ([]string, error) {
	if len(names) == 0 {
		return names, nil
	}
	var args argList
	marks := make([]string, len(names))
	for i, name := range names {
		marks[i] = args.add(persian.Fold(name))
	}
	now := map[string]string{} // by the folded name of before
	err := each(func(r scanner) error {
		var fold, name string
		err := r.Scan(&fold, &name)
		now[fold] = name
		return err
	}, `SELECT o.fold, t.name FROM tag o JOIN tag t ON t.id = o.into_id WHERE o.fold IN (`+strings.Join(marks, ", ")+`)`, args...)
	if err != nil || len(now) == 0 {
		return names, err
	}
	seen := map[string]bool{}
	var out []string
	for _, name := range names {
		if to := now[persian.Fold(name)]; to != "" {
			name = to
		}
		if fold := persian.Fold(name); !seen[fold] {
			seen[fold] = true
			out = append(out, name)
		}
	}
	return out, nil
}

// tag reads a tag within the transaction; sql.ErrNoRows when there is none.
func (t *tx) tag(id news.TagID) (news.Topic, error) {
	return scanTopic(t.queryRow(topicQuery+` WHERE t.id = $1`, int64(id)))
}

// tagChanged notes who changed a tag last, for forms that began before.
func (t *tx) tagChanged(actor news.Actor, id news.TagID) error {
	return t.exec(`UPDATE tag SET version = version + 1, updated_at = $2, updated_by = $3 WHERE id = $1`, int64(id), ms(t.now), int64(actor.User))
}

// namedTag is a row of tag, with the name of the tag that it stands for.
type namedTag struct {
	id, into news.TagID
	name     string
}

// of tells whether the row is the tag's own or leads to it.
func (n namedTag) of(id news.TagID) bool { return n.id == id || n.into == id }

// tagWith finds the row with a folded name (column "fold") or an address ("slug"); zero where there is none.
func (t *tx) tagWith(column, value string) (namedTag, error) {
	var n namedTag
	err := t.queryRow(`SELECT o.id, COALESCE(o.into_id, 0), t.name FROM tag o JOIN tag t ON t.id = COALESCE(o.into_id, o.id) WHERE o.`+column+` = $1`, value).
		Scan(&n.id, &n.into, &n.name)
	if err == sql.ErrNoRows {
		err = nil
	}
	return n, err
}

// renameTag gives a tag the name and the address of after; an empty address is made from the name. What it was called and where it stood before lead to
// it from then on; where it gets back an earlier name or address, the two change places.
func (t *tx) renameTag(actor news.Actor, before news.Tag, after *news.Tag) error {
	id := before.ID
	var oldFold string
	if err := t.queryRow(`SELECT fold FROM tag WHERE id = $1`, int64(id)).Scan(&oldFold); err != nil {
		return err
	}
	fold := persian.Fold(after.Name)
	byName, err := t.tagWith("fold", fold)
	if err != nil {
		return err
	}
	if byName.id != 0 && !byName.of(id) {
		return news.FieldError("name", "error.tag_taken", byName.name)
	}
	bySlug, err := t.addressFor(id, after)
	if err != nil || after.Name == before.Name && after.Slug == before.Slug {
		return err
	}
	// Out of the way first: names and addresses are unique. Neither begins with a space.
	if err := t.exec(`UPDATE tag SET fold = $2, slug = $2 WHERE id = $1`, int64(id), " "+strconv.FormatInt(int64(id), 10)); err != nil {
		return err
	}
	if byName.into == id && byName.id != 0 {
		if err := t.exec(`UPDATE tag SET name = $2, fold = $3 WHERE id = $1`, int64(byName.id), before.Name, oldFold); err != nil {
			return err
		}
	}
	if bySlug.into == id && bySlug.id != 0 {
		if err := t.exec(`UPDATE tag SET slug = $2, fold = CASE WHEN name = '' THEN $3 ELSE fold END WHERE id = $1`, int64(bySlug.id), before.Slug, " "+before.Slug); err != nil {
			return err
		}
	}
	if err := t.exec(`UPDATE tag SET name = $2, fold = $3, slug = $4 WHERE id = $1`, int64(id), after.Name, fold, after.Slug); err != nil {
		return err
	}
	if err := t.keepNames(before, oldFold, fold != oldFold && byName.id == 0, after.Slug != before.Slug && bySlug.id == 0); err != nil {
		return err
	}
	t.touch(id.Dependency(), id.NameDependency(), news.TagAddresses, news.TopicList)
	t.event(news.Event{Actor: actor.EventActor(), Kind: news.TagRenamed, SubjectKind: "tag", SubjectID: int64(id),
		Data: map[string]string{"from": before.Name, "to": after.Name, "from_slug": before.Slug, "to_slug": after.Slug}})
	return t.knownNamesChanged()
}

// addressFor completes the address of a tag and returns the row that has it so far; zero where none has.
func (t *tx) addressFor(id news.TagID, after *news.Tag) (namedTag, error) {
	typed := after.Slug != ""
	if !typed {
		after.Slug = persian.Slug(after.Name)
	}
	row, err := t.tagWith("slug", after.Slug)
	if err != nil || row.id == 0 && after.Slug != "" || row.of(id) {
		return row, err
	}
	if typed {
		return row, news.FieldError("slug", "error.tag_slug_taken", row.name)
	}
	after.Slug, err = t.freeSlug("tag", after.Name, int64(id))
	return namedTag{}, err
}

// keepNames makes the row that leads from an earlier name or address to the tag, where no row does.
func (t *tx) keepNames(before news.Tag, oldFold string, name, address bool) error {
	if !name && !address {
		return nil
	}
	if !address {
		_, err := t.insertTag(before.Name, oldFold, before.ID)
		return err
	}
	id, err := t.nextID("tag")
	if err != nil {
		return err
	}
	row := news.Tag{Slug: before.Slug}
	if name {
		row.Name = before.Name
	} else {
		oldFold = " " + before.Slug
	}
	return t.exec(`INSERT INTO tag (id, slug, fold, name, into_id) VALUES ($1, $2, $3, $4, $5)`, id, row.Slug, oldFold, row.Name, int64(before.ID))
}

// TagNames are the other names of a tag, in the order in which it got them.
func (s *Store) TagNames(ctx context.Context, id news.TagID) ([]news.Tag, error) {
	var all []news.Tag
	err := s.each(ctx, func(r scanner) error {
		var tag news.Tag
		err := r.Scan(&tag.ID, &tag.Slug, &tag.Name)
		all = append(all, tag)
		return err
	}, `SELECT id, slug, name FROM tag WHERE into_id = $1 AND name <> '' ORDER BY id`, int64(id))
	return all, err
}

// TaggedCodes are the articles filed under a tag.
func (s *Store) TaggedCodes(ctx context.Context, id news.TagID) ([]news.Code, error) {
	return s.codes(ctx, `SELECT article_code FROM article_tag WHERE tag_id = $1 ORDER BY article_code`, int64(id))
}

// DraftsTagged are the articles whose working copy readers do not see and which name a tag, by any of its names.
func (s *Store) DraftsTagged(ctx context.Context, id news.TagID) ([]news.Code, error) {
	folds := map[string]bool{}
	err := s.each(ctx, func(r scanner) error {
		var fold string
		err := r.Scan(&fold)
		folds[fold] = true
		return err
	}, `SELECT fold FROM tag WHERE id = $1 OR into_id = $1`, int64(id))
	if err != nil {
		return nil, err
	}
	var codes []news.Code
	err = s.each(ctx, func(r scanner) error {
		var code news.Code
		var text string
		var names []string
		if err := r.Scan(&code, &text); err != nil {
			return err
		}
		if err := fromJSONList(text, &names); err != nil {
			return err
		}
		if namesOneOf(names, folds) {
			codes = append(codes, code)
		}
		return nil
	}, `SELECT a.code, r.tags FROM article a JOIN revision r ON r.id = a.working_revision
		WHERE (a.public_revision IS NULL OR a.public_revision <> a.working_revision) AND r.tags <> '[]' ORDER BY a.code`)
	return codes, err
}

// namesOneOf tells whether a list of tags has one of some folded names.
func namesOneOf(names []string, folds map[string]bool) bool {
	return slices.ContainsFunc(names, func(name string) bool { return folds[persian.Fold(name)] })
}

// NameTag gives a tag another name, which leads to it from then on. Errors: NotFound; Conflict "error.tag_merged" where the tag itself leads to another; Invalid at
// "other" when the tag has the name already, another one has it, or it is a tag with articles or a topic itself.
func (s *Store) NameTag(ctx context.Context, actor news.Actor, action string, id news.TagID, name string) error {
	return s.inTx(ctx, func(t *tx) error {
		_, err := t.once("tag.name/"+strconv.FormatInt(int64(id), 10), action, func() (string, error) {
			tag, err := t.ownTag(id)
			if err != nil {
				return "", err
			}
			fold := persian.Fold(name)
			row, err := t.tagWith("fold", fold)
			switch {
			case err != nil:
			case row.id == 0:
				_, err = t.insertTag(name, fold, id)
			case row.of(id):
				err = news.FieldError("other", "error.tag_named_so", row.name)
			case row.into != 0:
				err = news.FieldError("other", "error.tag_taken", row.name)
			default:
				err = t.takeEmpty(row, id)
			}
			if err != nil {
				return "", err
			}
			if err := t.tagChanged(actor, id); err != nil {
				return "", err
			}
			t.touch(news.TagAddresses, id.Dependency())
			t.event(news.Event{Actor: actor.EventActor(), Kind: news.TagNamed, SubjectKind: "tag", SubjectID: int64(id),
				Data: map[string]string{"from": name, "to": tag.Name, "codes": ""}}) // no article moves
			return "done", t.knownNamesChanged()
		})
		return err
	})
}

// takeEmpty makes a tag that holds nothing another name of the tag into.
func (t *tx) takeEmpty(row namedTag, into news.TagID) error {
	var full bool
	err := t.queryRow(`SELECT EXISTS (SELECT 1 FROM article_tag WHERE tag_id = $1) OR EXISTS (SELECT 1 FROM topic WHERE tag_id = $1)`, int64(row.id)).Scan(&full)
	if err != nil {
		return err
	}
	if full {
		return news.FieldError("other", "error.tag_is_other", row.name)
	}
	return t.leadTo(row.id, into)
}

// leadTo makes a tag, and all that leads to it, lead to another.
func (t *tx) leadTo(id, into news.TagID) error {
	if err := t.exec(`UPDATE tag SET into_id = $2, came_with = COALESCE(came_with, $1) WHERE into_id = $1`, int64(id), int64(into)); err != nil {
		return err
	}
	return t.exec(`UPDATE tag SET into_id = $2 WHERE id = $1`, int64(id), int64(into))
}

// leadBack makes a tag that led to another one of its own again, with all that came along with it, and returns the folded names of them all.
func (t *tx) leadBack(id news.TagID) (folds map[string]bool, err error) {
	var ids []int64
	folds = map[string]bool{}
	err = t.each(func(r scanner) error {
		var one int64
		var fold string
		err := r.Scan(&one, &fold)
		ids, folds[fold] = append(ids, one), true
		return err
	}, `WITH RECURSIVE along (id) AS (SELECT CAST($1 AS BIGINT) UNION SELECT o.id FROM tag o JOIN along a ON o.came_with = a.id)
		SELECT t.id, t.fold FROM along a JOIN tag t ON t.id = a.id`, int64(id))
	if err != nil {
		return nil, err
	}
	for _, one := range ids {
		if err := t.exec(`UPDATE tag SET into_id = $2, came_with = CASE WHEN came_with = $2 THEN NULL ELSE came_with END WHERE id = $1`, one, int64(id)); err != nil {
			return nil, err
		}
	}
	return folds, t.exec(`UPDATE tag SET into_id = NULL, came_with = NULL WHERE id = $1`, int64(id))
}

// ownTag is a tag that leads to no other one.
func (t *tx) ownTag(id news.TagID) (news.Topic, error) {
	tag, err := t.tag(id)
	if err == nil && tag.Into != 0 {
		var to news.Topic
		if to, err = t.tag(tag.Into); err == nil {
			err = news.Fail(news.Conflict, "error.tag_merged", tag.Name, to.Name)
		}
	}
	return tag, err
}
