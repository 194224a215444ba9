package discussion_test

import (
	"context"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

var (
	ctx  = context.Background()
	noon = time.Date(2025, 11, 20, 12, 0, 0, 0, time.UTC)
	home = netip.MustParseAddr("5.160.0.1")
)

// bench is a desk on a real store, with a clock that can be moved and one public article.
type bench struct {
	*discussion.Desk
	*discussion.Moderation
	bans  *discussion.Bans
	store *store.Store
	clock time.Time
	code  news.Code

	now   func() time.Time      // of challenged desks, whose store has the same clock
	later func(d time.Duration) // moves it
}

func open(t *testing.T) *bench {
	t.Helper()
	b := &bench{clock: noon}
	now := func() time.Time { return b.clock }
	b.store = storetest.Open(t, filepath.Join(t.TempDir(), "dabir.db"), now)
	b.bans = discussion.NewBans(b.store, now)
	b.Moderation = discussion.NewModeration(b.store, b.store, b.store, nil, now)
	b.Desk = discussion.New(b.store, b.bans, func(netip.Addr) string { return "IR" },
		discussion.Settings{Limit: news.CommentLimit{Count: 5, Window: 10 * time.Minute}}, now)
	b.article(t)
	return b
}

// article makes the one public article.
func (b *bench) article(t *testing.T) {
	t.Helper()
	out, err := b.store.ImportArticles(ctx, news.SystemActor("test"), []news.Import{{Article: news.Article{State: news.Published, PublishedAt: noon,
		CreatedAt: noon, UpdatedAt: noon, Origin: "t:1", Content: news.Content{Kind: news.KindNews, Headline: "تیتر", Slug: "titr"}}}})
	if err != nil || out[0].Code == 0 {
		t.Fatal(err, out)
	}
	b.code = out[0].Code
}

func (b *bench) send(in discussion.Submission) (discussion.Submitted, error) {
	in.Article = b.code
	if !in.Address.IsValid() {
		in.Address = home
	}
	return b.Submit(ctx, in)
}

func TestRepeatGetsTheSameReceipt(t *testing.T) {
	b := open(t)
	for name, again := range map[string]discussion.Submission{
		"with an action id":  {Action: "action-of-one-form-1", Text: "نظر یکم"},
		"without, by itself": {Text: "نظر دوم"},
	} {
		one, err := b.send(again)
		if err != nil {
			t.Fatal(name, err)
		}
		two, err := b.send(again)
		if err != nil || two.Receipt != one.Receipt || two.Comment.ID != one.Comment.ID {
			t.Errorf("%s: %v, receipts %s and %s", name, err, one.Receipt, two.Receipt)
		}
	}
	one, _ := b.send(discussion.Submission{Text: "نظر سوم"})
	for what, other := range map[string]discussion.Submission{
		"another address": {Text: "نظر سوم", Address: netip.MustParseAddr("5.160.0.2")},
		"another name":    {Text: "نظر سوم", Name: "نگار"},
	} {
		two, err := b.send(other)
		if err != nil || two.Receipt == one.Receipt {
			t.Errorf("%s shares the receipt (%v)", what, err)
		}
	}
}

func TestReceiptTellsTheState(t *testing.T) {
	b := open(t)
	moderator := news.Actor{User: 3, Name: "ناظر", Roles: []news.Role{news.Moderator}}
	sent, err := b.send(discussion.Submission{Text: "نظر من", Name: "نگار"})
	if err != nil {
		t.Fatal(err)
	}
	if len(sent.Receipt) != 12 || strings.ContainsAny(sent.Receipt, "01IOil ") {
		t.Errorf("receipt %q", sent.Receipt)
	}
	if strings.Contains(sent.Comment.ReceiptHash, sent.Receipt) {
		t.Error("the receipt is stored as it is")
	}
	typed := " " + strings.ToLower(sent.Receipt[:4]) + "-" + sent.Receipt[4:8] + " " + sent.Receipt[8:] + " "
	view, err := b.Receipt(ctx, typed, home)
	if err != nil || view.State != news.CommentPending || view.Text != "نظر من" || view.Article != sent.Comment.Article {
		t.Fatalf("%+v %v", view, err)
	}
	if _, err := b.Reject(ctx, moderator, discussion.Decision{Comment: sent.Comment.ID, From: news.CommentPending, Reason: news.ReasonOffTopic}); err != nil {
		t.Fatal(err)
	}
	if view, err = b.Receipt(ctx, sent.Receipt, home); err != nil || view.State != news.CommentRejected || view.Reason != news.ReasonOffTopic {
		t.Errorf("%+v %v", view, err)
	}
	for _, code := range []string{"", "AAAA", "AAAAAAAAAAAA", strings.Repeat("A", 500), "'; DROP --22", "نظرنظرنظرنظر"} {
		if _, err := b.Receipt(ctx, code, home); news.KindOf(err) != news.NotFound || err == nil {
			t.Errorf("%q: %v", code, err)
		}
	}
}

func TestPseudonymsExpire(t *testing.T) {
	b := open(t)
	one, err := b.send(discussion.Submission{Text: "نظر یکم"})
	if err != nil {
		t.Fatal(err)
	}
	two, _ := b.send(discussion.Submission{Text: "نظر دوم"})
	if one.Comment.Pseudonym == "" || one.Comment.Pseudonym != two.Comment.Pseudonym || strings.Contains(one.Comment.Pseudonym, "5.160") {
		t.Errorf("pseudonyms %q and %q", one.Comment.Pseudonym, two.Comment.Pseudonym)
	}
	near, _ := b.send(discussion.Submission{Text: "نظر سوم", Address: netip.MustParseAddr("2001:db8:1:2::1")})
	same, _ := b.send(discussion.Submission{Text: "نظر چهارم", Address: netip.MustParseAddr("2001:db8:1:2:ffff::2")})
	far, _ := b.send(discussion.Submission{Text: "نظر پنجم", Address: netip.MustParseAddr("2001:db8:1:3::1")})
	if near.Comment.Pseudonym != same.Comment.Pseudonym || near.Comment.Pseudonym == far.Comment.Pseudonym {
		t.Error("an IPv6 host is its /64")
	}
	b.clock = noon.Add(31 * 24 * time.Hour)
	if err := b.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	page, err := b.store.Queue(ctx, news.QueueFilter{Tab: news.TabPending, Limit: 10})
	if err != nil || len(page.Comments) != 5 {
		t.Fatal(len(page.Comments), err)
	}
	for _, c := range page.Comments {
		if c.Pseudonym != "" || c.Network != "" {
			t.Errorf("comment %d keeps its pseudonym", c.ID)
		}
	}
}

func TestOnlyModeratorsDecide(t *testing.T) {
	b := open(t)
	sent, err := b.send(discussion.Submission{Text: "نظر من"})
	if err != nil {
		t.Fatal(err)
	}
	reporter := news.Actor{User: 4, Roles: []news.Role{news.Reporter, news.DeskEditor, news.Operator}}
	in := discussion.Decision{Comment: sent.Comment.ID, From: news.CommentPending, Reason: news.ReasonInsult}
	_, e1 := b.Approve(ctx, reporter, in)
	_, e2 := b.Reject(ctx, reporter, in)
	_, e3 := b.Undo(ctx, reporter, in)
	_, e4 := b.Queue(ctx, reporter, news.QueueFilter{})
	_, e5 := b.Counts(ctx, reporter)
	for i, err := range []error{e1, e2, e3, e4, e5} {
		if news.KindOf(err) != news.Forbidden {
			t.Errorf("act %d: %v", i+1, err)
		}
	}
}

func TestTextsAreCountedAsPeopleSeeThem(t *testing.T) {
	b := open(t)
	for text, ok := range map[string]bool{
		"سلا":                              true,
		"سَلَا":                            true, // marks are no characters of their own
		"سَل":                              false,
		"👍🏽👍🏽👍🏽":                           true,
		"👍🏽👍🏽":                             false,
		strings.Repeat("می‌", 1001):        false,
		strings.Repeat("نی", 1000):         true,
		strings.Repeat("a\u0301", 2000):    true,
		strings.Repeat("\u0301", 70_000):   false,
		"یک" + strings.Repeat("\u0301", 4): false,
	} {
		_, err := b.send(discussion.Submission{Text: text, Address: netip.AddrFrom4([4]byte{5, 1, byte(len(text)), byte(len(text) >> 8)})})
		if (err == nil) != ok {
			t.Errorf("%.20q (%d bytes): %v", text, len(text), err)
		}
	}
}

// TestClosedAtOnce: an article that was open a moment ago takes nothing more when it was closed meanwhile, and takes comments at once when it is opened again.
func TestClosedAtOnce(t *testing.T) {
	b := open(t)
	turn := func(closed bool) {
		t.Helper()
		if err := b.store.SetCommentSwitch(ctx, news.SystemActor("test"), "", news.CommentSwitch{Closed: closed, At: b.clock}); err != nil {
			t.Fatal(err)
		}
	}
	for i, closed := range []bool{false, true, true, false, true} {
		turn(closed)
		_, err := b.send(discussion.Submission{Text: "نظر من", Name: strconv.Itoa(i)})
		if got := keyOf(err) == "error.comments_closed"; got != closed || !got && err != nil {
			t.Errorf("comment %d: %v", i, err)
		}
	}
	b.code = 999
	if _, err := b.send(discussion.Submission{Text: "نظر من"}); news.KindOf(err) != news.NotFound {
		t.Errorf("to an article that is not there: %v", err)
	}
}
