package editorial_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

var (
	ctx  = context.Background()
	noon = time.Date(2025, 11, 20, 12, 0, 0, 0, time.UTC)
)

// room is a desk on a real store with a clock that can be moved, a reporter, a desk editor of one section and a chief.
type room struct {
	*editorial.Desk
	store                 *store.Store
	clock                 time.Time
	city, sport           news.Section
	reporter, desk, chief news.Actor
}

func eachRoom(t *testing.T, run func(t *testing.T, r *room)) {
	for name, dsn := range map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return t.TempDir() + "/dabir.db" },
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			r := &room{clock: noon}
			now := func() time.Time { return r.clock }
			r.store = storetest.Open(t, dsn(t), now)
			r.Desk = editorial.New(r.store, "fa", now)
			for s, name := range map[*news.Section]string{&r.city: "شهر", &r.sport: "ورزش"} {
				made, err := r.store.EnsureSection(ctx, news.Actor{}, news.Section{Name: name})
				if err != nil {
					t.Fatal(err)
				}
				*s = made
			}
			r.reporter = r.person(t, "nevisande", news.Reporter)
			r.desk = r.person(t, "dabir", news.DeskEditor, r.city.ID)
			r.chief = r.person(t, "sardabir", news.ChiefEditor)
			run(t, r)
		})
	}
}

func (r *room) person(t *testing.T, username string, role news.Role, sections ...news.SectionID) news.Actor {
	t.Helper()
	u := news.User{Username: username, Name: "نام " + username, Roles: []news.Role{role}, Sections: sections, CreatedAt: noon}
	if err := r.store.CreateUser(ctx, news.Actor{}, &u); err != nil {
		t.Fatal(err)
	}
	kept, err := r.store.User(ctx, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	return kept.Actor()
}

// whole is content that the checklist neither stops nor asks about.
func (r *room) whole(headline string) news.Content {
	text := ""
	for range 50 {
		text += "واژه "
	}
	return news.Content{Kind: news.KindNews, Lang: "fa", Headline: headline, Lede: "لید", Body: "<p>" + text + "</p>", Section: r.city.ID,
		Tags: []string{"آب"}, Source: "خبرگزاری نمونه", EndMark: true}
}

func (r *room) draft(t *testing.T, headline string) news.Article {
	t.Helper()
	a, err := r.Save(ctx, r.reporter, editorial.Save{Content: r.whole(headline)})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func want(t *testing.T, what string, err error, kind news.Kind) {
	t.Helper()
	if err == nil || news.KindOf(err) != kind {
		t.Errorf("%s: %v, want kind %v", what, err, kind)
	}
}

func ok(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

func TestFlowFromDraftToReadersAndBack(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		a := r.draft(t, "تیتر")
		step := editorial.Step{Code: a.Code}
		_, err := r.Publish(ctx, r.reporter, editorial.Publish{Code: a.Code, Base: 1})
		want(t, "a reporter publishes", err, news.Forbidden)
		_, err = r.Submit(ctx, r.reporter, step)
		ok(t, "submit", err)
		_, err = r.Save(ctx, r.reporter, editorial.Save{Code: a.Code, Base: 1, Content: r.whole("دیر")})
		want(t, "the reporter writes on after submitting", err, news.Forbidden)
		_, err = r.Return(ctx, r.desk, step, " ")
		want(t, "a return without a reason", err, news.Invalid)
		back, err := r.Return(ctx, r.desk, step, "منبع دوم کجاست؟")
		ok(t, "return", err)
		if back.State != news.Draft || back.Holder != r.reporter.User || back.ReturnReason != "منبع دوم کجاست؟" {
			t.Errorf("returned: %+v", back.Flow)
		}
		inbox, err := r.Articles(ctx, r.reporter, news.ArticleFilter{Inbox: news.InboxReturned, Person: r.reporter.User, Limit: 10})
		if err != nil || len(inbox.Rows) != 1 || inbox.Rows[0].Reason == "" {
			t.Errorf("the reporter's inbox: %+v %v", inbox, err)
		}
		_, err = r.Submit(ctx, r.reporter, step)
		ok(t, "submit again", err)
		waiting, err := r.Articles(ctx, r.desk, news.ArticleFilter{Inbox: news.InboxWaiting, Sections: r.desk.Sections, Limit: 10})
		if err != nil || len(waiting.Rows) != 1 {
			t.Errorf("the desk's inbox: %+v %v", waiting, err)
		}
		if other, err := r.Articles(ctx, r.desk, news.ArticleFilter{Inbox: news.InboxWaiting, Sections: []news.SectionID{r.sport.ID}, Limit: 10}); err != nil || len(other.Rows) != 0 {
			t.Errorf("another section's inbox: %+v %v", other, err)
		}
		public, err := r.Publish(ctx, r.desk, editorial.Publish{Code: a.Code, Base: 1})
		ok(t, "publish", err)
		if public.State != news.Published || public.PublicCount != 1 {
			t.Errorf("published: %+v", public)
		}
		_, err = r.Withdraw(ctx, r.desk, editorial.Withdraw{Code: a.Code, Reason: "نه"})
		want(t, "a desk editor withdraws", err, news.Forbidden)
		_, err = r.Withdraw(ctx, r.chief, editorial.Withdraw{Code: a.Code, Reason: "به درخواست منبع"})
		ok(t, "withdraw", err)
		_, err = r.Trash(ctx, r.chief, step)
		ok(t, "trash", err)
		_, err = r.Publish(ctx, r.chief, editorial.Publish{Code: a.Code, Base: 1})
		want(t, "publishing out of the trash", err, news.Conflict)
		restored, err := r.Untrash(ctx, r.chief, step)
		if err != nil || restored.State != news.Withdrawn {
			t.Errorf("restored: %+v %v", restored.State, err)
		}
	})
}

func TestDeskStaysInItsSections(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		c := r.whole("ورزشی")
		c.Section = r.sport.ID
		a, err := r.Save(ctx, r.reporter, editorial.Save{Content: c})
		ok(t, "save", err)
		_, err = r.Publish(ctx, r.desk, editorial.Publish{Code: a.Code, Base: 1})
		want(t, "publishing in another section", err, news.Forbidden)
		_, err = r.Schedule(ctx, r.desk, editorial.Publish{Code: a.Code, Base: 1}, noon.Add(time.Hour))
		want(t, "scheduling in another section", err, news.Forbidden)
		_, err = r.Embargo(ctx, r.desk, editorial.Step{Code: a.Code}, noon.Add(time.Hour))
		want(t, "an embargo in another section", err, news.Forbidden)
	})
}

func TestTimerReleasesExactlyOnce(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		a := r.draft(t, "زمان‌دار")
		at := noon.Add(time.Hour)
		_, err := r.Schedule(ctx, r.desk, editorial.Publish{Code: a.Code, Base: 1}, noon.Add(-time.Second))
		want(t, "a moment that has passed", err, news.Invalid)
		_, err = r.Schedule(ctx, r.desk, editorial.Publish{Code: a.Code, Base: 1}, at)
		ok(t, "schedule", err)
		_, err = r.Expire(ctx, r.chief, editorial.Step{Code: a.Code}, at.Add(time.Hour), "زمانش گذشت.")
		ok(t, "expire", err)
		r.clock = at.Add(-time.Millisecond)
		if n, err := r.Release(ctx); n != 0 || err != nil {
			t.Fatalf("released %d before the moment (%v)", n, err)
		}
		_, err = r.store.Public().Article(ctx, a.Code)
		want(t, "a reader before the moment", err, news.NotFound)
		r.clock = at
		var group sync.WaitGroup
		moved := make([]int, 8)
		for i := range moved { // as many nodes as one likes
			group.Go(func() { moved[i], _ = r.Release(ctx) })
		}
		group.Wait()
		total := 0
		for _, n := range moved {
			total += n
		}
		if total != 1 {
			t.Errorf("%d releases, want exactly one", total)
		}
		if got, err := r.store.Public().Article(ctx, a.Code); err != nil || !got.PublishedAt.Equal(at) {
			t.Errorf("after the moment: %v %v", got.PublishedAt, err)
		}
		r.clock = at.Add(time.Hour)
		if n, err := r.Release(ctx); n != 1 || err != nil {
			t.Errorf("the end: %d, %v", n, err)
		}
		_, err = r.store.Public().Article(ctx, a.Code)
		want(t, "a reader after the end", err, news.Gone)
	})
}

func TestScheduledChangeSwapsIn(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		a := r.draft(t, "یکم")
		_, err := r.Publish(ctx, r.desk, editorial.Publish{Code: a.Code, Base: 1})
		ok(t, "publish", err)
		second := r.whole("دوم")
		second.Tags = []string{"برق"}
		_, err = r.Save(ctx, r.desk, editorial.Save{Code: a.Code, Base: 1, Content: second})
		ok(t, "save", err)
		_, err = r.Schedule(ctx, r.desk, editorial.Publish{Code: a.Code, Base: 2}, noon.Add(time.Hour))
		ok(t, "schedule the change", err)
		_, err = r.Save(ctx, r.desk, editorial.Save{Code: a.Code, Base: 2, Content: r.whole("سوم")})
		ok(t, "save on", err)
		r.clock = noon.Add(time.Hour)
		_, err = r.Release(ctx)
		ok(t, "release", err)
		got, err := r.store.Public().Article(ctx, a.Code)
		if err != nil || got.Headline != "دوم" || len(got.Tags) != 1 || got.Tags[0].Name != "برق" || !got.PublishedAt.Equal(noon) {
			t.Errorf("readers see %q %v %v (%v)", got.Headline, got.Tags, got.PublishedAt, err)
		}
	})
}

func TestEmbargoHoldsAgainstPublishing(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		a := r.draft(t, "محرمانه")
		until := noon.Add(2 * time.Hour)
		_, err := r.Embargo(ctx, r.desk, editorial.Step{Code: a.Code}, until)
		ok(t, "embargo", err)
		_, err = r.Publish(ctx, r.chief, editorial.Publish{Code: a.Code, Base: 1})
		want(t, "publishing under embargo", err, news.Conflict)
		_, err = r.Schedule(ctx, r.desk, editorial.Publish{Code: a.Code, Base: 1}, noon.Add(time.Hour))
		want(t, "scheduling before the embargo's end", err, news.Invalid)
		_, err = r.Schedule(ctx, r.desk, editorial.Publish{Code: a.Code, Base: 1}, until)
		ok(t, "scheduling at its end", err)
		r.clock = until
		if n, err := r.Release(ctx); n != 1 || err != nil {
			t.Errorf("released %d, %v", n, err)
		}
	})
}

func TestLocksAreKeptTakenOverAndDie(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		a := r.draft(t, "قفل")
		ok(t, "lock", r.Lock(ctx, r.reporter, a.Code))
		want(t, "a second person", r.Lock(ctx, r.desk, a.Code), news.Conflict)
		_, err := r.Save(ctx, r.desk, editorial.Save{Code: a.Code, Base: 1, Content: r.whole("از بیرون")})
		want(t, "saving a locked article", err, news.Conflict)
		want(t, "a reporter takes over", r.TakeOver(ctx, r.reporter, a.Code, ""), news.Forbidden)
		ok(t, "take over", r.TakeOver(ctx, r.desk, a.Code, "فوری است"))
		err = r.Lock(ctx, r.reporter, a.Code)
		if all := news.Errors(err); len(all) != 1 || all[0].Key != "error.lock_taken" || all[0].Args[1] != "فوری است" {
			t.Errorf("whom it was taken from is told: %v", err)
		}
		r.clock = noon.Add(news.LockLife)
		ok(t, "a lock without a sign of life is free", r.Lock(ctx, r.reporter, a.Code))
		ok(t, "unlock", r.Unlock(ctx, r.reporter, a.Code))
		ok(t, "lock after unlock", r.Lock(ctx, r.chief, a.Code))
	})
}

func TestAutosaveIsNeitherVersionNorEvent(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		a := r.draft(t, "ذخیره")
		before, _ := r.store.Events(ctx, 0, 1000)
		for i := range 5 {
			ok(t, "autosave", r.Autosave(ctx, r.reporter, news.Autosave{Article: a.Code, Window: "w", Base: 1, Form: string(rune('a' + i))}))
		}
		after, _ := r.store.Events(ctx, 0, 1000)
		history, err := r.Revisions(ctx, r.reporter, a.Code)
		if len(after) != len(before) || len(history) != 1 || err != nil {
			t.Errorf("%d events more, %d versions (%v)", len(after)-len(before), len(history), err)
		}
		kept, err := r.Autosaved(ctx, r.reporter, a.Code)
		if err != nil || len(kept) != 1 || kept[0].Form != "e" {
			t.Errorf("kept %+v %v", kept, err)
		}
		if theirs, err := r.Autosaved(ctx, r.desk, a.Code); err != nil || len(theirs) != 0 {
			t.Errorf("another's typing: %v %v", theirs, err)
		}
		_, err = r.Save(ctx, r.reporter, editorial.Save{Code: a.Code, Base: 1, Content: r.whole("ذخیره شد"), Typed: news.Autosave{Window: "w"}})
		ok(t, "save", err)
		if left, err := r.Autosaved(ctx, r.reporter, a.Code); err != nil || len(left) != 0 {
			t.Errorf("after saving: %v %v", left, err)
		}
	})
}

// TestWindowsOfOnePersonDoNotOverwrite: whoever writes later without having seen the other text is told.
func TestWindowsOfOnePersonDoNotOverwrite(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		a := r.draft(t, "دو پنجره")
		keep := func(code news.Code, draft, window string, seq int64, form string) error {
			return r.Autosave(ctx, r.reporter, news.Autosave{Article: code, Draft: draft, Window: window, Seq: seq, Base: 1, Form: form})
		}
		kept := func(code news.Code, want ...string) {
			t.Helper()
			all, err := r.Autosaved(ctx, r.reporter, code)
			var forms []string
			for _, k := range all {
				forms = append(forms, k.Form)
			}
			slices.Sort(forms)
			if err != nil || !slices.Equal(forms, want) {
				t.Errorf("kept is %v, want %v: %v", forms, want, err)
			}
		}
		ok(t, "the first window", keep(a.Code, "", "one", 0, "1"))
		ok(t, "the first again, whose answer was lost", keep(a.Code, "", "one", 0, "1 و"))
		want(t, "the second, which has seen nothing", keep(a.Code, "", "two", 0, "2"), news.Conflict)
		want(t, "the second, which has seen too little", keep(a.Code, "", "two", 1, "2"), news.Conflict)
		kept(a.Code, "1 و")
		ok(t, "the second, having seen both", keep(a.Code, "", "two", 2, "2"))
		want(t, "now the first is the later one", keep(a.Code, "", "one", 2, "1 باز"), news.Conflict)
		kept(a.Code, "2")
		_, err := r.Save(ctx, r.reporter, editorial.Save{Code: a.Code, Base: 1, Content: r.whole("از پنجرهٔ یک"), Typed: news.Autosave{Window: "one", Seq: 2}})
		ok(t, "the first window saves", err)
		kept(a.Code, "2") // what the other wrote is not thrown away with it
		_, err = r.Save(ctx, r.reporter, editorial.Save{Code: a.Code, Base: 2, Content: r.whole("بازیابی‌شده"), Typed: news.Autosave{Window: "three", Seq: 3}})
		ok(t, "a window into which it was restored", err)
		kept(a.Code)

		ok(t, "a new article", keep(0, "d1", "one", 0, "n1"))
		ok(t, "another new one beside it", keep(0, "d2", "two", 0, "n2"))
		kept(0, "n1", "n2")
		_, err = r.Save(ctx, r.reporter, editorial.Save{Content: r.whole("خبر تازه"), Typed: news.Autosave{Draft: "d1", Window: "one"}})
		ok(t, "saving one", err)
		kept(0, "n2")
		ok(t, "throwing the other away", r.DropAutosave(ctx, r.reporter, 0, "d2"))
		kept(0)
		for _, bad := range []news.Autosave{{Window: "w"}, {Draft: "d"}, {Article: a.Code, Draft: "d", Window: "w"}, {Article: a.Code}, {Draft: "d", Window: "\x00"}, {Draft: "‌", Window: "w"},
			{Draft: strings.Repeat("d", 65), Window: "w"}} {
			want(t, fmt.Sprintf("%+v", bad), r.Autosave(ctx, r.reporter, bad), news.Invalid)
		}
	})
}

func TestVersionsCorrectionsAndChecklist(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		a := r.draft(t, "یکم")
		_, err := r.Save(ctx, r.reporter, editorial.Save{Code: a.Code, Base: 1, Content: r.whole("دوم")})
		ok(t, "save", err)
		restored, err := r.RestoreRevision(ctx, r.reporter, editorial.Publish{Code: a.Code, Base: 2}, 1)
		if err != nil || restored.Revision != 3 || restored.Content.Headline != "یکم" {
			t.Errorf("restored %d %q %v", restored.Revision, restored.Content.Headline, err)
		}
		_, err = r.Correct(ctx, r.desk, "", news.Correction{Article: a.Code, Kind: news.Amendment, Text: "درست این است"})
		want(t, "correcting a draft", err, news.Conflict)
		_, err = r.Publish(ctx, r.desk, editorial.Publish{Code: a.Code, Base: 3})
		ok(t, "publish", err)
		r.clock = noon.Add(time.Hour)
		_, err = r.Correct(ctx, r.desk, "", news.Correction{Article: a.Code, Kind: "شوخی", Text: "x"})
		want(t, "an unknown kind", err, news.Invalid)
		_, err = r.Correct(ctx, r.desk, "corr", news.Correction{Article: a.Code, Kind: news.Amendment, Text: "عدد درست ۱۲ است.", Changed: "۲۱ به ۱۲"})
		ok(t, "correct", err)
		_, err = r.Correct(ctx, r.desk, "corr", news.Correction{Article: a.Code, Kind: news.Amendment, Text: "عدد درست ۱۲ است."})
		ok(t, "the same form again", err)
		public, err := r.store.Public().Corrections(ctx, a.Code)
		archive, _, err2 := r.store.Public().AllCorrections(ctx, news.Cursor{}, 10)
		if err != nil || err2 != nil || len(public) != 1 || len(archive) != 1 || archive[0].Headline != "یکم" {
			t.Errorf("corrections %v %v, archive %v %v", public, err, archive, err2)
		}
		if got, _ := r.store.Public().Article(ctx, a.Code); !got.ModifiedAt.Equal(r.clock) {
			t.Errorf("modified at %v", got.ModifiedAt)
		}
		opinion := r.whole("یادداشت.")
		opinion.Kind, opinion.Tags = news.KindOpinion, nil
		o, err := r.Save(ctx, r.chief, editorial.Save{Content: opinion})
		ok(t, "save", err)
		_, err = r.Publish(ctx, r.chief, editorial.Publish{Code: o.Code, Base: 1, Confirmed: true})
		want(t, "an opinion that nobody signed", err, news.Invalid)
		opinion.Bylines = []news.Byline{{Name: "نگار"}}
		_, err = r.Save(ctx, r.chief, editorial.Save{Code: o.Code, Base: 1, Content: opinion})
		ok(t, "sign it", err)
		_, err = r.Publish(ctx, r.chief, editorial.Publish{Code: o.Code, Base: 2})
		want(t, "questions that nobody answered", err, news.Conflict)
		_, err = r.Publish(ctx, r.chief, editorial.Publish{Code: o.Code, Base: 2, Confirmed: true})
		ok(t, "confirmed", err)
		audit, err := r.Audit(ctx, r.chief, news.EventFilter{Subject: "article", ID: int64(a.Code), Limit: 50})
		if err != nil || len(audit) < 5 || audit[0].Kind != news.ArticleCorrected {
			t.Errorf("audit %v %v", audit, err)
		}
		_, err = r.Audit(ctx, r.reporter, news.EventFilter{})
		want(t, "a reporter reads the audit log", err, news.Forbidden)
	})
}

// TestHeavyPictures: what the pictures weigh in the rendition that readers load is asked about; a film beside them is not counted.
func TestHeavyPictures(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		item := func(m news.Media) string {
			t.Helper()
			m.Hash, m.CreatedAt = "aa", noon
			ok(t, "add media", r.store.AddMedia(ctx, r.reporter, "", &m))
			return m.ID.String()
		}
		light := item(news.Media{Kind: news.MediaImage, Type: "image/jpeg", Weight: 300_000})
		heavy := item(news.Media{Kind: news.MediaImage, Type: "image/jpeg", Weight: 800_000})
		film := item(news.Media{Kind: news.MediaVideo, Type: "video/mp4", Bytes: 90_000_000})
		content := r.whole("سیل")
		content.Body += `<figure><img src="/media/` + light + `/960.jpg" alt="الف"></figure><figure><video controls preload="none" src="/media/` + film + `/file.mp4"></video></figure>`
		a, err := r.Save(ctx, r.desk, editorial.Save{Content: content})
		ok(t, "save", err)
		_, err = r.Publish(ctx, r.desk, editorial.Publish{Code: a.Code, Base: 1})
		ok(t, "publish with a light picture and a film", err)
		content.Body += `<figure><img src="/media/` + heavy + `/960.jpg" alt="ب"></figure>`
		_, err = r.Save(ctx, r.desk, editorial.Save{Code: a.Code, Base: 1, Content: content})
		ok(t, "save", err)
		_, err = r.Publish(ctx, r.desk, editorial.Publish{Code: a.Code, Base: 2})
		want(t, "publish with a heavy picture", err, news.Conflict)
		_, err = r.Schedule(ctx, r.desk, editorial.Publish{Code: a.Code, Base: 2}, noon.Add(time.Hour))
		want(t, "schedule it", err, news.Conflict)
		_, err = r.Publish(ctx, r.desk, editorial.Publish{Code: a.Code, Base: 2, Confirmed: true})
		ok(t, "publish what was asked about", err)
		items, err := editorial.UsedMedia(ctx, r.store, content)
		ok(t, "its media", err)
		if w := editorial.Weigh(content.Body, items); w.Pictures != 1_100_000 || w.Unknown != 0 || w.Text < 50 || w.Total() != w.Text+w.Pictures {
			t.Errorf("%+v", w)
		}
	})
}

func TestTagsAreCleanAndSaidOnce(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		content := r.whole("تیتر")
		content.Tags = []string{"قطار", "#سفر#", "قطار ", " سفر", "", "#", "كتاب", "کتاب"}
		a, err := r.Save(ctx, r.reporter, editorial.Save{Content: content})
		if err != nil || !slices.Equal(a.Content.Tags, []string{"قطار", "سفر", "کتاب"}) {
			t.Errorf("tags %q (%v)", a.Content.Tags, err)
		}
	})
}

// TestNotesBetweenEditors: a note in the text is known by who wrote it and when, rewording keeps it, settling takes it out of the text
// and says who did, restoring brings it back.
func TestNotesBetweenEditors(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		with := func(notes ...string) news.Content {
			c := r.whole("تیتر")
			for _, n := range notes {
				c.Body += `<aside class="desk-note"><p>` + n + `</p></aside>`
			}
			return c
		}
		a, err := r.Save(ctx, r.reporter, editorial.Save{Content: with("نام کوچک را بپرسم")})
		ok(t, "save", err)
		written := r.clock
		save := func(who news.Actor, c news.Content) {
			t.Helper()
			r.clock = r.clock.Add(time.Minute)
			a, err = r.Save(ctx, who, editorial.Save{Code: a.Code, Base: a.Revision, Content: c})
			ok(t, "save", err)
		}
		notes := func() []news.DeskNote {
			t.Helper()
			all, err := r.Notes(ctx, r.desk, a)
			ok(t, "notes", err)
			return all
		}
		save(r.reporter, with("نام کوچک او را بپرسم"))
		if got := notes(); len(got) != 1 || got[0].Text != "نام کوچک او را بپرسم" || got[0].By != "نام nevisande" || !got[0].At.Equal(written) || !got[0].Open() {
			t.Errorf("after rewording: %+v", got)
		}
		save(r.desk, with("نام کوچک او را بپرسم", "عدد را با بودجه بسنج"))
		first, second := notes()[0], notes()[1]
		if second.By != "نام dabir" || !second.At.Equal(r.clock) {
			t.Errorf("the desk's note: %+v", second)
		}
		r.clock = r.clock.Add(time.Minute)
		_, err = r.SettleNote(ctx, r.person(t, "nazer", news.Moderator), editorial.Step{Code: a.Code}, first.Key)
		want(t, "a moderator settles", err, news.Forbidden)
		a, err = r.SettleNote(ctx, r.reporter, editorial.Step{Code: a.Code}, first.Key)
		ok(t, "settle", err)
		if got := notes(); len(got) != 2 || got[0].Key != second.Key || got[1].Key != first.Key || got[1].Open() || got[1].SettledBy != "نام nevisande" || !got[1].SettledAt.Equal(r.clock) {
			t.Errorf("after settling: %+v", got)
		}
		before := a.Revision
		a, err = r.SettleNote(ctx, r.reporter, editorial.Step{Code: a.Code}, first.Key)
		if err != nil || a.Revision != before {
			t.Errorf("settling twice made version %d (%v)", a.Revision, err)
		}
		a, err = r.RestoreRevision(ctx, r.desk, editorial.Publish{Code: a.Code, Base: a.Revision}, 3)
		ok(t, "restore", err)
		if got := notes(); len(got) != 2 || !got[0].Open() || got[0].By != "نام nevisande" || !got[1].Open() {
			t.Errorf("after restoring: %+v", got)
		}
	})
}
