package discussion_test

import (
	"context"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// sectioned is a desk with an article in each of two sections, a held comment on each, and a moderator for the first.
type sectioned struct {
	*ruled
	own, other news.Comment
	scoped     news.Actor
}

func openSections(t *testing.T, s *store.Store) sectioned {
	t.Helper()
	b := sectioned{ruled: openRuled(t, s), scoped: news.Actor{User: 6, Name: "پگاه", Roles: []news.Role{news.Moderator}}}
	first := b.code
	out, err := s.ImportArticles(ctx, news.SystemActor("test"), []news.Import{{SectionName: "ورزش", Article: news.Article{State: news.Published, PublishedAt: noon,
		CreatedAt: noon, UpdatedAt: noon, Origin: "t:2", Content: news.Content{Kind: news.KindNews, Headline: "بازی", Slug: "bazi"}}}})
	if err != nil {
		t.Fatal(err)
	}
	b.own = b.write(t, discussion.Submission{Text: "نظری در سرویس خودش"})
	b.code = out[0].Code
	b.other = b.write(t, discussion.Submission{Text: "نظری در سرویس دیگر"})
	b.code = first
	found, err := b.ByID(ctx, mina, []news.CommentID{b.own.ID, b.other.ID})
	if err != nil || len(found) != 2 || found[0].Section == found[1].Section || found[0].Section == 0 {
		t.Fatalf("%+v %v", found, err)
	}
	b.scoped.Sections = []news.SectionID{found[0].Section}
	return b
}

// TestModeratorsSeeTheirSectionsOnly: lists, counts, search, single comments and claims of one who moderates some sections.
func TestModeratorsSeeTheirSectionsOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := openSections(t, s)
		only := func(what string, got []news.QueuedComment, err error) {
			t.Helper()
			if err != nil || len(got) != 1 || got[0].ID != b.own.ID {
				t.Errorf("%s: %d comments (%v)", what, len(got), err)
			}
		}
		for _, sort := range news.QueueSorts() {
			page, err := b.Queue(ctx, b.scoped, news.QueueFilter{Tab: news.TabPending, Sort: sort})
			only("queue by "+string(sort), page.Comments, err)
		}
		for _, words := range []string{"", "نظری"} {
			page, err := b.Search(ctx, b.scoped, news.CommentSearch{Words: words})
			only("search for "+words, page.Comments, err)
		}
		both := []news.CommentID{b.other.ID, b.own.ID}
		found, err := b.ByID(ctx, b.scoped, both)
		only("by number", found, err)
		counts, err := b.Counts(ctx, b.scoped)
		if err != nil || counts[news.TabPending] != 1 || counts[news.TabHeld] != 0 {
			t.Errorf("the tabs say %v (%v)", counts, err)
		}
		mine, err := b.Claim(ctx, b.scoped, both)
		if err != nil || len(mine) != 1 || mine[0] != b.own.ID {
			t.Errorf("claimed %v (%v)", mine, err)
		}
		if mine, err = b.Claim(ctx, b.scoped, both[:1]); err != nil || len(mine) != 0 {
			t.Errorf("claimed another section's %v (%v)", mine, err)
		}
		if err := b.Release(ctx, b.scoped); err != nil {
			t.Fatal(err)
		}
		taken, err := b.Take(ctx, b.scoped, news.QueueFilter{Tab: news.TabPending})
		only("taken", taken, err)
	})
}

// TestModeratorsDecideInTheirSectionsOnly: every act on a comment of another section is refused and changes nothing.
func TestModeratorsDecideInTheirSectionsOnly(t *testing.T) {
	b := openSections(t, storetest.SQLite(t))
	in := discussion.Decision{Comment: b.other.ID, From: news.CommentPending, Reason: news.ReasonInsult, Text: "متنی دیگر"}
	forbidden := func(what string, err error) {
		t.Helper()
		if err == nil || news.KindOf(err) != news.Forbidden {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := b.Approve(ctx, b.scoped, in)
	forbidden("publish", err)
	_, err = b.Reject(ctx, b.scoped, in)
	forbidden("reject", err)
	_, err = b.EditAndPublish(ctx, b.scoped, in)
	forbidden("edit", err)
	_, err = b.Answer(ctx, b.scoped, in)
	forbidden("answer", err)
	_, err = b.Keep(ctx, b.scoped, in)
	forbidden("keep", err)
	_, err = b.Undo(ctx, b.scoped, in)
	forbidden("undo", err)
	out, err := b.Decide(ctx, b.scoped, discussion.Bulk{Seen: map[news.CommentID]discussion.Seen{b.own.ID: {State: news.CommentPending}, b.other.ID: {State: news.CommentPending}}})
	if err != nil || len(out) != 2 || out[0].Err != nil || news.KindOf(out[1].Err) != news.Forbidden {
		t.Errorf("many at once: %+v %v", out, err)
	}
	stands, err := b.ByID(ctx, mina, []news.CommentID{b.other.ID})
	if err != nil || len(stands) != 1 || stands[0].State != news.CommentPending || stands[0].Text != b.other.Text {
		t.Errorf("it stands as %+v (%v)", stands, err)
	}
}

// TestWhatHoldsOnTheWholeSiteNeedsAllSections: bans, lists, modes, switch and training of those who work for some sections.
func TestWhatHoldsOnTheWholeSiteNeedsAllSections(t *testing.T) {
	b := openSections(t, storetest.Open(t, filepath.Join(t.TempDir(), "dabir.db"), func() time.Time { return noon }))
	ban := func(kind news.BanKind, effect news.BanEffect, of news.CommentID) error {
		_, err := b.bans.Add(ctx, b.scoped, discussion.Banning{Kind: kind, Effect: effect, Comment: of, Term: "ناسزا", Reason: "آزار", For: 24 * time.Hour})
		return err
	}
	boss := b.scoped
	boss.Roles = []news.Role{news.ChiefEditor}
	section := int64(b.scoped.Sections[0])
	_, saved := b.book.SaveTerm(ctx, b.scoped, "", news.Term{Text: "واژه", List: news.ListSuspect, Kind: news.LabelOffensive})
	_, imported := b.book.ImportTerms(ctx, boss, discussion.TermImport{Text: "واژه", List: news.ListSuspect, Kind: news.LabelOffensive})
	_, trained := b.engine.Train(ctx, boss, nil)
	for what, c := range map[string]struct {
		err  error
		kind news.Kind // 0: it is done
	}{
		"holding a writer of the section":  {ban(news.BanPseudonym, news.BanHolds, b.own.ID), 0},
		"holding a network of the section": {ban(news.BanNetwork, news.BanHolds, b.own.ID), 0},
		"refusing a writer":                {ban(news.BanPseudonym, news.BanRefuses, b.own.ID), news.Invalid},
		"a writer of another section":      {ban(news.BanPseudonym, news.BanHolds, b.other.ID), news.Forbidden},
		"words":                            {ban(news.BanTerm, news.BanHolds, 0), news.Forbidden},
		"a term":                           {saved, news.Forbidden},
		"a file of terms":                  {imported, news.Forbidden},
		"the model":                        {trained, news.Forbidden},
		"the switch":                       {b.SetSwitch(ctx, boss, discussion.SiteSwitch{Closed: true}), news.Forbidden},
		"the policy":                       {b.SavePolicy(ctx, boss, "آیین"), news.Forbidden},
		"the mode of the section":          {b.book.SetMode(ctx, boss, news.ModeSetting{Scope: news.ScopeSection, ID: section, Mode: news.ModePost}), 0},
		"the mode of another":              {b.book.SetMode(ctx, boss, news.ModeSetting{Scope: news.ScopeSection, ID: section + 1, Mode: news.ModePost}), news.Forbidden},
		"the mode of the site":             {b.book.SetMode(ctx, boss, news.ModeSetting{Scope: news.ScopeSite, ID: section, Mode: news.ModePost}), news.Forbidden},
	} {
		if (c.err == nil) != (c.kind == 0) || c.err != nil && news.KindOf(c.err) != c.kind {
			t.Errorf("%s: %v", what, c.err)
		}
	}
	all, err := b.bans.List(ctx, b.scoped, 0, 10)
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	if err := b.bans.Lift(ctx, b.scoped, all[0].ID); err != nil {
		t.Errorf("their own ban: %v", err)
	}
	if err := b.bans.Lift(ctx, news.Actor{User: 7, Roles: b.scoped.Roles, Sections: b.scoped.Sections}, all[1].ID); err == nil || news.KindOf(err) != news.Forbidden {
		t.Errorf("a colleague's ban: %v", err)
	}
}

// TestRevisedTextIsReadBeforeItIsDecidedOn: whoever read the words before the writer's edit is told, whatever they decide, and the new
// words went past the rules again.
func TestRevisedTextIsReadBeforeItIsDecidedOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := openRuled(t, s)
		b.term(t, "ناسزا", news.ListBanned)
		sent, err := b.send(discussion.Submission{Text: "نظری آرام"})
		if err != nil || sent.Comment.Held {
			t.Fatal(sent, err)
		}
		b.clock = b.clock.Add(time.Minute)
		if err := b.Revise(ctx, sent.Receipt, home, "نظری با ن‌ا‌س‌ز‌ا"); err != nil {
			t.Fatal(err)
		}
		stands, err := b.ByID(ctx, mina, []news.CommentID{sent.Comment.ID})
		if err != nil || !stands[0].Held || stands[0].Risk == 0 || len(stands[0].Findings) != 10 || stands[0].State != news.CommentPending {
			t.Fatalf("the new words stand as %+v (%v)", stands, err)
		}
		checkReasons(t, stands[0].Comment)
		in := discussion.Decision{Comment: sent.Comment.ID, From: news.CommentPending, Reason: news.ReasonInsult, Text: "متنی دیگر"}
		for what, act := range map[string]func() error{
			"publish": func() error { _, err := b.Approve(ctx, mina, in); return err },
			"reject":  func() error { _, err := b.Reject(ctx, mina, in); return err },
			"edit":    func() error { _, err := b.EditAndPublish(ctx, mina, in); return err },
			"answer":  func() error { _, err := b.Answer(ctx, mina, in); return err },
			"many": func() error {
				out, err := b.Decide(ctx, mina, discussion.Bulk{Seen: map[news.CommentID]discussion.Seen{in.Comment: {State: in.From}}})
				if err != nil {
					return err
				}
				return out[0].Err
			},
		} {
			if err := act(); keyOf(err) != "error.revised_meanwhile" {
				t.Errorf("%s: %v", what, err)
			}
		}
		in.Revised = stands[0].RevisedAt
		if _, err := b.Reject(ctx, mina, in); err != nil {
			t.Errorf("whoever read the new words: %v", err)
		}
	})
}

// TestDecisionsTeachTheModel: what moderators decide, one by one or many at once, moves the model at once.
func TestDecisionsTeachTheModel(t *testing.T) {
	b := openRuled(t, storetest.SQLite(t))
	if _, err := b.engine.Train(ctx, chief, examples()); err != nil {
		t.Fatal(err)
	}
	const offence = "این گزارش گوجه بود"
	score := func() float64 {
		j, err := b.engine.Check(chief, offence)
		if err != nil {
			t.Fatal(err)
		}
		return j.Verdict.Scores[news.LabelOffensive]
	}
	last := score()
	one := b.write(t, discussion.Submission{Text: offence})
	if _, err := b.Reject(ctx, mina, discussion.Decision{Comment: one.ID, From: news.CommentPending, Reason: news.ReasonInsult}); err != nil {
		t.Fatal(err)
	}
	if now := score(); now <= last {
		t.Errorf("after one rejection %f, before %f", now, last)
	} else {
		last = now
	}
	many := map[news.CommentID]discussion.Seen{}
	for range 3 {
		many[b.write(t, discussion.Submission{Text: offence}).ID] = discussion.Seen{State: news.CommentPending}
	}
	if _, err := b.Decide(ctx, mina, discussion.Bulk{Seen: many, Reason: news.ReasonInsult}); err != nil {
		t.Fatal(err)
	}
	if now := score(); now <= last {
		t.Errorf("after three more %f, before %f", now, last)
	} else {
		last = now
	}
	aside := b.write(t, discussion.Submission{Text: offence})
	if _, err := b.Reject(ctx, mina, discussion.Decision{Comment: aside.ID, From: news.CommentPending, Reason: news.ReasonOffTopic}); err != nil {
		t.Fatal(err)
	}
	if now := score(); now != last {
		t.Errorf("«off topic» says nothing about words, and moved it from %f to %f", last, now)
	}
}

// TestWithdrawnWordsAreForgotten: after its writer took a comment back, neither the way back of an edit nor a report has its words, and
// nothing waits for a moderator.
func TestWithdrawnWordsAreForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := openRuled(t, s)
		sent, err := b.send(discussion.Submission{Text: "شمارهٔ من ۰۹۱۲ است"})
		if err != nil {
			t.Fatal(err)
		}
		in := discussion.Decision{Comment: sent.Comment.ID, From: news.CommentPending, Text: "شمارهٔ من … است"}
		if _, err := b.EditAndPublish(ctx, mina, in); err != nil {
			t.Fatal(err)
		}
		by := discussion.Opinion{Article: b.code, Comment: sent.Comment.ID, Address: netip.MustParseAddr("5.1.1.1")}
		if err := b.Report(ctx, by, news.ReasonPersonalData, "شماره‌اش هست"); err != nil {
			t.Fatal(err)
		}
		if err := b.Retract(ctx, sent.Receipt, home); err != nil {
			t.Fatal(err)
		}
		found, err := b.ByID(ctx, mina, []news.CommentID{in.Comment})
		if err != nil || found[0].Text != "" || found[0].Reports != 0 || len(found[0].Given) != 0 {
			t.Errorf("it stands as %+v (%v)", found, err)
		}
		past, err := b.LastDecisions(ctx, mina)
		if err != nil || len(past) != 1 || past[0].Before.Text != "" {
			t.Errorf("the decision keeps %+v (%v)", past, err)
		}
		counts, err := b.Counts(ctx, mina)
		if err != nil || counts[news.TabReported] != 0 || counts[news.TabPublished] != 0 {
			t.Errorf("the tabs say %v (%v)", counts, err)
		}
		if mine, err := b.Claim(ctx, mina, []news.CommentID{in.Comment}); err != nil || len(mine) != 0 {
			t.Errorf("it can be claimed: %v %v", mine, err)
		}
	})
}

// keyless is a store whose keys of bans are gone.
type keyless struct{ *store.Store }

func (k keyless) KeyWithAge(ctx context.Context, name string) ([]byte, time.Time, error) {
	if strings.HasPrefix(name, "ban.") {
		return nil, time.Time{}, news.Fail(news.NotFound, "error.not_found")
	}
	return k.Store.KeyWithAge(ctx, name)
}

// TestBansSurviveTheLossOfTheirKeys: in a restored backup, which holds no keys, a ban recognises nobody and comments go on.
func TestBansSurviveTheLossOfTheirKeys(t *testing.T) {
	b := open(t)
	c := b.one(t, discussion.Submission{Text: "نظر آزارنده"})
	for _, kind := range []news.BanKind{news.BanPseudonym, news.BanNetwork} {
		if _, err := b.bans.Add(ctx, mina, discussion.Banning{Kind: kind, Effect: news.BanHolds, Comment: c.ID, Reason: "آزار", For: 24 * time.Hour}); err != nil {
			t.Fatal(err)
		}
	}
	b.Desk = discussion.New(b.store, discussion.NewBans(keyless{b.store}, func() time.Time { return b.clock }), func(netip.Addr) string { return "" }, discussion.Settings{}, func() time.Time { return b.clock })
	if sent, err := b.send(discussion.Submission{Text: "باز هم من"}); err != nil || sent.Comment.Held {
		t.Errorf("%+v %v", sent.Comment, err)
	}
}

// TestBansFindHiddenWords: a banned word is found however it is hidden, and a ban of words takes what the lists take.
func TestBansFindHiddenWords(t *testing.T) {
	b := openRuled(t, storetest.SQLite(t))
	if _, err := b.bans.Add(ctx, mina, discussion.Banning{Kind: news.BanTerm, Effect: news.BanHolds, Term: "کش", Reason: "آزمون", For: 24 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"این ک.ش است": true, "این کـــکـش نیست": false, "این k.e.s.h است": true, "این ک‌ش است": true, "خط‌کش و می‌کش": false} {
		if c := b.write(t, discussion.Submission{Text: text}); c.Held != want {
			t.Errorf("%q is held: %v (%+v)", text, c.Held, c.Findings)
		}
	}
	for _, term := range []string{"*", "ک", "الف ب*پ ت"} {
		if _, err := b.bans.Add(ctx, mina, discussion.Banning{Kind: news.BanTerm, Effect: news.BanHolds, Term: term, Reason: "آزمون", For: 24 * time.Hour}); err == nil ||
			news.KindOf(err) != news.Invalid || news.Errors(err)[0].Field != "term" {
			t.Errorf("%q: %v", term, err)
		}
	}
}

// TestClosedDiscussionTakesReportsAndNoVotes: what stands there stands, but what is wrong with it can still be told.
func TestClosedDiscussionTakesReportsAndNoVotes(t *testing.T) {
	b := open(t)
	c := b.one(t, discussion.Submission{Text: "نظری پیش از بستن"})
	if _, err := b.Approve(ctx, mina, discussion.Decision{Comment: c.ID, From: news.CommentPending}); err != nil {
		t.Fatal(err)
	}
	in := discussion.Opinion{Article: b.code, Comment: c.ID, Address: netip.MustParseAddr("5.1.1.1")}
	for closed, want := range map[bool]string{false: "", true: "error.comments_closed"} {
		if err := b.SetSwitch(ctx, chief, discussion.SiteSwitch{Closed: closed}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.Vote(ctx, in, news.VoteUp); keyOf(err) != want {
			t.Errorf("closed %v: the vote is told %v", closed, err)
		}
		if err := b.Report(ctx, in, news.ReasonInsult, ""); err != nil {
			t.Errorf("closed %v: the report is told %v", closed, err)
		}
	}
}
