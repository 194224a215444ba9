package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/google/go-cmp/cmp"
)

func comment(code news.Code) news.Comment {
	return news.Comment{Article: code, State: news.CommentPending, Text: "نظر", Pseudonym: "p", CreatedAt: noon}
}

// received is a comment that has a receipt.
func received(code news.Code, receipt string) news.Comment {
	c := comment(code)
	c.ReceiptHash = receipt
	return c
}

func open(news.CommentsState) error { return nil }

func TestCommentGroupAnswersEachSender(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		a := create(t, s, article(sec.ID, "یک", noon))
		const senders = 200
		var wg sync.WaitGroup
		var same atomic.Int64 // stored of those that drew the same receipt
		for i := range senders {
			wg.Go(func() {
				c := comment(a.Code)
				switch i % 10 {
				case 0:
					c.Article = 999
				case 1:
					c.ReceiptHash, c.Text = "the same", fmt.Sprint("نظر ", i)
				}
				got, err := s.SubmitComment(ctx, c, news.CommentLimit{}, open)
				switch {
				case i%10 == 0 && news.KindOf(err) != news.NotFound:
					t.Errorf("sender %d of an unknown article: %v", i, err)
				case i%10 == 1 && err == nil:
					same.Add(1)
				case i%10 == 1 && news.KindOf(err) != news.Conflict:
					t.Errorf("sender %d, with a receipt that is there: %v", i, err)
				case i%10 > 1 && (err != nil || got.ID == 0):
					t.Errorf("sender %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		counts, err := s.Public().CommentCounts(ctx, a.Code)
		if err != nil || counts != (news.CommentCounts{Pending: senders*8/10 + 1}) || same.Load() != 1 {
			t.Fatalf("%+v, %v; %d with the same receipt", counts, err, same.Load())
		}
	})
}

func TestCommentIsKeptWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		a := create(t, s, article(sec.ID, "یک", noon))
		c := received(a.Code, "act")
		c.Held, c.Risk, c.Fingerprint, c.Network, c.Person, c.VotesUp, c.VotesDown = true, 640, -7, "n", "who", 4, 1
		c.Findings = []news.Finding{{Rule: "length", Outcome: news.OutcomePass},
			{Rule: "model", Outcome: news.OutcomeHold, Detail: []string{"«واژه»"}, Label: "offensive", Score: 640}}
		stored, err := s.SubmitComment(ctx, c, news.CommentLimit{}, open)
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.SubmitComment(ctx, c, news.CommentLimit{}, open)
		stored.Section = sec.ID // which is not stored with it
		if diff := cmp.Diff(stored, again); err != nil || diff != "" {
			t.Fatalf("stored and read differ: %v\n%s", err, diff)
		}
	})
}

// TestSameReceiptStoresOnce: whatever happened in between, the same form again brings back its comment.
func TestSameReceiptStoresOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		a := create(t, s, article(sec.ID, "یک", noon))
		limit := news.CommentLimit{Count: 1, Window: time.Hour}
		var group sync.WaitGroup
		var ids sync.Map
		for i := range 60 { // three readers push twenty times, so that some of it shares a commit
			group.Go(func() {
				c := received(a.Code, fmt.Sprint("receipt ", i%3))
				c.Pseudonym = c.ReceiptHash
				got, err := s.SubmitComment(ctx, c, limit, open)
				if err != nil {
					t.Errorf("sender %d: %v", i, err)
				}
				if first, _ := ids.LoadOrStore(i%3, got.ID); first != got.ID {
					t.Errorf("sender %d got comment %v, an earlier one %v", i, got.ID, first)
				}
			})
		}
		group.Wait()
		closed := func(news.CommentsState) error { return news.Fail(news.Conflict, "error.comments_closed") }
		c := received(a.Code, "receipt 0")
		if again, err := s.SubmitComment(ctx, c, limit, closed); err != nil {
			t.Errorf("%v, %v; when the article is closed", again.ID, err)
		}
		if stored, err := s.DeliverComment(ctx, c, 1, nil); err != nil {
			t.Errorf("%v, %v; by the spool", stored.ID, err)
		}
		c.Text = "نظری دیگر"
		if _, err := s.SubmitComment(ctx, c, limit, open); news.KindOf(err) != news.Conflict {
			t.Errorf("another comment with the same receipt: %v", err)
		}
		if counts, err := s.Public().CommentCounts(ctx, a.Code); err != nil || counts.Pending != 3 {
			t.Errorf("%+v, %v", counts, err)
		}
		told := 0
		events, err := s.Events(ctx, 0, 1000)
		for _, e := range events {
			if e.Kind == news.CommentSubmitted {
				told++
			}
		}
		if err != nil || told != 3 {
			t.Errorf("the log tells of %d (%v)", told, err)
		}
	})
}

func TestSenderWhoLeavesUndoesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		a := create(t, s, article(sec.ID, "یک", noon))
		left, leave := context.WithCancel(ctx)
		leave()
		s.SubmitComment(left, comment(a.Code), news.CommentLimit{}, open)
		if _, err := s.SubmitComment(ctx, comment(a.Code), news.CommentLimit{}, open); err != nil {
			t.Fatal(err)
		}
		if counts, err := s.Public().CommentCounts(ctx, a.Code); err != nil || counts.Pending != 2 {
			t.Fatalf("%+v, %v: both were taken in before the second was answered", counts, err)
		}
	})
}

func TestRateLimitCountsOnePseudonym(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		a := create(t, s, article(sec.ID, "یک", noon))
		limit := news.CommentLimit{Count: 2, Window: 10 * time.Minute}
		send := func(pseudonym string, at time.Time) error {
			c := comment(a.Code)
			c.Pseudonym, c.CreatedAt = pseudonym, at
			_, err := s.SubmitComment(ctx, c, limit, open)
			return err
		}
		for _, step := range []struct {
			pseudonym string
			after     time.Duration
			refused   bool
		}{{"p", 0, false}, {"p", time.Minute, false}, {"p", 2 * time.Minute, true}, {"q", 2 * time.Minute, false}, {"p", 10*time.Minute + time.Second, false}} {
			err := send(step.pseudonym, noon.Add(step.after))
			if refused := news.KindOf(err) == news.TooMany && err != nil; refused != step.refused {
				t.Errorf("%s after %v: %v", step.pseudonym, step.after, err)
			}
		}
	})
}

func TestRepliesHaveOneLevel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		a := create(t, s, article(sec.ID, "یک", noon))
		post := func(parent news.CommentID, state news.CommentState) (news.Comment, error) {
			c := comment(a.Code)
			c.Parent, c.State = parent, state
			return s.SubmitComment(ctx, c, news.CommentLimit{}, open)
		}
		top, err := post(0, news.CommentPublished)
		if err != nil {
			t.Fatal(err)
		}
		reply, err := post(top.ID, news.CommentPublished)
		if err != nil || reply.Parent != top.ID {
			t.Fatal(reply, err)
		}
		deeper, err := post(reply.ID, news.CommentPublished)
		if err != nil || deeper.Parent != top.ID {
			t.Fatalf("parent %d (%v), want %d", deeper.Parent, err, top.ID)
		}
		hidden, err := post(0, news.CommentPending)
		if err != nil {
			t.Fatal(err)
		}
		_, err = post(hidden.ID, news.CommentPending)
		wantKind(t, err, news.Invalid)
	})
}

func TestQueuePagesAndDecisions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		a := create(t, s, article(sec.ID, "یک", noon))
		for i := range 5 {
			c := comment(a.Code)
			c.Text, c.CreatedAt = fmt.Sprint(i), noon.Add(time.Duration(i)*time.Second)
			if _, err := s.SubmitComment(ctx, c, news.CommentLimit{}, open); err != nil {
				t.Fatal(err)
			}
		}
		page, err := s.Queue(ctx, news.QueueFilter{Limit: 3})
		if err != nil || len(page.Comments) != 3 || page.Comments[0].Text != "0" || page.Next.IsZero() {
			t.Fatalf("%+v %v", page, err)
		}
		rest, err := s.Queue(ctx, news.QueueFilter{Limit: 3, After: page.Next})
		if err != nil || len(rest.Comments) != 2 || rest.Comments[0].Text != "3" || !rest.Next.IsZero() {
			t.Fatalf("%+v %v", rest, err)
		}
		if _, err := s.UpdateComment(ctx, editor, "", page.Comments[1].ID, func(c *news.Comment, _ string) (news.EventKind, error) {
			c.State, c.DecidedAt, c.DecidedBy = news.CommentPublished, noon, 7
			return news.CommentApproved, nil
		}); err != nil {
			t.Fatal(err)
		}
		totals, err := s.CommentTotals(ctx, nil)
		if err != nil || totals[news.TabPending] != 4 || totals[news.TabPublished] != 1 {
			t.Fatalf("%v %v", totals, err)
		}
		if public, err := s.Public().Comments(ctx, a.Code, 10); err != nil || len(public) != 1 || public[0].Text != "1" {
			t.Fatalf("%v %v", public, err)
		}
		events, _ := s.Events(ctx, 0, 100)
		for _, e := range events {
			for k, v := range e.Data {
				if v == "1" && k != "article" && k != "revision" {
					t.Errorf("an event holds a comment's text: %+v", e)
				}
			}
		}
	})
}
