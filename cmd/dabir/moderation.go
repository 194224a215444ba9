package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/moderation"
	"github.com/dabir-newsroom/dabir/internal/news"
)

type moderationCmd struct {
	Train trainCmd     `cmd:"" help:"Learn from a file of labelled texts, and from all decisions of the newsroom."`
	Check checkTextCmd `cmd:"" help:"Tell what lists and model say of a text."`
}

// moderationFlags are common to both.
type moderationFlags struct {
	common
	JSON bool `name:"json" help:"End with one machine-readable line."`
}

type trainCmd struct {
	moderationFlags
	File string `arg:"" optional:"" help:"Labelled texts, gzipped or not: a JSON object a line with text and labels (clean, published, offensive, hate, obscene, spam). Without it the last file's are used again." type:"existingfile"`
}

// Run trains.
func (c *trainCmd) Run(ctx context.Context) error {
	var examples []moderation.Example
	if c.File != "" {
		var err error
		if examples, err = readExamples(c.File); err != nil {
			return fmt.Errorf("%s: %w", c.File, err)
		}
		if len(examples) == 0 {
			return fmt.Errorf("%s holds no texts", c.File)
		}
	}
	newsroom, done, err := c.newsroom(ctx)
	if err != nil {
		return err
	}
	defer done()
	report, err := newsroom.TrainModel(ctx, examples)
	if err != nil {
		for _, e := range news.Errors(err) {
			if e.Key == "error.model_few" {
				return fmt.Errorf("too little to learn from: a label needs ten texts with it and ten clean ones")
			}
		}
		return err
	}
	printTraining(os.Stdout, report)
	return c.closing(report)
}

func printTraining(w io.Writer, r discussion.ModelReport) {
	fmt.Fprintf(w, "learnt from %d texts of a file and %d decisions\n", r.Examples, r.Decisions)
	for _, label := range r.Learnt {
		fmt.Fprintf(w, "  %-12s %d texts\n", label, r.ByLabel[label])
	}
	if r.HeldOut > 0 {
		fmt.Fprintf(w, "on %d decisions that it had not seen: agreed %.0f %%, area under the ROC %.3f\n", r.HeldOut, 100*r.Agreed, r.Area)
	}
}

func (f moderationFlags) closing(value any) error {
	if !f.JSON {
		return nil
	}
	return json.NewEncoder(os.Stdout).Encode(value)
}

// readExamples reads a file, gzipped or not.
func readExamples(path string) ([]moderation.Example, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	buffered := bufio.NewReader(file)
	if magic, _ := buffered.Peek(2); string(magic) != "\x1f\x8b" {
		return moderation.ReadExamples(buffered)
	}
	unpacked, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, err
	}
	return moderation.ReadExamples(unpacked)
}

type checkTextCmd struct {
	moderationFlags
	Text []string `arg:"" help:"The text; without quotes its words are joined."`
}

// Run tries a text.
func (c *checkTextCmd) Run(ctx context.Context) error {
	newsroom, done, err := c.newsroom(ctx)
	if err != nil {
		return err
	}
	defer done()
	j, err := newsroom.CheckText(ctx, strings.Join(c.Text, " "))
	if err != nil {
		return err
	}
	for _, f := range j.Findings {
		line := fmt.Sprintf("%-9s %s", f.Rule, f.Outcome)
		if f.Score > 0 {
			line += fmt.Sprintf("  %s %.3f", f.Label, float64(f.Score)/1000)
		}
		if len(f.Detail) > 0 {
			line += "  «" + strings.Join(f.Detail, "» «") + "»"
		}
		if f.Rule != moderation.RuleLength && f.Rule != moderation.RuleClosed {
			fmt.Println(line)
		}
	}
	if !j.Learnt {
		fmt.Println("the model has learnt nothing yet: dabir moderation train FILE")
	}
	return c.closing(j)
}
