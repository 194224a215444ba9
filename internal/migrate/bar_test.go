package migrate

import (
	"bytes"
	"testing"
	"time"
)

func TestBar(t *testing.T) {
	steps := []Progress{
		{100, 1 << 10, 0, 50 * time.Millisecond},
		{12_300, 25 << 20, 0, 5 * time.Second},
		{12_400, 25 << 20, 0, 5050 * time.Millisecond},
		{30_000, 75 << 20, 0, 15 * time.Second},
	}
	end := Progress{1_234_567, 100 << 20, 0, 2 * time.Hour}
	tests := []struct {
		name  string
		tty   bool
		total int64
		want  string
	}{
		{"terminal", true, 100 << 20, "\r12,300 articles  2,460/s  25 %  0:15 left\x1b[K" +
			"\r30,000 articles  2,000/s  75 %  0:05 left\x1b[K" + "\r1,234,567 articles  171/s  100 %\x1b[K\n"},
		{"plain lines", false, 100 << 20, "12,300 articles  2,460/s  25 %  0:15 left\n" +
			"30,000 articles  2,000/s  75 %  0:05 left\n" + "1,234,567 articles  171/s  100 %\n"},
		{"unknown size", false, 0, "12,300 articles  2,460/s\n" + "30,000 articles  2,000/s\n" + "1,234,567 articles  171/s\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			bar := NewBar(&b, tt.tty, tt.total, "articles")
			for _, p := range steps {
				bar.Update(p)
			}
			bar.Finish(end)
			if b.String() != tt.want {
				t.Errorf("got %q\nwant %q", b.String(), tt.want)
			}
		})
	}
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0:00", 65*time.Second + 400*time.Millisecond: "1:05", 59*time.Minute + 59*time.Second + 600*time.Millisecond: "1:00:00"} {
		if got := clock(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
