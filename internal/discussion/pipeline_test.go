package discussion_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/moderation"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// ruled is a desk whose comments pass the rules.
type ruled struct {
	*bench
	engine *discussion.Engine
	book   *discussion.Rulebook
	sent   int
}

func openRuled(t *testing.T, s *store.Store) *ruled {
	t.Helper()
	b := &ruled{bench: &bench{store: s, clock: noon}}
	now := func() time.Time { return b.clock }
	b.engine = discussion.NewEngine(s, s, discussion.Rules{Mode: news.ModePre, RepeatWindow: 24 * time.Hour,
		Limits: moderation.Limits{ModelAt: 0.5, TrustAt: 3, Rejected: 2}}, now)
	b.book = discussion.NewRulebook(s, b.engine, now)
	b.bans = discussion.NewBans(s, now)
	b.Moderation = discussion.NewModeration(s, s, s, b.engine, now)
	b.Desk = discussion.New(s, b.bans, func(netip.Addr) string { return "IR" }, discussion.Settings{Engine: b.engine}, now)
	out, err := s.ImportArticles(ctx, news.SystemActor("test"), []news.Import{{Article: news.Article{State: news.Published, PublishedAt: noon,
		CreatedAt: noon, UpdatedAt: noon, Origin: "t:1", Content: news.Content{Kind: news.KindNews, Headline: "تیتر", Slug: "titr"}}}})
	if err != nil || out[0].Code == 0 {
		t.Fatal(err, out)
	}
	b.code = out[0].Code
	return b
}

// write sends a comment of a writer of its own.
func (b *ruled) write(t *testing.T, in discussion.Submission) news.Comment {
	t.Helper()
	b.sent++
	if !in.Address.IsValid() {
		in.Address = netip.AddrFrom4([4]byte{5, 1, byte(b.sent >> 8), byte(b.sent)})
	}
	sent, err := b.send(in)
	if err != nil {
		t.Fatalf("%q: %v", in.Text, err)
	}
	return sent.Comment
}

func (b *ruled) term(t *testing.T, text string, list news.TermList) {
	t.Helper()
	if _, err := b.book.SaveTerm(ctx, moderator, "", news.Term{Text: text, List: list, Kind: news.LabelOffensive}); err != nil {
		t.Fatal(err)
	}
}

func (b *ruled) mode(t *testing.T, mode news.CommentMode) {
	t.Helper()
	if err := b.book.SetMode(ctx, chief, news.ModeSetting{Scope: news.ScopeSite, Mode: mode}); err != nil {
		t.Fatal(err)
	}
}

// examples are as many texts for and against a made-up offence.
func examples() []moderation.Example {
	var all []moderation.Example
	for i := range 60 {
		word := strings.Fields("خوب زیبا بلند کوتاه روشن تازه")[i%6]
		all = append(all, moderation.Example{Text: "این گزارش " + word + " بود"},
			moderation.Example{Text: "تو یک گوجه " + word + " هستی", Labels: []news.Label{news.LabelOffensive}})
	}
	return all
}

// TestListNeverRejects: whatever stands on the lists and whatever the model says, a comment is taken, waits, and no event says rejected.
func TestListNeverRejects(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := openRuled(t, s)
		b.term(t, "کش", news.ListBanned)
		b.term(t, "*گوجه*", news.ListBanned)
		if _, err := b.engine.Train(ctx, chief, examples()); err != nil {
			t.Fatal(err)
		}
		for _, mode := range news.CommentModes() {
			b.mode(t, mode)
			for _, text := range []string{"کش کش کش", "تو گوجه هستی https://example.ir", "k.e.s.h", "ک ش گوجه"} {
				c := b.write(t, discussion.Submission{Text: text + " " + string(mode)})
				if c.State != news.CommentPending || !c.Held {
					t.Errorf("%s: %q is %s, held %v", mode, text, c.State, c.Held)
				}
			}
		}
		events, err := s.Events(ctx, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Kind == news.CommentTurnedDown {
				t.Errorf("something rejected a comment: %+v", e)
			}
		}
	})
}

// TestEveryHoldSaysWhy: a comment that waits has a finding that holds it, each held by what a person can read, in the order of the rules.
func TestEveryHoldSaysWhy(t *testing.T) {
	b := openRuled(t, storetest.SQLite(t))
	b.term(t, "کش", news.ListSuspect)
	if _, err := b.engine.Train(ctx, chief, examples()); err != nil {
		t.Fatal(err)
	}
	for _, mode := range news.CommentModes() {
		b.mode(t, mode)
		for i, text := range []string{"سلام بر شما", "این کِش است", "ببینید t.me/kanal", "تو یک گوجه هستی", "متنی که دو بار فرستاده می‌شود", "متنی که دو بار فرستاده می‌شود"} {
			c := b.write(t, discussion.Submission{Text: text, Name: fmt.Sprint(mode, i)})
			stored, err := b.store.CommentsByID(ctx, []news.CommentID{c.ID})
			if err != nil || len(stored) != 1 {
				t.Fatalf("comment %d: %d found, %v", c.ID, len(stored), err)
			}
			checkReasons(t, stored[0].Comment)
		}
	}
}

func checkReasons(t *testing.T, c news.Comment) {
	t.Helper()
	var rules []string
	holds := 0
	for _, f := range c.Findings {
		rules = append(rules, f.Rule)
		if f.Outcome != news.OutcomeHold {
			continue
		}
		holds++
		if needs := []string{moderation.RuleLists, moderation.RuleLinks, moderation.RuleModel, moderation.RuleHistory}; slices.Contains(needs, f.Rule) && len(f.Detail) == 0 {
			t.Errorf("%q is held by %s, which does not say by what", c.Text, f.Rule)
		}
		for _, word := range f.Detail {
			if f.Rule != moderation.RuleHistory && !strings.Contains(c.Text, word) {
				t.Errorf("%q is held for %q, which is not in it", c.Text, word)
			}
		}
	}
	if !slices.Equal(rules, moderation.Rules()) {
		t.Errorf("findings of %v", rules)
	}
	if (c.State == news.CommentPending) != (holds > 0) {
		t.Errorf("%q is %s with %d holds", c.Text, c.State, holds)
	}
}

func TestModesOfSiteSectionAndArticle(t *testing.T) {
	b := openRuled(t, storetest.SQLite(t))
	if c := b.write(t, discussion.Submission{Text: "یک دو سه چهار پنج"}); c.State != news.CommentPending {
		t.Errorf("before any mode was set: %s", c.State)
	}
	b.mode(t, news.ModePost)
	if c := b.write(t, discussion.Submission{Text: "شش هفت هشت نه ده"}); c.State != news.CommentPublished || c.DecidedAt.IsZero() {
		t.Errorf("mode post: %s at %v", c.State, c.DecidedAt)
	}
	if err := b.book.SetMode(ctx, chief, news.ModeSetting{Scope: news.ScopeArticle, ID: int64(b.code), Mode: news.ModePre}); err != nil {
		t.Fatal(err)
	}
	if c := b.write(t, discussion.Submission{Text: "یازده دوازده سیزده چهارده"}); c.State != news.CommentPending {
		t.Errorf("the article's own mode: %s", c.State)
	}
	if err := b.book.SetMode(ctx, moderator, news.ModeSetting{Scope: news.ScopeSite, Mode: news.ModePre}); news.KindOf(err) != news.Forbidden {
		t.Errorf("a moderator sets a mode: %v", err)
	}
	for _, bad := range []news.ModeSetting{{Scope: "x", Mode: news.ModePre}, {Scope: news.ScopeSite, Mode: "x"}, {Scope: news.ScopeArticle, ID: 999, Mode: news.ModePre}} {
		if err := b.book.SetMode(ctx, chief, bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func TestTrustedPeoplePass(t *testing.T) {
	b := openRuled(t, storetest.SQLite(t))
	b.mode(t, news.ModeTrust)
	cookie := ""
	for i := range 4 {
		sent, err := b.send(discussion.Submission{Text: fmt.Sprint("نظر شمارهٔ ", strings.Repeat("خیلی ", i), "خوب من"), Remember: true, Cookie: cookie, Address: home})
		if err != nil {
			t.Fatal(err)
		}
		if sent.Cookie != "" {
			cookie = sent.Cookie
		}
		c := sent.Comment
		if want := map[bool]news.CommentState{false: news.CommentPending, true: news.CommentPublished}[i == 3]; c.State != want {
			t.Fatalf("comment %d of one person is %s, want %s", i+1, c.State, want)
		}
		if c.State == news.CommentPending {
			if _, err := b.Approve(ctx, moderator, discussion.Decision{Comment: c.ID, From: news.CommentPending}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if c := b.write(t, discussion.Submission{Text: "از همان نشانی بی کوکی", Address: home}); c.State != news.CommentPending {
		t.Errorf("an address is trusted: %s", c.State)
	}
}

func TestFinglishIsAskedOnce(t *testing.T) {
	b := openRuled(t, storetest.SQLite(t))
	in := discussion.Submission{Text: "salam man in gozaresh ra kheili doost dashtam"}
	if _, err := b.send(in); !discussion.AskedForPersian(err) || news.KindOf(err) != news.Invalid {
		t.Fatalf("Finglish: %v", err)
	}
	in.Asked = true
	sent, err := b.send(in)
	if err != nil || sent.Comment.State != news.CommentPending || sent.Comment.Held {
		t.Errorf("sent again: %+v %v", sent.Comment, err)
	}
}

func TestRepeatsOfAnybodyAreHeld(t *testing.T) {
	b := openRuled(t, storetest.SQLite(t))
	const text = "سلام. این گزارش را با دقت خواندم و به نظرم باید بیشتر توضیح داده می‌شد."
	held := func(c news.Comment) bool { return c.Findings[2].Outcome == news.OutcomeHold }
	if held(b.write(t, discussion.Submission{Text: text})) {
		t.Error("the first is held as a repeat")
	}
	if !held(b.write(t, discussion.Submission{Text: strings.ReplaceAll(text, "ی", "ي") + "!!"})) {
		t.Error("nearly the same text passes")
	}
	other := openRuledNode(b)
	if !held(other.write(t, discussion.Submission{Text: text + " ۱"})) {
		t.Error("another node does not see the repeat")
	}
	b.clock = noon.Add(25 * time.Hour)
	if held(b.write(t, discussion.Submission{Text: text})) {
		t.Error("the window has no end")
	}
}

// openRuledNode is another process on the same database.
func openRuledNode(b *ruled) *ruled {
	now := func() time.Time { return b.clock }
	engine := discussion.NewEngine(b.store, b.store, discussion.Rules{Mode: news.ModePre, RepeatWindow: 24 * time.Hour,
		Limits: moderation.Limits{ModelAt: 0.5, TrustAt: 3, Rejected: 2}}, now)
	node := &ruled{bench: &bench{store: b.store, clock: b.clock, code: b.code}, engine: engine, sent: 1000}
	node.Desk = discussion.New(b.store, b.bans, func(netip.Addr) string { return "IR" }, discussion.Settings{Engine: engine}, now)
	return node
}

func TestOneNodeTrainsANight(t *testing.T) {
	b := openRuled(t, storetest.SQLite(t))
	if _, err := b.engine.Train(ctx, chief, examples()); err != nil {
		t.Fatal(err)
	}
	before, err := b.engine.Report(ctx, chief)
	if err != nil || before.Examples != len(examples()) || !slices.Contains(before.Learnt, news.LabelOffensive) {
		t.Fatalf("%+v %v", before, err)
	}
	other := openRuledNode(b)
	b.clock = time.Date(2025, 11, 21, 0, 0, 0, 0, time.UTC) // half past three in Tehran
	for _, e := range []*discussion.Engine{b.engine, other.engine, b.engine} {
		if err := e.TrainAtNight(ctx); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := b.store.Kept(ctx, "model")
	if err != nil || kept.Version != 2 || !kept.At.Equal(b.clock) {
		t.Errorf("the model was trained %d times, last at %v (%v)", kept.Version, kept.At, err)
	}
	if err := other.engine.Load(ctx); err != nil {
		t.Fatal(err)
	}
	j, err := other.engine.Check(moderator, "تو یک گوجه هستی")
	if err != nil || !j.Learnt || j.Verdict.Score < 0.5 {
		t.Errorf("the other node judges %+v (%v)", j, err)
	}
	if _, err := b.engine.Train(ctx, moderator, nil); news.KindOf(err) != news.Forbidden {
		t.Errorf("a moderator trains: %v", err)
	}
}

func TestTermsAreImportedAndExported(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := openRuled(t, s)
		in := discussion.TermImport{Action: "import-1", List: news.ListSuspect, Kind: news.LabelOther,
			Text: "\ufeffterm,list,kind,note\nکش\n# یادداشت\n\nآب سرد,banned,hate,=«چرا»\nکِش;banned\n*\nبد,nolist\n\"سگ, گربه\",suspect\n" + strings.Repeat("ا", 200) + "\n"}
		out, err := b.book.ImportTerms(ctx, chief, in)
		if err != nil || out.Added != 3 || out.Replaced != 0 || len(out.Bad) != 3 || out.Bad[0].Line != 7 {
			t.Fatalf("%+v %v", out, err)
		}
		var file strings.Builder
		if err := b.book.ExportTerms(ctx, chief, &file); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(file.String(), "آب سرد,banned,hate,'=«چرا»") || !strings.Contains(file.String(), "کِش,banned,other,") {
			t.Errorf("exported:\n%s", file.String())
		}
		again, err := b.book.ImportTerms(ctx, chief, discussion.TermImport{Text: file.String(), List: news.ListSuspect, Kind: news.LabelOther})
		if err != nil || again.Added != 0 || again.Replaced != 3 || len(again.Bad) != 0 {
			t.Errorf("its own export: %+v %v", again, err)
		}
		if page, err := b.book.Terms(ctx, chief, news.TermFilter{Text: "آب"}); err != nil || len(page.Terms) != 1 || page.Terms[0].Note != "=«چرا»" {
			t.Errorf("a note that begins as a formula came back as %+v (%v)", page.Terms, err)
		}
		for _, bad := range []discussion.TermImport{{List: news.ListBanned, Kind: news.LabelHate}, {Text: "کش"}, {Text: "*", List: news.ListBanned, Kind: news.LabelHate}} {
			if _, err := b.book.ImportTerms(ctx, chief, bad); news.KindOf(err) != news.Invalid || err == nil {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		if _, err := b.book.ImportTerms(ctx, moderator, in); news.KindOf(err) != news.Forbidden {
			t.Errorf("a moderator imports: %v", err)
		}
	})
}

func TestTermsAreEdited(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := openRuled(t, s)
		one, err := b.book.SaveTerm(ctx, moderator, "act-1", news.Term{Text: "کش", List: news.ListBanned, Kind: news.LabelHate, Note: "یادداشت"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.book.SaveTerm(ctx, moderator, "act-2", news.Term{Text: "كِـش", List: news.ListBanned, Kind: news.LabelHate}); news.KindOf(err) != news.Conflict {
			t.Errorf("one term twice: %v", err)
		}
		one.Text = "کش+"
		if one, err = b.book.SaveTerm(ctx, moderator, "act-3", one); err != nil {
			t.Fatal(err)
		}
		page, err := b.book.Terms(ctx, moderator, news.TermFilter{Text: "یاددا"})
		if err != nil || page.Total != 1 || page.Terms[0].Text != "کش+" {
			t.Errorf("%+v %v", page, err)
		}
		if err := b.book.DeleteTerm(ctx, moderator, one.ID); err != nil {
			t.Fatal(err)
		}
		if err := b.book.DeleteTerm(ctx, moderator, one.ID); news.KindOf(err) != news.NotFound {
			t.Errorf("deleted twice: %v", err)
		}
		if c := b.write(t, discussion.Submission{Text: "این کش‌ها"}); c.Held {
			t.Error("a deleted term holds")
		}
		reporter := news.Actor{User: 9, Roles: []news.Role{news.Reporter, news.DeskEditor}}
		_, e1 := b.book.Terms(ctx, reporter, news.TermFilter{})
		_, e2 := b.book.SaveTerm(ctx, reporter, "", one)
		if news.KindOf(e1) != news.Forbidden || news.KindOf(e2) != news.Forbidden || news.KindOf(b.book.DeleteTerm(ctx, reporter, 1)) != news.Forbidden {
			t.Error("a reporter has a hand on the lists")
		}
		if _, err := b.book.SaveTerm(ctx, moderator, "", news.Term{Text: "*", List: "x", Kind: "y", Note: strings.Repeat("ا", 500)}); len(news.Errors(err)) != 4 {
			t.Errorf("four fields are wrong: %v", err)
		}
	})
}
