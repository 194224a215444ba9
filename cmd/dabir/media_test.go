package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// bucketSettings start an S3 server for a test and are the settings of a newsroom that keeps its media there.
func bucketSettings(t *testing.T) (server *httptest.Server, env []string) {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("media"); err != nil {
		t.Fatal(err)
	}
	server = httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	return server, []string{"DABIR_MEDIA_S3_ENDPOINT=" + strings.TrimPrefix(server.URL, "http://"), "DABIR_MEDIA_S3_BUCKET=media",
		"DABIR_MEDIA_S3_REGION=us-east-1", "DABIR_MEDIA_S3_ACCESS_KEY=key", "DABIR_MEDIA_S3_SECRET_KEY=secret", "DABIR_MEDIA_S3_TLS=false"}
}

// TestMediaPassesTheGate: a picture and a sound are served while a published article uses them, from the folder and from a bucket: not
// before, not by any other address, not after a withdrawal; and no page names the bucket.
func TestMediaPassesTheGate(t *testing.T) {
	bucket, settings := bucketSettings(t)
	for name, env := range map[string][]string{"folder": nil, "bucket": settings} {
		t.Run(name, func(t *testing.T) {
			n := start(t, "", env...)
			ctx := context.Background()
			var photo bytes.Buffer
			if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 1500, 1000)), nil); err != nil {
				t.Fatal(err)
			}
			m, err := n.library.Add(ctx, chief, media.Upload{Reader: &photo, Name: "x.jpg", Credit: "عکس: مینا"})
			if err != nil {
				t.Fatal(err)
			}
			sound := "OggS\x00\x02 OpusHead and the sound"
			s, err := n.library.Add(ctx, chief, media.Upload{Reader: strings.NewReader(sound), Credit: "صدا: مینا"})
			if err != nil {
				t.Fatal(err)
			}
			if err := n.library.CatchUp(ctx); err != nil {
				t.Fatal(err)
			}
			code := n.imports(t, news.Article{State: news.Draft, Origin: "test:media", Content: news.Content{Headline: "تیتر", Lede: "لید",
				Body:    fmt.Sprintf(`<p>متن</p><figure><img src="/media/%d/960.jpg" alt=""></figure>`, m.ID),
				Picture: news.Picture{Media: m.ID, Credit: "عکس: مینا"}}}, "شهر")
			b := n.browser(t)
			addresses := []string{"320.jpg", "480.jpg", "640.jpg", "960.jpg", "1280.jpg", "1920.jpg", "800.jpg", "1200.jpg", "share.jpg"}
			check := func(want int) {
				t.Helper()
				for _, file := range addresses {
					got := b.get(fmt.Sprintf("/media/%d/%s", m.ID, file))
					if got.StatusCode != want || (want == http.StatusOK) != strings.HasPrefix(got.body, "\xff\xd8") {
						t.Errorf("%s: %d, want %d", file, got.StatusCode, want)
					}
					if want == http.StatusOK && (got.Header.Get("ETag") == "" || got.Header.Get("Cache-Control") != "private, max-age=86400" || !strings.Contains(got.body, "مینا")) {
						t.Errorf("%s: %v, with its credit: %v", file, got.Header, strings.Contains(got.body, "مینا"))
					}
				}
				for _, file := range []string{"file.jpg", "file.jpeg", "original", "321.jpg", "0320.jpg", "320.png", "share.png", "..%2f1", "file.ogg"} {
					if got := b.get(fmt.Sprintf("/media/%d/%s", m.ID, file)); got.StatusCode != http.StatusNotFound {
						t.Errorf("%s answers %d", file, got.StatusCode)
					}
				}
			}
			check(http.StatusNotFound)
			a, err := n.editorial.Article(ctx, chief, code)
			if err != nil {
				t.Fatal(err)
			}
			if a, err = n.editorial.Publish(ctx, chief, editorial.Publish{Code: code, Base: a.Revision, Confirmed: true}); err != nil {
				t.Fatal(err)
			}
			check(http.StatusOK)
			page := b.article(code)
			if !strings.Contains(page.body, "/share.jpg") || strings.Contains(page.body, strings.TrimPrefix(bucket.URL, "http://")) {
				t.Error("the page does not name the crop, or names the bucket")
			}
			file := fmt.Sprintf("/media/%d/file.ogg", s.ID)
			if got := b.get(file); got.StatusCode != http.StatusNotFound {
				t.Errorf("a sound that no article uses: %d", got.StatusCode)
			}
			if _, err := n.editorial.Withdraw(ctx, chief, editorial.Withdraw{Code: code, Reason: "نادرست بود."}); err != nil {
				t.Fatal(err)
			}
			check(http.StatusNotFound)
			if name == "bucket" {
				response, err := http.Get(bucket.URL + "/media/?list-type=2")
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				var listed bytes.Buffer
				if _, err := listed.ReadFrom(response.Body); err != nil || strings.Count(listed.String(), "<Key>") != 10+1 {
					t.Errorf("the bucket holds %d files, want a picture's ten and a sound: %v", strings.Count(listed.String(), "<Key>"), err)
				}
			}
		})
	}
}
