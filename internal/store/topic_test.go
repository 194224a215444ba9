package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// TestReportersCountsAndPlainSearch: people are found by the names above public articles, days by what came out on them, and articles
// by the words of their headings.
func TestReportersCountsAndPlainSearch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, at := range []time.Time{noon, noon.Add(time.Hour), noon.AddDate(0, 0, 1), {}} {
			a := article(0, []string{"باران بارید", "باران بند آمد", "برف ۱۰۰٪ آمد", "بی‌تاریخ"}[i], at)
			if _, err := s.ImportArticles(ctx, editor, []news.Import{{Article: a, SectionName: "علم"}}); err != nil {
				t.Fatal(err)
			}
		}
		gate := s.Public()
		who, err := gate.Reporter(ctx, "نگار")
		if err != nil || who.Name != "نگار" {
			t.Errorf("the reporter is %+v, %v", who, err)
		}
		if _, err := gate.Reporter(ctx, "هیچ‌کس"); news.KindOf(err) != news.NotFound {
			t.Errorf("somebody who wrote nothing: %v", err)
		}
		list, err := gate.List(ctx, news.ListQuery{Reporter: "نگار", Limit: 3})
		if err != nil || len(list.Cards) != 3 || list.Next.IsZero() {
			t.Errorf("%d articles, next %v, %v", len(list.Cards), list.Next, err)
		}
		counts, err := gate.Counts(ctx, []time.Time{noon.Add(-time.Hour), noon.Add(12 * time.Hour), noon.AddDate(0, 0, 2)})
		if err != nil || !slices.Equal(counts, []int{2, 1}) {
			t.Errorf("counts %v, %v; want 2 and 1", counts, err)
		}
		if first, err := gate.FirstPublished(ctx); err != nil || !first.Equal(noon) {
			t.Errorf("the first is of %v, %v; want %v", first, err, noon)
		}
		for text, want := range map[string]int{"باران": 2, "باران آمد": 1, "100%": 0, "۱۰۰٪": 1, "": 4, "%": 0, "_": 0} {
			found, err := gate.FindPlain(ctx, text, news.ListQuery{Limit: 10})
			if err != nil || len(found.Cards) != want {
				t.Errorf("%q: %d articles, %v; want %d", text, len(found.Cards), err, want)
			}
		}
	})
}

// TestTopicIsPublicWithItsTag: what the newsroom says of a tag shows while a public article has the tag, and its form does not
// overwrite another's.
func TestTopicIsPublicWithItsTag(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		save := func(name string) news.Topic {
			t.Helper()
			topic, err := s.SaveTopic(ctx, editor, "", news.Tag{Name: name}, func(x *news.Topic) error {
				x.Kind, x.Text, x.Version, x.UpdatedAt = news.TopicPlace, "متن", x.Version+1, noon
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return topic
		}
		hidden := save("جای پنهان")
		if _, err := s.Public().Topic(ctx, hidden.ID); news.KindOf(err) != news.NotFound {
			t.Errorf("a topic without an article is public: %v", err)
		}
		if _, err := s.ImportArticles(ctx, editor, []news.Import{{Article: article(0, "تیتر", noon), SectionName: "علم"}}); err != nil {
			t.Fatal(err)
		}
		topic := save("آب")
		public, err := s.Public().Topic(ctx, topic.ID)
		if err != nil || public.Text != "متن" || public.Count != 1 {
			t.Errorf("the public topic is %+v, %v", public, err)
		}
		all, err := s.Public().Topics(ctx, 10)
		if err != nil || len(all) != 1 {
			t.Errorf("%d public topics, %v; want 1", len(all), err)
		}
		before, err := s.KnownNamesVersion(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if known, err := s.LoadKnownNames(ctx, editor, []string{"تهران", "تهران", "شیراز", " "}, false); err != nil || known != 2 {
			t.Errorf("%d names are known, %v; want 2", known, err)
		}
		known, err := s.KnownNames(ctx)
		var names []string
		for _, n := range known {
			names = append(names, n.Name)
		}
		slices.Sort(names)
		if after, verr := s.KnownNamesVersion(ctx); err != nil || verr != nil || after <= before || !slices.Equal(names, []string{"آب", "تهران", "جای پنهان", "شیراز"}) {
			t.Errorf("names %q, version %d after %d, %v, %v", names, after, before, err, verr)
		}
		if err := s.DeleteTopic(ctx, editor, "", topic.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Public().Topic(ctx, topic.ID); news.KindOf(err) != news.NotFound {
			t.Errorf("a removed topic is public: %v", err)
		}
	})
}
