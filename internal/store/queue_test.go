package store_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/google/go-cmp/cmp"
)

// waiting stores comments that wait, one a second, changed by alter.
func waiting(t *testing.T, s *store.Store, code news.Code, many int, alter func(i int, c *news.Comment)) []news.Comment {
	t.Helper()
	var all []news.Comment
	for i := range many {
		c := comment(code)
		c.Text, c.CreatedAt = fmt.Sprint("نظر ", i), noon.Add(time.Duration(i)*time.Second)
		if alter != nil {
			alter(i, &c)
		}
		stored, err := s.AddComment(ctx, editor, c)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, stored)
	}
	return all
}

// publish is the change of a moderator who publishes.
func publish(at time.Time, by news.UserID) func(*news.Comment, string, news.CommentDecision) (news.CommentChange, error) {
	return func(c *news.Comment, decider string, _ news.CommentDecision) (news.CommentChange, error) {
		if c.State != news.CommentPending {
			return news.CommentChange{}, news.Fail(news.Conflict, "error.already_decided", decider)
		}
		c.State, c.DecidedAt, c.DecidedBy = news.CommentPublished, at, by
		return news.CommentChange{Kind: news.CommentApproved, Act: news.ActPublish}, nil
	}
}

func TestQueueOrders(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		first, second := create(t, s, article(sec.ID, "یک", noon)), create(t, s, article(sec.ID, "دو", noon))
		all := waiting(t, s, first.Code, 6, func(i int, c *news.Comment) {
			c.Risk = []int{0, 900, 0, 900, 500, 0}[i]
			c.Held = c.Risk > 600
			if i%2 == 1 {
				c.Article = second.Code
			}
		})
		for _, q := range []struct {
			tab  news.QueueTab
			sort news.QueueSort
			want []int
		}{
			{news.TabPending, news.SortTime, []int{0, 1, 2, 3, 4, 5}},
			{news.TabPending, news.SortRisk, []int{1, 3, 4, 0, 2, 5}},
			{news.TabPending, news.SortArticle, []int{1, 3, 5, 0, 2, 4}},
			{news.TabHeld, news.SortRisk, []int{1, 3}},
			{news.TabHeld, news.SortTime, []int{1, 3}},
		} {
			var got []int
			f := news.QueueFilter{Tab: q.tab, Sort: q.sort, Limit: 2}
			for range 4 {
				page, err := s.Queue(ctx, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range page.Comments {
					got = append(got, int(c.ID-all[0].ID))
				}
				if f.After = page.Next; f.After.IsZero() {
					break
				}
			}
			if diff := cmp.Diff(q.want, got); diff != "" {
				t.Errorf("%s by %s:\n%s", q.tab, q.sort, diff)
			}
		}
	})
}

// TestNobodyTakesWhatAnotherHas: whoever takes from the queue at once gets comments of their own.
func TestNobodyTakesWhatAnotherHas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		a := create(t, s, article(sec.ID, "یک", noon))
		const people, each = 5, 4
		all := waiting(t, s, a.Code, people*each, nil)
		until := noon.Add(time.Minute)
		var mu sync.Mutex
		owner := map[news.CommentID]news.UserID{}
		var wg sync.WaitGroup
		for user := news.UserID(1); user <= people; user++ {
			wg.Go(func() {
				taken, err := s.TakeComments(ctx, news.QueueFilter{For: user, Now: noon, Limit: each}, until)
				if err != nil || len(taken) != each {
					t.Errorf("person %d took %d: %v", user, len(taken), err)
				}
				mu.Lock()
				defer mu.Unlock()
				for _, c := range taken {
					if other, twice := owner[c.ID]; twice {
						t.Errorf("%d and %d both have comment %d", other, user, c.ID)
					}
					owner[c.ID] = user
				}
			})
		}
		wg.Wait()
		if page, err := s.Queue(ctx, news.QueueFilter{For: 9, Now: noon, Limit: 50}); err != nil || len(page.Comments) != 0 {
			t.Errorf("another sees %d claimed comments (%v)", len(page.Comments), err)
		}
		if got, err := s.ClaimComments(ctx, 9, []news.CommentID{all[0].ID}, noon, until); err != nil || len(got) != 0 {
			t.Errorf("a claimed comment was claimed again: %v %v", got, err)
		}
		one := owner[all[0].ID]
		if err := s.ReleaseComments(ctx, one); err != nil {
			t.Fatal(err)
		}
		if got, err := s.ClaimComments(ctx, 9, []news.CommentID{all[0].ID}, noon, until); err != nil || len(got) != 1 {
			t.Errorf("a released comment: %v %v", got, err)
		}
		if page, err := s.Queue(ctx, news.QueueFilter{For: 77, Now: until, Limit: 50}); err != nil || len(page.Comments) != people*each {
			t.Errorf("after their end claims hide %d comments (%v)", people*each-len(page.Comments), err)
		}
	})
}

// TestTotalsStayTrue: whatever moves comments, the totals are what a count would find.
func TestTotalsStayTrue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		a := create(t, s, article(sec.ID, "یک", noon))
		all := waiting(t, s, a.Code, 8, func(i int, c *news.Comment) { c.Held = i < 3 })
		if _, err := s.SubmitComment(ctx, comment(999), news.CommentLimit{}, open); err == nil {
			t.Fatal("a comment to nothing was taken")
		}
		if _, err := s.SubmitComment(ctx, comment(a.Code), news.CommentLimit{}, open); err != nil {
			t.Fatal(err)
		}
		for i, state := range []news.CommentState{news.CommentPublished, news.CommentRejected, news.CommentPublished} {
			out, err := s.ModerateComments(ctx, editor, "", []news.CommentID{all[i].ID}, func(c *news.Comment, _ string, _ news.CommentDecision) (news.CommentChange, error) {
				c.State, c.DecidedAt = state, noon
				return news.CommentChange{Kind: news.CommentApproved, Act: news.ActPublish}, nil
			})
			if err != nil || out[0].Err != nil {
				t.Fatal(err, out)
			}
		}
		totals, err := s.CommentTotals(ctx, nil)
		want := map[news.QueueTab]int{news.TabPending: 6, news.TabHeld: 0, news.TabReported: 0, news.TabPublished: 2, news.TabRejected: 1}
		if diff := cmp.Diff(want, totals); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

func TestSearchFoldsAndGoesOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		a := create(t, s, article(sec.ID, "یک", noon))
		texts := []string{"کتاب‌خانه باز شد", "كتابخانه كجاست؟", "چیز دیگر", "نشانی کتابخانه"}
		all := waiting(t, s, a.Code, len(texts), func(i int, c *news.Comment) {
			c.Text, c.Name, c.Pseudonym, c.Network = texts[i], []string{"نگار", "", "کاوه", ""}[i], fmt.Sprint("p", i%2), "n"
		})
		for _, q := range []struct {
			search news.CommentSearch
			want   []int
		}{
			{news.CommentSearch{Words: "کتابخانه"}, []int{3, 1, 0}},
			{news.CommentSearch{Words: "کتابخانه باز"}, []int{0}},
			{news.CommentSearch{Words: "کاوه"}, []int{2}},
			{news.CommentSearch{Pseudonym: "p1"}, []int{3, 1}},
			{news.CommentSearch{Network: "n", Until: noon.Add(2 * time.Second)}, []int{1, 0}},
			{news.CommentSearch{From: noon.Add(3 * time.Second), Article: a.Code}, []int{3}},
			{news.CommentSearch{State: news.CommentRejected}, nil},
		} {
			q.search.Limit = 2
			var got []int
			for range 3 {
				page, err := s.SearchComments(ctx, q.search)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range page.Comments {
					got = append(got, int(c.ID-all[0].ID))
				}
				if q.search.After = page.Next; q.search.After.IsZero() {
					break
				}
			}
			if diff := cmp.Diff(q.want, got); diff != "" {
				t.Errorf("%+v:\n%s", q.search, diff)
			}
		}
		page, err := s.Queue(ctx, news.QueueFilter{Limit: 1})
		if err != nil || page.Comments[0].Writer != (news.WriterTally{Pending: 2}) {
			t.Errorf("the writer's history is %+v (%v)", page.Comments[0].Writer, err)
		}
	})
}

// TestDecisionsCountForStatistics: waiting times, people and rules come from the log, without what was undone.
func TestDecisionsCountForStatistics(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		a := create(t, s, article(sec.ID, "یک", noon))
		all := waiting(t, s, a.Code, 20, func(i int, c *news.Comment) {
			c.CreatedAt = noon
			if i < 4 {
				c.Held, c.Findings = true, []news.Finding{{Rule: "lists", Outcome: news.OutcomeHold}, {Rule: "model", Outcome: news.OutcomePass}}
			}
		})
		for i, c := range all {
			at := noon.Add(time.Duration(i+1) * time.Minute)
			change := publish(at, 1)
			if i < 3 {
				change = func(c *news.Comment, _ string, _ news.CommentDecision) (news.CommentChange, error) {
					c.State, c.Reason, c.DecidedAt, c.DecidedBy = news.CommentRejected, news.ReasonInsult, at, 1
					return news.CommentChange{Kind: news.CommentTurnedDown, Act: news.ActReject}, nil
				}
			}
			if out, err := s.ModerateComments(ctx, editor, "", []news.CommentID{c.ID}, change); err != nil || out[0].Err != nil {
				t.Fatal(err, out)
			}
		}
		n, err := s.ModerationNumbers(ctx, noon, noon.Add(time.Hour))
		if err != nil || n.Received != 20 || n.Published != 17 || n.Rejected[news.ReasonInsult] != 3 || n.Waited != 20 {
			t.Fatalf("%+v %v", n, err)
		}
		if n.Median != 10*time.Minute || n.P95 != 19*time.Minute {
			t.Errorf("waiting %v and %v", n.Median, n.P95)
		}
		if diff := cmp.Diff([]news.RuleNumbers{{Rule: "lists", Held: 4, Confirmed: 3}}, n.Rules); diff != "" {
			t.Error(diff)
		}
		if len(n.People) != 1 || n.People[0].Published != 17 || n.People[0].Rejected != 3 {
			t.Errorf("%+v", n.People)
		}
		p, err := s.Public().Moderation(ctx, noon, noon.Add(time.Hour))
		if err != nil || p.Published != 17 || p.Held != 4 || p.Median != 10*time.Minute || p.Received != 20 {
			t.Errorf("%+v %v", p, err)
		}
		if later, err := s.Public().Moderation(ctx, noon.Add(time.Hour), noon.Add(2*time.Hour)); err != nil || later.Published+later.Received+later.Waited != 0 {
			t.Errorf("another span: %+v %v", later, err)
		}
	})
}

// TestEveryQueueHasItsIndex: a page costs what it shows, however many wait. What one article or one moderator has is sorted.
func TestEveryQueueHasItsIndex(t *testing.T) {
	s := storetest.SQLite(t)
	const waiting, held = "comment_queue (state=?", "comment_held_by_time (held=? AND <expr>=?"
	for _, tt := range []struct {
		filter news.QueueFilter
		want   string // the index, and how far into it SQLite is led
		sorts  bool
	}{
		{news.QueueFilter{Tab: news.TabPending}, waiting, false},
		{news.QueueFilter{Tab: news.TabPending, For: 3}, waiting, false},
		{news.QueueFilter{Tab: news.TabPending, After: news.Cursor{At: 5, ID: 6}}, waiting + " AND created_at>?", false},
		{news.QueueFilter{Tab: news.TabPending, Sort: news.SortRisk}, "comment_by_risk (state=?", false},
		{news.QueueFilter{Tab: news.TabPending, Sort: news.SortArticle}, "comment_by_article (state=?", false},
		{news.QueueFilter{Tab: news.TabPending, Sort: news.SortArticle, After: news.Cursor{At: -5, ID: 6}}, "comment_by_article (state=? AND <expr>>?", false},
		{news.QueueFilter{Tab: news.TabHeld}, held, false},
		{news.QueueFilter{Tab: news.TabHeld, For: 3, After: news.Cursor{At: 5, ID: 6}}, held + " AND created_at>?", false},
		{news.QueueFilter{Tab: news.TabHeld, Sort: news.SortRisk}, "comment_held_by_risk (held=? AND <expr>=?", false},
		{news.QueueFilter{Tab: news.TabHeld, Sort: news.SortArticle}, "comment_held_by_article (held=? AND <expr>=?", false},
		{news.QueueFilter{Tab: news.TabReported}, "comment_reported", false},
		{news.QueueFilter{Tab: news.TabPublished}, "comment_settled (state=?", false},
		{news.QueueFilter{Tab: news.TabRejected, After: news.Cursor{At: 5, ID: 6}}, "comment_settled (state=? AND <expr><?", false},
		{news.QueueFilter{Tab: news.TabMine, For: 3}, "comment_decider (decided_by=?", false},
		{news.QueueFilter{Tab: news.TabPending, For: 3, Claimed: true}, "comment_claim (claimed_by=?", true},
		{news.QueueFilter{Tab: news.TabPending, Article: 4}, "comment_article (article_code=? AND state=?", false},
		{news.QueueFilter{Tab: news.TabPending, Sort: news.SortArticle, Article: 4}, "comment_article (article_code=? AND state=?", false},
		{news.QueueFilter{Tab: news.TabPending, Sort: news.SortRisk, Article: 4}, "comment_article (article_code=? AND state=?", true},
	} {
		tt.filter.Limit = 50
		plan, err := store.QueuePlan(s, tt.filter)
		if err != nil {
			t.Fatal(err)
		}
		steps := strings.Join(plan, "\n")
		if !strings.Contains(steps, tt.want) || !tt.sorts && strings.Contains(steps, "TEMP B-TREE") {
			t.Errorf("%+v is not found by %s:\n%s", tt.filter, tt.want, steps)
		}
	}
}
