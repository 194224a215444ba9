package persian

import (
	"math"
	"testing"
)

func TestDigits(t *testing.T) {
	if got, want := Digits("کد ۱۲ 345 ٦٧"), "کد ۱۲ ۳۴۵ ۶۷"; got != want {
		t.Errorf("Digits: %q, want %q", got, want)
	}
	if got, want := LatinDigits("کد ۱۲ 345 ٦٧"), "کد 12 345 67"; got != want {
		t.Errorf("LatinDigits: %q, want %q", got, want)
	}
}

func TestNumber(t *testing.T) {
	tests := []struct {
		n    int64
		want string
	}{
		{0, "۰"}, {7, "۷"}, {999, "۹۹۹"}, {1000, "۱٬۰۰۰"}, {28519, "۲۸٬۵۱۹"}, {1234567, "۱٬۲۳۴٬۵۶۷"},
		{-12, "\u200e\u2212۱۲"}, {-123456, "\u200e\u2212۱۲۳٬۴۵۶"},
		{math.MinInt64, "\u200e\u2212۹٬۲۲۳٬۳۷۲٬۰۳۶٬۸۵۴٬۷۷۵٬۸۰۸"},
	}
	for _, tt := range tests {
		if got := Number(tt.n); got != tt.want {
			t.Errorf("Number(%d) = %q, want %q", tt.n, got, tt.want)
		}
	}
}
