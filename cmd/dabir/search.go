package main

import (
	"context"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/indexing"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/search"
	"github.com/dabir-newsroom/dabir/internal/store"
)

// storeLog is the log of the store as an index follows it.
type storeLog struct{ *store.Store }

// Follow hands over what happens after an event, until ctx ends.
func (s storeLog) Follow(ctx context.Context, after int64, hear func([]news.Event) error) error {
	return s.Store.Follow(ctx, store.Follower{After: after, Hear: hear})
}

// Synonyms are the words that the house's style says are found for one another.
func (s storeLog) Synonyms(ctx context.Context) ([][]string, error) {
	entries, err := s.HouseEntries(ctx)
	return indexing.SynonymRows(entries), err
}

// Retagged are the articles that the event names, or else all that are filed under its tag.
func (s storeLog) Retagged(ctx context.Context, e news.Event) ([]news.Code, error) {
	listed, ok := e.Data["codes"]
	if !ok {
		return s.TaggedCodes(ctx, news.TagID(e.SubjectID))
	}
	var codes []news.Code
	for word := range strings.FieldsSeq(listed) {
		if code, ok := news.ParseCode(word); ok {
			codes = append(codes, code)
		}
	}
	return codes, nil
}

// publicSource is what readers may find: it asks the gate.
type publicSource struct{ storeLog }

// Codes are those of public articles.
func (s publicSource) Codes(ctx context.Context, after news.Code, limit int) ([]news.Code, error) {
	return s.Public().Codes(ctx, after, limit)
}

// Count is how many articles are public.
func (s publicSource) Count(ctx context.Context) (int, error) { return s.Public().Count(ctx) }

// Document is an article as the gate shows it.
func (s publicSource) Document(ctx context.Context, code news.Code) (search.Document, error) {
	a, err := s.Public().Article(ctx, code)
	if err != nil {
		return search.Document{}, err
	}
	return indexing.PublicDocument(a), nil
}

// deskSource is what the newsroom may find: every working copy that is not in the trash.
type deskSource struct{ storeLog }

// Codes are those of all articles outside the trash.
func (s deskSource) Codes(ctx context.Context, after news.Code, limit int) ([]news.Code, error) {
	return s.ArticleCodes(ctx, after, limit)
}

// Count is how many there are.
func (s deskSource) Count(ctx context.Context) (int, error) { return s.CountArticles(ctx) }

// Retagged are also the working copies that nobody filed yet.
func (s deskSource) Retagged(ctx context.Context, e news.Event) ([]news.Code, error) {
	filed, err := s.storeLog.Retagged(ctx, e)
	if err != nil {
		return nil, err
	}
	drafts, err := s.DraftsTagged(ctx, news.TagID(e.SubjectID))
	return append(filed, drafts...), err
}

// Document is an article's working copy; Gone while it is in the trash.
func (s deskSource) Document(ctx context.Context, code news.Code) (search.Document, error) {
	a, err := s.Article(ctx, code)
	if err != nil {
		return search.Document{}, err
	}
	if !a.TrashedAt.IsZero() {
		return search.Document{}, news.Fail(news.Gone, "error.not_found")
	}
	return indexing.DeskDocument(a), nil
}
