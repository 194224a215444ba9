package discussion_test

import (
	"net/netip"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// challenged is a desk that asks for work from the fourth comment a minute on, or the sixth of a network.
func challenged(t *testing.T) *bench {
	t.Helper()
	b := open(t)
	clock := noon
	b.store = storetest.Open(t, filepath.Join(t.TempDir(), "dabir.db"), func() time.Time { return clock })
	b.later = func(d time.Duration) { clock = clock.Add(d) }
	b.now = func() time.Time { return clock }
	b.Desk = node(b, b.now)
	b.article(t)
	return b
}

// node is one of several desks over the same store.
func node(b *bench, now func() time.Time) *discussion.Desk {
	return discussion.New(b.store, b.bans, func(netip.Addr) string { return "IR" }, discussion.Settings{
		Limit: news.CommentLimit{Count: 5, Window: 10 * time.Minute}, Challenge: discussion.ChallengeSettings{Rate: 3, Network: 6}}, now)
}

// solve finds the proof of a challenge as a browser does.
func solve(c discussion.Challenge) string {
	for n := 0; ; n++ {
		if proof := strconv.Itoa(n); c.Solves(proof) {
			return proof
		}
	}
}

// flooded sends comments until one is asked for work, and returns that challenge.
func (b *bench) flooded(t *testing.T) discussion.Challenge {
	t.Helper()
	for i := range 10 {
		sent, err := b.send(discussion.Submission{Text: "سیل شمارهٔ " + strconv.Itoa(i), Address: netip.AddrFrom4([4]byte{byte(20 + i), 1, 1, 1})})
		if sent.Challenge != nil {
			if i < 3 || keyOf(err) != "error.challenge" {
				t.Fatalf("comment %d: %v", i, err)
			}
			return *sent.Challenge
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("no flood was seen")
	return discussion.Challenge{}
}

func TestWorkIsGoodForOneComment(t *testing.T) {
	b := challenged(t)
	c := b.flooded(t)
	proof := solve(c)
	in := func(i int, ticket, proof string) discussion.Submission {
		return discussion.Submission{Text: "کارکرده " + strconv.Itoa(i), Ticket: ticket, Proof: proof, Address: from(i)}
	}
	for i, step := range []struct{ ticket, proof, key string }{
		{c.Token, "0", "error.challenge"}, {c.Token, "", "error.challenge"}, {"", proof, "error.challenge"}, {c.Token + "A", proof, "error.challenge"},
		{"A" + c.Token, proof, "error.challenge"}, {".", proof, "error.challenge"}, {c.Token, proof + "0000000000000000000000", "error.challenge"},
		{c.Token, proof, ""}, {c.Token, proof, "error.challenge_used"},
	} {
		if _, err := b.send(in(i, step.ticket, step.proof)); keyOf(err) != step.key {
			t.Errorf("step %d: %v, want %q", i, err, step.key)
		}
	}
}

func TestTicketsGetOld(t *testing.T) {
	b := challenged(t)
	c := b.flooded(t)
	b.later(61 * time.Minute)
	b.flooded(t) // the flood goes on
	if _, err := b.send(discussion.Submission{Text: "دیر آمده", Ticket: c.Token, Proof: solve(c), Address: from(1)}); keyOf(err) != "error.challenge" {
		t.Errorf("an old ticket: %v", err)
	}
}

// TestWaitIsGoodForOneComment: who has no scripts waits; many waits begun at once are good for one comment.
func TestWaitIsGoodForOneComment(t *testing.T) {
	b := challenged(t)
	b.flooded(t)
	in := discussion.Submission{Text: "بی‌اسکریپت", Address: from(7)}
	ask := func() *discussion.Challenge {
		t.Helper()
		sent, err := b.send(in)
		if keyOf(err) != "error.challenge" {
			t.Fatal(err)
		}
		return sent.Challenge
	}
	in.Ticket = ask().Token
	ticket := in.Ticket
	in.Ticket = ""
	twin := ask().Token
	in.Ticket = ticket
	b.later(5 * time.Second)
	if c := ask(); c.Token != ticket || c.Wait <= 0 {
		t.Fatalf("asked too early: %+v", c)
	}
	b.later(2 * time.Minute)
	stranger := in
	stranger.Address, stranger.Text = from(8), "نوبت دیگری"
	if _, err := b.send(stranger); keyOf(err) != "error.challenge" {
		t.Errorf("somebody else's wait: %v", err)
	}
	if _, err := b.send(in); err != nil {
		t.Fatalf("after the wait: %v", err)
	}
	in.Text, in.Ticket = "نظری دیگر", twin
	if _, err := b.send(in); keyOf(err) != "error.challenge_used" {
		t.Errorf("a second wait of the same time: %v", err)
	}
}

func TestFloodEndsAndOtherNodesLearn(t *testing.T) {
	b := challenged(t)
	other := &bench{Desk: node(b, b.now), store: b.store, code: b.code}
	if _, err := other.send(discussion.Submission{Text: "پیش از سیل", Address: from(1)}); err != nil {
		t.Fatal(err)
	}
	b.flooded(t)
	b.later(3 * time.Second)
	if _, err := other.send(discussion.Submission{Text: "میان سیل", Address: from(2)}); keyOf(err) != "error.challenge" {
		t.Errorf("another node has not heard of the flood: %v", err)
	}
	b.later(11 * time.Minute)
	for _, desk := range []*bench{b, other} {
		if _, err := desk.send(discussion.Submission{Text: "پس از سیل", Address: from(3)}); err != nil {
			t.Errorf("the flood is over: %v", err)
		}
	}
}

// TestNetworkBringsTheChallengeOnly: many readers share a carrier's network, so it is never refused.
func TestNetworkBringsTheChallengeOnly(t *testing.T) {
	for name, network := range map[string]func(i int) netip.Addr{
		"/24": func(i int) netip.Addr { return netip.AddrFrom4([4]byte{5, 160, 7, byte(i)}) },
		"/48": func(i int) netip.Addr {
			return netip.MustParseAddr("2001:db8:7:" + strconv.FormatInt(int64(i+1), 16) + "::1")
		},
	} {
		b := challenged(t)
		for i := range 6 {
			b.later(time.Minute) // no flood
			if _, err := b.send(discussion.Submission{Text: "همسایه " + strconv.Itoa(i), Address: network(i)}); err != nil {
				t.Fatal(name, i, err)
			}
		}
		b.later(time.Minute)
		sent, err := b.send(discussion.Submission{Text: "همسایهٔ هفتم", Address: network(99)})
		if keyOf(err) != "error.challenge" {
			t.Fatalf("%s: the seventh of the network: %v", name, err)
		}
		if _, err := b.send(discussion.Submission{Text: "همسایهٔ هفتم", Address: network(99), Ticket: sent.Challenge.Token, Proof: solve(*sent.Challenge)}); err != nil {
			t.Errorf("%s: paid for, it is refused: %v", name, err)
		}
		b.later(time.Minute)
		if _, err := b.send(discussion.Submission{Text: "از شهری دیگر", Address: netip.MustParseAddr("91.1.2.3")}); err != nil {
			t.Errorf("%s: somebody else is asked too: %v", name, err)
		}
	}
}

func TestArticlesCloseWithTime(t *testing.T) {
	b := open(t)
	b.Desk = discussion.New(b.store, b.bans, func(netip.Addr) string { return "" }, discussion.Settings{CloseAfter: 48 * time.Hour}, func() time.Time { return b.clock })
	for _, step := range []struct {
		after time.Duration
		key   string
	}{{47 * time.Hour, ""}, {49 * time.Hour, "error.comments_closed"}} {
		b.clock = noon.Add(step.after)
		if _, err := b.send(discussion.Submission{Text: "نظر پس از " + step.after.String()}); keyOf(err) != step.key {
			t.Errorf("after %v: %v", step.after, err)
		}
	}
}

func TestSwitchClosesTheWholeSite(t *testing.T) {
	b := open(t)
	chief := news.Actor{User: 1, Roles: []news.Role{news.ChiefEditor}}
	for _, actor := range []news.Actor{moderator, {User: 5, Roles: []news.Role{news.Reporter, news.DeskEditor}}, {}} {
		if err := b.SetSwitch(ctx, actor, discussion.SiteSwitch{Closed: true}); news.KindOf(err) != news.Forbidden {
			t.Errorf("%v: %v", actor.Roles, err)
		}
	}
	if err := b.SetSwitch(ctx, chief, discussion.SiteSwitch{Closed: true, Note: "تا فردا"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.send(discussion.Submission{Text: "نظر من"}); keyOf(err) != "error.comments_closed" {
		t.Errorf("%v", err)
	}
	if state, err := b.store.Public().CommentsState(ctx, b.code); err != nil || !state.SiteClosed || state.SiteNote != "تا فردا" {
		t.Errorf("%+v %v", state, err)
	}
	if err := b.SetSwitch(ctx, chief, discussion.SiteSwitch{}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.send(discussion.Submission{Text: "نظر من"}); err != nil {
		t.Error(err)
	}
}
