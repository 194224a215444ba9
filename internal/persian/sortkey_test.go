package persian

import (
	"slices"
	"strings"
	"testing"
)

func TestSortKeyIsTheOrderOfADictionary(t *testing.T) {
	want := []string{
		"", "۱۲", "۲", "آ", "آب", "آب انار", "آبادان", "آبان", "آب‌انار", "ابر", "احمد", "بابا", "پارسا", "پاییز", "تهران", "ثریا", "جم", "چای",
		"حسن", "خانه", "دریا", "ذرت", "رضا", "زن", "ژاله", "سیب", "شب", "صبح", "ضرب", "طلا", "ظهر", "عمو", "غم", "فیل", "قم", "کار", "گاو",
		"لاله", "مادر", "نان", "وام", "هما", "یزد", "ټول", "Apple", "zebra", "яблоко",
	}
	sorted := slices.Clone(want)
	slices.Sort(sorted)
	slices.SortStableFunc(sorted, func(a, b string) int { return strings.Compare(SortKey(a), SortKey(b)) })
	if !slices.Equal(sorted, want) {
		t.Errorf("sorted:\n%v\nwant:\n%v", sorted, want)
	}
}

func TestSortKeyForgetsSpelling(t *testing.T) {
	for _, pair := range [][2]string{
		{"علي", "علی"}, {"مُحَمَّد", "محمد"}, {"می‌رود", "میرود"}, {"رأی", "رای"}, {"«الف»", "الف"}, {"Ab", "aB"}, {"۱۲", "12"},
		{"ارتقاء", "ارتقا"}, {"ﺁب", "آب"}, {"ا\u0653ب", "آب"}, {"الف ،  ب", "الف ب"},
	} {
		if a, b := SortKey(pair[0]), SortKey(pair[1]); a != b {
			t.Errorf("SortKey(%q) = %s and SortKey(%q) = %s differ", pair[0], a, pair[1], b)
		}
	}
}

func FuzzSortKey(f *testing.F) {
	f.Add("آب‌انار ۱۲ Apple яблоко ټ")
	f.Fuzz(func(t *testing.T, s string) {
		key := SortKey(s)
		if strings.Trim(key, "0123456789abcdef") != "" {
			t.Errorf("SortKey(%q) = %q is not hexadecimal", s, key)
		}
		if cleaned := SortKey(Clean(s)); cleaned != key {
			t.Errorf("SortKey(%q) = %q, but %q when cleaned before", s, key, cleaned)
		}
	})
}
