package editorial_test

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
)

func (r *room) previews() *editorial.Previews {
	return editorial.NewPreviews(r.store, []byte("a key of thirty-two bytes, or so"), func() time.Time { return r.clock })
}

func TestPreviewIsForThoseWhoWriteThere(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		p := r.previews()
		a := r.draft(t, "نسخهٔ یکم")
		other := r.whole("نسخهٔ دوم")
		other.Tags = []string{"یک", "دو"}
		_, err := r.Save(ctx, r.reporter, editorial.Save{Code: a.Code, Base: 1, Content: other})
		ok(t, "save", err)
		stranger := r.person(t, "varzeshi", news.DeskEditor, r.sport.ID)
		moderator := r.person(t, "nazer", news.Moderator)
		for name, actor := range map[string]news.Actor{"author": r.reporter, "desk": r.desk, "chief": r.chief} {
			shown, err := p.Look(ctx, actor, a.Code, 0)
			ok(t, name+" looks", err)
			if shown.Headline != "نسخهٔ دوم" || shown.Section.Name != "شهر" || len(shown.Tags) != 2 || shown.Revision != 2 || !shown.EndMark {
				t.Errorf("%s sees %+v", name, shown)
			}
		}
		first, err := p.Look(ctx, r.chief, a.Code, 1)
		if err != nil || first.Headline != "نسخهٔ یکم" {
			t.Errorf("version 1: %q %v", first.Headline, err)
		}
		_, err = p.Look(ctx, stranger, a.Code, 0)
		want(t, "a desk of another section", err, news.Forbidden)
		_, err = p.Look(ctx, moderator, a.Code, 0)
		want(t, "a moderator", err, news.Forbidden)
		_, err = p.Look(ctx, r.chief, a.Code, 3)
		want(t, "a version that is not", err, news.NotFound)
		_, err = p.Look(ctx, r.chief, 4711, 0)
		want(t, "an article that is not", err, news.NotFound)
		_, err = p.Link(ctx, r.reporter, editorial.Step{Code: a.Code})
		want(t, "a reporter makes a link", err, news.Forbidden)
		_, err = p.Link(ctx, stranger, editorial.Step{Code: a.Code})
		want(t, "a desk of another section makes a link", err, news.Forbidden)
	})
}

// TestPreviewLinkDies: each way in which a link's life ends, and that it lives until then.
func TestPreviewLinkDies(t *testing.T) {
	soon := noon.Add(2 * time.Hour)
	for name, c := range map[string]struct {
		before func(r *room, a news.Article) error // before the link is made
		then   func(r *room, a news.Article) error
		until  time.Duration // as Link tells it
		last   time.Duration // it lives at this time, and a millisecond later no more; 0: then kills it
	}{
		"after a day": {until: 24 * time.Hour, last: 24*time.Hour - time.Millisecond},
		"at the embargo's end": {before: func(r *room, a news.Article) error {
			_, err := r.Embargo(ctx, r.chief, editorial.Step{Code: a.Code}, soon)
			return err
		}, until: 2 * time.Hour, last: 2*time.Hour - time.Millisecond},
		"at the scheduled moment, even when the timer is late": {before: func(r *room, a news.Article) error {
			_, err := r.Schedule(ctx, r.chief, editorial.Publish{Code: a.Code, Base: 1}, soon)
			return err
		}, until: 2 * time.Hour, last: 2*time.Hour - time.Millisecond},
		"at an embargo that was set afterwards": {then: func(r *room, a news.Article) error {
			_, err := r.Embargo(ctx, r.chief, editorial.Step{Code: a.Code}, soon)
			return err
		}, until: 24 * time.Hour, last: 2*time.Hour - time.Millisecond},
		"by publication": {then: func(r *room, a news.Article) error {
			_, err := r.Publish(ctx, r.chief, editorial.Publish{Code: a.Code, Base: 1})
			return err
		}, until: 24 * time.Hour},
		"by publication of another version, withdrawn again": {then: func(r *room, a news.Article) error {
			if _, err := r.Save(ctx, r.chief, editorial.Save{Code: a.Code, Base: 1, Content: r.whole("دیگر")}); err != nil {
				return err
			}
			if _, err := r.Publish(ctx, r.chief, editorial.Publish{Code: a.Code, Base: 2}); err != nil {
				return err
			}
			_, err := r.Withdraw(ctx, r.chief, editorial.Withdraw{Code: a.Code, Reason: "نه"})
			return err
		}, until: 24 * time.Hour},
		"in the trash": {then: func(r *room, a news.Article) error {
			_, err := r.Trash(ctx, r.chief, editorial.Step{Code: a.Code})
			return err
		}, until: 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			eachRoom(t, func(t *testing.T, r *room) {
				p := r.previews()
				a := r.draft(t, "پنهان")
				if c.before != nil {
					ok(t, "before", c.before(r, a))
				}
				link, err := p.Link(ctx, r.chief, editorial.Step{Code: a.Code})
				ok(t, "link", err)
				if !link.Until.Equal(noon.Add(c.until)) {
					t.Errorf("told to live until %v", link.Until)
				}
				if shown, err := p.OpenLink(ctx, link.Token); err != nil || shown.Headline != "پنهان" {
					t.Errorf("fresh: %q %v", shown.Headline, err)
				}
				if c.then != nil {
					ok(t, "then", c.then(r, a))
				}
				if c.last != 0 {
					r.clock = noon.Add(c.last)
					_, err = p.OpenLink(ctx, link.Token)
					ok(t, "a moment before its end", err)
					r.clock = r.clock.Add(time.Millisecond)
				}
				_, err = p.OpenLink(ctx, link.Token)
				want(t, "after its end", err, news.NotFound)
			})
		})
	}
}

func TestPreviewLinkShowsOneVersionAndCannotBeForged(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		p := r.previews()
		a := r.draft(t, "یکم")
		link, err := p.Link(ctx, r.chief, editorial.Step{Code: a.Code})
		ok(t, "link", err)
		_, err = r.Save(ctx, r.chief, editorial.Save{Code: a.Code, Base: 1, Content: r.whole("نوشتهٔ بعدی")})
		ok(t, "write on", err)
		if shown, err := p.OpenLink(ctx, link.Token); err != nil || shown.Headline != "یکم" {
			t.Errorf("it shows %q, %v", shown.Headline, err)
		}
		raw, err := base64.RawURLEncoding.DecodeString(link.Token)
		ok(t, "decode", err)
		for i := range raw {
			raw[i] ^= 1
			_, err := p.OpenLink(ctx, base64.RawURLEncoding.EncodeToString(raw))
			want(t, "a token with one bit turned", err, news.NotFound)
			raw[i] ^= 1
		}
		for _, token := range []string{"", "x", link.Token[1:], link.Token + "A", link.Token + "=", "\x00", string(make([]byte, 5000))} {
			_, err := p.OpenLink(ctx, token)
			want(t, "a broken token", err, news.NotFound)
		}
		foreign := editorial.NewPreviews(r.store, []byte("another key of thirty-two bytes."), func() time.Time { return r.clock })
		_, err = foreign.OpenLink(ctx, link.Token)
		want(t, "another site's key", err, news.NotFound)

		_, err = r.Publish(ctx, r.chief, editorial.Publish{Code: a.Code, Base: 2})
		ok(t, "publish", err)
		_, err = p.Link(ctx, r.chief, editorial.Step{Code: a.Code})
		want(t, "a link to what everybody sees", err, news.Conflict)
		_, err = r.Save(ctx, r.chief, editorial.Save{Code: a.Code, Base: 2, Content: r.whole("تغییر")})
		ok(t, "change it", err)
		change, err := p.Link(ctx, r.chief, editorial.Step{Code: a.Code})
		ok(t, "a link to the change", err)
		if shown, err := p.OpenLink(ctx, change.Token); err != nil || shown.Headline != "تغییر" {
			t.Errorf("the change: %q %v", shown.Headline, err)
		}
		audit, err := r.Audit(ctx, r.chief, news.EventFilter{Kind: news.ArticlePreviewLinked, Limit: 10})
		if err != nil || len(audit) != 2 {
			t.Errorf("the audit log has %d links, %v", len(audit), err)
		}
	})
}

// TestDueOnlyWhatCanHappen: an expiry before the publication must not wake the timer again and again.
func TestDueOnlyWhatCanHappen(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		a := r.draft(t, "تیتر")
		_, err := r.Expire(ctx, r.chief, editorial.Step{Code: a.Code}, noon.Add(time.Hour), "پایان")
		ok(t, "expire", err)
		_, err = r.Schedule(ctx, r.chief, editorial.Publish{Code: a.Code, Base: 1}, noon.Add(2*time.Hour))
		ok(t, "schedule", err)
		r.clock = noon.Add(90 * time.Minute)
		if codes, err := r.store.DueArticles(ctx, r.clock, 10); err != nil || len(codes) != 0 {
			t.Errorf("due between the two moments: %v %v", codes, err)
		}
		r.clock = noon.Add(2 * time.Hour)
		if moved, err := r.Release(ctx); err != nil || moved != 1 {
			t.Errorf("released %d, %v", moved, err)
		}
		if b, err := r.store.Article(ctx, a.Code); err != nil || b.State != news.Withdrawn {
			t.Errorf("it is %v, %v: its time was over before it began", b.State, err)
		}
	})
}
