package copydesk

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

const typography = "../../../../shared/data/typography/"

// sample is one case of another project: what it makes of a text.
type sample struct{ kind, text, want string }

func readSamples(t *testing.T, name string, read func(line []byte) (sample, bool)) []sample {
	t.Helper()
	f, err := os.Open(typography + name)
	if err != nil {
		t.Skip("no typography data beside the repository: ", err)
	}
	defer f.Close()
	var all []sample
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if s, ok := read(lines.Bytes()); ok {
			all = append(all, s)
		}
	}
	return all
}

func hazmSamples(t *testing.T) []sample {
	return readSamples(t, "hazm-tests.jsonl", func(line []byte) (sample, bool) {
		var h struct {
			Call, Text string
			Tokens     []string
			Expected   any
		}
		if json.Unmarshal(line, &h) != nil || !strings.HasPrefix(h.Call, "normalizer.") {
			return sample{}, false
		}
		want, isText := h.Expected.(string)
		if !isText {
			list, _ := h.Expected.([]any)
			for i, w := range list {
				if s, _ := w.(string); i > 0 {
					want += " " + s
				} else {
					want = s
				}
			}
			h.Text = strings.Join(h.Tokens, " ")
		}
		kind, _, _ := strings.Cut(strings.TrimPrefix(h.Call, "normalizer."), "(")
		return sample{kind, h.Text, want}, true
	})
}

func virastarSamples(t *testing.T) []sample {
	return readSamples(t, "virastar-brothersincode.jsonl", func(line []byte) (sample, bool) {
		var v struct {
			Suite, Fn, Expected string
			Args                []any
		}
		if json.Unmarshal(line, &v) != nil || v.Fn != "virastar.cleanup" || len(v.Args) == 0 {
			return sample{}, false
		}
		text, isText := v.Args[0].(string)
		if options, _ := v.Args[len(v.Args)-1].(map[string]any); len(options) > 0 || !isText {
			return sample{}, false // with an option other than Virastar's own style
		}
		parts := strings.Split(v.Suite, " > ")
		return sample{strings.TrimLeft(strings.TrimSpace(parts[len(parts)-1]), "#"), text, v.Expected}, true
	})
}

func luceneSamples(t *testing.T) []sample {
	return readSamples(t, "lucene-persian.jsonl", func(line []byte) (sample, bool) {
		var l struct {
			Fn, Input string
			Expected  any
		}
		if json.Unmarshal(line, &l) != nil {
			return sample{}, false
		}
		var want []string
		switch e := l.Expected.(type) {
		case string:
			want = []string{e}
		case []any:
			for _, w := range e {
				s, _ := w.(string)
				want = append(want, s)
			}
		}
		return sample{l.Fn, l.Input, strings.Join(want, " ")}, true
	})
}
