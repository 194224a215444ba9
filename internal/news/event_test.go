package news

import (
	"os"
	"regexp"
	"testing"
)

// TestEveryKindIsKnown: a kind that is forgotten in knownKinds would make every kept page old at each event of it.
func TestEveryKindIsKnown(t *testing.T) {
	source, err := os.ReadFile("event.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := regexp.MustCompile(`(?m)^\t\w+\s+EventKind = "([^"]+)"`).FindAllSubmatch(source, -1)
	if len(kinds) < 40 {
		t.Fatalf("only %d kinds were found in event.go", len(kinds))
	}
	for _, k := range kinds {
		if kind := EventKind(k[1]); !kind.Known() {
			t.Errorf("%s is not in knownKinds", kind)
		}
	}
	if EventKind("article.sung").Known() {
		t.Error("a kind of a newer Dabir is known")
	}
}
