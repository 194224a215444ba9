package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// moderate runs dabir moderation and returns what it printed and whether it ended well.
func moderate(t *testing.T, args ...string) (stdout, stderr string, ok bool) {
	t.Helper()
	cmd := command(append([]string{"moderation"}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	return out.String(), errs.String(), err == nil
}

// TestModerationIsTrainedAndTriedFromTheShell: an untrained model says so; a file makes it tell an offence from praise; files that teach
// nothing are refused, and what was learnt stays.
func TestModerationIsTrainedAndTriedFromTheShell(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	check := func(text string) (findings, out string) {
		t.Helper()
		out, errs, ok := moderate(t, "check", "--data", data, "--json", text)
		if !ok {
			t.Fatalf("check: %s", errs)
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		var j struct {
			Findings []struct{ Rule, Outcome, Label string }
			Learnt   bool
		}
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &j); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		for _, f := range j.Findings {
			if f.Rule == "model" {
				findings = f.Outcome + " " + f.Label
			}
		}
		return findings, out
	}
	if found, out := check("تو یک گوجه هستی"); !strings.HasPrefix(found, "pass") || !strings.Contains(out, "learnt nothing yet") {
		t.Errorf("untrained it finds %q: %s", found, out)
	}
	for name, text := range map[string]string{"few": `{"text":"سلام","labels":["clean"]}`, "empty": "", "broken": `{"text":`} {
		if _, errs, ok := moderate(t, "train", "--data", data, writeText(t, text)); ok || errs == "" || strings.Contains(errs, "panic") {
			t.Errorf("%s: ended well %v, said %q", name, ok, errs)
		}
	}
	var file strings.Builder
	for i := range 60 {
		word := strings.Fields("خوب زیبا بلند کوتاه روشن تازه")[i%6]
		fmt.Fprintf(&file, "{\"text\":\"این گزارش %s بود\",\"labels\":[\"clean\"]}\n{\"text\":\"تو یک گوجه %s هستی\",\"labels\":[\"offensive\"]}\n", word, word)
	}
	out, errs, ok := moderate(t, "train", "--data", data, writeText(t, file.String()))
	if !ok || !strings.Contains(out, "learnt from 120 texts") || !strings.Contains(out, "offensive") {
		t.Fatalf("train: %s %s", out, errs)
	}
	if found, out := check("تو یک گوجه تازه هستی"); found != "hold offensive" || !strings.Contains(out, "گوجه") {
		t.Errorf("of an offence it finds %q: %s", found, out)
	}
	if found, out := check("این گزارش روشن بود"); !strings.HasPrefix(found, "pass") {
		t.Errorf("of praise it finds %q: %s", found, out)
	}
	if _, err := os.Stat(filepath.Join(data, "dabir.db")); err != nil {
		t.Error(err)
	}
}
