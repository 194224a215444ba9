package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

func picture(t *testing.T, s *store.Store, hash, caption string) news.Media {
	t.Helper()
	m := news.Media{Kind: news.MediaImage, Hash: hash, Type: "image/jpeg", PictureSize: news.PictureSize{Width: 900, Height: 600}, Bytes: 1234,
		Name: "IMG_1.jpg", Duration: 1500 * time.Millisecond, Weight: 77, Caption: caption, Credit: "عکس: مینا", Alt: "پل", Creator: "مینا", Copyright: "©", Focal: news.Focal{X: 30, Y: 70}, CreatedAt: noon, CreatedBy: 7}
	if err := s.AddMedia(ctx, editor, "", &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMediaComesBackAsStored(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		m := picture(t, s, "aa", "پل")
		got, err := s.Media(ctx, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(m, got); d != "" {
			t.Error(d)
		}
		first := news.Media{Kind: news.MediaImage, Hash: "bb", Type: "image/png", CreatedAt: noon}
		again := first
		if err := s.AddMedia(ctx, editor, "form-1", &first); err != nil {
			t.Fatal(err)
		}
		again.Hash = "cc"
		if err := s.AddMedia(ctx, editor, "form-1", &again); err != nil || again.ID != first.ID || again.Hash != "bb" {
			t.Errorf("a repeat gave %+v, %v", again, err)
		}
		_, err = s.Media(ctx, 99)
		wantKind(t, err, news.NotFound)
	})
}

func TestMediaIsEditedOnceFromEachForm(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		m := picture(t, s, "aa", "پل")
		stale := m
		m.Caption, m.Focal, m.Renditions = "درهٔ سبز", news.Focal{X: 1, Y: 2}, news.RenditionsPending
		if err := s.EditMedia(ctx, editor, &m); err != nil || m.Edits != 1 {
			t.Fatalf("%+v, %v", m, err)
		}
		wantKind(t, s.EditMedia(ctx, editor, &stale), news.Conflict)
		// Renditions that were made for the old words say nothing of the new ones.
		if err := s.SetRenditions(ctx, stale, news.RenditionsReady); err != nil {
			t.Fatal(err)
		}
		pending, err := s.PendingMedia(ctx, 0, 10)
		if err != nil || len(pending) != 1 || pending[0].Caption != "درهٔ سبز" {
			t.Errorf("pending: %+v, %v", pending, err)
		}
		if err := s.SetRenditions(ctx, m, news.RenditionsReady); err != nil {
			t.Fatal(err)
		}
		if pending, err = s.PendingMedia(ctx, 0, 10); err != nil || len(pending) != 0 {
			t.Errorf("pending: %+v, %v", pending, err)
		}
		for text, want := range map[string]int{"دره": 1, "پل": 1, "كوه": 0} { // the alternative text still says bridge
			page, err := s.MediaList(ctx, news.MediaFilter{Text: text, Limit: 10})
			if err != nil || len(page.Items) != want {
				t.Errorf("%s: %d items, %v", text, len(page.Items), err)
			}
		}
	})
}

func TestLibraryPagesByKeyset(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i := range 7 {
			picture(t, s, fmt.Sprint(i), "پل")
		}
		var seen []news.MediaID
		filter := news.MediaFilter{Text: "پُل مينا", Kind: news.MediaImage, Limit: 3}
		for {
			page, err := s.MediaList(ctx, filter)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range page.Items {
				seen = append(seen, m.ID)
			}
			if filter.After = page.Next; page.Next == 0 {
				break
			}
		}
		if fmt.Sprint(seen) != "[7 6 5 4 3 2 1]" {
			t.Errorf("seen %v", seen)
		}
		if page, err := s.MediaList(ctx, news.MediaFilter{Kind: news.MediaVideo, Limit: 3}); err != nil || len(page.Items) != 0 {
			t.Errorf("videos: %+v, %v", page, err)
		}
	})
}

// TestMediaOfHiddenArticlesIsHidden: an item passes the gate only while what readers see uses it, and is never deleted while any
// version does.
func TestMediaOfHiddenArticlesIsHidden(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		sec := section(t, s, "جامعه")
		lead, inBody, inDraft, later := picture(t, s, "aa", "یک"), picture(t, s, "bb", "دو"), picture(t, s, "cc", "سه"), picture(t, s, "dd", "چهار")
		unused := picture(t, s, "aa", "پنج")
		a := article(sec.ID, "منتشر", noon)
		a.Content.Picture = news.Picture{Media: lead.ID, Credit: "مینا"}
		a.Content.Body = fmt.Sprintf(`<figure><img src="/media/%d/960.jpg" alt=""></figure><p>/media/999/960.jpg</p>`, inBody.ID)
		a = create(t, s, a)
		draft := article(sec.ID, "پیش‌نویس", noon)
		draft.State = news.Draft
		draft.Content.Picture = news.Picture{Media: inDraft.ID, Credit: "مینا"}
		create(t, s, draft)
		_, err := s.UpdateArticle(ctx, editor, "", a.Code, func(a *news.Article) ([]news.EventKind, error) {
			c := a.Content
			c.Picture.Media = later.ID
			a.Revise(c, 7, noon)
			return nil, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for m, public := range map[news.MediaID]bool{lead.ID: true, inBody.ID: true, inDraft.ID: false, later.ID: false, unused.ID: false} {
			_, err := s.Public().Media(ctx, m)
			if (err == nil) != public || err != nil && news.KindOf(err) != news.NotFound {
				t.Errorf("item %d: %v, public: %v", m, err, public)
			}
			_, err = s.DeleteMedia(ctx, editor, m)
			if m != unused.ID {
				wantKind(t, err, news.Conflict)
			} else if err != nil {
				t.Error(err)
			}
		}
		uses, err := s.MediaUses(ctx, lead.ID)
		if err != nil || len(uses) != 1 || uses[0].Code != a.Code || !uses[0].Now {
			t.Errorf("uses of the lead: %+v, %v", uses, err)
		}
		card, err := s.Public().Cards(ctx, []news.Code{a.Code})
		if err != nil || len(card) != 1 || card[0].Focal != (news.Focal{X: 30, Y: 70}) {
			t.Errorf("card: %+v, %v", card, err)
		}
		_, err = s.DeleteMedia(ctx, editor, 99)
		wantKind(t, err, news.NotFound)
	})
}

// TestFilesAreRemovedAlone: writers of a file's hash go beside one another, a remover is alone, a dead holder's turn ends by itself.
func TestFilesAreRemovedAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		hold := func(hash string, removing bool, most time.Duration) (func(), error) {
			return s.HoldFile(ctx, hash, removing, most)
		}
		one, err := hold("aa", false, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		two, err := hold("aa", false, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		one()
		_, err = hold("aa", true, time.Minute)
		wantKind(t, err, news.Conflict)
		if _, err := hold("bb", true, time.Minute); err != nil {
			t.Errorf("another file: %v", err)
		}
		two()
		remover, err := hold("aa", true, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		_, err = hold("aa", false, time.Minute)
		wantKind(t, err, news.Conflict)
		_, err = hold("aa", true, time.Minute)
		wantKind(t, err, news.Conflict)
		remover()
		if _, err := hold("aa", true, 0); err != nil { // a holder that died, its moment over
			t.Fatal(err)
		}
		if _, err := hold("aa", false, time.Minute); err != nil {
			t.Errorf("after a dead holder: %v", err)
		}
	})
}

// TestLengthThatWasNotKnownIsTold: pages that show a film hear of its length, once.
func TestLengthThatWasNotKnownIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		m := picture(t, s, "aa", "پل")
		count := func() int {
			t.Helper()
			events, err := s.Audit(ctx, news.EventFilter{Subject: "media", ID: int64(m.ID), Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			return len(events)
		}
		before := count()
		m.Duration, m.Weight = 2*time.Second, 99
		for range 2 {
			if err := s.SetRenditions(ctx, m, news.RenditionsReady); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Media(ctx, m.ID); err != nil || got.Duration != m.Duration || got.Weight != 99 {
			t.Errorf("%+v, %v", got, err)
		}
		if after := count(); after != before+1 {
			t.Errorf("%d events, then %d", before, after)
		}
	})
}
