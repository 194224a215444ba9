package editorial_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian/copydesk"
)

// term adds a house term.
func (r *room) term(t *testing.T, text, preferred string) news.HouseEntry {
	t.Helper()
	e, err := r.House().Save(ctx, r.chief, editorial.SaveHouse{Kind: news.HouseTerm, Text: text, Preferred: preferred, Note: "واژهٔ فرهنگستان"})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// rules are what the copy desk says of a text, rule by rule.
func (r *room) rules(t *testing.T, body string) []string {
	t.Helper()
	found, err := r.House().Check(ctx, r.reporter, "fa", copydesk.Article{Headline: "تیتر", Lede: "لید", Body: body})
	if err != nil {
		t.Fatal(err)
	}
	rules := []string{}
	for _, f := range found {
		rules = append(rules, string(f.Rule)+" "+f.After)
	}
	return rules
}

func TestHouseStyleIsReadAtOnce(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		const text = "ایمیل کژوشکها رسید"
		says := func(what string, want ...string) {
			t.Helper()
			if got := r.rules(t, text); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		const unsure, sure = "half_space_plural کژوشک‌ها", "house_term رایانامه"
		says("an empty table", unsure)
		e := r.term(t, "ایمیل", "رایانامه")
		says("a term", sure, unsure)
		step := editorial.HouseStep{ID: e.ID, Base: e.Version}
		e, err := r.House().Undo(ctx, r.chief, step)
		ok(t, "undo the adding", err)
		says("undone", unsure)
		_, err = r.House().Undo(ctx, r.chief, step)
		want(t, "undo from an old page", err, news.Conflict)
		e, err = r.House().Undo(ctx, r.chief, editorial.HouseStep{ID: e.ID, Base: e.Version})
		ok(t, "undo the undoing", err)
		e, err = r.House().Save(ctx, r.chief, editorial.SaveHouse{ID: e.ID, Base: e.Version, Text: "ايميل", Preferred: "پیام‌نگار"})
		ok(t, "change", err)
		says("changed", "house_term پیام‌نگار", unsure)
		e, err = r.House().Undo(ctx, r.chief, editorial.HouseStep{ID: e.ID, Base: e.Version})
		if err != nil || e.Preferred != "رایانامه" || e.Note != "واژهٔ فرهنگستان" {
			t.Errorf("the change undone: %+v %v", e, err)
		}
		e, err = r.House().Delete(ctx, r.chief, editorial.HouseStep{ID: e.ID, Base: e.Version})
		ok(t, "delete", err)
		says("deleted", unsure)
		_, err = r.House().Save(ctx, r.chief, editorial.SaveHouse{ID: e.ID, Base: e.Version, Text: "ایمیل", Preferred: "نامه"})
		want(t, "change what is deleted", err, news.NotFound)
		_, err = r.House().Save(ctx, r.chief, editorial.SaveHouse{Kind: news.HouseWord, Text: "کژوشک"})
		ok(t, "a word", err)
		found, err := r.House().Check(ctx, r.reporter, "fa", copydesk.Article{Headline: "تیتر", Lede: "لید", Body: text})
		if err != nil || len(found) != 1 || !found[0].Safe {
			t.Errorf("with the word in the lexicon: %+v %v", found, err)
		}
		for _, lang := range []string{"en", "ar", ""} {
			if found, err := r.House().Check(ctx, r.reporter, lang, copydesk.Article{Body: text}); err != nil || found != nil {
				t.Errorf("%q: %v %v", lang, found, err)
			}
		}
	})
}

func TestHouseStyleRefusesBadInput(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		r.term(t, "پیام رسان ها", "پیام‌رسان‌ها")
		for _, tt := range []struct {
			in   editorial.SaveHouse
			want string // fields and keys
		}{
			{editorial.SaveHouse{}, "kind error.house_kind"},
			{editorial.SaveHouse{Kind: "شوخی", Text: "الف", Preferred: "ب"}, "kind error.house_kind"},
			{editorial.SaveHouse{Kind: news.HouseTerm}, "text error.house_text; preferred error.house_preferred"},
			{editorial.SaveHouse{Kind: news.HouseTerm, Text: "email", Preferred: "رایانامه"}, "text error.house_words"},
			{editorial.SaveHouse{Kind: news.HouseTerm, Text: "ایمیل، فکس", Preferred: "رایانامه"}, "text error.house_words"},
			{editorial.SaveHouse{Kind: news.HouseTerm, Text: "ايميل", Preferred: " ایمیل "}, "preferred error.house_same"},
			{editorial.SaveHouse{Kind: news.HouseTerm, Text: "ایمیل", Preferred: "ایمیل سازمانی"}, "preferred error.house_loop"},
			{editorial.SaveHouse{Kind: news.HouseTerm, Text: strings.Repeat("الف ", 30), Preferred: "ب", Note: strings.Repeat("ن", 301)}, "text error.too_long; note error.too_long"},
			{editorial.SaveHouse{Kind: news.HouseTerm, Text: "پیام‌رسان ها", Preferred: "x"}, ""},
			{editorial.SaveHouse{Kind: news.HouseTerm, Text: "پیام‌ رسان ها", Preferred: "x"}, "text error.house_known"},
			{editorial.SaveHouse{Kind: news.HouseTerm, Text: "\u202eایمیل\x00", Preferred: "رایانامه"}, ""},
			{editorial.SaveHouse{Kind: news.HouseTerm, Text: "ایمیل", Preferred: "رایانامه"}, "text error.house_known"},
			{editorial.SaveHouse{Kind: news.HouseWord, Text: "دو واژه"}, "text error.house_word"},
			{editorial.SaveHouse{Kind: news.HouseWord, Text: "کژوشک", Preferred: "چیزی"}, ""},
			{editorial.SaveHouse{Kind: news.HouseSynonym, Text: "سازمان ملل متحد", Preferred: "یو ان، UN"}, ""},
			{editorial.SaveHouse{Kind: news.HouseSynonym, Text: "یک دو سه چهار پنج شش هفت", Preferred: "هفت"}, "text error.house_synonym"},
			{editorial.SaveHouse{Kind: news.HouseSynonym, Text: "هفت", Preferred: "آ، یک دو سه چهار پنج شش هفت"}, "preferred error.house_synonym"},
			{editorial.SaveHouse{Kind: news.HouseSynonym, Text: "هفت", Preferred: "٪"}, "preferred error.house_synonym"},
			{editorial.SaveHouse{Kind: news.HouseSynonym, Text: "هفت", Preferred: " ،, "}, "preferred error.house_synonyms"},
			{editorial.SaveHouse{Kind: news.HouseSynonym, Text: "!!", Preferred: "هفت"}, "text error.house_words"},
		} {
			_, err := r.House().Save(ctx, r.chief, tt.in)
			var got []string
			for _, e := range news.Errors(err) {
				got = append(got, e.Field+" "+e.Key)
			}
			if strings.Join(got, "; ") != tt.want {
				t.Errorf("%+v: %q, want %q", tt.in, got, tt.want)
			}
		}
		for _, actor := range []news.Actor{r.reporter, r.desk, {}} {
			_, err := r.House().Save(ctx, actor, editorial.SaveHouse{Kind: news.HouseTerm, Text: "فکس", Preferred: "دورنگار"})
			want(t, "saving without the right", err, news.Forbidden)
			_, err = r.House().Delete(ctx, actor, editorial.HouseStep{ID: 1, Base: 1})
			want(t, "deleting without the right", err, news.Forbidden)
			_, err = r.House().Undo(ctx, actor, editorial.HouseStep{ID: 1, Base: 1})
			want(t, "undoing without the right", err, news.Forbidden)
			_, err = r.House().Import(ctx, actor, []editorial.HouseLine{{1, news.HouseWord, "فکس", "", ""}}, true)
			want(t, "importing without the right", err, news.Forbidden)
		}
		_, err := r.House().List(ctx, news.Actor{}, news.HouseFilter{})
		want(t, "a guest reads it", err, news.Forbidden)
		_, err = r.House().Delete(ctx, r.chief, editorial.HouseStep{ID: 999, Base: 1})
		want(t, "an entry that is none", err, news.NotFound)
	})
}

func TestHouseImportTellsEveryWrongLine(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		lines := []editorial.HouseLine{{2, news.HouseTerm, "ایمیل", "رایانامه", ""}, {3, news.HouseTerm, "email", "رایانامه", ""}, {5, news.HouseWord, "دو واژه", "", ""}}
		_, err := r.House().Import(ctx, r.chief, lines, false)
		wrong := news.Errors(err)
		if len(wrong) != 2 || wrong[0].Args[0] != 3 || wrong[1].Args[0] != 5 || wrong[1].Args[1].(*news.Error).Key != "error.house_word" {
			t.Fatalf("%v", err)
		}
		if all, err := r.House().All(ctx, r.desk); err != nil || len(all) != 0 {
			t.Errorf("a wrong file left %d entries, %v", len(all), err)
		}
		got, err := r.House().Import(ctx, r.chief, lines[:1], false)
		if err != nil || got.Added != 1 {
			t.Errorf("%+v %v", got, err)
		}
		_, err = r.House().Import(ctx, r.chief, nil, false)
		want(t, "an empty file", err, news.Invalid)
		_, err = r.House().Import(ctx, r.chief, make([]editorial.HouseLine, news.MaxHouseEntries+1), false)
		want(t, "a file too long", err, news.Invalid)
	})
}

// slips is content with mistakes of which all but the repeated word may be corrected without asking.
func (r *room) slips() news.Content {
	c := r.whole("او می رود.")
	c.Kicker, c.Lede = "کتاب ها", "چرا?"
	c.Body = `<p>او <strong>می</strong> رود و گفت که که می آید.</p><aside class="desk-note"><p>می رود؟</p></aside><p><span lang="ar">می رود</span></p>` + c.Body
	return c
}

func TestSafeFixesAreAVersion(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		content := r.slips()
		content.ShortHeadline, content.Picture = "او می رود.", news.Picture{Caption: "كتاب ها", Credit: "سارا كريمي", Alt: "چرا?"}
		a, err := r.Save(ctx, r.reporter, editorial.Save{Content: content})
		ok(t, "save", err)
		_, err = r.FixSafe(ctx, r.chief, editorial.Publish{Code: a.Code, Base: 7})
		want(t, "an old form", err, news.Conflict)
		_, err = r.FixSafe(ctx, news.SystemActor("x", news.Moderator), editorial.Publish{Code: a.Code, Base: 1})
		want(t, "a moderator", err, news.Forbidden)
		fixed, err := r.FixSafe(ctx, r.reporter, editorial.Publish{Action: "fix", Code: a.Code, Base: 1})
		ok(t, "fix", err)
		c := fixed.Content
		if fixed.Revision != 2 || c.Kicker != "کتاب‌ها" || c.Headline != "او می‌رود" || c.Lede != "چرا؟" {
			t.Errorf("revision %d: %q %q %q", fixed.Revision, c.Kicker, c.Headline, c.Lede)
		}
		if c.ShortHeadline != "او می‌رود" || c.Picture.Caption != "کتاب‌ها" || c.Picture.Credit != "سارا کریمی" || c.Picture.Alt != "چرا؟" {
			t.Errorf("short headline and picture: %q %+v", c.ShortHeadline, c.Picture)
		}
		const body = `<p>او <strong>می</strong>` + "\u200c" + `رود و گفت که که می‌آید.</p>` + "\n" + `<aside class="desk-note"><p>می رود؟</p></aside>` + "\n" + `<p><span lang="ar">می رود</span></p>`
		if !strings.HasPrefix(c.Body, body) {
			t.Errorf("the body is\n%s, want\n%s", c.Body, body)
		}
		if again, err := r.FixSafe(ctx, r.reporter, editorial.Publish{Code: a.Code, Base: 2}); err != nil || again.Revision != 2 {
			t.Errorf("once more: revision %d, %v", again.Revision, err)
		}
		back, err := r.RestoreRevision(ctx, r.reporter, editorial.Publish{Code: a.Code, Base: 2}, 1)
		if err != nil || back.Content.Body != a.Content.Body {
			t.Errorf("restored: %v", err)
		}
	})
}

func TestQuestionsAreAskedOncePerVersion(t *testing.T) {
	eachRoom(t, func(t *testing.T, r *room) {
		a, err := r.Save(ctx, r.chief, editorial.Save{Content: r.slips()})
		ok(t, "save", err)
		asked, err := r.Questions(ctx, r.chief, a)
		if err != nil || len(asked) != 2 || asked[1].Key != "check.copydesk" || asked[1].Stops || asked[1].Args[0] != 6 || asked[1].Args[1] != 5 || len(asked[1].Findings) != 5 {
			t.Fatalf("asked: %+v %v", asked, err)
		}
		out := editorial.Publish{Code: a.Code, Base: 1}
		_, err = r.Publish(ctx, r.chief, out)
		want(t, "unanswered", err, news.Conflict)
		_, err = r.Schedule(ctx, r.chief, editorial.Publish{Code: a.Code, Base: 1, Confirmed: true}, noon.AddDate(0, 0, 1))
		ok(t, "schedule, confirmed", err)
		_, err = r.Publish(ctx, r.chief, out)
		ok(t, "publish the same version", err)
		_, err = r.Withdraw(ctx, r.chief, editorial.Withdraw{Code: a.Code, Reason: "نادرست بود"})
		ok(t, "withdraw", err)
		_, err = r.Publish(ctx, r.chief, out)
		ok(t, "publish the same version again", err)
		c := r.slips()
		c.Tags = nil
		a, err = r.Save(ctx, r.chief, editorial.Save{Code: a.Code, Base: 1, Content: c})
		ok(t, "save", err)
		out.Base = 2
		_, err = r.Publish(ctx, r.chief, out)
		want(t, "another version", err, news.Conflict)
		out.Confirmed = true
		_, err = r.Publish(ctx, r.chief, out)
		ok(t, "confirmed", err)
		// A new term is a new question about the same version.
		r.term(t, "واژه", "کلمه")
		out.Confirmed = false
		_, err = r.Publish(ctx, r.chief, out)
		want(t, "a term that came later", err, news.Conflict)
		a, err = r.Article(ctx, r.chief, a.Code)
		ok(t, "read", err)
		if asked, err := r.Questions(ctx, r.chief, a); err != nil || len(asked) != 1 {
			t.Errorf("left to ask: %+v %v", asked, err)
		}
		english := r.whole("He said.")
		english.Lang, english.Body = "en", "<p>او می رود</p>"
		if asked, err := r.Questions(ctx, r.chief, news.Article{Content: english}); err != nil || slices.ContainsFunc(asked, func(c editorial.Check) bool { return c.Key == "check.copydesk" }) {
			t.Errorf("an English article: %+v %v", asked, err)
		}
	})
}
