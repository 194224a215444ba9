package discussion_test

import (
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
)

var (
	mina  = news.Actor{User: 3, Name: "مینا", Roles: []news.Role{news.Moderator}}
	navid = news.Actor{User: 4, Name: "نوید", Roles: []news.Role{news.Moderator}}
	chief = news.Actor{User: 5, Name: "سارا", Roles: []news.Role{news.ChiefEditor}}
)

// one sends a comment and fails the test when it was not taken.
func (b *bench) one(t *testing.T, in discussion.Submission) news.Comment {
	t.Helper()
	sent, err := b.send(in)
	if err != nil {
		t.Fatal(err)
	}
	return sent.Comment
}

// TestTwoModeratorsOneComment: of two who decide on one comment at once, one is told, and the log has one decision.
func TestTwoModeratorsOneComment(t *testing.T) {
	b := open(t)
	for range 10 {
		b.clock = b.clock.Add(time.Hour)
		c := b.one(t, discussion.Submission{Text: "نظری برای دو ناظر " + b.clock.String()})
		errs := make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() {
			_, errs[0] = b.Approve(ctx, mina, discussion.Decision{Action: "mina" + c.ID.String(), Comment: c.ID, From: news.CommentPending})
		})
		wg.Go(func() {
			_, errs[1] = b.Reject(ctx, navid, discussion.Decision{Action: "navid" + c.ID.String(), Comment: c.ID, From: news.CommentPending, Reason: news.ReasonInsult})
		})
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("the outcomes are %v and %v: one must win", errs[0], errs[1])
		}
		winner, state := mina, news.CommentPublished
		if errs[0] != nil {
			winner, state = navid, news.CommentRejected
		}
		for _, err := range errs {
			if err != nil && (news.KindOf(err) != news.Conflict || news.Errors(err)[0].Args[2] != string(state)) {
				t.Errorf("the other is told %v", err)
			}
		}
		stands, err := b.ByID(ctx, mina, []news.CommentID{c.ID})
		if err != nil || stands[0].State != state || stands[0].DecidedBy != winner.User {
			t.Errorf("%s decided, it is %s by %d (%v)", winner.Name, stands[0].State, stands[0].DecidedBy, err)
		}
	}
	n, err := b.Numbers(ctx, chief, noon, noon.Add(24*time.Hour))
	if err != nil || n.Published+n.RejectedAll() != 10 {
		t.Errorf("the log has %d decisions on ten comments (%v)", n.Published+n.RejectedAll(), err)
	}
}

func TestUndoRestoresWhatStood(t *testing.T) {
	b := open(t)
	c := b.one(t, discussion.Submission{Text: "متن نخست نظر"})
	in := func(from news.CommentState) discussion.Decision {
		b.clock = b.clock.Add(time.Minute)
		return discussion.Decision{Comment: c.ID, From: from, Reason: news.ReasonOffTopic, Text: "متن ویراسته"}
	}
	if _, err := b.Reject(ctx, mina, in(news.CommentPending)); err != nil {
		t.Fatal(err)
	}
	edited, err := b.EditAndPublish(ctx, mina, in(news.CommentRejected))
	if err != nil || edited.Text != "متن ویراسته" || edited.EditedAt.IsZero() || edited.State != news.CommentPublished || edited.Reason != "" {
		t.Fatalf("%+v %v", edited, err)
	}
	if _, err := b.Undo(ctx, navid, in("")); news.KindOf(err) != news.Conflict {
		t.Errorf("another undoes it: %v", err)
	}
	back, err := b.Undo(ctx, mina, in(""))
	if err != nil || back.Text != "متن نخست نظر" || !back.EditedAt.IsZero() || back.State != news.CommentRejected || back.Reason != news.ReasonOffTopic {
		t.Errorf("the first undo leaves %+v (%v)", back, err)
	}
	if back, err = b.Undo(ctx, mina, in("")); err != nil || back.State != news.CommentPending || !back.DecidedAt.IsZero() {
		t.Errorf("the second undo leaves %+v (%v)", back, err)
	}
	if _, err := b.Undo(ctx, mina, in("")); news.KindOf(err) != news.Conflict {
		t.Errorf("nothing is left to undo: %v", err)
	}
	if _, err := b.EditAndPublish(ctx, mina, discussion.Decision{Comment: c.ID, From: news.CommentPending, Text: "متن نخست نظر"}); news.KindOf(err) != news.Invalid {
		t.Errorf("an edit that changes nothing: %v", err)
	}
}

func TestAnswerPublishesAndComesBack(t *testing.T) {
	b := open(t)
	c := b.one(t, discussion.Submission{Text: "پرسشی از تحریریه"})
	if _, err := b.Answer(ctx, mina, discussion.Decision{Comment: c.ID, From: news.CommentPending, Text: " "}); news.KindOf(err) != news.Invalid {
		t.Fatal(err)
	}
	answered, err := b.Answer(ctx, mina, discussion.Decision{Action: "a", Comment: c.ID, From: news.CommentPending, Text: "پاسخ ما"})
	if err != nil || answered.State != news.CommentPublished {
		t.Fatal(answered, err)
	}
	if _, err := b.Answer(ctx, mina, discussion.Decision{Action: "a", Comment: c.ID, From: news.CommentPending, Text: "پاسخ ما"}); err != nil {
		t.Errorf("the same form again: %v", err)
	}
	public, err := b.store.Public().Comments(ctx, b.code, 100)
	if err != nil || len(public) != 2 || !public[0].ByNewsroom || public[0].Parent != c.ID || public[0].Text != "پاسخ ما" {
		t.Fatalf("%+v %v", public, err)
	}
	if _, err := b.Undo(ctx, mina, discussion.Decision{Comment: c.ID}); err != nil {
		t.Fatal(err)
	}
	if public, err = b.store.Public().Comments(ctx, b.code, 100); err != nil || len(public) != 0 {
		t.Errorf("after the undo %+v are public (%v)", public, err)
	}
}

func TestBulkTellsWhatBecameOfEach(t *testing.T) {
	b := open(t)
	one, two := b.one(t, discussion.Submission{Text: "نظر یکم"}), b.one(t, discussion.Submission{Text: "نظر دوم"})
	if _, err := b.Approve(ctx, navid, discussion.Decision{Comment: two.ID, From: news.CommentPending}); err != nil {
		t.Fatal(err)
	}
	bulk := discussion.Bulk{Action: "bulk", Reason: news.ReasonAdvertising,
		Seen: map[news.CommentID]discussion.Seen{one.ID: {State: news.CommentPending}, two.ID: {State: news.CommentPending}, 99: {State: news.CommentPending}}}
	out, err := b.Decide(ctx, mina, bulk)
	if err != nil || len(out) != 3 || out[0].Err != nil || news.KindOf(out[1].Err) != news.Conflict || news.KindOf(out[2].Err) != news.NotFound {
		t.Fatalf("%+v %v", out, err)
	}
	if c := out[0].Comment; c.State != news.CommentRejected || c.Reason != news.ReasonAdvertising || out[1].Comment.State != news.CommentPublished {
		t.Errorf("%+v", out)
	}
	if _, err := b.Decide(ctx, mina, discussion.Bulk{}); news.KindOf(err) != news.Invalid {
		t.Errorf("nothing chosen: %v", err)
	}
	if _, err := b.Decide(ctx, mina, discussion.Bulk{Seen: bulk.Seen, Reason: "because"}); news.KindOf(err) != news.Invalid {
		t.Errorf("an unknown reason: %v", err)
	}
}

// TestBanOutlivesThePseudonym: the key of pseudonyms is replaced, and the banned person is still known until the ban's end, by nothing after it.
func TestBanOutlivesThePseudonym(t *testing.T) {
	b := open(t)
	c := b.one(t, discussion.Submission{Text: "نظر آزارنده"})
	ban, err := b.bans.Add(ctx, mina, discussion.Banning{Kind: news.BanPseudonym, Effect: news.BanRefuses, Comment: c.ID, Reason: "آزار", For: 90 * 24 * time.Hour})
	if err != nil || ban.Value == "" {
		t.Fatal(ban, err)
	}
	refused := func(when string, want bool) {
		t.Helper()
		_, err := b.send(discussion.Submission{Text: "باز هم " + when})
		if got := news.KindOf(err) == news.Forbidden && err != nil; got != want {
			t.Errorf("%s: %v, refused should be %v", when, err, want)
		}
	}
	refused("at once", true)
	if _, err := b.send(discussion.Submission{Text: "همسایه", Address: netip.MustParseAddr("5.160.0.2")}); err != nil {
		t.Errorf("a neighbour is refused: %v", err)
	}
	b.clock = noon.Add(31 * 24 * time.Hour)
	if err := b.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	other := b.one(t, discussion.Submission{Text: "پس از کلید تازه", Address: netip.MustParseAddr("5.160.0.3")})
	if other.Pseudonym == "" {
		t.Fatal("the new key gives no pseudonym")
	}
	refused("after the key was replaced", true)
	b.clock = noon.Add(91 * 24 * time.Hour)
	refused("after its end", false)
	if err := b.bans.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	all, err := b.bans.List(ctx, mina, 0, 10)
	if err != nil || len(all) != 1 || all[0].Value != "" || all[0].KeyName != "" || all[0].Reason != "آزار" {
		t.Errorf("the ended ban keeps %+v (%v)", all, err)
	}
	if _, _, err := b.store.KeyWithAge(ctx, ban.KeyName); news.KindOf(err) != news.NotFound {
		t.Errorf("the ban's key outlives it: %v", err)
	}
}

func TestBansHoldByNetworkAndWords(t *testing.T) {
	b := open(t)
	c := b.one(t, discussion.Submission{Text: "نظر نخست"})
	for _, in := range []discussion.Banning{
		{Kind: news.BanNetwork, Effect: news.BanHolds, Comment: c.ID, Reason: "هجوم", For: 24 * time.Hour},
		{Kind: news.BanTerm, Effect: news.BanHolds, Term: "کانال ما", Reason: "تبلیغ", For: 24 * time.Hour},
	} {
		if _, err := b.bans.Add(ctx, mina, in); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		address, text string
		held          bool
	}{
		{"5.160.0.99", "از همان شبکه", true},
		{"5.160.1.1", "از شبکه‌ای دیگر", false},
		{"5.160.2.1", "به كانـال ما بیایید", true},
		{"5.160.3.1", "کانال ماهی‌گیران", false},
	} {
		sent := b.one(t, discussion.Submission{Text: step.text, Address: netip.MustParseAddr(step.address)})
		banned := slices.ContainsFunc(sent.Findings, func(f news.Finding) bool { return f.Rule == "ban" })
		if sent.Held != step.held || banned != step.held || sent.State != news.CommentPending {
			t.Errorf("%q from %s: held %v, findings %v", step.text, step.address, sent.Held, sent.Findings)
		}
	}
	for _, bad := range []discussion.Banning{
		{Kind: news.BanNetwork, Effect: news.BanRefuses, Comment: c.ID, Reason: "x", For: 24 * time.Hour},
		{Kind: news.BanTerm, Effect: news.BanHolds, Term: "ـ", Reason: "x", For: 24 * time.Hour},
		{Kind: news.BanPseudonym, Effect: news.BanHolds, Comment: c.ID, For: 24 * time.Hour},
		{Kind: news.BanPseudonym, Effect: news.BanHolds, Comment: c.ID, Reason: "x", For: time.Hour},
		{Kind: "person", Effect: news.BanHolds, Comment: c.ID, Reason: "x", For: 24 * time.Hour},
	} {
		if _, err := b.bans.Add(ctx, mina, bad); news.KindOf(err) != news.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if _, err := b.bans.Add(ctx, news.Actor{User: 9, Roles: []news.Role{news.DeskEditor}}, discussion.Banning{}); news.KindOf(err) != news.Forbidden {
		t.Errorf("a desk editor bans: %v", err)
	}
}

func TestPolicyAndAnswersAreTheNewsroomsOwn(t *testing.T) {
	b := open(t)
	if err := b.SavePolicy(ctx, mina, "متن"); news.KindOf(err) != news.Forbidden {
		t.Errorf("a moderator changes the rules: %v", err)
	}
	if err := b.SavePolicy(ctx, chief, strings.Repeat("ن", discussion.MaxPolicy+1)); news.KindOf(err) != news.Invalid {
		t.Errorf("too long: %v", err)
	}
	if err := b.SavePolicy(ctx, chief, "آیین ما"); err != nil {
		t.Fatal(err)
	}
	if text, err := b.store.Public().CommentPolicy(ctx); err != nil || text.Body != "آیین ما" {
		t.Errorf("%+v %v", text, err)
	}
	if err := b.SavePolicy(ctx, chief, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := b.store.Public().CommentPolicy(ctx); news.KindOf(err) != news.NotFound {
		t.Errorf("the removed text is there: %v", err)
	}
	for title, ok := range map[string]bool{"": false, "رسیدگی": true, strings.Repeat("ن", 81): false} {
		if err := b.SaveAnswer(ctx, mina, "", news.SavedAnswer{Title: title, Body: "پیگیری می‌کنیم."}); (err == nil) != ok {
			t.Errorf("%.20q: %v", title, err)
		}
	}
	if err := b.SaveAnswer(ctx, mina, "", news.SavedAnswer{ID: 99, Title: "گم", Body: "پیگیری"}); news.KindOf(err) != news.NotFound {
		t.Errorf("an unknown answer: %v", err)
	}
}
