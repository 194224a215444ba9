package store_test

import (
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

func TestQueuesTellWhatWaitsAndSinceWhen(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	storetest.EachAt(t, func() time.Time { return now }, func(t *testing.T, s *store.Store) {
		queues := func() map[string]news.Queue {
			t.Helper()
			all, err := s.Queues(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			by := map[string]news.Queue{}
			for _, q := range all {
				by[q.Name] = q
			}
			return by
		}
		if q := queues(); len(q) != 3 || q["comments"].Length != 0 || !q["comments"].Oldest.IsZero() || q["due"].Length != 0 {
			t.Errorf("an empty newsroom: %+v", q)
		}
		out, err := s.ImportArticles(t.Context(), news.SystemActor("test", news.ChiefEditor), []news.Import{{SectionName: "جامعه", Article: news.Article{
			State: news.Published, PublishedAt: now.Add(-time.Hour), Origin: "test:1", Content: news.Content{Lang: "fa", Kind: news.KindNews, Headline: "خبر", Slug: "x"}}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []time.Duration{-time.Minute, -2 * time.Minute} {
			c := news.Comment{Article: out[0].Code, State: news.CommentPending, Text: "نظر", Pseudonym: "p", CreatedAt: now.Add(at)}
			if _, err := s.SubmitComment(t.Context(), c, news.CommentLimit{}, func(news.CommentsState) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if pool, waiting := s.Pool(); pool.OpenConnections < 1 || pool.MaxOpenConnections < 8 || waiting != 0 {
			t.Errorf("the pool: %+v, %d wait", pool, waiting)
		}
		if q := queues()["comments"]; q.Length != 2 || !q.Oldest.Equal(now.Add(-2*time.Minute)) {
			t.Errorf("two comments wait: %+v", q)
		}
		if at, err := s.EventAfter(t.Context(), 0); err != nil || at.IsZero() {
			t.Errorf("the first event: %v %v", at, err)
		}
		if _, err := s.EventAfter(t.Context(), 1<<40); news.KindOf(err) != news.NotFound {
			t.Errorf("behind the last event: %v", err)
		}
	})
}

func TestNodesTellOfThemselves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
		for _, n := range []news.Node{{Name: "b:80", SeenAt: now, Readers: 1}, {Name: "a:80", SeenAt: now}, {Name: "b:80", SeenAt: now.Add(time.Second), Readers: 2,
			Projections: []news.Projection{{Name: "pages", Behind: 3}}}} {
			if err := s.Beat(t.Context(), n); err != nil {
				t.Fatal(err)
			}
		}
		nodes, err := s.Nodes(t.Context())
		if err != nil || len(nodes) != 2 || nodes[0].Name != "a:80" || nodes[1].Readers != 2 || nodes[1].Projections[0].Behind != 3 {
			t.Errorf("%+v %v", nodes, err)
		}
		if err := s.Beat(t.Context(), news.Node{Name: "b:80", SeenAt: now.Add(25 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if nodes, err := s.Nodes(t.Context()); err != nil || len(nodes) != 1 || nodes[0].Name != "b:80" {
			t.Errorf("a day later: %+v %v", nodes, err)
		}
	})
}
