package i18n

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// dynamicPrefixes are the beginnings of keys that the program puts together
// while it runs, as in T("state." + string(article.State)). Keys under them are
// never reported as unused; which of them must exist is the business of a test
// beside the code that makes them.
var dynamicPrefixes = []string{
	"actor.",
	"ban_effect.",
	"ban_kind.",
	"calendar.",
	"comment_act.",
	"comment_mode.",
	"comment_outcome.",
	"comment_rule.",
	"copydesk.",
	"correction.",
	"event.",
	"house.empty_",
	"house.kind_",
	"house.text_",
	"inbox.",
	"kind.",
	"label.",
	"lang.",
	"media.",
	"most.",
	"queue_empty.",
	"queue_sort.",
	"queue_tab.",
	"reason.",
	"reason_plain.",
	"role.",
	"state.",
	"status_behind.",
	"status_projection.",
	"status_queue.",
	"term_list.",
	"topickind.",
	"topickinds.",
}

// useForms are the ways in which source text asks for a key. The first group of
// each expression is the key. To teach the test a new helper, add a line here
// and an example to TestScanFindsEveryForm.
var useForms = []struct {
	ext    string
	plural bool
	re     *regexp.Regexp
}{
	// p.T("site.latest"), bundle.T(i18n.FA, "site.latest"), p.N("comment.count", n)
	{".go", false, regexp.MustCompile(`\bT\(\s*(?:[\w.]+,\s*)?"` + keyForm + `"`)},
	{".go", true, regexp.MustCompile(`\bN\(\s*(?:[\w.]+,\s*)?"` + keyForm + `"`)},
	// news.Error{Kind: news.Invalid, Key: "error.headline_required"}
	{".go", false, regexp.MustCompile(`\bKey:\s*"` + keyForm + `"`)},
	// news.Invalidf("headline", "error.headline_required") and every other helper
	{".go", false, regexp.MustCompile(`"(error\.[a-z0-9_]+)"`)},
	// {{t "site.latest"}}, {{.T "site.latest"}}, {{$.Print.N "comment.count" .Count}}
	{".html", false, regexp.MustCompile(`[\s.({](?:T|t)\s+"` + keyForm + `"`)},
	{".html", true, regexp.MustCompile(`[\s.({](?:N|n)\s+"` + keyForm + `"`)},
	// t("site.copied"), N("comment.count", 3)
	{".js", false, regexp.MustCompile(`\b[Tt]\(\s*["']` + keyForm + `["']`)},
	{".js", true, regexp.MustCompile(`\b[Nn]\(\s*["']` + keyForm + `["']`)},
}

const keyForm = `([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)`

// quoted finds any literal that could be a key: enough for a key to count as
// used, not enough to demand that it exists.
var quoted = regexp.MustCompile("[\"'`]" + keyForm + "[\"'`]")

// skippedFolders hold no source of ours.
var skippedFolders = []string{".git", ".ci", "node_modules", "testdata", "vendor"}

type use struct {
	key    string
	plural bool
	file   string
}

// scan returns the keys that the text of a file asks for, and those it names.
func scan(file, text string) (uses []use, named []string) {
	ext := filepath.Ext(file)
	for _, form := range useForms {
		if form.ext != ext {
			continue
		}
		for _, m := range form.re.FindAllStringSubmatch(text, -1) {
			uses = append(uses, use{m[1], form.plural, file})
		}
	}
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		named = append(named, m[1])
	}
	return uses, named
}

// scanTree reads every source file of the module but tests.
func scanTree(t *testing.T, root string) (uses []use, named map[string]bool) {
	t.Helper()
	named = map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains(skippedFolders, entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		ext := filepath.Ext(path)
		if ext != ".go" && ext != ".html" && ext != ".js" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		found, literals := scan(path, string(text))
		uses = append(uses, found...)
		for _, key := range literals {
			named[key] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return uses, named
}

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

func placeholders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestTranslationsComplete(t *testing.T) {
	b := loadBundle(t)
	t.Run("the catalogs agree", func(t *testing.T) {
		for _, key := range b.Keys(FA) {
			for _, lang := range Langs() {
				text, ok := b.catalogs[lang][key]
				if !ok {
					t.Errorf("%s.toml lacks %s", lang, key)
					continue
				}
				want, got := placeholders(b.catalogs[FA][key]), placeholders(text)
				if !slices.Equal(want, got) {
					t.Errorf("%s: fa has places %v, %s has %v", key, want, lang, got)
				}
			}
		}
		for _, lang := range Langs() {
			for _, key := range b.Keys(lang) {
				if _, ok := b.catalogs[FA][key]; !ok {
					t.Errorf("fa.toml lacks %s, which is in %s.toml", key, lang)
				}
			}
		}
	})
	uses, named := scanTree(t, filepath.Join("..", ".."))
	t.Run("every key that is used exists", func(t *testing.T) {
		for _, u := range uses {
			_, plain := b.catalogs[FA][u.key]
			switch {
			case !b.Has(FA, u.key):
				t.Errorf("%s uses %s, which no catalog has", u.file, u.key)
			case u.plural == plain:
				t.Errorf("%s uses %s by the wrong function (T for plain keys, N for plurals)", u.file, u.key)
			}
		}
	})
	t.Run("every key is used", func(t *testing.T) {
		for _, key := range b.Keys(FA) {
			if dynamic(key) || named[key] || named[pluralBase(key)] {
				continue
			}
			t.Errorf("%s stands in the catalogs and nobody uses it", key)
		}
	})
}

func dynamic(key string) bool {
	return slices.ContainsFunc(dynamicPrefixes, func(p string) bool { return strings.HasPrefix(key, p) })
}

func pluralBase(key string) string {
	return strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other")
}

func TestScanFindsEveryForm(t *testing.T) {
	tests := []struct {
		file, text string
		want       string
		plural     bool
	}{
		{"a.go", `p.T("site.latest")`, "site.latest", false},
		{"a.go", `b.T(i18n.FA, "site.latest", x)`, "site.latest", false},
		{"a.go", "p.N(\n\t\"comment.count\", n)", "comment.count", true},
		{"a.go", `b.N(lang, "comment.count", n)`, "comment.count", true},
		{"a.go", `&news.Error{Kind: news.Invalid, Key: "error.headline_required"}`, "error.headline_required", false},
		{"a.go", `invalid("headline", "error.headline_required")`, "error.headline_required", false},
		{"a.html", `<h2>{{t "site.latest"}}</h2>`, "site.latest", false},
		{"a.html", `<h2>{{.T "site.latest"}}</h2>`, "site.latest", false},
		{"a.html", `{{template "x" ($.P.T "site.latest")}}`, "site.latest", false},
		{"a.html", `{{.P.N "comment.count" .Count}}`, "comment.count", true},
		{"a.js", `say(t('site.copied'))`, "site.copied", false},
		{"a.go", `p.T("state." + s)`, "", false},
		{"a.go", `fmt.Print("config.toml")`, "", false},
		{"a.html", `<input name="a.b" value="c.d">`, "", false},
	}
	for _, tt := range tests {
		uses, _ := scan(tt.file, tt.text)
		if tt.want == "" {
			if len(uses) > 0 {
				t.Errorf("%s: found %v, want nothing", tt.text, uses)
			}
			continue
		}
		if !slices.Contains(uses, use{tt.want, tt.plural, tt.file}) {
			t.Errorf("%s: found %v, want %s", tt.text, uses, tt.want)
		}
	}
}

// TestCatalogsAreInOrder keeps the files readable when many people add to them.
func TestCatalogsAreInOrder(t *testing.T) {
	for _, lang := range Langs() {
		keys := keysOfFile(t, lang.String()+".toml")
		for i := 1; i < len(keys); i++ {
			if keys[i-1] > keys[i] {
				t.Errorf("%s.toml: %s stands after %s; tables and keys go in alphabetical order", lang, keys[i], keys[i-1])
			}
		}
	}
}
