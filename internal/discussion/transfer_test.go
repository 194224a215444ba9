package discussion_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

func TestOnlyOperatorsTransfer(t *testing.T) {
	x := discussion.NewTransfer(storetest.SQLite(t), func(netip.Addr) string { return "" }, 1, func() time.Time { return noon })
	chief := news.Actor{User: 3, Roles: []news.Role{news.ChiefEditor, news.Moderator}}
	_, e1 := x.ImportComments(ctx, chief, nil)
	_, e2 := x.CheckComments(ctx, chief, nil)
	_, e3 := x.DiscussedArticles(ctx, chief, 0, 1)
	_, e4 := x.ArticleComments(ctx, chief, news.ExportQuery{})
	for i, err := range []error{e1, e2, e3, e4, x.BeginExport(ctx, chief, true)} {
		if news.KindOf(err) != news.Forbidden {
			t.Errorf("act %d: %v", i+1, err)
		}
	}
}

// TestDepthOfRepliesIsKept: an imported line of replies is as deep as the newsroom allows, and says so where it was deeper.
func TestDepthOfRepliesIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		operator := news.SystemActor("test", news.Operator)
		out, err := s.ImportArticles(ctx, operator, []news.Import{{Article: news.Article{State: news.Published, PublishedAt: noon,
			CreatedAt: noon, UpdatedAt: noon, Origin: "t:1", Content: news.Content{Kind: news.KindNews, Headline: "تیتر", Slug: "titr"}}}})
		if err != nil {
			t.Fatal(err)
		}
		x := discussion.NewTransfer(s, func(netip.Addr) string { return "IR" }, 2, func() time.Time { return noon })
		var items []news.CommentImport
		for i, origin := range []string{"a", "b", "c", "d", "e"} {
			item := news.CommentImport{Article: news.ArticleRef{Code: out[0].Code}, Address: netip.MustParseAddr("5.160.0.1"),
				Comment: news.Comment{State: news.CommentPublished, Text: "متن", Origin: origin, CreatedAt: noon.Add(-time.Hour)}}
			if i > 0 {
				item.Parent = items[i-1].Comment.Origin
			}
			items = append(items, item)
		}
		outcomes, err := x.ImportComments(ctx, operator, items)
		if err != nil {
			t.Fatal(err)
		}
		exported, err := x.ArticleComments(ctx, operator, news.ExportQuery{Article: out[0].Code, Limit: 10})
		if err != nil || len(exported) != 5 {
			t.Fatal(exported, err)
		}
		for i, want := range []string{"", "a", "b", "b", "b"} {
			e := exported[i]
			if e.ParentOrigin != want || (len(outcomes[i].Notes) == 1) != (i > 2) || e.Comment.Country != "IR" || !e.Comment.DecidedAt.Equal(noon.Add(-time.Hour)) {
				t.Errorf("%s answers %q, want %q (%+v)", e.Origin, e.ParentOrigin, want, outcomes[i])
			}
		}
	})
}
