package store_test

import (
	"path/filepath"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// TestCopyLeavesKeysOut: a copy holds no key that is named, by its name or by a pattern, and every other one.
func TestCopyLeavesKeysOut(t *testing.T) {
	s := storetest.SQLite(t)
	keys := map[string][]byte{}
	for _, name := range []string{"pseudonym", "ban.abc", "preview"} {
		key, err := s.Secret(ctx, name, 0)
		if err != nil {
			t.Fatal(err)
		}
		keys[name] = key
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if _, err := s.CopyTo(ctx, path, []string{"pseudonym", "ban.%"}); err != nil {
		t.Fatal(err)
	}
	copied := storetest.Open(t, path, nil)
	for name, kept := range map[string]bool{"pseudonym": false, "ban.abc": false, "preview": true} {
		key, err := copied.Secret(ctx, name, 0) // makes another where there is none
		if err != nil || (string(key) == string(keys[name])) != kept {
			t.Errorf("%s is in the copy: %v (%v)", name, !kept, err)
		}
	}
}
