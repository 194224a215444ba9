package discussion_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// spooling is a desk whose way to PostgreSQL can be broken.
type spooling struct {
	*bench
	proxy  *storetest.Proxy
	folder string
}

func openSpooling(t *testing.T, most int) *spooling {
	t.Helper()
	dsn, err := url.Parse(storetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	s := &spooling{bench: &bench{clock: noon}, proxy: storetest.NewProxy(t, dsn.Host), folder: t.TempDir()}
	dsn.Host = s.proxy.Addr
	now := func() time.Time { return s.clock }
	s.now = now
	s.store = storetest.Open(t, dsn.String(), now)
	s.bans = discussion.NewBans(s.store, now)
	s.Moderation = discussion.NewModeration(s.store, s.store, s.store, nil, now)
	s.Desk = s.desk(t, s.folder, most)
	s.article(t)
	if _, err := s.send(discussion.Submission{Text: "پیش از قطع"}); err != nil { // as any comment, it brings the keys into memory
		t.Fatal(err)
	}
	return s
}

func (s *spooling) desk(t *testing.T, folder string, most int) *discussion.Desk {
	t.Helper()
	spool, err := discussion.OpenSpool(folder, most)
	if err != nil {
		t.Fatal(err)
	}
	return discussion.New(s.store, s.bans, func(netip.Addr) string { return "IR" },
		discussion.Settings{Limit: news.CommentLimit{Count: 5, Window: 10 * time.Minute}, Spool: spool}, func() time.Time { return s.clock })
}

// deliver runs a desk's deliveries until so many comments were handed over.
func deliver(t *testing.T, desk *discussion.Desk, many int) {
	t.Helper()
	delivering, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	done := 0
	desk.Deliver(delivering, func(delivered int, err error) {
		if err != nil {
			t.Error(err)
		}
		if done += delivered; done >= many {
			stop()
		}
	})
	if done != many {
		t.Fatalf("%d comments were handed over, want %d", done, many)
	}
}

func (s *spooling) stored(t *testing.T) map[string]news.Comment {
	t.Helper()
	page, err := s.store.Queue(ctx, news.QueueFilter{Tab: news.TabPending, Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]news.Comment{}
	for _, q := range page.Comments {
		if _, twice := found[q.Text]; twice {
			t.Errorf("%q is there twice", q.Text)
		}
		found[q.Text] = q.Comment
	}
	return found
}

// TestSpooledCommentsAreDeliveredOnce: while no database takes writes comments are kept on the node; afterwards each is stored once, also when
// the process ended between storing and forgetting it, and when its writer sent it again meanwhile.
func TestSpooledCommentsAreDeliveredOnce(t *testing.T) {
	s := openSpooling(t, 100)
	s.proxy.Break()
	receipts := map[string]string{}
	for i := range 4 {
		in := discussion.Submission{Action: fmt.Sprint("action-of-one-form-", i), Text: fmt.Sprint("نظر هنگام قطع ", i)}
		one, err := s.send(in)
		if err != nil || !one.Waits || one.Receipt == "" {
			t.Fatalf("%d: %+v, %v", i, one, err)
		}
		again, err := s.send(in)
		if err != nil || again.Receipt != one.Receipt {
			t.Errorf("sent again: %q and %q, %v", one.Receipt, again.Receipt, err)
		}
		receipts[in.Text] = one.Receipt
		view, err := s.Receipt(ctx, one.Receipt, home)
		if err != nil || !view.Waits || view.Text != in.Text {
			t.Errorf("its receipt: %+v, %v", view, err)
		}
	}
	files, err := filepath.Glob(filepath.Join(s.folder, "*"))
	if err != nil || len(files) != 4 {
		t.Fatalf("%v, %v", files, err)
	}
	left := t.TempDir() // as a process leaves it that was killed before it could forget
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
		text, err := os.ReadFile(file)
		if err != nil || strings.Contains(string(text), home.String()) {
			t.Errorf("%s, %v", text, err)
		}
		if err := os.WriteFile(filepath.Join(left, filepath.Base(file)), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(left, "half.tmp"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.proxy.Heal()
	deliver(t, s.Desk, 4)
	deliver(t, s.desk(t, left, 100), 4)
	again, err := s.send(discussion.Submission{Action: "action-of-one-form-2", Text: "نظر هنگام قطع 2"})
	if err != nil || again.Waits || again.Receipt != receipts["نظر هنگام قطع 2"] {
		t.Errorf("sent once more: %+v, %v", again, err)
	}
	stored := s.stored(t)
	for text, receipt := range receipts {
		view, err := s.Receipt(ctx, receipt, home)
		if c := stored[text]; c.ID == 0 || !c.CreatedAt.Equal(noon) || c.Pseudonym == "" || err != nil || view.Waits || view.Comment != c.ID {
			t.Errorf("%q: %+v, %+v, %v", text, c, view, err)
		}
	}
	if len(stored) != 5 {
		t.Errorf("%d comments, want 5", len(stored))
	}
	for _, folder := range []string{s.folder, left} {
		if files, err := os.ReadDir(folder); err != nil || len(files) != 0 {
			t.Errorf("left in the spool: %v, %v", files, err)
		}
	}
}

// TestSpoolIsBounded by the setting, and by what one writer may send to one article.
func TestSpoolIsBounded(t *testing.T) {
	s := openSpooling(t, 7)
	s.proxy.Break()
	send := func(i int, from string) error {
		_, err := s.send(discussion.Submission{Text: fmt.Sprint("نظر هنگام قطع ", i), Address: netip.MustParseAddr(from)})
		return err
	}
	for i := range 5 {
		if err := send(i, "5.160.0.9"); err != nil {
			t.Fatal(err)
		}
	}
	if err := send(5, "5.160.0.9"); news.KindOf(err) != news.TooMany {
		t.Errorf("the sixth of one address: %v", err)
	}
	for i := range 2 {
		if err := send(i, fmt.Sprint("5.161.0.", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := send(9, "5.162.0.1"); news.KindOf(err) != news.Unavailable || !errors.Is(err, news.ErrNoPrimary) {
		t.Errorf("into a full spool: %v", err)
	}
	if err := send(9, "5.162.0.1"); err == nil {
		t.Error("sent again it is taken")
	}
}

// TestSpooledCommentIsJudgedAtDelivery: where nothing may be written any more, and where what it answers is gone, moderators look at it.
func TestSpooledCommentIsJudgedAtDelivery(t *testing.T) {
	s := openSpooling(t, 100)
	s.proxy.Break()
	for text, parent := range map[string]news.CommentID{"به خود خبر": 0, "به نظری که نیست": 99} {
		if one, err := s.send(discussion.Submission{Text: text, Parent: parent}); err != nil || !one.Waits {
			t.Fatalf("%+v, %v", one, err)
		}
	}
	nowhere, err := s.Submit(ctx, discussion.Submission{Article: 404, Text: "به خبری که نیست", Address: home})
	if err != nil || !nowhere.Waits {
		t.Fatalf("%+v, %v", nowhere, err)
	}
	if _, err := s.send(discussion.Submission{Text: "ن"}); news.KindOf(err) != news.Invalid {
		t.Errorf("what was typed is looked at all the same: %v", err)
	}
	s.proxy.Heal()
	chief := news.Actor{User: 1, Name: "سردبیر", Roles: []news.Role{news.ChiefEditor}}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		_, err := editorial.New(s.store, "fa", s.now).SetComments(ctx, chief, editorial.CommentsSwitch{Code: s.code, Closed: true})
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	told := 0
	delivering, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	s.Deliver(delivering, func(_ int, err error) {
		if errors.Is(err, discussion.ErrUntaken) {
			told++
		}
		stop()
	})
	if told != 1 {
		t.Errorf("%d times it was said that an article is not there", told)
	}
	view, err := s.Receipt(ctx, nowhere.Receipt, home)
	if err != nil || !view.Untaken || view.Waits || view.MayRetract || view.Text != "به خبری که نیست" || !view.CreatedAt.Equal(noon) {
		t.Errorf("the receipt of what was not taken: %+v, %v", view, err)
	}
	stored := s.stored(t)
	for text, rules := range map[string]string{"به خود خبر": "closed", "به نظری که نیست": "orphan closed"} {
		c := stored[text]
		var found []string
		for _, f := range c.Findings {
			if f.Rule == "closed" || f.Rule == "orphan" {
				found = append(found, f.Rule)
			}
		}
		if !c.Held || c.State != news.CommentPending || c.Parent != 0 || strings.Join(found, " ") != rules {
			t.Errorf("%q: %+v", text, c)
		}
	}
	if len(stored) != 3 {
		t.Errorf("%d comments, want 3: %v", len(stored), stored)
	}
	s.clock = noon.Add(discussion.DefaultRetention + time.Hour)
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if view, err := s.Receipt(ctx, nowhere.Receipt, home); news.KindOf(err) != news.NotFound {
		t.Errorf("after a month: %+v, %v", view, err)
	}
}
