package store_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// tags is a newsroom whose articles have the tags of each list.
type tags struct {
	*testing.T
	*store.Store
	codes []news.Code
}

func withTags(t *testing.T, s *store.Store, lists ...[]string) tags {
	out := tags{T: t, Store: s}
	for i, list := range lists {
		a := article(0, "تیتر", noon.Add(time.Duration(i)*time.Hour))
		a.Content.Tags = list
		if _, err := s.ImportArticles(ctx, editor, []news.Import{{Article: a, SectionName: "علم"}}); err != nil {
			t.Fatal(err)
		}
	}
	codes, err := s.Public().Codes(ctx, 0, 100)
	if err != nil || len(codes) != len(lists) {
		t.Fatal(codes, err)
	}
	out.codes = codes
	return out
}

// tag is the tag with a name, as the newsroom sees it.
func (t tags) tag(name string) news.Topic {
	t.Helper()
	found, err := t.FindTag(ctx, name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	topic, err := t.Store.Topic(ctx, found.ID)
	if err != nil {
		t.Fatal(err)
	}
	return topic
}

// rename gives a tag a name and an address.
func (t tags) rename(id news.TagID, name, slug string) error {
	_, err := t.SaveTopic(ctx, editor, "", news.Tag{ID: id}, func(x *news.Topic) error {
		x.Name, x.Slug = name, slug
		x.Version++
		x.UpdatedAt = noon
		return nil
	})
	return err
}

func (t tags) merge(lost, kept news.Topic) (int, error) {
	return t.MergeTags(ctx, editor, "", news.TagMerge{Lost: lost.ID, Kept: kept.ID, LostVersion: lost.Version, KeptVersion: kept.Version})
}

// leads holds an address to the tag that it shows; "" for none.
func (t tags) leads(slug, want string) {
	t.Helper()
	tag, err := t.Public().Tag(ctx, slug)
	if want == "" && news.KindOf(err) == news.NotFound {
		return
	}
	if err != nil || tag.Name != want {
		t.Errorf("/tag/%s shows %q, %v; want %q", slug, tag.Name, err, want)
	}
}

// filed holds a tag to how many public articles it has.
func (t tags) filed(name string, want int) {
	t.Helper()
	if got := t.tag(name).Count; got != want {
		t.Errorf("%s has %d articles, want %d", name, got, want)
	}
}

func (t tags) whole() {
	t.Helper()
	if faults, err := t.Check(ctx); err != nil || len(faults) > 0 {
		t.Errorf("the database is not whole: %v, %v", faults, err)
	}
}

// TestRenamedTagKeepsItsAddresses: after any number of renamings every name and address that a tag ever had leads to it, and nothing of
// another tag is taken.
func TestRenamedTagKeepsItsAddresses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		n := withTags(t, s, []string{"علی دائی"}, []string{"تهران"})
		id := n.tag("علی دائی").ID
		for _, to := range []struct{ name, slug string }{
			{"علی دایی", ""}, {"علی دایی", "ali-daei"}, {"دایی", "ali-daei"}, {"علی دائی", ""}, {"علی دایی", "ali"}, {"دایی", "علی-دایی"}, {"علی‌دایی", "ali"},
		} {
			if err := n.rename(id, to.name, to.slug); err != nil {
				t.Fatalf("%v: %v", to, err)
			}
			if got := n.tag(to.name); got.ID != id || got.Name != to.name || to.slug != "" && got.Slug != to.slug {
				t.Errorf("%v became %+v", to, got.Tag)
			}
			n.whole()
		}
		for _, slug := range []string{"علی-دائی", "علی-دایی", "ali-daei", "ali", "دایی"} {
			n.leads(slug, "علی‌دایی")
		}
		for _, name := range []string{"علی دائی", "علی دایی", "دایی"} {
			if got := n.tag(name); got.ID != id {
				t.Errorf("%s is %+v", name, got.Tag)
			}
		}
		n.filed("دایی", 1)
		for field, to := range map[string][2]string{"name": {"تهران", ""}, "slug": {"دایی", "تهران"}} {
			if err := n.rename(id, to[0], to[1]); news.KindOf(err) != news.Invalid || news.Errors(err)[0].Field != field {
				t.Errorf("a %s that another tag has: %v", field, err)
			}
		}
		// An article that calls it by an old name is filed under it, and opened with its name of now.
		got, err := s.Article(ctx, n.codes[0])
		if err != nil || len(got.Content.Tags) != 1 || got.Content.Tags[0] != "علی‌دایی" {
			t.Errorf("the article opens with the tags %q, %v", got.Content.Tags, err)
		}
		names, err := s.KnownNames(ctx)
		if err != nil || len(names) != 0 {
			t.Errorf("names of plain tags are offered: %v, %v", names, err)
		}
	})
}

// TestMergedTagsAreOne: a merge moves articles, names and addresses, and is taken back by separating the name.
func TestMergedTagsAreOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		n := withTags(t, s, []string{"استقلال"}, []string{"باشگاه استقلال", "آب"}, []string{"باشگاه استقلال", "استقلال"}, []string{"آب"})
		if err := n.NameTag(ctx, editor, "", n.tag("باشگاه استقلال").ID, "آبی‌ها"); err != nil {
			t.Fatal(err)
		}
		before, err := s.NewestEvent(ctx)
		if err != nil {
			t.Fatal(err)
		}
		lost, kept := n.tag("باشگاه استقلال"), n.tag("استقلال")
		if moved, err := n.merge(lost, kept); err != nil || moved != 2 {
			t.Fatalf("%d articles moved, %v; want 2", moved, err)
		}
		n.whole()
		n.filed("استقلال", 3)
		for _, slug := range []string{"استقلال", "باشگاه-استقلال", "آبی-ها"} {
			n.leads(slug, "استقلال")
		}
		events, err := s.Events(ctx, before, 10)
		if err != nil || len(events) != 1 || events[0].Kind != news.TagMerged || events[0].Data["codes"] != n.codes[1].String()+" "+n.codes[2].String() {
			t.Errorf("the log says %+v, %v", events, err)
		}
		for _, d := range []news.Dependency{lost.ID.Dependency(), kept.ID.Dependency(), lost.ID.NameDependency(), news.TagAddresses, news.TopicList} {
			if !slices.Contains(events[0].Touches, d) {
				t.Errorf("%s is not touched: %v", d, events[0].Touches)
			}
		}
		jobs, err := s.ClaimMatches(ctx, 10)
		if err != nil || len(jobs) == 0 {
			t.Errorf("%d suggestions are to be made anew, %v", len(jobs), err)
		}
		for name, m := range map[string]struct {
			lost, kept news.Topic
			kind       news.Kind
		}{"again": {lost, kept, news.Conflict}, "with itself": {n.tag("استقلال"), n.tag("استقلال"), news.Invalid}, "into a merged one": {n.tag("آب"), lost, news.Conflict},
			"as it was before": {kept, n.tag("آب"), news.Conflict}, "with what is not": {n.tag("آب"), news.Topic{Tag: news.Tag{ID: 999}}, news.NotFound}} {
			if _, err := n.merge(m.lost, m.kept); news.KindOf(err) != m.kind {
				t.Errorf("merged %s: %v", name, err)
			}
		}
		if moved, err := s.SeparateTag(ctx, editor, "", lost.ID); err != nil || moved != 2 {
			t.Fatalf("%d articles went back, %v; want 2", moved, err)
		}
		n.whole()
		n.filed("استقلال", 2)
		n.filed("باشگاه استقلال", 2)
		n.leads("باشگاه-استقلال", "باشگاه استقلال")
		if _, err := s.SeparateTag(ctx, editor, "", lost.ID); news.KindOf(err) != news.Conflict {
			t.Errorf("separated twice: %v", err)
		}
	})
}

// TestMergesAreTakenBackExactly: a name that was renamed, or took in others, before it was merged comes back as it was.
func TestMergesAreTakenBackExactly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		n := withTags(t, s, []string{"الف"}, []string{"ب"}, []string{"پ"}, []string{"ت"}, []string{"پ", "ت"})
		if err := n.rename(n.tag("الف").ID, "الف نو", ""); err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2]string{{"ب", "الف نو"}, {"الف نو", "پ"}, {"پ", "ت"}} {
			if _, err := n.merge(n.tag(pair[0]), n.tag(pair[1])); err != nil {
				t.Fatalf("%v: %v", pair, err)
			}
			n.whole()
		}
		n.filed("ت", 5)
		separate := func(name, from string, want int) {
			t.Helper()
			names, err := s.TagNames(ctx, n.tag(from).ID)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(names, func(tag news.Tag) bool { return tag.Name == name })
			if i < 0 {
				t.Fatalf("%s does not lead to %s: %v", name, from, names)
			}
			if moved, err := s.SeparateTag(ctx, editor, "", names[i].ID); err != nil || moved != want {
				t.Errorf("%s: %d articles went, %v; want %d", name, moved, err, want)
			}
			n.whole()
		}
		separate("پ", "ت", 4)
		n.filed("ت", 2)
		n.filed("پ", 4)
		separate("الف نو", "پ", 2)
		n.filed("الف نو", 2)
		n.filed("پ", 2)
		n.leads("الف", "الف نو")
		separate("ب", "الف نو", 1)
		n.filed("الف نو", 1)
		n.filed("ب", 1)
	})
}

// TestOtherNamesLeadToTheTag: another name files articles under the tag and is offered as it, and no name is had twice.
func TestOtherNamesLeadToTheTag(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		n := withTags(t, s, []string{"سازمان ملل متحد"}, []string{"تهران"})
		topic, err := s.SaveTopic(ctx, editor, "", news.Tag{Name: "سازمان ملل متحد"}, func(x *news.Topic) error {
			x.Kind, x.Version, x.UpdatedAt = news.TopicOrganisation, x.Version+1, noon
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.NameTag(ctx, editor, "once", topic.ID, "یونایتد نیشنز"); err != nil {
			t.Fatal(err)
		}
		if err := s.NameTag(ctx, editor, "once", topic.ID, "یونایتد نیشنز"); err != nil {
			t.Errorf("the same form again: %v", err)
		}
		for name, want := range map[string]news.Kind{"يونايتد  نیشنز": news.Invalid, "سازمان ملل متحد": news.Invalid, "تهران": news.Invalid} {
			if err := s.NameTag(ctx, editor, "", topic.ID, name); news.KindOf(err) != want || news.Errors(err)[0].Field != "other" {
				t.Errorf("%s as another name: %v", name, err)
			}
		}
		a := article(0, "تیتر", noon)
		a.Content.Tags = []string{"یونایتد نیشنز"}
		if _, err := s.ImportArticles(ctx, editor, []news.Import{{Article: a, SectionName: "علم"}}); err != nil {
			t.Fatal(err)
		}
		n.filed("سازمان ملل متحد", 2)
		known, err := s.KnownNames(ctx)
		if err != nil || len(known) != 2 || known[1] != (news.KnownName{Name: "یونایتد نیشنز", Offer: "سازمان ملل متحد"}) {
			t.Errorf("names looked for in texts: %v, %v", known, err)
		}
		page, err := s.Topics(ctx, news.TopicFilter{Text: "نيشنز", Limit: 5})
		if err != nil || len(page.Topics) != 1 || page.Topics[0].Count != 2 {
			t.Errorf("found by another name: %+v, %v", page, err)
		}
		n.whole()
	})
}

// TestTagsArePaged: the lists of topics and of all tags go on where a page ended, each tag once.
func TestTagsArePaged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var list []string
		for i := range 7 {
			name := "برچسب " + strconv.Itoa(i)
			list = append(list, name)
		}
		withTags(t, s, list)
		for _, name := range list[:5] {
			if _, err := s.SaveTopic(ctx, editor, "", news.Tag{Name: name}, func(x *news.Topic) error {
				x.Kind, x.UpdatedAt = news.TopicPlace, noon
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		for plain, want := range map[bool]int{false: 5, true: 7} {
			seen := map[news.TagID]bool{}
			for after := (news.Cursor{}); ; {
				page, err := s.Topics(ctx, news.TopicFilter{Text: "برچسب", Plain: plain, After: after, Limit: 2})
				if err != nil {
					t.Fatal(err)
				}
				for _, topic := range page.Topics {
					if seen[topic.ID] || topic.Count != 1 {
						t.Errorf("%+v, seen %v", topic, seen[topic.ID])
					}
					seen[topic.ID] = true
				}
				if after = page.Next; after.IsZero() {
					break
				}
			}
			if len(seen) != want {
				t.Errorf("all tags %v: %d were listed, want %d", plain, len(seen), want)
			}
		}
	})
}
