package country

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestTableIsSortedAndWhole(t *testing.T) {
	codes := Codes()
	if len(codes) != 249 {
		t.Errorf("%d codes, want the 249 of ISO 3166-1", len(codes))
	}
	if !slices.IsSorted(codes) || len(slices.Compact(codes)) != len(table) {
		t.Error("codes are not in order or one is there twice")
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		in   string
		want Code
		ok   bool
	}{
		{"IR", "IR", true}, {"ir", "IR", true}, {"Ir", "IR", true}, {"ZW", "ZW", true}, {"AD", "AD", true},
		{"", "", false}, {"I", "", false}, {"IRN", "", false}, {" IR", "", false}, {"XK", "", false}, {"EU", "", false},
		{"UK", "", false}, {"ZZ", "", false}, {"--", "", false}, {"ı", "", false}, {"۱۲", "", false},
	}
	for _, tt := range tests {
		if got, ok := Parse(tt.in); got != tt.want || ok != tt.ok {
			t.Errorf("Parse(%q) = %q, %v, want %q, %v", tt.in, got, ok, tt.want, tt.ok)
		}
	}
}

func TestName(t *testing.T) {
	tests := []struct {
		code     Code
		lang     string
		wantName string
	}{
		{"IR", "fa", "ایران"},
		{"IR", "fa-IR", "ایران"},
		{"IR", "FA", "ایران"},
		{"IR", "en", "Iran"},
		{"IR", "en-GB", "Iran"},
		{"IR", "", "Iran"},
		{"IR", "fao", "Iran"},
		{"US", "fa", "آمریکا"},
		{"GB", "fa", "بریتانیا"},
		{"AE", "fa", "امارات"},
		{"TR", "fa", "ترکیه"},
		{"DE", "fa", "آلمان"},
		{"KR", "fa", "کرهٔ جنوبی"},
		{"ZA", "fa", "آفریقای جنوبی"},
		{"MK", "en", "North Macedonia"},
		{"", "fa", ""},
		{"XK", "fa", ""},
		{"ir", "fa", ""},
	}
	for _, tt := range tests {
		if got := tt.code.Name(tt.lang); got != tt.wantName {
			t.Errorf("Code(%q).Name(%q) = %q, want %q", tt.code, tt.lang, got, tt.wantName)
		}
	}
}

func TestEveryCodeHasDecentNames(t *testing.T) {
	for _, c := range Codes() {
		en, fa := c.Name("en"), c.Name("fa")
		if en == "" || strings.ContainsFunc(en, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
			t.Errorf("%s: English name %q", c, en)
		}
		if !strings.ContainsFunc(fa, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
			t.Errorf("%s: Persian name %q", c, fa)
		}
		// Arabic ي and ك, and the half-space anywhere but inside a word, are slips of the keyboard.
		if strings.ContainsAny(fa, "يكىة") || strings.ContainsFunc(fa, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) {
			t.Errorf("%s: Persian name %q has foreign letters", c, fa)
		}
		if strings.Contains(fa, "\u200c ") || strings.Contains(fa, " \u200c") || strings.HasSuffix(fa, "\u200c") {
			t.Errorf("%s: Persian name %q has a half-space in the wrong place", c, fa)
		}
	}
}

func TestNamesTellCountriesApart(t *testing.T) {
	seen := map[string]Code{}
	add := func(c Code, name string) {
		key := fold(name)
		if key == "" {
			t.Errorf("%s: name %q folds to nothing", c, name)
		}
		if other, ok := seen[key]; ok && other != c {
			t.Errorf("%q means both %s and %s", name, other, c)
		}
		seen[key] = c
	}
	for _, e := range table {
		add(e.code, e.en)
		add(e.code, e.fa)
	}
	for _, a := range aliases {
		if _, ok := Parse(string(a.code)); !ok {
			t.Errorf("aliases of %q, which is no code", a.code)
		}
		for _, name := range a.names {
			add(a.code, name)
		}
	}
}

func TestFlag(t *testing.T) {
	for code, want := range map[Code]string{"IR": "🇮🇷", "AD": "🇦🇩", "ZW": "🇿🇼", "": "", "XK": "", "ir": ""} {
		if got := code.Flag(); got != want {
			t.Errorf("Code(%q).Flag() = %q, want %q", code, got, want)
		}
	}
}

func TestFromNameKnowsEveryISOName(t *testing.T) {
	file, err := os.Open("testdata/iso3166.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	n := 0
	for lines := bufio.NewScanner(file); lines.Scan(); n++ {
		code, name, _ := strings.Cut(lines.Text(), "\t")
		for _, printed := range []string{name, strings.ToUpper(name), Code(code).Name("en"), Code(code).Name("fa")} {
			if got, ok := FromName(printed); string(got) != code || !ok {
				t.Errorf("FromName(%q) = %q, %v, want %s", printed, got, ok, code)
			}
		}
	}
	if n != len(table) {
		t.Errorf("%d names in the list, want %d", n, len(table))
	}
}

func TestFromName(t *testing.T) {
	tests := []struct {
		want  Code
		names []string
	}{
		{"IR", []string{
			"Iran (Islamic Republic of)", "Iran, Islamic Republic of", "IRAN, ISLAMIC REPUBLIC OF", "Islamic Republic of Iran",
			"iran", " Iran ", "ایران", "ايران", "جمهوری اسلامی ایران",
		}},
		{"US", []string{"USA", "U.S.A.", "us", "United States", "United States of America", "آمریکا", "امریکا", "ایالات متحده", "ایالات متحدهٔ آمریکا", "ایالات متحده آمریکا", "ایالات متحده‌ی امریکا"}},
		{"GB", []string{"UK", "United Kingdom", "Great Britain", "England", "انگلیس", "بریتانیا"}},
		{"KR", []string{"Korea (Republic of)", "Korea, Republic of", "Republic of Korea", "South Korea", "کره جنوبی", "کرهٔ جنوبی", "کره‌ی جنوبی", "كره جنوبي", "کرۀ جنوبی"}},
		{"KP", []string{"Korea (Democratic People's Republic of)", "Korea (Democratic People’s Republic of)", "Korea, Democratic People's Republic of", "North Korea"}},
		{"RU", []string{"Russian Federation", "Russia", "روسیه"}},
		{"VN", []string{"Viet Nam", "Vietnam", "ویتنام"}},
		{"TR", []string{"Türkiye", "Turkiye", "TÜRKİYE", "Tu\u0308rkiye", "Turkey", "ترکیه", "تركيه"}},
		{"CI", []string{"Côte d'Ivoire", "Cote D'Ivoire", "Cote d Ivoire", "Ivory Coast"}},
		{"CD", []string{"Congo, The Democratic Republic of the", "Democratic Republic of the Congo", "کنگوی دموکراتیک"}},
		{"CG", []string{"Congo"}},
		{"LY", []string{"Libyan Arab Jamahiriya", "Libya"}},
		{"VA", []string{"Holy See (Vatican City State)"}},
		{"VG", []string{"Virgin Islands, British"}},
		{"VI", []string{"Virgin Islands, U.S."}},
		{"PS", []string{"Palestinian Territory, Occupied", "Palestine", "فلسطین"}},
		{"MK", []string{"Macedonia, the Former Yugoslav Republic of"}},
		{"GW", []string{"Guinea-Bissau", "گینهٔ بیسائو", "گینه بیسایو"}},
		{"AE", []string{"امارات متحده عربی", "امارات"}},
		{"SA", []string{"عربستان سعودی", "عربستان"}},
		{"HK", []string{"هنگ‌کنگ", "هنگ کنگ", "Hong Kong"}},
		{"", []string{"", " ", "-", "ناشناس", "Anonymous Proxy", "Europe", "Asia/Pacific Region", "the", "IR", "Iranian", "\xff", strings.Repeat("Iran", 1000)}},
	}
	for _, tt := range tests {
		for _, name := range tt.names {
			if got, ok := FromName(name); got != tt.want || ok != (tt.want != "") {
				t.Errorf("FromName(%q) = %q, %v, want %q", name, got, ok, tt.want)
			}
		}
	}
}

func FuzzFromName(f *testing.F) {
	for _, seed := range []string{"Iran (Islamic Republic of)", "کره‌ی جنوبی", "TÜRKİYE", "St. Lucia", "\xff\xfe", "and the"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		code, ok := FromName(name)
		if ok != (code != "") {
			t.Fatalf("FromName(%q) = %q, %v", name, code, ok)
		}
		if _, known := Parse(string(code)); ok && !known {
			t.Fatalf("FromName(%q) = %q, which is no code", name, code)
		}
		if !utf8.ValidString(name) || len(name) > 400 {
			return
		}
		if again, _ := FromName("  the " + name + " ."); len(name) < 300 && again != code {
			t.Fatalf("FromName(%q) = %q, but %q with an article and a full stop", name, code, again)
		}
	})
}

func BenchmarkFromName(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		FromName("Iran (Islamic Republic of)")
	}
}
