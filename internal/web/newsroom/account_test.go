package newsroom

import (
	"fmt"
	"strings"
	"testing"
)

func TestDevicesAreNamedShortly(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                                     "Firefox · Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0":              "Edge · Windows",
		"Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36": "Samsung Internet · Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1":    "Safari · iPhone",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36":                      "Chrome · macOS",
		"curl/8.5.0":                         "",
		"":                                   "",
		strings.Repeat("x", 10000) + "Linux": "Linux",
	} {
		if got := deviceOf(agent); got != want {
			t.Errorf("%.60s: %q, want %q", agent, got, want)
		}
	}
}

// TestTheDrawnCodeHasItsMarks: the three squares by which a camera finds a QR code stand in their corners, within the quiet zone.
func TestTheDrawnCodeHasItsMarks(t *testing.T) {
	d, err := draw("otpauth://totp/%D8%AE%D8%A8%D8%B1:negar?secret=JBSWY3DPEHPK3PXP")
	if err != nil || (d.Size-8-17)%4 != 0 {
		t.Fatalf("%d units, %v", d.Size, err)
	}
	dark := map[string]bool{}
	for _, m := range strings.Split(strings.TrimSuffix(d.Path, "z"), "z") {
		dark[strings.TrimSuffix(m, "h1v1h-1")] = true
	}
	far := d.Size - 4 - 7
	for _, corner := range [][2]int{{4, 4}, {far, 4}, {4, far}} {
		for i := range 7 {
			for j := range 7 {
				ring := max(abs(i-3), abs(j-3))
				if want := ring != 2; dark[at(corner[0]+i, corner[1]+j)] != want {
					t.Fatalf("the mark at %v is broken at %d, %d", corner, i, j)
				}
			}
		}
	}
	for i := range d.Size {
		if dark[at(i, 3)] || dark[at(3, i)] {
			t.Fatal("the quiet zone is not quiet")
		}
	}
	if _, err := draw(strings.Repeat("x", 5000)); err == nil {
		t.Error("more than a code holds was drawn")
	}
}

func at(x, y int) string { return fmt.Sprintf("M%d %d", x, y) }

func abs(n int) int { return max(n, -n) }
