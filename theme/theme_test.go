package theme

import (
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	body, err := fs.ReadFile(Assets(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestTheThemeStaysLight(t *testing.T) {
	for _, tt := range []struct {
		files string
		most  int
	}{{"tokens.css ground.css article.css letters.css", 21_500}, {"tokens.css ground.css frontpage.css lists.css", 17_000}, {"plays.css", 1_500}, {"sheets.css", 4_000}, {"search.css", 8_000}, {"search.js", 8_000}, {"site.js early.js", 5_000}, {"live.js", 5_000}, {"letters.js challenge.js", 13_000}} {
		n := 0
		for name := range strings.FieldsSeq(tt.files) {
			n += len(read(t, name))
		}
		if n > tt.most {
			t.Errorf("%s: %d bytes, more than %d", tt.files, n, tt.most)
		}
	}
}

var comments = regexp.MustCompile(`(?s)/\*.*?\*/`)

func TestTheStyleSheetKeepsTheLook(t *testing.T) {
	css := ""
	for _, name := range strings.Fields("ground.css frontpage.css lists.css article.css plays.css letters.css sheets.css search.css") {
		css += comments.ReplaceAllString(read(t, name), "")
	}
	css = regexp.MustCompile(`--\w+:[^;}]*`).ReplaceAllString(css, "") // what tokens are is another test's business
	for _, tt := range []struct{ why, pattern string }{
		{"only logical properties", `(?m)(^|[;{\s])((margin|padding|border)-(left|right|top|bottom)|left|right|top|bottom|width|height)\s*:`},
		{"no alignment by physical side", `(text-align|float|clear)\s*:\s*(left|right)`},
		{"no letter-spacing", `letter-spacing`},
		{"no italic", `italic|oblique`},
		{"no justification of text", `text-align\s*:\s*justify`},
		{"no shadow, no gradient", `shadow|gradient`},
		{"nothing sticks", `position\s*:\s*(sticky|fixed)`},
		{"no ellipsis", `text-overflow|line-clamp`},
		{"nothing from elsewhere", `https?://|@import`},
		{"colours only as tokens", `:[^;{}]*#[0-9a-f]{3}`},
	} {
		if found := regexp.MustCompile(tt.pattern).FindString(css); found != "" {
			t.Errorf("%s: %q", tt.why, strings.TrimSpace(found))
		}
	}
}

func TestTemplatesHoldNoInlineCodeAndNoForeignAddress(t *testing.T) {
	bad := regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+=|<style|javascript:|(src|href)="https?://|//cdn`)
	err := fs.WalkDir(Templates(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(Templates(), name)
		if found := bad.Find(body); found != nil {
			t.Errorf("%s holds %q", name, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// tokens reads the colours of a scheme: the first :root block is light, the one under prefers-color-scheme dark.
func tokens(t *testing.T, css, scheme string) map[string]float64 {
	t.Helper()
	if scheme == "dark" {
		_, css, _ = strings.Cut(css, "prefers-color-scheme: dark")
	}
	_, css, _ = strings.Cut(css, ":root {")
	block, _, _ := strings.Cut(css, "}")
	out := map[string]float64{}
	for _, m := range regexp.MustCompile(`--(\w+):\s*#([0-9a-f]{6});`).FindAllStringSubmatch(block, -1) {
		out[m[1]] = luminance(t, m[2])
	}
	return out
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	channel := func(v uint64) float64 {
		c := float64(v&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(n>>16) + 0.7152*channel(n>>8) + 0.0722*channel(n)
}

func TestEveryTextPairHasContrast(t *testing.T) {
	css := comments.ReplaceAllString(read(t, "tokens.css"), "")
	pairs := []struct {
		text, ground string
		least        float64
	}{
		{"ink", "paper", 7}, {"ash", "paper", 4.5}, {"lapis", "paper", 4.5}, {"vermilion", "paper", 4.5},
		{"paper", "lapis", 4.5}, {"paper", "ink", 4.5}, // the button, and the button under a pointer
	}
	for _, scheme := range []string{"light", "dark"} {
		colours := tokens(t, css, scheme)
		if len(colours) != 6 {
			t.Fatalf("%s: read %d tokens, want 6", scheme, len(colours))
		}
		for _, p := range pairs {
			a, b := colours[p.text], colours[p.ground]
			ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05)
			if ratio < p.least {
				t.Errorf("%s: %s on %s has %.2f, want %.1f", scheme, p.text, p.ground, ratio, p.least)
			}
			t.Logf("%s: %s on %s %.2f", scheme, p.text, p.ground, ratio)
		}
	}
}
