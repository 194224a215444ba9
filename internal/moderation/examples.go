package moderation

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// ExampleOf is a labelled text as the model learns from it. "spam" is advertising; "clean", "published" and unknown labels are none.
func ExampleOf(text string, labels []string) Example {
	e := Example{Text: text}
	for _, name := range labels {
		label := news.Label(name)
		if name == "spam" {
			label = news.LabelAdvertising
		}
		if slices.Contains(news.Labels(), label) && !slices.Contains(e.Labels, label) {
			e.Labels = append(e.Labels, label)
		}
	}
	return e
}

const longestLine = 1 << 20 // bytes of a file of examples

// ReadExamples reads a file of labelled texts: a JSON object a line, with "text" and "labels". It fails at the first line that is none.
func ReadExamples(r io.Reader) ([]Example, error) {
	var all []Example
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestLine)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var one struct {
			Text   string   `json:"text"`
			Labels []string `json:"labels"`
		}
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if one.Text == "" {
			return nil, fmt.Errorf("line %d has no text", n)
		}
		all = append(all, ExampleOf(one.Text, one.Labels))
	}
	return all, lines.Err()
}
