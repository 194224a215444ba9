package store

import (
	"context"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
)

const (
	// mergeCodes is how many articles an event of a merge names at the most; of more the followers read all of the tag.
	mergeCodes = 1000
	// mergeSoon is up to how many moved articles get their suggestions at once; more wait behind what is published meanwhile.
	mergeSoon = 100
)

// MergeTags takes one tag into another: its articles are filed under that, its name and address and all that led to it lead there. Its
// text is kept unseen, for SeparateTag. It returns how many public articles had it. The same action id again does nothing. Errors: NotFound; Invalid
// "error.tag_itself" at "into"; Conflict "error.tag_merged" where one of them leads to another already, "error.tag_changed" where it is not as it was seen.
func (s *Store) MergeTags(ctx context.Context, actor news.Actor, action string, m news.TagMerge) (moved int, err error) {
	err = s.inTx(ctx, func(t *tx) error {
		result, err := t.once("tag.merge", action, func() (string, error) {
			lost, kept, err := t.mergeable(m)
			if err != nil {
				return "", err
			}
			codes, err := t.codes(`SELECT article_code FROM article_tag WHERE tag_id = $1 ORDER BY article_code`, int64(lost.ID))
			if err != nil {
				return "", err
			}
			if err := t.suggestMoved(lost.ID, len(codes)); err != nil {
				return "", err
			}
			if err := t.moveArticles(lost.ID, kept.ID); err != nil {
				return "", err
			}
			if err := t.leadTo(lost.ID, kept.ID); err != nil {
				return "", err
			}
			t.tagMoved(actor, news.TagMerged, kept.ID, lost.Name, kept.Name, codes)
			t.touch(lost.ID.Dependency(), lost.ID.NameDependency(), kept.ID.Dependency())
			return strconv.Itoa(lost.Count), t.changedBoth(actor, lost.ID, kept.ID)
		})
		if err == nil {
			moved, err = strconv.Atoi(result)
		}
		return err
	})
	return moved, err
}

// mergeable reads both tags and looks whether they are as they were seen.
func (t *tx) mergeable(m news.TagMerge) (lost, kept news.Topic, err error) {
	if m.Lost == m.Kept {
		return lost, kept, news.FieldError("into", "error.tag_itself")
	}
	if lost, err = t.ownTag(m.Lost); err != nil {
		return lost, kept, err
	}
	if kept, err = t.ownTag(m.Kept); err != nil {
		return lost, kept, err
	}
	if lost.Version != m.LostVersion || kept.Version != m.KeptVersion {
		err = news.Fail(news.Conflict, "error.tag_changed")
	}
	return lost, kept, err
}

// moveArticles files the articles of one tag under another, each once.
func (t *tx) moveArticles(from, to news.TagID) error {
	err := t.exec(`UPDATE article_tag SET tag_id = $2 WHERE tag_id = $1 AND NOT EXISTS
		(SELECT 1 FROM article_tag k WHERE k.tag_id = $2 AND k.order_at = article_tag.order_at AND k.article_code = article_tag.article_code)`, int64(from), int64(to))
	if err != nil {
		return err
	}
	return t.exec(`DELETE FROM article_tag WHERE tag_id = $1`, int64(from))
}

// suggestMoved makes the suggestions of a tag's articles due; they are compared by their tags too.
func (t *tx) suggestMoved(id news.TagID, articles int) error {
	step := news.MatchText
	if articles > mergeSoon {
		step = news.MatchImportText
	}
	mark, err := t.nextID("suggest")
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO suggest_due (article_code, step, spread, order_at, mark, claimed_until)
		SELECT a.code, CAST($2 AS INTEGER), 0, a.order_at, CAST($3 AS BIGINT), 0 FROM article_tag x JOIN article a ON a.code = x.article_code
		WHERE x.tag_id = $1 AND a.state = 'published' `+suggestDueAgain, int64(id), int(step), mark)
}

// tagMoved notes that articles went from one tag to another, for the log, the indexes and the pages.
func (t *tx) tagMoved(actor news.Actor, kind news.EventKind, subject news.TagID, from, to string, codes []news.Code) {
	data := map[string]string{"from": from, "to": to, "articles": strconv.Itoa(len(codes))}
	if len(codes) <= mergeCodes {
		words := make([]string, len(codes))
		for i, code := range codes {
			words[i] = code.String()
		}
		data["codes"] = strings.Join(words, " ")
	}
	t.event(news.Event{Actor: actor.EventActor(), Kind: kind, SubjectKind: "tag", SubjectID: int64(subject), Data: data})
	t.touch(news.TagAddresses, news.TopicList)
}

func (t *tx) changedBoth(actor news.Actor, ids ...news.TagID) error {
	for _, id := range ids {
		if err := t.tagChanged(actor, id); err != nil {
			return err
		}
	}
	return t.knownNamesChanged()
}

// SeparateTag makes a name that led to a tag a tag of its own again, with the names that came along with it. The articles whose public revisions call it by one
// of those names are filed under it, and what was said of it as a topic shows again. It returns how many articles went. Errors: NotFound; Conflict
// "error.tag_separate" where it leads nowhere.
func (s *Store) SeparateTag(ctx context.Context, actor news.Actor, action string, id news.TagID) (moved int, err error) {
	err = s.inTx(ctx, func(t *tx) error {
		result, err := t.once("tag.separate", action, func() (string, error) {
			tag, err := t.tag(id)
			if err != nil {
				return "", err
			}
			if tag.Into == 0 || tag.Name == "" {
				return "", news.Fail(news.Conflict, "error.tag_separate", tag.Name)
			}
			kept, err := t.tag(tag.Into)
			if err != nil {
				return "", err
			}
			folds, err := t.leadBack(id)
			if err != nil {
				return "", err
			}
			codes, err := t.fileAgain(folds, kept.ID)
			if err != nil {
				return "", err
			}
			if err := t.suggestMoved(id, len(codes)); err != nil {
				return "", err
			}
			t.tagMoved(actor, news.TagSeparated, id, kept.Name, tag.Name, codes)
			t.touch(kept.ID.Dependency(), kept.ID.NameDependency(), id.Dependency())
			return strconv.Itoa(len(codes)), t.changedBoth(actor, id, kept.ID)
		})
		if err == nil {
			moved, err = strconv.Atoi(result)
		}
		return err
	})
	return moved, err
}

// fileAgain files anew those articles of a tag whose public revisions have one of some folded names, and returns them.
func (t *tx) fileAgain(folds map[string]bool, from news.TagID) ([]news.Code, error) {
	type filed struct {
		code    news.Code
		orderAt int64
		tags    []string
	}
	var all []filed
	err := t.each(func(r scanner) error {
		var f filed
		var text string
		if err := r.Scan(&f.code, &f.orderAt, &text); err != nil {
			return err
		}
		if err := fromJSONList(text, &f.tags); err != nil {
			return err
		}
		if namesOneOf(f.tags, folds) {
			all = append(all, f)
		}
		return nil
	}, `SELECT x.article_code, x.order_at, r.tags FROM article_tag x JOIN article a ON a.code = x.article_code JOIN revision r ON r.id = a.public_revision
		WHERE x.tag_id = $1 ORDER BY x.article_code`, int64(from))
	if err != nil {
		return nil, err
	}
	codes := make([]news.Code, len(all))
	for i, f := range all {
		if err := t.fileTags(f.code, f.orderAt, f.tags); err != nil {
			return nil, err
		}
		codes[i] = f.code
	}
	return codes, nil
}
