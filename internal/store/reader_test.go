package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/google/go-cmp/cmp"
)

// post stores a comment of a state, i minutes after noon.
func post(t *testing.T, s *store.Store, code news.Code, parent news.CommentID, state news.CommentState, i int, depth int) news.Comment {
	t.Helper()
	c := comment(code)
	c.Parent, c.State, c.Text, c.CreatedAt, c.ReceiptHash = parent, state, fmt.Sprint("نظر ", i), noon.Add(time.Duration(i)*time.Minute), fmt.Sprint("receipt", code, "-", i)
	if state != news.CommentPending {
		c.DecidedAt = c.CreatedAt
	}
	stored, err := s.SubmitComment(ctx, c, news.CommentLimit{Depth: depth}, open)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// decide moves a comment to a state.
func decide(t *testing.T, s *store.Store, id news.CommentID, state news.CommentState) {
	t.Helper()
	_, err := s.UpdateComment(ctx, editor, "", id, func(c *news.Comment, _ string) (news.EventKind, error) {
		c.State, c.DecidedAt = state, noon
		return news.CommentApproved, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCountersAreAlwaysRight lets comments come, go and change at random and counts anew after each step.
func TestCountersAreAlwaysRight(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := create(t, s, article(section(t, s, "جامعه").ID, "یک", noon))
		random := rand.New(rand.NewPCG(4, 2))
		states := map[news.CommentID]news.CommentState{}
		var ids []news.CommentID
		for i := range 120 {
			state := news.CommentStates()[random.IntN(3)]
			switch {
			case i < 20 || i%3 == 0:
				var parent news.CommentID
				if len(ids) > 0 && states[ids[0]] == news.CommentPublished {
					parent = ids[0]
				}
				c := post(t, s, a.Code, parent, state, i, 2)
				ids, states[c.ID] = append(ids, c.ID), state
			case i%7 == 0:
				c, err := s.UpdateOwnComment(ctx, "", fmt.Sprint("receipt", a.Code, "-", random.IntN(20)), func(c *news.Comment) (news.EventKind, error) {
					c.State = news.CommentWithdrawn
					return news.CommentTakenBack, nil
				})
				if err != nil {
					t.Fatal(err)
				}
				states[c.ID] = news.CommentWithdrawn
			default:
				id := ids[random.IntN(len(ids))]
				decide(t, s, id, state)
				states[id] = state
			}
			want := news.CommentCounts{}
			for _, state := range states {
				switch state {
				case news.CommentPublished:
					want.Published++
				case news.CommentPending:
					want.Pending++
				case news.CommentRejected:
					want.Rejected++
				}
			}
			if got, err := s.Public().CommentCounts(ctx, a.Code); err != nil || got != want {
				t.Fatalf("step %d: the row says %+v, there are %+v (%v)", i, got, want, err)
			}
			seesEach(t, s, a.Code, want.Published)
		}
	})
}

// seesEach walks the pages of each order and finds every published comment once, under a head or as one.
func seesEach(t *testing.T, s *store.Store, code news.Code, published int) {
	t.Helper()
	for _, order := range news.CommentOrders() {
		seen := map[news.CommentID]int{}
		q := news.ThreadQuery{Article: code, Order: order, Limit: 3, Replies: 1000}
		for {
			page, err := s.Public().Threads(ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, thread := range page.Threads {
				seen[thread.Head.ID]++
				for _, r := range thread.Replies {
					seen[r.ID]++
				}
				if thread.Head.ID == thread.Head.Thread && thread.Head.Replies < len(thread.Replies) {
					t.Errorf("a thread of %d replies shows %d", thread.Head.Replies, len(thread.Replies))
				}
			}
			if page.Next.IsZero() {
				break
			}
			q.After = page.Next
		}
		if len(seen) != published {
			t.Fatalf("%s shows %d of %d comments", order, len(seen), published)
		}
		for id, n := range seen {
			if n != 1 {
				t.Fatalf("%s shows comment %d %d times", order, id, n)
			}
		}
	}
}

func TestThreadsComeInTheirOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := create(t, s, article(section(t, s, "جامعه").ID, "یک", noon))
		for i := range 5 {
			c := post(t, s, a.Code, 0, news.CommentPublished, i, 1)
			for v := range []int{1, 9, 0, 3, 0}[i] {
				vote := news.CommentVote{Comment: c.ID, Article: a.Code, Pseudonym: fmt.Sprint("v", v), Vote: news.VoteUp, At: noon}
				if i == 3 && v == 0 {
					vote.Vote = news.VoteDown
				}
				if _, _, err := s.VoteComment(ctx, vote, news.CommentLimit{Count: 100, Window: time.Hour}, 5); err != nil {
					t.Fatal(err)
				}
			}
		}
		for order, want := range map[news.CommentOrder]string{news.OrderNewest: "[5 4 3 2 1]", news.OrderOldest: "[1 2 3 4 5]",
			news.OrderBest: "[2 4 1 5 3]", // 9 of 9, 2 of 3 (0.208), 1 of 1 (0.207), none
			"junk":         "[5 4 3 2 1]"} {
			var got []news.CommentID
			q := news.ThreadQuery{Article: a.Code, Order: order, Limit: 2}
			for {
				page, err := s.Public().Threads(ctx, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, thread := range page.Threads {
					got = append(got, thread.Head.ID)
				}
				if page.Next.IsZero() {
					break
				}
				q.After = page.Next
			}
			if fmt.Sprint(got) != want {
				t.Errorf("%s: %v, want %s", order, got, want)
			}
		}
	})
}

func TestRepliesGoAsDeepAsSet(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := create(t, s, article(section(t, s, "جامعه").ID, "یک", noon))
		parents := func(depth, from int) []news.CommentID {
			var all []news.CommentID
			var last news.CommentID
			for i := range 5 {
				c := post(t, s, a.Code, last, news.CommentPublished, from+i, depth)
				all, last = append(all, c.Parent), c.ID
			}
			return all
		}
		for i, want := range [][]news.CommentID{{0, 1, 1, 1, 1}, {0, 6, 7, 7, 7}, {0, 11, 12, 13, 13}} {
			if got := parents(i+1, i*5); !cmp.Equal(got, want) {
				t.Errorf("depth %d: parents %v, want %v", i+1, got, want)
			}
		}
		thread, err := s.Public().Thread(ctx, a.Code, 15, news.Cursor{}, 2)
		if err != nil || thread.Head.ID != 11 || thread.Head.Replies != 4 || len(thread.Replies) != 2 || !thread.More {
			t.Errorf("%+v %v", thread, err)
		}
		decide(t, s, 12, news.CommentRejected)
		thread, err = s.Public().Thread(ctx, a.Code, 15, news.Cursor{}, 10)
		if err != nil || thread.Head.ID != 13 || len(thread.Replies) != 2 {
			t.Errorf("below a comment that is gone: %+v %v", thread, err)
		}
	})
}

func TestOneVoteAPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := create(t, s, article(section(t, s, "جامعه").ID, "یک", noon))
		c := comment(a.Code)
		c.State, c.Person = news.CommentPublished, "writer"
		c, err := s.SubmitComment(ctx, c, news.CommentLimit{}, open)
		if err != nil {
			t.Fatal(err)
		}
		pending := post(t, s, a.Code, 0, news.CommentPending, 1, 1)
		for i, step := range []struct {
			comment   news.CommentID
			person    string
			pseudonym string
			vote      news.Vote
			want      string
		}{
			{c.ID, "", "x", news.VoteUp, "1/0"}, {c.ID, "", "x", news.VoteUp, "1/0"}, {c.ID, "", "x", news.VoteDown, "0/1"},
			{c.ID, "p", "x", news.VoteUp, "1/1"}, {c.ID, "p", "y", news.VoteDown, "0/2"}, {c.ID, "", "x", news.VoteNone, "0/1"},
			{c.ID, "", "z", news.VoteNone, "0/1"}, {c.ID, "writer", "w", news.VoteUp, "conflict"}, {pending.ID, "", "x", news.VoteUp, "not found"},
			{999, "", "x", news.VoteUp, "not found"}, {c.ID, "q", "x", news.VoteUp, "1/1"}, {c.ID, "r", "x", news.VoteUp, "2/1"}, {c.ID, "s", "x", news.VoteUp, "too many"},
		} {
			up, down, err := s.VoteComment(ctx, news.CommentVote{Comment: step.comment, Article: a.Code, Person: step.person, Pseudonym: step.pseudonym,
				Vote: step.vote, At: noon}, news.CommentLimit{Count: 50, Window: time.Hour}, 2)
			got := fmt.Sprintf("%d/%d", up, down)
			if err != nil {
				got = news.KindOf(err).String()
			}
			if got != step.want {
				t.Errorf("step %d: %s, want %s", i, got, step.want)
			}
		}
		if shown, err := s.Public().Comment(ctx, a.Code, c.ID); err != nil || shown.VotesUp != 2 || shown.VotesDown != 1 {
			t.Errorf("%+v %v", shown, err)
		}
	})
}

func TestReportsAreKeptOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := create(t, s, article(section(t, s, "جامعه").ID, "یک", noon))
		c := post(t, s, a.Code, 0, news.CommentPublished, 0, 1)
		other := post(t, s, a.Code, 0, news.CommentPublished, 1, 1)
		limit := news.CommentLimit{Count: 2, Window: time.Hour}
		for i, step := range []struct {
			comment news.CommentID
			who     string
			want    news.Kind
		}{{c.ID, "x", 0}, {c.ID, "x", 0}, {c.ID, "y", 0}, {other.ID, "x", 0}, {999, "y", news.NotFound}, {c.ID, "x", news.TooMany}} {
			err := s.ReportComment(ctx, news.CommentReport{Comment: step.comment, Article: a.Code, Pseudonym: step.who, Reason: news.ReasonInsult, At: noon}, limit)
			if (err != nil) != (step.want != 0) || err != nil && news.KindOf(err) != step.want {
				t.Errorf("step %d: %v", i, err)
			}
		}
		page, err := s.Queue(ctx, news.QueueFilter{Tab: news.TabReported, Limit: 10})
		if err != nil || page.Comments[0].Reports+page.Comments[1].Reports != 3 {
			t.Errorf("%+v %v", page.Comments, err)
		}
	})
}

// TestNoPseudonymOutlivesItsKey: when the retention is over, nothing that was keyed by an address is left anywhere.
func TestNoPseudonymOutlivesItsKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := create(t, s, article(section(t, s, "جامعه").ID, "یک", noon))
		c := post(t, s, a.Code, 0, news.CommentPublished, 0, 1)
		limit := news.CommentLimit{Count: 2, Window: time.Hour}
		vote := news.CommentVote{Comment: c.ID, Article: a.Code, Pseudonym: "x", Vote: news.VoteUp, At: noon}
		_, _, err := s.VoteComment(ctx, vote, limit, 2)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.ForgetPseudonyms(ctx, noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if n, err := s.CommentTraffic(ctx, a.Code, "p", "n", noon.Add(-time.Hour), 10); err != nil || n != (news.CommentTraffic{}) {
			t.Errorf("still known: %+v %v", n, err)
		}
		// The vote stays in the sum; the same address is somebody new.
		if up, _, err := s.VoteComment(ctx, vote, limit, 2); err != nil || up != 2 {
			t.Errorf("%d %v", up, err)
		}
	})
}

func TestPassIsGoodOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := create(t, s, article(section(t, s, "جامعه").ID, "یک", noon))
		limit := news.CommentLimit{Pass: "paid", PassUntil: time.Now().Add(time.Hour)}
		wrong := comment(a.Code)
		wrong.Parent = 999
		if _, err := s.SubmitComment(ctx, wrong, limit, open); news.KindOf(err) != news.Invalid {
			t.Fatal(err)
		}
		first, err := s.SubmitComment(ctx, received(a.Code, "b"), limit, open)
		if err != nil {
			t.Fatalf("a comment that was refused has used up the pass: %v", err)
		}
		if again, err := s.SubmitComment(ctx, received(a.Code, "b"), limit, open); err != nil || again.ID != first.ID {
			t.Errorf("a repeat: %v", err)
		}
		if _, err := s.SubmitComment(ctx, received(a.Code, "c"), limit, open); news.KindOf(err) != news.Conflict || err == nil {
			t.Errorf("used twice: %v", err)
		}
	})
}
