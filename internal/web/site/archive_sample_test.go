package site

import (
	"context"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// The memory's archive: what is needed to draw pages; the store's own tests hold the queries.

func (m *memory) Counts(_ context.Context, bounds []time.Time) ([]int, error) {
	counts := make([]int, len(bounds)-1)
	for i := range counts {
		for _, a := range m.articles {
			if !a.PublishedAt.IsZero() && !a.PublishedAt.Before(bounds[i]) && a.PublishedAt.Before(bounds[i+1]) {
				counts[i]++
			}
		}
	}
	return counts, m.broken
}

func (m *memory) FirstPublished(context.Context) (first time.Time, err error) {
	for _, a := range m.articles {
		if at := a.PublishedAt; !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first, m.broken
}

func (m *memory) FindPlain(ctx context.Context, _ string, q news.ListQuery) (news.CardPage, error) {
	return m.List(ctx, q)
}

func (m *memory) Reporter(context.Context, string) (news.Writer, error) {
	return news.Writer{}, news.Fail(news.NotFound, "error.not_found")
}

func (m *memory) ReporterNames(context.Context, []string) (map[string]news.Writer, error) {
	return nil, m.broken
}

func (m *memory) Tags(context.Context, []news.TagID) ([]news.Tag, error) { return nil, m.broken }

func (m *memory) Topic(context.Context, news.TagID) (news.PublicTopic, error) {
	return news.PublicTopic{}, news.Fail(news.NotFound, "error.not_found")
}

func (m *memory) Topics(context.Context, int) ([]news.PublicTopic, error) { return nil, m.broken }
