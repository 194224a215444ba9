package discussion_test

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
)

var (
	moderator = news.Actor{User: 3, Name: "ناظر", Roles: []news.Role{news.Moderator}}
	keyed     = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
)

// from is an address of its own for each number.
func from(i int) netip.Addr { return netip.AddrFrom4([4]byte{5, byte(i >> 16), byte(i >> 8), byte(i)}) }

// keyOf is the key of an error, "" for none.
func keyOf(err error) string {
	if known := news.Errors(err); len(known) > 0 {
		return known[0].Key
	}
	return ""
}

// TestReceiptMisheard: whichever sign of a receipt is taken for another, and whichever two neighbours are exchanged, its page says that
// the code is not spelt right.
func TestReceiptMisheard(t *testing.T) {
	b := open(t)
	sent, err := b.send(discussion.Submission{Text: "نظر من"})
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	ask := func(code string) string {
		asked++
		_, err := b.Receipt(ctx, code, from(asked))
		return keyOf(err)
	}
	for i := range sent.Receipt {
		for _, sign := range keyed {
			if wrong := sent.Receipt[:i] + string(sign) + sent.Receipt[i+1:]; wrong != sent.Receipt && ask(wrong) != "error.receipt_misheard" {
				t.Errorf("%s for %s is not noticed", wrong, sent.Receipt)
			}
		}
		if i > 0 && sent.Receipt[i] != sent.Receipt[i-1] {
			if wrong := sent.Receipt[:i-1] + sent.Receipt[i:i+1] + sent.Receipt[i-1:i] + sent.Receipt[i+1:]; ask(wrong) != "error.receipt_misheard" {
				t.Errorf("%s for %s is not noticed", wrong, sent.Receipt)
			}
		}
	}
	if asked < 350 {
		t.Errorf("only %d codes were tried", asked)
	}
	for _, code := range []string{"", "22222222", "222222222222", strings.Repeat("2", 400)} {
		if key := ask(code); key != "error.receipt_unknown" {
			t.Errorf("%q: %s", code, key)
		}
	}
}

func TestReceiptsAreNotGuessed(t *testing.T) {
	b := open(t)
	sent, err := b.send(discussion.Submission{Text: "نظر من"})
	if err != nil {
		t.Fatal(err)
	}
	for range 30 {
		if _, err := b.Receipt(ctx, "222222222222", home); keyOf(err) != "error.receipt_unknown" {
			t.Fatal(err)
		}
	}
	if _, err := b.Receipt(ctx, sent.Receipt, home); keyOf(err) != "error.receipt_rate" {
		t.Errorf("after thirty guesses the thirty-first, right one, is told: %v", err)
	}
	if err := b.Retract(ctx, sent.Receipt, home); keyOf(err) != "error.receipt_rate" {
		t.Errorf("and the comment can be taken back: %v", err)
	}
	if _, err := b.Receipt(ctx, sent.Receipt, from(1)); err != nil {
		t.Errorf("its writer elsewhere is shut out too: %v", err)
	}
	b.clock = noon.Add(11 * time.Minute)
	if _, err := b.Receipt(ctx, sent.Receipt, home); err != nil {
		t.Errorf("later: %v", err)
	}
}

func TestPlaceInTheQueue(t *testing.T) {
	b := open(t)
	var all []discussion.Submitted
	for i := range 3 {
		b.clock = noon.Add(time.Duration(i) * time.Minute)
		sent, err := b.send(discussion.Submission{Text: "نظر شمارهٔ " + strconv.Itoa(i), Address: from(i)})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, sent)
	}
	place := func(i, want int) {
		t.Helper()
		if view, err := b.Receipt(ctx, all[i].Receipt, from(i)); err != nil || view.Place != want {
			t.Errorf("comment %d is at place %d (%v), want %d", i, view.Place, err, want)
		}
	}
	place(0, 1)
	place(2, 3)
	if _, err := b.Approve(ctx, moderator, discussion.Decision{Comment: all[0].Comment.ID, From: news.CommentPending}); err != nil {
		t.Fatal(err)
	}
	place(0, 0)
	place(2, 2)
}

func TestWriterTakesTheCommentBack(t *testing.T) {
	b := open(t)
	sent, err := b.send(discussion.Submission{Text: "نظر من", Name: "نگار", Email: "negar@example.ir", Remember: true})
	if err != nil {
		t.Fatal(err)
	}
	decision := discussion.Decision{Comment: sent.Comment.ID, From: news.CommentPending}
	if _, err := b.Approve(ctx, moderator, decision); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.Retract(ctx, sent.Receipt, home); err != nil {
			t.Fatal(err)
		}
	}
	if view, err := b.Receipt(ctx, sent.Receipt, home); err != nil || view.State != news.CommentWithdrawn || view.Text+view.Name != "" || view.MayRetract {
		t.Errorf("%+v %v", view, err)
	}
	if shown, err := b.store.Public().CommentCounts(ctx, b.code); err != nil || shown != (news.CommentCounts{}) {
		t.Errorf("the counters say %+v (%v)", shown, err)
	}
	q, err := b.store.CommentByReceipt(ctx, sent.Comment.ReceiptHash)
	if err != nil || q.Text+q.Name+q.Email+q.Person+q.Pseudonym != "" {
		t.Errorf("it is kept: %+v %v", q, err)
	}
	if _, err := b.Undo(ctx, moderator, decision); news.KindOf(err) != news.Conflict || err == nil {
		t.Errorf("a moderator brings it back: %v", err)
	}
	if _, err := b.Approve(ctx, moderator, decision); news.KindOf(err) != news.Conflict || err == nil {
		t.Errorf("a moderator publishes it: %v", err)
	}
	events, err := b.store.Events(ctx, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range events {
		if e.Kind == news.CommentTakenBack {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d events of taking back", n)
	}
}

func TestWriterEditsOnceWhileItWaits(t *testing.T) {
	b := open(t)
	sent, err := b.send(discussion.Submission{Text: "نظر من"})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ text, key string }{
		{"آ", "error.comment_short"}, {strings.Repeat("ن", 2001), "error.comment_long"}, {"متن تازهٔ من", ""}, {"و باز هم", "error.revise_once"},
	} {
		if err := b.Revise(ctx, sent.Receipt, home, step.text); keyOf(err) != step.key {
			t.Errorf("%.20s: %v", step.text, err)
		}
	}
	if view, err := b.Receipt(ctx, sent.Receipt, home); err != nil || view.Text != "متن تازهٔ من" || view.MayRevise {
		t.Errorf("%+v %v", view, err)
	}
	other, err := b.send(discussion.Submission{Text: "نظر دوم"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Approve(ctx, moderator, discussion.Decision{Comment: other.Comment.ID, From: news.CommentPending}); err != nil {
		t.Fatal(err)
	}
	if err := b.Revise(ctx, other.Receipt, home, "متنی دیگر"); keyOf(err) != "error.revise_decided" {
		t.Errorf("a published comment is edited: %v", err)
	}
}

func TestCookieMakesOnePerson(t *testing.T) {
	b := open(t)
	first, err := b.send(discussion.Submission{Text: "نظر یکم", Remember: true})
	if err != nil || first.Cookie == "" || first.Comment.Person == "" || strings.Contains(first.Cookie, first.Comment.Person) {
		t.Fatalf("%+v %v", first, err)
	}
	forged := []byte(first.Cookie)
	forged[3] ^= 1
	for name, step := range map[string]struct {
		cookie   string
		remember bool
		same     bool
		gets     bool // a new cookie
	}{
		"the cookie":          {first.Cookie, true, true, false},
		"declined":            {first.Cookie, false, false, false},
		"none":                {"", true, false, true},
		"neither":             {"", false, false, false},
		"forged":              {string(forged), true, false, true},
		"no cookie of ours":   {"abc", true, false, true},
		"a very long one":     {strings.Repeat("A", 5000), true, false, true},
		"from another office": {first.Cookie, true, true, false},
	} {
		sent, err := b.send(discussion.Submission{Text: "نظر " + name, Cookie: step.cookie, Remember: step.remember, Address: from(len(name))})
		if err != nil || (sent.Comment.Person == first.Comment.Person) != step.same || (sent.Cookie != "") != step.gets {
			t.Errorf("%s: person %q, cookie %q (%v)", name, sent.Comment.Person, sent.Cookie, err)
		}
		if !step.remember && sent.Comment.Person != "" {
			t.Errorf("%s: is known all the same", name)
		}
	}
}

// TestKeysThatRotateAreNotKept: each key that is replaced with time is on the list of those that a backup leaves out.
func TestKeysThatRotateAreNotKept(t *testing.T) {
	b := challenged(t)
	for i := range 5 {
		if _, err := b.send(discussion.Submission{Text: "نظر شمارهٔ " + strconv.Itoa(i), Remember: true, Address: from(i)}); err != nil && keyOf(err) != "error.challenge" {
			t.Fatal(err)
		}
	}
	// A year later the keys that rotate are others.
	names := []string{"pseudonym", "comment.challenge", "reader.cookie", "reader.person", "receipt.code", "receipt.hash"}
	before := map[string]string{}
	for _, name := range names {
		key, err := b.store.Secret(ctx, name, 0)
		if err != nil {
			t.Fatal(err)
		}
		before[name] = string(key)
	}
	b.later(365 * 24 * time.Hour)
	for i := range 5 {
		if _, err := b.send(discussion.Submission{Text: "نظری دیگر " + strconv.Itoa(i), Remember: true, Address: from(i)}); err != nil && keyOf(err) != "error.challenge" {
			t.Fatal(err)
		}
	}
	var changed []string
	for _, name := range names {
		key, err := b.store.Secret(ctx, name, 0)
		if err != nil {
			t.Fatal(err)
		}
		if string(key) != before[name] {
			changed = append(changed, name)
		}
	}
	changed = append(changed, "ban.%") // copies of the first, one for each time at which somebody was banned
	if fmt.Sprint(changed) != fmt.Sprint(discussion.KeysNotToKeep()) {
		t.Errorf("rotated %v, the list has %v", changed, discussion.KeysNotToKeep())
	}
}
