package media

import (
	"bytes"
	"image/jpeg"
	"io"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// s3 is a bucket of an S3 server that runs for the test.
func s3(t *testing.T) Blobs {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("newsroom"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	config := S3{Endpoint: strings.TrimPrefix(server.URL, "http://"), Bucket: "newsroom", AccessKey: "key", SecretKey: "secret", Region: "us-east-1", Prefix: "dabir/"}
	blobs, err := OpenS3(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	config.Bucket = "nowhere"
	if _, err := OpenS3(t.Context(), config); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a bucket that is not there: %v", err)
	}
	return blobs
}

// eachStore runs a test on a folder and on an S3 server.
func eachStore(t *testing.T, run func(t *testing.T, b Blobs)) {
	t.Run("disk", func(t *testing.T) {
		d, err := OpenFolder(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		run(t, d)
	})
	t.Run("s3", func(t *testing.T) { run(t, s3(t)) })
}

func TestBlobStore(t *testing.T) {
	eachStore(t, func(t *testing.T, b Blobs) {
		put := func(key, content string) error {
			return b.Put(t.Context(), key, "text/plain", strings.NewReader(content), int64(len(content)))
		}
		for _, key := range []string{"ab/abc.jpg", "ab/abc-1.jpg", "ab/abd.jpg"} {
			if err := put(key, "0123456789"); err != nil {
				t.Fatal(err)
			}
		}
		if err := put("ab/abc.jpg", "9876543210"); err != nil {
			t.Fatal(err)
		}
		f, err := b.Open(t.Context(), "ab/abc.jpg")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if end, err := f.Seek(0, io.SeekEnd); end != 10 || err != nil {
			t.Errorf("length %d, %v", end, err)
		}
		if _, err := f.Seek(4, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if rest, err := io.ReadAll(f); string(rest) != "543210" || err != nil {
			t.Errorf("from 4: %q, %v", rest, err)
		}
		if f.ModTime.IsZero() {
			t.Error("no time")
		}
		keys, err := b.Keys(t.Context(), "ab/abc")
		slices.Sort(keys)
		if err != nil || !slices.Equal(keys, []string{"ab/abc-1.jpg", "ab/abc.jpg"}) {
			t.Errorf("keys: %v, %v", keys, err)
		}
		for range 2 {
			if err := b.Delete(t.Context(), "ab/abc.jpg"); err != nil {
				t.Error(err)
			}
		}
		for _, key := range []string{"ab/abc.jpg", "no/thing"} {
			if _, err := b.Open(t.Context(), key); news.KindOf(err) != news.NotFound {
				t.Errorf("%s: %v", key, err)
			}
		}
		if err := b.Put(t.Context(), "cd/short", "text/plain", strings.NewReader("123"), 5); err == nil {
			t.Error("a file that broke off was stored")
		}
		if _, err := b.Open(t.Context(), "cd/short"); news.KindOf(err) != news.NotFound {
			t.Errorf("a file that broke off: %v", err)
		}
	})
}

// TestLibraryOnEachStore: the whole life of a picture on a folder and on an S3 server.
func TestLibraryOnEachStore(t *testing.T) {
	eachStore(t, func(t *testing.T, b Blobs) {
		r := &rows{actions: map[string]news.MediaID{}, used: map[news.MediaID]bool{}, held: map[string]int{}}
		l, err := Build(Options{Dir: t.TempDir(), Storage: r, Blobs: b})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.Close)
		m := add(t, l, upload(encodeJPEG(t, quarters(700, 400))))
		m2 := add(t, l, Upload{Reader: bytes.NewReader(encodeJPEG(t, quarters(700, 400))), Credit: "دیگری"})
		for _, want := range []struct {
			name          string
			width, height int
		}{{"share", 700, 393}, {"4x3", 533, 400}, {"1x1", 400, 400}} {
			file, err := l.OpenCrop(t.Context(), m, want.name)
			if err != nil || !file.Exact {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(file)
			file.Close()
			if err != nil || img.Bounds().Dx() != want.width || img.Bounds().Dy() != want.height {
				t.Errorf("crop %s: %v, %v", want.name, img, err)
			}
		}
		edited, err := l.Edit(t.Context(), reporter, Edit{ID: m.ID, Credit: "عکس: نو", Focal: news.Focal{X: 10, Y: 90}})
		if err != nil {
			t.Fatal(err)
		}
		settled(t, l, m.ID)
		keys, _ := b.Keys(t.Context(), m.Hash[:2]+"/"+m.Hash)
		// One original; for each of the two items 320, 480, 640, 700 wide and three crops.
		if len(keys) != 15 || !slices.Contains(keys, cropKey(edited, Crops[0])) || slices.Contains(keys, cropKey(m, Crops[0])) {
			t.Errorf("%d files: %v", len(keys), keys)
		}
		if _, err := l.Edit(t.Context(), reporter, Edit{ID: m.ID, Base: 0, Credit: "کهنه"}); news.KindOf(err) != news.Conflict {
			t.Errorf("an edit of an old form: %v", err)
		}
		r.used[m.ID] = true
		chief := news.SystemActor("x", news.ChiefEditor)
		if err := l.Delete(t.Context(), chief, m.ID); news.KindOf(err) != news.Conflict {
			t.Errorf("delete what is in use: %v", err)
		}
		r.used[m.ID] = false
		if err := l.Delete(t.Context(), news.SystemActor("x", news.Reporter), m.ID); news.KindOf(err) != news.Forbidden {
			t.Errorf("delete somebody else's: %v", err)
		}
		for i, id := range []news.MediaID{m.ID, m2.ID} {
			if err := l.Delete(t.Context(), chief, id); err != nil {
				t.Fatal(err)
			}
			keys, _ = b.Keys(t.Context(), m.Hash[:2]+"/"+m.Hash)
			if want := []int{8, 0}[i]; len(keys) != want {
				t.Errorf("after %d deletions %d files are left: %v", i+1, len(keys), keys)
			}
		}
	})
}
