package media

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// TestRecordingsTellTheirLengthAndForgetThePlace takes small files of ffmpeg in.
func TestRecordingsTellTheirLengthAndForgetThePlace(t *testing.T) {
	for _, tt := range []struct {
		file string
		want time.Duration // within a frame or two; 0: the file does not say
		said bool          // it holds what is to be forgotten
	}{
		{"film.mp4", 2 * time.Second, true}, {"drone.mp4", 2 * time.Second, true}, {"frag.mp4", 0, false},
		{"film.webm", 2 * time.Second, true}, {"live.webm", 0, true},
		{"sound.mp3", 2 * time.Second, false}, {"plain.mp3", 2 * time.Second, false}, {"sound.opus", 2 * time.Second, false},
	} {
		t.Run(tt.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", tt.file))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(data, []byte("CANARY")) != tt.said {
				t.Fatal("the test file is not what it should be")
			}
			l, r := library(t)
			m, err := l.Add(t.Context(), reporter, Upload{Reader: bytes.NewReader(data), Credit: "مینا"})
			if err != nil {
				t.Fatal(err)
			}
			if m.Duration < tt.want || m.Duration > tt.want+100*time.Millisecond {
				t.Errorf("it plays %v, want %v", m.Duration, tt.want)
			}
			// A row of before is measured in the background, from what was kept.
			r.all[0].Duration, r.all[0].Renditions = 0, news.RenditionsPending
			if again := settled(t, l, m.ID); again.Duration != m.Duration {
				t.Errorf("measured later it plays %v, first %v", again.Duration, m.Duration)
			}
			f, err := l.OpenOriginal(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			kept, err := io.ReadAll(f)
			if err != nil || len(kept) != len(data) || bytes.Contains(kept, []byte("CANARY")) || bytes.Contains(kept, []byte("35.7000")) {
				t.Errorf("%d of %d bytes are kept, %v: %q", len(kept), len(data), err, kept[:min(len(kept), 2000)])
			}
			stillPlays(t, kept)
		})
	}
}

// stillPlays has ffmpeg, where it is, decode what was kept.
func stillPlays(t *testing.T, data []byte) {
	t.Helper()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Log("no ffmpeg here: nobody tries to play what is kept")
		return
	}
	play := exec.Command(ffmpeg, "-v", "error", "-xerror", "-i", "pipe:", "-f", "null", "-")
	name := filepath.Join(t.TempDir(), "kept")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	play.Args[5] = name
	if out, err := play.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("ffmpeg cannot play it: %v\n%s", err, out)
	}
}

// TestSamplesOfOtherTracksStayInsideTheData: a track may not name bytes outside of mdat to have them blanked.
func TestSamplesOfOtherTracksStayInsideTheData(t *testing.T) {
	table := func(name string, numbers ...byte) []byte { return box(name, append(make([]byte, 4), numbers...)) }
	stbl := box("stbl", table("stsz", 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0), table("stsc", 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1),
		table("stco", 0, 0, 0, 1, 0, 0, 0, 0))
	trak := box("trak", box("mdia", box("hdlr", []byte("\x00\x00\x00\x00\x00\x00\x00\x00gpmd")), box("minf", stbl)))
	file := bytes.Join([][]byte{box("mdat", make([]byte, 20)), box("moov", trak)}, nil)
	read := peekAt(bytes.NewReader(file))
	notes := mp4Notes(read, int64(len(file)))
	if len(notes) != 2 || notes[1].from != 8 || notes[1].to != 28 {
		t.Errorf("%+v", notes)
	}
}

func FuzzRecordings(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(film())
	f.Add(frames(2))
	f.Add([]byte("ID3\x04\x00\x00\x00\x00\x00\x04TEXT"))
	f.Add(box("moov", []byte("\x00\x00\x00\x01udta\xff\xff\xff\xff\xff\xff\xff\xff")))
	f.Fuzz(func(t *testing.T, data []byte) {
		sniffRecording(data[:min(len(data), sniffLength)])
		size := int64(len(data))
		read := peekAt(bytes.NewReader(data))
		for _, mime := range []string{"video/mp4", "video/webm", "audio/mpeg", "audio/ogg"} {
			if d := durationOf(mime, read, size); d < 0 || d > longest {
				t.Fatalf("%s plays %v", mime, d)
			}
			for _, n := range notesOf(mime, read, size) {
				if n.from < 0 || n.to > size || n.to-n.from < int64(len(n.header)) {
					t.Fatalf("%+v of %d bytes", n, size)
				}
			}
		}
	})
}
