package i18n

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

//go:embed fa.toml en.toml
var catalogs embed.FS

// catalog maps a full key ("comment.pending") to its text.
type catalog map[string]string

// Bundle holds the catalogs of all languages. It never changes after loading
// and may be used from many goroutines.
type Bundle struct {
	catalogs map[Lang]catalog
}

// Load reads the embedded catalogs. An error means that a catalog is not valid
// TOML or holds something other than text.
func Load() (*Bundle, error) { return load(catalogs) }

func load(files fs.FS) (*Bundle, error) {
	b := &Bundle{catalogs: map[Lang]catalog{}}
	for _, lang := range Langs() {
		name := lang.String() + ".toml"
		var tree map[string]any
		if _, err := toml.DecodeFS(files, name, &tree); err != nil {
			return nil, fmt.Errorf("i18n: %s: %w", name, err)
		}
		c := catalog{}
		if err := c.add("", tree); err != nil {
			return nil, fmt.Errorf("i18n: %s: %w", name, err)
		}
		b.catalogs[lang] = c
	}
	return b, nil
}

// add flattens a table of the file into full keys.
func (c catalog) add(prefix string, table map[string]any) error {
	for name, value := range table {
		key := prefix + name
		switch v := value.(type) {
		case string:
			if v == "" {
				return fmt.Errorf("%s is empty", key)
			}
			c[key] = v
		case map[string]any:
			if err := c.add(key+".", v); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s is not text", key)
		}
	}
	return nil
}

// T returns the text of key in lang with {0}, {1} … replaced by args. Integers
// among args are written as Number writes them; a number that must not be
// grouped (a year, an article's code) is passed as text. A key that does not
// exist comes back as «⟦key⟧», so that it is seen and tests can find it.
func (b *Bundle) T(lang Lang, key string, args ...any) string {
	text, ok := b.catalogs[lang][key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	return fill(lang, text, args)
}

// N returns the text of key for the count n: the sub-key "one" for 1, "other"
// for everything else. {0} stands for n as Number writes it, {1} … for args.
// A missing key is marked as in T.
func (b *Bundle) N(lang Lang, key string, n int64, args ...any) string {
	form := ".other"
	if n == 1 {
		form = ".one"
	}
	return b.T(lang, key+form, append([]any{n}, args...)...)
}

// Has tells whether key has a text of its own, or plural forms, in lang.
func (b *Bundle) Has(lang Lang, key string) bool {
	c := b.catalogs[lang]
	if _, ok := c[key]; ok {
		return true
	}
	_, one := c[key+".one"]
	_, other := c[key+".other"]
	return one && other
}

// Keys returns all keys of a language in order; plural forms stand as
// "key.one" and "key.other".
func (b *Bundle) Keys(lang Lang) []string {
	keys := make([]string, 0, len(b.catalogs[lang]))
	for key := range b.catalogs[lang] {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// fill puts args at the places of text. A place without an argument stays, so
// that the mistake is seen. What an argument says is never read for places.
func fill(lang Lang, text string, args []any) string {
	if len(args) == 0 || !strings.Contains(text, "{") {
		return text
	}
	var out strings.Builder
	for {
		open := strings.IndexByte(text, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(text[open:], '}')
		if end < 0 {
			break
		}
		end += open
		out.WriteString(text[:open])
		i, err := strconv.Atoi(text[open+1 : end])
		if err == nil && i >= 0 && i < len(args) {
			out.WriteString(format(lang, args[i]))
		} else {
			out.WriteString(text[open : end+1])
		}
		text = text[end+1:]
	}
	out.WriteString(text)
	return out.String()
}

func format(lang Lang, arg any) string {
	switch v := arg.(type) {
	case string:
		return v
	case int:
		return number(lang, int64(v))
	case int32:
		return number(lang, int64(v))
	case int64:
		return number(lang, v)
	default:
		return fmt.Sprint(v)
	}
}

// number groups n by thousands: «۲۸٬۵۱۹» in Persian, "28,519" in English.
func number(lang Lang, n int64) string {
	if lang == FA {
		return persian.Number(n)
	}
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
