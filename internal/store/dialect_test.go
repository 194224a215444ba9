package store_test

import (
	"testing"

	"github.com/dabir-newsroom/dabir/internal/store"
)

func TestParametersInOrderLoseTheirNames(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT 1":                         "SELECT 1",
		"a = $1 AND b = $2":                "a = ? AND b = ?",
		"VALUES ($1, $2), ($3, $4)":        "VALUES (?, ?), (?, ?)",
		"a = $1 OR b = $1":                 "a = $1 OR b = $1",
		"a = $2 AND b = $1":                "a = $2 AND b = $1",
		"$1 $2 $3 $4 $5 $6 $7 $8 $9 $10 x": "? ? ? ? ? ? ? ? ? ? x",
		"a = $1 AND price = '5 $'":         "a = $1 AND price = '5 $'",
	} {
		if got := store.Positional(query); got != want {
			t.Errorf("%s is asked as %s", query, got)
		}
	}
}
