package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// TestPreviewFromTheNewsroom: colleagues see a draft as its readers will, an editor makes a link for somebody outside, who needs no session and loses
// the page when the article comes out.
func TestPreviewFromTheNewsroom(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, n *newsroomUnderTest, _ *clock) {
		ctx := context.Background()
		picture, pieces := n.canaryPicture(t, bird)
		general, err := n.store.EnsureSection(ctx, chief, news.Section{Name: "عمومی"})
		if err != nil {
			t.Fatal(err)
		}
		a, err := n.editorial.Save(ctx, chief, editorial.Save{Content: marked(bird, general.ID, picture.ID, picture.ID)})
		if err != nil {
			t.Fatal(err)
		}
		editor, moderator, reader := n.signIn(t, "dabir", news.DeskEditor), n.signIn(t, "nazer", news.Moderator), n.browser(t)
		path := "/newsroom/preview/" + a.Code.String()

		got := editor.get(path)
		if got.StatusCode != http.StatusOK || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(got.body, bird+" متن") {
			t.Fatalf("the preview answers %d, %v", got.StatusCode, got.Header)
		}
		image := got.page(t).Find("figure.plateau img").AttrOr("src", "")
		if file := editor.get(image); file.StatusCode != http.StatusOK || !strings.Contains(file.body, string(pieces[3])) && !strings.Contains(file.body, string(pieces[1])) && !strings.Contains(file.body, string(pieces[5])) && !strings.Contains(file.body, string(pieces[7])) {
			t.Errorf("its picture %s answers %d", image, file.StatusCode)
		}
		for name, b := range map[string]*browser{"a moderator": moderator, "a reader": reader} {
			for _, address := range []string{path, path + "?revision=1", image} {
				want := http.StatusForbidden
				if b == reader {
					want = http.StatusSeeOther
				}
				if got := b.get(address); got.StatusCode != want || strings.Contains(got.body, bird) {
					t.Errorf("%s gets %d for %s", name, got.StatusCode, address)
				}
			}
			if got := b.post(path+"/link", url.Values{}); got.StatusCode == http.StatusOK || strings.Contains(got.body, "/preview/") && strings.Contains(got.body, bird) {
				t.Errorf("%s makes a link: %d", name, got.StatusCode)
			}
		}
		for address, want := range map[string]int{path + "?revision=1": 200, path + "?revision=2": 404, path + "?revision=0": 404, path + "?revision=x": 404,
			"/newsroom/preview/99": 404, "/newsroom/preview/x": 404, strings.Replace(image, "/1/media", "/2/media", 1): 404, path + "/1/media/9/480.jpg": 404} {
			if got := editor.get(address); got.StatusCode != want {
				t.Errorf("%s answers %d, want %d", address, got.StatusCode, want)
			}
		}

		action, fields := form(t, got.page(t), ".notice form")
		made := editor.post(action, fields)
		link := made.page(t).Find(".notice a.short").AttrOr("href", "")
		if made.StatusCode != http.StatusOK || !strings.HasPrefix(link, n.url+"/preview/") {
			t.Fatalf("making a link answers %d with %q", made.StatusCode, link)
		}
		if again := editor.post(action, fields); again.StatusCode != http.StatusOK {
			t.Errorf("the form sent again answers %d", again.StatusCode)
		}
		links := 0
		for _, e := range n.events(t) {
			if e.Kind == news.ArticlePreviewLinked {
				links++
			}
		}
		if links != 1 {
			t.Errorf("the log has %d links, want one for the form that was sent twice", links)
		}
		if got := reader.get(link); got.StatusCode != http.StatusOK || !strings.Contains(got.body, bird+" متن") || len(got.Cookies()) > 0 || strings.Contains(got.body, "/newsroom/") {
			t.Errorf("the link answers %d to somebody outside", got.StatusCode)
		}
		if _, err := n.editorial.Publish(ctx, chief, editorial.Publish{Code: a.Code, Base: 1, Confirmed: true}); err != nil {
			t.Fatal(err)
		}
		if got := reader.get(link); got.StatusCode != http.StatusNotFound {
			t.Errorf("after the publication the link answers %d", got.StatusCode)
		}
		if got := editor.post(path+"/link", url.Values{"action": {"abcdefghijklmnopqrstuv"}}); got.StatusCode != http.StatusConflict {
			t.Errorf("a link to what everybody sees: %d", got.StatusCode)
		}
		if strings.Contains(n.log.String(), link[strings.LastIndexByte(link, '/')+1:]) {
			t.Error("the link is in the log")
		}
	})
}

// TestFilmPlaysInThePreviewOfItsVersion: without a script a film of a preview plays in the version that is shown, and not in the working copy.
func TestFilmPlaysInThePreviewOfItsVersion(t *testing.T) {
	n := start(t, "")
	content := news.Content{Kind: news.KindNews, Headline: "تیتر", Body: `<p>نسخهٔ یکم</p><figure class="embed"><a href="https://www.aparat.com/v/abc">aparat.com</a></figure>`}
	a, err := n.editorial.Save(context.Background(), chief, editorial.Save{Content: content})
	if err != nil {
		t.Fatal(err)
	}
	content.Body = "<p>نسخهٔ دوم</p>"
	if _, err := n.editorial.Save(context.Background(), chief, editorial.Save{Code: a.Code, Base: 1, Content: content}); err != nil {
		t.Fatal(err)
	}
	editor := n.signIn(t, "dabir", news.DeskEditor)
	first := editor.get("/newsroom/preview/" + a.Code.String() + "?revision=1")
	address := first.page(t).Find("a.play").AttrOr("href", "")
	if want := "/newsroom/preview/" + a.Code.String() + "?revision=1&play=1#embed-1"; address != want {
		t.Fatalf("the film plays at %q, want %q", address, want)
	}
	playing := editor.get(address)
	if !strings.Contains(playing.body, "نسخهٔ یکم") || playing.page(t).Find("figure iframe.player").Length() != 1 {
		t.Errorf("%d: the first version with its film is not shown", playing.StatusCode)
	}
}
