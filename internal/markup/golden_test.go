package markup

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what comes out into the golden files")

const goldenMark = "\n=== becomes ===\n"

// TestGolden runs every case of testdata: the source, a line, what it becomes.
func TestGolden(t *testing.T) {
	kinds := map[string]func(string) HTML{"sanitize": Sanitize, "markdown": FromMarkdown, "clipboard": FromClipboard}
	for kind, convert := range kinds {
		files, err := filepath.Glob(filepath.Join("testdata", kind, "*.txt"))
		if err != nil || len(files) == 0 {
			t.Fatal("no cases of ", kind, err)
		}
		for _, file := range files {
			t.Run(kind+"/"+strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				source, want, _ := strings.Cut(string(data), goldenMark)
				got := convert(source)
				checkBody(t, source, got)
				if *update {
					text := strings.TrimRight(source, "\n") + "\n" + goldenMark + string(got) + "\n"
					if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
						t.Fatal(err)
					}
					return
				}
				if want = strings.TrimSuffix(want, "\n"); string(got) != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}
