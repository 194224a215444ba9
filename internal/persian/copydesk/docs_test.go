package copydesk

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/i18n"
)

// TestRulesAreDocumented: docs/copydesk.md holds the table of rules between its two marks; DABIR_TEST_UPDATE=1 writes it anew.
func TestRulesAreDocumented(t *testing.T) {
	const file = "../../../docs/copydesk.md"
	const begin, end = "<!-- rules: written by TestRulesAreDocumented -->\n", "<!-- end of rules -->\n"
	var b strings.Builder
	b.WriteString("| Rule | Before | After | Safe | What we follow |\n|---|---|---|---|---|\n")
	for _, r := range Rules() {
		safe := ""
		if r.Safe {
			safe = "✓"
		}
		fmt.Fprintf(&b, "| `%s`: %s | %s | %s | %s | %s |\n", r.Rule, r.Reason, r.Before, r.After, safe, r.Style)
	}
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(doc), begin)
	table, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has not the two marks", file)
	}
	if os.Getenv("DABIR_TEST_UPDATE") == "1" {
		table = b.String()
		if err := os.WriteFile(file, []byte(head+begin+table+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if table != b.String() {
		t.Errorf("docs/copydesk.md differs from the table of rules; DABIR_TEST_UPDATE=1 go test ./internal/persian/copydesk writes it")
	}
}

func TestEveryRuleHasItsReasonInBothLanguages(t *testing.T) {
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, r := range Rules() {
		key := "copydesk." + string(r.Rule)
		known[key] = true
		for _, lang := range i18n.Langs() {
			if !bundle.Has(lang, key) {
				t.Errorf("%s.toml lacks %s", lang, key)
			}
		}
	}
	for _, key := range bundle.Keys(i18n.FA) {
		if strings.HasPrefix(key, "copydesk.") && !known[key] {
			t.Errorf("%s is the reason of no rule", key)
		}
	}
}
