package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

var (
	mina = news.Actor{User: 7, Name: "mina", Roles: []news.Role{news.Reporter}}
	sara = news.Actor{User: 8, Name: "sara", Roles: []news.Role{news.Reporter}}
)

// TestUploadGoesOnAfterACut: the line breaks in the middle of a part, the process ends, and the file still arrives as it was.
func TestUploadGoesOnAfterACut(t *testing.T) {
	l, r := library(t)
	data := encodeJPEG(t, quarters(600, 400))
	p, err := l.Begin(mina, `C:\pictures\پل.jpg`, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	half := len(data) / 2
	if _, err := l.Append(mina, p.ID, 0, io.MultiReader(bytes.NewReader(data[:half]), failing{})); news.KindOf(err) != news.Invalid {
		t.Errorf("a cut: %v", err)
	}
	l.Close()
	if l, err = Build(Options{Dir: l.dir, Storage: r}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	p, err = l.UploadState(mina, p.ID)
	if err != nil || p.Offset != int64(half) || p.Name != "پل.jpg" {
		t.Fatalf("after the cut: %+v, %v", p, err)
	}
	for _, offset := range []int64{0, int64(half) - 1, int64(half) + 1, -1} {
		if _, err := l.Append(mina, p.ID, offset, bytes.NewReader(data)); news.KindOf(err) != news.Conflict {
			t.Errorf("from offset %d: %v", offset, err)
		}
	}
	if _, err := l.Finish(t.Context(), mina, p.ID, Upload{}); news.KindOf(err) != news.Conflict {
		t.Errorf("finished too early: %v", err)
	}
	// What is sent beyond the size is not taken.
	if p, err = l.Append(mina, p.ID, p.Offset, io.MultiReader(bytes.NewReader(data[half:]), strings.NewReader("more"))); err != nil || p.Offset != p.Size {
		t.Fatalf("%+v, %v", p, err)
	}
	var first news.Media
	for i := range 2 {
		m, err := l.Finish(t.Context(), mina, p.ID, Upload{Credit: "مینا"})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = m
		} else if m.ID != first.ID {
			t.Errorf("finished again: %d, first %d", m.ID, first.ID)
		}
	}
	if first.Hash != hashOf(data) || first.Name != "پل.jpg" || len(r.all) != 1 {
		t.Errorf("%+v", first)
	}
}

func TestUploadsAreRefusedAndSwept(t *testing.T) {
	l, _ := library(t)
	p, err := l.Begin(mina, "x", 10)
	if err != nil {
		t.Fatal(err)
	}
	moderator := news.SystemActor("x", news.Moderator)
	for name, err := range map[string]error{
		"begin without the right": second(l.Begin(moderator, "x", 10)),
		"state without the right": second(l.UploadState(moderator, p.ID)),
	} {
		if news.KindOf(err) != news.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"empty":     second(l.Begin(mina, "x", 0)),
		"negative":  second(l.Begin(mina, "x", -5)),
		"too large": second(l.Begin(mina, "x", l.MaxFile()+1)),
	} {
		if news.KindOf(err) != news.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, id := range []string{"", "x", "../../etc/passwd", strings.Repeat("a", 26), p.ID + "a", strings.ToUpper(p.ID)} {
		if _, err := l.UploadState(mina, id); news.KindOf(err) != news.NotFound {
			t.Errorf("upload %q: %v", id, err)
		}
	}
	if _, err := l.Append(sara, p.ID, 0, strings.NewReader("0123456789")); news.KindOf(err) != news.NotFound {
		t.Errorf("somebody else's upload: %v", err)
	}
	if _, err := l.Append(mina, p.ID, 0, strings.NewReader("0123456789")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Finish(t.Context(), mina, p.ID, Upload{Credit: "x"}); news.KindOf(err) != news.Invalid {
		t.Errorf("what is no media: %v", err)
	}
	leave, err := l.hold(p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(mina, p.ID, 10, strings.NewReader("")); news.KindOf(err) != news.Conflict {
		t.Errorf("two at once: %v", err)
	}
	leave()
	if err := l.Abandon(mina, p.ID); err != nil {
		t.Error(err)
	}
	if _, err := l.UploadState(mina, p.ID); news.KindOf(err) != news.NotFound {
		t.Errorf("given up: %v", err)
	}
	if p, err = l.Begin(mina, "x", 10); err != nil {
		t.Fatal(err)
	}
	if err := l.sweep(time.Now().Add(staleAfter + time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.UploadState(mina, p.ID); news.KindOf(err) != news.NotFound {
		t.Errorf("after a day: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func box(name string, content ...[]byte) []byte {
	inside := bytes.Join(content, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(inside))), name...), inside...)
}

// film is an MP4 whose camera wrote where it was.
func film() []byte {
	return bytes.Join([][]byte{box("ftyp", []byte("isom\x00\x00\x02\x00isommp42")),
		box("moov", box("mvhd", make([]byte, 100)), box("udta", box("\xa9xyz", []byte("\x00\x12\x15\xc7+35.7000+051.4000/"))),
			box("trak", box("tkhd", make([]byte, 84)), box("meta", []byte("CANARY of a track"))), box("meta", []byte("com.apple.quicktime.location.ISO6709 CANARY"))),
		box("mdat", []byte("pixels and sound")), box("uuid", []byte("CANARY xmp"))}, nil)
}

func frames(n int) []byte {
	frame := append([]byte{0xff, 0xfb, 0x90, 0x00}, make([]byte, 413)...) // MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes
	return bytes.Repeat(frame, n)
}

func TestRecordingsAreKeptAsTheyAre(t *testing.T) {
	tests := []struct {
		name string
		data []byte
		kind news.MediaKind
		mime string
	}{
		{"MP4", film(), news.MediaVideo, "video/mp4"},
		{"WebM", []byte("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm\x42\x87\x81\x04 and what follows"), news.MediaVideo, "video/webm"},
		{"MP3", frames(3), news.MediaAudio, "audio/mpeg"},
		{"MP3 behind a tag", append([]byte("ID3\x04\x00\x00\x00\x00\x00\x04TEXT"), frames(1)...), news.MediaAudio, "audio/mpeg"},
		{"Opus", []byte("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x13OpusHead\x01\x02"), news.MediaAudio, "audio/ogg"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, _ := library(t)
			m, err := l.Add(t.Context(), reporter, Upload{Reader: bytes.NewReader(tt.data), Name: "x.exe", Credit: "تصویر: مینا"})
			if err != nil {
				t.Fatal(err)
			}
			if m.Kind != tt.kind || m.Type != tt.mime || m.Bytes != int64(len(tt.data)) || m.Renditions != news.RenditionsReady {
				t.Errorf("%+v", m)
			}
			f, err := l.OpenOriginal(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			kept, err := io.ReadAll(f)
			if err != nil || len(kept) != len(tt.data) {
				t.Fatalf("%d bytes, %v", len(kept), err)
			}
			if tt.name != "MP4" && !bytes.Equal(kept, tt.data) {
				t.Error("the file was changed")
			}
			if bytes.Contains(kept, []byte("CANARY")) || bytes.Contains(kept, []byte("35.7")) {
				t.Errorf("the film still says where: %q", kept)
			}
			if tt.name == "MP4" && (bytes.Count(kept, []byte("free")) != 4 || !bytes.Contains(kept, []byte("pixels and sound"))) {
				t.Errorf("the film: %q", kept)
			}
			if _, err := l.Open(t.Context(), m, 320); news.KindOf(err) != news.NotFound {
				t.Errorf("a rendition of it: %v", err)
			}
		})
	}
}

func TestWhatIsNoMediaIsRefusedByContent(t *testing.T) {
	for name, tt := range map[string]struct {
		data []byte
		key  string
	}{
		"AVIF":            {box("ftyp", []byte("avif\x00\x00\x00\x00")), "error.picture_heif"},
		"HEIC":            {box("ftyp", []byte("heic\x00\x00\x00\x00")), "error.picture_heif"},
		"QuickTime":       {box("ftyp", []byte("qt  \x00\x00\x00\x00")), "error.picture_type"},
		"Matroska":        {[]byte("\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska"), "error.picture_type"},
		"Vorbis":          {[]byte("OggS\x00\x02 vorbis"), "error.picture_type"},
		"one frame alone": {frames(1), "error.picture_type"},
		"SVG":             {[]byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "error.picture_type"},
		"a page":          {[]byte("<!doctype html><script>alert(1)</script>"), "error.picture_type"},
		"a program":       {[]byte("MZ\x90\x00"), "error.picture_type"},
		"an archive":      {[]byte("PK\x03\x04"), "error.picture_type"},
	} {
		l, r := library(t)
		_, err := l.Add(t.Context(), reporter, Upload{Reader: bytes.NewReader(tt.data), Name: "عکس.jpg", Credit: "x"})
		var e *news.Error
		if !errors.As(err, &e) || e.Key != tt.key || len(r.all) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	l, _ := library(t)
	l.maxFile = 100
	if _, err := l.Add(t.Context(), reporter, Upload{Reader: bytes.NewReader(film()), Credit: "x"}); news.KindOf(err) != news.Invalid {
		t.Errorf("a film that is too long: %v", err)
	}
	if files := filesOf(t, l); len(files) != 0 {
		t.Errorf("files stayed: %v", files)
	}
}

// TestRenditionsFollowAfterARestart: rows whose files are missing get them, and meanwhile the nearest rendition stands in.
func TestRenditionsFollowAfterARestart(t *testing.T) {
	l, r := library(t)
	m := add(t, l, upload(encodeJPEG(t, quarters(1400, 700))))
	l.Close()
	for _, w := range []int{480, 640, 960, 1280, 1920} {
		if err := os.Remove(filepath.Join(l.dir, renditionKey(m, w))); err != nil {
			t.Fatal(err)
		}
	}
	r.all[0].Renditions = news.RenditionsPending
	l, err := Build(Options{Dir: l.dir, Storage: r})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	file, err := l.Open(t.Context(), m, 1280)
	if err != nil || file.Exact || !strings.HasSuffix(file.Tag, "-320") {
		t.Fatalf("meanwhile: %+v, %v", file, err)
	}
	file.Close()
	m = settled(t, l, m.ID)
	for _, w := range Widths {
		if img, _ := open(t, l, m, w); img.Bounds().Dx() != min(w, 1400) {
			t.Errorf("width %d: %v", w, img.Bounds())
		}
	}
	// An original that is gone is tried once.
	if err := os.Remove(filepath.Join(l.dir, originalKey(m))); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(l.dir, renditionKey(m, 640))); err != nil {
		t.Fatal(err)
	}
	r.all[0].Renditions = news.RenditionsPending
	if err := l.CatchUp(t.Context()); err != nil || r.all[0].Renditions != news.RenditionsFailed {
		t.Errorf("%v, %+v", err, r.all[0])
	}
}

func TestNearestWidth(t *testing.T) {
	for to, want := range map[int]int{640: 640, 700: 960, 2000: 1920, 100: 320} {
		if got := nearest(Widths, to)[0]; got != want {
			t.Errorf("nearest to %d: %d, want %d", to, got, want)
		}
	}
}

func TestCropsKeepTheFocalPoint(t *testing.T) {
	for _, tt := range []struct {
		size       news.PictureSize
		focal      news.Focal
		w, h       int
		x, y       int
		wide, high int
	}{
		{news.PictureSize{Width: 1600, Height: 900}, news.Focal{X: 50, Y: 50}, 16, 9, 0, 0, 1600, 900},
		{news.PictureSize{Width: 1000, Height: 2000}, news.Focal{X: 50, Y: 0}, 16, 9, 0, 0, 1000, 562},
		{news.PictureSize{Width: 1000, Height: 2000}, news.Focal{X: 0, Y: 100}, 16, 9, 0, 1438, 1000, 562},
		{news.PictureSize{Width: 2000, Height: 1000}, news.Focal{X: 75, Y: 50}, 1, 1, 1000, 0, 1000, 1000},
		{news.PictureSize{Width: 2000, Height: 1000}, news.Focal{X: 30, Y: 50}, 1, 1, 100, 0, 1000, 1000},
		{news.PictureSize{Width: 1, Height: 1}, news.Focal{X: 100, Y: 100}, 16, 9, 0, 0, 1, 1},
		{news.PictureSize{Width: 9000, Height: 1}, news.Focal{X: 100, Y: 100}, 16, 9, 8999, 0, 1, 1},
	} {
		got := cropRect(tt.size, tt.focal, tt.w, tt.h)
		if got.Min.X != tt.x || got.Min.Y != tt.y || got.Dx() != tt.wide || got.Dy() != tt.high {
			t.Errorf("%+v at %+v: %v", tt.size, tt.focal, got)
		}
	}
}
