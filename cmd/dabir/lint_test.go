package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lint runs dabir lint and returns what it printed and whether it ended well.
func lint(t *testing.T, stdin string, args ...string) (stdout, stderr string, ok bool) {
	t.Helper()
	cmd := command(append([]string{"lint"}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err := cmd.Run()
	return out.String(), errs.String(), err == nil
}

func writeText(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "text.txt")
	if err := os.WriteFile(name, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestLintNamesPlaceRuleAndReason(t *testing.T) {
	name := writeText(t, "سلام\nاو می رود و که که\n")
	out, errs, ok := lint(t, "", name)
	want := name + ":2:4 half_space_verb «می رود» → «می‌رود» می and نمی take a half-space\n" +
		name + ":2:13 repeated_word «که که» → «که» the word stands twice\n"
	if out != want || ok || !strings.Contains(errs, "2 findings") {
		t.Errorf("printed %q and %q, ok %v", out, errs, ok)
	}
	if out, _, ok := lint(t, "", writeText(t, "او می‌رود.\n")); out != "" || !ok {
		t.Errorf("a clean text: %q, ok %v", out, ok)
	}
}

func TestLintFixesOnlyWhatIsSafe(t *testing.T) {
	name := writeText(t, "او می رود و که که\n")
	out, _, ok := lint(t, "", "--fix", name)
	text, err := os.ReadFile(name)
	if err != nil || string(text) != "او می‌رود و که که\n" {
		t.Errorf("the file holds %q, %v", text, err)
	}
	if ok || strings.Count(out, "\n") != 1 || !strings.Contains(out, "repeated_word") {
		t.Errorf("what is left: %q, ok %v", out, ok)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the mode: %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(name), ".dabir-lint-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if out, _, ok := lint(t, "او می رود", "--fix", "-"); out != "او می‌رود" || !ok {
		t.Errorf("from the standard input: %q, ok %v", out, ok)
	}
}

func TestLintJSON(t *testing.T) {
	out, _, ok := lint(t, "او می رود", "--json", "-")
	var f struct {
		File, Rule, Before, After string
		Line, Col, Start, End     int
		Safe                      bool
	}
	if err := json.Unmarshal([]byte(out), &f); err != nil || ok {
		t.Fatalf("%q: %v, ok %v", out, err, ok)
	}
	if f.File != "-" || f.Rule != "half_space_verb" || f.After != "می‌رود" || f.Line != 1 || f.Col != 4 || !f.Safe || f.End-f.Start != len(f.Before) {
		t.Errorf("%+v", f)
	}
}

func TestLintTermsAndWords(t *testing.T) {
	terms := writeText(t, "# our table\nایمیل\tرایانامه\tواژهٔ فرهنگستان\n\n")
	words := writeText(t, "کژوشک\n")
	out, _, _ := lint(t, "ایمیل و کژوشکها", "--terms", terms, "--words", words, "-")
	for _, want := range []string{"house_term «ایمیل» → «رایانامه» the house writes this differently: واژهٔ فرهنگستان", "«کژوشک‌ها»"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q lacks %q", out, want)
		}
	}
}

func TestLintBadInput(t *testing.T) {
	broken := writeText(t, "سلام \xff\xfe")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{broken}, "is not UTF-8 text"},
		{[]string{filepath.Dir(broken)}, "is a folder; name the files in it"},
		{[]string{"/nowhere/text.txt"}, "there is no file /nowhere/text.txt"},
		{[]string{"--terms", writeText(t, "تنها یک ستون\n"), "-"}, ":1: a term is forbidden, preferred and a note, with tabs between"},
		{[]string{"--terms", "/nowhere/terms.tsv", "-"}, "there is no file /nowhere/terms.tsv"},
		{nil, "expected"},
	} {
		out, errs, ok := lint(t, "", tt.args...)
		if ok || !strings.Contains(errs, tt.want) || strings.Contains(out+errs, "goroutine") {
			t.Errorf("%v: ok %v, %q", tt.args, ok, errs)
		}
	}
	good := writeText(t, "او می رود")
	if out, _, ok := lint(t, "", "/nowhere/text.txt", good); ok || !strings.Contains(out, good+":1:4") {
		t.Errorf("the other file is checked all the same: %q", out)
	}
	if out, _, _ := lint(t, "او\x1b[31m  می\u202e رود", "-"); strings.ContainsAny(out, "\x1b\u202e") {
		t.Errorf("control characters reach the terminal: %q", out)
	}
}
