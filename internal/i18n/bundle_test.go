package i18n

import (
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/BurntSushi/toml"
)

func loadBundle(t *testing.T) *Bundle {
	t.Helper()
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// keysOfFile returns the leaf keys of an embedded catalog as they stand in it.
func keysOfFile(t *testing.T, name string) []string {
	t.Helper()
	var tree map[string]any
	meta, err := toml.DecodeFS(catalogs, name, &tree)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, key := range meta.Keys() {
		if meta.Type(key...) == "String" {
			keys = append(keys, key.String())
		}
	}
	return keys
}

func bundleOf(t *testing.T, fa, en string) (*Bundle, error) {
	t.Helper()
	return load(fstest.MapFS{"fa.toml": {Data: []byte(fa)}, "en.toml": {Data: []byte(en)}})
}

func TestTextsAndPlurals(t *testing.T) {
	b, err := bundleOf(t,
		"[a]\nhello = 'سلام {0}، {1}'\n[a.items]\none = '{0} خبر در {1}'\nother = '{0} خبر در {1}'\n",
		"[a]\nhello = 'Hello {0}, {1}'\n[a.items]\none = 'one article in {1}'\nother = '{0} articles in {1}'\n")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ got, want string }{
		{b.T(FA, "a.hello", "سارا", 1200), "سلام سارا، ۱٬۲۰۰"},
		{b.T(EN, "a.hello", "Sara", int64(-1234567)), "Hello Sara, -1,234,567"},
		{b.T(EN, "a.hello", "{1}", "x"), "Hello {1}, x"},
		{b.T(EN, "a.hello", "only one"), "Hello only one, {1}"},
		{b.T(FA, "a.nothing"), "⟦a.nothing⟧"},
		{b.T(FA, "a.items"), "⟦a.items⟧"},
		{b.N(EN, "a.items", 1, "Sport"), "one article in Sport"},
		{b.N(EN, "a.items", 0, "Sport"), "0 articles in Sport"},
		{b.N(EN, "a.items", 28519, "Sport"), "28,519 articles in Sport"},
		{b.N(FA, "a.items", 3, "ورزشی"), "۳ خبر در ورزشی"},
		{b.N(FA, "a.none", 3), "⟦a.none.other⟧"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
	if !b.Has(FA, "a.items") || !b.Has(FA, "a.hello") || b.Has(FA, "a") || b.Has(FA, "a.nothing") {
		t.Error("Has is wrong")
	}
	if want := []string{"a.hello", "a.items.one", "a.items.other"}; !slices.Equal(b.Keys(EN), want) {
		t.Errorf("Keys: got %v, want %v", b.Keys(EN), want)
	}
}

func TestBrokenCatalogsAreRefused(t *testing.T) {
	for _, fa := range []string{"a = ", "a = 5", "a = ''", "[a]\nb = ['x']", "[a]\nb = 'x'\nb = 'y'"} {
		if _, err := bundleOf(t, fa, ""); err == nil {
			t.Errorf("%q was accepted", fa)
		}
	}
}

func TestPrinterWritesTimesInTehran(t *testing.T) {
	b := loadBundle(t)
	winter := time.Date(2021, 11, 25, 12, 42, 0, 0, time.UTC)
	summer := time.Date(2021, 7, 1, 20, 0, 0, 0, time.UTC)
	fa, en := b.Printer(FA), b.Printer(EN)
	tests := []struct{ got, want string }{
		{fa.Stamp(winter), "۱۶:۱۲ ۰۴ آذر ۱۴۰۰"},
		{en.Stamp(winter), "25 November 2021, 16:12"},
		{en.Stamp(summer), "2 July 2021, 00:30"},
		{en.LongDate(winter), "Thursday, 25 November 2021"},
		{en.ShortDate(winter), "25 November 2021"},
		{fa.LongDate(winter), "پنجشنبه ۴ آذر ۱۴۰۰"},
		{fa.ShortDate(winter), "۴ آذر ۱۴۰۰"},
		{fa.Number(28519), "۲۸٬۵۱۹"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestPrinterListsAndNames(t *testing.T) {
	b := loadBundle(t)
	tests := []struct {
		lang  Lang
		items []string
		want  string
	}{
		{FA, nil, ""},
		{FA, []string{"سارا"}, "سارا"},
		{FA, []string{"سارا", "امید"}, "سارا و امید"},
		{FA, []string{"سارا", "امید", "نیما", "مریم"}, "سارا، امید، نیما و مریم"},
		{EN, []string{"a", "b", "c"}, "a, b and c"},
	}
	for _, tt := range tests {
		if got := b.Printer(tt.lang).List(tt.items); got != tt.want {
			t.Errorf("List(%v) = %q, want %q", tt.items, got, tt.want)
		}
	}
	if got := b.Printer(EN).Name(FA); got != "Persian" {
		t.Errorf("Name: %q", got)
	}
	for _, lang := range Langs() {
		if !b.Has(lang, "lang."+lang.String()) {
			t.Errorf("%s has no name for itself", lang)
		}
	}
}

func TestParse(t *testing.T) {
	if l, ok := Parse("en"); l != EN || !ok {
		t.Errorf("en: %v %v", l, ok)
	}
	for _, s := range []string{"", "FA", "ar", "en-US"} {
		if l, ok := Parse(s); l != FA || ok {
			t.Errorf("%q: %v %v", s, l, ok)
		}
	}
	if FA.Dir() != "rtl" || EN.Dir() != "ltr" {
		t.Error("directions")
	}
}
