package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// CreateArticle stores a new article with its first revision and gives it its code. The same action id again returns the first result.
func (s *Store) CreateArticle(ctx context.Context, actor news.Actor, action string, a news.Article) (news.Article, error) {
	var code news.Code
	err := s.inTx(ctx, func(t *tx) error {
		result, err := t.once("article.create", action, func() (string, error) {
			if err := t.insertArticle(&a); err != nil {
				return "", err
			}
			t.articleEvent(actor, news.ArticleCreated, &a)
			if a.State == news.Published {
				t.articleEvent(actor, news.ArticlePublished, &a)
			}
			return a.Code.String(), nil
		})
		if err != nil {
			return err
		}
		code, _ = news.ParseCode(result)
		return nil
	})
	if err != nil {
		return news.Article{}, err
	}
	return s.Article(ctx, code)
}

// UpdateArticle loads an article, lets change alter it, and stores the result with the events that change names, all in one
// transaction. change must be pure: no I/O, and safe to run again. A revision is written when change raised
// Article.Revision; the public columns follow Article.PublicRevision and Article.State. The same action id again
// does nothing and returns the article as it is.
func (s *Store) UpdateArticle(ctx context.Context, actor news.Actor, action string, code news.Code, change func(*news.Article) ([]news.EventKind, error)) (news.Article, error) {
	err := s.inTx(ctx, func(t *tx) error {
		_, err := t.once("article/"+code.String(), action, func() (string, error) {
			before, err := loadArticle(t.queryRow, code)
			if err != nil {
				return "", err
			}
			if before.Content.Tags, err = currentNames(t.each, before.Content.Tags); err != nil {
				return "", err
			}
			after := before
			kinds, err := change(&after)
			if err != nil {
				return "", err
			}
			for _, kind := range kinds {
				t.articleEvent(actor, kind, &after)
			}
			return "done", t.updateArticle(&before, &after)
		})
		return err
	})
	if err != nil {
		return news.Article{}, err
	}
	return s.Article(ctx, code)
}

// Article is the newsroom's view of one article, its tags under the names that they have now; NotFound when there is none.
func (s *Store) Article(ctx context.Context, code news.Code) (news.Article, error) {
	row := func(query string, args ...any) scanner { return s.row(ctx, query, args...) }
	a, err := loadArticle(row, code)
	if err != nil {
		return a, s.dialect.translate(err)
	}
	a.Content.Tags, err = currentNames(func(scan func(scanner) error, query string, args ...any) error {
		return s.each(ctx, scan, query, args...)
	}, a.Content.Tags)
	return a, err
}

const articleColumns = `a.code, a.state, r.number, COALESCE(p.number, 0), a.published_at, a.modified_at, a.created_at, a.updated_at,
	a.author, a.updated_by, a.withdrawal, a.comments_closed, a.comments_note, COALESCE(a.origin, ''),
	a.holder, a.return_reason, a.publish_at, a.unpublish_at, a.unpublish_note, a.embargo_until, a.change_number, a.change_at, a.trashed_at, a.public_count, a.answered, ` + contentColumns

const contentColumns = `r.lang, r.kind, r.kicker, r.headline, r.short_headline, r.lede, r.body, r.source, r.end_mark, r.desk_code, r.slug, r.section_id,
	r.tags, r.bylines, COALESCE(r.media_id, 0), r.picture_caption, r.picture_credit, r.picture_alt`

func loadArticle(row func(string, ...any) scanner, code news.Code) (news.Article, error) {
	var a news.Article
	var published, modified, publishAt, unpublishAt, embargo, changeAt, trashed sql.NullInt64
	var created, updated int64
	var tags, bylines, answered string
	c := &a.Content
	err := row(`SELECT `+articleColumns+`
		FROM article a JOIN revision r ON r.id = a.working_revision LEFT JOIN revision p ON p.id = a.public_revision
		WHERE a.code = $1`, int64(code)).Scan(
		&a.Code, &a.State, &a.Revision, &a.PublicRevision, &published, &modified, &created, &updated,
		&a.Author, &a.UpdatedBy, &a.Withdrawal, &a.CommentsClosed, &a.CommentsNote, &a.Origin,
		&a.Holder, &a.ReturnReason, &publishAt, &unpublishAt, &a.UnpublishNote, &embargo, &a.ChangeNumber, &changeAt, &trashed, &a.PublicCount, &answered,
		&c.Lang, &c.Kind, &c.Kicker, &c.Headline, &c.ShortHeadline, &c.Lede, &c.Body, &c.Source, &c.EndMark, &c.DeskCode, &c.Slug, &c.Section,
		&tags, &bylines, &c.Picture.Media, &c.Picture.Caption, &c.Picture.Credit, &c.Picture.Alt)
	if err != nil {
		return a, err
	}
	a.PublishedAt, a.ModifiedAt = fromNullMS(published), fromNullMS(modified)
	a.CreatedAt, a.UpdatedAt = fromMS(created), fromMS(updated)
	a.PublishAt, a.UnpublishAt, a.EmbargoUntil = fromNullMS(publishAt), fromNullMS(unpublishAt), fromNullMS(embargo)
	a.ChangeAt, a.TrashedAt = fromNullMS(changeAt), fromNullMS(trashed)
	if err := fromJSONList(tags, &c.Tags); err != nil {
		return a, fmt.Errorf("article %d: tags: %w", code, err)
	}
	if err := fromJSONList(bylines, &c.Bylines); err != nil {
		return a, fmt.Errorf("article %d: bylines: %w", code, err)
	}
	if answered != "" {
		if err := json.Unmarshal([]byte(answered), &a.Answered); err != nil {
			return a, fmt.Errorf("article %d: answered: %w", code, err)
		}
	}
	return a, nil
}

// fromJSONList reads what jsonList wrote; the empty list comes back as nil, so that contents can be compared.
func fromJSONList[T any](text string, list *[]T) error {
	if text == "[]" {
		return nil
	}
	return json.Unmarshal([]byte(text), list)
}

// insertArticle stores a new article, sets its Code and Revision, and makes it public when its state says so.
func (t *tx) insertArticle(a *news.Article) error {
	code, err := t.nextID("article")
	if err != nil {
		return err
	}
	a.Code, a.Revision = news.Code(code), 1
	if a.State == news.Published {
		a.PublicRevision, a.PublicCount = 1, 1
	}
	revision, err := t.nextID("revision")
	if err != nil {
		return err
	}
	public, err := t.publicColumns(a, revision)
	if err != nil {
		return err
	}
	err = t.exec(`INSERT INTO article (code, state, working_revision, public_revision, section_id, media_id, published_at, order_at, modified_at,
			created_at, updated_at, author, updated_by, withdrawal, comments_closed, comments_note, origin, holder, public_count, desk_section)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		code, string(a.State), revision, public.revision, public.section, public.media, nullMS(a.PublishedAt), public.orderAt, nullMS(a.ModifiedAt),
		ms(a.CreatedAt), ms(a.UpdatedAt), int64(a.Author), int64(a.UpdatedBy), a.Withdrawal, flag(a.CommentsClosed), a.CommentsNote, nullText(a.Origin), int64(a.Holder), a.PublicCount,
		int64(a.Content.Section))
	if err != nil {
		return err
	}
	if err := t.insertRevision(revision, a); err != nil {
		return err
	}
	if err := t.setLists(a); err != nil || a.State != news.Published {
		return err
	}
	if err := t.dueSuggest(a.Code, news.MatchImportText, false); err != nil {
		return err
	}
	// Spelled out rather than touchArticle: an import inserts thousands, and all of it is known here.
	return t.touchLists(a.Code, a.Content.Section, a.Content.Kind)
}

// public holds the columns of an article's row that repeat its public revision, so that lists need no join to be sorted.
type publicColumns struct {
	revision, section, media sql.NullInt64
	orderAt                  int64
}

// publicColumns reads what is public of an article; working is the row id of its working revision.
func (t *tx) publicColumns(a *news.Article, working int64) (publicColumns, error) {
	p := publicColumns{orderAt: orderAt(a.PublishedAt)}
	if a.PublicRevision == 0 {
		return p, nil
	}
	if a.PublicRevision == a.Revision {
		p.revision, p.section, p.media = nullID(working), nullID(a.Content.Section), nullID(a.Content.Picture.Media)
		return p, nil
	}
	err := t.queryRow(`SELECT id, section_id, media_id FROM revision WHERE article_code = $1 AND number = $2`,
		int64(a.Code), a.PublicRevision).Scan(&p.revision, &p.section, &p.media)
	return p, err
}

func orderAt(published time.Time) int64 {
	if published.IsZero() {
		return undated
	}
	return ms(published)
}

// updateArticle stores what became of an article and notes what the public sees of it, before and after.
func (t *tx) updateArticle(before, after *news.Article) error {
	if !publicDiffers(before, after) {
		return t.writeArticle(before, after)
	}
	if err := t.touchArticle(after.Code); err != nil {
		return err
	}
	if err := t.writeArticle(before, after); err != nil {
		return err
	}
	if err := t.suggestAgain(before, after); err != nil {
		return err
	}
	return t.touchArticle(after.Code)
}

// publicDiffers tells whether a change is one that readers may see; an autosave or a new working revision is none.
func publicDiffers(before, after *news.Article) bool {
	return before.State != after.State || before.PublicRevision != after.PublicRevision || before.CommentsClosed != after.CommentsClosed || before.CommentsNote != after.CommentsNote ||
		before.Withdrawal != after.Withdrawal || !before.PublishedAt.Equal(after.PublishedAt) || !before.ModifiedAt.Equal(after.ModifiedAt)
}

func (t *tx) writeArticle(before, after *news.Article) error {
	var working int64
	if err := t.queryRow(`SELECT working_revision FROM article WHERE code = $1`, int64(after.Code)).Scan(&working); err != nil {
		return err
	}
	if after.Revision != before.Revision {
		id, err := t.nextID("revision")
		if err != nil {
			return err
		}
		working = id
		if err := t.insertRevision(working, after); err != nil {
			return err
		}
	}
	public, err := t.publicColumns(after, working)
	if err != nil {
		return err
	}
	answered, err := json.Marshal(after.Answered)
	if err != nil {
		return err
	}
	err = t.exec(`UPDATE article SET state = $2, working_revision = $3, public_revision = $4, section_id = $5, media_id = $6, published_at = $7,
			order_at = $8, modified_at = $9, updated_at = $10, updated_by = $11, withdrawal = $12, comments_closed = $13,
			holder = $14, return_reason = $15, publish_at = $16, unpublish_at = $17, unpublish_note = $18, embargo_until = $19,
			change_number = $20, change_at = $21, trashed_at = $22, public_count = $23, due_at = $24, desk_section = $25, answered = $26, comments_note = $27
		WHERE code = $1`,
		int64(after.Code), string(after.State), working, public.revision, public.section, public.media, nullMS(after.PublishedAt),
		public.orderAt, nullMS(after.ModifiedAt), ms(after.UpdatedAt), int64(after.UpdatedBy), after.Withdrawal, flag(after.CommentsClosed),
		int64(after.Holder), after.ReturnReason, nullMS(after.PublishAt), nullMS(after.UnpublishAt), after.UnpublishNote, nullMS(after.EmbargoUntil),
		after.ChangeNumber, nullMS(after.ChangeAt), nullMS(after.TrashedAt), after.PublicCount, nullMS(after.DueAt()),
		int64(after.Content.Section), string(answered), after.CommentsNote)
	if err != nil || after.PublicRevision == before.PublicRevision && after.PublishedAt.Equal(before.PublishedAt) {
		return err
	}
	return t.setLists(after)
}

// setLists files an article under the tags and the names of its public revision.
func (t *tx) setLists(a *news.Article) error {
	if err := t.setTags(a); err != nil {
		return err
	}
	return t.setBylines(a)
}

func (t *tx) insertRevision(id int64, a *news.Article) error {
	c := &a.Content
	tags, err := jsonList(c.Tags)
	if err != nil {
		return err
	}
	bylines, err := jsonList(c.Bylines)
	if err != nil {
		return err
	}
	err = t.exec(`INSERT INTO revision (id, article_code, number, at, author, lang, kind, kicker, headline, short_headline, lede, body, source,
			end_mark, desk_code, slug, section_id, tags, bylines, media_id, picture_caption, picture_credit, picture_alt)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
		id, int64(a.Code), a.Revision, ms(a.UpdatedAt), int64(a.UpdatedBy), c.Lang, string(c.Kind), c.Kicker, c.Headline, c.ShortHeadline, c.Lede, c.Body, c.Source,
		flag(c.EndMark), c.DeskCode, c.Slug, int64(c.Section), tags, bylines, nullID(c.Picture.Media), c.Picture.Caption, c.Picture.Credit, c.Picture.Alt)
	if err != nil {
		return err
	}
	if err := t.noteMedia(id, c); err != nil {
		return err
	}
	return t.noteNotes(a)
}

// jsonList writes a list as JSON, nil as the empty list.
func jsonList[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "[]", nil
	}
	b, err := json.Marshal(list)
	return string(b), err
}

// setTags files an article under the tags of its public revision.
func (t *tx) setTags(a *news.Article) error {
	tags := a.Content.Tags
	if a.PublicRevision == 0 {
		tags = nil
	} else if a.PublicRevision != a.Revision {
		var text string
		err := t.queryRow(`SELECT tags FROM revision WHERE article_code = $1 AND number = $2`, int64(a.Code), a.PublicRevision).Scan(&text)
		if err != nil {
			return err
		}
		tags = nil
		if err := fromJSONList(text, &tags); err != nil {
			return err
		}
	}
	return t.fileTags(a.Code, orderAt(a.PublishedAt), tags)
}

// fileTags files an article under tags by their names, and under no others.
func (t *tx) fileTags(code news.Code, orderAt int64, tags []string) error {
	if err := t.exec(`DELETE FROM article_tag WHERE article_code = $1`, int64(code)); err != nil {
		return err
	}
	seen := map[int64]bool{}
	for i, name := range tags {
		id, err := t.tagID(name)
		if err != nil {
			return err
		}
		if id == 0 || seen[id] {
			continue
		}
		seen[id] = true
		t.touch(news.TagID(id).Dependency())
		err = t.exec(`INSERT INTO article_tag (tag_id, order_at, article_code, position) VALUES ($1, $2, $3, $4)`, id, orderAt, int64(code), i)
		if err != nil {
			return err
		}
	}
	return nil
}

// tagID finds a tag by its folded name, or another name that leads to it, or makes it; 0 for a name that folds to nothing.
func (t *tx) tagID(name string) (int64, error) {
	fold := persian.Fold(name)
	if fold == "" {
		return 0, nil
	}
	var id int64
	err := t.queryRow(`SELECT COALESCE(into_id, id) FROM tag WHERE fold = $1`, fold).Scan(&id)
	if err != sql.ErrNoRows {
		return id, err
	}
	return t.insertTag(name, fold, 0)
}

// insertTag makes a tag, or another name of the tag into.
func (t *tx) insertTag(name, fold string, into news.TagID) (int64, error) {
	id, err := t.nextID("tag")
	if err != nil {
		return 0, err
	}
	slug, err := t.freeSlug("tag", name, id)
	if err != nil {
		return 0, err
	}
	return id, t.exec(`INSERT INTO tag (id, slug, fold, name, into_id) VALUES ($1, $2, $3, $4, $5)`, id, slug, fold, name, nullID(into))
}

// freeSlug is the name's slug, with the id behind it when another row has the same one or the name leaves nothing.
func (t *tx) freeSlug(table, name string, id int64) (string, error) {
	slug := persian.Slug(name)
	if slug != "" {
		var taken int
		if err := t.queryRow(`SELECT COUNT(*) FROM `+table+` WHERE slug = $1`, slug).Scan(&taken); err != nil || taken == 0 {
			return slug, err
		}
		slug += "-"
	}
	return slug + strconv.FormatInt(id, 10), nil
}

func (t *tx) articleEvent(actor news.Actor, kind news.EventKind, a *news.Article) {
	t.event(news.Event{Actor: actor.EventActor(), Kind: kind, SubjectKind: "article", SubjectID: int64(a.Code),
		Data: map[string]string{"revision": strconv.Itoa(a.Revision)}})
}

// Sections lists all sections by position, also those without public articles.
func (s *Store) Sections(ctx context.Context) ([]news.Section, error) {
	var all []news.Section
	err := s.each(ctx, func(r scanner) error {
		var section news.Section
		err := r.Scan(&section.ID, &section.Slug, &section.Name, &section.NameEN, &section.Position)
		all = append(all, section)
		return err
	}, `SELECT id, slug, name, name_en, position FROM section ORDER BY position, id`)
	return all, err
}

// EnsureSection finds the section of that folded name or slug, or makes it with the given slug ("" derives one), English name and position.
func (s *Store) EnsureSection(ctx context.Context, actor news.Actor, section news.Section) (news.Section, error) {
	err := s.inTx(ctx, func(t *tx) error {
		found, err := t.ensureSection(actor, section)
		section = found
		return err
	})
	return section, err
}

func (t *tx) ensureSection(actor news.Actor, section news.Section) (news.Section, error) {
	fold := persian.Fold(section.Name)
	find := `SELECT id, slug, name, name_en, position FROM section WHERE fold = $1 OR (slug = $2 AND $2 <> '') ORDER BY id LIMIT 1`
	var found news.Section
	err := t.queryRow(find, fold, section.Slug).Scan(&found.ID, &found.Slug, &found.Name, &found.NameEN, &found.Position)
	if err != sql.ErrNoRows {
		return found, err
	}
	id, err := t.nextID("section")
	if err != nil {
		return found, err
	}
	section.ID = news.SectionID(id)
	if section.Slug == "" {
		if section.Slug, err = t.freeSlug("section", section.Name, id); err != nil {
			return found, err
		}
	}
	if section.Position == 0 {
		section.Position = int(id) * 10
	}
	t.event(news.Event{Actor: actor.EventActor(), Kind: news.SectionCreated, SubjectKind: "section", SubjectID: id})
	return section, t.exec(`INSERT INTO section (id, slug, fold, name, name_en, position) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, section.Slug, fold, section.Name, section.NameEN, section.Position)
}
