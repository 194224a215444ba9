package i18n

// Lang is a language of the interface, as its BCP 47 primary tag.
type Lang string

// The languages that have a catalog.
const (
	FA Lang = "fa"
	EN Lang = "en"
)

// Langs returns all languages with a catalog, Persian first.
func Langs() []Lang { return []Lang{FA, EN} }

// Parse returns the language with exactly the tag s; ok is false, and the
// language Persian, when no catalog exists for it.
func Parse(s string) (lang Lang, ok bool) {
	for _, l := range Langs() {
		if s == string(l) {
			return l, true
		}
	}
	return FA, false
}

// Dir returns the direction of writing as HTML's dir attribute wants it:
// "rtl" or "ltr".
func (l Lang) Dir() string {
	if l == FA {
		return "rtl"
	}
	return "ltr"
}

// String returns the tag, as HTML's lang attribute wants it.
func (l Lang) String() string { return string(l) }
