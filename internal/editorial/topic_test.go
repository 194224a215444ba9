package editorial_test

import (
	"slices"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// TestNamesInTheTextAreOffered: known names are found in any spelling, the longest of those that begin at a word, and none that is a tag.
func TestNamesInTheTextAreOffered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		topics := editorial.NewTopics(s, time.Now)
		actor := news.SystemActor("test", news.ChiefEditor, news.Operator)
		if _, err := topics.LoadNames(t.Context(), actor, []string{"سازمان ملل", "سازمان ملل متحد", "كرمان", "شیراز", "آب"}, false); err != nil {
			t.Fatal(err)
		}
		if _, err := topics.Save(t.Context(), actor, editorial.SaveTopic{Name: "جام شهرها", Kind: news.TopicEvent}); err != nil {
			t.Fatal(err)
		}
		got, err := topics.Offered(t.Context(), news.Content{Headline: "کرمان در جام شهرها", Tags: []string{"شيراز"},
			Body: "<p>سازمان ملل متحد، شیراز و سازمان ملل. آبادان شهر است؛ سازمان ملل</p>"})
		if want := []string{"جام شهرها", "كرمان", "سازمان ملل", "سازمان ملل متحد"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("offered %q, %v; want %q", got, err, want)
		}
		reporter := news.SystemActor("test", news.Reporter)
		if _, err := topics.Save(t.Context(), reporter, editorial.SaveTopic{Name: "جا", Kind: news.TopicPlace}); news.KindOf(err) != news.Forbidden {
			t.Errorf("a reporter writes a topic: %v", err)
		}
		for field, in := range map[string]editorial.SaveTopic{
			"name": {Name: "!!", Kind: news.TopicPlace}, "kind": {Name: "جا", Kind: "thing"}, "picture": {Name: "جا", Kind: news.TopicPlace, Picture: "۹۹"},
		} {
			_, err := topics.Save(t.Context(), actor, in)
			if all := news.Errors(err); len(all) != 1 || all[0].Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}
