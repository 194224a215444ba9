package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

func houseTerm(text, preferred string) news.HouseEntry {
	return news.HouseEntry{Kind: news.HouseTerm, HouseState: news.HouseState{Text: text, Preferred: preferred, Key: text}, Version: 1, UpdatedAt: noon, UpdatedBy: 3}
}

func addHouse(t *testing.T, s *store.Store, action string, e news.HouseEntry) news.HouseEntry {
	t.Helper()
	made, err := s.CreateHouseEntry(ctx, news.Actor{User: 3}, action, e)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// inForce are the texts of a kind as the copy desk gets them.
func inForce(t *testing.T, s *store.Store) []string {
	t.Helper()
	all, err := s.HouseEntries(ctx)
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{}
	for _, e := range all {
		texts = append(texts, e.Text)
	}
	return texts
}

func TestHouseEntriesAreMadeChangedAndDeleted(t *testing.T) {
	clock := noon
	storetest.EachAt(t, func() time.Time { return clock }, func(t *testing.T, s *store.Store) {
		clock = noon
		before, err := s.HouseVersion(ctx)
		if err != nil {
			t.Fatal(err)
		}
		e := addHouse(t, s, "one", houseTerm("ایمیل", "رایانامه"))
		if again := addHouse(t, s, "one", houseTerm("ایمیل", "رایانامه")); again.ID != e.ID {
			t.Errorf("the same form made entry %d again as %d", e.ID, again.ID)
		}
		_, err = s.CreateHouseEntry(ctx, news.Actor{}, "", houseTerm("ایمیل", "نامه"))
		wantKind(t, err, news.Invalid)
		word := houseTerm("ایمیل", "")
		word.Kind = news.HouseWord
		addHouse(t, s, "", word) // another kind
		change := func(kind news.EventKind, turn func(*news.HouseEntry)) news.HouseEntry {
			t.Helper()
			got, err := s.UpdateHouseEntry(ctx, news.Actor{User: 4}, "", e.ID, func(e *news.HouseEntry) (news.EventKind, error) { turn(e); return kind, nil })
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		gone := change(news.HouseDeleted, func(e *news.HouseEntry) { next := e.HouseState; next.Gone = true; e.Turn(next, 4, clock) })
		if !gone.Gone || gone.Version != 2 || gone.Was == nil || gone.Was.Gone || len(inForce(t, s)) != 1 {
			t.Errorf("deleted: %+v, in force %v", gone, inForce(t, s))
		}
		other := addHouse(t, s, "", houseTerm("ایمیل", "نامه")) // its place is free
		_, err = s.UpdateHouseEntry(ctx, news.Actor{}, "", e.ID, func(e *news.HouseEntry) (news.EventKind, error) { return news.HouseRestored, e.Undo(4, clock) })
		wantKind(t, err, news.Invalid)
		if _, err := s.UpdateHouseEntry(ctx, news.Actor{}, "", other.ID, func(e *news.HouseEntry) (news.EventKind, error) {
			e.Turn(news.HouseState{Text: "فکس", Preferred: "دورنگار", Key: "فکس"}, 4, clock)
			return news.HouseChanged, nil
		}); err != nil {
			t.Fatal(err)
		}
		if back := change(news.HouseRestored, func(e *news.HouseEntry) { _ = e.Undo(4, clock) }); back.Gone || back.Preferred != "رایانامه" {
			t.Errorf("brought back: %+v", back)
		}
		after, err := s.HouseVersion(ctx)
		if err != nil || after < before+5 {
			t.Errorf("the version went from %d to %d, %v", before, after, err)
		}
		events, err := s.Audit(ctx, news.EventFilter{Subject: "house", ID: int64(e.ID), Limit: 10})
		if err != nil || len(events) != 3 || events[0].Kind != news.HouseRestored || events[2].Data["preferred"] != "رایانامه" {
			t.Errorf("events %+v %v", events, err)
		}
		change(news.HouseDeleted, func(e *news.HouseEntry) { next := e.HouseState; next.Gone = true; e.Turn(next, 4, clock) })
		clock = noon.Add(25 * time.Hour)
		if err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		_, err = s.HouseEntry(ctx, e.ID)
		wantKind(t, err, news.NotFound)
		if got := inForce(t, s); len(got) != 2 {
			t.Errorf("sweeping left %v", got)
		}
	})
}

func TestHouseListPagesAndFinds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		letters := []string{"ی", "آ", "ب", "پ", "ت", "ج", "چ", "ا"}
		for _, letter := range letters {
			addHouse(t, s, "", houseTerm(letter+"رام", "x"))
		}
		word := houseTerm("کژوشک", "")
		word.Kind, word.Note = news.HouseWord, "پرندهٔ كوچك"
		addHouse(t, s, "", word)
		got := ""
		pages := 0
		for after := (news.HouseCursor{}); ; pages++ {
			page, err := s.HouseList(ctx, news.HouseFilter{Kind: news.HouseTerm, After: after, Limit: 3})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Entries {
				got += e.Text[:len("آ")]
			}
			if after = page.Next; after.ID == 0 {
				break
			}
			if again, err := news.ParseHouseCursor(after.String()); err != nil || again != after {
				t.Fatalf("%q became %+v, %v", after.String(), again, err)
			}
		}
		if got != "آابپتجچی" || pages != 2 {
			t.Errorf("%d pages after the first: %q", pages, got)
		}
		for text, want := range map[string]int{"": 9, "کوچک": 1, "پرنده كژو": 1, "%": 0, "x": 8, "هیچ": 0} {
			page, err := s.HouseList(ctx, news.HouseFilter{Text: text, Limit: 20})
			if err != nil || len(page.Entries) != want {
				t.Errorf("%q finds %d, want %d; %v", text, len(page.Entries), want, err)
			}
		}
	})
}

func TestHouseImportAddsAndReplaces(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		addHouse(t, s, "", houseTerm("یک", "۱"))
		addHouse(t, s, "", houseTerm("دو", "۲"))
		file := []news.HouseEntry{houseTerm("یک", "۱"), houseTerm("دو", "دوم"), houseTerm("سه", "۳")}
		got, err := s.ImportHouse(ctx, news.Actor{User: 3}, file, false)
		if want := (news.HouseOutcome{Added: 1, Same: 1, Differ: 1}); err != nil || got != want {
			t.Errorf("%+v %v, want %+v", got, err, want)
		}
		got, err = s.ImportHouse(ctx, news.Actor{User: 3}, file, true)
		if want := (news.HouseOutcome{Changed: 1, Same: 2}); err != nil || got != want {
			t.Errorf("%+v %v, want %+v", got, err, want)
		}
		version, err := s.HouseVersion(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if got, err = s.ImportHouse(ctx, news.Actor{User: 3}, file, true); err != nil || got.Same != 3 {
			t.Errorf("once more: %+v %v", got, err)
		}
		if after, err := s.HouseVersion(ctx); err != nil || after != version {
			t.Errorf("an import that changes nothing moves the version from %d to %d, %v", version, after, err)
		}
	})
}

func TestHouseIsBounded(t *testing.T) {
	s := storetest.SQLite(t)
	many := make([]news.HouseEntry, news.MaxHouseEntries)
	for i := range many {
		many[i] = houseTerm(fmt.Sprint("واژه ", i), "x")
	}
	if _, err := s.ImportHouse(ctx, news.Actor{}, many, false); err != nil {
		t.Fatal(err)
	}
	_, err := s.CreateHouseEntry(ctx, news.Actor{}, "", houseTerm("یکی دیگر", "x"))
	wantKind(t, err, news.Conflict)
	_, err = s.ImportHouse(ctx, news.Actor{}, []news.HouseEntry{houseTerm("یکی دیگر", "x")}, false)
	wantKind(t, err, news.Conflict)
	if n := len(inForce(t, s)); n != news.MaxHouseEntries {
		t.Errorf("%d entries", n)
	}
}

func TestAnsweredQuestionsAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, err := s.CreateArticle(ctx, news.Actor{}, "", news.Article{State: news.Draft, Content: news.Content{Headline: "یک", Lang: "fa", Kind: news.KindNews, Section: 1}, CreatedAt: noon, UpdatedAt: noon})
		if err != nil || a.Answered.Revision != 0 {
			t.Fatalf("%+v %v", a.Answered, err)
		}
		a, err = s.UpdateArticle(ctx, news.Actor{}, "", a.Code, func(a *news.Article) ([]news.EventKind, error) {
			a.Answered = news.Answered{Revision: 1, Questions: []string{"check.tags"}}
			return nil, nil
		})
		if err != nil || a.Answered.Revision != 1 || len(a.Answered.Questions) != 1 {
			t.Errorf("%+v %v", a.Answered, err)
		}
	})
}
