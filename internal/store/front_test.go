package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// arrange changes the working copy, or publishes it.
func arrange(t *testing.T, s *store.Store, action string, change func(*news.FrontState)) news.FrontState {
	t.Helper()
	state, err := s.UpdateFront(ctx, news.Actor{}, action, func(f *news.FrontState) ([]news.EventKind, error) {
		change(f)
		return []news.EventKind{news.FrontEdited}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func TestFrontDraftIsHiddenUntilPublished(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := s.Public()
		_, err := p.Front(ctx)
		wantKind(t, err, news.NotFound)
		if state, err := s.Front(ctx); err != nil || state.Draft.Version != 0 || state.Published.Number != 0 {
			t.Fatalf("%+v %v", state, err)
		}
		add := func(f *news.FrontState) {
			if _, err := f.Draft.Add(news.FrontSlot{Article: 7, Until: noon}, news.FrontLead); err != nil {
				t.Error(err)
			}
			f.Touch(3, noon)
		}
		state := arrange(t, s, "one", add)
		if state.Draft.Version != 1 || len(state.Draft.Slots) != 1 || !state.Draft.Slots[0].Until.Equal(noon) || !state.Draft.UpdatedAt.Equal(noon) {
			t.Fatalf("%+v", state.Draft)
		}
		if again := arrange(t, s, "one", add); again.Draft.Version != 1 {
			t.Errorf("the same action ran twice: version %d", again.Draft.Version)
		}
		_, err = p.Front(ctx)
		wantKind(t, err, news.NotFound)
		for i := range news.MaxFrontVersions + 3 {
			arrange(t, s, "", func(f *news.FrontState) { f.Publish(f.Draft.Front, news.FrontArranged, i, 3, noon) })
		}
		public, err := p.Front(ctx)
		if err != nil || public.Number != news.MaxFrontVersions+3 || len(public.Slots) != 1 || public.Slots[0].Article != 7 {
			t.Fatalf("%+v %v", public, err)
		}
		arrange(t, s, "", func(f *news.FrontState) { _ = f.Draft.Remove(1); f.Touch(3, noon) })
		if public, err = p.Front(ctx); err != nil || len(public.Slots) != 1 {
			t.Errorf("a change of the working copy is public: %+v %v", public, err)
		}
		versions, err := s.FrontVersions(ctx)
		if err != nil || len(versions) != news.MaxFrontVersions || versions[0].Number != public.Number || versions[0].Of != news.MaxFrontVersions+2 {
			t.Errorf("%d versions, %v", len(versions), err)
		}
	})
}

func TestFrontChangeThatFailsLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		broken := errors.New("broken")
		_, err := s.UpdateFront(ctx, news.Actor{}, "x", func(f *news.FrontState) ([]news.EventKind, error) {
			f.Touch(1, noon)
			return []news.EventKind{news.FrontEdited}, broken
		})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		if state, err := s.Front(ctx); err != nil || state.Draft.Version != 0 {
			t.Errorf("%+v %v", state, err)
		}
		if events, _ := s.Events(ctx, 0, 10); len(events) != 0 {
			t.Errorf("%v", events)
		}
	})
}

// TestFrontEditsAtOnceAllCount: whoever changes the page at the same time sees what the others did; nothing is overwritten.
func TestFrontEditsAtOnceAllCount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				_, err := s.UpdateFront(ctx, news.Actor{}, "", func(f *news.FrontState) ([]news.EventKind, error) {
					_, err := f.Draft.Add(news.FrontSlot{Article: news.Code(i + 1)}, news.FrontBlock)
					f.Touch(1, noon)
					return nil, err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		state, err := s.Front(ctx)
		if err != nil || len(state.Draft.Slots) != 12 || state.Draft.Version != 12 || state.Draft.LastID != 12 {
			t.Errorf("%d slots, version %d, %v", len(state.Draft.Slots), state.Draft.Version, err)
		}
	})
}

func TestFrontLinesKindsAndTags(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		a := article(sec.ID, "یک", noon)
		a.Content.Kind, a.Content.Tags = news.KindPhoto, []string{"محیط‌زیست"}
		shown := create(t, s, a)
		hidden := article(sec.ID, "دو", noon)
		hidden.State, hidden.Content.Kind = news.Draft, news.KindPhoto
		draft := create(t, s, hidden)
		lines, err := s.FoundArticles(ctx, []news.Code{draft.Code, shown.Code, 999})
		if err != nil || len(lines) != 2 || lines[draft.Code].State != news.Draft || lines[shown.Code].Headline != "یک" || lines[shown.Code].SectionName != "جامعه" {
			t.Errorf("%+v %v", lines, err)
		}
		cards, err := s.Public().OfKind(ctx, news.KindPhoto, 5)
		if err != nil || len(cards) != 1 || cards[0].Code != shown.Code {
			t.Errorf("%v %v", cards, err)
		}
		if none, err := s.Public().OfKind(ctx, news.KindVideo, 5); err != nil || len(none) != 0 {
			t.Errorf("%v %v", none, err)
		}
		tag, err := s.FindTag(ctx, "محيط‌زيست")
		if err != nil || tag.Name != "محیط‌زیست" {
			t.Errorf("%+v %v", tag, err)
		}
		_, err = s.FindTag(ctx, "نیست")
		wantKind(t, err, news.NotFound)
	})
}

func TestDossierIsPublicOncePublished(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := s.Public()
		make := func(slug, action string) (news.Dossier, error) {
			return s.CreateDossier(ctx, news.Actor{}, action, news.Dossier{Slug: slug, State: news.Draft, Version: 1, CreatedAt: noon, UpdatedAt: noon,
				Content: news.DossierContent{Title: "پرونده", Text: "<p>متن</p>", Items: []news.DossierItem{{Code: 4, Pinned: true}}}})
		}
		d, err := make("آب", "a")
		if err != nil || d.ID == 0 || len(d.Content.Items) != 1 || d.Public != nil {
			t.Fatalf("%+v %v", d, err)
		}
		if same, err := make("آب", "a"); err != nil || same.ID != d.ID {
			t.Errorf("the same action made another: %+v %v", same, err)
		}
		_, err = make("آب", "b")
		wantKind(t, err, news.Invalid)
		hidden := func(why string) {
			t.Helper()
			_, err := p.Dossier(ctx, "آب")
			wantKind(t, err, news.NotFound)
			if all, err := p.Dossiers(ctx); err != nil || len(all) != 0 {
				t.Errorf("%s: %v %v", why, all, err)
			}
		}
		hidden("a draft")
		update := func(change func(*news.Dossier) error) {
			t.Helper()
			_, err := s.UpdateDossier(ctx, news.Actor{}, "", d.ID, func(x *news.Dossier) ([]news.EventKind, error) {
				return []news.EventKind{news.DossierSaved}, change(x)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		update(func(x *news.Dossier) error { x.Publish(1, noon); return nil })
		update(func(x *news.Dossier) error {
			c := x.Content
			c.Title = "پنهان"
			x.Revise(x.Slug, c, 1, noon)
			return nil
		})
		public, err := p.Dossier(ctx, "آب")
		if err != nil || public.Title != "پرونده" || !public.PublishedAt.Equal(noon) || len(public.Items) != 1 || !public.Items[0].Pinned {
			t.Errorf("%+v %v", public, err)
		}
		if all, err := p.Dossiers(ctx); err != nil || len(all) != 1 {
			t.Errorf("%v %v", all, err)
		}
		update(func(x *news.Dossier) error { return x.Withdraw(1, noon) })
		hidden("a withdrawn one")
		other, err := make("برق", "c")
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.UpdateDossier(ctx, news.Actor{}, "", other.ID, func(x *news.Dossier) ([]news.EventKind, error) { x.Slug = "آب"; return nil, nil })
		wantKind(t, err, news.Invalid)
		if list, err := s.Dossiers(ctx); err != nil || len(list) != 2 || fmt.Sprint(list[1].Slug, list[0].Slug) == "" {
			t.Errorf("%v %v", list, err)
		}
		_, err = s.Dossier(ctx, 99)
		wantKind(t, err, news.NotFound)
	})
}
