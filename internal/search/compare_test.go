package search

import (
	"slices"
	"testing"
	"time"
)

// TestCompareSeesEveryDifference: an article is held as it is now when its words, its tags, its people, its section, kind and minute are the same.
func TestCompareSeesEveryDifference(t *testing.T) {
	ctx := t.Context()
	x, err := Open("", Options{InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	at := time.Date(2025, 3, 21, 8, 0, 0, 0, time.UTC)
	whole := func(code int64) Document {
		return Document{Code: code, Headline: "پل تازه باز شد", Lede: "پس از هفت ماه", Body: "مردم شهر از پل گذشتند.", Tags: []Label{{ID: 3, Name: "پل"}, {ID: 3, Name: "پل"}},
			Reporters: []string{"نگار سپهوند"}, Section: 2, Kind: "news", At: at}
	}
	if err := x.Put(ctx, []Document{whole(1), {Code: 2}, whole(3)}, 0); err != nil {
		t.Fatal(err)
	}
	if err := x.Put(ctx, []Document{whole(7)}, 0); err != nil { // in another segment
		t.Fatal(err)
	}
	if err := x.Delete(ctx, []int64{3}, 0); err != nil {
		t.Fatal(err)
	}
	if codes, err := x.Codes(ctx); err != nil || !slices.Equal(codes, []int64{1, 2, 7}) {
		t.Errorf("the index holds %v, %v", codes, err)
	}
	missing, differ, err := x.Compare(ctx, []Document{whole(1), {Code: 2}, whole(3), whole(7), whole(9)})
	if err != nil || !slices.Equal(missing, []int64{3, 9}) || len(differ) > 0 {
		t.Errorf("missing %v, differ %v, %v", missing, differ, err)
	}
	for name, change := range map[string]func(*Document){
		"headline": func(d *Document) { d.Headline = "پل کهنه باز شد" }, "body": func(d *Document) { d.Body += " و برگشتند." },
		"tag's name": func(d *Document) { d.Tags[1].Name = "سازه" }, "tag": func(d *Document) { d.Tags[1].ID = 4 }, "no tags": func(d *Document) { d.Tags = nil },
		"reporter": func(d *Document) { d.Reporters[0] = "دیگری" }, "section": func(d *Document) { d.Section = 5 }, "kind": func(d *Document) { d.Kind = "report" },
		"minute": func(d *Document) { d.At = at.Add(time.Minute) }, "undated": func(d *Document) { d.At = time.Time{} },
	} {
		d := whole(1)
		change(&d)
		if missing, differ, err := x.Compare(ctx, []Document{d}); err != nil || len(missing) > 0 || !slices.Equal(differ, []int64{1}) {
			t.Errorf("another %s: missing %v, differ %v, %v", name, missing, differ, err)
		}
	}
}
