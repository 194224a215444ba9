package store_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/google/go-cmp/cmp"
)

var (
	ctx    = context.Background()
	editor = news.Actor{User: 7, Name: "سارا", Roles: []news.Role{news.ChiefEditor}}
	noon   = time.Date(2025, 11, 20, 8, 30, 0, 0, time.UTC)
)

func section(t *testing.T, s *store.Store, name string) news.Section {
	t.Helper()
	sec, err := s.EnsureSection(ctx, editor, news.Section{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return sec
}

func article(sec news.SectionID, headline string, at time.Time) news.Article {
	return news.Article{State: news.Published, PublishedAt: at, ModifiedAt: at, CreatedAt: at, UpdatedAt: at, Author: 7, UpdatedBy: 7,
		Content: news.Content{Lang: "fa", Kind: news.KindNews, Headline: headline, Lede: "لید", Body: "<p>متن</p>", Slug: "x", Section: sec,
			Tags: []string{"آب", "هوا"}, Bylines: []news.Byline{{Name: "نگار", Code: "12"}}}}
}

func create(t *testing.T, s *store.Store, a news.Article) news.Article {
	t.Helper()
	made, err := s.CreateArticle(ctx, editor, "", a)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func wantKind(t *testing.T, err error, kind news.Kind) {
	t.Helper()
	if err == nil || news.KindOf(err) != kind {
		t.Fatalf("error %v, want kind %v", err, kind)
	}
}

func TestArticleComesBackAsStored(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		want := article(sec.ID, "تیتر", noon)
		want.Origin = "test:1"
		got := create(t, s, want)
		want.Code, want.Revision, want.PublicRevision, want.PublicCount = 1, 1, 1, 1
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
	})
}

func TestSameActionReturnsTheFirstResult(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		first, err := s.CreateArticle(ctx, editor, "form-1", article(sec.ID, "یک", noon))
		if err != nil {
			t.Fatal(err)
		}
		second, err := s.CreateArticle(ctx, editor, "form-1", article(sec.ID, "یک", noon))
		if err != nil || second.Code != first.Code {
			t.Fatalf("code %v, err %v; want the first article %v again", second.Code, err, first.Code)
		}
		calls := 0
		for range 2 {
			_, err := s.UpdateArticle(ctx, editor, "form-2", first.Code, func(a *news.Article) ([]news.EventKind, error) {
				calls++
				a.CommentsClosed = true
				return []news.EventKind{news.ArticleCommentsClosed}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if calls != 1 {
			t.Fatalf("the change ran %d times", calls)
		}
	})
}

func TestFailedChangeLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		a := create(t, s, article(sec.ID, "یک", noon))
		before, _ := s.Events(ctx, 0, 100)
		_, err := s.UpdateArticle(ctx, editor, "act", a.Code, func(a *news.Article) ([]news.EventKind, error) {
			a.Withdraw("چون", 7, noon)
			return []news.EventKind{news.ArticleWithdrawn}, news.Fail(news.Conflict, "error.test")
		})
		wantKind(t, err, news.Conflict)
		_, err = s.UpdateArticle(ctx, editor, "act", a.Code, func(a *news.Article) ([]news.EventKind, error) {
			panic("a bug in an action")
		})
		wantKind(t, err, news.Internal)
		after, _ := s.Events(ctx, 0, 100)
		if len(after) != len(before) {
			t.Fatalf("%d events, before %d", len(after), len(before))
		}
		if got, _ := s.Article(ctx, a.Code); got.State != news.Published {
			t.Fatalf("state %s", got.State)
		}
		_, err = s.UpdateArticle(ctx, editor, "act", 999, func(*news.Article) ([]news.EventKind, error) { return nil, nil })
		wantKind(t, err, news.NotFound)
	})
}

func TestWorkingCopyStaysInside(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec, other := section(t, s, "جامعه"), section(t, s, "ورزش")
		a := create(t, s, article(sec.ID, "منتشر", noon))
		revise := func(publish bool) {
			_, err := s.UpdateArticle(ctx, editor, "", a.Code, func(a *news.Article) ([]news.EventKind, error) {
				c := a.Content
				c.Headline, c.Section, c.Tags = "پنهان", other.ID, []string{"راز"}
				a.Revise(c, 7, noon.Add(time.Hour))
				if publish {
					a.Publish(7, noon.Add(time.Hour))
				}
				return []news.EventKind{news.ArticleSaved}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		p := s.Public()
		revise(false)
		got, err := p.Article(ctx, a.Code)
		if err != nil || got.Headline != "منتشر" || got.Section.ID != sec.ID || len(got.Tags) != 2 || got.Revision != 1 {
			t.Fatalf("readers see %+v, %v", got, err)
		}
		_, err = p.Tag(ctx, "راز")
		wantKind(t, err, news.NotFound)
		_, err = p.Section(ctx, other.Slug)
		wantKind(t, err, news.NotFound)
		rows, err := s.Articles(ctx, news.ArticleFilter{Limit: 10})
		if err != nil || len(rows.Rows) != 1 || !rows.Rows[0].Changed || rows.Rows[0].Headline != "پنهان" {
			t.Fatalf("the newsroom sees %+v, %v", rows, err)
		}
		revise(true)
		got, err = p.Article(ctx, a.Code)
		if err != nil || got.Headline != "پنهان" || got.Section.ID != other.ID || len(got.Tags) != 1 || !got.PublishedAt.Equal(noon) {
			t.Fatalf("readers see %+v, %v", got, err)
		}
		if _, err := p.Tag(ctx, "راز"); err != nil {
			t.Fatal(err)
		}
		_, err = p.Tag(ctx, "آب")
		wantKind(t, err, news.NotFound)
	})
}

func TestHiddenAndWithdrawn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		draft := article(sec.ID, "پیش‌نویس", time.Time{})
		draft.State, draft.CreatedAt, draft.UpdatedAt = news.Draft, noon, noon
		hidden := create(t, s, draft)
		p := s.Public()
		_, err := p.Article(ctx, hidden.Code)
		wantKind(t, err, news.NotFound)
		_, unknown := p.Article(ctx, 4711)
		if err.Error() != unknown.Error() {
			t.Fatalf("hidden answers %q, unknown %q", err, unknown)
		}
		shown := create(t, s, article(sec.ID, "بود", noon))
		s.UpdateArticle(ctx, editor, "", shown.Code, func(a *news.Article) ([]news.EventKind, error) {
			a.Withdraw("به درخواست منبع", 7, noon)
			return []news.EventKind{news.ArticleWithdrawn}, nil
		})
		_, err = p.Article(ctx, shown.Code)
		wantKind(t, err, news.Gone)
		if args := news.Errors(err)[0].Args; len(args) != 1 || args[0] != "به درخواست منبع" {
			t.Fatalf("args %v", args)
		}
		if sections, err := p.Sections(ctx); err != nil || len(sections) != 0 {
			t.Fatalf("sections %v, %v", sections, err)
		}
	})
}

func TestListsPageByKeyset(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		for i := range 25 {
			at := noon.Add(time.Duration(i/2) * time.Minute) // pairs share an instant
			if i >= 20 {
				at = time.Time{}
			}
			a := article(sec.ID, fmt.Sprint(i), at)
			a.CreatedAt, a.UpdatedAt = noon, noon
			create(t, s, a)
		}
		tag, err := s.Public().Tag(ctx, "آب")
		if err != nil {
			t.Fatal(err)
		}
		for name, q := range map[string]news.ListQuery{"all": {}, "section": {Section: sec.ID}, "tag": {Tag: tag.ID}, "dated": {Dated: true},
			"day": {From: noon, Until: noon.Add(5 * time.Minute)}} {
			q.Limit = 4
			var seen []string
			for {
				page, err := s.Public().List(ctx, q)
				if err != nil {
					t.Fatal(name, err)
				}
				for _, c := range page.Cards {
					seen = append(seen, c.Headline)
				}
				if page.Next.IsZero() {
					break
				}
				q.After = page.Next
			}
			want := "19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0 24 23 22 21 20"
			switch name {
			case "dated":
				want = "19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0"
			case "day":
				want = "9 8 7 6 5 4 3 2 1 0"
			}
			if got := strings.Join(seen, " "); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
	})
}

// TestPublicReadsViewsOnly keeps the gate closed: whatever Public reads comes through the public views or holds nothing hidden.
func TestPublicReadsViewsOnly(t *testing.T) {
	var source []byte
	for _, name := range []string{"public.go", "public_archive.go", "public_comment.go", "public_correction.go", "public_front.go", "public_moderation.go", "public_suggest.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source = append(source, text...)
	}
	allowed := map[string]bool{"public_article": true, "public_comment": true, "public_discussion": true, "public_tag": true, "public_tag_address": true, "public_byline": true, "public_moment": true, "public_topic": true, "withdrawn_article": true, "public_correction": true, "public_front": true, "public_dossier": true, "public_moderation": true, "public_comment_intake": true, "public_policy": true,
		"article_view": true, "article_view_lately": true, // views are joined to public_article
		"public_suggestion": true,
		"section":           true, // only beside EXISTS (… public_article …)
		"public_media":      true,
		"picture_focal":     true, // a point, asked by the picture of a public article
		"media":             true} // only beside EXISTS (… public_media …)
	found := regexp.MustCompile(`(?:FROM|JOIN)\s+([a-z_]+)`).FindAllStringSubmatch(string(source), -1)
	if len(found) < 10 {
		t.Fatalf("only %d tables found in public.go: the check has lost its grip", len(found))
	}
	for _, m := range found {
		if !allowed[m[1]] {
			t.Errorf("public.go reads %s, which is no public view", m[1])
		}
	}
}

func TestImportIsAllOrNothingPerItem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		item := func(origin, headline string) news.Import {
			a := article(0, headline, noon)
			a.Origin = origin
			return news.Import{Article: a, SectionName: "علم", Comments: []news.Comment{
				{State: news.CommentPublished, Text: "سلام", Country: "IR", CreatedAt: noon, DecidedAt: noon, Origin: origin + "#1"}}}
		}
		broken := item("t:2", "دو")
		broken.Comments = append(broken.Comments, broken.Comments[0]) // the same origin twice
		outcomes, err := s.ImportArticles(ctx, editor, []news.Import{item("t:1", "یک"), broken, item("t:3", "سه"), item("t:1", "یک")})
		if err != nil {
			t.Fatal(err)
		}
		want := []news.ImportOutcome{{Code: 1}, {Refused: "the database refused it; the log says why"}, {Code: 3}, {Code: 1, Existing: true}}
		if d := cmp.Diff(want, outcomes); d != "" {
			t.Fatal(d)
		}
		for code, n := range map[news.Code]int{1: 1, 2: 0, 3: 1} {
			if comments, err := s.Public().Comments(ctx, code, 10); err != nil || len(comments) != n {
				t.Errorf("article %d has %d comments (%v), want %d", code, len(comments), err, n)
			}
		}
		if _, err := s.Public().Article(ctx, 2); news.KindOf(err) != news.NotFound {
			t.Errorf("the refused article left something: %v", err)
		}
	})
}
